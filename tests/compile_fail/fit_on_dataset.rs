//~ cannot be fitted: only a training sample can
//~ split a `Dataset` first
use ml_pipeline::prelude::*;

fn main() -> Result<()> {
    let table = Table::new([("price", Column::num([1.0, 2.0])), ("city", Column::cat([Some("a"), Some("b")])), ("y", Column::num([0.0, 1.0]))])?;
    let data = table.regression("y")?;
    let columns = ColumnTransformer::new().with("price", SimpleImputer::median());
    let _model = columns.model(Boost::new()).fit(&data)?;
    Ok(())
}
