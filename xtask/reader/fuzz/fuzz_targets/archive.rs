//! An archive of any bytes: as a stream, and from disk in both depths.

#![no_main]

use drydock_reader::testing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    testing::archive(bytes);
    testing::archive(&testing::with_checksums(bytes));
});
