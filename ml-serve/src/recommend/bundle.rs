//! Everything one model version needs to answer.

use super::catalogue::Catalogue;
use super::facts::{ReasonProvider, grouped};
use super::rung::Rung;
use crate::error::{Error, Result};
use ml_data::contract::{IdIndex, ItemSet};
use std::fmt;
use std::sync::Arc;

/// A model version ready to serve: catalogue, users, and rungs in the order they are asked.
pub struct Bundle {
    pub(super) version: String,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) users: IdIndex,
    pub(super) rungs: Vec<Rung>,
    pub(super) reasons: Option<Arc<dyn ReasonProvider>>,
    pub(super) known: Vec<ItemSet>,
    pub(super) rebuy: bool,
}

impl fmt::Debug for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (products, users) = (self.catalogue.len(), self.users.len());
        let mut out = f.debug_struct("Bundle");
        out.field("version", &self.version)
            .field("products", &products)
            .field("users", &users);
        out.field("rungs", &self.rungs).finish_non_exhaustive()
    }
}

impl Bundle {
    /// A bundle without rungs.
    pub fn new(
        version: impl Into<String>,
        catalogue: impl Into<Arc<Catalogue>>,
        users: IdIndex,
    ) -> Self {
        Self {
            version: version.into(),
            catalogue: catalogue.into(),
            users,
            rungs: Vec::new(),
            reasons: None,
            known: Vec::new(),
            rebuy: false,
        }
    }

    /// Adds a rung, to be asked after those before it.
    #[must_use]
    pub fn rung(mut self, rung: Rung) -> Self {
        self.rungs.push(rung);
        self
    }

    /// Finds reasons for the products of every rung; [`Facts`](super::Facts) usually.
    #[must_use]
    pub fn reasons(mut self, reasons: impl ReasonProvider + 'static) -> Self {
        self.reasons = Some(Arc::new(reasons));
        self
    }

    /// Items that each user has already: (user, item) pairs by number, in any order. These products
    /// are not recommended to that user, as offline evaluation leaves them out of the candidates,
    /// unless [`rebuy`](Self::rebuy), or [`Request::include_seen`] of one request, says otherwise.
    /// `Interactions::pairs` of the training data are these pairs.
    ///
    /// [`Request::include_seen`]: super::Request::include_seen
    ///
    /// ```
    /// use ml_data::contract::{ByUser, RankFn};
    /// use ml_serve::recommend::{Bundle, Catalogue, Product, RecommendationService, Request};
    /// use ml_serve::recommend::{IdIndex, Rung};
    /// let answer = |rebuy| {
    ///     let product = |id| Product::new(id, "home", 9.0);
    ///     let shop = Catalogue::new(["mug", "pan", "lamp"].map(product))?;
    ///     let by_number = RankFn::by_score::<ByUser>(3, |_user, item| -(item as f32));
    ///     let rung = Rung::new("model", by_number);
    ///     let bundle = Bundle::new("v1", shop, IdIndex::new(["ann"])?).rung(rung);
    ///     let service = RecommendationService::new(bundle.known([(0, 0)]).rebuy(rebuy))?;
    ///     let answer = service.recommend(&Request::new("ann"))?;
    ///     Ok::<_, ml_serve::Error>(answer.products().join(" "))
    /// };
    /// assert_eq!(answer(false)?, "pan lamp");
    /// assert_eq!(answer(true)?, "mug pan lamp");
    /// # Ok::<(), ml_serve::Error>(())
    /// ```
    #[must_use]
    pub fn known(mut self, pairs: impl IntoIterator<Item = (u32, u32)>) -> Self {
        self.known = grouped(pairs);
        self
    }

    /// Recommends products to users who have them already, and those of the session, or not
    /// (default false). For goods that are used up and bought again; evaluate offline the same way.
    #[must_use]
    pub fn rebuy(mut self, again: bool) -> Self {
        self.rebuy = again;
        self
    }

    /// Items that a user has already.
    pub(super) fn owned_items(&self, user: Option<u32>) -> &[u32] {
        let known = user.and_then(|u| self.known.get(u as usize));
        known.map_or(&[], |known| known.items())
    }

    /// The version.
    pub fn version(&self) -> &str {
        &self.version
    }
    /// The products.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }
    /// The users.
    pub fn users(&self) -> &IdIndex {
        &self.users
    }
    /// The rungs, in the order they are asked.
    pub fn rungs(&self) -> &[Rung] {
        &self.rungs
    }

    /// Checks that it can answer.
    ///
    /// # Errors
    /// No version text, no products, no rungs, a rung without a name or with the name of another.
    /// [`Error::Bundle`] for a ranker that knows more items than there are products, or more users
    /// than there are ids: its numbers are of something else. It may know fewer, of a catalogue
    /// that grew since.
    pub fn check(&self) -> Result<()> {
        let wrong = |name, value: &str, rule| {
            Err(ml_data::Error::parameter("Bundle", name, value, rule).into())
        };
        if self.version.is_empty() {
            return wrong("version", "", "a text");
        }
        if self.catalogue.is_empty() {
            return Err(ml_data::Error::Empty("the catalogue".into()).into());
        }
        if self.rungs.is_empty() {
            return Err(ml_data::Error::Empty("the chain of rungs".into()).into());
        }
        for (i, rung) in self.rungs.iter().enumerate() {
            if rung.name().is_empty() || self.rungs[..i].iter().any(|r| r.name() == rung.name()) {
                return wrong("rung", rung.name(), "a name of its own");
            }
        }
        self.check_rankers(false)
    }

    /// Refuses a ranker of more items than there are products, or of more users than there are ids;
    /// `exact`: of another number.
    pub(super) fn check_rankers(&self, exact: bool) -> Result<()> {
        let (products, users) = (self.catalogue.len(), self.users.len());
        for rung in &self.rungs {
            let ranker = rung.ranker();
            let pairs = [
                (ranker.item_count(), products, "items", "products"),
                (ranker.user_count(), users, "users", "user ids"),
            ];
            for (found, there, what, ids) in pairs {
                let wrong = |n: &usize| *n > there || exact && *n < there;
                if let Some(found) = found.filter(wrong) {
                    let most = if exact { "" } else { "at most " };
                    return Err(Error::Bundle {
                        part: format!("rung `{}`", rung.name()),
                        expected: format!("a ranker of {most}{there} {what}, as there are {ids}"),
                        found: format!("one of {found}"),
                    });
                }
            }
        }
        Ok(())
    }
}
