//! The page on how the runner is built describes every module. It promises so, and a newcomer looks there first.

use crate::workshop::Workshop;

/// The page that describes the modules.
const PAGE: &str = "book/src/contributing/architecture.md";
/// Files of the crate that are no rooms: its door and its list of rooms.
const DOORS: [&str; 2] = ["main", "lib"];

/// One line a module that the page does not describe.
pub fn find(workshop: &Workshop) -> Vec<String> {
    let page = std::fs::read_to_string(workshop.root.join(PAGE)).unwrap_or_default();
    let entries = std::fs::read_dir(workshop.root.join("xtask/src")).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut rooms: Vec<String> = names.map(|name| name.trim_end_matches(".rs").to_owned()).collect();
    rooms.sort_unstable();
    rooms.dedup();
    undescribed(&rooms, &page).map(|room| format!("{PAGE} does not describe the module `{room}`")).collect()
}

fn undescribed<'r>(rooms: &'r [String], page: &str) -> impl Iterator<Item = &'r String> {
    rooms.iter().filter(move |room| !DOORS.contains(&room.as_str()) && !page.contains(&format!("**`{room}`**")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_that_the_page_does_not_describe_is_found() {
        let rooms = ["lib", "main", "model", "rules"].map(str::to_owned);
        let missing: Vec<&String> = undescribed(&rooms, "**`model`** holds the nouns. `rules` has rules.").collect();
        assert_eq!(missing, ["rules"]);
    }
}
