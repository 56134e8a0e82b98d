//! A number from 50 columns, a tenth of whose cells are missing: Friedman's first function (1991,
//! doi:10.1214/aos/1176347963) of five columns, a product and a kink of three others, noise of
//! deviation 1. Columns 25 to 49 are those before them with noise.

use super::draw::Draw;
use super::writer::{Array, Bytes, Element, Writer};
use super::{Scale, parts};
use ml_pipeline::data::Result;
use std::f64::consts::PI;

const HALF: usize = 25;
const MISSING: f64 = 0.1;

pub(crate) fn write(to: &mut Writer<'_>, scale: Scale) -> Result<()> {
    for (part, rows) in parts(scale, 200_000, 50_000) {
        let x = Array::new(format!("reg_{part}_x"), Element::F32, &[rows, 2 * HALF]);
        let y = Array::new(format!("reg_{part}_y"), Element::F32, &[rows]);
        to.arrays(&format!("reg {part}"), (rows, 4096), [x, y], row)?;
    }
    Ok(())
}

fn row(draw: &mut Draw, _: usize, [x, y]: &mut [Bytes; 2]) {
    let even: [f64; HALF] = std::array::from_fn(|_| draw.unit());
    let noisy: [f64; HALF] = std::array::from_fn(|j| even[j] + draw.normal());
    let bowl = even[2] - 0.5;
    let friedman = 10.0 * libm::sin(PI * even[0] * even[1])
        + 20.0 * bowl * bowl
        + 10.0 * even[3]
        + 5.0 * even[4];
    let label = friedman + 2.0 * noisy[5] * noisy[6] + 3.0 * noisy[7].abs();
    y.single(label + draw.normal());
    for value in even.iter().chain(&noisy) {
        let missing = draw.chance(MISSING);
        x.single(if missing { f64::NAN } else { *value });
    }
}
