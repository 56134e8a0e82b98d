//! From rankings to a board.

use super::board::{RankingBoard, RankingRow};
use super::query::HeldQuery;
use super::set::{Entry, Holdout};
use crate::bootstrap::{Bootstrap, Estimate, Interval, percentile};
use crate::error::{self, Error, Result};
use crate::metric::ranking::{Group, ListScorer, Scorer};
use crate::metric::{MeanAveragePrecision, Ndcg, PrecisionAtK, RecallAtK, Relevant};
use crate::reduce;
use ml_data::contract::{AnyRanker, RankSession, Scored};
use ml_data::sample::{Part, Test, Valid};
use ml_data::validate::distinct;
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

type Models<'a, Q> = &'a [(&'a str, Arc<dyn AnyRanker<Q>>)];

/// One query's answer.
#[derive(Debug, Clone, Copy, Default)]
struct Answer {
    /// NDCG, average precision, recall, precision.
    values: [f64; 4],
    answered: bool,
    microseconds: f64,
}

impl<Q: HeldQuery> Holdout<Q, Valid> {
    /// Ranks the `k` best candidates of every query with every model and compares them. The first
    /// model is the baseline, the others are rungs of a ladder.
    ///
    /// # Errors
    /// No models, two models of one name, no queries, fewer than two users, `k` of 0, bootstrap
    /// parameters out of range; a model that fails, answers with more than `k` items, an item twice
    /// or one that is not a candidate (the model, query and item are named).
    pub fn score(
        &self,
        rankers: &[(&str, Arc<dyn AnyRanker<Q>>)],
        k: usize,
    ) -> Result<RankingBoard> {
        board(Valid::NAME, self, rankers, k)
    }
}

impl<Q: HeldQuery> Holdout<Q, Test> {
    /// As [`score`](Holdout::score), once: the test set is used up, so all models to be compared
    /// come in one call.
    ///
    /// # Errors
    /// As [`score`](Holdout::score).
    pub fn evaluate(
        self,
        rankers: &[(&str, Arc<dyn AnyRanker<Q>>)],
        k: usize,
    ) -> Result<RankingBoard> {
        board(Test::NAME, &self, rankers, k)
    }
}

fn board<Q: HeldQuery, P: Part>(
    part: &'static str,
    held: &Holdout<Q, P>,
    rankers: Models<'_, Q>,
    k: usize,
) -> Result<RankingBoard> {
    check(held, rankers)?;
    let users = users::<Q>(&held.entries);
    let scorers = Scorers::new(k, held)?;
    let mut ndcg = Vec::with_capacity(rankers.len());
    let mut rows = Vec::with_capacity(rankers.len());
    for (name, ranker) in rankers {
        let (answers, covered) = answers(name, ranker, held, k, &scorers)?;
        let (row, per_user) = summarise(name, &answers, covered, held.items, &users);
        rows.push(row);
        ndcg.push(per_user);
    }
    intervals(&held.bootstrap, &ndcg, &mut rows)?;
    Ok(RankingBoard {
        part: part.to_owned(),
        k,
        queries: held.entries.len(),
        users: users.count,
        items: held.items,
        rows,
    })
}

fn check<Q: HeldQuery, P: Part>(held: &Holdout<Q, P>, rankers: Models<'_, Q>) -> Result<()> {
    held.bootstrap.check()?;
    if rankers.is_empty() {
        return Err(error::empty("list of models to compare"));
    }
    if held.entries.is_empty() {
        return Err(error::empty("held-out set"));
    }
    distinct("model", rankers.iter().map(|r| r.0))
}

/// The user of each query. Queries of unknown users stand for themselves.
struct Users {
    of_query: Vec<u32>,
    count: usize,
}

fn users<Q: HeldQuery>(entries: &[Entry<Q::Held>]) -> Users {
    let mut numbers = HashMap::new();
    let mut count = 0u32;
    let mut fresh = || {
        count += 1;
        count - 1
    };
    let of_query = entries
        .iter()
        .map(|entry| match Q::user(&entry.query) {
            Some(user) => *numbers.entry(user).or_insert_with(&mut fresh),
            None => fresh(),
        })
        .collect();
    Users {
        of_query,
        count: count as usize,
    }
}

impl Users {
    /// The mean of each user's queries.
    fn means(&self, values: impl Iterator<Item = f64>) -> Vec<f64> {
        let mut sums = vec![(0.0, 0.0); self.count];
        for (value, user) in values.zip(&self.of_query) {
            let sum = &mut sums[*user as usize];
            *sum = (sum.0 + value, sum.1 + 1.0);
        }
        sums.into_iter().map(|(sum, n)| sum / n).collect()
    }
}

/// The four metrics, ready.
struct Scorers([Box<dyn ListScorer>; 4]);

impl Scorers {
    fn new<Q: HeldQuery, P: Part>(k: usize, held: &Holdout<Q, P>) -> Result<Self> {
        let longest = held
            .entries
            .iter()
            .map(|e| e.relevant.len())
            .max()
            .unwrap_or(0)
            .max(k.min(held.items));
        Ok(Self([
            Box::new(Scorer::new(&Ndcg::at(k), longest)?),
            Box::new(Scorer::new(&MeanAveragePrecision::at(k), longest)?),
            Box::new(Scorer::new(&RecallAtK::at(k), longest)?),
            Box::new(Scorer::new(&PrecisionAtK::at(k), longest)?),
        ]))
    }
}

/// Every query's answer by one model, and which items it recommended to anyone.
///
/// Queries are cut into one block a thread, each with a session of its own, so that no timed call
/// pays for a cold scratch; the values do not depend on the cut.
fn answers<Q: HeldQuery, P: Part>(
    name: &str,
    ranker: &Arc<dyn AnyRanker<Q>>,
    held: &Holdout<Q, P>,
    k: usize,
    scorers: &Scorers,
) -> Result<(Vec<Answer>, usize)> {
    let block = held
        .entries
        .len()
        .div_ceil(rayon::current_num_threads().max(1));
    let parts: Vec<Result<(Vec<Answer>, Vec<bool>)>> = held
        .entries
        .par_chunks(block)
        .enumerate()
        .map(|(b, entries)| {
            let mut session = ranker.clone().session();
            let covered = vec![false; held.items];
            let mut worker = Worker {
                name,
                k,
                items: held.items,
                scorers,
                covered,
                out: Vec::new(),
                list: Vec::new(),
                groups: Vec::new(),
            };
            if let Some(first) = entries.first() {
                worker.call(&mut *session, first, b * block)?; // warms the session
            }
            let answers = entries
                .iter()
                .enumerate()
                .map(|(i, entry)| worker.answer(&mut *session, entry, b * block + i));
            let answers = answers.collect::<Result<Vec<Answer>>>()?;
            Ok((answers, worker.covered))
        })
        .collect();
    let mut all = Vec::with_capacity(held.entries.len());
    let mut covered = vec![false; held.items];
    for part in parts {
        let (answers, seen) = part?;
        all.extend(answers);
        covered.iter_mut().zip(seen).for_each(|(c, s)| *c |= s);
    }
    Ok((all, covered.into_iter().filter(|c| *c).count()))
}

/// The buffers of a thread that asks and judges.
struct Worker<'a> {
    name: &'a str,
    k: usize,
    items: usize,
    scorers: &'a Scorers,
    covered: Vec<bool>,
    out: Vec<Scored>,
    list: Vec<u32>,
    groups: Vec<Group>,
}

impl Worker<'_> {
    fn call<Q: HeldQuery>(
        &mut self,
        session: &mut dyn RankSession<Q>,
        entry: &Entry<Q::Held>,
        at: usize,
    ) -> Result<f64> {
        self.out.clear();
        let start = Instant::now();
        let outcome = session.rank_into(
            Q::ask(&entry.query),
            entry.among.candidates(),
            self.k,
            &mut self.out,
        );
        let microseconds = start.elapsed().as_secs_f64() * 1e6;
        match outcome {
            Ok(()) => Ok(microseconds),
            Err(e) => Err(refused(self.name, at, e.to_string())),
        }
    }

    fn answer<Q: HeldQuery>(
        &mut self,
        session: &mut dyn RankSession<Q>,
        entry: &Entry<Q::Held>,
        at: usize,
    ) -> Result<Answer> {
        let microseconds = self.call(session, entry, at)?;
        let name = self.name;
        let complain = |reason: String| Err(refused(name, at, reason));
        if self.out.len() > self.k {
            return complain(format!(
                "answered with {} items, asked for {}",
                self.out.len(),
                self.k
            ));
        }
        self.list.clear();
        for scored in &self.out {
            let item = scored.item;
            if item as usize >= self.items || !entry.among.contains(item) {
                return complain(format!("item {item} is not a candidate"));
            }
            self.covered[item as usize] = true;
            self.list.push(item);
        }
        let relevant = match &entry.grades {
            None => Relevant::new(&entry.relevant)?,
            Some(grades) => Relevant::graded(&entry.relevant, grades)?,
        };
        let mut answer = Answer {
            answered: !self.list.is_empty(),
            microseconds,
            ..Answer::default()
        };
        for (value, scorer) in answer.values.iter_mut().zip(&self.scorers.0) {
            match scorer.list(&self.list, &relevant, &mut self.groups) {
                Ok(found) => *value = found.unwrap_or(0.0), // a held-out query has a relevant item
                Err(e) => return complain(e.to_string()),
            }
        }
        Ok(answer)
    }
}

fn refused(model: &str, query: usize, reason: String) -> Error {
    Error::Answer {
        model: model.into(),
        query,
        reason,
    }
}

fn summarise(
    name: &str,
    answers: &[Answer],
    covered: usize,
    items: usize,
    users: &Users,
) -> (RankingRow, Vec<f64>) {
    let mean = |i: usize| users.means(answers.iter().map(|a| a.values[i]));
    let ndcg = mean(0);
    let value = reduce::mean(&ndcg);
    // The ends follow in `intervals`.
    let interval = Interval {
        lower: value,
        upper: value,
        level: 0.0,
    };
    let mut times: Vec<f64> = answers.iter().map(|a| a.microseconds).collect();
    times.sort_unstable_by(f64::total_cmp);
    let row = RankingRow {
        model: name.to_owned(),
        ndcg: Estimate { value, interval },
        map: reduce::mean(&mean(1)),
        recall: reduce::mean(&mean(2)),
        precision: reduce::mean(&mean(3)),
        coverage: covered as f64 / items as f64,
        answered: answers.iter().filter(|a| a.answered).count() as f64 / answers.len() as f64,
        p50_us: percentile(&times, 0.5),
        p95_us: percentile(&times, 0.95),
        p99_us: percentile(&times, 0.99),
        against_first: None,
        against_previous: None,
        method: None,
        difference_method: None,
        trusted: true,
    };
    (row, ndcg)
}

/// Intervals of every model and of the differences, all from the same draws of users.
fn intervals(bootstrap: &Bootstrap, ndcg: &[Vec<f64>], rows: &mut [RankingRow]) -> Result<()> {
    let columns: Vec<&[f64]> = ndcg.iter().map(Vec::as_slice).collect();
    let draws = bootstrap.resampled_means(&columns)?;
    let difference = |a: usize, b: usize| {
        let users: Vec<f64> = ndcg[a].iter().zip(&ndcg[b]).map(|(x, y)| x - y).collect();
        let means = draws.iter().map(|d| d[a] - d[b]).collect();
        bootstrap.paired_of_draws(&users, means)
    };
    for (i, row) in rows.iter_mut().enumerate() {
        let means = draws.iter().map(|d| d[i]).collect();
        let found = bootstrap.mean_of_draws(&ndcg[i], means)?;
        (row.ndcg, row.method) = (found.estimate, Some(found.method));
        if i > 0 {
            let (first, previous) = (difference(i, 0), difference(i, i - 1));
            row.against_first = Some(first.estimate);
            row.against_previous = Some(previous.estimate);
            row.trusted = first.trusted() && previous.trusted();
            row.difference_method = Some(first.method);
        }
    }
    Ok(())
}
