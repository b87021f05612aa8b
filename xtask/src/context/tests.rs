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
fn a_control_differs_in_empty_lines_alone_and_in_each_run() {
    let root = repository();
    let edits = [edit("main.txt", "one", "three"), edit("main.txt", "two", "four")];
    let made = |run| {
        let context = BuildContext { edits: &edits, only_lines: true, run, ..plain() };
        text(root.path(), &format!("{}/main.txt", context.materialise(root.path(), "control").unwrap()))
    };
    let (first, second) = (made("r1"), made("r2"));
    assert_eq!((first.trim_end_matches('\n'), second.trim_end_matches('\n')), ("one two", "one two"));
    assert!(first != second && first != "one two" && first == made("r1"));
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
fn links_are_copied_as_they_are_and_never_written_through() {
    let root = repository();
    let outside = tempfile::tempdir().unwrap();
    let app = root.path().join("apps/sloop");
    for (name, target) in
        [("abs", "/etc/passwd"), ("up", "../main.txt/../../.."), ("gone", "nowhere"), ("around", "..")]
    {
        symlink(target, app.join("bin").join(name)).unwrap();
    }
    symlink(outside.path(), app.join("away")).unwrap();
    fs::write(outside.path().join("theirs"), "one").unwrap();
    symlink(outside.path().join("theirs"), app.join("file")).unwrap();
    let made = root.path().join(plain().materialise(root.path(), "links").unwrap());
    assert_eq!(fs::read_link(made.join("bin/abs")).unwrap(), Path::new("/etc/passwd"));
    assert_eq!(fs::read_link(made.join("away")).unwrap(), outside.path());

    fs::create_dir_all(root.path().join("over/away")).unwrap();
    fs::write(root.path().join("over/away/new"), "x").unwrap();
    let edits = [edit("file", "one", "two")];
    for context in [
        BuildContext { files: &[("away/new", b"x")], ..plain() },
        BuildContext { taken: &[("apps/sloop/main.txt", "away/new")], ..plain() },
        BuildContext { without: &["away/theirs"], ..plain() },
        BuildContext { overlays: &["over"], ..plain() },
        BuildContext { edits: &edits, ..plain() },
    ] {
        assert_eq!(context.materialise(root.path(), "links").unwrap_err().id, ErrorId::Context, "{context:?}");
    }
    BuildContext { files: &[("file", b"ours")], ..plain() }.materialise(root.path(), "links").unwrap();
    let theirs: Vec<_> = fs::read_dir(outside.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!((theirs, text(outside.path(), "theirs")), (vec!["theirs".into()], "one".to_owned()));
}

#[test]
fn fifos_and_sockets_are_what_a_builder_makes_of_them() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::FileTypeExt;
    let root = repository();
    let app = root.path().join("apps/sloop");
    let _listens = std::os::unix::net::UnixListener::bind(app.join("bin/socket")).unwrap();
    let fifo = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, app.join("fifo"), fifo, rustix::fs::Mode::from_raw_mode(0o640), 0).unwrap();
    let latin = std::ffi::OsStr::from_bytes(b"caf\xe9");
    fs::write(app.join(latin), "x").unwrap();
    let made = root.path().join(plain().materialise(root.path(), "special").unwrap());
    assert!(fs::metadata(made.join("fifo")).unwrap().file_type().is_fifo());
    let socket = fs::metadata(made.join("bin/socket")).unwrap();
    assert!(socket.is_file() && socket.len() == 0 && made.join(latin).is_file());
}

#[test]
fn a_list_that_nobody_writes_into_is_refused_and_not_waited_for() {
    const WAITS: &str = "apps/sloop/.dockerignore is a FIFO, and a build would wait for somebody to write into it.";
    let root = repository();
    let app = root.path().join("apps/sloop");
    let pipe = |path: &Path| {
        let (fifo, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::from_raw_mode(0o640));
        rustix::fs::mknodat(rustix::fs::CWD, path, fifo, mode, 0).unwrap();
    };
    let refused = |context: BuildContext<'_>| {
        let problem = context.materialise(root.path(), "piped").unwrap_err();
        assert_eq!(problem.id, ErrorId::Context);
        problem.fact
    };
    let list = app.join(".dockerignore");
    pipe(&list);
    assert_eq!(refused(plain()), WAITS);
    // What takes its place is read.
    BuildContext { files: &[(".dockerignore", b"bin\n")], ..plain() }.materialise(root.path(), "replaced").unwrap();
    BuildContext { remove: &[".dockerignore"], ..plain() }.materialise(root.path(), "removed").unwrap();
    // One of the learner's takes the place of the app's own.
    fs::create_dir(root.path().join("my")).unwrap();
    fs::rename(&list, root.path().join("my/.dockerignore")).unwrap();
    fs::write(&list, "bin\n").unwrap();
    assert_eq!(refused(BuildContext { overlays: &["my"], ..plain() }), WAITS.replace("apps/sloop", "my"));
    fs::rename(root.path().join("my/.dockerignore"), &list).unwrap();
    // A builder follows a link that stays in the context.
    fs::rename(&list, app.join("pipe")).unwrap();
    symlink("pipe", &list).unwrap();
    assert_eq!(refused(plain()), WAITS);
    fs::remove_file(&list).unwrap();
    // An image that is built from its app's folder as it is.
    pipe(&root.path().join("apps/sloop/naive.Dockerfile.dockerignore"));
    let problem = readable(root.path(), "apps/sloop", "apps/sloop/naive.Dockerfile").unwrap_err();
    assert!(problem.fact.contains("naive.Dockerfile.dockerignore is a FIFO"), "{}", problem.fact);
    readable(root.path(), "apps/sloop", "apps/sloop/other.Dockerfile").unwrap();
}

#[test]
fn what_is_removed_is_never_read() {
    let root = repository();
    let venv = root.path().join("apps/sloop/.venv/bin");
    fs::create_dir_all(&venv).unwrap();
    symlink("/usr/bin/python3", venv.join("python")).unwrap();
    let context = BuildContext { remove: &[".venv/", "bin/tool"], ..plain() };
    let made = root.path().join(context.materialise(root.path(), "removed").unwrap());
    assert!(!made.join(".venv").exists() && !made.join("bin/tool").exists() && made.join("bin").is_dir());
}

#[test]
fn a_list_that_is_removed_hides_nothing() {
    let root = repository();
    let app = root.path().join("apps/sloop");
    fs::write(app.join(".dockerignore"), "bin\n").unwrap();
    let has_bin = |context: BuildContext<'_>| {
        root.path().join(context.materialise(root.path(), "list").unwrap()).join("bin").exists()
    };
    assert!(!has_bin(plain()) && has_bin(BuildContext { remove: &[".dockerignore"], ..plain() }));
    assert!(has_bin(BuildContext { without: &[".dockerignore"], ..plain() }));
    // The list of the Dockerfile decides in its place.
    fs::create_dir_all(root.path().join("lessons/x")).unwrap();
    fs::write(root.path().join("lessons/x/a.Dockerfile.dockerignore"), "").unwrap();
    assert!(has_bin(BuildContext { dockerfile: "lessons/x/a.Dockerfile", ..plain() }));
    assert!(!has_bin(BuildContext { dockerfile: "lessons/x/b.Dockerfile", ..plain() }));
    // The engine reads a list that is not UTF-8, and so do we.
    fs::write(app.join(".dockerignore"), b"caf\xe9\r\nbin \r\n").unwrap();
    assert!(!has_bin(plain()));
}

#[test]
fn a_list_that_is_a_link_or_a_folder_leaves_the_choice_to_the_builder() {
    let root = repository();
    let app = root.path().join("apps/sloop");
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("list"), "bin\n").unwrap();
    fs::write(app.join("list"), "bin\n").unwrap();
    let has_bin = || {
        let made = plain().materialise(root.path(), "linked").unwrap();
        root.path().join(made).join("bin").exists()
    };
    for target in [outside.path().join("list"), Path::new("list").to_owned(), Path::new("nowhere").to_owned()] {
        symlink(&target, app.join(".dockerignore")).unwrap();
        assert!(has_bin(), "{}", target.display());
        fs::remove_file(app.join(".dockerignore")).unwrap();
    }
    fs::create_dir(app.join(".dockerignore")).unwrap();
    assert!(has_bin());
}

#[test]
fn what_goes_away_while_a_folder_is_read_is_left_out() {
    let root = repository();
    let many = root.path().join("apps/sloop/many");
    fs::create_dir(&many).unwrap();
    let names: Vec<_> = (0..3000).map(|number| many.join(number.to_string())).collect();
    for name in &names {
        fs::write(name, "x").unwrap();
    }
    let folder = many.clone();
    let away = std::thread::spawn(move || {
        for name in names.iter().rev() {
            fs::remove_file(name).unwrap();
        }
        fs::remove_dir(folder).unwrap();
    });
    let made = plain().materialise(root.path(), "going").unwrap();
    let listed = files(&root.path().join("apps/sloop"));
    away.join().unwrap();
    assert!(!many.exists() && root.path().join(made).join("main.txt").is_file());
    assert!(listed.is_ok_and(|files| files.iter().any(|file| file.path == "main.txt")));
}

#[test]
fn a_tree_may_be_deep() {
    let root = repository();
    let mut deep = root.path().join("apps/sloop");
    (0..300).for_each(|_| deep.push("d"));
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("end"), "x").unwrap();
    let made = root.path().join(plain().materialise(root.path(), "deep").unwrap());
    assert!(made.join("d/".repeat(300)).join("end").is_file());
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
