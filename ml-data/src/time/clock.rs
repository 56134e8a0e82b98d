//! Parts of dates and times as text: digits, times of day, fractions of a second, zones.

use super::calendar::MICROS_PER_SECOND;

/// Between `min` and `max` digits as a number, and what follows them.
pub(super) fn digits(text: &[u8], min: usize, max: usize) -> Option<(i64, &[u8])> {
    let n = text
        .iter()
        .take(max)
        .take_while(|b| b.is_ascii_digit())
        .count();
    (n >= min).then(|| {
        (
            text[..n]
                .iter()
                .fold(0, |v, b| v * 10 + i64::from(b - b'0')),
            &text[n..],
        )
    })
}

pub(super) fn one_of<'a>(text: &'a [u8], allowed: &[u8]) -> Option<(u8, &'a [u8])> {
    let (&first, rest) = text.split_first()?;
    allowed.contains(&first).then_some((first, rest))
}

/// A time of day in microseconds; `None` when no clock shows it.
pub(super) fn seconds(hh: i64, mm: i64, ss: i64) -> Option<i64> {
    let real = hh < 24 && mm < 60 && ss < 60;
    real.then_some((hh * 3600 + mm * 60 + ss) * MICROS_PER_SECOND)
}

/// The microseconds of a fraction of a second, if one follows, and what comes after it.
pub(super) fn micros(rest: &[u8]) -> Option<(i64, &[u8])> {
    let Some((b'.' | b',', after)) = rest.split_first() else {
        return Some((0, rest));
    };
    let n = after.iter().take_while(|b| b.is_ascii_digit()).count();
    if n == 0 || n > 9 {
        return None;
    }
    let six = |i: usize| after[..n].get(i).map_or(0, |b| i64::from(b - b'0'));
    Some(((0..6).fold(0, |v, i| v * 10 + six(i)), &after[n..]))
}

/// The zone in minutes east of UTC: outer `None` for a malformed one, inner `None` where none is
/// written.
pub(super) fn zone(text: &[u8]) -> Option<Option<i64>> {
    match text {
        b"" => Some(None),
        b"Z" | b"z" | b"UTC" => Some(Some(0)),
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let (hh, rest) = digits(rest, 2, 2)?;
            let rest = rest.strip_prefix(b":").unwrap_or(rest);
            let (mm, rest) = if rest.is_empty() {
                (0, rest)
            } else {
                digits(rest, 2, 2)?
            };
            let minutes = hh * 60 + mm;
            (rest.is_empty() && hh < 24 && mm < 60).then_some(Some(if *sign == b'-' {
                -minutes
            } else {
                minutes
            }))
        }
        _ => None,
    }
}
