//! Selection of the columns that a part works on.

use ml_data::table::{Kind, Table};
use ml_data::validate::distinct;
use ml_data::{Error, Result};
use serde::{Deserialize, Serialize};

/// Selection of the columns that a part works on. `Kind` and `All` offer feature columns only; a
/// name may be any column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Select {
    /// These columns, in this order.
    Names(Vec<String>),
    /// Every feature column of a kind.
    Kind(Kind),
    /// Every feature column.
    All,
}

impl From<&str> for Select {
    fn from(name: &str) -> Self {
        Select::Names(vec![name.into()])
    }
}
impl From<String> for Select {
    fn from(name: String) -> Self {
        Select::Names(vec![name])
    }
}
impl<const N: usize> From<[&str; N]> for Select {
    fn from(names: [&str; N]) -> Self {
        Select::Names(names.into_iter().map(Into::into).collect())
    }
}
impl From<&[&str]> for Select {
    fn from(names: &[&str]) -> Self {
        Select::Names(names.iter().map(|n| (*n).into()).collect())
    }
}
impl From<Vec<String>> for Select {
    fn from(names: Vec<String>) -> Self {
        Select::Names(names)
    }
}
impl From<Kind> for Select {
    fn from(kind: Kind) -> Self {
        Select::Kind(kind)
    }
}

impl std::fmt::Display for Select {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Select::Names(n) => write!(f, "Names({})", n.join(", ")),
            Select::Kind(k) => write!(f, "Kind({k:?})"),
            Select::All => f.write_str("All"),
        }
    }
}

impl Select {
    /// Positions in the table, for the step called `who`.
    pub(super) fn positions(&self, who: &str, table: &Table) -> Result<Vec<usize>> {
        let schema = table.schema();
        let found: Vec<usize> = match self {
            Select::Names(names) => {
                let visible = table.visible();
                let find = |name: &String| {
                    let at = visible
                        .iter()
                        .copied()
                        .find(|&p| schema.field(p).name() == name);
                    let known = visible.iter().map(|&p| schema.field(p).name());
                    at.ok_or_else(|| Error::no_column(who, name, known))
                };
                names.iter().map(find).collect::<Result<_>>()?
            }
            Select::Kind(kind) => table
                .features()
                .into_iter()
                .filter(|&p| schema.field(p).kind() == *kind)
                .collect(),
            Select::All => table.features(),
        };
        if found.is_empty() {
            return Err(Error::Empty(format!("{who}: selection {self}")));
        }
        let names = found.iter().map(|&i| schema.field(i).name());
        distinct(&format!("column selected by {who}"), names)?;
        Ok(found)
    }
}
