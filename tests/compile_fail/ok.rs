// The control: everything the other cases misuse, used rightly. It must compile.
use ml_pipeline::prelude::*;

fn main() -> Result<()> {
    let table = Table::new([("price", Column::num([1.0, 2.0])), ("city", Column::cat([Some("a"), Some("b")])), ("y", Column::num([0.0, 1.0]))])?;
    let TrainValidTest { train, valid, test } = table.regression("y")?.split(Split::random(0.2, 0.2))?;
    let columns = ColumnTransformer::new().with("price", SimpleImputer::median()).with("city", TargetEncoder::new());
    let model = columns.clone().model(Boost::new()).fit(&train)?;
    let (fitted, _rows) = columns.fit_transform(&train)?;
    let _x = fitted.transform(&valid)?;
    let _board = valid.score(&[("shop", &model)], &[&Rmse])?;
    let _board = test.evaluate(&[("shop", &model)], &[&Rmse])?;
    Ok(())
}
