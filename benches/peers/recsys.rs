//! Implicit feedback: factors by alternating least squares, and popularity as the floor.

use crate::case::{Case, Entry, Fields};
use crate::npy::Npy;
use ml_pipeline::data::contract::ItemSet;
use ml_pipeline::data::prelude::*;
use ml_pipeline::eval::metric::{MeanAveragePrecision, Ndcg, RankingMetric, Relevant};
use ml_pipeline::models::baseline::Popularity;
use ml_pipeline::models::factor::{ImplicitAls, Interactions, Solver};
use rayon::prelude::*;
use serde_json::json;

pub(crate) const ENTRIES: &[Entry] = &[
    entry("popularity", popularity),
    entry("als", |case| {
        als(case, Solver::ConjugateGradient { steps: 3 })
    }),
    entry("als-cholesky", |case| als(case, Solver::Cholesky)),
];

const fn entry(case: &'static str, run: fn(&Case<'_>) -> Result<()>) -> Entry {
    Entry {
        workload: "recsys",
        dataset: "implicit5m",
        case,
        run,
    }
}

/// Length of the recommended lists.
const K: usize = 10;

/// Pairs of a user and an item for training, and those held out.
#[derive(Debug)]
struct Pairs {
    files: [Npy<u32>; 2],
    users: usize,
    items: usize,
}

impl Pairs {
    /// Rows of a user, and of an item: both are made.
    fn matrix(&self, part: usize) -> Result<Interactions> {
        let pairs = self.files[part].values().chunks_exact(2);
        Interactions::from_pairs(self.users, self.items, pairs.map(|p| (p[0], p[1])))
    }

    fn train(&self) -> Result<Interactions> {
        self.matrix(0)
    }

    fn held_out(&self) -> Result<Interactions> {
        self.matrix(1)
    }
}

/// Reads the pairs. Users and items are counted over both parts.
fn load(case: &Case<'_>) -> Result<Pairs> {
    let file = |name: &str| case.npy::<i32>(name)?.ids(name);
    let files = [file("recsys_train")?, file("recsys_test")?];
    let mut counts = [0usize; 2];
    for file in &files {
        if file.width() != counts.len() {
            return Err(Error::Length {
                what: "columns of the interactions".into(),
                expected: counts.len(),
                found: file.width(),
            });
        }
        for pair in file.values().chunks_exact(counts.len()) {
            for (count, id) in counts.iter_mut().zip(pair) {
                *count = (*count).max(*id as usize + 1);
            }
        }
    }
    let [users, items] = counts;
    let pairs = Pairs {
        files,
        users,
        items,
    };
    case.time(
        "interactions",
        || pairs.train(),
        |m, _| {
            vec![
                ("users", json!(m.users())),
                ("items", json!(m.items())),
                ("pairs", json!(m.len())),
            ]
        },
    )?;
    Ok(pairs)
}

/// Mean NDCG and average precision at 10 over users with held-out items.
fn score<'a>(
    case: &Case<'_>,
    lists: impl Iterator<Item = &'a [Scored]>,
    held_out: &Interactions,
) -> Result<()> {
    let (ndcg, map) = (Ndcg::at(K), MeanAveragePrecision::at(K));
    let (mut sums, mut users) = ([0.0; 2], 0usize);
    for (user, list) in (0u32..).zip(lists) {
        let relevant = Relevant::new(held_out.user(user).ids)?;
        let items: Vec<u32> = list.iter().map(|s| s.item).collect();
        if let (Some(n), Some(m)) = (ndcg.list(&items, &relevant)?, map.list(&items, &relevant)?) {
            sums[0] += n;
            sums[1] += m;
            users += 1;
        }
    }
    let mean = |sum: f64| json!(sum / users as f64);
    let fields = vec![
        ("ndcg10", mean(sums[0])),
        ("map10", mean(sums[1])),
        ("users", json!(users)),
    ];
    case.emit("score", fields);
    Ok(())
}

fn per_second(users: usize, wall: f64) -> Fields {
    vec![("users_per_s", json!(users as f64 / wall))]
}

/// The interactions of users and of items are made within the fit: a library that starts with those
/// of users makes the others in its fit, too.
fn als(case: &Case<'_>, solver: Solver) -> Result<()> {
    let pairs = load(case)?;
    let als = ImplicitAls::new()
        .factors(64)
        .iterations(case.job.iterations)
        .regularization(50.0)
        .alpha(5.0)
        .solver(solver)
        .seed(case.job.seed as u64);
    let (train, model) = case.time(
        "fit",
        || {
            let train = pairs.train()?;
            let model = als.fit(&train)?;
            Ok((train, model))
        },
        |_, _| {
            vec![
                ("note", json!("fit starts with pairs")),
                ("factors", json!(64)),
                ("iterations", json!(case.job.iterations)),
                ("solver", json!(format!("{solver:?}"))),
            ]
        },
    )?;
    let users: Vec<u32> = (0..train.users() as u32).collect();
    let top = case.time(
        "recommend",
        || model.recommend_batch(&users, K, Some(&train)),
        |_, wall| per_second(users.len(), wall),
    )?;
    score(case, top.iter(), &pairs.held_out()?)
}

fn popularity(case: &Case<'_>) -> Result<()> {
    let pairs = load(case)?;
    let train = pairs.train()?;
    let model = case.time("fit", || Popularity::new().fit(&train), |_, _| Vec::new())?;
    let users = train.users();
    let one = |user: u32| {
        let (seen, mut scratch, mut out) = (
            ItemSet::new(train.user(user).ids.to_vec()),
            Default::default(),
            Vec::new(),
        );
        model.rank_into(
            Some(user),
            Candidates::Except(&seen),
            K,
            &mut scratch,
            &mut out,
        )?;
        Ok(out)
    };
    let top = case.time(
        "recommend",
        || {
            (0..users as u32)
                .into_par_iter()
                .map(one)
                .collect::<Result<Vec<_>>>()
        },
        |_, wall| per_second(users, wall),
    )?;
    score(case, top.iter().map(Vec::as_slice), &pairs.held_out()?)
}
