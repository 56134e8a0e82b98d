//! Boosted trees explain their raw scores by Shapley values.

use super::model::{FittedBoost, FittedBoostClassifier};
use crate::tree::explains;

explains!(FittedBoost, |_model| ["score"]);
explains!(FittedBoostClassifier, |model| model
    .classes()
    .iter()
    .map(|c| &**c));

#[cfg(test)]
mod tests {
    use ml_data::contract::{Explain, FeatureImportances, ImportanceKind};
    use ml_data::prelude::*;
    use ml_data::sample::ClassLabels;

    use super::super::Boost;

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
