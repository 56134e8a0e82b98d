//! Fitted target encodings.

use crate::cell::{CellFn, CodeCell, PerColumn, Refused, checked_on_load, finite};
use ml_data::repr::Float;
use ml_data::table::MISSING_CODE;
use serde::{Deserialize, Serialize};

/// A fitted target encoder.
pub type FittedTargetEncoder = PerColumn<TargetMeans>;

/// The encodings of a category: one for a target that is a number, one for each class of a target
/// of classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct TargetMeans {
    outputs: Vec<LevelMeans>,
}

/// The encoding of each level of a category by one output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LevelMeans {
    /// The class whose share it is, if the target has classes.
    pub(super) class: Option<Box<str>>,
    pub(super) encodings: Vec<f64>,
    pub(super) missing: f64,
    pub(super) prior: f64,
}

checked_on_load!(TargetMeans, |means| {
    let first = means.outputs.first().ok_or("TargetEncoder: no encodings")?;
    for output in &means.outputs {
        let others = [&output.missing, &output.prior];
        finite("TargetEncoder", output.encodings.iter().chain(others))?;
        if output.encodings.len() != first.encodings.len() {
            return Err("TargetEncoder: classes of different levels".into());
        }
    }
    Ok(())
});

impl TargetMeans {
    /// Encodings of a column by one output or more.
    pub(super) fn new(outputs: Vec<LevelMeans>) -> Self {
        Self { outputs }
    }
    /// Encodings by output: one of a number, or one of each class, in the order of the classes.
    pub fn outputs(&self) -> &[LevelMeans] {
        &self.outputs
    }
    /// Writes the encodings of a level, one for each output.
    #[inline]
    pub(super) fn write<F: Float>(&self, code: u32, out: &mut [F]) {
        for (to, output) in out.iter_mut().zip(&self.outputs) {
            *to = F::of(output.encoding(code));
        }
    }
}

impl LevelMeans {
    /// The class whose share is the encoding; `None` for the mean of a target that is a number.
    pub fn class(&self) -> Option<&str> {
        self.class.as_deref()
    }
    /// The mean of the target (the share of the class) over all training rows: the encoding of
    /// unseen levels.
    pub fn prior(&self) -> f64 {
        self.prior
    }
    /// The encoding of a level's code; the prior past the dictionary's end.
    #[inline]
    pub fn encoding(&self, code: u32) -> f64 {
        let absent = if code == MISSING_CODE {
            self.missing
        } else {
            self.prior
        };
        self.encodings.get(code as usize).copied().unwrap_or(absent)
    }
}

impl CellFn for TargetMeans {
    type In = CodeCell;
    const STEP: &'static str = "TargetEncoder";

    #[inline]
    fn width(&self) -> usize {
        self.outputs.len()
    }
    #[inline]
    fn cell<F: Float>(&self, code: u32, out: &mut [F]) -> Result<(), Refused> {
        self.write(code, out);
        Ok(())
    }
    fn names(&self, column: &str, out: &mut Vec<Box<str>>) {
        out.extend(self.outputs.iter().map(|output| match output.class() {
            Some(class) => format!("{column}:target={class}").into(),
            None => format!("{column}:target").into(),
        }));
    }
}
