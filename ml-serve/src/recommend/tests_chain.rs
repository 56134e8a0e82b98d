use super::tests::{Fault, bundle, faulty, for_users, popularity, service, shop, table};
use super::*;
use crate::error::{Error, Result};
use ml_data::contract::{
    ByItems, ByUser, ByVisit, Candidates, RankFn, Ranker, Scored, Visit, top_k,
};
use ml_data::event::PredictionEvent;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

#[test]
fn the_product_on_the_page_is_left_out_without_filters_too() {
    let s = service([popularity()]);
    let answer = s
        .recommend(&Request::new("u0").count(3).current("p0"))
        .unwrap();
    assert_eq!(answer.products(), ["p1", "p2", "p3"]);
}

#[test]
fn case_v11_what_a_user_has_is_not_recommended_unless_it_is_bought_again() {
    let known = [(0, 0), (0, 2), (1, 1), (0, 99)];
    let new = RecommendationService::new(bundle([popularity()]).known(known)).unwrap();
    let products = |s: &RecommendationService, request: Request| -> Vec<String> {
        let answer = s.recommend(&request.count(4)).unwrap();
        answer.products().into_iter().map(Into::into).collect()
    };
    assert_eq!(products(&new, Request::new("u0")), ["p1", "p3", "p4", "p5"]);
    assert_eq!(products(&new, Request::new("u1")), ["p0", "p2", "p3", "p4"]);
    assert_eq!(products(&new, Request::new("x")), ["p0", "p1", "p2", "p3"]);
    // With few candidates (a list of them) and with many (a list of the others); p7 is not for
    // sale.
    let cheap = Request::new("u0").price_max(4.0);
    assert_eq!(products(&new, cheap), ["p1", "p3", "p4"]);
    let most = Request::new("u0").price_max(15.0).current("p1");
    assert_eq!(products(&new, most), ["p3", "p4", "p5", "p6"]);
    let answer = new.recommend(&Request::new("u1").price_max(1.0).current("p0"));
    let answer = answer.unwrap();
    assert!(answer.recommendations.is_empty());
    assert_eq!(
        answer.trace.notes,
        ["the filters leave no product that the user has not seen"]
    );
    let again = bundle([popularity()]).known(known).rebuy(true);
    let again = RecommendationService::new(again).unwrap();
    assert_eq!(
        products(&again, Request::new("u0")),
        ["p0", "p1", "p2", "p3"]
    );
}

/// Ranks by number whatever it reads.
fn by_number<Q: ml_data::contract::Query>(items: usize) -> impl Ranker<Query = Q> {
    RankFn::by_score::<Q>(items, |_, item| -(item as f32))
}

#[test]
fn case_v11_the_usual_reason_follows_from_what_the_rung_reads() {
    let first = |rung: Rung, request: Request| {
        let answer = service([rung]).recommend(&request).unwrap();
        answer.recommendations.first().map(|r| r.reason.clone())
    };
    let users = || Rung::new("model", by_number::<ByUser>(20));
    let items = || Rung::new("model", by_number::<ByItems>(20));
    let visits = || Rung::new("model", by_number::<ByVisit>(20));
    let session = |user: &str| Request::new(user).history(["p3"]);
    let is = |rung: Rung, request: Request, reason: Option<&str>| {
        assert_eq!(first(rung, request).as_deref(), reason);
    };
    is(users(), session("u0"), Some("based on your history"));
    is(users(), session("stranger"), None);
    // A model of sessions knows nothing of the history, also where the user is known.
    is(items(), session("u0"), Some("based on this visit"));
    is(visits(), session("u0"), Some("based on your history"));
    is(visits(), session("stranger"), Some("based on this visit"));
    is(visits(), Request::new("stranger"), Some("recommended"));
    // What is said must be true, whatever was set.
    let with_reason = |rung: Rung| rung.default_reason(RecommendationReason::FromYourHistory);
    is(
        with_reason(visits()),
        session("u0"),
        Some("based on your history"),
    );
    is(
        with_reason(visits()),
        session("stranger"),
        Some("based on this visit"),
    );
    is(
        with_reason(visits()),
        Request::new("stranger"),
        Some("recommended"),
    );
    let here = visits().default_reason(RecommendationReason::FromThisVisit);
    is(here, Request::new("u0"), Some("based on your history"));
    is(
        visits().default_reason(RecommendationReason::PopularNow),
        session("u0"),
        Some("popular now"),
    );
}

#[test]
fn case_v11_each_product_has_its_own_reason() {
    // p5 is like p1, p9 like p2; u0 bought p1 and p4 (category c1), and looks at p2.
    let similar = (0..20).map(|i| match i {
        1 => vec![5],
        2 => vec![9],
        _ => vec![],
    });
    let facts = Facts::of(&shop()).bought([(0, 1), (0, 4)]);
    let facts = facts.similar(similar.collect());
    let model = Rung::new("model", for_users(10));
    let both = bundle([model, popularity()]).reasons(facts);
    let s = RecommendationService::new(both.known([(0, 1)])).unwrap();
    let answer = s
        .recommend(&Request::new("u0").history(["p2"]).count(14))
        .unwrap();
    let why = |id: &str| {
        let found = answer.recommendations.iter().find(|r| r.product_id == id);
        found.map(|r| r.reason.as_str())
    };
    assert_eq!(why("p1"), None, "u0 has it");
    assert_eq!(why("p4"), Some("bought before"));
    assert_eq!(why("p5"), Some("similar to what you bought"));
    assert_eq!(why("p9"), Some("similar to recent views"));
    assert_eq!(why("p3"), Some("based on your history"));
    // Filled up by popularity: p10 is of c1, as what was bought, and p11 of c2, as what was looked
    // at; p12 of neither.
    assert_eq!(why("p10"), Some("popular in your interests"));
    assert_eq!(why("p11"), Some("popular in your interests"));
    assert_eq!(why("p12"), Some("popular now"));
    // The neighbours of what somebody else bought say nothing.
    let other = s.recommend(&Request::new("u1").count(9)).unwrap();
    assert!(
        other
            .recommendations
            .iter()
            .all(|r| r.reason == "based on your history")
    );
}

#[test]
fn interests_are_also_what_was_bought() {
    let facts = Facts::of(&shop()).bought([(0, 1)]);
    let visit = Visit {
        user: Some(0),
        ..Visit::default()
    };
    let why = |visit, item| {
        let default_reason = &RecommendationReason::PopularNow;
        facts.reason(&ReasonQuery {
            visit,
            item,
            rung: "popularity",
            default_reason,
        })
    };
    assert_eq!(
        why(visit, 4),
        Some(RecommendationReason::PopularInYourInterests)
    );
    assert_eq!(why(visit, 5), None);
    let stranger = Visit::default();
    assert_eq!(why(stranger, 4), None);
    let current = Visit {
        current: Some(2),
        ..Visit::default()
    };
    assert_eq!(
        why(current, 5),
        Some(RecommendationReason::PopularInYourInterests)
    );
}

/// Ranks by number, and counts how often it is asked.
fn counted() -> (impl Ranker<Query = ByVisit>, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let rank = move |_: Visit<'_>, among: Candidates<'_>, k: usize, out: &mut Vec<Scored>| {
        counter.fetch_add(1, Ordering::SeqCst);
        let score = |item: u32| -(item as f32);
        among.for_each(20, |item| {
            out.push(Scored {
                item,
                score: score(item),
            });
        });
        top_k(out, k);
        Ok(())
    };
    (RankFn::<ByVisit, _>::new(rank), asked)
}

#[test]
fn a_full_list_asks_no_further_rung() {
    let (ranker, asked) = counted();
    let s = service([popularity(), Rung::new("second", ranker)]);
    s.recommend(&Request::new("u0").count(19)).unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    // With one product more than there are, the second is asked for it.
    s.recommend(&Request::new("u0").count(20)).unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn late_answers_of_a_rung_without_a_budget_switch_it_off() {
    let rank = |_: Visit<'_>, _: Candidates<'_>, _: usize, out: &mut Vec<Scored>| {
        std::thread::sleep(Duration::from_millis(450));
        out.push(Scored {
            item: 9,
            score: 1.0,
        });
        Ok(())
    };
    let slow =
        Rung::new("slow", RankFn::<ByVisit, _>::new(rank)).breaker(2, Duration::from_secs(3600));
    let s = service([slow, popularity()]).deadline(Duration::from_millis(300));
    // What came late is shown all the same: it was waited for.
    for _ in 0..2 {
        let answer = s.recommend(&Request::new("u0").count(1)).unwrap();
        assert_eq!(answer.products(), ["p9"]);
    }
    let answer = s.recommend(&Request::new("u0").count(1)).unwrap();
    assert_eq!(answer.products(), ["p0"]);
    let stats = &s.stats().rungs[0];
    assert_eq!(
        (stats.answered, stats.failed, stats.skipped, stats.state),
        (2, 0, 1, BreakerState::Open)
    );
}

/// Fails or panics when asked for one product; its working memory then stays half-way through
/// something.
struct Fragile;

impl Ranker for Fragile {
    type Query = ByVisit;
    type Scratch = bool;
    fn rank_into(
        &self,
        _: Visit<'_>,
        _: Candidates<'_>,
        k: usize,
        begun: &mut bool,
        out: &mut Vec<Scored>,
    ) -> ml_data::Result<()> {
        out.clear();
        let item = if *begun { 13 } else { 9 };
        *begun = true;
        match k {
            1 => panic!("half-way"),
            2 => return Err(ml_data::Error::other("half-way")),
            _ => out.push(Scored { item, score: 1.0 }),
        }
        *begun = false;
        Ok(())
    }
}

#[test]
fn working_memory_is_not_used_again_after_a_panic_or_an_error() {
    for budget in [None, Some(Duration::from_secs(60))] {
        let rung = Rung::new("fragile", Fragile).breaker(0, Duration::ZERO);
        let rung = match budget {
            Some(budget) => rung.budget(budget),
            None => rung,
        };
        let s = service([rung, popularity()]).deadline(Duration::from_secs(60));
        for k in [3, 1, 3, 2, 3] {
            let answer = s.recommend(&Request::new("u0").count(k)).unwrap();
            let first = if k == 3 { "p9" } else { "p0" };
            assert_eq!(answer.products()[0], first, "{k} products, {budget:?}");
        }
        let stats = &s.stats().rungs[0];
        assert_eq!((stats.answered, stats.failed), (3, 2));
    }
}

#[test]
fn scores_that_are_no_numbers_are_failures_and_an_empty_answer_is_none() {
    let rank = |visit: Visit<'_>, _: Candidates<'_>, _: usize, out: &mut Vec<Scored>| {
        match visit.session {
            [] => {}
            [1] => out.push(Scored {
                item: 9,
                score: f32::INFINITY,
            }),
            _ => out.push(Scored {
                item: 9,
                score: 0.5,
            }),
        }
        Ok(())
    };
    let rung =
        Rung::new("model", RankFn::<ByVisit, _>::new(rank)).breaker(1, Duration::from_secs(3600));
    let s = service([rung, popularity()]);
    let first = |session: &[&str]| {
        let request = Request::new("u0").count(1).history(session.iter().copied());
        let answer = s.recommend(&request).unwrap();
        (
            answer.products()[0].to_owned(),
            answer.recommendations[0].score,
        )
    };
    assert_eq!(first(&[]), ("p0".into(), 20.0));
    assert_eq!(first(&["p2"]), ("p9".into(), 0.5));
    assert_eq!(first(&["p1"]), ("p0".into(), 20.0));
    let stats = s.stats().rungs[0].clone();
    let counts = (stats.answered, stats.empty, stats.failed, stats.skipped);
    assert_eq!(counts, (1, 1, 1, 0));
    assert_eq!(stats.state, BreakerState::Open, "one failure was enough");
}

#[test]
fn ids_of_256_bytes_and_a_price_of_0_are_taken() {
    let s = service([Rung::new("popularity", table(vec![5.0, 4.0, 3.0]))]);
    let long = s.recommend(&Request::new("x".repeat(256))).unwrap();
    assert_eq!(long.products(), ["p0", "p1", "p2"]);
    let e = s.recommend(&Request::new("x".repeat(257))).unwrap_err();
    assert!(
        e.to_string().contains("257") && e.to_string().contains("256"),
        "{e}"
    );
    // p0 is given away, p1 costs 1.
    let free = s.recommend(&Request::new("u0").price_max(0.0)).unwrap();
    assert_eq!(free.products(), ["p0"]);
    for (k, fine) in [(0, false), (1, true), (100, true), (101, false)] {
        assert_eq!(
            s.recommend(&Request::new("u0").count(k)).is_ok(),
            fine,
            "{k}"
        );
    }
}

#[test]
fn events_that_the_sink_does_not_take_are_counted_and_answered_all_the_same() {
    struct Full;
    impl EventSink for Full {
        fn emit(&self, event: PredictionEvent) -> Result<()> {
            match event.items.len() {
                1 => Err(Error::NotReady),
                _ => Ok(()),
            }
        }
    }
    let s = service([popularity()]).sink(Arc::new(Full));
    for k in [1, 2, 1, 1, 3] {
        s.recommend(&Request::new("u0").count(k)).unwrap();
    }
    assert_eq!(s.stats().events_lost, 3);
    assert_eq!((s.stats().requests, s.stats().failed), (5, 0));
}

#[test]
fn case_v3_memory_keeps_the_newest_events_and_counts_the_rest() {
    let memory = Arc::new(EventBuffer::new());
    let s = service([popularity()]).sink(memory.clone());
    let most = crate::limits::EVENTS_KEPT;
    let ids: Vec<u64> = (0..most + 500)
        .map(|_| {
            s.recommend(&Request::new("u0").count(1))
                .unwrap()
                .trace
                .request_id
        })
        .collect();
    assert_eq!(memory.dropped(), 500);
    let kept: Vec<u64> = memory.take().iter().map(|e| e.request_id).collect();
    assert_eq!(kept, ids[500..]);
    assert_eq!((memory.take().len(), memory.dropped()), (0, 500));
    assert_eq!(s.stats().events_lost, 0);
}

/// Two thirds of the categories left out make a list of what may be shown; the number after the
/// last product is no product.
#[test]
fn items_outside_a_short_list_and_past_the_end_are_not_believed() {
    let (liar, ..) = faulty(Fault::Liar);
    let s = service([Rung::new("liar", liar), popularity()]);
    let answer = s
        .recommend(&Request::new("a").count(1).exclude(["c0", "c1"]))
        .unwrap();
    assert_eq!(answer.products(), ["p5"]);
    let rank = |_: Visit<'_>, _: Candidates<'_>, _: usize, out: &mut Vec<Scored>| {
        out.extend([20, 4].map(|item| Scored { item, score: 1.0 }));
        Ok(())
    };
    let s = service([Rung::new("past", RankFn::<ByVisit, _>::new(rank))]);
    let answer = s.recommend(&Request::new("a").count(2)).unwrap();
    assert_eq!(answer.products(), ["p4"]);
}

#[test]
fn refused_and_failed_requests_are_counted_apart() {
    assert!(!RecommendationService::empty().is_ready());
    let (broken, ..) = faulty(Fault::Error);
    let s = service([Rung::new("broken", broken)]);
    assert!(s.is_ready());
    for _ in 0..2 {
        assert!(s.recommend(&Request::new("a")).is_err());
    }
    assert!(
        s.recommend(&Request::new("a").count(0))
            .unwrap_err()
            .is_request()
    );
    let stats = s.stats();
    assert_eq!((stats.requests, stats.refused, stats.failed), (3, 1, 2));
}

#[test]
fn the_latency_told_is_in_milliseconds() {
    let s = service([popularity()]);
    let started = std::time::Instant::now();
    let told = s.recommend(&Request::new("a")).unwrap().metadata.latency_ms;
    assert!(told <= started.elapsed().as_secs_f64() * 1e3, "{told}");
}

#[test]
fn a_bundle_tells_what_it_holds() {
    let b = bundle([popularity()]);
    assert_eq!((b.version(), b.catalogue().len()), ("v1", 20));
    assert_eq!((b.users().len(), b.users().index("u1")), (2, Some(1)));
    assert_eq!(
        b.rungs().iter().map(Rung::name).collect::<Vec<_>>(),
        ["popularity"]
    );
}
