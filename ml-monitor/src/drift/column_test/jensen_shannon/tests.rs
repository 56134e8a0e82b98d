use super::*;
use proptest::prelude::*;

fn js(reference: &[u64], current: &[u64]) -> f64 {
    jensen_shannon(reference, current).unwrap()
}

/// By hand: shares (1, 0) and (1/2, 1/2), whose middle is (3/4, 1/4): the square of the distance is
/// (log2(4/3) + (log2(2/3) + 1) / 2) / 2.
#[test]
fn a_bin_that_was_empty_by_hand() {
    let square = ((4.0f64 / 3.0).log2() + ((2.0f64 / 3.0).log2() + 1.0) / 2.0) / 2.0;
    approx::assert_relative_eq!(js(&[10, 0], &[5, 5]), square.sqrt(), max_relative = 1e-15);
}

/// Close shares: for `p = 1/2 + d` and `q = 1/2 - d` the square is `4 d^2 / (2 ln 2)` but for terms
/// of `d^4`.
#[test]
fn close_shares_keep_their_digits() {
    let half = 1u64 << 40;
    let found = js(&[half + 1, half - 1], &[half - 1, half + 1]);
    let d = 0.5 / half as f64;
    approx::assert_relative_eq!(found, d * (2.0 / 2f64.ln()).sqrt(), max_relative = 1e-9);
}

#[test]
fn one_bin_and_absent_bins() {
    assert_eq!(js(&[3], &[90]), 0.0);
    assert_eq!(js(&[0, 3, 0], &[0, 90, 0]), 0.0);
    assert_eq!(js(&[0, 3, 0], &[1, 0, 5]), 1.0);
}

#[test]
fn histograms_without_rows_are_refused() {
    let text = |a: &[u64], b: &[u64]| jensen_shannon(a, b).unwrap_err().to_string();
    assert!(text(&[0, 0], &[1, 2]).contains("reference"));
    assert!(text(&[1, 2], &[0, 0]).contains("current"));
    assert!(text(&[], &[]).contains("reference"));
    assert!(jensen_shannon(&[1, 2], &[1]).is_err());
}

/// Sums of counts do not wrap.
#[test]
fn counts_at_the_end_of_the_range() {
    let most = u64::MAX;
    assert_eq!(js(&[most, most], &[1, 1]), 0.0);
    assert_eq!(js(&[most, 0], &[0, most]), 1.0);
}

#[test]
fn settings_have_their_domains() {
    let of = |bins, threshold| JensenShannon { bins, threshold }.check();
    assert!(of(2, 0.001).is_ok() && of(100_000, 0.999).is_ok());
    for (bins, threshold, at_fault) in [
        (1, 0.1, "bins"),
        (100_001, 0.1, "bins"),
        (10, 0.0, "threshold"),
        (10, 1.0, "threshold"),
        (10, f64::NAN, "threshold"),
    ] {
        let text = of(bins, threshold).unwrap_err().to_string();
        assert!(
            text.contains(at_fault) && text.contains("JensenShannon"),
            "{text}"
        );
    }
}

/// The stated mean of the square, of samples of one distribution in ten bins.
#[test]
fn chance_alone_moves_unchanged_samples_as_stated() {
    use ml_data::random::{RngExt, generator};
    for (n, m) in [(1_000usize, 1_000usize), (400, 5_000)] {
        let mut rng = generator(1, "jensen-shannon", n as u64);
        let mut sample = |rows: usize| {
            let mut counts = [0u64; 10];
            (0..rows).for_each(|_| counts[rng.random_range(0..10)] += 1);
            counts
        };
        let trials = 2_000;
        let squares: f64 = (0..trials)
            .map(|_| js(&sample(n), &sample(m)).powi(2))
            .sum();
        let expected = 9.0 * (1.0 / n as f64 + 1.0 / m as f64) / (8.0 * 2f64.ln());
        approx::assert_relative_eq!(squares / f64::from(trials), expected, max_relative = 0.05);
    }
}

/// `atanh` rounds a negative number otherwise than a positive one; these shares showed it.
#[test]
fn both_directions_give_the_same_bits() {
    let (a, b) = ([31, 1, 38, 26], [0, 30, 2, 26]);
    assert_eq!(js(&a, &b), js(&b, &a));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn symmetric_between_0_and_1_and_0_for_equal_shares_alone(
        pairs in prop::collection::vec((0u64..50, 0u64..50), 1..12),
        factor in 1u64..9,
    ) {
        let (a, b): (Vec<u64>, Vec<u64>) = pairs.into_iter().unzip();
        let (n, m) = (a.iter().sum::<u64>(), b.iter().sum::<u64>());
        prop_assume!(n > 0 && m > 0);
        let found = js(&a, &b);
        prop_assert!((0.0..=1.0).contains(&found));
        prop_assert_eq!(found, js(&b, &a));
        let equal = a.iter().zip(&b).all(|(x, y)| x * m == y * n);
        prop_assert_eq!(found == 0.0, equal);
        let multiple: Vec<u64> = a.iter().map(|x| x * factor).collect();
        prop_assert!(js(&a, &multiple) == 0.0);
    }

    /// Merging two bins never increases the distance, and merging bins in proportion keeps it.
    #[test]
    fn merged_bins_tell_no_more(
        pairs in prop::collection::vec((0u64..50, 0u64..50), 2..12),
    ) {
        let (a, b): (Vec<u64>, Vec<u64>) = pairs.into_iter().unzip();
        prop_assume!(a.iter().sum::<u64>() > 0 && b.iter().sum::<u64>() > 0);
        let merged = |counts: &[u64]| [&[counts[0] + counts[1]], &counts[2..]].concat();
        prop_assert!(js(&merged(&a), &merged(&b)) <= js(&a, &b) + 1e-12);
        let halved = |counts: &[u64]| -> Vec<u64> { counts.iter().flat_map(|c| [*c, *c]).collect() };
        prop_assert!((js(&halved(&a), &halved(&b)) - js(&a, &b)).abs() < 1e-12);
    }
}
