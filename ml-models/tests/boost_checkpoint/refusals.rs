//! Checkpoints that do not fit, are damaged, or can not be written.

use super::*;

#[cfg(unix)]
#[test]
fn a_full_disk_is_an_error_and_leaves_the_last_checkpoint() {
    let (train, valid) = parts();
    let folder = Folder::new();
    // Files may have 24 KiB: enough for the scores, not for all the trees.
    let mut command = Command::new("sh");
    let limited = "trap '' XFSZ; ulimit -f 48; exec \"$0\" \"$@\"";
    command
        .args(["-c", limited])
        .arg(std::env::current_exe().unwrap());
    let out = child(&mut command, "dart", &folder.file(), 0)
        .wait_with_output()
        .unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    let failed = text
        .lines()
        .find_map(|l| l.split_once("failed "))
        .unwrap()
        .1;
    assert!(failed.contains("writing the checkpoint"), "{failed}");
    assert_eq!(
        fs::read_dir(&folder.0).unwrap().count(),
        1,
        "nothing half-written stays"
    );
    let mut first = 0;
    let mut note = |round: Round<'_>| {
        first = if first == 0 { round.round } else { first };
        ControlFlow::Continue(())
    };
    let dart = boost("dart").checkpoint(folder.file(), 4);
    let gone_on = dart.fit_valid_watched(&train, &valid, &mut note).unwrap();
    assert!(first > 1, "{first}");
    let whole: FittedBoost = boost("dart").fit_valid(&train, &valid).unwrap();
    assert_eq!(bits(&gone_on), bits(&whole));
}

#[test]
fn checkpoints_of_something_else_are_refused() {
    let (parts, folder) = (parts(), Folder::new());
    let path = folder.file();
    stopped_after(&boost("bagging"), &parts, &path, 5);
    let error = |boost: Boost, train: &Sample<Dense<f64>, Real, Train>| {
        let result: Result<FittedBoost> = boost.checkpoint(&path, 5).fit_valid(train, &parts.1);
        result.unwrap_err()
    };
    let refused = |boost, train: &Sample<Dense<f64>, Real, Train>| {
        let error = error(boost, train);
        assert!(matches!(error, Error::Source { .. }), "{error}");
        error.to_string()
    };
    let place = path.display();
    let differs = |boost, name: &str, values: [&str; 2]| {
        let error = error(boost, &parts.0);
        assert!(error.is_parameter(), "{error}");
        let [given, held] = values;
        let found = format!(
            "Boost: parameter `{name}` = {given} (the checkpoint {place} holds {held}): must be "
        );
        assert!(error.to_string().starts_with(&found), "{error}");
    };
    differs(
        boost("bagging").learning_rate(0.2),
        "learning_rate",
        ["0.2", "0.1"],
    );
    differs(boost("dart"), "feature_fraction", ["1.0", "0.6"]);
    let lists = boost("bagging").interaction_constraints([["x0", "x1"]]);
    differs(
        lists,
        "interaction_constraints",
        ["[[\"x0\", \"x1\"]]", "[]"],
    );
    differs(
        boost("bagging").num_iterations(4),
        "num_iterations",
        ["4", "5 rounds"],
    );
    let (x, y) = numbers(600, 1);
    let with = |change: fn(&mut Vec<f64>, &mut Vec<f64>)| {
        let (mut x, mut y) = (x.values().to_vec(), y.clone());
        change(&mut x, &mut y);
        let x = Dense::from_rows(4, x).unwrap();
        Dataset::<_, Real>::new(x, RealLabels::new(y).unwrap()).unwrap()
    };
    let others = [
        with(|x, _| x[1000] += 1e-9).into_train(),
        with(|_, y| y[599] += 1e-9).into_train(),
        with(|_, _| {})
            .with_weights(vec![2.0; 600])
            .unwrap()
            .into_train(),
        with(|_, _| {})
            .with_init_score(vec![0.0; 600])
            .unwrap()
            .into_train(),
    ];
    for other in &others {
        let message = refused(boost("bagging"), other);
        assert!(message.contains("other rows"), "{message}");
    }
    let without = boost("bagging")
        .early_stopping_round(None)
        .checkpoint(&path, 5);
    assert!(
        without.fit::<_, FittedBoost>(&parts.0).is_err(),
        "without validation rows"
    );
    let same = with(|_, _| {}).into_train();
    let fine = boost("bagging")
        .checkpoint(&path, 5)
        .fit_valid(&same, &parts.1);
    assert!(fine.is_ok());
}

#[test]
fn damaged_and_truncated_checkpoints_are_refused() {
    let (parts, folder) = (parts(), Folder::new());
    stopped_after(&boost("bagging"), &parts, &folder.file(), 5);
    let whole = fs::read(folder.file()).unwrap();
    let error = |bytes: &[u8]| {
        fs::write(folder.file(), bytes).unwrap();
        let file = boost("bagging").checkpoint(folder.file(), 5);
        let result: Result<FittedBoost> = file.fit_valid(&parts.0, &parts.1);
        match result.unwrap_err() {
            Error::Artifact(error) => error,
            other => panic!("{other}"),
        }
    };
    for length in [0, 9, 40, 300, whole.len() / 2, whole.len() - 1] {
        let error = error(&whole[..length]);
        assert!(
            matches!(error, ArtifactError::Truncated { .. }),
            "{length}: {error}"
        );
    }
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    assert!(matches!(error(&flipped), ArtifactError::Checksum));
    assert!(matches!(error(&[7; 500]), ArtifactError::Magic));
    let other = ml_data::artifact::Artifact::new("shop/1", &7).unwrap();
    let kind = error(&other.to_bytes().unwrap());
    assert!(matches!(kind, ArtifactError::Kind { .. }), "{kind}");
}

#[test]
fn a_file_that_can_not_be_written_is_found_out_before_the_first_round() {
    let (parts, folder) = (parts(), Folder::new());
    fs::write(folder.file(), "no folder").unwrap();
    let places = [
        folder.0.join("missing").join("training"),
        folder.file().join("training"),
        folder.0.clone(),
    ];
    for place in places {
        let mut none = |round: Round<'_>| panic!("round {}", round.round);
        let file = boost("bagging").checkpoint(&place, 5);
        let error = file
            .fit_valid_watched(&parts.0, &parts.1, &mut none)
            .unwrap_err();
        assert!(matches!(error, Error::Io { .. }), "{error}");
        assert!(
            error.to_string().contains(&*place.to_string_lossy()),
            "{error}"
        );
    }
    let never = boost("bagging").checkpoint(folder.0.join("x"), 0);
    let error = never.fit_valid(&parts.0, &parts.1).unwrap_err().to_string();
    assert!(error.contains("checkpoint"), "{error}");
}
