//! `docker`: a docker command that only looks, and what it prints.

use serde::Deserialize;

use super::{Kind, Names};
use crate::model::VariantId;

/// A docker command that only looks.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DockerStep {
    /// Arguments behind `docker`; `{image:VARIANT}` stands for an image's tag, `{container:VARIANT}` for a running container
    /// of it, `{index:VARIANT}` for the tag of all its platforms together.
    pub run: Vec<Argument>,
    /// What it prints is a tar, and the names in it are shown.
    #[serde(default)]
    pub tar: bool,
    /// How many lines of its output are shown.
    #[serde(default = "ten")]
    pub lines: usize,
    /// Text its output must hold.
    pub contains: Option<String>,
    /// The build that leaves what the command shows. Where the text is missing, since the engine has collected it as garbage, it is
    /// made once more, without cache, and the command is run again.
    #[serde(rename = "left-by")]
    pub left_by: Option<LeftBy>,
}

/// A build that leaves something in the engine.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LeftBy {
    /// The variant.
    pub variant: VariantId,
    /// The stage of it; all of it where none is named.
    pub target: Option<String>,
}

/// An argument with placeholders, taken apart when the manifest is read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(try_from = "String")]
pub struct Argument(pub Vec<Piece>);

/// A part of an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As written.
    Text(String),
    /// Stands for something of a variant.
    Of(Placeholder, VariantId),
}

/// What a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// The image's tag.
    Image,
    /// The id of a running container of it.
    Container,
    /// The tag of the index of all its platforms, which engines with the containerd store hold.
    Index,
}

impl Argument {
    /// The argument with words in place of what stands for something.
    ///
    /// Errors: whatever `word` fails with.
    pub fn filled<E>(&self, mut word: impl FnMut(Placeholder, &VariantId) -> Result<String, E>) -> Result<String, E> {
        let words = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => Ok(text.clone()),
            Piece::Of(wanted, variant) => word(*wanted, variant),
        });
        words.collect()
    }

    /// The argument as it is shown: `{image:split}` and `{container:split}` as `split`.
    pub fn shown(&self) -> String {
        let words = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Of(_, variant) => variant.as_str(),
        });
        words.collect()
    }
}

impl TryFrom<String> for Argument {
    type Error = String;

    /// Reads `{WORD:VARIANT}`. Other braces are the command's own, such as a format's.
    fn try_from(text: String) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let (mut plain, mut rest) = (String::new(), text.as_str());
        while let Some((before, after)) = rest.split_once('{') {
            plain.push_str(before);
            let placeholder = after.split_once('}').and_then(|(inside, after)| {
                let (kind, variant) = inside.split_once(':')?;
                let variant = VariantId::try_from(variant.to_owned()).ok()?;
                let is_word = !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_lowercase());
                is_word.then_some((kind, variant, after))
            });
            let Some((kind, variant, after)) = placeholder else {
                plain.push('{');
                rest = after;
                continue;
            };
            let wanted = match kind {
                "image" => Placeholder::Image,
                "container" => Placeholder::Container,
                "index" => Placeholder::Index,
                _ => {
                    return Err(format!("unknown placeholder `{kind}`, expected one of `image`, `container`, `index`"));
                }
            };
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Of(wanted, variant));
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Self(pieces))
    }
}

impl Kind for DockerStep {
    fn names(&self) -> Names<'_> {
        let named = self.run.iter().flat_map(|argument| &argument.0).filter_map(|piece| match piece {
            Piece::Of(_, variant) => Some(variant),
            Piece::Text(_) => None,
        });
        Names {
            images: named.collect(),
            dockerfiles: self.left_by.iter().map(|build| &build.variant).collect(),
            ..Names::default()
        }
    }
}

fn ten() -> usize {
    10
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argument(text: &str) -> Argument {
        Argument::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn only_our_own_placeholders_are_filled() {
        assert_eq!(argument("{image:split}").shown(), "split");
        assert_eq!(argument("container:{container:tiny}").shown(), "container:tiny");
        assert_eq!(argument("{{json .Config}} {Os:}").shown(), "{{json .Config}} {Os:}");
        let filled = argument("a{image:x}b").filled(|wanted, variant| Ok::<_, ()>(format!("<{wanted:?} {variant}>")));
        assert_eq!(filled.unwrap(), "a<Image x>b");
        assert_eq!(argument("").0, [Piece::Text(String::new())]);
    }

    #[test]
    fn a_typo_in_a_placeholder_is_a_mistake() {
        let mistake = Argument::try_from("{imgae:split}".to_owned()).unwrap_err();
        assert_eq!(mistake, "unknown placeholder `imgae`, expected one of `image`, `container`, `index`");
    }
}
