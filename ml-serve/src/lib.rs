//! From a fitted model to answers in production: a [`registry`] of immutable versions, the
//! [`recommend`] service as a library call, the same service over [`http`], and the [`rollout`] of
//! a new version in steps that undo themselves.
//!
//! ```
//! use ml_data::contract::{top_k, ByVisit, Candidates, Ranker, Scored, Visit};
//! use ml_serve::recommend::{Bundle, Catalogue, Product, RecommendationService, Request};
//! use ml_serve::recommend::{IdIndex, Rung};
//!
//! /// Ranks products by how often they were bought.
//! struct Popular(Vec<f32>);
//! impl Ranker for Popular {
//!     type Query = ByVisit;
//!     type Scratch = ();
//!     fn rank_into(
//!         &self,
//!         _: Visit<'_>,
//!         among: Candidates<'_>,
//!         k: usize,
//!         _: &mut (),
//!         out: &mut Vec<Scored>,
//!     ) -> ml_data::Result<()> {
//!         out.clear();
//!         let scored = |item: u32| Scored { item, score: self.0[item as usize] };
//!         among.for_each(self.0.len(), |item| out.push(scored(item)));
//!         top_k(out, k);
//!         Ok(())
//!     }
//! }
//!
//! let products = [("mug", "kitchen", 8.0), ("pan", "kitchen", 35.0), ("lamp", "home", 20.0)];
//! let product = |(id, category, price): (&str, &str, f64)| Product::new(id, category, price);
//! let catalogue = Catalogue::new(products.map(product))?;
//! let bundle = Bundle::new("v1", catalogue, IdIndex::new(["ann", "bob"])?)
//!     .rung(Rung::new("popularity", Popular(vec![5.0, 9.0, 7.0])));
//! let service = RecommendationService::new(bundle)?;
//!
//! let answer = service.recommend(&Request::new("ann").count(2).price_max(30.0))?;
//! assert_eq!(answer.products(), ["lamp", "mug"]);
//! assert_eq!(answer.recommendations[0].reason, "popular now");
//! # Ok::<(), ml_serve::Error>(())
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
#[cfg(feature = "http")]
pub mod http;
pub mod limits;
pub mod recommend;
pub mod registry;
pub mod rollout;
#[cfg(test)]
mod testing;
#[cfg(any(test, feature = "testkit"))]
pub mod testkit;

#[cfg(feature = "http")]
pub use axum;
pub use error::{Error, Result};
