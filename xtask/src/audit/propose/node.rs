//! Dockerfiles for Node: one file of everything, or `node_modules` without what only development needs; on distroless or slim.

use super::Draft;
use super::bases::{Images, Of, images, system};
use super::kept::{Kept, Probe};
use super::text::{Text, is_plain};
use crate::audit::stack::{Framework, Manager, Node, Present};

/// Where the interpreter lies in an image.
#[derive(Clone, Copy)]
struct Last<'i> {
    image: &'i str,
    node: &'static str,
    packages: &'i [String],
}

pub(super) fn drafts(node: &Node, present: &Present, kept: &Kept) -> Vec<Draft> {
    let images = images(Of::Node, node.version.as_deref(), present);
    if let Framework::Static { output } = &node.framework {
        let web = super::bases::images(Of::Web, None, present);
        let draft = Draft::of("files on a web server", static_site(node, kept, &images, &web.slim, output));
        return vec![Draft { port: Some(8080), ..draft }];
    }
    let major = images.version.split('.').next().unwrap_or_default();
    let packages = system(present, &images).run;
    let slim = Last { image: &images.slim, node: "node", packages: &packages };
    let mut drafts = Vec::new();
    if let Some(image) = images.distroless(major).filter(|_| packages.is_empty()) {
        let last = Last { image, node: "/nodejs/bin/node", packages: &[] };
        if let Some(bundler) = &node.bundler {
            drafts
                .push(Draft::of("one bundled file on distroless", bundle(node, kept, &images, last, &bundler.source)));
        }
        drafts.push(Draft::of("node_modules on distroless", modules(node, kept, &images, last)));
    }
    drafts.push(Draft::of("node_modules on a slim image", modules(node, kept, &images, slim)));
    drafts
}

/// The stage that installs everything, and what stands in it before its build.
fn dependencies(node: &Node, kept: &Kept, images: &Images, text: &mut Text) {
    text.stage(
        "---- dependencies: made again when a manifest changes, not when a source does",
        &images.builder,
        Some("dependencies"),
    );
    text.line(format!("WORKDIR {}", kept.folder));
    if node.manager != Manager::Npm {
        text.comment("Brings the package manager that package.json names.");
        text.line("RUN corepack enable");
    }
    text.copy(&plain(&node.manifests), &plain(&node.folders));
    if node.lockfile.is_none() {
        text.comment("There is no lockfile, so each build may take other versions. Commit one, and install exactly what it says.");
    }
    text.comment("What was downloaded stays in a cache of the builder's, which never becomes part of an image.");
    install(node, kept, text, false);
}

/// An installation, of everything or of what a running service needs.
fn install(node: &Node, kept: &Kept, text: &mut Text, production: bool) {
    let locked = node.lockfile.is_some();
    let (cache, command) = match node.manager {
        Manager::Npm => {
            let verb = if locked { "npm ci" } else { "npm install" };
            ("/root/.npm", format!("{verb}{} --no-audit --no-fund", if production { " --omit=dev" } else { "" }))
        }
        Manager::Pnpm => {
            let frozen = if locked { " --frozen-lockfile" } else { "" };
            (
                "/pnpm/store",
                format!("pnpm install{frozen} --store-dir /pnpm/store{}", if production { " --prod" } else { "" }),
            )
        }
        Manager::YarnClassic => {
            let frozen = if locked { " --frozen-lockfile" } else { "" };
            (
                "/usr/local/share/.cache/yarn",
                format!("yarn install{frozen}{}", if production { " --production" } else { "" }),
            )
        }
        Manager::Yarn if production => ("/root/.yarn/berry/cache", "yarn workspaces focus --production".to_owned()),
        Manager::Yarn => {
            ("/root/.yarn/berry/cache", format!("yarn install{}", if locked { " --immutable" } else { "" }))
        }
    };
    kept.run(text, &[(kept.cache(node.manager.command()), cache)], &[command]);
}

/// The stage that builds.
fn build(node: &Node, text: &mut Text) {
    let purpose = if node.builds.is_empty() {
        "---- build: our own code"
    } else {
        "---- build: compiler and sources; neither goes further than this"
    };
    text.stage(purpose, "dependencies", Some("build"));
    text.line("COPY . .");
    for command in &node.builds {
        text.line(format!("RUN {command}"));
    }
}

fn modules(node: &Node, kept: &Kept, images: &Images, last: Last<'_>) -> Text {
    let mut text = Text::default();
    text.comment("Only what the last stage holds is shipped. Compilers, tests and the package manager stay behind.");
    dependencies(node, kept, images, &mut text);
    build(node, &mut text);
    let standalone = node.framework == (Framework::Next { standalone: true });
    let own = !standalone && node.has_dev && node.has_prod && !node.pruned && node.member.is_none();
    if let Some(member) = node.member.as_ref().filter(|member| is_plain(&member.name)) {
        text.comment("Collects this package with what it needs of the others, without what only development needs.");
        let store = [(kept.cache("pnpm"), "/pnpm/store")];
        kept.run(
            &mut text,
            &store,
            &[format!("pnpm --filter {} deploy --legacy --prod --store-dir /pnpm/store /ship", member.name)],
        );
    } else if node.pruned && node.has_dev {
        text.comment(
            "A step of the build changes packages, so these are taken from here, without what only development needs.",
        );
        text.line(match node.manager {
            Manager::Npm => "RUN npm prune --omit=dev",
            Manager::Pnpm => "RUN pnpm prune --prod",
            Manager::YarnClassic => "RUN yarn install --production --ignore-scripts --prefer-offline",
            Manager::Yarn => "RUN yarn workspaces focus --production",
        });
    }
    kept.folders(&mut text);
    if own {
        let purpose = "---- production: the packages of a running service alone. Its own stage, so that no edit of ours installs them again";
        text.stage(purpose, &images.builder, Some("production"));
        text.line(format!("WORKDIR {}", kept.folder));
        if node.manager != Manager::Npm {
            text.line("RUN corepack enable");
        }
        text.copy(&plain(&node.manifests), &plain(&node.folders));
        install(node, kept, &mut text, true);
    }
    begin_last(last, kept, &mut text);
    let folder = &kept.folder;
    if standalone {
        text.comment("The build collected what a server needs; files for browsers are not among it.");
        text.line(format!("COPY --from=build {folder}/.next/standalone ./"));
        text.line(format!("COPY --from=build {folder}/.next/static .next/static"));
    } else if node.member.is_some() {
        text.line("COPY --from=build /ship ./");
    } else if node.has_prod {
        text.comment("What changes least comes first: an edit of ours makes only the layers below again.");
        text.line(format!(
            "COPY --from={} {folder}/node_modules node_modules",
            if own {
                "production"
            } else if node.has_dev {
                "build"
            } else {
                "dependencies"
            }
        ));
    }
    let inside = node.member.as_ref().map_or_else(|| folder.clone(), |member| format!("{folder}/{}", member.folder));
    for path in node.ships.iter().filter(|path| is_plain(path)) {
        if node.member.is_none() || path != "package.json" {
            text.line(format!("COPY --from=build {inside}/{path} {path}"));
        }
    }
    let start: Vec<String> = std::iter::once(last.node.to_owned()).chain(node.start.iter().cloned()).collect();
    finish(node, kept, &mut text, last, &start);
    text
}

fn bundle(node: &Node, kept: &Kept, images: &Images, last: Last<'_>, source: &str) -> Text {
    let mut text = Text::default();
    text.comment("Only what the last stage holds is shipped. Compilers, tests and the package manager stay behind.");
    dependencies(node, kept, images, &mut text);
    text.stage(
        "---- build: one file of the service and all it imports; compiler and sources go no further than this",
        "dependencies",
        Some("build"),
    );
    text.line("COPY . .");
    let file = format!("{}.cjs", kept.name);
    let runs = match node.manager {
        Manager::Npm => "npx --no-install",
        Manager::Pnpm => "pnpm exec",
        Manager::YarnClassic | Manager::Yarn => "yarn run",
    };
    let major = images.version.split('.').next().unwrap_or_default();
    text.comment(
        "Functions keep their names, for stack traces. Licences of the packages stand in a file of their own.",
    );
    text.line(format!(
        "RUN {runs} esbuild {source} --bundle --platform=node --target=node{major} --format=cjs \\\n    --minify --keep-names \
         --legal-comments=linked --outfile=/ship/{file}"
    ));
    kept.folders(&mut text);
    begin_last(last, kept, &mut text);
    text.comment("One file holds the service and every package it imports, so the image needs no node_modules.");
    text.line("COPY --from=build /ship/ ./");
    let compiled =
        node.start.iter().find_map(|word| word.trim_start_matches("./").split('/').next()).unwrap_or_default();
    let data = node.ships.iter().filter(|path| is_plain(path) && *path != "package.json" && *path != compiled);
    for path in data.filter(|path| !path.contains('.') && !["src", "lib"].contains(&path.as_str())) {
        text.line(format!("COPY --from=build {}/{path} {path}", kept.folder));
    }
    let behind = node.start.iter().skip(1).cloned();
    let start: Vec<String> = [last.node.to_owned(), file].into_iter().chain(behind).collect();
    finish(node, kept, &mut text, last, &start);
    text
}

/// The beginning of the last stage.
fn begin_last(last: Last<'_>, kept: &Kept, text: &mut Text) {
    let purpose = if last.node == "node" {
        "---- the image: Node on a slim Debian, for what needs its shell or its packages"
    } else {
        "---- the image: Node and the libraries it is linked to; no npm, no package manager, no shell"
    };
    text.stage(purpose, last.image, None);
    if !last.packages.is_empty() {
        text.apt(last.packages);
    }
    text.line(format!("WORKDIR {}", kept.folder));
}

fn finish(node: &Node, kept: &Kept, text: &mut Text, last: Last<'_>, start: &[String]) {
    let mut values = vec![("NODE_ENV".to_owned(), "production".to_owned())];
    values.extend(node.values.iter().filter(|(name, _)| name != "NODE_ENV").cloned());
    let asks: fn(&str) -> Vec<String> =
        if last.node == "node" { |url| asks("node", url) } else { |url| asks("/nodejs/bin/node", url) };

    kept.finish(text, &values, "build", start, &Probe { program: None, asks: Some(asks) });
}

/// A check that Node makes by itself.
fn asks(node: &str, url: &str) -> Vec<String> {
    let code = format!("fetch('{url}').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))");
    [node, "-e", &code].map(str::to_owned).to_vec()
}

fn static_site(node: &Node, kept: &Kept, images: &Images, web: &str, output: &str) -> Text {
    let mut text = Text::default();
    text.comment("A browser runs what is built here, so no Node is shipped: any web server can hand the files out.");
    dependencies(node, kept, images, &mut text);
    build(node, &mut text);
    text.stage("---- the image: a web server without root's rights. It listens on port 8080", web, None);
    text.line(format!("COPY --from=build {}/{output} /usr/share/nginx/html", kept.folder));
    text.comment("The number of the user that this image brings.");
    text.line("USER 101:101");
    text.line("EXPOSE 8080");
    text
}

fn plain(paths: &[String]) -> Vec<String> {
    paths.iter().filter(|path| is_plain(path)).cloned().collect()
}
