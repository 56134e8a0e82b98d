//! The ladder: popularity, factorisation, boosting, network, blend; each rung fitted on the past of the part it is judged on.

use crate::console::{bar, block, timed};
use crate::rows::{Judged, NetRows, ShopRows, histories, judge};
use crate::trade::{DAY, Trade};
use crate::windows::{Window, Windows};
use ml_pipeline::data::contract::{AnyRanker, ByVisit, ItemSet, RankRows};
use ml_pipeline::features::aggregate::AsOfFeatures;
use ml_pipeline::features::scale::{FittedStandardScaler, StandardScaler};
use ml_pipeline::models::baseline::{FittedPopularity, ItemEvent, Popularity};
use ml_pipeline::models::boost::{Boost, FittedBoost};
use ml_pipeline::models::ensemble::{Blend, Fusion, WeightSearch};
use ml_pipeline::models::factor::{FittedImplicitAls, ImplicitAls, Interactions};
use ml_pipeline::models::neural::{Embedding, FittedMlp, Mlp};
use ml_pipeline::prelude::*;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

/// What is known at a moment: counts, factors and histories of everything before it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Past {
    pub at: i64,
    pub popularity: Arc<FittedPopularity>,
    pub als: Arc<FittedImplicitAls>,
    pub log: Arc<AsOfFeatures>,
    /// What each user bought.
    pub bought: Arc<Vec<ItemSet>>,
}

/// The rungs that learn from windows, fitted once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Learned {
    pub boost: Arc<FittedBoost>,
    pub scaler: Arc<FittedStandardScaler>,
    pub mlp: Arc<FittedMlp>,
    pub weights: Vec<f64>,
}

/// How long each rung took to fit.
#[derive(Debug, Clone, Default)]
pub struct FitTimes(pub Vec<(String, Duration)>);

impl FitTimes {
    pub fn of(&self, rung: &str) -> f64 {
        self.0
            .iter()
            .filter(|(name, _)| name == rung)
            .map(|(_, d)| d.as_secs_f64())
            .sum()
    }
}

pub const RUNGS: [&str; 5] = [
    "popularity",
    "factorisation",
    "boosting",
    "network",
    "blend",
];

/// Items drawn for each buyer of a training window beside those bought.
const NEGATIVES: usize = 120;

/// Everything that is counted or factorised, from the log before `at`.
pub fn past(trade: &Trade, at: i64, seed: u64, times: &mut FitTimes) -> Result<Past> {
    let log = trade.between(i64::MIN, at);
    let events: Vec<ItemEvent> = log
        .iter()
        .map(|p| ItemEvent {
            item: p.item,
            value: 1.0,
            at: p.at,
            segment: None,
        })
        .collect();
    let half_life = Duration::from_secs(28 * 86_400);
    let (popularity, took) = timed(|| {
        Popularity::new()
            .half_life(half_life)
            .fit_events(trade.items.len(), &events)
    });
    times.0.push(("popularity".into(), took));
    // A year-old purchase says half of what a new one says; several purchases of one item say more, but not several times more.
    let weight =
        |p: &crate::trade::Purchase| 0.5f64.powf((at - p.at) as f64 / (365 * DAY) as f64) as f32;
    let triples = log.iter().map(|p| (p.user, p.item, weight(p)));
    let (als, took) = timed(|| {
        let seen = Interactions::from_triples(trade.users.len(), trade.items.len(), triples)?;
        ImplicitAls::new()
            .factors(48)
            .regularization(4.0)
            .alpha(6.0)
            .iterations(12)
            .seed(seed)
            .fit(&seen)
    });
    times.0.push(("factorisation".into(), took));
    let mut bought = vec![Vec::new(); trade.users.len()];
    log.iter()
        .for_each(|p| bought[p.user as usize].push(p.item));
    let bought = bought.into_iter().map(ItemSet::new).collect();
    Ok(Past {
        at,
        popularity: Arc::new(popularity?),
        als: Arc::new(als?),
        log: Arc::new(histories(trade, at)?),
        bought: Arc::new(bought),
    })
}

impl Past {
    pub fn rows(&self, trade: &Trade) -> ShopRows {
        ShopRows::new(self, &trade.items)
    }
}

/// Fits the learning rungs on the training windows, stops them early on the validation window, and weighs the blend there.
pub fn learn(
    trade: &Trade,
    train: &[Window],
    valid: Window,
    seed: u64,
    times: &mut FitTimes,
) -> Result<(Learned, Past)> {
    let pasts = train
        .iter()
        .map(|w| past(trade, w.from, seed, &mut FitTimes::default()))
        .collect::<Result<Vec<_>>>()?;
    let now = past(trade, valid.from, seed, &mut FitTimes::default())?;
    let sources: Vec<ShopRows> = pasts.iter().map(|p| p.rows(trade)).collect();
    let windows: Vec<(Window, &ShopRows)> = train.iter().copied().zip(&sources).collect();
    let valid_rows = now.rows(trade);
    let judged = judge(trade, &windows, NEGATIVES, seed)?;
    let checked = judge(trade, &[(valid, &valid_rows)], NEGATIVES, seed)?;
    block(format!(
        "{} training rows in {} queries, {} validation rows, {} features",
        judged.x.len(),
        judged.queries.last().map_or(0, |q| q + 1),
        checked.x.len(),
        judged.x.width()
    ));
    let (boost, took) = timed(|| boosting(&judged, &checked, seed));
    times.0.push(("boosting".into(), took));
    let (network, took) = timed(|| network(&judged, &checked, trade, &valid_rows, seed));
    times.0.push(("network".into(), took));
    let (scaler, mlp) = network?;
    let mut learned = Learned {
        boost: Arc::new(boost?),
        scaler,
        mlp,
        weights: vec![1.0; 3],
    };
    let (weights, took) = timed(|| weigh(trade, &now, &learned, valid));
    times.0.push(("blend".into(), took));
    learned.weights = weights?;
    Ok((learned, now))
}

fn boosting(judged: &Judged, checked: &Judged, seed: u64) -> Result<FittedBoost> {
    let rounds = 200;
    let progress = bar(rounds as u64, "boosting (LambdaMART)");
    let boost = Boost::new()
        .num_iterations(rounds)
        .learning_rate(0.1)
        .num_leaves(31)
        .min_data_in_leaf(50)
        .early_stopping_round(Some(20))
        .seed(seed);
    let train = judged.relevance()?.into_train();
    let valid = checked.relevance()?.into_valid();
    let model = boost.fit_watched(&train, &valid, &mut |r: Round<'_>| {
        progress.set_position(r.round as u64);
        ControlFlow::Continue(())
    });
    progress.finish_and_clear();
    model
}

type Network = (Arc<FittedStandardScaler>, Arc<FittedMlp>);

fn network(
    judged: &Judged,
    checked: &Judged,
    trade: &Trade,
    rows: &ShopRows,
    seed: u64,
) -> Result<Network> {
    let mut squashed = judged.x.clone().into_values();
    NetRows::squash(&mut squashed);
    let squashed = Dense::new(judged.x.names().clone(), squashed)?;
    let labels = judged.relevance()?.labels().clone();
    let sample = Dataset::<Dense, Relevance>::new(squashed, labels)?.into_train();
    let (scaler, _) = StandardScaler::new().fit_transform(&sample)?;
    let scaler = Arc::new(scaler);
    let source = NetRows::new(rows.clone(), scaler.clone());
    let epochs = 12;
    let mlp = Mlp::new()
        .hidden_layer_sizes([64, 32])
        .embedding(Embedding::new("user", trade.users.len(), 8))
        .embedding(Embedding::new("item", trade.items.len(), 8))
        .dropout(0.2)
        .weight_decay(1e-2)
        .learning_rate(5e-4)
        .unknown_rate(0.2)
        .epochs(epochs)
        .patience(2)
        .seed(seed);
    let progress = bar(epochs as u64, "network (Adam)");
    let train = judged.for_network(&source)?.into_train();
    let valid = checked.for_network(&source)?.into_valid();
    let model = mlp.fit_watched(&train, &valid, &mut |r: Round<'_>| {
        progress.set_position(r.round as u64);
        ControlFlow::Continue(())
    });
    progress.finish_and_clear();
    Ok((scaler, Arc::new(model?)))
}

/// The rungs as rankers, ready for a moment.
pub struct Rungs {
    pub popularity: Arc<dyn AnyRanker<ByVisit>>,
    pub factorisation: Arc<dyn AnyRanker<ByVisit>>,
    pub boosting: Arc<dyn AnyRanker<ByVisit>>,
    pub network: Arc<dyn AnyRanker<ByVisit>>,
    pub blend: Arc<dyn AnyRanker<ByVisit>>,
}

pub fn rungs(trade_items: &[crate::trade::Item], past: &Past, learned: &Learned) -> Result<Rungs> {
    let rows = ShopRows::new(past, trade_items);
    let net_rows = NetRows::new(rows.clone(), learned.scaler.clone());
    let boosting: Arc<dyn AnyRanker<ByVisit>> = Arc::new(RankRows::<ByVisit, _, _>::new(
        rows,
        learned.boost.as_ref().clone(),
    )?);
    let network: Arc<dyn AnyRanker<ByVisit>> = Arc::new(RankRows::<ByVisit, _, _>::new(
        net_rows,
        learned.mlp.as_ref().clone(),
    )?);
    let factorisation: Arc<dyn AnyRanker<ByVisit>> = past.als.clone().into_any();
    let blend = Blend::<ByVisit>::new()
        .fusion(Fusion::ZScore)
        .with("factorisation", factorisation.clone(), 1.0)
        .with("boosting", boosting.clone(), 1.0)
        .with("network", network.clone(), 1.0)
        .weights(&learned.weights)?;
    Ok(Rungs {
        popularity: past.popularity.clone().into_any(),
        factorisation,
        boosting,
        network,
        blend: Arc::new(blend),
    })
}

/// `Arc<T>` as a ranker behind a pointer.
trait IntoAny {
    fn into_any(self) -> Arc<dyn AnyRanker<ByVisit>>;
}
impl<T: AnyRanker<ByVisit> + 'static> IntoAny for Arc<T> {
    fn into_any(self) -> Arc<dyn AnyRanker<ByVisit>> {
        self
    }
}

fn weigh(trade: &Trade, past: &Past, learned: &Learned, valid: Window) -> Result<Vec<f64>> {
    use ml_pipeline::data::contract::{Candidates, Visit};
    use ml_pipeline::models::ensemble::Judged as JudgedQuery;
    let rungs = rungs(&trade.items, past, learned)?;
    let blend = Blend::<ByVisit>::new()
        .fusion(Fusion::ZScore)
        .with("factorisation", rungs.factorisation, 1.0)
        .with("boosting", rungs.boosting, 1.0)
        .with("network", rungs.network, 1.0);
    let demand: Vec<(u32, Vec<(u32, f32)>)> = crate::windows::demand(trade, valid)
        .bought
        .into_iter()
        .map(|(u, items)| (u, items.into_iter().map(|i| (i, 1.0)).collect()))
        .collect();
    let judged: Vec<JudgedQuery<'_, ByVisit>> = demand
        .iter()
        .map(|(user, relevant)| JudgedQuery {
            query: Visit {
                user: Some(*user),
                now: valid.from,
                ..Visit::default()
            },
            among: Candidates::All,
            relevant,
        })
        .collect();
    let found = WeightSearch::new().k(10).learn(&blend, &judged)?;
    block(format!(
        "blend weights (factorisation, boosting, network): {:.2?}, validation NDCG@10 {:.4}",
        found.weights, found.ndcg
    ));
    Ok(found.weights)
}

/// The named rungs in ladder order.
pub fn in_order(rungs: &Rungs) -> Vec<(&'static str, Arc<dyn AnyRanker<ByVisit>>)> {
    let all = [
        &rungs.popularity,
        &rungs.factorisation,
        &rungs.boosting,
        &rungs.network,
        &rungs.blend,
    ];
    RUNGS.into_iter().zip(all.into_iter().cloned()).collect()
}

/// Windows shifted to the test: the learned rungs stay as they are, counts and factors know everything before it.
pub fn ladder(
    trade: &Trade,
    windows: &Windows,
    seed: u64,
    times: &mut FitTimes,
) -> Result<(Learned, Past)> {
    let (learned, _) = learn(trade, &windows.train, windows.valid, seed, times)?;
    let now = past(trade, windows.test.from, seed, times)?;
    Ok((learned, now))
}
