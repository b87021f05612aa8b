//! `POST /checksum`: the SHA-256 of an upload, spooled through a temporary file as upload handlers do.

use std::{fmt::Write as _, io, path::Path, sync::Arc};

use axum::{
    Json,
    body::{Body, HttpBody as _},
    extract::State,
    http::StatusCode,
};
use http_body_util::BodyExt as _;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tokio::{
    fs::File,
    io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _},
};

use super::App;
use crate::problem::Problem;

/// The largest upload that is accepted, in bytes.
const LIMIT: u64 = 1024 * 1024;

/// How much of a larger upload is still read, in bytes, so that its sender gets to see the refusal: a connection that
/// is closed while the other side is sending may lose the answer on its way.
const POLITE: u64 = 8 * LIMIT;

#[derive(Serialize)]
pub struct Checksum {
    bytes: u64,
    sha256: String,
}

pub async fn compute(State(app): State<Arc<App>>, body: Body) -> Result<Json<Checksum>, Problem> {
    let folder = &app.config.temporary;
    let nowhere = |error| nowhere_to_write(folder, &error);

    // The file loses its name at once, so nothing is left behind, not even after a crash.
    let mut file = File::from_std(tempfile::tempfile_in(folder).map_err(nowhere)?);
    let bytes = spool(body, &mut file, nowhere).await?;
    let sha256 = hash(&mut file).await.map_err(nowhere)?;
    Ok(Json(Checksum { bytes, sha256 }))
}

/// Writes the body to the file and returns its length in bytes.
async fn spool(mut body: Body, file: &mut File, nowhere: impl Fn(io::Error) -> Problem) -> Result<u64, Problem> {
    let too_large = || {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the body is larger than {LIMIT} bytes"),
        )
    };
    if body.size_hint().lower() > POLITE {
        return Err(too_large());
    }
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Problem::new(StatusCode::BAD_REQUEST, error.to_string()))?;
        let Ok(data) = frame.into_data() else { continue };
        bytes += data.len() as u64;
        if bytes > POLITE {
            break;
        } else if bytes <= LIMIT {
            file.write_all(&data).await.map_err(&nowhere)?;
        }
    }
    if bytes > LIMIT { Err(too_large()) } else { Ok(bytes) }
}

/// The SHA-256 of the whole file, in hexadecimal.
async fn hash(file: &mut File) -> io::Result<String> {
    // Also waits for the last write, and reports its error.
    file.rewind().await?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer).await? {
            0 => break,
            read => hasher.update(&buffer[..read]),
        }
    }
    let mut hex = String::new();
    for byte in hasher.finalize() {
        write!(hex, "{byte:02x}").expect("text grows");
    }
    Ok(hex)
}

/// 507, with the folder and what the operating system said about it.
fn nowhere_to_write(folder: &Path, error: &io::Error) -> Problem {
    let error = error.to_string();
    // Rust appends the error's number, and the library the random name it tried: neither helps who reads this.
    let reason = error.split(" (os error").next().unwrap_or(&error);
    let error = format!("no writable place for temporary files: {}: {reason}", folder.display());
    Problem::new(StatusCode::INSUFFICIENT_STORAGE, error)
}
