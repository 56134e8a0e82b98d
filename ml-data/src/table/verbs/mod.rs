//! Verbs of tables, by the names that pandas and polars give them. Columns are reference-counted:
//! what only chooses, orders or renames columns, or takes rows from one end, copies no value.

mod access;
mod array;
mod cast;
mod columns;
mod describe;
mod keys;
mod rows;
mod sort;
mod split;
mod stack;
mod unique;

pub use access::Categories;
pub use sort::Order;
