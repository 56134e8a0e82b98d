//! One alias, one service, moved together.

use crate::error::{Error, Result};
use crate::recommend::{Bundle, RecommendationService};
use crate::registry::{GateOutcome, LoadedVersion, Registry, Version};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Blue-green deployment: the next version is loaded beside the running one, then alias and service
/// switch at once; the old bundle is kept, so going back takes no loading.
///
/// `build` turns what the registry holds into a bundle that can answer.
pub struct BlueGreen<B> {
    registry: Registry,
    model: String,
    alias: String,
    service: Arc<RecommendationService>,
    build: B,
    loaded: Mutex<LoadedVersions>,
}

#[derive(Default)]
struct LoadedVersions {
    serving: Option<Version>,
    idle: Option<(Version, Arc<Bundle>)>,
}

impl<B> fmt::Debug for BlueGreen<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlueGreen")
            .field("model", &self.model)
            .field("alias", &self.alias)
            .finish_non_exhaustive()
    }
}

impl<B, E> BlueGreen<B>
where
    B: Fn(&LoadedVersion) -> Result<Bundle, E>,
    E: Into<Error>,
{
    /// Ties an alias of a model to a service. Nothing is loaded before [`refresh`](Self::refresh)
    /// or [`promote`](Self::promote).
    pub fn new(
        registry: Registry,
        model: impl Into<String>,
        alias: impl Into<String>,
        service: Arc<RecommendationService>,
        build: B,
    ) -> Self {
        let (model, alias) = (model.into(), alias.into());
        Self {
            registry,
            model,
            alias,
            service,
            build,
            loaded: Mutex::default(),
        }
    }

    /// Promotes a version in the registry and serves it. It is loaded and built first: what can not
    /// answer is not promoted.
    ///
    /// # Errors
    /// [`Error::Refused`] by the gate; a damaged version; a bundle that can not be built. The old
    /// version then goes on.
    pub fn promote(&self, version: Version, gate: &GateOutcome) -> Result<()> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let bundle = if gate.passed {
            Some(self.load(version, &mut loaded)?)
        } else {
            None
        };
        self.registry
            .promote(&self.model, version, &self.alias, gate)?;
        bundle.map_or(Ok(()), |b| self.switch(version, b, &mut loaded))
    }

    /// Points the alias back at the version before and serves that. Returns it.
    ///
    /// # Errors
    /// No version before; a damaged version before. Nothing then changes.
    pub fn rollback(&self) -> Result<Version> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.registry.previous(&self.model, &self.alias)?;
        let bundle = self.load(before, &mut loaded)?;
        let now = self.registry.rollback(&self.model, &self.alias)?;
        // Another process may have moved the alias in between: serve what it points at.
        let bundle = if now == before {
            bundle
        } else {
            self.load(now, &mut loaded)?
        };
        self.switch(now, bundle, &mut loaded)?;
        Ok(now)
    }

    /// Serves the version the alias points at, if that is another than the one served. Returns it
    /// when it changed. Call it at the start, and now and then to follow what other processes
    /// promote.
    ///
    /// # Errors
    /// An unknown alias, a damaged version, a bundle that can not be built. The old version then
    /// goes on.
    pub fn refresh(&self) -> Result<Option<Version>> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let version = self
            .registry
            .resolve(&self.model, self.alias.as_str().into())?;
        if loaded.serving == Some(version) {
            return Ok(None);
        }
        let bundle = self.load(version, &mut loaded)?;
        self.switch(version, bundle, &mut loaded)?;
        Ok(Some(version))
    }

    fn load(&self, version: Version, loaded: &mut LoadedVersions) -> Result<Arc<Bundle>> {
        if let Some((_, bundle)) = loaded.idle.as_ref().filter(|(v, _)| *v == version) {
            return Ok(bundle.clone());
        }
        let published = self.registry.load(&self.model, version)?;
        let bundle = (self.build)(&published).map_err(Into::into)?;
        bundle.check()?;
        Ok(Arc::new(bundle))
    }

    fn switch(
        &self,
        version: Version,
        bundle: Arc<Bundle>,
        loaded: &mut LoadedVersions,
    ) -> Result<()> {
        let old = self.service.swap(bundle)?;
        let was = loaded.serving.replace(version);
        // What is no longer served stays warm for the way back.
        if let (Some(was), Some(old)) = (was, old)
            && was != version
        {
            loaded.idle = Some((was, old));
        }
        Ok(())
    }
}
