//! Lines of text, about 14 words each, one space between them.

use super::Scale;
use super::draw::Draw;
use super::words::{VOCABULARY, Words};
use super::writer::{Writer, in_order};
use ml_pipeline::data::Result;

const BLOCK: usize = 4096;

pub(crate) fn write(to: &mut Writer<'_>, scale: Scale) -> Result<()> {
    let (words, rows) = (Words::new(), scale.rows(200_000));
    let spelled: Vec<String> = (0..VOCABULARY).map(spell).collect();
    let mut file = to.create("text.txt")?;
    let make = |block: usize| {
        let mut draw = Draw::new("text", block);
        let (mut text, mut list) = (String::new(), Vec::new());
        for _ in block * BLOCK..((block + 1) * BLOCK).min(rows) {
            words.document(&mut draw, 14.0, &mut list);
            for (at, word) in list.iter().enumerate() {
                text.push_str(if at > 0 { " " } else { "" });
                text.push_str(&spelled[*word as usize]);
            }
            text.push('\n');
        }
        text
    };
    in_order(rows.div_ceil(BLOCK), make, |text| {
        file.append(text.as_bytes())
    })?;
    to.finish(file)
}

/// Syllables for the digits of the word's number, two at least.
fn spell(word: usize) -> String {
    const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
    const VOWELS: &[u8; 5] = b"aeiou";
    const SYLLABLES: usize = CONSONANTS.len() * VOWELS.len();
    let (mut text, mut rest, mut digits) = (String::new(), word, 0);
    while rest > 0 || digits < 2 {
        let syllable = rest % SYLLABLES;
        text.push(char::from(CONSONANTS[syllable / VOWELS.len()]));
        text.push(char::from(VOWELS[syllable % VOWELS.len()]));
        rest /= SYLLABLES;
        digits += 1;
    }
    text
}
