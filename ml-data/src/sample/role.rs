//! Roles of samples, and what each of them allows.

mod sealed {
    pub trait Sealed {}
}

/// The role a sample plays. Sealed.
pub trait Part: sealed::Sealed + Send + Sync + 'static {
    /// `train`, `valid`, `test`, `in-sample`.
    const NAME: &'static str;
}
/// Roles whose rows and labels may be read.
#[diagnostic::on_unimplemented(
    message = "the rows and labels of a `{Self}` sample cannot be read",
    note = "a test set is only good for `test.evaluate(..)`, once"
)]
pub trait Readable: Part {}
/// Roles that may be scored as often as needed.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` sample cannot be scored here",
    note = "score `valid` while you work, `test.evaluate(..)` once at the end, `train.into_in_sample()` to look at the fit"
)]
pub trait Scorable: Part {}
/// Roles whose rows a fitted step may transform.
#[diagnostic::on_unimplemented(
    message = "`{Self}` rows are not held out",
    note = "`fit_transform` already returned the training rows; transforming them again would leak labels"
)]
pub trait HeldOut: Readable {}

macro_rules! part {
    ($(#[$doc:meta])* $name:ident, $text:literal $(, $marker:ident)*) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}
        impl sealed::Sealed for $name {}
        impl Part for $name { const NAME: &'static str = $text; }
        $(impl $marker for $name {})*
    };
}
part!(/** Rows that are learned from. */ Train, "train", Readable);
part!(/** Rows for choices: early stopping, weights of a blend, comparisons while working. */ Valid, "valid", Readable, Scorable, HeldOut);
part!(/** Rows for the final statement, scored once. */ Test, "test");
part!(/** Training rows scored on purpose; the board says so. */ InSample, "in-sample", Readable, Scorable);
