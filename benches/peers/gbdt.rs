//! Boosted trees: 255 leaves, learning rate 0.1, at least 20 rows a leaf.

use crate::case::{Case, Entry, Fields, latency};
use crate::npy::Npy;
use ml_pipeline::data::prelude::*;
use ml_pipeline::data::repr::Rows;
use ml_pipeline::data::sample::{
    BinaryLabels, ClassLabels, Probabilities, RealLabels, RelevanceLabels, Target,
};
use ml_pipeline::data::table::Levels;
use ml_pipeline::eval::metric::{
    Ndcg, NoRelevant, RankingMetric, log_loss, multi_log_loss, rmse, roc_auc,
};
use ml_pipeline::features::columns::{ColumnTransformer, Remainder};
use ml_pipeline::features::encode::OrderedTargetEncoder;
use ml_pipeline::models::boost::{
    Boost, FittedBoost, FittedBoostClassifier, GrowPolicy, Objective,
};
use serde_json::json;
use std::hint::black_box;
use std::sync::Arc;

pub(crate) const ENTRIES: &[Entry] = &[
    entry("higgs", higgs),
    entry("reg", reg),
    entry("multi", multi),
    entry("ltr", ltr),
    entry("cat", cat),
    Entry {
        case: "boost-bagging",
        ..entry("higgs", bagging)
    },
    Entry {
        case: "boost-quantised",
        ..entry("multi", quantised)
    },
    Entry {
        case: "boost-yeti_rank",
        ..entry("ltr", yeti_rank)
    },
];

const fn entry(dataset: &'static str, run: fn(&Case<'_>) -> Result<()>) -> Entry {
    Entry {
        workload: "gbdt",
        dataset,
        case: "boost",
        run,
    }
}

/// Rows of the latency lines.
const CALLS: usize = 2000;

/// The rows of a part: `train` or `test`.
pub(crate) fn rows(case: &Case<'_>, part: &str) -> Result<Dense<f32>> {
    let x = case.npy::<f32>(&format!("{}_{part}_x", case.dataset()))?;
    Dense::from_rows(x.width(), x.into_values())
}

fn higgs(case: &Case<'_>) -> Result<()> {
    binary(case, &boost(case))
}

/// Each tree sees half of the rows.
fn bagging(case: &Case<'_>) -> Result<()> {
    binary(case, &boost(case).bagging_fraction(0.5).bagging_freq(1))
}

fn binary(case: &Case<'_>, boost: &Boost) -> Result<()> {
    let labels = |part: &str| {
        let y = case.npy::<f32>(&format!("{}_{part}_y", case.dataset()))?;
        zero_or_one(y.values())
    };
    let truth = labels("test")?;
    let labels = BinaryLabels::new(labels("train")?, "1")?;
    run::<Binary>(case, boost, labels, |p| {
        Ok(vec![
            ("auc", json!(roc_auc(p, &truth, None)?)),
            ("logloss", json!(log_loss(p, &truth, None)?)),
        ])
    })
}

fn reg(case: &Case<'_>) -> Result<()> {
    let labels = |part: &str| {
        let y = case.npy::<f32>(&format!("{}_{part}_y", case.dataset()))?;
        Ok::<Vec<f64>, Error>(y.values().iter().map(|v| f64::from(*v)).collect())
    };
    let truth = labels("test")?;
    run::<Real>(
        case,
        &boost(case),
        RealLabels::new(labels("train")?)?,
        |p| Ok(vec![("rmse", json!(rmse(p, &truth, None)?))]),
    )
}

fn ltr(case: &Case<'_>) -> Result<()> {
    ranking(case, &boost(case))
}

/// CatBoost's method for lists, on trees of its kind.
fn yeti_rank(case: &Case<'_>) -> Result<()> {
    let symmetric = boost(case).grow_policy(GrowPolicy::SymmetricTree);
    let depth = symmetric.max_depth(Some(8));
    ranking(case, &depth.objective(Objective::YetiRank))
}

fn ranking(case: &Case<'_>, boost: &Boost) -> Result<()> {
    let labels = |part: &str| {
        let file = |kind: &str| {
            let name = format!("{}_{part}_{kind}", case.dataset());
            case.npy::<i32>(&name)?.ids(&name)
        };
        let (y, sizes) = (file("y")?, file("group")?);
        let grades: Vec<f32> = y.values().iter().map(|g| *g as f32).collect();
        let sizes: Vec<usize> = sizes.values().iter().map(|n| *n as usize).collect();
        Ok::<_, Error>((grades, sizes))
    };
    let (grades, sizes) = labels("train")?;
    let queries: Vec<u32> = (0u32..)
        .zip(&sizes)
        .flat_map(|(query, n)| std::iter::repeat_n(query, *n))
        .collect();
    let (truth, test_sizes) = labels("test")?;
    let metric = Ndcg::at(10).no_relevant(NoRelevant::Skip);
    run::<Relevance>(case, boost, RelevanceLabels::new(grades, queries)?, |p| {
        let value = metric.mean(p, &truth, &test_sizes, None)?;
        Ok(vec![("ndcg10", json!(value))])
    })
}

/// Labels that are written as numbers.
pub(crate) fn zero_or_one(values: &[f32]) -> Result<Vec<u8>> {
    let read = |(row, v): (usize, &f32)| match *v {
        0.0 => Ok(0),
        1.0 => Ok(1),
        other => Err(Error::cell("label", row, "0 or 1", other)),
    };
    values.iter().enumerate().map(read).collect()
}

fn multi(case: &Case<'_>) -> Result<()> {
    classes(case, &boost(case))
}

/// Gradients of four levels.
fn quantised(case: &Case<'_>) -> Result<()> {
    classes(case, &boost(case).use_quantized_grad(true))
}

fn classes(case: &Case<'_>, boost: &Boost) -> Result<()> {
    let labels = |part: &str| {
        let name = format!("{}_{part}_y", case.dataset());
        case.npy::<i32>(&name)?.ids(&name)
    };
    let (codes, truth) = (labels("train")?.into_values(), labels("test")?);
    let classes = codes.iter().max().map_or(0, |c| c + 1);
    let names: Vec<Box<str>> = (0..classes).map(|c| c.to_string().into()).collect();
    let labels = ClassLabels::new(codes, names)?;
    let train = Dataset::<_, Class>::new(rows(case, "train")?, labels)?.into_train();
    let rounds = |model: &FittedBoostClassifier| model.trees().len() / model.classes().len();
    let test = rows(case, "test")?;
    bin(case, boost, &train)?;
    lines(case, boost, &train, &test, rounds, |p| {
        let flat: Vec<f64> = (0..p.len())
            .flat_map(|i| Probabilities::row(p, i).to_vec())
            .collect();
        let loss = multi_log_loss(&flat, p.classes(), truth.values(), None)?;
        Ok(vec![("logloss", json!(loss))])
    })
}

/// Categories of 2 to 10,000 levels, as ordered target statistics beside the numbers.
fn cat(case: &Case<'_>) -> Result<()> {
    let labels = |part: &str| {
        let y = case.npy::<f32>(&format!("{}_{part}_y", case.dataset()))?;
        zero_or_one(y.values())
    };
    let truth = labels("test")?;
    let levels = levels(case)?;
    let train = table(case, "train", &levels)?;
    let test = table(case, "test", &levels)?;
    let labels = BinaryLabels::new(labels("train")?, "1")?;
    let train = Dataset::<_, Binary>::new(train, labels)?.into_train();
    let model = ColumnTransformer::new()
        .with(
            Kind::Cat,
            OrderedTargetEncoder::new()
                .counts(true)
                .seed(case.job.seed as u64),
        )
        .remainder(Remainder::Passthrough)
        .f32()
        .model(boost(case));
    lines(
        case,
        &model,
        &train,
        &test,
        |m| m.model.trees().len(),
        |p| {
            Ok(vec![
                ("auc", json!(roc_auc(&p.0, &truth, None)?)),
                ("logloss", json!(log_loss(&p.0, &truth, None)?)),
            ])
        },
    )
}

/// The category codes of a part.
fn codes(case: &Case<'_>, part: &str) -> Result<Npy<u32>> {
    let name = format!("{}_{part}_cat", case.dataset());
    case.npy::<i32>(&name)?.ids(&name)
}

/// Levels of each column of codes: as many as both parts have together, so that a code means the
/// same level in both, and one that only the test rows have is there, too.
fn levels(case: &Case<'_>) -> Result<Vec<Arc<Levels>>> {
    let parts = [codes(case, "train")?, codes(case, "test")?];
    let of = |c: usize| {
        let most = parts.iter().flat_map(|p| p.column(c)).max();
        let mut levels = Levels::default();
        (0..most.map_or(0, |last| last + 1)).for_each(|code| {
            levels.add(&code.to_string());
        });
        Arc::new(levels)
    };
    Ok((0..parts[0].width()).map(of).collect())
}

/// Category codes and numbers of a part as columns `c0`.. and `n0`...
fn table(case: &Case<'_>, part: &str, levels: &[Arc<Levels>]) -> Result<Table> {
    let codes = codes(case, part)?;
    let numbers = case.npy::<f32>(&format!("{}_{part}_num", case.dataset()))?;
    let mut columns = Vec::new();
    for (c, levels) in levels.iter().enumerate() {
        let column = Column::cat_from_codes(codes.column(c), Arc::clone(levels))?;
        columns.push((format!("c{c}"), column));
    }
    for c in 0..numbers.width() {
        let column = numbers.column(c).into_iter().map(f64::from);
        columns.push((format!("n{c}"), Column::num(column)));
    }
    Table::new(columns)
}

pub(crate) fn boost(case: &Case<'_>) -> Boost {
    Boost::new()
        .num_iterations(case.job.trees)
        .learning_rate(0.1)
        .num_leaves(255)
        .min_data_in_leaf(20)
        .max_bin(255)
        .seed(case.job.seed as u64)
}

/// Scores of dense rows.
fn run<Y: Target<Prediction = Scores>>(
    case: &Case<'_>,
    boost: &Boost,
    labels: Y::Labels,
    score: impl Fn(&[f64]) -> Result<Fields>,
) -> Result<()>
where
    Boost: Estimator<Dense<f32>, Y, Model = FittedBoost>,
{
    let train = Dataset::<_, Y>::new(rows(case, "train")?, labels)?.into_train();
    let test = rows(case, "test")?;
    let trees = |model: &FittedBoost| model.trees().len();
    bin(case, boost, &train)?;
    lines(case, boost, &train, &test, trees, |p| score(&p.0))
}

/// Bins alone, which every fit makes, too.
fn bin<Y: Target>(
    case: &Case<'_>,
    boost: &Boost,
    train: &Sample<Dense<f32>, Y, Train>,
) -> Result<()> {
    let bin = || boost.bin_rows(train);
    case.time("bin", bin, |bins, _| vec![("rows", json!(bins.len()))])?;
    Ok(())
}

/// Fit, predict and single rows, the same for all targets and rows.
fn lines<R: Repr, Y: Target, E: Estimator<R, Y>>(
    case: &Case<'_>,
    estimator: &E,
    train: &Sample<R, Y, Train>,
    test: &R,
    trees: impl Fn(&E::Model) -> usize,
    score: impl Fn(&Y::Prediction) -> Result<Fields>,
) -> Result<()> {
    let model = case.time(
        "fit",
        || estimator.fit(train),
        |model, _| {
            vec![
                ("trees", json!(trees(model))),
                ("rows", json!(train.len())),
                ("note", json!("binning is in fit")),
            ]
        },
    )?;
    // What was grown, not what was asked for.
    let trees = trees(&model);
    let quality = score(&model.predict(test)?)?;
    let n = train.len();
    case.time(
        "predict",
        || model.predict(train.x()),
        |_, wall| {
            let mut fields = vec![("rows", json!(n)), ("trees", json!(trees))];
            fields.extend(quality);
            fields.push(("s_per_1m", json!(wall * 1e6 / n as f64)));
            fields
        },
    )?;
    let (mut scratch, mut out) = Default::default();
    let mut fields = vec![("api", json!("predict_row")), ("trees", json!(trees))];
    fields.extend(latency(CALLS.min(test.len()), |i| {
        Y::Prediction::clear(&mut out);
        model.predict_row(test.row(i), &mut scratch, &mut out)?;
        black_box(&out);
        Ok(())
    })?);
    case.emit("row", fields);
    Ok(())
}
