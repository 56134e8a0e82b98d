//! Gradient and hessian of one row.

/// Gradient and hessian of the loss by the score of one row.
pub(crate) type GradientPair = [f32; 2];
