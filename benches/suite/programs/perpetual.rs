use perpetual::objective::Objective;
use perpetual::{Matrix, PerpetualBooster};

fn main() {
    let x: Vec<f64> = (0..2000_u16).map(|i| f64::from(i % 97)).collect();
    let y: Vec<f64> = (0..1000_u16).map(|i| f64::from(u8::from(i % 97 > 48))).collect();
    let mut model = PerpetualBooster::default().set_objective(Objective::LogLoss);
    let fitted = model.fit(&Matrix::new(&x, 1000, 2), &y, None, None).is_ok();
    println!("{fitted}, {} trees", model.get_prediction_trees().len());
}
