use super::*;
use crate::arrow::array::RecordBatch;
use crate::repr::{RowSet, View};

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
    assert_eq!(live.codes_at(0).unwrap(), [2, 1, MISSING_CODE]);
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
    assert_eq!(e.to_string(), "duplicate column `x`, at 0 and 1");
}

#[test]
fn concat_merges_dictionaries() {
    let a = Table::new([("c", Column::cat([Some("a"), Some("b")]))]).unwrap();
    let b = Table::new([("c", Column::cat([Some("b"), Some("z")]))]).unwrap();
    let all = Table::concat(&[a, b]).unwrap();
    assert_eq!(all.codes_at(0).unwrap(), [0, 1, 1, 2]);
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

fn roles() -> Table {
    let roles = [
        ("x", Role::Feature),
        ("sex", Role::Sensitive),
        ("id", Role::Identifier),
        ("w", Role::Weight),
        ("user", Role::Entity),
        ("query", Role::Group),
        ("y", Role::Target),
        ("score", Role::InitScore),
        ("z", Role::Feature),
    ];
    let columns = (0..9).map(|c| (roles[c].0, Column::num([c as f64, 1.0])));
    let table = Table::new(columns).unwrap();
    let give = |t: Table, (name, role): &(&str, Role)| t.with_role(name, *role).unwrap();
    let table = roles.iter().fold(table, give);
    let at = Column::time([Some(5), Some(6)]);
    table
        .with_column("at", at)
        .unwrap()
        .with_role("at", Role::Time)
        .unwrap()
}

#[test]
fn case_v12_only_features_become_a_matrix() {
    let x = roles().dense::<f64>().unwrap();
    assert_eq!(x.names().iter().collect::<Vec<_>>(), ["x", "z"]);
    assert_eq!(x.values(), [0.0, 8.0, 1.0, 1.0]);
    let data = roles().regression("y").unwrap().dense::<f64>().unwrap();
    assert_eq!(data.data().names().iter().collect::<Vec<_>>(), ["x", "z"]);
    // Steps work on features, too, unless somebody names a column.
    assert_eq!(roles().inputs(), [0, 8]);
    assert_eq!(roles().positions_of(Kind::Num), [0, 8]);
    assert_eq!(roles().only(&[1, 8]).inputs(), [1, 8]);
    // What a step was handed counts no more than the role in a matrix.
    let x = roles().only(&[0, 1]).dense::<f64>().unwrap();
    assert_eq!(x.names().iter().collect::<Vec<_>>(), ["x"]);
    // A table without features is a matrix of as many rows.
    let none = roles().select(&["sex", "id"]).unwrap();
    let x = none.dense::<f32>().unwrap();
    assert_eq!((x.len(), x.width()), (2, 0));
}

#[test]
fn case_v10_places_that_are_not_there() {
    let t = roles();
    assert_eq!(
        (t.num_at(99), t.codes_at(99), t.time_at(99)),
        (None, None, None)
    );
    assert_eq!(t.columns().get(99).map(Column::kind), None);
    assert!(t.row(0).get(99).is_missing());
    let text = Column::text([Some("a")]);
    assert_eq!((text.str_at(0), text.str_at(1)), (Some("a"), None));
    assert_eq!(Column::cat([Some("a")]).str_at(7), None);
    // A range that ends before it begins has no rows, wherever it is read.
    let none = RowSet::Range(5, 2);
    assert_eq!(
        (none.len(), none.is_empty(), none.iter().count()),
        (0, true, 0)
    );
    let (three, list) = (RowSet::Range(4, 7), [4_u32, 5, 6]);
    for (start, end, want) in [(1, 3, &[5, 6][..]), (2, 9, &[6]), (9, 99, &[]), (2, 1, &[])] {
        assert_eq!(three.slice(start, end).iter().collect::<Vec<_>>(), want);
        let part = RowSet::List(&list).slice(start, end);
        assert_eq!(part.iter().collect::<Vec<_>>(), want);
    }
    assert_eq!(t.take(none).rows(), 0);
    assert_eq!(View::new(&t, none).iter().count(), 0);
    let labels = crate::sample::RealLabels::new(vec![1.0; 9]).unwrap();
    assert_eq!(crate::sample::Labels::take(&labels, none).values().len(), 0);
}

#[test]
fn case_v6_loaded_schemas_and_levels_are_checked() {
    let back = |json: &str| serde_json::from_str::<Schema>(json).map_err(|e| e.to_string());
    let field = |name: &str, kind: &str, levels: &str| {
        format!(r#"{{"name":"{name}","kind":"{kind}","role":"Feature","levels":{levels}}}"#)
    };
    let fields = |all: &[String]| format!(r#"{{"fields":[{}]}}"#, all.join(","));
    let city = field("city", "Cat", r#"["Riga","Oslo"]"#);
    assert!(back(&fields(std::slice::from_ref(&city))).is_ok());
    let e = back(&fields(&[city.clone(), city])).unwrap_err();
    assert!(e.starts_with("duplicate column `city`, at 0 and 1"), "{e}");
    let e = back(&fields(&[field(
        "city",
        "Cat",
        r#"["Riga","Oslo","Riga"]"#,
    )]))
    .unwrap_err();
    assert!(e.starts_with("duplicate level `Riga`, at 0 and 2"), "{e}");
    let e = back(&fields(&[field("n", "Num", r#"["Riga"]"#)])).unwrap_err();
    assert!(e.contains("`n` is numeric and has levels"), "{e}");
}
