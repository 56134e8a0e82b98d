//! Small plots as inline SVG: bars with intervals, lines, histograms, pairs of bars.

use super::report::escape;
use std::fmt::Write;

const W: f64 = 560.0;
const H: f64 = 300.0;
const LEFT: f64 = 66.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 48.0;
const GREY: &str = "#4a5865";
const BLUE: &str = "#2b7bba";
const ORANGE: &str = "#d9822b";

/// A plot area with a vertical axis from `low` to `high`.
struct Plot {
    out: String,
    low: f64,
    high: f64,
}

impl Plot {
    fn new(label: &str, values: impl Iterator<Item = f64>, from_zero: bool, across: &str) -> Self {
        let (mut low, mut high) = values
            .filter(|v| v.is_finite())
            .fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)));
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        if from_zero {
            low = low.min(0.0);
        }
        if high - low < 1e-12 {
            high = low + low.abs().max(1.0) * 0.1;
        }
        let step = nice((high - low) / 4.0);
        (low, high) = ((low / step).floor() * step, (high / step).ceil() * step);
        let mut plot = Self {
            out: open(label, H),
            low,
            high,
        };
        for i in 0..=((high - low) / step).round() as usize {
            let v = low + step * i as f64;
            let y = plot.y(v);
            let _ = write!(
                plot.out,
                "<line x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#dfe4ea\"/>",
                W - RIGHT
            );
            plot.text(LEFT - 6.0, y + 4.0, "end", &short(v, step));
        }
        plot.text((LEFT + W - RIGHT) / 2.0, H - 8.0, "middle", across);
        let y = (H - BOTTOM + TOP) / 2.0;
        let _ = write!(
            plot.out,
            "<text transform=\"rotate(-90 14 {y})\" x=\"14\" y=\"{y}\" text-anchor=\"middle\">{}</text>",
            escape(label)
        );
        plot
    }

    fn y(&self, v: f64) -> f64 {
        let share = (v - self.low) / (self.high - self.low);
        H - BOTTOM - (H - BOTTOM - TOP) * share.clamp(0.0, 1.0)
    }

    fn text(&mut self, x: f64, y: f64, anchor: &str, text: &str) {
        text_at(&mut self.out, x, y, anchor, text);
    }

    fn bar(&mut self, x: f64, width: f64, value: f64, fill: &str) {
        let (y, zero) = (self.y(value), self.y(0.0));
        let _ = write!(
            self.out,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{fill}\"/>",
            (zero - y).max(0.0)
        );
    }

    fn done(self) -> String {
        self.out + "</svg>"
    }
}

fn open(label: &str, height: f64) -> String {
    format!(
        "<svg viewBox=\"0 0 {W} {height}\" role=\"img\" aria-label=\"{}\" font-family=\"system-ui,sans-serif\" font-size=\"11.5\" fill=\"{GREY}\">",
        escape(label)
    )
}

fn text_at(out: &mut String, x: f64, y: f64, anchor: &str, text: &str) {
    let _ = write!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>",
        escape(text)
    );
}

/// The step of 1, 2 or 5 times a power of ten that is not below `least`.
fn nice(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|s| s * power);
    steps
        .into_iter()
        .find(|s| *s >= least * 0.999)
        .unwrap_or(10.0 * power)
}

/// A value on an axis of this step.
fn short(v: f64, step: f64) -> String {
    match v.abs() {
        a if a >= 1e6 => format!("{:.1} M", v / 1e6),
        a if a >= 1e4 => format!("{:.0} k", v / 1e3),
        _ => {
            let decimals = (-step.log10().floor()).clamp(0.0, 6.0) as usize;
            format!("{v:.decimals$}")
        }
    }
}

/// (name, value, low, high) as bars with whiskers.
pub fn bars(label: &str, rows: &[(String, f64, f64, f64)]) -> String {
    let mut plot = Plot::new(label, rows.iter().map(|r| r.3), true, "");
    let step = (W - LEFT - RIGHT) / rows.len().max(1) as f64;
    for (i, (name, value, low, high)) in rows.iter().enumerate() {
        let x = LEFT + step * (i as f64 + 0.2);
        let mid = x + step * 0.3;
        plot.bar(x, step * 0.6, *value, BLUE);
        let (top, bottom) = (plot.y(*high), plot.y(*low));
        let _ = write!(
            plot.out,
            "<path d=\"M{mid:.1} {top:.1}V{bottom:.1}M{0:.1} {top:.1}h8M{0:.1} {bottom:.1}h8\" stroke=\"#111a22\" fill=\"none\" stroke-width=\"1.5\"/>",
            mid - 4.0
        );
        plot.text(mid, H - BOTTOM + 16.0, "middle", name);
        plot.text(mid, H - BOTTOM + 31.0, "middle", &format!("{value:.3}"));
    }
    plot.done()
}

/// Lines (name, values) over the same points; `ends` are the labels of the first and the last
/// point.
pub fn lines(
    label: &str,
    across: &str,
    series: &[(&str, &[f64])],
    ends: (&str, &str),
    from_zero: bool,
) -> String {
    let all = series.iter().flat_map(|s| s.1.iter().copied());
    let mut plot = Plot::new(label, all, from_zero, across);
    let points = series.iter().map(|s| s.1.len()).max().unwrap_or(0);
    let x = |i: usize| LEFT + (W - LEFT - RIGHT) * i as f64 / (points.max(2) - 1) as f64;
    for ((i, (name, values)), colour) in series.iter().enumerate().zip([BLUE, ORANGE]) {
        let mut path = String::new();
        for (i, v) in values.iter().enumerate().filter(|(_, v)| v.is_finite()) {
            let _ = write!(path, "{:.1},{:.1} ", x(i), plot.y(*v));
        }
        let _ = write!(
            plot.out,
            "<polyline points=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>"
        );
        if series.len() > 1 {
            let key = LEFT + 10.0 + 130.0 * i as f64;
            let _ = write!(
                plot.out,
                "<rect x=\"{key}\" y=\"2\" width=\"14\" height=\"8\" fill=\"{colour}\"/>"
            );
            plot.text(key + 19.0, 10.0, "start", name);
        }
    }
    plot.text(LEFT, H - BOTTOM + 16.0, "start", ends.0);
    plot.text(W - RIGHT, H - BOTTOM + 16.0, "end", ends.1);
    plot.done()
}

/// A histogram of counts of 1, 2 to 3, 4 to 7, and so on: for long tails.
pub fn by_doubling(label: &str, across: &str, counts: impl Iterator<Item = f64>) -> String {
    let mut bins: Vec<f64> = Vec::new();
    for c in counts.filter(|c| *c >= 1.0) {
        let bin = c.log2().floor() as usize;
        bins.resize(bins.len().max(bin + 1), 0.0);
        bins[bin] += 1.0;
    }
    let mut plot = Plot::new(label, bins.iter().copied(), true, across);
    let step = (W - LEFT - RIGHT) / bins.len().max(1) as f64;
    for (i, count) in bins.iter().enumerate() {
        let x = LEFT + step * i as f64;
        plot.bar(x + step * 0.06, step * 0.88, *count, BLUE);
        let name = if i == 0 {
            "1".to_string()
        } else {
            format!("{}+", 1u64 << i)
        };
        plot.text(x + step / 2.0, H - BOTTOM + 16.0, "middle", &name);
    }
    plot.done()
}

/// (name, first, second) as pairs of bars to the right, with a mark at `mark`; a value that is
/// `None` has no bar.
pub fn pairs(
    label: &str,
    names: (&str, &str),
    rows: &[(String, Option<f64>, Option<f64>)],
    mark: f64,
) -> String {
    const ROW: f64 = 24.0;
    const NAMES: f64 = 190.0;
    let height = 46.0 + ROW * rows.len() as f64;
    let largest = rows
        .iter()
        .flat_map(|r| [r.1, r.2])
        .flatten()
        .fold(mark, f64::max);
    let x = |v: f64| NAMES + (W - NAMES - 50.0) * v / largest.max(1e-12);
    let mut out = open(label, height);
    for (i, (name, colour)) in [(names.0, BLUE), (names.1, ORANGE)].into_iter().enumerate() {
        let at = NAMES + 130.0 * i as f64;
        let _ = write!(
            out,
            "<rect x=\"{at}\" y=\"4\" width=\"14\" height=\"8\" fill=\"{colour}\"/>"
        );
        text_at(&mut out, at + 19.0, 12.0, "start", name);
    }
    let _ = write!(
        out,
        "<line x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"18\" y2=\"{1:.1}\" stroke=\"#4a5865\" stroke-dasharray=\"4 3\"/>",
        x(mark),
        height - 20.0
    );
    for (i, (name, first, second)) in rows.iter().enumerate() {
        let y = 22.0 + ROW * i as f64;
        text_at(&mut out, NAMES - 8.0, y + 14.0, "end", name);
        for (value, colour, down) in [(first, BLUE, 1.0), (second, ORANGE, 11.0)] {
            let Some(v) = value else { continue };
            let _ = write!(
                out,
                "<rect x=\"{NAMES}\" y=\"{:.1}\" width=\"{:.1}\" height=\"9\" fill=\"{colour}\"/>",
                y + down,
                (x(*v) - NAMES).max(0.5)
            );
            let _ = write!(
                out,
                "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"9\">{v:.2}</text>",
                x(*v) + 4.0,
                y + down + 8.0
            );
        }
    }
    text_at(&mut out, NAMES, height - 6.0, "start", label);
    out + "</svg>"
}
