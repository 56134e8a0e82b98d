//! The parts of Arrow that a [`Table`](crate::table::Table) is made of, as the crate `arrow` names
//! them: programs that have it, or Polars, share buffers with tables through these types.

pub use arrow_buffer as buffer;

/// Arrays and record batches.
pub mod array {
    pub use arrow_array::builder::*;
    pub use arrow_array::cast::*;
    pub use arrow_array::*;
}

/// Types of values, fields and schemas.
pub mod datatypes {
    pub use arrow_array::types::*;
    pub use arrow_buffer::{ArrowNativeType, i256};
    pub use arrow_schema::*;
}
