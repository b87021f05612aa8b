//! Paths inside a layer: bytes, relative to the root, without a leading slash, `.` or `..`.

use std::collections::BTreeSet;

use memchr::memrchr;

use crate::Fault;

/// Linux allows paths of this many bytes (`PATH_MAX`).
pub const LONGEST: usize = 4096;

/// Brings a name from a tar header into the one form in which paths are compared.
///
/// The name is resolved as text, as the engine does it before it extracts: `./a//b/../c` is `a/c`. The root itself is the
/// empty path.
///
/// Errors: a zero byte, too many bytes, or more `..` than there are folders to leave.
pub fn normal(name: &[u8]) -> Result<Vec<u8>, Fault> {
    if name.len() > LONGEST {
        return Err(Fault::NameTooLong(name.len() as u64));
    }
    if name.contains(&0) {
        return Err(Fault::Name(lossy(name)));
    }
    let plain = |part: &[u8]| !part.is_empty() && part != b"." && part != b"..";
    let mut path: Vec<u8> = Vec::with_capacity(name.len());
    for part in name.split(|&b| b == b'/') {
        if plain(part) {
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(part);
        } else if part == b".." {
            if path.is_empty() {
                return Err(Fault::Outside(lossy(name)));
            }
            path.truncate(parent(&path).len());
        }
    }
    Ok(path)
}

/// The folder a path is in; the empty path for what is in the root.
pub fn parent(path: &[u8]) -> &[u8] {
    memrchr(b'/', path).map_or(&[], |slash| &path[..slash])
}

/// The last part of a path.
pub fn file_name(path: &[u8]) -> &[u8] {
    memrchr(b'/', path).map_or(path, |slash| &path[slash + 1..])
}

/// A path for people to read: what is not UTF-8 is replaced. Control characters are removed where it is printed.
pub fn lossy(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}

/// Whether a path lies in one of these folders, at any depth.
pub fn lies_in(path: &str, folders: &BTreeSet<String>) -> bool {
    !folders.is_empty() && path.match_indices('/').any(|(slash, _)| folders.contains(&path[..slash]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_has_one_path() {
        for name in ["a/c", "/a/c", "./a/c", "a//c", "a/./c", "a/b/../c", "x/../a/c", "a/c/"] {
            assert_eq!(normal(name.as_bytes()).unwrap(), b"a/c", "{name}");
        }
        for root in ["", "/", ".", "./", "a/.."] {
            assert_eq!(normal(root.as_bytes()).unwrap(), b"", "{root}");
        }
    }

    #[test]
    fn no_path_leads_out_of_the_root() {
        for name in ["..", "../a", "a/../../b", "/../etc/passwd"] {
            assert!(matches!(normal(name.as_bytes()), Err(Fault::Outside(_))), "{name}");
        }
    }

    #[test]
    fn a_name_is_bounded_and_has_no_zero_byte() {
        assert_eq!(normal(&[b'a'; 4097]), Err(Fault::NameTooLong(4097)));
        assert!(matches!(normal(b"a\0b"), Err(Fault::Name(_))));
    }

    #[test]
    fn names_that_look_like_dots_are_names() {
        assert_eq!(normal(b"a/...").unwrap(), b"a/...");
        assert_eq!(normal(b"..a").unwrap(), b"..a");
    }
}
