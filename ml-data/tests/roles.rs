//! Roles of columns: which kinds can bear them, and what becomes of the columns in a data set.
#![allow(clippy::unwrap_used, missing_docs)]

use ml_data::prelude::*;
use ml_data::table::{Field, Schema};

fn table() -> Table {
    Table::new([
        ("num", Column::num([1.0, 2.0, 3.0])),
        ("cat", Column::cat(["a", "b", "a"].map(Some))),
        ("text", Column::text(["x", "y", "z"].map(Some))),
        ("time", Column::time([Some(5), Some(6), Some(7)])),
        ("bool", Column::bool([Some(true), Some(false), Some(true)])),
        ("y", Column::num([0.0, 1.0, 0.0])),
    ])
    .unwrap()
}

#[test]
fn each_role_is_borne_by_its_kinds_alone() {
    // num, cat, text, time, bool: by hand, from the table of `with_role`.
    for (role, kinds) in [
        (Role::Feature, [true; 5]),
        (Role::Target, [true, true, true, false, true]),
        (Role::Weight, [true, false, false, false, true]),
        (Role::InitScore, [true, false, false, false, true]),
        (Role::Time, [false, false, false, true, false]),
        (Role::Group, [true, true, true, false, true]),
        (Role::Entity, [true; 5]),
        (Role::Sensitive, [true; 5]),
        (Role::Identifier, [true; 5]),
    ] {
        for (name, fits) in ["num", "cat", "text", "time", "bool"].iter().zip(kinds) {
            match table().with_role(name, role) {
                Ok(_) => assert!(fits, "{role} on {name}"),
                Err(e) => {
                    assert!(!fits && e.is_schema(), "{role} on {name}: {e}");
                    let e = e.to_string();
                    let parts = [
                        format!("column `{name}` is "),
                        format!("the role `{role}` takes "),
                    ];
                    assert!(parts.iter().all(|p| e.contains(p)), "{e}");
                }
            }
        }
    }
}

#[test]
fn a_time_that_is_a_number_is_refused_and_casts() {
    let e = table()
        .with_role("num", Role::Time)
        .unwrap_err()
        .to_string();
    let told = "column `num` is numeric, the role `time` takes time; `Table::cast` it first";
    assert_eq!(e, told);
    let data = table().cast("num", Kind::Time).unwrap();
    let data = data
        .with_role("num", Role::Time)
        .unwrap()
        .regression("y")
        .unwrap();
    assert_eq!(data.into_train().times().unwrap(), [1, 2, 3]);
    // A column that takes another kind under its role, and a schema made by hand.
    let timed = table().with_role("time", Role::Time).unwrap();
    assert_eq!(
        timed.cast("time", Kind::Num).unwrap_err().to_string(),
        told.replace("num`", "time`")
    );
    assert!(timed.with_column("time", Column::num([1.0; 3])).is_err());
    assert!(Schema::new(vec![Field::new("num", Kind::Num).with_role(Role::Time)]).is_err());
    // A schema that was stored.
    let json = r#"{"fields":[{"name":"num","kind":"Num","role":"Time","levels":null}]}"#;
    let e = serde_json::from_str::<Schema>(json)
        .unwrap_err()
        .to_string();
    assert!(e.starts_with(told), "{e}");
}

#[test]
fn one_column_a_role_beside_the_rows() {
    let twice = |a: &str, b: &str, role| {
        let t = table()
            .with_role(a, role)
            .unwrap()
            .with_role(b, role)
            .unwrap();
        t.regression("y").unwrap_err().to_string()
    };
    let told = "duplicate column of the role `weight`, at 0 and 4";
    assert_eq!(twice("num", "bool", Role::Weight), told);
    let told = "duplicate column of the role `group`, at 1 and 2";
    assert_eq!(twice("cat", "text", Role::Group), told);
    let t = Table::hstack(&[
        table(),
        table()
            .select(&["time"])
            .unwrap()
            .rename("time", "t2")
            .unwrap(),
    ]);
    let t = t
        .unwrap()
        .with_role("time", Role::Time)
        .unwrap()
        .with_role("t2", Role::Time)
        .unwrap();
    let e = t.regression("y").unwrap_err().to_string();
    assert_eq!(e, "duplicate column of the role `time`, at 3 and 6");
}

#[test]
fn times_and_groups_may_be_features_as_well() {
    let data = table().regression("y").unwrap();
    let data = data
        .with_times_of("time")
        .unwrap()
        .with_groups_of("text")
        .unwrap();
    let train = data.into_train();
    assert_eq!(train.times().unwrap(), [5, 6, 7]);
    assert_eq!(train.groups().unwrap(), [0, 1, 2]);
    let names: Vec<&str> = train.header().fields().iter().map(|f| f.name()).collect();
    assert_eq!(names, ["num", "cat", "text", "time", "bool"]);
    assert_eq!(train.x().data().features().len(), 5);
    let told = |r: Result<_>| r.map(|_: Dataset<Table, Real>| ()).unwrap_err().to_string();
    let data = || table().regression("y").unwrap();
    let e = told(data().with_times_of("num"));
    assert_eq!(
        e,
        "Table::time: column `num` is numeric, expected time; `Table::num` reads it, `Table::cast` \
                converts it"
    );
    let e = told(data().with_groups_of("time"));
    assert_eq!(
        e,
        "groups: column `time` is time, expected categorical; `Table::cast` converts it"
    );
    assert!(told(data().with_times_of("tim")).contains("is it `time`?"));
    // A missing one is named by its own column, however it came there.
    let holed = table()
        .with_column("time", Column::time([Some(1), None, Some(2)]))
        .unwrap();
    let e = told(holed.clone().regression("y").unwrap().with_times_of("time"));
    assert_eq!(
        e,
        "column `time`, row 1: expected an instant, found a missing value"
    );
    let holed = holed
        .rename("time", "at")
        .unwrap()
        .with_role("at", Role::Time)
        .unwrap();
    let e = told(holed.regression("y"));
    assert_eq!(
        e,
        "column `at`, row 1: expected an instant, found a missing value"
    );
}
