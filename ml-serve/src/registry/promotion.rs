//! Promotion and rollback: every change of an alias, with its line in the history.

use super::aliases::{Alias, AliasMove, AliasMoveKind, Aliases, to_json};
use super::checks::check_alias;
use super::manifest::{GateOutcome, Version};
use super::registry::{Registry, now, unknown_alias};
use crate::error::{Error, Result};

impl Registry {
    /// Points an alias at a version, if the gate allows it and the version is undamaged. Returns
    /// where it pointed before. A refusal is written to the history too.
    ///
    /// # Errors
    /// [`Error::Refused`] with the gate's reasons; [`Error::Undecided`] when it passes without one;
    /// an unknown or damaged version; a bad alias name.
    pub fn promote(
        &self,
        model: &str,
        version: Version,
        alias: &str,
        gate: &GateOutcome,
    ) -> Result<Option<Version>> {
        check_alias(alias)?;
        if gate.passed && !gate.decided() {
            let (model, version, alias) = (model.into(), version.to_string(), alias.into());
            return Err(Error::Undecided {
                model,
                version,
                alias,
            });
        }
        let manifest = self.load(model, version)?.manifest;
        let from = self.change_aliases(model, |state| {
            self.check_pinned(state, &manifest)?;
            let from = state.aliases.get(alias).map(|a| a.version);
            let kind = match gate.passed {
                true => AliasMoveKind::Promoted,
                false => AliasMoveKind::Refused,
            };
            let moved = self.alias_move(alias, kind, from, version, gate.reasons.clone());
            state.history.push(moved);
            if gate.passed {
                state.digests.insert(version, manifest.sha256.clone());
                let held = state.aliases.remove(alias);
                let before = held.map_or_else(Vec::new, |a| pushed(a, version));
                let alias_now = Alias { version, before };
                state.aliases.insert(alias.into(), alias_now);
            }
            Ok(from)
        })?;
        if gate.passed {
            return Ok(from);
        }
        let (model, version, alias) = (model.into(), version.to_string(), alias.into());
        Err(Error::Refused {
            model,
            version,
            alias,
            reasons: gate.reasons.clone(),
        })
    }

    /// Points an alias back at the version before, which is returned. Called again, it goes back
    /// one more.
    ///
    /// # Errors
    /// An unknown alias; [`Error::NothingToRollBack`]; a damaged earlier version (the alias then
    /// stays where it is).
    pub fn rollback(&self, model: &str, alias: &str) -> Result<Version> {
        self.change_aliases(model, |state| self.point_back(model, alias, state))
    }

    /// As [`rollback`](Self::rollback), but only where the alias still points at `from`. `None`
    /// where it was moved meanwhile: of several processes that hear one signal, one goes back.
    ///
    /// ```
    /// use ml_serve::registry::{GateOutcome, MemoryStore, Metadata, Registry};
    /// let registry = Registry::new(MemoryStore::new());
    /// let mut version = || registry.publish("shop", b"model", Metadata::default());
    /// let (v1, v2, v3) = (version()?, version()?, version()?);
    /// for v in [v1, v2, v3] {
    ///     registry.promote("shop", v, "champion", &GateOutcome::pass(["better"]))?;
    /// }
    /// assert_eq!(registry.rollback_from("shop", "champion", v3)?, Some(v2));
    /// assert_eq!(registry.rollback_from("shop", "champion", v3)?, None);
    /// # Ok::<(), ml_serve::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`rollback`](Self::rollback).
    pub fn rollback_from(
        &self,
        model: &str,
        alias: &str,
        from: Version,
    ) -> Result<Option<Version>> {
        self.change_aliases(model, |state| {
            let held = state.aliases.get(alias);
            if held.is_some_and(|held| held.version != from) {
                return Ok(None);
            }
            self.point_back(model, alias, state).map(Some)
        })
    }

    fn point_back(&self, model: &str, alias: &str, state: &mut Aliases) -> Result<Version> {
        let Some(held) = state.aliases.get_mut(alias) else {
            return Err(unknown_alias(model, alias, state));
        };
        let from = held.version;
        let Some(to) = held.before.pop() else {
            return Err(Error::NothingToRollBack {
                model: model.into(),
                alias: alias.into(),
            });
        };
        held.version = to;
        self.check_pinned(state, &self.load(model, to)?.manifest)?;
        let kind = AliasMoveKind::RolledBack;
        let moved = self.alias_move(alias, kind, Some(from), to, Vec::new());
        state.history.push(moved);
        Ok(to)
    }

    /// Reads the aliases, changes them, and writes them if nobody else did in between; else again.
    fn change_aliases<T>(
        &self,
        model: &str,
        change: impl Fn(&mut Aliases) -> Result<T>,
    ) -> Result<T> {
        self.check_model(model)?;
        let (record, path) = self.alias_record(model);
        loop {
            let before = self.store.read(&record)?;
            let mut state = Aliases::parse(before.as_deref(), &path)?;
            let done = change(&mut state)?;
            let after = to_json(&state, &path)?;
            if (self.store).compare_and_swap(&record, before.as_deref(), &after)? {
                return Ok(done);
            }
        }
    }

    fn alias_move(
        &self,
        alias: &str,
        kind: AliasMoveKind,
        from: Option<Version>,
        to: Version,
        reasons: Vec<String>,
    ) -> AliasMove {
        AliasMove {
            at: now(),
            by: self.by.clone(),
            alias: alias.into(),
            kind,
            from,
            to,
            reasons,
        }
    }
}

/// Promoting the version that is already there must not make it its own predecessor.
fn pushed(mut alias: Alias, next: Version) -> Vec<Version> {
    if alias.version != next {
        alias.before.push(alias.version);
    }
    alias.before
}
