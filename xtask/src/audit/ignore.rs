//! What a `.dockerignore` leaves out, as the builder reads it.
//!
//! Source: `patternmatcher.go` and `ignorefile/ignorefile.go` of moby/patternmatcher.

/// The patterns of a `.dockerignore`.
#[derive(Clone, Debug, Default)]
pub struct Ignore {
    patterns: Vec<Pattern>,
}

#[derive(Clone, Debug)]
struct Pattern {
    tokens: Vec<Token>,
    /// Whether it brings back what another left out.
    brings_back: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Just(char),
    /// `?`: one character, but no slash.
    One,
    /// `*`: any characters, but no slash.
    Star,
    /// `**/`: any folders, or none.
    Folders,
    /// `**` at the end or inside a name: anything.
    Anything,
    /// `[a-z]`: one of these, or none of these.
    Set {
        ranges: Vec<(char, char)>,
        not: bool,
    },
}

/// Which patterns matched a folder, and therefore all in it.
pub type Matched = Vec<bool>;

impl Ignore {
    /// Reads the text of a `.dockerignore`.
    pub fn of(text: &str) -> Self {
        let text = text.trim_start_matches('\u{feff}');
        let lines = text.lines().filter(|line| !line.starts_with('#')).map(str::trim).filter(|line| !line.is_empty());
        Self { patterns: lines.filter_map(Pattern::of).collect() }
    }

    /// What is known before any folder was entered.
    pub fn at_top(&self) -> Matched {
        vec![false; self.patterns.len()]
    }

    /// Whether a path is left out, and which patterns match it, so that what lies below it can be asked for. `above` is what came of
    /// the folder it lies in.
    pub fn leaves_out(&self, path: &str, above: &Matched) -> (bool, Matched) {
        let chars: Vec<char> = path.chars().collect();
        let (mut out, mut matched) = (false, Matched::with_capacity(self.patterns.len()));
        for (pattern, above) in self.patterns.iter().zip(above) {
            let fits = *above || fits(&pattern.tokens, &chars);
            matched.push(fits);
            if fits {
                out = !pattern.brings_back;
            }
        }
        (out, matched)
    }

    /// As [`Self::leaves_out`], for a path of which nothing above was asked.
    pub fn has(&self, path: &str) -> bool {
        let mut above = self.at_top();
        let (mut out, mut end) = (false, 0);
        while end < path.len() {
            end = path[end + 1..].find('/').map_or(path.len(), |at| at + end + 1);
            (out, above) = self.leaves_out(&path[..end], &above);
        }
        out
    }
}

impl Pattern {
    fn of(line: &str) -> Option<Self> {
        let (brings_back, line) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest.trim()));
        let parts = line.split('/').filter(|part| !part.is_empty() && *part != ".");
        let cleaned = parts.fold(Vec::new(), |mut parts, part| {
            if part == ".." {
                parts.pop();
            } else {
                parts.push(part);
            }
            parts
        });
        let cleaned = cleaned.join("/");
        (!cleaned.is_empty()).then(|| Self { tokens: tokens(&cleaned), brings_back })
    }
}

fn tokens(pattern: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        tokens.push(match c {
            '*' if chars.next_if_eq(&'*').is_some() => {
                let folders = chars.next_if_eq(&'/').is_some();
                if folders { Token::Folders } else { Token::Anything }
            }
            '*' => Token::Star,
            '?' => Token::One,
            '\\' => Token::Just(chars.next().unwrap_or('\\')),
            '[' => {
                let not = chars.next_if_eq(&'^').is_some();
                let inner: Vec<char> = chars.by_ref().take_while(|c| *c != ']').collect();
                let (mut ranges, mut at) = (Vec::new(), 0);
                while at < inner.len() {
                    let range = inner.get(at + 1) == Some(&'-') && at + 2 < inner.len();
                    ranges.push((inner[at], if range { inner[at + 2] } else { inner[at] }));
                    at += if range { 3 } else { 1 };
                }
                Token::Set { ranges, not }
            }
            c => Token::Just(c),
        });
    }
    tokens
}

/// Whether a whole path fits. Every token is tried at every place at most once, so that no pattern takes long.
fn fits(tokens: &[Token], path: &[char]) -> bool {
    // Places in the path that the tokens so far may have come to.
    let mut places = vec![false; path.len() + 1];
    places[0] = true;
    for token in tokens {
        let mut next = vec![false; path.len() + 1];
        let mut running = false;
        for at in 0..=path.len() {
            let here = places[at];
            match token {
                Token::Star => {
                    running = here || (running && at > 0 && path[at - 1] != '/');
                    next[at] = running;
                }
                Token::Anything => {
                    running |= here;
                    next[at] = running;
                }
                Token::Folders => {
                    next[at] |= here || (running && at > 0 && path[at - 1] == '/');
                    running |= here;
                }
                one if here && at < path.len() => next[at + 1] = one.is(path[at]),
                _ => {}
            }
        }
        places = next;
    }
    places[path.len()]
}

impl Token {
    fn is(&self, c: char) -> bool {
        match self {
            Self::Just(just) => *just == c,
            Self::One => c != '/',
            Self::Set { ranges, not } => c != '/' && ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != *not,
            Self::Star | Self::Folders | Self::Anything => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_as_the_builder_reads_them() {
        for (list, path, out) in [
            ("node_modules", "node_modules/x/y.js", true),
            ("node_modules", "packages/a/node_modules/x", false),
            ("**/node_modules", "packages/a/node_modules/x", true),
            ("**/node_modules", "node_modules", true),
            ("/.git/", ".git/config", true),
            ("*.log", "a.log", true),
            ("*.log", "logs/a.log", false),
            ("**/*.log", "logs/a.log", true),
            ("*\n!src", "src/main.rs", false),
            ("*\n!src", "README.md", true),
            ("*\n!src\nsrc/*.tmp", "src/a.tmp", true),
            ("# words\n\n.env*", ".env.local", true),
            ("a?c\n[x-z]*", "abc", true),
            ("a?c\n[x-z]*", "yes", true),
            ("[^a]b", "ab", false),
            ("src/**", "src/a/b", true),
            ("src/**", "srcs", false),
            ("**", "anything/at/all", true),
            ("./a/../b", "b/c", true),
            ("caf\\e", "cafe", true),
        ] {
            assert_eq!(Ignore::of(list).has(path), out, "{list:?} {path}");
        }
    }

    #[test]
    fn a_pattern_that_could_be_tried_in_many_ways_takes_no_longer() {
        let list = Ignore::of(&"*a".repeat(200));
        assert!(!list.has(&"a".repeat(199)));
        assert!(list.has(&"a".repeat(4000)));
    }
}
