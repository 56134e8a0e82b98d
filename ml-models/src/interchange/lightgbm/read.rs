//! From text to trees.

use ml_data::{Error, Result};

use super::FORMAT;
use super::header::Header;
use super::section::{Section, fault};
use super::tree;
use crate::tree::{Ensemble, EnsembleParts};

/// Reads a model as LightGBM's `save_model` writes it: boosted trees or a forest, numbers and
/// categories, any number of classes. The score to start from is part of the first trees, so it is
/// 0 here.
///
/// # Errors
/// [`Error::Model`] with the line where the text is not such a model, or ends early;
/// [`Error::Unsupported`] for linear trees and for links other than those of
/// [`Link`](crate::tree::Link).
pub fn from_str(text: &str) -> Result<Ensemble> {
    let mut lines = (1..).zip(text.lines().map(|l| l.trim_end_matches('\r')));
    let first = lines.next().map_or("", |(_, l)| l);
    if first != "tree" {
        return Err(fault(1, "`tree`", first));
    }
    let mut section = Section::at(1);
    let mut header = None;
    let mut trees = Vec::new();
    let mut last = 1;
    for (number, line) in lines {
        last = number;
        let ends = line == "end of trees";
        if !ends && !line.starts_with("Tree=") {
            section.push(number, line);
            continue;
        }
        match header {
            None => header = Some(Header::read(&section)?),
            Some(_) => trees.push(tree::read(trees.len(), &section)?),
        }
        if !ends {
            section = Section::at(number);
        } else if let Some(header) = header {
            header.check_trees(number, trees.len())?;
            let base_score = vec![0.0; header.outputs];
            let parts = EnsembleParts {
                names: header.names,
                outputs: header.outputs,
                trees,
                base_score,
                combine: header.combine,
                link: header.link,
                objective: header.objective,
            };
            return Ensemble::try_from(parts).map_err(refused);
        }
    }
    Err(fault(last, "`end of trees` below", "the end of the text"))
}

fn refused(reason: String) -> Error {
    Error::Model {
        format: FORMAT,
        at: "its trees".into(),
        expected: "an ensemble".into(),
        found: reason,
    }
}
