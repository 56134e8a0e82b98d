//! A split: what it asks of a value, and where it sends the row.

use serde::{Deserialize, Serialize};

use super::categories::Categories;

/// A child of a node: another node, or a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Child {
    /// Index of a node of the tree, always above the parent's.
    Node(u32),
    /// Index of a leaf.
    Leaf(u32),
}

/// A question about a value; yes is left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Condition {
    /// Is it at most the threshold?
    Threshold(f64),
    /// Is it there at all? Only missing values go right.
    Present,
    /// Is its category in the set? Categories are whole numbers; a value is cut to its whole part,
    /// and negative, huge and unknown ones are in no set.
    Categories(Categories),
}

/// Values that a split takes for missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MissingType {
    /// `NaN`.
    Nan,
    /// `NaN` and zero, as for sparse data.
    Zero,
    /// None: `NaN` counts as 0.
    Never,
}

/// A split of a tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Column of the feature matrix.
    pub feature: u32,
    /// The question about the value.
    pub test: Condition,
    /// The values that are missing; categories know `NaN` only.
    pub missing: MissingType,
    /// Whether missing values go left.
    pub missing_left: bool,
    /// The child for yes.
    pub left: Child,
    /// The child for no.
    pub right: Child,
    /// Gain of the split: of boosting twice the decrease of the regularised loss, to second order
    /// (LightGBM's split gain), of forests the weighted decrease of the impurity.
    pub gain: f64,
    /// Value that the node would add to the score were it a leaf.
    pub value: f64,
    /// Sum of the hessians of the training rows that came here.
    pub weight: f64,
    /// Training rows that came here; 0 in the whole tree where they were not counted, as in
    /// XGBoost's files.
    pub count: u64,
}

/// Values this close to zero are zero.
pub(crate) const ZERO: f64 = 1e-35_f32 as f64;

impl Node {
    /// Whether a row with this value goes left.
    #[must_use]
    pub fn goes_left(&self, value: f64) -> bool {
        let threshold = match &self.test {
            Condition::Categories(_) if value.is_nan() => return self.missing_left,
            Condition::Categories(set) => {
                return Categories::of(value).is_some_and(|c| set.contains(c));
            }
            Condition::Threshold(threshold) => *threshold,
            Condition::Present => f64::INFINITY,
        };
        match self.missing {
            MissingType::Nan if value.is_nan() => self.missing_left,
            MissingType::Zero if value.is_nan() || value.abs() <= ZERO => self.missing_left,
            _ if value.is_nan() => 0.0 <= threshold,
            _ => value <= threshold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(test: Condition, missing: MissingType, missing_left: bool) -> Node {
        Node {
            feature: 0,
            test,
            missing,
            missing_left,
            left: Child::Leaf(0),
            right: Child::Leaf(1),
            gain: 1.0,
            value: 0.0,
            weight: 2.0,
            count: 2,
        }
    }

    #[test]
    fn values_up_to_the_threshold_go_left_and_missing_ones_where_they_were_told() {
        let values = [
            2.0,
            f64::NEG_INFINITY,
            2.0_f64.next_up(),
            f64::INFINITY,
            f64::NAN,
            -0.0,
        ];
        let sides = |missing, left| {
            values.map(|v| node(Condition::Threshold(2.0), missing, left).goes_left(v))
        };
        assert_eq!(
            sides(MissingType::Nan, false),
            [true, true, false, false, false, true]
        );
        assert_eq!(
            sides(MissingType::Zero, false),
            [true, true, false, false, false, false]
        );
        assert_eq!(
            sides(MissingType::Never, false),
            [true, true, false, false, true, true]
        );
        let present = node(Condition::Present, MissingType::Nan, false);
        assert!(present.goes_left(f64::INFINITY) && !present.goes_left(f64::NAN));
    }

    #[test]
    fn categories_in_the_set_go_left() {
        let set = Condition::Categories([1, 40].into_iter().collect());
        let node = node(set, MissingType::Nan, false);
        let sides =
            [1.0, 1.9, 40.0, 2.0, -1.0, f64::NAN, f64::INFINITY, 1e12].map(|v| node.goes_left(v));
        assert_eq!(sides, [true, true, true, false, false, false, false, false]);
    }
}
