//! Every failure has its kind, and prints its message.

use super::*;
use crate::schema::{Field, Schema};
use crate::validate::distinct;

/// An example of each variant with the kinds that it has. The match has no wildcard, so that a new
/// variant does not compile without a line here.
macro_rules! failures {
    ($($variant:pat => $error:expr, [$($kind:literal)?];)*) => {
        fn kinds(e: &Error) -> &'static [&'static str] {
            match e {
                $($variant => &[$($kind)?],)*
            }
        }

        fn failures() -> Vec<Error> {
            vec![$($error),*]
        }
    };
}

failures! {
    Error::Parameter { .. } => Error::parameter("S", "p", 3, "at most 2"), ["parameter"];
    Error::NoColumn { .. } => Error::no_column("S", "a", ["b"]), ["schema"];
    Error::ExtraColumns { .. } => Error::ExtraColumns {
        step: "S".into(),
        columns: vec!["a".into()],
        advice: "leave it out".into(),
    }, ["schema"];
    Error::ColumnKind { .. } => Error::column_kind("S", "a", Kind::Num, Kind::Cat), ["schema"];
    Error::RoleKind { .. } => Schema::new(vec![Field::new("a", Kind::Num).with_role(Role::Time)]).unwrap_err(), ["schema"];
    Error::ArrowType { .. } => Error::ArrowType {
        column: "a".into(),
        found: "Struct".into(),
        reason: "it is not supported".into(),
    }, ["schema"];
    Error::Schema(_) => Error::Schema("other columns".into()), ["schema"];
    Error::Artifact(ArtifactError::Schema(_)) =>
        ArtifactError::Schema("other columns".into()).into(), ["schema"];
    Error::Artifact(
        ArtifactError::Magic
        | ArtifactError::Format { .. }
        | ArtifactError::Truncated { .. }
        | ArtifactError::Checksum
        | ArtifactError::Fingerprint
        | ArtifactError::Kind { .. }
        | ArtifactError::Target { .. }
        | ArtifactError::Structure { .. }
        | ArtifactError::Payload(_)
        | ArtifactError::File { .. }
    ) => ArtifactError::Checksum.into(), [];
    Error::Cell { .. } => Error::cell("a", 1, "a number", "x"), ["data"];
    Error::Empty(_) => Error::Empty("table".into()), ["data"];
    Error::Length { .. } => Error::check_len("rows", 1, 2).unwrap_err(), ["data"];
    Error::Field { .. } => Error::Field {
        field: "age".into(),
        expected: "a number".into(),
        found: "text".into(),
    }, ["data"];
    Error::Value { .. } => Error::value("threshold", "a number", "x"), ["data"];
    Error::Duplicate { .. } => distinct("column", ["a", "b", "a"]).unwrap_err(), ["data"];
    Error::Unknown { .. } => Error::Unknown {
        what: "alert rule".into(),
        name: "a".into(),
        known: vec![],
    }, ["data"];
    Error::TooFew { .. } => Error::too_few("folds", 2, 1), ["data"];
    Error::ZeroWeights { .. } => Error::ZeroWeights { what: "training sample".into() }, ["data"];
    Error::Undefined { .. } => Error::undefined("roc_auc", "one class"), ["data"];
    Error::Required { .. } => Error::Required {
        who: "GroupKFold".into(),
        what: "groups".into(),
        how: "give the data set `.with_groups(..)`".into(),
    }, ["data"];
    Error::BadRows { .. } => Error::BadRows { count: 1, report: "1 bad rows".into() }, ["data"];
    Error::Source { .. } => Error::Source {
        path: "a.parquet".into(),
        line: None,
        reason: "no Parquet file".into(),
    }, ["data"];
    Error::Limit { .. } => Error::Limit {
        place: "a.csv".into(),
        limit: "record_bytes",
        allowed: 1,
        found: 2,
        raise: "`.limits(..)`".into(),
    }, ["limit"];
    Error::Memory { .. } => Error::Memory {
        place: "reading".into(),
        bytes: 9,
        advice: "read in pieces",
    }, ["limit"];
    Error::TooMany { .. } => Error::too_many("rows", 10, 11), ["limit"];
    Error::Io { .. } => Error::io("writing", std::io::Error::other("full")), ["io"];
    Error::Model { .. } => Error::Model {
        format: "XGBoost",
        at: "line 1".into(),
        expected: "a tree".into(),
        found: "nothing".into(),
    }, [];
    Error::Unsupported { .. } => Error::Unsupported {
        step: "S",
        what: "weights".into(),
        why: "it has none".into(),
    }, [];
    Error::Fit { .. } => Error::Fit { step: "S", reason: "it did not converge".into() }, [];
    Error::Answer { .. } => Error::Answer {
        model: "m".into(),
        query: 1,
        reason: "no items".into(),
    }, [];
    Error::Encode { .. } => Error::encode("report as JSON", "a NaN"), [];
    Error::Other(_) => Error::other("not loaded yet"), [];
}

#[test]
fn every_failure_has_the_documented_kinds_and_prints_its_message() {
    for e in failures() {
        let found = [
            ("parameter", e.is_parameter()),
            ("schema", e.is_schema()),
            ("data", e.is_data()),
            ("limit", e.is_limit()),
            ("io", e.is_io()),
        ];
        let found: Vec<&str> = found.iter().filter(|f| f.1).map(|f| f.0).collect();
        assert_eq!(found, kinds(&e), "{e}");
        assert_eq!(format!("{e:?}"), e.to_string());
    }
}

#[test]
fn extra_columns_are_named() {
    let text = |columns: &[&str]| {
        let columns = columns.iter().map(|c| c.to_string()).collect();
        let (step, advice) = ("S".into(), "leave them out".into());
        let e = Error::ExtraColumns {
            step,
            columns,
            advice,
        };
        e.to_string()
    };
    assert_eq!(
        text(&["a"]),
        "S: column `a` is not expected: leave them out"
    );
    let two = "S: columns `a`, `b` are not expected: leave them out";
    assert_eq!(text(&["a", "b"]), two);
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
