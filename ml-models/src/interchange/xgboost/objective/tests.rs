use super::super::value::Value;
use super::*;
use crate::tree::Combine;
use ml_data::repr::Names;

fn read(name: &str, outputs: usize) -> Result<Objective> {
    let value = Value::Map(vec![("name".into(), Value::Text(name.into()))]);
    super::read(&Place::root(&value), outputs)
}

/// Links and names of the objectives, from the documentation of XGBoost and LightGBM.
#[test]
fn objectives_have_their_links_and_names() {
    use Base::{Amount, Probability, Score};
    let (identity, sigmoid) = (Link::Identity, Link::Sigmoid(1.0));
    for (name, link, base, own) in [
        ("reg:squarederror", identity, Score, "regression"),
        ("reg:linear", identity, Score, "regression"),
        ("reg:absoluteerror", identity, Score, "regression_l1"),
        ("reg:pseudohubererror", identity, Score, "huber"),
        ("reg:quantileerror", identity, Score, "quantile"),
        ("reg:squaredlogerror", identity, Score, "custom"),
        ("reg:expectileerror", identity, Score, "custom"),
        ("rank:ndcg", identity, Score, "lambdarank"),
        ("rank:map", identity, Score, "lambdarank"),
        ("rank:pairwise", identity, Score, "lambdarank"),
        ("binary:logitraw", identity, Score, "custom"),
        ("binary:logistic", sigmoid, Probability, "binary sigmoid:1"),
        ("reg:logistic", sigmoid, Probability, "cross_entropy"),
        ("count:poisson", Link::Exp, Amount, "poisson"),
        ("reg:gamma", Link::Exp, Amount, "gamma"),
        ("reg:tweedie", Link::Exp, Amount, "tweedie"),
        ("survival:cox", Link::Exp, Amount, "custom"),
        ("survival:aft", Link::Exp, Amount, "custom"),
        (
            "multi:softprob",
            Link::Softmax,
            Score,
            "multiclass num_class:3",
        ),
        (
            "multi:softmax",
            Link::Softmax,
            Score,
            "multiclass num_class:3",
        ),
    ] {
        let want = Objective {
            link,
            base,
            name: own.into(),
        };
        assert_eq!(read(name, 3).unwrap(), want, "{name}");
    }
    let hinge = read("binary:hinge", 1);
    assert!(matches!(hinge, Err(Error::Unsupported { .. })));
    let unknown = read("reg:cubic", 1).unwrap_err().to_string();
    assert!(
        unknown.contains("`reg:cubic`") && unknown.contains("name"),
        "{unknown}"
    );
    assert_eq!(Score.score(-2.0), -2.0);
    assert_eq!(Amount.score(2.0), 2_f64.ln());
    assert!((Probability.score(0.8) - 4_f64.ln()).abs() < 1e-12);
}

#[test]
fn links_are_written_as_an_objective_that_has_them() {
    let spelled = |link, objective: &str| {
        let parts = EnsembleParts {
            names: Names::numbered(1),
            outputs: 1,
            base_score: vec![0.0],
            trees: vec![],
            combine: Combine::Sum,
            link,
            objective: objective.into(),
        };
        spelling(&parts).map_err(|e| e.to_string())
    };
    for (link, own, want) in [
        (
            Link::Identity,
            "regression_l1 and more",
            ("reg:absoluteerror", "0E0"),
        ),
        (Link::Identity, "huber", ("reg:pseudohubererror", "0E0")),
        (Link::Identity, "lambdarank", ("rank:ndcg", "0E0")),
        (Link::Identity, "rank_xendcg", ("rank:ndcg", "0E0")),
        (Link::Identity, "yeti_rank", ("rank:ndcg", "0E0")),
        (Link::Identity, "", ("reg:squarederror", "0E0")),
        (Link::Exp, "gamma", ("reg:gamma", "1E0")),
        (Link::Exp, "tweedie", ("reg:tweedie", "1E0")),
        (Link::Exp, "poisson", ("count:poisson", "1E0")),
        (Link::Softmax, "multiclass", ("multi:softprob", "0E0")),
        (
            Link::Sigmoid(1.0),
            "cross_entropy",
            ("reg:logistic", "5E-1"),
        ),
        (
            Link::Sigmoid(1.0),
            "binary sigmoid:1",
            ("binary:logistic", "5E-1"),
        ),
    ] {
        assert_eq!(spelled(link, own), Ok(want));
    }
    assert!(
        spelled(Link::Sigmoid(0.5), "binary")
            .unwrap_err()
            .contains("steepness 0.5")
    );
}
