//! Which program a container of an image starts.

/// What an image's config says of the start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start<'c> {
    pub entrypoint: &'c [String],
    pub cmd: &'c [String],
    pub folder: &'c str,
    pub environment: &'c [String],
}

/// Where engines look for a program where an image has no `PATH` (`DefaultPathEnv` of containerd).
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The paths at which the program may lie, from the root and without a leading slash: one where it is named by a path, and one for
/// each folder of `PATH` where it is named alone. Links are not followed.
pub(super) fn paths(start: Start<'_>) -> Vec<String> {
    let Start { entrypoint, cmd, folder, environment } = start;
    let Some(program) = entrypoint.first().or(cmd.first()) else { return Vec::new() };
    if program.contains('/') {
        return vec![joined(folder, program)];
    }
    let path = environment.iter().find_map(|variable| variable.strip_prefix("PATH=")).unwrap_or(PATH);
    path.split(':').map(|folder| joined(folder, program)).collect()
}

/// A path in a folder, or from the root where it begins with a slash, without `.`, `..` and empty parts.
fn joined(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let from = if path.starts_with('/') { "" } else { folder };
    for part in from.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_looked_for_as_the_engine_does() {
        let of = |entrypoint: &[&str], cmd: &[&str], folder: &str, environment: &[&str]| {
            let [entrypoint, cmd, environment] =
                [entrypoint, cmd, environment].map(|all| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
            paths(Start { entrypoint: &entrypoint, cmd: &cmd, folder, environment: &environment })
        };
        assert_eq!(of(&[], &["./clock", "-v"], "/app", &[]), ["app/clock"]);
        assert_eq!(of(&["/bin/clock"], &["serve"], "/app", &[]), ["bin/clock"]);
        assert_eq!(of(&[], &["../clock"], "/app/x/", &[]), ["app/clock"]);
        assert_eq!(of(&[], &["clock"], "/", &["A=b", "PATH=/opt/bin:/bin"]), ["opt/bin/clock", "bin/clock"]);
        assert_eq!(of(&[], &["clock"], "", &[]).len(), 6);
        assert!(of(&[], &[], "/", &[]).is_empty());
    }
}
