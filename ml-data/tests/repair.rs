//! Cleaning value by value: small tables whose right answer is worked out by hand.
#![allow(clippy::unwrap_used)]

use ml_data::clean::{
    AbsurdQuantity, Cancellations, CleanRetail, Cleaning, Fence, Outlier, RepairedShop,
    RetailCleaning, ShopRepair, ShopTables,
};
use ml_data::quality::Quality;
use ml_data::source::{CsvSource, MissingValues};
use ml_data::table::{Column, MISSING_TIME, Table};

fn csv(text: &str) -> Table {
    let source = CsvSource::text("table.csv", text).missing(MissingValues::pandas());
    source.read().unwrap().strict().unwrap()
}

fn cleaned(values: &[f64], fence: Fence, action: Outlier) -> (Vec<u32>, Vec<f64>) {
    let table = Table::new([("x", Column::num(values.iter().copied()))]).unwrap();
    let work = Cleaning::of(&table).outliers("x", fence, action).unwrap();
    let out = work.finish();
    let x = out.table.num_at(0).unwrap().to_vec();
    (out.rows, x)
}

/// Quartiles 2 and 4 of 0, 2, 3, 4, 7: the fence of 1.5 ranges reaches from -1 to 7, which is on
/// it.
#[test]
fn a_value_on_the_fence_is_no_outlier() {
    let between = Fence::Between(0.0, 10.0);
    let (rows, _) = cleaned(&[0.0, 10.0, 10.5, -0.1, 5.0], between, Outlier::Remove);
    assert_eq!(rows, [0, 1, 4]);
    let (rows, _) = cleaned(&[0.0, 2.0, 3.0, 4.0, 7.0], Fence::Iqr(1.5), Outlier::Remove);
    assert_eq!(rows, [0, 1, 2, 3, 4]);
    let (_, x) = cleaned(&[0.0, 10.0, 10.5, -0.1], between, Outlier::Missing);
    assert_eq!(x[..2], [0.0, 10.0]);
    assert!(x[2].is_nan() && x[3].is_nan());
    let (rows, x) = cleaned(&[0.0, 10.0, 10.5, -0.1], between, Outlier::Winsorise);
    assert_eq!((rows.len(), x), (4, vec![0.0, 10.0, 10.0, 0.0]));
}

/// Finite numbers whose mean, spread or range overflows: an error in words, or the right number,
/// and never a panic.
#[test]
fn case_m9_fences_of_large_numbers_are_numbers_or_refused() {
    let huge = [f64::MAX, -f64::MAX, f64::MAX, 0.0];
    for fence in [Fence::Iqr(1.5), Fence::ZScore(2.0), Fence::Mad(3.0)] {
        let e = fence.bounds(&huge).unwrap_err().to_string();
        assert!(e.contains("the numbers are too large for"), "{e}");
        let table = Table::new([("x", Column::num(huge))]).unwrap();
        let cut = Cleaning::of(&table).outliers("x", fence, Outlier::Winsorise);
        assert!(cut.is_err());
    }
    let (low, high) = Fence::Quantiles(0.25, 0.75)
        .bounds(&[-1.6e308, 1.6e308])
        .unwrap()
        .unwrap();
    assert!((low / -0.8e308 - 1.0).abs() < 1e-12 && (high / 0.8e308 - 1.0).abs() < 1e-12);
    let table = Table::new([("x", Column::num([1e308; 4]))]).unwrap();
    let report = Quality::new().check(&table).unwrap();
    assert_eq!(report.column("x").unwrap().mean, Some(1e308));
}

const LINES: &str = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,CustomerID,Country\n";

fn retail(cleaning: &RetailCleaning, lines: &str) -> CleanRetail {
    cleaning.clean(&csv(&format!("{LINES}{lines}"))).unwrap()
}

fn purchases(clean: &CleanRetail) -> Vec<(u32, Option<u32>)> {
    clean
        .cancellations
        .iter()
        .map(|c| (c.row, c.purchase))
        .collect()
}

/// Six pieces: those who send back six have nothing left to send back; four and two are six; a
/// third one is too many.
#[test]
fn pieces_are_cancelled_once() {
    let lines = "1,22423,MUG,6,2010-12-01 08:00:00,2.5,a,France\n\
                 C2,22423,MUG,-6,2010-12-02 08:00:00,2.5,a,France\n\
                 C3,22423,MUG,-6,2010-12-03 08:00:00,2.5,a,France\n\
                 4,22423,MUG,6,2010-12-04 08:00:00,2.5,b,France\n\
                 C5,22423,MUG,-4,2010-12-05 08:00:00,2.5,b,France\n\
                 C6,22423,MUG,-2,2010-12-06 08:00:00,2.5,b,France\n\
                 C7,22423,MUG,-1,2010-12-07 08:00:00,2.5,b,France\n";
    let clean = retail(&RetailCleaning::new(), lines);
    let found = [
        (1, Some(0)),
        (2, None),
        (4, Some(3)),
        (5, Some(3)),
        (6, None),
    ];
    assert_eq!(purchases(&clean), found);
    let net = RetailCleaning::new().cancellations(Cancellations::Net);
    assert!(
        retail(&net, lines).table.rows() == 0,
        "all twelve went back"
    );
}

/// Rows out of order of time: the purchase is the first row, and happened after.
#[test]
fn nothing_is_cancelled_before_it_is_bought() {
    let lines = "1,22423,MUG,6,2010-12-05 08:00:00,2.5,a,France\n\
                 C2,22423,MUG,-6,2010-12-02 08:00:00,2.5,a,France\n\
                 3,22423,MUG,6,2010-12-01 08:00:00,3.5,a,France\n\
                 C4,22423,MUG,-2,2010-12-06 08:00:00,2.5,a,France\n";
    let clean = retail(&RetailCleaning::new(), lines);
    // The one of the 2nd takes the only purchase before it, at another price; that of the 6th the
    // one of its price.
    assert_eq!(purchases(&clean), [(1, Some(2)), (3, Some(0))]);
    let net = RetailCleaning::new().cancellations(Cancellations::Net);
    let net = retail(&net, lines);
    assert_eq!(net.rows, [0]);
    assert_eq!(
        net.table.column_named("Quantity").unwrap().as_num(),
        Some(&[4.0][..])
    );
    // Somebody else's purchase, or another product, is not cancelled.
    let others = "1,22423,MUG,6,2010-12-01 08:00:00,2.5,b,France\n\
                  2,22424,CUP,6,2010-12-01 08:00:00,2.5,a,France\n\
                  C3,22423,MUG,-6,2010-12-02 08:00:00,2.5,a,France\n";
    assert_eq!(
        purchases(&retail(&RetailCleaning::new(), others)),
        [(2, None)]
    );
}

#[test]
fn nothing_bought_and_nothing_paid_is_no_line() {
    let lines = "1,22423,MUG,0,2010-12-01 08:00:00,2.5,a,France\n\
                 2,22423,MUG,1,2010-12-01 08:00:00,2.5,a,France\n\
                 3,22423,MUG,-1,2010-12-01 08:00:00,2.5,a,France\n\
                 4,22423,MUG,1,2010-12-01 08:00:00,0,a,France\n\
                 5,22423,MUG,1,2010-12-01 08:00:00,2.5,,France\n";
    assert_eq!(retail(&RetailCleaning::new(), lines).rows, [1]);
    let all = RetailCleaning::new()
        .drop_nonpositive_quantity(false)
        .drop_nonpositive_price(false)
        .drop_missing_customer(false);
    assert_eq!(retail(&all, lines).rows, [0, 1, 2, 3, 4]);
}

/// Factor 3: 3,000 beside 1,000 is a mistake, 2,999 is not; a thousand pieces are the least.
#[test]
fn absurd_quantities_begin_at_the_factor() {
    let kept = |first: u32, second: u32| {
        let lines = format!(
            "1,22423,MUG,{first},2010-12-01 08:00:00,2.5,a,France\n\
             2,22423,MUG,{second},2010-12-02 08:00:00,2.5,a,France\n"
        );
        let rule = RetailCleaning::new();
        retail(
            &rule.absurd_quantity(AbsurdQuantity::default(), Outlier::Remove),
            &lines,
        )
        .rows
    };
    assert_eq!(kept(1000, 3000), [0]);
    assert_eq!(kept(1000, 2999), [0, 1]);
    assert_eq!(kept(2, 1000), [0]);
    assert_eq!(kept(2, 999), [0, 1]);
    assert_eq!(kept(2000, 2000), [0, 1]);
}

const USERS: &str = "user_id,birth_date,gender,country,account_type,registered,system\n\
                     u1,2000-02-29,f,United States,person,1998-01-01,web\n\
                     u2,29/02/2004,m,Germany,person,01/02/1998,store\n\
                     u3,1970-05-01,,Japan,business,1998-01-01,web\n\
                     u4,,,France,person,1998-01-01,web\n";

/// A shop of four users, at the beginning of 1999, with prices of products p1 to p4 in unknown
/// currencies.
fn shop(events: &str, prices: [&str; 4]) -> RepairedShop {
    let users = csv(USERS);
    let product = |(i, price): (usize, &&str)| {
        format!(
            "p{0},2242{0},mug,toys,{price},,1998-06-01,a mug,1998-06-01\n",
            i + 1
        )
    };
    let header =
        "product_id,stock_code,name,category,price,currency,launch_date,description,style_since\n";
    let rows: String = prices.iter().enumerate().map(product).collect();
    let products = csv(&format!("{header}{rows}"));
    let header = "event_id,system,timestamp,user_id,session_id,product_id,event,quantity,unit_price,order_id\n";
    let events = csv(&format!("{header}{events}"));
    let tables = ShopTables {
        users: &users,
        products: &products,
        events: &events,
        product_ids: &csv("old_id,new_id\nx9,p1\n"),
        exchange_rates: &csv("currency,per_dollar\nUSD,1\nEUR,0.8\nJPY,100\n"),
        transactions: None,
    };
    ShopRepair::new(915_148_800_000_000).repair(tables).unwrap()
}

const DAY: i64 = 86_400_000_000;

/// 1900 was no leap year, 1904 was one: 1900-02-28 is day -25,509 and 1904-02-29 day -24,048
/// (Python's `date.toordinal`).
#[test]
fn births_on_a_leap_day_lose_a_century() {
    let out = shop("e1,web,1998-07-01 00:00:00,u1,s1,p1,view,1,5,\n", ["5"; 4]);
    let born = out.users.column_named("birth_date").unwrap();
    let born = born.as_time().unwrap();
    assert_eq!(
        born,
        [-25_509 * DAY, -24_048 * DAY, 120 * DAY, MISSING_TIME]
    );
    let silent = out.users.column_named("demographics_missing").unwrap();
    assert_eq!(silent.as_bool(), Some(&[0, 0, 0, 1][..]));
}

#[test]
fn a_visit_of_two_users_stays_anonymous() {
    let events = "e1,web,1998-07-01 00:00:00,,s1,p1,view,1,5,\n\
                  e2,web,1998-07-01 00:01:00,u1,s1,p1,view,1,5,\n\
                  e3,web,1998-07-01 00:02:00,,s2,p1,view,1,5,\n\
                  e4,web,1998-07-01 00:03:00,u1,s2,p1,view,1,5,\n\
                  e5,web,1998-07-01 00:04:00,u2,s2,p1,view,1,5,\n\
                  e6,web,1998-07-01 00:05:00,u1,s2,p1,view,1,5,\n";
    let out = shop(events, ["5"; 4]);
    let user = out.events.column_named("user_id").unwrap();
    let users: Vec<_> = (0..6).map(|r| user.str_at(r)).collect();
    let (u1, u2) = (Some("u1"), Some("u2"));
    assert_eq!(users, [u1, u1, None, u1, u2, u1]);
    // Prices of somebody unknown are in an unknown currency; euros become dollars at .8.
    let price = out.events.column_named("unit_price").unwrap();
    let price = price.as_num().unwrap();
    assert!(price[2].is_nan());
    assert_eq!((price[0], price[4]), (5.0, 6.25));
}

/// 1, 1 and 4 pieces: the median is 1 (the mean would be 2). A company may order 1,000.
#[test]
fn absurd_quantities_become_the_median() {
    let buy = |i: u32, user: &str, pieces: u32| {
        format!("e{i},web,1998-07-01 00:{i:02}:00,{user},s{i},p1,purchase,{pieces},5,o{i}\n")
    };
    let events: String = [
        buy(1, "u1", 1),
        buy(2, "u1", 1),
        buy(3, "u1", 4),
        buy(4, "u1", 500),
        buy(5, "u1", 100),
        buy(6, "u3", 1000),
        buy(7, "u3", 1001),
        buy(8, "u2", 101),
    ]
    .concat();
    let out = shop(&events, ["5"; 4]);
    let quantity = out.events.column_named("quantity").unwrap();
    // Of u1 the usual ones are 1, 1, 4 and 100: their median is 2.5, which rounds away from zero.
    // u2 has no other purchase.
    let want = [1.0, 1.0, 4.0, 3.0, 100.0, 1000.0, 1000.0, 1.0];
    assert_eq!(quantity.as_num(), Some(&want[..]));
    let few = events.lines().filter(|l| !l.starts_with("e5"));
    let few: String = few.map(|l| format!("{l}\n")).collect();
    let out = shop(&few, ["5"; 4]);
    let quantity = out.events.column_named("quantity").unwrap();
    assert_eq!(quantity.as_num().unwrap()[..4], [1.0, 1.0, 4.0, 1.0]);
}

/// Seen at 10 dollars: 10 is in dollars, 8 in euros, 1,014 in yen (1.4 % off); 1,016 (1.6 %) and 9
/// are in nothing known.
#[test]
fn a_currency_is_guessed_within_a_coin() {
    let see = |p: u32| format!("e{p},web,1998-07-0{p} 00:00:00,u1,s{p},p{p},view,1,10,\n");
    let events: String = (1..=4).map(see).collect();
    let currency = |prices: [&str; 4]| -> Vec<Option<String>> {
        let out = shop(&events, prices);
        let c = out.products.column_named("currency").unwrap();
        (0..4).map(|r| c.str_at(r).map(str::to_owned)).collect()
    };
    let usd = Some("USD".to_owned());
    let turned = vec![usd.clone(), usd.clone(), usd.clone(), None];
    assert_eq!(currency(["10", "8", "1014", "1016"]), turned);
    assert_eq!(
        currency(["9", "9", "8.11", "8.13"]),
        [None, None, usd, None]
    );
    let out = shop(&events, ["10", "8", "1014", "1016"]);
    let price = out
        .products
        .column_named("price")
        .unwrap()
        .as_num()
        .unwrap();
    assert_eq!(price, [10.0, 10.0, 10.14, 1016.0]);
}
