//! `GET /roots`: the certificates that TLS clients in this image would trust.

use std::{env, path::PathBuf};

use axum::Json;
use rustls_native_certs::load_native_certs;
use serde::Serialize;
use tokio::task::spawn_blocking;

#[derive(Serialize)]
pub struct Roots {
    count: usize,
    source: Option<PathBuf>,
}

pub async fn show() -> Json<Roots> {
    // Some 150 certificates are read and parsed: too long to keep the other requests waiting.
    let count = spawn_blocking(|| load_native_certs().certs.len())
        .await
        .expect("reading files does not panic");
    Json(Roots {
        count,
        source: source().filter(|_| count > 0),
    })
}

/// The file or folder the certificates come from: what the variables of OpenSSL name, else the first of the usual
/// places that exists. This is the order in which `load_native_certs` looks.
fn source() -> Option<PathBuf> {
    let variable = |name| env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from);
    variable("SSL_CERT_FILE")
        .or_else(|| variable("SSL_CERT_DIR"))
        .or_else(|| {
            let found = openssl_probe::probe();
            found.cert_file.or_else(|| found.cert_dir.into_iter().next())
        })
}
