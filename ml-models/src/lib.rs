//! ml-models
