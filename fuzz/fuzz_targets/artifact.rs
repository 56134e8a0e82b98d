//! Artifacts.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = ml_data::artifact::Artifact::from_bytes(data);
});
