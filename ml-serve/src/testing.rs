//! Small services for tests of this crate.

use crate::recommend::{
    Bundle, Catalogue, IdIndex, Product, Recommend, Recommendation, RecommendationService, Request,
    Response, ResponseMetadata, Rung, Trace,
};
use crate::{Error, Result};
use ml_data::contract::{ByVisit, Candidates, RankFn, Ranker, Scored, Visit, top_k};
use ml_data::event::{Action, OutcomeEvent};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

pub(crate) type Switch = Arc<AtomicU8>;
pub(crate) const FINE: u8 = 0;
pub(crate) const FAILS: u8 = 1;
pub(crate) const SLOW: u8 = 2;

/// Ranks by number, rising from `first`; breaks as the switch says.
pub(crate) fn from_item(first: u32, switch: Switch) -> impl Ranker<Query = ByVisit> {
    let rank = move |_: Visit<'_>, among: Candidates<'_>, k: usize, out: &mut Vec<Scored>| {
        match switch.load(Ordering::SeqCst) {
            FAILS => return Err(ml_data::Error::other("out of order")),
            SLOW => std::thread::sleep(Duration::from_millis(150)),
            _ => {}
        }
        among.for_each(20, |item| {
            let score = 40.0 - ((item + 20 - first) % 20) as f32;
            out.push(Scored { item, score });
        });
        top_k(out, k);
        Ok(())
    };
    RankFn::<ByVisit, _>::new(rank)
}

/// A service of 20 products with one rung, and the switch that breaks it.
pub(crate) fn service(version: &str, first: u32) -> (Arc<RecommendationService>, Switch) {
    let switch = Switch::default();
    let bundle = bundle(version, from_item(first, switch.clone()));
    (
        Arc::new(
            RecommendationService::new(bundle)
                .unwrap()
                .deadline(Duration::from_secs(5)),
        ),
        switch,
    )
}

pub(crate) fn bundle(version: &str, ranker: impl Ranker<Query = ByVisit>) -> Bundle {
    let product = |i: u32| Product::new(format!("p{i}"), format!("c{}", i % 3), f64::from(i));
    let catalogue = Catalogue::new((0..20).map(product)).unwrap();
    Bundle::new(version, catalogue, IdIndex::new(["u0", "u1"]).unwrap())
        .rung(Rung::new("popularity", ranker))
}

/// A version that is a function of the user: what it answers, or that it fails.
pub(crate) struct Fake<F> {
    version: &'static str,
    answer: F,
    next: AtomicU64,
}

/// A version that answers with these products, or fails on `None`.
pub(crate) fn fake<F>(version: &'static str, answer: F) -> Arc<Fake<F>>
where
    F: Fn(&str) -> Option<Vec<&'static str>> + Send + Sync,
{
    // no two versions give the same number
    let next = version.bytes().fold(0, |n, b| n * 256 + u64::from(b)) << 24;
    Arc::new(Fake {
        version,
        answer,
        next: AtomicU64::new(next),
    })
}

impl<F> Recommend for Fake<F>
where
    F: Fn(&str) -> Option<Vec<&'static str>> + Send + Sync,
{
    fn recommend(&self, request: &Request) -> Result<Response> {
        let Some(products) = (self.answer)(&request.user_id) else {
            return Err(Error::NotReady);
        };
        let recommendation = |id: &str| Recommendation {
            product_id: id.into(),
            score: 0.0,
            reason: String::new(),
        };
        Ok(Response {
            recommendations: products.into_iter().map(recommendation).collect(),
            metadata: ResponseMetadata {
                model_version: self.version.into(),
                latency_ms: 0.0,
                timestamp: String::new(),
            },
            trace: Trace {
                request_id: self.next.fetch_add(1, Ordering::Relaxed),
                ..Trace::default()
            },
        })
    }
    fn version(&self) -> Option<String> {
        Some(self.version.into())
    }
}

/// A purchase after an answer.
pub(crate) fn purchase(answer: &Response) -> OutcomeEvent {
    OutcomeEvent {
        request_id: answer.trace.request_id,
        at: 0,
        item: answer.products().first().copied().unwrap_or("").into(),
        action: Action::Purchase,
        value: 9.0,
    }
}
