//! Builds the whole book: mdBook with our directives put in, and with what no page loads left out.

use std::path::{Path, PathBuf};

use drydock::error::{self, ErrorId, Problem, Result};
use drydock::model::AppId;
use drydock::report::{FRAGMENT_STYLE, PALETTE};
use mdbook_driver::MDBook;
use mdbook_preprocessor::book::Book;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};

use crate::page;
use crate::sources::{FOLDER, Missing, Sources};

/// The style that the builder writes, relative to the book's folder.
pub const WRITTEN: &str = "theme/written.css";

/// How scripts begin that no page loads.
const UNUSED: [&str; 2] = ["searcher-", "mark-"];

/// Builds the book of the repository in `root`. Returns the folder it is in, `target/book`.
///
/// Errors: [`ErrorId::Page`] with one line of evidence for each place of a page that names what is not there; whatever the
/// repository's manifests fail with.
pub fn build(root: &Path, missing: Missing) -> Result<PathBuf> {
    build_for(None, root, missing)
}

/// As [`build`], for a reader who follows this app: pages begin with its language, as long as no other was chosen on a page.
///
/// Errors: as [`build`].
pub fn build_for(reader: Option<&AppId>, root: &Path, missing: Missing) -> Result<PathBuf> {
    let sources = Sources::open(root, missing)?;
    let lessons = sources.workshop.lessons.iter().map(|lesson| (lesson.number, lesson.id.as_str()));
    let style = format!("{}{}", report_style(), numbers(lessons));
    drydock::state::write_atomically(&root.join(FOLDER).join(WRITTEN), style.as_bytes())?;
    let mut book = MDBook::load(root.join(FOLDER)).map_err(|error| broken(&format!("{error:#}")))?;
    book.with_preprocessor(Directives { sources });
    book.build().map_err(|error| match error.downcast::<Problem>() {
        Ok(problem) => problem,
        Err(error) => broken(&format!("{error:#}")),
    })?;
    let built = book.build_dir_for("html");
    slim(&built)?;
    if let Some(app) = reader {
        address(&built, app)?;
    }
    Ok(built)
}

/// Tells every page which language its reader follows.
///
/// Errors: a page cannot be read or written.
fn address(folder: &Path, app: &AppId) -> Result<()> {
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            address(&path, app)?;
        } else if path.extension().is_some_and(|extension| extension == "html") {
            let text = std::fs::read_to_string(&path).map_err(|e| error::io("read", &path, &e))?;
            let text = text.replacen("<html ", &format!("<html data-reader=\"{app}\" "), 1);
            std::fs::write(&path, text).map_err(|e| error::io("write", &path, &e))?;
        }
    }
    Ok(())
}

/// Makes styles and scripts small, and removes scripts that mdBook writes in any case and no page of this theme loads.
///
/// Errors: a file cannot be read or written, or is not valid.
fn slim(built: &Path) -> Result<()> {
    for folder in ["", "css", "theme"] {
        for entry in std::fs::read_dir(built.join(folder)).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if UNUSED.iter().any(|unused| name.starts_with(unused)) {
                std::fs::remove_file(&path).map_err(|e| error::io("remove", &path, &e))?;
                continue;
            }
            let small: fn(&str) -> std::result::Result<String, String> = match path.extension().and_then(|e| e.to_str())
            {
                Some("css") => |text| Ok(minifier::css::minify(text)?.to_string()),
                Some("js") if !name.starts_with("searchindex") => |text| Ok(minifier::js::minify(text)?.to_string()),
                _ => continue,
            };
            let text = std::fs::read_to_string(&path).map_err(|e| error::io("read", &path, &e))?;
            let text = small(&text).map_err(|why| broken(&format!("{name}: {why}")))?;
            std::fs::write(&path, text).map_err(|e| error::io("write", &path, &e))?;
        }
    }
    Ok(())
}

/// The reports' colours, and rules for the parts of reports that pages show, inside a box of their own.
fn report_style() -> String {
    format!(
        "/* Written by the book's builder: the style of the reports, and the numbers of the lessons. */\n{PALETTE}.measured {{\n{FRAGMENT_STYLE}}}\n"
    )
}

/// The number of each lesson before its name in the list of chapters: its place in the course, which leaves numbers out where
/// lessons are still to come.
fn numbers<'l>(lessons: impl Iterator<Item = (u32, &'l str)>) -> String {
    let rules = lessons
        .map(|(number, id)| format!("#chapters a[href$=\"lessons/{id}.html\"]::before {{ content: \"{number}\"; }}\n"));
    rules.collect()
}

fn broken(what: &str) -> Problem {
    Problem::new(ErrorId::Page, "The book cannot be built.").evidence(what.lines())
}

/// Puts in what directives stand for.
struct Directives {
    sources: Sources,
}

impl Preprocessor for Directives {
    fn name(&self) -> &'static str {
        "drydock"
    }

    fn run(&self, _: &PreprocessorContext, mut book: Book) -> mdbook_driver::errors::Result<Book> {
        let mut faults = Vec::new();
        book.for_each_chapter_mut(|chapter| {
            // The theme lists the chapters by these paths, and a link leads to what is built.
            if let Some(path) = &mut chapter.path {
                path.set_extension("html");
            }
            let Some(path) = chapter.source_path.as_ref().map(|path| path.to_string_lossy().into_owned()) else {
                return;
            };
            match page::render(&chapter.content, &path, &self.sources) {
                Ok(text) => chapter.content = text,
                Err(found) => faults.extend(found),
            }
        });
        if faults.is_empty() {
            return Ok(book);
        }
        Err(Problem::new(ErrorId::Page, "Pages of the book name what is not there.").evidence(faults).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lesson_has_its_own_number_in_the_list_of_chapters() {
        let written = numbers([(2, "two"), (5, "five"), (12, "twelve")].into_iter());
        let small = minifier::css::minify(&written).expect("the style is valid").to_string();
        let rule = |id: &str, number: u32| {
            format!("#chapters a[href$=\"lessons/{id}.html\"]::before{{content:\"{number}\";}}")
        };
        assert_eq!(small, [rule("two", 2), rule("five", 5), rule("twelve", 12)].concat());
        // A number that stands in the theme as well would win or lose by the order of the files.
        let theme = include_str!("../theme/css/chrome.css");
        assert!(!theme.contains("counter(chapter)"), "the theme counts the lessons itself");
    }
}
