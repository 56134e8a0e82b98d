//! JSON, with XGBoost's `NaN` and `Infinity`.

use std::fmt::Write as _;

use ml_data::{Error, Result};

use super::value::{MOST_LEVELS, Value, fault};

/// Reads one value, and nothing after it.
pub(super) fn read(text: &str) -> Result<Value> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    reader.blanks();
    match text.len() - reader.at {
        0 => Ok(value),
        _ => Err(reader.wrong("the end of the file")),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn wrong(&self, expected: &str) -> Error {
        let found: String = match self.rest().chars().take(20).collect::<String>() {
            found if found.is_empty() => "the end of the file".into(),
            found => format!("`{found}`"),
        };
        fault(format!("byte {}", self.at), expected, found)
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        let blank = |c| matches!(c, ' ' | '\t' | '\n' | '\r');
        self.at += rest.len() - rest.trim_start_matches(blank).len();
    }

    /// Whether this comes next; if so it is passed.
    fn passes(&mut self, word: &str) -> bool {
        let next = self.rest().starts_with(word);
        if next {
            self.at += word.len();
        }
        next
    }

    fn value(&mut self, level: usize) -> Result<Value> {
        self.blanks();
        if level > MOST_LEVELS {
            return Err(self.wrong("fewer levels"));
        }
        match self.rest().as_bytes().first() {
            Some(b'{') => self.map(level),
            Some(b'[') => self.list(level),
            Some(b'"') => Ok(Value::Text(self.string()?)),
            _ if self.passes("true") => Ok(Value::Bool(true)),
            _ if self.passes("false") => Ok(Value::Bool(false)),
            _ if self.passes("null") => Ok(Value::Null),
            _ => Ok(Value::Number(self.number()?)),
        }
    }

    fn number(&mut self) -> Result<f64> {
        for (word, value) in [
            ("NaN", f64::NAN),
            ("Infinity", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
        ] {
            if self.passes(word) {
                return Ok(value);
            }
        }
        let rest = self.rest();
        let part = |b: &u8| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let len = rest.bytes().take_while(|b| part(b)).count();
        let number = rest[..len].parse().map_err(|_| self.wrong("a value"))?;
        self.at += len;
        Ok(number)
    }

    fn list(&mut self, level: usize) -> Result<Value> {
        self.at += 1;
        let mut list = Value::Doubles(Vec::new());
        self.blanks();
        if self.passes("]") {
            return Ok(list);
        }
        loop {
            list.push(self.value(level + 1)?);
            self.blanks();
            if self.passes("]") {
                return Ok(list);
            }
            if !self.passes(",") {
                return Err(self.wrong("`,` or `]`"));
            }
        }
    }

    fn map(&mut self, level: usize) -> Result<Value> {
        self.at += 1;
        let mut map = Vec::new();
        self.blanks();
        if self.passes("}") {
            return Ok(Value::Map(map));
        }
        loop {
            self.blanks();
            let key = self.string()?;
            self.blanks();
            if !self.passes(":") {
                return Err(self.wrong("`:`"));
            }
            map.push((key, self.value(level + 1)?));
            self.blanks();
            if self.passes("}") {
                return Ok(Value::Map(map));
            }
            if !self.passes(",") {
                return Err(self.wrong("`,` or `}`"));
            }
        }
    }

    fn string(&mut self) -> Result<String> {
        if !self.passes("\"") {
            return Err(self.wrong("`\"`"));
        }
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.find(['"', '\\']);
            let plain = plain.ok_or_else(|| self.wrong("a text that ends"))?;
            out.push_str(&rest[..plain]);
            self.at += plain;
            if self.passes("\"") {
                return Ok(out);
            }
            self.at += 1;
            out.push(self.escaped()?);
        }
    }

    /// Escapes: the letters after a backslash.
    fn escaped(&mut self) -> Result<char> {
        let kind = self.rest().chars().next();
        let plain = match kind {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                self.at += 1;
                return self.unicode();
            }
            _ => return Err(self.wrong("an escape")),
        };
        self.at += 1;
        Ok(plain)
    }

    fn unicode(&mut self) -> Result<char> {
        let first = self.hex()?;
        let mut units = vec![first];
        if (0xd800..0xdc00).contains(&first) && self.passes("\\u") {
            units.push(self.hex()?);
        }
        match char::decode_utf16(units).next() {
            Some(Ok(c)) => Ok(c),
            _ => Err(self.wrong("a character")),
        }
    }

    fn hex(&mut self) -> Result<u16> {
        let digits = self.rest().get(..4);
        let digits = digits.filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = digits.and_then(|d| u16::from_str_radix(d, 16).ok());
        let unit = unit.ok_or_else(|| self.wrong("4 hexadecimal digits"))?;
        self.at += 4;
        Ok(unit)
    }
}

/// Writes a value without blanks.
pub(super) fn write(value: &Value) -> String {
    let mut out = String::new();
    put(&mut out, value);
    out
}

fn put(out: &mut String, value: &Value) {
    // A String takes everything.
    let _ = match value {
        Value::Null => write!(out, "null"),
        Value::Bool(b) => write!(out, "{b}"),
        Value::Number(n) => write!(out, "{n}"),
        Value::Text(text) => {
            put_text(out, text);
            Ok(())
        }
        Value::List(list) => return put_all(out, list, put),
        Value::Doubles(n) => return put_all(out, n, |out, n| put(out, &Value::Number(*n))),
        Value::Floats(n) => return put_all(out, n, |out, n| put_float(out, *n)),
        Value::Ints(n) => return put_all(out, n, put_whole),
        Value::Longs(n) => return put_all(out, n, put_whole),
        Value::Bytes(n) => return put_all(out, n, put_whole),
        Value::Map(map) => {
            let mut open = '{';
            for (key, value) in map {
                out.push(std::mem::replace(&mut open, ','));
                put_text(out, key);
                out.push(':');
                put(out, value);
            }
            write!(out, "{}", if map.is_empty() { "{}" } else { "}" })
        }
    };
}

fn put_all<T>(out: &mut String, values: &[T], put: impl Fn(&mut String, &T)) {
    out.push('[');
    for (i, value) in values.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        put(out, value);
    }
    out.push(']');
}

fn put_whole<T: std::fmt::Display>(out: &mut String, n: &T) {
    let _ = write!(out, "{n}");
}

fn put_float(out: &mut String, n: f32) {
    let _ = match n {
        f32::INFINITY => write!(out, "Infinity"),
        f32::NEG_INFINITY => write!(out, "-Infinity"),
        n => write!(out, "{n:E}"),
    };
}

fn put_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests;
