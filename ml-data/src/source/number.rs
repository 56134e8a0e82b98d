//! Numbers as text, read to the nearest `f64`.

/// Powers of ten that are exact in `f64`.
const EXACT: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Largest integer up to which every integer is exact in `f64`.
const EXACT_INTEGER: u64 = 1 << 53;

/// Reads a number with `.` as the decimal mark; blanks around it are allowed.
#[inline]
pub(super) fn parse(text: &str) -> Option<f64> {
    let text = text.trim_ascii();
    plain(text.as_bytes()).or_else(|| {
        if text.is_empty() {
            None
        } else {
            text.parse().ok()
        }
    })
}

/// Reads a number with another decimal mark or with marks between thousands.
pub(super) fn parse_with(text: &str, decimal: u8, thousands: Option<u8>) -> Option<f64> {
    let mut plain = String::with_capacity(text.len());
    for c in text.trim_ascii().chars() {
        if Some(c) == thousands.map(char::from) {
            continue;
        }
        match c {
            c if c == char::from(decimal) => plain.push('.'),
            // A point that is not the decimal mark makes it no number.
            '.' => return None,
            c => plain.push(c),
        }
    }
    parse(&plain)
}

/// Digits with at most one point and no blanks: exact, because both the digits and the power of ten are, and one division rounds once.
#[inline]
pub(super) fn plain(text: &[u8]) -> Option<f64> {
    prefix(text)
        .filter(|&(_, n)| n == text.len())
        .map(|(x, _)| x)
}

/// The plain number that `text` begins with, and its length.
#[inline]
pub(super) fn prefix(text: &[u8]) -> Option<(f64, usize)> {
    let sign = usize::from(matches!(text.first()?, b'-' | b'+'));
    let (whole, point) = digits(text, sign, 0);
    let (value, end, fraction) = match text.get(point) {
        Some(b'.') => {
            let (value, end) = digits(text, point + 1, whole);
            (value, end, end - point - 1)
        }
        _ => (whole, point, 0),
    };
    // Nineteen digits fit into 64 bits; of more, the value is wrong.
    let count = point - sign + fraction;
    if count == 0 || count > 19 || value > EXACT_INTEGER {
        return None;
    }
    let x = value as f64 / EXACT[fraction];
    Some((if text[0] == b'-' { -x } else { x }, end))
}

/// Appends the digits from `at` on to `value`, and tells where they end.
#[inline(always)]
fn digits(text: &[u8], mut at: usize, mut value: u64) -> (u64, usize) {
    while let Some(digit) = text.get(at).map(|b| b.wrapping_sub(b'0'))
        && digit < 10
    {
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    (value, at)
}

/// True for a whole number that `f64` cannot hold exactly: an identifier, most likely, that must not become a number.
pub(super) fn is_long_integer(text: &str) -> bool {
    let digits = text
        .trim_ascii()
        .trim_start_matches(['-', '+'])
        .trim_start_matches('0');
    digits.len() > 15
        && digits.bytes().all(|b| b.is_ascii_digit())
        && digits.parse::<u64>().is_ok_and(|v| v > EXACT_INTEGER)
        || digits.len() > 19 && digits.len() < 40 && digits.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_and_what_is_none() {
        for (text, want) in [
            ("12", 12.0),
            (" -0.1 ", -0.1),
            ("+3.", 3.0),
            (".5", 0.5),
            ("1e-3", 1e-3),
            ("inf", f64::INFINITY),
            ("9007199254740993", 9007199254740992.0),
        ] {
            assert_eq!(parse(text), Some(want), "{text}");
        }
        assert!(parse("nan").is_some_and(f64::is_nan));
        assert!(parse("-0").is_some_and(f64::is_sign_negative));
        for text in ["", " ", ".", "-", "1.2.3", "12a", "1,5", "0x10", "1 2", "é"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse_with("1.234,5", b',', Some(b'.')), Some(1234.5));
        assert_eq!(parse_with("1.5", b',', None), None);
        assert!(
            is_long_integer("12345678901234567") && is_long_integer("-98765432109876543210987")
        );
        assert!(!is_long_integer("123456789012345") && !is_long_integer("1234567890.1234567"));
    }

    proptest! {
        #[test]
        fn same_bits_as_the_standard_library(x in any::<f64>(), digits in 0..18usize) {
            for text in [format!("{x}"), format!("{x:.digits$}"), format!("{}", x as i64)] {
                let want: f64 = text.parse().unwrap();
                let got = parse(&text).unwrap();
                prop_assert!(got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan(), "{} {} {}", text, got, want);
            }
        }

        #[test]
        fn decimals_have_the_bits_of_the_standard_library(whole in -1_000_000_000_i64..1_000_000_000, part in 0_u32..1_000_000) {
            let text = format!("{whole}.{part:06}");
            prop_assert_eq!(parse(&text).unwrap().to_bits(), text.parse::<f64>().unwrap().to_bits());
        }
    }
}
