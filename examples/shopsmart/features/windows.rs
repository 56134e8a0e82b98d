//! The future, cut into weeks: what each part of the data is for.

use crate::data::trade::{DAY, Trade};
use ml_pipeline::data::contract::ByVisit;
use ml_pipeline::eval::holdout::{Among, Holdout, VisitBuf};
use ml_pipeline::prelude::*;
use std::collections::BTreeMap;

/// One window of the future: features know what happened before `from`, labels what is bought until
/// `to`.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    pub from: i64,
    pub to: i64,
}

/// Training windows, then validation, test, and the weeks the service is live.
#[derive(Debug, Clone)]
pub struct Windows {
    pub train: Vec<Window>,
    pub valid: Window,
    pub test: Window,
    pub live: Window,
}

impl Windows {
    /// Four weeks each for every training window, validation and test, and two live weeks at the
    /// end; shorter in short logs.
    pub fn of(trade: &Trade, train_windows: usize) -> Result<Self> {
        let (first, last) = trade.span();
        let end = last + 1;
        let weeks = (end - first) / (7 * DAY);
        if weeks < 10 {
            return Err(Error::other(format!(
                "the log spans {weeks} weeks; the ladder needs at least 10"
            )));
        }
        let unit = (weeks / 10).clamp(1, 4) * 7 * DAY;
        let live = Window {
            from: end - (unit / 2).max(7 * DAY),
            to: end,
        };
        let before = |w: Window| Window {
            from: w.from - unit,
            to: w.from,
        };
        let test = before(live);
        let valid = before(test);
        let mut train = vec![before(valid)];
        while train.len() < train_windows {
            train.insert(0, before(train[0]));
        }
        Ok(Self {
            train,
            valid,
            test,
            live,
        })
    }
}

/// Known users who buy known items in a window, with what they buy, ascending; and what had to be
/// left out.
pub struct Demand {
    pub bought: BTreeMap<u32, Vec<u32>>,
    pub new_users: usize,
    pub new_items: usize,
}

pub fn demand(trade: &Trade, window: Window) -> Demand {
    let (mut user_known, mut item_known) = (
        vec![false; trade.users.len()],
        vec![false; trade.items.len()],
    );
    for p in trade.between(i64::MIN, window.from) {
        user_known[p.user as usize] = true;
        item_known[p.item as usize] = true;
    }
    let mut out = Demand {
        bought: BTreeMap::new(),
        new_users: 0,
        new_items: 0,
    };
    let mut strangers = std::collections::BTreeSet::new();
    for p in trade.between(window.from, window.to) {
        if !user_known[p.user as usize] {
            strangers.insert(p.user);
        } else if !item_known[p.item as usize] {
            out.new_items += 1;
        } else {
            out.bought.entry(p.user).or_default().push(p.item);
        }
    }
    out.new_users = strangers.len();
    for items in out.bought.values_mut() {
        items.sort_unstable();
        items.dedup();
    }
    out
}

/// The held-out set of a window: every known buyer, the whole catalogue as candidates.
pub fn holdout<P: Part>(trade: &Trade, window: Window) -> Result<(Holdout<ByVisit, P>, Demand)> {
    let demand = demand(trade, window);
    let mut set = Holdout::new(trade.items.len());
    for (user, items) in &demand.bought {
        let visit = VisitBuf {
            user: Some(*user),
            now: window.from,
            ..VisitBuf::default()
        };
        set.push(visit, Among::All, items.iter().copied())?;
    }
    Ok((set, demand))
}
