//! Correlated columns in clusters for linear models, in double precision: 50 columns around twenty
//! centres, the spread falling from column to column, each mixed with the one before it; a number
//! `y` linear in every third column, and two classes `c`.

use super::draw::Draw;
use super::writer::{Array, Bytes, Element, Writer};
use super::{Scale, parts};
use ml_pipeline::data::Result;

const WIDTH: usize = 50;
const CENTRES: usize = 20;

pub(crate) fn write(to: &mut Writer<'_>, scale: Scale) -> Result<()> {
    let mut draw = Draw::new("dense weights", 0);
    let centres: Vec<[f64; WIDTH]> = (0..CENTRES)
        .map(|_| std::array::from_fn(|_| 2.0 * draw.normal()))
        .collect();
    let weights: [f64; WIDTH] =
        std::array::from_fn(|j| if j % 3 == 0 { draw.normal() } else { 0.0 });
    let mixed = |raw: [f64; WIDTH]| -> [f64; WIDTH] {
        let spread = |j: usize| 3.0 * raw[j] / (1.0 + j as f64).sqrt();
        std::array::from_fn(|j| spread(j) + if j > 0 { 0.3 * spread(j - 1) } else { 0.0 })
    };
    let linear = |x: &[f64; WIDTH]| {
        let mut sum = 0.0;
        x.iter().zip(&weights).for_each(|(x, w)| sum += x * w);
        sum
    };
    // So that the classes are about even.
    let mut middle = 0.0;
    centres
        .iter()
        .for_each(|c| middle += linear(&mixed(*c)) / CENTRES as f64);
    let row = |draw: &mut Draw, _: usize, [x, y, c]: &mut [Bytes; 3]| {
        let centre = centres[draw.below(CENTRES)];
        let row = mixed(std::array::from_fn(|j| centre[j] + draw.normal()));
        let signal = linear(&row);
        row.iter().for_each(|v| x.f64(*v));
        y.f64(signal + 2.0 * draw.normal());
        c.f32(f32::from(
            draw.label(0.5 * (signal - middle) + 0.3 * row[2] * row[4]),
        ));
    };
    for (part, rows) in parts(scale, 200_000, 50_000) {
        let x = Array::new(format!("dense_{part}_x"), Element::F64, &[rows, WIDTH]);
        let y = Array::new(format!("dense_{part}_y"), Element::F64, &[rows]);
        let c = Array::new(format!("dense_{part}_c"), Element::F32, &[rows]);
        to.arrays(&format!("dense {part}"), (rows, 4096), [x, y, c], row)?;
    }
    Ok(())
}
