//! The benchmark suite: its board (pairing, spreads, verdicts, README's table) here, its runs in `run`.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

#[path = "../../benches/suite/args.rs"]
#[allow(dead_code)]
mod args;
#[path = "../../benches/board/mod.rs"]
#[allow(dead_code, unused_imports)]
mod board;
#[path = "../../benches/limits/machine.rs"]
#[allow(dead_code)]
mod limits;
#[path = "../../benches/suite/plan.rs"]
#[allow(dead_code)]
mod plan;
#[path = "../../benches/suite/process.rs"]
#[allow(dead_code)]
mod process;
mod run;

use args::{Ask, parse};
use board::{
    Board, Entry, Judgement, Key, Line, Machine, Metric, Side, Spread, Store, Verdict, WORKS,
    build, compare, finished, markdown, named_board, page, rewrite, scaled, short, table, verdict,
    with_rows,
};
use std::fs;
use std::path::Path;
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Results of two threads, three rounds, three libraries: made up, to be checked by hand.
fn lines() -> Vec<Line> {
    let path = Path::new(ROOT).join("tests/data/board/results.jsonl");
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|l| Line::parse(l).unwrap()).collect()
}

fn find<'a>(board: &'a Board, op: &str, peer: &str, threads: usize) -> &'a Entry {
    let same = |e: &&Entry| e.op == op && e.theirs.name == peer && e.threads == threads;
    board.entries.iter().find(same).unwrap()
}

#[test]
fn spreads_by_hand() {
    let of = |v: &[f64]| Spread::of(v).map(|s| (s.min, s.median, s.max));
    assert_eq!(of(&[3.0, 1.0, 2.0]), Some((1.0, 2.0, 3.0)));
    assert_eq!(of(&[4.0, 1.0, 2.0, 3.0]), Some((1.0, 2.5, 4.0)));
    assert_eq!(of(&[7.0, f64::NAN]), Some((7.0, 7.0, 7.0)));
    assert_eq!(of(&[]), None);
}

#[test]
fn a_difference_within_the_spread_is_no_win() {
    let (low, high) = ([1.0, 1.1, 1.2], [1.3, 1.4, 1.9]);
    assert_eq!(verdict(&low, &high), Verdict::Faster);
    assert_eq!(verdict(&high, &low), Verdict::Slower);
    // The medians are 1.1 and 1.4, and one run of each side is out of order.
    assert_eq!(
        verdict(&[1.0, 1.1, 1.5], &[1.3, 1.4, 1.6]),
        Verdict::WithinSpread
    );
    // As quick as theirs is not quicker.
    assert_eq!(verdict(&low, &[1.2, 1.3, 1.9]), Verdict::WithinSpread);
    // Ranges apart, and medians of 1.1 and 1.121: 1.9 percent.
    assert_eq!(
        verdict(&[1.0, 1.1, 1.11], &[1.12, 1.121, 1.13]),
        Verdict::WithinSpread
    );
    assert_eq!(
        verdict(&[1.0, 1.1, 1.11], &[1.12, 1.123, 1.13]),
        Verdict::Faster
    );
    assert_eq!(verdict(&low[..2], &high), Verdict::TooFewRounds);
    assert_eq!(verdict(&low, &[]), Verdict::TooFewRounds);
}

#[test]
fn quick_sizes_give_no_verdict() {
    let mut lines = lines();
    let mut machine = lines[0].get("machine").unwrap().clone();
    machine["quick"] = true.into();
    lines[0] = Line::default()
        .with("op", "machine")
        .with("machine", machine);
    let verdicts: Vec<Verdict> = build(&lines).entries.iter().map(|e| e.verdict).collect();
    assert!(verdicts.iter().all(|v| *v == Verdict::TooFewRounds));
}

#[test]
fn numbers_as_people_read_them() {
    let texts: Vec<String> = [2.151, 10.68, 134.4, 0.2551, 0.00521, 0.0, 1234.5, 9.999]
        .iter()
        .map(|x| short(*x))
        .collect();
    assert_eq!(
        texts,
        [
            "2.15", "10.7", "134", "0.26", "0.0052", "0", "1234", "10.00"
        ]
    );
    assert_eq!(scaled("fit, {500k} x 28", 1.0), "fit, 500k x 28");
    assert_eq!(scaled("fit, {500k} x 28", 0.02), "fit, 10k x 28");
    assert_eq!(
        scaled("{1M} and {5000} of {10M}", 0.1),
        "100k and 500 of 1M"
    );
    assert_eq!(scaled("{1M} and {500k}", 2.5), "2.5M and 1.25M");
    assert_eq!(scaled("an {odd} one { left", 2.0), "an odd one { left");
    assert_eq!(
        with_rows("{rows:100k} x {28}", Some(12_500.0)),
        "12.5k x {28}"
    );
    assert_eq!(with_rows("{rows:100k} x 28", None), "100k x 28");
    assert_eq!(with_rows("{200k} x 28", Some(1.0)), "{200k} x 28");
}

#[test]
fn quality_is_equal_within_a_tolerance_or_the_noise_of_seeds() {
    let auc = Metric {
        field: "auc",
        higher: true,
        tolerance: 0.01,
        relative: false,
    };
    let one = |v: f64| vec![vec![v]];
    let judged = |metric: &Metric, a: &[Vec<f64>], b: &[Vec<f64>]| compare(metric, a, b).unwrap();
    assert_eq!(
        judged(&auc, &one(0.805), &one(0.8)).judgement,
        Judgement::Equal
    );
    assert_eq!(
        judged(&auc, &one(0.82), &one(0.8)).judgement,
        Judgement::Better
    );
    assert_eq!(
        judged(&auc, &one(0.78), &one(0.8)).judgement,
        Judgement::Worse
    );
    // Less is better, and the tolerance is a share of the value: 2 of 200 are one percent.
    let rmse = Metric {
        field: "rmse",
        higher: false,
        tolerance: 0.01,
        relative: true,
    };
    assert_eq!(
        judged(&rmse, &one(201.9), &one(200.0)).judgement,
        Judgement::Equal
    );
    assert_eq!(
        judged(&rmse, &one(203.0), &one(200.0)).judgement,
        Judgement::Worse
    );
    // Means .80 and .83 of three seeds: each has variance .0025 and squared error .0025 / 3, so
    // that twice the error of the difference is .0816.
    let (a, b) = (
        [0.75, 0.8, 0.85].map(|v| vec![v]),
        [0.78, 0.83, 0.88].map(|v| vec![v]),
    );
    let noisy = judged(&auc, &a, &b);
    assert_eq!((noisy.judgement, noisy.seeds), (Judgement::Equal, 3));
    assert!((noisy.tolerance - 2.0 * (0.005_f64 / 3.0).sqrt()).abs() < 1e-12);
    // Of a list the greatest difference decides.
    let lists = judged(&auc, &[vec![0.1, 0.5]], &[vec![0.1, 0.6]]);
    assert_eq!(lists.judgement, Judgement::Worse);
    assert!(compare(&auc, &one(1.0), &[]).is_none());
    assert!(compare(&auc, &[vec![1.0, 2.0]], &one(1.0)).is_none());
}

#[test]
fn results_pair_by_case_and_threads() {
    let board = build(&lines());
    let fit = find(&board, "fit", "LightGBM", 1);
    assert_eq!(fit.title, "boosting fit, 500k x 28, 100 x 255 leaves");
    assert_eq!((fit.ours.time.median, fit.theirs.time.median), (2.9, 10.7));
    assert_eq!(fit.ratio.median, 10.7 / 2.9);
    // The rounds' own ratios: 10.7 / 2.9, 10.9 / 2.8, 10.5 / 3.1.
    assert_eq!((fit.ratio.min, fit.ratio.max), (10.5 / 3.1, 10.9 / 2.8));
    assert_eq!((fit.ours.rounds, fit.verdict), (3, Verdict::Faster));
    assert_eq!(
        (fit.ours.memory_mb, fit.theirs.memory_mb),
        (Some(88.0), Some(90.0))
    );
    assert_eq!(fit.theirs.note, "its defaults");
    let quality = fit.quality.as_ref().unwrap();
    assert_eq!(
        (quality.metric.as_str(), quality.judgement),
        ("auc", Judgement::Equal)
    );
    // XGBoost's runs lie among ours, and its area is a hundredth smaller.
    let other = find(&board, "fit", "XGBoost", 1);
    assert_eq!(other.verdict, Verdict::WithinSpread);
    assert_eq!(other.quality.as_ref().unwrap().judgement, Judgement::Better);
    let row = find(&board, "row", "LightGBM", 2);
    assert_eq!((row.unit.as_str(), row.ours.time.median), ("us", 1.6));
    let ks = find(&board, "ks", "SciPy", 2);
    assert_eq!(ks.verdict, Verdict::TooFewRounds);
    assert_eq!(ks.quality.as_ref().unwrap().judgement, Judgement::Equal);
    let why: Vec<&str> = board.skipped.iter().map(|s| s.why.as_str()).collect();
    assert_eq!(
        why,
        ["catboost: ModuleNotFoundError: No module named 'catboost'"]
    );
    let grown: Vec<&str> = board
        .entries
        .iter()
        .filter(|e| e.workload == "growth")
        .map(|e| e.title.as_str())
        .collect();
    assert_eq!(
        grown,
        ["boosting fit, 50000 rows", "boosting fit, 500000 rows"]
    );
}

#[test]
fn bounds_set_work_against_the_limit_of_as_many_threads() {
    let board = build(&lines());
    let bound = &board.bounds[0];
    // 3.8 * 500,000 * 28 * 100 additions, a store of eight bytes each, at 25 GB/s.
    let least = 3.8 * 500e3 * 28.0 * 100.0 * 8.0 / 25e9;
    assert!((bound.least_s - least).abs() < 1e-9);
    assert_eq!((bound.measured_s, bound.threads), (2.9, 1));
    assert!((bound.share - least / 2.9).abs() < 1e-9);
    assert_eq!(board.bounds[1].rate, 50e9);
    // One bound a work and number of threads, however many libraries it is compared with.
    assert_eq!(
        board
            .bounds
            .iter()
            .filter(|b| b.title == bound.title)
            .count(),
        2
    );
}

/// `cargo bench --bench suite -- --board tests/data/board` writes these files again.
#[test]
fn the_board_is_the_one_that_was_checked_in() {
    let board = build(&lines());
    let file = |name: &str| {
        fs::read_to_string(Path::new(ROOT).join("tests/data/board").join(name)).unwrap()
    };
    assert_eq!(markdown(&board), file("board.md"));
    let stored: Board = serde_json::from_str(&file("board.json")).unwrap();
    assert_eq!(stored, board);
}

#[test]
fn the_page_needs_no_network() {
    let page = page(&build(&lines())).unwrap();
    // Ratios of gbdt and drift, two of growth, threads, memory.
    assert_eq!(page.matches("<svg").count(), 6);
    assert!(!page.contains("<script") && !page.contains("href") && !page.contains("src="));
    for text in [
        "How fast, and why",
        "Did not run here",
        "within the spread",
        "Growth with rows",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn the_table_names_the_quickest_of_equal_quality() {
    let table = table(&build(&lines()));
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(
        rows[0],
        "| work | 1 thread: here / beside | 2 threads: here / beside | quality, here / beside |"
    );
    // XGBoost is quicker than LightGBM, and worse.
    assert_eq!(
        rows[2],
        "| boosting fit, 500k x 28, 100 x 255 leaves | 2.90 / LightGBM 10.7 (3.69x) | \
         1.60 / LightGBM 5.40 (3.38x) | auc 0.8232 / 0.8236 |"
    );
    assert!(rows.last().unwrap().contains("0.26 / SciPy 5.00 (19.2x?)"));
    assert!(!table.contains("growth") && !table.contains("50000 rows"));
}

#[test]
fn a_readme_is_rewritten_between_its_marks() {
    let board = build(&lines());
    let readme = "before\n<!-- board:begin -->\nold\n<!-- board:end -->\nafter\n";
    let new = rewrite(readme, "benches/boards/one.json", &board).unwrap();
    assert!(new.starts_with("before\n<!-- board:begin benches/boards/one.json -->\nExample 9000"));
    assert!(new.ends_with("|\n<!-- board:end -->\nafter\n") && !new.contains("old"));
    assert_eq!(named_board(&new), Some("benches/boards/one.json"));
    assert_eq!(
        rewrite(&new, "benches/boards/one.json", &board).unwrap(),
        new
    );
    assert_eq!(named_board(readme), None);
    assert!(
        rewrite("no marks", "x", &board)
            .unwrap_err()
            .contains("board:begin")
    );
}

/// README's table is that of the board it names, and a board in the repository has a README that
/// names one.
#[test]
fn readme_shows_the_board_it_names() {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let boards = Path::new(ROOT).join("benches/boards");
    let Some(name) = named_board(&readme) else {
        assert!(!boards.exists(), "README names none of benches/boards");
        eprintln!("skipped: README's table names no board");
        return;
    };
    let text = fs::read_to_string(Path::new(ROOT).join(name)).unwrap();
    let board: Board = serde_json::from_str(&text).unwrap();
    assert!(!board.machine.quick, "quick sizes do not show how fast");
    let same = rewrite(&readme, name, &board).unwrap() == readme;
    assert!(
        same,
        "`cargo bench --bench suite -- --readme {name}` writes README's table"
    );
}

/// XGBoost predicts quickest, with a model that is worse; on two threads its model is as good.
#[test]
fn a_worse_model_is_not_called_the_quickest() {
    let mut board = build(&lines());
    for e in &mut board.entries {
        if e.op == "fit" && e.threads == 2 && e.theirs.name == "XGBoost" {
            e.quality.as_mut().unwrap().judgement = Judgement::Equal;
            e.theirs.time.median = 0.1;
        }
    }
    let table = table(&board);
    let row = |title: &str| {
        table
            .lines()
            .find(|l| l.contains(title))
            .unwrap()
            .to_owned()
    };
    let predict = row("boosting predict");
    assert!(
        predict.contains("/ LightGBM") && predict.contains("/ XGBoost"),
        "{predict}"
    );
    // Both libraries of a row are named beside its quality.
    let fit = row("boosting fit");
    assert!(
        fit.contains("| LightGBM: auc 0.8232 / 0.8236; XGBoost: auc 0.8232 / 0.8132 |"),
        "{fit}"
    );
}
