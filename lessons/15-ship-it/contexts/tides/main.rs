//! A second service of the harbour: the next high water. It is here to share a base with the first one.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{SystemTime, UNIX_EPOCH};

const HALF_DAY: u64 = (12 * 60 + 25) * 60;

fn main() {
    let listener = TcpListener::bind("0.0.0.0:8080").expect("port 8080 is free");
    for mut client in listener.incoming().flatten() {
        let mut request = [0; 1024];
        let read = client.read(&mut request).unwrap_or(0);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
        let body = if request[..read].starts_with(b"GET /health ") {
            r#"{"status":"ok"}"#.to_owned()
        } else {
            format!(r#"{{"seconds_to_high_water":{}}}"#, HALF_DAY - now % HALF_DAY)
        };
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        let _ = client.write_all(answer.as_bytes());
    }
}
