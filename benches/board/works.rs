//! The works that are laid side by side: which case of ours, which of theirs, and what is compared.

use super::work::{
    ACCURACY, AUC, CATBOOST, LEVELS16, LIGHTGBM, LOGLOSS, NDCG, Peer, RMSE, SKLEARN, STATISTICS,
    Side, VALUE, Work, XGBOOST, forest, gbdt, growth, op, python, rust, table,
};

/// All works, in the order of the board.
pub(crate) const WORKS: &[Work] = &[
    gbdt(
        "higgs",
        "boost",
        &[
            op("fit", "boosting fit, {500k} x 28, 100 x 255 leaves", &[AUC]),
            op("bin", "bins of these rows alone", &[]),
            op(
                "predict",
                "boosting predict, {500k} rows, 100 x 255 leaves",
                &[],
            ),
            op("row", "one row, 100 x 255 leaves, microseconds", &[]),
        ],
        &[
            LIGHTGBM,
            LEVELS16,
            XGBOOST,
            CATBOOST,
            python("catboost-leafwise", "CatBoost, leaf-wise"),
            SKLEARN,
            Peer {
                side: Side::PythonOld,
                case: "lleaves",
                label: "lleaves",
            },
            python("perpetual", "perpetual"),
            rust("forust", "forust"),
        ],
    ),
    gbdt(
        "higgs",
        "boost-bagging",
        &[op(
            "fit",
            "the same fit, half of the rows in each bag",
            &[AUC],
        )],
        &[python("lightgbm-bagging", "LightGBM, bags")],
    ),
    gbdt(
        "reg",
        "boost",
        &[
            op("fit", "boosting fit, {200k} x 50, 10 % missing", &[RMSE]),
            op("predict", "predict, {200k} x 50, 10 % missing", &[]),
            op("row", "one row of 50, microseconds", &[]),
        ],
        &[
            LIGHTGBM,
            LEVELS16,
            XGBOOST,
            CATBOOST,
            SKLEARN,
            rust("forust", "forust"),
        ],
    ),
    gbdt(
        "multi",
        "boost",
        &[
            op(
                "fit",
                "boosting fit, {100k} x 30, 7 classes, 700 trees",
                &[LOGLOSS],
            ),
            op("predict", "predict, {100k} x 30, 7 classes", &[]),
        ],
        &[LIGHTGBM, LEVELS16, XGBOOST, CATBOOST, SKLEARN],
    ),
    gbdt(
        "multi",
        "boost-quantised",
        &[op(
            "fit",
            "the same fit, gradients of 4 levels on both sides",
            &[LOGLOSS],
        )],
        &[python("lightgbm-quantised-4", "LightGBM, 4 levels")],
    ),
    gbdt(
        "cat",
        "boost",
        &[
            op(
                "fit",
                "boosting fit, {300k} x 20, 12 columns of up to 10,000 categories",
                &[AUC],
            ),
            op("predict", "predict, {300k} x 20 with categories", &[]),
        ],
        &[
            CATBOOST,
            python("catboost-combined", "CatBoost, combined categories"),
            LIGHTGBM,
            XGBOOST,
            SKLEARN,
        ],
    ),
    gbdt(
        "ltr",
        "boost",
        &[
            op(
                "fit",
                "LambdaMART fit, {500k} x 46, {5000} queries",
                &[NDCG],
            ),
            op("predict", "LambdaMART predict, {500k} x 46", &[]),
        ],
        &[LIGHTGBM, LEVELS16, XGBOOST],
    ),
    gbdt(
        "ltr",
        "boost-yeti_rank",
        &[op("fit", "YetiRank fit on the same lists", &[NDCG])],
        &[python("catboost-yeti_rank", "CatBoost, YetiRank")],
    ),
    forest(
        "full",
        &[
            op(
                "fit",
                "random forest fit, {rows:100k} x 28, 100 full trees",
                &[AUC, ACCURACY],
            ),
            op(
                "predict",
                "forest predict, {rows:100k} rows, 100 full trees",
                &[],
            ),
        ],
        &[
            python("sklearnex-full", "scikit-learn-intelex"),
            python("sklearn-full", "scikit-learn"),
        ],
    ),
    forest(
        "depth-10",
        &[
            op("fit", "random forest fit of depth 10", &[AUC, ACCURACY]),
            op("predict", "forest predict of depth 10", &[]),
        ],
        &[
            python("sklearnex-depth-10", "scikit-learn-intelex"),
            python("sklearn-depth-10", "scikit-learn"),
            rust("smartcore-depth-10", "smartcore"),
            rust("linfa-depth-10", "linfa"),
        ],
    ),
    forest(
        "extra",
        &[op("fit", "extremely randomised trees fit", &[AUC])],
        &[
            python("sklearnex-extra", "scikit-learn-intelex"),
            python("sklearn-extra", "scikit-learn"),
        ],
    ),
    Work {
        workload: "explain",
        dataset: "higgs",
        case: "31leaves",
        repeat: 1,
        ops: &[op(
            "treeshap",
            "Shapley values, {rows:10,000} rows, 100 x 31 leaves",
            &[],
        )],
        peers: &[
            python("lightgbm-31leaves", "LightGBM"),
            python("shap-31leaves", "shap"),
            python("xgboost-31leaves", "XGBoost"),
            python("catboost-31leaves", "CatBoost"),
        ],
    },
    Work {
        workload: "explain",
        dataset: "higgs",
        case: "255leaves",
        repeat: 1,
        ops: &[op(
            "treeshap",
            "Shapley values, {rows:1,000} rows, 100 x 255 leaves",
            &[],
        )],
        peers: &[
            python("lightgbm-255leaves", "LightGBM"),
            python("shap-255leaves", "shap"),
            python("xgboost-255leaves", "XGBoost"),
            python("catboost-255leaves", "CatBoost"),
        ],
    },
    Work {
        workload: "recsys",
        dataset: "implicit5m",
        case: "als",
        repeat: 3,
        ops: &[
            op(
                "fit",
                "implicit ALS, {5M} pairs, 64 factors, 15 iterations",
                &[NDCG],
            ),
            op("recommend", "top 10 for {50k} users", &[]),
        ],
        peers: &[python("implicit-als", "implicit")],
    },
    Work {
        workload: "recsys",
        dataset: "implicit5m",
        case: "als-cholesky",
        repeat: 1,
        ops: &[op("fit", "implicit ALS, solved exactly", &[NDCG])],
        peers: &[python("implicit-als-cholesky", "implicit")],
    },
    Work {
        workload: "mlp",
        dataset: "mlp",
        case: "mlp",
        repeat: 3,
        ops: &[
            op("fit", "network 64-128-64-1, 5 epochs of {200k}", &[AUC]),
            op("predict", "network predict, {50k} rows", &[]),
            op("row", "network, one row, microseconds", &[]),
        ],
        peers: &[
            python("torch", "PyTorch"),
            python("torch-compiled", "PyTorch, compiled"),
            python("sklearn", "scikit-learn"),
        ],
    },
    Work {
        workload: "metrics",
        dataset: "scores10m",
        case: "metrics",
        repeat: 3,
        ops: &[
            op("roc_auc", "ROC-AUC of {10M} scores", &[VALUE]),
            op("log_loss", "log loss of {10M} scores", &[VALUE]),
        ],
        peers: &[SKLEARN],
    },
    Work {
        workload: "metrics",
        dataset: "rank100k",
        case: "metrics",
        repeat: 3,
        ops: &[
            op("ndcg@10", "NDCG@10, {100k} queries of 100", &[VALUE]),
            op("map@10", "MAP@10 of them", &[VALUE]),
            op("recall@10", "recall@10 of them", &[VALUE]),
        ],
        peers: &[
            python("ranx", "ranx"),
            python("ranx-presorted", "ranx, lists sorted before"),
            SKLEARN,
        ],
    },
    table(
        "read",
        &[
            op("read_csv", "read CSV, {1M} x 20", &[]),
            op("read_parquet", "read Parquet, {1M} x 20", &[]),
        ],
        &[
            python("polars", "polars"),
            python("polars-lazy", "polars, lazy"),
            python("pandas", "pandas"),
            python("pyarrow", "pyarrow"),
            python("duckdb", "DuckDB"),
        ],
    ),
    table(
        "steps",
        &[
            op(
                "impute_scale_onehot",
                "impute + scale + one-hot, fit and transform, {1M} rows",
                &[],
            ),
            op(
                "impute_scale_onehot_transform",
                "the same, transform alone",
                &[],
            ),
            op(
                "impute_scale_onehot_row",
                "the same, one row, microseconds",
                &[],
            ),
            op(
                "target_encode_cv5",
                "target encoding, 4 columns, 5 folds, {1M} rows",
                &[],
            ),
        ],
        &[SKLEARN, python("polars-lazy", "polars, lazy")],
    ),
    Work {
        workload: "drift",
        dataset: "drift1m",
        case: "drift",
        repeat: 3,
        ops: &[
            op("ks", "Kolmogorov-Smirnov, 16 x ({1M}, {1M})", &[STATISTICS]),
            op(
                "psi",
                "population stability, 16 x ({1M}, {1M})",
                &[STATISTICS],
            ),
            op("chi2", "chi-square, 4 x ({1M}, {1M})", &[STATISTICS]),
        ],
        peers: &[python("scipy", "SciPy")],
    },
    growth("higgs", "rows-10"),
    growth("higgs", "rows-30"),
    growth("higgs", "rows-100"),
    growth("higgs", "columns-10"),
    growth("higgs", "columns-30"),
    growth("higgs", "columns-100"),
    growth("higgs", "trees-10"),
    growth("higgs", "trees-30"),
    growth("higgs", "trees-100"),
    growth("cat", "levels-2"),
    growth("cat", "levels-5"),
    growth("cat", "levels-8"),
    growth("cat", "levels-11"),
];
