//! LightGBM model text: read, then predicted, explained and written again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ml_models::interchange::lightgbm;
use ml_pipeline_fuzz::edited;
use ml_pipeline_fuzz::trees::{exercise, small};
use std::sync::LazyLock;

static BASES: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| vec![lightgbm::to_string(&small()).unwrap().into_bytes()]);

fuzz_target!(|data: &[u8]| {
    let bytes = edited(&BASES, data);
    let read = std::str::from_utf8(&bytes)
        .ok()
        .and_then(|text| lightgbm::from_str(text).ok());
    if let Some(ensemble) = read {
        exercise(&ensemble);
    }
});
