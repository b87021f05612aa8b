//! `GET /roots`: the certificates that a TLS client in this image trusts.

use std::{env, path::PathBuf};

use axum::Json;
use rustls_native_certs::{CertificateResult, load_certs_from_paths};
use serde::Serialize;
use tokio::task::spawn_blocking;

#[derive(Serialize)]
pub struct Roots {
    count: usize,
    source: Option<PathBuf>,
}

pub async fn show() -> Json<Roots> {
    // Some 150 certificates are read and parsed: too long to keep the other requests waiting.
    let (source, found) = spawn_blocking(load).await.expect("reading files does not panic");
    let count = found.certs.len();
    Json(Roots {
        count,
        source: source.filter(|_| count > 0),
    })
}

/// The certificates, and the file or folder they were looked for in.
///
/// Always one place, so that it can be named: the file in `SSL_CERT_FILE`, else the folder in `SSL_CERT_DIR`, else the
/// first of the usual places of Linux distributions that exists. A variable that leads nowhere means no certificates.
pub fn load() -> (Option<PathBuf>, CertificateResult) {
    let variable = |name| env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from);
    let usual = openssl_probe::probe;
    let source = variable("SSL_CERT_FILE")
        .or_else(|| variable("SSL_CERT_DIR"))
        .or_else(|| usual().cert_file)
        .or_else(|| usual().cert_dir.into_iter().next());
    let folder = source.as_deref().filter(|path| path.is_dir());
    let file = source.as_deref().filter(|path| !path.is_dir());
    let found = load_certs_from_paths(file, folder);
    (source, found)
}
