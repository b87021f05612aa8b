//! The HTTP interface: which path and method leads where.

mod checksum;
mod identity;
mod peer;
mod roots;
mod time;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Instant};

use axum::{
    Json, Router,
    http::StatusCode,
    middleware,
    response::IntoResponse,
    routing::{get, post},
};
use jiff::Timestamp;
use serde::Serialize;

use crate::{config::Config, log, problem::Problem};

/// What the handlers share.
pub struct App {
    config: Config,
    started_at: Timestamp,
    started: Instant,
}

impl App {
    /// A service that starts now.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            started_at: Timestamp::now(),
            started: Instant::now(),
        }
    }
}

/// All routes. Every answer is JSON, and every request is logged.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(identity::show))
        .route("/health", get(health))
        .route("/time/", get(time::show))
        .route("/time/{*zone}", get(time::show))
        .route("/roots", get(roots::show))
        .route("/peer", get(peer::ask))
        .route("/checksum", post(checksum::compute))
        .fallback(async || Problem::not_found("not found"))
        .method_not_allowed_fallback(async || Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method not allowed"))
        .layer(middleware::from_fn(log::request))
        .with_state(app)
}

async fn health() -> impl IntoResponse {
    #[derive(Serialize)]
    struct Health {
        status: &'static str,
    }
    Json(Health { status: "ok" })
}
