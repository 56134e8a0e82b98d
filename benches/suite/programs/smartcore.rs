use smartcore::ensemble::random_forest_classifier::RandomForestClassifier;
use smartcore::linalg::basic::matrix::DenseMatrix;

fn main() {
    let x: Vec<f64> = (0..2000_u16).map(|i| f64::from(i % 97)).collect();
    let y: Vec<u8> = (0..1000_u16).map(|i| u8::from(i % 97 > 48)).collect();
    let fitted = DenseMatrix::new(1000, 2, x, true)
        .and_then(|x| RandomForestClassifier::fit(&x, &y, Default::default())?.predict(&x));
    println!("{:?}", fitted.map(|p| p.len()));
}
