//! The works that are laid side by side: which case of ours, which of theirs, and what is compared.

/// Where a case of a library beside runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Python,
    /// Python with older parts, for what does not work with the newest.
    PythonOld,
    Rust,
}

impl Side {
    /// As results name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::PythonOld => "python-old",
            Self::Rust => "rust",
        }
    }
}

/// A case of a library beside, on the data set of the work.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    pub(crate) side: Side,
    pub(crate) case: &'static str,
    /// As boards name it.
    pub(crate) label: &'static str,
}

/// A metric that says whether both sides do the same work.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Metric {
    /// Its field in the lines.
    pub(crate) field: &'static str,
    /// Whether more is better.
    pub(crate) higher: bool,
    /// The greatest difference that counts as equal.
    pub(crate) tolerance: f64,
    /// Whether the tolerance is a share of the value.
    pub(crate) relative: bool,
}

/// An operation of a work.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Op {
    pub(crate) op: &'static str,
    /// What boards call it; counts in braces are scaled with the data, and `{rows:100k}` is the
    /// number of rows that lines tell.
    pub(crate) title: &'static str,
    /// The first that both sides tell is compared.
    pub(crate) metrics: &'static [Metric],
}

/// One case of ours, and those of others that do the same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Work {
    pub(crate) workload: &'static str,
    pub(crate) dataset: &'static str,
    pub(crate) case: &'static str,
    /// The best of so many runs within a process, the same on both sides: more than one where an
    /// operation takes well under a second.
    pub(crate) repeat: usize,
    pub(crate) ops: &'static [Op],
    pub(crate) peers: &'static [Peer],
}

const AUC: Metric = score("auc", 0.0015);
const ACCURACY: Metric = score("accuracy", 0.003);
const NDCG: Metric = score("ndcg10", 0.003);
const RMSE: Metric = loss("rmse", 0.003);
const LOGLOSS: Metric = loss("logloss", 0.004);
/// The same numbers, but for the last digits of single precision.
const VALUE: Metric = loss("value", 1e-4);
const STATISTICS: Metric = loss("stat", 1e-3);

const fn score(field: &'static str, tolerance: f64) -> Metric {
    Metric {
        field,
        higher: true,
        tolerance,
        relative: false,
    }
}

/// A metric where less is better; its tolerance is a share of it.
const fn loss(field: &'static str, tolerance: f64) -> Metric {
    Metric {
        field,
        higher: false,
        tolerance,
        relative: true,
    }
}

const fn op(op: &'static str, title: &'static str, metrics: &'static [Metric]) -> Op {
    Op { op, title, metrics }
}

const fn python(case: &'static str, label: &'static str) -> Peer {
    Peer {
        side: Side::Python,
        case,
        label,
    }
}

const fn rust(case: &'static str, label: &'static str) -> Peer {
    Peer {
        side: Side::Rust,
        case,
        label,
    }
}

const LIGHTGBM: Peer = python("lightgbm", "LightGBM");
const LEVELS16: Peer = python("lightgbm-quantised", "LightGBM, 16 levels");
const XGBOOST: Peer = python("xgboost", "XGBoost");
const CATBOOST: Peer = python("catboost", "CatBoost");
const SKLEARN: Peer = python("sklearn", "scikit-learn");

const fn gbdt(
    dataset: &'static str,
    case: &'static str,
    ops: &'static [Op],
    peers: &'static [Peer],
) -> Work {
    Work {
        workload: "gbdt",
        dataset,
        case,
        repeat: 1,
        ops,
        peers,
    }
}

const fn forest(case: &'static str, ops: &'static [Op], peers: &'static [Peer]) -> Work {
    Work {
        workload: "forest",
        dataset: "higgs",
        case,
        repeat: 1,
        ops,
        peers,
    }
}

const fn table(case: &'static str, ops: &'static [Op], peers: &'static [Peer]) -> Work {
    Work {
        workload: "preprocess",
        dataset: "table",
        case,
        repeat: 3,
        ops,
        peers,
    }
}

const fn growth(dataset: &'static str, case: &'static str) -> Work {
    Work {
        workload: "growth",
        dataset,
        case,
        repeat: 1,
        ops: GROWN,
        peers: &[LIGHTGBM_AS_CASE],
    }
}

const GROWN: &[Op] = &[op("fit", "boosting fit", &[])];
/// The case that has the name of ours.
const LIGHTGBM_AS_CASE: Peer = python("", "LightGBM");

impl Work {
    /// The name of a peer's case.
    pub(crate) fn peer_case(&self, peer: &Peer) -> &'static str {
        if peer.case.is_empty() {
            self.case
        } else {
            peer.case
        }
    }
}

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
