//! Every setting of the ladder in one place. Chosen by NDCG@10 on the validation window; the test
//! window had no say.

use ml_pipeline::models::ensemble::Fusion;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// After how many days a purchase says half of what it said, to popularity and to the factors.
    pub popularity_half_life: f64,
    pub taste_half_life: f64,
    pub factors: usize,
    pub regularization: f64,
    pub alpha: f32,
    pub als_iterations: usize,
    /// Windows of the past that boosting and the network learn from.
    pub train_windows: usize,
    /// Items drawn for each buyer of a training window beside those bought.
    pub negatives: usize,
    pub rounds: usize,
    pub boosting_rate: f64,
    pub leaves: usize,
    pub min_data_in_leaf: usize,
    pub early_stopping: usize,
    pub hidden: Vec<usize>,
    pub embedding: usize,
    pub dropout: f64,
    pub weight_decay: f64,
    pub network_rate: f64,
    pub unknown_rate: f64,
    pub epochs: usize,
    pub patience: usize,
    pub fusion: Fusion,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            popularity_half_life: 7.0,
            taste_half_life: 365.0,
            factors: 64,
            regularization: 4.0,
            alpha: 2.0,
            als_iterations: 12,
            train_windows: 4,
            negatives: 200,
            rounds: 200,
            boosting_rate: 0.08,
            leaves: 15,
            min_data_in_leaf: 100,
            early_stopping: 20,
            hidden: vec![64, 32],
            embedding: 4,
            dropout: 0.1,
            weight_decay: 1e-2,
            network_rate: 2e-4,
            unknown_rate: 0.8,
            epochs: 12,
            patience: 2,
            fusion: Fusion::ZScore,
        }
    }
}
