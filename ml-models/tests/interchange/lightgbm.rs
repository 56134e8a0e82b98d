//! LightGBM's text, there and back.

use ml_data::Error;
use ml_models::interchange::lightgbm;
use ml_models::tree::{Combine, Link};

use crate::golden::golden;
use crate::random::{Kinds, ensemble};

const ALL: Kinds = Kinds {
    categories: true,
    missing_left: false,
    zero: true,
};

#[test]
fn what_was_written_is_read_again() {
    let shapes = [
        (1, Link::Identity, Combine::Sum),
        (1, Link::Sigmoid(0.7), Combine::Sum),
        (1, Link::Exp, Combine::Mean),
        (3, Link::Softmax, Combine::Sum),
        (2, Link::Sigmoid(1.0), Combine::Mean),
    ];
    for (seed, shape) in shapes.into_iter().enumerate() {
        let written = lightgbm::to_string(&ensemble(4, shape, ALL, seed as u64)).unwrap();
        let read = lightgbm::from_str(&written).unwrap();
        assert_eq!((read.outputs(), read.parts().link), (shape.0, shape.1));
        assert_eq!(lightgbm::to_string(&read).unwrap(), written);
    }
}

#[test]
fn truncated_text_is_refused_with_the_line() {
    let text = lightgbm::to_string(&ensemble(2, (1, Link::Exp, Combine::Sum), ALL, 9)).unwrap();
    let end = text.find("end of trees").unwrap() + "end of trees".len();
    for cut in (0..end).step_by(7) {
        let refused = lightgbm::from_str(&text[..cut]).unwrap_err();
        assert!(matches!(refused, Error::Model { .. }), "{refused}");
    }
    assert!(lightgbm::from_str(&text[..end]).is_ok());
    let fewer = text.replace("left_child=", "left_child=7 ");
    let message = lightgbm::from_str(&fewer).unwrap_err().to_string();
    assert!(message.contains("LightGBM model, line "), "{message}");
    assert!(message.contains("after `left_child=`"), "{message}");
}

/// An `exp` may differ by a unit in the last place between systems.
#[test]
fn models_of_lightgbm_predict_what_they_predict_there() {
    let golden = golden().lightgbm;
    assert_eq!(golden.len(), 10);
    for (name, case) in golden {
        let read = lightgbm::from_str(&case.model).unwrap();
        case.check(&name, &read, 1e-15);
        let again = lightgbm::from_str(&lightgbm::to_string(&read).unwrap()).unwrap();
        case.check(&name, &again, 1e-15);
    }
}

#[test]
fn linear_trees_are_refused() {
    let text = &golden().lightgbm["regression"].model;
    let linear = text.replacen("is_linear=0", "is_linear=1", 1);
    let refused = lightgbm::from_str(&linear).unwrap_err();
    assert!(matches!(refused, Error::Unsupported { .. }), "{refused}");
    assert!(refused.to_string().contains("tree 0"), "{refused}");
}
