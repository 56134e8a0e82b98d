use linfa::prelude::*;
use linfa_trees::DecisionTree;
use ndarray::{Array1, Array2};

fn main() {
    let x = Array2::from_shape_fn((1000, 2), |(i, j)| ((2 * i + j) % 97) as f64);
    let y: Array1<usize> = (0..1000).map(|i| usize::from(i % 97 > 48)).collect();
    let fitted = DecisionTree::params().fit(&linfa::Dataset::new(x, y));
    println!("{:?}", fitted.map(|tree| tree.num_leaves()));
}
