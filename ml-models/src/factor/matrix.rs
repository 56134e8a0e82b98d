//! A dense matrix of factors, rows padded to whole vectors.

use super::kernel::{Aligned, Matrix};
use ml_data::random::{RngExt, generator};
use ml_data::{Error, Result};
use ndarray::{ArrayView2, aview2, s};
use serde::{Deserialize, Serialize};

/// One row of `factors` numbers for every user or item. Rows start on a cache line and end in
/// zeros.
#[derive(Clone, Debug)]
pub(crate) struct Factors {
    rows: usize,
    factors: usize,
    data: Aligned,
}

impl Factors {
    pub(crate) fn zeros(rows: usize, factors: usize) -> Self {
        Factors {
            rows,
            factors,
            data: Aligned::zeros(rows * factors.div_ceil(16)),
        }
    }

    /// Uniform in `[0, scale)`, as implicit starts.
    pub(crate) fn random(rows: usize, factors: usize, scale: f32, seed: u64, stage: &str) -> Self {
        let mut all = Self::zeros(rows, factors);
        let mut draws = generator(seed, stage, 0);
        for r in 0..rows {
            for x in &mut all.row_mut(r)[..factors] {
                *x = draws.random::<f32>() * scale;
            }
        }
        all
    }

    /// A copy of an array; `what` names it in errors.
    pub(crate) fn from_array(
        a: &ArrayView2<'_, f32>,
        rows: usize,
        factors: usize,
        what: &str,
    ) -> Result<Self> {
        if a.dim() != (rows, factors) {
            return Err(Error::value(
                what,
                format!("{rows} x {factors}"),
                format!("{} x {}", a.nrows(), a.ncols()),
            ));
        }
        let mut all = Self::zeros(rows, factors);
        for (r, from) in a.outer_iter().enumerate() {
            for (to, &x) in all.row_mut(r).iter_mut().zip(from) {
                *to = x;
            }
        }
        all.check_finite(what)?;
        Ok(all)
    }

    /// Refuses NaN and infinities, naming the first row that has one.
    pub(crate) fn check_finite(&self, what: &str) -> Result<()> {
        match self.data.iter().position(|x| !x.is_finite()) {
            None => Ok(()),
            Some(at) => Err(Error::value(
                format!("{what} row {}", at / self.stride()),
                "finite factors",
                self.data[at],
            )),
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn factors(&self) -> usize {
        self.factors
    }

    /// Values a row, a multiple of 16.
    pub(crate) fn stride(&self) -> usize {
        16 * self.factors.div_ceil(16)
    }

    /// One padded row.
    pub(crate) fn row(&self, r: usize) -> &[f32] {
        &self.data[r * self.stride()..(r + 1) * self.stride()]
    }

    /// One padded row; keep the padding zero.
    pub(crate) fn row_mut(&mut self, r: usize) -> &mut [f32] {
        let stride = self.stride();
        &mut self.data[r * stride..(r + 1) * stride]
    }

    /// All padded rows; keep the padding zero.
    pub(crate) fn padded_mut(&mut self) -> &mut [f32] {
        &mut self.data
    }

    /// All padded rows.
    pub(crate) fn padded(&self) -> &[f32] {
        &self.data
    }

    /// For the kernels.
    pub(super) fn matrix(&self) -> Matrix<'_> {
        Matrix {
            data: &self.data,
            nv: self.stride() / 16,
        }
    }

    /// Without the padding.
    pub(crate) fn view(&self) -> ArrayView2<'_, f32> {
        let rows = ArrayView2::from_shape((self.rows, self.stride()), &self.data[..]);
        // the shape always fits: `data` is made with it
        rows.map_or_else(
            |_| aview2::<f32, 0>(&[]),
            |all| all.slice_move(s![.., ..self.factors]),
        )
    }

    /// Makes room for more rows, zero.
    pub(crate) fn grow(&mut self, rows: usize) {
        if rows > self.rows {
            self.rows = rows;
            self.data.resize(rows * self.factors.div_ceil(16));
        }
    }
}

/// The stored form, without padding.
#[derive(Serialize, Deserialize)]
struct Saved {
    rows: usize,
    factors: usize,
    values: Vec<f32>,
}

impl Serialize for Factors {
    fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        let values = self.view().iter().copied().collect();
        Saved {
            rows: self.rows,
            factors: self.factors,
            values,
        }
        .serialize(to)
    }
}

impl<'de> Deserialize<'de> for Factors {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let Saved {
            rows,
            factors,
            values,
        } = Saved::deserialize(from)?;
        if factors == 0 && rows > 0 {
            return Err(serde::de::Error::custom("rows without factors"));
        }
        let array =
            ArrayView2::from_shape((rows, factors), &values).map_err(serde::de::Error::custom)?;
        Factors::from_array(&array, rows, factors, "saved factors")
            .map_err(|e: Error| serde::de::Error::custom(e))
    }
}
