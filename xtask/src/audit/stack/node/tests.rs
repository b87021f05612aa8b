use super::*;

fn node(files: &[(&str, &str)], start: &[&str]) -> Result<Node, Unrecognised> {
    let start = start.iter().map(|word| (*word).to_owned()).collect();
    let present = Present { start, images: vec!["node:22-alpine".into()], ..Present::default() };
    recognise(&Tree::of(files), &present).map(|(_, node)| node)
}

fn why(found: Result<Node, Unrecognised>) -> String {
    found.unwrap_err().words()
}

#[test]
fn a_compiled_service_ships_what_was_compiled() {
    let package = r#"{"scripts":{"build":"tsc","start":"NODE_ENV=production node --enable-source-maps dist/main.js"},
        "dependencies":{"fastify":"5"},"devDependencies":{"typescript":"6","esbuild":"1"}}"#;
    let files = [
        ("package.json", package),
        ("package-lock.json", ""),
        ("src/main.ts", ""),
        ("public/a.css", ""),
        ("test/a.ts", ""),
    ];
    let found = node(&files, &["npm", "start"]).unwrap();
    assert_eq!((found.manager, found.version.as_deref()), (Manager::Npm, Some("22")));
    assert_eq!(found.manifests, ["package.json", "package-lock.json"]);
    assert_eq!(
        (found.start, found.builds),
        (vec!["--enable-source-maps".into(), "dist/main.js".into()], vec!["npm run build".to_owned()])
    );
    assert_eq!(found.ships, ["package.json", "dist", "public"]);
    // An option in front of the file is for Node, and a value in front of it for the service: no bundle is tried.
    assert!(found.bundler.is_none() && found.has_dev && !found.pruned);
    let found = node(&files, &["node", "dist/main.js"]).unwrap();
    assert_eq!(found.bundler, Some(Bundler { source: "src/main.ts".into() }));
}

#[test]
fn a_service_in_plain_javascript_ships_its_sources_and_no_tests() {
    let files = [
        ("package.json", r#"{"dependencies":{"express":"5"}}"#),
        ("server.js", ""),
        ("routes/a.js", ""),
        ("tests/a.js", ""),
        ("eslint.config.js", ""),
        ("data.json", ""),
    ];
    let found = node(&files, &[]).unwrap();
    assert_eq!(
        (found.ships, found.start),
        (
            vec!["package.json", "data.json", "routes", "server.js"].into_iter().map(str::to_owned).collect(),
            vec!["server.js".to_owned()]
        )
    );
    assert!(found.lockfile.is_none() && !found.has_dev && found.has_prod);
}

#[test]
fn a_tool_for_development_is_not_what_an_image_starts() {
    let package = |scripts: &str| format!(r#"{{"scripts":{{{scripts}}},"main":"dist/i.js"}}"#);
    let nodemon = package(r#""start":"nodemon src/i.ts""#);
    assert!(why(node(&[("package.json", &nodemon)], &["npm", "start"])).contains("`nodemon`"));
    let nest = package(r#""build":"nest build","start":"nest start","start:prod":"node dist/main""#);
    assert_eq!(node(&[("package.json", &nest)], &["npm", "run", "start"]).unwrap().start, ["dist/main"]);
    let shell = package(r#""start":"prisma migrate deploy && node x.js""#);
    assert!(why(node(&[("package.json", &shell)], &["npm", "start"])).contains("needs a shell"));
    assert!(why(node(&[("package.json", &shell)], &["npm", "run", "no"])).contains("no script `no`"));
}

#[test]
fn each_manager_is_told_by_its_lock_and_its_own_word() {
    let of = |files: &[(&str, &str)]| node(files, &["node", "a.js"]).map(|node| node.manager);
    assert_eq!(of(&[("package.json", "{}"), ("pnpm-lock.yaml", "")]), Ok(Manager::Pnpm));
    assert_eq!(of(&[("package.json", "{}"), ("yarn.lock", "")]), Ok(Manager::YarnClassic));
    let linked = [("package.json", "{}"), ("yarn.lock", ""), (".yarnrc.yml", "nodeLinker: node-modules\n")];
    assert_eq!(of(&linked), Ok(Manager::Yarn));
    assert!(why(node(&[linked[0], linked[1], (".yarnrc.yml", "")], &[])).contains("nodeLinker"));
    let said = [("package.json", r#"{"packageManager":"pnpm@10.1.0"}"#), ("package-lock.json", "")];
    let found = node(&said, &["node", "a.js"]).unwrap();
    assert_eq!((found.manager, found.lockfile), (Manager::Pnpm, None));
}

#[test]
fn what_a_build_changes_in_the_packages_is_taken_from_there() {
    let package = r#"{"scripts":{"postinstall":"node tools/fix.js"},"dependencies":{"@prisma/client":"6"},"devDependencies":{"prisma":"6","esbuild":"1"}}"#;
    let found = node(
        &[("package.json", package), ("tools/fix.js", ""), ("prisma/schema.prisma", ""), ("index.js", "")],
        &["node", "index.js"],
    )
    .unwrap();
    assert!(found.pruned && found.bundler.is_none());
    assert_eq!(found.builds, ["npx --no-install prisma generate"]);
    assert!(found.manifests.contains(&"tools/fix.js".to_owned()));
}

#[test]
fn frameworks_are_recognised() {
    let package = r#"{"scripts":{"build":"next build","start":"next start"},"dependencies":{"next":"16"}}"#;
    let found = node(
        &[("package.json", package), ("next.config.mjs", "export default { output: 'standalone' }"), ("public/a", "")],
        &["npm", "start"],
    )
    .unwrap();
    assert_eq!(
        (found.framework, found.start, found.ships),
        (Framework::Next { standalone: true }, vec!["server.js".into()], vec!["public".into()])
    );
    let package = r#"{"scripts":{"build":"vite build","preview":"vite preview"},"devDependencies":{"vite":"7"}}"#;
    let found = node(&[("package.json", package)], &["npm", "run", "preview"]).unwrap();
    assert_eq!(found.framework, Framework::Static { output: "dist".into() });
    // A service that has vite for its front end is a service.
    let package = r#"{"scripts":{"build":"vite build","start":"node server.js"},"devDependencies":{"vite":"7"}}"#;
    assert_eq!(
        node(&[("package.json", package), ("server.js", "")], &["npm", "start"]).unwrap().framework,
        Framework::None
    );
}

#[test]
fn a_workspace_of_pnpm_is_deployed_and_others_are_named() {
    let api = r#"{"name":"@acme/api","scripts":{"build":"tsc","start":"node dist/index.js"},"dependencies":{"core":"workspace:*"}}"#;
    let files = [
        ("package.json", r#"{"name":"acme","private":true}"#),
        ("pnpm-workspace.yaml", "packages:\n  - 'packages/*'\nonlyBuiltDependencies:\n  - esbuild\n"),
        ("pnpm-lock.yaml", ""),
        ("packages/api/package.json", api),
        ("packages/core/package.json", r#"{"name":"core"}"#),
    ];
    let found = node(&files, &["node", "packages/api/dist/index.js"]).unwrap();
    assert_eq!(
        (found.member.map(|member| member.name).as_deref(), found.start),
        (Some("@acme/api"), vec!["dist/index.js".to_owned()])
    );
    assert_eq!(
        found.manifests,
        [
            "pnpm-lock.yaml",
            "package.json",
            "pnpm-workspace.yaml",
            "packages/api/package.json",
            "packages/core/package.json"
        ]
    );
    let files = [("package.json", r#"{"workspaces":["packages/*"]}"#), files[3], files[4]];
    assert!(why(node(&files, &[])).contains("workspaces of pnpm only"));
}

#[test]
fn a_member_of_a_workspace_is_named_by_its_folder() {
    let of = |name: &str| format!(r#"{{"name":"{name}","scripts":{{"start":"node {name}.js"}}}}"#);
    let (api, web) = (of("api"), of("web"));
    let files = [
        ("package.json", "{}"),
        ("pnpm-workspace.yaml", "packages: \n  - apps/*\n"),
        ("pnpm-lock.yaml", ""),
        ("apps/api/package.json", api.as_str()),
        ("apps/web/package.json", web.as_str()),
        ("apps/web/web.js", ""),
    ];
    let tree = Tree::of(&files);
    let named = |app: &str| {
        member(&tree, &Present::default(), app).map(|found| found.map(|(_, node)| node.member.unwrap().folder))
    };
    assert_eq!(named("web"), Some(Ok("apps/web".to_owned())));
    assert_eq!(named("apps/api"), Some(Ok("apps/api".to_owned())));
    assert_eq!(named("no"), None);
    assert!(why(node(&files, &[])).contains("--app"));
}
