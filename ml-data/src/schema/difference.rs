//! Differences of two schemas, in words, and which of them conforming mends.

#[cfg(feature = "table")]
use super::Kind;
use super::{Field, Schema};
use foldhash::HashMap;

#[cfg(feature = "table")]
impl Kind {
    /// True when values of this kind become values of `to` in every program that holds both:
    /// text and categories, booleans and the numbers 0 and 1.
    pub(crate) fn converts_to(self, to: Kind) -> bool {
        use Kind::{Bool, Cat, Num, Text};
        self == to
            || matches!(
                (self, to),
                (Text, Cat) | (Cat, Text) | (Bool, Num) | (Num, Bool)
            )
    }
}

impl Schema {
    /// Every difference from `expected`, in words. The order of columns is told only where columns
    /// that both have stand in another one.
    ///
    /// ```
    /// use ml_data::schema::{Field, Kind, Schema};
    /// let of = |names: &[&str]| {
    ///     Schema::new(names.iter().map(|n| Field::new(*n, Kind::Num)).collect())
    /// };
    /// let trained = of(&["age", "height", "weight"])?;
    /// assert_eq!(of(&["weight", "age", "height"])?.difference(&trained),
    ///     "`age`: expected before `weight`");
    /// assert_eq!(of(&["age", "weight"])?.difference(&trained), "`height` (numeric): missing");
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    pub fn difference(&self, expected: &Schema) -> String {
        let own = self.positions();
        let mut out = Vec::new();
        for e in expected.fields() {
            match own.get(e.name()).map(|&p| self.field(p)) {
                None => out.push(format!("`{}` ({}): missing", e.name(), e.kind())),
                Some(f) => out.extend(change(f, e)),
            }
        }
        let known = expected.positions();
        for f in self.fields() {
            if !known.contains_key(f.name()) {
                out.push(format!("`{}` ({}): not expected", f.name(), f.kind()));
            }
        }
        out.extend(self.out_of_order(expected, &own, &known));
        out.join("; ")
    }

    /// The first two columns of both that stand the other way round.
    fn out_of_order(
        &self,
        expected: &Schema,
        own: &HashMap<&str, usize>,
        known: &HashMap<&str, usize>,
    ) -> Option<String> {
        let common = |f: &&Field| own.contains_key(f.name()) && known.contains_key(f.name());
        let found = self.fields().iter().filter(common);
        let mut both = expected.fields().iter().filter(common).zip(found);
        let (first, other) = both.find(|(a, b)| a.name() != b.name())?;
        Some(format!(
            "`{}`: expected before `{}`",
            first.name(),
            other.name()
        ))
    }

    /// True when rows of this schema can be made rows of `to` by
    /// [`Table::conform`](crate::table::Table::conform), as far as kinds tell.
    #[cfg(feature = "table")]
    pub(crate) fn can_conform(&self, to: &Schema) -> bool {
        let own = self.positions();
        let converts = |f: &Field| {
            let at = own.get(f.name()).copied();
            at.is_some_and(|p| self.field(p).kind().converts_to(f.kind()))
        };
        to.fields().iter().all(converts)
    }
}

/// Another kind, or other codes.
fn change(found: &Field, expected: &Field) -> Option<String> {
    let (name, kind) = (expected.name(), expected.kind());
    if found.kind() != kind {
        return Some(format!("`{name}`: expected {kind}, found {}", found.kind()));
    }
    let (own, trained) = (found.levels()?, expected.levels()?);
    (!own.starts_with(trained)).then(|| format!("`{name}`: categories are coded differently"))
}
