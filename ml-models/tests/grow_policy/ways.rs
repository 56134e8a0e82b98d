//! Every way of boosting under every policy.

use super::*;

#[test]
fn every_policy_learns_and_has_the_same_bits_for_any_number_of_threads() {
    let (train, valid) = (real(3000, 1).into_train(), real(300, 2).into_valid());
    for policy in POLICIES {
        for (way, boost) in ways(policy) {
            let fit = |threads: usize| -> FittedBoost {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
                let pool = pool.build().unwrap();
                pool.install(|| boost.fit_valid(&train, &valid).unwrap())
            };
            let model = fit(1);
            assert_eq!(bits(&model), bits(&fit(4)), "{policy:?} {way}");
            let predicted = model.predict(valid.x()).unwrap().0;
            let errors = predicted.iter().zip(valid.y().values());
            let loss = errors.map(|(p, y)| (p - y).powi(2)).sum::<f64>() / 300.0;
            assert!(loss < 1.2, "{policy:?} {way}: {loss}"); // of a variance of 3
            // What was watched in bins is what the model predicts.
            let watched = *model.history().last().unwrap();
            assert!((watched - loss).abs() < 1e-9 * loss, "{policy:?} {way}");
            let explained = model.ensemble().shap(valid.x()).unwrap();
            let values = explained.values().chunks_exact(5);
            for (value, contributions) in predicted.iter().zip(values) {
                let sum: f64 = contributions.iter().sum();
                assert!((value - sum).abs() < 1e-9, "{policy:?} {way}");
            }
            let read: FittedBoost = serde_json::from_str(&bits(&model)).unwrap();
            assert_eq!(read.predict(valid.x()).unwrap().0, predicted);
        }
    }
}

#[test]
fn constraints_hold_for_every_policy() {
    let train = real(2000, 4).into_train();
    for policy in POLICIES {
        let model: FittedBoost = boost(policy)
            .monotone_constraints([1, 0, -1, 0])
            .fit(&train)
            .unwrap();
        let mut rng = generator(5, "monotone", 0);
        for _ in 0..200 {
            let mut value = || rng.random::<f64>() * 2.0 - 1.0;
            let [a, b, c, d, e] = [value(), value(), value(), value(), value()];
            let rows = vec![a.min(d), b, c.max(e), 1.0, a.max(d), b, c.min(e), 1.0];
            let rows = Dense::from_rows(4, rows).unwrap();
            let said = model.predict(&rows).unwrap().0;
            assert!(said[0] <= said[1] + 1e-12, "{policy:?} {said:?}");
        }
        let sets = [vec!["x0", "x1"], vec!["x2", "x3"]];
        let model: FittedBoost = boost(policy)
            .interaction_constraints(sets)
            .fit(&train)
            .unwrap();
        let mut used = [false; 2];
        for tree in model.trees() {
            let mut paths = vec![(tree.root(), [false; 2])];
            while let Some((child, mut met)) = paths.pop() {
                if let Child::Node(n) = child {
                    let node = &tree.nodes()[n as usize];
                    met[node.feature as usize / 2] = true;
                    assert!(met != [true; 2], "{policy:?}");
                    used[node.feature as usize / 2] = true;
                    paths.extend([(node.left, met), (node.right, met)]);
                }
            }
        }
        assert_eq!(used, [true; 2], "{policy:?}");
    }
}

#[test]
fn classes_and_lists_grow_by_every_policy_too() {
    let (x, y) = numbers(900, 7);
    for policy in POLICIES {
        let codes: Vec<u32> = y.iter().map(|y| (y + 1.0).clamp(0.0, 2.0) as u32).collect();
        let labels = ClassLabels::new(codes, ["a", "b", "c"].map(Box::from).to_vec()).unwrap();
        let train = Dataset::<_, Class>::new(x.clone(), labels)
            .unwrap()
            .into_train();
        let model: FittedBoostClassifier = boost(policy).fit(&train).unwrap();
        assert_eq!(model.ensemble().outputs(), 3);
        let grades: Vec<f32> = y.iter().map(|y| y.round().clamp(0.0, 3.0) as f32).collect();
        let queries: Vec<u32> = (0..900).map(|i| i / 30).collect();
        let labels = RelevanceLabels::new(grades, queries).unwrap();
        let train = Dataset::<_, Relevance>::new(x.clone(), labels)
            .unwrap()
            .into_train();
        let model: FittedBoost = boost(policy).fit(&train).unwrap();
        let leaves = |t: &Tree| t.leaves().len();
        assert!(model.trees().iter().map(leaves).max() > Some(10));
    }
}

#[test]
fn trainings_go_on_and_are_refitted_under_every_policy() {
    let (train, valid) = (real(900, 8).into_train(), real(300, 9).into_valid());
    let dir = std::env::temp_dir().join(format!("ml-policies-{}", std::process::id()));
    for policy in POLICIES {
        let boost = boost(policy).bagging_freq(1).bagging_fraction(0.7);
        let whole: FittedBoost = boost.fit_valid(&train, &valid).unwrap();
        let kept = boost.clone().checkpoint(&dir, 5);
        let stopped: FittedBoost = kept
            .fit_valid_watched(&train, &valid, &mut |round| match round.round {
                ..12 => ControlFlow::Continue(()),
                _ => ControlFlow::Break(()),
            })
            .unwrap();
        assert!(stopped.trees().len() < whole.trees().len());
        let resumed: FittedBoost = kept.fit_valid(&train, &valid).unwrap();
        assert_eq!(bits(&resumed), bits(&whole), "{policy:?}");
        std::fs::remove_file(&dir).unwrap();

        // The same questions with values of other rows, whose labels are 3 higher.
        let (x, y) = numbers(900, 21);
        let y: Vec<f64> = y.iter().map(|y| y + 3.0).collect();
        let labels = RealLabels::new(&y[..]).unwrap();
        let shifted = Dataset::<_, Real>::new(x.clone(), labels).unwrap();
        let refit = boost.refit_decay_rate(0.5).refit(whole.clone());
        let refitted = refit.fit(&shifted.into_train()).unwrap();
        for (new, old) in refitted.trees().iter().zip(whole.trees()) {
            assert_eq!(new.nodes().len(), old.nodes().len());
        }
        let error = |model: &FittedBoost| -> f64 {
            let predicted = model.predict(&x).unwrap().0;
            predicted.iter().zip(&y).map(|(p, y)| (p - y).powi(2)).sum()
        };
        let (new, old) = (error(&refitted), error(&whole));
        assert!(new < 0.6 * old, "{policy:?}: {new} {old}");
    }
}

#[test]
fn models_of_every_policy_go_to_lightgbms_file_and_back() {
    let (train, valid) = (real(900, 11).into_train(), real(300, 12).into_valid());
    for policy in POLICIES {
        let model: FittedBoost = boost(policy).fit(&train).unwrap();
        let scores = model.ensemble().raw_scores(valid.x()).unwrap();
        let text = lightgbm::to_string(model.ensemble()).unwrap();
        let read = lightgbm::from_str(&text).unwrap();
        assert_eq!(read.raw_scores(valid.x()).unwrap(), scores, "{policy:?}");
    }
}
