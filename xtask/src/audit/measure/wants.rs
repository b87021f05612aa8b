//! What a service that does not come up was waiting for, as its log says: a database, a variable.

use regex_lite::Regex;

use crate::error::Problem;
use crate::names::printable;

/// So many lines of a log are searched.
const LINES: usize = 200;

/// The connection that a log says could not be made, e.g. `127.0.0.1:5432`.
pub(super) fn connection(log: &[String]) -> Option<String> {
    let patterns = [
        // Node: `connect ECONNREFUSED 127.0.0.1:5432`, `getaddrinfo ENOTFOUND db`.
        r"ECONNREFUSED\s+([\w.:\-\[\]]+)",
        r"getaddrinfo\s+\w+\s+([\w.\-]+)",
        // Go: `dial tcp 127.0.0.1:5432: connect: connection refused`, `dial tcp: lookup db on …: no such host`.
        r"dial tcp:? (?:lookup )?([\w.\-\[\]:]+?)(?::\s|\s|$)",
        // libpq: `connection to server at "db" (10.0.0.1), port 5432 failed`, `could not translate host name "db"`.
        r#"connection to server at "([^"]+)"[^,]*, port \d+"#,
        r#"could not translate host name "([^"]+)""#,
        // JDBC: `Connection to localhost:5432 refused`.
        r"Connection to ([\w.\-]+:\d+) refused",
        // Redis and others: `Error 111 connecting to redis:6379`.
        r"connecting to ([\w.\-]+:\d+)",
        // MySQL: `Can't connect to MySQL server on 'db'`.
        r"Can't connect to \w+ server on '([^']+)'",
        // Python and others, through a wrapper: `could not connect to db:5432`, `failed to connect to db`.
        r#"(?i)(?:could not|cannot|failed to|unable to) connect to (?:server |database |host )?[`'"]?([\w.\-]+(?::\d+)?)"#,
    ];
    let lines = log.iter().rev().take(LINES);
    lines.into_iter().find_map(|line| {
        patterns.iter().find_map(|pattern| {
            let found = Regex::new(pattern).ok()?.captures(line)?.get(1)?.as_str().trim_end_matches([':', ',', '.']);
            (!found.is_empty()).then(|| printable(found))
        })
    })
}

/// Whether a log says that a connection failed, without where to: `socket.gaierror: [Errno -2] Name or service not known`.
fn lost_connection(log: &[String]) -> bool {
    let signs = [
        "gaierror",
        "name or service not known",
        "temporary failure in name resolution",
        "econnrefused",
        "enotfound",
        "eai_again",
        "connection refused",
        "could not connect",
        "no such host",
        "unknownhostexception",
    ];
    let lines = log.iter().rev().take(LINES).map(|line| line.to_lowercase());
    lines.into_iter().any(|line| signs.iter().any(|sign| line.contains(sign)))
}

/// The variable that a log says is missing, e.g. `DATABASE_URL`.
pub(super) fn variable(log: &[String]) -> Option<String> {
    let words = [
        "not set",
        "is required",
        "missing",
        "must be set",
        "undefined",
        "KeyError",
        "not defined",
        "not found in environment",
        "not present",
    ];
    let name = Regex::new(r"\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b").ok()?;
    let lines = log.iter().rev().take(LINES).filter(|line| words.iter().any(|word| line.contains(word)));
    lines.into_iter().find_map(|line| {
        let found = name.captures(line)?.get(1)?.as_str();
        (!found.starts_with("ERR_") && !found.starts_with("NODE_MODULE")).then(|| found.to_owned())
    })
}

/// The same problem with what to do about it.
///
/// `compose` is the compose file that lies beside it, where one does.
pub(super) fn advised(problem: Problem, log: &[String], compose: Option<&str>) -> Problem {
    let mut problem = problem;
    let cause = match connection(log) {
        Some(connection) => Some(format!("It tried to connect to {connection}, and nothing answers there.")),
        None => lost_connection(log).then(|| "It tried to connect to something that does not answer.".to_owned()),
    };
    if let Some(cause) = cause {
        problem = problem
            .cause(cause)
            .next("--network NAME    puts the container where its database is; or --env NAME=VALUE names another one");
        if let Some(file) = compose {
            problem = problem.next(format!("docker compose --file {file} up --detach    starts what the compose file beside it names, in a network of its own"));
        }
    }
    if let Some(variable) = variable(log) {
        problem = problem.next(format!("--env {variable}=…    gives it the variable that its log misses"));
    }
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_connection_that_failed_is_named() {
        for (line, wanted) in [
            ("Error: connect ECONNREFUSED 127.0.0.1:5432", "127.0.0.1:5432"),
            ("Error: getaddrinfo ENOTFOUND db", "db"),
            ("dial tcp 127.0.0.1:6379: connect: connection refused", "127.0.0.1:6379"),
            ("dial tcp: lookup postgres on 127.0.0.11:53: no such host", "postgres"),
            ("connection to server at \"localhost\" (::1), port 5432 failed: Connection refused", "localhost"),
            ("org.postgresql.util.PSQLException: Connection to db:5432 refused.", "db:5432"),
            ("redis.exceptions.ConnectionError: Error 111 connecting to cache:6379. Connection refused.", "cache:6379"),
        ] {
            assert_eq!(connection(&[line.to_owned()]).as_deref(), Some(wanted), "{line}");
        }
        assert_eq!(connection(&["server listening on 0.0.0.0:8080".to_owned()]), None);
    }

    #[test]
    fn the_variable_that_is_missing_is_named() {
        assert_eq!(variable(&["Error: DATABASE_URL is not set".to_owned()]).as_deref(), Some("DATABASE_URL"));
        assert_eq!(variable(&["KeyError: 'SECRET_KEY'".to_owned()]).as_deref(), Some("SECRET_KEY"));
        assert_eq!(variable(&["Error [ERR_MODULE_NOT_FOUND]: Cannot find module, missing".to_owned()]), None);
    }

    #[test]
    fn a_lost_connection_is_told_even_where_nobody_says_to_what() {
        let problem = || Problem::new(crate::error::ErrorId::ContainerExited, "It ended.");
        let log = ["socket.gaierror: [Errno -2] Name or service not known".to_owned()];
        let told = advised(problem(), &log, Some("compose.yaml"));
        assert!(told.next[0].starts_with("--network") && told.next[1].contains("compose.yaml"), "{:?}", told.next);
        assert_eq!(connection(&["could not connect to db:5432".to_owned()]).as_deref(), Some("db:5432"));
        assert!(advised(problem(), &["started".to_owned()], Some("compose.yaml")).next.is_empty());
    }
}
