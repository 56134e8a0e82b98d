//! Trainings that were stopped, or have ended, and go on.

use super::*;

#[test]
fn a_training_that_was_stopped_or_has_ended_can_go_on() {
    let (parts, folder) = (parts(), Folder::new());
    let bagging = boost("bagging");
    let whole: FittedBoost = bagging.fit_valid(&parts.0, &parts.1).unwrap();
    stopped_after(&bagging, &parts, &folder.file(), 7);
    let file = bagging.clone().checkpoint(folder.file(), 50);
    assert_eq!(file.fit_valid(&parts.0, &parts.1).unwrap(), whole);
    assert_eq!(
        file.fit_valid(&parts.0, &parts.1).unwrap(),
        whole,
        "once more"
    );
    let more = bagging.clone().num_iterations(ROUNDS + 9);
    let longer: FittedBoost = more.fit_valid(&parts.0, &parts.1).unwrap();
    let gone_on = more
        .checkpoint(folder.file(), 50)
        .fit_valid(&parts.0, &parts.1)
        .unwrap();
    assert_eq!(gone_on, longer);
    let fewer = bagging.num_iterations(20).checkpoint(folder.file(), 50);
    let refused = fewer.fit_valid(&parts.0, &parts.1).unwrap_err().to_string();
    assert!(refused.contains("num_iterations"), "{refused}");
}

#[test]
fn a_training_that_stopped_early_does_not_go_on() {
    let (parts, folder) = (parts(), Folder::new());
    let early = boost("random")
        .learning_rate(1.0)
        .early_stopping_round(Some(3))
        .checkpoint(folder.file(), 1);
    let first: FittedBoost = early.fit_valid(&parts.0, &parts.1).unwrap();
    assert!(first.history().len() < ROUNDS);
    let mut none = |round: Round<'_>| panic!("round {}", round.round);
    let again = early
        .fit_valid_watched(&parts.0, &parts.1, &mut none)
        .unwrap();
    assert_eq!(again, first);
}

#[test]
fn classes_lists_and_trainings_from_models_and_scores_go_on_too() {
    let (x, y) = numbers(600, 1);
    let small = |b: Boost| b.num_iterations(8).num_leaves(5);
    let folder = Folder::new();
    let codes: Vec<u32> = y.iter().map(|&y| y.clamp(0.0, 2.0) as u32).collect();
    let labels = ClassLabels::new(codes, ["a", "b", "c"].map(Box::from).to_vec()).unwrap();
    let classes = Dataset::<_, Class>::new(x.clone(), labels)
        .unwrap()
        .into_train();
    let whole: FittedBoostClassifier = small(boost("random")).fit(&classes).unwrap();
    let file = boost("random").num_leaves(5).checkpoint(folder.file(), 3);
    let _: FittedBoostClassifier = file.clone().num_iterations(5).fit(&classes).unwrap();
    let gone_on: FittedBoostClassifier = small(file).fit(&classes).unwrap();
    assert_eq!(gone_on, whole);

    let folder = Folder::new();
    let grades: Vec<f32> = y.iter().map(|y| y.clamp(0.0, 3.0).floor() as f32).collect();
    let queries: Vec<u32> = (0..600).map(|i| i * 7 % 40).collect();
    let labels = RelevanceLabels::new(grades, queries).unwrap();
    let lists = Dataset::<_, Relevance>::new(x, labels)
        .unwrap()
        .into_train();
    let rank = boost("random")
        .num_leaves(5)
        .objective(Objective::RankXendcg);
    let whole: FittedBoost = small(rank.clone()).fit(&lists).unwrap();
    let file = rank.checkpoint(folder.file(), 3);
    let _: FittedBoost = file.clone().num_iterations(5).fit(&lists).unwrap();
    assert_eq!(small(file).fit::<_, FittedBoost>(&lists).unwrap(), whole);

    let (parts, folder) = (parts(), Folder::new());
    let init: Vec<f64> = (0..600).map(|i| f64::from(i).sin()).collect();
    let train = real(600, 1).with_init_score(init).unwrap().into_train();
    let first = boost("bagging")
        .num_iterations(4)
        .fit_valid(&train, &parts.1)
        .unwrap();
    let whole: FittedBoost = boost("bagging").fit_valid(&train, &parts.1).unwrap();
    let from = |b: Boost| {
        b.init_model(first.clone())
            .fit_valid(&train, &parts.1)
            .unwrap()
    };
    from(
        boost("bagging")
            .num_iterations(9)
            .checkpoint(folder.file(), 3),
    );
    assert_eq!(from(boost("bagging").checkpoint(folder.file(), 3)), whole);
}
