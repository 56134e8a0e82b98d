//! The simulator's truth beside the shop's numbers: who is who, and a ranker that knows what people
//! want.

use crate::data::trade::Trade;
use crate::job::Job;
use crate::models::rungs::AnyRung;
use ml_pipeline::data::contract::{ByVisit, RankFn};
use ml_pipeline::data::synth::shop::{RetailTruth, Shop};
use std::collections::HashMap;
use std::sync::Arc;

pub const NAME: &str = "oracle (knows the simulator's tastes)";

/// The simulator's number of each user and product of the log.
pub struct WhoIsWho {
    pub users: Vec<u32>,
    pub items: Vec<u32>,
}

/// Nobody: a number that the simulator did not give.
const NOBODY: u32 = u32::MAX;

impl WhoIsWho {
    pub fn of(shop: &Shop, trade: &Trade) -> Self {
        let truth = shop.truth();
        let (mut users, mut items) = (HashMap::new(), HashMap::new());
        for (line, what) in shop.transactions().iter().zip(&truth.transactions) {
            let RetailTruth::Sale(event) = what else {
                continue;
            };
            let event = &truth.events[*event as usize];
            items.insert(line.stock_code.as_str(), event.product);
            if let Some(customer) = line.customer_id {
                users.insert(customer.to_string(), event.user);
            }
        }
        let user = |id: &String| users.get(id).copied().unwrap_or(NOBODY);
        let item = |id: &str| items.get(id).copied().unwrap_or(NOBODY);
        Self {
            users: trade.users.iter().map(user).collect(),
            items: trade.items.iter().map(|i| item(&i.id)).collect(),
        }
    }
}

/// Ranks by the probability that the user, shown the product at the moment, buys it; nobody knows
/// it of a real shop.
pub fn of(job: &Job<'_>) -> Option<AnyRung> {
    let shop = job.source.shop.clone()?;
    let who = WhoIsWho::of(&shop, &job.trade);
    let products = who.items.len();
    Some(Arc::new(RankFn::by_score::<ByVisit>(
        products,
        move |visit, item| {
            let user = visit.user.and_then(|u| who.users.get(u as usize));
            let (user, time) = (user.copied().unwrap_or(NOBODY), visit.now / 1_000_000);
            let product = who.items[item as usize];
            shop.truth().purchase_probability(user, product, time) as f32
        },
    )))
}
