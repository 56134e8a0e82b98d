//! Learning from windows: boosting, network, and the weights of their blend.

use crate::data::trade::Trade;
use crate::features::judged::{Judged, judge};
use crate::features::net_rows::NetRows;
use crate::features::past::{FitTimes, Past};
use crate::features::rows::ShopRows;
use crate::features::windows::{Window, demand, holdout};
use crate::models::reasons::Reasons;
use crate::models::rungs::{Learned, Rungs, blend};
use crate::models::settings::Settings;
use crate::support::console::{bar, timed};
use ml_pipeline::data::contract::{ByVisit, Candidates, Visit};
use ml_pipeline::eval::holdout::RankingBoard;
use ml_pipeline::features::scale::{FittedStandardScaler, StandardScaler};
use ml_pipeline::models::boost::{Boost, FittedBoost};
use ml_pipeline::models::ensemble::{Judged as JudgedQuery, WeightSearch};
use ml_pipeline::models::neural::{Embedding, FittedMlp, Mlp};
use ml_pipeline::prelude::*;
use std::ops::ControlFlow;
use std::sync::Arc;

/// The input of learning: the log, the windows to learn from, the window to decide by.
pub struct Lesson<'a> {
    pub trade: &'a Trade,
    pub train: &'a [Window],
    pub valid: Window,
    pub settings: &'a Settings,
    pub seed: u64,
}

/// The result of learning, its size, and the board of the validation window.
pub struct Lessons {
    pub learned: Learned,
    pub rows: [usize; 2],
    pub queries: usize,
    pub features: usize,
    pub reasons: Reasons,
    pub valid: RankingBoard,
}

impl Lesson<'_> {
    /// Fits boosting and network on the training windows, stops them early on the validation
    /// window, weighs the blend there.
    pub fn learn(&self, times: &mut FitTimes) -> Result<Lessons> {
        let past = |at| {
            Past::of(
                self.trade,
                at,
                self.settings,
                self.seed,
                &mut FitTimes::default(),
            )
        };
        let pasts: Vec<Past> = self
            .train
            .iter()
            .map(|w| past(w.from))
            .collect::<Result<_>>()?;
        let now = past(self.valid.from)?;
        let rows_of = |past: &Past| ShopRows::new(past, &self.trade.items);
        let sources: Vec<ShopRows> = pasts.iter().map(rows_of).collect();
        let windows: Vec<(Window, &ShopRows)> = self.train.iter().copied().zip(&sources).collect();
        let rows = rows_of(&now);
        let negatives = self.settings.negatives;
        let judged = judge(self.trade, &windows, negatives, self.seed)?;
        let checked = judge(self.trade, &[(self.valid, &rows)], negatives, self.seed)?;
        let (boost, took) = timed(|| self.boosting(&judged, &checked));
        times.add("boosting", took);
        let (network, took) = timed(|| self.network(&judged, &checked, &rows));
        times.add("network", took);
        let (scaler, mlp) = network?;
        let mut learned = Learned {
            boost: Arc::new(boost?),
            scaler,
            mlp,
            fusion: self.settings.fusion,
            weights: vec![1.0; 3],
        };
        let (weights, took) = timed(|| self.weigh(&now, &learned));
        times.add("blend", took);
        learned.weights = weights?;
        let rungs = Rungs::new(&self.trade.items, &now, &learned)?;
        let (valid, _) = holdout::<Valid>(self.trade, self.valid)?;
        let reasons = Reasons::of(&learned.boost, &checked, self.trade)?;
        Ok(Lessons {
            learned,
            rows: [judged.x.len(), checked.x.len()],
            queries: judged.queries.last().map_or(0, |q| *q as usize + 1),
            features: judged.x.width(),
            reasons,
            valid: valid.score(&rungs.in_order(), 10)?,
        })
    }

    fn boosting(&self, judged: &Judged, checked: &Judged) -> Result<FittedBoost> {
        let s = self.settings;
        let progress = bar(s.rounds as u64, "boosting (LambdaMART)");
        let boost = Boost::new()
            .num_iterations(s.rounds)
            .learning_rate(s.boosting_rate)
            .num_leaves(s.leaves)
            .min_data_in_leaf(s.min_data_in_leaf)
            .early_stopping_round(Some(s.early_stopping))
            .eval_at(10)
            .seed(self.seed);
        let train = judged.relevance()?.into_train();
        let valid = checked.relevance()?.into_valid();
        let model = boost.fit_valid_watched(&train, &valid, &mut |r: Round<'_>| {
            progress.set_position(r.round as u64);
            ControlFlow::Continue(())
        });
        progress.finish_and_clear();
        model
    }

    fn network(&self, judged: &Judged, checked: &Judged, rows: &ShopRows) -> Result<Network> {
        let s = self.settings;
        let scaler = Arc::new(scaler(judged)?);
        let source = NetRows::new(rows.clone(), scaler.clone());
        let mlp = Mlp::new()
            .hidden_layer_sizes(s.hidden.clone())
            .embedding(Embedding::new("user", self.trade.users.len(), s.embedding))
            .embedding(Embedding::new("item", self.trade.items.len(), s.embedding))
            .dropout(s.dropout)
            .weight_decay(s.weight_decay)
            .learning_rate(s.network_rate)
            .unknown_rate(s.unknown_rate)
            .epochs(s.epochs)
            .patience(s.patience)
            .seed(self.seed);
        let progress = bar(s.epochs as u64, "network (Adam)");
        let train = judged.for_network(&source)?.into_train();
        let valid = checked.for_network(&source)?.into_valid();
        let model = mlp.fit_valid_watched(&train, &valid, &mut |r: Round<'_>| {
            progress.set_position(r.round as u64);
            ControlFlow::Continue(())
        });
        progress.finish_and_clear();
        Ok((scaler, Arc::new(model?)))
    }

    /// The weights of the blend with the best NDCG@10 on the validation window.
    fn weigh(&self, past: &Past, learned: &Learned) -> Result<Vec<f64>> {
        let rungs = Rungs::new(&self.trade.items, past, learned)?;
        let blend = blend(
            learned,
            [&rungs.factorisation, &rungs.boosting, &rungs.network],
        );
        let graded = |items: Vec<u32>| items.into_iter().map(|i| (i, 1.0)).collect();
        let demand: Vec<(u32, Vec<(u32, f32)>)> = demand(self.trade, self.valid)
            .bought
            .into_iter()
            .map(|(user, items)| (user, graded(items)))
            .collect();
        let judged: Vec<JudgedQuery<'_, ByVisit>> = demand
            .iter()
            .map(|(user, relevant)| JudgedQuery {
                query: Visit {
                    user: Some(*user),
                    now: self.valid.from,
                    ..Visit::default()
                },
                among: Candidates::All,
                relevant,
            })
            .collect();
        Ok(WeightSearch::new().k(10).learn(&blend, &judged)?.weights)
    }
}

type Network = (Arc<FittedStandardScaler>, Arc<FittedMlp>);

/// The scale of the features, learned on the training rows.
fn scaler(judged: &Judged) -> Result<FittedStandardScaler> {
    let mut squashed = judged.x.clone().into_values();
    NetRows::squash(&mut squashed);
    let squashed = Dense::new(judged.x.names().clone(), squashed)?;
    let labels = judged.relevance()?.labels().clone();
    let sample = Dataset::<Dense, Relevance>::new(squashed, labels)?.into_train();
    Ok(StandardScaler::new().fit_transform(&sample)?.0)
}
