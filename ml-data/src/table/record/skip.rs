//! Parts of a value that is ignored.

use super::serializer::Fault;
use serde::Serialize;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

/// Passes over every part.
pub(super) struct Skip;

macro_rules! skip {
    ($($trait:ident { $($method:ident($($key:ty)?);)* })*) => {$(
        impl $trait for Skip {
            type Ok = ();
            type Error = Fault;
            $(fn $method<T: Serialize + ?Sized>(
                &mut self,
                $(_: $key,)?
                _: &T,
            ) -> Result<(), Fault> {
                Ok(())
            })*
            fn end(self) -> Result<(), Fault> {
                Ok(())
            }
        }
    )*};
}

skip! {
    SerializeSeq { serialize_element(); }
    SerializeTuple { serialize_element(); }
    SerializeTupleStruct { serialize_field(); }
    SerializeTupleVariant { serialize_field(); }
    SerializeMap { serialize_key(); serialize_value(); }
    SerializeStruct { serialize_field(&'static str); }
    SerializeStructVariant { serialize_field(&'static str); }
}
