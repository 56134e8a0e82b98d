//! One artifact of every kind that is saved, with what is done to it after loading.

use crate::trees::numbers;
use ml_data::artifact::Artifact;
use ml_data::contract::{Candidates, Query, Ranker};
use ml_data::prelude::*;
use ml_data::sample::{BinaryLabels, ClassLabels};
use ml_data::testkit::resigned;
use ml_features::prelude::*;
use ml_models::baseline::Popularity;
use ml_models::boost::Boost;
use ml_models::factor::{ImplicitAls, Interactions};
use ml_models::forest::{IsolationForest, RandomForest};
use ml_models::neural::Mlp;
use serde::{Serialize, de::DeserializeOwned};

const KIND: &str = "fuzz/1";

type Use = Box<dyn Fn(&Artifact) + Send + Sync>;

/// A kind of artifact: its bytes, its payload, and its use.
pub struct Kind {
    bytes: Vec<u8>,
    payload: Vec<u8>,
    uses: Use,
}

impl Kind {
    fn new<T: Serialize + DeserializeOwned + 'static>(
        state: &T,
        uses: impl Fn(&T) + Send + Sync + 'static,
    ) -> Self {
        let load = move |artifact: &Artifact| {
            if let Ok(state) = artifact.state::<T>(KIND) {
                uses(&state);
            }
        };
        Self {
            bytes: Artifact::new(KIND, state).unwrap().to_bytes().unwrap(),
            payload: postcard::to_stdvec(state).unwrap(),
            uses: Box::new(load),
        }
    }

    fn model<R: Repr, M: Predict<R> + 'static>(model: &M, rows: R) -> Self {
        Self::new(model, move |model: &M| {
            let _ = model.predict(&rows);
            let mut scratch = M::Scratch::default();
            let mut out = <M::Prediction as Rows>::Buf::default();
            for row in View::all(&rows).iter() {
                <M::Prediction as Rows>::clear(&mut out);
                let _ = model.predict_row(row, &mut scratch, &mut out);
            }
        })
    }

    /// Loads the artifact with its payload edited and signed again, and uses what was loaded.
    pub fn try_edited(&self, data: &[u8]) {
        let payload = crate::edited(std::slice::from_ref(&self.payload), data);
        let bytes = resigned(&self.bytes, payload).unwrap();
        if let Ok(artifact) = Artifact::from_bytes(&bytes) {
            (self.uses)(&artifact);
        }
    }
}

fn table() -> Table {
    Table::new([
        (
            "price",
            Column::num((0..60).map(|i| if i % 7 == 0 { f64::NAN } else { f64::from(i) })),
        ),
        (
            "city",
            Column::cat((0..60).map(|i| (i % 9 > 0).then(|| format!("c{}", i % 6)))),
        ),
        (
            "device",
            Column::cat((0..60).map(|i| Some(["phone", "desktop"][i as usize % 2]))),
        ),
        (
            "at",
            Column::time((0..60).map(|i| Some(i64::from(i) * 3_600_000_000))),
        ),
        (
            "new",
            Column::bool((0..60).map(|i| (i % 5 > 0).then_some(i % 3 == 0))),
        ),
    ])
    .unwrap()
}

fn two() -> BinaryLabels {
    BinaryLabels::new(
        (0..60).map(|i| u8::from(i % 3 == 0)).collect::<Vec<_>>(),
        "yes",
    )
    .unwrap()
}

fn pipelines() -> Vec<Kind> {
    let train = Dataset::<_, Binary>::new(table(), two())
        .unwrap()
        .into_train();
    let steps = ColumnTransformer::new()
        .with(
            "price",
            SimpleImputer::median()
                .add_indicator(true)
                .then(StandardScaler::new()),
        )
        .with("device", OneHotEncoder::new())
        .with("city", TargetEncoder::new().cv(3))
        .with("at", Calendar::new())
        .with("new", SimpleImputer::mean());
    let codes = ColumnTransformer::new()
        .with(["price", "new"], SimpleImputer::constant(0.0))
        .with(["city", "device"], OrdinalEncoder::new())
        .remainder(Remainder::Drop);
    let boost = || {
        Boost::new()
            .num_iterations(3)
            .num_leaves(5)
            .min_data_in_leaf(3)
    };
    let first = steps.model(boost()).fit(&train).unwrap();
    let second = codes.model(boost()).fit(&train).unwrap();
    vec![Kind::model(&first, table()), Kind::model(&second, table())]
}

fn forests() -> Vec<Kind> {
    let (x, _) = numbers();
    let classes = ClassLabels::new(
        (0..60).map(|i| i % 3).collect::<Vec<u32>>(),
        ["a", "b", "c"].map(Box::from).to_vec(),
    );
    let classes = Dataset::<_, Class>::new(x.clone(), classes.unwrap())
        .unwrap()
        .into_train();
    let plain = Dataset::unlabelled(x.clone()).unwrap().into_train();
    let boost = Boost::new()
        .num_iterations(3)
        .num_leaves(5)
        .min_data_in_leaf(3);
    let strange = || Dense::new(x.names().clone(), crate::strange_rows(3)).unwrap();
    vec![
        Kind::model(&boost.fit(&classes).unwrap(), strange()),
        Kind::model(
            &RandomForest::new().n_estimators(3).fit(&classes).unwrap(),
            strange(),
        ),
        Kind::model(
            &IsolationForest::new().n_estimators(3).fit(&plain).unwrap(),
            strange(),
        ),
    ]
}

fn network() -> Kind {
    let (x, y) = numbers();
    let whole = Dense::new(
        x.names().clone(),
        x.values()
            .iter()
            .map(|v| if v.is_nan() { 0.0 } else { *v as f32 })
            .collect(),
    );
    let rows: Dense<f32> = whole.unwrap();
    let train = Dataset::<_, Real>::new(rows.clone(), y)
        .unwrap()
        .into_train();
    let mlp = Mlp::new().hidden_layer_sizes([4, 3]).epochs(2);
    Kind::model(&mlp.fit(&train).unwrap(), rows)
}

fn rankers() -> Vec<Kind> {
    let pairs = (0..12u32).flat_map(|u| {
        (0..9u32)
            .filter(move |i| (u * 7 + i * 3) % 4 == 0)
            .map(move |i| (u, i))
    });
    let data = Interactions::from_pairs(12, 9, pairs).unwrap();
    let factors = ImplicitAls::new()
        .factors(4)
        .iterations(2)
        .fit(&data)
        .unwrap();
    let popular = Popularity::new()
        .fit_segments(&data, &[0, 1].repeat(6))
        .unwrap();
    vec![
        Kind::new(&factors, |model| rank(model, &[0, 5, 11, 12, u32::MAX])),
        Kind::new(&popular, |model| {
            rank(model, &[None, Some(3), Some(u32::MAX)])
        }),
    ]
}

fn rank<R: Ranker>(model: &R, queries: &[<R::Query as Query>::Of<'static>]) {
    let (mut scratch, mut out) = (R::Scratch::default(), Vec::new());
    for query in queries {
        let _ = model.rank_into(*query, Candidates::All, 5, &mut scratch, &mut out);
    }
}

/// Every kind.
pub fn kinds() -> Vec<Kind> {
    let mut all = pipelines();
    all.extend(forests());
    all.push(network());
    all.extend(rankers());
    all
}
