//! The root filesystem under all local bases, made by mmdebstrap.

use std::path::Path;

use super::recipe::Root;
use crate::process::Command;

/// The mmdebstrap call that writes the root filesystem to `output` as a tar archive.
///
/// `architecture` is Docker's word, which for the two that recipes exist for is Debian's too. Without `sources`,
/// mmdebstrap takes Debian's own servers.
pub fn command(root: &Root, folder: &Path, architecture: &str, sources: &[String], output: &Path) -> Command {
    let options = |name: &str, values: &[String]| -> Vec<String> {
        values.iter().map(|value| format!("--{name}={value}")).collect()
    };
    let copies = root.copy.iter().map(|(file, to)| {
        let from = folder.join(file);
        format!("--customize-hook=copy-in {} {}", hook_word(&from.to_string_lossy()), hook_word(to))
    });
    // The shell expands the patterns behind the quoted root; the manifest is ours, so that they are what they look like.
    let remove: Vec<String> = root.remove.iter().map(|pattern| format!("\"$1\"{pattern}")).collect();
    Command::new("mmdebstrap")
        // With it the same packages give the same archive, byte for byte, and BuildKit finds everything that stands on it in
        // its cache.
        .env("SOURCE_DATE_EPOCH", root.epoch.to_string())
        .args(["--variant=minbase".to_owned(), format!("--architectures={architecture}")])
        .args(options("dpkgopt", &root.dpkg_options))
        .args(options("aptopt", &root.apt_options))
        .args(copies)
        .arg(format!("--customize-hook=rm -rf {}", remove.join(" ")))
        .arg(root.suite.clone())
        .arg(output.to_string_lossy())
        .args(sources.iter().cloned())
}

/// One word of mmdebstrap's own hooks, which it takes apart as a shell would.
fn hook_word(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The lines for apt that make `suite` come from the same servers as this machine's packages: a mirror that works here.
/// Empty on anything but Debian, and where no plain http address is named (the slim root trusts no TLS certificate yet).
pub fn sources_of_this_host(suite: &str) -> Vec<String> {
    let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
    let release = read(Path::new("/etc/os-release"));
    let field = |name: &str| release.lines().find_map(|l| l.strip_prefix(name)).map(|v| v.trim_matches('"').to_owned());
    if field("ID=").as_deref() != Some("debian") {
        return Vec::new();
    }
    let host = field("VERSION_CODENAME=").unwrap_or_default();
    let mut files = vec!["/etc/apt/sources.list".into()];
    let parts = std::fs::read_dir("/etc/apt/sources.list.d");
    files.extend(parts.into_iter().flatten().filter_map(|e| Some(e.ok()?.path())));
    files.sort();
    let texts: Vec<String> = files.iter().map(|path| read(path)).collect();
    sources(suite, &host, &texts)
}

/// As [`sources_of_this_host`], from the texts of apt's files in either of their two formats.
fn sources(suite: &str, host: &str, texts: &[String]) -> Vec<String> {
    let entries: Vec<(String, String)> = texts.iter().flat_map(|text| entries(text)).collect();
    let of =
        |suite: &str| entries.iter().find(|(_, s)| s == suite).map(|(uri, _)| uri.trim_end_matches('/').to_owned());
    let Some(archive) = of(host) else { return Vec::new() };
    let mut lines = vec![format!("deb {archive} {suite} main"), format!("deb {archive} {suite}-updates main")];
    lines.extend(of(&format!("{host}-security")).map(|uri| format!("deb {uri} {suite}-security main")));
    lines
}

/// Address and suite of every http source of binary packages with a component `main`.
fn entries(text: &str) -> Vec<(String, String)> {
    let mut entries = Vec::new();
    // The one-line format: deb [options] URI SUITE COMPONENT…
    for line in text.lines().filter_map(|line| line.trim().strip_prefix("deb ")) {
        let line = line.trim_start();
        let rest = if line.starts_with('[') { line.split_once(']').map_or("", |(_, rest)| rest) } else { line };
        let words: Vec<&str> = rest.split_whitespace().collect();
        if let [uri, suite, components @ ..] = words.as_slice()
            && components.contains(&"main")
        {
            entries.push(((*uri).to_owned(), (*suite).to_owned()));
        }
    }
    // The format of several lines, one paragraph for each source.
    for paragraph in text.split("\n\n") {
        let field = |name: &str| -> Vec<&str> {
            let value = paragraph.lines().find_map(|line| line.strip_prefix(name));
            value.map(|v| v.split_whitespace().collect()).unwrap_or_default()
        };
        if field("Types:").contains(&"deb") && field("Components:").contains(&"main") {
            for uri in field("URIs:") {
                entries.extend(field("Suites:").iter().map(|suite| (uri.to_owned(), (*suite).to_owned())));
            }
        }
    }
    entries.retain(|(uri, _)| uri.starts_with("http://"));
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEB822: &str = "Types: deb\nURIs: http://mirror.example/debian/\nSuites: bookworm bookworm-updates\n\
        Components: main\n\nTypes: deb\nURIs: http://mirror.example/security\nSuites: bookworm-security\nComponents: main\n";

    fn lines(text: &str) -> Vec<String> {
        sources("trixie", "bookworm", &[text.to_owned()])
    }

    #[test]
    fn both_formats_lead_to_the_same_mirror() {
        let expected = [
            "deb http://mirror.example/debian trixie main",
            "deb http://mirror.example/debian trixie-updates main",
            "deb http://mirror.example/security trixie-security main",
        ];
        assert_eq!(lines(DEB822), expected);
        let one_line = "# a comment\ndeb [signed-by=/k arch=amd64] http://mirror.example/debian bookworm main contrib\n\
            deb-src http://x/ bookworm main\ndeb http://mirror.example/security bookworm-security main\n";
        assert_eq!(lines(one_line), expected);
    }

    #[test]
    fn other_repositories_are_no_mirror() {
        assert!(lines("deb http://vendor.example/apt stable main\n").is_empty());
        assert!(lines("deb https://mirror.example/debian bookworm main\n").is_empty());
        assert!(lines("deb cdrom:[x]/ bookworm main\n").is_empty());
    }

    #[test]
    fn the_call_says_everything() {
        let root = super::super::recipe::tests::ours().root;
        let sources = ["deb http://m/d trixie main".to_owned()];
        let shown = command(&root, Path::new("/a b"), "arm64", &sources, Path::new("root.tar")).display();
        for part in [
            "mmdebstrap --variant=minbase --architectures=arm64",
            "path-include=/usr/share/doc/*/copyright",
            "/a b/files/docker-clean",
            r#" "$1"/var/lib/apt/lists/*"#,
            "trixie root.tar 'deb http://m/d trixie main'",
        ] {
            assert!(shown.contains(part), "{part}\n{shown}");
        }
    }
}
