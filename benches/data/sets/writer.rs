//! Files of a folder, written block by block.

pub(crate) use super::array::{Array, Bytes, Element};
use super::draw::Draw;
pub(crate) use super::part_file::{PartFile, Written};
use ml_pipeline::data::{Error, Result};
use rayon::prelude::*;
use std::path::Path;

/// Writes the files of one set into a folder.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    folder: &'a Path,
    csv: bool,
    written: Vec<Written>,
}

impl<'a> Writer<'a> {
    /// `csv` asks for a CSV file beside every array.
    pub(crate) fn new(folder: &'a Path, csv: bool) -> Self {
        let written = Vec::new();
        Self {
            folder,
            csv,
            written,
        }
    }

    /// The files that are whole.
    pub(crate) fn written(self) -> Vec<Written> {
        self.written
    }

    /// Arrays whose rows are made together: `fill` appends what item `0..items` adds to each.
    ///
    /// Every block of `block` items has its own draws, named by `stage` and the block's number, so
    /// the bytes are the same for any number of threads, and of a smaller set the beginning of a
    /// larger one's.
    pub(crate) fn arrays<const N: usize>(
        &mut self,
        stage: &str,
        (items, block): (usize, usize),
        arrays: [Array; N],
        fill: impl Fn(&mut Draw, usize, &mut [Bytes; N]) + Sync,
    ) -> Result<()> {
        let make = |number: usize| {
            let mut out: [Bytes; N] = std::array::from_fn(|_| Bytes::default());
            let mut draw = Draw::new(stage, number);
            let from = number * block;
            (from..(from + block).min(items)).for_each(|item| fill(&mut draw, item, &mut out));
            out
        };
        let mut files = Vec::with_capacity(N);
        for array in &arrays {
            files.push(ArrayFile::create(self, array)?);
        }
        in_order(items.div_ceil(block), make, |blocks| {
            let pairs = files.iter_mut().zip(&blocks);
            pairs
                .into_iter()
                .try_for_each(|(file, bytes)| file.append(bytes))
        })?;
        files.into_iter().try_for_each(|file| file.finish(self))
    }

    /// An array already made.
    pub(crate) fn array(&mut self, array: &Array, bytes: &Bytes) -> Result<()> {
        let mut file = ArrayFile::create(self, array)?;
        file.append(bytes)?;
        file.finish(self)
    }

    /// A file to be written from the beginning to its end.
    pub(crate) fn create(&self, name: impl Into<String>) -> Result<PartFile> {
        PartFile::create(self.folder, name.into())
    }

    /// Ends a file and gives it its name.
    pub(crate) fn finish(&mut self, file: PartFile) -> Result<()> {
        self.written.push(file.finish()?);
        Ok(())
    }
}

/// Makes blocks `0..count` in parallel and hands them on in their order, some at a time.
pub(crate) fn in_order<T: Send>(
    count: usize,
    make: impl Fn(usize) -> T + Sync,
    mut take: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    let together = 4 * rayon::current_num_threads();
    for first in (0..count).step_by(together) {
        let numbers = first..(first + together).min(count);
        let made: Vec<T> = numbers.into_par_iter().map(&make).collect();
        made.into_iter().try_for_each(&mut take)?;
    }
    Ok(())
}

/// One array on its way to `NAME.npy`, and to `NAME.csv` where that is asked for.
struct ArrayFile {
    array: Array,
    npy: PartFile,
    csv: Option<PartFile>,
    bytes: usize,
}

impl ArrayFile {
    fn create(to: &Writer<'_>, array: &Array) -> Result<Self> {
        let mut npy = to.create(format!("{}.npy", array.name))?;
        npy.append(&array.header())?;
        let mut csv = None;
        if to.csv || array.asks_for_csv() {
            let mut file = to.create(format!("{}.csv", array.name))?;
            file.append(array.names().as_bytes())?;
            csv = Some(file);
        }
        let array = array.clone();
        Ok(Self {
            array,
            npy,
            csv,
            bytes: 0,
        })
    }

    fn append(&mut self, bytes: &Bytes) -> Result<()> {
        self.bytes += bytes.0.len();
        self.npy.append(&bytes.0)?;
        match &mut self.csv {
            Some(csv) => csv.append(self.array.lines(&bytes.0).as_bytes()),
            None => Ok(()),
        }
    }

    fn finish(self, to: &mut Writer<'_>) -> Result<()> {
        let what = format!("bytes of {}", self.array.name);
        Error::check_len(&what, self.array.size(), self.bytes)?;
        to.finish(self.npy)?;
        self.csv.map_or(Ok(()), |csv| to.finish(csv))
    }
}
