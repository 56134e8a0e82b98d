//! The weights of a network, how an input row is laid out, and prediction.
//!
//! Layout: activations are row-major, one row an example; the weights of a layer are row-major by
//! input, `w[i][o]`, so that a row times a layer adds whole rows of weights and needs no reduction.

use ml_data::random::{RngExt, Xoshiro256PlusPlus};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::embedding::{Embedding, MAX_CARDINALITY, Table};
use super::fault::Fault;
use super::forward::Forward;
use super::init::Init;
use super::kernel;
use super::rng::{Stage, stream};

/// Rows that go through the layers together in batch prediction.
const PREDICT_ROWS: usize = 256;

/// One dense layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Layer {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// `inputs × outputs`, row-major.
    pub(super) weights: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

impl Layer {
    /// Weights and biases uniform in `±bound`.
    fn new(inputs: usize, outputs: usize, bound: f32, rng: &mut Xoshiro256PlusPlus) -> Self {
        let mut draw = |n: usize| {
            (0..n)
                .map(|_| (rng.random::<f32>() * 2.0 - 1.0) * bound)
                .collect()
        };
        Self {
            inputs,
            outputs,
            weights: draw(inputs * outputs),
            bias: draw(outputs),
        }
    }

    fn is_sound(&self, inputs: usize) -> bool {
        self.inputs == inputs
            && inputs > 0
            && self.outputs > 0
            && inputs.checked_mul(self.outputs) == Some(self.weights.len())
            && self.bias.len() == self.outputs
    }
}

/// Everything prediction needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Network {
    /// Columns of an input row.
    pub(super) width: usize,
    /// Number of dense columns among them.
    pub(super) dense: usize,
    /// The dense columns as (first, length) runs.
    pub(super) runs: Vec<(usize, usize)>,
    pub(super) tables: Vec<Table>,
    /// Pairs of tables whose vectors' dot product is added to the output.
    pub(super) dots: Vec<(usize, usize)>,
    pub(super) activation: Activation,
    pub(super) hidden: Vec<Layer>,
    pub(super) head: Layer,
}

/// Shape of a network, from the parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape<'a> {
    pub(super) width: usize,
    pub(super) hidden: &'a [usize],
    pub(super) activation: Activation,
    pub(super) init: Init,
    pub(super) embeddings: &'a [Embedding],
    /// Position of each embedding's column.
    pub(super) columns: &'a [usize],
    pub(super) dots: &'a [(usize, usize)],
    /// Output units: one, or one a class.
    pub(super) outputs: usize,
}

impl Shape<'_> {
    /// Bytes that training takes: weights, their gradients and moments, and buffers for a batch of
    /// `rows`.
    pub(super) fn bytes(&self, rows: usize) -> u64 {
        let add = |sum: u64, n: u64| sum.saturating_add(n);
        let tables = self.embeddings.iter().map(|e| {
            let vectors = e.cardinality() as u64 + 1;
            (vectors.saturating_mul(e.dim() as u64), e.dim() as u64)
        });
        let (mut numbers, mut inputs) = tables.fold((0, self.width as u64), |sum, t| {
            (add(sum.0, t.0), add(sum.1, t.1))
        });
        let mut units = inputs;
        for outputs in self
            .hidden
            .iter()
            .map(|&n| n as u64)
            .chain([self.outputs as u64])
        {
            numbers = add(numbers, add(inputs, 1).saturating_mul(outputs));
            units = add(units, outputs.saturating_mul(3));
            inputs = outputs;
        }
        let buffers = units.saturating_mul(rows as u64);
        add(numbers.saturating_mul(4), buffers).saturating_mul(4)
    }
}

impl Network {
    /// A network with initial weights.
    pub(super) fn new(shape: Shape<'_>, seed: u64) -> Result<Self, Fault> {
        let runs = dense_runs(shape.width, shape.columns);
        let dense = runs.iter().map(|r| r.1).sum::<usize>();
        let mut streams = (0u64..).map(|i| stream(seed, Stage::Init, i));
        let mut next = move || {
            streams
                .next()
                .unwrap_or_else(|| stream(seed, Stage::Init, 0))
        };
        let columns = shape.embeddings.iter().zip(shape.columns);
        let tables: Vec<Table> = columns
            .map(|(e, &column)| Table::new(e, column, &mut next()))
            .collect();
        let mut inputs = dense + tables.iter().map(|t| t.dim).sum::<usize>();
        if inputs == 0 {
            return Err(Fault::parameter("columns", shape.width, "one or more"));
        }
        let bound = |inputs, outputs| shape.init.bound(inputs, outputs, shape.activation);
        let mut hidden = Vec::with_capacity(shape.hidden.len());
        for &outputs in shape.hidden {
            hidden.push(Layer::new(
                inputs,
                outputs,
                bound(inputs, outputs),
                &mut next(),
            ));
            inputs = outputs;
        }
        let outputs = shape.outputs;
        let head = Layer::new(inputs, outputs, bound(inputs, outputs), &mut next());
        let dots = shape.dots.to_vec();
        Ok(Self {
            width: shape.width,
            dense,
            runs,
            tables,
            dots,
            activation: shape.activation,
            hidden,
            head,
        })
    }

    /// Width of the first layer's input.
    pub(super) fn inputs(&self) -> usize {
        self.dense + self.embedded()
    }

    /// Width of the embedded part of it.
    pub(super) fn embedded(&self) -> usize {
        self.tables.iter().map(|t| t.dim).sum()
    }

    /// Where the vector of each table starts in the first layer's input.
    pub(super) fn offset(&self, table: usize) -> usize {
        self.dense + self.tables[..table].iter().map(|t| t.dim).sum::<usize>()
    }

    /// Multiply-adds of one row.
    pub(super) fn macs(&self) -> usize {
        self.hidden
            .iter()
            .chain([&self.head])
            .map(|l| l.weights.len())
            .sum()
    }

    /// Lays an input row out for the first layer.
    pub(super) fn assemble(&self, row: &[f32], ids: &[u32], out: &mut [f32]) {
        let mut at = 0;
        for &(first, len) in &self.runs {
            out[at..at + len].copy_from_slice(&row[first..first + len]);
            at += len;
        }
        for (table, &id) in self.tables.iter().zip(ids) {
            out[at..at + table.dim].copy_from_slice(table.vector(id));
            at += table.dim;
        }
    }

    /// Refuses NaN and infinities in the dense columns, and values that cannot be ids.
    pub(super) fn check_row(&self, index: usize, row: &[f32]) -> Result<(), Fault> {
        for &(first, len) in &self.runs {
            let mut all = true;
            kernel::all_finite(&row[first..first + len], &mut all);
            if !all {
                let column = (first..first + len)
                    .find(|&c| !row[c].is_finite())
                    .unwrap_or(first);
                return Err(Fault::NotFinite {
                    row: index,
                    column,
                    value: f64::from(row[column]),
                });
            }
        }
        for table in &self.tables {
            let value = row[table.column];
            if table.id(value).is_none() {
                return Err(Fault::NotAnId {
                    row: index,
                    column: table.column,
                    value: f64::from(value),
                });
            }
        }
        Ok(())
    }

    /// The sum of the dot products of one assembled input row.
    pub(super) fn dots_of(&self, x: &[f32]) -> f32 {
        let mut sum = 0.0;
        for &(a, b) in &self.dots {
            let (from_a, from_b, dim) = (self.offset(a), self.offset(b), self.tables[a].dim);
            for (a, b) in x[from_a..from_a + dim].iter().zip(&x[from_b..from_b + dim]) {
                sum += a * b;
            }
        }
        sum
    }

    /// The outputs of many rows (row-major, `width` a row), before any link function, row after
    /// row.
    pub(super) fn outputs(&self, x: &[f32], out: &mut [f32]) -> Result<(), Fault> {
        for (i, row) in x.chunks_exact(self.width.max(1)).enumerate() {
            self.check_row(i, row)?;
        }
        let block = |forward: &mut Forward, (x, out): (&[f32], &mut [f32])| {
            forward.gather(self, x, out.len() / self.head.outputs);
            forward.run(self, None);
            out.copy_from_slice(forward.z());
        };
        let rows = x
            .par_chunks(PREDICT_ROWS * self.width.max(1))
            .zip(out.par_chunks_mut(PREDICT_ROWS * self.head.outputs));
        rows.for_each_init(|| Forward::new(self, PREDICT_ROWS, false), block);
        Ok(())
    }

    /// The outputs of one row; no allocation once `scratch` has been used.
    pub(super) fn output<'s>(
        &self,
        row: &[f32],
        scratch: &'s mut RowScratch,
    ) -> Result<&'s [f32], Fault> {
        self.check_row(0, row)?;
        scratch.ids.clear();
        scratch.ids.extend(
            self.tables
                .iter()
                .map(|t| t.id(row[t.column]).unwrap_or(t.cardinality as u32)),
        );
        let (from, to) = (&mut scratch.from, &mut scratch.to);
        from.resize(self.inputs(), 0.0);
        self.assemble(row, &scratch.ids, from);
        let dots = self.dots_of(from);
        for layer in &self.hidden {
            to.resize(layer.outputs, 0.0);
            kernel::row_times(from, &layer.weights, &layer.bias, to);
            self.activation.plain(to);
            std::mem::swap(from, to);
        }
        to.resize(self.head.outputs, 0.0);
        if self.head.outputs == 1 {
            kernel::head(from, &self.head.weights, self.head.bias[0], to);
            to[0] += dots;
        } else {
            kernel::row_times(from, &self.head.weights, &self.head.bias, to);
        }
        Ok(to)
    }

    /// Whether every length and index fits every other and every weight is a number, for networks
    /// that were read from a file.
    pub(super) fn is_sound(&self) -> bool {
        let columns = (self.runs.iter())
            .all(|&(first, len)| first.checked_add(len).is_some_and(|end| end <= self.width))
            && self.runs.iter().map(|r| r.1).sum::<usize>() == self.dense;
        let tables = self.tables.iter().all(|t| {
            t.column < self.width
                && t.cardinality <= MAX_CARDINALITY
                && t.dim > 0
                && (t.cardinality + 1).checked_mul(t.dim) == Some(t.weights.len())
        });
        // Sums of lengths are safe from here on: all of them belong to numbers that are there.
        columns && tables && self.dots_are_sound() && self.layers_are_sound() && self.is_finite()
    }

    fn dots_are_sound(&self) -> bool {
        let dim = |t: usize| self.tables.get(t).map(|t| t.dim);
        let sound = |&(a, b): &(usize, usize)| dim(a).is_some() && dim(a) == dim(b);
        self.dots.iter().all(sound)
    }

    fn layers_are_sound(&self) -> bool {
        let mut inputs = self.inputs();
        for layer in &self.hidden {
            if !layer.is_sound(inputs) {
                return false;
            }
            inputs = layer.outputs;
        }
        self.head.is_sound(inputs) && (self.head.outputs == 1 || self.dots.is_empty())
    }

    /// Whether every weight is a number.
    pub(super) fn is_finite(&self) -> bool {
        let layers = self.hidden.iter().chain([&self.head]);
        let weights = layers.flat_map(|l| [&l.weights, &l.bias]);
        weights
            .chain(self.tables.iter().map(|t| &t.weights))
            .all(|weights| {
                let mut all = true;
                kernel::all_finite(weights, &mut all);
                all
            })
    }
}

/// Buffers of single-row prediction.
#[derive(Debug, Clone, Default)]
pub(super) struct RowScratch {
    ids: Vec<u32>,
    from: Vec<f32>,
    to: Vec<f32>,
}

/// The columns that are not ids, as (first, length) runs.
fn dense_runs(width: usize, ids: &[usize]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for column in (0..width).filter(|c| !ids.contains(c)) {
        match runs.last_mut() {
            Some((first, len)) if *first + *len == column => *len += 1,
            _ => runs.push((column, 1)),
        }
    }
    runs
}

#[cfg(test)]
mod tests;
