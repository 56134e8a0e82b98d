//! Header of a file: everything before its trees.

use ml_data::repr::Names;
use ml_data::{Error, Result};

use super::objective;
use super::section::{Section, fault};
use crate::tree::{Combine, Link};

/// The header of a file.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) names: Names,
    pub(super) outputs: usize,
    pub(super) combine: Combine,
    pub(super) link: Link,
    pub(super) objective: String,
    /// Number of trees that the file promises, where it does.
    pub(super) trees: Option<usize>,
}

impl Header {
    pub(super) fn read(section: &Section<'_>) -> Result<Self> {
        version(section)?;
        let outputs: usize = section.number("num_tree_per_iteration")?;
        let line = section.text("num_tree_per_iteration")?.0;
        let classes: usize = section.number("num_class")?;
        if outputs == 0 || outputs != classes {
            let expected = format!("the {classes} of `num_class`, at least 1");
            return Err(fault(line, expected, &outputs.to_string()));
        }
        let (objective, link) = match section.find("objective") {
            Some((line, text)) => (text.to_owned(), objective::link(line, text)?),
            None => ("custom".into(), Link::Identity),
        };
        Ok(Self {
            names: names(section)?,
            outputs,
            combine: match section.find("average_output") {
                Some(_) => Combine::Mean,
                None => Combine::Sum,
            },
            link,
            objective,
            trees: section
                .find("tree_sizes")
                .map(|(_, sizes)| sizes.split_ascii_whitespace().count()),
        })
    }
}

fn version(section: &Section<'_>) -> Result<()> {
    match section.find("version") {
        Some((_, "v2" | "v3" | "v4")) => Ok(()),
        Some((line, found)) => Err(fault(line, "version v2, v3 or v4", found)),
        None => Err(fault(section.line, "`version=` below", "no such line")),
    }
}

fn names(section: &Section<'_>) -> Result<Names> {
    let (line, text) = section.text("feature_names")?;
    let names: Vec<&str> = text.split_ascii_whitespace().collect();
    let last: usize = section.number("max_feature_idx")?;
    if names.len().checked_sub(1) == Some(last) {
        Ok(Names::new(names))
    } else {
        let expected = format!("a name for each feature up to {last}");
        Err(fault(line, expected, &format!("{}", names.len())))
    }
}

/// Outputs of a model without trees: a bound, so that nobody asks for more memory than there is.
const MOST_OUTPUTS: usize = 1 << 16;

impl Header {
    /// Whether as many trees were found as there should be.
    pub(super) fn check_trees(&self, line: usize, found: usize) -> Result<(), Error> {
        let wrong = match self.trees {
            Some(promised) if promised != found => Some(format!("{promised} trees above")),
            _ if found == 0 && self.outputs > MOST_OUTPUTS => Some("trees".into()),
            _ if !found.is_multiple_of(self.outputs) => {
                Some(format!("a multiple of {} trees above", self.outputs))
            }
            _ => None,
        };
        match wrong {
            Some(expected) => Err(fault(line, expected, &found.to_string())),
            None => Ok(()),
        }
    }
}
