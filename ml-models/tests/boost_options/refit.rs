//! Refitted models.

use super::*;

#[test]
fn a_refit_follows_the_new_rows_and_keeps_what_it_is_told_to() {
    let old: FittedBoost = boost().fit(&real(0.0).into_train()).unwrap();
    let moved = real(5.0).into_train();
    let mean = |decay: f64| {
        let new = boost()
            .refit_decay_rate(decay)
            .refit(old.clone())
            .fit(&moved)
            .unwrap();
        let p = new.predict(moved.x()).unwrap().0;
        p.iter().sum::<f64>() / N as f64
    };
    let truth = moved.y().values().iter().sum::<f64>() / N as f64;
    assert!((mean(0.0) - truth).abs() < 0.05, "{} {truth}", mean(0.0));
    assert!((mean(1.0) - (truth - 5.0)).abs() < 0.05);
    let (low, high) = (mean(0.95), mean(0.5));
    assert!(truth - 5.0 < low && low < high && high < truth);
    let kept = boost()
        .refit_decay_rate(1.0)
        .refit(old.clone())
        .fit(&moved)
        .unwrap();
    let (a, b) = (
        kept.predict(moved.x()).unwrap().0,
        old.predict(moved.x()).unwrap().0,
    );
    assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-12));
}

#[test]
fn a_refit_of_the_same_weights_as_repeats_is_the_same() {
    let (x, y) = rows(1.0);
    let old: FittedBoost = boost().fit(&real(0.0).into_train()).unwrap();
    let weights: Vec<f64> = (0..N).map(|i| (i % 3) as f64).collect();
    let weighted = real(1.0)
        .with_weights(weights.clone())
        .unwrap()
        .into_train();
    let (mut xs, mut ys) = (Vec::new(), Vec::new());
    for i in 0..N {
        for _ in 0..weights[i] as usize {
            xs.extend_from_slice(View::all(&x).row(i));
            ys.push(y[i]);
        }
    }
    let repeated = Dense::from_rows(2, xs).unwrap();
    let repeated = Dataset::<_, Real>::new(repeated, RealLabels::new(ys).unwrap()).unwrap();
    let refit = boost().refit(old);
    let (a, b) = (
        refit.fit(&weighted).unwrap(),
        refit.fit(&repeated.into_train()).unwrap(),
    );
    let (a, b) = (
        a.predict(weighted.x()).unwrap().0,
        b.predict(weighted.x()).unwrap().0,
    );
    assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-9));
}

#[test]
fn what_can_not_be_refitted_is_refused() {
    let train = real(0.0).into_train();
    let old: FittedBoost = boost().fit(&train).unwrap();
    let decay = boost().refit_decay_rate(-0.1).refit(old.clone());
    assert!(message(decay.fit(&train)).contains("refit_decay_rate"));
    let (_, y) = rows(0.0);
    let two: Vec<u8> = y.iter().map(|&y| u8::from(y > 1.0)).collect();
    let binary = BinaryLabels::new(two, "1").unwrap();
    let binary = Dataset::<_, Binary>::new(rows(0.0).0, binary)
        .unwrap()
        .into_train();
    assert!(message(boost().refit(old.clone()).fit(&binary)).contains("binary"));
    let narrow = Dense::from_rows(1, vec![1.0; N]).unwrap();
    let narrow = Dataset::<_, Real>::new(narrow, RealLabels::new(y.clone()).unwrap()).unwrap();
    assert!(boost().refit(old).fit(&narrow.into_train()).is_err());
    let forest = boost()
        .boosting(Boosting::Rf)
        .bagging_freq(1)
        .bagging_fraction(0.5);
    let forest: FittedBoost = forest.fit(&train).unwrap();
    let refused = boost().refit(forest).fit(&train).unwrap_err();
    assert!(matches!(refused, Error::Unsupported { .. }), "{refused}");
    let classes = |names: [&str; 2]| {
        let codes: Vec<u32> = y.iter().map(|&y| u32::from(y > 1.0)).collect();
        let labels = ClassLabels::new(codes, names.map(Box::from).to_vec()).unwrap();
        Dataset::<_, Class>::new(rows(0.0).0, labels)
            .unwrap()
            .into_train()
    };
    let old: FittedBoostClassifier = boost().fit(&classes(["a", "b"])).unwrap();
    assert!(boost().refit(old.clone()).fit(&classes(["a", "b"])).is_ok());
    assert!(message(boost().refit(old).fit(&classes(["b", "a"]))).contains("classes"));
}
