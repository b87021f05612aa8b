//! Fingerprints of a copy of this repository, before and after an edit.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use super::*;
use crate::model::AppId;
use crate::process::Command;
use crate::proof;
use crate::workshop;

/// A copy of the repository that may be edited, and the fingerprints it had when they were last taken.
struct Copy(tempfile::TempDir, RefCell<BTreeMap<String, Fingerprint>>);

/// The fingerprints of a copy that nobody has edited.
static UNEDITED: LazyLock<BTreeMap<String, Fingerprint>> =
    LazyLock::new(|| Copy::of(&workshop::root().unwrap(), BTreeMap::new()).fingerprints());

impl Copy {
    fn new() -> Self {
        Self::of(&workshop::root().unwrap(), UNEDITED.clone())
    }

    fn of(root: &Path, known: BTreeMap<String, Fingerprint>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for path in Tree::open(root).unwrap().paths() {
            let to = folder.path().join(path);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(root.join(path), to).unwrap();
        }
        let git = Command::new("git").args(["init", "--quiet"]).dir(folder.path());
        assert!(git.output(Duration::from_secs(10)).unwrap().success());
        Self(folder, RefCell::new(known))
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn append(&self, path: &str, text: &str) {
        let before = fs::read_to_string(self.path(path)).unwrap_or_default();
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), before + text).unwrap();
    }

    fn fingerprints(&self) -> BTreeMap<String, Fingerprint> {
        let workshop = Workshop::open(self.0.path()).unwrap();
        let tree = Tree::open(self.0.path()).unwrap();
        let digests = Digests::open(&workshop, &tree).unwrap();
        let proofs = proof::all(&workshop, &tree).unwrap();
        let all: BTreeMap<_, _> = proofs.iter().map(|proof| (proof.key(), digests.of(proof).unwrap())).collect();
        assert_eq!(all.len(), proofs.len(), "keys are permanent, so each has one meaning");
        all
    }

    /// The keys whose fingerprint an edit changes, each with the parts that changed.
    fn changed(&self, edit: impl FnOnce(&Self)) -> BTreeMap<String, String> {
        edit(self);
        let after = self.fingerprints();
        let before = self.1.replace(after.clone());
        let differs = |(key, now): (&String, &Fingerprint)| {
            let parts = before.get(key).map_or(vec!["all"], |then| now.differs_from(then));
            (!parts.is_empty()).then(|| (key.clone(), parts.join(", ")))
        };
        after.iter().filter_map(differs).collect()
    }
}

/// The first lesson with an exercise, and the language its exercise was written for.
fn first() -> (Lesson, AppId) {
    let workshop = workshop::root().and_then(|root| Workshop::open(&root)).unwrap();
    let lesson = workshop.lessons.into_iter().find(|lesson| !lesson.exercises.is_empty()).unwrap();
    let app = lesson.exercises[0].first.clone();
    (lesson, app)
}

/// Pages and trials run lessons of their choice.
fn runs_lessons(key: &str) -> bool {
    key.starts_with("page/") || key.starts_with("trial/")
}

fn about(changed: &BTreeMap<String, String>, is_it: impl Fn(&str) -> bool) -> bool {
    !changed.is_empty() && changed.keys().all(|key| is_it(key))
}

#[test]
fn another_folder_and_another_day_change_nothing() {
    let copy = Copy::new();
    let long_ago = std::time::SystemTime::UNIX_EPOCH + Duration::from_hours(24 * 365);
    for path in Tree::open(copy.0.path()).unwrap().paths() {
        let file = fs::File::options().write(true).open(copy.path(path)).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    // What git ignores is nobody's input.
    copy.append("target/debug/anything", "built");
    assert_eq!(copy.fingerprints(), *UNEDITED);
}

#[test]
fn an_app_counts_for_what_is_about_it_dot_files_included() {
    let (copy, (lesson, app)) = (Copy::new(), first());
    for file in [".hidden", "main.c"] {
        let changed = copy.changed(|copy| copy.append(&format!("apps/{app}/{file}"), "x"));
        assert!(changed.contains_key(&format!("lesson/{}/{app}", lesson.id)), "{changed:?}");
        assert!(changed.contains_key(&format!("exercise/{}/{app}/shipped", lesson.id)), "{changed:?}");
        assert!(changed.contains_key(&format!("app/{app}/contract")), "{changed:?}");
        let only = |key: &str| runs_lessons(key) || key.split('/').any(|part| part == app.as_str());
        assert!(about(&changed, only), "{changed:?}");
        assert!(changed.values().all(|parts| parts == "the app"), "{changed:?}");
    }
    let changed = copy.changed(|copy| copy.append(&format!("apps/{app}/README.md"), "More words.\n"));
    assert!(changed.is_empty(), "{changed:?}");
    let changed = copy.changed(|copy| copy.append("apps/contract.toml", "# It is told to all.\n"));
    assert!(changed.len() > UNEDITED.len() / 2, "{changed:?}");
}

#[cfg(unix)]
#[test]
fn a_permission_counts() {
    use std::os::unix::fs::PermissionsExt as _;
    let (copy, (_, app)) = (Copy::new(), first());
    let file = format!("apps/{app}/app.toml");
    let changed =
        copy.changed(|copy| fs::set_permissions(copy.path(&file), fs::Permissions::from_mode(0o755)).unwrap());
    assert!(changed.contains_key(&format!("app/{app}/check")), "{changed:?}");
}

#[test]
fn a_lesson_counts_for_itself_and_its_words_do_not() {
    let (copy, (lesson, app)) = (Copy::new(), first());
    let manifest = format!("{}/lesson.toml", lesson.folder());
    let said = format!("{:?}", lesson.question);
    let changed = copy.changed(|copy| {
        let text = fs::read_to_string(copy.path(&manifest)).unwrap();
        assert!(text.contains(&said));
        fs::write(copy.path(&manifest), text.replace(&said, "\"Better words?\"")).unwrap();
        copy.append(&format!("{}/{RECORDED}", lesson.folder()), "\n");
    });
    assert!(changed.is_empty(), "{changed:?}");
    let changed = copy.changed(|copy| copy.append(&format!("{}/{app}/.dockerignore", lesson.folder()), "x"));
    let of_it = |key: &str| runs_lessons(key) || key.contains(&format!("/{}/{app}", lesson.id));
    assert!(changed.contains_key(&format!("lesson/{}/{app}", lesson.id)) && about(&changed, of_it), "{changed:?}");
}

#[test]
fn an_answer_counts_for_itself_alone() {
    let (copy, (lesson, app)) = (Copy::new(), first());
    let folder = format!("{}/exercise/{app}", lesson.folder());
    let changed = copy.changed(|copy| copy.append(&format!("{folder}/.dockerignore"), "x"));
    let own = format!("exercise/{}/{app}/shipped", lesson.id);
    let only = |key: &str| key == own || runs_lessons(key);
    assert!(changed.contains_key(&own) && about(&changed, only), "{changed:?}");
}

#[test]
fn a_rule_counts_where_it_is_used() {
    let (copy, (lesson, app)) = (Copy::new(), first());
    let exercise = lesson.exercises[0].clone();
    let of_lesson: BTreeSet<&str> = lesson.expect.iter().map(|expect| expect.rule.name()).collect();
    let of_exercise = exercise.expect.iter().filter(|expect| expect.app.as_ref().is_none_or(|only| *only == app));
    let of_exercise: BTreeSet<&str> = of_exercise.map(|expect| expect.rule.name()).collect();
    let (lesson, answer) = (format!("lesson/{}/{app}", lesson.id), format!("exercise/{}/{app}/shipped", lesson.id));
    let known = fs::read_to_string(copy.path("xtask/src/rules/mod.rs")).unwrap();
    let edit_rules = |copy: &Copy, chosen: &dyn Fn(&str) -> bool| {
        for file in fs::read_dir(copy.path("xtask/src/rules")).unwrap().map(|entry| entry.unwrap().path()) {
            let rule = file.file_stem().unwrap().to_str().unwrap().replace('_', "-");
            // What is named after no rule serves several of them.
            // A folder of the same name holds what the rule needs besides.
            if file.is_file() && known.contains(&format!("(\"{rule}\", ")) && chosen(&rule) {
                edit(&file);
            }
        }
    };
    let unused = |rule: &str| !of_lesson.contains(rule) && !of_exercise.contains(rule);
    let changed = copy.changed(|copy| edit_rules(copy, &unused));
    assert!(!changed.is_empty() && !changed.contains_key(&lesson) && !changed.contains_key(&answer), "{changed:?}");
    let rule = of_exercise.iter().find(|rule| !of_lesson.contains(**rule)).expect("one that only the exercise has");
    let changed = copy.changed(|copy| edit_rules(copy, &|one| one == *rule));
    assert!(changed.contains_key(&answer) && !changed.contains_key(&lesson), "{rule}: {changed:?}");
    assert!(changed.values().all(|parts| parts == "the program"), "{changed:?}");
    let rule = of_lesson.first().expect("a lesson expects something");
    let changed = copy.changed(|copy| edit_rules(copy, &|one| one == *rule));
    assert!(changed.contains_key(&lesson), "{rule}: {changed:?}");
}

fn edit(file: &Path) {
    let text = fs::read_to_string(file).unwrap();
    fs::write(file, text + "\n// Words do not count.\n/// Nor do these.\npub(super) const NEW: u32 = 0;\n").unwrap();
}

#[test]
fn the_core_counts_for_everything_and_words_and_renderers_for_nothing() {
    let copy = Copy::new();
    let changed = copy.changed(|copy| copy.append("xtask/src/plan.rs", "\n// Some words.\n"));
    assert!(changed.is_empty(), "{changed:?}");
    let changed = copy.changed(|copy| copy.append("xtask/src/report/lesson.rs", "\nconst NEW: u32 = 0;\n"));
    assert!(changed.is_empty(), "{changed:?}");
    let changed = copy.changed(|copy| copy.append("xtask/src/plan.rs", "\nconst NEW: u32 = 0;\n"));
    let left: Vec<&String> = UNEDITED.keys().filter(|key| !changed.contains_key(*key)).collect();
    assert!(left.iter().all(|key| key.starts_with("page/")), "{left:?}");
    assert!(changed.values().all(|parts| parts == "the program's core"), "{changed:?}");
}

#[test]
fn a_page_counts_by_its_commands_and_what_they_name() {
    let (copy, (lesson, app)) = (Copy::new(), first());
    let page = format!("page/lessons/{}", lesson.id);
    let file = format!("book/src/lessons/{}.md", lesson.id);
    let changed = copy.changed(|copy| copy.append(&file, "\nMore words.\n"));
    assert!(changed.is_empty(), "{changed:?}");
    let changed = copy.changed(|copy| copy.append(&file, "\n```run\nls\n```\n"));
    assert_eq!(changed.into_iter().collect::<Vec<_>>(), [(page.clone(), "its own files".to_owned())]);
    let changed = copy.changed(|copy| copy.append(&format!("apps/{app}/new"), "x"));
    assert!(changed.contains_key(&page), "{changed:?}");
}

#[test]
fn versions_of_crates_that_count_are_found() {
    let lock = "version = 4\n[[package]]\nname = \"tar\"\nversion = \"0.4.44\"\ndependencies = [\"x\"]\n\
                [[package]]\nname = \"other\"\nversion = \"1.0.0\"\n";
    assert_eq!(versions(lock), "tar 0.4.44");
}
