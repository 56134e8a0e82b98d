//! ml-serve
