//! PID 1 of the container has the rights of root.

use crate::audit::base::Base;
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::pairs::pairs;
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, Written, operands};
use crate::audit::shell::calls;
use crate::audit::start::Start;
use crate::dockerfile::{Instruction, Source};

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
    let needs = needs(seen, written);
    let mut says = "Set a user by number, behind the last instruction that needs root.".to_owned();
    for need in &needs {
        says.push(' ');
        says.push_str(&need.says);
    }
    let finding = finding.fix(says);
    // A line that alone would break the service is none to paste.
    Ok(vec![if needs.iter().any(|need| need.breaks) { finding } else { finding.diff(file, lines) }])
}

/// Something that has to change together with the user.
struct Need {
    says: String,
    /// Whether the service surely fails without it.
    breaks: bool,
}

/// What another user than root could not read or write, as far as it can be seen.
fn needs(seen: &Seen, written: &Written) -> Vec<Need> {
    let mut needs = Vec::new();
    let shipped = written.shipped();
    if let Some(one) = shipped.iter().find(|one| is_of_roots_home(one)) {
        let says = format!(
            "What line {} puts below /root no other user can read: install it elsewhere first, such as into /opt/venv or /usr/local.",
            one.line
        );
        needs.push(Need { says, breaks: true });
    }
    let base = written.base().map(Base::of);
    if base.as_ref().is_some_and(|base| base.repository() == "library/nginx") {
        let says = "nginx then also needs a base that is made for it, such as nginxinc/nginx-unprivileged (which listens on 8080): it \
                    writes to /var/cache/nginx and /var/run/nginx.pid, which are root's.";
        needs.push(Need { says: says.to_owned(), breaks: true });
    }
    if base.as_ref().is_some_and(|base| base.repository() == "library/httpd") {
        let says = "httpd then also needs a place for its pid that the user may write to: it uses /usr/local/apache2/logs, which is root's.";
        needs.push(Need { says: says.to_owned(), breaks: true });
    }
    for one in shipped.iter().filter(|one| one.keyword == "VOLUME") {
        let folders = operands(one).join(" ");
        let says = format!(
            "The volume {folders} (line {}) belongs to root: `RUN mkdir -p {folders} && chown 65532:65532 {folders}` before it gives it to the \
             user. Volumes that are there already stay root's.",
            one.line
        );
        needs.push(Need { says, breaks: false });
    }
    let volumes: Vec<String> =
        shipped.iter().filter(|one| one.keyword == "VOLUME").flat_map(|one| operands(one)).collect();
    let wrote: Vec<&str> =
        seen.running.as_ref().ok().and_then(|running| running.wrote.as_ref().ok()).map_or_else(Vec::new, |wrote| {
            wrote
                .iter()
                .map(String::as_str)
                .filter(|path| is_roots(path) && !volumes.iter().any(|one| path.starts_with(one.as_str())))
                .collect()
        });
    if let Some(first) = wrote.first() {
        let says = format!(
            "It wrote to {first} while it served: give that folder to the user, or let it write to another one."
        );
        needs.push(Need { says, breaks: false });
    }
    let has_home =
        shipped.iter().filter(|one| one.keyword == "ENV").flat_map(|one| pairs(one)).any(|pair| pair.name == "HOME");
    let start = Start::of(seen).unwrap_or_default();
    let starter = start.words().first().map(|word| word.rsplit('/').next().unwrap_or_default().to_owned());
    let starter =
        starter.or_else(|| start.last().and_then(|line| line.words.first()?.split(' ').next().map(str::to_owned)));
    if let Some(starter) = starter.filter(|starter| !has_home && WANT_HOME.contains(&starter.as_str())) {
        let says =
            format!("{starter} wants a home that it can write to: `ENV HOME=/tmp`, or start the service without it.");
        needs.push(Need { says, breaks: false });
    }
    needs
}

/// Programs that write to the home of their user.
const WANT_HOME: [&str; 9] = ["npm", "npx", "yarn", "pnpm", "uv", "poetry", "pipenv", "mvn", "gradle"];

/// Whether an instruction puts what the service needs where only root may look.
fn is_of_roots_home(one: &Instruction) -> bool {
    let is_path = |text: &str| text == "/root" || text.starts_with("/root/");
    match one.keyword.as_str() {
        "ENV" => pairs(one).iter().any(|pair| pair.name == "PATH" && pair.value().split(':').any(is_path)),
        "COPY" | "ADD" => operands(one).last().is_some_and(|to| is_path(to)),
        "WORKDIR" => operands(one).first().is_some_and(|to| is_path(to)),
        "RUN" => calls(one).iter().any(|call| {
            (call.program().starts_with("pip") && call.verb() == "install" && call.has(&["--user"]))
                || call.program() == "pipx"
        }),
        _ => false,
    }
}

/// Whether a path that was written to is one that other users may not write to.
fn is_roots(path: &str) -> bool {
    // Caches are missed nowhere.
    let is_cache = ["__pycache__", "/.cache", "/.npm", "/.config"].iter().any(|part| path.contains(part));
    !is_cache && !["/tmp", "/var/tmp", "/run/secrets", "/dev", "/proc"].iter().any(|open| path.starts_with(open))
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
    fn what_must_change_with_the_user_is_said() {
        let fix = |file: &str| find(&Fixture::of(file).seen()).unwrap().remove(0).fix;
        for (file, said) in [
            ("FROM python:3\nCOPY --from=b /root/.local /root/.local\nCMD [\"x\"]\n", "line 2 puts below /root"),
            ("FROM python:3\nRUN pip install --user x\nCMD [\"x\"]\n", "line 2 puts below /root"),
            ("FROM nginx:1\nCOPY x /usr/share/nginx/html\n", "/var/cache/nginx"),
            ("FROM httpd:2\nCOPY x /usr/local/apache2/htdocs/\n", "/usr/local/apache2/logs"),
        ] {
            let fix = fix(file);
            assert!(fix.says.contains(said) && fix.diff.is_empty(), "{file}: {fix:?}");
        }
        let volume = fix("FROM alpine:3\nVOLUME /data\nCMD [\"/x\"]\n");
        assert!(volume.says.contains("chown 65532:65532 /data") && !volume.diff.is_empty(), "{volume:?}");
        assert!(fix("FROM node:24\nCMD [\"npm\", \"start\"]\n").says.contains("ENV HOME=/tmp"));
        assert_eq!(fix("FROM node:24\nCMD [\"node\", \"x\"]\n").says.matches('.').count(), 1);
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
