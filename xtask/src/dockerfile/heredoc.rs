//! Here-documents: `<<NAME`, `<<-NAME`, `3<<"NAME"`, anywhere on the command line of `RUN`, `COPY` or `ADD`.
//!
//! The rules are those of `heredocsFromLine` in moby/buildkit's `frontend/dockerfile/parser/parser.go`.

use super::lex::Lex;

/// The beginning of a here-document.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Heredoc {
    /// The line that ends it.
    name: String,
    /// Whether tabs before that line do not count.
    chomp: bool,
}

impl Heredoc {
    /// Whether a line is the end of it.
    pub fn ends_with(&self, line: &str) -> bool {
        let line = if self.chomp { line.trim_start_matches('\t') } else { line };
        line == self.name
    }
}

/// The here-documents of a command line, in their order.
///
/// Errors: what BuildKit says of a name.
pub(super) fn of_line(line: &str) -> Result<Vec<Heredoc>, String> {
    let lex = Lex { escape: '\\', raw_quotes: true, raw_escapes: true, values: None };
    // A line with a quote that has no end has no words for BuildKit, and so no here-document.
    let words = lex.read(line).unwrap_or_default().words;
    words.iter().filter_map(|word| of_word(word).transpose()).collect()
}

/// The here-document that a word begins: digits, `<<`, perhaps `-`, and a name without a `<`.
fn of_word(word: &str) -> Result<Option<Heredoc>, String> {
    let Some(rest) = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<") else { return Ok(None) };
    let (chomp, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
    if rest.is_empty() || rest.contains('<') {
        return Ok(None);
    }
    let lex = Lex { escape: '\\', raw_quotes: false, raw_escapes: false, values: None };
    let mut words = lex.read(rest)?.words;
    Ok(match words.len() {
        1 => words.pop().map(|name| Heredoc { name, chomp }),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn here_documents_are_found_wherever_they_stand() {
        let names = |line| of_line(line).unwrap().into_iter().map(|h| h.name).collect::<Vec<_>>().join(",");
        for (line, found) in [
            ("RUN <<EOF", "EOF"),
            ("RUN cat <<EOF > /x", "EOF"),
            ("RUN a && cat > f <<'E O F'", "E O F"),
            ("RUN python3 <<-\"PY\" && cat 3<<B", "PY,B"),
            ("RUN cat <<\\EOF", "EOF"),
            ("RUN cat <<$X <<${Y:-z}", "$X,${Y:-z}"),
            ("RUN cat <<<word", ""),
            ("RUN cat << EOF", ""),
            ("RUN cat <<E<F", ""),
            ("RUN printf '%s' 'cout <<EOF'", ""),
            ("RUN echo \"a <<EOF", ""),
            ("RUN (cat <<EOF)", "EOF)"),
            ("RUN x<<EOF", ""),
            ("RUN echo $((1<<2))", ""),
        ] {
            assert_eq!(names(line), found, "{line}");
        }
    }

    #[test]
    fn tabs_before_the_end_count_unless_a_dash_says_otherwise() {
        let of = |line| of_line(line).unwrap().remove(0);
        assert!(
            of("RUN <<-E").ends_with("\t\tE") && !of("RUN <<E").ends_with("\tE") && !of("RUN <<-E").ends_with(" E")
        );
    }
}
