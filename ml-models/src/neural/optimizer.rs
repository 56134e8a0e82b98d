//! Adam with decoupled weight decay: weight gradients from the shards, summed in shard order, and
//! the step.

use rayon::prelude::*;

use super::gemm;
use super::kernel::{self, AdamStep};
use super::network::{Layer, Network};
use super::shard::Shard;

/// Rows of a weight matrix that are updated together; fixed, so that any number of threads gives
/// the same bits.
const BLOCK_ROWS: usize = 32;
/// No gradient row.
const NONE: u32 = u32::MAX;

/// Settings of Adam.
#[derive(Debug, Clone, Copy)]
pub(super) struct Adam {
    pub(super) learning_rate: f64,
    pub(super) beta_1: f64,
    pub(super) beta_2: f64,
    pub(super) epsilon: f64,
    pub(super) weight_decay: f64,
}

impl Adam {
    /// The constants of step `t` (from 1), with and without weight decay.
    fn step(&self, t: u64) -> (AdamStep, AdamStep) {
        let t = t.min(i32::MAX as u64) as i32;
        let plain = AdamStep {
            beta_1: self.beta_1 as f32,
            beta_2: self.beta_2 as f32,
            rate: (self.learning_rate / (1.0 - self.beta_1.powi(t))) as f32,
            scale: (1.0 / (1.0 - self.beta_2.powi(t)).sqrt()) as f32,
            epsilon: self.epsilon as f32,
            keep: 1.0,
        };
        (
            AdamStep {
                keep: (1.0 - self.learning_rate * self.weight_decay) as f32,
                ..plain
            },
            plain,
        )
    }
}

/// Gradient and moments of a run of parameters.
#[derive(Debug, Clone)]
struct Moments {
    grad: Vec<f32>,
    m: Vec<f32>,
    v: Vec<f32>,
}

impl Moments {
    fn new(n: usize) -> Self {
        Self {
            grad: vec![0.0; n],
            m: vec![0.0; n],
            v: vec![0.0; n],
        }
    }

    fn adam(&mut self, w: &mut [f32], step: AdamStep) {
        kernel::adam(w, &mut self.m, &mut self.v, &self.grad, step);
    }
}

/// State of one dense layer.
#[derive(Debug, Clone)]
struct LayerState {
    weights: Moments,
    bias: Moments,
}

impl LayerState {
    fn new(layer: &Layer) -> Self {
        Self {
            weights: Moments::new(layer.weights.len()),
            bias: Moments::new(layer.bias.len()),
        }
    }
}

/// State of one embedding: moments for every vector, gradients for those the batch touched.
#[derive(Debug, Clone)]
struct TableState {
    m: Vec<f32>,
    v: Vec<f32>,
    /// Where the gradient of an id is; [`NONE`] if the batch has not touched it.
    slot: Vec<u32>,
    touched: Vec<u32>,
    grad: Vec<f32>,
}

/// The optimiser's memory.
#[derive(Debug, Clone)]
pub(super) struct Optimizer {
    adam: Adam,
    hidden: Vec<LayerState>,
    head: LayerState,
    tables: Vec<TableState>,
    steps: u64,
}

impl Optimizer {
    pub(super) fn new(adam: Adam, net: &Network, batch: usize) -> Self {
        let table = |t: &super::embedding::Table| TableState {
            m: vec![0.0; t.weights.len()],
            v: vec![0.0; t.weights.len()],
            slot: vec![NONE; t.cardinality + 1],
            touched: Vec::with_capacity(batch.min(t.cardinality + 1)),
            grad: Vec::with_capacity(batch.min(t.cardinality + 1) * t.dim),
        };
        Self {
            adam,
            hidden: net.hidden.iter().map(LayerState::new).collect(),
            head: LayerState::new(&net.head),
            tables: net.tables.iter().map(table).collect(),
            steps: 0,
        }
    }

    /// First moments: weights and biases layer by layer, then the tables.
    #[cfg(test)]
    pub(super) fn first_moments(&self) -> impl Iterator<Item = &[f32]> {
        let layers = self
            .hidden
            .iter()
            .chain([&self.head])
            .flat_map(|s| [&s.weights.m[..], &s.bias.m[..]]);
        layers.chain(self.tables.iter().map(|t| &t.m[..]))
    }

    /// Gathers the gradient of every parameter from the shards and moves the weights.
    pub(super) fn step(&mut self, net: &mut Network, shards: &[Shard], parallel: bool) {
        self.steps += 1;
        let (decayed, plain) = self.adam.step(self.steps);
        let (inputs, embedded) = (net.inputs(), net.embedded());
        let depth = net.hidden.len();
        let Network {
            hidden,
            head,
            tables,
            ..
        } = net;
        let mut layers = || {
            let each = |(l, (layer, state)): (usize, (&mut Layer, &mut LayerState))| {
                step_layer(l, layer, state, shards, (decayed, plain), parallel);
            };
            if parallel {
                hidden
                    .par_iter_mut()
                    .zip(&mut self.hidden)
                    .enumerate()
                    .for_each(each);
            } else {
                hidden
                    .iter_mut()
                    .zip(&mut self.hidden)
                    .enumerate()
                    .for_each(each);
            }
        };
        let mut rest = || {
            let width = if depth == 0 { inputs } else { head.inputs };
            step_head(head, &mut self.head, shards, depth, width, (decayed, plain));
            let count = tables.len();
            let mut from = 0;
            for (e, (table, state)) in tables.iter_mut().zip(&mut self.tables).enumerate() {
                state.gather(shards, e, count, from, embedded, table.dim);
                state.step(&mut table.weights, table.dim, decayed);
                from += table.dim;
            }
        };
        if parallel {
            rayon::join(layers, rest);
        } else {
            layers();
            rest();
        }
    }
}

/// Weights, gradient and moments of a block, as zipped iterators hand them out.
type Parts<'a> = (
    ((&'a mut [f32], &'a mut [f32]), &'a mut [f32]),
    &'a mut [f32],
);

/// Gradient and step of hidden layer `l`, a block of weight rows after the other.
fn step_layer(
    l: usize,
    layer: &mut Layer,
    state: &mut LayerState,
    shards: &[Shard],
    (decayed, plain): (AdamStep, AdamStep),
    parallel: bool,
) {
    let (inputs, outputs) = (layer.inputs, layer.outputs);
    let size = BLOCK_ROWS * outputs;
    let Moments { grad, m, v } = &mut state.weights;
    let block = |(b, (((w, grad), m), v)): (usize, Parts<'_>)| {
        let rows = (b * BLOCK_ROWS, w.len() / outputs);
        for (s, shard) in shards.iter().enumerate() {
            gemm::product_at(
                grad,
                s == 0,
                shard.forward.input(l, inputs),
                inputs,
                rows,
                shard.delta(l, outputs),
                outputs,
            );
        }
        kernel::adam(w, m, v, grad, decayed);
    };
    if parallel {
        let w = layer
            .weights
            .par_chunks_mut(size)
            .zip(grad.par_chunks_mut(size));
        w.zip(m.par_chunks_mut(size))
            .zip(v.par_chunks_mut(size))
            .enumerate()
            .for_each(block);
    } else {
        let w = layer.weights.chunks_mut(size).zip(grad.chunks_mut(size));
        w.zip(m.chunks_mut(size))
            .zip(v.chunks_mut(size))
            .enumerate()
            .for_each(block);
    }
    state.bias.grad.fill(0.0);
    for shard in shards {
        kernel::add_column_sums(&mut state.bias.grad, shard.delta(l, outputs));
    }
    state.bias.adam(&mut layer.bias, plain);
}

/// Gradient and step of the output units, which read layer `depth`'s input.
fn step_head(
    head: &mut Layer,
    state: &mut LayerState,
    shards: &[Shard],
    depth: usize,
    width: usize,
    (decayed, plain): (AdamStep, AdamStep),
) {
    state.weights.grad.fill(0.0);
    state.bias.grad.fill(0.0);
    let grad = &mut state.weights.grad;
    for (s, shard) in shards.iter().enumerate() {
        let input = shard.forward.input(depth, width);
        if head.outputs == 1 {
            kernel::head_gradient(shard.dz(), input, grad);
        } else {
            let rows = (0, width);
            gemm::product_at(grad, s == 0, input, width, rows, shard.dz(), head.outputs);
        }
        kernel::add_column_sums(&mut state.bias.grad, shard.dz());
    }
    state.weights.adam(&mut head.weights, decayed);
    state.bias.adam(&mut head.bias, plain);
}

impl TableState {
    /// Sums the gradients of each id of table `e`, row after row.
    fn gather(
        &mut self,
        shards: &[Shard],
        e: usize,
        tables: usize,
        from: usize,
        embedded: usize,
        dim: usize,
    ) {
        for shard in shards {
            let rows = shard
                .dinput()
                .chunks_exact(embedded)
                .zip(shard.forward.ids().chunks_exact(tables));
            for (d, ids) in rows.take(shard.forward.rows()) {
                let d = &d[from..from + dim];
                let slot = &mut self.slot[ids[e] as usize];
                if *slot == NONE {
                    *slot = self.touched.len() as u32;
                    self.touched.push(ids[e]);
                    self.grad.extend_from_slice(d);
                } else {
                    kernel::add_scaled(&mut self.grad[*slot as usize * dim..][..dim], 1.0, d);
                }
            }
        }
    }

    /// Adam on the touched vectors only; the others, and their moments, stay as they are.
    fn step(&mut self, weights: &mut [f32], dim: usize, step: AdamStep) {
        for (&id, grad) in self.touched.iter().zip(self.grad.chunks_exact(dim)) {
            let at = id as usize * dim;
            let range = at..at + dim;
            kernel::adam(
                &mut weights[range.clone()],
                &mut self.m[range.clone()],
                &mut self.v[range],
                grad,
                step,
            );
            self.slot[id as usize] = NONE;
        }
        self.touched.clear();
        self.grad.clear();
    }
}
