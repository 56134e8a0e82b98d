use ml_pipeline::models::boost::Boost;
use ml_pipeline::prelude::*;

fn main() -> Result<()> {
    let x: Vec<f32> = (0..2000_u16).map(|i| f32::from(i % 97)).collect();
    let y: Vec<u8> = (0..1000_u16).map(|i| u8::from(i % 97 > 48)).collect();
    let train = Dataset::binary(Dense::from_rows(2, x)?, y, "1")?.into_train();
    let model = Boost::new().num_iterations(20).fit(&train)?;
    println!("{} trees", model.trees().len());
    Ok(())
}
