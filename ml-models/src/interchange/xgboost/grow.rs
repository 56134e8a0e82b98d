//! One tree of a file, as a tree of ours.

use std::collections::VecDeque;

use ml_data::{Error, Result};

use super::FORMAT;
use super::value::Place;
use crate::interchange::single;
use crate::tree::{Categories, Child, Condition, Leaf, MissingType, Node, Tree};

/// Categories end here, as in XGBoost.
pub(super) const MOST_CATEGORIES: i64 = 1 << 24;

/// The columns of a tree: one entry a node, leaves included.
struct Columns {
    left: Vec<i64>,
    right: Vec<i64>,
    features: Vec<i64>,
    conditions: Vec<f64>,
    default_left: Vec<i64>,
    gains: Vec<f64>,
    hessians: Vec<f64>,
    sets: Vec<Option<Categories>>,
}

impl Columns {
    fn read(place: &Place<'_>) -> Result<Self> {
        let param = place.get("tree_param")?;
        if let Some(size) = param.find("size_leaf_vector")?
            && size.count()? > 1
        {
            return Err(Error::Unsupported {
                step: FORMAT,
                what: "vectors in the leaves".into(),
                why: "a leaf is a number here".into(),
            });
        }
        let left = place.get("left_children")?.wholes()?;
        let n = left.len();
        let numbers = |key: &str| {
            let column = place.get(key)?;
            let numbers = column.exactly(n, column.numbers()?)?;
            // They are single precision, whatever their decimals say.
            let single = numbers.iter().map(|&x| f64::from(x as f32));
            Ok::<Vec<f64>, Error>(single.collect())
        };
        let wholes = |key: &str| {
            let column = place.get(key)?;
            column.exactly(n, column.numbers()?)?;
            column.wholes()
        };
        Ok(Self {
            right: wholes("right_children")?,
            features: wholes("split_indices")?,
            conditions: numbers("split_conditions")?,
            default_left: wholes("default_left")?,
            gains: numbers("loss_changes")?,
            hessians: numbers("sum_hessian")?,
            sets: sets(place, n)?,
            left,
        })
    }
}

/// The categories of each node that has some.
fn sets(place: &Place<'_>, n: usize) -> Result<Vec<Option<Categories>>> {
    let mut sets = vec![None; n];
    let Some(nodes) = place.find("categories_nodes")? else {
        return Ok(sets);
    };
    let categories = place.get("categories")?;
    let (segments, sizes) = (
        place.get("categories_segments")?,
        place.get("categories_sizes")?,
    );
    let (all, starts, lengths) = (categories.wholes()?, segments.wholes()?, sizes.wholes()?);
    let mut left = all.len();
    for (i, node) in nodes.wholes()?.into_iter().enumerate() {
        let slot = usize::try_from(node).ok().and_then(|n| sets.get_mut(n));
        let slot = slot.ok_or_else(|| nodes.fault("nodes of the tree", node.to_string()))?;
        let own = (|| {
            let start = usize::try_from(*starts.get(i)?).ok()?;
            let end = start.checked_add(usize::try_from(*lengths.get(i)?).ok()?)?;
            all.get(start..end)
        })();
        let own = own.ok_or_else(|| segments.fault("segments of `categories`", i.to_string()))?;
        let wrong = own.iter().find(|c| !(0..MOST_CATEGORIES).contains(c));
        if let Some(wrong) = wrong {
            return Err(categories.fault("categories from 0 to 16777215", wrong.to_string()));
        }
        // Segments that overlap would let a short file ask for much memory.
        left = left.checked_sub(own.len()).ok_or_else(|| {
            segments.fault("segments of their own", format!("node {node} shares some"))
        })?;
        *slot = Some(own.iter().map(|&c| c as u32).collect());
    }
    Ok(sets)
}

/// A tree whose leaf values are multiplied by `scale`. Leaves are numbered in the order of
/// XGBoost's nodes.
pub(super) fn read(place: &Place<'_>, scale: f64) -> Result<Tree> {
    let columns = Columns::read(place)?;
    let order = order(place, &columns)?;
    let mut leaf_ids: Vec<usize> = order
        .iter()
        .copied()
        .filter(|&i| columns.left[i] < 0)
        .collect();
    leaf_ids.sort_unstable();
    let mut child_of = vec![Child::Leaf(0); columns.left.len()];
    for (k, &id) in leaf_ids.iter().enumerate() {
        child_of[id] = Child::Leaf(k as u32);
    }
    let node_ids: Vec<usize> = order
        .iter()
        .copied()
        .filter(|&i| columns.left[i] >= 0)
        .collect();
    for (k, &id) in node_ids.iter().enumerate() {
        child_of[id] = Child::Node(k as u32);
    }
    let leaves: Vec<Leaf> = leaf_ids
        .iter()
        .map(|&i| Leaf {
            value: columns.conditions[i] * scale,
            weight: columns.hessians[i],
            count: 0,
        })
        .collect();
    let mut nodes = Vec::with_capacity(node_ids.len());
    for &i in &node_ids {
        nodes.push(node(place, &columns, i, &child_of)?);
    }
    fill_values(&mut nodes, &leaves);
    Tree::new(nodes, leaves, 1.0).map_err(|flaw| place.fault("a tree", flaw))
}

/// The nodes that can be reached, parents before children.
fn order(place: &Place<'_>, columns: &Columns) -> Result<Vec<usize>> {
    let n = columns.left.len();
    let mut seen = vec![false; n];
    let mut order = Vec::new();
    let mut queue = VecDeque::from([0_i64]);
    while let Some(id) = queue.pop_front() {
        let at = usize::try_from(id).ok().filter(|&at| at < n && !seen[at]);
        let at = at.ok_or_else(|| place.fault("nodes that form a tree", format!("child {id}")))?;
        seen[at] = true;
        order.push(at);
        if columns.left[at] >= 0 {
            queue.extend([columns.left[at], columns.right[at]]);
        }
    }
    Ok(order)
}

fn node(place: &Place<'_>, columns: &Columns, i: usize, child_of: &[Child]) -> Result<Node> {
    let sides = [columns.left[i] as usize, columns.right[i] as usize].map(|c| child_of[c]);
    let default_left = columns.default_left[i] != 0;
    // Categories of the set go right there, and left here.
    let (test, [left, right], missing_left) = match &columns.sets[i] {
        Some(set) => {
            let [left, right] = sides;
            (
                Condition::Categories(set.clone()),
                [right, left],
                !default_left,
            )
        }
        None => {
            let limit = columns.conditions[i] as f32;
            let threshold = single::below(limit).filter(|t| t.is_finite());
            let threshold =
                threshold.ok_or_else(|| place.fault("numbers to split at", limit.to_string()))?;
            (Condition::Threshold(threshold), sides, default_left)
        }
    };
    let feature = u32::try_from(columns.features[i])
        .map_err(|_| place.fault("features from 0 up", columns.features[i].to_string()))?;
    Ok(Node {
        feature,
        test,
        missing: MissingType::Nan,
        missing_left,
        left,
        right,
        gain: columns.gains[i],
        value: 0.0,
        weight: columns.hessians[i],
        count: 0,
    })
}

/// Nodes get the mean of the leaves below, weighted by their hessians: what the file says of them
/// lacks the learning rate.
fn fill_values(nodes: &mut [Node], leaves: &[Leaf]) {
    for i in (0..nodes.len()).rev() {
        let of = |child| match child {
            Child::Leaf(l) => (leaves[l as usize].value, leaves[l as usize].weight),
            Child::Node(n) => (nodes[n as usize].value, nodes[n as usize].weight),
        };
        let (a, b) = (of(nodes[i].left), of(nodes[i].right));
        let weight = a.1 + b.1;
        nodes[i].value = if weight > 0.0 {
            (a.0 * a.1 + b.0 * b.1) / weight
        } else {
            0.5 * (a.0 + b.0)
        };
    }
}
