//! Rules for rankers.

use super::{Report, allocations, text};
use crate::contract::{Candidates, ItemSet, Query, Ranker, Scored, best_first};

/// Checks a ranker on queries it can answer; `items` is the number of items it knows.
pub fn check_ranker<R: Ranker>(
    name: &'static str,
    ranker: &R,
    queries: &[<R::Query as Query>::Of<'_>],
    items: u32,
) -> Report {
    let mut report = Report::new(name);
    let mut scratch = R::Scratch::default();
    let mut ask = |q: <R::Query as Query>::Of<'_>,
                   among: Candidates<'_>,
                   k: usize|
     -> Result<Vec<Scored>, String> {
        let mut out = vec![Scored {
            item: u32::MAX,
            score: 0.0,
        }];
        ranker
            .rank_into(q, among, k, &mut scratch, &mut out)
            .map_err(text)?;
        Ok(out)
    };
    let k = 5.min(items as usize);
    for &q in queries {
        report.rule(
            "best first, ties by item",
            ask(q, Candidates::All, k).and_then(|o| ordered(&o, k)),
        );
        report.rule(
            "k beyond the items",
            ask(q, Candidates::All, items as usize + 9).and_then(|o| ordered(&o, items as usize)),
        );
        report.rule(
            "k = 0",
            ask(q, Candidates::All, 0).and_then(|o| ordered(&o, 0)),
        );
        let outcome = ask(q, Candidates::All, k).and_then(|top| {
            let set = ItemSet::new(top.iter().map(|s| s.item).take(2).collect());
            let rest = ask(q, Candidates::Except(&set), k)?;
            match rest.iter().find(|s| set.contains(s.item)) {
                Some(s) => Err(format!("item {} was excluded and is ranked", s.item)),
                None => ordered(&rest, k),
            }
        });
        report.rule("excluded items stay out", outcome);
        let listed: Vec<u32> = (0..items)
            .filter(|i| i % 2 == 0)
            .chain([items + 7])
            .collect();
        let outcome = ask(q, Candidates::Only(&listed), k).and_then(|o| {
            match o
                .iter()
                .find(|s| !listed.contains(&s.item) || s.item >= items)
            {
                Some(s) => Err(format!("item {} was not a candidate", s.item)),
                None => ordered(&o, k),
            }
        });
        report.rule("only the candidates listed", outcome);
        let same = ask(q, Candidates::All, k).and_then(|a| Ok((a, ask(q, Candidates::All, k)?)));
        report.rule(
            "the same answer twice",
            same.and_then(|(a, b)| {
                if a == b {
                    Ok(())
                } else {
                    Err("two answers".into())
                }
            }),
        );
    }
    report.rule("no allocation on a warm query", warm(ranker, queries, k));
    report
}

fn ordered(out: &[Scored], k: usize) -> Result<(), String> {
    if out.len() > k {
        return Err(format!("{} items for k = {k}", out.len()));
    }
    let wrong = out
        .windows(2)
        .find(|w| best_first(&w[0], &w[1]) != std::cmp::Ordering::Less);
    match wrong {
        Some(w) => Err(format!("{:?} before {:?}", w[0], w[1])),
        None => Ok(()),
    }
}

fn warm<R: Ranker>(
    ranker: &R,
    queries: &[<R::Query as Query>::Of<'_>],
    k: usize,
) -> Result<(), String> {
    let (mut scratch, mut out) = (R::Scratch::default(), Vec::new());
    let mut pass = || -> Result<(), String> {
        queries
            .iter()
            .try_for_each(|&q| ranker.rank_into(q, Candidates::All, k, &mut scratch, &mut out))
            .map_err(text)
    };
    pass()?;
    let (made, outcome) = allocations(pass);
    outcome?;
    match made {
        None => Err("the test binary has no CountingAllocator".into()),
        Some(0) => Ok(()),
        Some(n) => Err(format!("{n} allocations in {} warm queries", queries.len())),
    }
}
