//! A drift test of the user's own.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use ml_monitor::drift::{
    ColumnSet, ColumnTest, DriftDetector, DriftReport, DriftRule, DriftTest, NumericSamples,
    ReferenceProfile, TestOutcome, ValueKind, Values,
};

fn compare(
    detector: &DriftDetector,
    reference: &ColumnSet<'_>,
    current: &ColumnSet<'_>,
) -> DriftReport {
    detector
        .compare(&ReferenceProfile::new(reference).unwrap(), current)
        .unwrap()
}

/// The number of rows above the largest value of the reference.
#[derive(Debug)]
struct Beyond;

impl ColumnTest for Beyond {
    fn name(&self) -> &str {
        "beyond"
    }
    fn kinds(&self) -> &[ValueKind] {
        &[ValueKind::Numeric]
    }
    fn covers_missing(&self) -> bool {
        false
    }
    fn check(&self) -> ml_data::Result<()> {
        Ok(())
    }
    fn compare_numbers(
        &self,
        samples: &NumericSamples<'_>,
        _: f64,
    ) -> ml_data::Result<Option<TestOutcome>> {
        let Some(values) = samples.reference_values() else {
            return Ok(None);
        };
        assert_eq!(samples.reference_rows(), [5, 1]);
        let most = values.fold(f64::MIN, f64::max);
        let beyond = samples.current().iter().filter(|&&x| x > most).count() as f64;
        Ok(Some(TestOutcome {
            statistic: beyond,
            effect: beyond / samples.current().len() as f64,
            rule: DriftRule::Threshold(0.3),
            low_expected: None,
        }))
    }
}

/// By hand: of 1, 2, 3, 9, 8 the last two are beyond 4. The missing row is a hypothesis of its own.
#[test]
fn a_test_of_the_users_own_takes_part_in_the_comparison() {
    let price = |v: &'static [f64]| ColumnSet::new().with("price", Values::numeric(v)).unwrap();
    let reference = price(&[4.0, 1.0, f64::NAN, 2.0, 3.0]);
    let custom = DriftTest::custom(Beyond);
    let detector = DriftDetector::new().numeric(custom.clone());
    let report = compare(&detector, &reference, &price(&[1.0, 2.0, 3.0, 9.0, 8.0]));
    let found = report.get("price").unwrap();
    assert_eq!(
        (found.test.as_str(), found.statistic, found.effect),
        ("beyond", Some(2.0), Some(0.4))
    );
    assert!(found.drifted && found.missing.p_value.is_some());
    assert!(report.to_string().contains("beyond"));
    let quiet = compare(&detector, &reference, &price(&[1.0, 2.0, 3.0, 9.0]));
    assert!(!quiet.get("price").unwrap().drifted);
    // Equal to its clones alone; code is not saved; categories are refused.
    assert!(custom == custom.clone() && custom != DriftTest::custom(Beyond));
    let refused = serde_json::to_string(&detector).unwrap_err().to_string();
    assert!(refused.contains("Custom"), "{refused}");
    let profile = ReferenceProfile::new(&reference).unwrap();
    let of_categories = DriftDetector::new().category(custom);
    let refused = of_categories
        .compare(&profile, &reference)
        .unwrap_err()
        .to_string();
    assert!(refused.contains("the beyond test of a"), "{refused}");
}
