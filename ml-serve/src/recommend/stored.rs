//! Stored form of bundles.

use super::catalogue::Product;
use super::facts::{RecommendationReason, SavedFacts};
use crate::error::{Error, Result};
use ml_data::contract::{IdIndex, ItemSet};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The kind of a bundle's artifact.
pub const BUNDLE_KIND: &str = "recommender/1";

/// A bundle as it is stored.
#[derive(Serialize, Deserialize)]
pub(super) struct SavedBundle {
    pub(super) version: String,
    pub(super) products: Vec<Product>,
    pub(super) users: IdIndex,
    pub(super) known: Vec<ItemSet>,
    pub(super) rebuy: bool,
    pub(super) facts: Option<SavedFacts>,
    pub(super) rungs: Vec<SavedRung>,
}

/// A rung as it is stored; its ranker is an artifact within.
#[derive(Serialize, Deserialize)]
pub(super) struct SavedRung {
    pub(super) name: String,
    pub(super) ranker: Vec<u8>,
    pub(super) budget: Option<Duration>,
    pub(super) breaker: (u32, Duration),
    pub(super) default_reason: Option<RecommendationReason>,
    pub(super) facts: Option<SavedFacts>,
}

/// Refuses more sets of items than there are owners, and items past the last product.
pub(super) fn check_sets(
    part: &str,
    sets: &[ItemSet],
    (owners, what): (usize, &str),
    products: usize,
) -> Result<()> {
    let refuse = |expected: String, found: String| {
        let part = part.into();
        Err(Error::Bundle {
            part,
            expected,
            found,
        })
    };
    if sets.len() > owners {
        let found = format!("items of {what} up to number {}", sets.len() - 1);
        return refuse(format!("{what} below {owners}"), found);
    }
    let highest = sets.iter().filter_map(|set| set.items().last()).max();
    match highest.filter(|item| **item as usize >= products) {
        Some(item) => refuse(
            format!("items below {products}, the number of products"),
            format!("item {item}"),
        ),
        None => Ok(()),
    }
}
