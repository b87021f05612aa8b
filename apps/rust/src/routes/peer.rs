//! `GET /peer`: asks the service that the operator named, and no other.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;

use super::App;
use crate::problem::Problem;

#[derive(Serialize)]
pub struct Answer {
    peer: String,
    status: u16,
}

pub async fn ask(State(app): State<Arc<App>>) -> Result<Json<Answer>, Problem> {
    let Some(peer) = app.config.peer.clone() else {
        return Err(Problem::not_found("PEER_URL is not set"));
    };
    let status = client::status(peer.clone()).await?;
    Ok(Json(Answer { peer, status }))
}

#[cfg(not(feature = "peer"))]
mod client {
    use crate::problem::Problem;

    #[expect(clippy::unused_async, reason = "the client that is built in on demand is async")]
    pub async fn status(_url: String) -> Result<u16, Problem> {
        Err(Problem::not_found("built without the feature \"peer\""))
    }
}

#[cfg(feature = "peer")]
mod client {
    use std::{sync::Arc, time::Duration};

    use axum::http::StatusCode;
    use rustls::crypto::ring;
    use tokio::task::spawn_blocking;
    use ureq::{
        Agent,
        tls::{Certificate, RootCerts, TlsConfig},
    };

    use crate::{problem::Problem, routes::roots};

    const PATIENCE: Duration = Duration::from_secs(5);

    /// The status that `url` answers with. Trusts the roots that `GET /roots` counts, and follows no redirect.
    pub async fn status(url: String) -> Result<u16, Problem> {
        let answer = spawn_blocking(move || agent().get(&url).call())
            .await
            .expect("the client does not panic");
        match answer {
            Ok(response) => Ok(response.status().as_u16()),
            // The client's own words: what TLS has to say about a missing root is what an operator needs to read.
            Err(error) => Err(Problem::new(StatusCode::BAD_GATEWAY, error.to_string())),
        }
    }

    fn agent() -> Agent {
        let roots: Vec<_> = roots::load()
            .1
            .certs
            .iter()
            .map(|der| Certificate::from_der(der).to_owned())
            .collect();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&roots))
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .build();
        Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .http_status_as_error(false)
            .build()
            .into()
    }
}
