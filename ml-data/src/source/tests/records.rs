//! Where records and fields end, byte by byte.

use super::super::dialect::{Dialect, Fault};
use super::super::options::CsvOptions;
use super::super::piece::{Plan, Slot};
use super::super::read_as::As;

#[test]
fn pieces_are_cut_at_the_first_record_end_after_their_size() {
    let text = b"a,b\nc,d\ne,f\n";
    let cuts = |piece, most| {
        let scan = Dialect::commas().scan(text, true, most, piece);
        assert_eq!(scan.end(), scan.cuts.last().copied().unwrap_or(0));
        (scan.cuts, scan.records)
    };
    assert_eq!(cuts(1, 9), (vec![4, 8, 12], 3));
    assert_eq!(cuts(4, 9), (vec![4, 8, 12], 3));
    assert_eq!(cuts(5, 9), (vec![8, 12], 3));
    assert_eq!(cuts(9, 9), (vec![12], 3));
    assert_eq!(cuts(5, 2), (vec![8], 2));
    assert_eq!(cuts(9, 1), (vec![4], 1));
    assert_eq!(cuts(9, 0), (vec![], 0));
    assert_eq!(Dialect::commas().scan(b"", true, 9, 9).end(), 0);
}

#[test]
fn a_record_may_be_as_long_as_allowed() {
    let of = |longest, text: &[u8], last| {
        let dialect = Dialect {
            longest,
            ..Dialect::commas()
        };
        let scan = dialect.scan(text, last, 9, 9);
        (scan.records, scan.fault)
    };
    let text = b"ab\nabcd\n";
    assert_eq!(of(5, text, true), (2, None));
    assert_eq!(of(4, text, true), (1, Some((3, Fault::Long))));
    assert_eq!(of(2, text, true), (0, Some((0, Fault::Long))));
    // What has no end yet counts as long as it is.
    assert_eq!(of(4, b"ab\nabcd", false), (1, None));
    assert_eq!(of(4, b"ab\nabcd", true), (2, None));
    assert_eq!(of(4, b"ab\nabcde", false), (1, Some((3, Fault::Long))));
    // An open quote is a fault only at the end of the file.
    assert_eq!(of(99, b"ab\n\"cd\n", true), (1, Some((3, Fault::Open))));
    assert_eq!(of(99, b"ab\n\"cd\n", false), (1, None));
    assert_eq!(of(99, b"ab\n,\"cd\n", true), (1, Some((3, Fault::Open))));
    assert_eq!(of(99, b"ab\nx\"cd\n", true), (2, None));
    assert_eq!(of(99, b"\"a\"\"\n\",b\n\"c\"\n", true), (2, None));
}

#[test]
fn blank_lines_and_comments_wait_for_their_end() {
    let end = |text: &[u8], last, comment, skip_blank| {
        let dialect = Dialect {
            comment,
            skip_blank,
            ..Dialect::commas()
        };
        let scan = dialect.scan(text, last, 9, 99);
        assert_eq!(scan.records, 0);
        scan.end()
    };
    let hash = Some(b'#');
    assert_eq!(end(b"\n\n\r", false, None, false), 3);
    assert_eq!(end(b"#no", false, hash, false), 0);
    assert_eq!(end(b"#no", true, hash, false), 3);
    assert_eq!(end(b"#no\n", false, hash, false), 4);
    assert_eq!(end(b"\n#no\n\n#", true, hash, false), 7);
    assert_eq!(end(b"\r", false, hash, false), 0);
    assert_eq!(end(b" \t", false, None, true), 0);
    assert_eq!(end(b" \t", true, None, true), 2);
    assert_eq!(end(b" \t\n", false, None, true), 3);
    // A tab between fields is none of a blank line.
    let tabs = Dialect {
        delimiter: b'\t',
        skip_blank: true,
        ..Dialect::commas()
    };
    assert_eq!(tabs.scan(b" \n\t\n", true, 9, 99).records, 1);
    // Empty lines that count.
    let counted = Dialect {
        blank_rows: true,
        ..Dialect::commas()
    };
    assert_eq!(counted.scan(b"\n\r\n\r\r", true, 9, 99).records, 4);
    assert_eq!(counted.scan(b"a\r", false, 9, 99).records, 0);
    assert_eq!(counted.scan(b"a\r", true, 9, 99).records, 1);
    assert_eq!(counted.scan(b"a\n", false, 9, 99).records, 1);
    assert_eq!(counted.scan(b"a\rb", false, 9, 99).records, 1);
    assert_eq!(Dialect::commas().scan(b"a\r", false, 9, 99).records, 1);
}

#[test]
fn fields_end_at_the_first_mark_wherever_it_is() {
    let mut out = Vec::new();
    // Bytes beside the marks, high ones, and those whose lowest bits are the marks'.
    for fill in [
        b'a', b'-', b'+', 0x00, 0x01, 0x0b, 0x0c, 0x0e, 0x7f, 0x80, 0x8a, 0xac, 0xff,
    ] {
        for mark in *b",\n\r" {
            for length in 0..20 {
                let mut bytes = vec![fill; length];
                bytes.push(mark);
                bytes.extend([fill, b',', b'\n', fill, b'\r', fill, fill, fill, fill]);
                let (end, n) = Dialect::commas().split(&mut bytes, &mut out);
                assert_eq!(out[0], 0..length, "{fill} {mark}");
                let (fields, after) = if mark == b',' {
                    (3, length + 4)
                } else {
                    (1, length + 1)
                };
                assert_eq!((n, end), (fields, after), "{fill} {mark} {length}");
                if mark == b',' {
                    assert_eq!(out[1..], [length + 1..length + 2, length + 3..length + 3]);
                }
            }
        }
        let mut open = vec![fill; 11];
        assert_eq!(Dialect::commas().split(&mut open, &mut out), (11, 1));
    }
}

#[test]
fn quotes_are_made_single_and_fields_past_the_limit_are_counted() {
    let fields = |dialect: Dialect, text: &str| {
        let (mut bytes, mut out) = (text.as_bytes().to_vec(), Vec::new());
        let (end, n) = dialect.split(&mut bytes, &mut out);
        let texts = out
            .iter()
            .map(|f| String::from_utf8(bytes[f.clone()].to_vec()).unwrap())
            .collect::<Vec<_>>();
        (texts, end, n)
    };
    let of = |texts: &[&str], end, n| (texts.iter().map(|t| (*t).to_owned()).collect(), end, n);
    let text = "\"a\"\"b\",c\"d,\"e\"f,\"\",\"ü\"\n";
    assert_eq!(
        fields(Dialect::commas(), text),
        of(&["a\"b", "c\"d", "ef", "", "ü"], 24, 5)
    );
    let two = Dialect {
        most: 2,
        ..Dialect::commas()
    };
    assert_eq!(fields(two, "a,b,c,d\nx"), of(&["a", "b"], 8, 4));
    let trim = Dialect {
        trim: true,
        ..Dialect::commas()
    };
    assert_eq!(
        fields(trim, " a ,\tb c\t,  ,\" d \"\n"),
        of(&["a", "b c", "", "d"], 19, 4)
    );
    let blank = Dialect {
        blank_rows: true,
        skip_blank: true,
        ..Dialect::commas()
    };
    assert_eq!(fields(blank, " \t\r\nx"), of(&[""], 4, 1));
    assert_eq!(fields(Dialect::commas(), " \t\nx"), of(&[" \t"], 3, 1));
    let none = Dialect {
        quote: None,
        ..Dialect::commas()
    };
    assert_eq!(fields(none, "\"a,b\"\n"), of(&["\"a", "b\""], 6, 2));
}

#[test]
fn cells_that_do_not_fit_are_kept_up_to_a_number() {
    let plan = |columns: usize| Plan {
        dialect: Dialect::commas(),
        options: CsvOptions::default(),
        width: columns,
        slots: (0..columns)
            .map(|field| Slot {
                field,
                name: format!("c{field}"),
                to: As::Num,
                declared: false,
            })
            .collect(),
    };
    assert_eq!(
        [1, 1_000, 2_000, 30_000, 1_000_000].map(|n| plan(n).odd()),
        [1_000, 1_000, 500, 33, 10]
    );
    let mut text = "x,1\n".repeat(1_005).into_bytes();
    let piece = plan(2).parse(&mut text);
    assert_eq!((piece.rows, piece.lines), (1_005, 1_005));
    assert_eq!([piece.odd[0].len(), piece.odd[1].len()], [1_000, 0]);
    assert!(piece.bad.is_empty() && piece.kept.is_empty());
    // A long cell is cut between characters.
    let mut text = format!("{},1\n", "ä".repeat(3_000)).into_bytes();
    assert_eq!(plan(2).parse(&mut text).odd[0][0].len(), 4_096);
    let mut text = format!("x{},1\n", "ä".repeat(3_000)).into_bytes();
    assert_eq!(plan(2).parse(&mut text).odd[0][0].len(), 4_095);
    // Bad rows carry their own line and row, blank lines and line ends in quotes counted.
    let mut text = b"1,2\n\n3\n\"4\n\",5,6\n7,8\n9\n".to_vec();
    let piece = plan(2).parse(&mut text);
    let bad: Vec<_> = piece.bad.iter().map(|b| (b.row, b.line)).collect();
    assert_eq!(bad, [(1, 2), (2, 3), (4, 6)]);
    let kept: Vec<&str> = piece.kept.iter().map(|b| b.text.as_str()).collect();
    assert_eq!(kept, ["3", "4\n,5,6", "9"]);
    assert_eq!(piece.kept[2].line, 6);
}
