//! Body of a recommendation request.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let base = br#"{"user_id": "user123", "context": {"current_product": "prod456", "session_history": ["prod789"]},
        "num_recommendations": 10, "filters": {"exclude_categories": ["electronics"], "price_max": 100}}"#;
    let _ = ml_serve::recommend::parse(&ml_pipeline_fuzz::edited(&[base.to_vec()], data));
});
