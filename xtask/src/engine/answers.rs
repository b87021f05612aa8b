//! The shapes of what `docker version`, `docker info` and `docker context inspect` print as JSON, as far as they are read.

use serde::Deserialize;

use crate::model::Store;
use crate::process::Output;

/// The first line of standard output that is a JSON object of this shape.
pub(super) fn parse<T: for<'a> Deserialize<'a>>(output: &Output) -> Option<T> {
    output.stdout.lines().find_map(|line| serde_json::from_str(line).ok())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Versions {
    pub client: Option<ClientVersion>,
    pub server: Option<ServerVersion>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ClientVersion {
    pub version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ServerVersion {
    pub version: String,
    #[serde(rename = "ApiVersion")]
    pub api: String,
    pub arch: String,
    #[serde(default)]
    components: Vec<Component>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Component {
    name: String,
}

impl ServerVersion {
    /// Podman's service answers as an engine does, and names itself among its components.
    pub(super) fn is_podman(&self) -> bool {
        self.components.iter().any(|component| component.name == "Podman Engine")
    }
}

/// Whether a `docker info` was answered by podman's own command: Docker's has no such field.
pub(super) fn is_podmans(info: &Output) -> bool {
    info.stdout.contains("\"buildahVersion\"")
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Context {
    pub name: String,
    pub endpoints: std::collections::BTreeMap<String, ContextEndpoint>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ContextEndpoint {
    pub host: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Info {
    pub server_version: String,
    pub operating_system: String,
    #[serde(rename = "OSType")]
    pub os_type: String,
    #[serde(rename = "NCPU")]
    pub cpus: u32,
    #[serde(rename = "MemTotal")]
    pub memory: u64,
    #[serde(rename = "DockerRootDir")]
    pub data_root: String,
    pub driver_status: Option<Vec<(String, String)>>,
    #[serde(rename = "SecurityOptions")]
    pub security: Option<Vec<String>>,
    pub name: String,
    #[serde(rename = "ClientInfo")]
    pub client: Option<ClientInfo>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ClientInfo {
    #[serde(default)]
    pub plugins: Vec<Plugin>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Plugin {
    pub name: String,
    #[serde(default)]
    pub path: String,
    pub version: Option<String>,
    #[serde(rename = "Err")]
    pub error: Option<String>,
    #[serde(default, rename = "ShadowedPaths")]
    pub shadowed: Vec<String>,
}

impl Info {
    /// The containerd store says so in its driver status; every graph driver is the classic store.
    pub(super) fn store(&self) -> Store {
        let status = self.driver_status.as_deref().unwrap_or_default();
        if status.iter().any(|(_, value)| value.starts_with("io.containerd.snapshotter")) {
            Store::Containerd
        } else {
            Store::Classic
        }
    }

    /// A socket alone proves nothing: Docker Desktop, Colima and friends hand one in from their virtual machine, which has
    /// a name of its own.
    pub(super) fn is_local(&self, endpoint: &str, here: &str) -> bool {
        endpoint.starts_with("unix://") && !here.is_empty() && here == self.name
    }
}
