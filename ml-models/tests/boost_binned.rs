//! Training rows that are read piece by piece into bins: the model is that of all rows at once, to
//! the last bit; what does not fit together is refused.
#![allow(clippy::unwrap_used, clippy::panic)]

use ml_data::contract::{Direction, Fit, Metric, Predict};
use ml_data::random::{RngExt, generator};
use ml_data::repr::{Dense, Names, RowSet, View};
use ml_data::sample::{
    Binary, BinaryLabels, Class, ClassLabels, Dataset, Labels, Real, RealLabels, Relevance,
    RelevanceLabels, Scores, Target,
};
use ml_data::source::{CsvSource, ParquetSource};
use ml_data::table::{Column, Table};
use ml_data::{Error, Result};
use ml_models::boost::{Boost, Boosting, FitBinned};

const WIDTH: usize = 12;

/// Numbers, two of them missing here and there, and one-hot codes.
fn matrix(n: usize) -> Dense<f32> {
    let mut rng = generator(3, "binned", 0);
    let mut x = Vec::new();
    for i in 0..n {
        let level = (rng.random::<f64>() * 8.0) as usize;
        let numbers: [f32; 4] =
            std::array::from_fn(|_| (rng.random::<f64>() * 50.0).round() as f32);
        x.extend(numbers.map(|v| if v == 7.0 && i > n / 2 { f32::NAN } else { v }));
        x.extend((0..8).map(|l| f32::from(l == level)));
    }
    Dense::from_rows(WIDTH, x).unwrap()
}

fn signal(row: &[f32]) -> f64 {
    let hot = row[4..].iter().position(|&v| v == 1.0).unwrap() as f64;
    let [a, b] = [row[0], row[1]].map(|v| f64::from(if v.is_nan() { 60.0 } else { v }));
    (a / 9.0).sin() + 0.2 * hot + 0.01 * b
}

/// Rows of a data set, all of it or the part from `from` to `to`.
struct Rows<Y: Target> {
    x: Dense<f32>,
    y: Y::Labels,
    weights: Option<Vec<f64>>,
    init: Option<Vec<f64>>,
}

impl<Y: Target> Rows<Y> {
    fn part(&self, from: usize, to: usize) -> Result<Dataset<Dense<f32>, Y>> {
        let range = RowSet::Range(from, to);
        let x = Dense::gather(View::new(&self.x, range));
        let mut part = Dataset::new(x, self.y.take(range))?;
        if let Some(w) = &self.weights {
            part = part.with_weights(w[from..to].to_vec())?;
        }
        if let Some(s) = &self.init {
            part = part.with_init_score(s[from..to].to_vec())?;
        }
        Ok(part)
    }

    fn whole(&self) -> Dataset<Dense<f32>, Y> {
        self.part(0, self.y.len()).unwrap()
    }

    fn pieces(&self, size: usize) -> impl Iterator<Item = Result<Dataset<Dense<f32>, Y>>> + '_ {
        let n = self.y.len();
        let starts = (0..n).step_by(size);
        starts.map(move |from| self.part(from, n.min(from + size)))
    }
}

fn rows<Y: Target>(n: usize, labels: impl Fn(&[f64]) -> Y::Labels) -> Rows<Y> {
    let x = matrix(n);
    let signals: Vec<f64> = View::all(&x).iter().map(signal).collect();
    Rows {
        y: labels(&signals),
        x,
        weights: None,
        init: None,
    }
}

fn real(n: usize) -> Rows<Real> {
    rows(n, |s| RealLabels::new(s.to_vec()).unwrap())
}

/// Weights with some of 0.
fn weights(n: usize) -> Vec<f64> {
    (0..n).map(|i| [1.0, 0.0, 2.5, 0.5][i % 4]).collect()
}

fn boost() -> Boost {
    Boost::new()
        .num_iterations(12)
        .num_leaves(15)
        .min_data_in_leaf(5)
        .seed(4)
}

macro_rules! same {
    ($boost:expr, $rows:expr) => {{
        let (boost, rows) = ($boost, $rows);
        let train = rows.whole().into_train();
        let whole = boost.fit(&train).unwrap();
        let bins = boost.bin_rows(&train).unwrap();
        assert_eq!(boost.fit_binned(&bins).unwrap(), whole, "{boost:?} at once");
        for size in [97, 5000] {
            let bins = boost.bin(|| Ok(rows.pieces(size))).unwrap();
            let binned = boost.fit_binned(&bins).unwrap();
            assert!(
                format!("{:?}", whole.trees()) == format!("{:?}", binned.trees()),
                "{boost:?} in pieces of {size}"
            );
        }
        assert!(whole.trees().iter().any(|t| t.leaves().len() > 5));
    }};
}

#[test]
fn pieces_give_the_model_of_the_whole() {
    let n = 1500;
    same!(boost(), real(n));
    same!(boost().bin_construct_sample_cnt(200), real(n));
    same!(
        boost()
            .bin_construct_sample_cnt(60)
            .boosting(Boosting::Dart),
        real(n)
    );
    let mut weighted = real(n);
    weighted.weights = Some(weights(n));
    same!(boost(), &weighted);
    weighted.weights = Some((0..n).map(|i| (i % 3) as f64).collect());
    same!(boost().bin_construct_sample_cnt(300), &weighted);
    weighted.init = Some((0..n).map(|i| f64::from(i as u32 % 5)).collect());
    same!(boost().bagging_fraction(0.5).bagging_freq(1), weighted);
    let positive = |s: &[f64]| s.iter().map(|&v| u8::from(v > 0.7)).collect::<Vec<_>>();
    same!(
        boost(),
        rows::<Binary>(n, |s| BinaryLabels::new(positive(s), "1").unwrap())
    );
    let names = || ["a", "b", "c"].map(Box::<str>::from).to_vec();
    let class = |s: &[f64]| {
        s.iter()
            .map(|&v| (v.abs() * 1.2) as u32 % 3)
            .collect::<Vec<_>>()
    };
    same!(
        boost(),
        rows::<Class>(n, |s| ClassLabels::new(class(s), names()).unwrap())
    );
    let grades = |s: &[f64]| {
        s.iter()
            .map(|&v| v.abs().round() as f32)
            .collect::<Vec<_>>()
    };
    let queries: Vec<u32> = (0..n as u32).map(|i| i / 20).collect();
    same!(
        boost(),
        rows::<Relevance>(n, |s| RelevanceLabels::new(grades(s), queries.clone())
            .unwrap())
    );
}

/// The mean distance from the truth.
struct Mae;

impl Metric<Real> for Mae {
    fn name(&self) -> &'static str {
        "mae"
    }
    fn direction(&self) -> Direction {
        Direction::LowerIsBetter
    }
    fn score(&self, truth: &RealLabels, said: &Scores, _: Option<&[f64]>) -> Result<f64> {
        let distances = truth
            .values()
            .iter()
            .zip(&said.0)
            .map(|(t, s)| (t - s).abs());
        Ok(distances.sum::<f64>() / truth.len() as f64)
    }
}

#[test]
fn several_fits_share_bins_and_watch_validation_rows() {
    let rows = real(1500);
    let valid = real(300).whole().into_valid();
    let bins = boost().bin(|| Ok(rows.pieces(400))).unwrap();
    assert_eq!((bins.len(), bins.names().len()), (1500, WIDTH));
    assert_eq!(format!("{bins:?}"), "Binned(1500 rows, 12 columns)");
    for leaves in [3, 9] {
        let boost = boost().num_leaves(leaves);
        let whole = rows.whole().into_train();
        let a = boost.fit_valid(&whole, &valid).unwrap();
        let b = boost.fit_binned_valid(&bins, &valid).unwrap();
        assert_eq!((a.trees(), a.history()), (b.trees(), b.history()));
        let watching = boost.metric(Mae);
        let a = watching.fit_valid(&whole, &valid).unwrap();
        let b = watching.fit_binned_valid(&bins, &valid).unwrap();
        assert_eq!((a.trees(), a.history()), (b.trees(), b.history()));
    }
}

fn refused<T>(result: Result<T>, parts: &[&str]) {
    let text = result.err().unwrap().to_string();
    for part in parts {
        assert!(text.contains(part), "`{part}` expected in: {text}");
    }
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let rows = real(100);
    let two = |second: Dataset<Dense<f32>, Real>| {
        let mut pieces = Some([rows.part(0, 50), Ok(second)]);
        boost().bin(move || Ok(pieces.take().into_iter().flatten()))
    };
    let named = |names: Names| {
        let values = vec![0.0; names.len()];
        Dataset::new(
            Dense::new(names, values).unwrap(),
            RealLabels::new(vec![1.0]).unwrap(),
        )
        .unwrap()
    };
    refused(two(named(Names::new(["a", "b"]))), &["12 columns", "2"]);
    let weighted = rows
        .part(50, 60)
        .unwrap()
        .with_weights(vec![1.0; 10])
        .unwrap();
    refused(two(weighted), &["row 50", "weights", "expected none"]);
    // The second reading has fewer pieces than the first.
    refused(
        two(rows.part(50, 60).unwrap()),
        &["expected 60 rows", "found 0"],
    );
    let none = Vec::<Result<Dataset<Dense<f32>, Real>>>::new;
    refused(boost().bin(|| Ok(none())), &["no pieces"]);
    let mut odd = true;
    let shuffled = boost().bin(|| {
        odd = !odd;
        let parts = if odd { [50, 0] } else { [0, 50] };
        Ok(parts.map(|from| rows.part(from, from + 50)))
    });
    refused(
        shuffled,
        &["expected the rows of the first", "found other rows"],
    );
    let broken = || {
        Ok([Err::<Dataset<Dense<f32>, Real>, _>(Error::Empty(
            "disk".into(),
        ))])
    };
    refused(boost().bin(broken), &["disk"]);
    refused(
        boost().num_leaves(1).bin(|| Ok(rows.pieces(50))),
        &["num_leaves"],
    );
    let mut idle = real(50);
    idle.weights = Some(vec![0.0; 50]);
    refused(boost().bin(|| Ok(idle.pieces(20))), &["training sample"]);

    let bins = boost().bin(|| Ok(rows.pieces(30))).unwrap();
    refused(
        boost().max_bin(20).fit_binned(&bins),
        &["max_bin: 20", "max_bin: 255"],
    );
    let folder = tempfile::tempdir().unwrap();
    let saving = boost().checkpoint(folder.path().join("model.ckpt"), 1);
    refused(saving.fit_binned(&bins), &["checkpoint", "not kept"]);
    let first = boost().num_iterations(1).fit_binned(&bins).unwrap();
    let going_on = boost().init_model(first);
    refused(going_on.fit_binned(&bins), &["init_model", "not kept"]);

    let labels = |queries: &[u32]| RelevanceLabels::new(vec![1.0; 4], queries.to_vec()).unwrap();
    let ranked = |queries: &[u32]| {
        let x = Dense::from_rows(1, vec![0.0_f32, 1.0, 2.0, 3.0]).unwrap();
        Dataset::<_, Relevance>::new(x, labels(queries))
    };
    let pieces = || Ok([ranked(&[0, 0, 1, 1]), ranked(&[2, 2, 1, 1])]);
    refused(boost().bin(pieces), &["query", "row 6", "ascend"]);
    let names = |a: &str| vec![Box::<str>::from(a), "z".into()];
    let classed = |first: &str| {
        let x = Dense::from_rows(1, vec![0.0_f32, 1.0]).unwrap();
        Dataset::<_, Class>::new(x, ClassLabels::new(vec![0, 1], names(first))?)
    };
    refused(
        boost().bin(|| Ok([classed("a"), classed("b")])),
        &["\"a\"", "\"b\""],
    );
}

#[test]
fn files_are_read_in_pieces() {
    let rows = real(1000);
    let folder = tempfile::tempdir().unwrap();
    let (csv, parquet) = (
        folder.path().join("rows.csv"),
        folder.path().join("rows.parquet"),
    );
    let column = |c: usize| {
        let cells = View::all(&rows.x).iter().map(move |row| f64::from(row[c]));
        (format!("x{c}"), Column::num(cells))
    };
    let columns: Vec<(String, Column)> = (0..WIDTH).map(column).collect();
    let y = (
        "y".to_string(),
        Column::num(rows.y.values().iter().copied()),
    );
    let table = Table::new(columns.into_iter().chain([y])).unwrap();
    ParquetSource::write(&table, &parquet).unwrap();
    let mut text: String = (0..WIDTH).map(|c| format!("x{c},")).collect::<String>() + "y\n";
    for i in 0..1000 {
        for v in View::all(&rows.x).row(i) {
            text += &if v.is_nan() {
                ",".into()
            } else {
                format!("{v},")
            };
        }
        text += &format!("{}\n", rows.y.values()[i]);
    }
    std::fs::write(&csv, text).unwrap();

    let whole = boost().fit(&rows.whole().into_train()).unwrap();
    let set = |table: Result<Table>| table?.regression("y")?.dense::<f32>();
    let of_csv = boost().bin(|| {
        let batches = CsvSource::path(&csv).batches(130)?;
        Ok(batches.map(move |loaded| set(loaded.and_then(|l| l.strict()))))
    });
    let of_parquet = boost().bin(|| {
        let batches = ParquetSource::path(&parquet).batches(130)?;
        Ok(batches.map(move |loaded| set(loaded.and_then(|l| l.strict()))))
    });
    for bins in [of_csv.unwrap(), of_parquet.unwrap()] {
        let model = boost().fit_binned(&bins).unwrap();
        assert_eq!(model.trees(), whole.trees());
        let predicted = model.predict(&rows.x).unwrap();
        assert_eq!(predicted, whole.predict(&rows.x).unwrap());
    }
}

#[test]
fn queries_that_are_mixed_up_are_sorted() {
    let n = 400;
    let all = rows::<Relevance>(n, |s| {
        let grades: Vec<f32> = s
            .iter()
            .map(|&s| (s * 2.0).clamp(0.0, 4.0).floor() as f32)
            .collect();
        let queries = (0..n as u32).map(|i| i * 7 % 20).collect::<Vec<_>>();
        RelevanceLabels::new(grades, queries).unwrap()
    });
    let train = all.whole().into_train();
    let bins = boost().bin_rows(&train).unwrap();
    let whole = boost().fit(&train).unwrap();
    assert!(whole.trees().iter().any(|t| t.leaves().len() > 3));
    assert_eq!(boost().fit_binned(&bins).unwrap(), whole);
}

#[test]
fn rows_in_memory_without_columns_or_weight_are_refused() {
    let none = Dense::<f64>::new(Names::numbered(0), vec![]).unwrap();
    let none = Dataset::<_, Real>::new(none, RealLabels::new(Vec::new()).unwrap()).unwrap();
    let error = boost().bin_rows(&none.into_train()).unwrap_err();
    assert!(matches!(error, Error::Empty(_)), "{error}");
    let x = Dense::from_rows(1, vec![1.0, 2.0]).unwrap();
    let idle = Dataset::<_, Real>::new(x, RealLabels::new(vec![1.0, 2.0]).unwrap()).unwrap();
    let idle = idle.with_weights(vec![0.0; 2]).unwrap();
    let error = boost().bin_rows(&idle.into_train()).unwrap_err();
    assert!(matches!(error, Error::Empty(_)), "{error}");
}
