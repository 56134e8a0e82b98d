//! Where weights start.

use serde::{Deserialize, Serialize};

use super::activation::Activation;

/// The distribution that initial weights and biases of the layers are drawn from, uniform in
/// `±bound`.
///
/// # References
/// * X. Glorot, Y. Bengio: Understanding the difficulty of training deep feedforward neural
///   networks, AISTATS 2010, [PMLR 9:249-256](https://proceedings.mlr.press/v9/glorot10a.html)
/// * K. He et al.: Delving deep into rectifiers, 2015,
///   [doi:10.1109/ICCV.2015.123](https://doi.org/10.1109/ICCV.2015.123)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Init {
    /// `√(6 / (inputs + outputs))`, and `√(2 / (inputs + outputs))` with logistic hidden units, as
    /// scikit-learn's `MLPRegressor` and `MLPClassifier` start.
    #[default]
    Glorot,
    /// `1 / √inputs`, as PyTorch's `Linear` starts (Kaiming uniform with `a = √5`): smaller where a
    /// layer narrows.
    Kaiming,
}

impl Init {
    /// The bound for a layer.
    pub(super) fn bound(self, inputs: usize, outputs: usize, activation: Activation) -> f32 {
        let squared = match (self, activation) {
            (Self::Glorot, Activation::Logistic) => 2.0 / (inputs + outputs) as f64,
            (Self::Glorot, _) => 6.0 / (inputs + outputs) as f64,
            (Self::Kaiming, _) => 1.0 / inputs.max(1) as f64,
        };
        squared.sqrt() as f32
    }
}
