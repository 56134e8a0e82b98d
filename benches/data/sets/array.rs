//! Arrays as NumPy's files, format 1.0, and as lines of CSV.

use std::fmt::Write as _;

/// Types of elements, NumPy's names of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Element {
    F32,
    F64,
    I32,
    I64,
    I8,
    U8,
}

impl Element {
    fn descr(self) -> &'static str {
        match self {
            Self::F32 => "<f4",
            Self::F64 => "<f8",
            Self::I32 => "<i4",
            Self::I64 => "<i8",
            Self::I8 => "|i1",
            Self::U8 => "|u1",
        }
    }

    fn size(self) -> usize {
        match self {
            Self::F64 | Self::I64 => 8,
            Self::F32 | Self::I32 => 4,
            Self::I8 | Self::U8 => 1,
        }
    }

    /// One element as text: the shortest that reads back as the same number; nothing for NaN.
    fn text(self, bytes: &[u8], out: &mut String) {
        fn of<const N: usize>(bytes: &[u8]) -> [u8; N] {
            std::array::from_fn(|i| bytes[i])
        }
        // Writing to a String can not fail.
        let _ = match self {
            Self::F32 => match f32::from_le_bytes(of(bytes)) {
                x if x.is_nan() => Ok(()),
                x => write!(out, "{x}"),
            },
            Self::F64 => match f64::from_le_bytes(of(bytes)) {
                x if x.is_nan() => Ok(()),
                x => write!(out, "{x}"),
            },
            Self::I32 => write!(out, "{}", i32::from_le_bytes(of(bytes))),
            Self::I64 => write!(out, "{}", i64::from_le_bytes(of(bytes))),
            Self::I8 => write!(out, "{}", i8::from_le_bytes(of(bytes))),
            Self::U8 => write!(out, "{}", bytes[0]),
        };
    }
}

/// An array to write: `NAME.npy` of this type and shape.
#[derive(Debug, Clone)]
pub(crate) struct Array {
    pub(super) name: String,
    element: Element,
    shape: Vec<usize>,
    /// Names of the columns of `NAME.csv`, which is then written in any case.
    columns: Option<&'static [&'static str]>,
}

impl Array {
    pub(crate) fn new(name: impl Into<String>, element: Element, shape: &[usize]) -> Self {
        Self {
            name: name.into(),
            element,
            shape: shape.to_vec(),
            columns: None,
        }
    }

    /// The same array as `NAME.csv` besides, with these columns.
    pub(crate) fn with_csv(mut self, columns: &'static [&'static str]) -> Self {
        self.columns = Some(columns);
        self
    }

    /// Whether a CSV file is written in any case.
    pub(super) fn asks_for_csv(&self) -> bool {
        self.columns.is_some()
    }

    /// Bytes of all elements.
    pub(super) fn size(&self) -> usize {
        self.shape.iter().product::<usize>() * self.element.size()
    }

    fn width(&self) -> usize {
        self.shape.iter().skip(1).product()
    }

    /// Magic, version and header of NumPy's format 1.0, 128 bytes as NumPy pads them.
    pub(super) fn header(&self) -> Vec<u8> {
        const PRELUDE: usize = 10;
        const WHOLE: usize = 128;
        let shape = match self.shape.as_slice() {
            [rows] => format!("({rows},)"),
            all => format!(
                "({})",
                all.iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        };
        let descr = self.element.descr();
        let mut text =
            format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
        while text.len() < WHOLE - PRELUDE - 1 {
            text.push(' ');
        }
        text.push('\n');
        let mut header = b"\x93NUMPY\x01\x00".to_vec();
        header.extend((text.len() as u16).to_le_bytes());
        header.extend(text.bytes());
        header
    }

    /// First line of the CSV file.
    pub(super) fn names(&self) -> String {
        let names = match self.columns {
            Some(names) => names.join(","),
            None => (0..self.width())
                .map(|j| format!("f{j}"))
                .collect::<Vec<_>>()
                .join(","),
        };
        names + "\n"
    }

    /// Rows as lines of the CSV file.
    pub(super) fn lines(&self, bytes: &[u8]) -> String {
        let mut text = String::with_capacity(4 * bytes.len());
        let (size, width) = (self.element.size(), self.width());
        for (at, cell) in bytes.chunks_exact(size).enumerate() {
            self.element.text(cell, &mut text);
            text.push(if (at + 1) % width == 0 { '\n' } else { ',' });
        }
        text
    }
}

/// Elements on their way to a file, little-endian.
#[derive(Debug, Default)]
pub(crate) struct Bytes(pub(super) Vec<u8>);

macro_rules! pushes {
    ($($type:ident),*) => {$(
        pub(crate) fn $type(&mut self, value: $type) {
            self.0.extend(value.to_le_bytes());
        }
    )*};
}

impl Bytes {
    pushes!(f32, f64, i32, i64, i8, u8);

    /// A number in single precision.
    pub(crate) fn single(&mut self, value: f64) {
        self.f32(value as f32);
    }

    /// Numbers in single precision.
    pub(crate) fn singles(&mut self, values: &[f64]) {
        values.iter().for_each(|v| self.single(*v));
    }
}
