//! The packages of an image as a CycloneDX 1.6 document, which scanners and policies read.
//!
//! The shapes here are the part of the format that is written; `cargo xtask test audit` holds what is written against its schema.

use serde::Serialize;

use crate::image::Digest;
use crate::model::Inspection;
use crate::names::printable;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bom {
    #[serde(rename = "bomFormat")]
    format: &'static str,
    spec_version: &'static str,
    serial_number: String,
    version: u32,
    metadata: Metadata,
    components: Vec<Component>,
}

#[derive(Serialize)]
struct Metadata {
    timestamp: String,
    tools: Tools,
    component: Component,
}

#[derive(Serialize)]
struct Tools {
    components: [Component; 1],
}

#[derive(Default, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Component {
    r#type: &'static str,
    #[serde(rename = "bom-ref")]
    bom_ref: String,
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property>,
}

#[derive(Serialize)]
struct Property {
    name: &'static str,
    value: String,
}

/// The document. `now` is the time it is written at, as RFC 3339 has it.
pub fn sbom(inspection: &Inspection, now: &str) -> String {
    let layers: Vec<&str> = inspection.layers.iter().map(|layer| layer.diff_id.as_str()).collect();
    let identity = Digest::of(format!("{}\n{}", inspection.image, layers.join("\n")).as_bytes());
    let program = Component {
        r#type: "application",
        bom_ref: "drydock".to_owned(),
        name: "drydock".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..Component::default()
    };
    let (name, tag) = parts(&inspection.image);
    let image = Component {
        r#type: "container",
        bom_ref: "image".to_owned(),
        name: printable(name),
        version: printable(tag),
        properties: layers.iter().map(|layer| Property { name: "drydock:layer", value: (*layer).to_owned() }).collect(),
        ..Component::default()
    };
    let mut components = components(inspection);
    // An inventory of an image twice over is twice the same.
    components.sort_by(|a, b| a.bom_ref.cmp(&b.bom_ref));
    components.dedup_by(|a, b| a.bom_ref == b.bom_ref);
    let bom = Bom {
        format: "CycloneDX",
        spec_version: "1.6",
        serial_number: serial(&identity),
        version: 1,
        metadata: Metadata { timestamp: now.to_owned(), tools: Tools { components: [program] }, component: image },
        components,
    };
    serde_json::to_string_pretty(&bom).expect("texts and numbers are always JSON") + "\n"
}

fn components(inspection: &Inspection) -> Vec<Component> {
    let visible = inspection.packages.iter().map(|package| {
        (
            &package.ecosystem,
            &package.name,
            &package.version,
            package.bytes.map(|bytes| ("drydock:bytes", bytes.to_string())),
        )
    });
    // Their files are shipped, so a scanner of layers finds them, too.
    let hidden = inspection.hidden_packages.iter().map(|package| {
        (
            &package.ecosystem,
            &package.name,
            &package.version,
            Some(("drydock:hidden-in-layer", package.layer.to_string())),
        )
    });
    let component =
        |(ecosystem, name, version, property): (&String, &String, &String, Option<(&'static str, String)>)| {
            let purl = purl(ecosystem, name, version);
            let id = purl.clone().unwrap_or_else(|| format!("{ecosystem}:{name}@{version}"));
            Component {
                r#type: "library",
                bom_ref: printable(&id),
                name: printable(name),
                version: printable(version),
                purl,
                properties: property.into_iter().map(|(name, value)| Property { name, value }).collect(),
            }
        };
    visible.chain(hidden).map(component).collect()
}

/// The name of an image without its tag or digest, and that.
fn parts(image: &str) -> (&str, &str) {
    if let Some((name, digest)) = image.split_once('@') {
        return (name, digest);
    }
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, ""),
    }
}

/// A number for the document that is the same for the same image: UUID version 8 of RFC 9562, from a digest.
fn serial(digest: &Digest) -> String {
    let mut bytes: Vec<u8> = digest.bytes()[..16].to_vec();
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
        use std::fmt::Write;
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// The package URL, by the rules of the purl specification for each type; `None` for a type that has none.
fn purl(ecosystem: &str, name: &str, version: &str) -> Option<String> {
    let path = |name: &str| name.split('/').map(encoded).collect::<Vec<_>>().join("/");
    let name = match ecosystem {
        "deb" => format!("deb/debian/{}", encoded(&name.to_lowercase())),
        "npm" => format!("npm/{}", path(&name.to_lowercase())),
        "pypi" => format!("pypi/{}", encoded(&name.to_lowercase().replace(['_', '.'], "-"))),
        "go" => format!("golang/{}", path(&name.to_lowercase())),
        "cargo" => format!("cargo/{}", encoded(name)),
        "maven" => format!("maven/{}", path(&name.replacen(':', "/", 1))),
        _ => return None,
    };
    Some(if version.is_empty() { format!("pkg:{name}") } else { format!("pkg:{name}@{}", encoded(version)) })
}

/// A part of a package URL.
fn encoded(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut all, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            all.push(char::from(byte));
        } else {
            let _ = write!(all, "%{byte:02X}");
        }
        all
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn every_package_is_a_component_with_its_url() {
        let seen = Fixture::nothing()
            .image()
            .package("deb", "libssl3t64", "3.5.1-1+deb13u1")
            .package("npm", "@fastify/ajv", "4.0.0")
            .package("npm", "@fastify/ajv", "4.0.0")
            .package("pypi", "Typing_Extensions", "4.1")
            .package("other", "x", "1")
            .seen();
        let bom: Value = serde_json::from_str(&sbom(&seen.image.unwrap().inspection, "2026-11-28T00:00:00Z")).unwrap();
        let components = bom["components"].as_array().unwrap();
        let purls: Vec<_> = components.iter().filter_map(|one| one["purl"].as_str()).collect();
        assert_eq!(
            purls,
            [
                "pkg:deb/debian/libssl3t64@3.5.1-1%2Bdeb13u1",
                "pkg:npm/%40fastify/ajv@4.0.0",
                "pkg:pypi/typing-extensions@4.1"
            ]
        );
        assert_eq!((components.len(), &bom["specVersion"]), (4, &Value::from("1.6")));
        assert_eq!(bom["metadata"]["component"]["version"], "now");
    }

    #[test]
    fn the_same_image_has_the_same_number() {
        let one = serial(&Digest::of(b"a"));
        assert_eq!(one, serial(&Digest::of(b"a")));
        assert!(one != serial(&Digest::of(b"b")) && one.len() == "urn:uuid:".len() + 36);
        assert_eq!(one.chars().nth("urn:uuid:xxxxxxxx-xxxx-".len()), Some('8'));
    }

    #[test]
    fn a_name_is_told_from_its_tag() {
        assert_eq!(parts("localhost:5000/a/b:1"), ("localhost:5000/a/b", "1"));
        assert_eq!((parts("localhost:5000/a"), parts("a@sha256:0")), (("localhost:5000/a", ""), ("a", "sha256:0")));
    }
}
