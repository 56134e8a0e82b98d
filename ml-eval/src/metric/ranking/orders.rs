//! Test of a formula's closed form for ties against its mean over every order of them.

use super::formula::{Formula, QueryTotals, discounts};
use super::group::Group;

fn orders(items: &[bool]) -> Vec<Vec<bool>> {
    if items.is_empty() {
        return vec![vec![]];
    }
    let first = |i: usize| {
        let mut rest = items.to_vec();
        let first = rest.remove(i);
        let lists = orders(&rest).into_iter();
        lists.map(move |rest| [vec![first], rest].concat())
    };
    (0..items.len()).flat_map(first).collect()
}

fn group(hits: &[bool]) -> Group {
    let relevant = hits.iter().filter(|h| **h).count();
    Group {
        size: hits.len(),
        relevant,
        gain: relevant as f64,
    }
}

/// Ties of one, three, one and three documents: for each k, the value of the groups is the mean of
/// the values of all lists without ties.
pub(super) fn ties_are_the_mean_over_their_orders<M: Formula>(at: impl Fn(usize) -> M) {
    let ties: [&[bool]; 4] = [
        &[true],
        &[false, true, true],
        &[false],
        &[true, false, false],
    ];
    let groups: Vec<Group> = ties.iter().map(|hits| group(hits)).collect();
    let mut lists: Vec<Vec<bool>> = vec![vec![]];
    for hits in ties {
        let longer = |list: &Vec<bool>| {
            let list = list.clone();
            let orders = orders(hits).into_iter();
            orders.map(move |order| [list.clone(), order].concat())
        };
        lists = lists.iter().flat_map(longer).collect();
    }
    for k in 1..=8 {
        let metric = at(k);
        let discounts = discounts(k);
        let totals = QueryTotals {
            relevant: 4,
            ideal_dcg: discounts.iter().take(4).sum(),
        };
        let value = |groups: &[Group]| metric.value(groups, totals, &discounts);
        let single = |list: &Vec<bool>| -> Vec<Group> {
            list.iter().take(k).map(|hit| group(&[*hit])).collect()
        };
        let sum: f64 = lists.iter().map(|list| value(&single(list))).sum();
        let mean = sum / lists.len() as f64;
        assert!((value(&groups) - mean).abs() < 1e-12, "k {k}");
    }
}
