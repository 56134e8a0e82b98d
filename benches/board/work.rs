//! One work: a case of ours, those of others that do the same, and what is compared.

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
    /// Title on boards; counts in braces are scaled with the data, and `{rows:100k}` is the
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

pub(super) const AUC: Metric = score("auc", 0.0015);
pub(super) const ACCURACY: Metric = score("accuracy", 0.003);
pub(super) const NDCG: Metric = score("ndcg10", 0.003);
pub(super) const RMSE: Metric = loss("rmse", 0.003);
pub(super) const LOGLOSS: Metric = loss("logloss", 0.004);
/// The same numbers, but for the last digits of single precision.
pub(super) const VALUE: Metric = loss("value", 1e-4);
pub(super) const STATISTICS: Metric = loss("stat", 1e-3);

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

pub(super) const fn op(op: &'static str, title: &'static str, metrics: &'static [Metric]) -> Op {
    Op { op, title, metrics }
}

pub(super) const fn python(case: &'static str, label: &'static str) -> Peer {
    Peer {
        side: Side::Python,
        case,
        label,
    }
}

pub(super) const fn rust(case: &'static str, label: &'static str) -> Peer {
    Peer {
        side: Side::Rust,
        case,
        label,
    }
}

pub(super) const LIGHTGBM: Peer = python("lightgbm", "LightGBM");
pub(super) const LEVELS16: Peer = python("lightgbm-quantised", "LightGBM, 16 levels");
pub(super) const XGBOOST: Peer = python("xgboost", "XGBoost");
pub(super) const CATBOOST: Peer = python("catboost", "CatBoost");
pub(super) const SKLEARN: Peer = python("sklearn", "scikit-learn");

pub(super) const fn gbdt(
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

pub(super) const fn forest(case: &'static str, ops: &'static [Op], peers: &'static [Peer]) -> Work {
    Work {
        workload: "forest",
        dataset: "higgs",
        case,
        repeat: 1,
        ops,
        peers,
    }
}

pub(super) const fn table(case: &'static str, ops: &'static [Op], peers: &'static [Peer]) -> Work {
    Work {
        workload: "preprocess",
        dataset: "table",
        case,
        repeat: 3,
        ops,
        peers,
    }
}

pub(super) const fn growth(dataset: &'static str, case: &'static str) -> Work {
    Work {
        workload: "growth",
        dataset,
        case,
        repeat: 1,
        ops: GROWN,
        peers: &[LIGHTGBM_AS_CASE],
    }
}

pub(super) const GROWN: &[Op] = &[op("fit", "boosting fit", &[])];
/// The case that has the name of ours.
pub(super) const LIGHTGBM_AS_CASE: Peer = python("", "LightGBM");

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
