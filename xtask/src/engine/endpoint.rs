//! Where the `docker` command looks for its engine.

use super::answers::{Context, parse};
use crate::process::Output;

/// Where the log of an engine goes that `--setup` started.
pub const OWN_LOG: &str = "/var/log/drydock/dockerd.log";

/// Where the `docker` command looks for its engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Address, e.g. `unix:///var/run/docker.sock`; empty where the command could not even tell that.
    pub host: String,
    /// Name of the docker context in use.
    pub context: String,
    /// What made the command look there.
    pub chosen_by: ChosenBy,
}

/// What decides where the `docker` command looks, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChosenBy {
    /// The environment variable `DOCKER_HOST`.
    HostVariable,
    /// The environment variable `DOCKER_CONTEXT`.
    ContextVariable,
    /// `docker context use`, or nothing at all.
    Context,
}

impl Endpoint {
    /// Reads `docker context inspect`, and the variables that overrule what it was told.
    pub(super) fn resolve(inspected: Option<&Output>, variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        let (host_variable, context_variable) = (set("DOCKER_HOST"), set("DOCKER_CONTEXT"));
        let chosen_by = match (&host_variable, &context_variable) {
            (Some(_), _) => ChosenBy::HostVariable,
            (None, Some(_)) => ChosenBy::ContextVariable,
            (None, None) => ChosenBy::Context,
        };
        let context = inspected.and_then(parse::<Context>);
        let named = || inspected.and_then(|o| o.stderr.split('"').nth(1)).map(str::to_owned);
        let host = context.as_ref().and_then(|c| c.endpoints.get("docker")).map(|e| e.host.clone());
        Self {
            host: host.or(host_variable).unwrap_or_default(),
            context: context.map(|c| c.name).or(context_variable).or_else(named).unwrap_or_else(|| "default".into()),
            chosen_by,
        }
    }

    /// The address and why it is this one, e.g. `unix:///var/run/docker.sock (default context)`.
    pub fn words(&self) -> String {
        let why = match self.chosen_by {
            ChosenBy::HostVariable => "from DOCKER_HOST".to_owned(),
            ChosenBy::ContextVariable => format!("context {:?}, from DOCKER_CONTEXT", self.context),
            ChosenBy::Context if self.context == "default" => "default context".to_owned(),
            ChosenBy::Context => format!("context {:?}", self.context),
        };
        let words = if self.host.is_empty() { why } else { format!("{} ({why})", self.host) };
        crate::names::printable(&words)
    }
}
