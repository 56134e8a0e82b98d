//! Steps against scikit-learn; `tests/golden/steps.py` made the values.
#![allow(clippy::unwrap_used)]

use ml_data::contract::Transformer;
use ml_data::prelude::*;
use ml_data::time::TimeFormat;
use ml_features::prelude::*;
use serde_json::Value;

fn golden() -> Value {
    ml_data::testkit::golden!("steps").unwrap()
}

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array()
        .unwrap()
        .iter()
        .map(|x| x.as_f64().unwrap_or(f64::NAN))
        .collect()
}

fn close(found: &[f64], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        let same = (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-12 * (1.0 + b.abs());
        assert!(same, "{what}[{i}]: found {a}, expected {b}");
    }
}

fn table(g: &Value) -> Table {
    let num = numbers(&g["num"]);
    Table::new((0..3).map(|c| {
        (
            format!("x{c}"),
            Column::num(num.iter().skip(c).step_by(3).copied()),
        )
    }))
    .unwrap()
}

fn cities(g: &Value, key: &str) -> Table {
    Table::new([(
        "city",
        Column::cat(g[key].as_array().unwrap().iter().map(Value::as_str)),
    )])
    .unwrap()
}

fn fit<T: Transformer<Table, Unlabelled, Out = Dense<f64>>>(step: &T, table: Table) -> Dense<f64> {
    step.fit_transform(&table.unlabelled().unwrap().into_train())
        .unwrap()
        .1
}

#[test]
fn imputers_match_simple_imputer() {
    let g = golden();
    let rows = |key: &str| numbers(&g[key]["rows"]);
    close(
        fit(&SimpleImputer::median(), table(&g)).values(),
        &rows("median"),
        "median",
    );
    close(
        fit(&SimpleImputer::mean(), table(&g)).values(),
        &rows("mean"),
        "mean",
    );
    close(
        fit(&SimpleImputer::constant(-3.5), table(&g)).values(),
        &rows("constant"),
        "constant",
    );
    // scikit-learn puts the indicators behind all columns, we put each behind its own.
    let ours = fit(&SimpleImputer::median().add_indicator(true), table(&g));
    let theirs = rows("median_indicator");
    for (i, theirs) in theirs.chunks(6).enumerate() {
        let expected: Vec<f64> = (0..3).flat_map(|c| [theirs[c], theirs[3 + c]]).collect();
        close(ours.row(i), &expected, "median_indicator");
    }
}

#[test]
fn a_weighted_median_is_the_median_of_repeated_rows() {
    let g = golden();
    let weights = numbers(&g["weights"]);
    let num = numbers(&g["num"]);
    let column = |c: usize| -> Vec<f64> { num.iter().skip(c).step_by(3).copied().collect() };
    let repeated = |c: usize| {
        let rows: Vec<f64> = column(c)
            .iter()
            .zip(&weights)
            .flat_map(|(&x, &w)| std::iter::repeat_n(x, w as usize))
            .collect();
        (format!("x{c}"), Column::num(rows))
    };
    let weighted = table(&g)
        .unlabelled()
        .unwrap()
        .with_weights(weights.clone())
        .unwrap()
        .into_train();
    let repeated = Table::new((0..3).map(repeated))
        .unwrap()
        .unlabelled()
        .unwrap()
        .into_train();
    let (a, _) = SimpleImputer::median().fit_transform(&weighted).unwrap();
    let (b, _) = SimpleImputer::median().fit_transform(&repeated).unwrap();
    assert_eq!(a, b);
}

#[test]
fn the_scaler_matches_standard_scaler() {
    let g = golden();
    let rows = |key: &str| numbers(&g[key]["rows"]);
    close(
        fit(&StandardScaler::new(), table(&g)).values(),
        &rows("scale"),
        "scale",
    );
    close(
        fit(&StandardScaler::new().with_std(false), table(&g)).values(),
        &rows("scale_mean_only"),
        "mean only",
    );
    close(
        fit(&StandardScaler::new().with_mean(false), table(&g)).values(),
        &rows("scale_std_only"),
        "std only",
    );
    let weighted = table(&g)
        .unlabelled()
        .unwrap()
        .with_weights(numbers(&g["weights"]))
        .unwrap()
        .into_train();
    let (fitted, out) = StandardScaler::new().fit_transform(&weighted).unwrap();
    close(out.values(), &rows("scale_weighted"), "weighted");
    let scales: Vec<f64> = fitted.iter().map(|(_, c)| c.scale()).collect();
    close(
        &scales,
        &numbers(&g["scale_weighted"]["scale"]),
        "weighted scale",
    );
    assert_eq!(scales[2], 1.0, "a constant column keeps its size");
}

#[test]
fn one_hot_matches_one_hot_encoder() {
    let g = golden();
    let check = |key: &str, column: &str, step: OneHotEncoder| {
        let out = fit(&step, cities(&g, column));
        assert_eq!(
            out.width() as u64,
            g[key]["width"].as_u64().unwrap(),
            "{key}"
        );
        close(out.values(), &numbers(&g[key]["rows"]), key);
        let theirs = g[key]["names"]
            .as_array()
            .unwrap()
            .iter()
            .map(|n| n.as_str().unwrap());
        for (ours, theirs) in out.names().iter().zip(theirs) {
            let same = match theirs {
                "city_infrequent_sklearn" => "city:infrequent".to_string(),
                "city_None" => "city:missing".to_string(),
                level => level.replace("city_", "city="),
            };
            assert_eq!(ours, same, "{key}");
        }
    };
    let step = OneHotEncoder::new();
    check("one_hot", "cat", step);
    check("one_hot_missing", "cat_missing", step);
    check("one_hot_min_count", "cat", step.min_frequency(6));
    check("one_hot_min_share", "cat", step.min_frequency(0.2));
    check("one_hot_max", "cat", step.max_categories(3));
    check("one_hot_max_all", "cat", step.max_categories(6));
    check("one_hot_max_one", "cat", step.max_categories(1));
    check(
        "one_hot_both",
        "cat",
        step.max_categories(4).min_frequency(6),
    );
    check("one_hot_drop_first", "cat", step.drop(DropCategory::First));
    check(
        "one_hot_drop_first_rare",
        "cat",
        step.drop(DropCategory::First).min_frequency(6),
    );
    check(
        "one_hot_missing_rare",
        "cat_missing",
        step.min_frequency(10),
    );
}

#[test]
fn target_encodings_match_target_encoder() {
    let g = golden();
    let labelled = |column: &str, y: &str| {
        let t = cities(&g, column)
            .with_column("y", Column::num(numbers(&g[y])))
            .unwrap();
        t.regression("y").unwrap()
    };
    let held_out = |column: &str, y: &str, step: TargetEncoder| {
        let (fitted, _) = step
            .fit_transform(&labelled(column, y).into_train())
            .unwrap();
        fitted
            .transform(&labelled(column, y).into_valid())
            .unwrap()
            .x()
            .data()
            .values()
            .to_vec()
    };
    let step = TargetEncoder::new();
    close(
        &held_out("cat", "y", step),
        &numbers(&g["target_auto"]),
        "auto",
    );
    close(
        &held_out("cat_missing", "y", step),
        &numbers(&g["target_auto_missing"]),
        "missing",
    );
    close(
        &held_out("cat", "y", step.smooth(Smooth::Fixed(10.0))),
        &numbers(&g["target_fixed"]),
        "fixed",
    );
    close(
        &held_out("cat", "clicked", step),
        &numbers(&g["target_binary"]),
        "binary",
    );
    let classes = |column: &str, step: TargetEncoder| {
        let sizes = g["size"].as_array().unwrap().iter();
        let sizes = Column::cat(sizes.map(|s| s.as_str()));
        let table = cities(&g, column).with_column("size", sizes).unwrap();
        let data = || table.clone().classes("size").unwrap();
        let (fitted, _) = step.fit_transform(&data().into_train()).unwrap();
        let names: Vec<String> = fitted.names().iter().map(str::to_string).collect();
        let of = |class| format!("city:target={class}");
        assert_eq!(names, ["large", "middle", "small"].map(of));
        let out = fitted.transform(&data().into_valid()).unwrap();
        out.x().data().values().to_vec()
    };
    close(
        &classes("cat_missing", step),
        &numbers(&g["target_classes"]),
        "classes",
    );
    close(
        &classes("cat", step.smooth(Smooth::Fixed(3.5))),
        &numbers(&g["target_classes_fixed"]),
        "classes, fixed",
    );
}

/// The golden rows end with a level that training did not see.
fn ordinal(g: &Value, step: OrdinalEncoder, cities_of: &str, key: &str) {
    let train = cities(g, cities_of);
    let (fitted, mut ours) = {
        let (fitted, x) = step
            .fit_transform(&train.clone().unlabelled().unwrap().into_train())
            .unwrap();
        (fitted, x.values().to_vec())
    };
    let unseen = Table::new([("city", Column::cat([Some("never seen")]))]).unwrap();
    let unseen = unseen.conform(train.schema()).unwrap();
    ours.extend(fitted.apply(View::all(&unseen)).unwrap().values());
    close(&ours, &numbers(&g[key]), key);
}

#[test]
fn ordinal_codes_match_ordinal_encoder() {
    let (g, step) = (golden(), OrdinalEncoder::new());
    ordinal(&g, step, "cat", "ordinal");
    ordinal(&g, step, "cat_missing", "ordinal_missing");
    let numbered = step.encoded_missing_value(-1.0).unknown_value(-2.0);
    ordinal(&g, numbered, "cat_missing", "ordinal_missing_number");
    ordinal(&g, step.min_frequency(6), "cat", "ordinal_min_count");
    ordinal(&g, step.min_frequency(0.2), "cat", "ordinal_min_share");
    ordinal(&g, step.max_categories(3), "cat", "ordinal_max");
    ordinal(&g, step.max_categories(1), "cat", "ordinal_max_one");
    let both = step.max_categories(4).min_frequency(9);
    ordinal(&g, both, "cat_missing", "ordinal_missing_both");
}

#[test]
fn calendar_parts_match_the_standard_library_of_python() {
    let g = golden();
    let texts = g["moments"].as_array().unwrap().iter();
    let times = texts.map(|t| TimeFormat::Iso.parse(t.as_str().unwrap().as_bytes()));
    let table = Table::new([("t", Column::time(times))]).unwrap();
    let found = fit(&Calendar::new(), table);
    close(found.values(), &numbers(&g["calendar"]), "calendar");
}
