//! Which source file somebody edits, and an edit of it that every builder takes for one.

use crate::audit::seen::{Context, Written, operands};

/// Endings of source files, with how a comment begins and ends.
const SOURCES: [(&str, &str, &str); 26] = [
    ("ts", "// ", ""),
    ("tsx", "// ", ""),
    ("js", "// ", ""),
    ("mjs", "// ", ""),
    ("cjs", "// ", ""),
    ("jsx", "// ", ""),
    ("go", "// ", ""),
    ("rs", "// ", ""),
    ("java", "// ", ""),
    ("kt", "// ", ""),
    ("scala", "// ", ""),
    ("cs", "// ", ""),
    ("swift", "// ", ""),
    ("c", "// ", ""),
    ("cc", "// ", ""),
    ("cpp", "// ", ""),
    ("php", "// ", ""),
    ("py", "# ", ""),
    ("rb", "# ", ""),
    ("ex", "# ", ""),
    ("sh", "# ", ""),
    ("vue", "<!-- ", " -->"),
    ("svelte", "<!-- ", " -->"),
    ("html", "<!-- ", " -->"),
    ("css", "/* ", " */"),
    ("conf", "# ", ""),
];

/// Names that programs begin in.
const BEGIN: [&str; 10] = ["main", "app", "index", "server", "lib", "application", "mod", "views", "routes", "handler"];
/// Folders whose files are no source that somebody edits all day.
const ASIDE: [&str; 16] = [
    "test",
    "tests",
    "__tests__",
    "spec",
    "e2e",
    "docs",
    "examples",
    "scripts",
    "node_modules",
    "vendor",
    "target",
    "dist",
    "build",
    "migrations",
    ".github",
    "benches",
];
/// A file with more bytes is generated.
const LARGEST: u64 = 512 * 1024;

fn ending(path: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (_, ending) = name.rsplit_once('.')?;
    SOURCES.iter().find(|(known, _, _)| *known == ending)
}

/// The file of a context that is touched: the one a person would most likely edit. `None` where there is no source.
pub(super) fn choose(context: &Context, written: Option<&Written>) -> Option<String> {
    let files = context.sent().filter(|file| (1..=LARGEST).contains(&file.bytes) && is_source(&file.path));
    let files = files.filter(|file| written.is_none_or(|written| is_copied(&file.path, written)));
    let mut files: Vec<_> = files.map(|file| file.path.as_str()).collect();
    files.sort_by_key(|path| (rank(path), path.matches('/').count(), path.len(), *path));
    files.first().map(|path| (*path).to_owned())
}

/// Whether a file is a source that somebody edits, by its path.
pub fn is_source(path: &str) -> bool {
    let aside = |part: &str| ASIDE.contains(&part) || (part.starts_with('.') && part.len() > 1);
    let name = path.rsplit('/').next().unwrap_or(path);
    let config = [".config.", ".d.ts", ".test.", ".spec.", "_test.", "test_", "setup.py", "conftest"];
    ending(path).is_some() && !path.split('/').any(aside) && !config.iter().any(|word| name.contains(word))
}

/// Less is likelier.
fn rank(path: &str) -> u32 {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name).to_ascii_lowercase();
    let begins = BEGIN.iter().position(|known| *known == stem).map_or(20, |at| u32::try_from(at).unwrap_or(20));
    // What is compiled or run comes before what is shown or starts it.
    let kind =
        ending(path).map_or(0, |(ending, _, _)| if ["html", "css", "conf", "sh"].contains(ending) { 40 } else { 0 });
    begins + kind
}

/// Whether an instruction copies the file from the context.
fn is_copied(path: &str, written: &Written) -> bool {
    written.built().into_iter().any(|(_, instruction)| {
        if instruction.keyword == "RUN" {
            return instruction.joined.contains("type=bind") && !instruction.joined.contains("from=");
        }
        let from = crate::audit::seen::flag(instruction, "from").next().is_some();
        let sources = operands(instruction);
        let copies = matches!(instruction.keyword.as_str(), "COPY" | "ADD") && !from && sources.len() > 1;
        copies && sources[..sources.len() - 1].iter().any(|source| brings(source, path))
    })
}

/// Whether a source of a `COPY` brings a file of the context.
pub fn brings(source: &str, path: &str) -> bool {
    let source = source.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
    if source.is_empty() || source == "." || source == "*" || source.contains('$') {
        return true;
    }
    if source.contains(['*', '?', '[']) {
        // A pattern matches a file or one of the folders it lies in.
        return super::super::ignore::Ignore::of(source).has(path);
    }
    path.strip_prefix(source).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The text of a file after an edit: a comment at its end, another one each time.
pub(super) fn edited(path: &str, text: &[u8], token: &str) -> Vec<u8> {
    let (_, begin, end) = ending(path).copied().unwrap_or(("", "", ""));
    let mut edited = text.to_vec();
    if !edited.ends_with(b"\n") {
        edited.push(b'\n');
    }
    let line = if begin.is_empty() { "\n".repeat(1 + token.len()) } else { format!("{begin}{token}{end}\n") };
    edited.extend_from_slice(line.as_bytes());
    edited
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn chosen(dockerfile: &str, files: &[&str]) -> Option<String> {
        let fixture = files.iter().fold(Fixture::of(dockerfile), |fixture, path| fixture.file(path, 100));
        let seen = fixture.seen();
        choose(seen.context.as_ref().unwrap(), seen.dockerfile.as_ref().ok())
    }

    #[test]
    fn the_file_that_a_person_edits_is_touched() {
        let all = "FROM a\nCOPY . .\n";
        for (files, wanted) in [
            (
                &["package.json", "vite.config.ts", "src/main.ts", "src/x.test.ts", "test/app.js"][..],
                Some("src/main.ts"),
            ),
            (&["manage.py", "shop/views.py", "tests/test_x.py", "setup.py"], Some("shop/views.py")),
            (&["go.mod", "cmd/api/main.go", "internal/db/db.go"], Some("cmd/api/main.go")),
            (&["README.md", "data.csv"], None),
            (&["index.html", "style.css"], Some("index.html")),
        ] {
            assert_eq!(chosen(all, files).as_deref(), wanted, "{files:?}");
        }
    }

    #[test]
    fn a_file_that_nothing_copies_is_left_alone() {
        let some = "FROM a\nCOPY package*.json ./\nCOPY src ./src\n";
        assert_eq!(chosen(some, &["main.ts", "src/deep/util.ts"]).as_deref(), Some("src/deep/util.ts"));
        assert_eq!(
            chosen("FROM a AS b\nCOPY . .\nFROM a\nCOPY run.sh /\n", &["main.ts"]),
            None,
            "that stage is not built"
        );
    }

    #[test]
    fn an_edit_is_a_comment_of_the_language() {
        assert_eq!(edited("a.py", b"x = 1", "t"), b"x = 1\n# t\n");
        assert_eq!(edited("a.html", b"<p>\n", "t"), b"<p>\n<!-- t -->\n");
    }
}
