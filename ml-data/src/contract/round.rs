//! Rounds of a training: the callback that hears of them, and one that writes them as lines.

use std::ops::ControlFlow;
use std::time::Instant;

/// One round of a training: a tree, an epoch, a sweep.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Round<'a> {
    /// Rounds done, counted from 1; those of an earlier model that training goes on from count.
    pub round: usize,
    /// Rounds planned. Training may end earlier.
    pub of: usize,
    /// Name of the metric of both values; may be empty where neither is computed.
    pub metric: &'a str,
    /// Its value on the training rows; `None` where it is not computed.
    pub train: Option<f64>,
    /// Its value on the validation rows; `None` where there are none.
    pub valid: Option<f64>,
}

impl Round<'_> {
    /// The only round of a training in one pass, without a metric.
    pub const ONLY: Round<'static> = Round {
        round: 1,
        of: 1,
        metric: "",
        train: None,
        valid: None,
    };
}

/// Callback after each round of a training. `Break` ends the training, and the model is that of the
/// rounds so far.
pub type OnRound<'a> = &'a mut dyn FnMut(Round<'_>) -> ControlFlow<()>;

/// Callback that writes every `period`-th round, and the last one planned, as a line: for
/// [`Fit::fit_watched`](super::Fit::fit_watched) and
/// [`Fit::fit_valid_watched`](super::Fit::fit_valid_watched). It is what `verbosity`, `verbose` and
/// `log_evaluation` are elsewhere; a library prints nothing by itself, so `write` says where lines
/// go. A period of 0 writes none.
///
/// A line has the rounds done and planned, the seconds since this was made, and the metric of
/// training and validation rows, where there is one:
///
/// ```text
/// [20/100] 1.3 s, training l2 0.123450, valid l2 0.234560
/// ```
///
/// ```
/// use ml_data::contract::{Round, log_every};
/// use std::ops::ControlFlow;
///
/// let mut lines = Vec::new();
/// let mut log = log_every(2, |line| lines.push(line.to_owned()));
/// // Instead of a training:
/// for round in 1..=5 {
///     let loss = 1.0 / round as f64;
///     let _ = log(Round { round, of: 5, metric: "l2", train: Some(loss), valid: None });
/// }
/// drop(log);
/// assert_eq!(lines.len(), 3); // rounds 2, 4 and the last
/// assert!(lines[0].starts_with("[2/5] ") && lines[0].ends_with(" s, training l2 0.500000"));
/// ```
///
/// Lines go to the standard error stream by `|line| eprintln!("{line}")`, to the crates `log` and
/// `tracing` by `|line| log::info!("{line}")`, and to anything that is
/// [`Write`](std::io::Write) by `|line| drop(writeln!(file, "{line}"))`. A callback of one's own
/// calls this one and goes on:
///
/// ```
/// # use ml_data::contract::{Round, log_every};
/// # use std::ops::ControlFlow;
/// # use std::time::{Duration, Instant};
/// let (start, mut log) = (Instant::now(), log_every(10, |line| eprintln!("{line}")));
/// let mut watch = |round: Round<'_>| {
///     log(round)?;
///     match start.elapsed() < Duration::from_secs(60) {
///         true => ControlFlow::Continue(()),
///         false => ControlFlow::Break(()),
///     }
/// };
/// assert!(watch(Round::ONLY).is_continue());
/// ```
#[doc(alias = "verbosity")]
#[doc(alias = "verbose")]
#[doc(alias = "verbose_eval")]
#[doc(alias = "log_evaluation")]
#[doc(alias = "print_evaluation")]
pub fn log_every(
    period: usize,
    mut write: impl FnMut(&str),
) -> impl FnMut(Round<'_>) -> ControlFlow<()> {
    let start = Instant::now();
    move |round| {
        let told = round.round.is_multiple_of(period) || round.round == round.of;
        if period > 0 && told {
            write(&line(&round, start.elapsed().as_secs_f64()));
        }
        ControlFlow::Continue(())
    }
}

/// The line of a round, so many seconds after the start.
fn line(round: &Round<'_>, seconds: f64) -> String {
    let mut line = format!("[{}/{}] {seconds:.1} s", round.round, round.of);
    for (rows, value) in [("training", round.train), ("valid", round.valid)] {
        if let Some(value) = value {
            let metric = round.metric;
            line.push_str(&format!(", {rows} {metric} {}", number(value)));
        }
    }
    line
}

/// Six decimals, or an exponent where they would show too little or too much.
fn number(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || (1e-3..1e6).contains(&size) {
        format!("{value:.6}")
    } else {
        format!("{value:.5e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values by hand.
    #[test]
    fn a_line_names_what_there_is() {
        let of = |train, valid| Round {
            round: 20,
            of: 100,
            metric: "l2",
            train,
            valid,
        };
        let text = |train, valid| line(&of(train, valid), 1.26);
        assert_eq!(text(None, None), "[20/100] 1.3 s");
        assert_eq!(
            text(Some(0.12345), Some(2e-7)),
            "[20/100] 1.3 s, training l2 0.123450, valid l2 2.00000e-7"
        );
        let numbers = [0.0, -0.5, 999_999.0, 1e6, f64::NAN].map(number);
        let want = ["0.000000", "-0.500000", "999999.000000", "1.00000e6", "NaN"];
        assert_eq!(numbers, want);
    }

    #[test]
    fn every_so_many_rounds_and_the_last_are_written() {
        let written = |period, rounds: usize| {
            let mut lines = Vec::new();
            let mut log = log_every(period, |line| lines.push(line.to_owned()));
            for round in 1..=rounds {
                let of = Round {
                    round,
                    of: 7,
                    ..Round::ONLY
                };
                assert!(log(of).is_continue());
            }
            drop(log);
            let first = |l: &String| l.split('/').next().unwrap_or_default()[1..].to_owned();
            lines.iter().map(first).collect::<Vec<_>>()
        };
        assert_eq!(written(3, 7), ["3", "6", "7"]);
        // Stopped early: the last line is not planned.
        assert_eq!(written(3, 5), ["3"]);
        assert_eq!(written(1, 2), ["1", "2"]);
        assert!(written(0, 7).is_empty());
    }
}
