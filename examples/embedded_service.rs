//! The recommendation service inside an axum program of one's own: models saved with their shop as
//! one artifact, kept in a registry, and swapped while requests go on.
//!
//! `cargo run --release --example embedded_service`
#![allow(clippy::print_stdout, missing_docs)]

use ml_pipeline::models::baseline::{FittedPopularity, Popularity};
use ml_pipeline::models::factor::{FittedImplicitAls, ImplicitAls, Interactions};
use ml_pipeline::serve::Result;
use ml_pipeline::serve::axum::{Router, routing::get};
use ml_pipeline::serve::http::{Server, bind};
use ml_pipeline::serve::recommend::{
    Bundle, BundleLoader, Catalogue, Product, RecommendationService, Request, Rung,
};
use ml_pipeline::serve::registry::{GateOutcome, MemoryStore, Metadata, Registry};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Learns from a log, and publishes everything that serving needs as one artifact.
fn train(registry: &Registry, log: &str) -> Result<()> {
    let pairs = log.split(", ").filter_map(|pair| pair.split_once(' '));
    let seen = Interactions::from_ids(pairs)?;
    let als = ImplicitAls::new().factors(2).alpha(10.0).fit(&seen)?;
    let popular = Popularity::new().fit(&seen)?;
    let products = ["lamp", "mug", "pan"].map(|id| Product::new(id, "home", 9.0));
    let shop = Catalogue::in_order_of(seen.item_ids(), products)?;
    let bundle = Bundle::new("new", shop, seen.user_ids().clone())
        .rung(Rung::model("als", Arc::new(als)))
        .rung(Rung::model("popularity", Arc::new(popular)))
        .known(seen.pairs());
    let version = registry.publish("shop", &bundle.save()?, Metadata::default())?;
    let decided = GateOutcome::pass(["the only candidate"]);
    registry.promote("shop", version, "champion", &decided)?;
    Ok(())
}

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let registry = Registry::new(MemoryStore::new()); // or `Registry::open(folder)?`
    let loader = BundleLoader::new()
        .with::<FittedImplicitAls>()
        .with::<FittedPopularity>();
    let champion = || loader.load_from(&registry, "shop", "champion");
    let mut log = "ann mug, bob mug, bob pan, eve lamp".to_owned();
    train(&registry, &log)?;

    let service = Arc::new(RecommendationService::new(champion()?)?);
    let own = Router::new().route("/about", get(|| async { "a shop" }));
    let (listener, stop) = (bind("127.0.0.1:0").await?, Arc::new(Notify::new()));
    println!("serving on http://{}", listener.local_addr()?);
    let (shared, stopped) = (service.clone(), stop.clone().notified_owned());
    let server = Server::new().notice(Duration::ZERO).routes(own);
    let server = tokio::spawn(async move { server.serve(listener, shared, stopped).await });

    let best = |request: Request| {
        let answer = service.recommend(&request.count(1));
        answer.map(|a| (a.products().join(" "), a.metadata.model_version.clone()))
    };
    assert_eq!(best(Request::new("ann"))?, ("pan".into(), "v1".into()));
    log += ", ann pan, dan mug, dan pan, dan lamp";
    train(&registry, &log)?;
    service.swap(champion()?)?; // requests under way keep their version
    assert_eq!(best(Request::new("ann"))?, ("lamp".into(), "v2".into()));
    let again = best(Request::new("ann").include_seen(true))?.0;
    assert_ne!(again, "lamp", "what ann has may come again on request");
    stop.notify_one(); // `shutdown_signal()?` in a real program
    Ok(server.await??) // requests under way are answered first
}
