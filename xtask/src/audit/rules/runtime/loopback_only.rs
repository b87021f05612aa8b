//! A service listens on the container's own address 127.0.0.1 alone, where nobody outside reaches it.

use super::list;
use crate::audit::model::{Evidence, Kind, Risk};
use crate::audit::pairs::pairs;
use crate::audit::rules::{Found, Rule};
use crate::audit::seen::Seen;
use crate::audit::start::Start;

pub const RULE: Rule = Rule {
    id: "loopback-only",
    kind: Kind::Runtime,
    looks_for: "a service that listens on 127.0.0.1 alone",
    why: "A container has a network of its own, and its 127.0.0.1 is not the machine's. Published or not, no request gets there.",
    find,
};

/// Programs that listen on 127.0.0.1 unless they are told otherwise: the words that start them, the options that say where to listen,
/// the variables that do, and what to add. Sources: the programs' own manuals.
const SERVERS: [Server; 8] = [
    Server {
        starts: &["flask", "run"],
        options: &["--host", "-h"],
        variables: &["FLASK_RUN_HOST"],
        add: &["--host", "0.0.0.0"],
    },
    Server {
        starts: &["uvicorn"],
        options: &["--host", "--fd", "--uds"],
        variables: &["UVICORN_HOST"],
        add: &["--host", "0.0.0.0"],
    },
    Server { starts: &["fastapi", "dev"], options: &["--host"], variables: &[], add: &["--host", "0.0.0.0"] },
    Server { starts: &["vite"], options: &["--host"], variables: &[], add: &["--host", "0.0.0.0"] },
    Server { starts: &["ng", "serve"], options: &["--host"], variables: &[], add: &["--host", "0.0.0.0"] },
    Server {
        starts: &["hypercorn"],
        options: &["--bind", "-b", "--config", "-c"],
        variables: &[],
        add: &["--bind", "0.0.0.0:8000"],
    },
    Server {
        starts: &["gunicorn"],
        options: &["--bind", "-b", "--config", "-c"],
        variables: &["GUNICORN_CMD_ARGS", "PORT"],
        add: &["--bind", "0.0.0.0:8000"],
    },
    Server { starts: &["manage.py", "runserver"], options: &[], variables: &[], add: &["0.0.0.0:8000"] },
];
/// Options whose value is where to listen.
const LISTENS: [&str; 8] =
    ["--host", "--bind", "-b", "--listen", "--address", "--addr", "--hostname", "--listen-address"];
/// Files in which a server may be told where to listen.
const CONFIGS: [&str; 4] = ["gunicorn.conf.py", "vite.config.js", "vite.config.ts", "vite.config.mjs"];

struct Server {
    starts: &'static [&'static str],
    options: &'static [&'static str],
    variables: &'static [&'static str],
    add: &'static [&'static str],
}

fn find(seen: &Seen) -> Found {
    if let Ok(running) = seen.running()
        && let Ok(listens) = &running.listens
        && !listens.is_empty()
    {
        let own: Vec<_> = listens.iter().filter(|one| is_loopback(&one.address)).collect();
        // One that others reach is enough, unless it is another port than the one that the image names.
        let reached =
            listens.iter().any(|one| !is_loopback(&one.address) && running.port.is_none_or(|port| port == one.port));
        if reached || own.is_empty() {
            return Ok(Vec::new());
        }
        let evidence = own.iter().map(|one| Evidence::of(format!("listens on {}:{}", one.address, one.port)));
        return Ok(vec![with_change(seen, evidence.collect())]);
    }
    let start = Start::of(seen)?;
    let service = start.service();
    let words: Vec<&str> = service.iter().map(String::as_str).collect();
    let evidence = match said(&words) {
        Some(address) if is_loopback(&address) => Evidence::of(format!("told to listen on {address}")),
        Some(_) => return Ok(Vec::new()),
        None => match server(&words).filter(|server| !told(seen, server, &words)) {
            Some(server) => {
                Evidence::of(format!("{} listens on 127.0.0.1 where nothing says otherwise", server.starts.join(" ")))
            }
            None => return Ok(Vec::new()),
        },
    };
    let at = start.last().and_then(|line| line.at);
    Ok(vec![with_change(seen, vec![if let Some(at) = at { evidence.line(at) } else { evidence }])])
}

fn is_loopback(address: &str) -> bool {
    let host = address.trim_start_matches("http://").trim_start_matches("tcp://");
    let host = host.strip_prefix('[').map_or_else(
        || if host.matches(':').count() > 1 { host } else { host.split(':').next().unwrap_or(host) },
        |rest| rest.split(']').next().unwrap_or(rest),
    );
    host == "localhost" || host == "::1" || (host.starts_with("127.") && host.parse::<std::net::Ipv4Addr>().is_ok())
}

/// Where the command line says to listen.
fn said(words: &[&str]) -> Option<String> {
    let joined = words
        .iter()
        .find_map(|word| word.split_once('=').filter(|(option, _)| LISTENS.contains(option)).map(|(_, value)| value));
    let behind = words.windows(2).find(|pair| LISTENS.contains(&pair[0])).map(|pair| pair[1]);
    // `php -S localhost:8000`
    let php = match words {
        ["php", "-S", address, ..] => Some(*address),
        _ => None,
    };
    joined.or(behind).or(php).filter(|value| !value.starts_with('-') && !value.contains('$')).map(str::to_owned)
}

fn server(words: &[&str]) -> Option<&'static Server> {
    let name = |word: &str| word.rsplit('/').next().unwrap_or(word).to_owned();
    SERVERS.iter().find(|server| {
        let plain: Vec<String> = words.iter().take(3).map(|word| name(word)).collect();
        let begins =
            plain.len() >= server.starts.len() && plain.iter().zip(server.starts).all(|(word, start)| word == start);
        // `python manage.py runserver`
        let behind = plain.len() > server.starts.len()
            && plain[1..].iter().zip(server.starts).all(|(word, start)| word == start);
        begins || (is_python_file(server.starts[0]) && behind)
    })
}

/// Whether a server is started by a file of Python.
fn is_python_file(program: &str) -> bool {
    std::path::Path::new(program).extension().is_some_and(|ending| ending == "py")
}

/// Whether something else tells a server where to listen: an option, a variable, a file.
fn told(seen: &Seen, server: &Server, words: &[&str]) -> bool {
    let option = words.iter().any(|word| {
        let name = word.split('=').next().unwrap_or(word);
        // An option of one letter may have its value right behind it: `-b0.0.0.0:80`.
        server.options.iter().any(|option| name == *option || (option.len() == 2 && word.starts_with(option)))
    });
    let variable = seen.dockerfile().is_ok_and(|written| {
        let set = written.shipped().into_iter().filter(|one| one.keyword == "ENV").flat_map(pairs);
        set.into_iter().any(|pair| server.variables.contains(&pair.name.as_str()))
    }) || seen.image().is_ok_and(|image| {
        image.config.env.iter().filter_map(|one| one.split('=').next()).any(|name| server.variables.contains(&name))
    });
    let program = server.starts[0];
    let file = seen.context().is_ok_and(|context| {
        CONFIGS.iter().any(|config| {
            config.starts_with(program)
                && context.files.iter().any(|file| file.path.rsplit('/').next() == Some(*config))
        })
    });
    let address = is_python_file(program)
        && words.iter().any(|word| word.contains("0.0.0.0") || word.contains('$') || word.starts_with("[::"));
    option || variable || file || address || words.iter().any(|word| word.contains('$'))
}

fn with_change(seen: &Seen, evidence: Vec<Evidence>) -> crate::audit::model::Finding {
    let finding = RULE
        .finding("It listens on 127.0.0.1, so that nobody outside the container reaches it.")
        .risk(Risk::High)
        .with_all(evidence)
        .fix("Let it listen on all addresses of the container, 0.0.0.0. Who may reach it is for the network to say.");
    let Ok(start) = Start::of(seen) else { return finding };
    let (Ok(written), Some(line)) = (seen.dockerfile(), start.last()) else { return finding };
    let (Some(at), false) = (line.at, line.shell) else { return finding };
    let service = start.service();
    let plain: Vec<&str> = service.iter().map(String::as_str).collect();
    let words: Vec<String> = match said(&plain).filter(|address| is_loopback(address)) {
        Some(_) => {
            line.words.iter().map(|word| word.replace("127.0.0.1", "0.0.0.0").replace("localhost", "0.0.0.0")).collect()
        }
        None => match server(&plain) {
            Some(server) => {
                line.words.iter().cloned().chain(server.add.iter().map(|word| (*word).to_owned())).collect()
            }
            None => return finding,
        },
    };
    let keyword = if start.cmd.is_some() { "CMD" } else { "ENTRYPOINT" };
    finding.diff(written.path(), written.replaced(at, &[&format!("{keyword} {}", list(&words))]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seen::Listener;
    use crate::audit::seen::fixture::Fixture;

    fn change(cmd: &str) -> Option<Vec<String>> {
        find(&Fixture::of(&format!("FROM a\nCMD {cmd}\n")).seen()).unwrap().pop().map(|finding| finding.fix.diff)
    }

    #[test]
    fn servers_that_stay_at_home_are_found_with_the_option_to_add() {
        assert_eq!(change("[\"flask\", \"run\"]").unwrap()[2], "+CMD [\"flask\", \"run\", \"--host\", \"0.0.0.0\"]");
        assert_eq!(
            change("[\"uv\", \"run\", \"uvicorn\", \"a:b\", \"--host\", \"127.0.0.1\"]").unwrap()[2],
            "+CMD [\"uv\", \"run\", \"uvicorn\", \"a:b\", \"--host\", \"0.0.0.0\"]"
        );
        for cmd in [
            "[\"npx\", \"vite\", \"preview\"]",
            "[\"python\", \"manage.py\", \"runserver\"]",
            "gunicorn app:app",
            "[\"php\", \"-S\", \"localhost:80\"]",
            "[\"x\", \"--bind=127.0.0.1:80\"]",
        ] {
            assert!(change(cmd).is_some(), "{cmd}");
        }
    }

    #[test]
    fn what_a_container_listens_on_decides() {
        let listens = |address: &str| {
            let address = address.to_owned();
            Fixture::of("FROM a\nCMD [\"flask\", \"run\"]\n").running().with_running(|running| {
                running.listens = Ok(vec![Listener { address, port: 8080 }]);
            })
        };
        assert_eq!(find(&listens("127.0.0.1").seen()).unwrap().len(), 1);
        assert!(find(&listens("0.0.0.0").seen()).unwrap().is_empty());
        assert!(find(&listens("::").seen()).unwrap().is_empty());
        let both = listens("127.0.0.1").with_running(|running| {
            running.listens.as_mut().unwrap().push(Listener { address: "0.0.0.0".to_owned(), port: 8080 });
        });
        assert!(find(&both.seen()).unwrap().is_empty());
    }

    #[test]
    fn servers_that_are_told_otherwise_and_addresses_of_others() {
        for cmd in [
            "[\"flask\", \"run\", \"--host=0.0.0.0\"]",
            "[\"uvicorn\", \"a:b\", \"--host\", \"::\"]",
            "[\"gunicorn\", \"-b0.0.0.0:80\", \"a:b\"]",
            "gunicorn --bind 0.0.0.0:5000 app:app",
            "[\"fastapi\", \"run\"]",
            "[\"tool\", \"--upstream\", \"127.0.0.1:9001\", \"--listen\", \"0.0.0.0:9000\"]",
            "[\"python\", \"manage.py\", \"runserver\", \"0.0.0.0:8000\"]",
            "uvicorn a:b --host $HOST",
            "[\"node\", \"server.js\"]",
            "[\"x\", \"--host\", \"127.0.0.1.nip.example\"]",
        ] {
            assert_eq!(change(cmd), None, "{cmd}");
        }
        let file = "FROM a\nENV FLASK_RUN_HOST=0.0.0.0\nCMD [\"flask\", \"run\"]\n";
        assert!(find(&Fixture::of(file).seen()).unwrap().is_empty());
        let config = Fixture::of("FROM a\nCMD [\"gunicorn\", \"a:b\"]\n").file("gunicorn.conf.py", 30).seen();
        assert!(find(&config).unwrap().is_empty());
        assert!(find(&Fixture::nothing().seen()).is_err());
    }
}
