//! ml-features
