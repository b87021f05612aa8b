//! A build without a network, after a change: whether what it runs again downloads anything.

use std::collections::BTreeMap;

use super::Underway;
use super::experiment::changes;
use crate::error::{ErrorId, Result};
use crate::plan::Image;

/// An address that no packet reaches: a connection to the broadcast address ends at once, on every system, before anything is
/// sent (`connect(2)`, `ENETUNREACH` and `EACCES`). A port that refuses would do, but npm waits a minute and tries that again.
const NOWHERE: &str = "http://255.255.255.255:1";
/// Variables that name a proxy. A Dockerfile has them without declaring them, and the builder leaves their values out of the keys of
/// its cache (Dockerfile reference, "Predefined ARGs"): what is in the cache is taken from there, and what runs finds no network.
const PROXIES: [&str; 8] =
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy", "ALL_PROXY", "all_proxy"];
/// Hosts that are asked without a proxy: none.
const DIRECT: [&str; 2] = ["NO_PROXY", "no_proxy"];

impl Underway<'_> {
    /// Builds an image after a change, without a network, and notes where the build stops.
    ///
    /// Errors: whatever building fails with, apart from a step of the Dockerfile.
    pub(super) fn offline(&mut self, image: &Image, change: &String) -> Result<()> {
        let named = changes([change], self.job.changes, image)?;
        let Some(change) = named.into_iter().next() else { return Ok(()) };
        let without = match self.lab(false).after_with(image, change, "offline", &no_network()) {
            Ok((tag, _)) => {
                let _ = self.engine.remove_image(&tag);
                Ok(())
            }
            // Which of the two it is depends on the words in which the tool says that it reached nobody.
            Err(problem) if matches!(problem.id, ErrorId::BuildFailed | ErrorId::Download) => Err(problem.fact),
            Err(problem) => return Err(problem),
        };
        self.of(image).offline.insert(change.0.to_owned(), without);
        Ok(())
    }
}

/// The arguments of a build whose steps reach nobody.
fn no_network() -> BTreeMap<String, String> {
    let nowhere = PROXIES.map(|name| (name.to_owned(), NOWHERE.to_owned()));
    let direct = DIRECT.map(|name| (name.to_owned(), String::new()));
    nowhere.into_iter().chain(direct).collect()
}
