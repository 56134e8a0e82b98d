//! XGBoost's JSON and UBJSON, there and back.

use ml_data::Error;
use ml_models::interchange::xgboost;
use ml_models::tree::{Combine, Ensemble, Link};

use crate::golden::golden;
use crate::random::{Kinds, ensemble};

fn bytes(hex: &str) -> Vec<u8> {
    let digits = |i: usize| u8::from_str_radix(&hex[i..i + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digits).collect()
}

#[test]
fn models_of_xgboost_predict_what_they_predict_there() {
    let golden = golden().xgboost;
    assert_eq!(golden.len(), 10);
    let mut binary = 0;
    for (name, case) in golden {
        let read = xgboost::from_slice(case.model.as_bytes()).unwrap();
        case.check(&name, &read, 1e-6);
        if !case.ubjson.is_empty() {
            assert!(xgboost::from_slice(&bytes(&case.ubjson)).unwrap() == read);
            binary += 1;
        }
        let json = xgboost::to_json(&read).unwrap();
        let again = xgboost::from_slice(json.as_bytes()).unwrap();
        let ubjson = xgboost::to_ubjson(&read).unwrap();
        assert!(xgboost::from_slice(&ubjson).unwrap() == again);
        case.check_scores(&name, &again, 1e-6);
    }
    assert_eq!(binary, 2);
}

fn model(kinds: Kinds, link: Link) -> Ensemble {
    ensemble(3, (1, link, Combine::Sum), kinds, 5)
}

const PLAIN: Kinds = Kinds {
    categories: true,
    missing_left: true,
    zero: false,
};

#[test]
fn what_xgboost_lacks_is_refused_with_its_place() {
    let zero = Kinds {
        zero: true,
        ..PLAIN
    };
    let refused = xgboost::to_json(&model(zero, Link::Exp)).unwrap_err();
    assert!(matches!(refused, Error::Unsupported { .. }), "{refused}");
    assert!(refused.to_string().contains("tree 0, node "), "{refused}");
    assert!(xgboost::to_json(&model(PLAIN, Link::Sigmoid(0.5))).is_err());
}

#[test]
fn truncated_files_are_refused_with_the_byte() {
    let model = model(PLAIN, Link::Identity);
    let (json, ubjson) = (
        xgboost::to_json(&model).unwrap().into_bytes(),
        xgboost::to_ubjson(&model).unwrap(),
    );
    assert!(xgboost::from_slice(&json).is_ok() && xgboost::from_slice(&ubjson).is_ok());
    for file in [&json, &ubjson] {
        for cut in (0..file.len()).step_by(11) {
            let refused = xgboost::from_slice(&file[..cut]).unwrap_err();
            assert!(refused.to_string().contains("byte "), "{refused}");
        }
    }
}

#[test]
fn a_file_can_not_ask_for_more_memory_than_it_has_bytes() {
    let json = String::from_utf8(
        xgboost::to_json(&model(PLAIN, Link::Identity))
            .unwrap()
            .into(),
    )
    .unwrap();
    for (key, value) in [
        ("num_feature", "1000000000000"),
        ("num_class", "1000000000000"),
        ("num_target", "1000000000000"),
        ("num_trees", "1000000000000"),
        ("num_nodes", "1000000000000"),
    ] {
        let at = json.rfind(&format!("\"{key}\":\"")).unwrap() + key.len() + 4;
        let end = at + json[at..].find('"').unwrap();
        let hostile = [&json[..at], value, &json[end..]].concat();
        let read = xgboost::from_slice(hostile.as_bytes());
        assert!(key == "num_nodes" || read.is_err(), "{key}");
    }
}
