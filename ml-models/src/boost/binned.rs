//! Training rows as bins, read piece by piece: more rows than fit into memory as numbers, and bins
//! that several fits share.

use std::fmt;
use std::sync::Arc;

use ml_data::repr::{Dense, Float, Names, Repr, RowSet, View};
use ml_data::sample::{Dataset, Labels, Sample, Target, Train};
use ml_data::{Error, Result};
use rayon::prelude::*;

use super::bins::{Bins, bins};
use super::columns::columns;
use super::params::{Boost, STEP};
use super::rows::check_number;
use super::rules::check_params;
use crate::limits::numbered;
use crate::tree::Matrix;
use crate::tree::bin::{Binning, Filler, Survey};
use crate::tree::weights::Weights;

/// Training rows as bins (LightGBM's `Dataset`): a byte or two a cell, twice, beside labels and
/// weights. [`Boost::bin`] and [`Boost::bin_rows`] make them.
pub struct Binned<Y: Target> {
    pub(super) bins: Bins,
    pub(super) labels: Y::Labels,
    pub(super) weights: Option<Vec<f64>>,
    pub(super) init_score: Option<Vec<f64>>,
}

impl<Y: Target> Binned<Y> {
    /// Rows that count: those of weight 0 are left out.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bins.cells.rows
    }

    /// Whether there are none; never so.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The columns.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.bins.names
    }

    /// The labels.
    #[must_use]
    pub fn y(&self) -> &Y::Labels {
        &self.labels
    }
}

impl<Y: Target> fmt::Debug for Binned<Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bins, .. } = self;
        write!(
            f,
            "Binned({} rows, {} columns)",
            self.len(),
            bins.names.len()
        )
    }
}

impl Boost {
    /// Reads training rows piece by piece, twice (first to learn the bins, then to fill them), and
    /// never holds more numbers than those of a piece and of `bin_construct_sample_cnt` rows. Trees
    /// of [`FitBinned::fit_binned`](super::FitBinned::fit_binned) are those that
    /// [`Fit::fit`](ml_data::contract::Fit::fit) grows on all pieces together, to the last bit.
    /// `open` begins a reading.
    ///
    /// Pieces come from [`CsvSource::batches`](ml_data::source::CsvSource::batches),
    /// [`ParquetSource::batches`](ml_data::source::ParquetSource::batches), or anything that yields
    /// rows with labels. Codes of classes, queries and categories must mean the same in all of
    /// them.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// use ml_data::source::ParquetSource;
    /// use ml_data::table::Column;
    /// use ml_models::boost::{Boost, FitBinned};
    /// # let folder = tempfile::tempdir().map_err(|e| ml_data::Error::io("doc", e))?;
    /// # let path = folder.path().join("rows.parquet");
    /// let x = |i: i32| f64::from(i * 7 % 100);
    /// let table = Table::new([
    ///     ("x", Column::num((0..1000).map(x))),
    ///     ("y", Column::num((0..1000).map(|i| x(i).sqrt()))),
    /// ])?;
    /// ParquetSource::write(&table, &path)?;
    ///
    /// let boost = Boost::new().num_iterations(50);
    /// let bins = boost.bin(|| {
    ///     let tables = ParquetSource::path(&path).batches(64)?;
    ///     Ok(tables.map(|loaded| loaded?.strict()?.regression("y")?.dense::<f32>()))
    /// })?;
    /// let model = boost.fit_binned(&bins)?;
    /// let nine = Dense::<f32>::new(bins.names().clone(), vec![81.0])?;
    /// assert!((model.predict(&nine)?.0[0] - 9.0).abs() < 0.1);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// The error of reading a piece; a parameter out of range; pieces that differ in their columns,
    /// in having weights or initial scores, or in the meaning of classes; queries that do not come
    /// in ascending order; no rows; rows that differ between the readings, or come in another
    /// order.
    pub fn bin<F, Y, I>(&self, mut open: impl FnMut() -> Result<I>) -> Result<Binned<Y>>
    where
        F: Float,
        Y: Target,
        I: IntoIterator<Item = Result<Dataset<Dense<F>, Y>>>,
    {
        check_params(self)?;
        let mut first: Option<FirstReading<F, Y>> = None;
        for piece in open()? {
            let piece = piece?.into_train();
            match &mut first {
                Some(first) => first.add(&piece)?,
                None => {
                    let mut reading = FirstReading::new(self, &piece)?;
                    reading.add(&piece)?;
                    first = Some(reading);
                }
            }
        }
        let first = first.ok_or_else(|| Error::Empty("training rows (no pieces)".into()))?;
        first.fill(open)
    }

    /// Bins rows that are in memory, dense or sparse, so that several fits can share the bins:
    /// those of a search for parameters, of which only the ones named at
    /// [`FitBinned::fit_binned`](super::FitBinned::fit_binned) go into bins. Rows of relevance
    /// labels are brought into the order of their queries.
    ///
    /// ```
    /// use ml_data::prelude::*;
    /// use ml_models::boost::{Boost, FitBinned, FittedBoost};
    ///
    /// let x: Vec<f64> = (0..300).map(|i| f64::from(i * 7 % 50)).collect();
    /// let y: Vec<f64> = x.iter().map(|x| x * x).collect();
    /// let train = Dataset::regression(Dense::from_rows(1, x)?, y)?.into_train();
    /// let bins = Boost::new().bin_rows(&train)?;
    /// for rate in [0.05, 0.1, 0.3] {
    ///     let boost = Boost::new().learning_rate(rate);
    ///     let model: FittedBoost = boost.fit(&train)?;
    ///     assert_eq!(boost.fit_binned(&bins)?, model);
    /// }
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// A parameter out of range, no columns, no rows that count, too many rows.
    pub fn bin_rows<R: Matrix, Y: Target>(&self, train: &Sample<R, Y, Train>) -> Result<Binned<Y>> {
        check_params(self)?;
        let names = train.header();
        if names.is_empty() {
            return Err(Error::Empty("feature matrix (no columns)".into()));
        }
        let mut kept = Kept::new(train)?.rows;
        if kept.is_empty() {
            return Err(Error::Empty("training sample".into()));
        }
        check_number("training rows", kept.len())?;
        if let Some(queries) = train.y().queries() {
            kept.sort_by_key(|&i| queries[i as usize]);
        }
        let pick = |values: &[f64]| {
            let each = values.len() / train.len();
            let of_row = |&i: &u32| &values[i as usize * each..][..each];
            kept.iter().flat_map(of_row).copied().collect()
        };
        let weights: Option<Vec<f64>> = train.weights().map(pick);
        let counts = weights.clone().map_or(Weights::Unit, Weights::new);
        let binning = self.params().binning(columns(self.params(), names)?);
        let (layout, cells) = bins(R::any_view(train.x()), &kept, &counts, &binning);
        Ok(Binned {
            bins: Bins {
                names: names.clone(),
                layout,
                cells,
                binning,
            },
            labels: train.y().take(RowSet::List(&kept)),
            init_score: train.init_score().map(pick),
            weights,
        })
    }
}

/// Results of the first pass over the pieces.
struct FirstReading<F, Y: Target> {
    names: Names,
    binning: Binning,
    survey: Survey<F>,
    labels: Vec<Y::Labels>,
    last_query: Option<u32>,
    weights: Option<Vec<f64>>,
    init_score: Option<Vec<f64>>,
    /// Rows that count.
    rows: usize,
    /// All rows.
    read: usize,
    /// A hash of the features of the rows that count.
    hash: u64,
}

/// A hash of some rows, the first of which has a number; of more rows it is the sum of their
/// hashes.
fn hash<F: Float>(x: View<'_, Dense<F>>, first: usize) -> u64 {
    let row = |i: usize| {
        let start = (first + i) as u64 + 1;
        let values = x.row(i).iter();
        values.fold(start, |h, v| {
            (h ^ v.f64().to_bits()).wrapping_mul(ODD).rotate_left(29)
        })
    };
    let all = (0..x.len()).into_par_iter().with_min_len(1 << 10);
    all.map(row).reduce(|| 0, u64::wrapping_add)
}

/// Any odd number without a pattern.
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The rows of a piece that count.
struct Kept {
    rows: Vec<u32>,
    /// Number of all rows of the piece.
    of: usize,
}

impl Kept {
    fn new<R: Repr, Y: Target>(piece: &Sample<R, Y, Train>) -> Result<Self> {
        numbered(STEP, "training sample", piece.x().rows())?;
        let counts = |&i: &u32| piece.weights().is_none_or(|w| w[i as usize] > 0.0);
        Ok(Self {
            rows: (0..piece.len() as u32).filter(counts).collect(),
            of: piece.len(),
        })
    }
}

impl<F: Float, Y: Target> FirstReading<F, Y> {
    fn new(boost: &Boost, piece: &Sample<Dense<F>, Y, Train>) -> Result<Self> {
        let names = piece.header().clone();
        if names.is_empty() {
            return Err(Error::Empty("feature matrix (no columns)".into()));
        }
        let binning = boost.params().binning(columns(boost.params(), &names)?);
        Ok(Self {
            survey: Survey::new(names.clone(), &binning),
            names,
            binning,
            labels: Vec::new(),
            last_query: None,
            weights: piece.weights().map(|_| Vec::new()),
            init_score: piece.init_score().map(|_| Vec::new()),
            rows: 0,
            read: 0,
            hash: 0,
        })
    }

    fn add(&mut self, piece: &Sample<Dense<F>, Y, Train>) -> Result<()> {
        let x = piece.x();
        x.data().check(&self.names)?;
        let kept = Kept::new(piece)?;
        let labels = piece.y().take(RowSet::List(&kept.rows));
        self.check_queries(labels.queries().unwrap_or_default())?;
        self.append("weights", |s| &mut s.weights, piece.weights(), &kept)?;
        self.append(
            "init_score",
            |s| &mut s.init_score,
            piece.init_score(),
            &kept,
        )?;
        let x = View::new(x.data(), RowSet::List(&kept.rows));
        self.hash = self.hash.wrapping_add(hash(x, self.rows));
        self.labels.push(labels);
        self.rows += kept.rows.len();
        self.read += kept.of;
        check_number("training rows", self.rows)?;
        self.survey.add(x);
        Ok(())
    }

    /// Appends what belongs to the rows, one or several numbers each, if the pieces before had it,
    /// too.
    fn append(
        &mut self,
        what: &str,
        all: impl Fn(&mut Self) -> &mut Option<Vec<f64>>,
        values: Option<&[f64]>,
        Kept { rows, of }: &Kept,
    ) -> Result<()> {
        let read = self.read;
        match (all(self), values) {
            (None, None) => Ok(()),
            (Some(all), Some(values)) => {
                let each = values.len() / (*of).max(1);
                let of_row = |&i: &u32| &values[i as usize * each..][..each];
                all.extend(rows.iter().flat_map(of_row));
                Ok(())
            }
            (before, _) => {
                let (expected, found) = match before {
                    None => ("none, as before", "some"),
                    Some(_) => ("some, as before", "none"),
                };
                let of = format!("{STEP}: {what} of the piece that begins with row {read}");
                Err(Error::value(of, expected, found))
            }
        }
    }

    fn check_queries(&mut self, queries: &[u32]) -> Result<()> {
        for (row, &query) in queries.iter().enumerate() {
            if self.last_query.is_some_and(|last| query < last) {
                let expected = "query ids that ascend from piece to piece";
                return Err(Error::cell("query", self.read + row, expected, query));
            }
            self.last_query = Some(query);
        }
        Ok(())
    }

    /// Reads the pieces again and writes the bins.
    fn fill<I>(self, mut open: impl FnMut() -> Result<I>) -> Result<Binned<Y>>
    where
        I: IntoIterator<Item = Result<Dataset<Dense<F>, Y>>>,
    {
        if self.rows == 0 {
            return Err(Error::Empty("training sample".into()));
        }
        let weights = self.weights.clone().map_or(Weights::Unit, Weights::new);
        let mut layout = self.survey.layout(weights.repeats(), &self.binning)?;
        let cells = loop {
            let mut cells = layout.empty_cells(self.rows);
            let filler = Filler::new(&layout);
            let (mut first, mut again) = (0, 0_u64);
            for piece in open()? {
                let piece = piece?.into_train();
                let rows = Kept::new(&piece)?.rows;
                let x = View::new(piece.x().data(), RowSet::List(&rows));
                x.data().check(&self.names)?;
                again = again.wrapping_add(hash(x, first));
                let next = first + rows.len();
                if next <= self.rows {
                    filler.fill(&mut cells, first, x);
                }
                first = next;
            }
            if first != self.rows {
                let what = format!("{STEP}: second reading of the training rows");
                return Err(Error::value(what, format!("{} rows", self.rows), first));
            }
            if again != self.hash {
                let what = format!("{STEP}: second reading of the training rows");
                return Err(Error::value(what, "the rows of the first", "other rows"));
            }
            let met = filler.met();
            if met.is_empty() {
                break cells;
            }
            layout.separate(&met);
        };
        Ok(Binned {
            bins: Bins {
                names: self.names,
                layout: Arc::new(layout),
                cells: Arc::new(cells),
                binning: self.binning,
            },
            labels: Y::Labels::concat(&self.labels)?,
            weights: self.weights,
            init_score: self.init_score,
        })
    }
}
