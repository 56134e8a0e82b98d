//! Queries of 60 to 140 documents with grades 0 to 4, most of them 0: 46 columns, of which eight
//! hold the query's own part and eight are skewed, with many ties.

use super::draw::{Draw, rounded};
use super::writer::{Array, Bytes, Element, Writer};
use super::{Scale, parts};
use ml_pipeline::data::Result;

/// Scores from which the grades 1 to 4 are given.
const GRADES: [f64; 4] = [0.9, 1.8, 2.6, 3.4];

pub(crate) fn write(to: &mut Writer<'_>, scale: Scale) -> Result<()> {
    for (part, queries) in parts(scale, 5000, 1000) {
        let mut draw = Draw::new(&format!("ltr {part} sizes"), 0);
        let sizes: Vec<usize> = (0..queries).map(|_| 60 + draw.below(81)).collect();
        let rows = sizes.iter().sum();
        let x = Array::new(format!("ltr_{part}_x"), Element::F32, &[rows, 46]);
        let y = Array::new(format!("ltr_{part}_y"), Element::I32, &[rows]);
        let group = Array::new(format!("ltr_{part}_group"), Element::I32, &[queries]);
        to.arrays(
            &format!("ltr {part}"),
            (queries, 64),
            [x, y, group],
            |draw, query, [x, y, group]| {
                let own: [f64; 8] = draw.normals();
                (0..sizes[query]).for_each(|_| document(draw, &own, x, y));
                group.i32(sizes[query] as i32);
            },
        )?;
    }
    Ok(())
}

fn document(draw: &mut Draw, query: &[f64; 8], x: &mut Bytes, y: &mut Bytes) {
    let mut n: [f64; 46] = draw.normals();
    n[30..38].iter_mut().zip(query).for_each(|(v, q)| *v += q);
    n[38..]
        .iter_mut()
        .for_each(|v| *v = rounded(libm::exp(*v), 1));
    let mut score = n[0] + 0.6 * libm::tanh(n[2] + n[3]) + 0.5 * n[4] * n[5];
    if n[30] > 0.0 {
        score += 0.8 * n[1];
    }
    score += 0.3 * libm::log1p(n[40]) + 0.9 * draw.normal();
    y.i32(GRADES.iter().filter(|grade| score >= **grade).count() as i32);
    x.singles(&n);
}
