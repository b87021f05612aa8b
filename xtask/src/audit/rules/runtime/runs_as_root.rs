//! PID 1 of the container has the rights of root.

use crate::audit::base::Base;
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, operands};
use crate::dockerfile::Source;

pub const RULE: Rule = Rule {
    id: "runs-as-root",
    kind: Kind::Runtime,
    looks_for: "a service whose process has the rights of root",
    why: "An intruder in the service is root in the container, and one fault of the kernel or one mount away from root on the \
          machine.",
    find,
};

fn find(seen: &Seen) -> Found {
    // What the container really runs as counts; without one, what the image's config names.
    let measured = seen.running.as_ref().ok().and_then(|running| running.uid.clone().ok());
    let user = match seen.image() {
        Ok(image) => image.config.user.clone(),
        Err(unknown) => user_by_dockerfile(seen).ok_or(unknown)?,
    };
    let is_root = measured.map_or_else(|| is_root(&user), |uid| uid == 0);
    if !is_root {
        return Ok(Vec::new());
    }
    let named = if user.is_empty() { "the image names no user".to_owned() } else { format!("USER {user}") };
    let mut finding = RULE.finding("The service runs as root.").risk(Risk::Medium).with(Evidence::of(named));
    if measured.is_some() {
        finding = finding.with(Evidence::of("PID 1 of the container had uid 0"));
    }
    // Without a Dockerfile there is still something to say, and no line to say it of.
    let Ok(written) = seen.dockerfile() else {
        return Ok(vec![
            finding.fix("Set a user by number: `USER 65532:65532`, behind the last instruction that needs root."),
        ]);
    };
    let line = written.last("USER").or_else(|| written.first_of(&["CMD", "ENTRYPOINT"])).map(|i| i.line);
    if let Some(line) = line {
        finding = finding.with(Evidence::of("the user would be set here").line(line));
    }
    let (file, lines) = match written.last("USER") {
        Some(user) => (written.path(), written.replaced(user.line, &["USER 65532:65532"])),
        None => (written.path(), written.inserted_before_start(&["USER 65532:65532"])),
    };
    Ok(vec![finding.fix("Set a user by number, behind the last instruction that needs root.").diff(file, lines)])
}

/// The user as the Dockerfile tells it: its own, or that of a base whose config is known; empty for root.
fn user_by_dockerfile(seen: &Seen) -> Option<String> {
    let written = seen.dockerfile().ok()?;
    if let Some(user) = written.last("USER") {
        let user = operands(user).into_iter().next().unwrap_or_default();
        // What a variable of the base holds, only the base knows.
        return (!user.contains('$')).then_some(user);
    }
    let is_root = match written.parsed.stands_on()? {
        Source::Scratch => true,
        source => Base::of_source(source)?.is_root()?,
    };
    Some(if is_root { String::new() } else { "nonroot".to_owned() })
}

/// Whether a `USER` as a Dockerfile writes it is root.
fn is_root(user: &str) -> bool {
    matches!(user.split(':').next().unwrap_or_default(), "" | "0" | "root")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn a_service_that_runs_as_root_is_found_with_the_line_to_add() {
        let seen = Fixture::of("FROM node:24\nCOPY . .\nCMD [\"node\", \"x.js\"]\n").image().running().seen();
        let found = find(&seen).unwrap();
        assert_eq!(found[0].fix.diff, [" COPY . .", "+USER 65532:65532", " CMD [\"node\", \"x.js\"]"]);
        let named = Fixture::of("FROM a\nUSER root\nCMD [\"x\"]\n").image().user("root").seen();
        assert_eq!(find(&named).unwrap()[0].fix.diff, [" FROM a", "-USER root", "+USER 65532:65532", " CMD [\"x\"]"]);
    }

    #[test]
    fn another_user_is_not_root_and_nor_is_a_base_that_sets_one() {
        for user in ["65532", "app", "1000:0", "nonroot"] {
            let seen = Fixture::of("FROM a\nCMD [\"x\"]\n").image().user(user).seen();
            assert!(find(&seen).unwrap().is_empty(), "{user}");
        }
    }

    #[test]
    fn an_entrypoint_that_drops_its_rights_is_not_root() {
        let seen = Fixture::of("FROM postgres\n").image().running().uid(999).seen();
        assert!(find(&seen).unwrap().is_empty());
    }

    #[test]
    fn without_an_image_the_dockerfile_tells_as_far_as_its_base_is_known() {
        let found = |file: &str| find(&Fixture::of(file).seen()).map(|found| !found.is_empty());
        for file in ["FROM node:24\n", "FROM scratch\n", "FROM acme/x\nUSER root\n", "FROM a\nUSER 0:0\n"] {
            assert_eq!(found(file), Ok(true), "{file}");
        }
        for file in [
            "FROM gcr.io/distroless/static-debian13:nonroot\n",
            "FROM node:24\nUSER node\n",
            "FROM a AS b\nUSER 1\nFROM b\n",
        ] {
            assert_eq!(found(file), Ok(false), "{file}");
        }
        for file in ["FROM acme/x\n", "FROM node:24\nUSER $APP_UID\n", "FROM node:$V\n"] {
            assert!(found(file).is_err(), "{file}");
        }
    }
}
