//! Shows the book while it is written: builds it again when a source of it changes, and tells open pages to load again.

use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::Duration;

use axum::Router;
use drydock::error::{ErrorId, Problem, Result};
use drydock::model::AppId;
use drydock::report;
use notify_debouncer_mini::notify::RecursiveMode;
use notify_debouncer_mini::{DebounceEventResult, new_debouncer};
use tower_http::services::ServeDir;
use tower_livereload::{LiveReloadLayer, Reloader};

use crate::build::{WRITTEN, build_for};
use crate::sources::{FOLDER, Missing};

/// What pages are made from, relative to the repository.
const WATCHED: [&str; 3] = [FOLDER, "lessons", "apps"];
/// An editor writes a file in several steps; they count as one change.
const PAUSE: Duration = Duration::from_millis(300);

/// Builds for a reader who follows this app, serves on a free port of 127.0.0.1, opens a browser, and goes on until it is ended.
///
/// Errors: the first build fails, or the port cannot be had. Later builds that fail are told, and the last good one stays.
pub fn serve(reader: Option<&AppId>, root: &Path, style: report::Style) -> Result<()> {
    let built = build_for(reader, root, Missing::IsShown)?;
    let livereload = LiveReloadLayer::new();
    let reloader = livereload.reloader();
    watch(reader.cloned(), root.to_owned(), reloader, style)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| failed(&e))?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(|e| failed(&e))?;
        let address = listener.local_addr().map_err(|e| failed(&e))?;
        report::line(format!("http://{address}/    Ctrl-C ends it; a change of a page shows at once"));
        drydock::desktop::open(&format!("http://{address}/"));
        let app = Router::new().fallback_service(ServeDir::new(built)).layer(livereload);
        axum::serve(listener, app).await.map_err(|e| failed(&e))
    })
}

fn watch(reader: Option<AppId>, root: PathBuf, reloader: Reloader, style: report::Style) -> Result<()> {
    let (send, changes) = channel::<DebounceEventResult>();
    let mut debouncer = new_debouncer(PAUSE, send).map_err(|e| failed(&e))?;
    for folder in WATCHED {
        debouncer.watcher().watch(&root.join(folder), RecursiveMode::Recursive).map_err(|e| failed(&e))?;
    }
    std::thread::spawn(move || {
        // It watches as long as it lives.
        let _debouncer = debouncer;
        while let Ok(events) = changes.recv() {
            // The builder writes this one itself.
            let own = |path: &Path| path.ends_with(WRITTEN);
            if events.is_ok_and(|events| events.iter().all(|event| own(&event.path))) {
                continue;
            }
            match build_for(reader.as_ref(), &root, Missing::IsShown) {
                Ok(_) => reloader.reload(),
                Err(problem) => report::message(report::problem(&problem, style)),
            }
        }
    });
    Ok(())
}

fn failed(error: &dyn std::error::Error) -> Problem {
    Problem::new(ErrorId::Page, format!("The book cannot be served: {error}."))
}
