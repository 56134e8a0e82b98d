//! Implicit ALS beside popularity on a log of purchases: evaluated on later ones, similar items, a
//! new user; all by public ids.
//!
//! `cargo run --release --example recommender [FILE]`; FILE is a log in the form of UCI's Online
//! Retail (`.csv` or `.csv.gz`), else one is made up.
#![allow(clippy::print_stdout, missing_docs)]

use ml_pipeline::data::source::CsvSource;
use ml_pipeline::models::baseline::Popularity;
use ml_pipeline::models::factor::Interactions;
use ml_pipeline::prelude::*;
use ml_pipeline::recommender::evaluate;
use std::sync::Arc;

/// 900 customers of three tastes buy two of ninety products, and then ten of the thirty of theirs.
fn made_up() -> CsvSource {
    let draw = |n: u32| n.wrapping_mul(2_654_435_761) >> 16;
    let line = |n: u32| {
        let (customer, day, taste) = (n % 900, n / 900, if n < 1800 { draw(n) / 30 } else { n });
        let product = taste % 3 * 30 + draw(n) % 30;
        format!("{customer},p{product},2024-06-{:02} 12:00:00,1\n", day + 1)
    };
    let lines: String = (0..10_800).map(line).collect();
    let head = "CustomerID,StockCode,InvoiceDate,Quantity\n";
    CsvSource::text("log.csv", &(head.to_owned() + &lines))
}

fn main() -> Result<()> {
    let source = std::env::args()
        .nth(1)
        .map_or_else(made_up, CsvSource::path);
    let log = source.read()?.table;
    let log = log.filter_by("Quantity", |c| c.num() > 0.0)?;
    let log = log.filter_by("CustomerID", |c| !c.is_missing())?;
    let (past, later) = log.split_by_time("InvoiceDate", 0.2)?;
    let train = Interactions::from_table(&past, "CustomerID", "StockCode")?;
    let test = Interactions::from_table(&later, "CustomerID", "StockCode")?;

    let als = ImplicitAls::new()
        .factors(32)
        .regularization(1.0)
        .alpha(2.0);
    let als = Arc::new(als.fit(&train)?);
    let popular = Arc::new(Popularity::new().fit(&train)?);
    let models = [("popularity", popular as _), ("als", als.clone() as _)];
    let scores = evaluate(&models, &train, &test, 10)?;
    println!("{scores}");
    let ndcg = |row: usize| scores.board.rows[row].ndcg.value;
    assert!(ndcg(1) > ndcg(0));

    let items = train.item_ids();
    let (first, second) = (
        items.id(0).unwrap_or_default(),
        items.id(3).unwrap_or_default(),
    );
    let similar = als.similar_items(train.item_index(first)?, 5)?;
    println!("similar to {first}: {:?}", items.ids(&similar)?);
    let basket = [train.item_index(first)?, train.item_index(second)?];
    let stranger = als.fold_in_user(&basket.map(|item| (item, 1.0)))?;
    let list = als.recommend_to(&stranger, 5, &basket)?;
    println!(
        "for one who took {first} and {second}: {:?}",
        items.ids(&list)?
    );
    Ok(())
}
