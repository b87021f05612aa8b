//! A small workshop of its own in a temporary folder: one app, one lesson, this repository's recipes of bases.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use drydock::process::{Command, Output};

use crate::{told, xtask};

/// A temporary repository. Removed when dropped, with the images built from it.
#[derive(Debug)]
pub struct Fixture {
    folder: tempfile::TempDir,
    tags: Vec<String>,
}

impl Drop for Fixture {
    fn drop(&mut self) {
        let remove = Command::new("docker").args(["image", "rm", "--force"]).args(self.tags.iter().cloned());
        // Most fixtures are never built; then there is nothing to remove.
        let _ = remove.output(Duration::from_mins(1));
    }
}

/// One variant of the fixture's app.
#[derive(Clone, Copy, Debug)]
pub struct Variant<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its Dockerfile.
    pub dockerfile: &'a str,
}

impl Fixture {
    /// A workshop with an app `sloop` that has these variants, and a lesson `ills` that builds and runs all of them.
    pub fn new(variants: &[Variant<'_>]) -> Self {
        let tags = variants.iter().map(|variant| format!("drydock.local/app/sloop:{}", variant.name)).collect();
        let fixture = Self { folder: tempfile::tempdir().expect("a temporary folder"), tags };
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
        let contract = fs::read_to_string(root.join("apps/contract.toml")).expect("the contract");
        fixture.write("apps/contract.toml", &contract);
        copy(&root.join("xtask/bases"), &fixture.folder.path().join("xtask/bases"));
        let tables: Vec<String> =
            variants.iter().map(|variant| format!("[variant.{}]\nsummary = \"For a test.\"\n", variant.name)).collect();
        fixture.write(
            "apps/sloop/app.toml",
            &format!(
                "title = \"Sloop\"\nlanguage = \"sh\"\nport = 8080\nready-within = \"3s\"\n\n{}\n\
                 [check]\nvariant = \"{}\"\ntarget = \"check\"\n",
                tables.join("\n"),
                variants[0].name
            ),
        );
        for variant in variants {
            fixture.write(&format!("apps/sloop/{}.Dockerfile", variant.name), variant.dockerfile);
        }
        let names: Vec<String> = variants.iter().map(|variant| format!("\"{}\"", variant.name)).collect();
        fixture.write(
            "lessons/01-ills/lesson.toml",
            &format!(
                "title = \"Ills\"\nquestion = \"What ails it?\"\nable-to = \"tell one failure from another\"\n\
                 minutes = {{ talk = 1, machine = 1, exercise = 1 }}\nanswer = \"Its container tells.\"\n\
                 variants = [{}]\n\n[[expect]]\nrule = \"healthy\"\nwhy = \"It must answer.\"\n",
                names.join(", ")
            ),
        );
        fixture
    }

    /// A workshop that is a copy of a folder, with this repository's contract and recipes of bases, and no state of anybody's.
    pub fn of(folder: &Path) -> Self {
        let fixture = Self { folder: tempfile::tempdir().expect("a temporary folder"), tags: Vec::new() };
        copy(folder, fixture.folder.path());
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
        let contract = fs::read_to_string(root.join("apps/contract.toml")).expect("the contract");
        fixture.write("apps/contract.toml", &contract);
        copy(&root.join("xtask/bases"), &fixture.folder.path().join("xtask/bases"));
        fixture
    }

    /// A path inside the workshop.
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a file of the workshop, with the folders above it.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// What a file of the workshop says.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.path().join(path)).expect("a file")
    }

    /// The runner's program with these arguments, started inside this workshop.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let root = self.folder.path().display().to_string();
        xtask().args(arguments.iter().copied()).env("CARGO_MANIFEST_DIR", root).dir(self.folder.path())
    }

    /// Runs it to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output(Duration::from_mins(10)).unwrap_or_else(|p| panic!("{}", told(&p)))
    }
}

/// Copies a folder with everything in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder that can be read").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file that can be copied");
        }
    }
}
