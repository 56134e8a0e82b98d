//! Statistics and p-values by hand.

use super::*;

const NAN: f64 = f64::NAN;

fn found(feature: FeatureValues<'_>, outcome: Outcome<'_>, rows: &[u32]) -> (Statistic, f64) {
    let rows = RowSample(rows.to_vec());
    let signal = signals(&[("x", feature)], outcome, &rows, 19, 0).remove(0);
    (signal.statistic, signal.value)
}

/// Ranks of 5, 1, 5, missing, 9, 2 are 3.5, 1, 3.5, 5, 2, and centred .5, -2, .5, 2, -1.
#[test]
fn an_area_is_of_the_rows_that_are_there() {
    let x = [5.0, 1.0, 5.0, NAN, 9.0, 2.0];
    let all: Vec<u32> = (0..6).collect();
    let y = [true, false, false, true, true, false];
    // of 2 x 3 pairs five are won and one is a tie
    let (statistic, area) = found(FeatureValues::Numeric(&x), Outcome::Binary(&y), &all);
    assert_eq!(statistic, Statistic::RocAuc);
    assert!((area - 5.5 / 6.0).abs() < 1e-15, "{area}");
    // Without the row that ties.
    let fewer = found(
        FeatureValues::Numeric(&x),
        Outcome::Binary(&y),
        &[0, 1, 4, 5],
    );
    assert_eq!(fewer.1, 1.0);
    // Class 4 has the least and the most (area .5), class 7 the others, class 9 no row with a
    // value.
    let classes = [7, 4, 7, 9, 4, 7];
    let even = found(FeatureValues::Numeric(&x), Outcome::Classes(&classes), &all);
    assert_eq!(even.1, 0.5);
    // Class 1 has the least, area 0, class 3 the most, area 1: the first of equals.
    let classes = [2, 1, 2, 3, 3, 1];
    let several = found(FeatureValues::Numeric(&x), Outcome::Classes(&classes), &all);
    assert_eq!(several.1, 0.0);
    // The farthest is not the first: class 1 has area 5.5 / 6, class 3 area 0.
    let x = [3.0, 3.0, 4.0, 2.0, 1.0];
    let classes = [1, 2, 1, 2, 3];
    let third = found(
        FeatureValues::Numeric(&x),
        Outcome::Classes(&classes),
        &all[..5],
    );
    assert_eq!(third.1, 0.0);
    // All that is there is of one class: nothing is said.
    let one = [NAN, 1.0, 2.0];
    let y = [true, false, false];
    let none = found(FeatureValues::Numeric(&one), Outcome::Binary(&y), &all[..3]);
    assert_eq!(none.1, 0.5);
}

/// Pearson's correlation of the ranks of the outcome over all rows with those of the feature.
#[test]
fn correlations_of_ranks_are_of_the_rows_that_are_there() {
    let y = [3.0, 1.0, 1.0, 8.0, 20.0]; // ranks 3, 1.5, 1.5, 4, 5, centred 0, -1.5, -1.5, 1, 2
    let all: Vec<u32> = (0..5).collect();
    let x = [2.0, NAN, 7.0, 1.0, 5.0]; // centred ranks -.5, 1.5, -1.5, .5
    let (statistic, rho) = found(FeatureValues::Numeric(&x), Outcome::Real(&y), &all);
    assert_eq!(statistic, Statistic::Spearman);
    // product: 0 - 2.25 - 1.5 + 1; y without row 1 sums to 1.5, its squares to 7.25
    let by_hand = -2.75 / f64::sqrt(5.0 * (7.25 - 1.5 * 1.5 / 4.0));
    assert!((rho - by_hand).abs() < 1e-15, "{rho} {by_hand}");
    for x in [[2.0; 5], [NAN; 5]] {
        let constant = found(FeatureValues::Numeric(&x), Outcome::Real(&y), &all);
        assert_eq!(constant.1, 0.0);
    }
    let constant = found(FeatureValues::Numeric(&x), Outcome::Real(&[4.0; 5]), &all);
    assert_eq!(constant.1, 0.0);
    // Levels 0, 0, 5, 5, 8: sums -1.5, -.5, 2 of 2, 2, 1 rows; total 9.5
    let codes = [0, 0, 5, 5, 8];
    let (statistic, eta) = found(FeatureValues::Categorical(&codes), Outcome::Real(&y), &all);
    assert_eq!(statistic, Statistic::CorrelationRatio);
    let by_hand = f64::sqrt((1.125 + 0.125 + 4.0) / 9.5);
    assert!((eta - by_hand).abs() < 1e-15, "{eta} {by_hand}");
    let nothing = found(
        FeatureValues::Categorical(&codes),
        Outcome::Real(&[4.0; 5]),
        &all,
    );
    assert_eq!(nothing.1, 0.0);
}

#[test]
fn association_of_levels_with_classes_is_cramers() {
    let all: Vec<u32> = (0..8).collect();
    let y = [0, 0, 0, 1, 1, 1, 1, 2];
    let of = |codes: &[u32]| {
        found(
            FeatureValues::Categorical(codes),
            Outcome::Classes(&y),
            &all,
        )
    };
    // Two levels: 3 of class 0 and 1 of class 1 in the one, 3 of class 1 and 1 of class 2 in the
    // other; chi-squared / n = 9/12 + 1/16 + 9/16 + 1/4 - 1, and one degree for the lesser side.
    let (statistic, v) = of(&[3, 3, 3, 3, 6, 6, 6, 6]);
    assert_eq!(statistic, Statistic::CramersV);
    assert!((v - f64::sqrt(0.625)).abs() < 1e-15, "{v}");
    // Levels that are classes, with two degrees.
    assert!((of(&[9, 9, 9, 4, 4, 4, 4, 0]).1 - 1.0).abs() < 1e-15);
    assert_eq!(of(&[1; 8]).1, 0.0);
    // Independent of the classes up to rounding.
    let y = [0, 1, 2, 0, 1, 2];
    let codes = [0, 0, 0, 1, 1, 1];
    let none = found(
        FeatureValues::Categorical(&codes),
        Outcome::Classes(&y),
        &all[..6],
    );
    assert!(none.1 < 1e-7, "{}", none.1);
}

/// Three features and four permutations: strengths .1, .3, .2, .4 (mean .25, standard deviation s =
/// .1118), .5, .5, .1, .1 (mean .3, sd .2), and a third that never changes. The strongest of each
/// permutation in its units: 1, 1, -.05 / s, .15 / s = 1.34.
#[test]
fn p_values_count_what_is_as_strong_and_the_strongest_of_all() {
    let feature = FeatureValues::Numeric(&[]);
    let features = [("a", feature), ("b", feature), ("c", feature)];
    let drawn = [
        vec![0.1, 0.5, 0.2],
        vec![0.3, 0.5, 0.2],
        vec![0.2, 0.1, 0.2],
        vec![0.4, 0.1, 0.2],
    ];
    let of = |a: f64, b: f64, c: f64| {
        let observed = [
            (Statistic::Spearman, a),
            (Statistic::RocAuc, b),
            (Statistic::CramersV, c),
        ];
        p_values(&features, &observed, &drawn)
    };
    let shares = |signals: &[Signal]| -> Vec<(f64, f64)> {
        let both = signals.iter().map(|s| (s.p_value, s.adjusted_p_value));
        both.collect()
    };
    let signals = of(-0.3, 0.0, 0.3);
    // .05 / s = .45 in the units of a; an area of 0 is .5 away: 1 in the units of b
    assert_eq!(shares(&signals), [(0.6, 0.8), (0.6, 0.8), (0.2, 1.0)]);
    let first = &signals[0];
    assert_eq!(
        (&*first.feature, first.statistic),
        ("a", Statistic::Spearman)
    );
    assert_eq!((first.value, &*signals[2].feature), (-0.3, "c"));
    // Beyond 1 in the units of a, beyond all in those of b; c as strong as always.
    let signals = of(0.37, 1.0, 0.2);
    assert_eq!(shares(&signals), [(0.4, 0.4), (0.6, 0.8), (1.0, 1.0)]);
}

#[test]
fn statistics_have_short_names() {
    let all = [
        (Statistic::RocAuc, "AUC"),
        (Statistic::Spearman, "rho"),
        (Statistic::CramersV, "V"),
        (Statistic::CorrelationRatio, "eta"),
    ];
    for (statistic, text) in all {
        assert_eq!(statistic.to_string(), text);
    }
}
