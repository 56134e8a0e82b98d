//! Columns that parameters name.

use ml_data::repr::Names;
use ml_data::{Error, Result};

use super::params::{BoostParams, STEP};
use crate::tree::grow::TreeParams;

/// Parameters of the growth of trees on these columns.
pub(super) fn tree_params(params: &BoostParams, names: &Names) -> Result<TreeParams> {
    check_monotone(params, names)?;
    Ok(params.tree_params(interactions(params, names)?))
}

/// Refuses monotone constraints of another number of columns, or of categories.
pub(super) fn check_monotone(params: &BoostParams, names: &Names) -> Result<()> {
    let directions = &params.monotone_constraints;
    if !directions.is_empty() {
        Error::check_len("monotone_constraints", names.len(), directions.len())?;
        let of_categories = columns(params, names)?;
        if let Some(column) = of_categories.into_iter().find(|&c| directions[c] != 0) {
            let found = format!("{} for `{}`", directions[column], names.get(column));
            let rule = "0 for columns of categories, which have no order";
            return Err(Error::parameter(STEP, "monotone_constraints", found, rule));
        }
    }
    Ok(())
}

/// Position of a column that a parameter names.
fn position(parameter: &'static str, name: &str, names: &Names) -> Result<usize> {
    names
        .iter()
        .position(|n| n == name)
        .ok_or_else(|| Error::parameter(STEP, parameter, name, "the name of a column"))
}

/// Positions of the columns of categories.
pub(super) fn columns(params: &BoostParams, names: &Names) -> Result<Vec<usize>> {
    let columns = params.categorical_feature.iter();
    columns
        .map(|name| position("categorical_feature", name, names))
        .collect()
}

/// Positions of the columns that may meet.
fn interactions(params: &BoostParams, names: &Names) -> Result<Vec<Vec<u32>>> {
    let column = |name: &String| Ok(position("interaction_constraints", name, names)? as u32);
    let sets = params.interaction_constraints.iter();
    sets.map(|set| set.iter().map(column).collect()).collect()
}
