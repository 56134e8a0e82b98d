//! The binned matrix: one byte a cell, two where a column has many bins; rows side by side.

use super::aligned::Aligned;
use super::slots::Slots;

/// Bins of a matrix, row after row, each padded to `stride` bytes: first the slots of one byte,
/// then those of two. The bin `values()` of a column stands for a missing value.
#[derive(Debug)]
pub(crate) struct Cells {
    pub(crate) bytes: Aligned,
    pub(crate) stride: usize,
    pub(crate) rows: usize,
    pub(crate) slots: Slots,
    /// The slots of one byte again, one after the other: splitting a leaf reads one of them.
    pub(super) by_slot: Vec<u8>,
}

impl Cells {
    /// All zero.
    pub(super) fn new(slots: Slots, rows: usize) -> Self {
        let stride = slots.stride();
        Self {
            bytes: Aligned::zeros(rows * stride),
            stride,
            rows,
            by_slot: vec![0; rows * slots.narrow],
            slots,
        }
    }

    /// The cells of row `i`, padding included.
    #[inline]
    pub(crate) fn row(&self, i: usize) -> &[u8] {
        &self.bytes[i * self.stride..(i + 1) * self.stride]
    }

    /// The cells of a slot of one byte, one a row.
    #[inline]
    pub(crate) fn slot(&self, slot: usize) -> &[u8] {
        &self.by_slot[slot * self.rows..(slot + 1) * self.rows]
    }

    /// The cells of all slots of one byte, slot after slot.
    pub(crate) fn slot_bytes(&self) -> &[u8] {
        &self.by_slot
    }
}

#[cfg(test)]
mod tests {
    use crate::tree::bin::{Binning, Bins, Layout};
    use ml_data::repr::{Dense, View};

    #[test]
    fn cells_agree_with_the_boundaries_in_both_types() {
        let n = 3000;
        let wide: Vec<f64> = (0..n * 3)
            .map(|i| match i % 3 {
                0 => f64::from((i as f32 * 0.37).sin()),
                1 => 4.0,
                _ if i % 7 == 0 => f64::NAN,
                _ => (i % 11) as f64 - 5.0,
            })
            .collect();
        let narrow: Vec<f32> = wide.iter().map(|&v| v as f32).collect();
        let params = Binning {
            max_bin: 40,
            ..Binning::default()
        };
        let (x, narrow) = (
            Dense::from_rows(3, wide).unwrap(),
            Dense::from_rows(3, narrow).unwrap(),
        );
        let layout = Layout::learn(View::all(&x), None, &params);
        assert_eq!(
            layout.columns.iter().map(|c| c.source).collect::<Vec<_>>(),
            [0, 2],
            "the constant column is dropped"
        );
        let cells = layout.cells(View::all(&x));
        assert_eq!(cells.bytes[..], layout.cells(View::all(&narrow)).bytes[..]);
        for i in 0..n {
            for (c, column) in layout.columns.iter().enumerate() {
                let value = View::all(&x).row(i)[column.source as usize];
                let bin = cells.row(i)[c] as usize;
                if value.is_nan() {
                    assert_eq!(bin, column.values());
                } else {
                    let Bins::Numbers(bounds) = &column.bins else {
                        panic!("numbers expected")
                    };
                    assert!(bin == 0 || bounds[bin - 1] < value);
                    assert!(bin == bounds.len() || value <= bounds[bin]);
                }
            }
        }
        assert!(
            layout.columns[0].values() == 40
                && layout.columns[1].missing
                && layout.columns[1].values() <= 39
        );
    }

    #[test]
    fn wide_cells_and_categories_are_found_again() {
        let n = 5000;
        let x: Vec<f64> = (0..n)
            .flat_map(|i| {
                [
                    f64::from(i % 700),
                    f64::from(i),
                    f64::from(i % 90) * 1000.0,
                    -1.0,
                ]
            })
            .collect();
        let x = Dense::from_rows(4, x).unwrap();
        let params = Binning {
            categorical: vec![0, 2, 3],
            max_bin: 2000,
            ..Binning::default()
        };
        let layout = Layout::learn(View::all(&x), None, &params);
        assert_eq!((layout.narrow, layout.columns.len()), (1, 3));
        let cells = layout.cells(View::all(&x));
        for i in 0..n as usize {
            for (c, column) in layout.columns.iter().enumerate() {
                let value = View::all(&x).row(i)[column.source as usize];
                let (at, row) = (cells.slots.at(c), cells.row(i));
                let wide = !cells.slots.is_narrow(c);
                let high = if wide { usize::from(row[at + 1]) } else { 0 };
                let bin = usize::from(row[at]) + 256 * high;
                match &column.bins {
                    Bins::Categories(of) => match of.get(bin) {
                        Some(&category) => assert_eq!(f64::from(category), value),
                        None => assert!(!of.contains(&(value as u32))),
                    },
                    Bins::Numbers(bounds) => {
                        assert!(bin == 0 || bounds[bin - 1] < value);
                        assert!(bin == bounds.len() || value <= bounds[bin]);
                    }
                }
            }
        }
    }

    #[test]
    fn one_hot_codes_share_bytes_unless_they_meet() {
        let (n, levels) = (4000, 30);
        let code = |i: usize| i * i % 31;
        let mut x: Vec<f64> = (0..n)
            .flat_map(|i| (0..levels).map(move |l| f64::from(u8::from(l == code(i)))))
            .collect();
        let binning = Binning {
            enable_bundle: true,
            ..Binning::default()
        };
        let learn = |x: &[f64]| {
            let x = Dense::from_rows(levels, x.to_vec()).unwrap();
            let mut layout = Layout::learn(View::all(&x), None, &binning);
            let cells = layout.training_cells(View::all(&x));
            (layout, cells)
        };
        let (layout, cells) = learn(&x);
        let seen = layout.columns.len();
        assert!(seen > 10 && cells.stride == 1 && layout.bins() == seen + 1);
        for i in 0..n {
            let on = layout
                .columns
                .iter()
                .position(|c| c.source as usize == code(i));
            let share = on.and_then(|c| layout.slots.place(c).share);
            assert_eq!(cells.row(i)[0], share.map_or(0, |s| s.code(1)));
        }
        // The first column is on in many rows, so it meets every other one.
        (0..n).step_by(7).for_each(|i| x[i * levels] = 1.0);
        let (layout, cells) = learn(&x);
        assert_eq!((layout.slots.len(), cells.stride), (2, 2));
        assert!(layout.slots.place(0).share.is_none());
    }
}
