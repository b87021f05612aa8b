//! What the second stages of several languages share: paths, lines, and the packages of the distribution.

use super::Second;
use crate::audit::base::{Base, Libc};
use crate::audit::installs::system_packages;
use crate::audit::propose::{is_of_builds, run_of};
use crate::audit::seen::{Written, flag, operands};
use crate::audit::shell::{Call, calls};

pub(super) fn copy(stage: &str, from: &str, to: &str) -> String {
    format!("COPY --from={stage} {from} {to}")
}

/// A path as it is seen from the root.
pub(super) fn inside(folder: &str, path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    format!("{}/{}", folder.trim_end_matches('/'), path.trim_start_matches("./"))
}

/// The folder that the stage works in.
pub(super) fn work_folder(written: &Written) -> String {
    let folder = written.last("WORKDIR").and_then(|one| operands(one).into_iter().next());
    folder.filter(|folder| folder.starts_with('/')).unwrap_or_else(|| "/app".to_owned())
}

/// The same as a line, where the stage says one.
pub(super) fn work_folder_line(written: &Written) -> Option<String> {
    let folder = written.last("WORKDIR").and_then(|one| operands(one).into_iter().next());
    folder.filter(|folder| folder.starts_with('/')).map(|folder| format!("WORKDIR {folder}"))
}

/// The folders and files that hold the project: the one that the stage works in, and what a `COPY` puts elsewhere. `None` where a
/// `COPY` goes nobody knows where.
pub(super) fn places(written: &Written) -> Option<Vec<String>> {
    let mut places: Vec<String> = work_folder_line(written).map(|_| work_folder(written)).into_iter().collect();
    for one in written.target().instructions.iter().filter(|one| ["COPY", "ADD"].contains(&one.keyword.as_str())) {
        // What comes from another image is a tool.
        if flag(one, "from").next().is_some() {
            continue;
        }
        let to = operands(one).pop()?;
        if !to.starts_with('/') {
            // Without a folder to work in, it lies at the root, among everything else.
            places.first()?;
            continue;
        }
        let to = if to == "/" { return None } else { to.trim_end_matches('/').to_owned() };
        let is_known = |place: &String| to == *place || to.starts_with(&format!("{place}/"));
        if !places.iter().any(is_known) {
            places.push(to);
        }
    }
    Some(places)
}

/// The slim form of a base of Node or Python; the base itself where it has none.
pub(super) fn slim(base: &str) -> String {
    let tagged = |tag: &str| base.rsplit_once(':').map(|(name, _)| format!("{name}:{tag}"));
    let of = Base::of(base);
    let tag = of.reference.tag.clone().unwrap_or_else(|| "latest".to_owned());
    if of.has_word("slim") || tag.contains("alpine") || base.contains('@') || of.language().is_none() {
        return base.to_owned();
    }
    let is_python = of.language().is_some_and(|(language, _)| language == "Python");
    let slim = match tag.split_once('-') {
        _ if tag == "latest" => "slim".to_owned(),
        Some((version, suite)) if is_python => format!("{version}-slim-{suite}"),
        _ => format!("{tag}-slim"),
    };
    tagged(&slim).unwrap_or_else(|| format!("{base}:{slim}"))
}

/// The libraries of the distribution that what was compiled in the first stage loads in the last one.
pub(super) fn libraries(written: &Written, base: &str, second: &mut Second) {
    let calls: Vec<Call> = written.shipped().into_iter().flat_map(calls).collect();
    let wanted: Vec<&str> = calls.iter().flat_map(system_packages).map(plain_name).collect();
    let mut run: Vec<String> = Vec::new();
    let mut unknown: Vec<&str> = Vec::new();
    for package in wanted {
        let needed = run_of(package);
        match needed {
            Some(needed) => run.extend((!run.contains(&needed)).then_some(needed)),
            None if is_of_builds(package) => {}
            None => unknown.push(package),
        }
    }
    unknown.dedup();
    let is_debian = Base::of(base).libc() == Some(Libc::Glibc);
    if !run.is_empty() && is_debian {
        let install = format!(
            "RUN apt-get update && apt-get install -y --no-install-recommends {} && rm -rf /var/lib/apt/lists/*",
            run.join(" ")
        );
        second.from.push(install);
        second.also.push(format!(
            "What is only compiled against stays behind, and what is loaded of it is installed again: {}{}.",
            run.join(", "),
            if run.iter().any(|name| name.ends_with("t64")) { " (as Debian 13 names it)" } else { "" }
        ));
    }
    if !unknown.is_empty() {
        second.also.push(format!(
            "The last stage has none of what the first one installs: add what the service needs of {}.",
            unknown.join(", ")
        ));
    }
}

fn plain_name(package: &str) -> &str {
    package.split(['=', ':']).next().unwrap_or(package)
}
