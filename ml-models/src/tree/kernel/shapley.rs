//! Shapley values of the features of a tree, eight rows at a time.
//!
//! A tree is a program over its edges. Going down, products over the features of the path are kept
//! at a few points of a quadrature; coming up, sums over the leaves below. An edge's part in its
//! feature's value is the sum over the points of product times sum times a factor, and all factors
//! depend on two bits of a row alone: whether it obeys the edge and all edges of the same feature
//! above it, and whether it obeys the latter.

use super::byte_questions::Bits;
use super::dispatch;

/// Rows that are worked on together.
pub(crate) const LANES: usize = 8;

/// A number a row.
pub(crate) type Lanes = [f64; LANES];

/// Operation at an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// It leads to a leaf.
    Leaf,
    /// It leads to a node, whose edges follow.
    Enter,
    /// The edges below are done.
    Leave,
}

/// An edge at some time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Op {
    pub(crate) step: Step,
    pub(crate) edge: u32,
    /// Edges above it.
    pub(crate) depth: u32,
    /// The feature value that it adds to.
    pub(crate) feature: u32,
    /// The nearest edge of the same feature above; the edge itself if there is none.
    pub(crate) above: u32,
    /// Of the leaf, if it leads to one.
    pub(crate) value: f64,
}

/// The factors of an edge at `Q` points, for rows that obey it and all edges of its feature above
/// (`hot`), rows that obey those above alone (`cold`), and rows that do not (`never`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Factors<const Q: usize> {
    /// Factors that the product changes by.
    pub(crate) hot: [f64; Q],
    pub(crate) cold: [f64; Q],
    pub(crate) never: f64,
    /// Share of product and sum that the feature gets; nothing to rows that do not obey the edges
    /// above.
    pub(crate) worth_hot: [f64; Q],
    pub(crate) worth_cold: [f64; Q],
}

/// Points worked on together, at most.
pub(crate) const POINTS: usize = 4;

/// Buffers: products and sums, one for each depth and point.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    products: Vec<[Lanes; POINTS]>,
    sums: Vec<[Lanes; POINTS]>,
}

impl Buffers {
    /// With room for paths of so many edges.
    pub(crate) fn reserve(&mut self, depth: usize) {
        let len = self.products.len().max(depth + 1);
        self.products.resize(len, [[1.0; LANES]; POINTS]);
        self.sums.resize(len, [[0.0; LANES]; POINTS]);
    }
}

/// For how many points the factors are.
#[derive(Debug, Clone)]
pub(crate) enum Table {
    One(Vec<Factors<1>>),
    Two(Vec<Factors<2>>),
    Three(Vec<Factors<3>>),
    Four(Vec<Factors<4>>),
}

/// Adds the Shapley values of a tree. `hot` has for each edge the rows that obey it and all edges
/// of its feature above; the table has a factor for each edge and each stretch of points, stretch
/// after stretch; `values` has `features` numbers for each eight rows.
pub(crate) fn shapley(
    ops: &[Op],
    table: &Table,
    hot: &[Bits],
    features: usize,
    buffers: &mut Buffers,
    values: &mut [Lanes],
) {
    match table {
        Table::One(factors) => one(ops, factors, hot, features, buffers, values),
        Table::Two(factors) => two(ops, factors, hot, features, buffers, values),
        Table::Three(factors) => three(ops, factors, hot, features, buffers, values),
        Table::Four(factors) => four(ops, factors, hot, features, buffers, values),
    }
}

dispatch! {
    fn one(ops: &[Op], factors: &[Factors<1>], hot: &[Bits], features: usize, buffers: &mut Buffers, values: &mut [Lanes]) = body::<1>;
}
dispatch! {
    fn two(ops: &[Op], factors: &[Factors<2>], hot: &[Bits], features: usize, buffers: &mut Buffers, values: &mut [Lanes]) = body::<2>;
}
dispatch! {
    fn three(ops: &[Op], factors: &[Factors<3>], hot: &[Bits], features: usize, buffers: &mut Buffers, values: &mut [Lanes]) = body::<3>;
}
dispatch! {
    fn four(ops: &[Op], factors: &[Factors<4>], hot: &[Bits], features: usize, buffers: &mut Buffers, values: &mut [Lanes]) = body::<4>;
}

#[inline(always)]
fn body<const Q: usize>(
    ops: &[Op],
    factors: &[Factors<Q>],
    hot: &[Bits],
    features: usize,
    buffers: &mut Buffers,
    values: &mut [Lanes],
) {
    for (group, values) in values.chunks_exact_mut(features.max(1)).enumerate() {
        for factors in factors.chunks_exact(hot.len().max(1)) {
            run(
                ops,
                factors,
                |edge| (hot[edge as usize].0[group / 8] >> (group % 8 * 8)) as u8,
                buffers,
                values,
            );
        }
    }
}

#[inline(always)]
fn run<const Q: usize>(
    ops: &[Op],
    factors: &[Factors<Q>],
    hot: impl Fn(u32) -> u8,
    buffers: &mut Buffers,
    values: &mut [Lanes],
) {
    let Buffers { products, sums } = buffers;
    sums[0] = [[0.0; LANES]; POINTS];
    for op in ops {
        let factors = &factors[op.edge as usize];
        let (here, above) = (hot(op.edge), hot(op.above));
        let alone = op.above == op.edge;
        let depth = op.depth as usize;
        let factor = |q: usize| {
            let x = select(here, factors.hot[q], factors.cold[q]);
            if alone {
                x
            } else {
                keep(above, x, factors.never)
            }
        };
        if op.step == Step::Enter {
            let (from, to) = products.split_at_mut(depth + 1);
            for q in 0..Q {
                to[0][q] = times(&from[depth][q], &factor(q));
            }
            sums[depth + 1] = [[0.0; LANES]; POINTS];
            continue;
        }
        let (upper, lower) = sums.split_at_mut(depth + 1);
        let mut value = [0.0; LANES];
        for q in 0..Q {
            let below = if op.step == Step::Leaf {
                [op.value; LANES]
            } else {
                lower[0][q]
            };
            let worth = select(here, factors.worth_hot[q], factors.worth_cold[q]);
            let worth = if alone {
                worth
            } else {
                keep(above, worth, 0.0)
            };
            let part = times(&times(&products[depth][q], &below), &worth);
            value = plus(&value, &part);
            upper[depth][q] = plus(&upper[depth][q], &times(&below, &factor(q)));
        }
        let sum = &mut values[op.feature as usize];
        *sum = plus(sum, &value);
    }
}

/// `yes` for rows whose bit is set, `no` for the others.
#[inline(always)]
fn select(bits: u8, yes: f64, no: f64) -> Lanes {
    std::array::from_fn(|i| if bits & 1 << i != 0 { yes } else { no })
}

/// `x` for rows whose bit is set, `no` for the others.
#[inline(always)]
fn keep(bits: u8, x: Lanes, no: f64) -> Lanes {
    std::array::from_fn(|i| if bits & 1 << i != 0 { x[i] } else { no })
}

#[inline(always)]
fn times(a: &Lanes, b: &Lanes) -> Lanes {
    std::array::from_fn(|i| a[i] * b[i])
}

#[inline(always)]
fn plus(a: &Lanes, b: &Lanes) -> Lanes {
    std::array::from_fn(|i| a[i] + b[i])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::kernel::{InstructionSet, forced::at};

    /// Factors of `edges` edges at `stretches` stretches of `Q` points.
    fn factors<const Q: usize>(edges: usize, stretches: usize) -> Vec<Factors<Q>> {
        let number = |i: usize, salt: usize| ((i * 31 + salt * 17) % 97) as f64 * 0.021 + 0.1;
        let points = |i: usize, salt: usize| std::array::from_fn(|q| number(i * 5 + q, salt));
        (0..edges * stretches)
            .map(|i| Factors {
                hot: points(i, 1),
                cold: points(i, 2),
                never: number(i, 3),
                worth_hot: points(i, 4),
                worth_cold: points(i, 5),
            })
            .collect()
    }

    #[test]
    fn every_instruction_set_gives_the_bits_of_the_plain_body() {
        // Edges 0 and 3 leave the root, 1 and 2 the node below edge 0; 2 asks again what 0 does.
        let op = |step, edge, depth, feature, above, value| Op {
            step,
            edge,
            depth,
            feature,
            above,
            value,
        };
        let ops = [
            op(Step::Enter, 0, 0, 0, 0, 0.0),
            op(Step::Leaf, 1, 1, 1, 1, 0.7),
            op(Step::Leaf, 2, 1, 0, 0, -1.3),
            op(Step::Leave, 0, 0, 0, 0, 0.0),
            op(Step::Leaf, 3, 0, 0, 3, 2.9),
        ];
        let hot: [Bits; 4] = std::array::from_fn(|edge| {
            Bits(std::array::from_fn(|w| {
                0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(2 * (8 * edge + w) as u64 + 1)
            }))
        });
        let groups = crate::tree::kernel::ROWS / LANES;
        let run = |work: &dyn Fn(&mut Buffers, &mut [Lanes])| {
            let mut buffers = Buffers::default();
            buffers.reserve(3);
            let mut values = vec![[0.25; LANES]; 2 * groups];
            work(&mut buffers, &mut values);
            values
        };
        macro_rules! same_bits {
            ($points:literal, $table:path) => {
                let factors = factors::<$points>(hot.len(), 2);
                let want = run(&|b, v| body(&ops, &factors, &hot, 2, b, v));
                assert!(want.iter().flatten().all(|x| x.is_finite() && *x != 0.25));
                let table = $table(factors);
                for isa in InstructionSet::available() {
                    let got = run(&|b, v| at(isa, || shapley(&ops, &table, &hot, 2, b, v)));
                    assert_eq!(got, want, "{} points, {isa:?}", $points);
                }
            };
        }
        same_bits!(1, Table::One);
        same_bits!(2, Table::Two);
        same_bits!(3, Table::Three);
        same_bits!(4, Table::Four);
    }
}
