//! Ensembles of models and rankers.
