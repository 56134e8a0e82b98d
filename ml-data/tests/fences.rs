//! Where fences stand, and what cleaning records.
#![allow(clippy::unwrap_used)]

use ml_data::clean::{Cleaning, Fence, Outlier};
use ml_data::table::{Column, Table};
use ml_data::testkit::golden;
use std::borrow::Cow;

/// By numpy: quartiles of 1..=9 and 100 are 3.25 and 7.75; the mean is 14.5, the variance 818.25
#[test]
fn fences_stand_where_numpy_puts_them() {
    let x: Vec<f64> = (1..=9).map(f64::from).chain([100.0]).collect();
    let near = |fence: Fence, low: f64, high: f64| {
        let (a, b) = fence.bounds(&x).unwrap().unwrap();
        assert!(
            (a - low).abs() < 1e-9 && (b - high).abs() < 1e-9,
            "{fence:?} {a} {b}"
        );
    };
    near(Fence::Iqr(1.5), -3.5, 14.5);
    near(Fence::Iqr(0.0), 3.25, 7.75);
    let sd = 818.25_f64.sqrt();
    near(Fence::ZScore(2.0), 14.5 - 2.0 * sd, 14.5 + 2.0 * sd);
    let mad = 1.482_602_218_505_602 * 2.5;
    near(Fence::Mad(3.0), 5.5 - 3.0 * mad, 5.5 + 3.0 * mad);
    near(Fence::Quantiles(0.1, 0.9), 1.9, 18.1);
    near(Fence::Quantiles(0.0, 1.0), 1.0, 100.0);
    near(Fence::Quantiles(0.5, 0.5), 5.5, 5.5);
    near(Fence::Between(-1.0, 2.0), -1.0, 2.0);
    near(Fence::Between(2.0, 2.0), 2.0, 2.0);
    let one = Fence::Iqr(1.5)
        .bounds(&[f64::NAN, 4.0, f64::INFINITY])
        .unwrap();
    assert_eq!(one, Some((4.0, 4.0)));
    assert_eq!(Fence::Iqr(1.5).bounds(&[f64::NAN]).unwrap(), None);
    for bad in [
        Fence::Iqr(-0.1),
        Fence::ZScore(f64::INFINITY),
        Fence::Mad(f64::NAN),
        Fence::Quantiles(-0.1, 0.5),
        Fence::Quantiles(0.6, 0.5),
        Fence::Quantiles(0.5, 1.1),
        Fence::Quantiles(f64::NAN, 0.5),
        Fence::Between(2.0, 1.0),
        Fence::Between(f64::NAN, 1.0),
        Fence::Between(0.0, f64::NAN),
    ] {
        assert!(bad.bounds(&x).is_err(), "{bad:?}");
    }
    // Differences past the largest number are still interpolated.
    let huge = [-1.5e308, 1.5e308];
    let (a, b) = Fence::Quantiles(0.25, 0.5).bounds(&huge).unwrap().unwrap();
    assert!((a / -0.75e308 - 1.0).abs() < 1e-12 && b == 0.0, "{a} {b}");
    let table = Table::new([("x", Column::num([0.9, 1.0, f64::NAN, 3.0, 3.1]))]).unwrap();
    let by = |action| {
        let cleaning = Cleaning::of(&table);
        let cleaned = cleaning
            .outliers("x", Fence::Between(1.0, 3.0), action)
            .unwrap();
        cleaned.finish().table.num_at(0).unwrap().to_vec()
    };
    let text = |v: Vec<f64>| format!("{v:?}");
    assert_eq!(text(by(Outlier::Remove)), "[1.0, NaN, 3.0]");
    assert_eq!(text(by(Outlier::Winsorise)), "[1.0, 1.0, NaN, 3.0, 3.0]");
    assert_eq!(text(by(Outlier::Missing)), "[NaN, 1.0, NaN, 3.0, NaN]");
}

#[test]
fn replaced_texts_and_numbers_are_recorded_by_row() {
    let table = Table::new([
        (
            "c",
            Column::cat([Some("a"), Some("b"), None, Some("a"), Some("c")]),
        ),
        (
            "t",
            Column::text([Some("a"), Some("b"), None, Some("a"), Some("c")]),
        ),
        ("n", Column::num([1.0, 2.0, f64::NAN, f64::NAN, 5.0])),
    ])
    .unwrap();
    fn new(text: &str) -> Option<Cow<'_, str>> {
        match text {
            "a" => Some("z".into()),
            "c" => None,
            other => Some(other.into()),
        }
    }
    for column in ["c", "t"] {
        // The second row is removed first: rows are named as they were.
        let cleaned = Cleaning::of(&table)
            .drop_rows("no second row", |_, row| row == 1)
            .unwrap()
            .replace_text("letters", column, new)
            .unwrap()
            .finish();
        assert_eq!(cleaned.rows, [0, 2, 3, 4]);
        let entries = cleaned.audit.entries();
        assert_eq!(
            (entries[0].rows, entries[0].removed, entries[0].changed),
            (5, 1, 0)
        );
        assert_eq!(entries[0].touched, [1]);
        let entry = &entries[1];
        assert_eq!((entry.rows, entry.removed, entry.changed), (4, 0, 3));
        assert_eq!(entry.touched, [0, 3, 4]);
        assert_eq!(entry.example.as_deref(), Some("row 0: \"a\" -> \"z\""));
        let c = cleaned.table.column_named(column).unwrap();
        let texts: Vec<_> = (0..4).map(|row| c.str_at(row)).collect();
        assert_eq!(texts, [Some("z"), None, Some("z"), None]);
    }
    let cleaned = Cleaning::of(&table)
        .replace_num("numbers", "n", |row, x| {
            if row == 3 { 0.0 } else { x.max(2.0) + 0.0 * x }
        })
        .unwrap();
    assert_eq!(cleaned.audit().entries()[0].touched, [0, 3]);
    let clamped = Cleaning::of(&table).clamp("n", 2.0, 2.0).unwrap();
    assert_eq!(clamped.audit().entries()[0].touched, [0, 4]);
    assert!(Cleaning::of(&table).clamp("n", 2.0, 1.0).is_err());
    assert!(Cleaning::of(&table).clamp("n", f64::NAN, 1.0).is_err());
    assert!(Cleaning::of(&table).clamp("n", 0.0, f64::NAN).is_err());
    assert!(Cleaning::of(&table).replace_text("x", "n", new).is_err());
    let dropped = Cleaning::of(&table).drop_missing("c").unwrap().finish();
    assert_eq!(dropped.rows, [0, 1, 3, 4]);
    let once = Cleaning::of(&table)
        .drop_duplicates(&["t"])
        .unwrap()
        .finish();
    assert_eq!(once.rows, [0, 1, 2, 4]);
    let remapped = Cleaning::of(&table)
        .remap("c", [("a", "b")])
        .unwrap()
        .finish();
    assert_eq!(
        remapped
            .table
            .column_named("c")
            .unwrap()
            .as_codes()
            .unwrap()[..2],
        [0, 0]
    );
    assert_eq!(remapped.audit.entries()[0].touched, [0, 3]);
}

#[test]
fn fences_are_those_of_numpy_and_scipy() {
    let golden: serde_json::Value = golden!("fence").unwrap();
    for case in golden.as_array().unwrap() {
        let values: Vec<f64> = case["values"]
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v.as_f64().unwrap())
            .collect();
        let fences = [
            ("iqr 1.5", Fence::Iqr(1.5)),
            ("zscore 2", Fence::ZScore(2.0)),
            ("mad 3", Fence::Mad(3.0)),
            ("quantiles 0.05 0.9", Fence::Quantiles(0.05, 0.9)),
        ];
        for (key, fence) in fences {
            // Missing and infinite numbers have no say.
            let mut with_gaps = values.clone();
            with_gaps.extend([f64::NAN, f64::INFINITY]);
            let (low, high) = fence.bounds(&with_gaps).unwrap().unwrap();
            for (got, want) in [(low, &case[key][0]), (high, &case[key][1])] {
                let want = want.as_f64().unwrap();
                assert!(
                    (got - want).abs() < 1e-9 * want.abs().max(1.0),
                    "{} {key}: {got} for {want}",
                    case["name"]
                );
            }
        }
    }
    assert_eq!(Fence::Iqr(1.5).bounds(&[f64::NAN]).unwrap(), None);
    assert!(
        Fence::Quantiles(0.9, 0.1)
            .bounds(&[1.0])
            .unwrap_err()
            .to_string()
            .contains("`low`")
    );
    assert!(
        Fence::Mad(f64::NAN)
            .bounds(&[1.0])
            .unwrap_err()
            .to_string()
            .contains("`k`")
    );
}
