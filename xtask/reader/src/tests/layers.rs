//! What one layer weighs, case by case.

use tar::EntryType;

use crate::Weight;
use crate::testing::tarball::{Tar, header};
use crate::{LayerFacts, What};

fn sizes(facts: &LayerFacts) -> (u64, u64) {
    (facts.stored_bytes, facts.files)
}

fn weight(layers: &[&LayerFacts]) -> (u64, u64, u64) {
    let weight = Weight::of(layers);
    (weight.stored_bytes, weight.visible_bytes, weight.wasted_bytes)
}

#[test]
fn an_empty_layer_weighs_nothing() {
    assert_eq!(sizes(&Tar::new().read().unwrap()), (0, 0));
    assert_eq!(weight(&[]), (0, 0, 0));
}

#[test]
fn of_two_entries_of_one_path_the_last_counts() {
    let facts = Tar::new().file("a", b"12345").file("./a", b"123").read().unwrap();
    assert_eq!(sizes(&facts), (3, 1));
}

#[test]
fn a_hard_link_costs_nothing_and_keeps_what_it_links_to() {
    let linked = Tar::new().file("a", b"12345").link("b", "a").read().unwrap();
    assert_eq!(sizes(&linked), (5, 1));
    let replaced = Tar::new().file("a", b"12345").link("b", "/a").file("a", b"1").read().unwrap();
    assert_eq!(sizes(&replaced), (6, 2));
}

#[test]
fn a_linked_file_is_visible_as_long_as_one_of_its_names_is() {
    let base = Tar::new().file("a", b"12345").link("b", "a").read().unwrap();
    let one_gone = Tar::new().file(".wh.a", b"").read().unwrap();
    assert_eq!(weight(&[&base, &one_gone]), (5, 5, 0));
    let both_gone = Tar::new().file(".wh.a", b"").file(".wh.b", b"").read().unwrap();
    assert_eq!(weight(&[&base, &both_gone]), (5, 0, 5));
}

#[test]
fn a_link_into_a_lower_layer_costs_nothing_and_keeps_the_file() {
    let base = Tar::new().file("a", b"12345").read().unwrap();
    let link = Tar::new().link("b", "a").link("c", "b").file(".wh.a", b"").read().unwrap();
    assert_eq!(sizes(&link), (0, 0));
    assert_eq!(weight(&[&base, &link]), (5, 5, 0));
    let gone = Tar::new().file(".wh.b", b"").file(".wh.c", b"").read().unwrap();
    assert_eq!(weight(&[&base, &link, &gone]), (5, 0, 5));
}

#[test]
fn a_folder_deleted_in_a_later_layer_is_waste() {
    let base = Tar::new().folder("var/").file("var/cache/list", &[0; 900]).file("var/keep", &[0; 100]).read().unwrap();
    let clean = Tar::new().file("var/.wh.cache", b"").read().unwrap();
    assert_eq!(weight(&[&base, &clean]), (1000, 100, 900));
}

#[test]
fn a_whiteout_hides_lower_layers_and_not_its_own() {
    let base = Tar::new().file("a/x", b"12345").read().unwrap();
    let again = Tar::new().file(".wh.a", b"").file("a/y", b"123").read().unwrap();
    assert_eq!(weight(&[&base, &again]), (8, 3, 5));
}

#[test]
fn an_opaque_folder_hides_what_lower_layers_have_in_it() {
    let base = Tar::new().file("a/x", b"12345").file("b", b"1").read().unwrap();
    let opaque = Tar::new().folder("a").file("a/.wh..wh..opq", b"").file("a/y", b"123").read().unwrap();
    assert_eq!(weight(&[&base, &opaque]), (9, 4, 5));
    let all = Tar::new().file(".wh..wh..opq", b"").file("c", b"1").read().unwrap();
    assert_eq!(weight(&[&base, &all]), (7, 1, 6));
}

#[test]
fn notes_of_an_old_storage_driver_are_passed_over() {
    let facts = Tar::new().folder(".wh..wh.plnk").file(".wh..wh.aufs", b"").file("a", b"1").read().unwrap();
    assert_eq!((sizes(&facts), facts.whiteouts.len()), ((1, 1), 0));
}

#[test]
fn a_file_in_the_place_of_a_folder_hides_it_and_the_other_way_round() {
    let folder = Tar::new().file("a/x", b"12345").read().unwrap();
    let file = Tar::new().file("a", b"123").read().unwrap();
    assert_eq!(weight(&[&folder, &file]), (8, 3, 5));
    assert_eq!(weight(&[&file, &folder]), (8, 5, 3));
}

#[test]
fn names_longer_than_a_header_come_from_the_entry_before() {
    let long = "d/".repeat(100) + "f";
    let gnu = header("././@LongLink", EntryType::GNULongName, long.len() as u64 + 1);
    let facts = Tar::new()
        .raw(gnu, format!("{long}\0").as_bytes())
        .file("cut off", b"1")
        .pax(&[("path", long.replace('d', "e").as_bytes())])
        .file("cut off too", b"12")
        .read()
        .unwrap();
    let names: Vec<_> = facts.paths.iter().map(|(path, _)| String::from_utf8_lossy(path).into_owned()).collect();
    assert_eq!(names, [long.clone(), long.replace('d', "e")]);
}

#[test]
fn a_header_without_content_has_none_whatever_size_it_claims() {
    let folder = header("a", EntryType::Directory, 4096);
    let facts = Tar::new().raw(folder, b"").file("b", b"12").read().unwrap();
    assert_eq!((sizes(&facts), facts.paths.len()), ((2, 1), 2));
}

#[test]
fn a_sparse_file_counts_with_the_size_it_unpacks_to() {
    let records: [(&str, &[u8]); 4] = [
        ("GNU.sparse.major", b"1"),
        ("GNU.sparse.minor", b"0"),
        ("GNU.sparse.name", b"big"),
        ("GNU.sparse.realsize", b"1000000"),
    ];
    let modern = Tar::new().pax(&records).file("GNUSparseFile.0/big", &[0; 512]).file("b", b"1").read().unwrap();
    assert_eq!(sizes(&modern), (1_000_001, 2));

    let mut old = tar::Header::new_gnu();
    old.set_entry_type(EntryType::GNUSparse);
    old.as_old_mut().name[..3].copy_from_slice(b"big");
    old.set_size(512);
    old.set_mode(0o644);
    old.as_gnu_mut().unwrap().realsize.copy_from_slice(b"00003641100\0");
    let old = Tar::new().raw(old, &[0; 512]).file("b", b"1").read().unwrap();
    assert_eq!(sizes(&old), (1_000_001, 2));
}

#[test]
fn modes_and_kinds_are_kept() {
    let mut su = header("su", EntryType::Regular, 0);
    su.set_mode(0o4755);
    let facts = Tar::new().raw(su, b"").symlink("sh", "dash").entry("null", EntryType::Char, None, b"").read().unwrap();
    let nodes: Vec<_> = facts.paths.iter().map(|(_, node)| (node.what, node.mode)).collect();
    assert_eq!(nodes, [(What::Special, 0o644), (What::Symlink, 0o644), (What::File(0), 0o4755)]);
}

#[test]
fn times_and_order_are_no_part_of_what_a_layer_holds() {
    let file = |mode, uid, time| {
        let mut header = header("a", EntryType::Regular, 2);
        header.set_mode(mode);
        header.set_uid(uid);
        header.set_mtime(time);
        header
    };
    let content = |tar: Tar| tar.read().unwrap().content;
    let plain = content(Tar::new().folder("d").raw(file(0o644, 0, 1), b"xy"));
    assert_eq!(plain, content(Tar::new().raw(file(0o644, 0, 7), b"xy").folder("d")));
    let later = Tar::new().pax(&[("mtime", b"5.25"), ("atime", b"6")]).raw(file(0o644, 0, 1), b"xy").folder("d");
    assert_eq!(plain, content(later));
    let others = [
        content(Tar::new().folder("d").raw(file(0o755, 0, 1), b"xy")),
        content(Tar::new().folder("d").raw(file(0o644, 9, 1), b"xy")),
        content(Tar::new().folder("d").raw(file(0o644, 0, 1), b"xz")),
        content(Tar::new().folder("e").raw(file(0o644, 0, 1), b"xy")),
        content(Tar::new().raw(file(0o644, 0, 1), b"xy")),
        content(Tar::new().folder("d").file("d/.wh.x", b"").raw(file(0o644, 0, 1), b"xy")),
        content(Tar::new().pax(&[("SCHILY.xattr.user.a", b"1")]).raw(file(0o644, 0, 1), b"xy").folder("d")),
    ];
    assert!(!others.contains(&plain), "{others:?}");
    let link = |target| content(Tar::new().symlink("current", target));
    assert_ne!(link("release-1"), link("release-2"));
}
