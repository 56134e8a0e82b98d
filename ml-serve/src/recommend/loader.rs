//! Bundles from artifacts.

use super::bundle::Bundle;
use super::catalogue::Catalogue;
use super::facts::{Facts, ReasonProvider, SavedFacts};
use super::rung::Rung;
use super::stored::{BUNDLE_KIND, SavedBundle, check_sets};
use crate::error::Result;
use crate::registry::{Registry, VersionSelector};
use ml_data::artifact::{Artifact, ArtifactError, structure};
use ml_data::contract::{ByVisit, IdIndex, ItemSet, Narrow, Ranker};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt;
use std::sync::Arc;

type LoadRung = Box<dyn Fn(&str, &Artifact) -> Result<Rung> + Send + Sync>;

/// The rankers that a program can load, by their types, and the bundles made of them. No globals:
/// the program says what it knows.
///
/// ```text
/// let loader = BundleLoader::new().with::<FittedImplicitAls>().with::<FittedPopularity>();
/// service.swap(loader.load_from(&registry, "shop", "champion")?)?;
/// ```
///
/// See [`Bundle::save`] for a whole example.
#[derive(Default)]
pub struct BundleLoader {
    rankers: Vec<(String, LoadRung)>,
}

impl fmt::Debug for BundleLoader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.rankers.iter().map(|r| &r.0))
            .finish()
    }
}

impl BundleLoader {
    /// A loader that knows no ranker yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Teaches it a type of rankers.
    #[must_use]
    pub fn with<R>(mut self) -> Self
    where
        R: Ranker + Serialize + DeserializeOwned,
        R::Query: Narrow<ByVisit>,
    {
        let kind = structure::<R>();
        let expected = kind.clone();
        let load = move |name: &str, artifact: &Artifact| {
            let ranker = artifact.state::<R>(&expected);
            let ranker = ranker.map_err(ml_data::Error::from)?;
            Ok(Rung::model(name, Arc::new(ranker)))
        };
        self.rankers.push((kind, Box::new(load)));
        self
    }

    /// The bundle that was [saved](Bundle::save), under the version it was saved with. It answers
    /// as the one that was saved.
    ///
    /// # Errors
    /// Damaged bytes, another kind of artifact, a ranker of a type it does not know
    /// ([`Error::Data`](crate::Error::Data)); [`Error::Bundle`](crate::Error::Bundle) for parts that
    /// do not fit together: a ranker of another number of items than there are products, or of
    /// users than there are ids, items or users past the last; products and rungs as
    /// [`Catalogue::new`] and [`Bundle::check`] refuse them.
    pub fn load(&self, bytes: &[u8]) -> Result<Bundle> {
        let artifact = Artifact::from_bytes(bytes).map_err(ml_data::Error::from)?;
        let saved = artifact.state::<SavedBundle>(BUNDLE_KIND);
        let saved = saved.map_err(ml_data::Error::from)?;
        let catalogue = Catalogue::new(saved.products)?;
        let numbers = Numbers {
            products: catalogue.len(),
            users: &saved.users,
        };
        numbers.check_known("known items", &saved.known)?;
        let reasons = numbers.facts("the bundle", saved.facts, &catalogue)?;
        let rungs = saved.rungs.into_iter().map(|rung| {
            let part = format!("rung `{}`", rung.name);
            let facts = numbers.facts(&part, rung.facts, &catalogue)?;
            let mut made = self.rung(rung.name, rung.ranker)?;
            made = made.breaker(rung.breaker.0, rung.breaker.1);
            (made.budget, made.default_reason) = (rung.budget, rung.default_reason);
            made.reasons = facts;
            Ok(made)
        });
        let rungs = rungs.collect::<Result<_>>()?;
        let bundle = Bundle {
            version: saved.version,
            catalogue: catalogue.into(),
            users: saved.users,
            rungs,
            reasons,
            known: saved.known,
            rebuy: saved.rebuy,
        };
        bundle.check()?;
        bundle.check_rankers(true)?;
        Ok(bundle)
    }

    /// The bundle of a version or alias of a registry, verified against its digest. It goes by the
    /// registry's version, of which history and rollback speak.
    ///
    /// # Errors
    /// As [`Registry::load`] and [`load`](Self::load).
    pub fn load_from(
        &self,
        registry: &Registry,
        model: &str,
        which: impl Into<VersionSelector>,
    ) -> Result<Bundle> {
        let loaded = registry.load(model, which)?;
        let mut bundle = self.load(&loaded.artifact)?;
        bundle.version = loaded.version.to_string();
        Ok(bundle)
    }

    fn rung(&self, name: String, ranker: Vec<u8>) -> Result<Rung> {
        let artifact = Artifact::from_bytes(&ranker).map_err(ml_data::Error::from)?;
        match self.rankers.iter().find(|(k, _)| k == artifact.kind()) {
            Some((_, load)) => load(&name, &artifact),
            None => Err(ml_data::Error::from(ArtifactError::Kind {
                found: artifact.kind().into(),
                expected: self.rankers.iter().map(|r| r.0.clone()).collect(),
            })
            .into()),
        }
    }
}

/// Numbers of items and users of a bundle.
struct Numbers<'a> {
    products: usize,
    users: &'a IdIndex,
}

impl Numbers<'_> {
    /// Items of each user.
    fn check_known(&self, part: &str, of_users: &[ItemSet]) -> Result<()> {
        check_sets(part, of_users, (self.users.len(), "users"), self.products)
    }

    fn facts(
        &self,
        part: &str,
        saved: Option<SavedFacts>,
        catalogue: &Catalogue,
    ) -> Result<Option<Arc<dyn ReasonProvider>>> {
        let Some(saved) = saved else { return Ok(None) };
        self.check_known(&format!("purchases of {part}"), &saved.bought)?;
        let neighbours = format!("neighbours of {part}");
        check_sets(
            &neighbours,
            &saved.similar,
            (self.products, "products"),
            self.products,
        )?;
        Ok(Some(Arc::new(Facts::of(catalogue).restored(saved))))
    }
}
