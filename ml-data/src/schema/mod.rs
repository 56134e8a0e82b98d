//! Names, kinds, roles and levels of columns: how a table, or an artifact that reads tables,
//! describes its rows.

mod difference;
pub(crate) mod kind;
mod levels;
pub(crate) mod role;

pub use kind::Kind;
pub use levels::Levels;
pub use role::Role;

use crate::error::{Error, Result};
use crate::validate::distinct;
use foldhash::HashMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The code of a missing category.
pub const MISSING_CODE: u32 = u32::MAX;
/// The instant that stands for a missing time.
pub const MISSING_TIME: i64 = i64::MIN;
/// The byte that stands for a missing truth value.
pub const MISSING_BOOL: u8 = u8::MAX;

/// One column's name, kind, role and, for categories, levels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    name: String,
    kind: Kind,
    role: Role,
    levels: Option<Arc<Levels>>,
}

impl Field {
    /// Refuses a role that the kind of the column can not bear.
    fn check_role(&self) -> Result<()> {
        if self.role.kinds().contains(&self.kind) {
            return Ok(());
        }
        Err(Error::RoleKind {
            column: self.name.clone(),
            role: self.role,
            expected: self.role.kinds(),
            found: self.kind,
        })
    }
    /// A feature column.
    pub fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            kind,
            role: Role::Feature,
            levels: None,
        }
    }
    /// Sets the name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }
    /// Sets the role; [`Schema::new`] checks that the kind can bear it.
    #[must_use]
    pub fn with_role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }
    /// Sets the category levels.
    #[must_use]
    pub fn with_levels(mut self, levels: Option<Arc<Levels>>) -> Self {
        self.levels = levels;
        self
    }
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// Kind of its values.
    pub fn kind(&self) -> Kind {
        self.kind
    }
    /// Its role.
    pub fn role(&self) -> Role {
        self.role
    }
    /// The category levels, in code order.
    pub fn levels(&self) -> Option<&Arc<Levels>> {
        self.levels.as_ref()
    }
}

/// The ordered fields of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Schema {
    fields: Vec<Field>,
}

/// [`Schema`] as it is stored, not checked yet.
#[derive(Deserialize)]
struct Stored {
    fields: Vec<Field>,
}

impl TryFrom<Stored> for Schema {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Self> {
        let odd = |f: &&Field| f.levels.is_some() && f.kind != Kind::Cat;
        if let Some(f) = stored.fields.iter().find(odd) {
            return Err(Error::Schema(format!(
                "`{}` is {} and has levels of a category",
                f.name, f.kind
            )));
        }
        Self::new(stored.fields)
    }
}

impl Schema {
    /// A schema.
    ///
    /// # Errors
    /// Two fields with one name, or a role that the kind of its field can not bear.
    pub fn new(fields: Vec<Field>) -> Result<Self> {
        distinct("column", fields.iter().map(Field::name))?;
        fields.iter().try_for_each(Field::check_role)?;
        Ok(Self { fields })
    }
    /// All fields in order.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }
    /// The field at a position.
    ///
    /// # Panics
    /// A position past the last field, as indexing a slice; [`Schema::fields`] has `get`.
    pub fn field(&self, position: usize) -> &Field {
        &self.fields[position]
    }
    /// Number of fields.
    pub fn len(&self) -> usize {
        self.fields.len()
    }
    /// True when there are no fields.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
    /// The position of a name; `who` is named in the error.
    ///
    /// # Errors
    /// No such column.
    pub fn position(&self, who: &str, name: &str) -> Result<usize> {
        self.find(name)
            .ok_or_else(|| Error::no_column(who, name, self.fields.iter().map(|f| f.name())))
    }
    /// The position of a name, if there is one.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.name == name)
    }
    /// The positions of names, to look up many.
    pub(super) fn positions(&self) -> HashMap<&str, usize> {
        self.fields.iter().map(|f| f.name()).zip(0..).collect()
    }
    /// A digest of names, kinds and levels: two schemas with one fingerprint read rows alike.
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        for f in &self.fields {
            digest.update((f.name.len() as u64).to_le_bytes());
            digest.update(f.name.as_bytes());
            digest.update([f.kind as u8]);
            for level in f.levels.iter().flat_map(|l| l.names()) {
                digest.update((level.len() as u64).to_le_bytes());
                digest.update(level.as_bytes());
            }
        }
        digest.finalize().into()
    }
    /// True when rows of `self` mean the same under `trained`: same names and kinds in order, and
    /// levels that agree on the trained codes (more levels may follow).
    pub fn codes_like(&self, trained: &Schema) -> bool {
        self.fields.len() == trained.fields.len()
            && self.fields.iter().zip(&trained.fields).all(|(a, b)| {
                a.name == b.name
                    && a.kind == b.kind
                    && match (&a.levels, &b.levels) {
                        (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a.starts_with(b),
                        (None, None) => true,
                        _ => false,
                    }
            })
    }
}
