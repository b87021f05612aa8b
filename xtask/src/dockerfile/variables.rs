//! `ARG` before the first `FROM`, and `$NAME` in `FROM` and `--from`.

use std::collections::BTreeMap;

/// Build arguments with their defaults. Values given on the command line of a build are not known here.
#[derive(Debug, Default)]
pub(super) struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Reads the arguments of `ARG` instructions: `NAME=value`, several to a line, quotes taken off.
    pub(super) fn from_args<'a>(args: impl Iterator<Item = &'a str>) -> Self {
        let mut variables = Self::default();
        for arg in args {
            for definition in arg.split_whitespace() {
                if let Some((name, value)) = definition.split_once('=') {
                    let value = expand(value.trim_matches(['"', '\'']), &variables);
                    variables.0.insert(name.to_owned(), value);
                }
            }
        }
        variables
    }
}

/// Puts values in for `$NAME`, `${NAME}` and `${NAME:-default}`. An unknown name without a default becomes nothing, as in
/// BuildKit.
pub(super) fn expand(text: &str, variables: &Variables) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        result.push_str(&rest[..dollar]);
        rest = &rest[dollar + 1..];
        let (expression, after) = if let Some(braced) = rest.strip_prefix('{') {
            let end = braced.find('}').unwrap_or(braced.len());
            (&braced[..end], braced.get(end + 1..).unwrap_or_default())
        } else {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            rest.split_at(end)
        };
        let (name, default) = expression.split_once(":-").unwrap_or((expression, ""));
        let value = variables.0.get(name).map(String::as_str).filter(|v| !v.is_empty());
        result.push_str(value.unwrap_or(default));
        rest = after;
    }
    result + rest
}
