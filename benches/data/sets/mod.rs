//! The data sets of the benchmarks, made from nothing: the same bits on every machine and for any
//! number of threads. Of most sets a smaller one is the beginning of a larger one.

mod ab;
mod array;
mod cat;
mod dense;
mod draw;
mod drift;
mod higgs;
mod ltr;
mod manifest;
mod mlp;
mod multi;
mod part_file;
mod recsys;
mod reg;
mod scores;
mod sparse;
mod table;
mod text;
mod words;
mod writer;

use manifest::Manifest;
use ml_pipeline::data::{Error, Result};
use std::path::Path;
use writer::Writer;

/// Version of the data: one more whenever a byte of a set changes.
pub(crate) const GENERATOR: u32 = 1;

/// Size of the sets: rows, queries and users are multiplied by it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale(pub(crate) f64);

impl Scale {
    /// So much of a number of rows, 20 at least.
    fn rows(self, rows: usize) -> usize {
        ((rows as f64 * self.0).round() as usize).max(20)
    }
}

/// The training and the test part of a set, with their rows.
fn parts(scale: Scale, train: usize, test: usize) -> [(&'static str, usize); 2] {
    [("train", scale.rows(train)), ("test", scale.rows(test))]
}

/// A data set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Set {
    pub(crate) name: &'static str,
    /// Shapes and kinds at scale 1.
    pub(crate) what: &'static str,
    write: fn(&mut Writer<'_>, Scale) -> Result<()>,
}

/// Every set, in the order they are written.
pub(crate) const SETS: &[Set] = &[
    set(
        "higgs",
        "two classes, 500k + 100k rows x 28 numbers",
        higgs::write,
    ),
    set(
        "reg",
        "a number, 200k + 50k x 50, a tenth missing",
        reg::write,
    ),
    set("multi", "seven classes, 100k + 20k x 30", multi::write),
    set(
        "ltr",
        "graded lists, 5,000 + 1,000 queries of 100 x 46",
        ltr::write,
    ),
    set(
        "cat",
        "two classes, 300k + 60k x 12 categories and 8 numbers",
        cat::write,
    ),
    set(
        "dense",
        "correlated clusters, 200k + 50k x 50 doubles",
        dense::write,
    ),
    set(
        "sparse",
        "word counts, 100k + 20k x 20,000, sixty a row",
        sparse::write,
    ),
    set("text", "200k lines of 14 words", text::write),
    set("mlp", "two classes, 200k + 50k x 64", mlp::write),
    set(
        "recsys",
        "5M + 500k pairs of 50k users and 20k items",
        recsys::write,
    ),
    set(
        "table",
        "1M rows x 20 mixed columns, 500k quotes; CSV, Parquet",
        table::write,
    ),
    set(
        "scores",
        "10M scores with labels, 100k lists of 100",
        scores::write,
    ),
    set(
        "drift",
        "two samples of 1M x 16 numbers and 4 categories",
        drift::write,
    ),
    set("ab", "two arms of 1M values", ab::write),
];

const fn set(
    name: &'static str,
    what: &'static str,
    write: fn(&mut Writer<'_>, Scale) -> Result<()>,
) -> Set {
    Set { name, what, write }
}

/// Outcome of writing a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// It was there.
    Kept,
    /// So many files and bytes.
    Wrote(usize, u64),
}

/// Writes a set into a folder unless it is there; `csv` asks for a CSV file beside every array.
///
/// A file has its name only when it is whole, and the set is in the folder's manifest only when all
/// its files are.
///
/// # Errors
/// A folder or file that can not be written; a folder of another scale or version.
pub(crate) fn write(set: &Set, folder: &Path, scale: Scale, csv: bool) -> Result<Done> {
    let refused = |e| Error::io(format!("making the folder {}", folder.display()), e);
    std::fs::create_dir_all(folder).map_err(refused)?;
    let mut manifest = Manifest::open(folder, scale)?;
    if manifest.has(folder, set.name, csv) {
        return Ok(Done::Kept);
    }
    let mut writer = Writer::new(folder, csv);
    (set.write)(&mut writer, scale)?;
    let files = writer.written();
    let done = Done::Wrote(files.len(), files.iter().map(|f| f.bytes).sum());
    manifest.add(folder, set.name, csv, files)?;
    Ok(done)
}
