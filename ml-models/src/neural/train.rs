//! The training loop: epochs of shuffled batches, learning curves, early stopping.

use std::ops::ControlFlow;

use rayon::prelude::*;

use super::fault::Fault;
use super::forward::Forward;
use super::history::{Epoch, History};
use super::loss::Loss;
use super::network::Network;
use super::optimizer::{Adam, Optimizer};
use super::rng::{Stage, stream};
use super::shard::{Batch, Examples, SHARD_ROWS, Shard};
use ml_data::random::shuffle;

/// Floating-point operations in a batch from which two threads gain more than they cost.
const PARALLEL_FLOPS: usize = 4_000_000;
/// Rows a validation block.
const VALID_ROWS: usize = 256;

/// Parameters of a training.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) loss: Loss,
    pub(super) adam: Adam,
    pub(super) epochs: usize,
    pub(super) batch_size: usize,
    pub(super) shuffle: bool,
    pub(super) dropout: f32,
    pub(super) unknown_rate: f64,
    pub(super) seed: u64,
    pub(super) patience: usize,
    pub(super) tol: f64,
    pub(super) restore_best: bool,
}

/// The state between epochs.
struct Trainer {
    plan: Plan,
    net: Network,
    optimizer: Optimizer,
    shards: Vec<Shard>,
    order: Vec<u32>,
    step: u64,
    parallel: bool,
}

/// Trains `net` on the examples whose weight is positive.
pub(super) fn train(
    plan: Plan,
    net: Network,
    data: &Examples<'_>,
    valid: Option<&Examples<'_>>,
    on: &mut dyn FnMut(Epoch) -> ControlFlow<()>,
) -> Result<(Network, History), Fault> {
    let mut trainer = Trainer::new(plan, net, data);
    let mut history = History::default();
    let (mut best_loss, mut best_net, mut waited) = (f64::INFINITY, None::<Network>, 0);
    for epoch in 1..=plan.epochs {
        let train_loss = trainer.epoch(data, epoch)?;
        let valid_loss = valid.map(|v| mean_loss(&trainer.net, plan.loss, v));
        if valid_loss.is_some_and(|l| !l.is_finite()) {
            return Err(Fault::Diverged { epoch });
        }
        waited = if valid_loss.is_some_and(|l| l > best_loss - plan.tol) {
            waited + 1
        } else {
            0
        };
        let best = valid_loss.is_none_or(|l| l < best_loss);
        if let (true, Some(loss)) = (best, valid_loss) {
            best_loss = loss;
            if plan.restore_best {
                match &mut best_net {
                    Some(kept) => kept.clone_from(&trainer.net),
                    None => best_net = Some(trainer.net.clone()),
                }
            }
        }
        let summary = Epoch {
            epoch,
            train_loss,
            valid_loss,
        };
        history.push(summary, best);
        if on(summary).is_break() || (valid.is_some() && waited >= plan.patience) {
            break;
        }
    }
    let net = best_net.as_ref().unwrap_or(&trainer.net);
    if !net.is_finite() {
        // The last step may leave the numbers after its loss was computed.
        let epoch = history.epochs().len();
        return Err(Fault::Diverged { epoch });
    }
    match best_net {
        Some(net) => {
            history.set_restored();
            Ok((net, history))
        }
        None => Ok((trainer.net, history)),
    }
}

impl Trainer {
    fn new(plan: Plan, net: Network, data: &Examples<'_>) -> Self {
        let order: Vec<u32> = (0..data.y.len() as u32)
            .filter(|&i| data.weight(i as usize) > 0.0)
            .collect();
        let batch = plan.batch_size.min(order.len());
        let shards = vec![Shard::new(&net, plan.dropout > 0.0); batch.div_ceil(SHARD_ROWS)];
        let parallel = shards.len() > 1
            && 6 * batch * net.macs() >= PARALLEL_FLOPS
            && rayon::current_num_threads() > 1;
        Self {
            optimizer: Optimizer::new(plan.adam, &net, batch),
            plan,
            net,
            shards,
            order,
            step: 0,
            parallel,
        }
    }

    /// One pass; the weighted mean of the batches' losses.
    fn epoch(&mut self, data: &Examples<'_>, epoch: usize) -> Result<f64, Fault> {
        if self.plan.shuffle {
            shuffle(
                &mut self.order,
                &mut stream(self.plan.seed, Stage::Shuffle, epoch as u64),
            );
        }
        // Inside the pool, so that each batch costs no hand-over from this thread to a worker.
        let (loss, weight) = if self.parallel {
            rayon::scope(|_| self.batches(data))
        } else {
            self.batches(data)
        };
        let mean = if weight > 0.0 { loss / weight } else { 0.0 };
        if mean.is_finite() {
            Ok(mean)
        } else {
            Err(Fault::Diverged { epoch })
        }
    }

    /// All batches of an epoch; sum of weighted losses and sum of weights.
    fn batches(&mut self, data: &Examples<'_>) -> (f64, f64) {
        let order = std::mem::take(&mut self.order);
        let (mut loss, mut weight) = (0.0, 0.0);
        for rows in order.chunks(self.plan.batch_size) {
            let sum = rows
                .iter()
                .map(|&i| f64::from(data.weight(i as usize)))
                .sum::<f64>();
            loss += self.batch(data, rows, sum);
            weight += sum;
        }
        self.order = order;
        (loss, weight)
    }

    /// One step; the weighted loss of the batch before it.
    fn batch(&mut self, data: &Examples<'_>, rows: &[u32], weight: f64) -> f64 {
        let Plan {
            loss,
            dropout,
            unknown_rate,
            seed,
            ..
        } = self.plan;
        let batch = Batch {
            loss,
            weight,
            dropout,
            unknown_rate,
            seed,
            step: self.step,
        };
        self.step += 1;
        let net = &self.net;
        let used = &mut self.shards[..rows.len().div_ceil(SHARD_ROWS)];
        let learn = |(index, (shard, rows)): (usize, (&mut Shard, &[u32]))| {
            shard.learn(net, batch, data, rows, index);
        };
        if self.parallel {
            used.par_iter_mut()
                .zip(rows.par_chunks(SHARD_ROWS))
                .enumerate()
                .for_each(learn);
        } else {
            used.iter_mut()
                .zip(rows.chunks(SHARD_ROWS))
                .enumerate()
                .for_each(learn);
        }
        self.optimizer.step(&mut self.net, used, self.parallel);
        used.iter().map(|s| s.loss).sum()
    }
}

/// Weighted mean loss without dropout; blocks may run at the same time, their sums are added in row
/// order.
pub(super) fn mean_loss(net: &Network, loss: Loss, data: &Examples<'_>) -> f64 {
    let n = data.y.len();
    let sums: Vec<(f64, f64)> = (0..n.div_ceil(VALID_ROWS))
        .into_par_iter()
        .map_init(
            || Forward::new(net, VALID_ROWS, false),
            |forward, block| {
                let rows = block * VALID_ROWS..n.min((block + 1) * VALID_ROWS);
                forward.gather(
                    net,
                    &data.x[rows.start * data.width..rows.end * data.width],
                    rows.len(),
                );
                forward.run(net, None);
                let mut slope = vec![0.0; net.head.outputs];
                let z = forward.z().chunks_exact(net.head.outputs);
                let each = z.zip(rows).map(|(z, i)| {
                    let w = f64::from(data.weight(i));
                    (w * f64::from(loss.row(z, data.y[i], &mut slope)), w)
                });
                each.filter(|e| e.1 > 0.0)
                    .fold((0.0, 0.0), |s, e| (s.0 + e.0, s.1 + e.1))
            },
        )
        .collect();
    let (total, weight) = sums.iter().fold((0.0, 0.0), |s, e| (s.0 + e.0, s.1 + e.1));
    total / weight
}
