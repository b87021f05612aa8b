//! Anybody may change files of the application.

use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::rules::{Found, Rule, at_each};
use crate::audit::seen::{Image, Seen};
use crate::audit::shell::calls;
use crate::dockerfile::Instruction;

pub const RULE: Rule = Rule {
    id: "world-writable",
    kind: Kind::Runtime,
    looks_for: "files and folders of the application that any user may change",
    why: "An intruder who can run one program in the container can replace the service's own code, and the next start runs it.",
    find,
};

/// Where everybody may write by custom, and packages make folders for it.
const BY_CUSTOM: [&str; 6] = ["tmp", "var/tmp", "run", "var/run", "var/lock", "dev"];

fn find(seen: &Seen) -> Found {
    let image = seen.image()?;
    let opened = seen.dockerfile().ok().and_then(|written| {
        let runs = written.shipped().into_iter().filter(|one| one.keyword == "RUN");
        runs.into_iter().find(|run| opens(run))
    });
    let paths: Vec<&String> =
        image.inspection.surface.world_writable.iter().filter(|path| is_ours(image, path, opened.is_some())).collect();
    let Some(first) = paths.first() else { return Ok(Vec::new()) };
    let says = match paths.len() {
        1 => format!("Any user may change {first}."),
        count => format!("Any user may change {count} files and folders, {first} among them."),
    };
    let finding = RULE.finding(says).risk(Risk::Low);
    let mut finding = finding.with_all(at_each(paths.iter().map(|path| path.as_str()), "writable by everybody"));
    let fix = "Let root own the application, and give the service's user only the folder that it writes to.";
    let (Ok(written), Some(run)) = (seen.dockerfile(), opened) else { return Ok(vec![finding.fix(fix)]) };
    finding = finding.with(Evidence::of("gives everybody the right to write").line(run.line)).fix(fix);
    let alone = calls(run).len() == 1;
    Ok(vec![if alone { finding.diff(written.path(), written.replaced(run.line, &[])) } else { finding }])
}

/// Whether a command lets everybody write: `chmod 777`, `chmod -R a+rwX`.
fn opens(run: &Instruction) -> bool {
    calls(run).iter().filter(|call| call.program() == "chmod").any(|call| {
        let mode = call.verb();
        let number = mode.len() >= 3
            && mode.bytes().all(|b| b.is_ascii_digit())
            // A sticky folder, such as /tmp, is open by design.
            && !(mode.len() == 4 && mode.starts_with('1'))
            && mode.ends_with(['2', '3', '6', '7']);
        let letters = mode.split(',').any(|part| {
            part.split_once('+')
                .is_some_and(|(who, what)| what.contains('w') && (who.contains('a') || who.contains('o')))
        });
        number || letters
    })
}

/// Whether a path is of the application: a file of a layer that is not the base's, or a folder that holds one.
fn is_ours(image: &Image, path: &str, opened: bool) -> bool {
    let below = |folder: &str| path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    if BY_CUSTOM.into_iter().any(below) {
        return false;
    }
    let inside = |file: &str| file == path || file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
    let mut files = image.visible().filter(|file| inside(&file.path)).peekable();
    if files.peek().is_none() {
        // An empty folder: nobody knows who made it, unless a command opens folders.
        return opened;
    }
    files.any(|file| !image.is_of_base(file.layer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::fixture::Fixture;
    use drydock_reader::Class;

    fn seen(file: &str, path: &str, layer: usize) -> Seen {
        let image = Fixture::of(file).image().layer(1, true).layer(2, false).layer_file(
            layer,
            &format!("{path}/x"),
            Class::Other,
            9,
        );
        image.surface(|surface| surface.world_writable.extend([path.to_owned()])).seen()
    }

    #[test]
    fn open_folders_of_the_application_are_found_with_the_line_that_opens_them() {
        let found = find(&seen("FROM a\nCOPY . /app\nRUN chmod -R 777 /app\n", "app", 2)).unwrap();
        assert_eq!(found[0].evidence.last().unwrap().line, Some(3));
        assert_eq!(found[0].fix.diff, [" COPY . /app", "-RUN chmod -R 777 /app"]);
        let other = find(&seen("FROM a\nRUN x && chmod a+rwX /app\n", "app", 2)).unwrap();
        assert!(other[0].fix.diff.is_empty(), "there is more in that line");
    }

    #[test]
    fn what_the_base_brought_and_what_is_open_by_custom() {
        assert!(find(&seen("FROM a\nRUN x\n", "var/games", 1)).unwrap().is_empty());
        assert!(find(&seen("FROM a\nRUN chmod 1777 /tmp\n", "tmp/cache", 2)).unwrap().is_empty());
        assert!(find(&Fixture::of("FROM a\n").image().seen()).unwrap().is_empty());
        assert!(find(&Fixture::of("FROM a\n").seen()).is_err());
    }

    #[test]
    fn modes_are_read() {
        let opens = |mode: &str| {
            opens(
                &crate::dockerfile::parse(&format!("FROM a\nRUN chmod {mode} /x\n"), "D").unwrap().stages[0]
                    .instructions[1],
            )
        };
        assert!(opens("777") && opens("0666") && opens("-R o+w") && opens("ug+x,a+rw"));
        assert!(!opens("755") && !opens("1777") && !opens("g+w") && !opens("+x") && !opens("-R u+rwX,go+rX"));
    }
}
