//! The recommendation service: as a library call, and over HTTP on the loopback device, one request
//! after the other on one connection.

use super::{Path, Work, work};
use ml_pipeline::data::contract::{ByUser, ByVisit, RankFn};
use ml_pipeline::data::{Error, Result};
use ml_pipeline::serve::http::Server;
use ml_pipeline::serve::recommend::{
    Bundle, Catalogue, IdIndex, Product, RecommendationService, Request, Rung,
};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

pub(crate) const PATHS: &[Path] = &[
    Path::new("service/recommend", "requests", 2000, call)
        .one()
        .counted(2000),
    Path::new("http/recommend", "requests", 2000, http)
        .one()
        .timed_only(),
];

const USERS: u32 = 1000;

/// A shop of so many products with a model of users, and popularity behind it.
fn service(products: usize) -> ml_pipeline::serve::Result<RecommendationService> {
    let product = |i: u32| Product::new(format!("p{i}"), format!("c{}", i % 20), f64::from(i % 90));
    let users = IdIndex::new((0..USERS).map(|i| format!("u{i}")))?;
    let taste = |user: u32, item: u32| ((user * 31 + item * 17) % 1009) as f32;
    let model = RankFn::by_score::<ByUser>(products, taste);
    let popular = RankFn::by_score::<ByVisit>(products, |_, item| -(item as f32));
    let catalogue = Catalogue::new((0..products as u32).map(product))?;
    let bundle = Bundle::new("v1", catalogue, users)
        .rung(Rung::new("model", model))
        .rung(Rung::new("popularity", popular));
    RecommendationService::new(bundle)
}

fn call(products: usize) -> Result<Work> {
    let service = service(products).map_err(Error::other)?;
    let mut next = 0;
    work!({
        next = (next + 1) % USERS;
        let request = Request::new(format!("u{next}")).count(10);
        service.recommend(&request).map_err(Error::other)
    })
}

fn http(products: usize) -> Result<Work> {
    let refused = |e| Error::io("the loopback device", e);
    let listening = Server::new().listen("127.0.0.1:0").map_err(Error::other)?;
    let address = listening.address();
    let service = Arc::new(service(products).map_err(Error::other)?);
    // Serves until the program ends.
    std::thread::spawn(move || listening.run(service));
    let mut stream = TcpStream::connect(address).map_err(refused)?;
    stream.set_nodelay(true).map_err(refused)?;
    let body = r#"{"user_id": "u7", "num_recommendations": 10}"#;
    let request = format!(
        "POST /api/v1/recommendations HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut answer = vec![0; 1 << 16];
    Ok(Box::new(move || {
        stream.write_all(request.as_bytes()).map_err(refused)?;
        whole(&mut stream, &mut answer)
    }))
}

/// Reads one answer, which must be 200.
fn whole(stream: &mut TcpStream, answer: &mut [u8]) -> Result<()> {
    let mut filled = 0;
    loop {
        let read = stream.read(&mut answer[filled..]);
        filled += match read.map_err(|e| Error::io("reading an answer", e))? {
            0 => return Err(Error::other("the answer ended early")),
            n => n,
        };
        let text = &answer[..filled];
        let Some(head) = text.windows(4).position(|w| w == b"\r\n\r\n") else {
            continue;
        };
        let fields = String::from_utf8_lossy(&text[..head]).to_lowercase();
        if !fields.starts_with("http/1.1 200") {
            return Err(Error::other(fields));
        }
        let length = fields
            .lines()
            .find_map(|l| l.strip_prefix("content-length: ")?.parse().ok());
        if filled >= head + 4 + length.unwrap_or(0usize) {
            return Ok(());
        }
    }
}
