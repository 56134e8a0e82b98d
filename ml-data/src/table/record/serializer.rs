//! Fields of anything that serde serialises as a struct or a map, one after the other.

use super::Raw;
use super::skip::Skip;
use crate::error::{Error, Result};
use crate::time::MICROS;
use serde::Serialize;
use serde::ser::{Impossible, SerializeMap, SerializeStruct, Serializer};
use std::fmt;

/// Where fields go.
pub(super) trait Sink {
    /// Takes the value of a field.
    fn field(&mut self, name: &str, value: Raw<'_>) -> Result<()>;
}

/// Hands the fields of a record to a sink.
pub(super) fn fields<T: Serialize + ?Sized>(record: &T, sink: &mut impl Sink) -> Result<()> {
    record.serialize(Record { sink }).map_err(|e| e.0)
}

/// An error of the library on its way through serde.
#[derive(Debug)]
pub(super) struct Fault(pub(super) Error);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl std::error::Error for Fault {}
impl serde::ser::Error for Fault {
    fn custom<T: fmt::Display>(said: T) -> Self {
        Self(Error::other(said.to_string()))
    }
}

/// A whole record.
struct Record<'s, S> {
    sink: &'s mut S,
}

fn no_record<T>(found: &str) -> Result<T, Fault> {
    let expected = "a struct or a map of fields";
    Err(Fault(Error::value("record", expected, found)))
}

/// Methods that refuse, each with its word.
macro_rules! no_record {
    ($($method:ident($($arg:ident: $type:ty),*) = $found:literal;)*) => {
        $(fn $method(self, $($arg: $type),*) -> Result<(), Fault> { no_record($found) })*
    };
}

impl<'s, S: Sink> Serializer for Record<'s, S> {
    type Ok = ();
    type Error = Fault;
    type SerializeSeq = Impossible<(), Fault>;
    type SerializeTuple = Impossible<(), Fault>;
    type SerializeTupleStruct = Impossible<(), Fault>;
    type SerializeTupleVariant = Impossible<(), Fault>;
    type SerializeMap = Fields<'s, S>;
    type SerializeStruct = Fields<'s, S>;
    type SerializeStructVariant = Impossible<(), Fault>;

    no_record! {
        serialize_bool(_v: bool) = "a boolean";
        serialize_i8(_v: i8) = "a number";
        serialize_i16(_v: i16) = "a number";
        serialize_i32(_v: i32) = "a number";
        serialize_i64(_v: i64) = "a number";
        serialize_u8(_v: u8) = "a number";
        serialize_u16(_v: u16) = "a number";
        serialize_u32(_v: u32) = "a number";
        serialize_u64(_v: u64) = "a number";
        serialize_f32(_v: f32) = "a number";
        serialize_f64(_v: f64) = "a number";
        serialize_char(_v: char) = "a character";
        serialize_str(_v: &str) = "a string";
        serialize_bytes(_v: &[u8]) = "bytes";
        serialize_none() = "nothing";
        serialize_unit() = "nothing";
        serialize_unit_struct(_n: &'static str) = "a struct without fields";
        serialize_unit_variant(_n: &'static str, _i: u32, _v: &'static str) = "a variant of an enum";
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Fault> {
        value.serialize(self)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Fault> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Fault> {
        no_record("a variant of an enum")
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Fault> {
        no_record("a list")
    }
    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Fault> {
        no_record("a tuple")
    }
    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Fault> {
        no_record("a tuple")
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Fault> {
        no_record("a variant of an enum")
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'s, S>, Fault> {
        Ok(Fields {
            sink: self.sink,
            key: String::new(),
        })
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'s, S>, Fault> {
        self.serialize_map(None)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Fault> {
        no_record("a variant of an enum")
    }
}

/// The fields of a record.
pub(super) struct Fields<'s, S> {
    sink: &'s mut S,
    /// The key of a map whose value comes in a call of its own.
    key: String,
}

impl<S: Sink> SerializeStruct for Fields<'_, S> {
    type Ok = ();
    type Error = Fault;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Fault> {
        value.serialize(Value::of(key, self.sink))
    }
    fn end(self) -> Result<(), Fault> {
        Ok(())
    }
}

impl<S: Sink> SerializeMap for Fields<'_, S> {
    type Ok = ();
    type Error = Fault;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Fault> {
        let Self { key: to, .. } = self;
        let mut keep = Keep(to);
        key.serialize(Value::of("key of a record", &mut keep))
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        value.serialize(Value::of(&self.key, self.sink))
    }
    /// Without a copy of the key.
    fn serialize_entry<K: Serialize + ?Sized, V: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &V,
    ) -> Result<(), Fault> {
        let mut entry = Entry {
            value,
            sink: self.sink,
        };
        key.serialize(Value::of("key of a record", &mut entry))
    }
    fn end(self) -> Result<(), Fault> {
        Ok(())
    }
}

fn no_key(found: Raw<'_>) -> Error {
    Error::value("key of a record", "a string", found.word())
}

/// Keeps the text of a key.
struct Keep<'k>(&'k mut String);

impl Sink for Keep<'_> {
    fn field(&mut self, _: &str, value: Raw<'_>) -> Result<()> {
        let Raw::Str(key, _) = value else {
            return Err(no_key(value));
        };
        self.0.clear();
        self.0.push_str(key);
        Ok(())
    }
}

/// Hands a value on as soon as its key is read.
struct Entry<'e, V: ?Sized, S> {
    value: &'e V,
    sink: &'e mut S,
}

impl<V: Serialize + ?Sized, S: Sink> Sink for Entry<'_, V, S> {
    fn field(&mut self, _: &str, key: Raw<'_>) -> Result<()> {
        let Raw::Str(key, _) = key else {
            return Err(no_key(key));
        };
        let done = self.value.serialize(Value::of(key, self.sink));
        done.map_err(|e| e.0)
    }
}

/// The value of one field.
struct Value<'s, S> {
    name: &'s str,
    sink: &'s mut S,
    /// Inside of [`Micros`](crate::time::Micros).
    time: bool,
}

impl<'s, S: Sink> Value<'s, S> {
    fn of(name: &'s str, sink: &'s mut S) -> Self {
        Self {
            name,
            sink,
            time: false,
        }
    }
    fn give(self, value: Raw<'_>) -> Result<(), Fault> {
        let value = match value {
            Raw::Int(t) if self.time => i64::try_from(t).map_or(Raw::Int(t), Raw::Time),
            other => other,
        };
        self.sink.field(self.name, value).map_err(Fault)
    }
    /// Hands on what no cell holds; where the sink takes it (a field that is ignored), its parts
    /// are passed over.
    fn pass(self, found: &'static str) -> Result<Skip, Fault> {
        self.give(Raw::Other(found)).map(|()| Skip)
    }
}

/// Methods that hand a value on.
macro_rules! give {
    ($($method:ident($v:ident: $type:ty) = $raw:expr;)*) => {
        $(fn $method(self, $v: $type) -> Result<(), Fault> { self.give($raw) })*
    };
}

impl<'s, S: Sink> Serializer for Value<'s, S> {
    type Ok = ();
    type Error = Fault;
    type SerializeSeq = Skip;
    type SerializeTuple = Skip;
    type SerializeTupleStruct = Skip;
    type SerializeTupleVariant = Skip;
    type SerializeMap = Skip;
    type SerializeStruct = Skip;
    type SerializeStructVariant = Skip;

    give! {
        serialize_bool(v: bool) = Raw::Bool(v);
        serialize_i8(v: i8) = Raw::Int(v.into());
        serialize_i16(v: i16) = Raw::Int(v.into());
        serialize_i32(v: i32) = Raw::Int(v.into());
        serialize_i64(v: i64) = Raw::Int(v.into());
        serialize_i128(v: i128) = Raw::Int(v);
        serialize_u8(v: u8) = Raw::Int(v.into());
        serialize_u16(v: u16) = Raw::Int(v.into());
        serialize_u32(v: u32) = Raw::Int(v.into());
        serialize_u64(v: u64) = Raw::Int(v.into());
        serialize_u128(v: u128) = i128::try_from(v).map_or(Raw::Other("an integer past 127 bits"), Raw::Int);
        serialize_f32(v: f32) = Raw::Num(v.into());
        serialize_f64(v: f64) = Raw::Num(v);
        serialize_char(v: char) = Raw::Str(v.encode_utf8(&mut [0; 4]), false);
        serialize_str(v: &str) = Raw::Str(v, false);
        serialize_bytes(_v: &[u8]) = Raw::Other("bytes");
        serialize_unit_struct(_v: &'static str) = Raw::Missing;
    }
    fn serialize_none(self) -> Result<(), Fault> {
        self.give(Raw::Missing)
    }
    fn serialize_unit(self) -> Result<(), Fault> {
        self.give(Raw::Missing)
    }
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Fault> {
        self.give(Raw::Str(variant, true))
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Fault> {
        value.serialize(self)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Fault> {
        self.time |= name == MICROS;
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Fault> {
        self.give(Raw::Other("a variant with data"))
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Fault> {
        self.pass("a list")
    }
    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Fault> {
        self.pass("a list")
    }
    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Fault> {
        self.pass("a list")
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Fault> {
        self.pass("a variant with data")
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Fault> {
        self.pass("an object")
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Fault> {
        self.pass("an object")
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Fault> {
        self.pass("a variant with data")
    }
}
