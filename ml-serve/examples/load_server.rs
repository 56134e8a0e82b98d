//! A small server to put load on: 2,000 products, a model of users and popularity, events kept in
//! memory.
//!
//! `cargo run --release -p ml-serve --example load_server -- 127.0.0.1:8080`; `tests/load.sh`
//! starts it.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use ml_data::contract::{ByUser, ByVisit, RankFn};
use ml_serve::Result;
use ml_serve::http::Server;
use ml_serve::recommend::{
    Bundle, Catalogue, EventBuffer, IdIndex, Product, RecommendationService, Rung,
};
use std::sync::Arc;

const PRODUCTS: u32 = 2_000;
const USERS: u32 = 1_000;

fn service() -> Result<RecommendationService> {
    let product = |i: u32| Product::new(format!("p{i}"), format!("c{}", i % 20), f64::from(i % 90));
    let users = IdIndex::new((0..USERS).map(|i| format!("u{i}")))?;
    let taste = |user: u32, item: u32| ((user * 31 + item * 17) % 1_009) as f32;
    let model = RankFn::by_score::<ByUser>(PRODUCTS as usize, taste);
    let popular = RankFn::by_score::<ByVisit>(PRODUCTS as usize, |_, item| -(item as f32));
    let catalogue = Catalogue::new((0..PRODUCTS).map(product))?;
    let bundle = Bundle::new("v1", catalogue, users)
        .rung(Rung::new("model", model))
        .rung(Rung::new("popularity", popular));
    Ok(RecommendationService::new(bundle)?.sink(Arc::new(EventBuffer::new())))
}

fn main() -> Result<()> {
    let address = std::env::args().nth(1);
    let address = address.unwrap_or_else(|| "127.0.0.1:0".into());
    let listening = Server::new().listen(&address)?;
    println!("serving on http://{}", listening.address());
    listening.run(Arc::new(service()?))
}
