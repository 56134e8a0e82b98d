use super::*;
use crate::error::Error;
use ml_data::contract::{ByUser, ByVisit, Candidates, RankFn, Ranker, Scored, Visit, top_k};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// Scores by a table, for every visitor.
pub(super) fn table(scores: Vec<f32>) -> impl Ranker<Query = ByVisit> {
    RankFn::by_score::<ByVisit>(scores.len(), move |_, item| scores[item as usize])
}

/// Knows users only, and only so many items.
pub(super) fn for_users(items: usize) -> impl Ranker<Query = ByUser> {
    RankFn::by_score::<ByUser>(items, |user, item| 100.0 + ((item + user) % 7) as f32)
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Fault {
    None,
    Error,
    Panic,
    Nan,
    Slow,
    Liar,
}

/// Breaks as told by the switch, and counts how often it is asked.
pub(super) fn faulty(
    fault: Fault,
) -> (
    impl Ranker<Query = ByVisit>,
    Arc<AtomicBool>,
    Arc<AtomicUsize>,
) {
    let (broken, asked) = (
        Arc::new(AtomicBool::new(true)),
        Arc::new(AtomicUsize::new(0)),
    );
    let (switch, counter) = (broken.clone(), asked.clone());
    let rank = move |_: Visit<'_>, among: Candidates<'_>, k: usize, out: &mut Vec<Scored>| {
        counter.fetch_add(1, Ordering::SeqCst);
        let fault = match switch.load(Ordering::SeqCst) {
            true => fault,
            false => Fault::None,
        };
        match fault {
            Fault::Error => return Err(ml_data::Error::other("the factors are gone")),
            Fault::Panic => panic!("index out of bounds"),
            Fault::Slow => std::thread::sleep(Duration::from_millis(60)),
            Fault::Liar => {
                out.extend([3, 3, 99, 0, 5].map(|item| Scored { item, score: 1.0 }));
                return Ok(());
            }
            Fault::Nan | Fault::None => {}
        }
        let score = if fault == Fault::Nan { f32::NAN } else { 9.0 };
        among.for_each(20, |item| out.push(Scored { item, score }));
        top_k(out, k);
        Ok(())
    };
    (RankFn::<ByVisit, _>::new(rank), broken, asked)
}

/// 20 products `p0`.. of categories c0, c1, c2; price = number; p7 not for sale.
pub(super) fn shop() -> Catalogue {
    let product =
        |i: u32| Product::new(format!("p{i}"), format!("c{}", i % 3), f64::from(i)).active(i != 7);
    Catalogue::new((0..20).map(product)).unwrap()
}

/// Popularity falls with the number.
pub(super) fn popularity() -> Rung {
    Rung::new(
        "popularity",
        table((0..20).map(|i| 20.0 - i as f32).collect()),
    )
}

pub(super) fn bundle(rungs: impl IntoIterator<Item = Rung>) -> Bundle {
    let users = IdIndex::new(["u0", "u1"]).unwrap();
    rungs
        .into_iter()
        .fold(Bundle::new("v1", shop(), users), Bundle::rung)
}

pub(super) fn service(rungs: impl IntoIterator<Item = Rung>) -> RecommendationService {
    RecommendationService::new(bundle(rungs)).unwrap()
}

#[test]
fn the_answer_has_the_documented_json() {
    let answer = service([popularity()])
        .recommend(&Request::new("new").count(2))
        .unwrap();
    let json = serde_json::to_value(&answer).unwrap();
    assert_eq!(
        json["recommendations"][1],
        serde_json::json!({"product_id": "p1", "score": 19.0, "reason": "popular now"})
    );
    let keys = |v: &serde_json::Value| v.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&json), ["metadata", "recommendations"]);
    assert_eq!(
        keys(&json["metadata"]),
        ["latency_ms", "model_version", "timestamp"]
    );
    assert_eq!(json["metadata"]["model_version"], "v1");
    let stamp = json["metadata"]["timestamp"].as_str().unwrap();
    assert!(
        stamp.len() == 20 && stamp.ends_with('Z') && stamp.as_bytes()[10] == b'T',
        "{stamp}"
    );
    chrono::DateTime::parse_from_rfc3339(stamp).unwrap();
}

#[test]
fn filters_leave_the_list_full_and_hold() {
    let s = service([Rung::new("blend", for_users(20)), popularity()]);
    for price in [3.0, 10.0, 19.0] {
        let request = Request::new("u0")
            .count(3)
            .exclude(["c1"])
            .price_max(price)
            .current("p0");
        let answer = s.recommend(&request).unwrap();
        let expected = (1..20)
            .filter(|i| i % 3 != 1 && *i != 7 && f64::from(*i) <= price)
            .count()
            .min(3);
        assert_eq!(answer.recommendations.len(), expected, "price {price}");
        for id in answer.products() {
            let number: u32 = id[1..].parse().unwrap();
            assert!(
                number != 0 && number != 7 && number % 3 != 1 && f64::from(number) <= price,
                "{id}"
            );
        }
    }
    let everything = s.recommend(&Request::new("u0").count(100)).unwrap();
    assert_eq!(
        everything.recommendations.len(),
        19,
        "all but the inactive one"
    );
    let nothing = s
        .recommend(&Request::new("u0").exclude(["c0", "c1", "c2"]))
        .unwrap();
    assert!(
        nothing.recommendations.is_empty()
            && nothing.trace.notes == ["the filters leave no product"]
    );
}

#[test]
fn bad_requests_name_the_field() {
    let s = service([popularity()]);
    let cases = [
        (Request::new(" "), "user_id"),
        (Request::new("x".repeat(300)), "user_id"),
        (Request::new("u").count(0), "num_recommendations"),
        (Request::new("u").count(101), "num_recommendations"),
        (Request::new("u").price_max(-1.0), "filters.price_max"),
        (Request::new("u").price_max(f64::NAN), "filters.price_max"),
        (
            Request::new("u").price_max(f64::INFINITY),
            "filters.price_max",
        ),
    ];
    for (request, field) in cases {
        assert_eq!(s.recommend(&request).unwrap_err().field(), Some(field));
    }
    assert_eq!((s.stats().refused, s.stats().failed), (7, 0));
}

#[test]
fn a_category_nobody_sells_leaves_nothing_out_and_is_noted() {
    let s = service([popularity()]);
    let answer = s
        .recommend(&Request::new("u0").exclude(["C0 ", "electronics"]))
        .unwrap();
    assert_eq!(
        answer.trace.notes,
        ["unknown exclude_categories leave nothing out"]
    );
    assert!(
        answer
            .products()
            .iter()
            .all(|p| p[1..].parse::<u32>().unwrap() % 3 != 0)
    );
}

#[test]
fn unknown_products_are_noted_and_long_histories_cut() {
    let s = service([popularity()]);
    let request = Request::new("u0")
        .current("gone")
        .history((0..150).map(|i| format!("p{i}")));
    let notes = s.recommend(&request).unwrap().trace.notes;
    // Fifty looks at p1, then a hundred at p2: only the newest hundred are read, in their order.
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let keep = seen.clone();
    let rank = move |visit: Visit<'_>, _: Candidates<'_>, _: usize, out: &mut Vec<Scored>| {
        *keep.lock().unwrap() = visit.session.to_vec();
        out.push(Scored {
            item: 9,
            score: 1.0,
        });
        Ok(())
    };
    let reads = service([Rung::new("reads", RankFn::<ByVisit, _>::new(rank))]);
    let looks = std::iter::repeat_n("p1", 51).chain(std::iter::repeat_n("p2", 98));
    let looks = Request::new("u0").history(looks.chain(["p3"]));
    let told = reads.recommend(&looks).unwrap().trace.notes;
    assert_eq!(told, ["session_history cut to its most recent products"]);
    let newest = [vec![1], vec![2; 98], vec![3]].concat();
    assert_eq!(*seen.lock().unwrap(), newest);
    let expected = [
        "session_history cut to its most recent products",
        "unknown products of session_history ignored",
        "unknown current_product ignored",
    ];
    assert_eq!(notes, expected);
}

#[test]
fn unseen_users_get_popularity_and_a_true_reason() {
    let s = service([Rung::new("factorisation", for_users(20)), popularity()]);
    let known = s.recommend(&Request::new("u1")).unwrap();
    assert_eq!(
        (
            known.trace.answered_by.as_deref(),
            known.recommendations[0].reason.as_str()
        ),
        (Some("factorisation"), "based on your history")
    );
    let unseen = s.recommend(&Request::new("nobody")).unwrap();
    assert_eq!(unseen.trace.answered_by.as_deref(), Some("popularity"));
    assert!(
        unseen
            .recommendations
            .iter()
            .all(|r| r.reason == "popular now")
    );
    assert_eq!(unseen.products()[..3], ["p0", "p1", "p2"]);
    assert!(
        unseen.trace.failed.is_empty(),
        "having no opinion is not a failure"
    );
}

#[test]
fn short_answers_are_filled_up_with_falling_scores() {
    // The rung that fills up scores on a scale of its own: 920, 919, ... where the first gave 102,
    // 101, 100.
    let scores = (0..20).map(|i| 920.0 - i as f32).collect();
    let popularity = Rung::new("popularity", table(scores));
    let s = service([Rung::new("blend", for_users(3)), popularity]);
    let answer = s.recommend(&Request::new("u0").count(6)).unwrap();
    assert_eq!(answer.products(), ["p2", "p1", "p0", "p3", "p4", "p5"]);
    assert_eq!(answer.trace.filled_by, ["popularity"]);
    let scores: Vec<f32> = answer.recommendations.iter().map(|r| r.score).collect();
    assert_eq!(scores, [102.0, 101.0, 100.0, 100.0, 100.0, 100.0]);
    assert_eq!(answer.recommendations[3].reason, "popular now");
}

#[test]
fn a_broken_rung_leaves_the_answer_to_the_next() {
    for (fault, word) in [
        (Fault::Error, "factors"),
        (Fault::Panic, "panicked"),
        (Fault::Nan, "NaN"),
    ] {
        let (ranker, broken, _) = faulty(fault);
        let s = service([Rung::new("blend", ranker), popularity()]);
        let answer = s.recommend(&Request::new("u0")).unwrap();
        assert_eq!(answer.trace.answered_by.as_deref(), Some("popularity"));
        assert!(
            answer.trace.failed[0].1.contains(word),
            "{:?}",
            answer.trace.failed
        );
        assert_eq!(answer.recommendations.len(), 10);
        broken.store(false, Ordering::SeqCst);
        assert_eq!(
            s.recommend(&Request::new("u0"))
                .unwrap()
                .trace
                .answered_by
                .as_deref(),
            Some("blend")
        );
    }
}

#[test]
fn items_outside_the_candidates_are_not_believed() {
    let (ranker, _, _) = faulty(Fault::Liar);
    let s = service([Rung::new("blend", ranker), popularity()]);
    let answer = s
        .recommend(&Request::new("u0").count(4).current("p0").exclude(["c2"]))
        .unwrap();
    assert_eq!(answer.products(), ["p3", "p1", "p4", "p6"]);
}

#[test]
fn a_hanging_rung_is_left_behind_and_then_switched_off() {
    let (ranker, broken, asked) = faulty(Fault::Slow);
    let slow = Rung::new("blend", ranker)
        .budget(Duration::from_millis(5))
        .breaker(2, Duration::from_millis(80));
    let s = service([slow, popularity()]).deadline(Duration::from_secs(5));
    for _ in 0..4 {
        let answer = s.recommend(&Request::new("u0")).unwrap();
        assert_eq!(answer.trace.answered_by.as_deref(), Some("popularity"));
    }
    assert_eq!(
        asked.load(Ordering::SeqCst),
        2,
        "the breaker opened after two failures"
    );
    let stats = &s.stats().rungs[0];
    assert_eq!(
        (stats.failed, stats.skipped, stats.state),
        (2, 2, BreakerState::Open)
    );
    broken.store(false, Ordering::SeqCst);
    std::thread::sleep(Duration::from_millis(90));
    assert_eq!(
        s.bundle().unwrap().rungs()[0].stats().state,
        BreakerState::HalfOpen
    );
    // The trial may have to wait for a processor: its budget is short.
    let back = (0..20).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        s.recommend(&Request::new("u0"))
            .unwrap()
            .trace
            .answered_by
            .as_deref()
            == Some("blend")
    });
    assert!(back, "a rung that recovered is used again");
}

#[test]
fn a_passed_deadline_leaves_the_answer_to_the_last_rung() {
    let (slow, _, _) = faulty(Fault::Slow);
    let (middle, _, asked) = faulty(Fault::None);
    let rungs = [
        Rung::new("blend", slow).budget(Duration::from_secs(1)),
        Rung::new("factorisation", middle),
        popularity(),
    ];
    let s = service(rungs).deadline(Duration::from_millis(10));
    let answer = s.recommend(&Request::new("u0")).unwrap();
    assert_eq!(answer.trace.answered_by.as_deref(), Some("popularity"));
    assert_eq!(asked.load(Ordering::SeqCst), 0, "{:?}", answer.trace);
    assert_eq!(answer.recommendations.len(), 10);
}

#[test]
fn when_every_rung_fails_all_are_named_and_the_event_says_so() {
    let ((a, ..), (b, broken, asked)) = (faulty(Fault::Error), faulty(Fault::Panic));
    let memory = Arc::new(EventBuffer::new());
    let s = service([Rung::new("blend", a), Rung::new("popularity", b)]).sink(memory.clone());
    for _ in 0..8 {
        let e = s.recommend(&Request::new("u0")).unwrap_err();
        assert!(
            matches!(&e, Error::NoAnswer { tried } if tried.len() == 2),
            "{e}"
        );
    }
    assert_eq!(
        asked.load(Ordering::SeqCst),
        8,
        "the last rung is always tried"
    );
    let events = memory.take();
    assert_eq!(events.len(), 8);
    assert!(
        events[0]
            .error
            .as_deref()
            .unwrap()
            .contains("factors are gone")
    );
    broken.store(false, Ordering::SeqCst);
    assert!(s.recommend(&Request::new("u0")).is_ok());
    assert!(s.recommend(&Request::new("")).is_err());
    let events = memory.take();
    assert_eq!(events.len(), 1, "a refused request is not a prediction");
    assert_eq!(
        (events[0].items.len(), events[0].answered_by.as_deref()),
        (10, Some("popularity"))
    );
}

#[test]
fn reasons_come_from_the_rung_then_the_bundle_then_the_usual() {
    let facts = Facts::of(&shop())
        .bought([(0, 4)])
        .similar(vec![vec![], vec![5]]);
    let own = |a: &ReasonQuery<'_>| {
        (a.item == 0).then_some(RecommendationReason::Text("picked by hand".into()))
    };
    let s = RecommendationService::new(bundle([popularity().reasons(own)]).reasons(facts)).unwrap();
    let answer = s.recommend(&Request::new("u0").history(["p1"])).unwrap();
    let why = |id: &str| {
        answer
            .recommendations
            .iter()
            .find(|r| r.product_id == id)
            .unwrap()
            .reason
            .clone()
    };
    assert_eq!(why("p0"), "picked by hand");
    assert_eq!(why("p4"), "bought before");
    assert_eq!(why("p5"), "similar to recent views");
    assert_eq!(why("p10"), "popular in your interests");
    assert_eq!(why("p2"), "popular now");
}

#[test]
fn bundles_that_can_not_answer_are_refused_and_the_old_one_stays() {
    assert!(matches!(
        RecommendationService::empty().recommend(&Request::new("u")),
        Err(Error::NotReady)
    ));
    let s = service([popularity()]);
    assert!(s.swap(bundle([])).is_err());
    assert!(s.swap(bundle([popularity(), popularity()])).is_err());
    assert!(
        s.swap(Bundle::new("", shop(), IdIndex::default()).rung(popularity()))
            .is_err()
    );
    assert!(
        s.swap(
            Bundle::new("v2", Catalogue::new([]).unwrap(), IdIndex::default()).rung(popularity())
        )
        .is_err()
    );
    assert_eq!(s.version().as_deref(), Some("v1"));
}

#[test]
fn swapping_under_load_fails_no_request_and_mixes_no_versions() {
    let s = service([popularity()]);
    // Version 2 serves another catalogue: its products must never appear under version 1.
    let other = Catalogue::new((0..20).map(|i| Product::new(format!("q{i}"), "c0", 1.0))).unwrap();
    let second = Bundle::new("v2", other, IdIndex::default()).rung(popularity());
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = [0usize; 2];
                    while !stop.load(Ordering::SeqCst) {
                        let answer = s.recommend(&Request::new("u0")).unwrap();
                        let second = answer.metadata.model_version == "v2";
                        let letter = if second { 'q' } else { 'p' };
                        assert!(answer.products().iter().all(|p| p.starts_with(letter)));
                        seen[usize::from(second)] += 1;
                    }
                    seen
                })
            })
            .collect();
        let mut next = Arc::new(second);
        for _ in 0..100 {
            next = s.swap(next).unwrap().unwrap();
            std::thread::sleep(Duration::from_micros(300));
        }
        stop.store(true, Ordering::SeqCst);
        let seen: Vec<_> = clients.into_iter().map(|c| c.join().unwrap()).collect();
        assert!(
            seen.iter().map(|s| s[0]).sum::<usize>() > 0
                && seen.iter().map(|s| s[1]).sum::<usize>() > 0
        );
    });
    assert_eq!(s.stats().failed, 0);
}

#[test]
fn request_ids_differ_and_survive_a_json_number() {
    let s = service([popularity()]);
    let ids: std::collections::HashSet<u64> = (0..1000)
        .map(|_| {
            s.recommend(&Request::new("u0").count(1))
                .unwrap()
                .trace
                .request_id
        })
        .collect();
    assert_eq!(ids.len(), 1000);
    assert!(ids.iter().all(|id| *id < 1 << 53));
}
