//! The example on files that are easily misread.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub)]

#[path = "../examples/tabular/mod.rs"]
mod tabular;

use serde_json::Value;

/// Content of metrics.json, and the last field of each line of predictions.csv.
fn run(train: &str, test: &str, options: &[&str]) -> (Value, Vec<f64>) {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("train.csv"), train).unwrap();
    std::fs::write(path("test.csv"), test).unwrap();
    let fixed = [
        "--train",
        &path("train.csv"),
        "--test",
        &path("test.csv"),
        "--out",
        &path("out"),
    ]
    .map(str::to_owned);
    let rest = ["--rounds", "40", "--task", "regression"]
        .iter()
        .chain(options);
    let line = fixed.into_iter().chain(rest.map(|o| (*o).to_owned()));
    let args = tabular::args::parse(line).unwrap().unwrap();
    let metrics = tabular::run(&args, &mut |_| {}).unwrap();
    let predictions = std::fs::read_to_string(path("out/predictions.csv")).unwrap();
    let last = |l: &str| l.rsplit(',').next().unwrap().parse().unwrap();
    (metrics, predictions.lines().skip(1).map(last).collect())
}

/// `y` is ten times `x`.
fn lines(n: usize, row: impl Fn(usize) -> String) -> String {
    (0..n).map(|i| row(i) + "\n").collect()
}

fn notes(metrics: &Value) -> String {
    metrics["notes"].to_string()
}

#[test]
fn case_r3_a_comma_too_many_on_the_first_line() {
    let rows = |extra: &str| {
        let row = |i: usize| {
            let end = if i == 0 { extra } else { "" };
            format!("{},{},{}{end}", 10 * (i % 7) + i % 5, i % 7, i % 5)
        };
        "price,height,width\n".to_owned() + &lines(300, row)
    };
    let y = ["--target", "price"];
    let (clean, expected) = run(&rows(""), &rows(""), &y);
    let (metrics, predicted) = run(&rows(""), &rows(","), &y);
    assert_eq!(
        predicted[1..],
        expected[1..],
        "no row but the first is touched"
    );
    assert!(metrics["test"]["r2"].as_f64().unwrap() > 0.95, "{metrics}");
    assert_eq!(
        (clean["rows"]["test"].clone(), predicted.len()),
        (300.into(), 300)
    );
    assert!(
        notes(&metrics).contains("test row 0 (line 2) can not be read"),
        "{metrics}"
    );
    let (metrics, _) = run(&rows(",99"), &rows(""), &y);
    assert!(
        notes(&metrics).contains("1 of 300 training rows left out; line 2"),
        "{metrics}"
    );
    assert!(metrics["test"]["r2"].as_f64().unwrap() > 0.95, "{metrics}");
}

#[test]
fn case_r4_a_line_for_each_row_of_one_column() {
    let train = "x,y\n".to_owned() + &lines(300, |i| format!("{},{}", i % 10, i % 10 * 10));
    let y = ["--target", "y"];
    let (metrics, predicted) = run(&train, "x\n1\n\n3\n\n5\n", &y);
    assert_eq!(
        (metrics["rows"]["test"].clone(), predicted.len()),
        (5.into(), 5)
    );
    assert!(predicted[0] < 20.0 && predicted[4] > 40.0, "{predicted:?}");
    assert_eq!(predicted[1], predicted[3]);
    let (_, more) = run(&train, "x\r\n1\r\n \r\n\r\n", &y);
    assert_eq!(more, [predicted[0], predicted[1], predicted[1]]);
}

#[test]
fn case_r9_decimal_commas() {
    let file = |n: usize, from: usize| {
        let row = |i: usize| {
            format!(
                "{},{:02};{};{}",
                (i + from) / 100,
                (i + from) % 100,
                i % 3,
                i + from
            )
        };
        "x;z;y\n".to_owned() + &lines(n, row)
    };
    let (train, test) = (file(600, 0), file(100, 250));
    let (metrics, _) = run(&train, &test, &["--target", "y"]);
    let hint =
        "`0,00` is not read as a number, but would be with the decimal mark `,` (--decimal ,)";
    assert!(notes(&metrics).contains(hint), "{metrics}");
    let (metrics, predicted) = run(&train, &test, &["--target", "y", "--decimal", ","]);
    assert!(metrics["test"]["r2"].as_f64().unwrap() > 0.9, "{metrics}");
    assert!(!notes(&metrics).contains("decimal"), "{metrics}");
    // A column with one cell that is no number is read as text, and its numbers as before.
    let odd = test + "?;1;1\n";
    let (_, again) = run(&train, &odd, &["--target", "y", "--decimal", ","]);
    assert_eq!(again[..100], predicted[..]);
    assert!(tabular::args::USAGE.contains("--decimal"));
}

#[test]
fn case_r9_dates_and_ids_are_noted() {
    let day = |i: usize| format!("{:02}/{:02}/2020", i % 12 + 1, (i * 5) % 12 + 1);
    let train = "d,id,y\n".to_owned() + &lines(300, |i| format!("{},{},{i}", day(i), i % 50));
    // Numbers in training; an id that no number holds is missing in the test file, and told.
    let test = "d,id,y\n".to_owned()
        + &lines(20, |i| format!("{},{},{i}", day(i), i % 50))
        + "01/01/2020,9007199254740993,1\n";
    let (metrics, predicted) = run(&train, &test, &["--target", "y"]);
    assert_eq!(predicted.len(), 21);
    assert!(
        notes(&metrics).contains("column `d`: no day is past the 12th"),
        "{metrics}"
    );
    assert!(
        notes(&metrics).contains("test column `id`: 1 values are not numeric"),
        "{metrics}"
    );
}
