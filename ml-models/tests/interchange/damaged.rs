//! Damaged and hostile files: an error or a model that predicts, never a panic, and never much
//! memory.

use ml_data::{Error, Result};
use ml_models::interchange::{lightgbm, xgboost};
use ml_models::tree::{Combine, Ensemble, Link, Scratch};
use proptest::prelude::*;

use crate::golden::golden;
use crate::random::{Kinds, ensemble};

/// Numbers that sizes, indices and values are replaced with.
const HOSTILE: [&str; 14] = [
    "-1",
    "0",
    "1",
    "7",
    "31",
    "2147483647",
    "-2147483648",
    "4294967295",
    "16777215",
    "99999999999999999999",
    "1e308",
    "-1e999",
    "nan",
    "",
];

/// One kind of damage; places are parts of the length.
#[derive(Debug, Clone)]
enum Damage {
    Flip(f64, u8),
    Cut(f64),
    Remove(f64, usize),
    Repeat(f64, usize),
    Number(f64, &'static str),
    Nest(f64, u8),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = 0.0..1.0;
    prop_oneof![
        (at.clone(), 0_u8..8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        at.clone().prop_map(Damage::Cut),
        (at.clone(), 1_usize..200).prop_map(|(at, n)| Damage::Remove(at, n)),
        (at.clone(), 1_usize..200).prop_map(|(at, n)| Damage::Repeat(at, n)),
        (at.clone(), prop::sample::select(HOSTILE.to_vec()))
            .prop_map(|(at, number)| Damage::Number(at, number)),
        (at.clone(), prop::sample::select(HOSTILE.to_vec()))
            .prop_map(|(at, number)| Damage::Number(at, number)),
        (at, prop::sample::select(b"[{\"\xff".to_vec())).prop_map(|(at, b)| Damage::Nest(at, b)),
    ]
}

fn apply(file: &mut Vec<u8>, damage: &Damage) {
    let place = |at: f64| (at * file.len() as f64) as usize;
    match *damage {
        _ if file.is_empty() => {}
        Damage::Flip(at, bit) => {
            let at = place(at);
            file[at] ^= 1 << bit;
        }
        Damage::Cut(at) => file.truncate(place(at)),
        Damage::Remove(at, n) => {
            let at = place(at);
            file.drain(at..(at + n).min(file.len()));
        }
        Damage::Repeat(at, n) => {
            let at = place(at);
            let piece = file[at..(at + n).min(file.len())].to_vec();
            file.splice(at..at, piece);
        }
        Damage::Number(at, number) => {
            let digit = |b: &u8| b.is_ascii_digit() || *b == b'.' || *b == b'-';
            let from = place(at);
            if let Some(start) = file[from..].iter().position(digit) {
                let start = from + start;
                let len = file[start..].iter().take_while(|b| digit(b)).count();
                file.splice(start..start + len, number.bytes());
            }
        }
        Damage::Nest(at, byte) => {
            let at = place(at);
            file.splice(at..at, std::iter::repeat_n(byte, 5_000));
        }
    }
}

/// A model that was read must be able to predict.
fn check(read: Result<Ensemble>) -> std::result::Result<(), TestCaseError> {
    match read {
        Ok(ensemble) => {
            let row = vec![0.5; ensemble.names().len()];
            let mut out = vec![0.0; ensemble.outputs()];
            prop_assert!(
                ensemble
                    .raw_row(&row, &mut Scratch::default(), &mut out)
                    .is_ok()
            );
        }
        Err(Error::Model { .. } | Error::Unsupported { .. }) => {}
        Err(other) => prop_assert!(false, "another error: {other:?}"),
    }
    Ok(())
}

fn model(seed: u64) -> Ensemble {
    let kinds = Kinds {
        categories: true,
        missing_left: false,
        zero: false,
    };
    ensemble(2, (2, Link::Softmax, Combine::Sum), kinds, seed)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damaged_text_of_lightgbm(pick in 0_usize..11, damages in prop::collection::vec(damage(), 1..4)) {
        let cases = golden().lightgbm;
        let text = match cases.values().nth(pick) {
            Some(case) => case.model.clone(),
            None => lightgbm::to_string(&model(pick as u64)).unwrap(),
        };
        let mut file = text.into_bytes();
        damages.iter().for_each(|d| apply(&mut file, d));
        check(lightgbm::from_str(&String::from_utf8_lossy(&file)))?;
    }

    #[test]
    fn damaged_json_of_xgboost(pick in 0_usize..11, damages in prop::collection::vec(damage(), 1..4)) {
        let cases = golden().xgboost;
        let text = match cases.values().nth(pick) {
            Some(case) => case.model.clone(),
            None => xgboost::to_json(&model(pick as u64)).unwrap(),
        };
        let mut file = text.into_bytes();
        damages.iter().for_each(|d| apply(&mut file, d));
        check(xgboost::from_slice(&file))?;
    }

    #[test]
    fn damaged_ubjson_of_xgboost(seed in 0_u64..5, damages in prop::collection::vec(damage(), 1..4)) {
        let mut file = xgboost::to_ubjson(&model(seed)).unwrap();
        damages.iter().for_each(|d| apply(&mut file, d));
        check(xgboost::from_slice(&file))?;
    }

    #[test]
    fn noise_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(xgboost::from_slice(&bytes).is_err());
        let binary = [b"{L".as_slice(), &bytes].concat();
        prop_assert!(xgboost::from_slice(&binary).is_err());
        prop_assert!(lightgbm::from_str(&String::from_utf8_lossy(&bytes)).is_err());
    }
}
