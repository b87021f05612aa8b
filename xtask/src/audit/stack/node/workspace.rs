//! Several packages in one repository.

use serde_json::Value;

use super::{Framework, Manager, Member, Node, version};
use crate::audit::stack::{Present, Tree, Unrecognised};

/// The folders of a workspace's packages; `None` where there is none.
pub(super) fn members(tree: &Tree, package: &Value) -> Option<Vec<String>> {
    let of_npm = package["workspaces"].as_array().or_else(|| package["workspaces"]["packages"].as_array());
    let mut patterns: Vec<String> =
        of_npm.into_iter().flatten().filter_map(|one| Some(one.as_str()?.to_owned())).collect();
    let mut inside = false;
    for line in tree.text("pnpm-workspace.yaml").lines() {
        match line.trim_start().strip_prefix("- ") {
            Some(pattern) if inside => patterns.push(pattern.trim().trim_matches(['"', '\'']).to_owned()),
            None if !line.trim().is_empty() => inside = line.starts_with("packages:"),
            _ => {}
        }
    }
    let patterns: Vec<String> =
        patterns.into_iter().filter(|pattern| !pattern.starts_with('!') && pattern != ".").collect();
    if patterns.is_empty() {
        return None;
    }
    let matches = |folder: &String| {
        patterns.iter().any(|pattern| match pattern.split_once('*') {
            Some((start, _)) => folder.starts_with(start) && !folder[start.len()..].contains('/'),
            None => folder == pattern.trim_end_matches('/'),
        })
    };
    Some(
        tree.folders_with(&["package.json"], 3)
            .into_iter()
            .filter(|folder| !folder.is_empty())
            .filter(matches)
            .collect(),
    )
}

/// The member that the image starts, deployed by pnpm into a folder of its own.
pub(super) fn recognise(
    tree: &Tree,
    present: &Present,
    (manager, lockfile): (Manager, Option<String>),
    members: &[String],
    named: Option<&str>,
) -> Result<(String, Node), Unrecognised> {
    let of_line = |text: &str| {
        members.iter().find(|member| text.contains(member.as_str()) || text.contains(&name_of(tree, member)))
    };
    let words = present.start.iter().chain(present.folder.iter()).chain(&present.commands);
    let starts = |member: &&String| tree.json(&format!("{member}/package.json"))["scripts"]["start"].is_string();
    let services: Vec<&String> = members.iter().filter(starts).collect();
    let member = match (named, services.as_slice()) {
        (Some(named), _) => named,
        (None, [one]) => one.as_str(),
        (None, _) => {
            let mut found = words.into_iter().filter_map(|word| of_line(word));
            found.next().ok_or_else(|| Unrecognised::Several(members.to_vec()))?
        }
    };
    if manager != Manager::Pnpm {
        let why = format!(
            "`{member}` is one of several packages in a workspace of {}. A proposal is written for workspaces of pnpm only, \
             whose `deploy` collects what one package needs.",
            manager.command()
        );
        return Err(Unrecognised::Unsupported(why));
    }
    let here = tree.below(member);
    let name = name_of(tree, member);
    let own = Present { start: Vec::new(), shell: None, ..present.clone() };
    let (_, node) = super::recognise(&here, &own)?;
    if node.framework != Framework::None {
        let why =
            format!("`{member}` needs more than one folder of a workspace, and a proposal is not written for that.");
        return Err(Unrecognised::Unsupported(why));
    }
    let root = tree.json("package.json");
    let manifests = ["package.json", "pnpm-workspace.yaml", ".npmrc"];
    let of_members = members.iter().map(|member| format!("{member}/package.json"));
    let builds = if node.builds.is_empty() { Vec::new() } else { vec![format!("pnpm --filter {name}... run build")] };
    Ok((
        name.clone(),
        Node {
            manager,
            manifests: lockfile.iter().cloned().chain(tree.those(&manifests)).chain(of_members).collect(),
            lockfile,
            builds,
            bundler: None,
            version: version(tree, present, &root).or(node.version.clone()),
            member: Some(Member { name, folder: member.to_owned() }),
            ..node
        },
    ))
}

fn name_of(tree: &Tree, member: &str) -> String {
    tree.json(&format!("{member}/package.json"))["name"].as_str().unwrap_or(member).to_owned()
}
