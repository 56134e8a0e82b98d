//! The held-out queries.

use super::query::HeldQuery;
use crate::bootstrap::Bootstrap;
use crate::error::{self, Result};
use ml_data::contract::{Candidates, ItemSet};
use ml_data::sample::Part;
use std::marker::PhantomData;

/// The candidates of one query, the same for all models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Among {
    /// The whole catalogue.
    All,
    /// The catalogue without these items, usually those the user already has.
    Except(ItemSet),
    /// Only these.
    Only(ItemSet),
}

impl Among {
    pub(crate) fn candidates(&self) -> Candidates<'_> {
        match self {
            Self::All => Candidates::All,
            Self::Except(set) => Candidates::Except(set),
            Self::Only(set) => Candidates::Only(set.items()),
        }
    }

    pub(crate) fn contains(&self, item: u32) -> bool {
        match self {
            Self::All => true,
            Self::Except(set) => !set.contains(item),
            Self::Only(set) => set.contains(item),
        }
    }
}

/// One query, its candidates and its relevant items (ascending).
#[derive(Debug)]
pub(crate) struct Entry<H> {
    pub(crate) query: H,
    pub(crate) among: Among,
    pub(crate) relevant: Vec<u32>,
    pub(crate) grades: Option<Vec<f64>>,
}

/// Held-out queries with their candidates and relevant items, in the role `P`: `Valid` or `Test`.
///
/// Fill it with [`with`](Self::with) or [`push`](Self::push), then [`score`](Self::score) a
/// validation set as often as needed, or [`evaluate`](Holdout::evaluate) a test set, once, with all
/// the models to compare.
///
/// ```
/// use ml_data::contract::{AnyRanker, ByUser, Candidates, Ranker, Scored};
/// use ml_data::sample::Valid;
/// use ml_eval::holdout::{Among, Holdout};
/// use std::sync::Arc;
///
/// /// Ranks items by number: the lowest, or the highest first.
/// struct ByNumber {
///     reversed: bool,
/// }
/// impl Ranker for ByNumber {
///     type Query = ByUser;
///     type Scratch = ();
///     fn rank_into(
///         &self,
///         _: u32,
///         among: Candidates<'_>,
///         k: usize,
///         _: &mut (),
///         out: &mut Vec<Scored>,
///     ) -> ml_data::Result<()> {
///         out.clear();
///         let sign = if self.reversed { 1.0 } else { -1.0 };
///         among.for_each(4, |item| out.push(Scored { item, score: sign * item as f32 }));
///         ml_data::contract::top_k(out, k);
///         Ok(())
///     }
/// }
///
/// let mut valid = Holdout::<ByUser, Valid>::new(4);
/// for user in 0..10 {
///     valid.push(user, Among::All, [3])?; // everybody bought item 3
/// }
/// let low: Arc<dyn AnyRanker<ByUser>> = Arc::new(ByNumber { reversed: false });
/// let high: Arc<dyn AnyRanker<ByUser>> = Arc::new(ByNumber { reversed: true });
/// let board = valid.score(&[("low", low), ("high", high)], 2)?;
/// assert_eq!(board.rows[0].recall, 0.0);
/// assert_eq!(board.rows[1].ndcg.value, 1.0);
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// A test set is used up by its evaluation:
/// ```compile_fail,E0382
/// use ml_data::contract::{AnyRanker, ByUser};
/// use ml_data::sample::Test;
/// use ml_eval::holdout::Holdout;
/// use std::sync::Arc;
/// fn twice(test: Holdout<ByUser, Test>, models: &[(&str, Arc<dyn AnyRanker<ByUser>>)]) {
///     let first = test.evaluate(models, 10);
///     let second = test.evaluate(models, 10);
/// }
/// ```
/// and cannot be scored in passing:
/// ```compile_fail,E0599
/// use ml_data::contract::{AnyRanker, ByUser};
/// use ml_data::sample::Test;
/// use ml_eval::holdout::Holdout;
/// use std::sync::Arc;
/// fn peek(test: &Holdout<ByUser, Test>, models: &[(&str, Arc<dyn AnyRanker<ByUser>>)]) {
///     let board = test.score(models, 10);
/// }
/// ```
/// while this compiles:
/// ```
/// use ml_data::contract::{AnyRanker, ByUser};
/// use ml_data::sample::{Test, Valid};
/// use ml_eval::holdout::Holdout;
/// use std::sync::Arc;
/// type Models<'a> = &'a [(&'a str, Arc<dyn AnyRanker<ByUser>>)];
/// fn all(valid: &Holdout<ByUser, Valid>, test: Holdout<ByUser, Test>, models: Models<'_>) {
///     let first = valid.score(models, 10);
///     let second = valid.score(models, 10);
///     let last = test.evaluate(models, 10);
/// }
/// ```
pub struct Holdout<Q: HeldQuery, P: Part> {
    pub(crate) items: usize,
    pub(crate) entries: Vec<Entry<Q::Held>>,
    pub(crate) bootstrap: Bootstrap,
    part: PhantomData<fn() -> P>,
}

/// Counts only: the content of a test set is nobody's business.
impl<Q: HeldQuery, P: Part> std::fmt::Debug for Holdout<Q, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Holdout({}, {} queries, {} items)",
            P::NAME,
            self.entries.len(),
            self.items
        )
    }
}

impl<Q: HeldQuery, P: Part> Holdout<Q, P> {
    /// No queries yet, over a catalogue of `items` items numbered from 0.
    #[must_use]
    pub fn new(items: usize) -> Self {
        Self {
            items,
            entries: Vec::new(),
            bootstrap: Bootstrap::new(),
            part: PhantomData,
        }
    }

    /// Settings of the confidence intervals.
    #[must_use]
    pub fn bootstrap(mut self, bootstrap: Bootstrap) -> Self {
        self.bootstrap = bootstrap;
        self
    }

    /// Number of queries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no queries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// As [`push`](Self::push), for chains.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn with(
        mut self,
        query: Q::Held,
        among: Among,
        relevant: impl IntoIterator<Item = u32>,
    ) -> Result<Self> {
        self.push(query, among, relevant)?;
        Ok(self)
    }

    /// Adds a query with its candidates and the items that turned out to be relevant: a set, an id
    /// given twice counts once.
    ///
    /// # Errors
    /// No relevant item (such a query has no best list and must be left out by the caller,
    /// visibly); an item beyond the catalogue; a relevant item that is not a candidate, which no
    /// model could ever rank.
    pub fn push(
        &mut self,
        query: Q::Held,
        among: Among,
        relevant: impl IntoIterator<Item = u32>,
    ) -> Result<()> {
        let set = ItemSet::new(relevant.into_iter().collect());
        self.add(Entry {
            query,
            among,
            relevant: set.items().to_vec(),
            grades: None,
        })
    }

    /// Adds a query whose relevant items have grades (1 clicked, 2 bought, ...), used by NDCG with
    /// the gain `2^grade - 1`.
    ///
    /// # Errors
    /// As [`push`](Self::push); an item named twice; a grade that is not a positive finite number.
    pub fn push_graded(
        &mut self,
        query: Q::Held,
        among: Among,
        relevant: impl IntoIterator<Item = (u32, f64)>,
    ) -> Result<()> {
        let mut pairs: Vec<(u32, f64)> = relevant.into_iter().collect();
        pairs.sort_unstable_by_key(|p| p.0);
        let row = self.entries.len();
        if let Some(twice) = pairs.windows(2).find(|w| w[0].0 == w[1].0) {
            return Err(error::value(
                "relevant items",
                row,
                format!("item {} twice", twice[0].0),
                "each item once, with one grade",
            ));
        }
        if let Some((item, grade)) = pairs.iter().find(|p| !(p.1.is_finite() && p.1 > 0.0)) {
            return Err(error::value(
                "relevant items",
                row,
                format!("grade {grade} of item {item}"),
                "a positive finite grade",
            ));
        }
        let (relevant, grades) = pairs.into_iter().unzip();
        self.add(Entry {
            query,
            among,
            relevant,
            grades: Some(grades),
        })
    }

    fn add(&mut self, entry: Entry<Q::Held>) -> Result<()> {
        let row = self.entries.len();
        if entry.relevant.is_empty() {
            return Err(error::value(
                "relevant items",
                row,
                "none",
                "at least one; leave such a query out",
            ));
        }
        let listed = match &entry.among {
            Among::Only(set) => set.items().last().copied(),
            _ => None,
        };
        let highest = listed.max(entry.relevant.last().copied());
        if let Some(item) = highest.filter(|item| *item as usize >= self.items) {
            return Err(error::value(
                "held-out items",
                row,
                format!("item {item}"),
                &format!("items below {}", self.items),
            ));
        }
        if let Some(item) = entry
            .relevant
            .iter()
            .find(|item| !entry.among.contains(**item))
        {
            return Err(error::value(
                "relevant items",
                row,
                format!("item {item}"),
                "one of the candidates",
            ));
        }
        self.entries.push(entry);
        Ok(())
    }
}
