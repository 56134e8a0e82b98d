//! ml-eval
