use super::*;
use crate::error::Result;

fn disjoint_and_complete(parts: &[Vec<u32>], n: usize) {
    let mut all: Vec<u32> = parts.concat();
    all.sort_unstable();
    assert_eq!(all, (0..n as u32).collect::<Vec<_>>());
}

#[test]
fn random_split_has_the_shares_asked_for() {
    let parts = Split::random(0.2, 0.3)
        .seed(4)
        .rows(&SplitInput::of(100))
        .unwrap();
    assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [50, 20, 30]);
    disjoint_and_complete(&parts, 100);
}

#[test]
fn group_split_keeps_groups_whole() {
    let groups: Vec<u32> = (0..1000).map(|i| i % 40).collect();
    let parts = Split::group(0.2, 0.2)
        .rows(&SplitInput::of(1000).groups(Some(&groups)))
        .unwrap();
    disjoint_and_complete(&parts, 1000);
    for g in 0..40 {
        let homes = parts
            .iter()
            .filter(|p| p.iter().any(|&r| groups[r as usize] == g))
            .count();
        assert_eq!(homes, 1);
    }
}

#[test]
fn temporal_split_never_trains_on_the_future() {
    let times: Vec<i64> = (0..100).map(|i| (i * 37) % 100).collect();
    let [train, valid, test] = Split::temporal(60, 80)
        .gap(5)
        .rows(&SplitInput::of(100).times(Some(&times)))
        .unwrap();
    assert!(train.iter().all(|&r| times[r as usize] < 55));
    assert!(valid.iter().all(|&r| (60..75).contains(&times[r as usize])));
    assert!(test.iter().all(|&r| times[r as usize] >= 80));
    assert_eq!((train.len(), valid.len(), test.len()), (55, 15, 20));
}

#[test]
fn missing_times_and_bad_shares_are_named() {
    let e = Split::temporal(1, 2)
        .rows(&SplitInput::of(3))
        .unwrap_err()
        .to_string();
    assert!(e.contains("needs times"), "{e}");
    let e = Split::random(0.0, 0.2)
        .rows(&SplitInput::of(3))
        .unwrap_err()
        .to_string();
    assert_eq!(
        e,
        "Split: parameter `valid` = 0: must be a share between 0 and 1"
    );
    assert!(Split::random(0.01, 0.2).rows(&SplitInput::of(3)).is_err());
}

#[test]
fn seeds_draw_other_rows_and_the_same_seed_the_same() {
    let groups: Vec<u32> = (0..1000).map(|i| i % 100).collect();
    for how in [Split::random(0.2, 0.2), Split::group(0.2, 0.2)] {
        let rows = |seed| {
            how.clone()
                .seed(seed)
                .rows(&SplitInput::of(1000).groups(Some(&groups)))
                .unwrap()
        };
        assert_eq!(rows(1), rows(1));
        assert_ne!(rows(1)[0], rows(2)[0], "{how:?}");
        assert_ne!(rows(1)[2], rows(2)[2], "{how:?}");
    }
    let folds = |seed| {
        KFold::new(5)
            .seed(seed)
            .folds(&SplitInput::of(100))
            .unwrap()
    };
    assert_eq!(folds(1), folds(1));
    assert_ne!(folds(1)[0].1, folds(2)[0].1);
}

/// 40 groups of 25 rows: the shares of a group split are those of groups (binomial: 40 x .2 = 8, sd
/// 2.5).
#[test]
fn group_splits_have_about_the_shares_asked_for() {
    let groups: Vec<u32> = (0..10_000).map(|i| i / 25).collect();
    let parts = Split::group(0.2, 0.1)
        .rows(&SplitInput::of(10_000).groups(Some(&groups)))
        .unwrap();
    // 400 groups: 80 with sd 8, 40 with sd 6.
    assert!(
        (1_400..2_600).contains(&parts[1].len()),
        "{}",
        parts[1].len()
    );
    assert!((550..1_450).contains(&parts[2].len()), "{}", parts[2].len());
}

#[test]
fn folds_cover_every_row_once() {
    let times: Vec<i64> = (0..23).collect();
    let groups: Vec<u32> = (0..23).map(|i| i / 3).collect();
    for by in [&KFold::new(5) as &dyn Splitter, &GroupKFold::new(4)] {
        let folds = by
            .folds(&SplitInput::of(23).groups(Some(&groups)).times(Some(&times)))
            .unwrap();
        disjoint_and_complete(&folds.iter().map(|f| f.1.clone()).collect::<Vec<_>>(), 23);
        for (train, valid) in folds {
            disjoint_and_complete(&[train, valid], 23);
        }
    }
}

/// 23 rows in 5 folds: three of 5 and two of 4, as scikit-learn's sizes, of rows from everywhere.
#[test]
fn k_folds_are_shuffled_and_of_one_size() {
    let folds = KFold::new(5).folds(&SplitInput::of(23)).unwrap();
    let mut sizes: Vec<usize> = folds.iter().map(|f| f.1.len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [4, 4, 5, 5, 5]);
    for (_, valid) in KFold::new(5).folds(&SplitInput::of(1000)).unwrap() {
        assert_eq!(valid.len(), 200);
        // 200 of 1,000 shuffled rows: 100 in each half, sd 6.3.
        let early = valid.iter().filter(|r| **r < 500).count();
        assert!((65..135).contains(&early), "{early} of 200 are early rows");
    }
}

/// Sizes 6, 5, 4, 3, 2, 1 fit into three folds of 7; taking turns gives 9, 7 and 5. As
/// scikit-learn's `GroupKFold`.
#[test]
fn group_folds_are_balanced_by_rows() {
    let groups: Vec<u32> = (0..6).flat_map(|g| vec![g; 6 - g as usize]).collect();
    let folds = GroupKFold::new(3)
        .folds(&SplitInput::of(21).groups(Some(&groups)))
        .unwrap();
    for (train, valid) in &folds {
        assert_eq!((train.len(), valid.len()), (14, 7));
        let of = |rows: &[u32]| -> std::collections::BTreeSet<u32> {
            rows.iter().map(|r| groups[*r as usize]).collect()
        };
        assert!(of(train).is_disjoint(&of(valid)));
    }
}

/// scikit-learn's `TimeSeriesSplit(3)` of ten rows in order of time: validation rows 4-5, 6-7, 8-9,
/// training rows all before.
#[test]
fn time_series_windows_follow_time_not_row_order() {
    // Row r happened at 7 r mod 10, so that the order of time is 0, 3, 6, 9, 2, 5, 8, 1, 4, 7.
    let times: Vec<i64> = (0..10).map(|r| r * 7 % 10).collect();
    let order = [0, 3, 6, 9, 2, 5, 8, 1, 4, 7];
    let folds = |by: TimeSeriesSplit| by.folds(&SplitInput::of(10).times(Some(&times))).unwrap();
    let expected = |gap: usize| -> Vec<(Vec<u32>, Vec<u32>)> {
        [4, 6, 8]
            .map(|at| (order[..at - gap].to_vec(), order[at..at + 2].to_vec()))
            .to_vec()
    };
    assert_eq!(folds(TimeSeriesSplit::new(3)), expected(0));
    assert_eq!(folds(TimeSeriesSplit::new(3).gap(1)), expected(1));
    // 11 rows: the one that is left over is the oldest, and is trained on.
    let times: Vec<i64> = (0..11).rev().collect();
    let folds = TimeSeriesSplit::new(3)
        .folds(&SplitInput::of(11).times(Some(&times)))
        .unwrap();
    assert_eq!(folds[0], (vec![10, 9, 8, 7, 6], vec![5, 4]));
    assert_eq!(folds[2].1, [1, 0]);
    let e = TimeSeriesSplit::new(3)
        .gap(5)
        .folds(&SplitInput::of(11).times(Some(&times)));
    assert!(e.unwrap_err().to_string().contains("`gap` = 5"));
}

#[test]
fn case_v10_groups_and_times_are_one_a_row() {
    let (short, long) = (vec![0_u32, 1], vec![5_i64; 9]);
    let text = |e: Result<_>| e.map(|_: [Vec<u32>; 3]| ()).unwrap_err().to_string();
    assert_eq!(
        text(Split::group(0.3, 0.3).rows(&SplitInput::of(8).groups(Some(&short)))),
        "groups: expected 8 entries, found 2"
    );
    assert_eq!(
        text(Split::temporal(1, 2).rows(&SplitInput::of(8).times(Some(&long)))),
        "times: expected 8 entries, found 9"
    );
    for by in [
        &KFold::new(2) as &dyn Splitter,
        &GroupKFold::new(2),
        &TimeSeriesSplit::new(2),
    ] {
        assert!(
            by.folds(
                &SplitInput::of(8)
                    .groups(Some(&short))
                    .times(Some(&long[..8]))
            )
            .is_err()
        );
        assert!(
            by.folds(&SplitInput::of(8).groups(Some(&[1; 8])).times(Some(&long)))
                .is_err()
        );
    }
}
