//! A tree: its splits and its leaves.

use serde::{Deserialize, Serialize};

use super::node::{Child, Condition, Node};

/// One tree of an ensemble.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    pub(crate) nodes: Vec<Node>,
    pub(crate) leaves: Vec<Leaf>,
    pub(crate) shrinkage: f64,
}

/// A leaf of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Leaf {
    /// Value that it adds to the score, learning rate included.
    pub value: f64,
    /// Sum of the hessians of the training rows that came here.
    pub weight: f64,
    /// Training rows that came here; 0 in the whole tree where they were not counted, as in
    /// XGBoost's files.
    pub count: u64,
}

impl Tree {
    /// From splits, the root first, and leaves; without splits there is one leaf. `shrinkage` is
    /// the learning rate that the values already contain.
    ///
    /// # Errors
    /// Nodes and leaves that are no tree, with the reason.
    pub fn new(nodes: Vec<Node>, leaves: Vec<Leaf>, shrinkage: f64) -> Result<Self, &'static str> {
        let tree = Self {
            nodes,
            leaves,
            shrinkage,
        };
        match tree.flaw(usize::MAX) {
            Some(flaw) => Err(flaw),
            None => Ok(tree),
        }
    }

    /// The splits, the root first; empty where the tree is a single leaf.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The leaves.
    #[must_use]
    pub fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    /// The learning rate that the leaf values contain.
    #[must_use]
    pub fn shrinkage(&self) -> f64 {
        self.shrinkage
    }

    /// The root: a node, or the only leaf.
    #[must_use]
    pub fn root(&self) -> Child {
        if self.nodes.is_empty() {
            Child::Leaf(0)
        } else {
            Child::Node(0)
        }
    }

    /// The leaf of a row, by going down one split after the other: the definition that faster ways
    /// are tested against.
    #[must_use]
    pub fn leaf_of(&self, value: impl Fn(usize) -> f64) -> usize {
        let mut at = self.root();
        loop {
            match at {
                Child::Leaf(leaf) => return leaf as usize,
                Child::Node(node) => {
                    let node = &self.nodes[node as usize];
                    at = if node.goes_left(value(node.feature as usize)) {
                        node.left
                    } else {
                        node.right
                    };
                }
            }
        }
    }

    /// Splits on the longest way down.
    #[must_use]
    pub fn depth(&self) -> usize {
        let mut depths = vec![1; self.nodes.len()];
        let mut deepest = 0;
        for (i, node) in self.nodes.iter().enumerate() {
            deepest = deepest.max(depths[i]);
            for child in [node.left, node.right] {
                if let Child::Node(c) = child {
                    depths[c as usize] = depths[i] + 1;
                }
            }
        }
        deepest
    }

    /// Adds a constant to every value of the tree.
    pub(crate) fn shift(&mut self, by: f64) {
        self.nodes.iter_mut().for_each(|n| n.value += by);
        self.leaves.iter_mut().for_each(|l| l.value += by);
    }

    /// Multiplies every value of the tree, and with them its shrinkage.
    pub(crate) fn scale(&mut self, by: f64) {
        self.nodes.iter_mut().for_each(|n| n.value *= by);
        self.leaves.iter_mut().for_each(|l| l.value *= by);
        self.shrinkage *= by;
    }

    /// The fault of a tree that was read from a file, if it has one.
    pub(crate) fn flaw(&self, features: usize) -> Option<&'static str> {
        if self.leaves.len() != self.nodes.len() + 1 {
            return Some("a tree must have one leaf more than nodes");
        }
        let mut seen = (
            vec![false; self.nodes.len()],
            vec![false; self.leaves.len()],
        );
        for (i, node) in self.nodes.iter().enumerate() {
            if node.feature as usize >= features {
                return Some("a node reads a feature that the model does not have");
            }
            if matches!(node.test, Condition::Threshold(t) if !t.is_finite()) {
                return Some("a threshold is not finite");
            }
            for child in [node.left, node.right] {
                let first = match child {
                    Child::Node(c) if c as usize > i => seen.0.get_mut(c as usize),
                    Child::Node(_) => None,
                    Child::Leaf(c) => seen.1.get_mut(c as usize),
                };
                match first {
                    Some(seen) if !*seen => *seen = true,
                    _ => return Some("the nodes of a tree do not form a tree"),
                }
            }
        }
        if self.leaves.iter().any(|l| !l.value.is_finite()) {
            return Some("a leaf value is not finite");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::node::MissingType;
    use super::*;

    fn stump() -> Tree {
        let node = Node {
            feature: 1,
            test: Condition::Threshold(2.0),
            missing: MissingType::Nan,
            missing_left: false,
            left: Child::Leaf(0),
            right: Child::Leaf(1),
            gain: 1.0,
            value: 0.1,
            weight: 9.0,
            count: 9,
        };
        let leaf = |value, count| Leaf {
            value,
            weight: count as f64,
            count,
        };
        Tree::new(vec![node], vec![leaf(-1.0, 4), leaf(1.0, 5)], 1.0).unwrap()
    }

    #[test]
    fn rows_find_their_leaf() {
        let leaf = |v: f64| stump().leaf_of(|f| if f == 1 { v } else { f64::NAN });
        assert_eq!(
            [2.0, f64::NEG_INFINITY, 2.5, f64::NAN].map(leaf),
            [0, 0, 1, 1]
        );
        assert_eq!(stump().depth(), 1);
        assert_eq!(
            Tree::new(vec![], vec![stump().leaves[0]], 1.0)
                .unwrap()
                .depth(),
            0
        );
    }

    #[test]
    fn broken_trees_are_named() {
        assert_eq!(stump().flaw(2), None);
        assert!(stump().flaw(1).is_some());
        let broken = |change: fn(&mut Tree)| {
            let mut t = stump();
            change(&mut t);
            t.flaw(2).is_some()
        };
        assert!(broken(|t| t.nodes[0].left = Child::Node(0)));
        assert!(broken(|t| t.nodes[0].left = Child::Leaf(1)));
        assert!(broken(|t| t.nodes[0].right = Child::Leaf(7)));
        assert!(broken(|t| t.leaves[0].value = f64::NAN));
        assert!(broken(
            |t| t.nodes[0].test = Condition::Threshold(f64::INFINITY)
        ));
        assert!(broken(|t| {
            t.leaves.pop();
        }));
    }
}
