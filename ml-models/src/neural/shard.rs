//! A fixed piece of a batch: forward, loss and backward for its rows. Shards do not touch the
//! weights, so they run at the same time; their number depends on the batch, never on the threads.

use ml_data::random::RngExt;

use super::forward::{Dropout, Forward};
use super::gemm;
use super::kernel;
use super::loss::Loss;
use super::network::Network;
use super::rng::{Stage, stream};

/// Rows of a shard.
pub(super) const SHARD_ROWS: usize = 64;

/// Training rows: a row-major matrix, its ids as rows of the tables, labels and positive weights.
#[derive(Debug, Clone)]
pub(super) struct Examples<'a> {
    pub(super) x: &'a [f32],
    pub(super) width: usize,
    /// One id a table and row; empty without tables.
    pub(super) ids: Vec<u32>,
    pub(super) y: &'a [f32],
    pub(super) weights: Option<&'a [f32]>,
}

impl Examples<'_> {
    pub(super) fn row(&self, i: usize) -> &[f32] {
        &self.x[i * self.width..(i + 1) * self.width]
    }

    pub(super) fn weight(&self, i: usize) -> f32 {
        self.weights.map_or(1.0, |w| w[i])
    }

    fn ids_of(&self, i: usize, tables: usize) -> &[u32] {
        &self.ids[i * tables..(i + 1) * tables]
    }
}

/// Context of all shards of a batch: the loss, and the source of random draws.
#[derive(Debug, Clone, Copy)]
pub(super) struct Batch {
    pub(super) loss: Loss,
    /// Sum of the weights of all its rows.
    pub(super) weight: f64,
    /// Probability that a hidden unit is dropped.
    pub(super) dropout: f32,
    /// Probability that an id is replaced by the unknown one.
    pub(super) unknown_rate: f64,
    pub(super) seed: u64,
    /// Number of the batch since the start of training.
    pub(super) step: u64,
}

/// Derivative by what the output units read, from that by the outputs of `n` rows.
fn head_backward(dz: &[f32], weights: &[f32], delta: &mut [f32], n: usize, outputs: usize) {
    if outputs == 1 {
        kernel::head_backward(dz, weights, delta);
    } else {
        gemm::product_bt(delta, dz, weights, n, weights.len() / outputs, outputs);
    }
}

/// Buffers and results of one shard.
#[derive(Debug, Clone)]
pub(super) struct Shard {
    pub(super) forward: Forward,
    /// Derivative of the batch loss by each hidden layer's sums.
    delta: Vec<Vec<f32>>,
    /// ... by the outputs.
    dz: Vec<f32>,
    /// ... by the embedded part of the input.
    dinput: Vec<f32>,
    /// Ids of the row that is being loaded.
    ids: Vec<u32>,
    y: Vec<f32>,
    w: Vec<f32>,
    /// Weighted loss of the rows.
    pub(super) loss: f64,
}

impl Shard {
    pub(super) fn new(net: &Network, dropout: bool) -> Self {
        let n = SHARD_ROWS;
        Self {
            forward: Forward::new(net, n, dropout),
            delta: net
                .hidden
                .iter()
                .map(|l| vec![0.0; n * l.outputs])
                .collect(),
            dz: vec![0.0; n * net.head.outputs],
            dinput: vec![0.0; n * net.embedded()],
            ids: vec![0; net.tables.len()],
            y: vec![0.0; n],
            w: vec![0.0; n],
            loss: 0.0,
        }
    }

    /// Forward and backward for the rows `rows` of the examples, shard `index` of the batch.
    pub(super) fn learn(
        &mut self,
        net: &Network,
        batch: Batch,
        data: &Examples<'_>,
        rows: &[u32],
        index: usize,
    ) {
        let mut rng = stream(batch.seed, Stage::Drop, batch.step << 16 | index as u64);
        for (r, &i) in rows.iter().enumerate() {
            let i = i as usize;
            self.ids.copy_from_slice(data.ids_of(i, net.tables.len()));
            if batch.unknown_rate > 0.0 {
                for (id, table) in self.ids.iter_mut().zip(&net.tables) {
                    if rng.random_bool(batch.unknown_rate) {
                        *id = table.cardinality as u32;
                    }
                }
            }
            self.forward.load(net, r, data.row(i), &self.ids);
            (self.y[r], self.w[r]) = (data.y[i], data.weight(i));
        }
        self.forward.set_rows(rows.len());
        self.forward.run(net, Dropout::new(batch.dropout, &mut rng));
        self.loss_and_slope(batch.loss, batch.weight);
        self.backward(net);
    }

    fn loss_and_slope(&mut self, loss: Loss, weight: f64) {
        self.loss = 0.0;
        let each = (1.0 / weight) as f32;
        let z = self.forward.z();
        let outputs = z.len() / self.forward.rows().max(1);
        let rows = z.chunks_exact(outputs.max(1));
        for (r, (z, slope)) in rows
            .zip(self.dz.chunks_exact_mut(outputs.max(1)))
            .enumerate()
        {
            let value = loss.row(z, self.y[r], slope);
            self.loss += f64::from(self.w[r]) * f64::from(value);
            let share = self.w[r] * each;
            slope.iter_mut().for_each(|s| *s *= share);
        }
    }

    fn backward(&mut self, net: &Network) {
        let n = self.forward.rows();
        let dz = &self.dz[..n * net.head.outputs];
        for l in (0..net.hidden.len()).rev() {
            let width = net.hidden[l].outputs;
            let (before, after) = self.delta.split_at_mut(l + 1);
            let delta = &mut before[l][..n * width];
            match (after.first(), net.hidden.get(l + 1)) {
                (Some(next), Some(layer)) => {
                    gemm::product_bt(
                        delta,
                        &next[..n * layer.outputs],
                        &layer.weights,
                        n,
                        width,
                        layer.outputs,
                    );
                }
                _ => head_backward(dz, &net.head.weights, delta, n, net.head.outputs),
            }
            net.activation.backward(
                delta,
                self.forward.output(l, width),
                self.forward.mask(l, width),
            );
        }
        if !net.tables.is_empty() {
            self.backward_to_input(net);
        }
    }

    /// The derivative by the embedded part of the input: through the first layer, and through the
    /// dot products.
    fn backward_to_input(&mut self, net: &Network) {
        let (n, width) = (self.forward.rows(), net.embedded());
        let dinput = &mut self.dinput[..n * width];
        match (net.hidden.first(), self.delta.first()) {
            (Some(layer), Some(delta)) => {
                let weights = &layer.weights[net.dense * layer.outputs..];
                gemm::product_bt(
                    dinput,
                    &delta[..n * layer.outputs],
                    weights,
                    n,
                    width,
                    layer.outputs,
                );
            }
            _ => {
                let outputs = net.head.outputs;
                let weights = &net.head.weights[net.dense * outputs..];
                head_backward(&self.dz[..n * outputs], weights, dinput, n, outputs);
            }
        }
        let inputs = net.inputs();
        for &(a, b) in &net.dots {
            let dim = net.tables[a].dim;
            for (to, from) in [
                (net.offset(a), net.offset(b)),
                (net.offset(b), net.offset(a)),
            ] {
                let x = self.forward.input(0, inputs).chunks_exact(inputs);
                for ((d, x), &dz) in dinput.chunks_exact_mut(width).zip(x).zip(&self.dz[..n]) {
                    for (d, x) in d[to - net.dense..][..dim].iter_mut().zip(&x[from..][..dim]) {
                        *d += dz * x;
                    }
                }
            }
        }
    }

    /// Derivative by hidden layer `l`'s sums, `width` a row.
    pub(super) fn delta(&self, l: usize, width: usize) -> &[f32] {
        &self.delta[l][..self.forward.rows() * width]
    }

    /// Derivative by the outputs, row after row.
    pub(super) fn dz(&self) -> &[f32] {
        let outputs = self.forward.z().len();
        &self.dz[..outputs]
    }

    /// Derivative by the embedded part of the input.
    pub(super) fn dinput(&self) -> &[f32] {
        &self.dinput
    }
}
