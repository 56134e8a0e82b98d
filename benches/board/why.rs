//! How fast, and why: the bytes or operations of a work over the machine's measured limits.
//!
//! # Formula
//! `least = work / limit`, in seconds, and `share = least / measured`: how much of the time the
//! named limit alone accounts for. The rest is other work, or waiting.

use super::build::Entry;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A work beside the limit that bounds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bound {
    pub(crate) title: String,
    pub(crate) threads: usize,
    /// `copy of memory`, `fma_f32`, ...
    pub(crate) limit: String,
    /// Bytes or operations.
    pub(crate) work: f64,
    /// Of the limit, a second.
    pub(crate) rate: f64,
    pub(crate) least_s: f64,
    pub(crate) measured_s: f64,
    pub(crate) share: f64,
    /// Counted operations, and what else takes time.
    pub(crate) what: String,
}

/// Least cost of a work at scale 1; it grows with the scale of the data.
#[derive(Debug)]
struct Cost {
    workload: &'static str,
    dataset: &'static str,
    case: &'static str,
    op: &'static str,
    limit: &'static str,
    level: &'static str,
    work: f64,
    what: &'static str,
}

const fn cost(
    [workload, dataset, case, op]: [&'static str; 4],
    [limit, level]: [&'static str; 2],
    work: f64,
    what: &'static str,
) -> Cost {
    Cost {
        workload,
        dataset,
        case,
        op,
        limit,
        level,
        work,
        what,
    }
}

/// Bytes of the store of an addition to a histogram. The limit `store_8` counts stores of so many
/// bytes: wider registers store more bytes a second, but not more sums.
const STORE: f64 = 8.0;
/// The share of rows that as many draws with replacement hit: 1 - 1 / e.
const DRAWN: f64 = 0.632;
/// Units of weights of the network 64-128-64-1.
const WEIGHTS: f64 = 64.0 * 128.0 + 128.0 * 64.0 + 64.0;

const COSTS: &[Cost] = &[
    cost(
        ["gbdt", "higgs", "boost", "fit"],
        ["store_8", "L1"],
        3.8 * 500e3 * 28.0 * 100.0 * STORE,
        "additions to histograms, each a store: a tree of 255 leaves counts its rows 3.8 times; \
         finding splits, parting rows and gradients come on top",
    ),
    cost(
        ["gbdt", "higgs", "boost", "bin"],
        ["read", "memory"],
        500e3 * 28.0 * (4.0 + 4.0 + 1.0),
        "values read to order them and to bin them, bins written; the search for a bin is the rest",
    ),
    cost(
        ["gbdt", "higgs", "boost", "predict"],
        ["read", "L1"],
        500e3 * 100.0 * 254.0 / 8.0 * 3.0,
        "three words of bits a node and 512 rows; ranks of values among thresholds come on top",
    ),
    cost(
        ["gbdt", "reg", "boost", "fit"],
        ["store_8", "L1"],
        3.8 * 200e3 * 50.0 * 100.0 * STORE,
        "additions to histograms, as in the first line",
    ),
    cost(
        ["gbdt", "multi", "boost", "fit"],
        ["store_8", "L1"],
        3.8 * 100e3 * 30.0 * 700.0 * STORE,
        "additions to histograms, as in the first line; finding splits weighs more on fewer rows",
    ),
    cost(
        ["gbdt", "ltr", "boost", "fit"],
        ["store_8", "L1"],
        3.8 * 500e3 * 46.0 * 100.0 * STORE,
        "additions to histograms, as in the first line; pairs of documents come on top",
    ),
    cost(
        ["forest", "higgs", "full", "fit"],
        ["store_8", "L1"],
        DRAWN * 100e3 * 5.0 * 17.0 * 100.0 * STORE,
        "the rows that were drawn, once each, in five columns a split, on about 17 levels of a full \
         tree; parting rows costs as much",
    ),
    cost(
        ["explain", "higgs", "255leaves", "treeshap"],
        ["fma_f64", ""],
        1000.0 * 100.0 * 509.0 * 5.0 * 2.0 * 4.0,
        "products at about five points of the quadrature, on the way down and up, a multiplication \
         and an addition for each",
    ),
    cost(
        ["recsys", "implicit5m", "als", "fit"],
        ["fma_f32", ""],
        15.0 * 2.0 * 5e6 * 64.0 * 4.0 * 4.0,
        "three steps of conjugate gradients and their start: a product with a row's factors and an \
         addition of them, for each pair and side; factors are read at random",
    ),
    cost(
        ["recsys", "implicit5m", "als", "recommend"],
        ["fma_f32", ""],
        2.0 * 50e3 * 20e3 * 64.0,
        "products of all users with all items; items are looked at longest first, and most never, so \
         that less time is taken than all of them would need",
    ),
    cost(
        ["mlp", "mlp", "mlp", "fit"],
        ["fma_f32", ""],
        6.0 * WEIGHTS * 200e3 * 5.0,
        "three matrix products a layer and batch; matrices are small, and Adam comes on top",
    ),
    cost(
        ["mlp", "mlp", "mlp", "predict"],
        ["fma_f32", ""],
        2.0 * WEIGHTS * 50e3,
        "a matrix product a layer",
    ),
    cost(
        ["metrics", "scores10m", "metrics", "roc_auc"],
        ["copy", "memory"],
        10e6 * (5.0 + 2.0 * 8.0),
        "scores and labels read, one pass of a distribution; further passes are the rest",
    ),
    cost(
        ["metrics", "rank100k", "metrics", "ndcg@10"],
        ["read", "memory"],
        100e3 * 100.0 * 5.0,
        "scores and grades read once; choosing ten of a hundred is the rest",
    ),
    cost(
        ["preprocess", "table", "read", "read_csv"],
        ["read", "memory"],
        155e6 + 160e6,
        "the file's bytes read and the columns' written; telling digits apart is the rest",
    ),
    cost(
        ["preprocess", "table", "read", "read_parquet"],
        ["copy", "memory"],
        160e6,
        "the columns written once; unpacking pages, and texts out of their dictionaries, is the rest",
    ),
    cost(
        ["preprocess", "table", "steps", "impute_scale_onehot"],
        ["copy", "memory"],
        1e6 * (10.0 * 8.0 * 4.0 + 55.0 * 8.0),
        "numbers read for medians, for moments and to be written, codes as dense columns",
    ),
    cost(
        ["drift", "drift1m", "drift", "ks"],
        ["copy", "memory"],
        2.0 * 16.0 * 1e6 * 8.0 * 2.0 * 4.0,
        "columns gathered and distributed four times by their digits",
    ),
    cost(
        ["drift", "drift1m", "drift", "psi"],
        ["read", "memory"],
        2.0 * 16.0 * 1e6 * 8.0,
        "values read once; deciles of the reference and the search for a bin are the rest",
    ),
    cost(
        ["drift", "drift1m", "drift", "chi2"],
        ["read", "memory"],
        2.0 * 4.0 * 1e6 * 4.0,
        "codes read once",
    ),
];

/// The bounds of what was measured, for each number of threads that limits were measured on.
pub(crate) fn bounds(entries: &[Entry], limits: &[Value], scale: f64) -> Vec<Bound> {
    let mut all: Vec<Bound> = Vec::new();
    for cost in COSTS {
        for entry in entries.iter().filter(|e| cost.is_of(e)) {
            let told = all
                .iter()
                .any(|b| b.title == entry.title && b.threads == entry.threads);
            if !told {
                all.extend(bound(cost, entry, limits, scale));
            }
        }
    }
    all
}

impl Cost {
    fn is_of(&self, entry: &Entry) -> bool {
        self.workload == entry.workload
            && self.dataset == entry.dataset
            && self.case == entry.ours.case
            && self.op == entry.op
    }

    /// Factor of the work: the data's scale, but for works that take a number of rows
    /// of their own, or all where there are fewer.
    fn growth(&self, entry: &Entry, scale: f64) -> f64 {
        let (counted, all): (f64, f64) = match self.workload {
            "forest" => (100e3, 500e3),
            "explain" => (1000.0, 100e3),
            _ => return scale,
        };
        let rows = entry.ours.sizes.get("rows").copied();
        rows.unwrap_or_else(|| counted.min(all * scale)) / counted
    }

    /// The limit's rate on so many threads, bytes or operations a second.
    fn rate(&self, limits: &[Value], threads: usize) -> Option<f64> {
        let of = |l: &&Value| {
            l["limit"] == self.limit
                && l["threads"].as_u64() == u64::try_from(threads).ok()
                && (self.level.is_empty() || l["level"] == self.level)
        };
        let found = limits.iter().find(of)?;
        let rate = found["gb_s"]
            .as_f64()
            .or_else(|| found["gflops"].as_f64())?;
        Some(rate * 1e9)
    }
}

fn bound(cost: &Cost, entry: &Entry, limits: &[Value], scale: f64) -> Option<Bound> {
    let rate = cost.rate(limits, entry.threads)?;
    let work = cost.work * cost.growth(entry, scale);
    let (least, measured) = (work / rate, entry.ours.time.median);
    let of = if cost.level.is_empty() { "" } else { ", " };
    Some(Bound {
        title: entry.title.clone(),
        threads: entry.threads,
        limit: format!("{}{of}{}", cost.limit, cost.level),
        work,
        rate,
        least_s: least,
        measured_s: measured,
        share: least / measured,
        what: cost.what.into(),
    })
}
