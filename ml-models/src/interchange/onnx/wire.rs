//! Messages of protocol buffers: fields after each other, each with its number and kind.

/// A message that is being written.
#[derive(Debug, Default, Clone)]
pub(super) struct Message(Vec<u8>);

impl Message {
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn varint(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.0.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.0.push(n as u8);
    }

    /// A whole number.
    #[must_use]
    pub(super) fn int(mut self, field: u64, n: i64) -> Self {
        self.varint(field << 3);
        self.varint(n as u64);
        self
    }

    /// Bytes, or a text.
    #[must_use]
    pub(super) fn bytes(mut self, field: u64, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
        self
    }

    #[must_use]
    pub(super) fn message(self, field: u64, message: &Message) -> Self {
        self.bytes(field, &message.0)
    }

    /// Many whole numbers, packed.
    #[must_use]
    pub(super) fn ints(self, field: u64, numbers: &[i64]) -> Self {
        let mut packed = Self::default();
        numbers.iter().for_each(|&n| packed.varint(n as u64));
        self.bytes(field, packed.0)
    }

    /// Many numbers, packed.
    #[must_use]
    pub(super) fn floats(self, field: u64, numbers: &[f32]) -> Self {
        let packed: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
        self.bytes(field, packed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_written_as_the_specification_has_them() {
        // The examples of the encoding guide: field 1 = 150, field 2 = "testing", field 6 = [3,
        // 270, 86942].
        let written = |m: Message| m.into_bytes();
        assert_eq!(written(Message::default().int(1, 150)), [8, 0x96, 1]);
        let text = written(Message::default().bytes(2, "testing"));
        assert_eq!(text, b"\x12\x07testing");
        let packed = written(Message::default().ints(6, &[3, 270, 86_942]));
        assert_eq!(packed, [0x32, 6, 3, 0x8e, 2, 0x9e, 0xa7, 5]);
        assert_eq!(written(Message::default().int(1, -1)).len(), 11);
    }
}
