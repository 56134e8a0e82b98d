//! One tree of a file.

use ml_data::{Error, Result};

use super::FORMAT;
use super::section::{Section, fault};
use crate::tree::{Categories, Child, Condition, Leaf, MissingType, Node, Tree};

/// Bits of `decision_type`.
pub(super) const CATEGORICAL: u8 = 1;
pub(super) const MISSING_LEFT: u8 = 2;
pub(super) const ZERO: u8 = 4;
pub(super) const NAN: u8 = 8;

/// Tree number `index` from its lines.
pub(super) fn read(index: usize, section: &Section<'_>) -> Result<Tree> {
    if section.find("is_linear").is_some_and(|(_, v)| v != "0") {
        return Err(Error::Unsupported {
            step: FORMAT,
            what: format!("tree {index}: linear models in the leaves"),
            why: "a leaf is a number here".into(),
        });
    }
    let leaves: usize = section.number("num_leaves")?;
    if leaves == 0 {
        let line = section.text("num_leaves")?.0;
        return Err(fault(line, "at least one leaf", "0"));
    }
    let shrinkage = match section.find("shrinkage") {
        Some(_) => section.number("shrinkage")?,
        None => 1.0,
    };
    let leaves = read_leaves(section, leaves)?;
    let nodes = match leaves.len() {
        1 => Vec::new(),
        n => read_nodes(section, n - 1)?,
    };
    Tree::new(nodes, leaves, shrinkage)
        .map_err(|flaw| fault(section.line, format!("tree {index} to be a tree"), flaw))
}

fn read_leaves(section: &Section<'_>, n: usize) -> Result<Vec<Leaf>> {
    let values: Vec<f64> = section.list("leaf_value", n)?;
    let weights: Vec<f64> = section.statistics("leaf_weight", n)?;
    let counts: Vec<u64> = section.statistics("leaf_count", n)?;
    let leaves = values.into_iter().zip(weights).zip(counts);
    Ok(leaves
        .map(|((value, weight), count)| Leaf {
            value,
            weight,
            count,
        })
        .collect())
}

fn read_nodes(section: &Section<'_>, n: usize) -> Result<Vec<Node>> {
    let features: Vec<u32> = section.list("split_feature", n)?;
    let thresholds: Vec<f64> = section.list("threshold", n)?;
    let types: Vec<u8> = section.list("decision_type", n)?;
    let left: Vec<i32> = section.list("left_child", n)?;
    let right: Vec<i32> = section.list("right_child", n)?;
    let gains: Vec<f64> = section.statistics("split_gain", n)?;
    let values: Vec<f64> = section.statistics("internal_value", n)?;
    let weights: Vec<f64> = section.statistics("internal_weight", n)?;
    let counts: Vec<u64> = section.statistics("internal_count", n)?;
    let mut sets = read_sets(section)?;
    let count = sets.len();
    let type_line = section.text("decision_type")?.0;
    let threshold_line = section.text("threshold")?.0;
    (0..n)
        .map(|i| {
            let (kind, threshold) = (types[i], thresholds[i]);
            let test = if kind & CATEGORICAL != 0 {
                Condition::Categories(take_set(&mut sets, threshold).ok_or_else(|| {
                    let expected = format!("one of {count} sets of categories, each once");
                    fault(threshold_line, expected, &threshold.to_string())
                })?)
            } else if threshold == f64::INFINITY {
                Condition::Present
            } else {
                Condition::Threshold(threshold)
            };
            let missing = missing(kind)
                .ok_or_else(|| fault(type_line, "a decision type", &kind.to_string()))?;
            let categorical = matches!(test, Condition::Categories(_));
            Ok(Node {
                feature: features[i],
                test,
                missing: if categorical {
                    MissingType::Nan
                } else {
                    missing
                },
                missing_left: !categorical && kind & MISSING_LEFT != 0,
                left: child(left[i]),
                right: child(right[i]),
                gain: gains[i],
                value: values[i],
                weight: weights[i],
                count: counts[i],
            })
        })
        .collect()
}

/// Which values a decision type takes for missing.
fn missing(kind: u8) -> Option<MissingType> {
    match kind & !(CATEGORICAL | MISSING_LEFT) {
        0 => Some(MissingType::Never),
        ZERO => Some(MissingType::Zero),
        NAN => Some(MissingType::Nan),
        _ => None,
    }
}

/// Nodes count up from 0, leaves down from -1.
fn child(index: i32) -> Child {
    if index < 0 {
        Child::Leaf(!index as u32)
    } else {
        Child::Node(index as u32)
    }
}

/// Categories are below 2^31.
const MOST_WORDS: usize = 1 << 26;

/// The sets of categories that the tree's nodes refer to. Each has one node: a set for many of them
/// would let a short text ask for much memory.
fn read_sets(section: &Section<'_>) -> Result<Vec<Option<Categories>>> {
    let count: usize = match section.find("num_cat") {
        Some(_) => section.number("num_cat")?,
        None => 0,
    };
    if count == 0 {
        return Ok(Vec::new());
    }
    let (line, found) = section.text("cat_boundaries")?;
    let bounds: Vec<usize> = section.list("cat_boundaries", count.saturating_add(1))?;
    let total = bounds.last().copied().unwrap_or(0);
    let words: Vec<u32> = section.list("cat_threshold", total)?;
    bounds
        .windows(2)
        .map(|w| {
            let own = words.get(w[0]..w[1]).filter(|own| own.len() <= MOST_WORDS);
            let own = own.ok_or_else(|| fault(line, "ascending boundaries", found))?;
            Ok(Some(Categories::from_words(own.iter().copied())))
        })
        .collect()
}

fn take_set(sets: &mut [Option<Categories>], index: f64) -> Option<Categories> {
    let at = index as usize;
    if at as f64 != index {
        return None;
    }
    sets.get_mut(at)?.take()
}
