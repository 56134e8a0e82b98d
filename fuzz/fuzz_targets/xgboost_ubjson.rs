//! XGBoost model UBJSON: read, then predicted, explained and written again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ml_models::interchange::xgboost;
use ml_pipeline_fuzz::edited;
use ml_pipeline_fuzz::trees::{exercise, small};
use std::sync::LazyLock;

static BASES: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| vec![xgboost::to_ubjson(&small()).unwrap()]);

fuzz_target!(|data: &[u8]| {
    let bytes = edited(&BASES, data);
    let read = xgboost::from_slice(&bytes).ok();
    if let Some(ensemble) = read {
        exercise(&ensemble);
    }
});
