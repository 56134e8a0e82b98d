use super::*;
use crate::source::options::CsvOptions;

fn dialect() -> Dialect {
    Dialect {
        longest: 64,
        ..Dialect::commas()
    }
}

/// A file of memory, of which at most `size` bytes are read at a time after the first time.
fn open(text: &str, size: usize) -> Blocks {
    let input = Input::Memory("here".into(), text.as_bytes().into());
    let mut blocks = Blocks::open(&input, dialect(), &CsvOptions::default().limits).unwrap();
    // As if nothing had been read so far.
    blocks.buffer.clear();
    blocks.raw = Box::new(std::io::Cursor::new(text.as_bytes().to_vec()));
    (blocks.ended, blocks.unpacked, blocks.size) = (false, 0, size);
    blocks
}

#[test]
fn records_arrive_whole_and_in_order_however_few_bytes_are_read() {
    let text = "a,b\n\"c\nd\",e\n\nfg,h\n\"\"\"i\",\n1,2,3,4\nlast";
    let records = [
        "a,b\n",
        "\"c\nd\",e\n",
        "\nfg,h\n",
        "\"\"\"i\",\n",
        "1,2,3,4\n",
        "last",
    ];
    for size in 1..text.len() + 3 {
        for most in 1..5 {
            let mut blocks = open(text, size);
            let (mut joined, mut count) = (String::new(), 0);
            while let Some(mut block) = blocks.next(most).unwrap() {
                assert_eq!(block.line, 1 + joined.matches('\n').count() as u64);
                assert!((1..=most).contains(&block.records));
                count += block.records;
                let whole: Vec<u8> = block.pieces().concat();
                assert_eq!(whole, block.bytes);
                joined += std::str::from_utf8(&block.bytes).unwrap();
            }
            assert_eq!(joined, text, "{size} {most}");
            assert_eq!(count, records.len());
        }
        // A look ahead takes nothing, and sees whole records.
        let mut blocks = open(text, size);
        for n in [1, 2, 6, 9] {
            let seen = blocks.peek(n, 1_000).unwrap();
            assert_eq!(seen, records[..n.min(6)].concat().as_bytes(), "{size} {n}");
        }
        assert_eq!(blocks.peek(0, 1_000).unwrap(), b"");
        assert_eq!(
            blocks.peek(3, 12).unwrap(),
            records[..2].concat().as_bytes()
        );
        assert_eq!(blocks.peek(3, 1).unwrap(), records[0].as_bytes());
        assert_eq!(
            blocks.next(1).unwrap().unwrap().bytes,
            records[0].as_bytes()
        );
    }
}

#[test]
fn reading_ahead_fills_what_is_less_than_a_block() {
    let text = "a,b\n".repeat(100);
    let mut blocks = open(&text, 40);
    blocks.read_ahead();
    assert_eq!(blocks.buffer.len(), 40);
    blocks.read_ahead();
    assert_eq!(blocks.buffer.len(), 40, "enough is there");
    blocks.next(1).unwrap().unwrap();
    blocks.read_ahead();
    assert_eq!(blocks.buffer.len(), 76);
    assert!(!blocks.whole());
}

#[test]
fn the_number_of_records_is_guessed_from_the_first_ones() {
    let text = "a,b,cde\n".repeat(320);
    let mut blocks = open(&text, 64);
    assert_eq!((blocks.total, blocks.done()), (2_560, 2_560));
    let block = blocks.next(5).unwrap().unwrap();
    assert_eq!(block.records, 5);
    assert_eq!(
        blocks.records_like(&block),
        Some(325),
        "a little more than 320"
    );
    blocks.gzip = true;
    assert_eq!(blocks.records_like(&block), None);
}

#[test]
fn faults_name_their_line() {
    let fault = |text: &str, size| {
        let mut blocks = open(text, size);
        loop {
            match blocks.next(9) {
                Ok(Some(_)) => {}
                Ok(None) => return String::new(),
                Err(e) => return e.to_string(),
            }
        }
    };
    for size in [5, 500] {
        let open = fault("a\nb\n\n\"c\nd", size);
        assert!(
            open.contains("line 4") && open.contains("never closed"),
            "{open}"
        );
        let long = fault(&format!("a\nb\n{}\n", "x".repeat(70)), size);
        assert!(
            long.contains("here, line 3") && long.contains("record_bytes") && long.contains("64"),
            "{long}"
        );
        assert_eq!(fault(&format!("{}\n", "x".repeat(63)), size), "");
        let long = fault(&format!("{}\n", "x".repeat(64)), size);
        assert!(long.contains("line 1") && long.contains("65"), "{long}");
    }
}

#[test]
fn unpacked_bytes_may_be_as_many_as_allowed() {
    let text = "a,b\n".repeat(10);
    for (allowed, records) in [(40, 10), (39, 9)] {
        let mut blocks = open(&text, 4);
        blocks.allowed = allowed;
        let mut found = 0;
        let end = loop {
            match blocks.next(1) {
                Ok(Some(block)) => found += block.records,
                Ok(None) => break None,
                Err(e) => break Some(e.to_string()),
            }
        };
        assert!(found >= records, "{found}");
        assert_eq!(end.is_some(), allowed == 39, "{end:?}");
    }
}

#[test]
fn half_a_line_end_is_no_empty_line() {
    let mut blocks = open("a\r\nb\n", 2);
    blocks.next(1).unwrap().unwrap();
    blocks.set_blank_rows(true);
    assert_eq!((blocks.line, blocks.buffer.as_slice()), (2, &b"b"[..]));
    let mut blocks = open("a\r\rb\n", 2);
    blocks.next(1).unwrap().unwrap();
    blocks.set_blank_rows(true);
    assert_eq!((blocks.line, blocks.buffer.as_slice()), (1, &b"\rb"[..]));
    let mut blocks = open("a\n\nb\n", 2);
    blocks.next(1).unwrap().unwrap();
    blocks.set_blank_rows(true);
    assert_eq!((blocks.line, blocks.buffer.as_slice()), (2, &b"\nb"[..]));
    let mut blocks = open("a\r\nb\n", 2);
    blocks.next(1).unwrap().unwrap();
    blocks.set_blank_rows(false);
    assert_eq!(blocks.buffer.as_slice(), &b"\nb"[..]);
}
