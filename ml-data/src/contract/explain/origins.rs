//! Output columns of steps by the input column that they are made of.

use crate::contract::Apply;
use crate::error::{Error, Result};
use crate::repr::{Names, Repr};

/// Groups of the columns that fitted steps make: the input columns that they read, in the input's
/// order, and after them, under their own names, columns that are made of no or of several ones.
pub(super) struct Groups {
    /// Names of the groups.
    pub(super) names: Names,
    /// The group of each output column.
    pub(super) of: Vec<usize>,
    /// Names of the output columns.
    pub(super) outputs: Vec<Box<str>>,
}

impl Groups {
    /// The groups of the columns that `steps` make of such an input.
    pub(super) fn new<R: Repr, T: Apply<R>>(steps: &T, input: &R::Header) -> Result<Self> {
        let outputs = <T::Out as Repr>::schema_of(&steps.header(input))?;
        let outputs = outputs.fields().iter().map(|f| Box::from(f.name()));
        Self::of(
            &R::schema_of(input)?,
            outputs.collect(),
            &steps.origins(input)?,
        )
    }

    fn of(
        input: &crate::schema::Schema,
        outputs: Vec<Box<str>>,
        origins: &[Option<usize>],
    ) -> Result<Self> {
        Error::check_len("origins of output columns", outputs.len(), origins.len())?;
        if let Some(at) = origins.iter().flatten().find(|at| **at >= input.len()) {
            let what = format!("an origin {at} of {} input columns", input.len());
            return Err(Error::Schema(what));
        }
        // Where a step does not know, a column of the same name counts as the origin.
        let known = |(name, at): (&str, &Option<usize>)| at.or_else(|| input.find(name));
        let named = outputs.iter().map(|name| &**name);
        let origins: Vec<Option<usize>> = named.clone().zip(origins).map(known).collect();
        let mut read: Vec<usize> = origins.iter().flatten().copied().collect();
        read.sort_unstable();
        read.dedup();
        let mut names: Vec<Box<str>> = read.iter().map(|&p| input.field(p).name().into()).collect();
        let mut group = |(at, name): (&Option<usize>, &str)| match at {
            Some(at) => read.partition_point(|p| p < at),
            None => {
                names.push(name.into());
                names.len() - 1
            }
        };
        let of = origins.iter().zip(named).map(&mut group).collect();
        Ok(Self {
            names: Names::new(names),
            of,
            outputs,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Field, Kind, Schema};

    fn grouped(outputs: &[&str], origins: &[Option<usize>]) -> Result<Groups> {
        let fields = ["a", "b", "c"].map(|n| Field::new(n, Kind::Num));
        let input = Schema::new(fields.into()).unwrap();
        Groups::of(
            &input,
            outputs.iter().map(|n| Box::from(*n)).collect(),
            origins,
        )
    }

    #[test]
    fn columns_go_to_their_origin_and_the_others_stay() {
        let origins = [Some(2), None, Some(0), Some(2), None];
        let g = grouped(&["c=x", "sum", "a", "c=y", "b"], &origins).unwrap();
        assert_eq!(g.names, Names::new(["a", "b", "c", "sum"]));
        assert_eq!(g.of, [2, 3, 0, 2, 1]);
    }

    #[test]
    fn origins_that_do_not_fit_are_refused() {
        assert!(grouped(&["a"], &[]).is_err());
        let e = grouped(&["a"], &[Some(3)]).err().unwrap().to_string();
        assert!(e.contains("origin 3 of 3"), "{e}");
    }
}
