//! Numbers at the bounds of what is exact.

use crate::number::{is_code, loses, parse, parse_with, plain, prefix, scaled};

#[test]
fn plain_numbers_have_at_most_nineteen_digits_and_an_exact_value() {
    let read = |t: &str| plain(t.as_bytes());
    for (text, want) in [
        ("0", Some(0.0)),
        ("9007199254740992", Some(9_007_199_254_740_992.0)),
        ("9007199254740993", None),
        ("0.000000000000000001", Some(1e-18)),
        ("0.0000000000000000001", None),
        ("000.5", Some(0.5)),
        ("+7.25", Some(7.25)),
        ("-7.25", Some(-7.25)),
        ("00", None),
        ("-05", None),
        ("+05", None),
        ("10", Some(10.0)),
        ("-", None),
        (".", None),
        ("-.", None),
        ("", None),
        ("5.", Some(5.0)),
        (".5", Some(0.5)),
        ("12 ", None),
        ("1e3", None),
    ] {
        assert_eq!(read(text), want, "{text}");
    }
    assert!(read("-0").is_some_and(f64::is_sign_negative));
    let start = |t: &str| prefix(t.as_bytes());
    assert_eq!(start("12,3"), Some((12.0, 2)));
    assert_eq!(start("-1.25;x"), Some((-1.25, 5)));
    assert_eq!(start("7:8"), Some((7.0, 1)));
    assert_eq!(start("7/8"), Some((7.0, 1)));
    assert_eq!(start(",3"), None);
    assert_eq!(start("0,1"), Some((0.0, 1)));
}

#[test]
fn decimals_of_other_files_are_scaled_once() {
    let most = 1_i64 << 53;
    assert_eq!(scaled(12_345, 2), Some(123.45));
    assert_eq!(scaled(-5, 1), Some(-0.5));
    assert_eq!(scaled(7, 0), Some(7.0));
    assert_eq!(scaled(most, 1), Some(900_719_925_474_099.2));
    assert_eq!(scaled(-most, 0), Some(-9_007_199_254_740_992.0));
    assert_eq!([scaled(most + 1, 0), scaled(-most - 1, 3)], [None, None]);
    assert_eq!(scaled(1, 22), Some(1e-22));
    assert_eq!([scaled(1, 23), scaled(1, -1)], [None, None]);
}

#[test]
fn codes_and_long_numbers_lose_something() {
    let here = |t: &str| loses(t, b'.', None);
    for text in [
        "00731",
        "-07",
        "9007199254740993",
        "9007199254740992.5",
        "1e400",
    ] {
        assert!(here(text), "{text}");
    }
    for text in [
        "0",
        "0.5",
        "731",
        "9007199254740992",
        "9007199254740993e0",
        "abc",
        "",
        "inf",
        "nan",
    ] {
        assert!(!here(text), "{text}");
    }
    assert!(loses("9.007.199.254.740.993", b',', Some(b'.')));
    assert!(!loses("1.5", b',', None));
    assert!(is_code(" 05 ") && !is_code("5") && !is_code("05.") && !is_code("+"));
    assert_eq!(parse_with("1 234,5", b',', Some(b' ')), Some(1234.5));
    assert_eq!(parse_with("1.5", b',', Some(b'\'')), None);
    assert_eq!(parse("-inf"), Some(f64::NEG_INFINITY));
    assert_eq!(parse("Infinity"), Some(f64::INFINITY));
    assert_eq!(parse("10000000000000000"), Some(1e16));
    assert_eq!(parse("+0009007199254740994"), Some(9_007_199_254_740_994.0));
    assert_eq!(parse("9007199254740994.01"), None);
}
