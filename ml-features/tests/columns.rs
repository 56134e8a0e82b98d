//! Messages of `ColumnTransformer` and the encoders, and columns that they keep apart.
#![allow(clippy::unwrap_used)]

use ml_data::contract::Transformer;
use ml_data::prelude::*;
use ml_features::prelude::*;

fn orders() -> Table {
    let n = 40;
    let shop = |i: usize| Some(["a", "b", "c", "d"][i % 4]);
    let price = |i: usize| {
        if i.is_multiple_of(7) {
            f64::NAN
        } else {
            i as f64
        }
    };
    Table::new([
        ("price", Column::num((0..n).map(price))),
        ("n3", Column::num((0..n).map(|i| (i % 3) as f64))),
        (
            "city",
            Column::cat((0..n).map(|i| Some(["Riga", "Oslo"][i % 2]))),
        ),
        ("shop", Column::cat((0..n).map(shop))),
        ("note", Column::text((0..n).map(|i| Some(format!("n{i}"))))),
        ("user", Column::cat((0..n).map(|i| Some(format!("u{i}"))))),
        ("y", Column::num((0..n).map(|i| ((i * 7) % 5) as f64))),
    ])
    .and_then(|t| t.with_role("user", Role::Identifier))
    .unwrap()
}

fn train() -> Sample<Table, Real, Train> {
    orders().regression("y").unwrap().into_train()
}

fn message<T: Transformer<Table, Real>>(step: &T) -> String {
    step.fit_transform(&train())
        .map(|_| ())
        .unwrap_err()
        .to_string()
}

#[test]
fn mistakes_are_named() {
    let c = || ColumnTransformer::new().remainder(Remainder::Drop);
    assert_eq!(
        message(&c().with("citi", OneHotEncoder::new())),
        "OneHotEncoder: no column `citi` (is it `city`?)"
    );
    assert_eq!(
        message(&c().with("n3", OneHotEncoder::new())),
        "OneHotEncoder: column `n3` is numeric, expected categorical; `Table::cast` converts it"
    );
    assert_eq!(
        message(&c().with(Kind::Bool, OneHotEncoder::new())),
        "OneHotEncoder: selection Kind(Bool) is empty"
    );
    assert_eq!(
        message(&c().with(["city", "city"], OneHotEncoder::new())),
        "duplicate column selected by OneHotEncoder `city`, at 0 and 1"
    );
    let twice = c()
        .with("price", StandardScaler::new())
        .with("price", SimpleImputer::median());
    assert_eq!(
        message(&twice),
        "duplicate output column of ColumnTransformer `price`, at 0 and 1"
    );
    assert_eq!(
        message(&ColumnTransformer::new().remainder(Remainder::Drop)),
        "ColumnTransformer: list of output columns is empty"
    );
    let text = ColumnTransformer::new()
        .with(Kind::Num, StandardScaler::new())
        .remainder(Remainder::Passthrough);
    assert_eq!(
        message(&text),
        "Passthrough: column `city` is categorical, expected numeric; `Table::cast` converts it"
    );
    assert_eq!(
        message(&ColumnTransformer::new().with(Kind::Num, StandardScaler::new())),
        "ColumnTransformer: columns `city`, `shop`, `note` are not expected: no part reads them; name them, or set `.remainder(Remainder::Drop)`"
    );
    let unchecked = c().with("price", SimpleImputer::constant(f64::NAN));
    assert_eq!(
        message(&unchecked),
        "SimpleImputer: parameter `fill_value` = NaN: must be a finite number"
    );
}

#[test]
fn only_features_are_selected_by_kind_but_any_column_by_name() {
    let by_kind = ColumnTransformer::new()
        .with(Kind::Cat, OneHotEncoder::new())
        .remainder(Remainder::Drop);
    assert_eq!(by_kind.fit_transform(&train()).unwrap().0.names().len(), 6);
    let by_name = ColumnTransformer::new()
        .with("user", OneHotEncoder::new())
        .remainder(Remainder::Drop);
    assert_eq!(by_name.fit_transform(&train()).unwrap().0.names().len(), 40);
}

#[test]
fn names_tell_where_columns_come_from() {
    let columns = ColumnTransformer::new()
        .with("price", SimpleImputer::median().add_indicator(true))
        .with("city", OneHotEncoder::new().drop(DropCategory::IfBinary))
        .with("shop", TargetEncoder::new())
        .with("n3", StandardScaler::new())
        .remainder(Remainder::Drop);
    let (fitted, x) = columns.fit_transform(&train()).unwrap();
    let names: Vec<&str> = fitted.names().iter().collect();
    assert_eq!(
        names,
        ["price", "price:missing", "city=Riga", "shop:target", "n3"]
    );
    assert_eq!(x.names(), fitted.names());
}

#[test]
fn training_rows_are_cross_fitted_and_held_out_rows_are_not() {
    let (fitted, x) = TargetEncoder::new().fit_transform(&train_shop()).unwrap();
    let held = fitted.transform(&orders_shop().into_valid()).unwrap();
    let held = held.x().data().values().to_vec();
    let differ = x.values().iter().zip(&held).filter(|(a, b)| a != b).count();
    assert!(differ > 30, "{differ} of 40 rows differ");
}

fn orders_shop() -> Dataset<Table, Real> {
    orders()
        .select(&["shop", "y"])
        .unwrap()
        .regression("y")
        .unwrap()
}

fn train_shop() -> Sample<Table, Real, Train> {
    orders_shop().into_train()
}

/// The encoding of a training row must not move when its own label does.
#[test]
fn a_row_never_sees_its_own_label() {
    let at = |bump: f64| {
        let mut y: Vec<f64> = (0..40).map(|i| ((i * 7) % 5) as f64).collect();
        y[11] += bump;
        let t = orders()
            .select(&["shop"])
            .unwrap()
            .with_column("y", Column::num(y))
            .unwrap();
        let train = t.regression("y").unwrap().into_train();
        TargetEncoder::new()
            .fit_transform(&train)
            .unwrap()
            .1
            .values()
            .to_vec()
    };
    let (a, b) = (at(0.0), at(100.0));
    assert_eq!(a[11].to_bits(), b[11].to_bits());
    assert!(a.iter().zip(&b).filter(|(a, b)| a != b).count() > 20);
}

/// Of an ordered statistic only the mean of all rows moves, so two rows of a level in one order
/// differ in one direction.
#[test]
fn an_ordered_statistic_leaves_out_the_row_itself() {
    let at = |bump: f64| {
        let mut y: Vec<f64> = (0..40).map(|i| ((i * 7) % 5) as f64).collect();
        // What one row gains another one loses: the mean of all rows stays.
        y[11] += bump;
        y[12] -= bump;
        let t = orders()
            .select(&["shop"])
            .unwrap()
            .with_column("y", Column::num(y))
            .unwrap();
        let train = t.regression("y").unwrap().into_train();
        let step = OrderedTargetEncoder::new().permutations(5);
        step.fit_transform(&train).unwrap().1.values().to_vec()
    };
    let (a, b) = (at(0.0), at(64.0));
    assert_eq!(a[11].to_bits(), b[11].to_bits());
    assert_eq!(a[12].to_bits(), b[12].to_bits());
    assert!(a.iter().zip(&b).any(|(a, b)| a != b));
}

/// Nor the label of any row of its own group.
#[test]
fn groups_stay_in_one_fold() {
    let groups: Vec<u32> = (0..40).map(|i| i / 4).collect();
    let at = |bump: f64| {
        let mut y: Vec<f64> = (0..40).map(|i| ((i * 7) % 5) as f64).collect();
        y[11] += bump;
        let t = orders()
            .select(&["shop"])
            .unwrap()
            .with_column("y", Column::num(y))
            .unwrap();
        let data = t
            .regression("y")
            .unwrap()
            .with_groups(groups.clone())
            .unwrap();
        TargetEncoder::new()
            .fit_transform(&data.into_train())
            .unwrap()
            .1
            .values()
            .to_vec()
    };
    let (a, b) = (at(0.0), at(100.0));
    (8..12).for_each(|i| assert_eq!(a[i].to_bits(), b[i].to_bits(), "row {i}"));
}

#[test]
fn one_row_cannot_be_cross_fitted() {
    let t = Table::new([("c", Column::cat([Some("a")])), ("y", Column::num([1.0]))]).unwrap();
    let e = TargetEncoder::new()
        .fit_transform(&t.regression("y").unwrap().into_train())
        .unwrap_err();
    assert_eq!(
        e.to_string(),
        "TargetEncoder: cross-fitting needs at least two training rows"
    );
}

#[test]
fn an_error_in_a_later_block_names_its_row() {
    let mut codes = vec![Some("a"); 9_000];
    codes[7_777] = Some("z");
    let all = Table::new([("c", Column::cat(codes))]).unwrap();
    let first = all
        .take(RowSet::Range(0, 100))
        .unlabelled()
        .unwrap()
        .into_train();
    let step = ColumnTransformer::new().with(
        "c",
        OneHotEncoder::new().handle_unknown(HandleUnknown::Error),
    );
    let (fitted, _) = step.fit_transform(&first).unwrap();
    let e = fitted
        .transform(&all.unlabelled().unwrap().into_valid())
        .unwrap_err();
    assert_eq!(
        e.to_string(),
        "column `c`, row 7777: expected a level seen in training, found an unseen level"
    );
}

/// A step takes the features of a table; a column of another role only by its name, also when all
/// columns are named.
#[test]
fn case_v12_other_roles_are_read_by_name_only() {
    let table = Table::new([
        ("x", Column::num([1.0, 3.0])),
        ("sex", Column::num([0.0, 1.0])),
        ("id", Column::num([7.0, 8.0])),
    ])
    .unwrap()
    .with_role("sex", Role::Sensitive)
    .unwrap()
    .with_role("id", Role::Identifier)
    .unwrap();
    let names = |out: Dense<f64>| out.names().iter().map(String::from).collect::<Vec<_>>();
    let train = || table.clone().unlabelled().unwrap().into_train();
    let (_, out) = StandardScaler::new().fit_transform(&train()).unwrap();
    assert_eq!(names(out), ["x"]);
    let all = ColumnTransformer::new().with(Select::All, StandardScaler::new());
    assert_eq!(names(all.fit_transform(&train()).unwrap().1), ["x"]);
    let rest = ColumnTransformer::new().remainder(Remainder::Passthrough);
    assert_eq!(names(rest.fit_transform(&train()).unwrap().1), ["x"]);
    let named = ColumnTransformer::new().with(["x", "sex", "id"], StandardScaler::new());
    assert_eq!(
        names(named.fit_transform(&train()).unwrap().1),
        ["x", "sex", "id"]
    );
}

/// One column for a split by time and for its calendar parts.
#[test]
fn a_time_is_split_by_and_learned_from() {
    let day = 86_400_000_000;
    let table = Table::new([
        ("at", Column::time((0..40).map(|i| Some(i * day)))),
        ("y", Column::num((0..40).map(f64::from))),
    ])
    .unwrap();
    let data = table.regression("y").unwrap().with_times_of("at").unwrap();
    let split = data.split(Split::temporal(20 * day, 30 * day)).unwrap();
    assert_eq!(split.train.len(), 20);
    let step = ColumnTransformer::new().with("at", Calendar::new());
    let (fitted, x) = step.fit_transform(&split.train).unwrap();
    assert!(x.names().iter().any(|n| n == "at:dayofweek"));
    // 1970-01-21, the first day to choose with, was a Wednesday.
    let valid = fitted.transform(&split.valid).unwrap();
    let weekday = x.names().iter().position(|n| n == "at:dayofweek").unwrap();
    assert_eq!(valid.x().row(0)[weekday], 2.0);
}
