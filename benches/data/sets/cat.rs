//! Two classes of twelve columns of categories, of 2 to 10,000 levels whose frequencies follow
//! Zipf's law, and eight numbers. Every level has an effect of its own; that of a rare level can
//! hardly be learned.

use super::draw::{Draw, Zipf};
use super::writer::{Array, Bytes, Element, Writer};
use super::{Scale, parts};
use ml_pipeline::data::Result;

/// Levels of each column.
pub(crate) const LEVELS: [usize; 12] = [2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

pub(crate) fn write(to: &mut Writer<'_>, scale: Scale) -> Result<()> {
    let mut draw = Draw::new("cat levels", 0);
    let codes = LEVELS.map(|levels| Zipf::new(levels, 1.05, &mut draw));
    let effects = LEVELS.map(|levels| {
        (0..levels)
            .map(|_| 0.45 * draw.normal())
            .collect::<Vec<_>>()
    });
    let row = |draw: &mut Draw, _: usize, [cat, num, y]: &mut [Bytes; 3]| {
        let mut signal = -0.3;
        let mut fourth = 0;
        for (column, (codes, effects)) in codes.iter().zip(&effects).enumerate() {
            let code = codes.pick(draw);
            signal += effects[code as usize];
            cat.i32(code as i32);
            if column == 3 {
                fourth = code;
            }
        }
        let n: [f64; 8] = draw.normals();
        // A number that counts for every other level only.
        let slope = if fourth % 2 == 1 { 0.5 } else { 0.0 };
        signal += 0.5 * n[0] + slope * n[1];
        num.singles(&n);
        y.f32(f32::from(draw.label(signal)));
    };
    for (part, rows) in parts(scale, 300_000, 60_000) {
        let cat = Array::new(
            format!("cat_{part}_cat"),
            Element::I32,
            &[rows, LEVELS.len()],
        );
        let num = Array::new(format!("cat_{part}_num"), Element::F32, &[rows, 8]);
        let y = Array::new(format!("cat_{part}_y"), Element::F32, &[rows]);
        to.arrays(&format!("cat {part}"), (rows, 4096), [cat, num, y], row)?;
    }
    Ok(())
}
