//! A model of rows as a ranker: one row of features a candidate, best prediction first.

use super::model::Predict;
use super::ranker::{Candidates, Query, Ranker, Scored, top_k};
use crate::error::Result;
use crate::repr::{Dense, Float, Names};
use crate::sample::Scores;
use std::marker::PhantomData;

/// Where the features of (query, item) rows come from.
pub trait RowSource<Q: Query, F: Float = f64>: Send + Sync + 'static {
    /// Working memory of one thread.
    type Scratch: Default + Send + 'static;
    /// The columns, in order.
    fn names(&self) -> &Names;
    /// The number of items that can be described.
    fn items(&self) -> usize;
    /// Part of the row that depends on the query alone, once before its rows. `false`: the query
    /// can not be described, which is "no opinion".
    ///
    /// # Errors
    /// A query that can not be read.
    fn begin(&self, query: Q::Of<'_>, scratch: &mut Self::Scratch) -> Result<bool>;
    /// Appends the row of one item.
    ///
    /// # Errors
    /// An item that can not be described.
    fn row(
        &self,
        query: Q::Of<'_>,
        item: u32,
        scratch: &mut Self::Scratch,
        out: &mut Vec<F>,
    ) -> Result<()>;
    /// The items to look at when the caller gives no list; all of them, unless the source knows
    /// better.
    ///
    /// # Errors
    /// A query that can not be read.
    fn candidates(
        &self,
        _query: Q::Of<'_>,
        scratch: &mut Self::Scratch,
        out: &mut Vec<u32>,
    ) -> Result<()> {
        let _ = scratch;
        out.extend(0..self.items() as u32);
        Ok(())
    }
}

/// Ranks candidates by a fitted model of their features.
#[derive(Debug)]
pub struct RankRows<Q, S, M, F = f64> {
    source: S,
    model: M,
    kind: PhantomData<fn() -> (Q, F)>,
}

impl<Q: Query, F: Float, S: RowSource<Q, F>, M: Predict<Dense<F>, Prediction = Scores>>
    RankRows<Q, S, M, F>
{
    /// A source of rows and a model of them.
    ///
    /// # Errors
    /// The model was trained on other columns.
    pub fn new(source: S, model: M) -> Result<Self> {
        use crate::repr::Repr;
        Dense::<F>::new(source.names().clone(), Vec::new())?.check(model.input())?;
        Ok(Self {
            source,
            model,
            kind: PhantomData,
        })
    }
    /// The source.
    pub fn source(&self) -> &S {
        &self.source
    }
    /// The model.
    pub fn model(&self) -> &M {
        &self.model
    }
}

/// Working memory of [`RankRows`].
#[derive(Debug)]
pub struct RankRowsScratch<S, M, F> {
    source: S,
    model: M,
    row: Vec<F>,
    items: Vec<u32>,
}

impl<S: Default, M: Default, F> Default for RankRowsScratch<S, M, F> {
    fn default() -> Self {
        Self {
            source: S::default(),
            model: M::default(),
            row: Vec::new(),
            items: Vec::new(),
        }
    }
}

impl<Q, F, S, M> Ranker for RankRows<Q, S, M, F>
where
    Q: Query,
    F: Float,
    S: RowSource<Q, F>,
    M: Predict<Dense<F>, Prediction = Scores>,
{
    type Query = Q;
    type Scratch = RankRowsScratch<S::Scratch, M::Scratch, F>;

    fn rank_into(
        &self,
        query: Q::Of<'_>,
        among: Candidates<'_>,
        k: usize,
        s: &mut Self::Scratch,
        out: &mut Vec<Scored>,
    ) -> Result<()> {
        out.clear();
        if !self.source.begin(query, &mut s.source)? {
            return Ok(());
        }
        s.items.clear();
        match among {
            Candidates::Only(_) => among.for_each(self.source.items(), |i| s.items.push(i)),
            Candidates::All => self.source.candidates(query, &mut s.source, &mut s.items)?,
            Candidates::Except(set) => {
                self.source.candidates(query, &mut s.source, &mut s.items)?;
                s.items.retain(|i| !set.contains(*i));
            }
        }
        let mut prediction = 0.0;
        for &item in &s.items {
            s.row.clear();
            self.source.row(query, item, &mut s.source, &mut s.row)?;
            self.model
                .predict_row(&s.row, &mut s.model, &mut prediction)?;
            out.push(Scored {
                item,
                score: prediction as f32,
            });
        }
        top_k(out, k);
        Ok(())
    }
    fn item_count(&self) -> Option<usize> {
        Some(self.source.items())
    }
}
