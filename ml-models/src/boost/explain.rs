//! Boosted trees explain their raw scores by Shapley values.

use super::model::{FittedBoost, FittedBoostClassifier};
use crate::tree::{Matrix, explains};

explains!(<R: Matrix> R, FittedBoost, |_model| ["score"]);
explains!(<R: Matrix> R, FittedBoostClassifier, |model| model
    .classes()
    .iter()
    .map(|c| &**c));

#[cfg(test)]
mod tests {
    use ml_data::contract::{Explain, FeatureImportances, ImportanceKind};
    use ml_data::prelude::*;
    use ml_data::sample::ClassLabels;

    use super::super::Boost;

    /// More rows than a block of sparse ones has, columns that trees do not use, and zeros.
    #[test]
    fn sparse_rows_are_explained_as_dense_ones() {
        let (rows, width) = (5000, 60);
        let cell = |i: usize| match (i * 2_654_435_761) % 97 {
            a @ 0..12 => a as f64 - 5.5,
            _ => 0.0,
        };
        let x = Dense::from_rows(width, (0..rows * width).map(cell).collect()).unwrap();
        let y: Vec<f64> = (0..rows)
            .map(|i| x.row(i)[3] + x.row(i)[40] * x.row(i)[41])
            .collect();
        let train = Dataset::regression(x.clone(), y).unwrap().into_train();
        let model = Boost::new().num_iterations(5).fit(&train).unwrap();
        let sparse = |x: &Dense| {
            let (mut starts, mut columns, mut values) = (vec![0], vec![], vec![]);
            for row in x.values().chunks(x.names().len()) {
                let stored = (0..).zip(row).filter(|(_, v)| **v != 0.0);
                for (c, v) in stored {
                    columns.push(c);
                    values.push(*v);
                }
                starts.push(columns.len());
            }
            Sparse::new(x.names().clone(), starts, columns, values).unwrap()
        };
        let narrow = sparse(&Dense::from_rows(1, vec![1.0]).unwrap());
        let sparse = sparse(&x);
        let want = model.explain(View::all(&x)).unwrap();
        assert_eq!(model.explain(View::all(&sparse)).unwrap(), want);
        let raw = model.raw_scores(View::all(&sparse)).unwrap();
        assert!((want.score(7, 0).unwrap() - raw[7]).abs() < 1e-9);
        let some = [4999, 0, 17];
        let some = model
            .explain(View::new(&sparse, RowSet::List(&some)))
            .unwrap();
        assert_eq!(some.get(0, 0), want.get(4999, 0));
        let why = model.explain_row(&sparse, 7).unwrap();
        assert_eq!(why, model.explain_row(&x, 7).unwrap());
        assert!(model.explain(View::all(&narrow)).is_err());
    }

    #[test]
    fn classes_are_outputs_and_the_likeliest_is_explained() {
        let x: Vec<f64> = (0..120)
            .flat_map(|i| [f64::from(i % 3), f64::from(i % 7)])
            .collect();
        let x = Dense::new(Names::new(["class", "noise"]), x).unwrap();
        let classes = ["a", "b", "c"].map(Box::from).to_vec();
        let y = ClassLabels::new((0..120).map(|i| i % 3).collect::<Vec<_>>(), classes).unwrap();
        let train = Dataset::<_, Class>::new(x.clone(), y).unwrap().into_train();
        let model = Boost::new().num_iterations(5).fit(&train).unwrap();
        let all = model.explain(View::all(&x)).unwrap();
        assert_eq!(all.outputs(), &Names::new(["a", "b", "c"]));
        let shap = model.ensemble().shap(View::all(&x)).unwrap();
        assert_eq!(all.get(4, 2).unwrap(), &shap.get(4, 2).unwrap()[..2]);
        let why = model.explain_row(&x, 5).unwrap();
        assert_eq!((why.output(), &*why.reasons()[0].column), ("c", "class"));
        assert_eq!(why.reasons()[0].cell, "2");
        assert!(model.explain_row(&x, 120).is_err());

        let gain = model.importances(ImportanceKind::Gain).unwrap();
        assert_eq!(gain.get("class"), Some(model.gain_importance()[0]));
        let split = model.importances(ImportanceKind::Split).unwrap();
        assert_eq!(split.get("class"), Some(model.split_importance()[0] as f64));
    }
}
