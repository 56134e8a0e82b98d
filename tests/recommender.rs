//! Evaluation of recommenders: values by hand, and a year of real retail where it is at hand.
#![allow(clippy::unwrap_used, missing_docs)]

use ml_pipeline::data::contract::{AnyRanker, ByUser, Candidates, ItemSet, RankFn};
use ml_pipeline::data::source::CsvSource;
use ml_pipeline::models::baseline::FittedPopularity;
use ml_pipeline::models::baseline::Popularity;
use ml_pipeline::models::factor::Interactions;
use ml_pipeline::models::factor::{FittedImplicitAls, FoldIn};
use ml_pipeline::prelude::*;
use ml_pipeline::recommender::evaluate;
use ml_pipeline::serve::recommend::{
    Bundle, BundleLoader, Catalogue, Product, RecommendationService, Request, Rung,
};
use std::path::PathBuf;
use std::sync::Arc;

type Models<'a> = [(&'a str, Arc<dyn AnyRanker<ByUser>>); 1];

/// The lower the number, the better.
fn by_number(items: usize) -> Models<'static> {
    let ranker = RankFn::by_score::<ByUser>(items, |_, item| -(item as f32));
    [("by number", Arc::new(ranker))]
}

/// Items a, b, c, d, e are 0 to 4. Of two places:
///
/// | user | has | new items | list | NDCG@2 | AP@2 | recall@2 |
/// |---|---|---|---|---|---|---|
/// | ann | a | b, d | b, c | 1 / (1 + 1/log2 3) | 1/2 | 1/2 |
/// | bob | b, c | d | a, d | 1/log2 3 | 1/2 | 1 |
/// | cat | d, e | none: d was seen | | | | |
#[test]
fn values_by_hand_with_seen_items_and_cold_ones_left_out() {
    let train = [
        ("ann", "a"),
        ("bob", "b"),
        ("bob", "c"),
        ("cat", "d"),
        ("cat", "e"),
    ];
    let train = Interactions::from_ids(train).unwrap();
    let test = [
        ("bob", "d"),
        ("eve", "a"),
        ("ann", "d"),
        ("ann", "new"),
        ("cat", "d"),
        ("ann", "b"),
        ("ann", "a"),
    ];
    let test = Interactions::from_ids(test).unwrap();
    let scores = evaluate(&by_number(5), &train, &test, 2).unwrap();
    let (row, second) = (&scores.board.rows[0], 1.0 / 3.0_f64.log2());
    let ndcg = (1.0 / (1.0 + second) + second) / 2.0;
    assert!((row.ndcg.value - ndcg).abs() < 1e-12, "{}", row.ndcg.value);
    assert_eq!((row.map, row.recall, row.precision), (0.5, 0.75, 0.5));
    assert_eq!((scores.board.users, scores.users_left_out), (2, 1));
    assert_eq!(scores.seen_pairs, 2);
    assert_eq!(
        (
            scores.cold.users.join(" "),
            scores.cold.items.join(" "),
            scores.cold.pairs
        ),
        ("eve".into(), "new".into(), 2)
    );
    let text = scores.to_string();
    assert!(
        text.ends_with(
            "not scored: 1 users without a new held-out item; 2 pairs seen in training; \
             1 cold user (eve), 1 cold item (new): 2 pairs left out"
        ),
        "{text}"
    );
}

/// The same pairs under other numbers, and by number, score the same.
#[test]
fn ids_or_numbers_and_their_order_do_not_matter() {
    let train = [(0, 0), (1, 1), (1, 2), (2, 3), (2, 4)];
    let test = [
        (1, 3),
        (4, 0),
        (0, 3),
        (0, 6),
        (2, 3),
        (0, 1),
        (0, 0),
        (3, 2),
    ];
    // User 3 is numbered and took nothing: as cold as user 4, who is not.
    let numbers = (
        Interactions::from_pairs(4, 5, train).unwrap(),
        Interactions::from_pairs(5, 7, test).unwrap(),
    );
    let id = |(u, i): (u32, u32)| (u.to_string(), i.to_string());
    let ids = (
        Interactions::from_ids(train.map(id)).unwrap(),
        Interactions::from_ids(test.iter().rev().copied().map(id)).unwrap(),
    );
    let mut found = Vec::new();
    for (train, test) in [&numbers, &ids] {
        let mut scores = evaluate(&by_number(5), train, test, 2).unwrap();
        scores.cold.users.sort();
        let row = scores.board.rows.remove(0);
        let figures = (row.ndcg, row.map, row.recall, row.precision, row.coverage);
        found.push((
            figures,
            scores.users_left_out,
            scores.seen_pairs,
            scores.cold,
        ));
    }
    assert_eq!(found[0], found[1]);
    assert_eq!(found[0].3.users, ["3", "4"]);
    let mixed = evaluate(&by_number(5), &numbers.0, &ids.1, 2);
    assert!(mixed.unwrap_err().to_string().contains("needs ids"));
    let nothing_new = evaluate(&by_number(5), &ids.0, &ids.0, 2);
    assert!(
        nothing_new
            .unwrap_err()
            .to_string()
            .contains("held-out set")
    );
}

/// Tables of a year's purchases, by the folder that `ML_PIPELINE_DATA` names.
fn retail() -> Option<Table> {
    let local = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");
    let folder =
        std::env::var_os("ML_PIPELINE_DATA").map_or_else(|| PathBuf::from(local), PathBuf::from);
    let file = folder.join("online_retail_ii_2009_2010.csv.gz");
    if !file.is_file() {
        eprintln!(
            "SKIPPED: {} is not here; set ML_PIPELINE_DATA to the folder that holds it",
            file.display()
        );
        return None;
    }
    let log = CsvSource::path(file).read().unwrap().table;
    let bought = log.filter_by("Quantity", |c| c.num() > 0.0).unwrap();
    Some(bought.filter_by("CustomerID", |c| !c.is_missing()).unwrap())
}

#[test]
fn real_retail_in_time() {
    let Some(log) = retail() else { return };
    let (past, later) = log.split_by_time("InvoiceDate", 0.2).unwrap();
    let of = |table: &Table| Interactions::from_table(table, "CustomerID", "StockCode").unwrap();
    let (train, test) = (of(&past), of(&later));
    let als = ImplicitAls::new()
        .factors(32)
        .regularization(1.0)
        .alpha(2.0);
    let als = Arc::new(als.fit(&train).unwrap());
    let popular = Arc::new(Popularity::new().fit(&train).unwrap());
    let models: [(&str, Arc<dyn AnyRanker<ByUser>>); 2] =
        [("popularity", popular.clone()), ("als", als)];
    let scores = evaluate(&models, &train, &test, 10).unwrap();
    eprintln!("{scores}");
    // Everybody and every pair is accounted for.
    let row = &scores.board.rows;
    assert_eq!(scores.board.users + scores.users_left_out, train.users());
    assert!(scores.cold.users.len() > 100 && scores.cold.items.len() > 50);
    assert!(row[1].ndcg.value > row[0].ndcg.value + 0.01);
    // The mean is that of lists made by hand.
    let (mut scratch, mut out) = Default::default();
    let (mut recall, mut users) = (0.0, 0.0);
    let (known, _) = test.with_ids_of(&train).unwrap();
    for user in 0..train.users() as u32 {
        let seen = ItemSet::new(train.user(user).ids.to_vec());
        let new = known.user(user).ids.iter().filter(|i| !seen.contains(**i));
        let new: Vec<u32> = new.copied().collect();
        if !new.is_empty() {
            let among = Candidates::Except(&seen);
            popular
                .rank_into(Some(user), among, 10, &mut scratch, &mut out)
                .unwrap();
            let hits = out.iter().filter(|s| new.contains(&s.item)).count();
            recall += hits as f64 / new.len() as f64;
            users += 1.0;
        }
    }
    assert!((row[0].recall - recall / users).abs() < 1e-12);
}

/// The list that is served is the one that offline evaluation scores; saved and loaded, it is the
/// same to the bit, with the models of this crate.
#[test]
fn serving_leaves_out_what_offline_does_and_a_saved_bundle_answers_the_same() {
    let user = |n: u32| format!("u{}", n % 40);
    let item = |n: u32| format!("i{}", n % 40 % 3 * 10 + n.wrapping_mul(2_654_435_761) % 11);
    let log = (0..400).map(|n| (user(n), item(n)));
    let train = Interactions::from_ids(log).unwrap();
    let als = ImplicitAls::new()
        .factors(6)
        .alpha(5.0)
        .fit(&train)
        .unwrap();
    let (als, popular) = (Arc::new(als), Popularity::new().fit(&train).unwrap());
    let products = train.item_ids().iter().map(|id| Product::new(id, "x", 1.0));
    let shop = Catalogue::in_order_of(train.item_ids(), products).unwrap();
    let made = || {
        let shop = shop.clone();
        Bundle::new("v1", shop, train.user_ids().clone())
            .rung(Rung::model("als", als.clone()))
            .rung(Rung::model("session", Arc::new(FoldIn::new(als.clone()))))
            .rung(Rung::model("popularity", Arc::new(popular.clone())))
            .known(train.pairs())
    };
    let loader = BundleLoader::new()
        .with::<FittedImplicitAls>()
        .with::<FittedPopularity>()
        .with::<FoldIn>();
    let loaded = loader.load(&made().save().unwrap()).unwrap();
    let serve = |bundle| {
        let service = RecommendationService::new(bundle).unwrap();
        service.deadline(std::time::Duration::from_secs(60))
    };
    let (before, after) = (serve(made()), serve(loaded));
    let request = |id: &str| match id {
        "stranger" => Request::new(id).count(5).history(["i1", "i2"]),
        _ => Request::new(id).count(5),
    };
    for id in train.user_ids().iter().chain(["stranger"]) {
        let answers = [&before, &after].map(|s| s.recommend(&request(id)).unwrap());
        assert_eq!(answers[0].recommendations, answers[1].recommendations);
        let rung = answers[1].trace.answered_by.as_deref();
        let Ok(user) = train.user_index(id) else {
            assert_eq!(rung, Some("session"));
            // The session's products come back only when the request asks for them.
            let session = |list: &[&str]| list.contains(&"i1") || list.contains(&"i2");
            assert!(!session(&answers[1].products()));
            let all = request(id).count(train.items()).include_seen(true);
            assert!(session(&after.recommend(&all).unwrap().products()));
            continue;
        };
        assert_eq!(rung, Some("als"));
        let offline = als.recommend(user, 5, &train).unwrap();
        assert_eq!(
            answers[1].products(),
            train.item_ids().ids(&offline).unwrap()
        );
        let seen = after.recommend(&request(id).include_seen(true)).unwrap();
        let all = als.recommend_to(
            als.user_factors().row(user as usize).to_slice().unwrap(),
            5,
            &[],
        );
        assert_eq!(
            seen.products(),
            train.item_ids().ids(&all.unwrap()).unwrap()
        );
    }
    let other = Interactions::from_ids([("u0", "i1"), ("u1", "i2")]).unwrap();
    let other = Rung::model("als", Arc::new(ImplicitAls::new().fit(&other).unwrap()));
    let shop = Bundle::new("v1", shop.clone(), train.user_ids().clone()).rung(other);
    let said = shop.save().unwrap_err().to_string();
    let items = train.items();
    assert!(
        said.contains(&format!("a ranker of {items} items")) && said.contains("one of 2"),
        "{said}"
    );
}
