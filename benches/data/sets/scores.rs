//! Scores of two classes for metrics, rounded to four decimals, so that many are tied (a tenth of
//! the labels is 1); and graded lists of 100 documents with scores.

use super::Scale;
use super::draw::{Draw, rounded};
use super::writer::{Array, Bytes, Element, Writer};
use ml_pipeline::data::Result;

const LIST: usize = 100;
/// Shares of the grades up to 0, 1, 2 and 3.
const GRADES: [f64; 4] = [0.85, 0.93, 0.97, 0.99];

pub(crate) fn write(to: &mut Writer<'_>, scale: Scale) -> Result<()> {
    let rows = scale.rows(10_000_000);
    let s = Array::new("scores_s", Element::F32, &[rows]);
    let y = Array::new("scores_y", Element::U8, &[rows]);
    to.arrays("scores", (rows, 16_384), [s, y], |draw, _, [s, y]| {
        let label = u8::from(draw.chance(0.1));
        s.single(rounded(draw.normal() + 1.2 * f64::from(label), 4));
        y.u8(label);
    })?;
    let lists = scale.rows(100_000);
    let grade = Array::new("rank_rel", Element::I8, &[lists, LIST]);
    let score = Array::new("rank_score", Element::F32, &[lists, LIST]);
    to.arrays("rank", (lists, 256), [grade, score], list)
}

fn list(draw: &mut Draw, _: usize, [grades, scores]: &mut [Bytes; 2]) {
    for _ in 0..LIST {
        let u = draw.unit();
        let grade = GRADES.iter().filter(|end| u >= **end).count() as i8;
        grades.i8(grade);
        scores.single(0.5 * f64::from(grade) + draw.normal());
    }
}
