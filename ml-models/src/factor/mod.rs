//! Matrix factorisation.
