//! Asking the rungs in order until the list is full.

use super::bundle::Bundle;
use super::facts::{ReasonProvider, ReasonQuery};
use super::request::{HISTORY_MAX, Request};
use super::response::{Recommendation, Trace};
use crate::error::{Error, Result};
use ml_data::contract::{Candidates, ItemSet, Scored, Visit};
use std::time::{Duration, Instant};

/// EventBuffer that one request after another uses.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    codes: Vec<u32>,
    session: Vec<u32>,
    seen: Vec<u32>,
    excluded: ItemSet,
    allowed: Vec<u32>,
    out: Vec<Scored>,
    picked: Vec<(Scored, usize)>,
}

/// The moment a request came, and how long it may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestClock {
    pub(super) started: Instant,
    pub(super) deadline: Duration,
    pub(super) now: i64,
}

impl RequestClock {
    fn left(&self) -> Duration {
        self.deadline.saturating_sub(self.started.elapsed())
    }
}

impl Workspace {
    /// Checks the request and answers it.
    pub(super) fn answer(
        &mut self,
        bundle: &Bundle,
        request: &Request,
        clock: RequestClock,
        trace: &mut Trace,
    ) -> Result<Vec<Recommendation>> {
        if !request.check(&bundle.catalogue, &mut self.codes)? {
            trace
                .notes
                .push("unknown exclude_categories leave nothing out");
        }
        let visit = self.visit(bundle, request, clock.now, trace);
        let (session, current) = (std::mem::take(&mut self.session), visit.current);
        let visit = Visit {
            session: &session,
            ..visit
        };
        let seen = self.seen_items(bundle, request, visit);
        let only = self.candidates(bundle, request, current, &seen);
        if only && self.allowed.is_empty() {
            trace.notes.push(if seen.is_empty() {
                "the filters leave no product"
            } else {
                "the filters leave no product that the user has not seen"
            });
        }
        self.seen = seen;
        let result = self.ask_rungs(
            bundle,
            visit,
            only,
            request.num_recommendations,
            clock,
            trace,
        );
        let list = result.map(|()| self.recommendations(bundle, visit));
        self.session = session;
        list
    }

    /// Turns names into numbers; the session goes to `self.session`.
    fn visit(
        &mut self,
        bundle: &Bundle,
        request: &Request,
        now: i64,
        trace: &mut Trace,
    ) -> Visit<'static> {
        let (context, catalogue) = (&request.context, &bundle.catalogue);
        let history = &context.session_history;
        let cut = history.len().saturating_sub(HISTORY_MAX);
        self.session.clear();
        self.session
            .extend(history[cut..].iter().filter_map(|id| catalogue.item(id)));
        if cut > 0 {
            trace
                .notes
                .push("session_history cut to its most recent products");
        }
        if self.session.len() < history.len() - cut {
            trace
                .notes
                .push("unknown products of session_history ignored");
        }
        let current = context
            .current_product
            .as_deref()
            .and_then(|id| catalogue.item(id));
        if context.current_product.is_some() && current.is_none() {
            trace.notes.push("unknown current_product ignored");
        }
        Visit {
            user: bundle.users.index(&request.user_id),
            session: &[],
            current,
            now,
        }
    }

    /// Items that the user has already and those of the session, in ascending order; none where the
    /// bundle or the request lets them be recommended again. The buffer is `self.seen`.
    fn seen_items(&mut self, bundle: &Bundle, request: &Request, visit: Visit<'_>) -> Vec<u32> {
        let mut seen = std::mem::take(&mut self.seen);
        seen.clear();
        if !(request.include_seen || bundle.rebuy) {
            seen.extend_from_slice(bundle.owned_items(visit.user));
            if !visit.session.is_empty() {
                seen.extend_from_slice(visit.session);
                seen.sort_unstable();
                seen.dedup();
            }
        }
        seen
    }

    /// Fills `allowed` or `excluded`, whichever is shorter; true for `allowed`.
    fn candidates(
        &mut self,
        bundle: &Bundle,
        request: &Request,
        current: Option<u32>,
        seen: &[u32],
    ) -> bool {
        let (catalogue, price_max) = (&*bundle.catalogue, request.filters.price_max);
        self.allowed.clear();
        if self.codes.is_empty() && price_max.is_none() {
            let hidden = catalogue.inactive().items().iter().chain(seen);
            self.excluded.refill(hidden.copied().chain(current));
            return false;
        }
        let codes = &self.codes;
        let shown = |i: &u32| {
            Some(*i) != current
                && seen.binary_search(i).is_err()
                && catalogue.allowed(*i, codes, price_max)
        };
        self.allowed
            .extend((0..catalogue.len() as u32).filter(shown));
        if self.allowed.len() * 2 <= catalogue.len() {
            return true;
        }
        self.excluded
            .refill((0..catalogue.len() as u32).filter(|i| !shown(i)));
        false
    }

    fn ask_rungs(
        &mut self,
        bundle: &Bundle,
        visit: Visit<'_>,
        only: bool,
        k: usize,
        clock: RequestClock,
        trace: &mut Trace,
    ) -> Result<()> {
        self.picked.clear();
        let among = if only {
            Candidates::Only(&self.allowed)
        } else {
            Candidates::Except(&self.excluded)
        };
        if only && self.allowed.is_empty() {
            return Ok(());
        }
        let last = bundle.rungs.len() - 1;
        for (at, rung) in bundle.rungs.iter().enumerate() {
            let left = clock.left();
            if left.is_zero() && !self.picked.is_empty() {
                trace
                    .notes
                    .push("the deadline passed before the list was full");
                break;
            }
            let mut pass = |why: &str| trace.failed.push((rung.name().into(), why.into()));
            if at < last && left.is_zero() {
                pass("not asked: the deadline had passed");
                continue;
            }
            if at < last && !rung.allowed() {
                pass("switched off after failing");
                continue;
            }
            if let Err(why) = rung.rank(visit, among, k, left, &mut self.out) {
                pass(&why);
                continue;
            }
            let before = self.picked.len();
            for scored in &self.out {
                // A rung that answers outside the candidates, or twice, is not believed.
                let fits = match among {
                    Candidates::Only(list) => list.binary_search(&scored.item).is_ok(),
                    _ => {
                        !self.excluded.contains(scored.item)
                            && (scored.item as usize) < bundle.catalogue.len()
                    }
                };
                if self.picked.len() < k
                    && fits
                    && self.picked.iter().all(|(s, _)| s.item != scored.item)
                {
                    self.picked.push((*scored, at));
                }
            }
            if self.picked.len() > before {
                match &trace.answered_by {
                    None => trace.answered_by = Some(rung.name().into()),
                    Some(_) => trace.filled_by.push(rung.name().into()),
                }
            }
            if self.picked.len() >= k {
                break;
            }
        }
        if self.picked.is_empty() && !trace.failed.is_empty() {
            return Err(Error::NoAnswer {
                tried: std::mem::take(&mut trace.failed),
            });
        }
        Ok(())
    }

    /// Names, falling scores, reasons.
    fn recommendations(&self, bundle: &Bundle, visit: Visit<'_>) -> Vec<Recommendation> {
        let mut ceiling = f32::MAX;
        let one = |(scored, at): &(Scored, usize)| {
            let (rung, product) = (&bundle.rungs[*at], bundle.catalogue.product(scored.item)?);
            ceiling = ceiling.min(scored.score);
            let default_reason = rung.reason_for(&visit);
            let asked = ReasonQuery {
                visit,
                item: scored.item,
                rung: rung.name(),
                default_reason: &default_reason,
            };
            let find = |r: &Option<std::sync::Arc<dyn ReasonProvider>>| {
                r.as_ref().and_then(|r| r.reason(&asked))
            };
            let found = find(&rung.reasons).or_else(|| find(&bundle.reasons));
            let reason = found.as_ref().unwrap_or(&default_reason).as_str().into();
            Some(Recommendation {
                product_id: product.id.clone(),
                score: ceiling,
                reason,
            })
        };
        self.picked.iter().filter_map(one).collect()
    }
}
