//! Listens, serves, and stops in time.

use std::{fmt::Display, future::IntoFuture as _, pin::pin, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    select,
    signal::unix::{SignalKind, signal},
    sync::oneshot,
    time::timeout,
};

use crate::{
    config::Config,
    log,
    routes::{self, App},
};

/// How long requests in flight may take after the signal to stop. `docker stop` kills after 10 s; we promise 5 s.
const GRACE: Duration = Duration::from_secs(4);

/// Serves until SIGTERM or SIGINT, then finishes what is in flight.
///
/// # Errors
///
/// One line: why the service could not listen or had to give up.
pub async fn run(config: Config) -> Result<(), String> {
    // Before anything else: as PID 1, a signal without a handler is ignored by the kernel.
    let handle = |kind| signal(kind).map_err(because("cannot handle signals"));
    let mut terminate = handle(SignalKind::terminate())?;
    let mut interrupt = handle(SignalKind::interrupt())?;

    let address = config.address;
    let listener = TcpListener::bind(address)
        .await
        .map_err(because(format!("cannot listen on {address}")))?;
    log::listening(address);

    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, routes::router(Arc::new(App::new(config))));
    let server = server
        .with_graceful_shutdown(async { drop(stopped.await) })
        .into_future();
    let mut server = pin!(server);
    select! {
        result = &mut server => return result.map_err(because("cannot go on")),
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    drop(stop);
    // A client that stalls does not hold up the exit: after the grace period its connection is cut.
    timeout(GRACE, server)
        .await
        .unwrap_or(Ok(()))
        .map_err(because("cannot stop in order"))
}

fn because<E: Display>(what: impl Display) -> impl FnOnce(E) -> String {
    move |error| format!("{what}: {error}")
}
