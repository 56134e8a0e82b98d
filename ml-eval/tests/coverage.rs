//! Coverage of the bootstrap's intervals and type I of its paired differences, simulated.
#![allow(clippy::unwrap_used)] // tests may

use ml_data::random::{RngExt, Xoshiro256PlusPlus, generator};
use ml_eval::bootstrap::{Bootstrap, IntervalMethod};
use ml_eval::goal::{Criterion, Gate, Measured, SuccessCriteria};

/// Values of `n` users, and their true mean.
struct Source {
    name: &'static str,
    mean: f64,
    draw: fn(&mut Xoshiro256PlusPlus) -> f64,
}

fn normal(rng: &mut Xoshiro256PlusPlus) -> f64 {
    // Box and Muller
    let (u, v): (f64, f64) = (rng.random(), rng.random());
    (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

const SOURCES: [Source; 4] = [
    Source {
        name: "share of 3 %",
        mean: 0.03,
        draw: |rng| f64::from(u8::from(rng.random::<f64>() < 0.03)),
    },
    Source {
        name: "revenue, 10 % buy",
        mean: 0.1,
        draw: |rng| {
            let buys = rng.random::<f64>() < 0.1;
            let spent = -(1.0 - rng.random::<f64>()).ln();
            if buys { spent } else { 0.0 }
        },
    },
    Source {
        name: "lognormal",
        mean: 1.648_721_270_700_128_2,
        draw: |rng| normal(rng).exp(),
    },
    Source {
        name: "normal",
        mean: 0.0,
        draw: normal,
    },
];

/// Share of the intervals that hold the mean, and the same among those that are to be trusted.
fn coverage(source: &Source, n: usize, trials: u64, boot: &Bootstrap) -> (f64, f64, f64) {
    let (mut held, mut trusted, mut held_trusted) = (0.0, 0.0, 0.0);
    for trial in 0..trials {
        let mut rng = generator(trial, source.name, n as u64);
        let values: Vec<f64> = (0..n).map(|_| (source.draw)(&mut rng)).collect();
        let found = boot.clone().seed(trial).estimate(&values).unwrap();
        let holds = f64::from(u8::from(found.estimate.interval.contains(source.mean)));
        held += holds;
        if found.trusted() {
            trusted += 1.0;
            held_trusted += holds;
        }
    }
    let all = trials as f64;
    (
        held / all,
        held_trusted / f64::max(trusted, 1.0),
        trusted / all,
    )
}

/// Paired differences of two equally good models: NDCG-like values, and hits of which one in ten
/// differs.
const PAIRS: [Source; 2] = [
    Source {
        name: "type I, ndcg",
        mean: 0.0,
        draw: |rng| {
            let mut one = || (0.3 + 0.3 * normal(rng)).clamp(0.0, 1.0);
            one() - one()
        },
    },
    Source {
        name: "type I, hits",
        mean: 0.0,
        draw: |rng| {
            let mut one = || f64::from(u8::from(rng.random::<f64>() < 0.1));
            one() - one()
        },
    },
];

fn type_one(source: &Source, n: usize, trials: u64, boot: &Bootstrap) -> f64 {
    let mut wrong = 0.0;
    for trial in 0..trials {
        let mut rng = generator(trial, source.name, n as u64);
        let a: Vec<f64> = (0..n).map(|_| (source.draw)(&mut rng)).collect();
        let found = boot.clone().seed(trial).paired(&a, &vec![0.0; n]).unwrap();
        wrong += f64::from(u8::from(!found.interval.contains(0.0)));
    }
    wrong / trials as f64
}

fn boot(resamples: usize) -> Bootstrap {
    Bootstrap::new().n_resamples(resamples)
}

/// Four standard errors of a rate near .95 or .05.
fn slack(trials: u64) -> f64 {
    4.0 * (0.95 * 0.05 / trials as f64).sqrt()
}

#[test]
fn case_s4_intervals_cover_or_say_that_they_may_not() {
    let trials = 500;
    for source in &SOURCES {
        let (all, among_trusted, _) = coverage(source, 50, trials, &boot(400));
        // The skewed ones fall short by what the documented table says; what is trusted does not by
        // more.
        let (least, least_trusted) = match source.name {
            "share of 3 %" => (0.95, 0.95),
            "revenue, 10 % buy" => (0.87, 0.90),
            "lognormal" => (0.925, 0.94),
            _ => (0.95, 0.95),
        };
        let text = format!("{}: {all}, trusted {among_trusted}", source.name);
        assert!(all >= least - slack(trials), "{text}");
        assert!(
            among_trusted == 0.0 || among_trusted >= least_trusted - slack(trials),
            "{text}"
        );
    }
}

#[test]
fn case_s4_paired_type_one_error_at_fifty_users() {
    let trials = 800;
    for source in &PAIRS {
        let rate = type_one(source, 50, trials, &boot(400));
        assert!(
            (rate - 0.05).abs() < slack(trials),
            "{}: {rate}",
            source.name
        );
    }
}

/// A candidate that is no better passes the gate with the probability of one tail.
#[test]
fn the_gate_lets_equals_pass_at_the_level_stated() {
    let higher = ml_data::contract::Direction::HigherIsBetter;
    let criterion = Criterion::new("ndcg", higher, -1.0, -1.0, 1.0);
    let gate = Gate::new(SuccessCriteria::new().model(criterion)).unwrap();
    let (trials, n) = (800, 50);
    let mut promoted = 0.0;
    for trial in 0..trials {
        let mut rng = generator(trial, "gate", 0);
        let a: Vec<f64> = (0..n).map(|_| (PAIRS[0].draw)(&mut rng)).collect();
        let found = boot(400).seed(trial).paired(&a, &vec![0.0; n]).unwrap();
        let measured = Measured::new().compared("ndcg", found.value, found);
        promoted += f64::from(u8::from(gate.decide(&measured).passed));
    }
    let rate = promoted / trials as f64;
    assert!(
        (rate - 0.025).abs() <= 4.0 * (0.025 * 0.975 / trials as f64).sqrt(),
        "{rate}"
    );
}

#[test]
#[ignore = "a minute; cargo test --release -p ml-eval --test coverage -- --ignored --nocapture"]
fn the_table_of_the_docs() {
    let trials = 1_000;
    let percentile = boot(1_000).method(IntervalMethod::Percentile);
    for source in &SOURCES {
        for n in [50, 100, 500] {
            let (old, ..) = coverage(source, n, trials, &percentile);
            let (new, among, share) = coverage(source, n, trials, &boot(1_000));
            println!(
                "/// | {} | {n} | {old:.3} | {new:.3} | {among:.3} ({:.0} %) |",
                source.name,
                100.0 * share
            );
        }
    }
    for source in &PAIRS {
        for n in [50, 100, 500] {
            let (old, new) = (
                type_one(source, n, trials, &percentile),
                type_one(source, n, trials, &boot(1_000)),
            );
            println!("/// | {} | {n} | {old:.3} | {new:.3} | |", source.name);
        }
    }
}
