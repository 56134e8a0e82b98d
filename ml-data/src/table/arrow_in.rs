//! Arrow arrays as columns: every value as it is, or an error that names it.

use super::arrow_text::{texts, unsupported};
use super::column::Column;
use crate::arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray};
use crate::arrow::datatypes::{
    DataType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    DecimalType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimeUnit, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use crate::error::{Error, Result};
use crate::number;
use crate::schema::{Levels, MISSING_CODE, MISSING_TIME};
use num_traits::ToPrimitive;
use std::sync::Arc;

/// Largest integer up to which every integer is exact in `f64`.
const EXACT_INTEGER: u64 = 1 << 53;

/// One Arrow array as a column. `first` is the row of its first value, for errors.
pub(crate) fn column(name: &str, array: &ArrayRef, first: usize) -> Result<Column> {
    Ok(match array.data_type() {
        DataType::Boolean => {
            let a = array.as_boolean();
            Column::bool((0..a.len()).map(|i| a.is_valid(i).then(|| a.value(i))))
        }
        DataType::Dictionary(..) => categories(name, array)?,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            Column::Text(texts(name, array)?)
        }
        DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 => times(name, array, first)?,
        // The values are a column's as they are: shared.
        DataType::Float64 if array.null_count() == 0 => {
            Column::Num(array.as_primitive::<Float64Type>().values().clone())
        }
        t if t.is_numeric() || t == &DataType::Null => {
            let mut values = Vec::new();
            numbers(name, array, first, &mut values)?;
            Column::Num(values.into())
        }
        _ => return Err(unsupported(name, array.data_type())),
    })
}

/// Codes of a dictionary's texts, in the dictionary's order.
fn categories(name: &str, array: &ArrayRef) -> Result<Column> {
    let array = array.as_any_dictionary();
    let names = texts(name, array.values())?;
    let mut levels = Levels::default();
    // A dictionary may say "no value" too.
    let level = |i: usize| match names.is_valid(i) {
        true => levels.add(names.value(i)),
        false => MISSING_CODE,
    };
    let map: Vec<u32> = (0..names.len()).map(level).collect();
    if map.is_empty() {
        let missing = vec![MISSING_CODE; array.len()];
        return Column::cat_from_codes(missing, Arc::new(levels));
    }
    let keys = array.normalized_keys();
    let code = |(row, &key): (usize, &usize)| match array.is_valid(row) {
        true => map[key],
        false => MISSING_CODE,
    };
    let codes = keys.iter().enumerate().map(code).collect();
    Column::cat_from_codes(codes, Arc::new(levels))
}

/// Appends the numbers of an array, missing ones as `NaN`. A column of nulls only has no values.
///
/// # Errors
/// An integer, or a decimal past 2^53, that `f64` does not hold exactly.
pub(crate) fn numbers(
    name: &str,
    array: &ArrayRef,
    first: usize,
    values: &mut Vec<f64>,
) -> Result<()> {
    let reserved = values.try_reserve(array.len());
    reserved.map_err(|_| no_memory(name, array.len()))?;
    match array.data_type() {
        DataType::Null => {
            values.resize(values.len() + array.len(), f64::NAN);
            return Ok(());
        }
        DataType::Int64 => exact::<Int64Type>(name, array, first, |v| {
            (v.unsigned_abs() <= EXACT_INTEGER || (v as f64) as i128 == i128::from(v))
                .then_some(v as f64)
        })?,
        DataType::UInt64 => exact::<UInt64Type>(name, array, first, |v| {
            (v <= EXACT_INTEGER || (v as f64) as u128 == u128::from(v)).then_some(v as f64)
        })?,
        DataType::Decimal32(..) => return decimals::<Decimal32Type>(name, array, first, values),
        DataType::Decimal64(..) => return decimals::<Decimal64Type>(name, array, first, values),
        DataType::Decimal128(..) => return decimals::<Decimal128Type>(name, array, first, values),
        DataType::Decimal256(..) => return decimals::<Decimal256Type>(name, array, first, values),
        _ => {}
    }
    match array.data_type() {
        DataType::Int8 => extend::<Int8Type>(array, f64::from, values),
        DataType::Int16 => extend::<Int16Type>(array, f64::from, values),
        DataType::Int32 => extend::<Int32Type>(array, f64::from, values),
        DataType::Int64 => extend::<Int64Type>(array, |v| v as f64, values),
        DataType::UInt8 => extend::<UInt8Type>(array, f64::from, values),
        DataType::UInt16 => extend::<UInt16Type>(array, f64::from, values),
        DataType::UInt32 => extend::<UInt32Type>(array, f64::from, values),
        DataType::UInt64 => extend::<UInt64Type>(array, |v| v as f64, values),
        DataType::Float16 => extend::<Float16Type>(array, f64::from, values),
        DataType::Float32 => extend::<Float32Type>(array, f64::from, values),
        DataType::Float64 => extend::<Float64Type>(array, |v| v, values),
        other => return Err(unsupported(name, other)),
    }
    Ok(())
}

/// Appends the values of an array, each widened, missing ones as `NaN`.
fn extend<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    widen: impl Fn(T::Native) -> f64,
    values: &mut Vec<f64>,
) {
    let array = array.as_primitive::<T>();
    if array.null_count() == 0 {
        values.extend(array.values().iter().map(|&v| widen(v)));
    } else {
        values.extend(array.iter().map(|v| v.map_or(f64::NAN, &widen)));
    }
}

pub(crate) fn no_memory(name: &str, rows: usize) -> Error {
    Error::Memory {
        place: format!("column `{name}`"),
        bytes: (rows * size_of::<f64>()) as u64,
        advice: "read fewer columns (`only`) or fewer rows at a time (`batches`)",
    }
}

/// Refuses integers of which `number` makes none; `first` is the row of the first value.
fn exact<T: ArrowPrimitiveType>(
    name: &str,
    array: &ArrayRef,
    first: usize,
    number: impl Fn(T::Native) -> Option<f64>,
) -> Result<()> {
    let array = array.as_primitive::<T>();
    // Most arrays hold no such value, and that is quickly seen.
    if array.values().iter().all(|&v| number(v).is_some()) {
        return Ok(());
    }
    let lost = |i: &usize| array.is_valid(*i) && number(array.value(*i)).is_none();
    match (0..array.len()).find(lost) {
        Some(row) => Err(refuse(name, first + row, format!("{:?}", array.value(row)))),
        None => Ok(()),
    }
}

fn refuse(name: &str, row: usize, found: String) -> Error {
    let expected = "a number that f64 holds exactly, as integers up to 2^53 (or read it as text)";
    Error::cell(name, row, expected, found)
}

/// Appends decimals by the rule of text: the nearest `f64` to a fraction, whole numbers and all
/// past 2^53 exactly.
fn decimals<T: DecimalType>(
    name: &str,
    array: &ArrayRef,
    first: usize,
    values: &mut Vec<f64>,
) -> Result<()>
where
    T::Native: ToPrimitive,
{
    let array = array.as_primitive::<T>();
    for row in 0..array.len() {
        if array.is_null(row) {
            values.push(f64::NAN);
            continue;
        }
        let value = array.value(row).to_i64();
        if let Some(value) = value.and_then(|v| number::scaled(v, array.scale())) {
            values.push(value);
            continue;
        }
        let text = array.value_as_string(row);
        let Some(value) = number::parse(&text) else {
            return Err(refuse(name, first + row, text));
        };
        values.push(value);
    }
    Ok(())
}

/// Days and instants of any unit in microseconds; what is finer is cut, as in text: to the
/// microsecond before.
fn times(name: &str, array: &ArrayRef, first: usize) -> Result<Column> {
    match array.data_type() {
        DataType::Date32 => instants::<Date32Type>(name, array, first, |v| {
            i64::from(v).checked_mul(86_400_000_000)
        }),
        DataType::Date64 | DataType::Timestamp(TimeUnit::Millisecond, _) => {
            if array.data_type() == &DataType::Date64 {
                instants::<Date64Type>(name, array, first, |v| v.checked_mul(1000))
            } else {
                instants::<TimestampMillisecondType>(name, array, first, |v| v.checked_mul(1000))
            }
        }
        DataType::Timestamp(TimeUnit::Second, _) => {
            instants::<TimestampSecondType>(name, array, first, |v| v.checked_mul(1_000_000))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            instants::<TimestampNanosecondType>(name, array, first, |v| Some(v.div_euclid(1000)))
        }
        _ => {
            let own = array.as_primitive::<TimestampMicrosecondType>();
            if own.null_count() == 0 && !own.values().contains(&MISSING_TIME) {
                return Ok(Column::Time(own.values().clone()));
            }
            instants::<TimestampMicrosecondType>(name, array, first, Some)
        }
    }
}

fn instants<T: ArrowPrimitiveType>(
    name: &str,
    array: &ArrayRef,
    first: usize,
    micros: impl Fn(T::Native) -> Option<i64>,
) -> Result<Column> {
    let array = array.as_primitive::<T>();
    let mut values = Vec::new();
    let reserved = values.try_reserve_exact(array.len());
    reserved.map_err(|_| no_memory(name, array.len()))?;
    for (row, value) in array.iter().enumerate() {
        let time = match value {
            None => MISSING_TIME,
            Some(v) => micros(v).filter(|t| *t != MISSING_TIME).ok_or_else(|| {
                let expected = "a time within 292,000 years of 1970";
                Error::cell(name, first + row, expected, format!("{v:?}"))
            })?,
        };
        values.push(time);
    }
    Ok(Column::Time(values.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arrow::array::*;

    fn read(array: impl Array + 'static) -> Result<Column> {
        column("c", &(Arc::new(array) as ArrayRef), 5)
    }
    fn numbers_of(array: impl Array + 'static) -> Vec<f64> {
        read(array).unwrap().as_num().unwrap().to_vec()
    }
    fn refused(array: impl Array + 'static) -> String {
        read(array).unwrap_err().to_string()
    }

    #[test]
    fn case_r2_integers_are_exact_or_refused_by_name() {
        let big = 9_007_199_254_740_993;
        assert_eq!(
            numbers_of(Int64Array::from(vec![big - 1, 1 - big])),
            [(1_u64 << 53) as f64, -((1_u64 << 53) as f64)]
        );
        assert_eq!(
            numbers_of(Int64Array::from(vec![i64::MIN, 1 << 60])),
            [-(2f64.powi(63)), 2f64.powi(60)]
        );
        assert_eq!(
            numbers_of(UInt64Array::from(vec![1 << 63])),
            [2f64.powi(63)]
        );
        let said = refused(Int64Array::from(vec![None, Some(1), Some(-big)]));
        assert!(
            said.contains("`c`, row 7") && said.contains("-9007199254740993"),
            "{said}"
        );
        for said in [
            refused(UInt64Array::from(vec![big as u64])),
            refused(UInt64Array::from(vec![u64::MAX])),
            refused(Int64Array::from(vec![i64::MAX])),
        ] {
            assert!(said.contains("`c`, row 5"), "{said}");
        }
        // What stands under a null is no value.
        let nulls = crate::arrow::buffer::NullBuffer::from(vec![false]);
        assert!(numbers_of(Int64Array::new(vec![big].into(), Some(nulls)))[0].is_nan());
    }

    #[test]
    fn case_r2_decimals_are_exact_or_refused_by_name() {
        let of = |v: i128, scale| {
            Decimal128Array::from(vec![v])
                .with_precision_and_scale(38, scale)
                .unwrap()
        };
        assert_eq!(numbers_of(of(9_007_199_254_740_992, 0)), [2f64.powi(53)]);
        assert_eq!(numbers_of(of(-5, 2)), [-0.05]);
        assert_eq!(numbers_of(of(900_719_925_474_099_200, 2)), [2f64.powi(53)]);
        // The nearest, rounded once: by Python's decimal.
        assert_eq!(
            numbers_of(of(9_007_199_254_740_993, 1)),
            [900_719_925_474_099.3]
        );
        assert_eq!(
            numbers_of(of(12_345_678_901_234_567_890, 20)),
            [0.123_456_789_012_345_68]
        );
        for (value, scale, text) in [
            (9_007_199_254_740_993, 0, "9007199254740993"),
            (900_719_925_474_099_300, 2, "9007199254740993.00"),
            (900_719_925_474_099_250, 2, "9007199254740992.50"),
        ] {
            assert!(refused(of(value, scale)).contains(text));
        }
        let small = Decimal32Array::from(vec![1250])
            .with_precision_and_scale(9, 2)
            .unwrap();
        assert_eq!(numbers_of(small), [12.5]);
        let wide = crate::arrow::datatypes::i256::from_i128(9_007_199_254_740_993);
        let wide = Decimal256Array::from(vec![wide])
            .with_precision_and_scale(76, 0)
            .unwrap();
        assert!(refused(wide).contains("9007199254740993"));
    }

    #[test]
    fn case_r7_times_before_1970_are_cut_like_later_ones() {
        let times = |a: TimestampNanosecondArray| read(a).unwrap().as_time().unwrap().to_vec();
        // As `1969-12-31T23:59:59.999999999` is read from text.
        assert_eq!(
            times(TimestampNanosecondArray::from(vec![
                -1, -1000, -1001, 1, 1999
            ])),
            [-1, -1, -2, 0, 1]
        );
        let said = refused(TimestampSecondArray::from(vec![0, i64::MAX]));
        assert!(
            said.contains("`c`, row 6") && said.contains("292,000 years"),
            "{said}"
        );
        assert!(refused(Date64Array::from(vec![i64::MAX])).contains("row 5"));
        assert_eq!(
            read(Date32Array::from(vec![Some(-1), None]))
                .unwrap()
                .as_time()
                .unwrap(),
            [-86_400_000_000, MISSING_TIME]
        );
    }

    #[test]
    fn case_r7_a_column_of_nulls_has_no_values() {
        let column = read(NullArray::new(3)).unwrap();
        assert_eq!(
            (column.len(), column.missing(), column.as_num().is_some()),
            (3, 3, true)
        );
        let keys = UInt32Array::from(vec![Some(0), Some(1), None]);
        let names = StringArray::from(vec![Some("a"), None]);
        let coded = DictionaryArray::try_new(keys, Arc::new(names)).unwrap();
        assert_eq!(
            read(coded).unwrap().as_codes().unwrap(),
            [0, MISSING_CODE, MISSING_CODE]
        );
    }
}
