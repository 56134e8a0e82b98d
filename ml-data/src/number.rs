//! Numbers as text, read to the nearest `f64`; whole numbers exactly, or not at all.

/// Powers of ten that are exact in `f64`.
const EXACT: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Largest integer up to which every integer is exact in `f64`.
const EXACT_INTEGER: u64 = 1 << 53;

/// Reads a number with `.` as the decimal mark; blanks around it are allowed.
///
/// Past 2^53, where the next `f64` is more than one away, a number written in digits alone is one
/// only if it is held exactly: two identifiers must not become one number. Fractions below that,
/// and numbers with an exponent, are the nearest `f64`.
#[inline]
pub(crate) fn parse(text: &str) -> Option<f64> {
    let text = text.trim_ascii();
    plain(text.as_bytes()).or_else(|| nearest(text).filter(|&x| keeps(text, x)))
}

/// The `f64` nearest to a number, however many digits that costs. Of the words, `inf` and
/// `infinity` are numbers in any case, as in pandas, and `NaN` only as pandas spells it: `Nan` is a
/// name.
fn nearest(text: &str) -> Option<f64> {
    if matches!(text, "NaN" | "nan" | "-NaN" | "-nan") {
        return Some(f64::NAN);
    }
    text.parse().ok().filter(|x: &f64| !x.is_nan())
}

/// True when `x`, the nearest to `text`, is no other number than the one written.
#[cold]
fn keeps(text: &str, x: f64) -> bool {
    if x.is_infinite() {
        // The word, not a number that is too large.
        return !text.bytes().any(|b| b.is_ascii_digit());
    }
    if x.is_nan() || x.abs() < EXACT_INTEGER as f64 || text.contains(['e', 'E']) {
        return true;
    }
    let digits = text.trim_start_matches(['-', '+']).trim_start_matches('0');
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    // Without a fraction `Display` writes all digits of the value.
    part.bytes().all(|b| b == b'0') && format!("{:.0}", x.abs()) == whole
}

/// The number that is `value` with its last `scale` digits behind the point, where the first is
/// exact and one division rounds once.
pub(crate) fn scaled(value: i64, scale: i8) -> Option<f64> {
    let power = EXACT.get(usize::try_from(scale).ok()?)?;
    (value.unsigned_abs() <= EXACT_INTEGER).then_some(value as f64 / power)
}

/// Reads a number with another decimal mark or with marks between thousands.
#[cfg(feature = "csv")]
pub(super) fn parse_with(text: &str, decimal: u8, thousands: Option<u8>) -> Option<f64> {
    parse(&pointed(text, decimal, thousands)?)
}

/// True for a number that loses something as an `f64`: digits past 2^53, or the zeros that a code
/// begins with.
#[cfg(feature = "csv")]
pub(super) fn loses(text: &str, decimal: u8, thousands: Option<u8>) -> bool {
    let Some(text) = pointed(text, decimal, thousands) else {
        return false;
    };
    nearest(&text).is_some_and(|x| is_code(&text) || !keeps(&text, x))
}

/// True for digits that begin with a zero: a zip code or an article, of which `731` is another than
/// `00731`.
#[cfg(feature = "csv")]
pub(super) fn is_code(text: &str) -> bool {
    let text = text.trim_ascii();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
}

/// The number with a point as its decimal mark and without marks between thousands.
#[cfg(feature = "csv")]
fn pointed(text: &str, decimal: u8, thousands: Option<u8>) -> Option<String> {
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
    Some(plain)
}

/// Digits with at most one point and no blanks: exact, because both the digits and the power of ten
/// are, and one division rounds once. Codes that begin with a zero are left to those who know
/// whether they are numbers.
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
        _ if text.get(sign) == Some(&b'0') && point - sign > 1 => return None,
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
            ("00731", 731.0),
            ("-9007199254740992", -9007199254740992.0),
            ("9007199254740994.0", 9007199254740994.0),
            ("10000000000000000000000", 1e22),
            // Fractions and exponents round.
            ("9.007199254740993e15", 9007199254740992.0),
            ("3.141592653589793238", std::f64::consts::PI),
        ] {
            assert_eq!(parse(text), Some(want), "{text}");
        }
        assert!(["nan", "NaN", "-nan"].map(|t| parse(t).is_some_and(f64::is_nan)) == [true; 3]);
        assert!(parse("-0").is_some_and(f64::is_sign_negative));
        for text in [
            "",
            " ",
            ".",
            "-",
            "1.2.3",
            "12a",
            "1,5",
            "0x10",
            "1 2",
            "é",
            "Nan",
            "NAN",
            "+nan",
            // A neighbour would be read.
            "9007199254740993",
            "-9007199254740993",
            "+9007199254740993.000",
            "9007199254740992.5",
            "18446744073709551615",
            "12345678901234567890123",
            "1e400",
            "-1e400",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&format!("1{}1", "0".repeat(60))), None);
        assert_eq!(parse_with("1.234,5", b',', Some(b'.')), Some(1234.5));
        assert_eq!(parse_with("9.007.199.254.740.993", b',', Some(b'.')), None);
        assert_eq!(parse_with("1.5", b',', None), None);
        assert!(["00731", "-07", "00"].map(is_code) == [true; 3]);
        assert!(["0", "-0", "0.5", "00.5", "10", "0a", "", "0e1"].map(is_code) == [false; 8]);
        assert!(
            loses("12345678901234567", b'.', None) && loses("-98765432109876543210987", b'.', None)
        );
        assert!(!loses("123456789012345", b'.', None) && !loses("1234567890.1234567", b'.', None));
    }

    proptest! {
        #[test]
        fn same_bits_as_the_standard_library(x in any::<f64>(), digits in 0..18usize) {
            for text in [format!("{x:e}"), format!("{:.digits$}", x % 9e15), format!("{}", x as i64 % (1 << 53))] {
                let want: f64 = text.parse().unwrap();
                let got = parse(&text).unwrap();
                prop_assert!(got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan(), "{} {} {}", text, got, want);
            }
        }

        #[test]
        fn whole_numbers_are_exact_or_none(x in any::<i128>(), shift in 0..100_u32, zeros in 0..3_usize) {
            let x = x >> shift;
            let text = if zeros > 0 { format!("{x}.{}", "0".repeat(zeros)) } else { x.to_string() };
            let exact = (x as f64) as i128 == x;
            prop_assert_eq!(parse(&text), exact.then_some(x as f64), "{}", text);
        }

        #[test]
        fn decimals_have_the_bits_of_the_standard_library(whole in -1_000_000_000_i64..1_000_000_000, part in 0_u32..1_000_000) {
            let text = format!("{whole}.{part:06}");
            prop_assert_eq!(parse(&text).unwrap().to_bits(), text.parse::<f64>().unwrap().to_bits());
        }
    }
}
