//! Reasons for showing a product: sentences that follow from facts.

use super::catalogue::Catalogue;
use ml_data::contract::{ItemSet, Visit};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// A reason; its text is what the shopper reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RecommendationReason {
    /// `bought before`: this user bought this product.
    BoughtBefore,
    /// `similar to recent views`: it is a neighbour of a product of this session.
    SimilarToRecentViews,
    /// `similar to what you bought`: it is a neighbour of a product that this user bought.
    SimilarToPurchases,
    /// `popular in your interests`: it is popular, and of a category this visitor bought or looked
    /// at.
    PopularInYourInterests,
    /// `popular now`: its place comes from popularity alone.
    PopularNow,
    /// `based on your history`: its place comes from a model that knows this user; nothing closer
    /// is known of it.
    FromYourHistory,
    /// `based on this visit`: its place comes from a model that knows only this session.
    FromThisVisit,
    /// `recommended`: nothing is known of the visitor.
    Recommended,
    /// A reason of your own.
    Text(Cow<'static, str>),
}

impl RecommendationReason {
    /// The text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::BoughtBefore => "bought before",
            Self::SimilarToRecentViews => "similar to recent views",
            Self::SimilarToPurchases => "similar to what you bought",
            Self::PopularInYourInterests => "popular in your interests",
            Self::PopularNow => "popular now",
            Self::FromYourHistory => "based on your history",
            Self::FromThisVisit => "based on this visit",
            Self::Recommended => "recommended",
            Self::Text(text) => text,
        }
    }

    /// True when it can hold of a visitor who is `known`, or not, and has a session or a product
    /// on the page `here`, or not.
    pub(super) fn fits(&self, known: bool, here: bool) -> bool {
        match self {
            Self::BoughtBefore | Self::SimilarToPurchases | Self::FromYourHistory => known,
            Self::SimilarToRecentViews | Self::FromThisVisit => here,
            Self::PopularInYourInterests => known || here,
            Self::PopularNow | Self::Recommended | Self::Text(_) => true,
        }
    }
}

impl fmt::Display for RecommendationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The recommendation that needs a reason.
#[derive(Debug, Clone)]
pub struct ReasonQuery<'a> {
    /// The visit.
    pub visit: Visit<'a>,
    /// The product that is shown.
    pub item: u32,
    /// The rung that ranked it.
    pub rung: &'a str,
    /// Reason when nothing better is known.
    pub default_reason: &'a RecommendationReason,
}

/// Finds a reason; `None` keeps the rung's default reason. A closure
/// `|asked: &ReasonQuery<'_>| ...` is one too.
pub trait ReasonProvider: Send + Sync {
    /// The reason for showing this product to this visitor.
    fn reason(&self, asked: &ReasonQuery<'_>) -> Option<RecommendationReason>;
    /// The facts that all its reasons follow from. A bundle is stored with those; other reasons
    /// are set again after loading.
    fn facts(&self) -> Option<&Facts> {
        None
    }
}

impl<F: Fn(&ReasonQuery<'_>) -> Option<RecommendationReason> + Send + Sync> ReasonProvider for F {
    fn reason(&self, asked: &ReasonQuery<'_>) -> Option<RecommendationReason> {
        self(asked)
    }
}

/// Purchases and neighbours, from which most reasons follow.
///
/// In this order: a product the user bought is `bought before`; a neighbour of a product of the
/// session or on the page is `similar to recent views`; a neighbour of a product the user bought is
/// `similar to what you bought`; a product that is shown for its popularity and is of a category
/// the visitor bought or looked at is `popular in your interests`; everything else keeps the rung's
/// default reason.
///
/// ```
/// use ml_data::contract::Visit;
/// use ml_serve::recommend::{Catalogue, Facts, Product, ReasonProvider, ReasonQuery};
/// use ml_serve::recommend::RecommendationReason;
/// let products = [("mug", "kitchen"), ("pan", "kitchen"), ("lamp", "home")];
/// let shop = Catalogue::new(products.map(|(id, category)| Product::new(id, category, 9.0)))?;
/// let facts = Facts::of(&shop).bought([(0, 0)]).similar(vec![vec![], vec![2], vec![1]]);
/// let visit = Visit { user: Some(0), session: &[1], ..Visit::default() };
/// let (rung, default_reason) = ("popularity", &RecommendationReason::PopularNow);
/// let why = |item| facts.reason(&ReasonQuery { visit, item, rung, default_reason });
/// assert_eq!(why(0), Some(RecommendationReason::BoughtBefore));
/// assert_eq!(why(1), Some(RecommendationReason::PopularInYourInterests));
/// assert_eq!(why(2), Some(RecommendationReason::SimilarToRecentViews));
/// # Ok::<(), ml_serve::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Facts {
    category_of: Vec<u32>,
    bought: Vec<ItemSet>,
    categories: Vec<ItemSet>,
    similar: Vec<ItemSet>,
    /// For each item, the items it is a neighbour of.
    neighbour_of: Vec<ItemSet>,
}

/// Facts as they are stored: what does not follow from the catalogue.
#[derive(Serialize, Deserialize)]
pub(super) struct SavedFacts {
    pub(super) bought: Vec<ItemSet>,
    pub(super) similar: Vec<ItemSet>,
}

impl Facts {
    /// No facts yet about the products of a catalogue.
    pub fn of(catalogue: &Catalogue) -> Self {
        let category_of = (0..catalogue.len() as u32)
            .filter_map(|i| catalogue.category_of(i))
            .collect();
        Self {
            category_of,
            ..Self::default()
        }
    }

    /// Purchases: (user, item) pairs by number, in any order.
    #[must_use]
    pub fn bought(mut self, pairs: impl IntoIterator<Item = (u32, u32)>) -> Self {
        self.bought = grouped(pairs);
        let category = |i: &u32| self.category_of.get(*i as usize).copied();
        self.categories = self
            .bought
            .iter()
            .map(|b| ItemSet::new(b.items().iter().filter_map(category).collect()))
            .collect();
        self
    }

    /// For each item by number, the items most like it.
    #[must_use]
    pub fn similar(mut self, neighbours: Vec<Vec<u32>>) -> Self {
        let pairs = (0..).zip(&neighbours);
        self.neighbour_of =
            grouped(pairs.flat_map(|(item, near)| near.iter().map(move |n| (*n, item))));
        self.similar = neighbours.into_iter().map(ItemSet::new).collect();
        self
    }

    pub(super) fn saved(&self) -> SavedFacts {
        SavedFacts {
            bought: self.bought.clone(),
            similar: self.similar.clone(),
        }
    }

    /// These facts with those that were stored.
    pub(super) fn restored(self, saved: SavedFacts) -> Self {
        let of_user = |(user, items): (u32, &ItemSet)| {
            let items = items.items().to_vec();
            items.into_iter().map(move |item| (user, item))
        };
        let bought = (0..).zip(&saved.bought).flat_map(of_user);
        let similar = saved.similar.iter().map(|near| near.items().to_vec());
        self.bought(bought).similar(similar.collect())
    }

    fn interested(&self, visit: &Visit<'_>, item: u32) -> bool {
        let Some(&category) = self.category_of.get(item as usize) else {
            return false;
        };
        let bought = visit
            .user
            .and_then(|u| self.categories.get(u as usize))
            .is_some_and(|c| c.contains(category));
        bought || seen_items(visit).any(|s| self.category_of.get(s as usize) == Some(&category))
    }
}

/// The second numbers of each first number.
pub(super) fn grouped(pairs: impl IntoIterator<Item = (u32, u32)>) -> Vec<ItemSet> {
    let mut groups: Vec<Vec<u32>> = Vec::new();
    for (first, second) in pairs {
        let first = first as usize;
        if groups.len() <= first {
            groups.resize_with(first + 1, Vec::new);
        }
        groups[first].push(second);
    }
    groups.into_iter().map(ItemSet::new).collect()
}

fn seen_items<'a>(visit: &Visit<'a>) -> impl Iterator<Item = u32> + use<'a> {
    visit.session.iter().copied().chain(visit.current)
}

impl ReasonProvider for Facts {
    fn facts(&self) -> Option<&Facts> {
        Some(self)
    }

    fn reason(&self, asked: &ReasonQuery<'_>) -> Option<RecommendationReason> {
        let (visit, item) = (&asked.visit, asked.item);
        let bought = visit.user.and_then(|u| self.bought.get(u as usize));
        if bought.is_some_and(|b| b.contains(item)) {
            return Some(RecommendationReason::BoughtBefore);
        }
        let near = |s: u32| {
            self.similar
                .get(s as usize)
                .is_some_and(|n| n.contains(item))
        };
        if seen_items(visit).any(near) {
            return Some(RecommendationReason::SimilarToRecentViews);
        }
        let of = self
            .neighbour_of
            .get(item as usize)
            .map_or(&[][..], ItemSet::items);
        if bought.is_some_and(|b| of.iter().any(|i| b.contains(*i))) {
            return Some(RecommendationReason::SimilarToPurchases);
        }
        let popular = *asked.default_reason == RecommendationReason::PopularNow
            && self.interested(visit, item);
        popular.then_some(RecommendationReason::PopularInYourInterests)
    }
}
