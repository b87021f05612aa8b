//! Go and Rust: the last stage gets one program.

use super::Second;
use super::parts::{copy, inside, work_folder};
use crate::audit::seen::{Context, Written, operands};
use crate::audit::shell::{Call, calls};

/// The program that `go build -o` writes; `None` where it says no file.
pub(super) fn go(written: &Written, name: &str, second: &mut Second) -> Option<()> {
    let out = output(written)?;
    let is_static = written.file.text.contains("CGO_ENABLED=0");
    let kind = if is_static { "static" } else { "base" };
    second.from.push(format!("FROM gcr.io/distroless/{kind}-debian13:nonroot"));
    second.copies.push(copy(name, &out, &out));
    bare(written, second);
    Some(())
}

/// The program named like the package of `Cargo.toml`; `None` without that.
pub(super) fn rust(written: &Written, context: Option<&Context>, name: &str, second: &mut Second) -> Option<()> {
    let folder = work_folder(written);
    let program = context.and_then(|context| package_name(context.text("Cargo.toml")?))?;
    let profile = if written.file.text.contains("--release") { "release" } else { "debug" };
    second.from.push("FROM gcr.io/distroless/cc-debian13:nonroot".to_owned());
    let from = format!("{}/target/{profile}/{program}", folder.trim_end_matches('/'));
    // It has to lie where the command looks for it.
    let to = match started(written) {
        Some(path) if path.ends_with(&format!("/{program}")) => inside(&folder, &path),
        _ => format!("/usr/local/bin/{program}"),
    };
    second.copies.push(copy(name, &from, &to));
    bare(written, second);
    Some(())
}

/// What a base without a shell cannot do.
fn bare(written: &Written, second: &mut Second) {
    let start = written.last("CMD").into_iter().chain(written.last("ENTRYPOINT"));
    if start.into_iter().any(|one| !one.joined.contains('[')) {
        second.also.push("That base has no shell: write the command as a JSON list.".to_owned());
    }
    if written.last("HEALTHCHECK").is_some_and(|one| !one.joined.contains("NONE")) {
        second.also.push("It has neither curl nor wget: let the service check itself in HEALTHCHECK.".to_owned());
    }
}

/// The program that the container starts, as it is written.
fn started(written: &Written) -> Option<String> {
    let start = written.last("ENTRYPOINT").or_else(|| written.last("CMD"))?;
    operands(start).into_iter().next()
}

/// Where `go build -o` writes.
fn output(written: &Written) -> Option<String> {
    let build = |call: &Call| call.program() == "go" && call.verb() == "build";
    let call = written.shipped().into_iter().flat_map(calls).find(build)?;
    let mut words = call.arguments().iter().skip_while(|word| *word != "-o").skip(1);
    // A folder has a program for each package, and nobody knows their names.
    let out = words.next().filter(|out| !out.ends_with('/'))?;
    let folder = work_folder(written);
    Some(if out.starts_with('/') {
        out.clone()
    } else {
        format!("{}/{}", folder.trim_end_matches('/'), out.trim_start_matches("./"))
    })
}

fn package_name(manifest: &str) -> Option<String> {
    let table: toml::Table = manifest.parse().ok()?;
    Some(table.get("package")?.get("name")?.as_str()?.to_owned())
}
