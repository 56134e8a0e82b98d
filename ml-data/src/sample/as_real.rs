//! Labels read as numbers, by steps that learn from the target.

use super::labels::{Binary, BinaryLabels, Class, ClassLabels, Real, RealLabels};
use super::labels::{Relevance, RelevanceLabels, Target};

/// Targets whose labels read as numbers, which target-aware steps need.
#[diagnostic::on_unimplemented(
    message = "a target-aware step needs numeric, binary or graded labels, and this sample has `{Self}`",
    label = "no labels to learn from",
    note = "give the dataset a target first: `.regression(\"column\")`, `.binary(\"column\", \"positive\")` or `.relevance(\"grade\", \"query\")`"
)]
pub trait AsReal: Target {
    /// Label `i` as a number (0 or 1 for binary).
    ///
    /// # Panics
    /// A row that is not there.
    fn real(labels: &Self::Labels, i: usize) -> f64;
}

impl AsReal for Real {
    fn real(labels: &RealLabels, i: usize) -> f64 {
        labels.values()[i]
    }
}
impl AsReal for Binary {
    fn real(labels: &BinaryLabels, i: usize) -> f64 {
        f64::from(labels.values()[i])
    }
}
impl AsReal for Relevance {
    fn real(labels: &RelevanceLabels, i: usize) -> f64 {
        f64::from(labels.grades()[i])
    }
}

/// Targets whose labels read as one number a row, or as one indicator of each class, which
/// target-aware encoders need.
///
/// Every [`AsReal`] target is one number. A class is as many numbers as there are classes: 1 for
/// the row's own and 0 for the rest.
///
/// ```
/// use ml_data::sample::{Class, ClassLabels, OneVsRest};
/// let labels = ClassLabels::of_names(&["oak", "yew", "oak"])?;
/// assert_eq!(Class::classes(&labels).unwrap().len(), 2);
/// let is_yew: Vec<f64> = (0..3).map(|i| Class::indicator(&labels, i, 1)).collect();
/// assert_eq!(is_yew, [0.0, 1.0, 0.0]);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "a target-aware step needs numeric, binary, class or graded labels, and this sample has `{Self}`",
    label = "no labels to learn from",
    note = "give the dataset a target first: `.regression(\"column\")`, `.binary(\"column\", \"positive\")`, `.classes(\"column\")` or `.relevance(\"grade\", \"query\")`"
)]
pub trait OneVsRest: Target {
    /// Names of the classes; `None` where a label is one number.
    fn classes(labels: &Self::Labels) -> Option<&[Box<str>]>;
    /// Label `i` as a number, or 1 where it is of class `output` and 0 where it is not.
    ///
    /// # Panics
    /// A row that is not there.
    fn indicator(labels: &Self::Labels, i: usize, output: usize) -> f64;
}

impl<Y: AsReal> OneVsRest for Y {
    fn classes(_: &Self::Labels) -> Option<&[Box<str>]> {
        None
    }
    fn indicator(labels: &Self::Labels, i: usize, _: usize) -> f64 {
        Y::real(labels, i)
    }
}
impl OneVsRest for Class {
    fn classes(labels: &ClassLabels) -> Option<&[Box<str>]> {
        Some(labels.classes())
    }
    fn indicator(labels: &ClassLabels, i: usize, output: usize) -> f64 {
        f64::from(u8::from(labels.codes()[i] as usize == output))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_every_target_read_as_numbers() {
        let real = RealLabels::new([1.5, -2.0]).unwrap();
        let binary = BinaryLabels::new([1_u8, 0], "yes").unwrap();
        let grades = RelevanceLabels::new(vec![3.0_f32, 0.5], vec![7_u32, 7]).unwrap();
        let of_both = |read: &dyn Fn(usize) -> f64| [read(0), read(1)];
        assert_eq!(of_both(&|i| Real::real(&real, i)), [1.5, -2.0]);
        assert_eq!(of_both(&|i| Binary::real(&binary, i)), [1.0, 0.0]);
        assert_eq!(of_both(&|i| Relevance::real(&grades, i)), [3.0, 0.5]);
        // One number a label: the output does not matter.
        assert_eq!(
            of_both(&|i| Relevance::indicator(&grades, i, 1)),
            [3.0, 0.5]
        );
        assert!(Relevance::classes(&grades).is_none() && Real::classes(&real).is_none());
    }
}
