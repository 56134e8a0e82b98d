//! Training rows against the definition, row by row; folds.
#![allow(clippy::unwrap_used)]

use super::*;
use ml_data::prelude::*;
use ml_data::table::MISSING_CODE;

/// Rows, the levels of two columns (`None` is missing), targets and weights.
struct Data {
    columns: [Vec<Option<&'static str>>; 2],
    y: Vec<f64>,
    weights: Vec<f64>,
}

fn data() -> Data {
    let level = |names: &'static [&'static str], missing: usize| {
        move |i: usize| (i % missing != 2).then(|| names[i * i % 11 % names.len()])
    };
    let column = |names, missing| (0..60).map(level(names, missing)).collect();
    Data {
        columns: [
            column(&["a", "b", "c"], 7),
            column(&["u", "v", "w", "x"], 5),
        ],
        y: (0..60).map(|i| f64::from(i * 17 % 23) - 4.0).collect(),
        weights: (0..60).map(|i| f64::from(i % 4) * 0.75).collect(),
    }
}

/// Weight, mean and sum of squared differences of some rows.
fn moments(rows: &[(f64, f64)]) -> (f64, f64, f64) {
    let weight: f64 = rows.iter().map(|r| r.1).sum();
    let mean = rows.iter().map(|r| r.0 * r.1).sum::<f64>() / weight;
    let square = rows.iter().map(|r| r.1 * (r.0 - mean).powi(2)).sum();
    (weight, mean, square)
}

/// The encoding of a level by the rows for which `seen` says so: scikit-learn's formulas.
fn by_hand(
    d: &Data,
    c: usize,
    level: Option<&str>,
    step: TargetEncoder,
    seen: impl Fn(usize) -> bool,
) -> f64 {
    let rows = |all: bool| -> Vec<(f64, f64)> {
        let mine = |&i: &usize| seen(i) && (all || d.columns[c][i] == level);
        let rows = (0..60).filter(mine).map(|i| (d.y[i], d.weights[i]));
        rows.collect()
    };
    let (total, prior, spread) = moments(&rows(true));
    let (weight, mean, square) = moments(&rows(false));
    let neutral = level.is_none() && step.handle_missing == HandleMissing::Ignore;
    if weight == 0.0 || neutral {
        return prior;
    }
    let share = match step.smooth {
        Smooth::Fixed(s) => weight / (weight + s),
        Smooth::Auto => {
            let between = spread / total * weight;
            between / (between + square / weight)
        }
    };
    share * mean + (1.0 - share) * prior
}

#[test]
fn training_rows_are_encoded_by_the_other_folds() {
    let d = data();
    let table = Table::new([
        ("first", Column::cat(d.columns[0].iter().copied())),
        ("second", Column::cat(d.columns[1].iter().copied())),
        ("y", Column::num(d.y.iter().copied())),
    ]);
    let table = table.unwrap();
    let groups: Vec<u32> = (0..60).map(|i| 100 - i % 13).collect();
    for groups in [None, Some(groups)] {
        let labelled = table.clone().regression("y").unwrap();
        let mut sample = labelled.with_weights(d.weights.clone()).unwrap();
        if let Some(groups) = &groups {
            sample = sample.with_groups(groups.clone()).unwrap();
        }
        let train = sample.into_train();
        for smooth in [Smooth::Auto, Smooth::Fixed(2.5), Smooth::Fixed(0.0)] {
            for missing in [HandleMissing::Level, HandleMissing::Ignore] {
                let step = TargetEncoder::new().cv(4).seed(3);
                let step = step.smooth(smooth).handle_missing(missing);
                let (fitted, out) = step.fit_transform(&train).unwrap();
                let (fold, k) = step.assign(60, groups.as_deref()).unwrap();
                assert_eq!((k, out.values().len()), (4, 120));
                let names = fitted.names();
                let names: Vec<&str> = names.iter().collect();
                assert_eq!(names, ["first:target", "second:target"]);
                for i in 0..60 {
                    for c in 0..2 {
                        let level = d.columns[c][i];
                        let own = by_hand(&d, c, level, step, |j| fold[j] != fold[i]);
                        let found = out.values()[i * 2 + c];
                        assert!((found - own).abs() < 1e-12, "{i} {c}: {found} {own}");
                        let all = by_hand(&d, c, level, step, |_| true);
                        let learned = fitted.column(["first", "second"][c]).unwrap();
                        let learned = &learned.outputs()[0];
                        let code = level.map_or(MISSING_CODE, |l| {
                            let of = |code: &u32| {
                                let same = |j: &usize| d.columns[c][*j] == Some(l);
                                let row = (0..60).find(same).unwrap();
                                train.x().data().column(c).as_codes().unwrap()[row] == *code
                            };
                            (0..9).find(of).unwrap()
                        });
                        let found = learned.encoding(code);
                        assert!((found - all).abs() < 1e-12, "{i} {c}: {found} {all}");
                    }
                }
                let prior = moments(&(0..60).map(|i| (d.y[i], d.weights[i])).collect::<Vec<_>>());
                let learned = &fitted.column("first").unwrap().outputs()[0];
                assert!((learned.prior() - prior.1).abs() < 1e-12);
                assert_eq!(learned.encoding(77), learned.prior());
            }
        }
    }
}

/// A target of classes is as many encoders as there are classes, each of an indicator, whose folds
/// are the same.
#[test]
fn classes_are_encoded_one_against_the_rest() {
    let d = data();
    let class = |i: usize| ["x", "y", "z"][i * i % 7 % 3];
    let column = |c: usize| Column::cat(d.columns[c].iter().copied());
    let table = Table::new([("first", column(0)), ("second", column(1))]).unwrap();
    let with = |name: &str, column| table.clone().with_column(name, column).unwrap();
    let step = TargetEncoder::new().cv(4).seed(3);
    let classes = with("class", Column::cat((0..60).map(|i| Some(class(i)))));
    let classes = classes.classes("class").unwrap();
    let (fitted, out) = step.fit_transform(&classes.into_train()).unwrap();
    let names: Vec<String> = fitted.names().iter().map(str::to_string).collect();
    assert_eq!(names[..2], ["first:target=x", "first:target=y"]);
    assert_eq!(names[5], "second:target=z");
    for (k, one) in ["x", "y", "z"].into_iter().enumerate() {
        let is = Column::num((0..60).map(|i| f64::from(u8::from(class(i) == one))));
        let train = with("is", is).regression("is").unwrap().into_train();
        let (own, rows) = step.fit_transform(&train).unwrap();
        for (c, name) in ["first", "second"].into_iter().enumerate() {
            let learned = &fitted.column(name).unwrap().outputs()[k];
            assert_eq!(learned.class(), Some(one));
            let own = &own.column(name).unwrap().outputs()[0];
            assert_eq!(own.class(), None);
            for code in [0, 1, 2, 3, MISSING_CODE] {
                assert_eq!(learned.encoding(code), own.encoding(code));
            }
            for i in 0..60 {
                assert_eq!(out.values()[i * 6 + c * 3 + k], rows.values()[i * 2 + c]);
            }
        }
    }
}

#[test]
fn folds_are_of_even_size_and_shuffled_by_the_seed() {
    let of = |n, folds, seed, groups: Option<&[u32]>| {
        let step = TargetEncoder::new().cv(folds).seed(seed);
        step.assign(n, groups).unwrap()
    };
    let sizes = |fold: &[u8], k: usize| -> Vec<usize> {
        let size = |f| fold.iter().filter(|g| usize::from(**g) == f).count();
        (0..k).map(size).collect()
    };
    let (fold, k) = of(100, 5, 1, None);
    assert_eq!((k, sizes(&fold, 5)), (5, vec![20; 5]));
    assert_ne!(fold, of(100, 5, 2, None).0);
    assert!(!fold.is_sorted());
    let (fold, k) = of(11, 3, 0, None);
    let mut uneven = sizes(&fold, 3);
    uneven.sort_unstable();
    assert_eq!((k, uneven), (3, vec![3, 4, 4]));
    // No more folds than rows, nor than groups.
    let (fold, k) = of(3, 5, 0, None);
    assert_eq!((k, sizes(&fold, 3)), (3, vec![1; 3]));
    let groups: Vec<u32> = (0..80).map(|i| 7 * (i % 16)).collect();
    let (fold, k) = of(80, 4, 1, Some(&groups));
    assert_eq!((k, sizes(&fold, 4)), (4, vec![20; 4]));
    for i in 16..80 {
        assert_eq!(fold[i], fold[i % 16], "rows of one group");
    }
    assert_ne!(fold, of(80, 4, 2, Some(&groups)).0);
    let two: Vec<u32> = (0..10).map(|i| i / 5).collect();
    let (fold, k) = of(10, 4, 0, Some(&two));
    assert_eq!((k, sizes(&fold, 2)), (2, vec![5; 2]));
    // One group is none.
    let one = of(10, 4, 0, Some(&[6; 10]));
    assert_eq!(one, of(10, 4, 0, None));
    let alone = TargetEncoder::new().assign(1, Some(&[6])).unwrap_err();
    assert!(alone.to_string().contains("at least two training rows"));
    assert_eq!(of(2, 5, 0, None).1, 2);
}

#[test]
fn parameters_at_their_bounds() {
    let new = TargetEncoder::new;
    assert!(new().cv(2).check().is_ok() && new().cv(255).check().is_ok());
    for bad in [0, 1, 256] {
        let e = new().cv(bad).check().unwrap_err().to_string();
        assert!(e.contains(&format!("`cv` = {bad}")), "{e}");
    }
    assert!(new().smooth(Smooth::Fixed(0.0)).check().is_ok());
    for bad in [-0.5, f64::NAN, f64::INFINITY] {
        let e = new().smooth(Smooth::Fixed(bad)).check().unwrap_err();
        assert!(e.to_string().contains("`smooth`"), "{e}");
    }
    assert_eq!(Params::name(&new()), "TargetEncoder");
}

#[test]
fn weight_in_one_fold_only_and_targets_too_large_are_refused() {
    let of = |y: &[f64], weights: Vec<f64>, smooth| {
        let table = Table::new([
            ("c", Column::cat(vec![Some("a"); y.len()])),
            ("y", Column::num(y.iter().copied())),
        ]);
        let data = table.unwrap().regression("y").unwrap();
        let step = TargetEncoder::new().cv(2).smooth(smooth);
        let sample = data.with_weights(weights).unwrap().into_train();
        step.fit_transform(&sample)
    };
    let text = |r: Result<_>| -> String {
        let r: Result<(FittedTargetEncoder, Dense<f64>)> = r;
        r.unwrap_err().to_string()
    };
    let one = vec![0.0, 0.0, 1.0, 0.0];
    let e = text(of(&[1.0, 2.0, 3.0, 4.0], one, Smooth::Auto));
    assert_eq!(
        e,
        "TargetEncoder: column `c`: all weight lies in one fold of the cross-fitting"
    );
    let wide = [1e300, -1e300, 1e300, -1e300];
    let e = text(of(&wide, vec![1.0; 4], Smooth::Auto));
    assert!(e.ends_with("its variance is not a finite number"), "{e}");
    // The means are numbers, and nothing else is asked for.
    assert!(of(&wide, vec![1.0; 4], Smooth::Fixed(1.0)).is_ok());
    let widest = [f64::MAX, -f64::MAX, f64::MAX, -f64::MAX];
    let e = text(of(&widest, vec![1.0; 4], Smooth::Fixed(1.0)));
    assert!(e.ends_with("its mean is not a finite number"), "{e}");
}

/// Moments merged in any order are those of all rows.
#[test]
fn moments_merge() {
    let rows = [(1.0, 2.0), (4.0, 1.0), (-2.0, 0.5), (7.0, 0.0), (3.0, 3.0)];
    let pushed = |rows: &[(f64, f64)]| {
        let mut m = Moments::default();
        rows.iter().for_each(|(x, w)| m.push(*x, *w));
        m
    };
    let (weight, mean, square) = moments(&rows);
    for cut in 0..=5 {
        let mut m = pushed(&rows[..cut]);
        m.merge(&pushed(&rows[cut..]));
        assert!((m.weight - weight).abs() < 1e-14, "{m:?}");
        assert!(
            (m.mean - mean).abs() < 1e-14 && (m.square - square).abs() < 1e-13,
            "{m:?}"
        );
    }
}
