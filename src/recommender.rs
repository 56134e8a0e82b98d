//! Evaluation of recommenders on later interactions: one call from models to a board of metrics.
//!
//! [`evaluate`] wires `ml_models::factor::Interactions` to `ml_eval::holdout`. For other
//! protocols (items that are bought again, candidates of a list, graded relevance, queries by
//! visit) fill a [`Holdout`] by hand.

use ml_data::Result;
use ml_data::contract::{AnyRanker, ByUser, ItemSet};
use ml_data::sample::Test;
use ml_eval::holdout::{Among, Holdout, RankingBoard};
use ml_models::factor::{ColdIds, Interactions};
use std::fmt;
use std::sync::Arc;

/// Scores of recommenders, and what of the test data could not be scored. Prints as a table.
#[derive(Debug, Clone, PartialEq)]
pub struct RecommenderScores {
    /// NDCG, MAP, recall and precision at k by model, with intervals and paired differences.
    pub board: RankingBoard,
    /// Number of training users without a new held-out item; they are left out of the means.
    pub users_left_out: usize,
    /// Test pairs that training has already; seen items are no candidates.
    pub seen_pairs: usize,
    /// Users of the test data without any training interaction, items that training does not
    /// know, and the pairs left out with them.
    pub cold: ColdIds,
}

impl fmt::Display for RecommenderScores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (board, seen, cold) = (&self.board, self.seen_pairs, &self.cold);
        writeln!(f, "{board}")?;
        write!(
            f,
            "not scored: {} users without a new held-out item; {seen} pairs seen in training; {cold}",
            self.users_left_out
        )
    }
}

/// Ranks, for every user of the training data with new items in the test data, the `k` best items
/// that the user has not seen, and scores the lists.
///
/// The relevant items of a user are those of `test` that are not in `train`; candidates are all
/// items of `train` but those the user has there. The first ranker is the baseline. Users and items
/// are matched by their ids, where both have any, else by their numbers. Values are not read: every
/// test pair is one relevant item.
///
/// # Formula
/// Means over users of [`Ndcg`](ml_eval::metric::Ndcg),
/// [`MeanAveragePrecision`](ml_eval::metric::MeanAveragePrecision),
/// [`RecallAtK`](ml_eval::metric::RecallAtK) and [`PrecisionAtK`](ml_eval::metric::PrecisionAtK).
///
/// ```
/// use ml_pipeline::models::{baseline::Popularity, factor::Interactions};
/// use ml_pipeline::prelude::*;
/// use ml_pipeline::recommender::evaluate;
/// use std::sync::Arc;
/// // Users of two tastes: each has two of the three items of the taste, and takes the third.
/// let user = |n: usize| format!("u{n}");
/// let item = |n: usize, i: usize| ["a", "b", "c", "x", "y", "z"][n % 2 * 3 + (n + i) % 3];
/// let log = |from, to| (0..60).flat_map(move |n| (from..to).map(move |i| (user(n), item(n, i))));
/// let train = Interactions::from_ids(log(0, 2))?;
/// let test = Interactions::from_ids(log(2, 3).chain([("eve".into(), "a")]))?;
/// let als = Arc::new(ImplicitAls::new().factors(2).alpha(10.0).fit(&train)?);
/// let popular = Arc::new(Popularity::new().fit(&train)?);
/// let scores = evaluate(&[("popularity", popular), ("als", als)], &train, &test, 1)?;
/// assert_eq!(scores.board.rows[1].ndcg.value, 1.0);
/// assert!(scores.board.rows[0].ndcg.value < 0.5);
/// assert_eq!(scores.cold.users, ["eve"]);
/// # Ok::<(), Error>(())
/// ```
///
/// # Missing values
/// Cold users and cold items are in none of the figures; the result counts and names them. So does
/// it count users without a new held-out item. With many of either, the figures speak of the
/// remaining users alone.
///
/// # Errors
/// One of the two has ids and the other has none; no user, or one alone, with a new held-out item;
/// `k` of 0; two rankers of one name; a ranker that fails or ranks what is no candidate.
pub fn evaluate(
    rankers: &[(&str, Arc<dyn AnyRanker<ByUser>>)],
    train: &Interactions,
    test: &Interactions,
    k: usize,
) -> Result<RecommenderScores> {
    let (test, mut cold) = match train.has_ids() || test.has_ids() {
        true => test.with_ids_of(train)?,
        false => by_number(test, train)?,
    };
    let mut held = Holdout::<ByUser, Test>::new(train.items());
    let (mut users_left_out, mut seen_pairs) = (0, 0);
    for user in 0..train.users() as u32 {
        let seen = ItemSet::new(train.user(user).ids.to_vec());
        let taken = test.user(user).ids;
        let new: Vec<u32> = taken
            .iter()
            .copied()
            .filter(|i| !seen.contains(*i))
            .collect();
        seen_pairs += taken.len() - new.len();
        if seen.is_empty() {
            // A number, or an id, that training has without any interaction.
            cold.pairs += taken.len();
            cold.users
                .extend((!taken.is_empty()).then(|| name(user, train)));
        } else if new.is_empty() {
            users_left_out += 1;
        } else {
            held.push(user, Among::Except(seen), new)?;
        }
    }
    Ok(RecommenderScores {
        board: held.evaluate(rankers, k)?,
        users_left_out,
        seen_pairs,
        cold,
    })
}

/// The id of a user, or the number where there are none.
fn name(user: u32, train: &Interactions) -> String {
    let id = train.user_ids().id(user);
    id.map_or_else(|| user.to_string(), str::to_owned)
}

/// The test pairs of users and items that training has, by number; the others are cold.
fn by_number(test: &Interactions, train: &Interactions) -> Result<(Interactions, ColdIds)> {
    let (users, items) = (train.users(), train.items());
    let known = |&(u, i, _): &(u32, u32, f32)| (u as usize) < users && (i as usize) < items;
    let kept = Interactions::from_triples(users, items, test.iter().filter(known))?;
    let cold = |known: usize, all: usize, taken: &dyn Fn(u32) -> bool| {
        let past = (known as u32)..(all as u32);
        past.filter(|n| taken(*n)).map(|n| n.to_string()).collect()
    };
    let cold = ColdIds {
        users: cold(users, test.users(), &|u| !test.user(u).ids.is_empty()),
        items: cold(items, test.items(), &|i| !test.item(i).ids.is_empty()),
        pairs: test.len() - kept.len(),
    };
    Ok((kept, cold))
}
