//! Arrow arrays as text: strings of any layout, and the numbers that a dictionary may hold.

use crate::arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, StringArray};
use crate::arrow::datatypes::{
    DataType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use crate::error::{Error, Result};
use std::fmt::Debug;

/// The values of an array as text, nulls kept: strings as they are, whole numbers in digits,
/// fractions in the fewest digits that give the number back, truth values as `true` and `false`.
pub(super) fn texts(name: &str, array: &ArrayRef) -> Result<StringArray> {
    Ok(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().clone(),
        DataType::LargeUtf8 => {
            let array = array.as_string::<i64>();
            let bytes = array.iter().flatten().map(str::len).sum();
            check_bytes(name, bytes)?;
            array.iter().collect()
        }
        DataType::Utf8View => {
            let array = array.as_string_view();
            let bytes = array.iter().flatten().map(str::len).sum();
            check_bytes(name, bytes)?;
            array.iter().collect()
        }
        DataType::Boolean => {
            let text = |v: bool| v.to_string();
            array.as_boolean().iter().map(|v| v.map(text)).collect()
        }
        DataType::Int8 => digits::<Int8Type>(array),
        DataType::Int16 => digits::<Int16Type>(array),
        DataType::Int32 => digits::<Int32Type>(array),
        DataType::Int64 => digits::<Int64Type>(array),
        DataType::UInt8 => digits::<UInt8Type>(array),
        DataType::UInt16 => digits::<UInt16Type>(array),
        DataType::UInt32 => digits::<UInt32Type>(array),
        DataType::UInt64 => digits::<UInt64Type>(array),
        DataType::Float32 => digits::<Float32Type>(array),
        DataType::Float64 => digits::<Float64Type>(array),
        other => return Err(unsupported(name, other)),
    })
}

/// The error of a type that no column holds.
pub(super) fn unsupported(name: &str, found: &DataType) -> Error {
    Error::ArrowType {
        column: name.into(),
        found: found.to_string(),
        reason: "it is not supported".into(),
    }
}

/// `Debug` of numbers is the shortest text that reads back as the same number.
fn digits<T: ArrowPrimitiveType<Native: Debug>>(array: &ArrayRef) -> StringArray {
    let text = |v: T::Native| format!("{v:?}");
    array
        .as_primitive::<T>()
        .iter()
        .map(|v| v.map(text))
        .collect()
}

/// Refuses text that the offsets of a column do not reach.
fn check_bytes(name: &str, bytes: usize) -> Result<()> {
    if bytes <= i32::MAX as usize {
        return Ok(());
    }
    Err(Error::ArrowType {
        column: name.into(),
        found: format!("text of {bytes} bytes"),
        reason: "a text column holds 2 GiB: read fewer rows at a time".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arrow::array::*;
    use std::sync::Arc;

    fn of(array: impl Array + 'static) -> Vec<Option<String>> {
        let array: ArrayRef = Arc::new(array);
        let texts = texts("c", &array).unwrap();
        texts.iter().map(|t| t.map(str::to_owned)).collect()
    }

    #[test]
    fn every_layout_of_strings_gives_the_same_texts() {
        let long = "longer than what a view holds inline";
        let values = [Some("a"), None, Some(""), Some(long)];
        let expected = values.map(|v| v.map(str::to_owned));
        assert_eq!(of(StringArray::from(values.to_vec())), expected);
        assert_eq!(of(LargeStringArray::from(values.to_vec())), expected);
        assert_eq!(of(StringViewArray::from(values.to_vec())), expected);
    }

    #[test]
    fn numbers_are_the_shortest_text() {
        assert_eq!(of(Int64Array::from(vec![-7])), [Some("-7".into())]);
        let big = UInt64Array::from(vec![u64::MAX]);
        assert_eq!(of(big), [Some("18446744073709551615".into())]);
        let floats = Float64Array::from(vec![Some(1.0), Some(0.1), None]);
        assert_eq!(of(floats), [Some("1.0".into()), Some("0.1".into()), None]);
        assert_eq!(of(Float32Array::from(vec![0.1])), [Some("0.1".into())]);
        assert_eq!(of(BooleanArray::from(vec![true])), [Some("true".into())]);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let array: ArrayRef = Arc::new(BinaryArray::from(vec![&b"x"[..]]));
        let text = texts("c", &array).unwrap_err().to_string();
        assert!(text.contains("`c`") && text.contains("Binary"), "{text}");
    }
}
