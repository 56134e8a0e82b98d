//! Binding requests to a trained schema once, so that each request only fills one reusable row.

use super::serializer::{Sink, fields};
use super::{Raw, exact};
use crate::error::{Error, Result, hint};
use crate::repr::Rows;
use crate::schema::{Field, Kind, MISSING_TIME, Schema};
use crate::table::{Cell, RowBuf, Table, TableRow};
use foldhash::HashMap;
use serde::Serialize;
use std::sync::Arc;

/// Largest number up to which every whole number is exact in `f64`.
const EXACT_WHOLE: f64 = (1_u64 << 53) as f64;

/// A trained schema, and where each field of a request goes: a struct with serde's `Serialize`, a
/// map, or a JSON object.
///
/// Fields are found by name, in any order. A field that no column has is refused with the nearest
/// name, and so is a request that lacks a column; a column without a value is sent as `None` or
/// `null`. [`allow_missing`](Self::allow_missing) and [`ignore_unknown`](Self::ignore_unknown) ask
/// for less.
///
/// | column | takes |
/// |---|---|
/// | numeric | numbers (integers that `f64` holds exactly), booleans as 0 and 1 |
/// | categorical | strings and unit variants; one that training did not see is an unseen level |
/// | text | strings |
/// | boolean | booleans, the numbers 0 and 1 |
/// | time | [`Micros`](crate::time::Micros) and whole numbers: microseconds since 1970 |
///
/// A warm call of [`fill`](Self::fill) allocates nothing.
///
/// ```
/// use ml_data::table::{Column, RowBinder, RowBuf, Table};
/// #[derive(serde::Serialize)]
/// struct Visit { price: f64, city: Option<&'static str> }
/// let trained = Table::new([
///     ("city", Column::cat([Some("Riga")])),
///     ("price", Column::num([1.0])),
/// ])?;
/// let binder = RowBinder::new(trained.schema());
/// let mut row = RowBuf::default();
/// let of_struct = binder.fill(&Visit { price: 2.0, city: Some("Riga") }, &mut row)?;
/// assert_eq!((of_struct.get(0).code(), of_struct.get(1).num()), (0, 2.0));
///
/// let of_json = serde_json::json!({"price": 3, "city": null});
/// assert!(binder.fill(&of_json, &mut row)?.get(0).is_missing());
/// let wrong = serde_json::json!({"pricee": 3, "city": "Riga"});
/// let e = binder.fill(&wrong, &mut row).unwrap_err();
/// assert_eq!(e.to_string(), "request field `pricee` is unknown, expected `price`");
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Prediction
/// A service keeps a binder and a session for each thread, and predicts requests that lack a field:
///
/// ```
/// use ml_data::table::{Column, RowBinder, RowBuf, Table};
/// use std::sync::Arc;
/// # use ml_data::prelude::*;
/// # use ml_data::table::TableRow;
/// # #[derive(serde::Serialize, serde::Deserialize)]
/// # struct Price(<Table as Repr>::Header);
/// # impl Predict<Table> for Price {
/// #     type Prediction = Scores;
/// #     type Scratch = ();
/// #     fn input(&self) -> &<Table as Repr>::Header { &self.0 }
/// #     fn predict_row(&self, row: TableRow<'_>, _: &mut (), out: &mut f64) -> Result<()> {
/// #         *out = row.get(1).num() * if row.get(0).is_missing() { 10.0 } else { 100.0 };
/// #         Ok(())
/// #     }
/// # }
/// let trained = Table::new([
///     ("city", Column::cat([Some("Riga")])),
///     ("price", Column::num([1.0])),
/// ])?;
/// # let model = Price(trained.schema().clone());
/// // `model` is fitted, or loaded: the tenfold price, and ten times that where the city is known.
/// let binder = RowBinder::new(model.input()).allow_missing(["city"])?;
/// let mut session = Arc::new(model).session();
/// let mut row = RowBuf::default();
/// for (request, expected) in [
///     (serde_json::json!({"city": "Riga", "price": 2.5}), 250.0),
///     (serde_json::json!({"price": 2.5}), 25.0),
/// ] {
///     assert_eq!(session.predict(binder.fill(&request, &mut row)?)?, expected);
/// }
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct RowBinder {
    schema: Arc<Schema>,
    columns: HashMap<Box<str>, u32>,
    /// For each column, whether a request may lack it.
    optional: Vec<bool>,
    ignore_unknown: bool,
}

impl RowBinder {
    /// Binds to a schema: `model.input()`, or `served.trained_on()`.
    pub fn new(schema: &Arc<Schema>) -> Self {
        let names = schema.fields().iter().map(|f| f.name().into());
        Self {
            schema: schema.clone(),
            columns: names.zip(0..).collect(),
            optional: vec![false; schema.len()],
            ignore_unknown: false,
        }
    }

    /// Takes requests that lack these columns; they are missing values then.
    ///
    /// ```
    /// use ml_data::table::{Column, RowBinder, RowBuf, Table};
    /// let trained = Table::new([("a", Column::num([1.0])), ("b", Column::num([1.0]))])?;
    /// let binder = RowBinder::new(trained.schema()).allow_missing(["b"])?;
    /// let mut row = RowBuf::default();
    /// assert!(binder.fill(&serde_json::json!({"a": 2}), &mut row)?.get(1).is_missing());
    /// assert_eq!(
    ///     binder.fill(&serde_json::json!({}), &mut row).unwrap_err().to_string(),
    ///     "request needs a value for `a`: send null where there is none, or let the column be \
    ///      missing with `RowBinder::allow_missing`"
    /// );
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// A column that the schema does not have.
    pub fn allow_missing<'n>(mut self, columns: impl IntoIterator<Item = &'n str>) -> Result<Self> {
        for name in columns {
            let at = self.schema.position("RowBinder::allow_missing", name)?;
            self.optional[at] = true;
        }
        Ok(self)
    }

    /// Takes requests that lack any column. A request without a single field then predicts, as a
    /// row of missing values.
    #[must_use]
    pub fn allow_all_missing(mut self) -> Self {
        self.optional.fill(true);
        self
    }

    /// Takes requests with fields that no column has, and passes over those.
    #[must_use]
    pub fn ignore_unknown(mut self) -> Self {
        self.ignore_unknown = true;
        self
    }

    /// The trained schema.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// Fills the row from a request.
    ///
    /// # Errors
    /// [`Error::Field`] for a field that no column has, a value of another kind, an integer that a
    /// number does not hold exactly (past 2^53; a JSON parser has rounded those past 64 bits
    /// before), a time that is not a whole count of microseconds; [`Error::Required`] for columns
    /// that the request lacks.
    pub fn fill<'b, T: Serialize + ?Sized>(
        &self,
        request: &T,
        out: &'b mut RowBuf,
    ) -> Result<TableRow<'b>> {
        out.start(self.schema.len());
        let mut sink = Filling {
            binder: self,
            out,
            next: 0,
        };
        fields(request, &mut sink)?;
        if out.absent().any(|column| !self.optional[column]) {
            return Err(self.lacking(out));
        }
        Ok(Table::view(out))
    }

    #[cold]
    fn lacking(&self, row: &RowBuf) -> Error {
        let lacking = row.absent().filter(|&column| !self.optional[column]);
        let names: Vec<&str> = lacking.map(|c| self.schema.field(c).name()).collect();
        Error::Required {
            who: "request".into(),
            what: format!("a value for `{}`", names.join("`, `")),
            how: "send null where there is none, or let the column be missing with \
                  `RowBinder::allow_missing`"
                .into(),
        }
    }

    #[cold]
    fn unknown(&self, name: &str) -> Error {
        const SHOWN: usize = 20;
        let names = || self.schema.fields().iter().map(Field::name);
        let near = hint(name, names());
        let expected = match near.split('`').nth(1) {
            Some(near) => format!("`{near}`"),
            None => {
                let first: Vec<&str> = names().take(SHOWN).collect();
                let more = if self.schema.len() > SHOWN {
                    ", .."
                } else {
                    ""
                };
                format!("one of `{}`{more}", first.join("`, `"))
            }
        };
        Error::Field {
            field: name.into(),
            expected,
            found: "unknown".into(),
        }
    }
}

/// A row that is being filled.
struct Filling<'f> {
    binder: &'f RowBinder,
    out: &'f mut RowBuf,
    /// The column after the last one: fields mostly come in the schema's order.
    next: usize,
}

impl Sink for Filling<'_> {
    fn field(&mut self, name: &str, value: Raw<'_>) -> Result<()> {
        let binder = self.binder;
        let in_order = binder.schema.fields().get(self.next);
        let column = match in_order {
            Some(field) if field.name() == name => self.next,
            _ => match binder.columns.get(name) {
                Some(&column) => column as usize,
                None if binder.ignore_unknown => return Ok(()),
                None => return Err(binder.unknown(name)),
            },
        };
        self.next = column + 1;
        let field = binder.schema.field(column);
        let refused = |expected: String, found| Error::Field {
            field: name.into(),
            expected,
            found,
        };
        if self.out.is_set(column) {
            return Err(refused("one value".into(), "there twice".into()));
        }
        let cell = cell(field, value).map_err(|found| refused(field.kind().to_string(), found))?;
        self.out.set(column, cell);
        Ok(())
    }
}

/// The cell that a value is in a column, or the value in words.
fn cell<'a>(field: &Field, value: Raw<'a>) -> Result<Cell<'a>, String> {
    Ok(match (field.kind(), value) {
        (_, Raw::Missing) => Cell::Missing,
        (Kind::Num, Raw::Num(v)) => Cell::Num(v),
        (Kind::Num, Raw::Int(v)) => {
            Cell::Num(exact(v).ok_or_else(|| format!("{v}, which a number does not hold"))?)
        }
        (Kind::Num, Raw::Bool(b)) => Cell::Num(f64::from(u8::from(b))),
        (Kind::Cat, Raw::Str(level, _)) => {
            let levels = field.levels();
            let unseen = || levels.map_or(0, |l| l.len() as u32);
            Cell::Code(levels.and_then(|l| l.code(level)).unwrap_or_else(unseen))
        }
        (Kind::Text, Raw::Str(text, _)) => Cell::Text(text),
        (Kind::Bool, Raw::Bool(b)) => Cell::Bool(b),
        (Kind::Bool, Raw::Int(v @ (0 | 1))) => Cell::Bool(v == 1),
        (Kind::Bool, Raw::Num(v)) if v == 0.0 || v == 1.0 => Cell::Bool(v == 1.0),
        (Kind::Time, Raw::Time(t)) => Cell::Time(instant(t.into())?),
        (Kind::Time, Raw::Int(t)) => Cell::Time(instant(t)?),
        (_, Raw::Num(v)) if v.is_nan() => Cell::Missing,
        // Past 2^53 the next number is more than a microsecond away.
        (Kind::Time, Raw::Num(t)) if t.fract() == 0.0 && t.abs() <= EXACT_WHOLE => {
            Cell::Time(t as i64)
        }
        (Kind::Time, Raw::Num(t)) => {
            return Err(format!("{t}, no whole number of microseconds"));
        }
        (Kind::Cat, Raw::Int(v)) => {
            return Err(format!("the number {v} (a category is text: `\"{v}\"`)"));
        }
        (_, other) => return Err(other.word().into()),
    })
}

/// The instant of so many microseconds, or the number in words; the one that stands for a missing
/// time is none.
fn instant(micros: i128) -> Result<i64, String> {
    let time = i64::try_from(micros).ok().filter(|t| *t != MISSING_TIME);
    time.ok_or_else(|| micros.to_string())
}
