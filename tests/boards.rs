//! The benchmark suite's board: pairing, spreads, verdicts, resuming, and README's table.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

#[path = "../benches/suite/args.rs"]
#[allow(dead_code)]
mod args;
#[path = "../benches/board/mod.rs"]
#[allow(dead_code, unused_imports)]
mod board;
#[path = "../benches/limits/machine.rs"]
#[allow(dead_code)]
mod limits;
#[path = "../benches/suite/plan.rs"]
#[allow(dead_code)]
mod plan;
#[path = "../benches/suite/process.rs"]
#[allow(dead_code)]
mod process;

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

#[test]
fn a_cut_run_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.jsonl");
    let key = |round: usize| Key {
        workload: "gbdt".into(),
        dataset: "higgs".into(),
        case: "boost".into(),
        side: "here".into(),
        threads: 1,
        round,
    };
    let line = |op: &str| Line::default().with("op", op);
    let mut store = Store::open(&path, false).unwrap();
    store.add(line("machine").with("machine", "m")).unwrap();
    for op in ["fit", "done"] {
        store
            .add(key(1).mark(line(op).with("wall_s", 1.5)))
            .unwrap();
    }
    // The second round was cut: a line without the mark of its end, and half a line.
    store.add(key(2).mark(line("fit"))).unwrap();
    drop(store);
    let mut text = fs::read_to_string(&path).unwrap();
    text.push_str("{\"op\": \"pre");
    fs::write(&path, text).unwrap();

    let mut store = Store::open(&path, true).unwrap();
    assert!(store.has(&key(1)) && !store.has(&key(2)));
    let ops: Vec<&str> = store.lines.iter().map(|l| l.text("op")).collect();
    assert_eq!(ops, ["machine", "fit", "done"]);
    assert_eq!(store.lines[1].number("wall_s"), Some(1.5));
    store.add(key(2).mark(line("done"))).unwrap();
    assert!(Store::open(&path, true).unwrap().has(&key(2)));
    // Without `--resume` it begins anew, and what was there has another name.
    for name in ["results-1.jsonl", "results-2.jsonl"] {
        let old = fs::read_to_string(&path).unwrap();
        let mut store = Store::open(&path, false).unwrap();
        assert!(store.lines.is_empty());
        assert_eq!(fs::read_to_string(path.with_file_name(name)).unwrap(), old);
        store.add(line("machine")).unwrap();
    }
    let names = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 3, "no part is left");
}

#[test]
fn a_case_that_gave_no_result_is_tried_anew_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.jsonl");
    let key = |case: &str, round: usize| Key {
        workload: "gbdt".into(),
        dataset: "higgs".into(),
        case: case.into(),
        side: "python".into(),
        threads: 1,
        round,
    };
    let line = |op: &str| Line::default().with("op", op);
    let mut store = Store::open(&path, false).unwrap();
    for (case, round, op) in [("a", 1, "fit"), ("b", 1, "fit"), ("a", 2, "failed")] {
        for op in [op, "done"] {
            store.add(key(case, round).mark(line(op))).unwrap();
        }
    }
    let build = |op: &str| line(op).with("workload", "build").with("case", "linfa");
    store.add(build("skipped")).unwrap();
    store.add(line("build").with("build", "smartcore")).unwrap();
    store.add(key("b", 2).mark(line("fit"))).unwrap();
    // A board of this file has what failed, and not the process that was cut.
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(finished(&text).len(), 8);
    let store = Store::open(&path, true).unwrap();
    assert!(!store.has(&key("a", 1)) && !store.has(&key("a", 2)) && store.has(&key("b", 1)));
    let ops: Vec<&str> = store.lines.iter().map(|l| l.text("op")).collect();
    assert_eq!(ops, ["fit", "done", "build"]);
}

#[test]
fn results_of_two_machines_are_not_joined() {
    let old = Machine::of(&lines());
    assert_eq!(old.differs(&old), None);
    let mut other = old.clone();
    other.processor = "Example 9001".into();
    assert!(old.differs(&other).unwrap().contains("`Example 9001`"));
    let mut other = old.clone();
    other.scale = 0.5;
    assert_eq!(
        old.differs(&other).unwrap(),
        "the scale was `1` and is `0.5`"
    );
    let mut other = old.clone();
    other.quick = true;
    assert!(old.differs(&other).unwrap().contains("`quick`"));
    // Another commit of ours is said.
    let told = |commit: &str| {
        let machine = Machine {
            commits: vec![commit.into()],
            ..old.clone()
        };
        Line::default()
            .with("op", "machine")
            .with("machine", serde_json::to_value(machine).unwrap())
    };
    let one = Machine::of(&[told("abc"), told("abc")]);
    assert!(one.text().ends_with("12:00:00Z; commit abc"));
    let two = Machine::of(&[told("abc"), told("def")]);
    assert!(two.text().ends_with("; resumed, of commits abc and def"));
    assert_eq!(Machine::told(&[]), None);
    // What is not known is left out.
    let unknown = Machine {
        cores: 4,
        system: "macos".into(),
        at: "now".into(),
        ..Machine::default()
    };
    assert_eq!(unknown.text(), "4 cores, macos; now");
    assert!(limits::Machine::detect().cores > 0);
}

#[cfg(unix)]
#[test]
fn a_process_says_how_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("stderr.log");
    let run = |script: &str| {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let limit = std::time::Duration::from_secs(30);
        let outcome = process::run(&mut command, limit, &log);
        (outcome.lines.len(), outcome.failure.unwrap_or_default())
    };
    assert_eq!(
        run("echo '{\"op\": \"fit\"}'; echo hello"),
        (1, String::new())
    );
    assert!(fs::read_to_string(&log).unwrap().contains("hello"));
    let (kept, why) = run("echo '{\"op\": \"fit\"}'; echo '{\"op\": \"predict\", \"auc\": NaN}'");
    assert_eq!(kept, 1);
    assert!(
        why.starts_with("a result that is no JSON: {\"op\": \"predict\""),
        "{why}"
    );
    let (_, why) = run("echo fitting >&2; kill -9 $$");
    assert!(
        why.starts_with("signal: 9") && why.ends_with(": fitting"),
        "{why}"
    );
    assert_eq!(run("echo no such file >&2; exit 3").1, "no such file");
}

#[test]
fn rounds_begin_with_each_in_turn() {
    let Ok(Ask::Run(job)) = parse(&words("metrics --list --threads 1 --only rank*"), 4) else {
        unreachable!("arguments as above")
    };
    let members = &plan::groups(&job).unwrap()[0].members;
    let first: Vec<&str> = (1..=5)
        .map(|round| plan::in_round(members, round)[0].case)
        .collect();
    assert_eq!(
        first,
        ["metrics", "ranx", "ranx-presorted", "sklearn", "metrics"]
    );
    let second: Vec<&str> = plan::in_round(members, 2).iter().map(|m| m.case).collect();
    assert_eq!(second, ["ranx", "ranx-presorted", "sklearn", "metrics"]);
    assert!(plan::in_round(&[], 3).is_empty());
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

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(Into::into).collect()
}

#[test]
fn arguments_fill_each_other_in() {
    let run = |text: &str| match parse(&words(text), 4) {
        Ok(Ask::Run(job)) => job,
        other => unreachable!("{other:?}"),
    };
    let plain = run("gbdt --data-dir . --out o");
    assert_eq!(
        (plain.threads, plain.rounds, plain.seeds),
        (vec![1, 4], 3, 5)
    );
    let quick = run("--quick --data-dir . --out o");
    assert_eq!((quick.threads, quick.rounds, quick.seeds), (vec![4], 2, 2));
    assert_eq!(run("--threads 2,1,2 --data-dir . --out o").threads, [1, 2]);
    assert_eq!(parse(&words("--bench"), 4), Ok(Ask::Usage));
    assert_eq!(
        parse(&words("--readme b.json"), 4),
        Ok(Ask::Readme("b.json".into()))
    );
    let wrong = |text: &str| parse(&words(text), 4).unwrap_err();
    assert!(wrong("--rounds 0 --data-dir . --out o").contains("above 0"));
    assert!(wrong("--data-dir /no/such --out o").contains("not a folder"));
    assert!(wrong("--data-dir .").contains("--out"));
    assert!(wrong("--data-dir . --out o --speed 9").contains("--speed"));
}

#[test]
fn groups_hold_both_sides_for_each_number_of_threads() {
    let Ok(Ask::Run(job)) = parse(&words("metrics --list --threads 1,2 --only rank*"), 4) else {
        unreachable!("arguments as above")
    };
    let groups = plan::groups(&job).unwrap();
    let members = |i: usize| -> Vec<&str> { groups[i].members.iter().map(|m| m.case).collect() };
    assert_eq!(groups.len(), 2);
    assert_eq!(members(0), ["metrics", "ranx", "ranx-presorted", "sklearn"]);
    assert_eq!((groups[0].threads, groups[1].threads), (1, 2));
    assert_eq!(groups[1].key(&groups[1].members[1], 3).side, "python");
    let ask = |text: &str| match parse(&words(text), 4) {
        Ok(Ask::Run(job)) => plan::groups(&job).map(|g| g.len()),
        other => unreachable!("{other:?}"),
    };
    assert!(
        ask("sums --list")
            .unwrap_err()
            .contains("unknown workload `sums`")
    );
    assert!(
        ask("--only nothing --list")
            .unwrap_err()
            .contains("matches no case")
    );
    // The case of growth has the name of ours on both sides.
    let Ok(Ask::Run(job)) = parse(&words("growth --list --threads 1"), 4) else {
        unreachable!("arguments as above")
    };
    assert!(
        plan::groups(&job)
            .unwrap()
            .iter()
            .all(|g| g.members[0].case == g.members[1].case)
    );
}

/// Every case of a library of Python that a work names is one that its script has.
#[test]
fn scripts_have_the_cases_that_works_name() {
    let mut workloads: Vec<&str> = WORKS.iter().map(|w| w.workload).collect();
    workloads.dedup();
    for workload in workloads {
        let script = format!("{ROOT}/benches/peers/python/{workload}.py");
        let Ok(run) = Command::new("python3").args([&script, "--list"]).output() else {
            eprintln!("skipped: no python3 here");
            return;
        };
        assert!(
            run.status.success(),
            "{}",
            String::from_utf8_lossy(&run.stderr)
        );
        let there = String::from_utf8(run.stdout).unwrap();
        for work in WORKS.iter().filter(|w| w.workload == workload) {
            for peer in work.peers.iter().filter(|p| p.side != Side::Rust) {
                let name = format!("{}/{}", work.dataset, work.peer_case(peer));
                assert!(there.lines().any(|l| l == name), "{workload} has no {name}");
            }
        }
    }
}

/// The small program whose build the suite times.
mod program {
    include!("../benches/suite/programs/ml_pipeline.rs");

    #[test]
    fn fits_a_model() {
        main().unwrap();
    }
}
