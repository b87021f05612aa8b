//! The rules, the findings and the surface, on small layers.

use std::collections::BTreeMap;

use tar::EntryType;

use crate::LayerFacts;
use crate::ledger::{Ledger, Python};
use crate::overlay;
use crate::path;
use crate::rules::{CLASSES, Folder};
use crate::secrets::in_words as secret_in;
use crate::surface::surface;
use crate::testing::tarball::{Tar, header};
use crate::{Class, Different, Surface};

fn classes(layer: &LayerFacts) -> BTreeMap<String, Class> {
    classes_in(&[layer], &[])
}

fn classes_in(layers: &[&LayerFacts], environment: &[&str]) -> BTreeMap<String, Class> {
    let environment: Vec<_> = environment.iter().map(|&variable| variable.to_owned()).collect();
    let python = Python::of(layers.iter().map(|layer| &layer.findings), &environment);
    let files = Ledger::of(layers, &python).files;
    files.into_iter().map(|entry| (path::lossy(entry.path), entry.class)).collect()
}

#[test]
fn places_have_the_class_one_expects() {
    let expected = [
        ("server", Class::Application),
        ("app/dist/main.js", Class::Application),
        ("usr/src/app/main.py", Class::Application),
        ("app/node_modules/fastify/fastify.js", Class::Dependencies),
        ("app/node_modules/typescript/lib/tsc.js", Class::DevDependencies),
        ("usr/local/lib/python3.13/site-packages/flask/app.py", Class::Dependencies),
        ("usr/local/lib/python3.13/json/__init__.py", Class::Runtime),
        ("usr/local/bin/node", Class::Runtime),
        ("nodejs/bin/node", Class::Runtime),
        ("usr/lib/x86_64-linux-gnu/libc.so.6", Class::Os),
        ("usr/lib/x86_64-linux-gnu/libc.a", Class::Toolchain),
        ("usr/local/go/bin/go", Class::Toolchain),
        ("usr/bin/x86_64-linux-gnu-gcc-14", Class::Toolchain),
        ("usr/local/bin/harbour-clock", Class::Application),
        ("root/.cache/go-build/0a/x", Class::PackageCache),
        ("var/lib/apt/lists/x", Class::PackageCache),
        ("app/target/release/deps/libserde.rlib", Class::PackageCache),
        ("app/target/release/harbour-clock", Class::Application),
        ("app/.git/objects/1/2", Class::Vcs),
        ("app/src/main.rs", Class::Source),
        ("app/Cargo.lock", Class::Source),
        ("app/src/clock_test.go", Class::Tests),
        ("app/README.md", Class::Docs),
        ("usr/share/doc/libc6/copyright", Class::Docs),
        ("app/.env", Class::Secret),
        ("home/me/.ssh/id_work", Class::Secret),
        ("tmp/x", Class::Other),
        ("var/cache/debconf/templates.dat", Class::Os),
        ("var/cache/apt/archives/x.deb", Class::PackageCache),
        ("tmp/node-compile-cache/a", Class::PackageCache),
        ("usr/bin/perl", Class::Os),
        ("usr/bin/sqlite3", Class::Os),
        ("usr/bin/pipewire", Class::Os),
        ("usr/bin/git-upload-pack", Class::Toolchain),
        ("usr/local/bin/pip3.13", Class::Toolchain),
        ("usr/local/bin/php", Class::Runtime),
        ("usr/local/lib/python3.12/json/__init__.py", Class::Runtime),
        ("usr/lib/python313.zip", Class::Runtime),
        ("usr/lib/linux/uapi/asm/errno.h", Class::Toolchain),
        ("app/requirements-dev.txt", Class::Source),
        ("var/www/html/index.php", Class::Application),
        ("app/.env.production", Class::Secret),
        ("app/.env.example", Class::Application),
        ("home/node/.bashrc", Class::Other),
        // A folder that only begins like one of the system's is another folder.
        ("usrlocal/x", Class::Application),
    ];
    let mut folder = Folder::default();
    for (path, class) in expected {
        let found = CLASSES.class(path.as_bytes(), &mut folder).unwrap_or(Class::Application);
        assert_eq!(found, class, "{path}");
    }
}

#[test]
fn a_program_that_is_also_in_a_cache_is_the_program() {
    let layer = Tar::new()
        .file("app/target/release/deps/clock-1f", &[0; 90])
        .link("app/target/release/clock", "app/target/release/deps/clock-1f")
        .read()
        .unwrap();
    assert_eq!(classes(&layer), BTreeMap::from([("app/target/release/clock".to_owned(), Class::Application)]));
}

#[test]
fn npm_says_which_packages_only_the_build_needs() {
    let list = br#"{"packages": {"node_modules/a": {"version": "1.2.3"},
        "node_modules/b": {"version": "2.0.0", "dev": true}, "node_modules/b/node_modules/@s/c": {"version": "3.0.0"}}}"#;
    let layer = Tar::new()
        .file("app/node_modules/.package-lock.json", list)
        .file("app/node_modules/a/index.js", b"1")
        .file("app/node_modules/b/index.js", b"1")
        .file("app/node_modules/b-two/index.js", b"1")
        .read()
        .unwrap();
    let classes = classes(&layer);
    assert_eq!(classes["app/node_modules/a/index.js"], Class::Dependencies);
    assert_eq!(classes["app/node_modules/b/index.js"], Class::DevDependencies);
    assert_eq!(classes["app/node_modules/b-two/index.js"], Class::Dependencies);
    let packages = layer.findings.packages.values().flatten();
    let named: Vec<_> = packages.map(|package| format!("{}@{}", package.name, package.version)).collect();
    assert_eq!(named, ["a@1.2.3", "b@2.0.0", "@s/c@3.0.0"]);
}

#[test]
fn python_packages_are_found_wherever_they_were_installed() {
    let layer = Tar::new()
        .file("app/lib/flask-3.1.0.dist-info/METADATA", b"Name: flask")
        .file("app/lib/flask/app.py", b"1")
        .file("app/main.py", b"1")
        .read()
        .unwrap();
    assert_eq!(classes(&layer)["app/lib/flask/app.py"], Class::Dependencies);
    assert_eq!(classes(&layer)["app/main.py"], Class::Application);
    let package = layer.findings.packages.values().flatten().next().unwrap();
    assert_eq!((package.name.as_str(), package.version.as_str()), ("flask", "3.1.0"));
}

#[test]
fn a_package_beside_the_application_takes_what_its_list_names() {
    let record = b"flask/__init__.py,sha256=x,1\nsingle.py,,\n__pycache__/single.cpython-313.pyc,,\n\
        \"odd, name/x.py\",,\nflask-3.1.0.dist-info/RECORD,,\n../../bin/flask,,\n../../../../../outside,,\n";
    let layer = Tar::new()
        .file("app/flask-3.1.0.dist-info/METADATA", b"Name: flask")
        .file("app/flask-3.1.0.dist-info/RECORD", record)
        .file("app/flask/app.py", b"1")
        .file("app/flask/__pycache__/app.cpython-313.pyc", b"1")
        .file("app/single.py", b"1")
        .file("app/__pycache__/single.cpython-313.opt-1.pyc", b"1")
        .file("app/__pycache__/main.cpython-313.pyc", b"1")
        .file("app/odd, name/x.py", b"1")
        .file("app/bin/flask", b"1")
        .file("app/bin/serve", b"1")
        .file("app/main.py", b"1")
        .read()
        .unwrap();
    let classes = classes(&layer);
    let own = classes.iter().filter(|(_, class)| **class == Class::Application).map(|(path, _)| path.as_str());
    assert_eq!(own.collect::<Vec<_>>(), ["app/__pycache__/main.cpython-313.pyc", "app/bin/serve", "app/main.py"]);
    assert!(classes.values().all(|class| matches!(class, Class::Application | Class::Dependencies)), "{classes:?}");
}

#[test]
fn compiled_modules_are_what_their_source_is() {
    let packages = Tar::new()
        .file("app/lib/flask/app.py", b"1")
        .file("app/lib/flask-3.1.0.dist-info/RECORD", b"flask/app.py,,")
        .read()
        .unwrap();
    let bytecode = Tar::new()
        .file("pyc/app/lib/flask/app.cpython-313.pyc", b"1")
        .file("pyc/app/clock/main.cpython-313.pyc", b"1")
        .file("pyc/usr/lib/python3.13/json/decoder.cpython-313.pyc", b"1")
        .read()
        .unwrap();
    let classes = |environment: &[&str]| {
        let classes = classes_in(&[&packages, &bytecode], environment);
        let compiled = classes.into_iter().filter(|(path, _)| path.starts_with("pyc/"));
        compiled.map(|(_, class)| class).collect::<Vec<_>>()
    };
    let told = [Class::Application, Class::Dependencies, Class::Runtime];
    assert_eq!(classes(&["LANG=C", "PYTHONPYCACHEPREFIX=/pyc/"]), told);
    assert_eq!(classes(&["LANG=C"]), [Class::Application; 3]);
    assert_eq!(classes(&["PYTHONPYCACHEPREFIX=../.."]), [Class::Application; 3]);
}

#[test]
fn an_application_that_was_installed_like_a_package_is_the_application() {
    let home = "venv/lib/python3.13/site-packages";
    let origin = br#"{"url": "file:///src", "dir_info": {}}"#;
    let elsewhere = br#"{"url": "https://example.org/flask.whl", "archive_info": {}}"#;
    let layer = Tar::new()
        .file(&format!("{home}/clock-1.0.dist-info/direct_url.json"), origin)
        .file(&format!("{home}/clock-1.0.dist-info/RECORD"), b"clock/main.py,,\n../../../bin/clock,,")
        .file(&format!("{home}/clock/main.py"), b"1")
        .file("venv/bin/clock", b"1")
        .file(&format!("{home}/flask-3.1.0.dist-info/direct_url.json"), elsewhere)
        .file(&format!("{home}/flask-3.1.0.dist-info/RECORD"), b"flask/app.py,,\n../../../bin/flask,,")
        .file(&format!("{home}/flask/app.py"), b"1")
        .file("venv/bin/flask", b"1")
        .read()
        .unwrap();
    let classes = classes(&layer);
    let class = |path: &str| classes[path];
    assert_eq!(class(&format!("{home}/clock/main.py")), Class::Application);
    assert_eq!(class("venv/bin/clock"), Class::Application);
    assert_eq!(class(&format!("{home}/flask/app.py")), Class::Dependencies);
    assert_eq!(class("venv/bin/flask"), Class::Dependencies);
}

#[test]
fn packages_that_check_a_project_are_told_from_those_it_imports() {
    let home = "usr/local/lib/python3.13/dist-packages";
    let layer = Tar::new()
        .file(&format!("{home}/mypy-2.4.0.dist-info/RECORD"), b"mypy/main.py,,\n../../../bin/mypy,,\nshared/a.py,,")
        .file(&format!("{home}/mypy/main.py"), b"1")
        .file("usr/local/bin/mypy", b"1")
        .file(&format!("{home}/Pytest_Cov-7.0.dist-info/RECORD"), b"pytest_cov/plugin.py,,")
        .file(&format!("{home}/pytest_cov/plugin.py"), b"1")
        .file(&format!("{home}/mypy_extensions-1.1.0.dist-info/RECORD"), b"mypy_extensions.py,,\nshared/b.py,,")
        .file(&format!("{home}/mypy_extensions.py"), b"1")
        .file(&format!("{home}/shared/a.py"), b"1")
        .read()
        .unwrap();
    let classes = classes(&layer);
    let class = |path: &str| classes[&format!("{home}/{path}")];
    assert_eq!(class("mypy/main.py"), Class::DevDependencies);
    assert_eq!(classes["usr/local/bin/mypy"], Class::DevDependencies);
    assert_eq!(class("pytest_cov/plugin.py"), Class::DevDependencies);
    assert_eq!(class("mypy_extensions.py"), Class::Dependencies);
    assert_eq!(class("shared/a.py"), Class::Dependencies);
}

#[test]
fn lists_of_files_that_were_overwritten_or_removed_do_not_count() {
    let layer = Tar::new()
        .file("app/flask-3.1.0.dist-info/RECORD", b"flask/app.py,,\nmain.py,,")
        .file("app/flask-3.1.0.dist-info/RECORD", b"flask/app.py,,")
        .file("app/gone-1.dist-info/RECORD", b"main.py,,")
        .file("app/gone-1.dist-info", b"")
        .file("app/flask/app.py", b"1")
        .file("app/main.py", b"1")
        .read()
        .unwrap();
    assert_eq!(classes(&layer)["app/main.py"], Class::Application);
    assert_eq!(classes(&layer)["app/flask/app.py"], Class::Dependencies);
}

#[test]
fn dpkg_lists_what_is_installed_and_nothing_else() {
    let status = b"Package: libc6\nStatus: install ok installed\nInstalled-Size: 100\nVersion: 2.41-12\n\n\
        Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\nnonsense\n";
    let layer = Tar::new()
        .file("var/lib/dpkg/status", status)
        .file("var/lib/dpkg/status.d/tzdata", b"Package: tzdata\nVersion: 2026a\n")
        .read()
        .unwrap();
    let packages = layer.findings.packages.values().flatten();
    let named: Vec<_> =
        packages.map(|package| (package.name.as_str(), package.version.as_str(), package.bytes)).collect();
    assert_eq!(named, [("libc6", "2.41-12", Some(102_400)), ("tzdata", "2026a", None)]);
}

#[test]
fn lists_that_are_nonsense_list_nothing() {
    for content in [&b""[..], b"\0\xff\xfe", b"[]", b"{\"packages\": 1}", b"Package:\nVersion:", b"\"\n,,/../..,\n/"] {
        let layer = Tar::new()
            .file("app/node_modules/.package-lock.json", content)
            .file("var/lib/dpkg/status", content)
            .file("x/.dist-info/METADATA", content)
            .file("x/.dist-info/RECORD", content)
            .file("x/.dist-info/direct_url.json", content)
            .read()
            .unwrap();
        let named = layer.findings.packages.values().flatten().filter(|package| !package.name.is_empty()).count();
        assert_eq!(named, 0, "{content:?}");
    }
}

#[test]
fn secrets_are_found_by_content_and_never_kept() {
    let key = b"-----BEGIN OPENSSH PRIVATE KEY-----\nverysecret\n";
    let layer = Tar::new().file("app/deploy", key).file("app/node_modules/x/key.pem", key).read().unwrap();
    assert_eq!(classes(&layer)["app/deploy"], Class::Secret);
    assert_eq!(classes(&layer)["app/node_modules/x/key.pem"], Class::Dependencies);
    assert!(!format!("{layer:?}").contains("verysecret"));
}

#[test]
fn tokens_are_told_from_words_that_begin_like_them() {
    let github = format!("TOKEN=ghp_{}", "a1".repeat(18));
    assert_eq!(secret_in(github.as_bytes()), Some("github-token"));
    assert_eq!(secret_in(format!("xghp_{}", "a1".repeat(18)).as_bytes()), None);
    assert_eq!(secret_in(b"npm_config_cache=/tmp"), None);
    assert_eq!(secret_in(b"AKIAIOSFODNN7EXAMPLE"), Some("aws-access-key"));
    assert_eq!(secret_in(b"AKIA"), None);
}

#[test]
fn what_is_overwritten_in_the_same_layer_tells_nothing() {
    let layer = Tar::new().file("app/k", b"-----BEGIN PRIVATE KEY-----").file("app/k", b"plain").read().unwrap();
    assert!(layer.findings.secrets.is_empty());
}

fn looked_over(layers: &[&LayerFacts]) -> Surface {
    surface(layers, &overlay::seen(layers), "65532")
}

#[test]
fn the_surface_is_what_is_visible() {
    let with_mode = |name: &str, mode: u32| {
        let mut header = header(name, EntryType::Regular, 0);
        header.set_mode(mode);
        header
    };
    let base = Tar::new()
        .raw(with_mode("usr/bin/dash", 0o755), b"")
        .symlink("usr/bin/sh", "dash")
        .raw(with_mode("usr/bin/gcc", 0o755), b"")
        .raw(with_mode("usr/bin/apt", 0o644), b"")
        .raw(with_mode("usr/share/bash", 0o755), b"")
        .raw(with_mode("usr/bin/su", 0o4755), b"")
        .raw(with_mode("etc/open", 0o666), b"")
        .file("etc/ssl/certs/ca-certificates.crt", b"x")
        .read()
        .unwrap();
    let top = Tar::new().file("usr/bin/.wh.gcc", b"").raw(with_mode("etc/open", 0o644), b"").read().unwrap();
    let before = looked_over(&[&base]);
    let words = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(before.shells, words(&["usr/bin/dash", "usr/bin/sh"]));
    assert_eq!(before.compilers, words(&["usr/bin/gcc"]));
    assert_eq!(before.package_managers, words(&[]));
    assert_eq!(before.setuid, words(&["usr/bin/su"]));
    assert_eq!(before.world_writable, words(&["etc/open"]));
    assert_eq!(before.different, Different { shells: 1, package_managers: 0, compilers: 1 });
    assert!(before.ca_roots && !before.tzdata && !before.loader);
    let after = looked_over(&[&base, &top]);
    assert!(after.compilers.is_empty() && after.world_writable.is_empty());
    assert_eq!(after.user, "65532");
}

#[test]
fn a_giant_log_of_logins_is_told_with_what_leaves_it() {
    let log = |bytes: u64| {
        let bytes = bytes.to_string();
        // As a sparse file: its owner sees the same size.
        let records: [(&str, &[u8]); 1] = [("GNU.sparse.realsize", bytes.as_bytes())];
        Tar::new().pax(&records).file("var/log/lastlog", b"").file("app", &[1; 9]).read().unwrap()
    };
    let told = |layers: &[&LayerFacts]| {
        let seen = overlay::seen(layers);
        let subject = crate::Subject { layers, seen: &seen, user: "", environment: &[], started: &[], words: &[] };
        let oversized = crate::look(&subject, crate::Files { most: 0, class: None }).oversized;
        oversized.into_iter().map(|line| (line.path, line.layer, line.bytes, line.remedy)).collect::<Vec<_>>()
    };
    let (small, giant) = (log(292_000), log(1_500_000_000));
    let remedy = "useradd --no-log-init".to_owned();
    assert_eq!(told(&[&small, &giant]), [("var/log/lastlog".to_owned(), 2, 1_500_000_000, remedy)]);
    assert!(told(&[&small]).is_empty());
}
