//! A block of rows on its way through the layers, with the buffers it needs.

use ml_data::random::{Rng, Xoshiro256PlusPlus};

use super::gemm;
use super::kernel;
use super::network::Network;

/// Inverted dropout: each hidden unit is cleared with probability `rate`, the others are divided by
/// `1 - rate`.
///
/// The rate is rounded to a multiple of 2⁻¹⁶, so that one 64-bit draw decides four units.
#[derive(Debug)]
pub(super) struct Dropout<'a> {
    threshold: u64,
    scale: f32,
    rng: &'a mut Xoshiro256PlusPlus,
}

impl<'a> Dropout<'a> {
    /// `None` if the rate rounds to nothing.
    pub(super) fn new(rate: f32, rng: &'a mut Xoshiro256PlusPlus) -> Option<Self> {
        let threshold = (f64::from(rate) * 65536.0).round().min(65535.0) as u64;
        let scale = (65536.0 / (65536.0 - threshold as f64)) as f32;
        (threshold > 0).then_some(Self {
            threshold,
            scale,
            rng,
        })
    }

    /// Draws a mask of 0 and `1 / (1 - rate)`.
    fn fill(&mut self, mask: &mut [f32]) {
        for four in mask.chunks_mut(4) {
            let mut bits = self.rng.next_u64();
            for m in four {
                *m = if bits & 0xffff < self.threshold {
                    0.0
                } else {
                    self.scale
                };
                bits >>= 16;
            }
        }
    }
}

/// Inputs, activations and outputs of up to `capacity` rows.
#[derive(Debug, Clone)]
pub(super) struct Forward {
    rows: usize,
    /// Assembled inputs.
    x: Vec<f32>,
    /// Ids, one a table and row.
    ids: Vec<u32>,
    /// Outputs of each hidden layer, after dropout.
    out: Vec<Vec<f32>>,
    /// Dropout masks; empty if there is no dropout.
    mask: Vec<Vec<f32>>,
    /// Outputs of each row.
    z: Vec<f32>,
    outputs: usize,
    /// Whether the last run dropped units.
    dropped: bool,
}

impl Forward {
    /// Buffers for `capacity` rows; `dropout` says whether masks are needed.
    pub(super) fn new(net: &Network, capacity: usize, dropout: bool) -> Self {
        let hidden = || {
            net.hidden
                .iter()
                .map(|l| vec![0.0; capacity * l.outputs])
                .collect::<Vec<_>>()
        };
        Self {
            rows: 0,
            x: vec![0.0; capacity * net.inputs()],
            ids: vec![0; capacity * net.tables.len()],
            out: hidden(),
            mask: if dropout { hidden() } else { Vec::new() },
            z: vec![0.0; capacity * net.head.outputs],
            outputs: net.head.outputs,
            dropped: false,
        }
    }

    /// Loads `rows` rows of a checked row-major matrix; ids a table does not know become its
    /// unknown row.
    pub(super) fn gather(&mut self, net: &Network, x: &[f32], rows: usize) {
        self.rows = rows;
        let tables = net.tables.len();
        for (r, row) in x.chunks_exact(net.width.max(1)).take(rows).enumerate() {
            let ids = &mut self.ids[r * tables..(r + 1) * tables];
            for (id, table) in ids.iter_mut().zip(&net.tables) {
                *id = table
                    .id(row[table.column])
                    .unwrap_or(table.cardinality as u32);
            }
            net.assemble(
                row,
                ids,
                &mut self.x[r * net.inputs()..(r + 1) * net.inputs()],
            );
        }
    }

    /// Loads one row of the block; `rows` is then set by [`Forward::set_rows`].
    pub(super) fn load(&mut self, net: &Network, r: usize, row: &[f32], ids: &[u32]) {
        let (tables, inputs) = (net.tables.len(), net.inputs());
        self.ids[r * tables..(r + 1) * tables].copy_from_slice(ids);
        net.assemble(row, ids, &mut self.x[r * inputs..(r + 1) * inputs]);
    }

    /// Sets the number of loaded rows.
    pub(super) fn set_rows(&mut self, rows: usize) {
        self.rows = rows;
    }

    /// Computes activations and outputs of the loaded rows.
    pub(super) fn run(&mut self, net: &Network, mut dropout: Option<Dropout<'_>>) {
        let n = self.rows;
        self.dropped = dropout.is_some();
        for (l, layer) in net.hidden.iter().enumerate() {
            let (before, after) = self.out.split_at_mut(l);
            let input = match before.last() {
                Some(h) => &h[..n * layer.inputs],
                None => &self.x[..n * layer.inputs],
            };
            let out = &mut after[0][..n * layer.outputs];
            gemm::product(out, input, &layer.weights, n, layer.inputs, layer.outputs);
            net.activation.forward(out, &layer.bias);
            if let Some(dropout) = &mut dropout {
                let mask = &mut self.mask[l][..n * layer.outputs];
                dropout.fill(mask);
                kernel::multiply(out, mask);
            }
        }
        let last = match self.out.last() {
            Some(h) => &h[..n * net.head.inputs],
            None => &self.x[..n * net.head.inputs],
        };
        let z = &mut self.z[..n * self.outputs];
        if self.outputs == 1 {
            kernel::head(last, &net.head.weights, net.head.bias[0], z);
        } else {
            let (from, to) = (net.head.inputs, net.head.outputs);
            gemm::product(z, last, &net.head.weights, n, from, to);
            for z in z.chunks_exact_mut(to) {
                kernel::add_scaled(z, 1.0, &net.head.bias);
            }
        }
        // Networks of several outputs have none.
        if !net.dots.is_empty() {
            for (z, x) in self.z[..n]
                .iter_mut()
                .zip(self.x.chunks_exact(net.inputs()))
            {
                *z += net.dots_of(x);
            }
        }
    }

    /// Number of loaded rows.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Ids of the loaded rows, one a table and row.
    pub(super) fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// The network's outputs, row after row.
    pub(super) fn z(&self) -> &[f32] {
        &self.z[..self.rows * self.outputs]
    }

    /// Inputs of layer `l`, `width` a row; the head is the layer after the last hidden one.
    pub(super) fn input(&self, l: usize, width: usize) -> &[f32] {
        let all = if l == 0 { &self.x } else { &self.out[l - 1] };
        &all[..self.rows * width]
    }

    /// The outputs of hidden layer `l`, `width` a row.
    pub(super) fn output(&self, l: usize, width: usize) -> &[f32] {
        &self.out[l][..self.rows * width]
    }

    /// The dropout mask of hidden layer `l`, if the last run dropped units.
    pub(super) fn mask(&self, l: usize, width: usize) -> Option<&[f32]> {
        self.dropped.then(|| &self.mask[l][..self.rows * width])
    }
}

#[cfg(test)]
mod tests;
