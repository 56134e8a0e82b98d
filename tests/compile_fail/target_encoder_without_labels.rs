//~ a target-aware step needs numeric, binary, class or graded labels
//~ give the dataset a target first
use ml_pipeline::prelude::*;

fn main() -> Result<()> {
    let table = Table::new([("price", Column::num([1.0, 2.0])), ("city", Column::cat([Some("a"), Some("b")])), ("y", Column::num([0.0, 1.0]))])?;
    let TrainValidTest { train, .. } = table.unlabelled()?.split(Split::random(0.2, 0.2))?;
    let columns = ColumnTransformer::new().with("city", TargetEncoder::new());
    let (_fitted, _rows) = columns.fit_transform(&train)?;
    Ok(())
}
