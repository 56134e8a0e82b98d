//! Stage 5, features: the windows of the future, and what is known at the start of each.

pub mod judged;
pub mod net_rows;
pub mod past;
pub mod profile;
pub mod rows;
pub mod windows;

use crate::features::past::histories;
use crate::features::windows::demand;
use crate::job::{Job, day};
use crate::support::report::Report;
use ml_pipeline::prelude::*;

/// Stage 5.
pub fn features(job: &Job<'_>, report: &mut Report) -> Result<()> {
    report.stage(
        5,
        "Features and windows",
        "recency, frequency, money, trends and pair histories as of each moment; nothing at or after it is read",
    );
    let windows = &job.windows;
    let train = windows.train.iter().map(|w| ("train", *w));
    let rest = [
        ("valid", windows.valid),
        ("test", windows.test),
        ("live", windows.live),
    ];
    let mut rows = Vec::new();
    for (name, w) in train.chain(rest) {
        let d = demand(&job.trade, w);
        rows.push(vec![
            name.to_string(),
            day(w.from),
            day(w.to - 1),
            d.bought.len().to_string(),
            d.new_users.to_string(),
            d.new_items.to_string(),
        ]);
    }
    report.table(
        &[
            "part",
            "from",
            "to",
            "known buyers",
            "new users left out",
            "purchases of new products left out",
        ],
        &rows,
    );
    let log = histories(&job.trade, windows.test.from)?;
    let of_models = ["factors:score", "item:price", "item:price_to_users_mean"];
    let names: Vec<&str> = log.names().iter().chain(of_models).collect();
    report.say(format!(
        "{} features of a user, a product and their pair: {}",
        names.len(),
        names.join(", ")
    ));
    Ok(())
}
