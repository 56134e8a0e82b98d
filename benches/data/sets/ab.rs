//! Two arms of an experiment: log-normal values whose means differ by .3 %, and conversions of
//! 10.00 % and 10.12 %.

use super::Scale;
use super::draw::{Draw, rounded};
use super::writer::{Array, Element, Writer};
use ml_pipeline::data::Result;

pub(crate) fn write(to: &mut Writer<'_>, scale: Scale) -> Result<()> {
    let rows = scale.rows(1_000_000);
    let a = Array::new("ab_a", Element::F64, &[rows]);
    let b = Array::new("ab_b", Element::F64, &[rows]);
    let conversions = Array::new("ab_conv", Element::U8, &[rows, 2]);
    to.arrays(
        "ab",
        (rows, 16_384),
        [a, b, conversions],
        |draw, _, [a, b, both]| {
            let value =
                |draw: &mut Draw, mean: f64| rounded(libm::exp(mean + 0.8 * draw.normal()), 4);
            a.f64(value(draw, 1.0));
            b.f64(value(draw, 1.003));
            both.u8(u8::from(draw.chance(0.1)));
            both.u8(u8::from(draw.chance(0.1012)));
        },
    )
}
