//! Checks of fitted objects when they are loaded: an artifact's checksum is right over a wrong
//! payload, too.

/// Checks a type whenever it is deserialised. It derives both serde traits with `#[serde(remote =
/// "Self")]`, which leaves the stored form as it is; `$check` gets the loaded value and says in
/// words what is wrong with it.
macro_rules! checked_on_load {
    ($type:ty, $check:expr) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                <$type>::serialize(self, to)
            }
        }
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let check: fn(&Self) -> Result<(), String> = $check;
                let loaded = <$type>::deserialize(from)?;
                check(&loaded).map_err(serde::de::Error::custom)?;
                Ok(loaded)
            }
        }
    };
}
pub(crate) use checked_on_load;

/// Refuses numbers of `step` that are missing or infinite: no training gives them.
pub(crate) fn finite<'a>(
    step: &str,
    values: impl IntoIterator<Item = &'a f64>,
) -> Result<(), String> {
    match values.into_iter().find(|v| !v.is_finite()) {
        Some(v) => Err(format!("{step}: expected a finite number, found {v}")),
        None => Ok(()),
    }
}
