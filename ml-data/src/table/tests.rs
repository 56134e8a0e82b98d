use super::*;
use arrow::array::RecordBatch;

fn sample() -> Table {
    Table::new([
        ("price", Column::num([2.5, f64::NAN, 4.0])),
        ("city", Column::cat([Some("Riga"), None, Some("Oslo")])),
        ("note", Column::text([Some("a"), Some("b"), None])),
        ("at", Column::time([Some(0), None, Some(1_000_000)])),
        ("new", Column::bool([Some(true), None, Some(false)])),
    ])
    .unwrap()
}

#[test]
fn missing_values_are_counted_in_every_kind() {
    for c in sample().columns() {
        assert_eq!(c.missing(), 1);
    }
}

#[test]
fn arrow_round_trip_keeps_every_cell() {
    let table = sample();
    let back = Table::try_from(&RecordBatch::try_from(&table).unwrap()).unwrap();
    for c in 0..5 {
        for r in 0..3 {
            assert_eq!(
                table.row(r).get(c),
                back.row(r).get(c),
                "column {c} row {r}"
            );
        }
    }
}

#[test]
fn conform_recodes_and_appends_unseen_levels() {
    let trained = Table::new([("city", Column::cat([Some("Oslo"), Some("Riga")]))]).unwrap();
    let live = Table::new([("city", Column::cat([Some("Rome"), Some("Riga"), None]))]).unwrap();
    assert!(live.check(trained.schema()).is_err());
    let live = live.conform(trained.schema()).unwrap();
    assert_eq!(live.codes(0).unwrap(), [2, 1, MISSING_CODE]);
    live.check(trained.schema()).unwrap();
}

#[test]
fn a_changed_schema_is_told_column_by_column() {
    let a = Table::new([("x", Column::num([1.0])), ("y", Column::num([1.0]))]).unwrap();
    let b = Table::new([("x", Column::text([Some("1")])), ("z", Column::num([1.0]))]).unwrap();
    let message = b.check(a.schema()).unwrap_err().to_string();
    assert_eq!(
        message,
        "schema changed: `x`: expected numeric, found text; `y` (numeric): missing; `z` (numeric): not expected"
    );
}

#[test]
fn lengths_and_names_are_checked() {
    let e = Table::new([("x", Column::num([1.0])), ("y", Column::num([1.0, 2.0]))]).unwrap_err();
    assert_eq!(e.to_string(), "column `y`: expected 1 entries, found 2");
    let e = Table::new([("x", Column::num([1.0])), ("x", Column::num([1.0]))]).unwrap_err();
    assert_eq!(e.to_string(), "two columns are called `x`");
}

#[test]
fn concat_merges_dictionaries() {
    let a = Table::new([("c", Column::cat([Some("a"), Some("b")]))]).unwrap();
    let b = Table::new([("c", Column::cat([Some("b"), Some("z")]))]).unwrap();
    let all = Table::concat(&[a, b]).unwrap();
    assert_eq!(all.codes(0).unwrap(), [0, 1, 1, 2]);
}

#[test]
fn display_is_aligned_and_says_the_shape() {
    let text = sample().to_string();
    assert!(text.starts_with("  price  city         note"), "{text}");
    assert!(text.ends_with("[3 rows x 5 columns]"));
}

#[test]
fn collect_rebuilds_a_table_row_by_row() {
    let table = sample();
    let copy = Table::collect(table.schema().clone(), 3, &mut |i, buf| {
        (0..5).for_each(|c| buf.push(table.row(i).get(c)));
        Ok(())
    })
    .unwrap();
    assert_eq!(copy.to_string(), table.to_string());
}

#[test]
fn json_rows_bind_by_name_and_refuse_other_kinds() {
    let table = sample();
    let binder = RowBinder::json(table.schema());
    let mut buf = RowBuf::default();
    let object = serde_json::json!({"city": "Oslo", "price": 3.0, "note": "hi"});
    let row = binder
        .fill_json(object.as_object().unwrap(), &mut buf)
        .unwrap();
    assert_eq!(row.get(0), Cell::Num(3.0));
    assert_eq!(row.get(1), Cell::Code(1));
    assert_eq!(row.get(2), Cell::Text("hi"));
    assert_eq!(row.get(3), Cell::Missing);
    let object = serde_json::json!({"price": "dear"});
    let e = binder
        .fill_json(object.as_object().unwrap(), &mut buf)
        .unwrap_err();
    assert_eq!(
        e.to_string(),
        "request field `price` is a string, expected numeric"
    );
}
