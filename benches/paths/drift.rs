//! Drift of a column between two samples, and of a whole table against its profile.

use super::data::{table, unit};
use super::{Path, Work, work};
use ml_pipeline::data::Result;
use ml_pipeline::monitor::drift::{
    ColumnSet, DriftDetector, KsMethod, PsiBins, ReferenceProfile, chi_square_2samp, ks_2samp,
    psi_2samp,
};

pub(crate) const PATHS: &[Path] = &[
    Path::new("drift/ks", "values", 100_000, |n| {
        let (a, b) = (column(n, 0), column(n, 1));
        work!(ks_2samp(&a, &b, KsMethod::Auto))
    })
    .units(|n| 2 * n)
    .counted(20_000),
    Path::new("drift/psi", "values", 100_000, |n| {
        let (a, b) = (column(n, 0), column(n, 1));
        work!(psi_2samp(&a, &b, PsiBins::default()))
    })
    .units(|n| 2 * n),
    Path::new("drift/chi-square", "values", 100_000, |n| {
        let (a, b) = (codes(n, 0), codes(n, 1));
        work!(chi_square_2samp(a.iter().copied(), b.iter().copied(), true))
    })
    .units(|n| 2 * n),
    Path::new("drift/profile of 24 columns", "rows", 20_000, |n| {
        let table = table(n)?;
        work!(ReferenceProfile::new(&ColumnSet::from_table(&table)?))
    }),
    Path::new("drift/compare 24 columns", "rows", 20_000, compare),
];

fn column(n: usize, j: usize) -> Vec<f64> {
    (0..n).map(|i| unit(i, j)).collect()
}

fn codes(n: usize, j: usize) -> Vec<u32> {
    (0..n).map(|i| (unit(i, j) * 10.0) as u32).collect()
}

fn compare(rows: usize) -> Result<Work> {
    let table = table(rows)?;
    let profile = ReferenceProfile::new(&ColumnSet::from_table(&table)?)?;
    let detector = DriftDetector::new();
    work!(detector.compare(&profile, &ColumnSet::from_table(&table)?))
}
