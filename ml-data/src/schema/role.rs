//! Roles of columns.

use super::kind::Kind;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Role of a column: set by `Table::with_role`, which lists what becomes of each. Only features are
/// offered to steps and models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Role {
    /// An input of models.
    #[default]
    Feature,
    /// The target of a prediction.
    Target,
    /// Weight of a row.
    Weight,
    /// When the row happened.
    Time,
    /// Whom the row is about (user, item).
    Entity,
    /// Which query or block the row belongs to.
    Group,
    /// Protected attribute: kept out of features, used by audits.
    Sensitive,
    /// A key with no meaning of its own.
    Identifier,
    /// A score that learning starts from; several such columns are one an output, in their order.
    InitScore,
}

impl Role {
    /// The kinds of columns that can bear the role.
    ///
    /// ```
    /// use ml_data::schema::{Kind, Role};
    /// assert_eq!(Role::Weight.kinds(), [Kind::Num, Kind::Bool]);
    /// ```
    pub fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Feature | Self::Entity | Self::Sensitive | Self::Identifier => {
                &[Kind::Num, Kind::Cat, Kind::Text, Kind::Time, Kind::Bool]
            }
            Self::Target | Self::Group => &[Kind::Num, Kind::Cat, Kind::Text, Kind::Bool],
            Self::Weight | Self::InitScore => &[Kind::Num, Kind::Bool],
            Self::Time => &[Kind::Time],
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Feature => "feature",
            Self::Target => "target",
            Self::Weight => "weight",
            Self::Time => "time",
            Self::Entity => "entity",
            Self::Group => "group",
            Self::Sensitive => "sensitive",
            Self::Identifier => "identifier",
            Self::InitScore => "init score",
        })
    }
}
