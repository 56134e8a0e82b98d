use ml_data::repr::Names;

use super::*;
use crate::tree::Leaf;

fn tree() -> Tree {
    let node = |feature, test, missing_left, left, right| Node {
        feature,
        test,
        missing: Missing::Nan,
        missing_left,
        left,
        right,
        gain: 2.5,
        value: 0.0,
        weight: 10.0,
        count: 10,
    };
    let leaf = |value, count| Leaf {
        value,
        weight: 1.0,
        count,
    };
    let city = Condition::Categories([1, 4].into_iter().collect());
    Tree::new(
        vec![
            node(
                0,
                Condition::Threshold(0.5),
                true,
                Child::Node(1),
                Child::Leaf(1),
            ),
            node(1, city, false, Child::Leaf(0), Child::Node(2)),
            node(7, Condition::Present, false, Child::Leaf(2), Child::Leaf(3)),
        ],
        vec![leaf(-1.0, 2), leaf(0.25, 4), leaf(1.0, 1), leaf(2.0, 3)],
        1.0,
    )
    .unwrap()
}

#[test]
fn text_shows_every_condition() {
    let names = Names::new(["a<b", "city \"x\""]);
    let printer = Printer::new(&names).decimals(1);
    let want = "\
|--- a<b <= 0.5 or missing
|   |--- city \"x\" in {1, 4}
|   |   |--- value: -1.0 (rows 2)
|   |--- city \"x\" not in {1, 4} or missing
|   |   |--- x7 is not missing
|   |   |   |--- value: 1.0 (rows 1)
|   |   |--- x7 is missing
|   |   |   |--- value: 2.0 (rows 3)
|--- a<b >  0.5
|   |--- value: 0.2 (rows 4)
";
    assert_eq!(printer.text(&tree()), want);
    let cut = printer.max_depth(1).text(&tree());
    assert!(
        cut.contains("|   |--- truncated branch of depth 2\n"),
        "{cut}"
    );
    let stump = Tree::new(vec![], vec![tree().leaves[0]], 1.0).unwrap();
    assert_eq!(
        Printer::new(&names).text(&stump),
        "|--- value: -1.00 (rows 2)\n"
    );
}

#[test]
fn long_sets_are_cut() {
    let names = Names::numbered(1);
    let mut tree = tree();
    tree.nodes[0].test = Condition::Categories((0..20).collect());
    let text = Printer::new(&names).text(&tree);
    assert!(text.contains("10, 11, 8 more} or missing"), "{text}");
}

#[test]
fn graphs_name_every_node_once() {
    let names = Names::new(["a", "city \"x\""]);
    let dot = Printer::new(&names).dot(&tree());
    assert!(dot.starts_with("digraph tree {") && dot.ends_with("}\n"));
    assert!(dot.contains("node1 [label=\"city \\\"x\\\" in {1, 4}\\ngain 2.50\\nrows 10\"];"));
    assert!(dot.contains("node1 -> node2 [label=\"no\"];"));
    assert_eq!(dot.matches("->").count(), 6);
    assert_eq!(dot.matches("shape=ellipse").count(), 4);
    let cut = Printer::new(&names).max_depth(1).dot(&tree());
    assert!(cut.contains("node1 [label=\"...\", shape=plaintext];"));
    assert_eq!(cut.matches("->").count(), 2);
}

#[test]
fn drawings_have_a_box_for_every_node() {
    let names = Names::new(["a<b", "c"]);
    let svg = Printer::new(&names).svg(&tree());
    assert_eq!(svg.matches("<rect ").count(), 7);
    assert_eq!(svg.matches("<line ").count(), 6);
    assert!(svg.contains("a&lt;b &lt;= 0.50 or missing"));
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
    // The root stands above the middle of its children.
    let x = |text: &str| -> f64 {
        let at = svg.find(&format!(">{text}<")).unwrap();
        let from = svg[..at].rfind("x=\"").unwrap() + 3;
        svg[from..].split('"').next().unwrap().parse().unwrap()
    };
    let middle = (x("c in {1, 4}") + x("0.25")) / 2.0;
    assert!((x("a&lt;b &lt;= 0.50 or missing") - middle).abs() < 0.11);
}
