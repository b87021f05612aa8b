//! The program as a process: its exit status, its signals, its health check.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

fn clock(arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harbour-clock"));
    command.args(arguments).env_clear().envs(variables.iter().copied());
    command
}

fn failed(output: &Output) -> (Option<i32>, String) {
    assert!(output.stdout.is_empty());
    (output.status.code(), String::from_utf8(output.stderr.clone()).unwrap())
}

/// A port that was free a moment ago.
fn free_port() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port().to_string()
}

/// The body of the answer to a GET request.
fn get(port: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    stream
        .write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes())
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

/// A running service, and the first line of its log.
fn start(variables: &[(&str, &str)]) -> (Child, String) {
    let mut child = clock(&[], variables).stdout(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    log.read_line(&mut line).unwrap();
    // Something has to read the log for as long as the service writes it.
    std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    (child, line)
}

/// Sends the signal and returns the exit status and how long the exit took.
fn stop(mut child: Child, signal: &str) -> (Option<i32>, Duration) {
    let begun = Instant::now();
    let sent = Command::new("sh")
        .args(["-c", &format!("kill -{signal} {}", child.id())])
        .status()
        .unwrap();
    assert!(sent.success());
    (child.wait().unwrap().code(), begun.elapsed())
}

#[test]
fn a_bad_environment_is_one_line_and_status_2() {
    let output = clock(&[], &[("PORT", "abc")]).output().unwrap();
    let line = "harbour-clock: PORT must be a number from 1 to 65535, got \"abc\"\n";
    assert_eq!(failed(&output), (Some(2), line.to_owned()));
}

#[test]
fn an_unknown_argument_is_answered_with_the_usage() {
    for arguments in [["--help"].as_slice(), &["health", "now"]] {
        let output = clock(arguments, &[]).output().unwrap();
        assert_eq!(failed(&output), (Some(2), "usage: harbour-clock [health]\n".to_owned()));
    }
}

#[test]
fn the_health_check_tells_a_running_service_from_none() {
    for bind in ["0.0.0.0", "127.0.0.1"] {
        let port = free_port();
        let variables = [("PORT", port.as_str()), ("BIND", bind)];

        let output = clock(&["health"], &variables).output().unwrap();
        let line = format!("harbour-clock: http://127.0.0.1:{port}/health: Connection refused (os error 111)\n");
        assert_eq!(failed(&output), (Some(1), line));

        let (child, line) = start(&variables);
        assert!(
            line.contains(&format!(r#""message":"listening","address":"{bind}:{port}""#)),
            "{line}"
        );
        let output = clock(&["health"], &variables).output().unwrap();
        assert_eq!(failed(&output), (Some(0), String::new()));
        assert_eq!(stop(child, "TERM").0, Some(0));
    }
}

#[test]
fn both_signals_stop_a_service_that_has_an_idle_connection() {
    for signal in ["TERM", "INT"] {
        let port = free_port();
        let (child, _) = start(&[("PORT", &port), ("BIND", "127.0.0.1")]);
        let mut idle = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
        idle.write_all(b"GET /health HTTP/1.1\r\nHost: harbour\r\n\r\n")
            .unwrap();
        BufReader::new(&idle).read_line(&mut String::new()).unwrap();

        let (status, took) = stop(child, signal);
        assert_eq!(status, Some(0));
        assert!(took < Duration::from_secs(2), "{signal}: {took:?}");
    }
}

#[test]
fn a_client_that_stalls_delays_the_exit_only_so_long() {
    let port = free_port();
    let (child, _) = start(&[("PORT", &port), ("BIND", "127.0.0.1")]);
    let mut stalled = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    stalled
        .write_all(b"POST /checksum HTTP/1.1\r\nHost: harbour\r\nContent-Length: 5\r\n\r\nhel")
        .unwrap();
    std::thread::sleep(Duration::from_millis(100));

    let (status, took) = stop(child, "TERM");
    assert_eq!(status, Some(0));
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn a_variable_that_leads_nowhere_means_no_roots() {
    let port = free_port();
    let (child, _) = start(&[("PORT", &port), ("SSL_CERT_FILE", "/no/such/file")]);
    assert_eq!(get(&port, "/roots"), r#"{"count":0,"source":null}"#);
    assert_eq!(stop(child, "TERM").0, Some(0));
}
