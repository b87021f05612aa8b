//! Symbolic links of a layer, and where what is written through them ends up.

use std::collections::HashMap;

use crate::{Fault, fault, path};

/// Linux follows at most this many links in one path (`MAXSYMLINKS`).
const MOST: u32 = 40;

/// The links that a layer has made so far, by their paths.
#[derive(Default)]
pub(crate) struct Symlinks {
    targets: HashMap<Vec<u8>, Vec<u8>>,
    /// The folder that was last resolved, and where it is: entries of a folder come one after the other.
    last: Option<(Vec<u8>, Vec<u8>)>,
}

impl Symlinks {
    pub fn add(&mut self, path: Vec<u8>, target: Vec<u8>) {
        self.last = None;
        self.targets.insert(path, target);
    }

    pub fn remove(&mut self, path: &[u8]) {
        if !self.targets.is_empty() && self.targets.remove(path).is_some() {
            self.last = None;
        }
    }

    /// A normal path with the links among its folders followed. The last part is left as it is: a link there is replaced.
    ///
    /// Errors: links in a circle, which no engine can write through.
    pub fn place(&mut self, path: Vec<u8>) -> fault::Read<Vec<u8>> {
        let folder = path::parent(&path);
        if self.targets.is_empty() || folder.is_empty() {
            return Ok(path);
        }
        if self.last.as_ref().is_none_or(|(named, _)| named != folder) {
            self.last = Some((folder.to_vec(), self.follow(folder)?));
        }
        match &self.last {
            Some((_, place)) if place != folder => Ok(join(place, path::file_name(&path))),
            _ => Ok(path),
        }
    }

    /// Where a folder is. The root is the image's: nothing leads out of it, as for a process inside.
    fn follow(&self, folder: &[u8]) -> fault::Read<Vec<u8>> {
        let parts = |path: &[u8]| path.split(|&byte| byte == b'/').rev().map(<[u8]>::to_vec).collect::<Vec<_>>();
        let mut left = parts(folder);
        let (mut place, mut followed) = (Vec::new(), 0);
        while let Some(part) = left.pop() {
            match part.as_slice() {
                b"" | b"." => {}
                b".." => place.truncate(path::parent(&place).len()),
                name => {
                    let here = join(&place, name);
                    let Some(target) = self.targets.get(&here) else {
                        place = here;
                        continue;
                    };
                    followed += 1;
                    if followed > MOST || place.len() + target.len() > 2 * path::LONGEST {
                        return Err(Fault::LinksInACircle(path::lossy(folder)));
                    }
                    if target.starts_with(b"/") {
                        place.clear();
                    }
                    left.extend(parts(target));
                }
            }
        }
        Ok(place)
    }
}

fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    let separator: &[u8] = if folder.is_empty() { b"" } else { b"/" };
    [folder, separator, name].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(links: &[(&str, &str)], path: &str) -> fault::Read<String> {
        let mut symlinks = Symlinks::default();
        for (path, target) in links {
            symlinks.add(path.as_bytes().to_vec(), target.as_bytes().to_vec());
        }
        symlinks.place(path.as_bytes().to_vec()).map(|place| path::lossy(&place))
    }

    #[test]
    fn what_is_written_through_links_is_where_they_lead() {
        let merged = [("lib", "usr/lib"), ("usr/lib/a", "../../opt/./a//"), ("opt/a", "/srv"), ("out", "../../../etc")];
        for (path, place) in [
            ("lib", "lib"),
            ("lib/x", "usr/lib/x"),
            ("usr/lib/a/x", "srv/x"),
            ("lib/a/b/x", "srv/b/x"),
            ("out/passwd", "etc/passwd"),
            ("libx/x", "libx/x"),
        ] {
            assert_eq!(placed(&merged, path).unwrap(), place, "{path}");
        }
    }

    #[test]
    fn links_in_a_circle_lead_nowhere() {
        for circle in [&[("a", "b"), ("b", "a")][..], &[("a", "a/a")], &[("a", "a/b")]] {
            assert!(matches!(placed(circle, "a/x"), Err(Fault::LinksInACircle(_))), "{circle:?}");
        }
    }

    #[test]
    fn a_link_that_is_gone_is_not_followed() {
        let mut symlinks = Symlinks::default();
        symlinks.add(b"a".to_vec(), b"b".to_vec());
        assert_eq!(symlinks.place(b"a/x".to_vec()).unwrap(), b"b/x");
        symlinks.remove(b"a");
        assert_eq!(symlinks.place(b"a/x".to_vec()).unwrap(), b"a/x");
    }
}
