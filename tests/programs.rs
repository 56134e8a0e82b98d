//! Programs a newcomer writes, whole and on real data where it is at hand: census incomes by three
//! models, bicycle rentals in time, and tables made of structs and of Arrow.
#![allow(clippy::unwrap_used, missing_docs)]

use ml_pipeline::data::arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use ml_pipeline::data::source::{As, CsvSource, MissingValues};
use ml_pipeline::data::table::Order;
use ml_pipeline::data::time::Micros;
use ml_pipeline::features::time::Calendar;
use ml_pipeline::models::boost::CustomObjective;
use ml_pipeline::prelude::*;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

/// A file of the folder that `ML_PIPELINE_DATA` names.
fn file(name: &str) -> Option<PathBuf> {
    let local = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");
    let folder =
        std::env::var_os("ML_PIPELINE_DATA").map_or_else(|| PathBuf::from(local), PathBuf::from);
    let path = folder.join(name);
    if !path.is_file() {
        let path = path.display();
        eprintln!("SKIPPED: {path} is not here; set ML_PIPELINE_DATA to the folder that holds it");
        return None;
    }
    Some(path)
}

mod adult {
    use super::*;

    /// One person of the census.
    #[derive(Serialize, Deserialize, Clone)]
    struct Person {
        age: f64,
        workclass: Option<String>,
        fnlwgt: f64,
        education: String,
        education_num: f64,
        marital_status: String,
        occupation: Option<String>,
        relationship: String,
        race: String,
        sex: String,
        capital_gain: f64,
        capital_loss: f64,
        hours_per_week: f64,
        native_country: Option<String>,
        // Not known of those that are asked about.
        #[serde(skip_serializing)]
        income: String,
    }

    fn read(path: PathBuf) -> Result<Table> {
        let missing = MissingValues::texts(["", "?"]);
        let source = CsvSource::path(path).has_header(false).trim(true);
        let source = source.names_of::<Person>()?.missing(missing);
        let table = source.read()?.strict()?;
        let income = table.strings("income")?;
        let income = Column::cat(income.map(|s| s.map(|s| s.trim_end_matches('.').to_owned())));
        table.with_column("income", income)
    }

    fn steps() -> impl Transformer<Table, Binary, Out = Dense<f64>> {
        ColumnTransformer::new()
            .with(
                Kind::Num,
                SimpleImputer::median().then(StandardScaler::new()),
            )
            .with(Kind::Cat, OneHotEncoder::new())
    }

    #[test]
    fn three_models_compared_saved_and_asked() -> Result<()> {
        let (train, test) = ("adult/adult_train.csv", "adult/adult_test.csv");
        let (Some(train), Some(test)) = (file(train), file(test)) else {
            return Ok(());
        };
        let train = read(train)?.binary("income", ">50K")?.into_train();
        let test = read(test)?.binary("income", ">50K")?.into_test();
        let test = test.conform(train.header())?;
        let forest = RandomForest::new().n_estimators(60).min_samples_leaf(3);
        let network = Mlp::new().hidden_layer_sizes([32]).epochs(4);
        let boost = steps().model(Boost::new()).fit(&train)?;
        let forest = steps().model(forest).fit(&train)?;
        let network = steps().model(network).fit(&train)?;
        let models: Models<'_, Table, Scores> = &[
            ("boosting", &boost),
            ("forest", &forest),
            ("network", &network),
        ];
        let board = test.evaluate_by(models, &Comparison::new(&[&RocAuc, &LogLoss]))?;
        eprintln!("{board}");
        assert_eq!(board.best("roc_auc")?, "boosting");

        let path = tempfile::tempdir().unwrap();
        let path = path.path().join("income.mlp");
        artifact::save_file(&path, "income/1", &boost)?;
        let make = || steps().model(Boost::new());
        let loaded = artifact::load_file::<Table, Binary, _>(&path, make, "income/1", None)?;
        let mut person =
            read(file("adult/adult_test.csv").unwrap())?.records::<Person>()?[2].clone();
        assert_eq!(person.income, ">50K");
        let rich = loaded.predict_one(&person)?;
        person.capital_gain = 99_999.0;
        assert!(loaded.predict_one(&person)? > rich.max(0.9));
        Ok(())
    }
}

mod bike_sharing {
    use super::*;

    /// Squared error in which a rental too few counts three times a rental too many.
    #[derive(Debug, Clone)]
    struct Shortage;

    fn factor(error: f64) -> f64 {
        if error < 0.0 { 3.0 } else { 1.0 }
    }

    impl CustomObjective for Shortage {
        fn gradients(&self, labels: &[f64], scores: &[f64], out: &mut [[f32; 2]]) {
            for ((y, s), out) in labels.iter().zip(scores).zip(out) {
                let weight = factor(s - y);
                *out = [(weight * (s - y)) as f32, weight as f32];
            }
        }
        fn evaluate(&self, labels: &[f64], scores: &[f64], _: Option<&[f64]>) -> f64 {
            let loss = |(y, s): (&f64, &f64)| factor(s - y) * (s - y).powi(2);
            labels.iter().zip(scores).map(loss).sum::<f64>() / labels.len() as f64
        }
    }

    #[test]
    fn rentals_in_time_with_an_objective_of_ones_own() -> Result<()> {
        let Some(path) = file("bike_sharing/hour.csv") else {
            return Ok(());
        };
        let source = CsvSource::path(path).column("weathersit", As::Cat);
        let table = source.read()?.strict()?;
        let table = table.drop(&["instant", "casual", "registered"])?;
        let data = table.regression("cnt")?.with_times_of("dteday")?;
        let day = |s: &str| s.parse::<Micros>();
        let split = Split::temporal(day("2012-07-01")?, day("2012-10-01")?);
        let TrainValidTest { train, valid, test } = data.split(split)?;

        let steps = ColumnTransformer::new()
            .with("dteday", Calendar::new())
            .with("weathersit", OneHotEncoder::new())
            .with(Kind::Num, Passthrough);
        let boost = Boost::new().num_iterations(2000).learning_rate(0.05);
        let boost = boost.early_stopping_round(Some(30));
        let even = steps
            .clone()
            .model(boost.clone())
            .fit_valid(&train, &valid)?;
        let careful = steps.model(boost.custom_objective(Shortage));
        let careful = careful.fit_valid(&train, &valid)?;
        let models: Models<'_, Table, Scores> = &[("even", &even), ("careful", &careful)];
        let board = test.evaluate(models, &[&Rmse, &R2])?;
        eprintln!("{board}\n{}", even.importances(ImportanceKind::Gain)?);
        // Rentals grew: forecasts that lean up are nearer.
        assert_eq!(board.best("r2")?, "careful");
        assert!(even.model.best_iteration().unwrap() < 2000);
        let importances = even.importances(ImportanceKind::Gain)?;
        assert_eq!(&*importances.top(1).iter().next().unwrap().column, "hr");

        let why = careful.explain_row(train.x().data(), 8)?;
        eprintln!("{}", why.top(3));
        let sum = why.expected() + why.reasons().iter().map(|r| r.attribution).sum::<f64>();
        let score = careful.predict_table(&train.x().data().head(9))?.0[8];
        assert!((sum - score).abs() < 1e-6 * score.abs());
        Ok(())
    }
}

mod tables {
    use super::*;

    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    struct Sale {
        product: String,
        price: f64,
        pieces: Option<f64>,
    }

    #[test]
    fn structs_and_arrow_to_a_table_and_back() -> Result<()> {
        let sale = |product: &str, price, pieces| Sale {
            product: product.into(),
            price,
            pieces,
        };
        let sales = [
            sale("cup", 3.0, Some(2.0)),
            sale("lamp", 40.0, None),
            sale("cup", 3.5, Some(1.0)),
        ];
        let product: ArrayRef = Arc::new(StringArray::from(vec!["desk", "cup"]));
        let price: ArrayRef = Arc::new(Float64Array::from(vec![Some(200.0), None]));
        let pieces: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 4.0]));
        let columns = [("product", product), ("price", price), ("pieces", pieces)];
        let batch = RecordBatch::try_from_iter(columns).unwrap();

        let batch = Table::try_from(batch)?;
        let kinds = Table::concat(&[Table::from_records(&sales)?, batch.clone()]);
        assert!(
            kinds
                .unwrap_err()
                .to_string()
                .contains("`cast` changes kinds")
        );
        let batch = batch.cast("product", Kind::Cat)?;
        let table = Table::concat(&[Table::from_records(&sales)?, batch])?;
        assert_eq!(table.rows(), 5);
        let known = table.filter_by("price", |c| !c.is_missing())?;
        let dear = known.sort_by("price", Order::Descending)?.head(2);
        assert_eq!(
            dear.select(&["product", "price", "pieces"])?
                .records::<Sale>()?,
            [sale("desk", 200.0, Some(1.0)), sale("lamp", 40.0, None)]
        );
        let counts = table.value_counts("product")?;
        assert_eq!(counts.strings("product")?.next(), Some(Some("cup")));
        assert_eq!(table.describe()?.rows(), 3);
        Ok(())
    }
}
