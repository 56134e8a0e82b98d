//! Metrics of classes: which class was predicted, and how probable each was said to be.

mod auc;
mod confusion;
mod decided;
mod log_loss;
mod values;

pub use auc::roc_auc_ovr;
pub use confusion::{Average, ConfusionMatrix};
pub use decided::Decided;
pub use log_loss::multi_log_loss;
pub use values::{Accuracy, F1, Mcc, MultiLogLoss, RocAucOvr};

use crate::error::{self, Error, Result};

/// Every code must be below the number of classes.
fn codes(what: &str, codes: &[u32], classes: usize) -> Result<()> {
    match codes.iter().position(|c| *c as usize >= classes) {
        Some(row) => {
            let expected = format!("a class below {classes}");
            Err(error::value(what, row, codes[row], &expected))
        }
        None => Ok(()),
    }
}

/// Rows of `classes` probabilities, one for each label.
fn rows(numbers: usize, classes: usize, labels: usize) -> Result<()> {
    if labels == 0 {
        return Err(error::empty("list of rows to score"));
    }
    if classes < 2 {
        return Err(Error::too_few("classes", 2, classes));
    }
    let expected = classes.saturating_mul(labels);
    if numbers != expected {
        return Err(error::length("probabilities", expected, numbers));
    }
    Ok(())
}
