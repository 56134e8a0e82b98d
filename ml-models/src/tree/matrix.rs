//! Rows that trees are learned from and predict: numbers, with or without their zeros.
//!
//! [`Matrix`] is what users see, a bound on rows. Behind it each row type turns into
//! [`AnyView`] or [`AnyRow`], so that binning, training and prediction are compiled here, once for
//! each of the four types, and not again in every program that fits a model.

use ml_data::for_any;
use ml_data::repr::{AnyRow, AnyView, Dense, Float, Names, Repr, Sparse, View};

/// Rows of numbers that trees take: [`Dense`], and [`Sparse`], whose zeros are not stored. Both
/// give the same trees and predictions, bit by bit.
#[diagnostic::on_unimplemented(
    message = "boosting does not learn from `{Self}` rows, nor predict them",
    label = "neither `Dense` nor `Sparse` rows",
    note = "the steps before it must produce the rows it reads: `Dense` or `Sparse`"
)]
pub trait Matrix: sealed::Erase {}

impl<F: Float> Matrix for Dense<F> {}
impl<F: Float> Matrix for Sparse<F> {}

pub(crate) mod sealed {
    use super::*;

    /// Rows whose type can be forgotten.
    pub trait Erase: Repr<Header = Names> {
        fn any_view(x: View<'_, Self>) -> AnyView<'_>;
        fn any_row<'a>(row: Self::Row<'a>) -> AnyRow<'a>;
    }
}

impl<F: Float> sealed::Erase for Dense<F> {
    fn any_view(x: View<'_, Self>) -> AnyView<'_> {
        x.into()
    }

    #[inline]
    fn any_row<'a>(row: Self::Row<'a>) -> AnyRow<'a> {
        row.into()
    }
}

impl<F: Float> sealed::Erase for Sparse<F> {
    fn any_view(x: View<'_, Self>) -> AnyView<'_> {
        x.into()
    }

    #[inline]
    fn any_row<'a>(row: Self::Row<'a>) -> AnyRow<'a> {
        row.into()
    }
}

/// Appends the bytes of row `i`, which tell it from others.
pub(crate) fn row_bytes(x: AnyView<'_>, i: usize, to: &mut Vec<u8>) {
    for_any!(
        AnyView,
        x,
        x => to.extend(x.row(i).iter().flat_map(|v| v.f64().to_bits().to_le_bytes())),
        {
            let row = x.row(i);
            to.extend((row.indices.len() as u32).to_le_bytes());
            for (&c, v) in row.indices.iter().zip(row.values) {
                to.extend(c.to_le_bytes());
                to.extend(v.f64().to_bits().to_le_bytes());
            }
        }
    );
}
