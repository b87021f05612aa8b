//! The log: one JSON document per line on standard output.

use std::{
    io::{self, Write as _},
    net::SocketAddr,
    time::Instant,
};

use axum::{extract::Request, middleware::Next, response::Response};
use jiff::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
struct Listening {
    time: Timestamp,
    message: &'static str,
    address: SocketAddr,
}

#[derive(Serialize)]
struct Served<'a> {
    time: Timestamp,
    method: &'a str,
    path: &'a str,
    status: u16,
    duration_ms: f64,
}

/// Says that the service now accepts connections on `address`.
pub fn listening(address: SocketAddr) {
    write(&Listening {
        time: Timestamp::now(),
        message: "listening",
        address,
    });
}

/// Middleware that writes a line for every request, when its answer begins.
pub async fn request(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let uri = request.uri().clone();
    let response = next.run(request).await;
    write(&Served {
        time: Timestamp::now(),
        method: method.as_str(),
        path: uri.path(),
        status: response.status().as_u16(),
        duration_ms: (started.elapsed().as_secs_f64() * 1e5).round() / 1e2,
    });
    response
}

fn write(line: &impl Serialize) {
    let mut text = serde_json::to_vec(line).expect("numbers and text become JSON");
    text.push(b'\n');
    // A reader of the log that went away is no reason to stop answering requests.
    let _ = io::stdout().lock().write_all(&text);
}
