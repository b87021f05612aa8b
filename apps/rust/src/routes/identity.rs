//! `GET /`: which service this is, and which build of it.

use std::sync::Arc;

use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::Serialize;

use super::App;

/// The commit this was built from: the build argument `REVISION`.
const REVISION: &str = match option_env!("REVISION") {
    Some(revision) if !revision.is_empty() => revision,
    _ => "unknown",
};

#[derive(Serialize)]
pub struct Identity {
    service: &'static str,
    language: &'static str,
    runtime: &'static str,
    version: &'static str,
    revision: &'static str,
    started_at: Timestamp,
    uptime_seconds: f64,
}

pub async fn show(State(app): State<Arc<App>>) -> Json<Identity> {
    Json(Identity {
        service: env!("CARGO_PKG_NAME"),
        language: "rust",
        runtime: env!("COMPILER"),
        version: env!("CARGO_PKG_VERSION"),
        revision: REVISION,
        started_at: app.started_at,
        uptime_seconds: (app.started.elapsed().as_secs_f64() * 1e3).round() / 1e3,
    })
}
