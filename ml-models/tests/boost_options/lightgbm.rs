//! Values computed by LightGBM (`golden/boost_options.py`).

use super::*;

#[test]
fn refitted_models_equal_lightgbm() {
    let golden = Golden::load();
    for name in ["refit", "refit_l2", "refit_zero", "refit_l1", "refit_huber"] {
        golden.check_refit::<Real>(name);
    }
    golden.check_refit::<Binary>("refit_binary");
    golden.check_refit::<Binary>("refit_binary_new");
    golden.check_refit::<Class>("refit_classes");
}

#[test]
fn initial_scores_equal_lightgbm() {
    let golden = Golden::load();
    golden.check_start::<Real>("init");
    golden.check_start::<Real>("init_l1");
    golden.check_start::<Binary>("init_binary");
    golden.check_start::<Class>("init_classes");
}

#[test]
fn gradients_of_few_levels_equal_lightgbm() {
    let golden = Golden::load();
    for name in ["levels", "levels_few", "levels_weighted"] {
        golden.check_fit::<Real>(name);
    }
    golden.check_fit::<Binary>("levels_binary");
    golden.check_fit::<Class>("levels_classes");
}

#[test]
fn smoothed_paths_equal_lightgbm() {
    let golden = Golden::load();
    for name in ["smooth", "smooth_much", "smooth_bounded", "smooth_monotone"] {
        golden.check_fit::<Real>(name);
    }
}
