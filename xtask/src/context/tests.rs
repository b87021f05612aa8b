//! Contexts of a small repository in a temporary folder.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::*;

/// A repository with one app: `main.txt` that says `one two`, `bin/tool` that may be run, and a link to it.
fn repository() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let app = root.path().join("apps/sloop");
    fs::create_dir_all(app.join("bin")).unwrap();
    fs::write(app.join("main.txt"), "one two").unwrap();
    fs::write(app.join("bin/tool"), "x").unwrap();
    fs::set_permissions(app.join("bin/tool"), fs::Permissions::from_mode(0o555)).unwrap();
    symlink("bin/tool", app.join("tool")).unwrap();
    root
}

fn plain() -> BuildContext<'static> {
    BuildContext { source: "apps/sloop", run: "r1", ..BuildContext::default() }
}

fn edit(file: &str, find: &str, replace: &str) -> Edit {
    Edit { file: file.into(), find: find.into(), replace: replace.into() }
}

fn text(root: &Path, path: &str) -> String {
    fs::read_to_string(root.join(path)).unwrap()
}

#[test]
fn a_copy_has_files_times_modes_and_links() {
    let root = repository();
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    fs::File::open(root.path().join("apps/sloop/bin/tool")).unwrap().set_modified(long_ago).unwrap();
    let made = plain().materialise(root.path(), "plain").unwrap();
    assert_eq!(made, "target/drydock/contexts/plain");
    let copy = root.path().join(made);
    let tool = fs::metadata(copy.join("bin/tool")).unwrap();
    assert_eq!((tool.permissions().mode() & 0o777, tool.modified().unwrap()), (0o555, long_ago));
    assert_eq!(fs::read_link(copy.join("tool")).unwrap(), Path::new("bin/tool"));
    let permissions = |path: &Path| fs::metadata(path).unwrap().permissions();
    assert_eq!(permissions(&copy), permissions(&root.path().join("apps/sloop")));
}

#[test]
fn edits_change_the_copy_and_leave_the_source() {
    let root = repository();
    let edits = [edit("main.txt", "two", "three {run}"), edit("main.txt", "three", "four"), edit("bin/tool", "x", "y")];
    let made = BuildContext { edits: &edits, ..plain() }.materialise(root.path(), "edited").unwrap();
    assert_eq!(text(root.path(), &format!("{made}/main.txt")), "one four r1");
    let tool = fs::metadata(root.path().join(made).join("bin/tool")).unwrap();
    assert_eq!(tool.permissions().mode() & 0o777, 0o555);
    assert_eq!(text(root.path(), "apps/sloop/main.txt"), "one two");
}

#[test]
fn overlays_then_files_then_edits() {
    let root = repository();
    fs::create_dir_all(root.path().join("over/bin")).unwrap();
    fs::write(root.path().join("over/main.txt"), "over").unwrap();
    fs::write(root.path().join("over/bin/more"), "more").unwrap();
    // Over a link, which must not be written through.
    fs::write(root.path().join("over/tool"), "no link").unwrap();
    let context = BuildContext {
        overlays: &["over"],
        files: &[("deep/er/note", b"note one")],
        edits: &[edit("deep/er/note", "one", "two"), edit("main.txt", "over", "above")],
        ..plain()
    };
    let made = context.materialise(root.path(), "layered").unwrap();
    let text = |path: &str| text(root.path(), &format!("{made}/{path}"));
    assert_eq!(
        (text("main.txt"), text("bin/more"), text("deep/er/note")),
        ("above".into(), "more".into(), "note two".into())
    );
    assert_eq!((text("tool"), text("bin/tool")), ("no link".into(), "x".into()));
}

#[test]
fn a_context_is_made_anew_and_nothing_is_left_beside_it() {
    let root = repository();
    BuildContext { files: &[("old", b"")], ..plain() }.materialise(root.path(), "same").unwrap();
    plain().materialise(root.path(), "same").unwrap();
    assert!(!root.path().join(FOLDER).join("same/old").exists());
    let there: Vec<_> = fs::read_dir(root.path().join(FOLDER)).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(there, ["same"]);
}

#[test]
fn an_edit_that_does_not_fit_leaves_the_last_context_as_it_was() {
    let root = repository();
    plain().materialise(root.path(), "kept").unwrap();
    for find in ["three", "o", ""] {
        let context = BuildContext { edits: &[edit("main.txt", find, "")], ..plain() };
        assert_eq!(context.materialise(root.path(), "kept").unwrap_err().id, ErrorId::StaleEdit, "{find:?}");
    }
    assert_eq!(text(root.path(), "target/drydock/contexts/kept/main.txt"), "one two");
}

#[test]
fn links_out_of_the_folder_are_refused() {
    let root = repository();
    for target in ["/etc/passwd", "../main.txt/../../..", "../../sloop/main.txt", "../.."] {
        let link = root.path().join("apps/sloop/bin/link");
        symlink(target, &link).unwrap();
        assert_eq!(plain().materialise(root.path(), "links").unwrap_err().id, ErrorId::Context, "{target}");
        fs::remove_file(&link).unwrap();
    }
    symlink("../main.txt", root.path().join("apps/sloop/bin/link")).unwrap();
    plain().materialise(root.path(), "links").unwrap();
}

#[test]
fn paths_out_of_the_context_are_refused() {
    let root = repository();
    for path in ["../x", "/x", "", "a/../../x"] {
        let context = BuildContext { files: &[(path, b"")], ..plain() };
        assert_eq!(context.materialise(root.path(), "paths").unwrap_err().id, ErrorId::Context, "{path:?}");
    }
}

#[test]
fn what_no_build_gets_to_see_is_not_copied_unless_another_list_may_decide() {
    let root = repository();
    let app = root.path().join("apps/sloop");
    fs::write(app.join(".dockerignore"), "bin/\ntool\n*.txt\n").unwrap();
    let names = |context: BuildContext<'_>| {
        let made = context.materialise(root.path(), "ignoring").unwrap();
        let entries = fs::read_dir(root.path().join(made)).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names.join(" ")
    };
    assert_eq!(names(plain()), ".dockerignore main.txt");
    let emptied = BuildContext { files: &[(".dockerignore", b"")], ..plain() };
    assert_eq!(names(emptied), ".dockerignore bin main.txt tool");
    fs::write(app.join("naive.Dockerfile.dockerignore"), "").unwrap();
    assert_eq!(names(plain()), ".dockerignore bin main.txt naive.Dockerfile.dockerignore tool");
}

#[test]
fn every_change_of_every_app_fits_its_files() {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let workshop = crate::workshop::Workshop::open(ours).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    for app in workshop.apps.values() {
        let source = ours.join("apps").join(app.id.as_str()).display().to_string();
        for (name, change) in &app.change {
            let context = BuildContext { source: &source, edits: &change.edits, run: "r1", ..BuildContext::default() };
            let made =
                context.materialise(elsewhere.path(), "fits").unwrap_or_else(|p| panic!("{} {name}: {p}", app.id));
            let marked = |edit: &&Edit| text(elsewhere.path(), &format!("{made}/{}", edit.file)).contains("r1");
            assert!(change.edits.iter().any(|edit| marked(&edit)), "{} {name}", app.id);
        }
    }
}

#[test]
fn what_is_removed_may_come_back_with_an_overlay_and_what_is_without_may_not() {
    let root = repository();
    fs::create_dir_all(root.path().join("mine")).unwrap();
    fs::write(root.path().join("apps/sloop/.dockerignore"), "theirs").unwrap();
    fs::write(root.path().join("mine/.dockerignore"), "mine").unwrap();
    fs::write(root.path().join("mine/Dockerfile"), "FROM x").unwrap();
    let context = BuildContext {
        remove: &[".dockerignore", "main.txt"],
        overlays: &["mine"],
        without: &["Dockerfile"],
        ..plain()
    };
    let made = root.path().join(context.materialise(root.path(), "answer").unwrap());
    assert_eq!(fs::read_to_string(made.join(".dockerignore")).unwrap(), "mine");
    assert!(!made.join("main.txt").exists() && !made.join("Dockerfile").exists());
}
