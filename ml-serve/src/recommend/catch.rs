//! Calls of code that may panic, turned into messages.

use ml_data::contract::{ByVisit, Candidates, RankSession, Scored, Visit};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Ranks, turning an error or a panic into its message.
pub(super) fn rank_caught(
    session: &mut dyn RankSession<ByVisit>,
    visit: Visit<'_>,
    among: Candidates<'_>,
    k: usize,
    out: &mut Vec<Scored>,
) -> Result<(), String> {
    match catch_unwind(AssertUnwindSafe(|| session.rank_into(visit, among, k, out))) {
        Ok(done) => done.map_err(|e| e.to_string()),
        Err(panic) => Err(panic_text(&*panic)),
    }
}

/// The message of a panic.
pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", text.unwrap_or("(no message)"))
}
