//! Always-valid tests: the level holds however often one looks, and whenever one stops.
//!
//! A test of fixed size is right for one look at a size chosen beforehand. Looked at after every
//! request until it says something, it says it in the end, whatever is true (Armitage, McPherson,
//! Rowe 1969). An e-process is a number that is at most 1 on average under the hypothesis *at every
//! stopping time*: that it ever reaches 1 / alpha has probability at most alpha (Ville 1939). Its
//! inverse is a p-value that may be read at any time.
//!
//! | question | test | level |
//! |---|---|---|
//! | is a share above a limit? | [`ShareTest::above_limit`] | exact |
//! | is a share above the control's by more than a margin? | [`ShareTest::above`] | exact, any routing |
//! | is a mean above the control's? | [`NormalMixture::mean_above`] | after a burn-in |
//! | is a ratio over users (conversions / visits) above the control's? | [`NormalMixture::ratio_above`] | after a burn-in |
//!
//! *Below* is *above* with the arms exchanged. All of them take sums and counts alone, so that a
//! decision is a pure function of what was counted. [`Unit`] says what counts as one observation:
//! choose before the first look.
//!
//! ```
//! use ml_eval::sequential::{Share, ShareTest};
//! let test = ShareTest::default();
//! // 1 % of errors in the control, 5 % in the treatment, after 500 requests of it
//! let evidence = test.above(Share::new(95, 9_500)?, Share::new(25, 500)?, 0.001)?;
//! assert!(evidence.p_value() < 1e-4);
//! // the same errors in both arms say nothing
//! let evidence = test.above(Share::new(475, 9_500)?, Share::new(25, 500)?, 0.001)?;
//! assert_eq!(evidence.p_value(), 1.0);
//! # Ok::<(), ml_data::Error>(())
//! ```
//!
//! # References
//! Ville: Étude critique de la notion de collectif (1939). Armitage, McPherson, Rowe: Repeated
//! significance tests on accumulating data. JRSS A 132 (1969). doi:10.2307/2343787. Robbins:
//! Statistical methods related to the law of the iterated logarithm. Ann. Math. Statist. 41 (1970).
//! doi:10.1214/aoms/1177696786. Ramdas, Grünwald, Vovk, Shafer: Game-theoretic statistics and safe
//! anytime-valid inference. Statist. Sci. 38 (2023). doi:10.1214/23-STS894.

mod clusters;
mod constrained;
mod evidence;
mod mixture;
mod moments;
mod share;
#[cfg(test)]
mod simulate;
#[cfg(test)]
mod tests;
mod unit;

pub use clusters::Clusters;
pub use constrained::constrained_share;
pub use evidence::Evidence;
pub use mixture::NormalMixture;
pub use moments::Moments;
pub use share::{Share, ShareTest};
pub use unit::Unit;
