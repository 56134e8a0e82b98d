//! Columns, tables, schemas and matrices by value.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use ml_data::repr::{Dense, Float, Names, Repr, RowSet, Rows, Sparse};
use ml_data::table::{
    Cell, Column, Field, Kind, Levels, MISSING_BOOL, MISSING_CODE, MISSING_TIME, Role, RowBuf,
    Schema, Table,
};
use std::sync::Arc;

fn all_kinds() -> [Column; 5] {
    [
        Column::num([1.5, f64::NAN, 3.0]),
        Column::cat([Some("b"), None, Some("a")]),
        Column::text([Some("x"), None, Some("zz")]),
        Column::time([Some(7), None, Some(-9)]),
        Column::bool([Some(true), None, Some(false)]),
    ]
}

#[test]
fn every_kind_of_column_tells_its_values() {
    let kinds = [Kind::Num, Kind::Cat, Kind::Text, Kind::Time, Kind::Bool];
    let cells = [
        [Cell::Num(1.5), Cell::Num(3.0)],
        [Cell::Code(0), Cell::Code(1)],
        [Cell::Text("x"), Cell::Text("zz")],
        [Cell::Time(7), Cell::Time(-9)],
        [Cell::Bool(true), Cell::Bool(false)],
    ];
    for ((column, kind), cells) in all_kinds().iter().zip(kinds).zip(cells) {
        assert_eq!(
            (column.kind(), column.len(), column.missing()),
            (kind, 3, 1)
        );
        assert!(!column.is_empty() && column.take(RowSet::Range(0, 0)).is_empty());
        let found = [0, 1, 2].map(|i| column.cell(i));
        assert_eq!(found, [cells[0], Cell::Missing, cells[1]], "{kind}");
        let taken = column.take(RowSet::List(&[2, 1, 2]));
        assert_eq!(
            [0, 1, 2].map(|i| taken.cell(i)),
            [cells[1], Cell::Missing, cells[1]]
        );
        assert_eq!(column.levels().is_some(), kind == Kind::Cat);
        let as_kind = [
            column.as_num().is_some(),
            column.as_codes().is_some(),
            column.as_text().is_some(),
            column.as_time().is_some(),
            column.as_bool().is_some(),
        ];
        assert_eq!(as_kind, kinds.map(|k| k == kind));
        let text = [0, 1, 2, 3].map(|i| column.str_at(i));
        assert_eq!(
            text,
            match kind {
                Kind::Cat => [Some("b"), None, Some("a"), None],
                Kind::Text => [Some("x"), None, Some("zz"), None],
                _ => [None; 4],
            }
        );
    }
    let [num, cat, _, time, bools] = all_kinds();
    assert_eq!(num.as_num().unwrap()[0], 1.5);
    assert_eq!(cat.as_codes().unwrap(), [0, MISSING_CODE, 1]);
    assert_eq!(time.as_time().unwrap(), [7, MISSING_TIME, -9]);
    assert_eq!(bools.as_bool().unwrap(), [1, MISSING_BOOL, 0]);
}

#[test]
fn cells_read_as_numbers_codes_texts_and_times() {
    assert_eq!(Cell::Bool(true).num(), 1.0);
    assert_eq!(Cell::Num(2.5).num(), 2.5);
    assert!(Cell::Code(3).num().is_nan() && Cell::Missing.num().is_nan());
    assert_eq!(
        [Cell::Code(3).code(), Cell::Num(3.0).code()],
        [3, MISSING_CODE]
    );
    assert_eq!(
        [Cell::Text("t").text(), Cell::Missing.text()],
        [Some("t"), None]
    );
    assert_eq!(
        [Cell::Time(4).time(), Cell::Num(4.0).time()],
        [4, MISSING_TIME]
    );
    assert!(Cell::Missing.is_missing() && !Cell::Num(0.0).is_missing());
    let mut buf = RowBuf::default();
    let cells = [
        Cell::Num(1.0),
        Cell::Num(f64::NAN),
        Cell::Code(2),
        Cell::Code(MISSING_CODE),
        Cell::Time(5),
        Cell::Time(MISSING_TIME),
        Cell::Bool(false),
        Cell::Bool(true),
        Cell::Text("ab"),
        Cell::Text(""),
        Cell::Text("c"),
        Cell::Missing,
    ];
    for _ in 0..2 {
        buf.clear();
        cells.iter().for_each(|c| buf.push(*c));
        let row = Table::view(&buf);
        let found: Vec<Cell<'_>> = (0..13).map(|i| row.get(i)).collect();
        let mut want = cells.to_vec();
        for i in [1, 3, 5] {
            want[i] = Cell::Missing;
        }
        want.push(Cell::Missing);
        assert_eq!(found, want);
        assert_eq!((row.len(), row.is_empty()), (12, false));
    }
    Table::clear(&mut buf);
    assert!(Table::view(&buf).is_empty());
    let row = ml_data::table::TableRow::of_cells(&cells);
    assert_eq!(
        (row.len(), row.get(4), row.get(99)),
        (12, Cell::Time(5), Cell::Missing)
    );
}

#[test]
fn levels_are_coded_by_their_first_place() {
    let mut levels = Levels::default();
    assert!(levels.is_empty());
    assert_eq!(["b", "a", "b"].map(|l| levels.add(l)), [0, 1, 0]);
    assert_eq!((levels.len(), levels.is_empty()), (2, false));
    assert_eq!([levels.code("a"), levels.code("c")], [Some(1), None]);
    assert_eq!([levels.name(0), levels.name(2)], [Some("b"), None]);
    let more = Levels::try_from(vec!["b".into(), "a".into(), "c".into()]).unwrap();
    assert!(more.starts_with(&levels) && !levels.starts_with(&more));
    assert!(more != levels && levels == levels.clone());
    let e = Levels::try_from(vec!["a".into(), "b".into(), "a".into()]).unwrap_err();
    assert!(e.to_string().contains("level `a`, at 0 and 2"), "{e}");
    // Codes beyond the levels are refused by row; a missing one is none of them.
    let of = |codes| Column::cat_from_codes(codes, Arc::new(levels.clone()));
    assert_eq!(of(vec![1, MISSING_CODE]).unwrap().missing(), 1);
    let e = of(vec![1, 2]).unwrap_err().to_string();
    assert!(e.contains("row 1") && e.contains("below 2"), "{e}");
    // Recoded, unseen levels come after the trained ones.
    let column = Column::cat([Some("c"), Some("a"), None]);
    let recoded = column.recode(&Arc::new(levels));
    assert_eq!(recoded.as_codes().unwrap(), [2, 1, MISSING_CODE]);
    let names: Vec<&str> = recoded
        .levels()
        .unwrap()
        .names()
        .iter()
        .map(|n| &**n)
        .collect();
    assert_eq!(names, ["b", "a", "c"]);
    let longer = Column::cat([Some("b"), Some("a"), Some("c")]);
    let same = longer.recode(&Arc::new(Levels::try_from(vec!["b".into()]).unwrap()));
    assert_eq!(same.as_codes().unwrap(), [0, 1, 2]);
    assert_eq!(Column::num([1.0]).recode(&Arc::new(more)).kind(), Kind::Num);
}

#[test]
fn tables_are_stacked_kind_by_kind() {
    let names = ["n", "c", "t", "w", "b"];
    let table = Table::new(names.into_iter().zip(all_kinds())).unwrap();
    let other = table.take(RowSet::List(&[2, 0]));
    let both = Table::concat(&[other.clone(), table.clone()]).unwrap();
    assert_eq!((both.rows(), other.rows()), (5, 2));
    for p in 0..5 {
        for (row, (of, r)) in [
            (&other, 0),
            (&other, 1),
            (&table, 0),
            (&table, 1),
            (&table, 2),
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(both.text_of(p, row), of.text_of(p, r), "{p} {row}");
        }
    }
    assert!(Table::concat(&[]).is_err());
    let swapped = table.select(&["c", "n", "t", "w", "b"]).unwrap();
    assert!(Table::concat(&[table.clone(), swapped]).is_err());
    assert_eq!(table.filter(&[true, false, true]).unwrap().rows(), 2);
    assert!(table.filter(&[true]).is_err());
    assert_eq!(table.num_at(0).unwrap()[2], 3.0);
    assert_eq!(table.codes_at(1).unwrap()[2], 1);
    assert_eq!(table.time_at(3).unwrap()[2], -9);
    assert!(table.num_at(1).is_none() && table.codes_at(0).is_none() && table.time_at(9).is_none());
    let only = table.only(&[3, 1]);
    assert_eq!((only.visible(), only.inputs()), (vec![3, 1], vec![3, 1]));
    let roles = table.with_role("c", Role::Entity).unwrap();
    assert_eq!(
        (roles.inputs(), roles.visible().len()),
        (vec![0, 2, 3, 4], 5)
    );
    let replaced = roles.with_column("c", Column::num([0.0; 3])).unwrap();
    assert_eq!(replaced.schema().field(1).role(), Role::Entity);
    assert_eq!(replaced.schema().field(1).kind(), Kind::Num);
    assert!(roles.with_column("new", Column::num([0.0; 2])).is_err());
    assert_eq!(
        roles
            .with_column("new", Column::num([0.0; 3]))
            .unwrap()
            .columns()
            .len(),
        6
    );
    assert_eq!(table.drop(&["n", "w"]).unwrap().columns().len(), 3);
    assert!(table.drop(&["m"]).is_err() && table.select(&["m"]).is_err());
}

#[test]
fn schemas_are_compared_field_by_field() {
    let levels = |names: &[&str]| {
        let names: Vec<Box<str>> = names.iter().map(|n| (*n).into()).collect();
        Some(Arc::new(Levels::try_from(names).unwrap()))
    };
    let schema = |first: &str, kind, names: &[&str]| {
        let cat = Field::new("c", Kind::Cat).with_levels(levels(names));
        Schema::new(vec![Field::new(first, kind), cat]).unwrap()
    };
    let trained = schema("x", Kind::Num, &["a", "b"]);
    assert_eq!((trained.len(), trained.is_empty()), (2, false));
    assert_eq!(trained.find("c"), Some(1));
    let alike = [
        (schema("x", Kind::Num, &["a", "b"]), true),
        (schema("x", Kind::Num, &["a", "b", "c"]), true),
        (schema("x", Kind::Num, &["b", "a"]), false),
        (schema("y", Kind::Num, &["a", "b"]), false),
        (schema("x", Kind::Time, &["a", "b"]), false),
        (
            Schema::new(vec![Field::new("x", Kind::Num)]).unwrap(),
            false,
        ),
        (
            Schema::new(vec![Field::new("x", Kind::Num), Field::new("c", Kind::Cat)]).unwrap(),
            false,
        ),
    ];
    for (other, same) in &alike {
        assert_eq!(other.codes_like(&trained), *same, "{other:?}");
        let own = *other == trained;
        assert_eq!(
            other.fingerprint() == trained.fingerprint(),
            own,
            "{other:?}"
        );
    }
    let text = |i: usize| alike[i].0.difference(&trained);
    assert_eq!(text(0), "");
    assert_eq!(text(2), "`c`: categories are coded differently");
    assert_eq!(
        text(3),
        "`x` (numeric): missing; `y` (numeric): not expected"
    );
    assert_eq!(text(4), "`x`: expected numeric, found time");
    assert_eq!(text(5), "`c` (categorical): missing");
    let turned = Schema::new(trained.fields().iter().rev().cloned().collect()).unwrap();
    assert_eq!(turned.difference(&trained), "`x`: expected before `c`");
    let kinds = [Kind::Num, Kind::Cat, Kind::Text, Kind::Time, Kind::Bool].map(|k| k.to_string());
    assert_eq!(kinds, ["numeric", "categorical", "text", "time", "boolean"]);
}

#[test]
fn matrices_keep_rows_names_and_widths() {
    let d = Dense::new(Names::new(["a", "b"]), vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
    assert_eq!((d.len(), d.width(), d.names().len()), (3, 2, 2));
    assert_eq!(
        [d.row(0), d.row(1), d.row(2)],
        [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    );
    assert_eq!(d.names().get(1), "b");
    assert!(!d.names().is_empty() && Names::numbered(0).is_empty());
    assert_eq!(Names::numbered(2).iter().collect::<Vec<_>>(), ["x0", "x1"]);
    assert_eq!(d.cast::<f32>().values(), [1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(
        (d.cast::<f32>().len(), d.cast::<f32>().names().get(0)),
        (3, "a")
    );
    assert_eq!(d.array().unwrap().dim(), (3, 2));
    assert_eq!(d.clone().into_values().len(), 6);
    assert!(d.clone().with_names(Names::new(["a"])).is_err());
    assert_eq!(
        d.clone()
            .with_names(Names::new(["c", "d"]))
            .unwrap()
            .names()
            .get(0),
        "c"
    );
    assert!(d.check(&Names::new(["a", "b"])).is_ok());
    let text = |names: &[&str]| {
        d.check(&Names::new(names.iter().copied()))
            .unwrap_err()
            .to_string()
    };
    assert!(text(&["a"]).contains("expected 1 columns, found 2"));
    let e = text(&["a", "c"]);
    assert!(
        e.contains("column 1: expected `c`, found `b`") && !e.contains("column 0"),
        "{e}"
    );
    let (wide, other) = (
        Names::numbered(7),
        Names::new((0..7).map(|i| format!("y{i}"))),
    );
    let e = Dense::<f64>::new(wide, vec![])
        .unwrap()
        .check(&other)
        .unwrap_err()
        .to_string();
    assert_eq!(e.matches("expected").count(), 5, "{e}");
    assert_eq!([f64::of(1.5), 1.5_f64.f64()], [1.5, 1.5]);
    assert_eq!(
        [f32::of(1.5), 1.5_f64.f32(), Float::f32(2.5_f32)],
        [1.5, 1.5, 2.5]
    );
    assert_eq!(2.5_f32.f64(), 2.5);
    let mut buf = vec![1.0];
    assert_eq!(Dense::<f64>::view(&buf), [1.0]);
    Dense::<f64>::clear(&mut buf);
    assert!(buf.is_empty());
    let built = Dense::collect(Names::numbered(2), 2, &mut |i, b: &mut Vec<f64>| {
        b.extend([i as f64, -1.0]);
        Ok(())
    });
    assert_eq!(built.unwrap().values(), [0.0, -1.0, 1.0, -1.0]);
}

#[test]
fn sparse_rows_are_checked_and_read() {
    let of = |starts: &[usize], indices: &[u32]| {
        let values = indices.iter().map(|&i| f64::from(i)).collect();
        Sparse::new(
            Names::numbered(3),
            starts.to_vec(),
            indices.to_vec(),
            values,
        )
    };
    let s = of(&[0, 2, 2, 3], &[0, 2, 1]).unwrap();
    assert_eq!((s.len(), s.stored(), s.names().len()), (3, 3, 3));
    assert_eq!(
        (s.row(0).indices, s.row(0).values),
        (&[0, 2][..], &[0.0, 2.0][..])
    );
    assert!(s.row(1).indices.is_empty());
    assert_eq!(s.row(2).values, [1.0]);
    for (starts, indices) in [
        (&[][..], &[][..]),
        (&[1, 1], &[0]),
        (&[0, 2, 1], &[0]),
        (&[0, 1], &[0, 1]),
        (&[0, 2], &[1, 1]),
        (&[0, 1], &[3]),
    ] {
        assert!(of(starts, indices).is_err(), "{starts:?} {indices:?}");
    }
    assert!(Sparse::new(Names::numbered(3), vec![0, 1], vec![1], Vec::<f64>::new()).is_err());
    for (starts, found) in [
        (vec![], "none"),
        (vec![1, 2], "1 at 0"),
        (vec![0, 2, 1, 2], "2 at 1, then 1"),
        (vec![0, 1], "1 at 1, the end"),
    ] {
        let e = Sparse::new(Names::numbered(3), starts, vec![0, 1], vec![1.0, 2.0]);
        let e = e.unwrap_err().to_string();
        assert!(
            e.contains("numbers that grow from 0 to 2") && e.contains(found),
            "{e}"
        );
    }
    assert!(s.check(&Names::numbered(3)).is_ok());
    let e = s.check(&Names::numbered(4)).unwrap_err().to_string();
    assert!(e.contains("expected 4 sparse columns, found 3"), "{e}");
    assert_eq!(s.header(), &Names::numbered(3));
}

#[test]
fn a_range_that_ends_before_it_begins_takes_no_rows() {
    let table = Table::new([
        ("n", Column::num([1.0, 2.0])),
        ("c", Column::cat([Some("a"), None])),
    ]);
    let table = table.unwrap();
    for (start, end) in [(5, 2), (9, 7), (1, 0), (2, 2)] {
        let none = table.take(RowSet::Range(start, end));
        assert_eq!(
            (none.rows(), none.column(0).len(), none.column(1).len()),
            (0, 0, 0)
        );
    }
    assert_eq!(table.take(RowSet::Range(1, 2)).num("n").unwrap(), [2.0]);
}
