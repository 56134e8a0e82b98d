//! Rates, limits and boundaries of the shop, by the values its documents give.

use super::super::calendar::{hours, is_black_friday_week, is_weekend, traffic};
use super::super::demand::{Demand, History, bisect, season};
use super::*;
use crate::table::Kind;
use crate::time::day_number;

fn day(y: i64, m: u32, d: u32) -> i64 {
    day_number(y, m, d).unwrap()
}

#[test]
fn traffic_follows_month_weekday_and_rush() {
    // (day, weight of the season, of the weekday, of the rush); weekdays from a calendar.
    let by_hand = [
        ((2023, 1, 31), 0.85, 0.97, 1.0), // Tuesday
        ((2023, 2, 1), 0.88, 0.96, 1.0),  // Wednesday
        ((2023, 3, 1), 1.0, 0.96, 1.0),
        ((2023, 8, 9), 1.0, 0.96, 1.0),
        ((2023, 8, 10), 1.15, 0.98, 1.0), // Thursday
        ((2023, 9, 12), 1.15, 0.97, 1.0),
        ((2023, 9, 13), 1.0, 0.96, 1.0),
        ((2023, 11, 14), 1.0, 0.97, 1.0),
        ((2023, 11, 15), 1.45, 0.96, 1.0),
        ((2023, 11, 20), 1.45, 1.0, 1.0), // Monday
        ((2023, 11, 21), 1.45, 0.97, 1.5),
        ((2023, 11, 27), 1.45, 1.0, 1.5), // Monday after Black Friday
        ((2023, 11, 28), 1.45, 0.97, 1.0),
        ((2023, 12, 22), 1.75, 0.95, 1.0), // Friday
        ((2023, 12, 23), 0.8, 1.08, 1.0),  // Saturday
        ((2023, 12, 31), 0.8, 1.22, 1.0),  // Sunday
        ((2024, 12, 1), 1.75, 1.22, 1.5),  // Sunday after a late Thanksgiving
        ((2024, 12, 2), 1.75, 1.0, 1.5),
        ((2024, 12, 3), 1.75, 0.97, 1.0),
    ];
    for ((y, m, d), of_season, of_week, rush) in by_hand {
        let found = traffic(day(y, m, d));
        assert!(
            (found - of_season * of_week * rush).abs() < 1e-12,
            "{y}-{m}-{d}: {found}"
        );
    }
    // A rush is seven days a year, wherever Thanksgiving falls.
    for year in 2018..=2029 {
        let week: Vec<i64> = (day(year, 1, 1)..=day(year, 12, 31))
            .filter(|&d| is_black_friday_week(d))
            .collect();
        assert_eq!(week.len(), 7, "{year}");
        assert_eq!(crate::time::weekday(week[0]), 1, "from a Tuesday");
    }
    let week = (day(2023, 11, 20)..day(2023, 11, 27)).map(is_weekend);
    assert_eq!(
        week.collect::<Vec<_>>(),
        [false, false, false, false, false, true, true]
    );
}

#[test]
fn hours_are_cumulative_and_differ_by_device_and_weekend() {
    let sum = |device, weekend| hours(device, weekend)[23];
    assert_eq!(sum(Device::Desktop, false), 119.0);
    assert_eq!(sum(Device::Tablet, false), 119.0);
    assert_eq!(sum(Device::Mobile, false), 125.0);
    for device in [Device::Desktop, Device::Mobile, Device::Tablet] {
        assert_eq!(hours(device, true)[..4], [3.0, 4.0, 5.0, 5.0]);
        assert_eq!(sum(device, true), 134.0);
    }
}

#[test]
fn shelves_add_up_and_have_their_seasons() {
    let share: f64 = Category::ALL.iter().map(|c| c.traits().shelf).sum();
    assert!((share - 1.0).abs() < 1e-12);
    // Each month's log-odds, in tenths: presents, spring, resolutions, school, nothing.
    let tenths = |c: Category| -> Vec<i64> {
        let at = |m| (season(c, day(2023, m, 15)) * 10.0).round() as i64;
        (1..=12).map(at).collect()
    };
    let gifts = [-2, 0, -1, -1, 0, 0, 0, 0, 0, 1, 6, 8];
    assert_eq!(tenths(Category::Toys), gifts);
    assert_eq!(tenths(Category::Jewelry), gifts);
    assert_eq!(
        tenths(Category::Garden),
        [-7, -3, 5, 9, 9, 6, 3, 1, -2, -5, -8, -8]
    );
    assert_eq!(
        tenths(Category::Sports),
        [6, 2, 1, 1, 2, 3, 2, 1, 0, -1, -1, 0]
    );
    assert_eq!(
        tenths(Category::Office),
        [1, 0, 0, 0, 0, -1, 1, 8, 7, 1, 0, 0]
    );
    assert_eq!(tenths(Category::Home), [0; 12]);
    let lasting: Vec<&str> = Category::ALL
        .iter()
        .filter(|c| c.is_consumable())
        .map(|c| c.name())
        .collect();
    assert_eq!(lasting, ["Beauty", "Grocery", "Health", "Pets"]);
    // Leaning to women, and to age, in hundredths.
    let leans: Vec<(i64, i64, i64)> = Category::ALL
        .iter()
        .map(|c| {
            let t = c.traits();
            let [women, age, pull] = [t.women, t.age, t.pull].map(|x| (x * 100.0).round() as i64);
            (women, age, pull)
        })
        .collect();
    let by_hand = [
        (-35, -8, 50),
        (40, -15, 20),
        (15, 15, 10),
        (70, -10, 10),
        (5, -10, -10),
        (10, 12, 0),
        (5, 5, 40),
        (10, 20, 10),
        (-20, -18, 0),
        (0, 30, -10),
        (0, 0, -10),
        (10, 5, 20),
        (40, 5, -40),
        (-15, 10, -40),
    ];
    assert_eq!(leans, by_hand);
}

#[test]
fn bisection_finds_the_least_argument_that_reaches_the_target() {
    let x = bisect(1.0, |x| x.clamp(0.0, 1.0));
    assert!((x - 1.0).abs() < 1e-9, "{x}");
    let x = bisect(-4.0, |x| 2.0 * x);
    assert!((x + 2.0).abs() < 1e-9, "{x}");
}

#[test]
fn what_was_bought_changes_the_occasion_at_its_bounds() {
    let shop = shop();
    let truth = shop.truth();
    let demand = Demand::new(shop.config(), &truth.products, &truth.users);
    let mut product = truth.products[0].clone();
    product.drops.clear();
    product.promotions.clear();
    product.lasts = Some(20.0);
    let (user, bought) = (&truth.users[0], day(2023, 6, 1) * 86_400);
    let mut history = History::default();
    history.add(7, bought - 86_400);
    history.add(7, bought);
    history.add(7, bought - 2 * 86_400);
    // Of a thing that lasts twenty days: half used up after ten, due from 16 to 32 days.
    let owned = |p: u32, product: &ShopProduct, days: f64| {
        let time = bought + (days * 86_400.0) as i64;
        let momentum = 0.6 * (-days / 20.0).exp();
        let all = demand.occasion(user, p, product, &history, time);
        let season = season(product.category, time.div_euclid(86_400));
        let cut = (product.price_on(time.div_euclid(86_400)) / product.price).ln();
        all - momentum - season + 1.3 * f64::from(user.price_sensitivity) * cut
    };
    for (days, odds) in [
        (9.99, -1.5),
        (10.0, 0.8),
        (15.99, 0.8),
        (16.0, 2.2),
        (31.99, 2.2),
        (32.0, 0.8),
        (100.0, 0.8),
    ] {
        let found = owned(7, &product, days);
        assert!((found - odds).abs() < 1e-9, "{days}: {found}");
    }
    assert!(owned(8, &product, 3.0).abs() < 1e-9, "another product");
    product.lasts = None;
    assert!((owned(7, &product, 16.0) + 2.5).abs() < 1e-9);
}

#[test]
fn prices_fall_on_their_day_and_promotions_end_before_theirs() {
    let mut p = shop().truth().products[0].clone();
    p.price = 99.99;
    p.drops = vec![(100, 0.9), (200, 0.5)];
    p.promotions = vec![(150, 160, 0.8), (155, 170, 0.7)];
    let at = [99, 100, 149, 150, 159, 160, 169, 170, 199, 200, 999].map(|d| p.price_on(d));
    let by_hand = [
        99.99, 89.99, 89.99, 71.99, 71.99, 62.99, 62.99, 89.99, 89.99, 50.0, 50.0,
    ];
    assert_eq!(at, by_hand);
    let off = [149, 150, 160, 170].map(|d| (p.discount_on(d) * 10.0).round() / 10.0);
    assert_eq!(off, [0.0, 0.2, 0.3, 0.0]);
    p.style = (6, 0);
    assert_eq!(p.style_name(), "playful", "styles repeat after five");
}

#[test]
fn the_end_of_the_record_is_outside_it() {
    let shop = shop();
    let truth = shop.truth();
    assert_eq!(truth.end(), day(2024, 7, 1) * 86_400);
    assert!(truth.is_recorded(truth.end() - 1) && !truth.is_recorded(truth.end()));
    // A purchase counts from the next second on.
    let bought = |e: &&Event| e.kind == EventKind::Purchase;
    let first = truth.events.iter().find(bought).unwrap();
    let ranks = |time| truth.most_purchased(time);
    let in_order: Vec<u32> = (0..300).collect();
    assert_eq!(ranks(first.time), in_order, "nothing is bought yet");
    let now = |e: &&Event| bought(e) && e.time == first.time;
    let mut sold: Vec<u32> = truth.events.iter().filter(now).map(|e| e.product).collect();
    sold.sort_unstable();
    assert_eq!(ranks(first.time + 1)[..sold.len()], sold);
    assert!(truth.purchases(400).is_empty());
    assert!(truth.best_items(0, truth.end(), 0).is_empty());
    let all = truth.best_items(0, truth.end(), 1_000);
    let chance: Vec<f64> = all
        .iter()
        .map(|&p| truth.purchase_probability(0, p, truth.end()))
        .collect();
    assert_eq!(chance.len(), 300);
    assert!(chance.windows(2).all(|w| w[0] >= w[1]));
    assert_eq!(all[..7], truth.best_items(0, truth.end(), 7));
}

#[test]
fn the_bad_batch_is_of_a_product_older_than_the_record() {
    let shop = shop();
    let truth = shop.truth();
    let from = day(2022, 7, 1) + 731 * 55 / 100;
    let mut products = truth.products[..50].to_vec();
    products[5].popularity = 100.0;
    for (launch, chosen) in [(-1, true), (0, false)] {
        products[5].launch_day = day(2022, 7, 1) + launch;
        let batch = Demand::new(shop.config(), &products, &truth.users).bad_batch;
        assert_eq!(batch.product == 5, chosen);
        assert_eq!((batch.from, batch.to), (from, from + 42));
    }
}

#[test]
fn a_bulk_order_is_eight_pieces_bought_by_a_company() {
    let shop = shop();
    let truth = shop.truth();
    let who = |account| {
        let of = truth.users.iter().position(|u| u.account == account);
        of.unwrap() as u32
    };
    let event = |user, quantity, kind| Event {
        user,
        quantity,
        kind,
        ..truth.events[0]
    };
    let company = who(AccountType::Business);
    let is = |e: Event| truth.is_bulk_order(&e);
    assert!(is(event(company, 8, EventKind::Purchase)));
    assert!(!is(event(company, 7, EventKind::Purchase)));
    assert!(!is(event(company, 8, EventKind::Return)));
    assert!(!is(event(who(AccountType::Free), 8, EventKind::Purchase)));
    assert!(!is(event(9_999, 8, EventKind::Purchase)));
}

#[test]
fn a_leap_day_a_century_later_is_the_day_before() {
    let later = |y, m, d| mess::a_century_later(day(y, m, d));
    assert_eq!(later(1980, 5, 31), day(2080, 5, 31));
    assert_eq!(later(2000, 2, 29), day(2100, 2, 28));
    assert_eq!(later(1980, 2, 29), day(2080, 2, 29));
}

#[test]
fn parameters_at_their_limits_are_taken() {
    let small = ShopConfig::small;
    for good in [
        small().users(10),
        small().users(50_000_000),
        small().products(20),
        small().products(50_000_000),
        small().events(1),
        small().events(50_000_000),
        small().days(30),
        small().first_day(1970, 1, 1),
        small().first_day(2200, 12, 31),
        small().baseline_conversion(0.5),
        small().purchase_rate(0.5),
        small().taste(0.0),
        small().taste(5.0),
        small().popularity(0.0),
        small().popularity(5.0),
    ] {
        good.check().unwrap();
    }
    let rule = |config: ShopConfig| config.check().unwrap_err().to_string();
    for (bad, words) in [
        (small().users(9), ["`users`", "9", "between 10"]),
        (
            small().users(50_000_001),
            ["`users`", "50000001", "50,000,000"],
        ),
        (small().products(19), ["`products`", "19", "between 20"]),
        (small().events(0), ["`events`", "0", "between 1"]),
        (small().days(29), ["`days`", "29", "at least 30"]),
        (
            small().first_day(1969, 12, 31),
            ["`first_day`", "1969-12-31", "1970"],
        ),
        (
            small().first_day(2201, 1, 1),
            ["`first_day`", "2201-1-1", "2200"],
        ),
        (
            small().baseline_conversion(0.51),
            ["`baseline_conversion`", "0.51", "0.5]"],
        ),
        (
            small().purchase_rate(0.0),
            ["`purchase_rate`", "0", "(0, 0.5]"],
        ),
        (small().taste(5.1), ["`taste`", "5.1", "[0, 5]"]),
        (small().popularity(-0.1), ["`popularity`", "-0.1", "[0, 5]"]),
    ] {
        let message = rule(bad);
        assert!(words.iter().all(|w| message.contains(w)), "{message}");
    }
}

#[test]
fn every_defect_rate_is_a_share() {
    let rates = |json: serde_json::Value| -> DefectRates { serde_json::from_value(json).unwrap() };
    let none = serde_json::to_value(DefectRates::none()).unwrap();
    let names: Vec<String> = none.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names.len(), 14);
    for name in names {
        let with = |x: f64| {
            let mut json = none.clone();
            assert_eq!(json[&name], 0.0, "{name}");
            json[&name] = x.into();
            ShopConfig::small().defects(rates(json)).check()
        };
        with(1.0).unwrap();
        for x in [-0.01, 1.01] {
            let message = with(x).unwrap_err().to_string();
            assert!(message.contains(&format!("`{name}`")), "{message}");
        }
    }
}

#[test]
fn fees_carry_the_signs_of_their_kind() {
    let shop = Shop::generate(
        &ShopConfig::small()
            .events(60_000)
            .purchase_rate(0.3)
            .seed(5),
    )
    .unwrap();
    let mut seen = HashSet::new();
    for (row, kind) in shop.transactions().iter().zip(&shop.truth().transactions) {
        if *kind == RetailTruth::NotProduct {
            let (quantity, low, high) = match row.stock_code.as_str() {
                "POST" => (1, 4.0, 18.0),
                "D" => (-1, 2.0, 60.0),
                "M" => (1, 1.0, 200.0),
                "BANK CHARGES" => (-1, 10.0, 20.0),
                "AMAZONFEE" => (-1, 50.0, 900.0),
                "ADJUST" => (1, 5.0, 50.0),
                "TEST001" => (5, 4.5, 4.6),
                other => panic!("{other}"),
            };
            assert_eq!(row.quantity, quantity, "{}", row.stock_code);
            assert!((low..=high).contains(&row.price), "{row:?}");
            assert_eq!(row.invoice.starts_with('C'), quantity < 0);
            seen.insert(row.stock_code.clone());
        } else if *kind == RetailTruth::Adjustment {
            assert_eq!((row.price, row.customer_id), (0.0, None));
            assert!(row.description.is_empty() && (-80..40).contains(&row.quantity));
            assert!(row.invoice.starts_with("18") && row.invoice.len() == 7);
        }
    }
    assert_eq!(seen.len(), 7, "{seen:?}");
}

#[test]
fn raw_tables_are_read_as_text_categories_and_numbers() {
    let shop = Shop::generate(&ShopConfig::small().events(3_000)).unwrap();
    let letters = |table| {
        let read = shop.raw_table(table).unwrap();
        let of = |c: &crate::table::Field| match c.kind() {
            Kind::Num => 'n',
            Kind::Cat => 'c',
            Kind::Text => 't',
            _ => 'w',
        };
        read.schema().fields().iter().map(of).collect::<String>()
    };
    let found = RawTable::ALL.map(letters);
    // By the order of the columns in the files.
    assert_eq!(
        found,
        [
            "cncccccc",
            "cctcncctcc",
            "nctccccnncn",
            "cctnwnnc",
            "wct",
            "wccnt",
            "cc",
            "cn",
            "ctc"
        ],
        "{found:?}"
    );
}

#[test]
fn names_and_codes_are_those_of_the_files() {
    assert_eq!(Currency::of_code("GBP"), Some(Currency::Gbp));
    assert_eq!(Currency::of_code("gbp"), None);
    let money = Country::ALL.map(|c| c.currency().code());
    assert_eq!(
        money,
        ["USD", "GBP", "EUR", "EUR", "EUR", "EUR", "EUR", "JPY"]
    );
    let amounts = Currency::ALL.map(|c| c.from_dollars(10.125));
    assert_eq!(amounts, [10.13, 9.32, 8.0, 1499.0]);
    let files = RawTable::ALL.map(RawTable::file_name);
    assert_eq!(
        files,
        [
            "users.csv",
            "products.csv",
            "events.csv",
            "transactions.csv",
            "searches.csv",
            "reviews.csv",
            "product_ids.csv",
            "exchange_rates.csv",
            "systems.csv"
        ]
    );
    let user = User {
        birth_day: day(1990, 3, 10),
        ..shop().truth().users[0].clone()
    };
    assert_eq!(user.age_on(day(2023, 3, 9)), 32);
    assert_eq!(user.age_on(day(2023, 3, 11)), 33);
}

#[test]
fn files_hold_what_is_kept_in_memory() {
    let shop = Shop::generate(&ShopConfig::small().events(2_000)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("made").join("here");
    shop.write_csv(&inside).unwrap();
    for table in RawTable::ALL {
        let file = std::fs::read(inside.join(table.file_name())).unwrap();
        assert_eq!(file, shop.raw_csv(table).unwrap(), "{table:?}");
        assert!(!file.is_empty());
    }
    assert_eq!(shop.searches().len(), {
        let text = String::from_utf8(shop.raw_csv(RawTable::Searches).unwrap()).unwrap();
        text.lines().count() - 1
    });
}
