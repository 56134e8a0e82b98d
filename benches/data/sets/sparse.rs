//! Two classes of documents as counts of 20,000 words, by rows without zeros (CSR), about 60
//! different words a document. The class follows from the topic.

use super::draw::Draw;
use super::words::Words;
use super::writer::{Array, Bytes, Element, Writer, in_order};
use super::{Scale, parts};
use ml_pipeline::data::Result;

const BLOCK: usize = 1024;

pub(crate) fn write(to: &mut Writer<'_>, scale: Scale) -> Result<()> {
    let words = Words::new();
    for (part, rows) in parts(scale, 100_000, 20_000) {
        let make = |block: usize| {
            let mut draw = Draw::new(&format!("sparse {part}"), block);
            let (mut found, mut list) = (Counts::default(), Vec::new());
            for _ in block * BLOCK..((block + 1) * BLOCK).min(rows) {
                let topic = words.document(&mut draw, 80.0, &mut list);
                list.sort_unstable();
                found.add(&list);
                found
                    .labels
                    .push(draw.label(if topic.is_multiple_of(2) { 1.5 } else { -1.5 }));
            }
            found
        };
        let (mut starts, mut end) = (Bytes::default(), 0);
        let (mut indices, mut data, mut y) = (Bytes::default(), Bytes::default(), Bytes::default());
        starts.i64(0);
        in_order(rows.div_ceil(BLOCK), make, |found| {
            found.indices.iter().for_each(|w| indices.i32(*w as i32));
            found.counts.iter().for_each(|n| data.f32(*n));
            found.labels.iter().for_each(|l| y.f32(f32::from(*l)));
            for n in &found.lengths {
                end += n;
                starts.i64(end as i64);
            }
            Ok(())
        })?;
        let name = |what: &str| format!("sparse_{part}_{what}");
        to.array(
            &Array::new(name("indptr"), Element::I64, &[rows + 1]),
            &starts,
        )?;
        to.array(&Array::new(name("indices"), Element::I32, &[end]), &indices)?;
        to.array(&Array::new(name("data"), Element::F32, &[end]), &data)?;
        to.array(&Array::new(name("y"), Element::F32, &[rows]), &y)?;
    }
    Ok(())
}

/// Rows of counts.
#[derive(Debug, Default)]
struct Counts {
    indices: Vec<u32>,
    counts: Vec<f32>,
    /// Different words of each row.
    lengths: Vec<usize>,
    labels: Vec<u8>,
}

impl Counts {
    /// A row of these words, in order.
    fn add(&mut self, words: &[u32]) {
        let before = self.indices.len();
        for same in words.chunk_by(|a, b| a == b) {
            self.indices.push(same[0]);
            self.counts.push(same.len() as f32);
        }
        self.lengths.push(self.indices.len() - before);
    }
}
