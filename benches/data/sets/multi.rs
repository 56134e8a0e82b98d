//! Seven classes of 30 normal columns: scores linear in twelve of them and in the products of
//! neighbours, the class drawn with the softmax of its scores (by the largest score with Gumbel
//! noise).

use super::draw::Draw;
use super::writer::{Array, Bytes, Element, Writer};
use super::{Scale, parts};
use ml_pipeline::data::Result;

const CLASSES: usize = 7;
const TELLING: usize = 12;

pub(crate) fn write(to: &mut Writer<'_>, scale: Scale) -> Result<()> {
    let mut draw = Draw::new("multi weights", 0);
    let mut weights = |size: f64| -> [[f64; TELLING]; CLASSES] {
        std::array::from_fn(|_| std::array::from_fn(|_| size * draw.normal()))
    };
    let (linear, product) = (weights(0.7), weights(0.5));
    let row = |draw: &mut Draw, _: usize, [x, y]: &mut [Bytes; 2]| {
        let n: [f64; 30] = draw.normals();
        let mut best = (f64::NEG_INFINITY, 0);
        for (class, (w, q)) in linear.iter().zip(&product).enumerate() {
            let mut score = draw.gumbel();
            for j in 0..TELLING {
                score += w[j] * n[j] + q[j] * n[j] * n[(j + 1) % TELLING];
            }
            if score > best.0 {
                best = (score, class as i32);
            }
        }
        x.singles(&n);
        y.i32(best.1);
    };
    for (part, rows) in parts(scale, 100_000, 20_000) {
        let x = Array::new(format!("multi_{part}_x"), Element::F32, &[rows, 30]);
        let y = Array::new(format!("multi_{part}_y"), Element::I32, &[rows]);
        to.arrays(&format!("multi {part}"), (rows, 4096), [x, y], row)?;
    }
    Ok(())
}
