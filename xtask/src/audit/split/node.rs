//! Node: the project's folder without the packages that only the build needs.

use super::Second;
use super::parts::{copy, libraries, places, slim, work_folder_line};
use crate::audit::installs::{Tool, installs};
use crate::audit::seen::{Context, Written, operands};
use crate::audit::shell::{Call, calls};

/// The second stage; `None` where what it needs lies nobody knows where.
pub(super) fn node(written: &Written, context: Option<&Context>, name: &str, second: &mut Second) -> Option<()> {
    let base = written.base()?;
    second.from.push(format!("FROM {}", slim(base)));
    let places = places(written)?;
    second.from.extend(work_folder_line(written));
    second.last.push(pruned(written, context)?.to_owned());
    second.copies.extend(places.iter().map(|place| copy(name, place, place)));
    if written.last("CMD").is_some_and(|one| operands(one).iter().any(|word| word.trim_matches('"') == "dev")) {
        let says = "Its command starts a server for development, whose packages go with the others that only the build needs: \
                    start what the build made.";
        second.also.push(says.to_owned());
    }
    libraries(written, base, second);
    Some(())
}

/// What removes the packages of Node that only the build needed; `None` where packages lie outside of the project's folder.
fn pruned(written: &Written, context: Option<&Context>) -> Option<&'static str> {
    let tool = written.shipped().into_iter().flat_map(calls).find_map(|call| installs(&call));
    let is_workspace = context.is_some_and(|context| context.has("pnpm-workspace.yaml"));
    // Programs for the whole image lie among those of the base.
    let is_global = |call: &Call| {
        let managers = ["npm", "pnpm", "yarn", "corepack"];
        let names =
            |word: &&String| !word.starts_with('-') && !["install", "i", "add", "global"].contains(&word.as_str());
        let others = |call: &Call| {
            call.arguments()
                .iter()
                .filter(names)
                .any(|word| !managers.contains(&word.split('@').next().unwrap_or_default()))
        };
        managers.contains(&call.program()) && call.has_option(&["-g", "--global"]) && others(call)
    };
    if written.shipped().into_iter().flat_map(calls).any(|call| is_global(&call)) {
        return None;
    }
    match tool {
        Some(Tool::Pnpm) if is_workspace => None,
        Some(Tool::Pnpm) => Some("RUN pnpm prune --prod"),
        Some(Tool::Yarn) => Some("RUN yarn install --frozen-lockfile --production"),
        _ => Some("RUN npm prune --omit=dev"),
    }
}
