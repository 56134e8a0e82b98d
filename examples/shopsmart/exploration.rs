//! Stage 4, exploration: season, long tails and sparsity of the cleaned log.

use crate::data::trade::{DAY, Trade};
use crate::job::{Job, day};
use crate::support::report::Report;
use crate::support::svg;
use std::collections::HashSet;

/// Stage 4.
pub fn explore(job: &Job<'_>, report: &mut Report) {
    report.stage(
        4,
        "Exploration",
        "what the cleaned log looks like: season, long tails, how sparse it is",
    );
    let trade = &job.trade;
    let (first, last) = trade.span();
    let (mut by_item, mut by_user) = (vec![0.0; trade.items.len()], vec![0.0; trade.users.len()]);
    for p in &trade.log {
        by_item[p.item as usize] += 1.0;
        by_user[p.user as usize] += 1.0;
    }
    for fact in facts(trade, &by_item) {
        report.say(fact);
    }
    let revenue = revenue(trade);
    report.plots(&[
        (
            "Revenue a week: the season",
            svg::lines(
                "revenue",
                "week",
                &[("revenue", &revenue)],
                (&day(first), &day(last)),
                true,
            ),
        ),
        (
            "How many products were bought how often: a long tail; each bar spans a doubling",
            svg::by_doubling("products", "purchases of a product", by_item.into_iter()),
        ),
        (
            "How many users bought how much; each bar spans a doubling",
            svg::by_doubling("users", "purchases of a user", by_user.into_iter()),
        ),
    ]);
}

/// Revenue of every full week of the log.
fn revenue(trade: &Trade) -> Vec<f64> {
    let (first, last) = trade.span();
    let week = 7 * DAY;
    let mut revenue = vec![0.0; ((last - first) / week) as usize];
    for p in &trade.log {
        if let Some(sum) = revenue.get_mut(((p.at - first) / week) as usize) {
            *sum += p.quantity * p.price;
        }
    }
    revenue
}

fn facts(trade: &Trade, by_item: &[f64]) -> [String; 4] {
    let (first, last) = trade.span();
    let lines = trade.log.len() as f64;
    let pairs: HashSet<(u32, u32)> = trade.log.iter().map(|p| (p.user, p.item)).collect();
    let mut sorted = by_item.to_vec();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let tenth = sorted[..sorted.len().div_ceil(10)].iter().sum::<f64>() / lines;
    let density = pairs.len() as f64 / (trade.users.len() as f64 * trade.items.len() as f64);
    let repeat = 1.0 - pairs.len() as f64 / lines;
    [
        format!(
            "{} purchases of {} products by {} users, {} to {}",
            trade.log.len(),
            trade.items.len(),
            trade.users.len(),
            day(first),
            day(last)
        ),
        format!(
            "{:.2} % of all pairs of a user and a product were ever bought",
            density * 100.0
        ),
        format!(
            "{:.1} % of purchases repeat a product the user bought before",
            repeat * 100.0
        ),
        format!(
            "the most popular tenth of the products has {:.0} % of the purchases",
            tenth * 100.0
        ),
    ]
}
