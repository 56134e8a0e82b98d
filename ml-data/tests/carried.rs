//! Companions of rows: labels, weights, times, groups and initial scores stay beside their
//! rows, whatever is taken.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use ml_data::repr::{Dense, Names, RowSet, Rows};
use ml_data::sample::{
    AsReal, Binary, BinaryLabels, Class, ClassLabels, Dataset, GroupKFold, KFold, Labels, NoLabels,
    Prediction, Probabilities, Real, RealLabels, Relevance, RelevanceLabels, Scores, Split,
    SplitInput, Splitter, Target, TimeSeriesSplit, TrainValidTest, Unlabelled,
};
use ml_data::table::{Column, Role, Table};

const LIST: [u32; 3] = [3, 1, 1];

#[test]
fn labels_are_taken_and_joined_in_order() {
    let list = RowSet::List(&LIST);
    let real = RealLabels::new(vec![0.5, 1.5, 2.5, 3.5]).unwrap();
    assert_eq!(real.take(list).values(), [3.5, 1.5, 1.5]);
    assert_eq!(real.take(RowSet::Range(1, 3)).values(), [1.5, 2.5]);
    assert!(real.take(RowSet::Range(3, 1)).values().is_empty());
    let joined = RealLabels::concat(&[real.take(list), real.clone()]).unwrap();
    assert_eq!(joined.values(), [3.5, 1.5, 1.5, 0.5, 1.5, 2.5, 3.5]);
    assert_eq!((real.len(), real.is_empty()), (4, false));
    assert!(real.take(RowSet::List(&[])).is_empty());
    assert_eq!(Real::real(&real, 2), 2.5);
    assert!(real.queries().is_none());

    let binary = BinaryLabels::new(vec![0, 1, 1, 0], "yes").unwrap();
    let taken = binary.take(RowSet::List(&[2, 0]));
    assert_eq!((taken.values(), taken.positive()), (&[1, 0][..], "yes"));
    assert_eq!([0, 1].map(|i| Binary::real(&binary, i)), [0.0, 1.0]);
    let joined = BinaryLabels::concat(&[taken, binary.clone()]).unwrap();
    assert_eq!(joined.values(), [1, 0, 0, 1, 1, 0]);
    assert_eq!((joined.positive(), joined.len()), ("yes", 6));
    let other = BinaryLabels::new(vec![1], "no").unwrap();
    let e = BinaryLabels::concat(&[binary, other]).unwrap_err();
    assert!(
        e.to_string().contains("expected \"yes\", found \"no\""),
        "{e}"
    );

    let names: Vec<Box<str>> = vec!["a".into(), "b".into(), "c".into()];
    let classes = ClassLabels::new(vec![2, 0, 1, 2], names.clone()).unwrap();
    let taken = classes.take(list);
    assert_eq!(
        (taken.codes(), taken.classes()),
        (&[2, 0, 0][..], &names[..])
    );
    let joined = ClassLabels::concat(&[taken, classes.clone()]).unwrap();
    assert_eq!(joined.codes(), [2, 0, 0, 2, 0, 1, 2]);
    assert_eq!((joined.classes(), classes.len()), (&names[..], 4));
    let other = ClassLabels::new(vec![0], names[..1].to_vec()).unwrap();
    assert!(ClassLabels::concat(&[classes, other]).is_err());
    assert!(ClassLabels::concat(&[]).is_err());

    let graded = RelevanceLabels::new(vec![0.0, 1.0, 2.0, 3.0], vec![7, 7, 8, 9]).unwrap();
    let taken = graded.take(list);
    assert_eq!(taken.grades(), [3.0, 1.0, 1.0]);
    assert_eq!(taken.query_ids(), [9, 7, 7]);
    assert_eq!(taken.queries(), Some(&[9, 7, 7][..]));
    assert_eq!(Relevance::real(&graded, 2), 2.0);
    let joined = RelevanceLabels::concat(&[taken, graded.clone()]).unwrap();
    assert_eq!(joined.query_ids(), [9, 7, 7, 7, 7, 8, 9]);
    assert_eq!(
        (joined.grades()[0], joined.len(), graded.len()),
        (3.0, 7, 4)
    );

    let table = Table::new([("x", Column::num([1.0, 2.0, 3.0]))]).unwrap();
    let none = table.unlabelled().unwrap();
    let labels: &NoLabels = none.labels();
    assert_eq!([labels.len(), labels.take(list).len()], [3, 3]);
    assert_eq!(labels.take(RowSet::Range(0, 2)).len(), 2);
    let joined = NoLabels::concat(&[labels.clone(), labels.take(RowSet::Range(0, 2))]).unwrap();
    assert_eq!(joined.len(), 5);
    let names = [
        Unlabelled::NAME,
        Real::NAME,
        Binary::NAME,
        Class::NAME,
        Relevance::NAME,
    ];
    assert_eq!(
        names,
        ["Unlabelled", "Real", "Binary", "Class", "Relevance"]
    );
}

#[test]
fn bad_labels_are_named_with_their_row() {
    let real = |x| RealLabels::new(vec![1.0, x]).unwrap_err().to_string();
    for text in [real(f64::NAN), real(f64::INFINITY)] {
        assert!(
            text.contains("row 1") && text.contains("a finite number"),
            "{text}"
        );
    }
    let e = BinaryLabels::new(vec![0, 1, 2], "x")
        .unwrap_err()
        .to_string();
    assert!(e.contains("row 2") && e.contains("0 or 1"), "{e}");
    let e = ClassLabels::new(vec![1, 2], vec!["a".into(), "b".into()]).unwrap_err();
    assert!(
        e.to_string().contains("row 1") && e.to_string().contains("below 2"),
        "{e}"
    );
    let grade = |g: f32| RelevanceLabels::new(vec![0.0, g], vec![1, 1]);
    assert!(grade(0.0).is_ok());
    for g in [-0.5, f32::NAN, f32::INFINITY] {
        let e = grade(g).unwrap_err().to_string();
        assert!(e.contains("row 1"), "{e}");
    }
    assert!(RelevanceLabels::new(vec![0.0], vec![1, 1]).is_err());
}

#[test]
fn predictions_grow_row_by_row() {
    let mut scores = Scores(vec![0.5, 0.25]);
    assert_eq!((scores.len(), scores.row(1)), (2, 0.25));
    scores.push(&0.75);
    let copy = scores.clone();
    scores.push_row(&copy, 1);
    assert_eq!(scores.values(), [0.5, 0.25, 0.75, 0.25]);
    let mut buf = 3.0;
    assert_eq!(Scores::view(&buf), 3.0);
    Scores::clear(&mut buf);
    assert_eq!(buf, 0.0);

    let mut p = Probabilities::new(3, vec![0.1, 0.2, 0.7, 0.3, 0.4, 0.3, 0.5, 0.25, 0.25]).unwrap();
    assert_eq!((p.classes(), p.len()), (3, 3));
    assert_eq!([p.row(0), p.row(1)], [&[0.1, 0.2, 0.7], &[0.3, 0.4, 0.3]]);
    assert_eq!(p.row(2), [0.5, 0.25, 0.25]);
    p.push(&vec![1.0, 0.0, 0.0]);
    assert_eq!((p.len(), p.row(3)), (4, &[1.0, 0.0, 0.0][..]));
    let mut other = Probabilities::default();
    assert_eq!((other.len(), other.is_empty()), (0, true));
    other.push_row(&p, 1);
    other.push_row(&p, 3);
    assert_eq!((other.classes(), other.len()), (3, 2));
    assert_eq!(other.values(), [0.3, 0.4, 0.3, 1.0, 0.0, 0.0]);
    let mut first = Probabilities::default();
    first.push(&vec![0.5, 0.5]);
    assert_eq!((first.classes(), first.len()), (2, 1));
    let mut buf = vec![0.5, 0.5];
    assert_eq!(Probabilities::view(&buf), [0.5, 0.5]);
    Probabilities::clear(&mut buf);
    assert!(buf.is_empty());
    assert!(Probabilities::new(2, vec![0.5; 3]).is_err());
    assert!(Probabilities::new(0, vec![0.5]).is_err());
    assert!(Probabilities::new(0, vec![]).is_ok());
}

/// Eight rows whose number is in everything they carry.
fn dataset() -> Dataset<Dense, Real> {
    let data = Dense::new(Names::new(["x"]), (0..8).map(f64::from).collect()).unwrap();
    Dataset::<_, Real>::new(
        data,
        RealLabels::new((0..8).map(f64::from).collect::<Vec<_>>()).unwrap(),
    )
    .unwrap()
    .with_weights((0..8).map(|i| f64::from(i) / 2.0).collect::<Vec<_>>())
    .unwrap()
    .with_times((0..8).map(|i| i * 10).collect::<Vec<_>>())
    .unwrap()
    .with_groups((0..8).map(|i| 100 + i).collect::<Vec<u32>>())
    .unwrap()
    .with_init_score((0..16).map(|i| f64::from(i) / 2.0).collect::<Vec<_>>())
    .unwrap()
}

macro_rules! check_rows {
    ($sample:expr) => {{
        let s = $sample;
        let rows: Vec<f64> = s.x().iter().map(|r| r[0]).collect();
        assert_eq!(s.len(), rows.len());
        assert_eq!(s.is_empty(), rows.is_empty());
        assert_eq!(s.y().values(), rows);
        let of = |f: fn(f64) -> f64| rows.iter().map(|&r| f(r)).collect::<Vec<f64>>();
        assert_eq!(s.weights().unwrap(), of(|r| r / 2.0));
        let ints = |k: i64, of: i64| {
            rows.iter()
                .map(|&r| of + k * r as i64)
                .collect::<Vec<i64>>()
        };
        assert_eq!(s.times().unwrap(), ints(10, 0));
        let groups: Vec<i64> = s.groups().unwrap().iter().map(|&g| i64::from(g)).collect();
        assert_eq!(groups, ints(1, 100));
        let scores: Vec<f64> = rows.iter().flat_map(|&r| [r, r + 0.5]).collect();
        assert_eq!(s.init_score().unwrap(), scores);
        assert_eq!(s.header().iter().collect::<Vec<_>>(), ["x"]);
        rows.iter().map(|&r| r as u32).collect::<Vec<u32>>()
    }};
}

#[test]
fn everything_follows_its_row_through_splits_and_folds() {
    let d = dataset();
    assert_eq!((d.len(), d.is_empty(), d.labels().len()), (8, false, 8));
    assert_eq!(d.data().row(3), [3.0]);
    let TrainValidTest { train, valid, test } = d.split(Split::temporal(40, 60)).unwrap();
    assert_eq!(check_rows!(&train), [0, 1, 2, 3]);
    assert_eq!(check_rows!(&valid), [4, 5]);
    assert_eq!(test.len(), 2);
    assert_eq!(test.weights().unwrap(), [3.0, 3.5]);
    for (fit, held) in train.folds(&KFold::new(2).seed(3)).unwrap() {
        let mut all = [check_rows!(&fit), check_rows!(&held)].concat();
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3]);
    }
    let later = train.folds(&TimeSeriesSplit::new(3)).unwrap();
    let rows: Vec<_> = later
        .map(|(a, b)| (check_rows!(&a), check_rows!(&b)))
        .collect();
    assert_eq!(
        rows,
        [
            (vec![0], vec![1]),
            (vec![0, 1], vec![2]),
            (vec![0, 1, 2], vec![3])
        ]
    );
    let other = train
        .with_x(Dense::from_rows(1, vec![0.0, 1.0, 2.0, 3.0]).unwrap())
        .unwrap();
    assert_eq!(other.y().values(), [0.0, 1.0, 2.0, 3.0]);
    assert_eq!(other.init_score().unwrap().len(), 8);
    assert_eq!(other.times().unwrap(), [0, 10, 20, 30]);
    assert!(
        train
            .with_x(Dense::from_rows(1, vec![0.0; 3]).unwrap())
            .is_err()
    );
    assert_eq!(check_rows!(train.into_in_sample()).len(), 4);
    assert_eq!(check_rows!(dataset().into_train()).len(), 8);
    assert_eq!(check_rows!(dataset().into_valid()).len(), 8);
    assert_eq!(dataset().into_test().groups().unwrap().len(), 8);
}

#[test]
fn what_rows_carry_is_checked_with_its_row() {
    let text = |r: Result<Dataset<Dense, Real>, ml_data::Error>| r.err().unwrap().to_string();
    let mut weights = vec![1.0; 8];
    weights[5] = -0.5;
    let e = text(dataset().with_weights(weights.clone()));
    assert!(e.contains("row 5") && e.contains("-0.5"), "{e}");
    weights[5] = f64::INFINITY;
    assert!(dataset().with_weights(weights.clone()).is_err());
    weights[5] = 0.0;
    assert!(dataset().with_weights(weights).is_ok());
    let mut times = vec![0_i64; 8];
    times[6] = i64::MIN;
    assert!(text(dataset().with_times(times)).contains("row 6"));
    let mut scores = vec![0.0; 24];
    scores[14] = f64::NAN;
    let e = text(dataset().with_init_score(scores));
    assert!(e.contains("row 4"), "three a row: {e}");
    let e = text(dataset().with_init_score(vec![0.0; 12]));
    assert!(e.contains("expected 8") && e.contains("found 12"), "{e}");
    assert!(dataset().with_init_score(vec![0.0; 7]).is_err());
    assert!(dataset().with_groups(vec![0; 7]).is_err());
    assert!(dataset().with_times(vec![0; 9]).is_err());
}

#[test]
fn columns_of_a_table_become_what_their_role_says() {
    let table = Table::new([
        ("y", Column::bool([Some(true), Some(false), Some(true)])),
        ("x", Column::num([1.0, 2.0, 3.0])),
        ("w", Column::num([0.5, 1.5, 2.5])),
        ("t", Column::time([Some(30), Some(10), Some(20)])),
        ("g", Column::cat([Some("b"), Some("a"), Some("b")])),
        ("s0", Column::num([0.1, 0.2, 0.3])),
        ("s1", Column::num([1.1, 1.2, 1.3])),
        ("id", Column::num([7.0, 8.0, 9.0])),
    ])
    .unwrap();
    let mut table = table;
    for (name, role) in [
        ("w", Role::Weight),
        ("t", Role::Time),
        ("g", Role::Group),
        ("s0", Role::InitScore),
        ("s1", Role::InitScore),
        ("id", Role::Identifier),
    ] {
        table = table.with_role(name, role).unwrap();
    }
    let s = table.clone().regression("y").unwrap().into_train();
    assert_eq!(s.y().values(), [1.0, 0.0, 1.0]);
    assert_eq!(s.weights().unwrap(), [0.5, 1.5, 2.5]);
    assert_eq!(s.times().unwrap(), [30, 10, 20]);
    assert_eq!(s.groups().unwrap(), [0, 1, 0]);
    assert_eq!(s.init_score().unwrap(), [0.1, 1.1, 0.2, 1.2, 0.3, 1.3]);
    let left: Vec<&str> = s.header().fields().iter().map(|f| f.name()).collect();
    assert_eq!(left, ["x", "id"]);
    let b = table.clone().binary("y", "false").unwrap();
    assert_eq!(b.labels().values(), [0, 1, 0]);
    let e = table
        .clone()
        .binary("y", "perhaps")
        .err()
        .unwrap()
        .to_string();
    assert!(e.contains("is called `perhaps`; there is "), "{e}");
    let c = table.clone().classes("g").unwrap();
    assert_eq!(
        (c.labels().codes(), c.labels().classes().len()),
        (&[1, 0, 1][..], 2)
    );
    assert_eq!(&*c.labels().classes()[0], "a");
    let numbers = table.clone().classes("x").unwrap();
    assert_eq!(&*numbers.labels().classes()[2], "3");
    let r = table.clone().relevance("x", "g").unwrap();
    assert_eq!(r.labels().grades(), [1.0, 2.0, 3.0]);
    assert_eq!(r.labels().query_ids(), [0, 1, 0]);
    assert!(table.regression("g").is_err());
    let holes = Table::new([
        ("n", Column::num([1.0, f64::NAN])),
        ("b", Column::bool([Some(true), None])),
        ("c", Column::cat([Some("a"), None])),
    ])
    .unwrap();
    for name in ["n", "b", "c"] {
        for e in [
            holes.clone().classes(name).err().unwrap(),
            holes.clone().binary(name, "true").err().unwrap(),
        ] {
            assert!(e.to_string().contains("row 1"), "{e}");
        }
    }
    assert!(holes.clone().regression("b").is_err() && holes.regression("n").is_err());
}

#[test]
fn splits_are_exact_at_their_borders() {
    let times = [0, 39, 40, 41, 59, 60, 61, 54, 55, 34, 35];
    let rows = |s: Split| s.rows(&SplitInput::of(11).times(Some(&times))).unwrap();
    assert_eq!(
        rows(Split::temporal(40, 60)),
        [vec![0, 1, 9, 10], vec![2, 3, 4, 7, 8], vec![5, 6]]
    );
    assert_eq!(
        rows(Split::temporal(40, 60).gap(5)),
        [vec![0, 9], vec![2, 3, 7], vec![5, 6]]
    );
    assert!(
        Split::temporal(60, 60)
            .rows(&SplitInput::of(11).times(Some(&times)))
            .is_err(),
        "no validation rows"
    );
    let e = Split::temporal(61, 60)
        .rows(&SplitInput::of(11).times(Some(&times)))
        .unwrap_err();
    assert!(e.to_string().contains("valid_from"), "{e}");
    // Shares are rounded, and lie inside (0, 1) together.
    let sizes = |v, t| {
        Split::random(v, t)
            .rows(&SplitInput::of(11))
            .map(|p| p.map(|p| p.len()))
            .ok()
    };
    assert_eq!(sizes(0.25, 0.4), Some([4, 3, 4]));
    assert_eq!(
        [
            sizes(0.5, 0.5),
            sizes(1.0, 0.1),
            sizes(0.1, 0.0),
            sizes(0.1, 1.0)
        ],
        [None; 4]
    );
    assert_eq!(sizes(0.1, 0.2), Some([8, 1, 2]));
    // The seed decides, and decides the same on every platform.
    let of = |seed| {
        Split::random(0.3, 0.3)
            .seed(seed)
            .rows(&SplitInput::of(11))
            .unwrap()
    };
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
    let groups: Vec<u32> = (0..60).map(|i| i % 30).collect();
    let grouped = |seed| {
        Split::group(0.3, 0.2)
            .seed(seed)
            .rows(&SplitInput::of(60).groups(Some(&groups)))
            .unwrap()
    };
    assert_ne!(grouped(1), grouped(2));
    let each: Vec<u32> = (0..200).collect();
    let sizes = (0..60).fold([0, 0, 0], |mut all, seed| {
        let parts = Split::group(0.3, 0.2)
            .seed(seed)
            .rows(&SplitInput::of(200).groups(Some(&each)));
        for (n, part) in all.iter_mut().zip(parts.unwrap()) {
            *n += part.len();
        }
        all
    });
    for (n, share) in sizes.iter().zip([0.5, 0.3, 0.2]) {
        let off = f64::from(*n as u32) / 12_000.0 - share;
        assert!(off.abs() < 0.023, "{sizes:?}");
    }
}

#[test]
fn folds_are_even_shuffled_and_complete() {
    let folds = |n, k, seed| KFold::new(k).seed(seed).folds(&SplitInput::of(n)).unwrap();
    let sizes: Vec<usize> = folds(11, 4, 0).iter().map(|f| f.1.len()).collect();
    assert_eq!(sizes.iter().sum::<usize>(), 11);
    assert!(sizes.iter().all(|s| (2..=3).contains(s)), "{sizes:?}");
    assert_ne!(folds(11, 4, 0), folds(11, 4, 1));
    assert_ne!(
        folds(40, 2, 0)[0].1,
        (0..20).collect::<Vec<u32>>(),
        "shuffled"
    );
    assert_eq!(KFold::new(3).folds(&SplitInput::of(3)).unwrap().len(), 3);
    let e = KFold::new(4)
        .folds(&SplitInput::of(3))
        .unwrap_err()
        .to_string();
    assert!(e.contains("4 folds") && e.contains("found 3"), "{e}");
    assert!(KFold::new(1).folds(&SplitInput::of(3)).is_err());
    assert!(
        KFold::new(2)
            .folds(&SplitInput::of(3).groups(Some(&[1])))
            .is_err()
    );
    // Groups of 5, 3, 2, 2, 1 rows go to the lightest fold, the largest first.
    let groups = [4, 4, 4, 4, 4, 9, 9, 9, 1, 1, 2, 2, 7];
    let by_group = GroupKFold::new(2)
        .folds(&SplitInput::of(13).groups(Some(&groups)))
        .unwrap();
    let held: Vec<Vec<u32>> = by_group
        .iter()
        .map(|f| f.1.iter().map(|&r| groups[r as usize]).collect())
        .collect();
    assert_eq!(held, [vec![4, 4, 4, 4, 4, 2, 2], vec![9, 9, 9, 1, 1, 7]]);
    assert_eq!(by_group[0].0.len(), 6);
    assert!(
        GroupKFold::new(6)
            .folds(&SplitInput::of(13).groups(Some(&groups)))
            .is_err()
    );
    assert!(
        GroupKFold::new(5)
            .folds(&SplitInput::of(13).groups(Some(&groups)))
            .is_ok()
    );
    // Time goes from old to new, whatever the order of rows; the newest rows are held out.
    let times = [50, 10, 40, 20, 30, 60, 0];
    let at = |split: TimeSeriesSplit| split.folds(&SplitInput::of(7).times(Some(&times)));
    let windows = at(TimeSeriesSplit::new(2)).unwrap();
    assert_eq!(
        windows,
        [
            (vec![6, 1, 3], vec![4, 2]),
            (vec![6, 1, 3, 4, 2], vec![0, 5])
        ]
    );
    let gap = at(TimeSeriesSplit::new(2).gap(2)).unwrap();
    assert_eq!(gap, [(vec![6], vec![4, 2]), (vec![6, 1, 3], vec![0, 5])]);
    let e = at(TimeSeriesSplit::new(2).gap(3)).unwrap_err().to_string();
    assert!(e.contains("gap") && e.contains('3'), "{e}");
    assert!(at(TimeSeriesSplit::new(6)).is_ok() && at(TimeSeriesSplit::new(7)).is_err());
}
