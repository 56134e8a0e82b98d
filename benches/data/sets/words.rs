//! Documents of words: background words by Zipf's law, mixed with words of the document's topic.

use super::draw::{Draw, Shares};

/// Words there are.
pub(crate) const VOCABULARY: usize = 20_000;
/// Topics; word `w` belongs to topic `w % TOPICS`.
pub(crate) const TOPICS: usize = 20;

/// Share of the words of a document that belong to its topic besides those that do by chance.
const ON_TOPIC: f64 = 0.15;

/// The frequencies of the words.
#[derive(Debug)]
pub(crate) struct Words(Shares);

impl Words {
    pub(crate) fn new() -> Self {
        Self(Shares::new(
            (0..VOCABULARY).map(|rank| 1.0 / (rank as f64 + 3.0)),
        ))
    }

    /// The topic of a document and its words, about so many.
    pub(crate) fn document(&self, draw: &mut Draw, length: f64, words: &mut Vec<u32>) -> usize {
        let topic = draw.below(TOPICS);
        let count = (length + length.sqrt() * draw.normal()).round().max(3.0) as usize;
        words.clear();
        words.extend((0..count).map(|_| {
            let word = self.0.pick(draw);
            let word = match draw.chance(ON_TOPIC) {
                true => word - word % TOPICS + topic,
                false => word,
            };
            word as u32
        }));
        topic
    }
}
