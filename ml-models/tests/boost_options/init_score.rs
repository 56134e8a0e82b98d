//! Initial scores.

use super::*;

#[test]
fn initial_scores_travel_with_their_rows() {
    let scores: Vec<f64> = (0..2 * N).map(|i| i as f64).collect();
    let (x, y) = rows(0.0);
    let first = |x: View<'_, Dense<f64>>, i: usize| (x.row(i)[0], x.row(i)[1]);
    let all: Vec<(f64, f64)> = (0..N).map(|i| first(View::all(&x), i)).collect();
    let data = Dataset::<_, Real>::new(x, RealLabels::new(y).unwrap()).unwrap();
    let data = data.with_init_score(scores).unwrap();
    let parts = data.split(Split::random(0.25, 0.25).seed(3)).unwrap();
    for (sample, scores) in [
        (parts.train.x(), parts.train.init_score().unwrap()),
        (parts.valid.x(), parts.valid.init_score().unwrap()),
    ] {
        assert_eq!(scores.len(), 2 * sample.len());
        for (i, pair) in scores.chunks(2).enumerate() {
            assert_eq!(pair[1], pair[0] + 1.0);
            assert_eq!(first(sample, i), all[pair[0] as usize / 2]);
        }
    }
    let moved = parts
        .train
        .with_x(Dense::from_rows(1, vec![0.0; parts.train.len()]).unwrap());
    assert_eq!(moved.unwrap().init_score(), parts.train.init_score());
}

#[test]
fn a_model_learns_what_initial_scores_leave() {
    let (x, y) = rows(2.0);
    let rest: Vec<f64> = x
        .values()
        .chunks(2)
        .map(|r| if r[0] < 1.0 { 0.5 } else { -1.5 })
        .collect();
    let scores: Vec<f64> = y.iter().zip(&rest).map(|(y, rest)| y - rest).collect();
    let train = real(2.0).with_init_score(scores).unwrap().into_train();
    let model: FittedBoost = boost().num_iterations(100).fit(&train).unwrap();
    let p = model.predict(&x).unwrap().0;
    assert!(p.iter().zip(&rest).all(|(p, rest)| (p - rest).abs() < 1e-3));
}

#[test]
fn training_goes_on_from_initial_scores_with_the_same_bits() {
    let init: Vec<f64> = (0..N).map(|i| (i as f64 * 0.37).sin()).collect();
    let train = real(1.0)
        .with_init_score(init.clone())
        .unwrap()
        .into_train();
    let valid = real(1.5).with_init_score(init).unwrap().into_valid();
    let whole = boost().fit_valid(&train, &valid).unwrap();
    let part = boost()
        .num_iterations(11)
        .fit_valid(&train, &valid)
        .unwrap();
    assert_eq!(
        boost().init_model(part).fit_valid(&train, &valid).unwrap(),
        whole
    );
}

#[test]
fn initial_scores_that_can_not_be_used_are_refused() {
    let with = |scores: Vec<f64>| real(0.0).with_init_score(scores);
    assert!(matches!(
        with(vec![0.0; N - 1]).unwrap_err(),
        Error::Length { .. }
    ));
    assert!(matches!(with(vec![]).unwrap_err(), Error::Length { .. }));
    let mut scores = vec![0.0; N];
    scores[17] = f64::NAN;
    let refused = message(with(scores));
    assert!(
        refused.contains("init_score") && refused.contains("17"),
        "{refused}"
    );
    let two_each = with(vec![0.0; 2 * N]).unwrap().into_train();
    assert!(message(boost().fit::<_, FittedBoost>(&two_each)).contains("init_score"));
    let one = with(vec![0.0; N]).unwrap().into_train();
    let two_each = with(vec![0.0; 2 * N]).unwrap().into_valid();
    assert!(message(boost().fit_valid(&one, &two_each)).contains("init_score"));
    let forest = boost()
        .boosting(Boosting::Rf)
        .bagging_freq(1)
        .bagging_fraction(0.5);
    assert!(message(forest.fit::<_, FittedBoost>(&one)).contains("forest"));
    let unlabelled = Dataset::unlabelled(rows(0.0).0).unwrap();
    let unlabelled = unlabelled
        .with_init_score(vec![0.0; N])
        .unwrap()
        .into_train();
    let refused = IsolationForest::new().fit(&unlabelled).err().unwrap();
    assert!(
        matches!(refused, Error::Unsupported { .. }),
        "models that do not start from scores say so"
    );
}

#[test]
fn lists_start_from_scores_too() {
    let (x, y) = rows(0.0);
    let grades: Vec<f32> = y
        .iter()
        .map(|y| (y + 1.0).clamp(0.0, 3.0).floor() as f32)
        .collect();
    let queries: Vec<u32> = (0..N as u32).map(|i| (i * 7) % 12).collect();
    let labels = RelevanceLabels::new(grades, queries).unwrap();
    let data = Dataset::<_, Relevance>::new(x, labels).unwrap();
    let data = data.with_init_score(y).unwrap().into_train();
    let model: FittedBoost = boost().num_iterations(5).fit(&data).unwrap();
    let refitted = boost().refit(model.clone()).fit(&data).unwrap();
    assert_ne!(model, refitted);
}

#[test]
fn columns_of_a_table_are_initial_scores() {
    let numbers = |f: fn(f64) -> f64| Column::num((0..N).map(move |i| f(i as f64)));
    let table = |second: fn(f64) -> f64| {
        let columns = [
            ("x", numbers(|i| i % 17.0)),
            ("a", numbers(|i| i)),
            ("y", numbers(|i| i / 9.0)),
            ("b", numbers(second)),
        ];
        let table = Table::new(columns).unwrap().with_role("a", Role::InitScore);
        table.unwrap().with_role("b", Role::InitScore).unwrap()
    };
    let train = table(|i| -i).regression("y").unwrap().into_train();
    let want: Vec<f64> = (0..N).flat_map(|i| [i as f64, -(i as f64)]).collect();
    assert_eq!(train.init_score(), Some(&want[..]));
    assert_eq!(train.header().fields().len(), 1, "they are no features");
    let missing = table(|i| if i == 5.0 { f64::NAN } else { i }).regression("y");
    let refused = message(missing);
    assert!(
        refused.contains("init_score") && refused.contains('5'),
        "{refused}"
    );
}
