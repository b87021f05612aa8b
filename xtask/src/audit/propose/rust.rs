//! Dockerfiles for Rust: one static binary, or one that loads the C library and what else it was linked to.

use super::Draft;
use super::bases::{Images, Of, images, system};
use super::kept::{Kept, Probe};
use super::text::{Text, is_plain};
use crate::audit::stack::{Present, Rust};

pub(super) fn drafts(rust: &Rust, present: &Present, kept: &Kept) -> Vec<Draft> {
    let images = images(Of::Rust, None, present);
    let mut packages = system(present, &images).run;
    if rust.links.iter().any(|name| name == "openssl-sys") {
        // distroless/base and what stands on it have OpenSSL.
        packages.retain(|name| !name.starts_with("libssl3"));
    }
    let of_kind = |kind: &str| images.distroless(kind).unwrap_or(&images.slim).to_owned();
    let mut drafts = Vec::new();
    if rust.links.is_empty() && packages.is_empty() {
        drafts.push(Draft::of(
            "a static binary on distroless",
            write(rust, kept, &images, &of_kind("static"), true, &[]),
        ));
    }
    let only_openssl = rust.links.iter().all(|name| name == "openssl-sys");
    if only_openssl && packages.is_empty() {
        drafts.push(Draft::of(
            "a dynamic binary on distroless",
            write(rust, kept, &images, &of_kind("dynamic"), false, &[]),
        ));
    }
    let packages = [vec!["ca-certificates".to_owned()], system(present, &images).run].concat();
    drafts.push(Draft::of("a binary on a slim image", write(rust, kept, &images, &images.slim, false, &packages)));
    drafts
}

fn write(rust: &Rust, kept: &Kept, images: &Images, last: &str, is_static: bool, packages: &[String]) -> Text {
    let mut text = Text::default();
    text.comment("Two stages; only what the last one holds is shipped. The compiler and the sources stay behind.");
    text.stage("---- build: everything that compiling needs", &images.builder, Some("build"));
    text.line("WORKDIR /src");
    if is_static {
        text.comment("Link the C library into the program: the last image has none to load. Procedural macros, which the compiler has to load, \
                      keep out of it only if a target is named; that is why the build names its own machine.");
        text.line("ENV RUSTFLAGS=\"-C target-feature=+crt-static\"");
    }
    text.comment("Nobody debugs in the image; names of functions in a stack trace are what this costs.");
    text.line("ENV CARGO_PROFILE_RELEASE_STRIP=symbols");
    text.line("COPY . .");
    if !rust.locked {
        text.comment("There is no Cargo.lock, so each build may take other versions. Commit one, and add --locked.");
    }
    text.comment(
        "Cache mounts keep downloaded crates and compiled dependencies on the builder, and never become part of an image. Cargo goes by \
         modification times, and a checkout may be older than what the cache holds: touch makes ours the newer files.",
    );
    let caches = [
        (kept.cache("cargo-registry"), "/usr/local/cargo/registry"),
        (kept.cache("cargo-git"), "/usr/local/cargo/git"),
        (kept.cache("cargo-target"), "/src/target"),
    ];
    let mut mounts: Vec<String> = caches
        .iter()
        .map(|(id, folder)| format!("--mount=type=cache,id={id},target={folder},sharing=locked"))
        .collect();
    mounts.extend(kept.secrets.iter().cloned());
    let mut build = vec!["cargo build --release".to_owned()];
    if rust.locked {
        build.push("--locked".to_owned());
    }
    if let Some(package) = rust.package.as_ref().filter(|package| is_plain(package)) {
        build.push(format!("--package {package}"));
    }
    build.push(format!("--bin {}", rust.program));
    build.extend(rust.features.iter().cloned());
    let folder = if is_static {
        build.push("--target \"$(rustc --print host-tuple)\"".to_owned());
        "target/*/release"
    } else {
        "target/release"
    };
    text.run_with(
        &mounts,
        &[
            "find . -name '*.rs' -not -path './target/*' -exec touch {} +".to_owned(),
            build.join(" "),
            format!("install -D {folder}/{} /ship/{}", rust.program, kept.name),
        ],
    );
    kept.folders(&mut text);
    let purpose = match (is_static, packages.is_empty()) {
        (true, _) => "---- the image: no shell, no package manager, no C library. It has the CAs and the time zones",
        (false, true) => "---- the image: the C library and OpenSSL, no shell and no package manager",
        (false, false) => "---- the image: the binary and the packages that it needs when it runs",
    };
    text.stage(purpose, last, None);
    if !packages.is_empty() {
        text.apt(packages);
    }
    text.line(format!("WORKDIR {}", kept.folder));
    text.line("COPY --from=build /ship/ ./");
    for folder in rust.data.iter().filter(|folder| is_plain(folder)) {
        text.line(format!("COPY --from=build /src/{folder} {folder}"));
    }
    let program = format!("{}/{}", kept.folder, kept.name);
    let start: Vec<String> = std::iter::once(program.clone()).chain(rust.arguments.iter().cloned()).collect();
    kept.finish(&mut text, &[], "build", &start, &Probe { program: Some(program), asks: None });
    text
}
