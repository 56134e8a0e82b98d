//! One alias, one service, moved together.

use crate::error::{Error, Result};
use crate::recommend::{Bundle, RecommendationService};
use crate::registry::{AliasMoveKind, GateOutcome, LoadedVersion, Registry, Version};
use ml_data::health::{Act, Action, HealthSignal};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Blue-green deployment: the next version is loaded beside the running one, then alias and service
/// switch at once; the old bundle is kept, so going back takes no loading.
///
/// `build` turns what the registry holds into a bundle that can answer.
///
/// It hears the signals of monitors ([`Act`]): one that asks to roll back takes the newest
/// promotion back, see there.
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
        let mut loaded = self.lock();
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
        let mut loaded = self.lock();
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

    /// Takes the promotion of a version back, unless somebody else has moved the alias since; what
    /// it points at is served then. True when another version is served than before.
    fn take_back(&self, promoted: Version, loaded: &mut LoadedVersions) -> Result<bool> {
        let before = self.registry.previous(&self.model, &self.alias)?;
        // What can not be built is not gone back to.
        let bundle = self.load(before, loaded)?;
        let moved = (self.registry).rollback_from(&self.model, &self.alias, promoted)?;
        if moved != Some(before) {
            return Ok(self.follow(loaded)?.is_some());
        }
        self.switch(before, bundle, loaded)?;
        Ok(true)
    }

    /// Serves the version the alias points at, if that is another than the one served. Returns it
    /// when it changed. Call it at the start, and now and then to follow what other processes
    /// promote.
    ///
    /// # Errors
    /// An unknown alias, a damaged version, a bundle that can not be built. The old version then
    /// goes on.
    pub fn refresh(&self) -> Result<Option<Version>> {
        self.follow(&mut self.lock())
    }

    fn follow(&self, loaded: &mut LoadedVersions) -> Result<Option<Version>> {
        let version = self
            .registry
            .resolve(&self.model, self.alias.as_str().into())?;
        if loaded.serving == Some(version) {
            return Ok(None);
        }
        let bundle = self.load(version, loaded)?;
        self.switch(version, bundle, loaded)?;
        Ok(Some(version))
    }

    fn lock(&self) -> MutexGuard<'_, LoadedVersions> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last move of the alias, and where to; none before the first promotion.
    fn last_move(&self) -> Result<Option<(AliasMoveKind, Version)>> {
        let history = self.registry.history(&self.model)?;
        let mut moves = history.iter().rev().filter(|m| m.alias == self.alias);
        let moved = moves.find(|m| m.kind != AliasMoveKind::Refused);
        Ok(moved.map(|m| (m.kind, m.to)))
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

/// [`Action::RollBack`] points the alias back and serves the version before. A promotion is taken
/// back once: where the alias was rolled back already, by the same signal, a person or another
/// process, the service only follows it. Nothing is done while there is no version before.
///
/// ```
/// use ml_data::contract::{ByVisit, Candidates, IdIndex, RankFn, Scored, Visit};
/// use ml_data::health::{Act, Action, HealthSignal, Severity};
/// use ml_serve::recommend::{
///     Bundle, Catalogue, Product, Recommend, RecommendationService, Rung,
/// };
/// use ml_serve::registry::{GateOutcome, LoadedVersion, MemoryStore, Metadata, Registry};
/// use ml_serve::rollout::BlueGreen;
/// use std::sync::Arc;
///
/// let build = |of: &LoadedVersion| {
///     let shop = Catalogue::new([Product::new("mug", "home", 9.0)])?;
///     let first = RankFn::<ByVisit, _>::new(
///         |_: Visit<'_>, among: Candidates<'_>, _, out: &mut Vec<Scored>| {
///             among.for_each(1, |item| out.push(Scored { item, score: 1.0 }));
///             Ok(())
///         },
///     );
///     let bundle = Bundle::new(of.version.to_string(), shop, IdIndex::new(["ann"])?);
///     Ok::<_, ml_serve::Error>(bundle.rung(Rung::new("first", first)))
/// };
/// let registry = Registry::new(MemoryStore::new());
/// let service = Arc::new(RecommendationService::empty());
/// let deploy = BlueGreen::new(registry.clone(), "shop", "champion", service.clone(), build);
/// for bytes in [b"one", b"two"] {
///     let version = registry.publish("shop", bytes, Metadata::default())?;
///     deploy.promote(version, &GateOutcome::pass(["better"]))?;
/// }
/// let signal = HealthSignal {
///     source: "error_rate".into(),
///     at: 1_718_447_400_000_000,
///     severity: Severity::Critical,
///     action: Action::RollBack,
///     reason: "0.02 is above 0.01".into(),
/// };
/// assert!(deploy.act(&signal)?);
/// assert_eq!(service.version().as_deref(), Some("v1"));
/// assert!(!deploy.act(&signal)?); // once
/// # Ok::<(), ml_serve::Error>(())
/// ```
impl<B, E> Act for BlueGreen<B>
where
    B: Fn(&LoadedVersion) -> Result<Bundle, E> + Send + Sync,
    E: Into<Error>,
{
    fn act(&self, signal: &HealthSignal) -> ml_data::Result<bool> {
        if signal.action != Action::RollBack {
            return Ok(false);
        }
        let mut loaded = self.lock();
        match self.last_move()? {
            None => Ok(false),
            Some((AliasMoveKind::RolledBack, _)) => Ok(self.follow(&mut loaded)?.is_some()),
            Some((_, promoted)) => match self.take_back(promoted, &mut loaded) {
                Ok(changed) => Ok(changed),
                Err(Error::NothingToRollBack { .. }) => Ok(false),
                Err(e) => Err(e.into()),
            },
        }
    }
}
