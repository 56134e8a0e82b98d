//! Plots as SVG text: ranges of ratios, and growth.

use super::number::short;
use super::stats::Spread;
use plotters::prelude::*;
use std::error::Error;

/// Our side, and the other.
pub(super) const OURS: RGBColor = RGBColor(31, 119, 180);
pub(super) const THEIRS: RGBColor = RGBColor(214, 110, 30);

const WIDTH: u32 = 900;
const ROW: u32 = 20;
/// Room for the names of rows.
const NAMES: i32 = 400;
const SMALL: (&str, i32) = ("sans-serif", 12);

/// A row of a plot of ranges.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) name: String,
    /// Ranges with their colours.
    pub(super) marks: Vec<(Spread, RGBColor)>,
}

/// Ranges with their medians on a logarithmic axis, a row each, and a line at 1.
pub(super) fn ranges(axis: &str, rows: &[Row]) -> Result<String, Box<dyn Error>> {
    let all = || rows.iter().flat_map(|r| &r.marks).map(|(s, _)| s);
    let least = all().map(|s| s.min).fold(1.0, f64::min) / 1.15;
    let most = all().map(|s| s.max).fold(1.0, f64::max) * 1.15;
    let height = u32::try_from(rows.len())? * ROW + 50;
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        let mut chart = ChartBuilder::on(&root)
            .margin_left(NAMES)
            .margin_right(20)
            .margin_top(5)
            .x_label_area_size(40)
            .build_cartesian_2d((least..most).log_scale(), 0.0..rows.len() as f64)?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .disable_y_axis()
            .x_labels(6)
            .x_desc(axis)
            .x_label_formatter(&|x| short(*x))
            .label_style(SMALL)
            .draw()?;
        let edge = vec![(1.0, 0.0), (1.0, rows.len() as f64)];
        chart.draw_series([PathElement::new(edge, BLACK.stroke_width(1))])?;
        for (i, row) in rows.iter().enumerate() {
            let y = rows.len() as f64 - i as f64 - 0.5;
            for (spread, colour) in &row.marks {
                let ends = vec![(spread.min, y), (spread.max, y)];
                chart.draw_series([PathElement::new(ends, colour.stroke_width(3))])?;
                chart.draw_series([Circle::new((spread.median, y), 4, colour.filled())])?;
            }
            let (_, at) = chart.backend_coord(&(1.0, y));
            root.draw(&Text::new(row.name.clone(), (5, at - 7), SMALL))?;
        }
        root.present()?;
    }
    Ok(svg)
}

/// A curve of a plot of growth.
#[derive(Debug, Clone)]
pub(super) struct Curve {
    pub(super) name: String,
    pub(super) colour: RGBColor,
    /// Size and value.
    pub(super) points: Vec<(f64, Spread)>,
}

/// Curves on two logarithmic axes, with the least and greatest of each point.
pub(super) fn growth(x: &str, y: &str, curves: &[Curve]) -> Result<String, Box<dyn Error>> {
    let points = || curves.iter().flat_map(|c| &c.points);
    let xs = Spread::of(&points().map(|p| p.0).collect::<Vec<_>>()).ok_or("no points")?;
    let least = points().map(|p| p.1.min).fold(f64::INFINITY, f64::min);
    let most = points().map(|p| p.1.max).fold(0.0, f64::max);
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (WIDTH / 2, 300)).into_drawing_area();
        let across = ((xs.min / 1.1)..(xs.max * 1.1)).log_scale();
        let up = ((least / 1.3).max(1e-6)..most.max(1e-5) * 1.3).log_scale();
        let mut chart = ChartBuilder::on(&root)
            .margin(8)
            .x_label_area_size(38)
            .y_label_area_size(60)
            .build_cartesian_2d(across, up)?;
        chart
            .configure_mesh()
            .x_labels(5)
            .y_labels(6)
            .x_desc(x)
            .y_desc(y)
            .x_label_formatter(&|v| short(*v))
            .y_label_formatter(&|v| short(*v))
            .label_style(SMALL)
            .draw()?;
        for curve in curves {
            let line = curve.points.iter().map(|(x, s)| (*x, s.median));
            let colour = curve.colour;
            let series = LineSeries::new(line.clone(), colour.stroke_width(2));
            chart
                .draw_series(series)?
                .label(curve.name.clone())
                .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 16, y)], colour));
            chart.draw_series(line.map(|p| Circle::new(p, 3, colour.filled())))?;
            let bars = curve.points.iter().map(|(x, s)| {
                PathElement::new(vec![(*x, s.min), (*x, s.max)], colour.stroke_width(1))
            });
            chart.draw_series(bars)?;
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .label_font(SMALL)
            .border_style(BLACK.mix(0.3))
            .background_style(WHITE.mix(0.8))
            .draw()?;
        root.present()?;
    }
    Ok(svg)
}
