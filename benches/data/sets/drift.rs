//! Two samples of 16 numeric columns and four of ten categories: the first column of every four is
//! unchanged, the others have moved by .002, .01 and .1. Columns 4 to 7 are log-normal, 8 to 11
//! rounded to two decimals. And a stream of ones and zeros whose share changes three times.

use super::Scale;
use super::draw::{Draw, Shares, rounded};
use super::writer::{Array, Bytes, Element, Writer};
use ml_pipeline::data::Result;

const NUMBERS: usize = 16;
const CATEGORIES: usize = 10;
/// How far column `j % 4` has moved.
const MOVED: [f64; 4] = [0.0, 0.002, 0.01, 0.1];
/// Share of ones in each fifth of the stream.
const FIFTHS: [f64; 5] = [0.2, 0.3, 0.3, 0.6, 0.2];

pub(crate) fn write(to: &mut Writer<'_>, scale: Scale) -> Result<()> {
    let rows = scale.rows(1_000_000);
    for (part, moved) in [("ref", 0.0), ("cur", 1.0)] {
        let shares = MOVED.map(|by| {
            let tilted = |k: usize| (1.0 + moved * by * libm::cos(k as f64)) / (k as f64 + 2.0);
            Shares::new((0..CATEGORIES).map(tilted))
        });
        let row = |draw: &mut Draw, _: usize, [num, cat]: &mut [Bytes; 2]| {
            let n: [f64; NUMBERS] = draw.normals();
            for (j, x) in n.into_iter().enumerate() {
                let x = match j {
                    4..8 => libm::exp(x),
                    8..12 => rounded(x, 2),
                    _ => x,
                };
                num.f64(x + moved * MOVED[j % 4]);
            }
            shares.iter().for_each(|s| cat.i32(s.pick(draw) as i32));
        };
        let num = Array::new(format!("drift_{part}_num"), Element::F64, &[rows, NUMBERS]);
        let cat = Array::new(
            format!("drift_{part}_cat"),
            Element::I32,
            &[rows, MOVED.len()],
        );
        to.arrays(&format!("drift {part}"), (rows, 4096), [num, cat], row)?;
    }
    let stream = Array::new("stream", Element::F64, &[rows]);
    to.arrays("stream", (rows, 16_384), [stream], |draw, row, [stream]| {
        let share = FIFTHS[row * FIFTHS.len() / rows];
        stream.f64(if draw.chance(share) { 1.0 } else { 0.0 });
    })
}
