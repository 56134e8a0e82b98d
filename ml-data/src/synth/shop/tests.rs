mod values;

use super::*;
use crate::time::{TimeFormat, civil};
use std::collections::{HashMap, HashSet};

fn shop() -> Shop {
    Shop::generate(&ShopConfig::small().seed(7)).unwrap()
}

fn share(rows: usize, of: usize) -> f64 {
    rows as f64 / of as f64
}

#[test]
fn one_seed_is_one_shop_for_any_number_of_threads() {
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| Shop::generate(&ShopConfig::small().events(5_000)).unwrap())
    };
    let (one, four) = (with(1), with(4));
    assert_eq!(one.truth(), four.truth());
    for table in RawTable::ALL {
        assert_eq!(
            one.raw_csv(table).unwrap(),
            four.raw_csv(table).unwrap(),
            "{table:?}"
        );
    }
    let other = Shop::generate(&ShopConfig::small().events(5_000).seed(1)).unwrap();
    assert_ne!(one.truth().events, other.truth().events);
}

#[test]
fn events_are_in_time_order_inside_the_lives_of_people_and_products() {
    let shop = shop();
    let truth = shop.truth();
    assert!(
        truth.events.len() >= shop.config().events
            && truth.events.len() < shop.config().events * 11 / 10
    );
    assert!(truth.events.windows(2).all(|w| w[0].time <= w[1].time));
    let mut ordered = HashMap::new();
    for e in &truth.events {
        let (user, product) = (
            &truth.users[e.user as usize],
            &truth.products[e.product as usize],
        );
        assert!(
            e.time >= user.registered,
            "nobody comes before they register"
        );
        assert!(
            product.launch_day * 86_400 <= e.time,
            "nothing is seen before it is launched"
        );
        assert!(e.time < truth.end());
        assert!(e.unit_price > 0.0 && e.quantity >= 1);
        assert_eq!(
            e.order != NO_ORDER,
            matches!(e.kind, EventKind::Purchase | EventKind::Return)
        );
        if e.order != NO_ORDER {
            let of = ordered.entry(e.order).or_insert(e.user);
            assert_eq!(*of, e.user, "an order belongs to one person");
        }
        if e.kind == EventKind::Purchase {
            assert!(e.signed_in);
        }
    }
}

#[test]
fn purchases_look_like_a_shops() {
    let shop = large_shop();
    let truth = shop.truth();
    let of = |kind| truth.events.iter().filter(|e| e.kind == kind).count();
    let (views, carts, bought, back) = (
        of(EventKind::View),
        of(EventKind::Cart),
        of(EventKind::Purchase),
        of(EventKind::Return),
    );
    let rate = share(bought, views);
    assert!((0.03..0.10).contains(&rate), "purchases per view {rate}");
    assert!(
        (0.3..0.7).contains(&share(bought, carts)),
        "carts are left behind"
    );
    assert!((0.02..0.10).contains(&share(back, bought)));

    // Holidays: December's first three weeks against February's.
    let per_day = |y, m| {
        let days = truth.events.iter().filter(|e| {
            let (ey, em, d) = civil(e.time.div_euclid(86_400));
            (ey, em) == (y, m) && d <= 20
        });
        days.count()
    };
    assert!(per_day(2023, 12) as f64 > 1.4 * per_day(2023, 2) as f64);

    // A long tail: a tenth of the products makes more than a third, and less than nine tenths, of
    // the views.
    let mut seen = vec![0; truth.products.len()];
    truth
        .events
        .iter()
        .for_each(|e| seen[e.product as usize] += 1);
    seen.sort_unstable_by(|a, b| b.cmp(a));
    let head = share(seen[..60].iter().sum(), truth.events.len());
    assert!((0.33..0.9).contains(&head), "head {head}");
}

fn large_shop() -> Shop {
    let config = ShopConfig::default()
        .users(1_500)
        .products(600)
        .events(200_000);
    Shop::generate(&config).unwrap()
}

#[test]
fn a_bad_batch_comes_back_and_consumables_are_bought_again() {
    let shop = large_shop();
    let truth = shop.truth();
    let batch = truth.bad_batch();
    let returned = |inside: bool| {
        let of = |kind| {
            let hit = |e: &&Event| {
                let day = e.time.div_euclid(86_400);
                e.product == batch.product
                    && e.kind == kind
                    && inside == (batch.from..batch.to + 25).contains(&day)
            };
            truth.events.iter().filter(hit).count()
        };
        share(of(EventKind::Return), of(EventKind::Purchase).max(1))
    };
    assert!(
        returned(true) > 4.0 * returned(false).max(0.02),
        "{} {}",
        returned(true),
        returned(false)
    );

    // Consumables are bought again by the same person, lasting things are not.
    let again = |consumable: bool| {
        let (mut pairs, mut repeats) = (HashSet::new(), 0);
        for e in truth
            .events
            .iter()
            .filter(|e| e.kind == EventKind::Purchase)
        {
            if truth.products[e.product as usize].lasts.is_some() == consumable {
                repeats += usize::from(!pairs.insert((e.user, e.product)));
            }
        }
        share(repeats, pairs.len())
    };
    assert!(
        again(true) > 3.0 * again(false),
        "{} {}",
        again(true),
        again(false)
    );
}

#[test]
fn taste_beats_popularity_and_popularity_converts_as_asked() {
    let shop = Shop::generate(
        &ShopConfig::default()
            .users(1_000)
            .products(400)
            .events(60_000),
    )
    .unwrap();
    let truth = shop.truth();
    let now = truth.end() - 43_200;
    let popular = &truth.most_purchased(now)[..10];
    let n = 1000;
    let mean = |f: &dyn Fn(u32) -> f64| (0..n).map(f).sum::<f64>() / f64::from(n);
    let baseline = mean(&|u| truth.conversion(u, popular, now));
    assert!((baseline - 0.02).abs() < 1e-3, "{baseline}");
    let oracle = mean(&|u| truth.conversion(u, &truth.best_items(u, now, 10), now));
    let chance = mean(&|u| {
        truth.conversion(
            u,
            &(0..10).map(|i| (u * 7 + i * 37) % 400).collect::<Vec<_>>(),
            now,
        )
    });
    assert!(oracle > 2.0 * baseline && oracle < 0.2, "{oracle}");
    assert!(chance < 0.5 * baseline, "{chance}");
    // A draw agrees with its probability.
    let mut rng = crate::random::generator(3, "test", 0);
    let best: Vec<Vec<u32>> = (0..n).map(|u| truth.best_items(u, now, 10)).collect();
    let sold = (0..20 * n).filter(|i| {
        let u = i % n;
        truth
            .respond(u, &best[u as usize], now, &mut rng)
            .converted()
    });
    let rate = sold.count() as f64 / f64::from(20 * n);
    assert!((rate - oracle).abs() < 0.15 * oracle, "{rate} {oracle}");
}

#[test]
fn probability_knows_launch_season_and_what_was_bought() {
    let shop = shop();
    let truth = shop.truth();
    let late = (0..300)
        .max_by_key(|&p| truth.products[p as usize].launch_day)
        .unwrap();
    let launch = truth.products[late as usize].launch_day * 86_400;
    assert_eq!(truth.purchase_probability(0, late, launch - 1), 0.0);
    assert!(truth.purchase_probability(0, late, launch) > 0.0);
    assert_eq!(truth.purchase_probability(9_999, 0, launch), 0.0);
    assert!(truth.affinity(0, 9_999).is_nan());
    // Buying a thing that lasts makes buying it again unlikely.
    let lasting = |e: &&Event| {
        e.kind == EventKind::Purchase && truth.products[e.product as usize].lasts.is_none()
    };
    let e = truth.events.iter().find(lasting).unwrap();
    let before = truth.purchase_probability(e.user, e.product, e.time);
    let after = truth.purchase_probability(e.user, e.product, e.time + 1);
    assert!(after < 0.3 * before, "{before} {after}");
    // Toys sell better in December than in June.
    let old =
        |p: &ShopProduct| p.category == Category::Toys && p.launch_day < shop.config().start_day();
    let toys: Vec<u32> = (0..300)
        .filter(|&p| old(&truth.products[p as usize]))
        .collect();
    let at = |text: &[u8]| {
        let time = TimeFormat::Iso.parse(text).unwrap() / 1_000_000;
        let users = toys.iter().flat_map(|&p| (0..100).map(move |u| (u, p)));
        users
            .map(|(u, p)| truth.purchase_probability(u, p, time))
            .sum::<f64>()
    };
    assert!(at(b"2023-12-10") > 1.5 * at(b"2023-06-10"));
}

#[test]
fn defects_come_at_their_rates_and_are_where_the_log_says() {
    let config = ShopConfig::small()
        .users(2_000)
        .products(1_000)
        .events(60_000);
    let shop = Shop::generate(&config).unwrap();
    let (truth, log) = (shop.truth(), &shop.truth().defects);
    let near = |d: Defect, of: usize, rate: f64| {
        let found = share(log.rows(d).len(), of);
        let slack = 4.0 * (rate / of as f64).sqrt();
        assert!(
            (found - rate).abs() < slack + 0.15 * rate,
            "{d:?}: {found} for {rate}"
        );
    };
    near(Defect::UserDemographicsMissing, 2_000, 0.15);
    near(Defect::UserBirthInFuture, 2_000, 0.006);
    near(Defect::ProductDescriptionMissing, 1_000, 0.05);
    near(Defect::ProductPriceNegative, 1_000, 0.01);
    near(Defect::ProductCurrencyMissing, 1_000, 0.12);
    near(Defect::ProductCategorySpelling, 1_000, 0.25);
    let purchases = truth
        .events
        .iter()
        .filter(|e| e.kind == EventKind::Purchase)
        .count();
    near(Defect::EventPriceMissing, purchases, 0.02);
    near(Defect::EventDuplicate, purchases, 0.015);
    near(Defect::EventQuantityAbsurd, purchases, 0.0015);

    for (i, u) in shop.users().iter().enumerate() {
        assert_eq!(
            u.birth_date.is_empty(),
            log.has(Defect::UserDemographicsMissing, i as u32)
        );
        let born = TimeFormat::detect(u.birth_date.as_bytes())
            .and_then(|f| f.parse(u.birth_date.as_bytes()));
        let future = born.is_some_and(|t| t / 1_000_000 > truth.end());
        assert_eq!(
            future,
            log.has(Defect::UserBirthInFuture, i as u32),
            "{}",
            u.birth_date
        );
    }
    for (i, p) in shop.products().iter().enumerate() {
        assert_eq!(
            p.price < 0.0,
            log.has(Defect::ProductPriceNegative, i as u32)
        );
        assert_eq!(
            p.category != truth.products[i].category.name(),
            log.has(Defect::ProductCategorySpelling, i as u32)
        );
    }
    for (i, e) in shop.events().iter().enumerate() {
        let i = i as u32;
        let clean = &truth.events[truth.event_of_row[i as usize] as usize];
        assert_eq!(e.time, clean.time);
        assert_eq!(e.unit_price.is_nan(), log.has(Defect::EventPriceMissing, i));
        assert_eq!(e.unit_price < 0.0, log.has(Defect::EventPriceNegative, i));
        assert_eq!(
            e.quantity != i64::from(clean.quantity),
            log.has(Defect::EventQuantityAbsurd, i)
        );
        let anonymous = log.has(Defect::EventAnonymousStitchable, i)
            || log.has(Defect::EventAnonymousForever, i);
        assert_eq!(e.user.is_none(), anonymous);
    }
    assert!(truth.events.iter().any(|e| truth.is_bulk_order(e)));
    assert_eq!(shop.transactions().len(), truth.transactions.len());
}

#[test]
fn a_shop_without_defects_has_none() {
    let shop = Shop::generate(
        &ShopConfig::small()
            .events(5_000)
            .defects(DefectRates::none()),
    )
    .unwrap();
    let kinds: Vec<Defect> = shop.truth().defects.counts().map(|c| c.0).collect();
    assert_eq!(
        kinds,
        [Defect::EventForeignCurrency],
        "only the form differs"
    );
    assert_eq!(shop.events().len(), shop.truth().events.len());
    assert!(shop.transactions().iter().all(|t| t.customer_id.is_some()));
}

#[test]
fn files_have_one_line_a_row() {
    let shop = Shop::generate(&ShopConfig::small().events(3_000)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    shop.write_csv(folder.path()).unwrap();
    let lines = |t: RawTable| {
        std::fs::read_to_string(folder.path().join(t.file_name()))
            .unwrap()
            .lines()
            .count()
            - 1
    };
    assert_eq!(lines(RawTable::Users), 400);
    assert_eq!(lines(RawTable::Events), shop.events().len());
    assert_eq!(lines(RawTable::Transactions), shop.transactions().len());
    let first = String::from_utf8(shop.raw_csv(RawTable::Transactions).unwrap()).unwrap();
    assert!(first.starts_with(
        "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,CustomerID,Country\n"
    ));
    let sessions: HashSet<String> = (0..50_000).map(raw::session_id).collect();
    assert_eq!(sessions.len(), 50_000);
}

#[test]
fn parameters_outside_their_domain_are_named() {
    let bad = [
        (ShopConfig::small().users(3), "users"),
        (ShopConfig::small().products(0), "products"),
        (ShopConfig::small().days(2), "days"),
        (ShopConfig::small().first_day(2023, 2, 30), "first_day"),
        (
            ShopConfig::small().baseline_conversion(0.0),
            "baseline_conversion",
        ),
        (ShopConfig::small().taste(f64::NAN), "taste"),
        (
            ShopConfig::small().defects(DefectRates {
                anonymous: 1.5,
                ..DefectRates::default()
            }),
            "anonymous",
        ),
    ];
    for (config, name) in bad {
        let message = Shop::generate(&config).unwrap_err().to_string();
        assert!(message.contains(&format!("`{name}`")), "{message}");
    }
    let tiny = ShopConfig::default()
        .users(10)
        .products(20)
        .events(1)
        .days(30);
    assert!(!Shop::generate(&tiny).unwrap().truth().events.is_empty());
}
