//! Boards, estimates and intervals: texts and trust. Values by hand.
#![allow(clippy::unwrap_used)] // tests may

use ml_eval::bootstrap::{BootstrapResult, Estimate, Interval, IntervalMethod};
use ml_eval::goal::Measured;
use ml_eval::holdout::{RankingBoard, RankingRow};

fn estimate(value: f64, lower: f64, upper: f64) -> Estimate {
    let level = 0.9;
    let interval = Interval {
        lower,
        upper,
        level,
    };
    Estimate { value, interval }
}

#[test]
fn intervals_hold_their_ends_and_print_with_any_precision() {
    let found = estimate(0.5, -0.25, 1.0);
    let interval = found.interval;
    assert!(interval.contains(-0.25) && interval.contains(1.0) && interval.contains(0.0));
    assert!(!interval.contains(-0.2501) && !interval.contains(1.0001));
    assert_eq!(
        format!("{interval} {interval:+.1}"),
        "[-0.2500, 1.0000] [-0.2, +1.0]"
    );
    assert_eq!(found.to_string(), "0.5000 [-0.2500, 1.0000]");
    assert_eq!(format!("{found:+}"), "+0.5000 [-0.2500, +1.0000]");
    assert_eq!(
        format!("{found:+.1} {found:.2}"),
        "+0.5 [-0.2, +1.0] 0.50 [-0.25, 1.00]"
    );
    let words = [
        (IntervalMethod::Percentile, "percentile"),
        (IntervalMethod::PercentileT, "t-corrected percentile"),
        (IntervalMethod::Bca, "BCa"),
        (IntervalMethod::BcaT, "t-corrected BCa"),
        (IntervalMethod::Wilson, "Wilson"),
    ];
    for (method, word) in words {
        assert_eq!(method.to_string(), word);
    }
}

fn row(model: &str) -> RankingRow {
    RankingRow {
        model: model.into(),
        ndcg: estimate(0.5, 0.25, 0.75),
        map: 0.125,
        recall: 0.375,
        precision: 0.0625,
        coverage: 0.5,
        answered: 0.875,
        p50_us: 12.5,
        p95_us: 2500.0,
        p99_us: 150.25,
        against_first: None,
        against_previous: None,
        method: None,
        difference_method: None,
        trusted: true,
    }
}

fn board() -> RankingBoard {
    let second = RankingRow {
        against_first: Some(estimate(0.25, 0.125, 0.375)),
        against_previous: Some(estimate(-0.25, -0.375, -0.125)),
        ..row("second")
    };
    let third = RankingRow {
        trusted: false,
        ..second.clone()
    };
    RankingBoard {
        part: "test".into(),
        k: 7,
        queries: 30,
        users: 20,
        items: 40,
        rows: vec![
            row("first"),
            second,
            RankingRow {
                model: "third".into(),
                ..third
            },
        ],
    }
}

#[test]
fn boards_print_in_columns_and_in_markdown() {
    let title = "test: 30 queries of 20 users, 40 items; 90% intervals by user";
    let tail = [
        "0.1250", "0.3750", "0.0625", "0.500", "0.875", "12.5", "150.2",
    ];
    let ndcg = "0.5000 [0.2500, 0.7500]";
    let up = "+0.2500 [+0.1250, +0.3750]";
    let down = "-0.2500 [-0.3750, -0.1250]";
    let head = [
        "model",
        "ndcg@7",
        "against first",
        "against previous",
        "map@7",
        "recall@7",
        "precision@7",
        "coverage",
        "answered",
        "p50 us",
        "p99 us",
    ];
    let line = |name: &str, first: &str, previous: &str| -> Vec<String> {
        let all = [name, ndcg, first, previous].into_iter().chain(tail);
        all.map(str::to_owned).collect()
    };
    let rows = [
        head.map(str::to_owned).to_vec(),
        line("first", "-", "-"),
        line("second", up, down),
        line("third", &format!("{up} ?"), &format!("{down} ?")),
    ];
    let widths = [6, 23, 28, 28, 6, 8, 11, 8, 8, 6, 6];
    let mut plain = title.to_owned();
    let mut markdown = format!("{title}\n\n");
    for (i, cells) in rows.iter().enumerate() {
        plain += &format!("\n{:<6}", cells[0]);
        for (cell, w) in cells.iter().zip(widths).skip(1) {
            plain += &format!("  {cell:>w$}");
        }
        markdown += &format!("| {} |\n", cells.join(" | "));
        if i == 0 {
            markdown +=
                "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
        }
    }
    let legend = "differences are of ndcg@7, ? few users carry the difference: it is not to be \
                  trusted";
    assert_eq!(board().to_string(), format!("{plain}\n{legend}"));
    assert_eq!(board().to_markdown(), markdown);
    let mut named = board();
    named.rows[0].method = Some(IntervalMethod::BcaT);
    let text = named.to_string();
    assert!(
        text.starts_with(&format!("{title} (t-corrected BCa)\n")),
        "{text}"
    );
    named.rows[1].difference_method = Some(IntervalMethod::PercentileT);
    let methods = "(t-corrected BCa; differences: t-corrected percentile)\n";
    assert!(named.to_string().starts_with(&format!("{title} {methods}")));
}

#[test]
fn boards_say_what_the_gate_reads() {
    let board = board();
    assert!(board.measured("fourth").is_none() && board.row("fourth").is_none());
    let rest = |m: Measured| {
        m.metric("map@7", 0.125)
            .metric("recall@7", 0.375)
            .metric("precision@7", 0.0625)
            .metric("coverage", 0.5)
            .p95_latency_ms(2.5)
    };
    let first = rest(Measured::new().metric("ndcg@7", 0.5));
    assert_eq!(board.measured("first"), Some(first));
    let difference = estimate(0.25, 0.125, 0.375);
    let second = rest(Measured::new().compared("ndcg@7", 0.5, difference));
    assert_eq!(board.measured("second"), Some(second));
    assert_eq!(board.row("third").unwrap().model, "third");
    // Boards written before there were marks are trusted.
    let mut json = serde_json::to_value(&board).unwrap();
    json["rows"][2].as_object_mut().unwrap().remove("trusted");
    let read: RankingBoard = serde_json::from_value(json).unwrap();
    assert!(read.rows[2].trusted);
}

#[test]
fn the_best_of_a_board_is_a_number_and_the_first_of_equal_ones() {
    let mut board = board();
    assert_eq!(board.best("ndcg@7").unwrap(), "first");
    board.rows[1].map = 0.25;
    board.rows[2].map = f64::NAN;
    assert_eq!(board.best("map@7").unwrap(), "second");
    board.rows.iter_mut().for_each(|r| r.coverage = f64::NAN);
    assert_eq!(
        board.best("coverage").unwrap_err().to_string(),
        "the best model by coverage is not defined: no model scored a number"
    );
    assert_eq!(
        board.best("ndcg").unwrap_err().to_string(),
        "no metric of the board is called `ndcg`; there is ndcg@7, map@7, recall@7, precision@7, \
         coverage"
    );
}

#[test]
fn an_estimate_is_trusted_from_ten_effective_successes_on() {
    let json = |effective: f64, method: IntervalMethod| {
        let estimate = serde_json::to_value(estimate(0.5, 0.25, 0.75)).unwrap();
        let method = serde_json::to_value(method).unwrap();
        let all =
            serde_json::json!({"estimate": estimate, "method": method, "effective": effective});
        serde_json::from_value::<BootstrapResult>(all).unwrap()
    };
    let at = json(10.0, IntervalMethod::Bca);
    assert!(at.trusted() && !json(9.99, IntervalMethod::Bca).trusted());
    assert!(json(0.0, IntervalMethod::Wilson).trusted());
    assert_eq!(at.to_string(), "0.5000 [0.2500, 0.7500] (BCa)");
    let below = json(9.75, IntervalMethod::Percentile).to_string();
    let warned = "(percentile; not to be trusted: 9.8 effective successes, below 10)";
    assert_eq!(below, format!("0.5000 [0.2500, 0.7500] {warned}"));
}
