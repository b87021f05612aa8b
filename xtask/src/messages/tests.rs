use std::collections::BTreeSet;

use super::*;

/// The rows that a line fits.
fn rows(line: &str) -> Vec<&'static str> {
    all().iter().filter(|message| message.fits(line)).map(|message| message.id.as_str()).collect()
}

#[test]
fn every_example_fits_its_own_row_and_no_other() {
    let wrong: Vec<String> = all()
        .iter()
        .flat_map(|message| message.examples.iter().map(move |line| (message, line)))
        .filter(|(message, line)| rows(line) != [message.id.as_str()])
        .map(|(message, line)| format!("{}: {:?} fits {line:?}", message.id, rows(line)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_row_has_an_example_and_says_where_it_is_from() {
    for message in all() {
        assert!(!message.examples.is_empty(), "{} has no example", message.id);
        assert!(message.provoked != message.source.is_some(), "{}: provoked, or from a source", message.id);
    }
    let ids: BTreeSet<&str> = all().iter().map(|message| message.id.as_str()).collect();
    assert_eq!(ids.len(), all().len(), "two rows have the same id");
    assert!(all().len() >= 60);
}

#[test]
fn what_a_row_says_is_filled_with_what_its_line_names() {
    for message in all() {
        for line in &message.examples {
            let found = Found { message, line: line.clone() };
            for text in [found.means(), found.look()] {
                let open = all().iter().flat_map(|message| message.pattern.0.capture_names().flatten());
                assert!(
                    !open.map(|name| format!("{{{name}}}")).any(|slot| text.contains(&slot)),
                    "{}: {text}",
                    message.id
                );
                assert!(text.ends_with(['.', '?', '`', ')']), "{}: {text}", message.id);
            }
        }
    }
}

#[test]
fn the_first_line_that_tells_something_is_the_cause() {
    let said = "npm warn deprecated x\nsh: 1: tsc: not found\nnpm error code 127\nexit code: 127";
    assert_eq!(find(said.lines()).unwrap().means(), "The shell finds no program `tsc` in this stage.");
    // That pip finds no version follows from the network.
    let said = "WARNING: Retrying after 'NewConnectionError('\nERROR: No matching distribution found for starlette";
    assert_eq!(find(said.lines()).unwrap().message.id, "pip-network");
    let said = "ERROR: No matching distribution found for starlete";
    assert_eq!(find(said.lines()).unwrap().message.id, "pip-no-match");
    assert!(find(["all is well", "exit code: 1"]).is_none());
}

/// What Node 24 prints: the line that helps stands above the stack.
const CRASH: &str = "\
node:internal/modules/package_json_reader:301
  throw new ERR_MODULE_NOT_FOUND(packageName, fileURLToPath(base), null);
        ^

Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'fastify' imported from /app/dist/main.js
    at Object.getPackageJSONURL (node:internal/modules/package_json_reader:301:9)
    at packageResolve (node:internal/modules/esm/resolve:768:81)
    at moduleResolve (node:internal/modules/esm/resolve:859:18)
    at defaultResolve (node:internal/modules/esm/resolve:991:11)
    at #cachedDefaultResolve (node:internal/modules/esm/loader:719:20)
    at ModuleLoader.resolve (node:internal/modules/esm/loader:696:38)
    at onImport.tracePromise.__proto__ (node:internal/modules/esm/module_job:137:18) {
  code: 'ERR_MODULE_NOT_FOUND'
}

Node.js v24.19.0
npm notice
npm notice New major version of npm available! 11.6.0 -> 12.0.1
npm notice Changelog: https://github.com/npm/cli/releases/tag/v12.0.1
npm notice To update run: npm install -g npm@12.0.1
npm notice
";

#[test]
fn of_a_crash_the_error_is_shown_and_not_its_noise() {
    assert_eq!(
        excerpt(CRASH, 12),
        [
            "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'fastify' imported from /app/dist/main.js",
            "  code: 'ERR_MODULE_NOT_FOUND'",
            "}"
        ]
    );
}

#[test]
fn the_cause_is_shown_however_far_up_it_stands() {
    let said = format!("sh: 1: tsc: not found\n{}", "more\n".repeat(50));
    assert_eq!(excerpt(&said, 4), ["sh: 1: tsc: not found", "…", "more", "more"]);
    let said = format!("{}done", "more\n".repeat(50));
    assert_eq!(excerpt(&said, 3), ["more", "more", "done"]);
    assert_eq!(excerpt("npm notice\nnpm notice\n", 3), ["npm notice", "npm notice"], "better noise than nothing");
}

#[test]
fn the_help_of_a_tool_is_left_out_around_what_it_says() {
    // As npm 11 printed it.
    let said = "npm error code EUSAGE\nnpm error\nnpm error The `npm ci` command can only install with an existing package-lock.json or\n\
                npm error npm-shrinkwrap.json with lockfileVersion >= 1. Run an install with npm@5 or\n\
                npm error later to generate a package-lock.json file, then try again.\nnpm error\n\
                npm error Clean install a project\nnpm error\nnpm error Usage:\nnpm error npm ci\nnpm error\nnpm error Options:\n\
                npm error [--no-bin-links] [--no-fund] [--dry-run]\nnpm error\nnpm error   --install-links\n\
                npm error     When set file: protocol dependencies will be packed and installed as\nnpm error\n\
                npm error aliases: clean-install, ic, install-clean, isntall-clean\nnpm error\n\
                npm error Run \"npm help ci\" for more info\n\
                npm error A complete log of this run can be found in: /root/.npm/_logs/debug-0.log\nexit code: 1";
    let shown = excerpt(said, 20);
    assert_eq!(shown.len(), 5, "{shown:#?}");
    assert!(shown[1].contains("can only install with an existing package-lock.json") && shown[4] == "exit code: 1");
    // Help whose end is missing may hold what tells the cause.
    let cut = "npm error Usage:\nnpm error npm ci\nsh: 1: tsc: not found";
    assert_eq!(excerpt(cut, 20).len(), 3);
}
