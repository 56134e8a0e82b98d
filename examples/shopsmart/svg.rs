//! Small plots as inline SVG: bars with intervals, lines, histograms.

use crate::report::escape;
use std::fmt::Write;

const W: f64 = 640.0;
const H: f64 = 260.0;
const LEFT: f64 = 70.0;
const BOTTOM: f64 = 40.0;
const TOP: f64 = 20.0;

fn open(label: &str) -> String {
    format!(
        "<svg viewBox=\"0 0 {W} {H}\" width=\"{W}\" height=\"{H}\" role=\"img\" aria-label=\"{0}\" font-family=\"system-ui,sans-serif\" font-size=\"11\"><text x=\"{LEFT}\" y=\"12\" fill=\"#51606e\">{0}</text>",
        escape(label)
    )
}

fn axis(out: &mut String, max: f64) {
    for i in 0..=4 {
        let v = max * f64::from(i) / 4.0;
        let y = H - BOTTOM - (H - BOTTOM - TOP) * f64::from(i) / 4.0;
        let _ = write!(
            out,
            "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#dfe4ea\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            W - 10.0,
            LEFT - 6.0,
            y + 4.0,
            short(v)
        );
    }
}

fn short(v: f64) -> String {
    match v.abs() {
        a if a >= 1e6 => format!("{:.1}M", v / 1e6),
        a if a >= 1e4 => format!("{:.0}k", v / 1e3),
        a if a >= 10.0 || v == 0.0 => format!("{v:.0}"),
        _ => format!("{v:.3}"),
    }
}

fn top(values: impl Iterator<Item = f64>) -> f64 {
    let max = values.filter(|v| v.is_finite()).fold(0.0, f64::max);
    if max > 0.0 { max * 1.05 } else { 1.0 }
}

/// (label, value, low, high) as bars with whiskers.
pub fn bars(label: &str, rows: &[(String, f64, f64, f64)]) -> String {
    let max = top(rows.iter().map(|r| r.3));
    let mut out = open(label);
    axis(&mut out, max);
    let step = (W - LEFT - 10.0) / rows.len().max(1) as f64;
    let y = |v: f64| H - BOTTOM - (H - BOTTOM - TOP) * (v / max).clamp(0.0, 1.0);
    for (i, (name, value, low, high)) in rows.iter().enumerate() {
        let x = LEFT + step * (i as f64 + 0.15);
        let mid = x + step * 0.35;
        let _ = write!(
            out,
            "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"#2b7bba\"/><line x1=\"{mid:.1}\" x2=\"{mid:.1}\" y1=\"{:.1}\" y2=\"{:.1}\" stroke=\"#12344d\" stroke-width=\"2\"/><text x=\"{mid:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            y(*value),
            step * 0.7,
            H - BOTTOM - y(*value),
            y(*low),
            y(*high),
            H - BOTTOM + 15.0,
            escape(name)
        );
    }
    out + "</svg>"
}

/// A line over equally spaced points, with the labels of the first and last.
pub fn line(label: &str, values: &[f64], first: &str, last: &str) -> String {
    let max = top(values.iter().copied());
    let mut out = open(label);
    axis(&mut out, max);
    let x = |i: usize| LEFT + (W - LEFT - 10.0) * i as f64 / (values.len().max(2) - 1) as f64;
    let y = |v: f64| H - BOTTOM - (H - BOTTOM - TOP) * (v / max).clamp(0.0, 1.0);
    let points: String = values
        .iter()
        .enumerate()
        .fold(String::new(), |mut all, (i, v)| {
            let _ = write!(all, "{:.1},{:.1} ", x(i), y(*v));
            all
        });
    let _ = write!(
        out,
        "<polyline points=\"{points}\" fill=\"none\" stroke=\"#2b7bba\" stroke-width=\"2\"/><text x=\"{LEFT}\" y=\"{0}\">{1}</text><text x=\"{2}\" y=\"{0}\" text-anchor=\"end\">{3}</text>",
        H - BOTTOM + 15.0,
        escape(first),
        W - 10.0,
        escape(last)
    );
    out + "</svg>"
}

/// A histogram of the values, on a logarithmic axis: counts per factor of the range.
pub fn log_histogram(label: &str, values: impl Iterator<Item = f64>, bins: usize) -> String {
    let logs: Vec<f64> = values
        .filter(|v| *v > 0.0 && v.is_finite())
        .map(f64::log10)
        .collect();
    let (low, high) = logs
        .iter()
        .fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
    let mut counts = vec![0.0; bins];
    let width = ((high - low) / bins as f64).max(1e-9);
    for v in &logs {
        counts[(((v - low) / width) as usize).min(bins - 1)] += 1.0;
    }
    let max = top(counts.iter().copied());
    let mut out = open(label);
    axis(&mut out, max);
    let step = (W - LEFT - 10.0) / bins as f64;
    for (i, c) in counts.iter().enumerate() {
        let h = (H - BOTTOM - TOP) * c / max;
        let _ = write!(
            out,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{h:.1}\" fill=\"#4f9d69\"/>",
            LEFT + step * i as f64,
            H - BOTTOM - h,
            step * 0.92
        );
    }
    for i in [0, bins / 2, bins] {
        let at = 10f64.powf(low + width * i as f64);
        let _ = write!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{at:.2}</text>",
            LEFT + step * i as f64,
            H - BOTTOM + 15.0
        );
    }
    out + "</svg>"
}
