//! Popularity against NumPy. See `golden/popularity.py`.

#![allow(clippy::unwrap_used)] // helpers of tests

use ml_data::contract::Scored;
use ml_models::baseline::{Count, FittedPopularity, ItemEvent, Popularity};
use ml_models::factor::Interactions;
use serde::Deserialize;
use std::time::Duration;

#[derive(Deserialize)]
struct Golden {
    users: usize,
    items: usize,
    half_life_hours: u64,
    prior: f64,
    events: Vec<(u32, u32, f32, i64)>,
    segment_of: Vec<u32>,
    pairs: Vec<f64>,
    pairs_ranked: Vec<u32>,
    values: Vec<f64>,
    values_ranked: Vec<u32>,
    decayed: Vec<f64>,
    decayed_ranked: Vec<u32>,
    by_segment: Vec<Vec<f64>>,
    by_segment_ranked: Vec<Vec<u32>>,
}

fn equal(what: &str, ours: &[Scored], counts: &[f64], ranked: &[u32]) {
    assert_eq!(
        ours.iter().map(|s| s.item).collect::<Vec<_>>(),
        ranked,
        "{what}"
    );
    for s in ours {
        assert!(
            (f64::from(s.score) - counts[s.item as usize]).abs() < 1e-5,
            "{what}: {s:?}"
        );
    }
}

fn all(what: &str, p: &FittedPopularity, counts: &[f64], ranked: &[u32]) {
    equal(what, p.top(), counts, ranked);
}

#[test]
fn counts_values_decay_and_segments_equal_numpy() {
    let g: Golden = ml_data::testkit::golden!("popularity").unwrap();
    let triples = g.events.iter().map(|&(u, i, v, _)| (u, i, v));
    let data = Interactions::from_triples(g.users, g.items, triples).unwrap();
    let event = |&(u, item, value, hour): &(u32, u32, f32, i64)| {
        let segment = Some(g.segment_of[u as usize]);
        ItemEvent {
            item,
            value,
            at: hour * 3_600_000_000,
            segment,
        }
    };
    let events: Vec<_> = g.events.iter().map(event).collect();

    all(
        "pairs",
        &Popularity::new().fit(&data).unwrap(),
        &g.pairs,
        &g.pairs_ranked,
    );
    let by_value = Popularity::new().count(Count::Values);
    all(
        "values",
        &by_value.fit(&data).unwrap(),
        &g.values,
        &g.values_ranked,
    );
    all(
        "values of events",
        &by_value.fit_events(g.items, &events).unwrap(),
        &g.values,
        &g.values_ranked,
    );
    let lately = by_value
        .half_life(Duration::from_secs(3600 * g.half_life_hours))
        .prior(g.prior);
    let lately = lately.fit_events(g.items, &events).unwrap();
    all("decayed", &lately, &g.decayed, &g.decayed_ranked);
    for (s, (counts, ranked)) in (0..).zip(g.by_segment.iter().zip(&g.by_segment_ranked)) {
        equal(&format!("segment {s}"), lately.top_of(s), counts, ranked);
    }
}
