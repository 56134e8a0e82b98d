use super::*;

#[test]
fn values_come_back() {
    let text = r#"{"a":[1,2.5,-3E-7],"b":[[],"x\"\u00e9\ud83d\ude00\n",null,true],"c":{}}"#;
    let value = read(text).unwrap();
    assert_eq!(read(&write(&value)).unwrap(), value);
    let Value::Map(map) = value else {
        unreachable!()
    };
    assert_eq!(map[0].1, Value::Doubles(vec![1.0, 2.5, -3e-7]));
    assert!(matches!(&map[1].1, Value::List(l) if l[1] == Value::Text("x\"é😀\n".into())));
}

#[test]
fn what_is_no_json_is_refused_with_the_byte() {
    for text in [
        "",
        "[1,",
        "[1 2]",
        "{\"a\" 1}",
        "{1:2}",
        "\"a",
        "\"\\u12\"",
        "\"\\ud800\"",
        "tru",
        "[1]]",
        "--1",
        "1e",
    ] {
        let refused = read(text).unwrap_err().to_string();
        assert!(refused.starts_with("XGBoost model, byte "), "{refused}");
    }
    assert!(read(&"[".repeat(100_000)).is_err());
}

#[test]
fn every_kind_is_written_as_xgboost_writes_it() {
    let list = |v: &[Value]| Value::List(v.to_vec());
    let map = Value::Map(vec![
        ("a\"\\".into(), Value::Null),
        (
            "b".into(),
            list(&[Value::Bool(true), Value::Text("\u{1}\ny".into())]),
        ),
        ("c".into(), Value::Map(vec![])),
        ("d".into(), Value::Doubles(vec![1.0, 0.5])),
        (
            "e".into(),
            Value::Floats(vec![0.1, f32::INFINITY, f32::NEG_INFINITY, -1e-7]),
        ),
        ("f".into(), Value::Ints(vec![-1, 2])),
        ("g".into(), Value::Longs(vec![1 << 40])),
        ("h".into(), Value::Bytes(vec![255])),
        ("i".into(), Value::Number(-3.0)),
        ("j".into(), list(&[])),
    ]);
    let want = r#"{"a\"\\":null,"b":[true,"\u0001\u000ay"],"c":{},"d":[1,0.5],"#.to_owned()
        + r#""e":[1E-1,Infinity,-Infinity,-1E-7],"f":[-1,2],"g":[1099511627776],"h":[255],"#
        + r#""i":-3,"j":[]}"#;
    assert_eq!(write(&map), want);
}

#[test]
fn every_kind_is_read() {
    let of = |text| read(text).unwrap();
    assert_eq!(of(" \t\r\n false \n"), Value::Bool(false));
    assert_eq!(of("[ ]"), Value::Doubles(vec![]));
    assert_eq!(of("{ }"), Value::Map(vec![]));
    assert_eq!(of("[ +1 , -2.5e+1 ]"), Value::Doubles(vec![1.0, -25.0]));
    let Value::Doubles(all) = of("[NaN,Infinity,-Infinity]") else {
        unreachable!()
    };
    assert!(all[0].is_nan() && all[1..] == [f64::INFINITY, f64::NEG_INFINITY]);
    let mixed = vec![Value::Number(1.0), Value::Null, Value::Number(2.0)];
    assert_eq!(of("[1,null,2]"), Value::List(mixed));
    let escapes = of(r#""\"\\\/\b\f\n\r\t\u0041\uD83D\uDE00""#);
    assert_eq!(escapes, Value::Text("\"\\/\u{8}\u{c}\n\r\tA😀".into()));
    let pair = Value::Map(vec![
        ("a".into(), Value::Number(1.0)),
        ("b".into(), Value::Null),
    ]);
    assert_eq!(of("{ \"a\" : 1 , \"b\":null }"), pair);
}

#[test]
fn what_is_wrong_is_told_with_its_byte() {
    for (text, words) in [
        ("", ["byte 0", "a value", "the end of the file"]),
        ("[1 2]", ["byte 3", "`,` or `]`", "`2]`"]),
        ("[1,", ["byte 3", "a value", "the end of the file"]),
        ("{\"a\" 1}", ["byte 5", "`:`", "`1}`"]),
        ("{\"a\":1 2}", ["byte 7", "`,` or `}`", "`2}`"]),
        ("{1:2}", ["byte 1", "`\"`", "`1:2}`"]),
        ("\"abc", ["byte 1", "a text that ends", "`abc`"]),
        ("\"a\\x\"", ["byte 3", "an escape", "`x\"`"]),
        ("\"\\u12\"", ["byte 3", "4 hexadecimal digits", "`12\"`"]),
        (
            "\"\\u+123\"",
            ["byte 3", "4 hexadecimal digits", "`+123\"`"],
        ),
        ("\"\\udc00\"", ["byte 7", "a character", "`\"`"]),
        ("\"\\ud800\\u0041\"", ["byte 13", "a character", "`\"`"]),
        ("\"\\ue000\\q\"", ["byte 8", "an escape", "`q\"`"]),
        ("1 1", ["byte 2", "the end of the file", "`1`"]),
        ("[-]", ["byte 1", "a value", "`-]`"]),
        (
            "x23456789012345678901234",
            ["byte 0", "a value", "`x2345678901234567890`"],
        ),
    ] {
        let refused = read(text).unwrap_err().to_string();
        assert!(
            words.iter().all(|w| refused.contains(w)),
            "{text}: {refused}"
        );
    }
}

#[test]
fn values_may_be_nested_64_levels_deep() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |n: usize| [&open.repeat(n), "true", &close.repeat(n)].concat();
        assert!(read(&nested(64)).is_ok());
        let refused = read(&nested(65)).unwrap_err().to_string();
        assert!(refused.contains("fewer levels"), "{refused}");
    }
}
