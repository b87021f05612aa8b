//! Dockerfiles before the step that speaks of them: short ones as they are, long ones by their path.

use super::Style;
use super::lines::{columns, dockerfile, fitted};
use crate::names::printable;

/// Most lines of a file that is shown whole: with its neighbours it still fits on a screen.
const MOST: usize = 20;

/// A Dockerfile as it is shown.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    /// The app it builds.
    pub app: &'a str,
    /// The variant it makes.
    pub variant: &'a str,
    /// Its path, relative to the repository.
    pub path: &'a str,
    /// What it says.
    pub text: &'a str,
}

/// These Dockerfiles, as text. Of several apps, only where they lie: whole they would fill screens.
pub fn dockerfiles(files: &[Shown<'_>], style: Style) -> String {
    let alone = files.iter().all(|file| file.app == files[0].app);
    let (mut whole, mut folded) = (Vec::new(), Vec::new());
    for (index, file) in files.iter().enumerate() {
        let count = file.text.trim_end().lines().count();
        let name = if alone { file.variant.to_owned() } else { format!("{}/{}", file.app, file.variant) };
        let name = style.bold(&name);
        let twin = files[..index].iter().find(|before| before.app == file.app && before.text == file.text);
        if let Some(twin) = twin {
            folded.push(fitted(&format!("  {name}  the same lines as {}", style.bold(twin.variant)), columns()));
        } else if alone && count <= MOST {
            let text = file.text.lines().map(printable).collect::<Vec<_>>().join("\n");
            let lines = dockerfile(&text, columns().saturating_sub(4)).into_iter();
            let lines = lines.map(|line| format!("    {line}").trim_end().to_owned());
            let head = fitted(&format!("  {name}  {}", style.dim(file.path)), columns());
            whole.push([format!("\n{head}")].into_iter().chain(lines).collect::<Vec<_>>().join("\n"));
        } else {
            let less = style.command(&format!("less {}", file.path));
            let line = format!("  {name}  {} {less}", style.dim(&format!("{count} lines; to read them:")));
            folded.push(fitted(&line, columns()));
        }
    }
    whole.extend((!folded.is_empty()).then(|| format!("\n{}", folded.join("\n"))));
    whole.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Style = Style { color: false, live: false, symbols: true };

    #[test]
    fn a_short_file_is_whole_and_a_long_one_is_a_path() {
        let long = "RUN true\n".repeat(21);
        let one = Shown { app: "go", variant: "naive", path: "a/naive.Dockerfile", text: "FROM a\n\nCOPY . .\n" };
        let other = Shown { variant: "tiny", path: "a/tiny.Dockerfile", text: &long, ..one.clone() };
        assert_eq!(
            dockerfiles(&[one.clone(), other], PLAIN),
            "\n  naive  a/naive.Dockerfile\n    FROM a\n\n    COPY . .\n\n  tiny  21 lines; to read them: less a/tiny.Dockerfile"
        );
        let twin = Shown { variant: "listed", path: "a/listed.Dockerfile", ..one.clone() };
        let both = dockerfiles(&[one.clone(), twin], PLAIN);
        assert!(both.ends_with("COPY . .\n\n  listed  the same lines as naive"), "{both}");
        let abroad = Shown { app: "node", path: "b/naive.Dockerfile", ..one.clone() };
        assert_eq!(
            dockerfiles(&[one, abroad], PLAIN),
            "\n  go/naive  3 lines; to read them: less a/naive.Dockerfile\n  node/naive  3 lines; to read them: less b/naive.Dockerfile"
        );
    }
}
