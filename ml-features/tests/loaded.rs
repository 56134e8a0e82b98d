//! Whatever is loaded keeps its promises: payloads are changed, signed again, loaded, and used.
#![allow(clippy::unwrap_used)]

use ml_data::artifact::{load_as, save};
use ml_data::contract::{Estimator, FittedPipeline, Params, Predict, Transformer};
use ml_data::prelude::*;
use ml_data::sample::Scores;
use ml_data::testkit::{CountingAllocator, check_damaged, check_damaged_model, check_damaged_step};
use ml_features::aggregate::{AsOf, AsOfFeatures, EventLog, Feature, LoggedEvent, Of, days};
use ml_features::impute::FittedImputer;
use ml_features::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn table() -> Table {
    let city = |i: usize| (i % 5 != 4).then_some(["Riga", "Oslo", "Rome"][i % 3]);
    let missing = |i: usize, x: f64| if i % 7 == 3 { f64::NAN } else { x };
    Table::new([
        ("a", Column::num((0..60).map(|i| missing(i, i as f64)))),
        ("b", Column::num((0..60).map(|i| 1e6 / (1 + i) as f64))),
        ("city", Column::cat((0..60).map(city))),
        (
            "at",
            Column::time((0..60).map(|i| Some(i * 86_400_000_000))),
        ),
        ("y", Column::num((0..60).map(|i| (i * 13 % 29) as f64))),
    ])
    .unwrap()
}

fn train() -> Sample<Table, Real, Train> {
    table().regression("y").unwrap().into_train()
}

/// Predicts the sum of a row.
#[derive(Debug, Clone)]
struct Sum;
#[derive(Debug, Serialize, Deserialize)]
struct FittedSum(Names);

impl Params for Sum {
    fn name(&self) -> &'static str {
        "Sum"
    }
}
impl<Y: Target<Prediction = Scores>> Estimator<Dense, Y> for Sum {
    type Model = FittedSum;
    fn learn(&self, train: &Sample<Dense, Y, Train>) -> Result<FittedSum> {
        Ok(FittedSum(train.header().clone()))
    }
}
impl Predict<Dense> for FittedSum {
    type Prediction = Scores;
    type Scratch = ();
    fn input(&self) -> &Names {
        &self.0
    }
    fn predict_row(&self, row: &[f64], (): &mut (), out: &mut f64) -> Result<()> {
        *out = row.iter().sum();
        Ok(())
    }
}

fn steps() -> impl Transformer<Table, Real, Out = Dense> {
    ColumnTransformer::new()
        .with(
            "a",
            SimpleImputer::median()
                .add_indicator(true)
                .then(StandardScaler::new()),
        )
        .with(Kind::Cat, OneHotEncoder::new().min_frequency(13))
        .with("city", TargetEncoder::new().cv(3))
        .with("at", Calendar::new())
        .remainder(Remainder::Passthrough)
}

/// Damages one fitted step two thousand times.
fn damage<T: Transformer<Table, Real>>(columns: &[usize], step: &T) {
    let train = train().project(columns);
    let (fitted, _) = step.fit_transform(&train).unwrap();
    let done = check_damaged_step(&fitted, train.x(), 2000).unwrap();
    assert!(done.loaded > 0 && done.loaded < done.tried, "{done:?}");
}

#[test]
fn case_v6_damaged_steps_never_panic() {
    damage(&[0, 1], &SimpleImputer::median().add_indicator(true));
    damage(&[0], &SimpleImputer::mean());
    damage(&[1], &StandardScaler::new());
    damage(&[0, 1], &Passthrough);
    damage(
        &[2],
        &OneHotEncoder::new().handle_unknown(HandleUnknown::Error),
    );
    damage(&[2], &OrdinalEncoder::new());
    damage(&[2], &TargetEncoder::new());
    damage(&[2], &OrderedTargetEncoder::new().counts(true));
    damage(&[3], &Calendar::new());
    damage(&[0, 1, 2, 3], &steps());
}

#[test]
fn case_v6_damaged_pipelines_never_panic() {
    let model = steps().model(Sum).fit(&train()).unwrap();
    let rows = table().drop(&["y"]).unwrap();
    let done = check_damaged_model(&model, View::all(&rows), 6000).unwrap();
    assert!(done.loaded > 0 && done.loaded < done.tried, "{done:?}");
    let list = vec![
        ml_features::columns::On("a".into(), SimpleImputer::median()),
        ml_features::columns::On("b".into(), SimpleImputer::median()),
    ];
    let list = ColumnTransformer::list(list).remainder(Remainder::Drop);
    let model = list.model(Sum).fit(&train()).unwrap();
    check_damaged_model(&model, View::all(&rows), 3000).unwrap();
}

#[test]
fn case_v6_damaged_aggregates_never_panic() {
    let event = |i: u32| LoggedEvent {
        user: i % 5,
        item: i % 7,
        time: i64::from(i * 31 % 97),
        value: f64::from(i),
        kind: (i % 2) as u8,
    };
    let log = EventLog::new((0..60).map(event).collect()).unwrap();
    let done = check_damaged(&log, 3000, |log: &EventLog| {
        let _ = (log.before(50).len(), log.of_kind(1).len());
    });
    let done = done.unwrap();
    assert!(done.loaded > 0 && done.loaded < done.tried, "{done:?}");
    let all = AsOf::new()
        .rfm(Of::User)
        .window(Of::Item, 20)
        .velocity(Of::User, days(1.0))
        .velocity(Of::Pair, 9)
        .trend(Of::Item, 5, 30)
        .with(Feature::Age(Of::Pair))
        .history();
    let uses = |f: &AsOfFeatures| {
        let mut row = Vec::new();
        for (user, item) in [(0, 0), (4, 6), (2, 3), (9, 9)] {
            for at in [i64::MIN, 0, 50, i64::MAX] {
                row.clear();
                f.features_into(user, item, at, &mut row);
            }
        }
        let _ = f.batch(&[0, 1, 9], &[0, 6, 9], &[10, 90, 50]);
    };
    let done = check_damaged(&all.build(&log).unwrap(), 6000, uses).unwrap();
    assert!(done.loaded > 0 && done.loaded < done.tried, "{done:?}");
}

/// The state with one value changed, loaded again.
fn changed<T: Serialize + DeserializeOwned>(
    state: &T,
    at: &str,
    to: impl Into<Value>,
) -> Result<T, String> {
    let mut all = serde_json::to_value(state).unwrap();
    *all.pointer_mut(at).unwrap() = to.into();
    serde_json::from_value(all).map_err(|e| e.to_string())
}

#[test]
fn case_v6_what_is_wrong_with_a_loaded_step_is_said() {
    let fit = |columns: &[usize]| train().project(columns);
    let (f, _) = SimpleImputer::median()
        .fit_transform(&fit(&[0, 1]))
        .unwrap();
    assert!(changed(&f, "/width", 2).is_ok());
    let e = changed(&f, "/width", 1_u64 << 40).unwrap_err();
    assert_eq!(
        e,
        "SimpleImputer: expected 2 output columns of 2 input columns, found 1099511627776 of 2"
    );
    assert!(changed(&f, "/reach", 1).is_err());
    let e = changed(&f, "/columns/1/offset", 7).unwrap_err();
    assert_eq!(
        e,
        "SimpleImputer: column `b` reads position 1 and writes at 7, expected 1"
    );
    assert!(changed(&f, "/columns/1/position", u64::MAX).is_err());

    let (f, _) = OneHotEncoder::new().fit_transform(&fit(&[2])).unwrap();
    let e = changed(&f, "/columns/0/cell/slots/1", 9).unwrap_err();
    assert_eq!(e, "OneHotEncoder: a level sets column 9 of 4");
    let (f, _) = OrdinalEncoder::new().fit_transform(&fit(&[2])).unwrap();
    let e = changed(&f, "/columns/0/cell/numbers/1", 1e300).unwrap_err();
    assert!(
        e.starts_with("OrdinalEncoder: expected a whole number below 3"),
        "{e}"
    );
    let (f, _) = StandardScaler::new().fit_transform(&fit(&[1])).unwrap();
    let e = changed(&f, "/columns/0/cell/scale", 0.0).unwrap_err();
    assert!(e.contains("a scale above 0"), "{e}");
    let (f, _) = Calendar::new().fit_transform(&fit(&[3])).unwrap();
    assert!(changed(&f, "/columns/0/cell/parts", json!([])).is_err());
    let step = OrderedTargetEncoder::new().counts(true);
    let (f, _) = Transformer::<Table, Real>::fit_transform(&step, &fit(&[2])).unwrap();
    let e = changed(&f, "/columns/0/cell/counts/levels", json!([1.0])).unwrap_err();
    assert!(e.contains("expected 3 weights of levels"), "{e}");
    let (f, _) = steps().fit_transform(&train()).unwrap();
    let mut names = serde_json::to_value(&f).unwrap()["names"].clone();
    names[1] = names[0].clone();
    let e = changed(&f, "/names", names).err().unwrap();
    assert!(
        e.contains("duplicate output column of ColumnTransformer `a`, at 0 and 1"),
        "{e}"
    );
}

/// A column is looked for by position: a pipeline whose steps read what its rows do not have, or
/// whose model reads what its steps do not write, is refused when it is loaded.
#[test]
fn case_v6_parts_that_do_not_fit_together_are_refused() {
    type Loaded = FittedPipeline<Table, FittedImputer, FittedSum>;
    let back = |bytes: &[u8]| {
        load_as::<Table, Real, Pipeline<SimpleImputer, Sum>>(made, "sum/1", bytes, None)
    };
    fn made() -> Pipeline<SimpleImputer, Sum> {
        SimpleImputer::median().model(Sum)
    }
    let numbers = table().select(&["a", "b"]).unwrap();
    let input = numbers.schema().clone();
    let (steps, _) = SimpleImputer::median()
        .fit_transform(&train().project(&[0, 1]))
        .unwrap();
    let model = |names: &[&str]| FittedSum(Names::new(names.iter().copied()));
    let right = Loaded::from_parts(input.clone(), steps.clone(), model(&["a", "b"]));
    assert!(back(&save("sum/1", &right).unwrap()).is_ok());
    let wrong = Loaded::from_parts(input, steps.clone(), model(&["a", "zz"]));
    assert!(back(&save("sum/1", &wrong).unwrap()).is_err());
    let texts = table().select(&["a", "city"]).unwrap();
    let wrong = Loaded::from_parts(texts.schema().clone(), steps, model(&["a", "b"]));
    assert!(back(&save("sum/1", &wrong).unwrap()).is_err());
}
