//! From a fitted model to answers: the artifact, the registry behind the gate, and the service with its fallback chain.

use crate::ladder::{Learned, Past, rungs};
use crate::trade::{Item, Trade};
use ml_pipeline::data::artifact::{Artifact, digest};
use ml_pipeline::eval::goal::Decision;
use ml_pipeline::monitor::drift::ReferenceProfile;
use ml_pipeline::prelude::*;
use ml_pipeline::serve::recommend::{Bundle, Catalogue, Facts, Product, Reason, Rung, Users};
use ml_pipeline::serve::registry::{GateOutcome, Lineage, Metadata, Registry, Version};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::time::Duration;

pub const KIND: &str = "shopsmart/1";
pub const MODEL: &str = "shopsmart";

/// All that a service needs to answer: what the artifact holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ShopModel {
    pub users: Vec<String>,
    pub items: Vec<Item>,
    pub past: Past,
    pub learned: Learned,
}

impl ShopModel {
    pub fn new(trade: &Trade, past: Past, learned: Learned) -> Self {
        Self {
            users: trade.users.clone(),
            items: trade.items.clone(),
            past,
            learned,
        }
    }

    pub fn artifact(&self, profile: &ReferenceProfile) -> Result<Vec<u8>> {
        Artifact::new(KIND, self)?.with_profile(profile)?.to_bytes()
    }

    pub fn load(bytes: &[u8]) -> Result<(Self, Option<ReferenceProfile>)> {
        let artifact = Artifact::from_bytes(bytes)?;
        Ok((artifact.state(KIND)?, artifact.profile()?))
    }

    /// The service's bundle: blend, factorisation, popularity, each with a budget, and reasons from facts.
    pub fn bundle(&self, version: &str) -> Result<Bundle> {
        let rungs = rungs(&self.items, &self.past, &self.learned)?;
        let categories = categories(&self.items);
        let products = self
            .items
            .iter()
            .zip(&categories)
            .map(|(i, c)| Product::new(i.id.clone(), *c, i.price.max(0.0)));
        let catalogue = Catalogue::new(products)?;
        let similar = (0..self.items.len() as u32)
            .map(|i| {
                Ok(self
                    .past
                    .als
                    .similar_items(i, 10)?
                    .into_iter()
                    .map(|s| s.item)
                    .collect())
            })
            .collect::<Result<Vec<Vec<u32>>>>()?;
        let facts = Facts::of(&catalogue).similar(similar);
        Ok(
            Bundle::new(version, catalogue, Users::new(self.users.iter().cloned())?)
                .rung(
                    Rung::shared("blend", rungs.blend)
                        .says(Reason::FromYourHistory)
                        .budget(Duration::from_millis(100)),
                )
                .rung(
                    Rung::shared("factorisation", rungs.factorisation)
                        .says(Reason::FromYourHistory),
                )
                .rung(Rung::shared("popularity", rungs.popularity).says(Reason::PopularNow))
                .reasons(facts),
        )
    }
}

/// A digest of every fitted model, equal for any thread count.
pub fn model_digest(past: &Past, learned: &Learned) -> Result<String> {
    Ok(digest(
        &Artifact::new("digest", &(past, learned))?.to_bytes()?,
    ))
}

/// The shop's categories are not in the data: the last word of a product's name, when enough products share it.
pub fn categories(items: &[Item]) -> Vec<&str> {
    let word = |i: &'static str| i;
    let last = |item: &Item| {
        item.name
            .split_whitespace()
            .next_back()
            .map_or_else(|| word("other").to_string(), str::to_lowercase)
    };
    let mut counts: HashMap<String, usize> = HashMap::new();
    items
        .iter()
        .for_each(|i| *counts.entry(last(i)).or_default() += 1);
    items
        .iter()
        .map(|i| {
            let name = i.name.split_whitespace().next_back().unwrap_or("other");
            if counts.get(&name.to_lowercase()).is_some_and(|n| *n >= 10) {
                name
            } else {
                "other"
            }
        })
        .collect()
}

/// Publishes and, when the gate agrees, promotes to champion.
pub fn publish(
    registry: &Registry,
    bytes: &[u8],
    metrics: &[(&str, f64)],
    gate: &Decision,
    lineage: Lineage,
) -> Result<Version> {
    let gate_json = serde_json::to_value(gate).map_err(|e| Error::Data(e.to_string()))?;
    let metadata = metrics
        .iter()
        .fold(Metadata::default(), |m, (name, value)| {
            m.metric(name, *value)
        });
    Ok(registry.publish(MODEL, bytes, metadata.gate(gate_json).lineage(lineage))?)
}

/// The gate's decision in the registry's words.
pub fn outcome(decision: &Decision) -> GateOutcome {
    let reasons: Vec<String> = decision.reasons.iter().map(ToString::to_string).collect();
    if decision.promoted {
        GateOutcome::pass(reasons)
    } else {
        GateOutcome::refuse(reasons)
    }
}
