//! Runs of the suite: arguments, order, processes, results kept and gone on with.

use super::*;

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
    let slow = key("c", 1).mark(line("done")).with("process_s", 300.0);
    store.add(slow).unwrap();
    assert_eq!(store.process_s(&key("c", 1)), Some(300.0));
    assert_eq!(store.process_s(&key("b", 1)), None);
    let build = |op: &str| line(op).with("workload", "build").with("case", "linfa");
    store.add(build("skipped")).unwrap();
    store.add(line("build").with("build", "smartcore")).unwrap();
    store.add(key("b", 2).mark(line("fit"))).unwrap();
    // A board of this file has what failed, and not the process that was cut.
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(finished(&text).len(), 9);
    let store = Store::open(&path, true).unwrap();
    assert!(!store.has(&key("a", 1)) && !store.has(&key("a", 2)) && store.has(&key("b", 1)));
    let ops: Vec<&str> = store.lines.iter().map(|l| l.text("op")).collect();
    assert_eq!(ops, ["fit", "done", "done", "build"]);
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
    assert_eq!((plain.patience, plain.timeout), (120, 3600));
    assert_eq!(run("--patience 9 --data-dir . --out o").patience, 9);
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
    include!("../../benches/suite/programs/ml_pipeline.rs");

    #[test]
    fn fits_a_model() {
        main().unwrap();
    }
}
