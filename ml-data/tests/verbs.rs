//! Verbs of tables against pandas and polars (`golden/verbs.py`), and their properties.
#![allow(clippy::unwrap_used, missing_docs)]

use ml_data::ndarray;
use ml_data::prelude::*;
use ml_data::table::{MISSING_TIME, Order};
use ml_data::testkit::golden;
use proptest::prelude::*;
use serde_json::Value;

fn opt<'a, T>(v: &'a Value, of: impl Fn(&'a Value) -> Option<T>) -> Vec<Option<T>> {
    v.as_array().unwrap().iter().map(of).collect()
}

fn nums(v: &Value) -> Vec<f64> {
    let all = opt(v, Value::as_f64).into_iter();
    all.map(|x| x.unwrap_or(f64::NAN)).collect()
}

fn names(v: &Value) -> Vec<&str> {
    opt(v, Value::as_str).into_iter().flatten().collect()
}

/// The golden columns, and the number of each row.
fn table(golden: &Value) -> Table {
    let c = &golden["columns"];
    let price = nums(&c["price"]);
    let rows = Column::num((0..price.len()).map(|i| i as f64));
    Table::new([
        ("price", Column::num(price)),
        ("city", Column::cat(opt(&c["city"], Value::as_str))),
        ("note", Column::text(opt(&c["note"], Value::as_str))),
        ("at", Column::time(opt(&c["at"], Value::as_i64))),
        ("new", Column::bool(opt(&c["new"], Value::as_bool))),
        ("row", rows),
    ])
    .unwrap()
}

fn golden_table() -> (Value, Table) {
    let g: Value = golden!("verbs").unwrap();
    let t = table(&g);
    (g, t)
}

#[test]
fn orders_are_those_of_polars() {
    let (g, t) = golden_table();
    for case in g["sort"].as_array().unwrap() {
        let down = opt(&case["descending"], Value::as_bool);
        let order = |d: Option<bool>| match d.unwrap() {
            true => Order::Descending,
            false => Order::Ascending,
        };
        let by: Vec<_> = names(&case["by"])
            .into_iter()
            .zip(down.into_iter().map(order))
            .collect();
        let sorted = t.sort_by_keys(&by).unwrap();
        assert_eq!(sorted.num("row").unwrap(), nums(&case["rows"]), "{by:?}");
        if let [(name, order)] = by[..] {
            let one = t.sort_by(name, order).unwrap();
            assert_eq!(one.num("row").unwrap(), nums(&case["rows"]), "{name}");
        }
    }
}

#[test]
fn distinct_rows_are_those_of_polars() {
    let (g, t) = golden_table();
    for case in g["unique"].as_array().unwrap() {
        let by = names(&case["by"]);
        let found = t.unique(&by).unwrap();
        assert_eq!(found.num("row").unwrap(), nums(&case["rows"]), "{by:?}");
    }
    assert_eq!(t.unique(&[]).unwrap().rows(), t.rows());
    let twice = Table::concat(&[t.clone(), t.clone()]).unwrap();
    assert_eq!(
        twice.unique(&[]).unwrap().num("row").unwrap(),
        t.num("row").unwrap()
    );
}

#[test]
fn counts_of_values_are_those_of_polars() {
    let (g, t) = golden_table();
    for case in g["value_counts"].as_array().unwrap() {
        let name = case["of"].as_str().unwrap();
        let counts = t.value_counts(name).unwrap();
        assert_eq!(counts.num("count").unwrap(), nums(&case["count"]), "{name}");
        let column = t.column_named(name).unwrap();
        for (i, &row) in nums(&case["first"]).iter().enumerate() {
            let value = counts.column_named(name).unwrap().cell(i);
            assert_eq!(value, column.cell(row as usize), "{name} {i}");
        }
    }
    let e = t
        .rename("row", "count")
        .unwrap()
        .value_counts("count")
        .unwrap_err();
    assert_eq!(e.to_string(), "duplicate column `count`, at 0 and 1");
}

#[test]
fn summaries_are_those_of_pandas() {
    let (g, t) = golden_table();
    let summary = t.describe().unwrap();
    let row = |name: &str| t.schema().find(name).unwrap();
    for (name, figures) in g["describe"].as_object().unwrap() {
        for (figure, value) in figures.as_object().unwrap() {
            let column = summary.column_named(figure).unwrap();
            let place = format!("{figure} of {name}");
            match (figure.as_str(), value.as_f64()) {
                ("top", _) => assert_eq!(column.str_at(row(name)), value.as_str(), "{place}"),
                ("first" | "last", _) => {
                    assert_eq!(
                        column.cell(row(name)).time(),
                        value.as_i64().unwrap(),
                        "{place}"
                    );
                }
                (_, Some(v)) => {
                    let found = column.cell(row(name)).num();
                    assert!(
                        (found - v).abs() <= 1e-12 * v.abs().max(1.0),
                        "{place}: {found} {v}"
                    );
                }
                _ => panic!("{place}"),
            }
        }
        let all =
            summary.num("count").unwrap()[row(name)] + summary.num("missing").unwrap()[row(name)];
        assert_eq!(all, t.rows() as f64);
    }
    // What a kind does not have is missing.
    assert!(summary.num("mean").unwrap()[row("city")].is_nan());
    assert_eq!(summary.time("first").unwrap()[row("price")], MISSING_TIME);
    assert_eq!(summary.text("column").unwrap().value(3), "at");
    assert_eq!(summary.cat("kind").unwrap().get(3), Some("time"));
    let text = summary.to_string();
    assert!(
        text.contains("column") && text.contains("[6 rows x 16 columns]"),
        "{text}"
    );
}

#[test]
fn summaries_of_nothing_one_value_and_infinities() {
    let t = Table::new([
        ("none", Column::num([f64::NAN; 2])),
        ("one", Column::num([3.0, f64::NAN])),
        ("end", Column::num([1.0, f64::INFINITY])),
        ("text", Column::text([None::<&str>, None])),
        ("flag", Column::bool([None, None])),
    ])
    .unwrap();
    let s = t.describe().unwrap();
    let row = |name: &str| {
        s.num(name)
            .unwrap()
            .iter()
            .map(|v| v.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(row("count"), ["0", "1", "2", "0", "0"]);
    assert_eq!(row("mean"), ["NaN", "3", "inf", "NaN", "NaN"]);
    assert_eq!(row("std"), ["NaN", "NaN", "NaN", "NaN", "NaN"]);
    assert_eq!(row("min"), ["NaN", "3", "1", "NaN", "NaN"]);
    assert_eq!(row("50%"), ["NaN", "3", "inf", "NaN", "NaN"]);
    assert_eq!(row("unique"), ["NaN", "NaN", "NaN", "0", "0"]);
    assert_eq!(
        t.head(0).describe().unwrap().num("count").unwrap(),
        [0.0; 5]
    );
}

#[test]
fn values_are_read_by_name_and_kind() {
    let (_, t) = golden_table();
    assert_eq!(
        t.num("price").unwrap().len(),
        t.cat("city").unwrap().codes().len()
    );
    assert_eq!(
        t.time("at").unwrap().len(),
        t.text("note").unwrap().iter().count()
    );
    let told = |e: Error| e.to_string();
    let other = "column `city` is categorical, expected";
    let cat = "; `Table::cat` reads it, `Table::cast` converts it";
    assert_eq!(
        told(t.num("city").unwrap_err()),
        format!("Table::num: {other} numeric{cat}")
    );
    assert_eq!(
        told(t.text("city").unwrap_err()),
        format!(
            "Table::text: {other} text{}",
            cat.replace("cat`", "cat`, or `Table::strings`,")
        )
    );
    assert_eq!(
        told(t.time("city").unwrap_err()),
        format!("Table::time: {other} time{cat}")
    );
    assert_eq!(
        told(t.bool("city").unwrap_err()),
        format!("Table::bool: {other} boolean{cat}")
    );
    for (name, wanted, reads) in [
        (
            "note",
            t.cat("note").err(),
            "text`, or `Table::strings`, reads",
        ),
        ("note", t.num("note").err(), "text` reads"),
        ("at", t.num("at").err(), "time` reads"),
        ("new", t.num("new").err(), "bool` reads"),
    ] {
        let e = told(wanted.unwrap());
        let advice = format!("; `Table::{reads} it, `Table::cast` converts it");
        assert!(e.contains(name) && e.ends_with(&advice), "{e}");
    }
    let e = told(t.bool("at").unwrap_err());
    assert!(
        e.ends_with("expected boolean; `Table::time` reads it"),
        "{e}"
    );
    let found = told(t.cat("price").unwrap_err());
    assert_eq!(
        found,
        "Table::cat: column `price` is numeric, expected categorical; `Table::num` reads it, \
         `Table::cast` converts it"
    );
    assert_eq!(
        told(t.cat("citi").unwrap_err()),
        "Table::cat: no column `citi` (is it `city`?)"
    );
}

#[test]
fn strings_are_those_of_text_and_of_categories() {
    let (_, t) = golden_table();
    let city: Vec<Option<&str>> = t.cat("city").unwrap().iter().collect();
    assert!(t.strings("city").unwrap().eq(city));
    assert!(t.strings("note").unwrap().eq(t.text("note").unwrap()));
    assert_eq!(t.strings("note").unwrap().len(), 60);
    let e = t.strings("price").err().unwrap().to_string();
    assert!(
        e.starts_with("Table::strings: column `price` is numeric, expected text;"),
        "{e}"
    );
    assert!(
        t.strings("nots")
            .err()
            .unwrap()
            .to_string()
            .contains("is it `note`?")
    );
}

#[test]
fn ends_share_the_memory_of_the_table() {
    let (_, t) = golden_table();
    let (head, tail) = (t.head(10), t.tail(10));
    assert_eq!((head.rows(), tail.rows()), (10, 10));
    assert!(std::ptr::eq(
        &t.num("price").unwrap()[0],
        &head.num("price").unwrap()[0]
    ));
    assert!(std::ptr::eq(
        &t.num("price").unwrap()[50],
        &tail.num("price").unwrap()[0]
    ));
    for name in ["price", "city", "note", "at", "new"] {
        let (all, part) = (
            t.column_named(name).unwrap(),
            tail.column_named(name).unwrap(),
        );
        (0..10).for_each(|i| assert_eq!(all.cell(50 + i), part.cell(i), "{name}"));
    }
    assert_eq!((t.head(99).rows(), t.tail(0).rows()), (60, 0));
    let renamed = t.rename("price", "cost").unwrap();
    assert!(std::ptr::eq(
        t.num("price").unwrap(),
        renamed.num("cost").unwrap()
    ));
    let e = t.rename("price", "city").unwrap_err().to_string();
    assert_eq!(e, "duplicate column `city`, at 0 and 1");
    assert!(t.rename("cost", "x").is_err());
}

#[test]
fn samples_are_fair_and_seeded() {
    let t = Table::new([("x", Column::num((0..20).map(f64::from)))]).unwrap();
    let drawn = |seed| t.sample(5, seed).unwrap().num("x").unwrap().to_vec();
    assert_eq!(drawn(3), drawn(3));
    assert_ne!(drawn(3), drawn(4));
    // 4,000 draws of 5 of 20: each row 1,000 times, sd 27.4.
    let mut times = [0; 20];
    (0..4_000).for_each(|s| drawn(s).iter().for_each(|&x| times[x as usize] += 1));
    assert!(times.iter().all(|n| (870..1_130).contains(n)), "{times:?}");
    assert_eq!(
        t.sample(20, 1).unwrap().num("x").unwrap(),
        t.num("x").unwrap()
    );
    let e = t.sample(21, 1).unwrap_err().to_string();
    assert_eq!(
        e,
        "rows to draw a sample from: at least 21 are needed, found 20"
    );
}

#[test]
fn rows_are_kept_by_what_a_cell_says() {
    let (_, t) = golden_table();
    let by =
        |name: &str, keep: fn(ml_data::table::Cell<'_>) -> bool| t.filter_by(name, keep).unwrap();
    let riga = by("city", |c| c.text() == Some("Riga"));
    assert!(riga.rows() > 0 && riga.cat("city").unwrap().iter().all(|c| c == Some("Riga")));
    let keep: Vec<bool> = t
        .cat("city")
        .unwrap()
        .iter()
        .map(|c| c == Some("Riga"))
        .collect();
    assert_eq!(
        riga.num("row").unwrap(),
        t.filter(&keep).unwrap().num("row").unwrap()
    );
    assert_eq!(by("note", |c| c.is_missing()).rows(), 12);
    assert!(
        by("at", |c| c.time() > 0)
            .time("at")
            .unwrap()
            .iter()
            .all(|t| *t > 0)
    );
    assert!(t.filter_by("town", |_| true).is_err());
    assert!(t.filter(&[true]).is_err());
}

#[test]
fn tables_beside_each_other_keep_roles_and_rows() {
    let (_, t) = golden_table();
    let t = t.with_role("row", Role::Identifier).unwrap();
    let (left, right) = (
        t.select(&["price", "city"]).unwrap(),
        t.drop(&["price", "city"]).unwrap(),
    );
    let all = Table::hstack(&[left.clone(), right]).unwrap();
    assert_eq!(all.schema(), t.schema());
    assert!(std::ptr::eq(
        all.num("price").unwrap(),
        t.num("price").unwrap()
    ));
    let none = t.select(&[]).unwrap();
    assert_eq!(
        Table::hstack(&[none.clone(), none.clone()]).unwrap().rows(),
        60
    );
    assert_eq!(Table::concat(&[none.clone(), none]).unwrap().rows(), 120);
    let e = Table::hstack(&[left.clone(), t.head(3)])
        .unwrap_err()
        .to_string();
    assert_eq!(e, "rows of table 1: expected 60 entries, found 3");
    assert!(Table::hstack(&[]).is_err() && Table::hstack(&[left.clone(), left]).is_err());
}

#[test]
fn arrays_of_any_order_become_tables() {
    let a = ndarray::array![[1.0_f32, 2.0], [3.0, f32::NAN], [5.0, 6.0]];
    let t = Table::from_array(&a, ["a", "b"]).unwrap();
    assert_eq!(t.num("a").unwrap(), [1.0, 3.0, 5.0]);
    assert_eq!(t.column_named("b").unwrap().missing(), 1);
    let turned = Table::from_array(&a.t(), ["x", "y", "z"]).unwrap();
    assert_eq!(turned.num("z").unwrap(), [5.0, 6.0]);
    assert_eq!(turned.to_array().unwrap().dim(), (2, 3));
    let told = |e: Error| e.to_string();
    let e = Table::from_array(&a, ["a"]).unwrap_err();
    assert_eq!(told(e), "names of the columns: expected 2 entries, found 1");
    assert!(Table::from_array(&a, ["a", "a"]).is_err());
    let none = ndarray::Array2::<f64>::zeros((4, 0));
    let none = Table::from_array(&none, [""; 0]).unwrap();
    assert_eq!((none.rows(), none.to_array().unwrap().dim()), (4, (4, 0)));
    let text = Table::new([("t", Column::text([Some("x")]))]).unwrap();
    assert!(told(text.to_array().unwrap_err()).contains("`t` is text"));
}

proptest! {
    /// Sorting loses no row, orders neighbours, keeps ties in order, and puts missing values last.
    #[test]
    fn sorted_rows_are_a_stable_permutation(
        values in prop::collection::vec(prop_oneof![
            Just(f64::NAN), Just(-0.0), Just(0.0), Just(f64::INFINITY), Just(f64::NEG_INFINITY),
            -3.0..3.0_f64, any::<f64>(),
        ], 0..60),
        down in any::<bool>(),
    ) {
        let rows = Column::num((0..values.len()).map(|i| i as f64));
        let t = Table::new([("x", Column::num(values.iter().copied())), ("row", rows)]).unwrap();
        let order = if down { Order::Descending } else { Order::Ascending };
        let sorted = t.sort_by("x", order).unwrap();
        let (x, row) = (sorted.num("x").unwrap(), sorted.num("row").unwrap());
        let mut all = row.to_vec();
        all.sort_unstable_by(f64::total_cmp);
        prop_assert_eq!(all, t.num("row").unwrap());
        for i in 1..x.len() {
            let (a, b) = if down { (x[i], x[i - 1]) } else { (x[i - 1], x[i]) };
            let tie = a == b || a.is_nan() && b.is_nan();
            prop_assert!(a < b || x[i].is_nan() || tie && row[i - 1] < row[i]);
            prop_assert!(!x[i - 1].is_nan() || x[i].is_nan());
        }
    }

    /// Counts add up, and the distinct rows are the counted ones.
    #[test]
    fn counts_add_up(codes in prop::collection::vec(prop::option::of(0..5_u8), 1..80)) {
        let names = codes.iter().map(|c| c.map(|c| c.to_string()));
        let t = Table::new([("c", Column::cat(names))]).unwrap();
        let counts = t.value_counts("c").unwrap();
        let n = counts.num("count").unwrap();
        prop_assert_eq!(n.iter().sum::<f64>(), codes.len() as f64);
        prop_assert!(n.is_sorted_by(|a, b| a >= b));
        prop_assert_eq!(t.unique(&["c"]).unwrap().rows(), counts.rows());
    }
}

/// By hand: sums of the first column, and squares of the second, are past what `f64` holds.
#[test]
fn describe_holds_the_largest_numbers() {
    let table = Table::new([
        ("sum", Column::num([1e308, 1e308, 1e308])),
        ("square", Column::num([1e200, -1e200, 0.0])),
    ]);
    let described = table.unwrap().describe().unwrap();
    let (mean, std) = (
        described.num("mean").unwrap(),
        described.num("std").unwrap(),
    );
    assert_eq!((mean, std[0]), (&[1e308, 0.0][..], 0.0));
    assert!((std[1] / 1e200 - 1.0).abs() < 1e-15, "{}", std[1]);
}

/// By hand: ten rows of five times, in no order.
#[test]
fn tables_are_split_by_time_and_no_time_is_divided() {
    let times = [30, 10, 20, 50, 40, 40, 10, 30, 20, 50].map(Some);
    let rows = Column::num((0..10).map(f64::from));
    let log = Table::new([("at", Column::time(times)), ("row", rows)]).unwrap();
    for (share, later_rows) in [
        (0.2, &[3.0, 9.0][..]),
        (0.4, &[3.0, 4.0, 5.0, 9.0]),
        (0.8, &[0.0, 2.0, 3.0, 4.0, 5.0, 7.0, 8.0, 9.0]),
    ] {
        let (past, later) = log.split_by_time("at", share).unwrap();
        assert_eq!(later.num("row").unwrap(), later_rows);
        let first = later.time("at").unwrap().iter().min();
        assert!(past.time("at").unwrap().iter().max() < first);
        assert_eq!(past.rows() + later.rows(), 10);
    }
    // Half a time is none: a border inside it moves.
    let (past, later) = log.split_by_time("at", 0.3).unwrap();
    assert!(past.time("at").unwrap().iter().max() < later.time("at").unwrap().iter().min());
    let missing = Table::new([("at", Column::time([Some(1), None, Some(3)]))]).unwrap();
    assert_eq!(
        missing.split_by_time("at", 0.5).unwrap_err().to_string(),
        "column `at`, row 1: expected a time, found a missing value"
    );
    for share in [0.0, 1.0, f64::NAN] {
        assert!(log.split_by_time("at", share).is_err());
    }
    assert!(log.split_by_time("row", 0.5).unwrap_err().is_schema());
    assert!(log.head(1).split_by_time("at", 0.5).is_err());
}
