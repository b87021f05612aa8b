//! A workshop whose one lesson has an exercise, with a memory of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use drydock::process::{Command, Output};

use crate::state_folder;
use crate::workshop::{Fixture, Variant};

/// A server that answers its health request, in a few lines.
pub const SERVER: &str = "from http.server import *\n\
    class H(BaseHTTPRequestHandler):\n\
    \x20   def do_GET(self):\n\
    \x20       self.send_response(200)\n\
    \x20       self.send_header('content-type', 'application/json')\n\
    \x20       self.end_headers()\n\
    \x20       self.wfile.write(b'{\"status\": \"ok\"}')\n\
    HTTPServer(('', 8080), H).serve_forever()\n";

/// What the learner is given: it runs, as root. Its stage has the name under which the app is checked.
const SHIPPED: &str =
    "FROM python:3.13-slim-trixie AS check\nCOPY serve.py /\nCMD [\"python3\", \"-u\", \"/serve.py\"]\n";

/// A right answer to its exercise.
pub const RIGHT: &str =
    "FROM python:3.13-slim-trixie\nCOPY serve.py /\nUSER 65532:65532\nCMD [\"python3\", \"-u\", \"/serve.py\"]\n";

/// Its manifest.
pub const EXERCISE: &str = "title = \"Name a user\"\n\
    task = \"\"\"\nThe service runs as root.\nLet it run as nobody in particular.\n\"\"\"\n\
    first = \"sloop\"\nmine = { summary = \"Yours.\" }\n\n\
    [[expect]]\nrule = \"healthy\"\nwhy = \"It must answer.\"\n\n\
    [[expect]]\nrule = \"non-root\"\nwhy = \"It needs no privilege.\"\n\n\
    [[hint]]\nwhen = \"non-root\"\nsay = [\"Who runs it?\", \"USER takes a number, such as 65532:65532.\"]\n\n\
    [[hint]]\nwhen = \"healthy\"\nsay = [\"What does it print?\"]\n";

/// The workshop.
#[derive(Debug)]
pub struct Harbour {
    fixture: Fixture,
    lesson: String,
    state: tempfile::TempDir,
}

impl Harbour {
    /// With a lesson of this id, which names its images and its app's only variant too: no two trials share an image, which the
    /// first to end would take from the other.
    pub fn new(lesson: &str) -> Self {
        let fixture = Fixture::new(&[Variant { name: lesson, dockerfile: SHIPPED }]);
        let manifest = fs::read_to_string(fixture.path("lessons/01-ills/lesson.toml")).expect("a lesson");
        fs::remove_dir_all(fixture.path("lessons/01-ills")).expect("a folder");
        let harbour = Self { fixture, lesson: lesson.to_owned(), state: tempfile::tempdir().expect("a folder") };
        harbour.write("apps/sloop/serve.py", SERVER);
        harbour.write(&format!("lessons/01-{lesson}/lesson.toml"), &manifest);
        harbour.write(&format!("lessons/01-{lesson}/exercise/exercise.toml"), EXERCISE);
        harbour.write(&format!("lessons/01-{lesson}/exercise/sloop/Dockerfile"), SHIPPED);
        harbour.remember();
        harbour
    }

    /// What other trials learned of layers is of use here too; the rest is this one's own.
    fn remember(&self) {
        let shared = state_folder();
        fs::create_dir_all(shared.join("layers")).expect("a folder");
        let _ = fs::copy(shared.join("memory.json"), self.state().join("memory.json"));
        #[cfg(unix)]
        std::os::unix::fs::symlink(shared.join("layers"), self.state().join("layers")).expect("a link");
    }

    /// Where this workshop's runs remember things.
    pub fn state(&self) -> &Path {
        self.state.path()
    }

    /// A path inside the workshop.
    pub fn path(&self, path: &str) -> PathBuf {
        self.fixture.path(path)
    }

    /// Writes a file of the workshop.
    pub fn write(&self, path: &str, text: &str) {
        self.fixture.write(path, text);
    }

    /// Reads a file of the workshop.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// Saves the learner's Dockerfile.
    pub fn answer(&self, dockerfile: &str) {
        self.write(&format!("my/{}/sloop/Dockerfile", self.lesson), dockerfile);
    }

    /// The program with these arguments, in this workshop.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.fixture.command(arguments).env("DRYDOCK_STATE", self.state().display().to_string())
    }

    /// Runs it to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let command = self.command(arguments).args(["--color", "never"]);
        command.output(Duration::from_mins(10)).unwrap_or_else(|p| panic!("{}", crate::told(&p)))
    }
}

impl Drop for Harbour {
    fn drop(&mut self) {
        let images = ["", "-proof"].map(|kind| format!("drydock.local/lesson/{}{kind}/sloop:mine", self.lesson));
        let remove = Command::new("docker").args(["image", "rm", "--force"]).args(images);
        // Most of them were never built.
        let _ = remove.output(Duration::from_mins(1));
    }
}
