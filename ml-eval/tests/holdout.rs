//! Rankers on held-out sets: figures against a direct computation, protocol faults, determinism.
#![allow(clippy::unwrap_used, clippy::panic)] // tests may

use ml_data::contract::{AnyRanker, ByUser, ByVisit, Candidates, ItemSet, RankFn, Ranker, Scored};
use ml_data::sample::{Test, Valid};
use ml_data::{Error, Result};
use ml_eval::bootstrap::Bootstrap;
use ml_eval::goal::{Criterion, Gate, SuccessCriteria};
use ml_eval::holdout::{Among, Holdout, RankingBoard, VisitBuf};
use ml_eval::metric::{
    MeanAveragePrecision, Ndcg, PrecisionAtK, RankingMetric, RecallAtK, Relevant,
};
use std::sync::Arc;

const ITEMS: usize = 60;
const USERS: u32 = 240;

fn mix(a: u32, b: u32) -> u32 {
    let x = (a.wrapping_mul(0x9e37_79b1) ^ b.wrapping_mul(0x85eb_ca6b)).wrapping_mul(0xc2b2_ae35);
    x ^ (x >> 15)
}

fn likes(user: u32, item: u32) -> bool {
    mix(user, item).is_multiple_of(10)
}

/// Knows the users' taste, blurred by `noise`.
fn taste(noise: u32) -> impl Ranker<Query = ByUser, Scratch = ()> {
    RankFn::by_score::<ByUser>(ITEMS, move |user, item| {
        let blur = (mix(item.wrapping_add(7), user ^ noise) % 1000) as f32 / 1000.0 * noise as f32;
        f32::from(u8::from(likes(user, item))) + blur
    })
}

/// Gives a fixed answer, right or wrong.
fn says(items: Vec<u32>) -> impl Ranker<Query = ByUser> {
    RankFn::<ByUser, _>::new(
        move |_: u32, _: Candidates<'_>, _: usize, out: &mut Vec<Scored>| {
            out.extend(items.iter().map(|&item| Scored { item, score: 1.0 }));
            Ok(())
        },
    )
}

fn fails() -> impl Ranker<Query = ByUser> {
    RankFn::<ByUser, _>::new(
        |user: u32, _: Candidates<'_>, _: usize, _: &mut Vec<Scored>| match user {
            2 => Err(Error::other("no such user")),
            _ => Ok(()),
        },
    )
}

fn seen(user: u32) -> ItemSet {
    ItemSet::new(
        (0..ITEMS as u32)
            .filter(|i| mix(*i, user).is_multiple_of(8))
            .collect(),
    )
}

fn queries() -> Vec<(u32, Among, Vec<u32>)> {
    (0..USERS)
        .map(|user| {
            let seen = seen(user);
            let relevant: Vec<u32> = (0..ITEMS as u32)
                .filter(|i| likes(user, *i) && !seen.contains(*i))
                .collect();
            let among = if user % 3 == 0 {
                Among::Only(ItemSet::new(
                    (0..ITEMS as u32).filter(|i| !seen.contains(*i)).collect(),
                ))
            } else {
                Among::Except(seen)
            };
            (user, among, relevant)
        })
        .filter(|q| !q.2.is_empty())
        .collect()
}

fn valid() -> Holdout<ByUser, Valid> {
    let mut held = Holdout::new(ITEMS).bootstrap(Bootstrap::new().n_resamples(400));
    for (user, among, relevant) in queries() {
        held.push(user, among, relevant).unwrap();
    }
    held
}

fn ladder() -> Vec<(&'static str, Arc<dyn AnyRanker<ByUser>>)> {
    vec![
        ("noise", Arc::new(taste(50)) as _),
        ("blurred", Arc::new(taste(4)) as _),
        ("taste", Arc::new(taste(2)) as _),
    ]
}

/// Figures that do not depend on the clock.
fn figures(board: &RankingBoard) -> RankingBoard {
    let mut board = board.clone();
    for row in &mut board.rows {
        (row.p50_us, row.p95_us, row.p99_us) = (0.0, 0.0, 0.0);
    }
    board
}

#[test]
fn figures_equal_a_direct_computation() {
    let k = 10;
    let board = valid().score(&ladder(), k).unwrap();
    for (row, noise) in board.rows.iter().zip([50, 4, 2]) {
        let (mut sums, mut covered) = ([0.0; 4], [false; ITEMS]);
        for (user, among, relevant) in queries() {
            let mut out = Vec::new();
            let candidates = match &among {
                Among::Except(set) => Candidates::Except(set),
                Among::Only(set) => Candidates::Only(set.items()),
                Among::All => Candidates::All,
            };
            taste(noise)
                .rank_into(user, candidates, k, &mut (), &mut out)
                .unwrap();
            let list: Vec<u32> = out.iter().map(|s| s.item).collect();
            list.iter().for_each(|i| covered[*i as usize] = true);
            let relevant = Relevant::new(&relevant).unwrap();
            sums[0] += Ndcg::at(k).list(&list, &relevant).unwrap().unwrap();
            sums[1] += MeanAveragePrecision::at(k)
                .list(&list, &relevant)
                .unwrap()
                .unwrap();
            sums[2] += RecallAtK::at(k).list(&list, &relevant).unwrap().unwrap();
            sums[3] += PrecisionAtK::at(k).list(&list, &relevant).unwrap().unwrap();
        }
        let n = queries().len() as f64;
        for (found, sum) in [row.ndcg.value, row.map, row.recall, row.precision]
            .into_iter()
            .zip(sums)
        {
            assert!((found - sum / n).abs() < 1e-12);
        }
        assert_eq!(
            row.coverage,
            covered.iter().filter(|c| **c).count() as f64 / ITEMS as f64
        );
        assert_eq!(row.answered, 1.0);
        assert!(0.0 < row.p50_us && row.p50_us <= row.p95_us && row.p95_us <= row.p99_us);
        assert!(
            row.ndcg.interval.lower < row.ndcg.value && row.ndcg.value < row.ndcg.interval.upper
        );
    }
    let [first, second, third] = &board.rows[..] else {
        panic!("three rows")
    };
    assert!(first.against_first.is_none() && first.against_previous.is_none());
    assert_eq!(second.against_first, second.against_previous);
    let step = third.against_previous.unwrap();
    assert!((step.value - (third.ndcg.value - second.ndcg.value)).abs() < 1e-12);
    assert!(third.against_first.unwrap().interval.lower > step.interval.upper);
}

#[test]
fn the_test_set_gives_the_same_board_as_the_validation_set() {
    let mut test = Holdout::<ByUser, Test>::new(ITEMS).bootstrap(Bootstrap::new().n_resamples(400));
    for (user, among, relevant) in queries() {
        test.push(user, among, relevant).unwrap();
    }
    let mut board = figures(&test.evaluate(&ladder(), 5).unwrap());
    assert_eq!(board.part, "test");
    board.part = "valid".into();
    assert_eq!(board, figures(&valid().score(&ladder(), 5).unwrap()));
}

#[test]
fn same_figures_for_any_pool() {
    let held = valid();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| figures(&held.score(&ladder(), 10).unwrap()))
    };
    assert_eq!(run(1), run(2));
    assert_eq!(run(1), run(4));
}

#[test]
fn visits_of_one_user_are_averaged_first() {
    let mut held = Holdout::<ByVisit, Valid>::new(4);
    let visit = |user| VisitBuf {
        user,
        ..VisitBuf::default()
    };
    // user 1 comes three times and is served well each time; user 2 and a stranger are not served
    // at all
    for _ in 0..3 {
        held.push(visit(Some(1)), Among::All, [0]).unwrap();
    }
    held.push(visit(Some(2)), Among::All, [3]).unwrap();
    held.push(visit(None), Among::All, [3]).unwrap();
    let zero: Arc<dyn AnyRanker<ByVisit>> = Arc::new(says(vec![0]));
    let board = held.score(&[("zero", zero)], 1).unwrap();
    assert_eq!((board.queries, board.users), (5, 3));
    assert!((board.rows[0].recall - 1.0 / 3.0).abs() < 1e-15);
    // a ranker by user has no opinion on a stranger
    assert_eq!(board.rows[0].answered, 0.8);
}

#[test]
fn grades_count_in_ndcg() {
    let mut held = Holdout::<ByUser, Valid>::new(4);
    held.push_graded(0, Among::All, [(2, 1.0), (1, 2.0)])
        .unwrap();
    held.push_graded(1, Among::All, [(2, 1.0), (1, 2.0)])
        .unwrap();
    let models: [(&str, Arc<dyn AnyRanker<ByUser>>); 2] = [
        ("best", Arc::new(says(vec![1, 2]))),
        ("other", Arc::new(says(vec![2, 1]))),
    ];
    let board = held.score(&models, 2).unwrap();
    let d = 1.0 / 3f64.log2();
    assert!((board.rows[0].ndcg.value - 1.0).abs() < 1e-15);
    assert!((board.rows[1].ndcg.value - (1.0 + 3.0 * d) / (3.0 + d)).abs() < 1e-15);
    assert_eq!(board.rows[1].map, 1.0);
}

#[test]
fn faults_of_the_set_are_refused_when_it_is_filled() {
    let mut held = Holdout::<ByUser, Valid>::new(4);
    let text = |r: Result<()>| r.unwrap_err().to_string();
    assert!(text(held.push(0, Among::All, [])).contains("at least one"));
    assert!(text(held.push(0, Among::All, [4])).contains("item 4"));
    assert!(text(held.push(0, Among::Only(ItemSet::new(vec![9, 1])), [1])).contains("item 9"));
    assert!(text(held.push(0, Among::Except(ItemSet::new(vec![1])), [1])).contains("candidates"));
    assert!(text(held.push(0, Among::Only(ItemSet::new(vec![1])), [2])).contains("candidates"));
    assert!(text(held.push_graded(0, Among::All, [(1, 0.0)])).contains("grade 0"));
    assert!(text(held.push_graded(0, Among::All, [(1, 1.0), (1, 2.0)])).contains("twice"));
    assert!(held.is_empty());
    held.push(0, Among::All, [1, 1]).unwrap();
    assert_eq!(format!("{held:?}"), "Holdout(valid, 1 queries, 4 items)");
}

#[test]
fn faults_of_a_model_name_it_and_the_query() {
    let mut held = Holdout::<ByUser, Valid>::new(4);
    for user in 0..4 {
        held.push(user, Among::Except(ItemSet::new(vec![3])), [1])
            .unwrap();
    }
    let text =
        |model: Arc<dyn AnyRanker<ByUser>>| held.score(&[("m", model)], 2).unwrap_err().to_string();
    assert!(
        text(Arc::new(says(vec![0, 1, 2]))).contains("model `m`, query 0: answered with 3 items")
    );
    assert!(text(Arc::new(says(vec![3]))).contains("item 3 is not a candidate"));
    assert!(text(Arc::new(says(vec![77]))).contains("item 77 is not a candidate"));
    assert!(text(Arc::new(says(vec![1, 1]))).contains("duplicate recommended item `1`"));
    assert!(text(Arc::new(fails())).contains("model `m`, query 2: no such user"));
    let fine = || -> Arc<dyn AnyRanker<ByUser>> { Arc::new(says(vec![1])) };
    assert!(
        held.score(&[("m", fine()), ("m", fine())], 2)
            .unwrap_err()
            .to_string()
            .contains("duplicate model `m`")
    );
    assert!(
        held.score(&[("m", fine())], 0)
            .unwrap_err()
            .to_string()
            .contains("`k`")
    );
    assert!(held.score(&[], 2).is_err());
    assert!(
        Holdout::<ByUser, Valid>::new(4)
            .score(&[("m", fine())], 2)
            .is_err()
    );
    assert_eq!(held.score(&[("m", fine())], 2).unwrap().rows[0].recall, 1.0);
}

#[test]
fn prints_as_a_table_and_feeds_the_gate() {
    let board = valid().score(&ladder(), 10).unwrap();
    let text = board.to_string();
    assert!(
        text.starts_with("valid: ") && text.contains("95% intervals by user"),
        "{text}"
    );
    let table = text.lines().skip(1).take(4);
    let widths: Vec<usize> = table.map(|l| l.chars().count()).collect();
    assert!(
        widths.len() == 4 && widths.iter().all(|w| *w == widths[0]),
        "{text}"
    );
    assert_eq!(text.lines().nth(5), Some("differences are of ndcg@10"));
    let markdown = board.to_markdown();
    assert!(
        markdown.contains("| model | ndcg@10 |") && markdown.contains("| taste |"),
        "{markdown}"
    );
    let json = serde_json::to_string(&board).unwrap();
    assert_eq!(serde_json::from_str::<RankingBoard>(&json).unwrap(), board);

    let higher = ml_data::contract::Direction::HigherIsBetter;
    let gate =
        Gate::new(SuccessCriteria::new().model(Criterion::new("ndcg@10", higher, 0.0, 0.1, 1.0)))
            .unwrap();
    assert!(gate.decide(&board.measured("taste").unwrap()).passed);
    let baseline = gate.decide(&board.measured("noise").unwrap());
    assert!(!baseline.passed, "the baseline cannot beat itself");
    assert!(board.measured("nobody").is_none());
}
