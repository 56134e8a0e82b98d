//! The small readers of text by value.

mod numbers;
mod records;
