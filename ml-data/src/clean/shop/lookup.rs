//! Small look-ups between the tables.

use crate::error::Result;
use crate::table::Table;
use foldhash::HashMap;

/// Pairs of texts from two columns; rows without either are left out.
pub(super) fn texts<'t>(
    table: &'t Table,
    key: &str,
    value: &str,
) -> Result<HashMap<&'t str, &'t str>> {
    let (k, v) = (table.column_named(key)?, table.column_named(value)?);
    Ok((0..table.rows())
        .filter_map(|r| Some((k.str_at(r)?, v.str_at(r)?)))
        .collect())
}

/// Numbers by the text beside them.
pub(super) fn numbers<'t>(table: &'t Table, key: &str, value: &str) -> Result<Vec<(&'t str, f64)>> {
    let (k, v) = (table.column_named(key)?, table.column_named(value)?);
    Ok((0..table.rows())
        .filter_map(|r| Some((k.str_at(r)?, v.cell(r).num())))
        .filter(|x| !x.1.is_nan())
        .collect())
}

/// The currency in which prices are shown in a country.
pub(super) fn currency_of(country: &str) -> Option<&'static str> {
    Some(match country {
        "United States" => "USD",
        "United Kingdom" => "GBP",
        "Japan" => "JPY",
        "Germany" | "France" | "Spain" | "Italy" | "Ireland" => "EUR",
        _ => return None,
    })
}
