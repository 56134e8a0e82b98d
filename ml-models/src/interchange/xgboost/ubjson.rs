//! UBJSON, the binary sibling of JSON, as XGBoost writes it: big endian, keys with 64-bit lengths,
//! typed arrays.

use ml_data::{Error, Result};

use super::value::{MOST_LEVELS, Value, fault};

/// Reads one value, and nothing after it.
pub(super) fn read(bytes: &[u8]) -> Result<Value> {
    let mut reader = Reader { bytes, at: 0 };
    let tag = reader.tag()?;
    let value = reader.value(tag, 0)?;
    match reader.at == bytes.len() {
        true => Ok(value),
        false => Err(reader.wrong("the end of the file")),
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn wrong(&self, expected: &str) -> Error {
        let found = match self.bytes.get(self.at) {
            Some(byte) => format!("byte {byte:#04x}"),
            None => "the end of the file".into(),
        };
        fault(format!("byte {}", self.at), expected, found)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn passes(&mut self, tag: u8) -> bool {
        let next = self.peek() == Some(tag);
        self.at += usize::from(next);
        next
    }

    /// The next tag; `N` is skipped.
    fn tag(&mut self) -> Result<u8> {
        while self.passes(b'N') {}
        let tag = self.peek().ok_or_else(|| self.wrong("a value"))?;
        self.at += 1;
        Ok(tag)
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let end = self.at.checked_add(len);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or_else(|| self.wrong(&format!("{len} more bytes")))?;
        self.at += len;
        Ok(taken)
    }

    fn number(&mut self, tag: u8) -> Result<f64> {
        let size = size(tag).ok_or_else(|| self.wrong("a number before"))?;
        Ok(decode(tag, self.take(size)?))
    }

    fn length(&mut self) -> Result<usize> {
        let tag = self.tag()?;
        if matches!(tag, b'd' | b'D') {
            return Err(self.wrong("a whole length before"));
        }
        let length = self.number(tag)?;
        if length >= 0.0 && length <= self.bytes.len() as f64 {
            Ok(length as usize)
        } else {
            Err(fault(
                format!("byte {}", self.at),
                "no more elements than bytes",
                length.to_string(),
            ))
        }
    }

    fn string(&mut self) -> Result<String> {
        let len = self.length()?;
        let bytes = self.take(len)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Err(self.wrong("a text in UTF-8 before")),
        }
    }

    fn value(&mut self, tag: u8, level: usize) -> Result<Value> {
        if level > MOST_LEVELS {
            return Err(self.wrong("fewer levels"));
        }
        match tag {
            b'{' => self.map(level),
            b'[' => self.list(level),
            b'S' => Ok(Value::Text(self.string()?)),
            b'H' => Ok(Value::Text(self.string()?)),
            b'C' => Ok(Value::Text(char::from(self.take(1)?[0]).to_string())),
            b'T' => Ok(Value::Bool(true)),
            b'F' => Ok(Value::Bool(false)),
            b'Z' => Ok(Value::Null),
            _ => Ok(Value::Number(self.number(tag)?)),
        }
    }

    fn list(&mut self, level: usize) -> Result<Value> {
        if self.passes(b'$') {
            return self.typed();
        }
        let mut list = Value::Doubles(Vec::new());
        if self.passes(b'#') {
            for _ in 0..self.length()? {
                let tag = self.tag()?;
                list.push(self.value(tag, level + 1)?);
            }
            return Ok(list);
        }
        loop {
            match self.tag()? {
                b']' => return Ok(list),
                tag => list.push(self.value(tag, level + 1)?),
            }
        }
    }

    /// An array of numbers of one type.
    fn typed(&mut self) -> Result<Value> {
        let tag = self.tag()?;
        let size = size(tag).ok_or_else(|| self.wrong("an array of numbers before"))?;
        if !self.passes(b'#') {
            return Err(self.wrong("`#`"));
        }
        let len = self.length()?;
        let bytes = self.take(len.saturating_mul(size))?;
        let numbers = bytes.chunks_exact(size).map(|b| decode(tag, b));
        Ok(Value::Doubles(numbers.collect()))
    }

    fn map(&mut self, level: usize) -> Result<Value> {
        if self.peek() == Some(b'$') {
            return Err(self.wrong("an object without a type"));
        }
        let counted = self.passes(b'#');
        let mut left = if counted { self.length()? } else { usize::MAX };
        let mut map = Vec::new();
        while left > 0 && (counted || !self.passes(b'}')) {
            let key = self.string()?;
            let tag = self.tag()?;
            map.push((key, self.value(tag, level + 1)?));
            left -= 1;
        }
        Ok(Value::Map(map))
    }
}

fn size(tag: u8) -> Option<usize> {
    match tag {
        b'i' | b'U' => Some(1),
        b'I' => Some(2),
        b'l' | b'd' => Some(4),
        b'L' | b'D' => Some(8),
        _ => None,
    }
}

/// The number in as many bytes as its type has.
fn decode(tag: u8, bytes: &[u8]) -> f64 {
    let unsigned = bytes.iter().fold(0_u64, |n, &b| n << 8 | u64::from(b));
    match tag {
        b'i' => f64::from(unsigned as i8),
        b'I' => f64::from(unsigned as i16),
        b'l' => f64::from(unsigned as i32),
        b'L' => unsigned as i64 as f64,
        b'd' => f64::from(f32::from_bits(unsigned as u32)),
        b'D' => f64::from_bits(unsigned),
        _ => unsigned as f64,
    }
}

/// Writes a value.
pub(super) fn write(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, value);
    out
}

fn put(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.push(b'Z'),
        Value::Bool(b) => out.push(if *b { b'T' } else { b'F' }),
        Value::Number(n) => put_number(out, *n),
        Value::Text(text) => {
            out.push(b'S');
            put_text(out, text);
        }
        Value::List(list) => {
            out.extend(b"[#");
            put_length(out, list.len());
            list.iter().for_each(|v| put(out, v));
        }
        Value::Doubles(n) => put_all(out, b'D', n, |n| n.to_be_bytes()),
        Value::Floats(n) => put_all(out, b'd', n, |n| n.to_be_bytes()),
        Value::Ints(n) => put_all(out, b'l', n, |n| n.to_be_bytes()),
        Value::Longs(n) => put_all(out, b'L', n, |n| n.to_be_bytes()),
        Value::Bytes(n) => put_all(out, b'U', n, |n| [*n]),
        Value::Map(map) => {
            out.push(b'{');
            for (key, value) in map {
                put_text(out, key);
                put(out, value);
            }
            out.push(b'}');
        }
    }
}

fn put_number(out: &mut Vec<u8>, n: f64) {
    if n.fract() == 0.0 && n.abs() <= f64::from(i32::MAX) {
        out.push(b'l');
        out.extend((n as i32).to_be_bytes());
    } else {
        out.push(b'D');
        out.extend(n.to_be_bytes());
    }
}

fn put_length(out: &mut Vec<u8>, len: usize) {
    out.push(b'L');
    out.extend((len as i64).to_be_bytes());
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_length(out, text.len());
    out.extend(text.as_bytes());
}

fn put_all<T, const N: usize>(
    out: &mut Vec<u8>,
    tag: u8,
    all: &[T],
    bytes: impl Fn(&T) -> [u8; N],
) {
    out.extend([b'[', b'$', tag, b'#']);
    put_length(out, all.len());
    out.extend(all.iter().flat_map(bytes));
}

#[cfg(test)]
mod tests;
