//! Every step against the conformance suite.
#![allow(clippy::unwrap_used)]

use ml_data::contract::{Apply, Transformer};
use ml_data::prelude::*;
use ml_data::random::{RngExt, generator};
use ml_data::sample::{ClassLabels, NoLabels, RealLabels};
use ml_data::testkit::{Claims, CountingAllocator, Fixture, check_step};
use ml_features::columns::On;
use ml_features::prelude::*;
use serde::{Deserialize, Serialize};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Two numeric, one boolean and two categorical columns, with values missing in each.
fn table(n: usize, seed: u64) -> Table {
    let mut rng = generator(seed, "fixture", 0);
    let missing = |rng: &mut ml_data::random::Xoshiro256PlusPlus| rng.random_bool(0.1);
    let num = |scale: f64, rng: &mut _| -> Vec<f64> {
        (0..n)
            .map(|_| {
                if missing(rng) {
                    f64::NAN
                } else {
                    rng.random::<f64>() * scale
                }
            })
            .collect()
    };
    let cat = |k: u32, rng: &mut _| -> Vec<Option<String>> {
        (0..n)
            .map(|_| (!missing(rng)).then(|| format!("l{}", rng.random_range(0..k))))
            .collect()
    };
    Table::new([
        ("a", Column::num(num(1.0, &mut rng))),
        ("b", Column::num(num(1e6, &mut rng))),
        (
            "c",
            Column::bool((0..n).map(|_| (!missing(&mut rng)).then(|| rng.random_bool(0.3)))),
        ),
        ("d", Column::cat(cat(4, &mut rng))),
        ("e", Column::cat(cat(12, &mut rng))),
    ])
    .unwrap()
}

fn strange(like: &Table) -> Table {
    let t = Table::new([
        (
            "a",
            Column::num([f64::INFINITY, f64::NAN, f64::NEG_INFINITY]),
        ),
        ("b", Column::num([f64::NAN; 3])),
        ("c", Column::bool([None, Some(true), None])),
        ("d", Column::cat([Some("never seen"), None, Some("l0")])),
        ("e", Column::cat([None, Some("never seen"), None])),
    ]);
    t.unwrap().conform(like.schema()).unwrap()
}

fn labels(n: usize) -> RealLabels {
    let mut rng = generator(9, "labels", 0);
    RealLabels::new((0..n).map(|_| rng.random::<f64>()).collect::<Vec<_>>()).unwrap()
}

fn fixture(columns: &[&str]) -> Fixture<Table, RealLabels> {
    let train = table(120, 1);
    let valid = table(40, 2).conform(train.schema()).unwrap();
    let strange = strange(&train);
    let pick = |t: &Table| t.select(columns).unwrap();
    Fixture {
        train: pick(&train),
        labels: labels(120),
        valid: pick(&valid),
        valid_labels: labels(40),
        strange: pick(&strange),
    }
}

/// On the numeric columns of a table, and on matrices.
fn numeric<T>(step: &T)
where
    T: Transformer<Table, Real, Out = Dense<f64>> + Transformer<Dense<f32>, Real, Out = Dense<f32>>,
{
    let f = fixture(&["a", "b", "c"]);
    let report = check_step::<Table, Real, _>(step, &f, Claims::default());
    assert!(report.passed(), "{report}");
    let plain = |t: &Table| {
        let x =
            |train: &Sample<Table, Unlabelled, Train>| Passthrough.fit_transform(train).unwrap().1;
        x(&t.clone().unlabelled().unwrap().into_train()).cast::<f32>()
    };
    let dense = Fixture {
        train: plain(&f.train),
        labels: f.labels.clone(),
        valid: plain(&f.valid),
        valid_labels: f.valid_labels.clone(),
        strange: Dense::from_rows(3, vec![f32::NAN; 3])
            .unwrap()
            .with_names(plain(&f.train).names().clone())
            .unwrap(),
    };
    let report = check_step::<Dense<f32>, Real, _>(
        step,
        &dense,
        Claims {
            weights: near(),
            ..Claims::default()
        },
    );
    assert!(report.passed(), "{report}");
}

/// Single precision output: a mean that differs in its last bits may round to the next number.
fn near() -> ml_data::testkit::Weights {
    ml_data::testkit::Weights::Honoured(1e-6)
}

fn categorical<T: Transformer<Table, Real, Out = Dense<f64>>>(step: &T, claims: Claims) {
    let report = check_step::<Table, Real, _>(step, &fixture(&["d", "e"]), claims);
    assert!(report.passed(), "{report}");
}

#[test]
fn imputers() {
    numeric(&SimpleImputer::median());
    numeric(&SimpleImputer::median().add_indicator(true));
    numeric(&SimpleImputer::mean().add_indicator(true));
    numeric(&SimpleImputer::constant(0.5).add_indicator(true));
    numeric(&Passthrough);
}

/// The logarithm of one more than the size of a number.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct LogSize;
impl NumFn for LogSize {
    fn value(&self, x: f64) -> f64 {
        x.abs().ln_1p()
    }
}

#[test]
fn functions() {
    numeric(&FunctionTransformer::new(LogSize));
}

#[test]
fn scalers() {
    numeric(&StandardScaler::new());
    numeric(&StandardScaler::new().with_mean(false));
}

#[test]
fn one_hot() {
    categorical(&OneHotEncoder::new(), Claims::default());
    categorical(
        &OneHotEncoder::new()
            .min_frequency(12)
            .drop(DropCategory::First),
        Claims::default(),
    );
    categorical(
        &OneHotEncoder::new()
            .max_categories(3)
            .handle_missing(HandleMissing::Ignore),
        Claims::default(),
    );
    categorical(
        &OneHotEncoder::new()
            .handle_unknown(HandleUnknown::InfrequentIfExist)
            .min_frequency(0.1),
        Claims::default(),
    );
    let refuses = Claims {
        takes_missing: false,
        ..Claims::default()
    };
    categorical(
        &OneHotEncoder::new().handle_unknown(HandleUnknown::Error),
        refuses,
    );
}

#[test]
fn ordinal() {
    categorical(&OrdinalEncoder::new(), Claims::default());
    let numbered = OrdinalEncoder::new()
        .categories(CategoryOrder::Frequency)
        .encoded_missing_value(-1.0)
        .unknown_value(-2.0)
        .min_frequency(8);
    categorical(&numbered, Claims::default());
    let refuses = Claims {
        takes_missing: false,
        ..Claims::default()
    };
    let strict = OrdinalEncoder::new().handle_unknown(HandleUnknown::Error);
    categorical(&strict, refuses);
}

/// Times around 1970, some missing, and of one column only days.
fn moments(n: usize, seed: u64) -> Table {
    let mut rng = generator(seed, "moments", 0);
    let mut column = |unit: i64| {
        let time = |_| {
            let t = rng.random_range(-20_000..20_000_i64) * unit;
            (!rng.random_bool(0.1)).then_some(t)
        };
        Column::time((0..n).map(time).collect::<Vec<_>>())
    };
    Table::new([("a", column(86_400_000_000)), ("b", column(123_456_789))]).unwrap()
}

#[test]
fn calendar() {
    let f = Fixture {
        train: moments(120, 1),
        labels: labels(120),
        valid: moments(40, 2),
        valid_labels: labels(40),
        strange: Table::new([
            ("a", Column::time([None, Some(i64::MAX)])),
            ("b", Column::time([Some(i64::MIN + 1), None])),
        ])
        .unwrap(),
    };
    let report = check_step::<Table, Real, _>(&Calendar::new(), &f, Claims::default());
    assert!(report.passed(), "{report}");
}

#[test]
fn target_encoder() {
    categorical(&TargetEncoder::new(), Claims::default());
    categorical(
        &TargetEncoder::new()
            .smooth(Smooth::Fixed(5.0))
            .handle_missing(HandleMissing::Ignore),
        Claims::default(),
    );
    let f = fixture(&["d", "e"]);
    let class = |i: usize| ["oak", "pine", "yew"][i * i % 7 % 3];
    let labels = |n| ClassLabels::of_names(&(0..n).map(class).collect::<Vec<_>>()).unwrap();
    let f = Fixture {
        train: f.train,
        labels: labels(120),
        valid: f.valid,
        valid_labels: labels(40),
        strange: f.strange,
    };
    let report = check_step::<Table, Class, _>(&TargetEncoder::new(), &f, Claims::default());
    assert!(report.passed(), "{report}");
}

#[test]
fn ordered_target_encoder() {
    categorical(&OrderedTargetEncoder::new(), Claims::default());
    categorical(
        &OrderedTargetEncoder::new().permutations(3).counts(true),
        Claims::default(),
    );
    let step = OrderedTargetEncoder::new()
        .permutations(1)
        .prior_weight(0.5);
    categorical(
        &step.handle_missing(HandleMissing::Ignore),
        Claims::default(),
    );
}

fn composed() -> impl Transformer<Table, Real, Out = Dense<f32>> {
    ColumnTransformer::new()
        .with(
            "a",
            SimpleImputer::median()
                .add_indicator(true)
                .then(StandardScaler::new()),
        )
        .with("d", OneHotEncoder::new().min_frequency(5))
        .with(Kind::Cat, TargetEncoder::new().cv(3))
        .remainder(Remainder::Passthrough)
        .f32()
}

#[test]
fn columns() {
    let all = fixture(&["a", "b", "c", "d", "e"]);
    let claims = Claims {
        weights: near(),
        permutation: Ok(1e-6),
        ..Claims::default()
    };
    let report = check_step::<Table, Real, _>(&composed(), &all, claims);
    assert!(report.passed(), "{report}");
    let nested = ColumnTransformer::new()
        .with(
            ["b", "a"],
            ColumnTransformer::new()
                .with("a", SimpleImputer::mean())
                .with("b", StandardScaler::new()),
        )
        .remainder(Remainder::Drop);
    let report = check_step::<Table, Real, _>(&nested, &all, Claims::default());
    assert!(report.passed(), "{report}");
    let list = vec![
        On("a".into(), SimpleImputer::median()),
        On(
            ["b", "c"].into(),
            SimpleImputer::median().add_indicator(true),
        ),
    ];
    let list = ColumnTransformer::list(list).remainder(Remainder::Drop);
    let report = check_step::<Table, Real, _>(&list, &all, Claims::default());
    assert!(report.passed(), "{report}");
}

#[test]
fn many_rows_give_the_same_bits_for_any_thread_count_and_by_row() {
    let (n, t) = (20_000, table(20_000, 5));
    let train = || {
        Dataset::<Table, Real>::new(t.clone(), labels(n))
            .unwrap()
            .into_train()
    };
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let (fitted, out) = composed().fit_transform(&train()).unwrap();
            (out, fitted.apply(train().x()).unwrap(), fitted)
        })
    };
    let bits = |x: &Dense<f32>| x.values().iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    let (out, applied, fitted) = run(1);
    for threads in [2, 4] {
        let (o, a, _) = run(threads);
        assert_eq!(bits(&out), bits(&o));
        assert_eq!(bits(&applied), bits(&a));
    }
    let (mut scratch, mut row) = (Default::default(), Vec::new());
    for i in (0..n).step_by(37) {
        row.clear();
        fitted.apply_row(t.row(i), &mut scratch, &mut row).unwrap();
        let same = row
            .iter()
            .zip(applied.row(i))
            .all(|(a, b)| a.to_bits() == b.to_bits());
        assert!(same, "row {i}");
    }
}

#[test]
fn steps_without_a_target_fit_unlabelled_rows() {
    let t = fixture(&["a", "b", "c"]).train;
    let labels: NoLabels = t.clone().unlabelled().unwrap().labels().clone();
    let f = Fixture {
        labels: labels.clone(),
        valid_labels: labels,
        valid: t.clone(),
        strange: t.clone(),
        train: t,
    };
    let report = check_step::<Table, Unlabelled, _>(&StandardScaler::new(), &f, Claims::default());
    assert!(report.passed(), "{report}");
}
