//! One thing that happened in the shop.

use serde::{Deserialize, Serialize};

/// Kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EventKind {
    /// Looked at a product page.
    View,
    /// Put a product into the cart.
    Cart,
    /// Paid.
    Purchase,
    /// Sent a bought product back.
    Return,
}

impl EventKind {
    /// Its name in the raw event log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Cart => "add_to_cart",
            Self::Purchase => "purchase",
            Self::Return => "return",
        }
    }
}

/// Device of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Device {
    /// A computer.
    Desktop,
    /// A telephone.
    Mobile,
    /// A tablet.
    Tablet,
}

impl Device {
    /// Its name in the raw event log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Mobile => "mobile",
            Self::Tablet => "tablet",
        }
    }
}

/// Which of the company's systems wrote a raw event; each has its own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum System {
    /// The web site before its update: Unix seconds, UTC.
    WebOld,
    /// The web site after its update: `2023-05-01T10:00:00Z`.
    Web,
    /// The telephone application: Unix milliseconds, UTC.
    App,
    /// The order system: `01/05/2023 05:00:00`, day first, on a clock five hours behind UTC.
    Orders,
}

impl System {
    /// Its name in the raw event log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WebOld | Self::Web => "web",
            Self::App => "app",
            Self::Orders => "orders",
        }
    }
}

/// The order number of an event that belongs to no order.
pub const NO_ORDER: u32 = u32::MAX;

/// One thing that really happened.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When: seconds since 1970-01-01 UTC.
    pub time: i64,
    /// Who: position in [`super::Truth::users`], whether the log knows it or not.
    pub user: u32,
    /// What: position in [`super::Truth::products`].
    pub product: u32,
    /// The visit it belongs to; visits are numbered in the order of users, then of time.
    pub session: u32,
    /// The order it belongs to (purchases and returns), else [`NO_ORDER`].
    pub order: u32,
    /// Pieces: 1 for views.
    pub quantity: u32,
    /// Price of one piece in US dollars, discount included.
    pub unit_price: f64,
    /// The kind of event.
    pub kind: EventKind,
    /// The device.
    pub device: Device,
    /// Whether the person was signed in at that moment.
    pub signed_in: bool,
}
