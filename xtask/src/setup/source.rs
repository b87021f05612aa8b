//! Debian 12 has no buildx package; Debian 13's runs on it. This is the source that adds it, and the pin that keeps
//! everything else of Debian 13 away.

/// The release without a buildx package.
pub(super) const LACKING: &str = "bookworm";

/// Where the source is written.
pub(super) const SOURCE: &str = "/etc/apt/sources.list.d/drydock-trixie.sources";

/// Where the pin is written.
pub(super) const PIN: &str = "/etc/apt/preferences.d/drydock-trixie";

/// The pin: nothing comes from Debian 13 but these packages, which do (`apt_preferences(5)`: below 0 never, above 500 before
/// the installed release's own).
pub(super) const PINNED: &str = "\
# Written by Drydock's --setup. Only Docker's packages come from Debian 13; remove this file together with
# sources.list.d/drydock-trixie.sources to undo it.
Package: *
Pin: release n=trixie
Pin-Priority: -10

Package: docker.io docker-cli docker-buildx containerd
Pin: release n=trixie
Pin-Priority: 600
";

/// The mirror this machine gets a release from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mirror {
    /// Address, as the machine's own source has it.
    pub uri: String,
    /// The file that names it.
    pub file: String,
}

/// Finds the mirror of a release in what `apt-get indextargets` prints: paragraphs of `Name: value` lines, one for each
/// index of each source, whichever of the two formats of sources apt read them from.
pub(super) fn mirror(targets: &str, codename: &str) -> Option<Mirror> {
    targets.split("\n\n").find_map(|paragraph| {
        let value = |name: &str| {
            paragraph.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).map(str::to_owned)
        };
        let fits =
            value("Codename")? == codename && value("Component")? == "main" && value("Created-By")? == "Packages";
        let entry = value("Sourcesentry")?;
        let file = entry.rsplit_once(':').map_or(entry.as_str(), |(file, _)| file).to_owned();
        fits.then_some(Mirror { uri: value("Repo-URI")?, file })
    })
}

/// The keys that a file of sources names for a mirror: the value of `Signed-By`, a path or a whole key on several lines.
pub(super) fn signed_by(file: &str, uri: &str) -> Option<String> {
    let uri = uri.trim_end_matches('/');
    let paragraph = file.split("\n\n").find(|paragraph| paragraph.contains(uri))?;
    if let Some(line) = paragraph.lines().find(|l| l.trim_start().starts_with("deb ") && l.contains(uri)) {
        let options = line.split_once('[')?.1.split_once(']')?.0;
        return options.split_whitespace().find_map(|option| option.strip_prefix("signed-by=")).map(str::to_owned);
    }
    let mut lines = paragraph.lines().skip_while(|line| !line.to_ascii_lowercase().starts_with("signed-by:"));
    let first = lines.next()?.split_once(':')?.1.trim().to_owned();
    let more = lines.take_while(|line| line.starts_with([' ', '\t']));
    Some(std::iter::once(first.as_str()).chain(more).collect::<Vec<_>>().join("\n"))
}

/// The source: Debian 13 from the same mirror, by the same keys.
pub(super) fn source(uri: &str, signed_by: Option<&str>) -> String {
    let why = format!("# Written by Drydock's --setup: this release has no buildx package. See {PIN}.\n");
    why + &deb822(uri, "trixie", signed_by)
}

/// A source of one release, in the format of `sources.list(5)` that names its fields.
pub(super) fn deb822(uri: &str, release: &str, signed_by: Option<&str>) -> String {
    let keys = signed_by.map(|keys| format!("Signed-By:{}{keys}\n", if keys.starts_with('\n') { "" } else { " " }));
    format!("Types: deb\nURIs: {uri}\nSuites: {release}\nComponents: main\n{}", keys.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGETS: &str = "\
MetaKey: main/binary-amd64/Packages
Codename: bookworm-security
Component: main
Created-By: Packages
Repo-URI: http://mirror.example/debian-security/
Sourcesentry: /etc/apt/sources.list.d/debian.sources:2

MetaKey: main/binary-amd64/Packages
Codename: bookworm
Component: main
Created-By: Packages
Repo-URI: http://mirror.example/debian/
Sourcesentry: /etc/apt/sources.list.d/debian.sources:1
";

    #[test]
    fn the_mirror_of_the_release_itself_is_taken() {
        let expected = Mirror {
            uri: "http://mirror.example/debian/".into(),
            file: "/etc/apt/sources.list.d/debian.sources".into(),
        };
        assert_eq!(mirror(TARGETS, "bookworm"), Some(expected));
        assert_eq!(mirror(TARGETS, "jammy"), None);
    }

    #[test]
    fn keys_are_found_in_both_formats() {
        let modern = "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm\nSigned-By: /usr/share/keyrings/a.gpg\n\n\
            Types: deb\nURIs: http://other.example/debian\nSigned-By: /b.gpg\n";
        assert_eq!(signed_by(modern, "http://mirror.example/debian/").unwrap(), "/usr/share/keyrings/a.gpg");
        let old = "# a mirror\ndeb [arch=amd64 signed-by=/etc/apt/keyrings/m.asc] http://mirror.example/debian bookworm main\n";
        assert_eq!(signed_by(old, "http://mirror.example/debian/").unwrap(), "/etc/apt/keyrings/m.asc");
        let plain = "deb http://mirror.example/debian/ bookworm main\n";
        assert_eq!(signed_by(plain, "http://mirror.example/debian/"), None);
    }

    #[test]
    fn a_key_written_into_the_source_is_taken_whole() {
        let file = "URIs: http://mirror.example/debian\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\nTypes: deb\n";
        let keys = signed_by(file, "http://mirror.example/debian").unwrap();
        assert_eq!(keys, "\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc");
        assert!(
            source("http://mirror.example/debian", Some(&keys))
                .ends_with("Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n")
        );
    }

    #[test]
    fn a_source_without_keys_names_none() {
        assert!(
            source("http://m.example/", None).ends_with("URIs: http://m.example/\nSuites: trixie\nComponents: main\n")
        );
    }
}
