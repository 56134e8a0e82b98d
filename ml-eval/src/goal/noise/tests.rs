use super::*;

#[test]
fn cover_and_hart_bound() {
    // e = 2 r (1 - r) for two classes at the bound
    for r in [0.0, 0.1, 0.25, 0.5] {
        assert!((cover_hart(2.0 * r * (1.0 - r), 2.0) - r).abs() < 1e-12);
    }
    assert!((cover_hart(2.0 / 3.0, 3.0) - 2.0 / 3.0).abs() < 1e-12);
}

/// A unit of 1e300 or 1e-300 changes nothing but the unit of the errors; rounding is no
/// distance.
#[test]
fn case_m9_units_do_not_matter() {
    let x = [1.0, 1.5, 4.0, 4.2, 9.0];
    let y = [2.0, 3.0, 1.0, 0.5, 7.0];
    let of = |unit: f64| {
        let x: Vec<f64> = x.iter().map(|v| v * unit).collect();
        let y: Vec<f64> = y.iter().map(|v| v * unit).collect();
        floor(
            &[("x", FeatureValues::Numeric(&x))],
            Outcome::Real(&y),
            &RowSample::all(5),
        )
    };
    let plain = of(1.0);
    // by hand: pairs (0, 1), (1, 0), (2, 3), (3, 2), (4, 3)
    let squares = (1.0 + 1.0 + 0.25 + 0.25 + 42.25) / 2.0 / 5.0;
    assert!((plain.neighbour - f64::sqrt(squares)).abs() < 1e-12);
    for unit in [1e300, 1e-300] {
        let found = of(unit);
        assert!((found.neighbour / unit - plain.neighbour).abs() < 1e-12);
        assert!((found.uninformed / unit - plain.uninformed).abs() < 1e-12);
    }
    assert_eq!(standardised(vec![0.1 + 0.2, 0.3, 0.3]), [0.0; 3]);
    assert!(standardised(vec![f64::NAN, 2.0])[0].is_nan());
}

#[test]
fn duplicates_that_disagree_are_the_floor() {
    let x = [1.0, 1.0, 1.0, 2.0, 3.0, f64::NAN, f64::NAN];
    let c = [0u32, 0, 0, 0, 0, 5, 5];
    let y = [true, true, false, false, true, true, true];
    let features = [
        ("x", FeatureValues::Numeric(&x)),
        ("c", FeatureValues::Categorical(&c)),
    ];
    let floor = floor(&features, Outcome::Binary(&y), &RowSample::all(7));
    assert_eq!(floor.duplicated_rows, 5);
    assert_eq!(floor.duplicates, Some(0.2)); // one of the five rows is not the majority of its group
    let real = [1.0, 2.0, 3.0, 0.0, 0.0, 5.0, 7.0];
    let floor = super::floor(&features, Outcome::Real(&real), &RowSample::all(7));
    // squared deviations within the groups: 2 and 2, over 5 rows
    assert!((floor.duplicates.unwrap() - 0.8f64.sqrt()).abs() < 1e-12);
}

/// Two columns that say nothing, then -1, -1, 1, 1, missing, missing, -1, 1 in standard deviations
/// and the levels 1, 2, 1, 2, 1, 2, 1, 1. Nearest rows by hand, the first of several: 6 (equal), 0,
/// 7 (equal), 2, 0, 1, 0, 2.
#[test]
fn floors_of_numbers_levels_and_missing_values_by_hand() {
    let nan = f64::NAN;
    let same = [7.0; 9];
    let x = [100.0, 0.0, 0.0, 4.0, 4.0, nan, nan, 0.0, 4.0];
    let alike = [3u32; 9];
    let c = [9u32, 1, 2, 1, 2, 1, 2, 1, 1];
    let features = [
        ("same", FeatureValues::Numeric(&same)),
        ("alike", FeatureValues::Categorical(&alike)),
        ("x", FeatureValues::Numeric(&x)),
        ("c", FeatureValues::Categorical(&c)),
    ];
    let rows = RowSample((1..9).collect());
    let y = [40u32, 10, 10, 20, 30, 10, 30, 20, 20];
    let found = floor(&features, Outcome::Classes(&y), &rows);
    // class 40 is of no row that is looked at, but is a class: four of them
    assert_eq!((found.rows, found.duplicated_rows), (8, 4));
    assert_eq!((found.neighbour, found.uninformed), (0.5, 0.625));
    assert_eq!(found.duplicates, Some(0.25));
    let bound = 0.75 * (1.0 - f64::sqrt(1.0 / 3.0));
    assert!((found.lower_bound - bound).abs() < 1e-15, "{found}");
    assert_eq!(
        found.to_string(),
        "error of the nearest neighbour 0.5000 (at least 0.3170 remains; 0.6250 without features); \
         0.2500 on 4 duplicated rows"
    );
    let real = [99.0, 1.0, 3.0, 2.0, 6.0, 1.0, 5.0, 5.0, 2.0];
    let found = floor(&features, Outcome::Real(&real), &rows);
    // differences 4, 2, 0, 4, 0, 2, 4, 0; squares 105 less 25 * 25 / 8; 1 and 5 are 2 from 3
    assert!((found.neighbour - f64::sqrt(56.0 / 2.0 / 8.0)).abs() < 1e-15);
    assert_eq!(found.lower_bound, found.neighbour);
    assert!((found.uninformed - f64::sqrt(26.875 / 8.0)).abs() < 1e-15);
    assert!((found.duplicates.unwrap() - f64::sqrt(8.0 / 4.0)).abs() < 1e-15);
}

#[test]
fn the_zeros_of_both_signs_are_one_value() {
    let x = [0.0, -0.0, 1.0, -1.0];
    let y = [true, false, false, true];
    let found = floor(
        &[("x", FeatureValues::Numeric(&x))],
        Outcome::Binary(&y),
        &RowSample::all(4),
    );
    assert_eq!((found.duplicated_rows, found.duplicates), (2, Some(0.5)));
    let y = [3.0, -1.0, 0.0, 0.0];
    let apart = [4.0, 3.0, 2.0, 1.0];
    let found = floor(
        &[("x", FeatureValues::Numeric(&apart))],
        Outcome::Real(&y),
        &RowSample::all(4),
    );
    assert_eq!((found.duplicated_rows, found.duplicates), (0, None));
    assert!(found.to_string().ends_with("without features)"), "{found}");
}

#[test]
fn the_extent_is_of_what_is_there() {
    assert_eq!(extent(&[f64::NAN, 2.0, -3.0, f64::NAN, 1.0]), (-3.0, 2.0));
    assert_eq!(extent(&[f64::NAN, 5.0]), (5.0, 5.0));
    assert_eq!(extent(&[f64::NAN]), (0.0, 0.0));
}
