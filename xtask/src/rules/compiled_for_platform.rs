//! `compiled-for-platform`: every program of the application is compiled for the processor of the platform that the image is for, in any
//! layer. A builder writes the platform that it was asked for on the image and looks at no program, and a machine that runs both
//! processors, itself or with an emulator, starts the wrong program too.

use super::stripped::programs;
use super::{Case, Judge, Judged, Need};
use crate::model::Platform;

pub(super) struct CompiledForPlatform;

/// Architectures as Docker calls them, and the number that ELF has for their processor (`e_machine` in the System V ABI). Of
/// some, a number stands for both orders of bytes.
const PROCESSORS: [(&str, u16); 11] = [
    ("amd64", 62),
    ("386", 3),
    ("arm64", 183),
    ("arm", 40),
    ("riscv64", 243),
    ("s390x", 22),
    ("ppc64le", 21),
    ("mips", 8),
    ("mipsle", 8),
    ("mips64", 8),
    ("mips64le", 8),
];

impl Judge for CompiledForPlatform {
    fn needs(&self) -> Vec<Need> {
        vec![Need::Inspection]
    }

    fn judge(&self, case: &Case<'_>) -> Option<Judged> {
        let platform = case.platform();
        let expected = match platform {
            Some(platform) => format!("programs of the application for {platform}"),
            None => "programs of the application for the platform of their image".to_owned(),
        };
        let Some(number) = platform.and_then(processor) else { return Some(Judged::not_measured(expected)) };
        Some(case.inspected(expected, |inspection| {
            programs(inspection, "all are", |program| program.made.machine != number)
        }))
    }
}

/// The number of a platform's processor; `None` for one that is not in the table.
fn processor(platform: &Platform) -> Option<u16> {
    let architecture = platform.as_str().split('/').nth(1)?;
    PROCESSORS.iter().find(|(name, _)| *name == architecture).map(|(_, number)| *number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_the_platforms_second_word() {
        let number = |platform: &str| processor(&platform.to_owned().try_into().unwrap());
        assert_eq!(
            (number("linux/amd64"), number("linux/arm/v7"), number("linux/mips")),
            (Some(62), Some(40), Some(8))
        );
        assert_eq!(number("linux/loong64"), None);
    }
}
