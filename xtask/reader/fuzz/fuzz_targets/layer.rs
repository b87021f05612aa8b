//! A layer of any bytes: read in each packing, then everything that is worked out from what was read.

#![no_main]

use drydock_reader::testing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    testing::layer(bytes);
    testing::layer(&testing::with_checksums(bytes));
});
