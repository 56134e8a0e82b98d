//! The recommendation service inside an axum program of one's own, with a hot swap of the model.
//!
//! `cargo run --release --example embedded_service`
#![allow(clippy::print_stdout, missing_docs)]

use ml_pipeline::data::contract::{ByUser, RankFn};
use ml_pipeline::serve::axum::{Router, routing::get, serve};
use ml_pipeline::serve::http::Server;
use ml_pipeline::serve::recommend::{
    Bundle, Catalogue, IdIndex, Product, RecommendationService, Request, Rung,
};
use std::sync::Arc;
use tokio::net::TcpListener;

/// A version that ranks products by these scores.
fn bundle(version: &str, scores: [f32; 3]) -> ml_pipeline::serve::Result<Bundle> {
    let products = ["mug", "pan", "lamp"].map(|id| Product::new(id, "home", 9.0));
    let users = IdIndex::new(["ann", "bob"])?;
    let model = RankFn::by_score::<ByUser>(3, move |_user, item| scores[item as usize]);
    Ok(Bundle::new(version, Catalogue::new(products)?, users).rung(Rung::new("model", model)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let service = Arc::new(RecommendationService::new(bundle("v1", [1.0, 2.0, 3.0])?)?);
    let app = Router::new()
        .route("/about", get(|| async { "a shop" }))
        .nest("/shop", Server::new().router(service.clone()));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("serving on http://{}", listener.local_addr()?);
    let server = tokio::spawn(async move { serve(listener, app).await });

    let best = |service: &RecommendationService| {
        let answer = service.recommend(&Request::new("ann").count(1));
        answer.map(|a| (a.products().join(" "), a.metadata.model_version.clone()))
    };
    println!("{:?}", best(&service)?);
    service.swap(bundle("v2", [3.0, 2.0, 1.0])?)?; // requests under way keep their version
    println!("{:?}", best(&service)?);
    assert_eq!(best(&service)?.0, "mug");
    server.abort(); // a real program awaits it
    Ok(())
}
