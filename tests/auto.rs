//! Automatic models: the pipeline is the one that one would write, and bad input is named.
#![allow(clippy::unwrap_used, missing_docs)]

use ml_pipeline::auto;
use ml_pipeline::auto::{Auto, AutoModel, ColumnStep, FittedAuto, Task};
use ml_pipeline::data::sample::BinaryLabels;
use ml_pipeline::features::columns::On;
use ml_pipeline::prelude::*;

/// Visits with a number (some missing), a category, a time, and whether something was bought.
fn visits(n: usize) -> Table {
    let row = |i: usize| (i * 7919) % 1009;
    let price = |i| match row(i) % 11 {
        0 => f64::NAN,
        _ => (row(i) % 97) as f64,
    };
    let city = |i| Some(["Riga", "Oslo", "Bonn"][row(i) % 3]);
    let day = |i| Some(1_700_000_000_000_000 + (row(i) % 50) as i64 * 86_400_000_000);
    let bought = |i| match row(i) % 97 > 60 || row(i) % 3 == 1 {
        true => Some("yes"),
        false => Some("no"),
    };
    Table::new([
        ("price", Column::num((0..n).map(price))),
        ("city", Column::cat((0..n).map(city))),
        ("day", Column::time((0..n).map(day))),
        ("bought", Column::cat((0..n).map(bought))),
    ])
    .unwrap()
}

#[test]
fn the_pipeline_is_the_one_that_one_would_write() {
    let table = visits(600);
    let model = auto(&table, "bought").unwrap();
    assert_eq!(model.task(), Task::Binary);
    assert_eq!(model.classes(), ["no".into(), "yes".into()]);
    let steps = [
        ("price".into(), ColumnStep::Number),
        ("city".into(), ColumnStep::Category),
        ("day".into(), ColumnStep::Time),
    ];
    assert_eq!(model.features(), steps);
    assert_eq!((model.train_rows(), model.held_out_rows()), (480, 120));
    assert!(model.score("roc_auc").unwrap() > 0.95);

    let on = steps
        .iter()
        .map(|(name, step)| On(name.clone().into(), *step));
    let boost = Boost::new()
        .learning_rate(0.05)
        .seed(1)
        .num_iterations(model.rounds())
        .categorical_feature(["city"]);
    let by_hand = Pipeline::new(ColumnTransformer::list(on.collect()), boost);
    let yes = |row| u8::from(table.column_named("bought").unwrap().str_at(row) == Some("yes"));
    let labels = BinaryLabels::new((0..600).map(yes).collect::<Vec<u8>>(), "yes").unwrap();
    let x = table.select(&["price", "city", "day"]).unwrap();
    let data = Dataset::<Table, Binary>::new(x.clone(), labels).unwrap();
    let by_hand = by_hand.fit(&data.into_train()).unwrap();
    let expected = by_hand.predict(&x).unwrap();
    assert_eq!(model.predict(&table).unwrap().numbers(), expected.0);
    assert!(matches!(model.pipeline(), FittedAuto::Binary(p) if p.model == by_hand.model));
}

#[test]
fn predictions_take_columns_in_any_order_and_bytes_keep_the_bits() {
    let table = visits(400);
    let model = auto(&table, "bought").unwrap();
    let expected = model.predict(&table).unwrap();
    let other = table.select(&["bought", "day", "city", "price"]).unwrap();
    assert_eq!(model.predict(&other).unwrap(), expected);
    let bytes = model.to_bytes().unwrap();
    let loaded = AutoModel::from_bytes(&bytes).unwrap();
    assert_eq!(loaded.predict(&other).unwrap(), expected);
    assert_eq!(loaded.to_string(), model.to_string());
    assert!(AutoModel::from_bytes(&bytes[..bytes.len() - 1]).is_err());

    let p = expected.numbers()[3];
    assert_eq!(expected.probabilities(3), [1.0 - p, p]);
    assert_eq!(expected.class(3), Some(if p > 0.5 { "yes" } else { "no" }));
    assert_eq!((expected.len(), expected.is_empty()), (400, false));

    let city = table.drop(&["city"]).unwrap();
    let said = model.predict(&city).unwrap_err().to_string();
    assert!(
        said.contains("`city`") && said.contains("missing"),
        "{said}"
    );
}

#[test]
fn other_rows_are_scored_where_their_label_is_known() {
    let table = visits(500);
    let model = auto(&table, "bought").unwrap();
    let (scores, notes) = model.evaluate(&table).unwrap();
    assert!(notes.is_empty());
    let auc = scores.iter().find(|s| s.metric == "roc_auc").unwrap();
    assert!(auc.value.unwrap() > 0.97);

    let bought = ["yes", "maybe", "yes"].map(Some);
    let few = table
        .head_rows(3)
        .with_column("bought", Column::cat(bought))
        .unwrap();
    let (scores, notes) = model.evaluate(&few).unwrap();
    assert!(
        notes[0].starts_with("1 test rows without a label"),
        "{notes:?}"
    );
    let auc = scores.iter().find(|s| s.metric == "roc_auc").unwrap();
    assert_eq!(auc.value, None, "one class only");
    assert!(
        notes[1].starts_with("roc_auc of the test rows"),
        "{notes:?}"
    );
}

#[test]
fn reasons_are_in_the_names_of_the_table() {
    use ml_pipeline::data::contract::Explain;
    let table = visits(400);
    let model = auto(&table, "bought").unwrap();
    // Columns in another order, and one that training did not have.
    let other = table.select(&["day", "bought", "city", "price"]).unwrap();
    let all = model.explain(&other).unwrap();
    assert_eq!(all.columns(), &Names::new(["price", "city", "day"]));
    let p = model.predict(&other).unwrap();
    for (row, p) in p.numbers().iter().enumerate() {
        let log_odds = (p / (1.0 - p)).ln();
        assert!((all.score(row, 0).unwrap() - log_odds).abs() < 1e-6);
    }
    let FittedAuto::Binary(pipeline) = model.pipeline() else {
        panic!("two classes")
    };
    let x = table.select(&["price", "city", "day"]).unwrap();
    assert_eq!(all, pipeline.explain(View::all(&x)).unwrap());

    let why = model.explain_row(&other, 17).unwrap();
    assert_eq!(why, pipeline.explain_row(&x, 17).unwrap());
    let city = why.reasons().iter().find(|r| &*r.column == "city").unwrap();
    assert_eq!(
        city.cell,
        table.column_named("city").unwrap().str_at(17).unwrap()
    );
    let said = model.explain_row(&other, 400).unwrap_err().to_string();
    assert!(said.contains("400 of 400 rows"), "{said}");
    let said = model.explain(&table.drop(&["city"]).unwrap()).unwrap_err();
    assert!(said.to_string().contains("`city`"), "{said}");
    assert!(
        model
            .explain_row(&table.drop(&["city"]).unwrap(), 3)
            .is_err()
    );

    let split = model.importances(ImportanceKind::Split).unwrap();
    let matrix = model.trees().importances(ImportanceKind::Split).unwrap();
    let day = matrix.iter().filter(|i| i.column.starts_with("day:"));
    assert_eq!(split.get("day"), Some(day.map(|i| i.value).sum()));
    assert_eq!((split.get("city"), split.len()), (matrix.get("city"), 3));
    let gain = model.importances(ImportanceKind::Gain).unwrap();
    assert!(gain.share("price").unwrap() > 0.1);
    assert!(model.to_string().contains("splits  city"), "{model}");
}

#[test]
fn several_classes_are_explained_by_the_likeliest() {
    let table = visits(400);
    let model = Auto::new("city").drop(["bought"]).num_iterations(20);
    let model = model.fit(&table).unwrap();
    let all = model.explain(&table).unwrap();
    assert_eq!(all.outputs(), &Names::new(["Bonn", "Oslo", "Riga"]));
    let predicted = model.predict(&table).unwrap();
    let why = model.explain_row(&table, 5).unwrap();
    assert_eq!(Some(why.output()), predicted.class(5));
}

#[test]
fn groups_stay_together_and_queries_are_ranked() {
    let n = 400;
    let table = Table::new([
        ("query", Column::num((0..n).map(|i| f64::from(i / 8)))),
        ("match", Column::num((0..n).map(|i| f64::from(i * 37 % 8)))),
        (
            "grade",
            Column::num((0..n).map(|i| f64::from(i * 37 % 8 / 2))),
        ),
    ])
    .unwrap();
    let ranking = Auto::new("grade").task(Task::Ranking).group("query");
    let model = ranking.num_iterations(20).fit(&table).unwrap();
    assert_eq!(model.feature_names(), ["match"]);
    assert_eq!((model.train_rows(), model.held_out_rows()), (320, 80));
    assert!(model.score("ndcg@10").unwrap() > 0.999);
    let scores = model.predict(&table).unwrap();
    assert!(scores.numbers()[3] > scores.numbers()[0], "7 before 0");
    assert_eq!((scores.class(0), scores.probabilities(0)), (None, vec![]));
}

#[test]
fn what_teaches_nothing_is_refused_by_name() {
    let table = visits(100);
    let refused = |auto: Auto, table: &Table| auto.fit(table).unwrap_err().to_string();
    let one = table.with_column("one", Column::num([3.0; 100])).unwrap();
    for (said, part) in [
        (
            refused(Auto::new("bougth"), &table),
            "`bougth` (is it `bought`?)",
        ),
        (refused(Auto::new("day"), &table), "`day` is time"),
        (
            refused(Auto::new("one"), &one),
            "`one` has one value only, `3`",
        ),
        (
            refused(Auto::new("bought"), &table.head_rows(9)),
            "9 training rows",
        ),
        (
            refused(Auto::new("price").task(Task::Ranking), &table),
            "group column",
        ),
        (
            refused(Auto::new("city").task(Task::Binary), &table),
            "has 3 values",
        ),
        (
            refused(Auto::new("city").task(Task::Regression), &table),
            "`city`, row 0",
        ),
        (
            refused(Auto::new("bought").drop(["cty"]), &table),
            "`cty` (is it `city`?)",
        ),
        (
            refused(Auto::new("bought").drop(["price", "city", "day"]), &table),
            "no column is left",
        ),
    ] {
        assert!(said.contains(part), "`{part}` is not in `{said}`");
    }
    assert!(auto(&table.head_rows(0), "bought").is_err());
}

/// The first rows of a table.
trait Head {
    fn head_rows(&self, n: u32) -> Table;
}
impl Head for Table {
    fn head_rows(&self, n: u32) -> Table {
        let rows: Vec<u32> = (0..n).collect();
        self.take(RowSet::List(&rows))
    }
}
