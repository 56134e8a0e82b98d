//! The features of (user, item, moment) on the scale of a network.

use super::rows::{Retrieval, ShopRows};
use ml_pipeline::data::contract::{ByVisit, RowSource, Visit};
use ml_pipeline::features::scale::FittedStandardScaler;
use ml_pipeline::prelude::*;
use std::sync::Arc;

/// The same features on the scale of a network: logarithms, standardised, missing at the mean; with
/// the ids in front.
#[derive(Debug, Clone)]
pub struct NetRows {
    rows: ShopRows,
    pub scaler: Arc<FittedStandardScaler>,
    pub names: Names,
}

impl NetRows {
    pub fn new(rows: ShopRows, scaler: Arc<FittedStandardScaler>) -> Self {
        let names = Names::new(
            ["user", "item"]
                .into_iter()
                .chain(rows.names.iter())
                .map(str::to_string),
        );
        Self {
            rows,
            scaler,
            names,
        }
    }

    /// Long tails become logarithms; the sign stays.
    pub fn squash(values: &mut [f64]) {
        values
            .iter_mut()
            .for_each(|v| *v = v.signum() * v.abs().ln_1p());
    }

    pub fn finish(scaled: &mut [f64]) {
        scaled
            .iter_mut()
            .filter(|v| !v.is_finite())
            .for_each(|v| *v = 0.0);
    }
}

impl RowSource<ByVisit> for NetRows {
    type Scratch = (Vec<f64>, Retrieval);
    fn names(&self) -> &Names {
        &self.names
    }
    fn items(&self) -> usize {
        self.rows.items()
    }
    fn begin(&self, visit: Visit<'_>, s: &mut Self::Scratch) -> Result<bool> {
        self.rows.begin(visit, &mut s.1)
    }
    fn candidates(
        &self,
        visit: Visit<'_>,
        s: &mut Self::Scratch,
        out: &mut Vec<u32>,
    ) -> Result<()> {
        self.rows.candidates(visit, &mut s.1, out)
    }
    fn row(
        &self,
        visit: Visit<'_>,
        item: u32,
        (raw, s): &mut Self::Scratch,
        out: &mut Vec<f64>,
    ) -> Result<()> {
        let Some(user) = visit.user else {
            return Ok(());
        };
        raw.clear();
        self.rows.row(visit, item, s, raw)?;
        Self::squash(raw);
        out.extend([f64::from(user), f64::from(item)]);
        let start = out.len();
        Apply::<Dense>::apply_row(&*self.scaler, raw, &mut (), out)?;
        Self::finish(&mut out[start..]);
        Ok(())
    }
}
