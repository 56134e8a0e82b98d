//! Histogram gradient boosting.
