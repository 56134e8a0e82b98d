//! From a fitted model to answers: the artifact, the registry behind the gate, and the service with
//! its fallback chain.

use crate::data::trade::{Item, Trade};
use crate::features::past::Past;
use crate::models::rungs::{Learned, Rungs};
use ml_pipeline::data::artifact::{Artifact, digest};
use ml_pipeline::eval::goal::GateDecision;
use ml_pipeline::monitor::drift::ReferenceProfile;
use ml_pipeline::prelude::*;
use ml_pipeline::serve::recommend::{
    Bundle, Catalogue, Facts, IdIndex, Product, RecommendationReason, Rung,
};
use ml_pipeline::serve::registry::{Lineage, Metadata, Registry, Version};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::time::Duration;

pub const KIND: &str = "shopsmart/2";
pub const MODEL: &str = "shopsmart";

/// Whether products that a shopper has may be recommended again: this shop sells what is used up
/// (stage 3 counts the repeats), and the test window ranks the whole catalogue, bought or not.
/// Where that is not so, leave both out.
const REBUY: bool = true;

/// The state of the artifact: all that a service needs to answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ShopModel {
    pub users: Vec<String>,
    pub items: Vec<Item>,
    pub past: Past,
    pub learned: Learned,
    /// The rung that answers first.
    pub chosen: String,
}

impl ShopModel {
    pub fn new(trade: &Trade, past: Past, learned: Learned, chosen: &str) -> Self {
        Self {
            users: trade.users.clone(),
            items: trade.items.clone(),
            past,
            learned,
            chosen: chosen.into(),
        }
    }

    pub fn artifact(&self, profile: &ReferenceProfile) -> Result<Vec<u8>> {
        Artifact::new(KIND, self)?.with_profile(profile)?.to_bytes()
    }

    pub fn load(bytes: &[u8]) -> Result<(Self, Option<ReferenceProfile>)> {
        let artifact = Artifact::from_bytes(bytes)?;
        Ok((artifact.state(KIND)?, artifact.profile()?))
    }

    /// The service's bundle: the chosen rung with a budget, then factorisation and popularity, and
    /// reasons from facts.
    pub fn bundle(&self, version: &str) -> Result<Bundle> {
        let rungs = self.rungs()?;
        let catalogue = self.catalogue()?;
        let similar = |item: u32| -> Result<Vec<u32>> {
            let found = self.past.als.similar_items(item, 10)?;
            Ok(found.into_iter().map(|s| s.item).collect())
        };
        let similar = (0..self.items.len() as u32).map(similar);
        let facts = Facts::of(&catalogue)
            .bought(self.bought())
            .similar(similar.collect::<Result<_>>()?);
        let chosen = Rung::shared(&self.chosen, rungs.named(&self.chosen)?)
            .budget(Duration::from_millis(100));
        let popularity = Rung::shared("popularity", rungs.popularity)
            .default_reason(RecommendationReason::PopularNow);
        let mut bundle = Bundle::new(version, catalogue, self.users()?);
        if self.chosen != "popularity" {
            bundle = bundle.rung(chosen);
        }
        if self.chosen != "factorisation" {
            bundle = bundle.rung(Rung::shared("factorisation", rungs.factorisation));
        }
        Ok(bundle
            .rung(popularity)
            .known(self.bought())
            .rebuy(REBUY)
            .reasons(facts))
    }

    /// The answers of the shop without a model.
    pub fn popularity_only(&self) -> Result<Bundle> {
        let popularity = Rung::shared("popularity", self.rungs()?.popularity);
        Ok(Bundle::new("popularity", self.catalogue()?, self.users()?)
            .rung(popularity.default_reason(RecommendationReason::PopularNow)))
    }

    /// Factorisation, and popularity where it has no answer.
    pub fn factorisation_first(&self) -> Result<Bundle> {
        let rungs = self.rungs()?;
        Ok(
            Bundle::new("factorisation", self.catalogue()?, self.users()?)
                .rung(Rung::shared("factorisation", rungs.factorisation))
                .rung(Rung::shared("popularity", rungs.popularity)),
        )
    }

    /// The purchases of each user: (user, item).
    fn bought(&self) -> impl Iterator<Item = (u32, u32)> {
        let users = (0..).zip(self.past.bought.iter());
        users.flat_map(|(user, items)| items.items().iter().map(move |item| (user, *item)))
    }

    fn rungs(&self) -> Result<Rungs> {
        Rungs::new(&self.items, &self.past, &self.learned)
    }

    pub fn catalogue(&self) -> Result<Catalogue> {
        let products = self.items.iter().zip(categories(&self.items));
        let product =
            |(i, category): (&Item, &str)| Product::new(i.id.clone(), category, i.price.max(0.0));
        Ok(Catalogue::new(products.map(product))?)
    }

    pub fn users(&self) -> Result<IdIndex> {
        IdIndex::new(&self.users)
    }
}

/// A digest of every fitted model, equal for any thread count.
pub fn model_digest(past: &Past, learned: &Learned, chosen: &str) -> Result<String> {
    let state = (past, learned, chosen);
    Ok(digest(&Artifact::new("digest", &state)?.to_bytes()?))
}

/// The categories of products. They are not in the data: the last word of a product's name, when
/// enough products share it.
fn categories(items: &[Item]) -> Vec<&str> {
    fn last(item: &Item) -> &str {
        item.name.split_whitespace().next_back().unwrap_or("other")
    }
    let mut counts: HashMap<String, usize> = HashMap::new();
    for item in items {
        *counts.entry(last(item).to_lowercase()).or_default() += 1;
    }
    let common = |name: &str| counts.get(&name.to_lowercase()).is_some_and(|n| *n >= 10);
    items
        .iter()
        .map(|i| if common(last(i)) { last(i) } else { "other" })
        .collect()
}

/// Publishes a version with its figures, the gate's decision and its lineage.
pub fn publish(
    registry: &Registry,
    bytes: &[u8],
    metrics: &[(&str, f64)],
    gate: &GateDecision,
    lineage: Lineage,
) -> Result<Version> {
    let gate_json = serde_json::to_value(gate).map_err(|e| Error::encode("gate as JSON", e))?;
    let metadata = metrics
        .iter()
        .fold(Metadata::default(), |m, (name, value)| {
            m.metric(name, *value)
        });
    Ok(registry.publish(MODEL, bytes, metadata.gate(gate_json).lineage(lineage))?)
}
