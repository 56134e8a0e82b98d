use super::*;

#[test]
fn values_come_back() {
    let list = vec![Value::Text("é".into()), Value::Null, Value::Bool(false)];
    let value = Value::Map(vec![
        ("list".into(), Value::List(list)),
        ("numbers".into(), Value::Doubles(vec![0.1, f64::INFINITY])),
        ("empty".into(), Value::Map(vec![])),
        ("n".into(), Value::Number(-7.0)),
    ]);
    assert_eq!(read(&write(&value)).unwrap(), value);
    let of = |value| read(&write(&value)).unwrap();
    let numbers = Value::Doubles(vec![1.0, 2.0]);
    assert_eq!(of(Value::Bytes(vec![1, 2])), numbers);
    assert_eq!(of(Value::Ints(vec![1, 2])), numbers);
    assert_eq!(of(Value::Longs(vec![1, 2])), numbers);
    assert_eq!(of(Value::Floats(vec![1.0, 2.0])), numbers);
}

#[test]
fn counts_beyond_the_file_are_refused() {
    let huge = |tag| [b"[$", &[tag][..], b"#L\x7f\xff\xff\xff\xff\xff\xff\xff"].concat();
    for tag in [b'd', b'U', b'Z', b'{'] {
        assert!(read(&huge(tag)).is_err());
    }
    assert!(read(b"[#L\x7f\xff\xff\xff\xff\xff\xff\xff").is_err());
    assert!(read(b"SL\xff\xff\xff\xff\xff\xff\xff\xff").is_err());
    assert!(read(&[b'['; 100_000]).is_err());
    assert!(read(b"").is_err() && read(b"{").is_err() && read(b"[$d").is_err());
}

fn text(t: &str) -> Value {
    Value::Text(t.into())
}

/// Draft 12 of the format, byte by byte.
#[test]
fn every_type_is_read() {
    let numbers = |n: &[f64]| Value::Doubles(n.to_vec());
    let map = |all: &[(&str, Value)]| {
        Value::Map(
            all.iter()
                .map(|(k, v)| ((*k).to_owned(), v.clone()))
                .collect(),
        )
    };
    let cases: &[(&[u8], Value)] = &[
        (b"i\xff", Value::Number(-1.0)),
        (b"U\xff", Value::Number(255.0)),
        (b"I\xff\x01", Value::Number(-255.0)),
        (b"l\xff\xff\xff\x00", Value::Number(-256.0)),
        (b"l\x00\x01\x00\x02", Value::Number(65538.0)),
        (b"L\xff\xff\xff\xff\xff\xff\xff\xfe", Value::Number(-2.0)),
        (
            b"L\x00\x00\x00\x01\x00\x00\x00\x00",
            Value::Number(4294967296.0),
        ),
        (b"d\x3f\xc0\x00\x00", Value::Number(1.5)),
        (b"D\xbf\xf8\x00\x00\x00\x00\x00\x00", Value::Number(-1.5)),
        (b"Si\x02ab", text("ab")),
        (b"HU\x011", text("1")),
        (b"Cx", text("x")),
        (b"T", Value::Bool(true)),
        (b"F", Value::Bool(false)),
        (b"NNZ", Value::Null),
        (b"[]", numbers(&[])),
        (b"[i\x01Ni\x02]", numbers(&[1.0, 2.0])),
        (
            b"[#i\x02TF",
            Value::List(vec![Value::Bool(true), Value::Bool(false)]),
        ),
        (b"[$i#i\x02\x01\xff", numbers(&[1.0, -1.0])),
        (b"[$I#i\x02\x00\x01\xff\xff", numbers(&[1.0, -1.0])),
        (b"{}", map(&[])),
        (
            b"{i\x01aTi\x02bcZ}",
            map(&[("a", Value::Bool(true)), ("bc", Value::Null)]),
        ),
        (b"{#i\x01i\x01aT", map(&[("a", Value::Bool(true))])),
        (b"{#i\x00", map(&[])),
    ];
    for (bytes, want) in cases {
        let shown = bytes.escape_ascii();
        assert_eq!(&read(bytes).unwrap(), want, "{shown}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_byte() {
    let cases: &[(&[u8], [&str; 3])] = &[
        (b"TF", ["byte 1", "the end of the file", "byte 0x46"]),
        (b"NN", ["byte 2", "a value", "the end of the file"]),
        (b"I\x01", ["byte 1", "2 more bytes", "byte 0x01"]),
        (b"x\x01", ["byte 1", "a number before", "byte 0x01"]),
        (
            b"Sd\x00\x00\x00\x00",
            ["byte 2", "a whole length before", "byte 0x00"],
        ),
        (b"Si\xffa", ["byte 3", "no more elements than bytes", "-1"]),
        (b"SU\x09abc", ["byte 3", "no more elements than bytes", "9"]),
        (b"Si\x02a", ["byte 3", "2 more bytes", "byte 0x61"]),
        (b"Si\x01\xff", ["byte 4", "UTF-8", "the end of the file"]),
        (
            b"[$T#i\x00",
            ["byte 3", "an array of numbers before", "byte 0x23"],
        ),
        (b"[$ii\x00", ["byte 3", "`#`", "byte 0x69"]),
        (
            b"{$i#i\x00",
            ["byte 1", "an object without a type", "byte 0x24"],
        ),
    ];
    for (bytes, words) in cases {
        let refused = read(bytes).unwrap_err().to_string();
        let shown = bytes.escape_ascii();
        assert!(
            words.iter().all(|w| refused.contains(w)),
            "{shown}: {refused}"
        );
    }
}

#[test]
fn values_may_be_nested_64_levels_deep() {
    for (open, close) in [
        ("[", "]"),
        ("[#i\x01", ""),
        ("{i\x01a", "}"),
        ("{#i\x01i\x01a", ""),
    ] {
        let nested = |n: usize| [&open.repeat(n), "T", &close.repeat(n)].concat();
        assert!(read(nested(64).as_bytes()).is_ok(), "{open}");
        let refused = read(nested(65).as_bytes()).unwrap_err().to_string();
        assert!(refused.contains("fewer levels"), "{refused}");
    }
}

#[test]
fn whole_numbers_of_32_bits_are_written_as_such() {
    let most = f64::from(i32::MAX);
    for (n, tag) in [
        (0.0, b'l'),
        (most, b'l'),
        (-most, b'l'),
        (most + 1.0, b'D'),
        (0.5, b'D'),
        (f64::NEG_INFINITY, b'D'),
    ] {
        let bytes = write(&Value::Number(n));
        assert_eq!((bytes[0], read(&bytes).unwrap()), (tag, Value::Number(n)));
    }
    assert_eq!(write(&Value::Bool(true)), b"T");
    assert_eq!(
        write(&Value::Ints(vec![-2])),
        b"[$l#L\0\0\0\0\0\0\0\x01\xff\xff\xff\xfe"
    );
}
