//! The interval of a rate against SciPy; `golden/performance.py` made the values.

use ml_monitor::performance::wilson_interval;
use serde_json::Value;

#[test]
fn wilson() {
    let golden: Value = serde_json::from_str(include_str!("golden/performance.json")).unwrap();
    let cases = golden["wilson"].as_array().unwrap();
    assert_eq!(cases.len(), 24);
    for case in cases {
        let (k, n) = (
            case["successes"].as_u64().unwrap(),
            case["trials"].as_u64().unwrap(),
        );
        let got = wilson_interval(k, n, case["confidence"].as_f64().unwrap()).unwrap();
        approx::assert_relative_eq!(
            got.low,
            case["low"].as_f64().unwrap(),
            max_relative = 1e-11,
            epsilon = 1e-15
        );
        approx::assert_relative_eq!(
            got.high,
            case["high"].as_f64().unwrap(),
            max_relative = 1e-11
        );
    }
}
