//! The image has programs that give whoever starts them the rights of their owner.

use crate::audit::model::{Kind, Risk};
use crate::audit::rules::{Found, Rule, at_each};
use crate::audit::seen::Seen;

pub const RULE: Rule = Rule {
    id: "setuid-files",
    kind: Kind::Runtime,
    looks_for: "programs with the set-user-id or set-group-id bit",
    why: "Each is a way from the service's user to root, should one of them have a fault. A service needs none.",
    find,
};

fn find(seen: &Seen) -> Found {
    let setuid = &seen.image()?.inspection.surface.setuid;
    if setuid.is_empty() {
        return Ok(Vec::new());
    }
    let says = match setuid.len() {
        1 => "One program runs with the rights of its owner, and any user may start it.".to_owned(),
        count => format!("{count} programs run with the rights of their owners, and any user may start them."),
    };
    let evidence = at_each(setuid.iter().map(String::as_str), "set-user-id or set-group-id");
    let finding = RULE.finding(says).risk(Risk::Low).with_all(evidence).fix(
        "A base without them has none to take away, such as distroless. Here, take the bits away in the final stage, and start with \
         `--security-opt no-new-privileges` in any case.",
    );
    let Ok(written) = seen.dockerfile() else { return Ok(vec![finding]) };
    // It takes root, so it comes before USER where there is one.
    let line = "RUN find / -xdev -perm /6000 -type f -exec chmod a-s {} +";
    let own = written.target().instructions.iter().find(|one| one.keyword == "USER").map(|one| one.line);
    let has_shell = !seen.image()?.inspection.surface.shells.is_empty();
    if !has_shell {
        return Ok(vec![finding]);
    }
    let change = own.map_or_else(|| written.inserted_before_start(&[line]), |at| written.inserted_before(at, &[line]));
    Ok(vec![finding.diff(written.path(), change)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    #[test]
    fn programs_are_counted_and_the_change_comes_before_the_user() {
        let seen = Fixture::of("FROM a\nUSER 1\nCMD [\"x\"]\n").image().surface(|surface| {
            surface.setuid.extend(["usr/bin/su".to_owned(), "usr/bin/mount".to_owned()]);
            surface.shells.insert("bin/sh".to_owned());
        });
        let found = find(&seen.seen()).unwrap();
        assert!(found[0].says.starts_with("2 programs"));
        assert_eq!(found[0].fix.diff[1], "+RUN find / -xdev -perm /6000 -type f -exec chmod a-s {} +");
        assert_eq!(found[0].fix.diff[2], " USER 1");
    }

    #[test]
    fn an_image_without_them_is_fine() {
        assert!(find(&Fixture::of("FROM a\n").image().seen()).unwrap().is_empty());
        assert!(find(&Fixture::of("FROM a\n").seen()).is_err());
    }
}
