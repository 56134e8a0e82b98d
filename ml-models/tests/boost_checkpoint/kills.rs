//! Trainings that are killed at any moment.

use super::*;

/// The training that is killed: run by other tests in a process of its own.
#[test]
fn train_until_killed() {
    let Ok(way) = std::env::var("CHECKPOINT_WAY") else {
        return;
    };
    let path = std::env::var("CHECKPOINT_PATH").unwrap();
    let pause: u64 = std::env::var("CHECKPOINT_PAUSE").unwrap().parse().unwrap();
    let (train, valid) = parts();
    let mut tell = |round: Round<'_>| {
        println!("round {}", round.round);
        std::io::stdout().flush().unwrap();
        std::thread::sleep(Duration::from_millis(pause));
        ControlFlow::Continue(())
    };
    let every = if way == "goss" { 1 } else { 4 };
    let fitted = boost(&way)
        .checkpoint(path, every)
        .fit_valid_watched(&train, &valid, &mut tell);
    if let Err(e) = fitted {
        println!("failed {e}");
    }
}

#[test]
fn a_training_that_is_killed_ends_with_the_same_bits() {
    let (train, valid) = parts();
    for way in WAYS {
        let folder = Folder::new();
        let whole: FittedBoost = boost(way).fit_valid(&train, &valid).unwrap();
        let first = kill_after(way, &folder.file(), 13);
        assert_eq!(first[0], 1, "{way}");
        let second = kill_after(way, &folder.file(), 29);
        assert!(
            second[0] > 10 && second[0] <= 14,
            "{way}: goes on, {second:?}"
        );
        let mut rounds = Vec::new();
        let mut note = |round: Round<'_>| {
            rounds.push(round.round);
            ControlFlow::Continue(())
        };
        let gone_on = boost(way)
            .checkpoint(folder.file(), 4)
            .fit_valid_watched(&train, &valid, &mut note)
            .unwrap();
        assert!(rounds[0] > 25, "{way}: {rounds:?}");
        assert_eq!(bits(&gone_on), bits(&whole), "{way}");
    }
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_checkpoint() {
    let (train, valid) = parts();
    let folder = Folder::new();
    let whole: FittedBoost = boost("goss").fit_valid(&train, &valid).unwrap();
    for wait in [1, 3, 5, 2, 4, 6] {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut child = child(&mut command, "goss", &folder.file(), 0);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        lines.find(|l| l.as_ref().unwrap().contains("round "));
        std::thread::sleep(Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let gone_on = boost("goss")
        .checkpoint(folder.file(), 1)
        .fit_valid(&train, &valid)
        .unwrap();
    assert_eq!(bits(&gone_on), bits(&whole));
}
