//~ the rows and labels of a `Test` sample cannot be read
use ml_pipeline::prelude::*;

fn main() -> Result<()> {
    let table = Table::new([("price", Column::num([1.0, 2.0])), ("city", Column::cat([Some("a"), Some("b")])), ("y", Column::num([0.0, 1.0]))])?;
    let TrainValidTest { train, valid, test } = table.regression("y")?.split(Split::random(0.2, 0.2))?;
    let _labels = test.y();
    drop((train, valid));
    Ok(())
}
