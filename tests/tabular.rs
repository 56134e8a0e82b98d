//! The example on small files: each task, files that are not tidy, and what it says to bad input.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub)]

#[path = "../examples/tabular/mod.rs"]
mod tabular;

use ml_pipeline::data::random::{RngExt, Xoshiro256PlusPlus, generator};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;

/// Files that a run left behind.
struct Ran {
    said: Vec<String>,
    metrics: Value,
    /// Fields of each line of predictions.csv.
    lines: Vec<Vec<String>>,
}

impl Ran {
    fn notes(&self) -> String {
        self.metrics["notes"].to_string()
    }
    fn test(&self, metric: &str) -> f64 {
        self.metrics["test"][metric].as_f64().unwrap()
    }
    /// The last field of each row.
    fn last(&self) -> Vec<&str> {
        let rows = self.lines[1..].iter();
        rows.map(|l| l.last().unwrap().as_str()).collect()
    }
}

/// Runs the example on the texts of two files.
fn run(train: &[u8], test: &[u8], options: &[&str]) -> Result<Ran, String> {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (dir.path().join("train.csv"), dir.path().join("test.csv"));
    std::fs::write(&a, train).unwrap();
    std::fs::write(&b, test).unwrap();
    run_files(&a, &b, options, &dir.path().join("out"))
}

fn run_files(train: &Path, test: &Path, options: &[&str], out: &Path) -> Result<Ran, String> {
    let path = |p: &Path| p.to_str().unwrap().to_owned();
    let mut line = vec![
        "--train".to_owned(),
        path(train),
        "--test".into(),
        path(test),
    ];
    line.extend(["--out".into(), path(out), "--rounds".into(), "40".into()]);
    line.extend(options.iter().map(|o| (*o).to_owned()));
    let args = tabular::args::parse(line.into_iter())?.unwrap();
    let mut said = Vec::new();
    tabular::run(&args, &mut |l| said.push(l.to_owned())).map_err(|e| e.to_string())?;
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    assert!(read("model.txt").starts_with("tree\n"));
    assert!(out.join("model.mlp").exists());
    let mut reader = csv_lines(&read("predictions.csv"));
    let lines = std::mem::take(&mut reader);
    Ok(Ran {
        said,
        metrics: serde_json::from_str(&read("metrics.json")).unwrap(),
        lines,
    })
}

/// No field of these tests holds a comma or a line end.
fn csv_lines(text: &str) -> Vec<Vec<String>> {
    let fields = |l: &str| l.split(',').map(str::to_owned).collect();
    text.lines().map(fields).collect()
}

fn draws(seed: u64) -> Xoshiro256PlusPlus {
    generator(seed, "tabular", 0)
}

/// Rows of a number, a city, a day and a flag; some cells missing; and a number that follows from
/// them.
fn rows(n: usize, seed: u64) -> Vec<([String; 4], f64)> {
    let mut rng = draws(seed);
    let cities = ["Riga", "Oslo", "Bonn", "Lima"];
    let row = |_| {
        let (x, city) = (rng.random_range(-2.0..2.0), rng.random_range(0..4usize));
        let (day, flag) = (rng.random_range(1..29u32), rng.random_bool(0.5));
        let y = x * 2.0
            + [0.0, 3.0, -2.0, 1.0][city]
            + f64::from(day) * 0.1
            + f64::from(u8::from(flag));
        let x = if rng.random_bool(0.1) {
            "NA".into()
        } else {
            format!("{x:e}")
        };
        let city = if rng.random_bool(0.1) {
            String::new()
        } else {
            cities[city].into()
        };
        (
            [x, city, format!("2024-02-{day:02}"), flag.to_string()],
            y + rng.random_range(-0.5..0.5),
        )
    };
    (0..n).map(row).collect()
}

fn file(rows: &[([String; 4], f64)], label: impl Fn(f64) -> String) -> String {
    let mut text = String::from("x,city,day,flag,y\n");
    for (cells, y) in rows {
        let _ = writeln!(text, "{},{}", cells.join(","), label(*y));
    }
    text
}

#[test]
fn two_classes() {
    let label = |y: f64| if y > 2.0 { "yes" } else { "no" }.to_owned();
    let (train, test) = (file(&rows(600, 1), label), file(&rows(200, 2), label));
    let ran = run(train.as_bytes(), test.as_bytes(), &["--target", "y"]).unwrap();
    assert_eq!(ran.metrics["task"], "binary");
    assert!(
        ran.said.contains(&"positive class: yes".to_owned()),
        "{:?}",
        ran.said
    );
    assert!(ran.test("roc_auc") > 0.93, "{}", ran.metrics);
    assert_eq!(ran.lines[0], ["row", "class", "probability_yes"]);
    let p: Vec<f64> = ran.last().iter().map(|v| v.parse().unwrap()).collect();
    assert!(p.len() == 200 && p.iter().all(|p| (0.0..=1.0).contains(p)));
    let importances = ran.metrics["importances"].as_array().unwrap();
    let names: Vec<&str> = importances
        .iter()
        .map(|i| i["feature"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"city") && names.contains(&"day:dayofweek"),
        "{names:?}"
    );
}

#[test]
fn several_classes() {
    let label =
        |y: f64| ["low", "middle", "high"][usize::from(y > 0.5) + usize::from(y > 2.5)].to_owned();
    let (train, test) = (file(&rows(600, 3), label), file(&rows(200, 4), label));
    let ran = run(train.as_bytes(), test.as_bytes(), &["--target", "y"]).unwrap();
    assert_eq!(ran.metrics["task"], "multiclass");
    let head = [
        "row",
        "probability_high",
        "probability_low",
        "probability_middle",
        "class",
    ];
    assert_eq!(ran.lines[0], head);
    assert!(
        ran.test("accuracy") > 0.7 && ran.test("multi_log_loss") < 0.8,
        "{}",
        ran.metrics
    );
    assert!(
        ran.last()
            .iter()
            .all(|c| ["low", "middle", "high"].contains(c))
    );
    let sum: f64 = ran.lines[1][1..4]
        .iter()
        .map(|p| p.parse::<f64>().unwrap())
        .sum();
    assert!((sum - 1.0).abs() < 1e-9);
    // Whole numbers with few values are classes, in the order of the numbers; asked for, they are
    // amounts.
    let number = |y: f64| format!("{}", y.round().clamp(-1.0, 10.0));
    let (train, test) = (file(&rows(600, 3), number), file(&rows(200, 4), number));
    let ran = run(train.as_bytes(), test.as_bytes(), &["--target", "y"]).unwrap();
    assert_eq!(ran.metrics["classes"][0], "-1");
    let ran = run(
        train.as_bytes(),
        test.as_bytes(),
        &["--target", "y", "--task", "regression"],
    );
    assert_eq!(ran.unwrap().metrics["task"], "regression");
}

#[test]
fn numbers() {
    let label = |y: f64| y.to_string();
    let (train, test) = (file(&rows(600, 5), label), file(&rows(200, 6), label));
    let ran = run(
        train.as_bytes(),
        test.as_bytes(),
        &["--target", "y", "--drop", "flag"],
    )
    .unwrap();
    assert_eq!(ran.metrics["task"], "regression");
    assert!(ran.test("r2") > 0.7, "{}", ran.metrics);
    assert_eq!(ran.lines[0], ["row", "prediction"]);
    assert!(!ran.metrics["importances"].to_string().contains("flag"));
    assert!(ran.metrics["rows"]["held_out"] == 120 && ran.metrics["rows"]["train"] == 480);
}

#[test]
fn queries() {
    let mut rng = draws(7);
    let mut ranked = |n: usize| {
        let mut text = String::from("query,a,b,grade\n");
        for i in 0..n {
            let (a, b): (f64, f64) = (rng.random(), rng.random());
            let grade = (a * 3.0 + b * 0.5).floor();
            let _ = writeln!(text, "q{},{a},{b},{grade}", i % (n / 10));
        }
        text
    };
    let (train, test) = (ranked(400), ranked(100));
    let options = ["--target", "grade", "--task", "ranking", "--group", "query"];
    let ran = run(train.as_bytes(), test.as_bytes(), &options).unwrap();
    assert!(ran.test("ndcg@5") > 0.9, "{}", ran.metrics);
    assert_eq!(
        (ran.lines[0].clone(), ran.lines.len()),
        (vec!["row".into(), "score".into()], 101)
    );
}

#[test]
fn files_that_are_not_tidy() {
    let mut train = String::from("\u{feff}id;a;a;;kind;mixed;note;y\r\n");
    for i in 0..200 {
        let mixed = if i % 50 == 7 {
            "none of these".into()
        } else {
            i.to_string()
        };
        let y = if i % 3 == 0 { " > 50" } else { "<= 50" };
        let _ = write!(
            train,
            "k{i};{i}e0;{};n/a;\"k;{}\";{mixed};\"a long note, number {i},\r\nwith \"\"quotes\"\" and all\";{y}\r\n",
            i % 3,
            i % 4
        );
    }
    train.push_str("too;many;fields;in;this;row;of;the;file\r\n\r\n");
    // Other order, a new column, no target, unseen categories, a short row, a row too long, text
    // among the numbers.
    let test = "extra|mixed|kind|a.1|a|id|note\nx|5|k;1|1|8.0|k1|n\nx|abc|new|0|?|k2|n\nx|7\n  \t\nx|1|k;2|2|3|k3|n|more\n\"x\"|\"1\"|k;0|0|-inf|k4|n";
    let ran = run(train.as_bytes(), test.as_bytes(), &["--target", "y"]).unwrap();
    let notes = ran.notes();
    for part in [
        "1 of 201 training rows left out",
        "id (a name for each row)",
        "Unnamed: 3 (no values)",
        "note (free text)",
        "columns of the test file that training did not have: extra",
        "test column `a`: 1 values are not numeric",
        "test row 3 (line 6) can not be read",
    ] {
        assert!(notes.contains(part), "`{part}` is not in {notes}");
    }
    assert!(
        ran.said.contains(&"positive class: <= 50".to_owned()),
        "{:?}",
        ran.said
    );
    let p: Vec<f64> = ran.last().iter().map(|v| v.parse().unwrap()).collect();
    assert_eq!((p.len(), &ran.metrics["test"]), (5, &Value::Null));
    assert!(p[0] > 0.9 && p[1] < 0.1 && p[4] < 0.1, "{p:?}");
}

#[test]
fn bytes_that_are_not_utf8_and_labels_that_are_new() {
    let mut train = b"city,x,y\n".to_vec();
    for i in 0..100 {
        train.extend_from_slice(if i % 2 == 0 {
            b"K\xf6ln,1,a\n"
        } else {
            b"Bonn,2,b\n"
        });
    }
    train.extend_from_slice(b"Bonn,2,\nBonn,3,NA\n");
    let test = b"city,x,y\nK\xf6ln,1,a\nBonn,2,b\nBonn,2,c\nBonn,2,\n";
    let ran = run(&train, test, &["--target", "y"]).unwrap();
    let notes = ran.notes();
    assert!(
        notes.contains("is not UTF-8: read as ISO 8859-1"),
        "{notes}"
    );
    assert!(notes.contains("2 training rows without `y`"), "{notes}");
    assert!(notes.contains("2 test rows without a label"), "{notes}");
    assert_eq!((ran.test("accuracy"), ran.lines.len()), (1.0, 5));
}

#[test]
fn a_test_file_without_rows_has_no_predictions() {
    let train = file(&rows(100, 8), |y| y.to_string());
    let ran = run(train.as_bytes(), b"x,city,day,flag\n", &["--target", "y"]).unwrap();
    assert_eq!((ran.lines.len(), &ran.metrics["test"]), (1, &Value::Null));
}

#[test]
fn bad_input_is_one_line_that_says_what_is_wrong() {
    let train = file(&rows(60, 9), |y| if y > 1.0 { "a" } else { "b" }.into());
    let said = |train: &str, test: &str, options: &[&str]| {
        let e = run(train.as_bytes(), test.as_bytes(), options)
            .err()
            .unwrap();
        assert!(!e.contains('\n'), "{e}");
        e
    };
    let y = ["--target", "y"];
    let cases = [
        (said(&train, &train, &["--target", "z"]), "no column `z`"),
        (
            said(&train, "x,day,flag\n1,2024-01-01,true\n", &y),
            "the test file: no column `city`",
        ),
        (said("", &train, &y), "the file is empty"),
        (said("x,y\n", &train, &y), "a header and no rows"),
        (said(&train, "", &y), "the file is empty"),
        (
            said("x,y\n1,a\n2,b\n", "x\n1\n", &y),
            "at least 10 are needed",
        ),
        (
            said(
                &"x,y\n1,a\n".replace("1,a\n", &"1,a\n".repeat(20)),
                "x\n1\n",
                &y,
            ),
            "one value only, `a`",
        ),
        (
            said(&train, &train, &["--target", "y", "--drop", "cty"]),
            "--drop: no column `cty` (is it `city`?)",
        ),
        (
            said(&train, &train, &["--target", "y", "--task", "regression"]),
            "expected a number, found `",
        ),
        (
            said(&train, &train, &["--target", "city", "--task", "binary"]),
            "has 4 values, binary needs two",
        ),
        (
            said(&train, &train, &["--target", "day"]),
            "is time: it must hold numbers or classes",
        ),
        (
            said(
                &train,
                &train,
                &["--target", "y", "--drop", "x,city,day,flag"],
            ),
            "no column is left",
        ),
        (
            said(&train, &train, &["--target", "y", "--task", "ranking"]),
            "--task ranking needs --group",
        ),
        (said("x,y\n1,\"open\n2,b\n", &train, &y), "quote"),
    ];
    for (said, part) in cases {
        assert!(said.contains(part), "`{part}` is not in `{said}`");
    }
    let dir = tempfile::tempdir().unwrap();
    let absent = dir.path().join("absent.csv");
    let e = run_files(&absent, &absent, &y, dir.path()).err().unwrap();
    assert!(e.contains("absent.csv") && !e.contains('\n'), "{e}");
}

#[test]
fn the_command_line_is_checked() {
    let parse = |line: &str| tabular::args::parse(line.split(' ').map(str::to_owned));
    let error = |line: &str| parse(line).unwrap_err();
    assert!(error("--train a --test b --out o").contains("--target is missing"));
    assert!(error("--train").contains("needs a value"));
    assert!(error("--task clustering").contains("is not binary"));
    assert!(error("--rounds 0").contains("at least 1"));
    assert!(error("--bogus 1").contains("unknown option"));
    assert!(parse("--help").unwrap().is_none());
    let told = tabular::args::USAGE;
    assert!(
        ["--no-header", "--separator", "--rounds", "--seed"]
            .iter()
            .all(|o| told.contains(o))
    );
    let args = parse("--train a --test b --out o --target y --drop p,q --separator tab")
        .unwrap()
        .unwrap();
    assert_eq!(
        (args.drop, args.separator),
        (vec!["p".to_owned(), "q".to_owned()], Some(b'\t'))
    );
}
