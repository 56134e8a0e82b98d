//! Numbers as ranks among the thresholds they are compared with.

use super::question::{Question, Sets};
use crate::tree::kernel::Thresholds;
use crate::tree::node::ZERO;
use crate::tree::{Condition, MissingType, Node};

/// Cut points of a slot, at most: with the interval above them and missing values they make 256
/// ranks.
const CUTS: usize = 254;

/// Some of a feature's cut points.
#[derive(Debug, Clone)]
pub(super) struct Numbers {
    /// Ascending. The rank of a value is the number of cuts below it.
    cuts: Vec<f64>,
}

impl Numbers {
    /// Divides a feature's nodes, by ascending threshold, into stretches that share at most
    /// [`CUTS`] cut points; `nodes` are put into that order. The stretches are given by their
    /// lengths.
    pub(super) fn divide(nodes: &mut [(&Node, usize)]) -> Vec<(Self, usize)> {
        nodes.sort_by(|a, b| threshold(a.0).total_cmp(&threshold(b.0)));
        let (mut all, mut cuts, mut len, mut zeros) = (Vec::new(), Vec::new(), 0, false);
        for (node, _) in nodes.iter() {
            let cut = match node.test {
                Condition::Threshold(t) if cuts.last() != Some(&t) => Some(t),
                _ => None,
            };
            let zero = node.missing == MissingType::Zero;
            if cuts.len() + usize::from(cut.is_some()) + 2 * usize::from(zeros || zero) > CUTS {
                all.push((Self::new(std::mem::take(&mut cuts), zeros), len));
                (len, zeros) = (0, false);
            }
            if let Condition::Threshold(t) = node.test
                && cuts.last() != Some(&t)
            {
                cuts.push(t);
            }
            zeros |= zero;
            len += 1;
        }
        all.push((Self::new(cuts, zeros), len));
        all
    }

    /// With cuts around zero, where a node takes zero for missing.
    fn new(mut cuts: Vec<f64>, zeros: bool) -> Self {
        if zeros {
            cuts.extend([(-ZERO).next_down(), ZERO]);
            cuts.sort_unstable_by(f64::total_cmp);
        }
        cuts.dedup();
        Self { cuts }
    }

    pub(super) fn thresholds(&self) -> Box<Thresholds> {
        Thresholds::new(&self.cuts)
    }

    /// The question of a node of the stretch.
    pub(super) fn question(&self, node: &Node, sets: &mut Sets) -> Question {
        if let (Condition::Threshold(t), MissingType::Nan | MissingType::Never) =
            (&node.test, node.missing)
        {
            // The general way would find the same, asking up to 255 times.
            return Question::Prefix {
                limit: self.cuts.partition_point(|cut| cut < t) as u8,
                missing_left: node.goes_left(f64::NAN),
            };
        }
        sets.ask(node, self.cuts.iter().copied().chain([f64::INFINITY]))
    }
}

/// The threshold of a node; nodes that do not compare come first.
fn threshold(node: &Node) -> f64 {
    match node.test {
        Condition::Threshold(t) => t,
        _ => f64::NEG_INFINITY,
    }
}
