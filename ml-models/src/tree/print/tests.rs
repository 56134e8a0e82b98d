use ml_data::repr::Names;

use super::*;
use crate::tree::Leaf;

fn tree() -> Tree {
    let node = |feature, test, missing_left, left, right| Node {
        feature,
        test,
        missing: MissingType::Nan,
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

/// Worked out by hand: two leaves 118 apart and a margin of 12 make 260 by 148, the root is drawn
/// above the middle of its leaves, the boxes are 14 narrower than the distance of leaves.
#[test]
fn a_stump_is_drawn_number_by_number() {
    let names = Names::new(["age"]);
    let mut nodes = tree().nodes;
    nodes.truncate(1);
    (nodes[0].missing_left, nodes[0].missing) = (false, MissingType::Zero);
    nodes[0].left = Child::Leaf(0);
    let leaves = vec![tree().leaves[0], tree().leaves[1]];
    let stump = Tree::new(nodes, leaves, 1.0).unwrap();
    let frame = "stroke=\"#98a4b0\"/>";
    let rect = |x, y, round, fill| {
        format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"104.0\" height=\"40\" rx=\"{round}\" fill=\"{fill}\" {frame}"
        )
    };
    let text = |x, y, text| format!("<text x=\"{x}\" y=\"{y}\" fill=\"#27323c\">{text}</text>");
    let grey = |x, y, text| {
        format!("<text x=\"{x}\" y=\"{y}\" fill=\"#6b7884\" font-size=\"10\">{text}</text>")
    };
    let want = [
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 260 148\" width=\"260\" height=\"148\" \
         role=\"img\" aria-label=\"decision tree\" font-family=\"system-ui,sans-serif\" font-size=\"12\" \
         text-anchor=\"middle\">"
            .to_owned(),
        format!("<line x1=\"130.0\" y1=\"52.0\" x2=\"71.0\" y2=\"96.0\" {frame}"),
        grey("88.5", "74.0", "yes"),
        format!("<line x1=\"130.0\" y1=\"52.0\" x2=\"189.0\" y2=\"96.0\" {frame}"),
        grey("171.5", "74.0", "no"),
        rect("78.0", "12.0", 4, "#f4f6f8"),
        text("130.0", "29.0", "age &lt;= 0.50"),
        text("130.0", "44.0", "rows 10"),
        rect("19.0", "96.0", 14, "#dcebf7"),
        text("71.0", "113.0", "-1.00"),
        text("71.0", "128.0", "rows 2"),
        rect("137.0", "96.0", 14, "#fbe9d3"),
        text("189.0", "113.0", "0.25"),
        text("189.0", "128.0", "rows 4"),
        "</svg>".to_owned(),
    ];
    assert_eq!(Printer::new(&names).svg(&stump), want.concat());
    // Lines of 42 letters of 6.6 and 24 more: leaves are 301.2 apart.
    let long = Names::new(["a name of more than twenty letters"; 1]);
    let svg = Printer::new(&long).svg(&stump);
    assert!(svg.contains("viewBox=\"0 0 626 148\""), "{svg}");
}

#[test]
fn drawings_are_cut_below_the_deepest_level_to_print() {
    let names = Names::numbered(2);
    let svg = Printer::new(&names).max_depth(1).svg(&tree());
    assert_eq!(svg.matches("<rect ").count(), 3);
    assert!(svg.contains(">...</text>"), "{svg}");
    let all = Printer::new(&names).svg(&tree());
    // Four levels.
    assert!(all.contains("viewBox=\"0 0 674 316\""), "{all}");
}

#[test]
fn whole_graphs_are_as_graphviz_reads_them() {
    let names = Names::new(["a\\b", "two\nlines"]);
    let head = "digraph tree {\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n  \
                edge [fontname=\"sans-serif\"];\n";
    let body = r#"  node0 [label="a\\b <= 0.5 or missing\ngain 2.5\nrows 10"];
  node0 -> node1 [label="yes"];
  node0 -> leaf1 [label="no"];
  node1 [label="two lines in {1, 4}\ngain 2.5\nrows 10"];
  node1 -> leaf0 [label="yes"];
  node1 -> node2 [label="no"];
  leaf0 [label="-1.0\nrows 2", shape=ellipse];
  node2 [label="x7 is not missing\ngain 2.5\nrows 10"];
  node2 -> leaf2 [label="yes"];
  node2 -> leaf3 [label="no"];
  leaf2 [label="1.0\nrows 1", shape=ellipse];
  leaf3 [label="2.0\nrows 3", shape=ellipse];
  leaf1 [label="0.2\nrows 4", shape=ellipse];
}
"#;
    let dot = Printer::new(&names).decimals(1).dot(&tree());
    assert_eq!(dot, format!("{head}{body}"));
}

/// At the limit nothing is cut.
#[test]
fn twelve_categories_are_spelled_out_and_a_zero_is_missing() {
    let names = Names::numbered(1);
    let mut tree = tree();
    tree.nodes[0].test = Condition::Categories((0..12).collect());
    tree.nodes[2].missing = MissingType::Zero;
    let text = Printer::new(&names).text(&tree);
    assert!(text.contains("8, 9, 10, 11} or missing\n"), "{text}");
    assert!(text.contains("|--- x7 is not missing or 0\n"), "{text}");
    assert!(text.contains("|--- x7 is missing or 0\n"), "{text}");
    tree.nodes[0].missing = MissingType::Never;
    tree.nodes[0].test = Condition::Threshold(0.5);
    let text = Printer::new(&names).text(&tree);
    assert!(text.starts_with("|--- x0 <= 0.50\n"), "{text}");
    let cut = Printer::new(&names).max_depth(0).text(&tree);
    assert_eq!(cut, "|--- truncated branch of depth 3\n");
    for depth in [2, 3] {
        let cut = Printer::new(&names).max_depth(depth).text(&tree);
        assert_eq!(cut.contains("truncated branch of depth 1"), depth == 2);
    }
}

/// XGBoost's files have sums of hessians alone.
#[test]
fn uncounted_trees_show_their_cover() {
    let mut tree = tree();
    tree.nodes.iter_mut().for_each(|node| node.count = 0);
    tree.leaves.iter_mut().for_each(|leaf| leaf.count = 0);
    tree.leaves[1].weight = 0.1;
    let dot = Printer::new(&Names::numbered(1)).dot(&tree);
    assert!(
        dot.contains("leaf1 [label=\"0.25\\ncover 0.1\", shape=ellipse];"),
        "{dot}"
    );
    assert!(dot.contains("\\ngain 2.50\\ncover 10\"];"), "{dot}");
}
