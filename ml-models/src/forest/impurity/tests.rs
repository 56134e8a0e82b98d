use super::*;

const LABELS: [f64; 5] = [0.0, 1.0, 1.0, 0.0, 1.0];
const CODES: [u32; 5] = [0, 1, 1, 0, 1];

fn once() -> Counted {
    Counted {
        repeats: None,
        real: None,
    }
}

fn sums<I: Impurity>(impurity: &I, rows: &[usize]) -> Vec<i64> {
    let mut sums = vec![0; impurity.width()];
    for &row in rows {
        impurity.add(&impurity.item(row, 1), &mut sums);
    }
    sums
}

/// Decrease of the impurity by a split of all rows, in the unit of weights.
fn gain<I: Impurity>(impurity: &I, left: &[usize]) -> f64 {
    let all = sums(impurity, &[0, 1, 2, 3, 4]);
    let right: Vec<usize> = (0..5).filter(|i| !left.contains(i)).collect();
    let (left, right) = (sums(impurity, left), sums(impurity, &right));
    let own = impurity.alone(&all);
    let unit = own
        / (0..impurity.outputs())
            .map(|k| impurity.part(&all, k))
            .sum::<f64>();
    let by_score = (impurity.score(&left, &all) - own) / unit;
    let parts = |sums: &[i64]| {
        (0..impurity.outputs())
            .map(|k| impurity.part(sums, k))
            .sum::<f64>()
    };
    let by_parts = parts(&left) + parts(&right) - parts(&all);
    assert!((by_score - by_parts).abs() < 1e-12, "{by_score} {by_parts}");
    by_parts
}

#[test]
fn scores_fall_as_the_variance_and_the_gini_impurity_rise() {
    let variance = Variance::new(LABELS.to_vec(), once(), 5.0);
    let shares = Shares::new(&CODES, &once(), 5.0).unwrap();
    let gini = Gini {
        codes: CODES.to_vec(),
        classes: 2,
        counted: once(),
    };
    let left = [0, 3, 1];
    // 5 gini(3/5) - 3 gini(1/3) - 2 gini(1), gini(p) = 2 p (1 - p)
    let want = 5.0 * 2.0 * 0.6 * 0.4 - 3.0 * 2.0 / 3.0 * (2.0 / 3.0);
    assert!((gain(&gini, &left) - want).abs() < 1e-12);
    assert!((2.0 * gain(&shares, &left) - want).abs() < 1e-12);
    // Distances are from 1/2, so that what both sides lose is the same.
    assert!((2.0 * gain(&variance, &left) - want).abs() < 1e-12);
    assert!(gini.pure(&sums(&gini, &[1, 2]), [1, 2].into_iter()));
    assert!(!gini.pure(&sums(&gini, &[1, 3]), [1, 3].into_iter()));
    assert!(shares.pure(&sums(&shares, &[0, 3]), [0, 3].into_iter()));
    assert!(variance.pure(&[0; 3], [0, 3].into_iter()) && !variance.pure(&[0; 3], 0..2));
}

#[test]
fn draws_and_repeats_multiply() {
    let of = || Counted {
        repeats: Some(vec![1, 2, 3, 4, 5]),
        real: None,
    };
    let shares = Shares::new(&CODES, &of(), 30.0).unwrap();
    let variance = Variance::new(LABELS.to_vec(), of(), 30.0);
    let gini = Gini {
        codes: CODES.to_vec(),
        classes: 2,
        counted: of(),
    };
    fn check<I: Impurity>(impurity: &I) {
        let mut sums = impurity.zero();
        impurity.add(&impurity.item(1, 2), sums.as_mut());
        impurity.add(&impurity.item(3, 1), sums.as_mut());
        let sums = sums.as_ref();
        assert_eq!((impurity.rows(sums), impurity.count(sums)), (2, 8));
        assert_eq!(impurity.weight(sums), 8.0);
        assert_eq!(impurity.value(sums, impurity.outputs() - 1), 0.5);
    }
    check(&shares);
    check(&variance);
    check(&gini);
    assert!(Shares::new(&CODES, &of(), 1e9).is_none());
}

/// Weights .5 to 2.5 by hand: class 1 has 1 + 1.5 + 2.5 of 7.5.
#[test]
fn real_weights_are_scaled_back() {
    let of = || Counted {
        repeats: None,
        real: Some(fixed::weights(&[0.5, 1.0, 1.5, 2.0, 2.5], 5.0)),
    };
    let variance = Variance::new(LABELS.to_vec(), of(), 5.0);
    let gini = Gini {
        codes: CODES.to_vec(),
        classes: 2,
        counted: of(),
    };
    assert!(of().scale() > 1.0 && Shares::new(&CODES, &of(), 5.0).is_none());
    let near = |got: f64, want: f64| assert!((got - want).abs() < 1e-9, "{got} {want}");
    let all = sums(&gini, &[0, 1, 2, 3, 4]);
    near(gini.weight(&all), 7.5);
    near(gini.value(&all, 0), 2.5 / 7.5);
    near(gini.value(&all, 1), 5.0 / 7.5);
    near(gini.part(&all, 0), 2.5 * 2.5 / 7.5);
    near(gini.part(&all, 1), 5.0 * 5.0 / 7.5);
    let unit = of().scale();
    near(gini.alone(&all) / unit, (2.5 * 2.5 + 25.0) / 7.5);
    let left = sums(&gini, &[0, 1]);
    near(
        gini.score(&left, &all) / unit,
        (0.25 + 1.0) / 1.5 + (4.0 + 16.0) / 6.0,
    );
    let all = sums(&variance, &[0, 1, 2, 3, 4]);
    near(variance.weight(&all), 7.5);
    near(variance.value(&all, 0), 5.0 / 7.5);
    // Distances are from 1/2: -.5 of 2.5 and .5 of 5.
    near(variance.part(&all, 0), 1.25 * 1.25 / 7.5);
    near(variance.only(&all, 2, 0), 1.0);
    let left = sums(&variance, &[0, 1]);
    let want = 0.25 * 0.25 / 1.5 + 1.0 / 6.0;
    let ratio = variance.score(&left, &all) / variance.alone(&all);
    near(ratio, want / (1.25 * 1.25 / 7.5));
}

/// Labels far from 0 lose no digits: distances are from the middle of the extremes.
#[test]
fn labels_are_taken_from_their_middle() {
    let labels = vec![1e9 + 1.0, 1e9 + 2.0, 1e9 + 4.0];
    let variance = Variance::new(labels, once(), 3.0);
    assert_eq!(variance.centre, 1e9 + 2.5);
    assert!(variance.scale >= 2.0_f64.powi(56) && variance.scale <= 2.0_f64.powi(60));
    let of = |rows: &[usize]| sums(&variance, rows);
    assert_eq!(variance.value(&of(&[0, 1]), 0), 1e9 + 1.5);
    let part = variance.part(&of(&[0, 2]), 0);
    assert!((part - 0.0).abs() < 1e-12, "{part}");
    assert_eq!(variance.part(&of(&[0, 1]), 0), 2.0);
}

/// Sixteen positive rows of weight 3 of twenty: no digit of one number reaches another.
#[test]
fn shares_keep_their_numbers_apart() {
    let codes: Vec<u32> = (0..20).map(|i| u32::from(i >= 4)).collect();
    let counted = Counted {
        repeats: Some(vec![3; 20]),
        real: None,
    };
    let shares = Shares::new(&codes, &counted, MASK as f64).unwrap();
    assert!(Shares::new(&codes, &counted, MASK as f64 + 1.0).is_none());
    let rows: Vec<usize> = (0..20).collect();
    let all = sums(&shares, &rows);
    assert_eq!((shares.rows(&all), shares.count(&all)), (20, 60));
    assert_eq!((shares.weight(&all), shares.value(&all, 0)), (60.0, 0.8));
    assert_eq!(shares.alone(&all), 48.0 * 48.0 / 60.0);
    let left = sums(&shares, &rows[..5]);
    assert_eq!(shares.score(&left, &all), 9.0 / 15.0 + 45.0 * 45.0 / 45.0);
    assert!(shares.pure(&sums(&shares, &rows[4..]), 0..1) && !shares.pure(&left, 0..1));
    assert_eq!(shares.value(&[0], 0), 0.0);
    assert_eq!(
        (shares.zero(), shares.width(), shares.outputs()),
        ([0], 1, 1)
    );
    // Three draws of a row of weight 3.
    let mut drawn = [0];
    shares.add(&shares.item(19, 3), &mut drawn);
    assert_eq!((shares.rows(&drawn), shares.weight(&drawn)), (1, 9.0));
}
