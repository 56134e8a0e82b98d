//! The items that were relevant to one user.

use crate::error::{self, Result};
use ml_data::validate;

/// The items that were relevant to one user: ascending ids, with or without grades.
///
/// Without grades every item has grade 1. Items of grade 0 may be listed; they count as not
/// relevant.
#[derive(Debug, Clone, Copy)]
pub struct Relevant<'a> {
    items: &'a [u32],
    pub(super) grades: Option<&'a [f64]>,
    count: usize,
}

impl<'a> Relevant<'a> {
    /// Items that are all equally relevant.
    ///
    /// # Errors
    /// Ids that are not strictly ascending.
    pub fn new(items: &'a [u32]) -> Result<Self> {
        if let Some(at) = items.windows(2).position(|w| w[0] >= w[1]) {
            return Err(error::value(
                "relevant items",
                at + 1,
                items[at + 1],
                "ids in strictly ascending order",
            ));
        }
        Ok(Self {
            items,
            grades: None,
            count: items.len(),
        })
    }

    /// Items with a grade each.
    ///
    /// # Errors
    /// Ids that are not strictly ascending, another number of grades, a grade that is negative or
    /// not finite.
    pub fn graded(items: &'a [u32], grades: &'a [f64]) -> Result<Self> {
        let plain = Self::new(items)?;
        if grades.len() != items.len() {
            return Err(error::length(
                "grades of the relevant items",
                items.len(),
                grades.len(),
            ));
        }
        validate::non_negative("relevance grade", grades)?;
        Ok(Self {
            grades: Some(grades),
            count: grades.iter().filter(|g| **g > 0.0).count(),
            ..plain
        })
    }

    /// Number of relevant items.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The grade of an item, 0 if it is not relevant.
    #[must_use]
    pub fn grade(&self, item: u32) -> f64 {
        match (self.items.binary_search(&item), self.grades) {
            (Ok(at), Some(grades)) => grades[at],
            (Ok(_), None) => 1.0,
            (Err(_), _) => 0.0,
        }
    }
}
