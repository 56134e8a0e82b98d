//! The contract of recommenders that learn from interactions.

use super::interactions::Interactions;
use ml_data::Result;
use ml_data::contract::{Params, Ranker, Round};
use serde::{Serialize, de::DeserializeOwned};
use std::ops::ControlFlow;

/// A recommender that learns from who interacted with what, and then ranks items.
///
/// Code that compares, tunes or blends recommenders is written once, over this:
///
/// ```
/// use ml_data::contract::{AnyRanker, ByVisit, Candidates, Visit};
/// use ml_models::baseline::Popularity;
/// use ml_models::factor::{ImplicitAls, Interactions, Recommender};
/// use std::ops::ControlFlow;
/// use std::sync::Arc;
///
/// fn best<R: Recommender>(recommender: &R, seen: &Interactions) -> ml_data::Result<u32>
/// where
///     R::Model: AnyRanker<ByVisit> + 'static,
/// {
///     let model = recommender.fit_with(seen, &mut |_| ControlFlow::Continue(()))?;
///     let (visit, mut out) = (Visit { user: Some(0), ..Visit::default() }, vec![]);
///     Arc::new(model).session().rank_into(visit, Candidates::All, 1, &mut out)?;
///     Ok(out[0].item)
/// }
///
/// let seen = Interactions::from_pairs(3, 3, [(0, 2), (1, 2), (2, 1), (2, 2)])?;
/// assert_eq!(best(&Popularity::new(), &seen)?, 2);
/// assert_eq!(best(&ImplicitAls::new().factors(2).alpha(10.0), &seen)?, 2);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Duties
/// Equal parameters and interactions give equal bits for any number of threads, whatever the order
/// in which the interactions were given. The fitted model ranks items of the interactions only, and
/// comes back from `serde` as it was. The values of interactions are their weights; a recommender
/// that reads none says so.
pub trait Recommender: Params {
    /// The fitted recommender.
    type Model: Ranker + Serialize + DeserializeOwned;

    /// Learns from interactions. `on` is called after each round and may break off; the model is
    /// then that of the rounds so far. A recommender that learns in one pass has one round.
    ///
    /// # Errors
    /// A parameter outside its domain, interactions it can not learn from.
    fn fit_with(
        &self,
        interactions: &Interactions,
        on: &mut dyn FnMut(Round<'_>) -> ControlFlow<()>,
    ) -> Result<Self::Model>;
}
