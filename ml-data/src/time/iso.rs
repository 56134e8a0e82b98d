//! Dates and times of ISO 8601.

use super::calendar::{day_number, weekday};
use super::clock::{digits, micros, one_of, seconds, zone};

/// The day number of the date that `text` begins with, and what follows it.
pub(super) fn date(text: &[u8]) -> Option<(i64, &[u8])> {
    let (y, rest) = year(text)?;
    match rest {
        [b'-', b'W', week @ ..] => {
            let (week, rest) = digits(week, 2, 2)?;
            let (day, rest) = digits(rest.strip_prefix(b"-")?, 1, 1)?;
            Some((week_day(y, week, day)?, rest))
        }
        [sep @ (b'-' | b'/'), rest @ ..] => {
            let (m, rest) = digits(rest, 1, 2)?;
            let (d, rest) = digits(rest.strip_prefix(&[*sep])?, 1, 2)?;
            Some((day_number(y, m as u32, d as u32)?, rest))
        }
        // Eight digits alone are a number.
        [b'0'..=b'9', ..] if text[0].is_ascii_digit() => {
            let (m, rest) = digits(rest, 2, 2)?;
            let (d, rest) = digits(rest, 2, 2)?;
            matches!(rest.first(), Some(b'T' | b't'))
                .then_some((day_number(y, m as u32, d as u32)?, rest))
        }
        _ => None,
    }
}

/// Four digits, `-` and four to six, or `+` and five or six.
fn year(text: &[u8]) -> Option<(i64, &[u8])> {
    match text {
        [b'-', rest @ ..] => digits(rest, 4, 6).map(|(y, rest)| (-y, rest)),
        // Of fewer digits it may be a telephone number.
        [b'+', rest @ ..] => digits(rest, 5, 6),
        _ => digits(text, 4, 4),
    }
}

/// The day of a week of a year; the first week is the one with the fourth of January.
fn week_day(year: i64, week: i64, day: i64) -> Option<i64> {
    let monday = |y: i64| {
        let fourth = day_number(y, 1, 4)?;
        Some(fourth - i64::from(weekday(fourth)))
    };
    let found = monday(year)? + (week - 1) * 7 + day - 1;
    ((1..=7).contains(&day) && week >= 1 && found < monday(year + 1)?).then_some(found)
}

/// Microseconds since midnight and the zone in minutes, if any is written: nothing, `13`,
/// `13:45[:59[.123]]` or `1345[59[.123]]`.
pub(super) fn clock(rest: &[u8]) -> Option<(i64, Option<i64>)> {
    if rest.is_empty() {
        return Some((0, None));
    }
    let (_, rest) = one_of(rest, b" Tt")?;
    let start = rest.trim_ascii_start();
    let (hh, mut rest) = digits(start, 1, 2)?;
    let (mut mm, mut ss, mut fraction) = (0, 0, 0);
    let mark: &[u8] = if rest.starts_with(b":") { b":" } else { b"" };
    // An hour of one digit is one only before a colon.
    if mark.is_empty() && start.len() - rest.len() < 2 {
        return None;
    }
    if let Some(after) = part(rest, mark) {
        (mm, rest) = digits(after, 2, 2)?;
        if let Some(after) = part(rest, mark) {
            (ss, rest) = digits(after, 2, 2)?;
            (fraction, rest) = micros(rest)?;
        }
    }
    Some((
        seconds(hh, mm, ss)? + fraction,
        zone(rest.trim_ascii_start())?,
    ))
}

/// Text after the mark before minutes or seconds, if they are written.
fn part<'a>(rest: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    let after = rest.strip_prefix(mark)?;
    (!mark.is_empty() || after.first().is_some_and(u8::is_ascii_digit)).then_some(after)
}

/// True for a date of ISO 8601 that [`date`] and [`clock`] do not read: a month, a week, a day of
/// the year, a fraction of an hour, a year of seven digits.
#[cfg(feature = "csv")]
pub(crate) fn is_unread_date(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let signed = matches!(text.first(), Some(b'-' | b'+'));
    let start = &text[usize::from(signed)..];
    let n = start.iter().take_while(|b| b.is_ascii_digit()).count();
    let rest = &start[n..];
    if signed {
        return n >= 4
            && matches!(rest, [b'-', a, b, b'-', c, d, ..] if [a, b, c, d].iter().all(|x| x.is_ascii_digit()));
    }
    let modern = start.starts_with(b"1") || start.starts_with(b"2");
    if !modern || !matches!(n, 4 | 8) {
        return false;
    }
    let number = |digits: &[u8]| digits.iter().fold(0, |v, b| v * 10 + u32::from(b - b'0'));
    let whole = |digits: &[u8]| digits.iter().all(u8::is_ascii_digit);
    match rest {
        [b'W', week @ ..] | [b'-', b'W', week @ ..] if n == 4 => {
            week.len() >= 2 && whole(&week[..2])
        }
        [b'-', m @ ..] if n == 4 && m.len() == 2 && whole(m) => (1..=12).contains(&number(m)),
        [b'-', d @ ..] if n == 4 && d.len() == 3 && whole(d) => (1..=366).contains(&number(d)),
        _ => date(text).is_some_and(|(_, rest)| matches!(rest, [b'T' | b't', b'0'..=b'9', ..])),
    }
}

#[cfg(test)]
mod tests {
    use super::super::TimeFormat;
    use super::*;

    /// Instants by Python's `datetime` (weeks by `fromisocalendar`), those before the year 1 by
    /// numpy's `datetime64`.
    #[test]
    fn forms_of_iso_8601() {
        for (text, want) in [
            ("20240304T063000Z", 1_709_533_800_000_000),
            ("20240304T0630", 1_709_533_800_000_000),
            ("20240304T063000.25+0130", 1_709_528_400_250_000),
            ("2024-03-04T06", 1_709_532_000_000_000),
            ("2024-03-04T06Z", 1_709_532_000_000_000),
            ("2024-03-04 06:30:00,5", 1_709_533_800_500_000),
            ("2024-03-04T063000Z", 1_709_533_800_000_000),
            ("2024-W10-1", 1_709_510_400_000_000),
            ("2020-W53-5T06:00", 1_609_480_800_000_000),
            ("-0044-03-15", -63_549_360_000_000_000),
            ("0000-01-01", -62_167_219_200_000_000),
            ("+12024-01-01", 317_273_587_200_000_000),
            ("-000001-12-31 23:59:59", -62_167_219_201_000_000),
        ] {
            assert_eq!(TimeFormat::Iso.parse(text.as_bytes()), Some(want), "{text}");
        }
        for text in [
            "20240304",
            "2024-03-04T6",
            "2024-W54-1",
            "2023-W53-1",
            "2024-W10",
            "2024-03",
            "2024-064",
            "+999999-01-01",
            "-999999-01-01",
            "20240304T2500",
            "2024-03-04T06.5",
            "-20240304T06",
            "+1555-12-11",
        ] {
            assert_eq!(TimeFormat::Iso.parse(text.as_bytes()), None, "{text}");
        }
        for t in [-63_549_360_000_000_000, 317_273_587_200_000_000] {
            assert_eq!(
                TimeFormat::Iso.parse(TimeFormat::Iso.format(t).as_bytes()),
                Some(t)
            );
        }
    }

    #[test]
    fn forms_that_are_named() {
        let named = |t: &str| is_unread_date(t.as_bytes());
        for text in [
            "2024-W10",
            "2024W101",
            "2024-03",
            "2024-064",
            "+999999-01-01",
            "2024-03-04T06.5",
        ] {
            assert!(named(text), "{text}");
        }
        for text in [
            "2024-13", "2024-999", "5551-234", "abc", "2024", "", "2024-W", "-5",
        ] {
            assert!(!named(text), "{text}");
        }
    }
}
