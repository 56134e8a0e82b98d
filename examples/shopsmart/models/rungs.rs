//! The rungs of the ladder as rankers, ready for a moment.

use crate::data::trade::Item;
use crate::features::net_rows::NetRows;
use crate::features::past::Past;
use crate::features::rows::ShopRows;
use ml_pipeline::data::contract::{AnyRanker, ByVisit, RankRows};
use ml_pipeline::features::scale::FittedStandardScaler;
use ml_pipeline::models::boost::FittedBoost;
use ml_pipeline::models::ensemble::{Blend, Fusion};
use ml_pipeline::models::neural::FittedMlp;
use ml_pipeline::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub type AnyRung = Arc<dyn AnyRanker<ByVisit>>;

pub const RUNGS: [&str; 5] = [
    "popularity",
    "factorisation",
    "boosting",
    "network",
    "blend",
];

/// The rungs that the blend is made of.
pub const MEMBERS: [&str; 3] = ["factorisation", "boosting", "network"];

/// The rungs that learn from windows, fitted once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Learned {
    pub boost: Arc<FittedBoost>,
    pub scaler: Arc<FittedStandardScaler>,
    pub mlp: Arc<FittedMlp>,
    pub fusion: Fusion,
    /// Weights of [`MEMBERS`] in the blend.
    pub weights: Vec<f64>,
}

pub struct Rungs {
    pub popularity: AnyRung,
    pub factorisation: AnyRung,
    pub boosting: AnyRung,
    pub network: AnyRung,
    pub blend: AnyRung,
}

impl Rungs {
    pub fn new(items: &[Item], past: &Past, learned: &Learned) -> Result<Self> {
        let rows = ShopRows::new(past, items);
        let net_rows = NetRows::new(rows.clone(), learned.scaler.clone());
        let boosting: AnyRung = Arc::new(RankRows::<ByVisit, _, _>::new(
            rows,
            learned.boost.as_ref().clone(),
        )?);
        let network: AnyRung = Arc::new(RankRows::<ByVisit, _, _>::new(
            net_rows,
            learned.mlp.as_ref().clone(),
        )?);
        let factorisation: AnyRung = past.als.clone();
        let blend = blend(learned, [&factorisation, &boosting, &network]);
        Ok(Self {
            popularity: past.popularity.clone(),
            factorisation,
            boosting,
            network,
            blend: Arc::new(blend.weights(&learned.weights)?),
        })
    }

    /// The rung of a name.
    pub fn named(&self, name: &str) -> Result<AnyRung> {
        let found = self.in_order().into_iter().find(|(rung, _)| *rung == name);
        let rung = found.map(|(_, rung)| rung);
        rung.ok_or_else(|| Error::other(format!("there is no rung called `{name}`")))
    }

    /// The named rungs in ladder order.
    pub fn in_order(&self) -> Vec<(&'static str, AnyRung)> {
        let all = [
            &self.popularity,
            &self.factorisation,
            &self.boosting,
            &self.network,
            &self.blend,
        ];
        RUNGS.into_iter().zip(all.into_iter().cloned()).collect()
    }
}

/// The blend of the three rungs that know the user, with equal weights.
pub fn blend(learned: &Learned, members: [&AnyRung; 3]) -> Blend<ByVisit> {
    let [factorisation, boosting, network] = members.map(Clone::clone);
    Blend::new()
        .fusion(learned.fusion)
        .with("factorisation", factorisation, 1.0)
        .with("boosting", boosting, 1.0)
        .with("network", network, 1.0)
}
