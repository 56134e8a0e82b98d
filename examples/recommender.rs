//! Implicit ALS beside popularity: ranking scored on each user's last item, similar items, a new
//! user.
//!
//! `cargo run --release --example recommender`
#![allow(clippy::print_stdout, missing_docs)]

use ml_pipeline::data::contract::Scored;
use ml_pipeline::models::baseline::Popularity;
use ml_pipeline::models::factor::Interactions;
use ml_pipeline::prelude::*;

/// The discounted gain of one relevant item in a list of ten.
fn gain(list: &[Scored], item: u32) -> f64 {
    let at = list.iter().position(|s| s.item == item);
    at.map_or(0.0, |at| 1.0 / (at as f64 + 2.0).log2())
}

fn main() -> Result<()> {
    // 900 users of three tastes take ten of the thirty items of their taste, and two others.
    let draw = |user: u32, n: u32| (user * 12 + n).wrapping_mul(2_654_435_761) >> 16;
    let item = |user: u32, n: u32| match n {
        0..10 => user % 3 * 30 + draw(user, n) % 30,
        _ => draw(user, n) % 90,
    };
    let taken = |user: u32| (0..12).map(move |n| (user, item(user, n)));
    let last = |user: u32| item(user, 9);
    let pairs = (0..900)
        .flat_map(taken)
        .filter(|&(user, i)| i != last(user));
    let seen = Interactions::from_pairs(900, 90, pairs)?;

    let als = ImplicitAls::new().factors(16).alpha(10.0).fit(&seen)?;
    let popular = Popularity::new().fit(&seen)?;
    let mut ndcg = [0.0; 2];
    for user in 0..900 {
        let taken: Vec<u32> = seen.user(user).iter().map(|(item, _)| item).collect();
        let unseen = popular
            .top()
            .iter()
            .filter(|s| !taken.contains(&s.item))
            .take(10);
        let lists = [als.recommend(user, 10, &seen)?, unseen.copied().collect()];
        (0..2).for_each(|m| ndcg[m] += gain(&lists[m], last(user)) / 900.0);
    }
    println!("NDCG@10: ALS {:.3}, popularity {:.3}", ndcg[0], ndcg[1]);
    assert!(ndcg[0] > 2.0 * ndcg[1]);

    let similar: Vec<u32> = als.similar_items(5, 5)?.iter().map(|s| s.item).collect();
    println!("similar to item 5: {similar:?}");
    let stranger = als.fold_in_user(&[(2, 1.0), (7, 1.0), (11, 1.0)])?;
    let list: Vec<u32> = als
        .recommend_to(&stranger, 5, &[2, 7, 11])?
        .iter()
        .map(|s| s.item)
        .collect();
    println!("for one who took 2, 7 and 11: {list:?}");
    assert!(list.iter().all(|item| *item < 30), "all of the first taste");
    Ok(())
}
