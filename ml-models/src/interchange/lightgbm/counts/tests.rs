use super::*;
use crate::tree::{Condition, Leaf, MissingType, Node};

/// Two splits in a row: covers and rows of the nodes, then of the leaves.
fn tree(nodes: [(f64, u64); 2], leaves: [(f64, u64); 3]) -> Tree {
    let node = |i: usize| Node {
        feature: 0,
        test: Condition::Threshold(i as f64),
        missing: MissingType::Nan,
        missing_left: false,
        left: Child::Leaf(i as u32),
        right: [Child::Node(1), Child::Leaf(2)][i],
        gain: 1.0,
        value: 0.0,
        weight: nodes[i].0,
        count: nodes[i].1,
    };
    let leaf = |(weight, count)| Leaf {
        value: 0.0,
        weight,
        count,
    };
    Tree::new(vec![node(0), node(1)], leaves.map(leaf).to_vec(), 1.0).unwrap()
}

#[test]
fn counts_of_32_bits_are_kept() {
    let most = i32::MAX as u64;
    let own = tree([(1.0, most), (1.0, 5)], [(1.0, 1), (1.0, most), (1.0, 4)]);
    assert_eq!(counts(&own), (vec![most, 5], vec![1, most, 4]));
    let leaf = Tree::new(vec![], vec![own.leaves()[0]], 1.0).unwrap();
    assert_eq!(counts(&leaf), (vec![], vec![1]));
}

/// Covers of 2, 4.5 and 1.5, so 4, 9 and 3 sixteenths of 2^30, though the root says 10.
#[test]
fn uncounted_trees_have_rows_as_their_covers() {
    let part = 1 << 26;
    let want = (
        vec![16 * part, 12 * part],
        vec![4 * part, 9 * part, 3 * part],
    );
    let covers = |root| tree([(root, 0), (6.0, 0)], [(2.0, 0), (4.5, 0), (1.5, 0)]);
    assert_eq!(counts(&covers(8.0)), want);
    assert_eq!(counts(&covers(10.0)), want);
}

#[test]
fn counts_that_lightgbm_can_not_hold_are_scaled() {
    // One leaf of no rows: it gets the least that is more.
    let some = tree([(1.0, 8), (1.0, 4)], [(1.0, 4), (1.0, 4), (1.0, 0)]);
    let (nodes, leaves) = counts(&some);
    assert_eq!((leaves[0], nodes[1]), (1 << 29, leaves[1] + leaves[2]));
    assert!(leaves[2] >= 1 && leaves[2] < 1 << 12 && nodes[0] == leaves[0] + nodes[1]);
    let large = 1 << 33;
    let many = tree(
        [(1.0, 4 * large), (1.0, 3 * large)],
        [(1.0, large), (1.0, large), (1.0, 2 * large)],
    );
    let part = 1 << 28;
    assert_eq!(
        counts(&many),
        (vec![4 * part, 3 * part], vec![part, part, 2 * part])
    );
    let above = i32::MAX as u64 + 1;
    let one = tree(
        [(1.0, above), (1.0, above / 2)],
        [(1.0, above / 2), (1.0, above / 4), (1.0, above / 4)],
    );
    assert_eq!(counts(&one).0, [1 << 30, 1 << 29]);
}
