//! Where a container listens, read from the kernel's table of its network: an image without a shell has nothing that could tell.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::audit::seen::{Known, Listener, Unknown};

/// The state `LISTEN` in `/proc/net/tcp` (`include/net/tcp_states.h` of Linux).
const LISTEN: &str = "0A";

/// The TCP sockets that listen in the network of a process. `container` is the id of the container that it must belong to: the
/// engine may be on another machine, where this number is another process.
pub(super) fn of(process: u32, container: &str) -> Known<Vec<Listener>> {
    let folder = format!("/proc/{process}");
    let group = fs::read_to_string(format!("{folder}/cgroup")).unwrap_or_default();
    let mounts = || fs::read_to_string(format!("{folder}/mountinfo")).unwrap_or_default();
    let is_it = !container.is_empty() && (group.contains(container) || mounts().contains(container));
    if process == 0 || !is_it {
        return Err(Unknown::because("The engine's processes cannot be seen from here."));
    }
    let mut found = Vec::new();
    for table in ["tcp", "tcp6"] {
        let text = fs::read_to_string(format!("{folder}/net/{table}")).unwrap_or_default();
        found.extend(listening(&text));
    }
    Ok(found)
}

/// The listeners of a table.
fn listening(table: &str) -> Vec<Listener> {
    let rows = table.lines().skip(1).map(|row| row.split_whitespace().collect::<Vec<_>>());
    let listener = |row: Vec<&str>| {
        let (address, port) = row.get(1)?.split_once(':')?;
        let listens = row.get(3) == Some(&LISTEN);
        let port = u16::from_str_radix(port, 16).ok()?;
        let address = parsed(address)?.to_string();
        listens.then_some(Listener { address, port })
    };
    rows.filter_map(listener).collect()
}

/// An address as the kernel prints it: words of four bytes, each as a number of this machine.
fn parsed(hex: &str) -> Option<IpAddr> {
    let word = |at: usize| u32::from_str_radix(hex.get(at * 8..at * 8 + 8)?, 16).ok().map(u32::to_ne_bytes);
    match hex.len() {
        8 => Some(IpAddr::V4(Ipv4Addr::from(word(0)?))),
        32 => {
            let words = [word(0)?, word(1)?, word(2)?, word(3)?].concat();
            Some(IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(words).ok()?)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn the_kernels_table_is_read() {
        let table = "  sl  local_address rem_address   st\n   0: 0100007F:1F90 00000000:0000 0A 0\n   1: 00000000:0050 00000000:0000 0A 0\n   2: 0100007F:1F90 0100007F:9999 01 0\n";
        let told =
            |table| listening(table).into_iter().map(|one| format!("{} {}", one.address, one.port)).collect::<Vec<_>>();
        assert_eq!(told(table), ["127.0.0.1 8080", "0.0.0.0 80"]);
        let six =
            "x\n 0: 00000000000000000000000000000000:1F90 0:0 0A\n 1: 00000000000000000000000001000000:0BB8 0:0 0A\n";
        assert_eq!(told(six), [":: 8080", "::1 3000"]);
    }
}
