//! Baselines: what a model has to beat.
