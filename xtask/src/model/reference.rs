//! Names of images, compared as Docker compares them.

/// A name of an image, taken apart by the rules of `distribution/reference` (`splitDockerDomain`, `TagNameOnly`,
/// `FamiliarString`): `golang`, `golang:latest`, `library/golang` and `docker.io/library/golang` are one image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The registry, e.g. `docker.io`, `gcr.io` or `localhost:5000`.
    pub registry: String,
    /// The repository in it, e.g. `library/golang`.
    pub repository: String,
    /// The tag; `None` where a digest stands alone.
    pub tag: Option<String>,
    /// The digest behind `@`, e.g. `sha256:…`.
    pub digest: Option<String>,
}

/// Docker's own registry, and its name of old.
const HUB: [&str; 2] = ["docker.io", "index.docker.io"];
/// Where the official images are in it.
const OFFICIAL: &str = "library/";
/// The tag that is meant where none is named.
const LATEST: &str = "latest";

impl Reference {
    /// Takes a name apart. Whether it is one that an engine accepts is for the engine to say.
    pub fn of(name: &str) -> Self {
        let (name, digest) = match name.split_once('@') {
            Some((name, digest)) => (name, Some(digest.to_owned())),
            None => (name, None),
        };
        let is_registry =
            |first: &str| first.contains(['.', ':']) || first == "localhost" || first.chars().any(char::is_uppercase);
        let (registry, rest) = name.split_once('/').filter(|(first, _)| is_registry(first)).unwrap_or((HUB[0], name));
        let registry = if HUB.contains(&registry) { HUB[0] } else { registry };
        let (path, tag) = match rest.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')) {
            Some((path, tag)) => (path, Some(tag.to_owned())),
            None => (rest, digest.is_none().then(|| LATEST.to_owned())),
        };
        let official = if registry == HUB[0] && !path.contains('/') { OFFICIAL } else { "" };
        Self { registry: registry.to_owned(), repository: format!("{official}{path}"), tag, digest }
    }

    /// The shortest name of the same image: `golang:1` for `docker.io/library/golang:1`, `golang` for `golang:latest`.
    ///
    /// BuildKit looks for named contexts under this name (`frontend/dockerui/namedcontext.go`).
    pub fn short(name: &str) -> String {
        let reference = Self::of(name);
        let repository = match (reference.registry.as_str(), reference.repository.strip_prefix(OFFICIAL)) {
            (registry, Some(official)) if registry == HUB[0] && !official.contains('/') => official.to_owned(),
            (registry, _) if registry == HUB[0] => reference.repository.clone(),
            (registry, _) => format!("{registry}/{}", reference.repository),
        };
        let tag = reference.tag.filter(|tag| tag != LATEST || reference.digest.is_some());
        repository + &Self::ending(tag, reference.digest)
    }

    /// The full name of the same image: `docker.io/library/golang:1` for `golang:1`. A tag that is not there is not added.
    pub fn full(name: &str) -> String {
        let reference = Self::of(name);
        let end = name.rsplit('/').next().unwrap_or(name);
        let tag = reference.tag.filter(|_| end.split('@').next().is_some_and(|end| end.contains(':')));
        format!("{}/{}{}", reference.registry, reference.repository, Self::ending(tag, reference.digest))
    }

    fn ending(tag: Option<String>, digest: Option<String>) -> String {
        let tag = tag.map(|tag| format!(":{tag}")).unwrap_or_default();
        tag + &digest.map(|digest| format!("@{digest}")).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_image_have_one_short_name() {
        for (name, short) in [
            ("golang:1.27-trixie", "golang:1.27-trixie"),
            ("library/golang:1", "golang:1"),
            ("docker.io/golang:1", "golang:1"),
            ("docker.io/library/golang:1", "golang:1"),
            ("index.docker.io/library/golang:1", "golang:1"),
            ("index.docker.io/golang", "golang"),
            ("golang:latest", "golang"),
            ("docker.io/library/golang:latest", "golang"),
            ("bitnami/redis", "bitnami/redis"),
            ("docker.io/bitnami/redis:7", "bitnami/redis:7"),
            ("library/a/b:1", "library/a/b:1"),
            ("gcr.io/distroless/cc-debian13:nonroot", "gcr.io/distroless/cc-debian13:nonroot"),
            ("localhost/a:latest", "localhost/a"),
            ("127.0.0.1:5000/a", "127.0.0.1:5000/a"),
            ("golang:1@sha256:aa", "golang:1@sha256:aa"),
            ("docker.io/library/golang@sha256:aa", "golang@sha256:aa"),
            ("golang:latest@sha256:aa", "golang:latest@sha256:aa"),
        ] {
            assert_eq!(Reference::short(name), short, "{name}");
        }
    }

    #[test]
    fn names_get_their_registry() {
        for (name, full) in [
            ("golang:1.27-trixie", "docker.io/library/golang:1.27-trixie"),
            ("golang", "docker.io/library/golang"),
            ("bitnami/redis", "docker.io/bitnami/redis"),
            ("index.docker.io/bitnami/redis", "docker.io/bitnami/redis"),
            ("gcr.io/distroless/cc-debian13:nonroot", "gcr.io/distroless/cc-debian13:nonroot"),
            ("localhost/a", "localhost/a"),
            ("127.0.0.1:5000/a", "127.0.0.1:5000/a"),
            ("golang@sha256:aa", "docker.io/library/golang@sha256:aa"),
        ] {
            assert_eq!(Reference::full(name), full, "{name}");
        }
    }
}
