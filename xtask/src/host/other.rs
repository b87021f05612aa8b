//! Systems without POSIX file systems and users: Windows.

use std::path::Path;

use super::{Free, Owner};

pub(super) fn free(_path: &Path) -> Option<Free> {
    None
}

pub(super) fn owner(_path: &Path) -> Option<Owner> {
    None
}

pub(super) fn name() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

pub(super) fn is_root() -> bool {
    false
}
