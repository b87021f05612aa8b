//! The smallest program that proves a container ran: it prints `afloat` and exits with status 0.
//!
//! It comes as machine code, because the proof must need no base image, no compiler and no network, and must be the same
//! on every engine. It asks Linux for two things, `write` and `exit`.

/// What the program prints.
pub const SAYS: &str = "afloat\n";

/// Where Linux puts the program in its memory: the customary address of a static program.
const BASE: u64 = 0x40_0000;
const HEADER: u64 = 64;
const SEGMENT: u64 = 56;

/// The program as an ELF executable for an architecture in Docker's words; `None` for one it has not been written for.
pub fn program(arch: &str) -> Option<Vec<u8>> {
    match arch {
        "amd64" => Some(executable(62, &amd64())),
        "arm64" => Some(executable(183, &arm64())),
        _ => None,
    }
}

fn amd64() -> Vec<u8> {
    let code: &[&[u8]] = &[
        &[0xb8, 1, 0, 0, 0],              // mov eax, 1         write
        &[0xbf, 1, 0, 0, 0],              // mov edi, 1         to standard output
        &[0x48, 0x8d, 0x35, 16, 0, 0, 0], // lea rsi, [rip+16]  what stands behind the code
        &[0xba, 7, 0, 0, 0],              // mov edx, 7         its length
        &[0x0f, 0x05],                    // syscall
        &[0xb8, 60, 0, 0, 0],             // mov eax, 60        exit
        &[0x31, 0xff],                    // xor edi, edi       with status 0
        &[0x0f, 0x05],                    // syscall
    ];
    code.concat()
}

fn arm64() -> Vec<u8> {
    let code: [u32; 8] = [
        0xd280_0808, // mov x8, #64   write
        0xd280_0020, // mov x0, #1    to standard output
        0x1000_00c1, // adr x1, #24   what stands behind the code
        0xd280_00e2, // mov x2, #7    its length
        0xd400_0001, // svc #0
        0xd280_0ba8, // mov x8, #93   exit
        0xd280_0000, // mov x0, #0    with status 0
        0xd400_0001, // svc #0
    ];
    code.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// Puts code and text behind an ELF header and one program header that loads all of it (System V ABI, chapters 4 and 5).
fn executable(machine: u16, code: &[u8]) -> Vec<u8> {
    let size = HEADER + SEGMENT + (code.len() + SAYS.len()) as u64;
    let mut file = Vec::new();
    let mut words = |values: &[(u64, usize)]| {
        for (value, width) in values {
            file.extend_from_slice(&value.to_le_bytes()[..*width]);
        }
    };
    words(&[(0x464c_457f, 4), (2, 1), (1, 1), (1, 1), (0, 1), (0, 8)]); // ELF, 64 bits, little-endian, version 1, System V
    words(&[(2, 2), (u64::from(machine), 2), (1, 4)]); // an executable, for this machine
    words(&[(BASE + HEADER + SEGMENT, 8), (HEADER, 8), (0, 8), (0, 4)]); // entry point; program headers; no sections; flags
    words(&[(HEADER, 2), (SEGMENT, 2), (1, 2), (0, 2), (0, 2), (0, 2)]); // sizes and counts of headers
    words(&[(1, 4), (5, 4), (0, 8), (BASE, 8), (BASE, 8)]); // load, readable and executable, from the start of the file
    words(&[(size, 8), (size, 8), (0x1_0000, 8)]); // all of it, on a boundary that suits pages of 4 to 64 KiB
    file.extend_from_slice(code);
    file.extend_from_slice(SAYS.as_bytes());
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_stands_where_the_code_looks_for_it() {
        // `lea` counts from the instruction behind it (17 bytes in), `adr` from itself (8 bytes in).
        assert_eq!((17 + 16, 8 + 24), (amd64().len(), arm64().len()));
        assert_eq!(SAYS.len(), 7);
    }

    #[test]
    fn other_architectures_have_no_program_rather_than_a_wrong_one() {
        assert_eq!(program("s390x"), None);
    }

    #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
    #[test]
    fn it_runs_on_the_machine_it_was_written_for() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("afloat");
        std::fs::write(&file, program(if cfg!(target_arch = "x86_64") { "amd64" } else { "arm64" }).unwrap()).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        let command = crate::process::Command::new(file.to_str().unwrap());
        let output = command.output(std::time::Duration::from_secs(10)).unwrap();
        assert_eq!((output.status, output.stdout.as_str()), (0, SAYS));
    }
}
