//! Dockerfiles for Go: one static binary, or one with C code and the C library that it needs.

use super::Draft;
use super::bases::{Images, Of, at_least, images, system};
use super::kept::{Kept, Probe};
use super::text::{Text, is_plain};
use crate::audit::stack::{Go, Present};

pub(super) fn drafts(go: &Go, present: &Present, kept: &Kept) -> Vec<Draft> {
    let images = images(Of::Go, Some(&at_least(Of::Go, go.version.as_deref())), present);
    let fixed = super::bases::images(Of::Go, None, present);
    // A version in the present tag is kept, even if it is older than the table's.
    let images = if present
        .images
        .iter()
        .any(|image| *image == fixed.builder || image.contains(&format!("golang:{}", fixed.version)))
    {
        fixed
    } else {
        images
    };
    let packages = system(present, &images).run;
    let of_kind = |kind: &str| images.distroless(kind).unwrap_or(&images.slim).to_owned();
    let mut drafts = Vec::new();
    if !go.cgo && packages.is_empty() {
        drafts
            .push(Draft::of("a static binary on distroless", write(go, kept, &images, &of_kind("static"), false, &[])));
    }
    if packages.is_empty() {
        drafts.push(Draft::of(
            "a dynamic binary on distroless",
            write(go, kept, &images, &of_kind("dynamic"), true, &[]),
        ));
    }
    drafts.push(Draft::of("a binary on a slim image", write(go, kept, &images, &images.slim, go.cgo, &packages)));
    drafts
}

fn write(go: &Go, kept: &Kept, images: &Images, last: &str, cgo: bool, packages: &[String]) -> Text {
    let mut text = Text::default();
    text.comment("Two stages; only what the last one holds is shipped. The compiler and the sources stay behind.");
    text.stage("---- build: everything that compiling needs", &images.builder, Some("build"));
    text.line("WORKDIR /src");
    if cgo {
        text.comment("C code takes part, so the binary loads the C library of the image it runs in.");
        text.line("ENV CGO_ENABLED=1");
    } else {
        text.comment("No C library is linked, so the binary runs where there is none.");
        text.line("ENV CGO_ENABLED=0");
    }
    let modules = (kept.cache("go-modules"), "/go/pkg/mod");
    let built = (kept.cache("go-build"), "/root/.cache/go-build");
    let mut caches = vec![built];
    if !go.vendored {
        text.comment("The manifests come first and alone: an edited source file does not download the modules again.");
        text.copy(&go.manifests, &[]);
        text.comment("A cache mount outlives the build and never becomes part of an image.");
        kept.run(&mut text, std::slice::from_ref(&modules), &["go mod download".to_owned()]);
        caches.insert(0, modules);
    }
    text.line("COPY . .");
    text.comment(
        "-trimpath leaves paths of this stage out of the binary; -s -w leave out the symbol table and the debug data.",
    );
    let sets: Vec<&str> = go.sets.iter().map(String::as_str).filter(|set| is_plain(&set.replace('=', ""))).collect();
    let sets = sets.into_iter().fold(String::new(), |all, set| all + " -X " + set);
    let tags = go.tags.as_ref().map(|tags| format!(" -tags {tags}")).unwrap_or_default();
    kept.run(
        &mut text,
        &caches,
        &[format!("go build -trimpath{tags} -ldflags \"-s -w{sets}\" -o /ship/{} {}", kept.name, go.package)],
    );
    kept.folders(&mut text);
    let purpose = if packages.is_empty() {
        "---- the image: no shell, no package manager, no compiler. It has the CAs and the time zones"
    } else {
        "---- the image: the binary and the packages that it needs when it runs"
    };
    text.stage(purpose, last, None);
    if !packages.is_empty() {
        text.apt(packages);
    }
    text.line(format!("WORKDIR {}", kept.folder));
    text.line("COPY --from=build /ship/ ./");
    for folder in go.data.iter().filter(|folder| is_plain(folder)) {
        text.line(format!("COPY --from=build /src/{folder} {folder}"));
    }
    let program = format!("{}/{}", kept.folder, kept.name);
    let start: Vec<String> = std::iter::once(program.clone()).chain(go.arguments.iter().cloned()).collect();
    kept.finish(&mut text, &[], "build", &start, &Probe { program: Some(program), asks: None });
    text
}
