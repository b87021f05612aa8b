//! What this network asks of toolchain bases: certificates of a CA that intercepts TLS, and package mirrors.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::recipe::Toolchain;
use crate::error::{self, ErrorId, Problem, Result};

/// Where the overlay puts the public roots joined with this network's.
const BUNDLE: &str = "/usr/local/share/drydock/ca-bundle.pem";

/// Folders in which distributions keep the certificates that were added to a machine by hand: Debian, Fedora, Arch, openSUSE.
const FOLDERS: &[&str] = &[
    "/usr/local/share/ca-certificates",
    "/etc/pki/ca-trust/source/anchors",
    "/etc/ca-certificates/trust-source/anchors",
    "/etc/pki/trust/anchors",
];

/// Largest file of certificates that is read, in bytes; the public roots together have a fifth of that.
const LARGEST: u64 = 1 << 20;

/// What is laid over toolchain bases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlay {
    /// PEM certificates, one after the other, each once; empty where the host trusts none but the public ones.
    pub certificates: String,
    /// The files they come from.
    pub files: Vec<PathBuf>,
    /// Variables of package mirrors with their values on the host.
    pub mirrors: BTreeMap<String, String>,
}

impl Overlay {
    /// Reads the certificates of `files`, or, when there are none, of the folders where distributions keep added ones; and
    /// the mirror variables of this process.
    ///
    /// Errors: a named file that cannot be read or holds no certificate ([`ErrorId::File`]).
    pub fn of_this_host<'a>(files: &[PathBuf], variables: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let mirrors = variables.into_iter().filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)));
        let mut overlay = Self { mirrors: mirrors.filter(|(_, value)| !value.is_empty()).collect(), ..Self::default() };
        let mut seen = BTreeSet::new();
        for file in if files.is_empty() { found() } else { files.to_vec() } {
            let certificates = certificates(&read(&file)?);
            if certificates.is_empty() {
                if files.is_empty() {
                    continue;
                }
                let fact = format!("{} holds no certificate in PEM form.", file.display());
                return Err(Problem::new(ErrorId::File, fact)
                    .next("openssl x509 -inform der -in FILE -out FILE.pem    turns a binary one into PEM"));
            }
            overlay.certificates.extend(certificates.into_iter().filter(|c| seen.insert(c.clone())));
            overlay.files.push(file);
        }
        Ok(overlay)
    }

    /// Whether nothing is laid over any base.
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty() && self.mirrors.is_empty()
    }

    /// Mirror variables whose value holds a user name or password: they are not passed on, because every image built on
    /// the base would carry them.
    pub fn withheld(&self) -> impl Iterator<Item = &str> {
        self.mirrors.iter().filter(|(_, value)| has_credentials(value)).map(|(name, _)| name.as_str())
    }

    /// The overlay's Dockerfile for one toolchain base, or `None` where there is nothing to lay over it.
    pub fn dockerfile(&self, template: &str, toolchain: &Toolchain) -> Option<String> {
        let certificates = toolchain.ca_variables.iter().filter(|_| !self.certificates.is_empty());
        let certificates = certificates.map(|name| (name.as_str(), BUNDLE));
        let usable = |name: &String| self.mirrors.get(name).filter(|value| !has_credentials(value));
        let mirrors = toolchain.mirror_variables.iter().flat_map(|group| {
            let first = group.iter().find_map(usable);
            group.iter().filter_map(move |name| Some((name.as_str(), usable(name).or(first)?.as_str())))
        });
        let lines: Vec<String> =
            certificates.chain(mirrors).map(|(name, value)| format!("ENV {name}={}\n", quoted(value))).collect();
        (!lines.is_empty()).then(|| format!("{template}{}", lines.concat()))
    }
}

/// A value as Dockerfiles take it: neither a quote nor a dollar sign of it may be read as theirs, and it is one line.
fn quoted(value: &str) -> String {
    let escaped: String = value
        .chars()
        .filter(|c| !c.is_control())
        .flat_map(|c| if "\"\\$".contains(c) { vec!['\\', c] } else { vec![c] })
        .collect();
    format!("\"{escaped}\"")
}

fn has_credentials(value: &str) -> bool {
    value.split(['/', ',', '|']).any(|part| part.contains('@'))
}

/// Files with a usual ending in [`FOLDERS`], sorted.
fn found() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = FOLDERS
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flat_map(|entries| entries.filter_map(|e| Some(e.ok()?.path())))
        .filter(|path| path.extension().is_some_and(|e| e == "crt" || e == "pem" || e == "cer"))
        .collect();
    files.sort();
    files
}

fn read(file: &Path) -> Result<String> {
    let size = std::fs::metadata(file).map_err(|e| error::io("read", file, &e))?.len();
    if size > LARGEST {
        let fact = format!("{} has {size} bytes; a file of certificates has at most {LARGEST}.", file.display());
        return Err(Problem::new(ErrorId::File, fact));
    }
    // A binary certificate is no text; it then holds no PEM block and is reported as such.
    let bytes = std::fs::read(file).map_err(|e| error::io("read", file, &e))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The certificate blocks of a PEM file. Whatever else it holds, a private key above all, stays where it is.
fn certificates(text: &str) -> Vec<String> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    text.split(BEGIN)
        .skip(1)
        .filter_map(|rest| rest.split_once(END))
        .map(|(body, _)| format!("{BEGIN}\n{}\n{END}\n", body.trim().replace('\r', "")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = "subject=x\r\n-----BEGIN CERTIFICATE-----\r\nQUJD\r\n-----END CERTIFICATE-----\r\n";
    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n";

    fn toolchain() -> Toolchain {
        toml::from_str(
            "ca-variables=['PIP_CERT']\nmirror-variables=[['PIP_INDEX_URL'],['UV_DEFAULT_INDEX','UV_INDEX_URL']]",
        )
        .unwrap()
    }

    fn overlay(certificates: &str, mirror: Option<&str>) -> Overlay {
        let mirrors = mirror.map(|m| ("PIP_INDEX_URL".to_owned(), m.to_owned())).into_iter().collect();
        Overlay { certificates: certificates.to_owned(), mirrors, ..Overlay::default() }
    }

    #[test]
    fn only_certificates_are_taken_and_each_once() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one.pem"), folder.path().join("two.pem"));
        std::fs::write(&one, format!("{KEY}{PEM}")).unwrap();
        std::fs::write(&two, PEM).unwrap();
        let overlay = Overlay::of_this_host(&[one, two], []).unwrap();
        assert_eq!(overlay.certificates, "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n");
        assert_eq!(overlay.files.len(), 2);
    }

    #[test]
    fn a_named_file_without_a_certificate_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("der.crt");
        std::fs::write(&file, [0x30, 0x82, 0xff]).unwrap();
        assert_eq!(Overlay::of_this_host(&[file], []).unwrap_err().id, ErrorId::File);
    }

    #[test]
    fn variables_follow_what_there_is() {
        let lines = |overlay: Overlay| overlay.dockerfile("FROM x\n", &toolchain());
        assert_eq!(lines(overlay("", None)), None);
        let bundle = "FROM x\nENV PIP_CERT=\"/usr/local/share/drydock/ca-bundle.pem\"\n";
        assert_eq!(lines(overlay("C", None)).unwrap(), bundle);
        let mirror = "https://mirror.example/simple";
        assert_eq!(lines(overlay("", Some(mirror))).unwrap(), format!("FROM x\nENV PIP_INDEX_URL=\"{mirror}\"\n"));
    }

    #[test]
    fn tools_of_one_kind_share_a_mirror() {
        let uv = BTreeMap::from([("UV_INDEX_URL".to_owned(), "https://m.example".to_owned())]);
        let lines = Overlay { mirrors: uv, ..Overlay::default() }.dockerfile("FROM x\n", &toolchain()).unwrap();
        let both = "ENV UV_DEFAULT_INDEX=\"https://m.example\"\nENV UV_INDEX_URL=\"https://m.example\"\n";
        assert_eq!(lines, format!("FROM x\n{both}"));
    }

    #[test]
    fn credentials_stay_on_the_host() {
        let secret = overlay("", Some("https://me:pw@mirror.example/simple"));
        assert_eq!(secret.dockerfile("FROM x\n", &toolchain()), None);
        assert_eq!(secret.withheld().collect::<Vec<_>>(), ["PIP_INDEX_URL"]);
    }

    #[test]
    fn a_value_cannot_leave_its_quotes() {
        assert_eq!(quoted("a\"\nRUN $x\\"), r#""a\"RUN \$x\\""#);
    }
}
