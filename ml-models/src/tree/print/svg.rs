//! As a drawing: nodes above their children, leaves side by side.

use std::fmt::Write;

use super::{Printer, cover};
use crate::tree::{Child, Tree};

/// Distance of neighbouring leaves, and of levels.
const ACROSS: f64 = 118.0;
const DOWN: f64 = 84.0;
/// Height of a box, and room around the drawing.
const BOX: f64 = 40.0;
const MARGIN: f64 = 12.0;
/// Width of a letter, about.
const LETTER: f64 = 6.6;

/// Something to draw.
struct Place {
    child: Child,
    depth: usize,
    /// The place of the parent, and whether this is its left child.
    parent: Option<(usize, bool)>,
    /// Middle.
    x: f64,
    /// Nothing below it is drawn.
    last: bool,
}

impl Printer<'_> {
    /// The tree as a picture, for small trees; set [`max_depth`](Self::max_depth) for others.
    /// Leaves are blue where they lower the score and orange where they raise it.
    #[must_use]
    pub fn svg(&self, tree: &Tree) -> String {
        let places = self.places(tree);
        let levels = places.iter().map(|p| p.depth + 1).max().unwrap_or(1);
        let lasts = places.iter().filter(|p| p.last).count();
        let widest = (places.iter())
            .map(|p| {
                self.lines(tree, p)
                    .iter()
                    .map(|l| l.chars().count())
                    .max()
                    .unwrap_or(0)
            })
            .max()
            .unwrap_or(0);
        let step = ACROSS.max(widest as f64 * LETTER + 24.0);
        let width = 2.0 * MARGIN + lasts as f64 * step;
        let height = 2.0 * MARGIN + BOX + (levels - 1) as f64 * DOWN;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" \
             role=\"img\" aria-label=\"decision tree\" font-family=\"system-ui,sans-serif\" font-size=\"12\" text-anchor=\"middle\">"
        );
        let at = |p: &Place| (MARGIN + p.x * step, MARGIN + p.depth as f64 * DOWN);
        for place in &places {
            let Some((parent, left)) = place.parent else {
                continue;
            };
            let ((x1, y1), (x2, y2)) = (at(&places[parent]), at(place));
            let (y1, answer) = (y1 + BOX, if left { "yes" } else { "no" });
            let side = if left { -12.0 } else { 12.0 };
            let _ = write!(
                out,
                "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"#98a4b0\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" fill=\"#6b7884\" font-size=\"10\">{answer}</text>",
                (x1 + x2) / 2.0 + side,
                (y1 + y2) / 2.0,
            );
        }
        for place in &places {
            self.draw(tree, place, at(place), step - 14.0, &mut out);
        }
        out + "</svg>"
    }

    /// Places of all boxes, parents first.
    fn places(&self, tree: &Tree) -> Vec<Place> {
        let mut places = Vec::new();
        let mut waiting = vec![(tree.root(), 0, None)];
        let mut lasts = 0.0;
        while let Some((child, depth, parent)) = waiting.pop() {
            let here = places.len();
            let last = match child {
                Child::Node(n) if depth < self.max_depth => {
                    let node = &tree.nodes[n as usize];
                    waiting.push((node.right, depth + 1, Some((here, false))));
                    waiting.push((node.left, depth + 1, Some((here, true))));
                    false
                }
                _ => true,
            };
            if last {
                lasts += 1.0;
            }
            places.push(Place {
                child,
                depth,
                parent,
                x: if last { lasts - 0.5 } else { 0.0 },
                last,
            });
        }
        // Parents go above the middle of their children.
        for i in (0..places.len()).rev() {
            let x = places[i].x;
            if let Some((parent, _)) = places[i].parent {
                places[parent].x += x / 2.0;
            }
        }
        places
    }

    /// Text of a box.
    fn lines(&self, tree: &Tree, place: &Place) -> Vec<String> {
        match place.child {
            Child::Leaf(l) => {
                let leaf = &tree.leaves[l as usize];
                vec![self.number(leaf.value), cover(tree, place.child)]
            }
            Child::Node(_) if place.last => vec!["...".into()],
            Child::Node(n) => {
                let node = &tree.nodes[n as usize];
                vec![self.condition(node, true), cover(tree, place.child)]
            }
        }
    }

    fn draw(&self, tree: &Tree, place: &Place, (x, y): (f64, f64), width: f64, out: &mut String) {
        let (fill, round) = match place.child {
            Child::Leaf(l) if tree.leaves[l as usize].value < 0.0 => ("#dcebf7", 14),
            Child::Leaf(_) => ("#fbe9d3", 14),
            Child::Node(_) => ("#f4f6f8", 4),
        };
        let _ = write!(
            out,
            "<rect x=\"{:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{BOX}\" rx=\"{round}\" fill=\"{fill}\" stroke=\"#98a4b0\"/>",
            x - width / 2.0,
        );
        for (k, line) in self.lines(tree, place).iter().enumerate() {
            let y = y + 17.0 + 15.0 * k as f64;
            let _ = write!(
                out,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"#27323c\">{}</text>",
                escape(line)
            );
        }
    }
}

/// Text within elements.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
