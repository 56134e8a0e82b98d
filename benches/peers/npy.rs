//! Arrays in NumPy's file format 1.0, little-endian, row-major.

use ml_pipeline::data::ndarray::ArrayView2;
use ml_pipeline::data::{Error, Result};
use std::path::Path;

/// Bytes before the header: magic, version, length of the header.
const PRELUDE: usize = 10;

/// A type of element.
pub(crate) trait Element: Copy {
    /// NumPy's name of it.
    const DESCR: &'static str;
    /// Reads all elements of a body.
    fn all(body: &[u8]) -> Vec<Self>;
}

macro_rules! element {
    ($($type:ty = $descr:literal),*) => {$(
        impl Element for $type {
            const DESCR: &'static str = $descr;
            fn all(body: &[u8]) -> Vec<Self> {
                let (items, _) = body.as_chunks::<{ size_of::<$type>() }>();
                items.iter().map(|b| <$type>::from_le_bytes(*b)).collect()
            }
        }
    )*};
}
element!(
    f32 = "<f4",
    f64 = "<f8",
    i32 = "<i4",
    i64 = "<i8",
    u8 = "|u1",
    i8 = "|i1"
);

/// An array of one or more dimensions.
#[derive(Debug, Clone)]
pub(crate) struct Npy<T> {
    shape: Vec<usize>,
    values: Vec<T>,
}

impl<T: Element> Npy<T> {
    /// Reads a file.
    ///
    /// # Errors
    /// `Error::Io` when it can not be read, `Error::Source` when it is not such a file, holds
    /// another type of element, is in column order, or has another length than its shape asks for.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|e| Error::io(format!("reading {name}"), e))?;
        Self::parse(&bytes).map_err(|reason| Error::Source {
            path: name,
            line: None,
            reason,
        })
    }

    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let length = match bytes {
            [0x93, b'N', b'U', b'M', b'P', b'Y', 1, 0, low, high, ..] => {
                usize::from(u16::from_le_bytes([*low, *high]))
            }
            [0x93, b'N', b'U', b'M', b'P', b'Y', major, minor, ..] => {
                return Err(format!("format {major}.{minor}, expected 1.0"));
            }
            _ => return Err("not a NumPy array file".into()),
        };
        let header = bytes
            .get(PRELUDE..PRELUDE + length)
            .and_then(|h| std::str::from_utf8(h).ok())
            .ok_or("the header is cut off or not text")?;
        let field = |key: &str| {
            let found = header
                .split_once(&format!("'{key}':"))
                .map(|(_, rest)| rest.trim_start());
            found.ok_or_else(|| format!("the header has no `{key}`"))
        };
        let found = field("descr")?;
        if !found.starts_with(&format!("'{}'", T::DESCR)) {
            let found = found.split(',').next().unwrap_or(found);
            return Err(format!("elements are {found}, expected '{}'", T::DESCR));
        }
        let shape = shape(field("shape")?)?;
        if shape.len() > 1 && !field("fortran_order")?.starts_with("False") {
            return Err("column order, expected row order".into());
        }
        let body = &bytes[PRELUDE + length..];
        let expected = shape.iter().try_fold(1usize, |n, d| n.checked_mul(*d));
        if expected.and_then(|n| n.checked_mul(size_of::<T>())) != Some(body.len()) {
            return Err(format!("{} bytes do not hold shape {shape:?}", body.len()));
        }
        let values = T::all(body);
        Ok(Self { shape, values })
    }
}

impl<T: Copy> Npy<T> {
    /// Length of the first dimension.
    pub(crate) fn rows(&self) -> usize {
        self.shape.first().copied().unwrap_or(1)
    }

    /// Elements a row.
    pub(crate) fn width(&self) -> usize {
        self.shape.iter().skip(1).product()
    }

    /// All elements, row by row.
    pub(crate) fn values(&self) -> &[T] {
        &self.values
    }

    /// All elements, owned.
    pub(crate) fn into_values(self) -> Vec<T> {
        self.values
    }

    /// The `j`-th element of every row.
    pub(crate) fn column(&self, j: usize) -> Vec<T> {
        self.values
            .iter()
            .skip(j)
            .step_by(self.width())
            .copied()
            .collect()
    }

    /// The array as a matrix.
    ///
    /// # Errors
    /// Never in practice: the length was checked against the shape.
    pub(crate) fn matrix(&self) -> Result<ArrayView2<'_, T>> {
        ArrayView2::from_shape((self.rows(), self.width()), &self.values)
            .map_err(|e| Error::other(e.to_string()))
    }
}

impl Npy<i32> {
    /// The array as counts or numbers of things.
    ///
    /// # Errors
    /// A negative number.
    pub(crate) fn ids(self, name: &str) -> Result<Npy<u32>> {
        let id = |(at, v): (usize, &i32)| {
            u32::try_from(*v).map_err(|_| Error::cell(name, at, "a number of at least 0", v))
        };
        let values = self
            .values
            .iter()
            .enumerate()
            .map(id)
            .collect::<Result<_>>()?;
        let shape = self.shape;
        Ok(Npy { shape, values })
    }
}

/// The numbers of `(3, 4), ...`.
fn shape(text: &str) -> Result<Vec<usize>, String> {
    let wrong = || format!("the shape can not be read: {text}");
    let inside = text
        .strip_prefix('(')
        .and_then(|t| t.split_once(')'))
        .ok_or_else(wrong)?
        .0;
    inside
        .split(',')
        .map(str::trim)
        .filter(|d| !d.is_empty())
        .map(|d| d.parse().map_err(|_| wrong()))
        .collect()
}
