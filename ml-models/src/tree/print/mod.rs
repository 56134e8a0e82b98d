//! Trees for people to read: as text, as a Graphviz graph, as a drawing.

mod dot;
mod svg;
#[cfg(test)]
mod tests;
mod text;

use ml_data::repr::Names;

use super::node::{Child, Condition, MissingType, Node};
use super::shape::Tree;

/// Prints trees.
///
/// ```
/// use ml_data::repr::Names;
/// use ml_models::tree::{Child, Leaf, MissingType, Node, Printer, Condition, Tree};
/// let leaf = |value, count| Leaf { value, weight: 1.0, count };
/// let root = Node {
///     feature: 0,
///     test: Condition::Threshold(2.5),
///     missing: MissingType::Nan,
///     missing_left: false,
///     left: Child::Leaf(0),
///     right: Child::Leaf(1),
///     gain: 3.0,
///     value: 0.0,
///     weight: 9.0,
///     count: 9,
/// };
/// let tree = Tree::new(vec![root], vec![leaf(-1.0, 4), leaf(1.0, 5)], 1.0)?;
/// let names = Names::new(["age"]);
/// let text = Printer::new(&names).text(&tree);
/// assert_eq!(
///     text,
///     "|--- age <= 2.50\n|   |--- value: -1.00 (rows 4)\n|--- age >  2.50 or missing\n|   |--- value: 1.00 (rows 5)\n",
/// );
/// assert!(Printer::new(&names).svg(&tree).starts_with("<svg "));
/// # Ok::<(), &'static str>(())
/// ```
#[derive(Debug, Clone)]
pub struct Printer<'a> {
    names: &'a Names,
    max_depth: usize,
    decimals: usize,
}

/// Categories that are spelled out, at most.
const CATEGORIES: usize = 12;

impl<'a> Printer<'a> {
    /// With the names of the feature columns; features beyond them are called by their number.
    #[must_use]
    pub fn new(names: &'a Names) -> Self {
        Self {
            names,
            max_depth: 10,
            decimals: 2,
        }
    }

    /// Splits above one another that are printed, at most; what is below is cut off. Default 10.
    #[must_use]
    pub fn max_depth(mut self, max_depth: usize) -> Self {
        self.max_depth = max_depth;
        self
    }

    /// Decimals of thresholds and values. Default 2.
    #[must_use]
    pub fn decimals(mut self, decimals: usize) -> Self {
        self.decimals = decimals;
        self
    }

    fn number(&self, x: f64) -> String {
        format!("{x:.*}", self.decimals)
    }

    /// The condition on values that a node sends to one side.
    fn condition(&self, node: &Node, left: bool) -> String {
        let column = node.feature as usize;
        let name = match column < self.names.len() {
            true => self.names.get(column).to_owned(),
            false => format!("x{column}"),
        };
        let missing = match node.missing {
            MissingType::Zero => "missing or 0",
            _ => "missing",
        };
        let alone = match &node.test {
            Condition::Present if left => return format!("{name} is not {missing}"),
            Condition::Present => return format!("{name} is {missing}"),
            Condition::Threshold(t) if left => format!("{name} <= {}", self.number(*t)),
            Condition::Threshold(t) => format!("{name} >  {}", self.number(*t)),
            Condition::Categories(set) => {
                let mut some: Vec<String> = set.iter().map(|c| c.to_string()).collect();
                if some.len() > CATEGORIES {
                    let more = some.len() - CATEGORIES;
                    some.truncate(CATEGORIES);
                    some.push(format!("{more} more"));
                }
                let not = if left { "" } else { "not " };
                format!("{name} {not}in {{{}}}", some.join(", "))
            }
        };
        let apart =
            node.missing != MissingType::Never || matches!(node.test, Condition::Categories(_));
        if apart && node.missing_left == left {
            format!("{alone} or {missing}")
        } else {
            alone
        }
    }
}

/// Amount of training data that came to a part of a tree.
fn cover(tree: &Tree, child: Child) -> String {
    let cover = tree.cover(child);
    if tree.is_counted() {
        format!("rows {cover}")
    } else {
        // XGBoost's own precision: the digits that it was written with.
        format!("cover {}", cover as f32)
    }
}

/// Splits on the longest way down from each node.
fn depths(tree: &Tree) -> Vec<usize> {
    let mut depths = vec![1; tree.nodes.len()];
    for (n, node) in tree.nodes.iter().enumerate().rev() {
        for child in [node.left, node.right] {
            if let Child::Node(c) = child {
                depths[n] = depths[n].max(depths[c as usize] + 1);
            }
        }
    }
    depths
}
