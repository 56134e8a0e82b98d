//! Two classes of dense rows without gaps, after the particles of the Higgs data (Baldi et al.
//! 2014, doi:10.1038/ncomms5308): 21 measurements, and 7 columns made of them with noise.

use super::draw::Draw;
use super::writer::{Array, Bytes, Element, Writer};
use super::{Scale, parts};
use ml_pipeline::data::Result;

pub(crate) fn write(to: &mut Writer<'_>, scale: Scale) -> Result<()> {
    for (part, rows) in parts(scale, 500_000, 100_000) {
        let x = Array::new(format!("higgs_{part}_x"), Element::F32, &[rows, 28]);
        let y = Array::new(format!("higgs_{part}_y"), Element::F32, &[rows]);
        to.arrays(&format!("higgs {part}"), (rows, 4096), [x, y], row)?;
    }
    Ok(())
}

fn row(draw: &mut Draw, _: usize, [x, y]: &mut [Bytes; 2]) {
    let n: [f64; 12] = draw.normals();
    let e: [f64; 5] = std::array::from_fn(|_| draw.exponential());
    let angle: [f64; 4] = std::array::from_fn(|_| draw.angle());
    let radius = (n[0] * n[0] + n[1] * n[1]).sqrt();
    let apart = libm::cos(angle[0] - angle[1]);
    let energy = n[6] * n[6] + n[7] * n[7];
    let made = [
        radius,
        n[2] * n[3],
        apart,
        e[0] * e[1],
        (n[4] - n[5]).abs(),
        e[2] / (1.0 + e[3]),
        energy,
    ];
    let signal = 0.8 * n[2] * n[3] + 1.1 * apart + 0.7 * radius - 0.3 * energy
        + 0.5 * libm::sin(2.0 * angle[2]) * n[8]
        + 0.4 * n[9]
        - if e[1] > 0.7 { 0.5 * e[0] } else { 0.0 };
    y.f32(f32::from(draw.label(1.2 * signal)));
    x.singles(&n);
    x.singles(&e);
    x.singles(&angle);
    made.iter().for_each(|v| x.single(v + 0.3 * draw.normal()));
}
