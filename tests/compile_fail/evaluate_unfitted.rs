//~ is not a fitted model of
//~ call `.fit(&train)?` first
use ml_pipeline::prelude::*;

fn main() -> Result<()> {
    let table = Table::new([("price", Column::num([1.0, 2.0])), ("city", Column::cat([Some("a"), Some("b")])), ("y", Column::num([0.0, 1.0]))])?;
    let TrainValidTest { train, valid, test } = table.regression("y")?.split(Split::random(0.2, 0.2))?;
    let pipeline = ColumnTransformer::new().with("price", SimpleImputer::median()).model(Boost::new());
    let _board = test.evaluate(&[("shop", &pipeline)], &[&Rmse])?;
    drop((train, valid));
    Ok(())
}
