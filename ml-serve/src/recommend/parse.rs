//! From bytes to a request; what can not be read is named by its path.

use super::request::Request;
use crate::error::{Error, Result};
use serde_json::{Map, Value};

/// Reads a request from JSON.
///
/// # Errors
/// [`Error::Malformed`] when it is not JSON; [`Error::Request`] with the path of the field that has
/// another type, is missing or is not known.
pub fn parse(bytes: &[u8]) -> Result<Request> {
    // The usual case reads straight into the struct; only a refused body is looked at twice, to
    // name the field.
    match serde_json::from_slice::<Request>(bytes) {
        Ok(request) if bytes.trim_ascii_start().starts_with(b"{") => Ok(request),
        Ok(_) => Err(Error::request("(body)", "an object", "a list")),
        Err(e) => Err(diagnose(bytes, &e)),
    }
}

#[derive(Clone, Copy)]
enum Shape {
    Text,
    Whole,
    Number,
    Flag,
    Texts,
    Object(&'static [(&'static str, Shape)]),
}

const REQUEST: &[(&str, Shape)] = &[
    ("user_id", Shape::Text),
    (
        "context",
        Shape::Object(&[
            ("current_product", Shape::Text),
            ("session_history", Shape::Texts),
        ]),
    ),
    ("num_recommendations", Shape::Whole),
    (
        "filters",
        Shape::Object(&[
            ("exclude_categories", Shape::Texts),
            ("price_max", Shape::Number),
        ]),
    ),
    ("include_seen", Shape::Flag),
];

fn diagnose(bytes: &[u8], refused: &serde_json::Error) -> Error {
    let value: Value = match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(e) => return Error::Malformed(e.to_string()),
    };
    let Value::Object(fields) = &value else {
        return Error::request("(body)", "an object", kind(&value));
    };
    match fields.get("user_id") {
        None => return Error::request("user_id", "a string", "missing"),
        Some(Value::Null) => return Error::request("user_id", "a string", "null"),
        Some(_) => {}
    }
    // What only the struct can refuse (a field given twice) keeps serde's own words.
    object("", fields, REQUEST).unwrap_or_else(|| {
        Error::request("(body)", "one value for each field", refused.to_string())
    })
}

fn object(path: &str, fields: &Map<String, Value>, shapes: &[(&str, Shape)]) -> Option<Error> {
    fields.iter().find_map(|(name, value)| {
        let at = format!("{path}{name}");
        match shapes.iter().find(|(known, _)| known == name) {
            Some((_, shape)) => check(&at, value, *shape),
            None => {
                let known = shapes
                    .iter()
                    .map(|(n, _)| *n)
                    .collect::<Vec<_>>()
                    .join(", ");
                Some(Error::request(
                    at,
                    format!("one of {known}"),
                    "not a known field",
                ))
            }
        }
    })
}

fn check(at: &str, value: &Value, shape: Shape) -> Option<Error> {
    let wrong = |expected: &str| Some(Error::request(at, expected, kind(value)));
    match (shape, value) {
        (_, Value::Null)
        | (Shape::Text, Value::String(_))
        | (Shape::Flag, Value::Bool(_))
        | (Shape::Number, Value::Number(_)) => None,
        (Shape::Whole, Value::Number(n)) if n.is_u64() => None,
        (Shape::Object(shapes), Value::Object(fields)) => object(&format!("{at}."), fields, shapes),
        (Shape::Texts, Value::Array(items)) => items.iter().enumerate().find_map(|(i, item)| {
            (!item.is_string())
                .then(|| Error::request(format!("{at}[{i}]"), "a string", kind(item)))
        }),
        (Shape::Text, _) => wrong("a string"),
        (Shape::Whole, _) => wrong("a whole number from 1 to 100"),
        (Shape::Number, _) => wrong("a number"),
        (Shape::Flag, _) => wrong("true or false"),
        (Shape::Texts, _) => wrong("a list of strings"),
        (Shape::Object(_), _) => wrong("an object"),
    }
}

fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "a boolean".into(),
        Value::Number(n) => n.to_string(),
        Value::String(_) => "a string".into(),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_type_is_named_by_its_path() {
        let cases = [
            (r#"{}"#, "user_id"),
            (r#"{"user_id": null}"#, "user_id"),
            (r#"{"user_id": 7}"#, "user_id"),
            (
                r#"{"user_id": "a", "num_recommendations": "ten"}"#,
                "num_recommendations",
            ),
            (
                r#"{"user_id": "a", "num_recommendations": -1}"#,
                "num_recommendations",
            ),
            (
                r#"{"user_id": "a", "num_recommendations": 1.5}"#,
                "num_recommendations",
            ),
            (r#"{"user_id": "a", "context": []}"#, "context"),
            (
                r#"{"user_id": "a", "context": {"current_product": 1}}"#,
                "context.current_product",
            ),
            (
                r#"{"user_id": "a", "context": {"session_history": ["x", 2]}}"#,
                "context.session_history[1]",
            ),
            (
                r#"{"user_id": "a", "filters": {"price_max": "cheap"}}"#,
                "filters.price_max",
            ),
            (
                r#"{"user_id": "a", "filters": {"exclude_categories": "x"}}"#,
                "filters.exclude_categories",
            ),
            (
                r#"{"user_id": "a", "filters": {"exclude_category": []}}"#,
                "filters.exclude_category",
            ),
            (
                r#"{"user_id": "a", "include_seen": "true"}"#,
                "include_seen",
            ),
            (r#"{"user_id": "a", "include_seen": 1}"#, "include_seen"),
            (
                r#"{"user_id": "a", "filters": {"include_seen": true}}"#,
                "filters.include_seen",
            ),
            (r#"{"user_id": "a", "user": "b"}"#, "user"),
            (r#"{"user_id": "a", "user_id": "b"}"#, "(body)"),
            (r#"[1]"#, "(body)"),
            (r#"["a"]"#, "(body)"),
            (r#"{"user_id": "a", "filters": [["c0"], 5]}"#, "filters"),
        ];
        for (body, field) in cases {
            let e = parse(body.as_bytes()).unwrap_err();
            assert_eq!(e.field(), Some(field), "{body}: {e}");
        }
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        for body in [
            &b""[..],
            b"{",
            b"{\"user_id\": NaN}",
            b"{\"user_id\": \"a\"} x",
            b"\xff\xfe",
            b"{\"user_id\":\"a\",\"filters\":{\"price_max\":1e999}}",
        ] {
            let e = parse(body).unwrap_err();
            assert!(matches!(e, Error::Malformed(_)), "{e}");
        }
        let deep = "[".repeat(10_000);
        assert!(matches!(parse(deep.as_bytes()), Err(Error::Malformed(_))));
    }

    #[test]
    fn nulls_are_left_out_fields() {
        let nulls = br#"{"user_id": "a", "context": null, "num_recommendations": null, "filters": {"exclude_categories": null, "price_max": null}, "include_seen": null}"#;
        assert_eq!(parse(nulls).unwrap(), Request::new("a"));
        assert_eq!(parse(br#"{"user_id": "a"}"#).unwrap(), Request::new("a"));
        let five = br#"{"user_id": "a", "num_recommendations": 5}"#;
        assert_eq!(parse(five).unwrap(), Request::new("a").count(5));
    }

    #[test]
    fn what_was_found_is_named() {
        for (found, name) in [
            ("true", "a boolean"),
            ("7", "7"),
            ("[]", "a list"),
            ("{}", "an object"),
        ] {
            let body = format!(r#"{{"user_id": {found}}}"#);
            let text = parse(body.as_bytes()).unwrap_err().to_string();
            assert!(text.contains("a string") && text.contains(name), "{text}");
        }
        let text = parse(br#"{"user_id": "a", "context": "x"}"#)
            .unwrap_err()
            .to_string();
        assert!(
            text.contains("an object") && text.contains("a string"),
            "{text}"
        );
        let text = serde_json::from_str::<Request>(r#"{"user_id": "a", "context": 7}"#);
        assert!(text.unwrap_err().to_string().contains("an object"));
    }
}
