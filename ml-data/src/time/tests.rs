//! Dates and times at the bounds of the calendar and the clock; instants by Python's `datetime`.

use super::calendar::{civil, day_number, weekday};
use super::datetime::TimeFormat;
use super::iso::is_unread_date;
use chrono::{Datelike, NaiveDate};

const DAY: i64 = 86_400_000_000;
const SECOND: i64 = 1_000_000;

#[test]
fn every_day_of_six_centuries_agrees_with_chrono() {
    let mut date = NaiveDate::from_ymd_opt(1570, 1, 1).unwrap();
    let first = date
        .signed_duration_since(NaiveDate::from_ymd_opt(1970, 1, 1).unwrap())
        .num_days();
    for day in first..first + 220_000 {
        let (y, m, d) = (i64::from(date.year()), date.month(), date.day());
        assert_eq!(civil(day), (y, m, d));
        assert_eq!(day_number(y, m, d), Some(day));
        date = date.succ_opt().unwrap();
    }
    let exists = |y: i64, m: u32, d: u32| NaiveDate::from_ymd_opt(y as i32, m, d).is_some();
    for y in [-400, -100, -4, -1, 0, 4, 1900, 1999, 2000, 2023, 2024, 2100] {
        for m in 0..=13 {
            for d in [0, 1, 28, 29, 30, 31, 32] {
                assert_eq!(
                    day_number(y, m, d).is_some(),
                    exists(y, m, d),
                    "{y}-{m}-{d}"
                );
            }
        }
    }
    assert_eq!([-4, -3, 0, 3, 4].map(weekday), [6, 0, 3, 6, 0]);
}

#[test]
fn clocks_and_zones_have_bounds() {
    let noon = 20_000 * DAY + DAY / 2; // 2024-10-04 12:00
    for (format, date) in [
        (TimeFormat::Iso, "2024-10-04"),
        (TimeFormat::DayFirst, "04/10/2024"),
        (TimeFormat::DayFirst, "4.10.2024"),
        (TimeFormat::MonthFirst, "10-4-2024"),
        (TimeFormat::DayMonthName, "4 oct 2024"),
        (TimeFormat::DayMonthName, "04-OCTOBER-2024"),
    ] {
        let at = |clock: &str| format.parse(format!("{date}{clock}").as_bytes());
        let after = |micros: i64| Some(noon - DAY / 2 + micros);
        assert_eq!(at(""), after(0), "{date}");
        for (clock, micros) in [
            (" 12:00", DAY / 2),
            ("T12:34", 45_240 * SECOND),
            ("t12:34:56", 45_296 * SECOND),
            (" 23:59:59", DAY - SECOND),
            (" 00:00:00.5", SECOND / 2),
            (" 00:00:00,123456789", 123_456),
            (" 12:00Z", DAY / 2),
            (" 12:00z", DAY / 2),
            (" 12:00 UTC", DAY / 2),
            (" 12:00+01:00", DAY / 2 - 3600 * SECOND),
            (" 12:00-01:30", DAY / 2 + 5400 * SECOND),
            (" 12:00+0130", DAY / 2 - 5400 * SECOND),
            (" 12:00 -01", DAY / 2 + 3600 * SECOND),
            (" 23:00+23:59", DAY - 3600 * SECOND - 86_340 * SECOND),
        ] {
            assert_eq!(at(clock), after(micros), "{date}{clock}");
        }
        for clock in [
            "x12:00",
            " 24:00",
            " 23:60",
            " 23:59:60",
            " 12:0",
            " 12:00:1",
            " 12:00:00.",
            " 12:00:00.1234567890",
            " 12:00+24:00",
            " 12:00+12:60",
            " 12:00+1",
            " 12:00+01:0",
            " 12:00+01:000",
            " 12:00*01:00",
            " 12:00 PM",
        ] {
            assert_eq!(at(clock), None, "{date}{clock}");
        }
        // The writer's clock counts where the text names no zone.
        let ahead = |clock: &str| format.parse_at(format!("{date}{clock}").as_bytes(), 90);
        assert_eq!(ahead(" 12:00"), Some(noon - 5400 * SECOND));
        assert_eq!(ahead(" 12:00Z"), Some(noon));
        assert_eq!(ahead(""), Some(noon - DAY / 2 - 5400 * SECOND));
    }
    for text in [
        "4 sept 2024",
        "4 octo 2024",
        "4 oc 2024",
        "4  2024",
        "4 may2024",
    ] {
        assert_eq!(
            TimeFormat::DayMonthName.parse(text.as_bytes()),
            None,
            "{text}"
        );
    }
    for text in [
        "04/10-2024",
        "04/10/24",
        "123/1/2024",
        "32/10/2024",
        "04 10 2024",
    ] {
        assert_eq!(TimeFormat::DayFirst.parse(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn unix_times_keep_their_sign_and_digits() {
    let seconds = |t: &str| TimeFormat::UnixSeconds.parse(t.as_bytes());
    for (text, micros) in [
        ("0", 0),
        ("-1", -SECOND),
        ("1.000001", 1_000_001),
        ("-1.5", -1_500_000),
        ("-0.25", -250_000),
        ("1e3", 1_000 * SECOND),
        ("-2.5e-3", -2_500),
        ("8.9e12", 8_900_000_000_000_000_000),
        ("9223372036854", 9_223_372_036_854_000_000),
        ("9007199254.740993", 9_007_199_254_740_993),
    ] {
        assert_eq!(seconds(text), Some(micros), "{text}");
    }
    for text in [
        "9223372036855",
        "9e12",
        "-9e12",
        "1e300",
        "nan",
        "inf",
        "",
        "1.x",
        "x",
    ] {
        assert_eq!(seconds(text), None, "{text}");
    }
    let millis = |t: &str| TimeFormat::UnixMillis.parse(t.as_bytes());
    assert_eq!([millis("-7"), millis("1.5")], [Some(-7_000), None]);
    assert_eq!(TimeFormat::UnixSeconds.format(-1), "-1");
    assert_eq!(TimeFormat::UnixMillis.format(-1), "-1");
    assert_eq!(TimeFormat::UnixMillis.format_date(1_999), "1");
}

#[test]
fn times_are_written_with_signs_where_years_need_them() {
    let at = |y, m, d| day_number(y, m, d).unwrap() * DAY + (DAY - SECOND);
    for ((y, m, d), iso) in [
        ((-1, 12, 31), "-0001-12-31 23:59:59"),
        ((0, 1, 1), "0000-01-01 23:59:59"),
        ((9999, 12, 31), "9999-12-31 23:59:59"),
        ((10_000, 1, 1), "+10000-01-01 23:59:59"),
        ((1987, 3, 4), "1987-03-04 23:59:59"),
    ] {
        assert_eq!(TimeFormat::Iso.format(at(y, m, d)), iso);
    }
    let t = at(1987, 3, 4) - 47_000 * SECOND;
    assert_eq!(TimeFormat::DayFirst.format(t), "04/03/1987 10:56:39");
    assert_eq!(TimeFormat::MonthFirst.format(t), "03/04/1987 10:56:39");
    assert_eq!(TimeFormat::DayMonthName.format(t), "04-Mar-1987 10:56:39");
    assert_eq!(TimeFormat::DayMonthName.format_date(t), "04-Mar-1987");
    assert_eq!(TimeFormat::Iso.format_date(t), "1987-03-04");
}

#[test]
fn forms_of_iso_8601_have_bounds() {
    let read = |t: &str| TimeFormat::Iso.parse(t.as_bytes());
    let day = |y, m, d| Some(day_number(y, m, d).unwrap() * DAY);
    for (text, want) in [
        // Weeks by Python's `date.fromisocalendar`.
        ("2024-W01-1", day(2024, 1, 1)),
        ("2023-W01-1", day(2023, 1, 2)),
        ("2023-W52-7", day(2023, 12, 31)),
        ("2020-W53-7", day(2021, 1, 3)),
        ("2026-W01-1", day(2025, 12, 29)),
        ("2024-W00-1", None),
        ("2024-W10-0", None),
        ("2024-W10-8", None),
        ("2023-W53-1", None),
        ("2024-W1-1", None),
        ("2024/3/4", day(2024, 3, 4)),
        ("2024/3-4", None),
        ("2024-3-4", day(2024, 3, 4)),
        ("20240304T00", day(2024, 3, 4)),
        ("20240304t00", day(2024, 3, 4)),
        ("20240304 00", None),
        ("2024030T00", None),
        ("-00440304T00", None),
        ("-0044-03-04", day(-44, 3, 4)),
        ("+10000-01-02", day(10_000, 1, 2)),
        ("+9999-01-02", None),
        ("-044-01-02", None),
        (
            "2024-03-04T0630",
            day(2024, 3, 4).map(|t| t + 23_400 * SECOND),
        ),
        (
            "2024-03-04T6:30",
            day(2024, 3, 4).map(|t| t + 23_400 * SECOND),
        ),
        ("2024-03-04T630", None),
        ("2024-03-04T06:3", None),
        ("2024-03-04T06:", None),
        ("2024-03-04T063", None),
        (
            "2024-03-04T06:30:15.5",
            day(2024, 3, 4).map(|t| t + 23_415_500_000),
        ),
        (
            "2024-03-04T063015.5",
            day(2024, 3, 4).map(|t| t + 23_415_500_000),
        ),
        (
            "2024-03-04T06+01",
            day(2024, 3, 4).map(|t| t + 18_000 * SECOND),
        ),
    ] {
        assert_eq!(read(text), want, "{text}");
    }
    // The last moment that is one, and the first that is used for "none".
    let least = |t: &str| read(&format!("-290308-12-22T00:59:05.{t}+05:00"));
    assert_eq!(least("224192"), None);
    assert_eq!(least("224193"), Some(i64::MIN + 1));
    assert_eq!(read("-290308-12-21"), None);
    assert_eq!(read("+294247-01-10T04:00:54.775807"), Some(i64::MAX));
    assert_eq!(read("+294247-01-10T04:00:54.775808"), None);
}

#[test]
fn dates_that_are_not_read_are_known() {
    let known = |t: &str| is_unread_date(t.as_bytes());
    for text in [
        "2024-01",
        "2024-12",
        "1999-03",
        "2024-001",
        "2024-366",
        "2024-W1x",
        "2024W10",
        " 2024-W10 ",
        "20240304T2500",
        "2024-03-04T06.5",
        "-0044-13-45",
        "+12024-99-99",
        "+1234567-01-02",
    ] {
        let is_week = text.contains("W1x");
        assert_eq!(known(text), !is_week, "{text}");
    }
    for text in [
        "2024-00",
        "2024-13",
        "2024-000",
        "2024-367",
        "3024-03",
        "0024-03",
        "202-03",
        "20240-03",
        "2024-0a",
        "2024-a3",
        "2024-00a",
        "2024W1",
        "2024-W1",
        "20240304-03",
        "20240304-064",
        "20240304W10",
        "20240304",
        "20240304X",
        "2024-3",
        "2024-0304",
        "-044-01-02",
        "+1-01-02",
        "-0044-1-02",
        "-0044-0a-02",
        "-0044/01/02",
        "",
        "T06",
        "2024-03-04 06.5",
    ] {
        assert!(!known(text), "{text}");
    }
}
