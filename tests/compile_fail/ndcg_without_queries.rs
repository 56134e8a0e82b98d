//~ does not score
//~ build the data set with `.relevance("grade", "query")`
use ml_pipeline::prelude::*;

fn main() -> Result<()> {
    let table = Table::new([("price", Column::num([1.0, 2.0])), ("city", Column::cat([Some("a"), Some("b")])), ("y", Column::num([0.0, 1.0]))])?;
    let TrainValidTest { train, valid, test } = table.regression("y")?.split(Split::random(0.2, 0.2))?;
    let columns = ColumnTransformer::new().with("price", SimpleImputer::median());
    let model = columns.model(Boost::new()).fit(&train)?;
    let _board = valid.score(&[("shop", &model)], &[&Ndcg::at(10)])?;
    drop(test);
    Ok(())
}
