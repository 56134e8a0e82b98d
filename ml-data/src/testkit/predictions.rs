//! Predictions of a fitted model, and rules about them.

use super::{Take, same, text};
use crate::contract::Predict;
use crate::repr::View;
use crate::sample::Prediction;

pub(super) fn batch<R: Take, M: Predict<R>>(model: &M, x: View<'_, R>) -> crate::Result<Vec<f64>> {
    Ok(model.predict(x)?.values().to_vec())
}

pub(super) fn round_trip<R: Take, M: Predict<R>>(model: &M, x: View<'_, R>) -> Result<(), String> {
    let bytes = postcard::to_stdvec(model).map_err(text)?;
    let back: M = postcard::from_bytes(&bytes).map_err(text)?;
    same(
        &batch(model, x).map_err(text)?,
        &batch(&back, x).map_err(text)?,
        0.0,
    )
}

pub(super) fn finite<R: Take, M: Predict<R>>(model: &M, x: View<'_, R>) -> Result<(), String> {
    let values = batch(model, x).map_err(text)?;
    match values.iter().position(|v| !v.is_finite()) {
        Some(i) => Err(format!("prediction {i} is {}", values[i])),
        None => Ok(()),
    }
}
