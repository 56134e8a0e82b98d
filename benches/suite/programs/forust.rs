use forust_ml::{GradientBooster, Matrix};

fn main() {
    let x: Vec<f64> = (0..2000_u16).map(|i| f64::from(i % 97)).collect();
    let y: Vec<f64> = (0..1000_u16).map(|i| f64::from(u8::from(i % 97 > 48))).collect();
    let mut model = GradientBooster::default().set_iterations(20);
    let fitted = model.fit_unweighted(&Matrix::new(&x, 1000, 2), &y, None).is_ok();
    println!("{fitted}, {} trees", model.trees.len());
}
