//! Tells the program which compiler built it.

use std::{env, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let output = Command::new(rustc).arg("--version").output().expect("rustc runs");
    let version = String::from_utf8(output.stdout).expect("rustc writes UTF-8");
    // "rustc 1.85.0 (4d91de4e4 2025-02-17)": the first two words are enough.
    let short: Vec<_> = version.split_whitespace().take(2).collect();
    println!("cargo::rustc-env=COMPILER={}", short.join(" "));
}
