//! Guessing what a column of text holds.

use super::builder::{Parsed, parse};
use super::options::CsvOptions;
use super::read_as::As;
use crate::schema::Kind;
use crate::time::TimeFormat;
use foldhash::HashSet;

/// Kind of a column with these cells: truth values, numbers, times, categories or free text.
///
/// A column without values is numeric: it is `NaN` throughout, and the first value of another kind
/// corrects the guess.
pub(super) fn infer<'a>(
    cells: &(impl Iterator<Item = &'a str> + Clone),
    options: &CsvOptions,
) -> As {
    let values = || {
        cells
            .clone()
            .filter(|c| !options.missing.has(c) && !options.missing.has(c.trim_ascii()))
    };
    if values().next().is_none() {
        return As::Num;
    }
    let all = |to: As| {
        values().all(
            |c| matches!(parse(c, to, options, true), Some(p) if !matches!(p, Parsed::Missing)),
        )
    };
    // Words only: a column of 0 and 1 is numeric.
    let word = |c: &str| {
        c.trim_ascii().eq_ignore_ascii_case("true") || c.trim_ascii().eq_ignore_ascii_case("false")
    };
    if values().all(word) {
        return As::Bool;
    }
    if all(As::Num) {
        return As::Num;
    }
    // Numbers of which some would lose digits are identifiers, wherever in the file those stand.
    if values().all(|c| options.number(c).is_some() || options.loses(c)) {
        return As::Cat;
    }
    if let Some(format) = TimeFormat::TEXTUAL.into_iter().find(|f| all(As::Time(*f))) {
        return As::Time(format);
    }
    let (mut distinct, mut n, mut characters) = (HashSet::default(), 0, 0);
    for c in values() {
        distinct.insert(c);
        n += 1;
        characters += c.chars().count();
    }
    if Kind::is_free_text(distinct.len(), n, characters) {
        As::Text
    } else {
        As::Cat
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(cells: &[&str]) -> As {
        infer(&cells.iter().copied(), &CsvOptions::default())
    }

    #[test]
    fn columns_of_each_kind() {
        assert_eq!(guess(&["1", "", " 2.5 ", "-1e3"]), As::Num);
        assert_eq!(guess(&["TRUE", "false", ""]), As::Bool);
        assert_eq!(guess(&["0", "1"]), As::Num);
        assert_eq!(
            guess(&["2020-01-02", "2020-01-03 10:00"]),
            As::Time(TimeFormat::Iso)
        );
        assert_eq!(
            guess(&["02/03/2020", "13/03/2020"]),
            As::Time(TimeFormat::DayFirst)
        );
        assert_eq!(
            guess(&["02/03/2020", "03/13/2020"]),
            As::Time(TimeFormat::MonthFirst)
        );
        assert_eq!(guess(&["85048", "79323P"]), As::Cat);
        assert_eq!(
            guess(&["12345678901234567", "2"]),
            As::Cat,
            "a number would lose digits"
        );
        assert_eq!(
            guess(&["12345678901234567890123", "12345678901234567890124"]),
            As::Cat,
            "an identifier, not free text"
        );
        assert_eq!(guess(&["00731", "731"]), As::Cat, "a zip code");
        assert_eq!(guess(&["0", "0.5", "00.5"]), As::Num);
        assert_eq!(guess(&["Nan", "Infinity", "inf"]), As::Cat, "names");
        assert_eq!(guess(&["", ""]), As::Num);
        let review = "It broke after two days and nobody answered my letter";
        assert_eq!(
            guess(&[review, "Excellent, I would buy this lamp again any time"]),
            As::Text
        );
        assert_eq!(guess(&[review, review, review]), As::Cat);
    }
}
