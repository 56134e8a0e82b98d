//! Small services for tests of this crate.

use crate::recommend::{Bundle, Catalogue, Product, RecommendationService, Rung, Users};
use ml_data::contract::{ByVisit, Candidates, Ranker, Scored, Visit, top_k};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

/// Ranks by number, rising from `first`; breaks as the switch says.
pub(crate) struct FromItem {
    pub(crate) first: u32,
    pub(crate) switch: Switch,
}

pub(crate) type Switch = Arc<AtomicU8>;
pub(crate) const FINE: u8 = 0;
pub(crate) const FAILS: u8 = 1;
pub(crate) const SLOW: u8 = 2;

impl Ranker for FromItem {
    type Query = ByVisit;
    type Scratch = ();
    fn rank_into(
        &self,
        _: Visit<'_>,
        among: Candidates<'_>,
        k: usize,
        _: &mut (),
        out: &mut Vec<Scored>,
    ) -> ml_data::Result<()> {
        out.clear();
        match self.switch.load(Ordering::SeqCst) {
            FAILS => return Err(ml_data::Error::Data("out of order".into())),
            SLOW => std::thread::sleep(Duration::from_millis(150)),
            _ => {}
        }
        among.for_each(20, |item| {
            out.push(Scored {
                item,
                score: 40.0 - ((item + 20 - self.first) % 20) as f32,
            });
        });
        top_k(out, k);
        Ok(())
    }
}

/// A service of 20 products with one rung, and the switch that breaks it.
pub(crate) fn service(version: &str, first: u32) -> (Arc<RecommendationService>, Switch) {
    let switch = Switch::default();
    let bundle = bundle(
        version,
        FromItem {
            first,
            switch: switch.clone(),
        },
    );
    (
        Arc::new(
            RecommendationService::new(bundle)
                .unwrap()
                .deadline(Duration::from_secs(5)),
        ),
        switch,
    )
}

pub(crate) fn bundle(version: &str, ranker: FromItem) -> Bundle {
    let product = |i: u32| Product::new(format!("p{i}"), format!("c{}", i % 3), f64::from(i));
    let catalogue = Catalogue::new((0..20).map(product)).unwrap();
    Bundle::new(version, catalogue, Users::new(["u0", "u1"]).unwrap())
        .rung(Rung::new("popularity", ranker))
}
