//! Damaged state: payloads of artifacts that were changed and signed again.
//!
//! A checksum finds accidents. Whoever can write the file can make a right checksum over a wrong
//! payload, so whatever is loaded has to keep its promises by itself: it is refused when it is
//! loaded, or it answers (with a number or an error in words). It never panics, and it never asks
//! for memory that the file does not account for.

use super::largest_allocation;
use crate::artifact::Artifact;
use crate::contract::{Apply, Predict};
use crate::error::Result;
use crate::random::{RngExt, Xoshiro256PlusPlus, generator};
use crate::repr::{Repr, Rows, View};
use serde::{Serialize, de::DeserializeOwned};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The kind of the artifacts that are damaged.
const KIND: &str = "damaged/1";
/// The largest single allocation, in bytes, that loading and using a damaged payload may ask for.
const LARGEST: usize = 64 << 20;

/// Numbers of damaged payloads that were tried, and of those that loaded all the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Damage {
    /// Payloads tried.
    pub tried: usize,
    /// Payloads that loaded, and were used.
    pub loaded: usize,
}

/// Payloads with one to three changes each, the same ones for the same seed.
///
/// Changes are of the kinds that break invariants: flipped bits, lengths and positions that are 0,
/// one more, or huge (as varints), numbers that are missing, infinite or negative, bytes left out,
/// put in or repeated, and a payload cut off.
///
/// ```
/// let all: Vec<_> = ml_data::testkit::damaged_payloads(&[1, 2, 3], 7, 100).collect();
/// assert_eq!(all.len(), 100);
/// assert!(all.iter().any(|p| p.len() > 3) && all.iter().any(|p| p.len() < 3));
/// ```
pub fn damaged_payloads(
    payload: &[u8],
    seed: u64,
    times: usize,
) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..times as u64).map(move |i| {
        let mut rng = generator(seed, "damaged-payloads", i);
        let mut bytes = payload.to_vec();
        for _ in 0..rng.random_range(1..=3) {
            damage(&mut bytes, &mut rng);
        }
        bytes
    })
}

fn damage(bytes: &mut Vec<u8>, rng: &mut Xoshiro256PlusPlus) {
    const NUMBERS: [f64; 8] = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -1.0,
        0.0,
        1e300,
        5e-324,
        4_294_967_296.0,
    ];
    const VARINTS: [u64; 6] = [
        u64::MAX,
        1 << 63,
        1 << 40,
        u32::MAX as u64,
        u32::MAX as u64 - 1,
        300,
    ];
    let n = bytes.len();
    let at = rng.random_range(0..n.max(1)).min(n);
    match rng.random_range(0..9u32) {
        _ if n == 0 => bytes.push(rng.random()),
        0 => bytes[at] ^= 1 << rng.random_range(0..8u32),
        1 => bytes[at] = rng.random(),
        2 => bytes[at] = [0, 1, 2, 0x7f, 0xff][rng.random_range(0..5usize)],
        3 => bytes[at] = bytes[at].wrapping_add([1, 255][rng.random_range(0..2usize)]),
        4 => {
            let number = NUMBERS[rng.random_range(0..NUMBERS.len())].to_le_bytes();
            let end = (at + 8).min(n);
            bytes[at..end].copy_from_slice(&number[..end - at]);
        }
        5 => {
            let (huge, mut varint) = (VARINTS[rng.random_range(0..VARINTS.len())], Vec::new());
            let mut rest = huge;
            while rest >= 0x80 {
                varint.push(rest as u8 | 0x80);
                rest >>= 7;
            }
            varint.push(rest as u8);
            bytes.splice(at..=at, varint);
        }
        6 => {
            let end = (at + rng.random_range(1..=9usize)).min(n);
            bytes.drain(at..end);
        }
        7 => {
            let end = (at + rng.random_range(1..=16usize)).min(n);
            let again = bytes[at..end].to_vec();
            bytes.splice(at..at, again);
        }
        _ => bytes.truncate(at),
    }
}

/// An artifact's bytes with another payload and a right checksum.
///
/// # Errors
/// Bytes that are no artifact.
pub fn resigned(artifact: &[u8], payload: Vec<u8>) -> Result<Vec<u8>> {
    Artifact::from_bytes(artifact)?
        .with_payload(payload)
        .to_bytes()
}

/// Loads `times` damaged and re-signed payloads of a state, and uses each one that loads.
///
/// # Errors
/// The first payload (by number) that made loading or using panic, or ask for more than 64 MiB at
/// once (seen where
/// [`CountingAllocator`](super::CountingAllocator) is installed).
pub fn check_damaged<T: Serialize + DeserializeOwned>(
    state: &T,
    times: usize,
    mut uses: impl FnMut(&T),
) -> Result<Damage, String> {
    let whole = Artifact::new(KIND, state)
        .and_then(|a| a.to_bytes())
        .map_err(|e| e.to_string())?;
    let payload = postcard::to_stdvec(state).map_err(|e| e.to_string())?;
    let mut damage = Damage::default();
    for (i, bad) in damaged_payloads(&payload, 0, times).enumerate() {
        let bytes = resigned(&whole, bad).map_err(|e| e.to_string())?;
        let attempt = || -> Result<bool, String> {
            let artifact = Artifact::from_bytes(&bytes).map_err(|e| e.to_string())?;
            let Ok(state) = artifact.state::<T>(KIND) else {
                return Ok(false);
            };
            uses(&state);
            Ok(true)
        };
        let (largest, outcome) = largest_allocation(|| catch_unwind(AssertUnwindSafe(attempt)));
        let loaded = outcome.map_err(|_| format!("damaged payload {i} panics"))??;
        if let Some(bytes) = largest.filter(|b| *b > LARGEST) {
            return Err(format!(
                "damaged payload {i} asks for {bytes} bytes at once"
            ));
        }
        damage.tried += 1;
        damage.loaded += usize::from(loaded);
    }
    Ok(damage)
}

/// [`check_damaged`] for a fitted model: what loads predicts the rows of `x`, in a batch and row by
/// row.
///
/// # Errors
/// As [`check_damaged`].
pub fn check_damaged_model<R: Repr, M: Predict<R>>(
    model: &M,
    x: View<'_, R>,
    times: usize,
) -> Result<Damage, String> {
    check_damaged(model, times, |loaded| {
        let _ = loaded.predict(x);
        let (mut scratch, mut buf) = (
            M::Scratch::default(),
            <M::Prediction as Rows>::Buf::default(),
        );
        for row in x.iter() {
            <M::Prediction as Rows>::clear(&mut buf);
            let _ = loaded.predict_row(row, &mut scratch, &mut buf);
        }
    })
}

/// [`check_damaged`] for a fitted step: what loads names its output and transforms the rows of `x`,
/// in a batch and row by row.
///
/// # Errors
/// As [`check_damaged`].
pub fn check_damaged_step<R: Repr, A: Apply<R>>(
    fitted: &A,
    x: View<'_, R>,
    times: usize,
) -> Result<Damage, String> {
    check_damaged(fitted, times, |loaded| {
        let _ = loaded.header(x.data().header());
        let _ = loaded.apply(x);
        let (mut scratch, mut buf) = (A::Scratch::default(), <A::Out as Rows>::Buf::default());
        for row in x.iter() {
            A::Out::clear(&mut buf);
            let _ = loaded.apply_row(row, &mut scratch, &mut buf);
        }
    })
}
