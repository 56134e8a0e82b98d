//! One currency for all prices.

use super::cleaning::Cleaning;
use super::typed::wrong_kind;
use crate::error::Result;
use crate::table::{Column, Kind};

impl Cleaning {
    /// Turns amounts into one currency: the amount is divided by what one unit of the target buys
    /// of its currency. Rows without a currency, or with one that has no rate, keep their amount.
    /// The currency column says the target where an amount was turned.
    ///
    /// ```
    /// use ml_data::clean::Cleaning;
    /// use ml_data::table::{Column, Table};
    /// let table = Table::new([
    ///     ("price", Column::num([92.0, 10.0, 5.0])),
    ///     ("currency", Column::cat([Some("EUR"), Some("USD"), None])),
    /// ])?;
    /// let rates = [("USD", 1.0), ("EUR", 0.92)];
    /// let cleaning = Cleaning::of(&table);
    /// let clean = cleaning.convert_currency("price", "currency", "USD", &rates)?.finish();
    /// assert_eq!(clean.table.num_at(0), Some(&[100.0, 10.0, 5.0][..]));
    /// assert_eq!(clean.table.column(1).str_at(0), Some("USD"));
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// A column that is not there or of another kind.
    pub fn convert_currency(
        self,
        amount: &str,
        currency: &str,
        target: &str,
        rates: &[(&str, f64)],
    ) -> Result<Self> {
        let codes = self.table.column_named(currency)?.clone();
        if !matches!(codes.kind(), Kind::Cat | Kind::Text) {
            return Err(wrong_kind(currency, Kind::Cat, codes.kind()));
        }
        let rate = |row: usize| -> Option<f64> {
            let code = codes.str_at(row)?;
            rates
                .iter()
                .find(|r| r.0.eq_ignore_ascii_case(code))
                .map(|r| r.1)
        };
        let rule = format!("turn {amount} into {target}");
        let converted = self.replace_num(&rule, amount, |row, x| rate(row).map_or(x, |r| x / r))?;
        let name = |row: usize| {
            if rate(row).is_some() {
                Some(target)
            } else {
                codes.str_at(row)
            }
        };
        let rows = 0..codes.len();
        let after = if codes.kind() == Kind::Cat {
            Column::cat(rows.map(name))
        } else {
            Column::text(rows.map(name))
        };
        converted.with(currency, after)
    }
}
