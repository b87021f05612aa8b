//! A layer of the image holds a file with a secret.

use crate::audit::model::{Evidence, Finding, Kind, Risk};
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::{Seen, operands};

use super::called;

pub const RULE: Rule = Rule {
    id: "secret-in-layer",
    kind: Kind::Secrets,
    looks_for: "a file with a key, a token or a password in any layer, deleted later or not",
    why: "Everybody who can pull the image can read every layer of it. Deleting the file in a later line hides it and takes nothing \
          away.",
    find,
};

fn find(seen: &Seen) -> Found {
    let image = seen.image()?;
    // What the base brought is for its authors to say: test keys of packages, and what distributions ship to be read.
    let lines = image.inspection.secrets.iter().filter_map(|secret| Some((secret, secret.layer?)));
    let ours: Vec<_> = lines.filter(|(_, layer)| !image.is_of_base(*layer)).collect();
    let Some((first, _)) = ours.first() else { return Ok(Vec::new()) };
    let certain = ours.iter().any(|(secret, _)| secret.rule != "file-name");
    let says = match ours.as_slice() {
        [_] => format!("The image holds {}: {}.", called(&first.rule), first.path),
        all => format!("The image holds {} files with secrets, {} among them.", all.len(), first.path),
    };
    let evidence = ours.iter().map(|(secret, layer)| {
        let hidden = image.hidden.iter().find(|hidden| hidden.file.path == secret.path && hidden.file.layer == *layer);
        let after =
            hidden.map(|hidden| format!("; layer {} hides it, and it is still there", hidden.by)).unwrap_or_default();
        let seen = Evidence::of(format!("{}{after}", called(&secret.rule))).path(&secret.path).layer(*layer);
        match image.line_of(*layer) {
            Some(line) => seen.line(line),
            None => seen,
        }
    });
    let finding = RULE
        .finding(says)
        .risk(if certain { Risk::High } else { Risk::Medium })
        .with_all(evidence)
        .fix("Revoke it first: it counts as published. Then keep it out of the build context, and lend it to the one RUN that needs it.");
    let line = ours.iter().find_map(|(_, layer)| image.line_of(*layer));
    Ok(vec![with_change(finding, seen, line, &first.path)])
}

/// A `COPY` that names the file goes; one that takes the whole context does not, and the file joins the list of what is left out.
fn with_change(finding: Finding, seen: &Seen, line: Option<usize>, path: &str) -> Finding {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (Ok(written), Some(line)) = (seen.dockerfile(), line) else { return finding };
    let Some(copy) = written.at(line).filter(|at| matches!(at.keyword.as_str(), "COPY" | "ADD")) else {
        return finding;
    };
    let sources = operands(copy);
    let by_name = sources.first().is_some_and(|source| source.rsplit('/').next() == Some(name)) && sources.len() == 2;
    let next = seen.dockerfile().ok().and_then(|written| {
        let runs = written.everything().into_iter().map(|(_, one)| one);
        runs.filter(|one| one.keyword == "RUN").find(|one| one.line > line)
    });
    match next {
        Some(run) if by_name => {
            let mount = format!("RUN --mount=type=secret,id={},target=/{} \\", id_of(name), path);
            let mut change = vec![format!("-{}", written.line(line)), format!("-{}", written.line(run.line))];
            let rest = written.line(run.line).trim_start().get(3..).unwrap_or_default().trim_start().to_owned();
            change.push(format!("+{mount}"));
            change.push(format!("+    {rest}"));
            finding.diff(written.path(), change)
        }
        _ => finding.diff(".dockerignore", vec![format!("+{name}")]),
    }
}

fn id_of(name: &str) -> String {
    name.trim_start_matches('.').replace(['.', '_'], "-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::How;
    use crate::audit::seen::fixture::Fixture;

    const FILE: &str = "FROM a\nCOPY id_rsa /root/.ssh/id_rsa\nRUN git clone x\nRUN rm /root/.ssh/id_rsa\n";

    #[test]
    fn a_key_that_was_deleted_later_is_found_with_a_mount_in_its_place() {
        let seen = Fixture::of(FILE).image().layer(1, true).layer(2, false).layer(4, false);
        let seen = seen
            .hidden(2, "root/.ssh/id_rsa", 400, 3, How::Deleted)
            .secret("private-key", "root/.ssh/id_rsa", Some(2))
            .seen();
        let found = find(&seen).unwrap();
        assert_eq!((found[0].risk, found[0].evidence[0].line), (Risk::High, Some(2)));
        assert!(found[0].evidence[0].says.contains("layer 3 hides it"), "{:?}", found[0].evidence);
        assert_eq!(
            found[0].fix.diff,
            [
                "-COPY id_rsa /root/.ssh/id_rsa",
                "-RUN git clone x",
                "+RUN --mount=type=secret,id=id-rsa,target=/root/.ssh/id_rsa \\",
                "+    git clone x"
            ]
        );
    }

    #[test]
    fn a_copy_of_everything_gets_a_line_in_the_list() {
        let seen = Fixture::of("FROM a\nCOPY . .\n").image().layer(1, true).layer(2, false);
        let seen = seen.secret("file-name", "app/.env", Some(2)).seen();
        let found = find(&seen).unwrap();
        assert_eq!((found[0].risk, found[0].fix.diff.as_slice()), (Risk::Medium, ["+.env".to_owned()].as_slice()));
        assert_eq!(found[0].fix.file.as_deref(), Some(".dockerignore"));
    }

    #[test]
    fn what_the_base_brought_and_what_the_config_holds_are_no_findings_of_this_rule() {
        let seen = Fixture::of(FILE).image().layer(1, true).layer(2, false);
        let seen =
            seen.secret("private-key", "usr/share/x/test.pem", Some(1)).secret("npm-token", "environment", None).seen();
        assert!(find(&seen).unwrap().is_empty());
    }

    #[test]
    fn without_an_image_nobody_knows() {
        assert!(find(&Fixture::of(FILE).seen()).is_err());
    }
}
