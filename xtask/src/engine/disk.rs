//! Is there room where the engine keeps its images?

use super::reach::Reached;
use crate::error::{ErrorId, Problem, Result};
use crate::host::{self, Free};
use crate::units;

/// What a lesson needs at the least when its bases are there, in bytes and in files: room for what one build leaves.
/// Building bases needs more, and says so when the room ends.
pub const FOR_A_LESSON: (u64, u64) = (500_000_000, 20_000);

/// The room left where the engine keeps its images; `None` where that cannot be seen from here (a virtual machine, another
/// host, a system without `statvfs`).
pub fn free(reached: &Reached) -> Option<Free> {
    if !reached.local {
        return None;
    }
    // The folder itself may be closed to this user; what holds it is on the same file system unless it is a mount of its own.
    reached.data_root.ancestors().find_map(host::free)
}

/// Makes sure that `bytes` and `inodes` more fit where the engine keeps its images. Where that cannot be seen from here,
/// nothing is claimed and the work may begin.
///
/// Errors: [`ErrorId::DiskFull`], with what is there and what is needed.
pub fn require(reached: &Reached, bytes: u64, inodes: u64) -> Result<()> {
    free(reached).map_or(Ok(()), |free| judge(free, bytes, inodes, &reached.data_root.display().to_string()))
}

fn judge(free: Free, bytes: u64, inodes: u64, place: &str) -> Result<()> {
    let lacking = if free.bytes < bytes {
        format!("{} are free and {} are needed", units::bytes(free.bytes), units::bytes(bytes))
    } else if let Some(left) = free.inodes.filter(|left| *left < inodes) {
        format!(
            "{left} more files can be made and {inodes} are needed (the file system is out of inodes, not of bytes)"
        )
    } else {
        return Ok(());
    };
    Err(Problem::new(ErrorId::DiskFull, format!("There is not enough room in {place}: {lacking}."))
        .cause("The engine keeps images, build cache and containers there.")
        .next("cargo xtask clean --dry-run    what of it is Drydock's")
        .next("docker system df    what of it is anyone's"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: Free = Free { bytes: 2_590_000_000, inodes: Some(1000) };

    #[test]
    fn what_fits_is_let_through() {
        judge(FREE, 2_590_000_000, 1000, "/d").unwrap();
    }

    #[test]
    fn missing_bytes_are_named_with_both_numbers() {
        let problem = judge(FREE, 6_000_000_000, 10, "/var/lib/docker").unwrap_err();
        assert_eq!(problem.id, ErrorId::DiskFull);
        assert_eq!(
            problem.fact,
            "There is not enough room in /var/lib/docker: 2.59 GB are free and 6.00 GB are needed."
        );
    }

    #[test]
    fn missing_inodes_are_told_apart_from_missing_bytes() {
        let problem = judge(FREE, 1, 40_000, "/d").unwrap_err();
        assert!(problem.fact.contains("1000 more files can be made and 40000 are needed"), "{}", problem.fact);
    }

    #[test]
    fn a_file_system_without_a_limit_of_inodes_has_enough() {
        judge(Free { inodes: None, ..FREE }, 1, u64::MAX, "/d").unwrap();
    }
}
