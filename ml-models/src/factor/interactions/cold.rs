//! Users and items of later interactions that the earlier ones do not know.

use std::fmt;

/// Users and items that the training data does not know, and the pairs that were left out with
/// them. Made by [`Interactions::with_ids_of`](super::Interactions::with_ids_of).
///
/// A model of the training data has learned nothing about a cold user or item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct ColdIds {
    /// Ids of the users, in order of first appearance.
    pub users: Vec<String>,
    /// Ids of the items, in order of first appearance.
    pub items: Vec<String>,
    /// Number of pairs of a cold user, a cold item, or both.
    pub pairs: usize,
}

impl ColdIds {
    /// True when everybody and everything is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.users.is_empty() && self.items.is_empty()
    }
}

/// Counts, and the first ids: `2 cold users (ann, bob), 1 cold item (mug): 4 pairs left out`.
impl fmt::Display for ColdIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |what: &str, ids: &[String]| {
            let mut first: Vec<&str> = ids.iter().take(3).map(String::as_str).collect();
            if ids.len() > first.len() {
                first.push("...");
            }
            let list = match first.is_empty() {
                true => String::new(),
                false => format!(" ({})", first.join(", ")),
            };
            format!("{}{list}", count(ids.len(), what))
        };
        let (users, items) = (
            named("cold user", &self.users),
            named("cold item", &self.items),
        );
        write!(
            f,
            "{users}, {items}: {} left out",
            count(self.pairs, "pair")
        )
    }
}

/// `1 user`, `2 users`.
fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
