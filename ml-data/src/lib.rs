//! ml-data
