//! Somebody who is not root: a member of the group that owns the engine's socket, with a clone and a home of their own.
//!
//! No user is made for it: a number will do, as in a container. Needs root, to become that number.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use drydock::process::{Command, Output};
use drydock::workshop::Workshop;
use drydock_tests::{runner, told};

/// A lesson, from nothing in the worst case.
const LONG: Duration = Duration::from_mins(15);

/// A number that no user of this machine has.
const NUMBER: u32 = 54_321;

struct Member {
    folder: tempfile::TempDir,
    group: u32,
    /// The first language of the first exercise.
    app: String,
}

impl Member {
    /// A home and a clone that belong to the number, with the program that was built here.
    fn new() -> Self {
        assert!(drydock::host::is_root(), "only root can run a program as somebody else");
        let socket = Path::new("/var/run/docker.sock");
        let group = fs::metadata(socket).expect("this machine's own engine").gid();
        assert_ne!(group, 0, "the engine's socket belongs to a group that is not root's");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let workshop = Workshop::find().unwrap_or_else(|p| panic!("{}", told(&p)));
        let app = workshop.lessons[0].exercises[0].first.to_string();
        let member = Self { folder, group, app };
        fs::create_dir(member.home()).expect("a folder");
        let clone = Command::new("git").args(["clone", "--quiet", "--no-hardlinks"]);
        let clone = clone.arg(workshop.root.display().to_string()).arg(member.clone_of_it());
        assert_eq!(clone.output(LONG).map_err(|p| told(&p)).expect("git").status, 0);
        fs::copy(runner(), member.folder.path().join("xtask")).expect("a copy of the program");
        let owner = format!("{NUMBER}:{NUMBER}");
        let own = Command::new("chown").args(["-R".to_owned(), owner, member.folder.path().display().to_string()]);
        assert_eq!(own.output(LONG).map_err(|p| told(&p)).expect("chown").status, 0);
        member
    }

    fn home(&self) -> String {
        self.folder.path().join("home").display().to_string()
    }

    fn clone_of_it(&self) -> String {
        self.folder.path().join("drydock").display().to_string()
    }

    /// Runs the program in the clone, as the member. Nothing of root's environment is passed on but the way to programs.
    fn run(&self, arguments: &[&str]) -> Output {
        let who = [format!("--reuid={NUMBER}"), format!("--regid={NUMBER}"), format!("--groups={}", self.group)];
        let path = std::env::var("PATH").unwrap_or_default();
        let command = Command::new("setpriv").args(who).args(["env", "-i"]);
        let command =
            command.args([format!("HOME={}", self.home()), format!("PATH={path}"), "LC_ALL=C.UTF-8".to_owned()]);
        let command = command.arg(self.folder.path().join("xtask").display().to_string());
        let output = command.args(arguments.iter().copied()).dir(self.clone_of_it()).output(LONG);
        output.unwrap_or_else(|p| panic!("{}", told(&p)))
    }
}

/// What below a folder does not belong to the member.
fn of_others(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let metadata = entry.metadata().expect("an entry");
        if metadata.uid() != NUMBER {
            found.push(entry.path().display().to_string());
        }
        if metadata.is_dir() {
            of_others(&entry.path(), found);
        }
    }
}

#[track_caller]
fn assert_well(output: &Output) {
    assert_eq!(output.status, 0, "{}\n{}", output.stdout, output.stderr);
}

#[test]
fn a_member_of_the_group_learns_as_root_does() {
    let member = Member::new();
    let doctor = member.run(&["doctor", "--json"]);
    assert_well(&doctor);
    assert!(doctor.stdout.contains("built an image and ran a container"), "{}", doctor.stdout);

    let app = member.app.as_str();
    assert_well(&member.run(&["lesson", "1", "--app", app, "--predict", "skip"]));
    let checked = member.run(&["check", "1", "--app", app]);
    assert_eq!(checked.status, 1, "what is shipped does not pass: {}\n{}", checked.stdout, checked.stderr);
    assert!(checked.stdout.contains("expectations hold"), "it is judged: {}\n{}", checked.stdout, checked.stderr);
    assert_well(&member.run(&["progress"]));

    let mut others = Vec::new();
    of_others(member.folder.path(), &mut others);
    assert!(others.is_empty(), "these belong to somebody else: {others:#?}");
    let state = Path::new(&member.home()).join(".local/state/drydock");
    assert!(state.join("progress.json").is_file(), "what the member did is remembered in their home");
}

#[test]
fn somebody_outside_the_group_is_told_how_to_join() {
    let member = Member { group: NUMBER, ..Member::new() };
    let mode = fs::metadata("/var/run/docker.sock").expect("a socket").mode();
    assert_eq!(mode & 0o006, 0, "the engine's socket is open for everybody on this machine");
    let doctor = member.run(&["doctor"]);
    assert_eq!(doctor.status, 3, "{}", doctor.stdout);
    assert!(doctor.stdout.contains("[engine-denied]") && doctor.stdout.contains("usermod"), "{}", doctor.stdout);
}
