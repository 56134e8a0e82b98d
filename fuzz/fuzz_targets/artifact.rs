//! Artifacts of every kind: damaged bytes, and edited payloads under a right checksum, loaded and
//! used.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ml_data::artifact::Artifact;
use ml_pipeline_fuzz::artifacts::{Kind, kinds};
use std::sync::LazyLock;

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(kinds);

fuzz_target!(|data: &[u8]| {
    let Some((&which, edits)) = data.split_first() else {
        return;
    };
    match KINDS.get(which as usize % (KINDS.len() + 1)) {
        Some(kind) => kind.try_edited(edits),
        None => drop(Artifact::from_bytes(edits)),
    }
});
