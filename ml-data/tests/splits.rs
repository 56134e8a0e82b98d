//! Splits and folds: against scikit-learn (`golden/splits.py`), and what they promise.
#![allow(clippy::unwrap_used, missing_docs)]

use ml_data::prelude::*;
use ml_data::sample::{
    KFold, LeaveOneGroupOut, RepeatedKFold, RepeatedStratifiedKFold, SplitInput, StratifiedKFold,
    TimeSeriesSplit, TrainTestSplit,
};
use ml_data::testkit::golden;
use proptest::prelude::*;
use serde_json::Value;

fn ints(v: &Value) -> Vec<u32> {
    let all = v.as_array().unwrap().iter();
    all.map(|x| x.as_u64().unwrap() as u32).collect()
}

fn pairs(v: &Value) -> Vec<(Vec<u32>, Vec<u32>)> {
    let all = v.as_array().unwrap().iter();
    all.map(|p| (ints(&p[0]), ints(&p[1]))).collect()
}

fn count(rows: &[u32], classes: &[u32], class: u32) -> usize {
    let is = |r: &&u32| classes[**r as usize] == class;
    rows.iter().filter(is).count()
}

fn whole(parts: &[&[u32]], n: usize) {
    let mut all = parts.concat();
    all.sort_unstable();
    assert_eq!(all, (0..n as u32).collect::<Vec<_>>());
}

#[test]
fn folds_have_the_numbers_of_scikit_learn() {
    let g: Value = golden!("splits").unwrap();
    for case in g["stratified"].as_array().unwrap() {
        let (classes, k) = (ints(&case["classes"]), case["k"].as_u64().unwrap() as usize);
        let input = SplitInput::of(classes.len()).classes(Some(&classes));
        let folds = StratifiedKFold::new(k).folds(&input).unwrap();
        for ((train, valid), want) in folds.iter().zip(case["counts"].as_array().unwrap()) {
            whole(&[train, valid], classes.len());
            for (class, want) in (0..).zip(ints(want)) {
                assert_eq!(
                    count(valid, &classes, class),
                    want as usize,
                    "class {class}"
                );
            }
        }
        let rows: Vec<&[u32]> = folds.iter().map(|f| &f.1[..]).collect();
        whole(&rows, classes.len());
    }
    let case = &g["leave_one_group_out"];
    let groups = ints(&case["groups"]);
    let input = SplitInput::of(groups.len()).groups(Some(&groups));
    assert_eq!(
        LeaveOneGroupOut.folds(&input).unwrap(),
        pairs(&case["folds"])
    );
    let times: Vec<i64> = (0..29).collect();
    let input = SplitInput::of(29).times(Some(&times));
    let folds = TimeSeriesSplit::new(4).gap(2).folds(&input).unwrap();
    assert_eq!(folds, pairs(&g["time_series"]["folds"]));
}

#[test]
fn repeats_are_other_shuffles_of_whole_folds() {
    let classes: Vec<u32> = (0..30).map(|i| u32::from(i % 3 == 0)).collect();
    let input = SplitInput::of(30).classes(Some(&classes));
    let plain = RepeatedKFold::new(5, 4).seed(2);
    let strata = RepeatedStratifiedKFold::new(5, 4).seed(2);
    for by in [&plain as &dyn Splitter, &strata] {
        let folds = by.folds(&input).unwrap();
        assert_eq!(folds.len(), 20);
        for repeat in folds.chunks(5) {
            let rows: Vec<&[u32]> = repeat.iter().map(|f| &f.1[..]).collect();
            whole(&rows, 30);
        }
        assert_ne!(folds[0], folds[5]);
        assert_eq!(folds, by.folds(&input).unwrap());
    }
    for (_, valid) in strata.folds(&input).unwrap() {
        assert_eq!((valid.len(), count(&valid, &classes, 1)), (6, 2));
    }
    let other = RepeatedKFold::new(5, 4).seed(3).folds(&input).unwrap();
    assert_ne!(other, plain.folds(&input).unwrap());
    let told = |e: Result<_>| e.map(|_: Vec<_>| ()).unwrap_err().to_string();
    let e = told(RepeatedKFold::new(5, 0).folds(&input));
    assert_eq!(
        e,
        "RepeatedKFold: parameter `n_repeats` = 0: must be at least 1"
    );
    assert!(told(RepeatedStratifiedKFold::new(1, 2).folds(&input)).contains("`k` = 1"));
}

#[test]
fn what_a_split_needs_is_told() {
    let none = SplitInput::of(10);
    let told = |e: Result<()>| e.unwrap_err().to_string();
    let hold = |how: TrainTestSplit, input: &SplitInput<'_>| told(how.rows(input).map(|_| ()));
    let fold = |by: &dyn Splitter, input: &SplitInput<'_>| told(by.folds(input).map(|_| ()));
    for e in [
        hold(Split::holdout(0.2).stratified(), &none),
        fold(&StratifiedKFold::new(3), &none),
        told(Split::stratified(0.2, 0.2).rows(&none).map(|_| ())),
    ] {
        assert!(
            e.contains("needs classes") && e.contains("`.binary(..)`"),
            "{e}"
        );
    }
    assert!(hold(Split::holdout(0.2).by_group(), &none).contains("needs groups"));
    assert!(hold(Split::holdout(0.2).by_time(), &none).contains("needs times"));
    assert!(hold(Split::holdout_from(3), &none).contains("needs times"));
    assert!(fold(&LeaveOneGroupOut, &none).contains("needs groups"));
    let one = [4_u32; 10];
    let grouped = none.groups(Some(&one)).classes(Some(&one));
    let e = fold(&LeaveOneGroupOut, &grouped);
    assert_eq!(
        e,
        "groups for LeaveOneGroupOut: at least 2 are needed, found 1"
    );
    let ten: Vec<u32> = (0..10).collect();
    let e = fold(&StratifiedKFold::new(3), &none.classes(Some(&ten)));
    assert_eq!(
        e,
        "rows of the largest class for 3 folds: at least 3 are needed, found 1"
    );
    let e = hold(Split::holdout(0.2).stratified().by_group(), &grouped);
    assert_eq!(
        e,
        "Split::holdout: parameter `by` = stratified and by_group: must be one of stratified, by_group and by_time"
    );
    let e = hold(Split::holdout(1.0), &none);
    assert_eq!(
        e,
        "Split::holdout: parameter `test` = 1: must be a share between 0 and 1"
    );
    let rule = "`gap` = 5: must be 0 in a split that is not by time";
    assert!(hold(Split::holdout(0.2).gap(5), &none).contains(rule));
    assert!(told(Split::random(0.2, 0.2).gap(5).rows(&none).map(|_| ())).contains(rule));
    let times = [0_i64; 10];
    let timed = none.times(Some(&times));
    assert!(hold(Split::holdout(0.2).by_time().gap(-1), &timed).contains("at least 0"));
    // All at one time: nothing is before the border.
    let e = hold(Split::holdout(0.2).by_time(), &timed);
    assert_eq!(e, "the training part of the split of 10 rows is empty");
    let e = hold(Split::holdout(0.01), &none);
    assert_eq!(e, "the test part of the split of 10 rows is empty");
    assert!(hold(Split::holdout(0.01).by_time(), &timed).contains("the test part"));
    let e = hold(Split::holdout(0.2), &none.classes(Some(&one[..9])));
    assert_eq!(e, "classes: expected 10 entries, found 9");
}

#[test]
fn two_parts_of_a_table_carry_what_belongs_to_rows() {
    let n = 40;
    let table = || {
        let table = Table::new([
            ("x", Column::num((0..n).map(f64::from))),
            ("w", Column::num((0..n).map(|i| f64::from(i % 3 + 1)))),
            (
                "at",
                Column::time((0..n).map(|i| Some(i64::from((i * 7) % 40)))),
            ),
            (
                "user",
                Column::cat((0..n).map(|i| Some((i % 10).to_string()))),
            ),
            ("sold", Column::bool((0..n).map(|i| Some(i % 4 == 0)))),
            (
                "size",
                Column::cat((0..n).map(|i| Some(["s", "m", "l"][i as usize % 3]))),
            ),
        ]);
        let table = table.unwrap().with_role("w", Role::Weight).unwrap();
        let table = table.with_role("at", Role::Time).unwrap();
        table.with_role("user", Role::Group).unwrap()
    };
    let by_time = table().binary("sold", "true").unwrap();
    let TrainTest { train, test } = by_time
        .train_test_split(Split::holdout(0.25).by_time())
        .unwrap();
    assert_eq!((train.len(), test.len()), (30, 10));
    assert!(train.times().unwrap().iter().all(|t| *t < 30));
    assert!(test.times().unwrap().iter().all(|t| *t >= 30));
    let xs = train.x().iter().map(|r| r.get(0).num()).collect::<Vec<_>>();
    let weights: Vec<f64> = xs.iter().map(|x| x % 3.0 + 1.0).collect();
    assert_eq!(train.weights().unwrap(), weights);
    let from = table().binary("sold", "true").unwrap();
    let same = from.train_test_split(Split::holdout_from(30)).unwrap();
    assert_eq!(same.train.times(), train.times());
    let gap = table().unlabelled().unwrap();
    let gap = gap
        .train_test_split(Split::holdout_from(30).gap(5))
        .unwrap();
    assert_eq!((gap.train.len(), gap.test.len()), (25, 10));
    let groups = table().classes("size").unwrap();
    let parts = groups
        .train_test_split(Split::holdout(0.3).by_group())
        .unwrap();
    let of = |g: &[u32]| {
        g.iter()
            .copied()
            .collect::<std::collections::BTreeSet<u32>>()
    };
    let (a, b) = (
        of(parts.train.groups().unwrap()),
        of(parts.test.groups().unwrap()),
    );
    assert!(a.is_disjoint(&b) && a.len() + b.len() == 10);
    // Classes of several kinds reach the folds of a sample.
    let train = table().classes("size").unwrap().into_train();
    for (_, valid) in train.folds(&StratifiedKFold::new(4)).unwrap() {
        let class = |c| valid.y().codes().iter().filter(|x| **x == c).count();
        assert!((0..3).all(|c| (3..=4).contains(&class(c))));
    }
    let numbers = table().regression("x").unwrap().into_train();
    assert!(numbers.folds(&StratifiedKFold::new(4)).is_err());
}

proptest! {
    /// Every part has its share of each class within one row, and of all rows within one.
    #[test]
    fn strata_have_their_shares_within_one_row(
        classes in prop::collection::vec(0..6_u32, 12..200),
        valid in 0.05..0.45_f64,
        test in 0.05..0.45_f64,
        seed in any::<u64>(),
    ) {
        let n = classes.len();
        let input = SplitInput::of(n).classes(Some(&classes));
        let three = Split::stratified(valid, test).seed(seed).rows(&input);
        let two = Split::holdout(test).stratified().seed(seed).rows(&input);
        let three = three.map(|p| (p.to_vec(), vec![1.0 - valid - test, valid, test]));
        let two = two.map(|p| (p.to_vec(), vec![1.0 - test, test]));
        for (parts, shares) in [three, two].into_iter().flatten() {
            let slices: Vec<&[u32]> = parts.iter().map(|p| &p[..]).collect();
            whole(&slices, n);
            for (part, share) in parts.iter().zip(&shares) {
                prop_assert!(part.is_sorted());
                prop_assert!((part.len() as f64 - share * n as f64).abs() < 2.0);
                for class in 0..6 {
                    let all = classes.iter().filter(|c| **c == class).count() as f64;
                    let got = count(part, &classes, class) as f64;
                    prop_assert!((got - share * all).abs() < 1.0, "{} of {}", got, share * all);
                }
            }
            if let [train, _] = &parts[..] {
                let exact = shares[0] * n as f64;
                prop_assert!((train.len() as f64 - exact).abs() <= 0.5 + 1e-9);
            }
        }
    }

    /// No group stands in two parts or in both halves of a fold, no row of the past is tested on.
    #[test]
    fn groups_never_straddle_and_time_goes_one_way(
        rows in prop::collection::vec((0..12_u32, -20..20_i64), 8..120),
        share in 0.1..0.9_f64,
        gap in 0..6_i64,
        seed in any::<u64>(),
    ) {
        let (groups, times): (Vec<u32>, Vec<i64>) = rows.into_iter().unzip();
        let input = SplitInput::of(groups.len()).groups(Some(&groups)).times(Some(&times));
        let of = |rows: &[u32]| -> std::collections::BTreeSet<u32> {
            rows.iter().map(|r| groups[*r as usize]).collect()
        };
        if let Ok([train, test]) = Split::holdout(share).by_group().seed(seed).rows(&input) {
            whole(&[&train, &test], groups.len());
            prop_assert!(of(&train).is_disjoint(&of(&test)));
        }
        if let Ok(folds) = LeaveOneGroupOut.folds(&input) {
            for (train, valid) in &folds {
                prop_assert!(of(train).is_disjoint(&of(valid)) && of(valid).len() == 1);
            }
        }
        if let Ok([train, test]) = Split::holdout(share).by_time().gap(gap).rows(&input) {
            let time = |r: &u32| times[*r as usize];
            let border = test.iter().map(time).min().unwrap();
            prop_assert!(train.iter().map(time).all(|t| t < border - gap));
            let between = times.iter().filter(|t| (border - gap..border).contains(*t)).count();
            prop_assert_eq!(train.len() + between + test.len(), times.len());
            // Of a later border, too few rows would be left.
            let later = test.iter().map(time).filter(|t| *t > border).count();
            prop_assert!(later < (times.len() as f64 * share).round() as usize);
        }
    }

    /// Folds of strata hold every row once; any two differ by one row at most, in each class too.
    #[test]
    fn stratified_folds_are_even(
        classes in prop::collection::vec(0..4_u32, 6..90), k in 2..6_usize, seed in any::<u64>(),
    ) {
        let input = SplitInput::of(classes.len()).classes(Some(&classes));
        if let Ok(folds) = StratifiedKFold::new(k).seed(seed).folds(&input) {
            let valid: Vec<&[u32]> = folds.iter().map(|f| &f.1[..]).collect();
            whole(&valid, classes.len());
            let even = |sizes: Vec<usize>| {
                sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1
            };
            prop_assert!(even(valid.iter().map(|v| v.len()).collect()));
            for class in 0..4 {
                prop_assert!(even(valid.iter().map(|v| count(v, &classes, class)).collect()));
            }
        }
    }
}

#[test]
fn the_same_seed_draws_the_same_rows() {
    let classes: Vec<u32> = (0..200).map(|i| i % 4).collect();
    let input = SplitInput::of(200)
        .classes(Some(&classes))
        .groups(Some(&classes));
    for how in [Split::holdout(0.3), Split::holdout(0.3).stratified()] {
        let rows = |seed| how.clone().seed(seed).rows(&input).unwrap();
        assert_eq!(rows(1), rows(1));
        assert_ne!(rows(1), rows(2), "{how:?}");
        assert_eq!(rows(1)[1].len(), 60);
    }
    let folds = |seed| StratifiedKFold::new(5).seed(seed).folds(&input).unwrap();
    assert_eq!(folds(1), folds(1));
    assert_ne!(folds(1), folds(2));
    assert_eq!(KFold::new(5).folds(&input).unwrap().len(), 5);
}
