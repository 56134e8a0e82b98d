//! Two classes of 64 normal columns, by a network of 24 hidden units of six columns each.

use super::draw::Draw;
use super::writer::{Array, Bytes, Element, Writer};
use super::{Scale, parts};
use ml_pipeline::data::Result;

const WIDTH: usize = 64;
const UNITS: usize = 24;
const INPUTS: usize = 6;

pub(crate) fn write(to: &mut Writer<'_>, scale: Scale) -> Result<()> {
    let mut draw = Draw::new("mlp weights", 0);
    let inner: [[f64; INPUTS]; UNITS] = std::array::from_fn(|_| draw.normals());
    let outer: [f64; UNITS] = std::array::from_fn(|_| 1.2 * draw.normal());
    let row = |draw: &mut Draw, _: usize, [x, y]: &mut [Bytes; 2]| {
        let n: [f64; WIDTH] = draw.normals();
        let mut signal = 0.0;
        for (unit, weights) in inner.iter().enumerate() {
            let mut sum = 0.0;
            for (j, w) in weights.iter().enumerate() {
                sum += w * n[(7 * unit + 5 * j) % WIDTH];
            }
            signal += outer[unit] * libm::tanh(sum);
        }
        x.singles(&n);
        y.f32(f32::from(draw.label(signal)));
    };
    for (part, rows) in parts(scale, 200_000, 50_000) {
        let x = Array::new(format!("mlp_{part}_x"), Element::F32, &[rows, WIDTH]);
        let y = Array::new(format!("mlp_{part}_y"), Element::F32, &[rows]);
        to.arrays(&format!("mlp {part}"), (rows, 4096), [x, y], row)?;
    }
    Ok(())
}
