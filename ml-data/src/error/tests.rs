//! Every failure has its kind, and prints its message.

use super::*;
use crate::validate::distinct;

#[test]
fn every_failure_has_its_kind_and_prints_its_message() {
    let io = std::io::Error::other("full");
    let kinds = [
        (Error::parameter("S", "p", 3, "at most 2"), "parameter"),
        (Error::no_column("S", "a", ["b"]), "schema"),
        (Error::Schema("other columns".into()), "schema"),
        (Error::cell("a", 1, "a number", "x"), "data"),
        (Error::Empty("table".into()), "data"),
        (Error::check_len("rows", 1, 2).unwrap_err(), "data"),
        (Error::value("threshold", "a number", "x"), "data"),
        (Error::too_few("folds", 2, 1), "data"),
        (Error::undefined("roc_auc", "one class"), "data"),
        (distinct("column", ["a", "b", "a"]).unwrap_err(), "data"),
        (
            Error::Unknown {
                what: "alert rule".into(),
                name: "a".into(),
                known: vec![],
            },
            "data",
        ),
        (
            Error::Required {
                who: "GroupKFold".into(),
                what: "groups".into(),
                how: "give the data set `.with_groups(..)`".into(),
            },
            "data",
        ),
        (
            Error::ZeroWeights {
                what: "training sample".into(),
            },
            "data",
        ),
        (
            Error::BadRows {
                count: 1,
                report: "1 bad rows".into(),
            },
            "data",
        ),
        (
            Error::ArrowType {
                column: "a".into(),
                found: "Struct".into(),
                reason: "it is not supported".into(),
            },
            "schema",
        ),
        (Error::too_many("rows", 10, 11), "limit"),
        (Error::io("writing", io), "io"),
    ];
    for (e, kind) in kinds {
        let found = [
            ("parameter", e.is_parameter()),
            ("schema", e.is_schema()),
            ("data", e.is_data()),
            ("limit", e.is_limit()),
            ("io", e.is_io()),
        ];
        let found: Vec<&str> = found.iter().filter(|f| f.1).map(|f| f.0).collect();
        assert_eq!(found, [kind], "{e}");
        assert_eq!(format!("{e:?}"), e.to_string());
    }
    let memory = Error::Memory {
        place: "reading".into(),
        bytes: 9,
        advice: "read in pieces",
    };
    assert!(memory.is_limit() && !memory.is_io());
    let model = Error::Model {
        format: "XGBoost",
        at: "line 1".into(),
        expected: "a tree".into(),
        found: "nothing".into(),
    };
    assert!(!model.is_data() && !model.is_parameter());
}

#[test]
fn hints_name_the_nearest_column() {
    let e = Error::no_column("OneHotEncoder", "citi", ["city", "price"]);
    assert_eq!(
        e.to_string(),
        "OneHotEncoder: no column `citi` (is it `city`?)"
    );
    let e = Error::no_column("OneHotEncoder", "citi", ["amount"]);
    assert_eq!(e.to_string(), "OneHotEncoder: no column `citi`");
}

#[test]
fn messages_name_what_was_expected_and_found() {
    let text = |e: Error| e.to_string();
    assert_eq!(
        text(Error::value("segment", "a number below 9", 12)),
        "segment: expected a number below 9, found 12"
    );
    assert_eq!(
        text(Error::too_few("Feasibility: rows", 2, 1)),
        "Feasibility: rows: at least 2 are needed, found 1"
    );
    assert_eq!(
        text(Error::too_many("rows", 10, 11)),
        "rows: at most 10 are supported, found 11"
    );
    let unknown = |known: &[&str]| Error::Unknown {
        what: "alert rule".into(),
        name: "x".into(),
        known: known.iter().map(|k| k.to_string()).collect(),
    };
    assert_eq!(
        text(unknown(&["a", "b"])),
        "no alert rule is called `x`; there is a, b"
    );
    assert_eq!(
        text(unknown(&[])),
        "no alert rule is called `x`; there is none"
    );
    assert_eq!(
        text(distinct("column", ["a", "b", "b"]).unwrap_err()),
        "duplicate column `b`, at 1 and 2"
    );
}

#[test]
fn errors_around_the_library_keep_their_source() {
    let e = Error::other(std::io::Error::other("full"));
    assert_eq!(e.to_string(), "full");
    assert!(!e.is_data() && !e.is_io());
}
