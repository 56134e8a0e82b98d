//! Comparisons of models by resampling: against the bootstrap of means, by hand, and in simulation.
#![allow(clippy::unwrap_used, missing_docs)]

use ml_data::contract::{Evaluation, Predicted};
use ml_data::prelude::*;
use ml_data::random::{RngExt, generator};
use ml_data::sample::{BinaryLabels, RealLabels, RelevanceLabels};
use ml_eval::bootstrap::{Bootstrap, Estimate, IntervalMethod};
use ml_eval::compare::{Comparison, ComparisonBoard};
use ml_eval::metric::{Mae, Ndcg, Rmse, RocAuc};

fn labels(values: &[f64]) -> RealLabels {
    RealLabels::new(values.to_vec()).unwrap()
}

fn real<'a>(truth: &'a RealLabels, models: &[(&'a str, &[f64])]) -> Predicted<'a, Real> {
    let scores = |(name, p): &(&'a str, &[f64])| (*name, Scores(p.to_vec()));
    Predicted {
        part: "valid",
        truth,
        weights: None,
        groups: None,
        models: models.iter().map(scores).collect(),
    }
}

/// Two models of 40 rows: a good one and a worse one.
fn data() -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let random = &mut generator(1, "compare", 0);
    let y: Vec<f64> = (0..40).map(|i| f64::from(i % 7)).collect();
    let mut near = |width: f64| -> Vec<f64> {
        y.iter()
            .map(|y| y + width * (random.random::<f64>() - 0.4))
            .collect()
    };
    let (good, bad) = (near(1.0), near(3.0));
    (y, good, bad)
}

fn close(a: Estimate, b: Estimate) {
    let pairs = [
        (a.value, b.value),
        (a.interval.lower, b.interval.lower),
        (a.interval.upper, b.interval.upper),
        (a.interval.level, b.interval.level),
    ];
    assert!(pairs.iter().all(|(a, b)| (a - b).abs() < 1e-12), "{a} {b}");
}

fn errors(y: &[f64], p: &[f64]) -> Vec<f64> {
    y.iter().zip(p).map(|(y, p)| (y - p).abs()).collect()
}

/// The mean absolute error is a mean: its intervals are those of `Bootstrap`.
#[test]
fn means_have_the_intervals_of_the_bootstrap() {
    let (y, good, bad) = data();
    let truth = labels(&y);
    let of = real(&truth, &[("good", &good), ("bad", &bad)]);
    for bootstrap in [
        Bootstrap::new().method(IntervalMethod::PercentileT),
        Bootstrap::new()
            .method(IntervalMethod::Percentile)
            .level(0.8)
            .seed(5),
    ] {
        let board = Comparison::new(&[&Rmse, &Mae]).bootstrap(bootstrap.clone());
        let board = board.evaluate(&of).unwrap();
        let (a, b) = (errors(&y, &good), errors(&y, &bad));
        close(
            board.get("good", "mae").unwrap(),
            bootstrap.mean(&a).unwrap(),
        );
        close(
            board.get("bad", "mae").unwrap(),
            bootstrap.mean(&b).unwrap(),
        );
        let difference = board.against_first("bad", "mae").unwrap();
        close(difference, bootstrap.paired(&b, &a).unwrap());
        assert!(difference.interval.lower > 0.0);
        assert_eq!(board.against_first("good", "mae"), None);
        // No mean: between the ends all the same.
        let rmse = board.get("bad", "rmse").unwrap();
        assert!(rmse.interval.contains(rmse.value) && rmse.interval.lower < rmse.interval.upper);
    }
}

#[test]
fn the_best_goes_by_the_direction_and_signs_are_explained() {
    let (y, good, bad) = data();
    let truth = labels(&y);
    let of = real(&truth, &[("bad", &bad), ("good", &good), ("again", &good)]);
    let mut board = Comparison::new(&[&Mae]).evaluate(&of).unwrap();
    assert_eq!(board.best("mae").unwrap(), "good");
    let e = board.best("mea").unwrap_err().to_string();
    assert_eq!(e, "no metric of the board is called `mea`; there is mae");
    let text = board.to_string();
    let legend = "- lower is better, * the interval of the difference does not hold 0";
    assert_eq!(text.lines().last(), Some(legend));
    assert!(!board.to_markdown().contains("lower is better"));
    board.rows[1].scores[0].value = f64::NAN;
    assert_eq!(board.best("mae").unwrap(), "again");
    board.rows.truncate(1);
    assert_eq!(board.to_string().lines().last(), Some("- lower is better"));
    board.rows.clear();
    assert!(board.best("mae").is_err());
}

/// Whole groups are drawn: four rows of one error each count as one value.
#[test]
fn groups_are_drawn_whole() {
    let (y, good, _) = data();
    let four = |v: &[f64]| -> Vec<f64> { v.iter().flat_map(|v| [*v; 4]).collect() };
    let (y4, p4) = (four(&y), four(&good));
    let groups: Vec<u32> = (0..160).map(|i| 1000 - i / 4).collect();
    let truth = labels(&y4);
    let mut of = real(&truth, &[("good", &p4)]);
    of.groups = Some(&groups);
    let bootstrap = Bootstrap::new();
    let board = Comparison::new(&[&Mae]).evaluate(&of).unwrap();
    assert_eq!((board.units, board.count, board.grouped), (40, 160, true));
    let by_group: Vec<f64> = errors(&y, &good).into_iter().rev().collect();
    let by_group = bootstrap
        .method(IntervalMethod::PercentileT)
        .mean(&by_group)
        .unwrap();
    close(board.get("good", "mae").unwrap(), by_group);
    // By row the interval would be half as wide.
    of.groups = None;
    let by_row = Comparison::new(&[&Mae])
        .evaluate(&of)
        .unwrap()
        .get("good", "mae")
        .unwrap();
    let width = |e: Estimate| e.interval.upper - e.interval.lower;
    let ratio = width(by_row) / width(by_group);
    assert!((0.4..0.6).contains(&ratio), "{ratio}");
}

/// A query that is drawn twice is two queries: the mean over queries is the bootstrap of one value
/// a query.
#[test]
fn queries_are_drawn_whole_and_stay_apart() {
    let random = &mut generator(2, "compare", 0);
    let n = 30 * 5;
    let queries: Vec<u32> = (0..n).map(|i| (i * 7) % 30).collect();
    let grades: Vec<f32> = (0..n)
        .map(|_| random.random_range(0..3_u8).into())
        .collect();
    let scores: Vec<f64> = (0..n).map(|_| random.random()).collect();
    let truth = RelevanceLabels::new(grades.clone(), queries.clone()).unwrap();
    let metric = Ndcg::at(3);
    let of = Predicted::<Relevance> {
        part: "test",
        truth: &truth,
        weights: None,
        groups: Some(&queries),
        models: vec![("m", Scores(scores.clone()))],
    };
    let board = Comparison::new(&[&metric]).evaluate(&of).unwrap();
    let one = |q: u32| {
        let rows: Vec<usize> = (0..n as usize).filter(|&i| queries[i] == q).collect();
        let g: Vec<f32> = rows.iter().map(|&i| grades[i]).collect();
        let s = Scores(rows.iter().map(|&i| scores[i]).collect());
        let labels = RelevanceLabels::new(g, vec![0; rows.len()]).unwrap();
        Metric::<Relevance>::score(&metric, &labels, &s, None).unwrap()
    };
    let values: Vec<f64> = (0..30).map(one).collect();
    let name = Metric::<Relevance>::name(&metric).to_owned();
    let bootstrap = Bootstrap::new().method(IntervalMethod::PercentileT);
    close(
        board.get("m", &name).unwrap(),
        bootstrap.mean(&values).unwrap(),
    );
}

/// Weight 2 counts as twice in every draw; weight 0 not at all.
#[test]
fn weights_go_with_their_rows() {
    let truth = labels(&[0.0; 6]);
    let errors = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
    let mut of = real(&truth, &[("m", &errors)]);
    let weights = [1.0, 2.0, 0.5, 3.0, 1.0, 2.0];
    of.weights = Some(&weights);
    let how = Bootstrap::new()
        .n_resamples(100)
        .method(IntervalMethod::Percentile)
        .level(0.9);
    let board = Comparison::new(&[&Mae])
        .bootstrap(how.clone())
        .evaluate(&of)
        .unwrap();
    // By hand: (1 + 4 + 2 + 24 + 16 + 64) / 9.5.
    let mae = board.get("m", "mae").unwrap();
    assert!((mae.value - 111.0 / 9.5).abs() < 1e-12);
    assert!(mae.interval.lower > 1.0 && mae.interval.upper < 32.0);
    of.weights = None;
    let plain = Comparison::new(&[&Mae])
        .bootstrap(how)
        .evaluate(&of)
        .unwrap();
    assert_ne!(plain.get("m", "mae"), board.get("m", "mae"));
}

#[test]
fn what_can_not_be_compared_is_told() {
    let (y, good, bad) = data();
    let truth = labels(&y);
    let of = real(&truth, &[("good", &good), ("bad", &bad)]);
    let told = |r: Result<ComparisonBoard>| r.unwrap_err().to_string();
    let e = told(Comparison::new(&[&Mae, &Mae]).evaluate(&of));
    assert_eq!(e, "duplicate metric `mae`, at 0 and 1");
    let e = told(Comparison::<Real>::new(&[]).evaluate(&of));
    assert_eq!(e, "list of metrics to compare by is empty");
    let wilson = Bootstrap::new().method(IntervalMethod::Wilson);
    let e = told(Comparison::new(&[&Mae]).bootstrap(wilson).evaluate(&of));
    assert!(
        e.contains("`method` = Wilson: must be Percentile or PercentileT"),
        "{e}"
    );
    let few = Bootstrap::new().n_resamples(3);
    let e = told(Comparison::new(&[&Mae]).bootstrap(few).evaluate(&of));
    assert!(e.contains("`n_resamples` = 3"), "{e}");
    let one = labels(&[1.0]);
    let e = told(Comparison::new(&[&Mae]).evaluate(&real(&one, &[("m", &[1.0])])));
    assert!(e.contains("at least 2 are needed, found 1"), "{e}");
    // One positive of twenty: (19/20)^20 = 36 % of the draws have none.
    let mut rare = vec![0_u8; 20];
    rare[3] = 1;
    let rare = BinaryLabels::new(rare, "yes").unwrap();
    let binary = Predicted::<Binary> {
        part: "valid",
        truth: &rare,
        weights: None,
        groups: None,
        models: vec![("m", Scores((0..20).map(|i| f64::from(i) / 20.0).collect()))],
    };
    let e = told(Comparison::new(&[&RocAuc]).evaluate(&binary));
    assert!(
        e.starts_with("interval of roc_auc is not defined: ") && e.contains("of 2000"),
        "{e}"
    );
}

#[test]
fn boards_print_and_are_stored() {
    let (y, good, bad) = data();
    let truth = labels(&y);
    let of = real(&truth, &[("good", &good), ("bad", &bad)]);
    let board = Comparison::new(&[&Mae]).evaluate(&of).unwrap();
    let text = board.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "valid: 40 rows; 95% intervals by row");
    assert!(
        lines[1].starts_with("model") && lines[1].ends_with("against first"),
        "{text}"
    );
    assert!(
        lines[2].starts_with("good ") && lines[2].ends_with(" -"),
        "{text}"
    );
    assert!(
        lines[3].starts_with("bad ") && lines[3].ends_with("] *"),
        "{text}"
    );
    let mark = board.to_markdown();
    assert!(
        mark.contains("\n\n| model | mae- | against first |\n| --- | ---: | ---: |\n"),
        "{mark}"
    );
    assert_eq!(mark.lines().count(), 6);
    let json = serde_json::to_string(&board).unwrap();
    assert_eq!(
        serde_json::from_str::<ComparisonBoard>(&json).unwrap(),
        board
    );
    let measured = board.measured("bad").unwrap();
    assert_eq!(measured.metrics[0].2, board.against_first("bad", "mae"));
    assert_eq!(board.measured("good").unwrap().metrics[0].2, None);
    assert!(board.measured("none").is_none() && board.get("bad", "rmse").is_none());
}

#[test]
fn the_same_bits_for_any_number_of_threads() {
    let (y, good, bad) = data();
    let truth = labels(&y);
    let of = real(&truth, &[("good", &good), ("bad", &bad)]);
    let board = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| Comparison::new(&[&Mae, &Rmse]).evaluate(&of).unwrap())
    };
    assert_eq!(board(1), board(4));
}

/// Intervals of 95 % of the root mean square error, which is no mean, and of a difference of 0: in
/// 300 samples of 60 rows each hits are binomial with sd 3.8, and few rows cost some coverage.
#[test]
fn intervals_hold_the_truth() {
    let (mut hits, mut alike) = (0, 0);
    for sample in 0..300 {
        let random = &mut generator(3, "coverage", sample);
        let mut normal = || (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0;
        let (a, b): (Vec<f64>, Vec<f64>) = (0..60).map(|_| (normal(), normal())).unzip();
        let truth = labels(&[0.0; 60]);
        let of = real(&truth, &[("a", &a), ("b", &b)]);
        let how =
            Comparison::new(&[&Rmse]).bootstrap(Bootstrap::new().n_resamples(400).seed(sample));
        let board = how.evaluate(&of).unwrap();
        hits += i32::from(board.get("a", "rmse").unwrap().interval.contains(1.0));
        alike += i32::from(
            board
                .against_first("b", "rmse")
                .unwrap()
                .interval
                .contains(0.0),
        );
    }
    assert!((270..=297).contains(&hits), "{hits}");
    assert!((273..=297).contains(&alike), "{alike}");
}
