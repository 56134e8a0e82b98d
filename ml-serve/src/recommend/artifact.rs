//! A bundle as one artifact.

use super::bundle::Bundle;
use super::facts::{Facts, ReasonProvider, SavedFacts};
use super::rung::Rung;
use super::stored::{BUNDLE_KIND, SavedBundle, SavedRung, check_sets};
use crate::error::{Error, Result};
use ml_data::artifact::Artifact;

/// # One artifact
impl Bundle {
    /// The bundle as artifact bytes: products, users, what they have already, facts, and rungs with
    /// their rankers and settings. [`BundleLoader`](super::BundleLoader) reads them back, and a
    /// [registry](crate::registry) keeps them.
    ///
    /// ```
    /// use ml_data::contract::{ByUser, Candidates, Ranker, Scored, top_k};
    /// use ml_serve::recommend::{Bundle, BundleLoader, Catalogue, IdIndex, Product};
    /// use ml_serve::recommend::{RecommendationService, Request, Rung};
    /// use std::sync::Arc;
    ///
    /// /// Scores of items; a fitted model of yours, or of `ml_models`.
    /// #[derive(serde::Serialize, serde::Deserialize)]
    /// struct Scores(Vec<f32>);
    /// impl Ranker for Scores {
    ///     type Query = ByUser;
    ///     type Scratch = ();
    ///     fn rank_into(
    ///         &self,
    ///         _: u32,
    ///         among: Candidates<'_>,
    ///         k: usize,
    ///         _: &mut (),
    ///         out: &mut Vec<Scored>,
    ///     ) -> ml_data::Result<()> {
    ///         out.clear();
    ///         let scored = |item: u32| Scored { item, score: self.0[item as usize] };
    ///         among.for_each(self.0.len(), |item| out.push(scored(item)));
    ///         top_k(out, k);
    ///         Ok(())
    ///     }
    ///     fn item_count(&self) -> Option<usize> {
    ///         Some(self.0.len())
    ///     }
    /// }
    ///
    /// let shop = Catalogue::new(["mug", "pan", "lamp"].map(|id| Product::new(id, "home", 9.0)))?;
    /// let model = Arc::new(Scores(vec![0.1, 0.9, 0.5]));
    /// let bundle = Bundle::new("v1", shop, IdIndex::new(["ann"])?)
    ///     .rung(Rung::model("scores", model))
    ///     .known([(0, 1)]);
    /// let bytes = bundle.save()?;
    ///
    /// let loader = BundleLoader::new().with::<Scores>();
    /// let service = RecommendationService::new(loader.load(&bytes)?)?;
    /// assert_eq!(service.recommend(&Request::new("ann"))?.products(), ["lamp", "mug"]);
    /// # Ok::<(), ml_serve::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`artifact`](Self::artifact).
    pub fn save(&self) -> Result<Vec<u8>> {
        Ok(self.artifact()?.to_bytes()?)
    }

    /// The artifact that [`save`](Self::save) writes, for those who say more in it: the profile of
    /// the training data, the program's dependencies.
    ///
    /// # Errors
    /// As [`check`](Self::check); a rung that was not made by [`Rung::model`]; reasons that are not
    /// [`Facts`]; a ranker of another number of items than the catalogue has products, or of
    /// another number of users than there are ids; known items of others.
    pub fn artifact(&self) -> Result<Artifact> {
        self.check()?;
        self.check_rankers(true)?;
        let users = (self.users.len(), "users");
        check_sets("known items", &self.known, users, self.catalogue.len())?;
        let rungs = self.rungs.iter().map(saved_rung).collect::<Result<_>>()?;
        let saved = SavedBundle {
            version: self.version.clone(),
            products: self.catalogue.products().to_vec(),
            users: self.users.clone(),
            known: self.known.clone(),
            rebuy: self.rebuy,
            facts: saved_facts("the bundle", self.reasons.as_deref())?,
            rungs,
        };
        Ok(Artifact::new(BUNDLE_KIND, &saved)?)
    }
}

fn saved_rung(rung: &Rung) -> Result<SavedRung> {
    let part = format!("rung `{}`", rung.name());
    let Some(save) = &rung.save else {
        return Err(Error::Bundle {
            part,
            expected: "a fitted one, given to `Rung::model`".into(),
            found: "a ranker that can not be stored".into(),
        });
    };
    Ok(SavedRung {
        name: rung.name().into(),
        ranker: save()?,
        budget: rung.budget,
        breaker: rung.breaker.settings(),
        default_reason: rung.default_reason.clone(),
        facts: saved_facts(&part, rung.reasons.as_deref())?,
    })
}

fn saved_facts(part: &str, reasons: Option<&dyn ReasonProvider>) -> Result<Option<SavedFacts>> {
    let Some(reasons) = reasons else {
        return Ok(None);
    };
    let facts = reasons.facts().map(Facts::saved);
    facts.map(Some).ok_or_else(|| Error::Bundle {
        part: part.into(),
        expected: "`Facts`, or none; set others again after loading".into(),
        found: "reasons that can not be stored".into(),
    })
}
