//! Trees that are grown side by side, of which a callback hears one by one.

use ml_data::contract::{OnRound, Round};
use rayon::prelude::*;

use crate::progress::{BarHandle, TrainingBar};

/// Grows so many trees, as many at a time as there are threads; a tree depends on its number alone.
///
/// `on` is called for each tree in order, on this thread, after the batch that it was grown in: a
/// batch has a tree for each thread. Where `on` breaks, later trees of the batch are dropped, so
/// that what is kept does not depend on the number of threads.
pub(super) fn grow_each<T: Send>(
    count: usize,
    handle: &BarHandle,
    on: Option<OnRound<'_>>,
    grow: impl Fn(u64) -> T + Sync,
) -> Vec<T> {
    let bar = TrainingBar::begin(handle, count, 0);
    let batch = |from: usize, to: usize| -> Vec<T> {
        let trees = (from as u64..to as u64).into_par_iter();
        let trees = trees.map(|tree| {
            let tree = grow(tree);
            bar.one_more();
            tree
        });
        trees.collect()
    };
    let trees = match on {
        None => batch(0, count),
        Some(on) => watched(count, on, batch),
    };
    bar.end();
    trees
}

/// The trees until `on` breaks, grown in batches.
fn watched<T>(count: usize, on: OnRound<'_>, batch: impl Fn(usize, usize) -> Vec<T>) -> Vec<T> {
    let threads = rayon::current_num_threads();
    let mut trees = Vec::new();
    while trees.len() < count {
        let from = trees.len();
        for tree in batch(from, count.min(from + threads)) {
            trees.push(tree);
            let round = Round {
                round: trees.len(),
                of: count,
                ..Round::ONLY
            };
            if on(round).is_break() {
                return trees;
            }
        }
    }
    trees
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::ControlFlow;

    #[test]
    fn what_is_kept_does_not_depend_on_the_number_of_threads() {
        let bar = BarHandle::default();
        for threads in [1, 2, 3, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            pool.build().unwrap().install(|| {
                assert_eq!(grow_each(5, &bar, None, |t| t), [0, 1, 2, 3, 4]);
                for last in 1..=6 {
                    let mut told = Vec::new();
                    let mut on = |r: Round<'_>| {
                        assert_eq!((r.of, r.metric, r.train, r.valid), (5, "", None, None));
                        told.push(r.round);
                        match r.round < last {
                            true => ControlFlow::Continue(()),
                            false => ControlFlow::Break(()),
                        }
                    };
                    let kept = grow_each(5, &bar, Some(&mut on), |t| t + 1);
                    assert_eq!(kept, (1..=last.min(5) as u64).collect::<Vec<_>>());
                    assert_eq!(told, (1..=last.min(5)).collect::<Vec<_>>());
                }
            });
        }
    }
}
