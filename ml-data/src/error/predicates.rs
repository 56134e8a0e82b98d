//! Kinds of failure, for callers that go on differently for each.

use super::{ArtifactError, Error};

impl Error {
    /// A parameter outside its domain: the program is to be changed.
    #[must_use]
    pub fn is_parameter(&self) -> bool {
        matches!(self, Self::Parameter { .. })
    }

    /// Columns other than the ones that were expected: missing ones, more of them, other kinds,
    /// another schema than a model was trained on.
    #[must_use]
    pub fn is_schema(&self) -> bool {
        if let Self::Artifact(e) = self {
            return matches!(e.fault(), ArtifactError::Schema(_));
        }
        matches!(
            self,
            Self::NoColumn { .. }
                | Self::ExtraColumns { .. }
                | Self::ColumnKind { .. }
                | Self::RoleKind { .. }
                | Self::ArrowType { .. }
                | Self::Schema(_)
        )
    }

    /// Values that can not be used: a cell, a field, lengths that disagree, too few of something,
    /// nothing at all, a file that is not what it claims to be ([`Source`](Self::Source): it was
    /// read, so no [`is_io`](Self::is_io)).
    #[must_use]
    pub fn is_data(&self) -> bool {
        matches!(
            self,
            Self::Cell { .. }
                | Self::Empty(_)
                | Self::Length { .. }
                | Self::Field { .. }
                | Self::Value { .. }
                | Self::Duplicate { .. }
                | Self::Unknown { .. }
                | Self::TooFew { .. }
                | Self::ZeroWeights { .. }
                | Self::Undefined { .. }
                | Self::Required { .. }
                | Self::BadRows { .. }
                | Self::Source { .. }
        )
    }

    /// More than a limit, the memory, or the numbering of rows allows.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(
            self,
            Self::Limit { .. } | Self::Memory { .. } | Self::TooMany { .. }
        )
    }

    /// The operating system refused: the same call may succeed later.
    #[must_use]
    pub fn is_io(&self) -> bool {
        matches!(self, Self::Io { .. })
    }
}
