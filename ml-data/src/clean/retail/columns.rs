//! The columns of the retail form, whatever the file calls them.

use crate::error::{Error, Result};
use crate::table::{Column, Kind, Role, Table};
use crate::time::TimeFormat;

/// Canonical names, the other names in use, and the kind each must become.
const COLUMNS: [(&str, &[&str], Kind); 8] = [
    ("Invoice", &["InvoiceNo"], Kind::Cat),
    ("StockCode", &[], Kind::Cat),
    ("Description", &[], Kind::Text),
    ("Quantity", &[], Kind::Num),
    ("InvoiceDate", &[], Kind::Time),
    ("Price", &["UnitPrice"], Kind::Num),
    ("CustomerID", &["Customer ID"], Kind::Cat),
    ("Country", &[], Kind::Cat),
];

/// The eight retail columns under the names of the second UCI file, whichever of the two headers a
/// table has: `InvoiceNo` and `UnitPrice` of the first file, `Customer ID` of some copies. Numbers
/// that are identifiers become categories (`17850`, not `17850.0`), stock codes lose blanks around
/// them and small letters, invoice dates as text become times. Other columns are left out.
///
/// # Errors
/// A column that is not there, or that can not become what it should be.
pub fn retail_columns(table: &Table) -> Result<Table> {
    let mut out = Vec::new();
    for (name, others, kind) in COLUMNS {
        let names = std::iter::once(&name).chain(others);
        let found = names.into_iter().find_map(|n| table.schema().find(n));
        let Some(position) = found else {
            return Err(Error::no_column(
                "RetailCleaning",
                name,
                table.schema().fields().iter().map(|f| f.name()),
            ));
        };
        let column = convert(name, table.column(position), kind)?;
        out.push((
            name,
            if name == "StockCode" {
                trimmed(&column)
            } else {
                column
            },
        ));
    }
    let table = Table::new(out)?;
    let table = table
        .with_role("Invoice", Role::Identifier)?
        .with_role("InvoiceDate", Role::Time)?;
    table
        .with_role("CustomerID", Role::Entity)?
        .with_role("StockCode", Role::Entity)
}

fn convert(name: &str, column: &Column, kind: Kind) -> Result<Column> {
    let rows = 0..column.len();
    Ok(match (kind, column) {
        (kind, c) if c.kind() == kind => c.clone(),
        // Whole numbers print without a point.
        (Kind::Cat, Column::Num(v)) => {
            Column::cat(v.iter().map(|x| (!x.is_nan()).then(|| x.to_string())))
        }
        (Kind::Cat, c @ Column::Text(_)) => Column::cat(rows.map(|r| c.str_at(r))),
        (Kind::Text, c @ Column::Cat(..)) => Column::text(rows.map(|r| c.str_at(r))),
        (Kind::Text, Column::Num(v)) => {
            Column::text(v.iter().map(|x| (!x.is_nan()).then(|| x.to_string())))
        }
        (Kind::Time, c @ (Column::Cat(..) | Column::Text(_))) => times(name, c)?,
        (expected, c) => {
            return Err(Error::column_kind(
                "RetailCleaning",
                name,
                expected,
                c.kind(),
            ));
        }
    })
}

/// The one format that reads all dates; the first file writes `12/1/2010 8:26`, month first.
fn times(name: &str, column: &Column) -> Result<Column> {
    let texts = || (0..column.len()).filter_map(|r| column.str_at(r).map(|t| (r, t)));
    let reads = |f: &TimeFormat, t: &str| f.parse(t.as_bytes()).is_some();
    let format = TimeFormat::TEXTUAL
        .into_iter()
        .find(|f| texts().all(|(_, t)| reads(f, t)));
    let Some(format) = format else {
        let odd = texts().find(|(_, t)| !TimeFormat::TEXTUAL.iter().any(|f| reads(f, t)));
        let (row, found) = odd.or_else(|| texts().next()).unwrap_or((0, ""));
        return Err(Error::cell(name, row, "dates of one format", found));
    };
    Ok(Column::time((0..column.len()).map(|r| {
        column.str_at(r).and_then(|t| format.parse(t.as_bytes()))
    })))
}

fn trimmed(codes: &Column) -> Column {
    Column::cat((0..codes.len()).map(|r| codes.str_at(r).map(|s| s.trim().to_uppercase())))
}

/// Whether a stock code of the UCI files is a product: five digits and up to two letters, a gift
/// set (`DCGS...`), `SP` with four digits, or `PADS`. All else is `POST`, `DOT` and `C2`
/// (delivery), `D` (discount), `M` (manual), `B` (bad debt), `BANK CHARGES`, `AMAZONFEE`, `CRUK`
/// (commission), `ADJUST`, `S` (samples), `TEST...`, `GIFT...` (vouchers).
///
/// ```
/// use ml_data::clean::is_product_code;
/// assert!(is_product_code("85048") && is_product_code("79323p") && is_product_code("47503J "));
/// assert!(!is_product_code("POST") && !is_product_code("gift_0001_20") && !is_product_code("C2"));
/// ```
#[must_use]
pub fn is_product_code(code: &str) -> bool {
    let code = code.trim().as_bytes();
    let digits = code.iter().take_while(|b| b.is_ascii_digit()).count();
    let rest = &code[digits..];
    let starts = |prefix: &str| {
        code.len() > prefix.len() && code[..prefix.len()].eq_ignore_ascii_case(prefix.as_bytes())
    };
    let word = |part: &[u8]| part.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    (digits == 5 && rest.len() <= 2 && rest.iter().all(u8::is_ascii_alphabetic))
        || (starts("DCGS") && word(&code[4..]))
        || (starts("SP") && code.len() == 6 && code[2..].iter().all(u8::is_ascii_digit))
        || code.eq_ignore_ascii_case(b"PADS")
}

/// For each row whether it is a cancellation.
pub(super) fn cancelled(table: &Table) -> Result<Vec<bool>> {
    let invoice = table.column_named("Invoice")?;
    Ok((0..table.rows())
        .map(|r| invoice.str_at(r).is_some_and(|s| s.starts_with(['C', 'c'])))
        .collect())
}
