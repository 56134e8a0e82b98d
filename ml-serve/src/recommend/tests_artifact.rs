use super::stored::{BUNDLE_KIND, SavedBundle};
use super::tests::{popularity, shop};
use super::*;
use crate::error::Error;
use crate::registry::{GateOutcome, MemoryStore, Metadata, Registry};
use ml_data::artifact::Artifact;
use ml_data::contract::{ByUser, ByVisit, Candidates, ItemSet, Ranker, Scored, Visit, top_k};
use ml_data::testkit::check_damaged;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// Scores of users and items, as a fitted model has them.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Table {
    users: usize,
    items: usize,
    scores: Vec<f32>,
}

impl Table {
    fn new(users: usize, items: usize, salt: u32) -> Self {
        let score = |n: u32| ((n + 999 * salt).wrapping_mul(2_654_435_761) >> 8) as f32 / 1e3;
        let scores = (0..(users * items) as u32).map(score).collect();
        Self {
            users,
            items,
            scores,
        }
    }
}

impl Ranker for Table {
    type Query = ByUser;
    type Scratch = ();
    fn rank_into(
        &self,
        user: u32,
        among: Candidates<'_>,
        k: usize,
        _: &mut (),
        out: &mut Vec<Scored>,
    ) -> ml_data::Result<()> {
        out.clear();
        among.for_each(self.items, |item| {
            let score = self.scores.get(user as usize * self.items + item as usize);
            out.extend(score.map(|&score| Scored { item, score }));
        });
        top_k(out, k);
        Ok(())
    }
    fn item_count(&self) -> Option<usize> {
        Some(self.items)
    }
    fn user_count(&self) -> Option<usize> {
        Some(self.users)
    }
}

/// Scores of items, for everybody.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Anyone(Vec<f32>);

impl Ranker for Anyone {
    type Query = ByVisit;
    type Scratch = ();
    fn rank_into(
        &self,
        _: Visit<'_>,
        among: Candidates<'_>,
        k: usize,
        _: &mut (),
        out: &mut Vec<Scored>,
    ) -> ml_data::Result<()> {
        out.clear();
        among.for_each(self.0.len(), |item| {
            let score = self.0[item as usize];
            out.push(Scored { item, score });
        });
        top_k(out, k);
        Ok(())
    }
    fn item_count(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

fn users() -> IdIndex {
    IdIndex::new((0..6).map(|u| format!("u{u}"))).unwrap()
}

fn of_table(table: Table) -> Bundle {
    let popular = Anyone((0..20).map(|i| 20.0 - i as f32).collect());
    let facts = || {
        let near = (0..20).map(|i| vec![(i + 1) % 20, (i + 7) % 20]).collect();
        Facts::of(&shop()).bought([(0, 3), (1, 4)]).similar(near)
    };
    let model = Rung::model("model", Arc::new(table))
        .budget(Duration::from_secs(5))
        .breaker(3, Duration::from_secs(7))
        .default_reason(RecommendationReason::Text("because".into()))
        .reasons(facts());
    Bundle::new("v1", shop(), users())
        .rung(model)
        .rung(Rung::model("popularity", Arc::new(popular)))
        .reasons(facts())
        .known([(0, 1), (0, 5), (4, 19)])
}

fn whole() -> Bundle {
    of_table(Table::new(6, 20, 0))
}

fn loader() -> BundleLoader {
    BundleLoader::new().with::<Table>().with::<Anyone>()
}

/// Everything that is answered, but for the time.
fn answers(bundle: Bundle) -> Vec<String> {
    let service = RecommendationService::new(bundle).unwrap();
    let service = service.deadline(Duration::from_secs(60));
    let mut all = Vec::new();
    for user in ["u0", "u1", "u4", "u5", "nobody"] {
        let plain = Request::new(user).count(15);
        for request in [
            plain.clone(),
            plain.clone().include_seen(true),
            plain.clone().current("p3").history(["p1", "p2"]),
            plain.clone().exclude(["c1"]).price_max(12.0),
        ] {
            let answer = service.recommend(&request).unwrap();
            let bits = answer.recommendations.iter().map(|r| r.score.to_bits());
            let trace = (&answer.trace.answered_by, &answer.trace.filled_by);
            all.push(format!(
                "{:?} {:?} {:?} {}",
                answer.recommendations,
                bits.collect::<Vec<_>>(),
                trace,
                answer.metadata.model_version
            ));
        }
    }
    all
}

#[test]
fn a_bundle_that_was_saved_and_loaded_answers_bit_for_bit() {
    let bytes = whole().save().unwrap();
    assert_eq!(bytes, whole().save().unwrap(), "equal bundles, equal bytes");
    let loaded = loader().load(&bytes).unwrap();
    assert_eq!(loaded.save().unwrap(), bytes, "nothing is lost");
    let rung = &loaded.rungs()[0];
    assert_eq!(rung.budget, Some(Duration::from_secs(5)));
    assert_eq!(rung.breaker.settings(), (3, Duration::from_secs(7)));
    let expected = answers(whole());
    assert_eq!(answers(loaded), expected);
    // Reasons and seen items took part.
    assert!(expected.iter().any(|a| a.contains("bought before")));
    assert_ne!(expected[0], expected[1]);
    let again = whole().rebuy(true).save().unwrap();
    assert_eq!(
        answers(loader().load(&again).unwrap())[0],
        answers(whole().rebuy(true))[0]
    );
    let artifact = whole().artifact().unwrap().with_profile(&7u32).unwrap();
    let read = Artifact::from_bytes(&artifact.to_bytes().unwrap()).unwrap();
    assert_eq!(
        (read.kind(), read.profile().unwrap()),
        (BUNDLE_KIND, Some(7u32))
    );
}

fn refusal(bundle: Bundle) -> String {
    bundle.save().unwrap_err().to_string()
}

#[test]
fn what_can_not_be_stored_is_named() {
    let closure = whole().rung(popularity().breaker(0, Duration::ZERO));
    assert!(
        refusal(closure).contains("a name of its own"),
        "its name is taken"
    );
    let closure = Bundle::new("v1", shop(), users()).rung(popularity());
    assert_eq!(
        refusal(closure),
        "the bundle does not fit together: rung `popularity`: expected a fitted one, given to \
         `Rung::model`, found a ranker that can not be stored"
    );
    let reasons = whole().reasons(|_: &ReasonQuery<'_>| None);
    let said = refusal(reasons);
    assert!(
        said.contains("the bundle: expected `Facts`") && said.contains("can not be stored"),
        "{said}"
    );
    assert!(Bundle::new("", shop(), users()).save().is_err());
}

#[test]
fn rankers_of_other_items_or_users_are_refused_where_they_are_served_and_stored() {
    let part = "the bundle does not fit together: rung `model`: expected a ranker of";
    let served = |bundle: Bundle| bundle.check().unwrap_err().to_string();
    for (users, items, said) in [
        (
            6,
            21,
            "at most 20 items, as there are products, found one of 21",
        ),
        (
            7,
            20,
            "at most 6 users, as there are user ids, found one of 7",
        ),
    ] {
        assert_eq!(
            served(of_table(Table::new(users, items, 0))),
            format!("{part} {said}")
        );
    }
    // A catalogue that grew since the fit can be served; an artifact is of one fit.
    for (users, items, said) in [
        (6, 19, "20 items, as there are products, found one of 19"),
        (5, 20, "6 users, as there are user ids, found one of 5"),
    ] {
        let bundle = of_table(Table::new(users, items, 0));
        bundle.check().unwrap();
        assert_eq!(refusal(bundle), format!("{part} {said}"));
    }
    assert!(refusal(whole().known([(6, 0)])).contains("known items: expected users below 6"));
    assert!(refusal(whole().known([(0, 20)])).contains("found item 20"));
}

/// The artifact with its state changed, signed again.
fn changed(change: impl FnOnce(&mut SavedBundle)) -> Vec<u8> {
    let artifact = whole().artifact().unwrap();
    let mut saved: SavedBundle = artifact.state(BUNDLE_KIND).unwrap();
    change(&mut saved);
    Artifact::new(BUNDLE_KIND, &saved)
        .unwrap()
        .to_bytes()
        .unwrap()
}

#[test]
fn each_inconsistency_of_an_artifact_is_named() {
    let ranker = |table: Table| {
        let bundle = of_table(table).rungs.remove(0);
        (bundle.save.unwrap())().unwrap()
    };
    let set = |items: &[u32]| ItemSet::new(items.to_vec());
    type Change<'a> = Box<dyn FnOnce(&mut SavedBundle) + 'a>;
    let cases: Vec<(Change<'_>, &str)> = vec![
        (
            Box::new(|b| b.rungs[0].ranker = ranker(Table::new(6, 19, 0))),
            "rung `model`: expected a ranker of 20 items, as there are products, found one of 19",
        ),
        (
            Box::new(|b| b.rungs[0].ranker = ranker(Table::new(6, 21, 0))),
            "rung `model`: expected a ranker of at most 20 items",
        ),
        (
            Box::new(|b| b.rungs[0].ranker = ranker(Table::new(5, 20, 0))),
            "rung `model`: expected a ranker of 6 users, as there are user ids, found one of 5",
        ),
        (
            Box::new(|b| b.users = IdIndex::new(["u0"]).unwrap()),
            "known items: expected users below 1, found items of users up to number 4",
        ),
        (
            Box::new(|b| b.known[4] = set(&[3, 20])),
            "known items: expected items below 20, the number of products, found item 20",
        ),
        (
            Box::new(|b| b.facts.as_mut().unwrap().bought.resize(7, set(&[]))),
            "purchases of the bundle: expected users below 6",
        ),
        (
            Box::new(|b| b.rungs[0].facts.as_mut().unwrap().bought[0] = set(&[u32::MAX])),
            "purchases of rung `model`: expected items below 20",
        ),
        (
            Box::new(|b| b.facts.as_mut().unwrap().similar[2] = set(&[1 << 30])),
            "neighbours of the bundle: expected items below 20",
        ),
        (
            Box::new(|b| b.facts.as_mut().unwrap().similar.resize(21, set(&[]))),
            "neighbours of the bundle: expected products below 20",
        ),
        (Box::new(|b| b.rungs.clear()), "chain of rungs"),
        (Box::new(|b| b.products.clear()), "below 0"),
        (
            Box::new(|b| b.products[3] = b.products[2].clone()),
            "duplicate product id `p2`, at 2 and 3",
        ),
        (Box::new(|b| b.products[3].price = Some(f64::NAN)), "row 3"),
        (Box::new(|b| b.version.clear()), "version"),
        (
            Box::new(|b| b.rungs[1].name = "model".into()),
            "a name of its own",
        ),
        (Box::new(|b| b.rungs[0].ranker.truncate(90)), "trunc"),
        (
            Box::new(|b| *b.rungs[0].ranker.last_mut().unwrap() ^= 1),
            "checksum",
        ),
    ];
    for (change, said) in cases {
        let e = loader().load(&changed(change)).unwrap_err();
        assert!(
            e.to_string().to_lowercase().contains(&said.to_lowercase()),
            "{said}: {e}"
        );
    }
    assert!(loader().load(&changed(|_| ())).is_ok());
}

#[test]
fn rankers_that_the_program_does_not_know_and_other_artifacts_are_told() {
    let bytes = whole().save().unwrap();
    let e = BundleLoader::new()
        .with::<Anyone>()
        .load(&bytes)
        .unwrap_err();
    let said = e.to_string();
    assert!(
        matches!(e, Error::Data(_)) && said.contains("`Table`") && said.contains("Anyone"),
        "{said}"
    );
    let other = Artifact::new("other/1", &1u8).unwrap().to_bytes().unwrap();
    assert!(
        loader()
            .load(&other)
            .unwrap_err()
            .to_string()
            .contains(BUNDLE_KIND)
    );
    for end in [0, 7, 100, bytes.len() - 1] {
        assert!(loader().load(&bytes[..end]).is_err());
    }
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 4;
    assert!(loader().load(&flipped).is_err());
}

/// States that were damaged and signed again: refused, or a bundle that answers.
#[test]
fn damaged_bundles_never_panic() {
    let saved: SavedBundle = whole().artifact().unwrap().state(BUNDLE_KIND).unwrap();
    let mut answered = 0;
    let damage = check_damaged(&saved, 400, |saved| {
        let bytes = Artifact::new(BUNDLE_KIND, saved).unwrap().to_bytes();
        if let Ok(bundle) = loader().load(&bytes.unwrap()) {
            answered += 1;
            let service = RecommendationService::new(bundle).unwrap();
            for user in ["u0", "x"] {
                _ = service.recommend(&Request::new(user).history(["p1"]));
            }
        }
    });
    let damage = damage.unwrap();
    assert!(0 < answered && answered <= damage.loaded && damage.loaded < 400);
}

#[test]
fn a_registry_swaps_bundles_while_requests_go_on() {
    let registry = Registry::new(MemoryStore::new());
    let publish = |salt| {
        let bytes = of_table(Table::new(6, 20, salt)).save().unwrap();
        let version = registry
            .publish("shop", &bytes, Metadata::default())
            .unwrap();
        let pass = GateOutcome::pass(["a test"]);
        registry
            .promote("shop", version, "champion", &pass)
            .unwrap();
    };
    publish(0);
    let load = || loader().load_from(&registry, "shop", "champion").unwrap();
    let service = Arc::new(RecommendationService::new(load()).unwrap());
    let service = &service;
    let ask = || {
        let answer = service.recommend(&Request::new("u2").count(3)).unwrap();
        (
            answer.metadata.model_version.clone(),
            answer.products().join(" "),
        )
    };
    let first = ask();
    std::thread::scope(|s| {
        let asking = s.spawn(move || (0..300).map(|_| ask()).collect::<Vec<_>>());
        publish(9);
        let old = service.swap(load()).unwrap().unwrap();
        assert_eq!(
            old.version(),
            "v1",
            "the registry's, not the one it was saved with"
        );
        let second = ask();
        assert!(second.0 == "v2" && second.1 != first.1);
        let all = asking.join().unwrap();
        assert!(
            all.iter().all(|a| *a == first || *a == second),
            "old or new, never a mixture"
        );
    });
    registry.rollback("shop", "champion").unwrap();
    service.swap(load()).unwrap();
    assert_eq!(ask(), first);
    assert!(loader().load_from(&registry, "shop", "v9").is_err());
}

#[test]
fn products_of_any_order_are_numbered_as_the_items_are() {
    let items = IdIndex::new(["b", "a", "c"]).unwrap();
    let product = |id: &str| Product::new(id, "x", 1.0);
    let of = |ids: &[&str]| Catalogue::in_order_of(&items, ids.iter().map(|id| product(id)));
    let shop = of(&["d", "c", "a", "b", "e"]).unwrap();
    assert_eq!(
        shop.ids().iter().collect::<Vec<_>>(),
        ["b", "a", "c", "d", "e"]
    );
    for (ids, said) in [
        (
            &["a", "b"][..],
            "product of item `c`: expected a product for each item, found none",
        ),
        (&["a", "c", "d", "e"], "product of item `b`"),
        (&[], "product of item `b`"),
        (
            &["a", "b", "a", "c"],
            "duplicate product id `a`, at 0 and 2",
        ),
    ] {
        let e = of(ids).unwrap_err().to_string();
        assert!(e.contains(said), "{e}");
    }
}
