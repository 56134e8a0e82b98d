//! Bytes of ISO 8859-1.
#![allow(clippy::unwrap_used)]

#[test]
fn latin_letters_are_read_byte_by_byte() {
    use ml_data::source::{As, CsvSource, Encoding};
    // Two bytes that UTF-8 would take for one letter.
    let bytes = b"name,n\nM\xc3\xa4,1\nab,2\n\xe4,3\n".to_vec();
    let source = CsvSource::bytes("f.csv", bytes).column("name", As::Text);
    let table = source.encoding(Encoding::Latin1).read().unwrap().table;
    let names: Vec<_> = (0..3)
        .map(|row| table.column(0).str_at(row).unwrap())
        .collect();
    assert_eq!(names, ["M\u{c3}\u{a4}", "ab", "\u{e4}"]);
    assert_eq!(table.num_at(1).unwrap(), [1.0, 2.0, 3.0]);
}
