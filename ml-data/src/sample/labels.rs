//! Targets and their labels.

use super::prediction::{Prediction, Probabilities, Scores};
use crate::error::{Error, Result};
use crate::repr::RowSet;
use crate::schema::{Levels, MISSING_CODE};
use crate::validate;
use foldhash::HashMap;
use std::borrow::Cow;
use std::sync::Arc;

/// Labels of one kind of target; cloning counts references.
pub trait Labels: Clone + Send + Sync + 'static {
    /// Number of rows.
    fn len(&self) -> usize;
    /// True when there are no rows.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The labels of a set of rows.
    ///
    /// # Panics
    /// A row that is not there.
    #[must_use]
    fn take(&self, rows: RowSet<'_>) -> Self;
    /// The labels of several pieces, one after the other.
    ///
    /// # Errors
    /// No pieces, or pieces whose codes mean different classes.
    fn concat(pieces: &[Self]) -> Result<Self>;
    /// The class of each row, when there are classes: stratified splits keep their shares.
    fn strata(&self) -> Option<Cow<'_, [u32]>> {
        None
    }
    /// The labels of rows that were drawn with replacement, of which those of one draw belong
    /// together: a query that was drawn twice is two queries. `draw` is that of each row.
    #[must_use]
    fn of_draws(&self, draw: &[u32]) -> Self {
        let _ = draw;
        self.clone()
    }
    /// A different grouping of rows than the sample's, when the labels carry one (queries).
    fn queries(&self) -> Option<&[u32]> {
        None
    }
}

/// Kinds of targets: the kind of labels and the kind of predictions that belong together.
pub trait Target: Send + Sync + 'static {
    /// Its name in artifacts, which tell pipelines of different targets apart by it: give a target
    /// of your own one of its own.
    const NAME: &'static str = "custom";
    /// The known answers.
    type Labels: Labels;
    /// Predictions of a model.
    type Prediction: Prediction;
}

/// No target.
#[derive(Debug)]
pub enum Unlabelled {}
/// A real number.
#[derive(Debug)]
pub enum Real {}
/// One of two classes; predictions are probabilities of the positive one.
#[derive(Debug)]
pub enum Binary {}
/// One of several classes; predictions are a probability for each.
#[derive(Debug)]
pub enum Class {}
/// A grade of relevance within a query; predictions order the rows of each query.
#[derive(Debug)]
pub enum Relevance {}

impl Target for Unlabelled {
    const NAME: &'static str = "Unlabelled";
    type Labels = NoLabels;
    type Prediction = Scores;
}
impl Target for Real {
    const NAME: &'static str = "Real";
    type Labels = RealLabels;
    type Prediction = Scores;
}
impl Target for Binary {
    const NAME: &'static str = "Binary";
    type Labels = BinaryLabels;
    type Prediction = Scores;
}
impl Target for Class {
    const NAME: &'static str = "Class";
    type Labels = ClassLabels;
    type Prediction = Probabilities;
}
impl Target for Relevance {
    const NAME: &'static str = "Relevance";
    type Labels = RelevanceLabels;
    type Prediction = Scores;
}

fn gather<T: Copy>(values: &[T], rows: RowSet<'_>) -> Arc<[T]> {
    match rows {
        RowSet::Range(a, b) => values[a..b.max(a)].into(),
        RowSet::List(l) => l.iter().map(|&i| values[i as usize]).collect(),
    }
}

/// All values, piece after piece.
fn join<'a, L: 'a, T: Copy + 'a>(pieces: &'a [L], of: impl Fn(&'a L) -> &'a [T]) -> Arc<[T]> {
    let mut all = Vec::with_capacity(pieces.iter().map(|p| of(p).len()).sum());
    pieces.iter().for_each(|p| all.extend_from_slice(of(p)));
    all.into()
}

/// The first piece, to which the others must be alike in what their codes mean.
fn alike<L, M: PartialEq + std::fmt::Debug>(pieces: &[L], meaning: impl Fn(&L) -> M) -> Result<&L> {
    let first = pieces
        .first()
        .ok_or_else(|| Error::Empty("labels (no pieces)".into()))?;
    let expected = meaning(first);
    match pieces.iter().map(meaning).find(|m| *m != expected) {
        Some(found) => Err(Error::Schema(format!(
            "labels of several pieces: expected {expected:?}, found {found:?}"
        ))),
        None => Ok(first),
    }
}

/// The labels of rows without a target: their number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoLabels(pub(crate) usize);

impl Labels for NoLabels {
    fn len(&self) -> usize {
        self.0
    }
    fn concat(pieces: &[Self]) -> Result<Self> {
        Ok(Self(pieces.iter().map(|p| p.0).sum()))
    }
    fn take(&self, rows: RowSet<'_>) -> Self {
        Self(rows.len())
    }
}

/// Real labels, all finite.
#[derive(Debug, Clone, PartialEq)]
pub struct RealLabels(Arc<[f64]>);

impl RealLabels {
    /// Checks that every label is finite.
    ///
    /// # Errors
    /// A missing or infinite label, with its row.
    pub fn new(values: impl Into<Arc<[f64]>>) -> Result<Self> {
        let values = values.into();
        validate::finite("label", &values)?;
        Ok(Self(values))
    }
    /// One number a row.
    pub fn values(&self) -> &[f64] {
        &self.0
    }
}

impl Labels for RealLabels {
    fn len(&self) -> usize {
        self.0.len()
    }
    fn concat(pieces: &[Self]) -> Result<Self> {
        Ok(Self(join(pieces, Self::values)))
    }
    fn take(&self, rows: RowSet<'_>) -> Self {
        Self(gather(&self.0, rows))
    }
}

/// Binary labels: 1 for the positive class.
#[derive(Debug, Clone, PartialEq)]
pub struct BinaryLabels {
    values: Arc<[u8]>,
    positive: Arc<str>,
}

impl BinaryLabels {
    /// From 0 and 1; `positive` names the class coded 1.
    ///
    /// # Errors
    /// Another value, with its row.
    pub fn new(values: impl Into<Arc<[u8]>>, positive: &str) -> Result<Self> {
        let values = values.into();
        match values.iter().position(|&v| v > 1) {
            Some(row) => Err(Error::cell("label", row, "0 or 1", values[row])),
            None => Ok(Self {
                values,
                positive: positive.into(),
            }),
        }
    }
    /// 0 or 1 a row.
    pub fn values(&self) -> &[u8] {
        &self.values
    }
    /// The name of the class coded 1.
    pub fn positive(&self) -> &str {
        &self.positive
    }
}

impl Labels for BinaryLabels {
    fn len(&self) -> usize {
        self.values.len()
    }
    fn strata(&self) -> Option<Cow<'_, [u32]>> {
        Some(self.values.iter().map(|&v| v.into()).collect())
    }
    fn concat(pieces: &[Self]) -> Result<Self> {
        let first = alike(pieces, |p| p.positive.clone())?;
        Ok(Self {
            values: join(pieces, Self::values),
            positive: first.positive.clone(),
        })
    }
    fn take(&self, rows: RowSet<'_>) -> Self {
        Self {
            values: gather(&self.values, rows),
            positive: self.positive.clone(),
        }
    }
}

/// Class labels: a code into the class names.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassLabels {
    codes: Arc<[u32]>,
    classes: Arc<[Box<str>]>,
}

impl ClassLabels {
    /// From codes and class names.
    ///
    /// # Errors
    /// A code without a name, with its row.
    pub fn new(codes: impl Into<Arc<[u32]>>, classes: impl Into<Arc<[Box<str>]>>) -> Result<Self> {
        let (codes, classes) = (codes.into(), classes.into());
        match codes.iter().position(|&c| c as usize >= classes.len()) {
            Some(row) => Err(Error::cell(
                "label",
                row,
                format!("a code below {}", classes.len()),
                codes[row],
            )),
            None => Ok(Self { codes, classes }),
        }
    }
    /// From the name of each row's class, coded in the order of the sorted names.
    ///
    /// # Errors
    /// None that names can cause.
    pub fn of_names<S: AsRef<str>>(names: &[S]) -> Result<Self> {
        let mut classes: Vec<Box<str>> = names.iter().map(|n| n.as_ref().into()).collect();
        classes.sort_unstable();
        classes.dedup();
        let levels = Levels::try_from(classes)?;
        let code = |n: &S| levels.code(n.as_ref()).unwrap_or(MISSING_CODE);
        let codes: Vec<u32> = names.iter().map(code).collect();
        Self::new(codes, levels.names().to_vec())
    }
    /// The same labels coded by other class names.
    ///
    /// ```
    /// use ml_data::sample::ClassLabels;
    /// let trained = ClassLabels::of_names(&["oak", "pine", "yew"])?;
    /// let held_out = ClassLabels::of_names(&["yew", "oak"])?.recode(trained.classes())?;
    /// assert_eq!(held_out.codes(), [2, 0]);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// A row whose class is not among `classes`, or a name that is there twice.
    pub fn recode(&self, classes: &[Box<str>]) -> Result<Self> {
        let levels = Levels::try_from(classes.to_vec())?;
        let map: Vec<Option<u32>> = self.classes.iter().map(|c| levels.code(c)).collect();
        let code = |(row, &own): (usize, &u32)| {
            let own = own as usize;
            map[own].ok_or_else(|| {
                let expected = format!("one of the classes {}", classes.join(", "));
                Error::cell("label", row, expected, &self.classes[own])
            })
        };
        let codes = self.codes.iter().enumerate().map(code);
        Self::new(codes.collect::<Result<Vec<u32>>>()?, classes.to_vec())
    }
    /// One code a row.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }
    /// Class names in code order.
    pub fn classes(&self) -> &[Box<str>] {
        &self.classes
    }
}

impl Labels for ClassLabels {
    fn len(&self) -> usize {
        self.codes.len()
    }
    fn strata(&self) -> Option<Cow<'_, [u32]>> {
        Some(self.codes().into())
    }
    fn concat(pieces: &[Self]) -> Result<Self> {
        let first = alike(pieces, |p| p.classes.clone())?;
        Ok(Self {
            codes: join(pieces, Self::codes),
            classes: first.classes.clone(),
        })
    }
    fn take(&self, rows: RowSet<'_>) -> Self {
        Self {
            codes: gather(&self.codes, rows),
            classes: self.classes.clone(),
        }
    }
}

/// Grades of relevance and the query each row belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct RelevanceLabels {
    grades: Arc<[f32]>,
    queries: Arc<[u32]>,
}

impl RelevanceLabels {
    /// From grades (finite, not negative) and query ids.
    ///
    /// # Errors
    /// A bad grade with its row, or different lengths.
    pub fn new(grades: impl Into<Arc<[f32]>>, queries: impl Into<Arc<[u32]>>) -> Result<Self> {
        let (grades, queries) = (grades.into(), queries.into());
        Error::check_len("query ids", grades.len(), queries.len())?;
        validate::non_negative("grade", &grades)?;
        Ok(Self { grades, queries })
    }
    /// One grade a row.
    pub fn grades(&self) -> &[f32] {
        &self.grades
    }
    /// The query of each row; rows of one query need not be adjacent.
    pub fn query_ids(&self) -> &[u32] {
        &self.queries
    }
}

impl Labels for RelevanceLabels {
    fn len(&self) -> usize {
        self.grades.len()
    }
    fn concat(pieces: &[Self]) -> Result<Self> {
        Ok(Self {
            grades: join(pieces, Self::grades),
            queries: join(pieces, Self::query_ids),
        })
    }
    fn take(&self, rows: RowSet<'_>) -> Self {
        Self {
            grades: gather(&self.grades, rows),
            queries: gather(&self.queries, rows),
        }
    }
    fn of_draws(&self, draw: &[u32]) -> Self {
        let mut known = HashMap::<(u32, u32), u32>::default();
        let queries = draw.iter().zip(&*self.queries).map(|(&d, &q)| {
            let next = known.len() as u32;
            *known.entry((d, q)).or_insert(next)
        });
        Self {
            grades: self.grades.clone(),
            queries: queries.collect(),
        }
    }
    fn queries(&self) -> Option<&[u32]> {
        Some(&self.queries)
    }
}
