//! The columns of a binned matrix, and where the bins of each are in a histogram.

use super::slots::{Bundle, Slots};

/// One column of the binned matrix.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Position of the column in the matrix it was learned from.
    pub(crate) source: u32,
    pub(crate) bins: Bins,
    /// Whether the bin after the last one is in use: for values that were missing in training, and
    /// for rare categories.
    pub(crate) missing: bool,
    /// Whether most sampled rows have one value.
    pub(crate) sparse: bool,
}

/// The values of each bin.
#[derive(Debug, Clone)]
pub(crate) enum Bins {
    /// Upper boundaries of the bins, the last bin's (infinity) left out.
    Numbers(Vec<f64>),
    /// The category of each bin, frequent ones first.
    Categories(Vec<u32>),
}

/// Most bins of a column, the missing one included, whose cells take a byte.
pub(crate) const NARROW: usize = 256;

impl Column {
    /// Number of bins that hold values; also the number of the bin of missing values.
    pub(crate) fn values(&self) -> usize {
        match &self.bins {
            Bins::Numbers(bounds) => bounds.len() + 1,
            Bins::Categories(categories) => categories.len(),
        }
    }

    /// Bins in use.
    pub(crate) fn bins(&self) -> usize {
        self.values() + usize::from(self.missing)
    }

    pub(crate) fn is_categorical(&self) -> bool {
        matches!(self.bins, Bins::Categories(_))
    }

    /// Whether a cell needs two bytes. Values not seen in training take the bin after the last one,
    /// too.
    fn is_wide(&self) -> bool {
        self.values() >= NARROW
    }
}

/// The columns worth splitting on, and where the bins of each begin in a histogram.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// Those of one byte first.
    pub(crate) columns: Vec<Column>,
    /// Number of those of one byte.
    pub(crate) narrow: usize,
    /// Places of the training cells in a row.
    pub(crate) slots: Slots,
    /// Beginning of the bins of each slot in a histogram, and the end of the last one's. Slots of
    /// one byte whose bins are mostly in use begin [`NARROW`] apart, so that counting need not look
    /// their beginnings up.
    pub(crate) offsets: Vec<u32>,
}

impl Layout {
    pub(crate) fn new(mut columns: Vec<Column>) -> Self {
        columns.sort_by_key(Column::is_wide);
        let narrow = columns.partition_point(|c| !c.is_wide());
        let mut layout = Self {
            slots: Slots::default(),
            narrow,
            columns,
            offsets: Vec::new(),
        };
        layout.bundle(&[]);
        layout
    }

    /// Gives each bundle of columns one byte and makes room for all bins.
    pub(super) fn bundle(&mut self, bundles: &[Bundle]) {
        let bins: Vec<usize> = self.columns.iter().map(Column::bins).collect();
        self.slots = Slots::new(&bins, self.narrow, bundles);
        let mut used = vec![0; self.slots.len()];
        for (place, bins) in self.slots.iter().zip(bins) {
            let used = &mut used[place.slot as usize];
            *used += match place.share {
                Some(_) => bins - usize::from(*used > 0),
                None => bins,
            };
        }
        let narrow = used.len() - self.slots.wide;
        let spaced = 2 * used[..narrow].iter().sum::<usize>() >= narrow * NARROW;
        if spaced {
            used[..narrow].fill(NARROW);
        }
        self.offsets = std::iter::once(0)
            .chain(used.iter().scan(0, |end, &bins| {
                *end += bins as u32;
                Some(*end)
            }))
            .collect();
    }

    /// A slot for every column.
    pub(super) fn slots_alone(&self) -> Slots {
        let bins: Vec<usize> = self.columns.iter().map(Column::bins).collect();
        Slots::new(&bins, self.narrow, &[])
    }

    /// Takes some columns out of their bundles.
    pub(crate) fn separate(&mut self, columns: &[u32]) {
        let mut bundles: Vec<Bundle> = vec![Vec::new(); self.slots.len()];
        for (column, place) in (0..).zip(self.slots.iter()) {
            if let Some(share) = place.share
                && !columns.contains(&column)
            {
                bundles[place.slot as usize].push((column, share.usual));
            }
        }
        bundles.retain(|b| b.len() > 1);
        self.bundle(&bundles);
    }

    /// The bins of a column in a histogram of rows whose sum is `total`; put together in `scratch`
    /// where it shares a byte.
    pub(crate) fn bins_of<'a>(
        &self,
        column: usize,
        hist: &'a [u64],
        total: u64,
        scratch: &'a mut Vec<u64>,
    ) -> &'a [u64] {
        let place = self.slots.place(column);
        let bins = self.columns[column].bins();
        let hist = &hist[self.offsets[place.slot as usize] as usize..];
        let Some(share) = place.share else {
            return &hist[..bins];
        };
        scratch.clear();
        scratch.extend((0..bins as u16).map(|bin| hist[usize::from(share.code(bin))]));
        let usual = usize::from(share.usual);
        scratch[usual] = 0;
        let others = scratch
            .iter()
            .fold(0, |sum: u64, bin| sum.wrapping_add(*bin));
        scratch[usual] = total.wrapping_sub(others);
        scratch
    }

    /// Entries of a histogram.
    pub(crate) fn bins(&self) -> usize {
        self.offsets[self.slots.len()] as usize
    }
}
