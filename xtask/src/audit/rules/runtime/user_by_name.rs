//! The image names its user by a word.

use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Unknown, Written, operands};
use crate::audit::shell::calls;

pub const RULE: Rule = Rule {
    id: "user-by-name",
    kind: Kind::Runtime,
    looks_for: "a USER that is a name instead of a number",
    why: "Only a number tells from outside that it is not root. With `runAsNonRoot`, Kubernetes refuses to start an image whose user is a \
          name.",
    find,
};

/// Users that official images bring, with their numbers.
const KNOWN: [(&str, &str, &str); 6] = [
    ("library/node", "node", "1000:1000"),
    ("library/nginx", "nginx", "101:101"),
    ("library/eclipse-temurin", "ubuntu", "1000:1000"),
    ("library/php", "www-data", "33:33"),
    ("library/httpd", "www-data", "33:33"),
    ("library/debian", "nobody", "65534:65534"),
];

fn find(seen: &Seen) -> Found {
    let written = seen.dockerfile().ok();
    let user = match (seen.image(), written) {
        (Ok(image), _) => image.config.user.clone(),
        (Err(_), Some(written)) => match written.last("USER") {
            Some(user) => operands(user).into_iter().next().unwrap_or_default(),
            // What the base names, nobody knows without the image; a nameless user is another rule's.
            None => return Ok(Vec::new()),
        },
        (Err(_), None) => {
            return Err(Unknown::because("There is neither a Dockerfile that could be read nor an image."));
        }
    };
    let name = user.split(':').next().unwrap_or_default();
    let is_name =
        !name.is_empty() && name != "root" && !name.contains('$') && !name.bytes().all(|b| b.is_ascii_digit());
    if !is_name {
        return Ok(Vec::new());
    }
    let number = number(seen, name);
    let at = written.and_then(|written| written.last("USER")).map(|user| user.line);
    let evidence = Evidence::of(format!("USER {user}"));
    let finding = RULE
        .finding(format!("The user is the name {name}, not a number."))
        .risk(Risk::Low)
        .with(if let Some(line) = at { evidence.line(line) } else { evidence });
    let Some(number) = number else {
        let fix = format!("Write the number of {name}, which `id -u {name}` in a container prints.");
        return Ok(vec![finding.fix(fix)]);
    };
    let finding = finding.fix(format!("Write the number of {name}: `USER {number}`."));
    let line = format!("USER {number}");
    Ok(vec![match (written, at) {
        (Some(written), Some(at)) => finding.diff(written.path(), written.replaced(at, &[&line])),
        (Some(written), None) => finding.diff(written.path(), written.inserted_before_start(&[&line])),
        (None, _) => finding,
    }])
}

/// The number of a user: what the container had, what the Dockerfile gives it, or what an official image has.
fn number(seen: &Seen, name: &str) -> Option<String> {
    if let Ok(running) = seen.running()
        && let Ok(uid) = running.uid
        && uid != 0
    {
        return Some(format!("{uid}:{uid}"));
    }
    let written = seen.dockerfile().ok()?;
    if let Some(number) = made(written, name) {
        return Some(number);
    }
    if name == "nobody" {
        return Some("65534:65534".to_owned());
    }
    let repository = crate::audit::base::Base::of(written.base()?).repository();
    let known = KNOWN.iter().find(|(of, known, _)| *of == repository && *known == name);
    known.map(|(_, _, number)| (*number).to_owned())
}

/// The number that `useradd` or `adduser` gives a user.
fn made(written: &Written, name: &str) -> Option<String> {
    let runs = written.shipped().into_iter().filter(|one| one.keyword == "RUN");
    runs.flat_map(calls).find_map(|call| {
        let makes = matches!(call.program(), "useradd" | "adduser") && call.has(&[name]);
        let words = call.arguments();
        let option = |names: &[&str]| {
            let joined = words.iter().find_map(|word| {
                let (option, value) = word.split_once('=')?;
                names.contains(&option).then(|| value.to_owned())
            });
            let behind = words.windows(2).find(|pair| names.contains(&pair[0].as_str())).map(|pair| pair[1].clone());
            joined.or(behind).filter(|value| value.bytes().all(|b| b.is_ascii_digit()))
        };
        let uid = option(&["-u", "--uid"]).filter(|_| makes)?;
        Some(match option(&["-g", "--gid"]) {
            Some(gid) => format!("{uid}:{gid}"),
            None => uid,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;

    fn diff(file: &str) -> Vec<String> {
        find(&Fixture::of(file).seen()).unwrap().pop().map(|finding| finding.fix.diff).unwrap_or_default()
    }

    #[test]
    fn names_are_found_with_their_numbers() {
        assert_eq!(diff("FROM node:24\nUSER node\n"), [" FROM node:24", "-USER node", "+USER 1000:1000"]);
        assert!(
            diff("FROM a\nRUN adduser --system --uid 1001 --gid 1002 web\nUSER web\n")
                .contains(&"+USER 1001:1002".to_owned())
        );
        assert!(diff("FROM a\nRUN useradd -u 10001 crew\nUSER crew:crew\n").contains(&"+USER 10001".to_owned()));
        let seen = Fixture::of("FROM acme/base\nCMD [\"x\"]\n").image().user("app").running().uid(888).seen();
        assert_eq!(find(&seen).unwrap()[0].fix.diff[1], "+USER 888:888");
    }

    #[test]
    fn numbers_root_variables_and_nothing_are_no_names() {
        for user in ["65532", "1000:web", "root", "0", "$APP_UID", "${UID}:0"] {
            assert!(diff(&format!("FROM a\nUSER {user}\n")).is_empty(), "{user}");
            assert!(find(&Fixture::of(&format!("FROM a\nUSER {user}\n")).seen()).unwrap().is_empty(), "{user}");
        }
        assert!(find(&Fixture::of("FROM a\n").seen()).unwrap().is_empty());
        let resolved = Fixture::of("FROM a\nUSER $APP_UID\n").image().user("1654").seen();
        assert!(find(&resolved).unwrap().is_empty());
    }
}
