//! The shelves of the shop and what is known about each.

use serde::{Deserialize, Serialize};

/// A shelf of the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
#[allow(missing_docs)] // the names say it
pub enum Category {
    Electronics,
    Fashion,
    Home,
    Beauty,
    Toys,
    Books,
    Grocery,
    Health,
    Sports,
    Garden,
    Office,
    Pets,
    Jewelry,
    Music,
}

/// Properties of a shelf.
pub(super) struct Traits {
    pub(super) name: &'static str,
    /// Share of the catalogue.
    pub(super) shelf: f64,
    /// Demand of a product here against an average one, in log-odds.
    pub(super) pull: f64,
    /// Median price in US dollars, and the spread of its logarithm.
    pub(super) price: (f64, f64),
    /// Days until a bought product is used up; 0 for what lasts.
    pub(super) lasts: f64,
    /// Log-odds added for women and taken from men.
    pub(super) women: f64,
    /// Log-odds per decade of age above 40.
    pub(super) age: f64,
    /// Log-odds of demand in each month, January first.
    pub(super) season: [f64; 12],
}

const FLAT: [f64; 12] = [0.0; 12];
/// Presents: November and December.
const GIFTS: [f64; 12] = [
    -0.2, 0.0, -0.1, -0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.6, 0.8,
];
/// School starts: August and September.
const SCHOOL: [f64; 12] = [0.1, 0.0, 0.0, 0.0, 0.0, -0.1, 0.1, 0.8, 0.7, 0.1, 0.0, 0.0];
/// Spring.
const SPRING: [f64; 12] = [
    -0.7, -0.3, 0.5, 0.9, 0.9, 0.6, 0.3, 0.1, -0.2, -0.5, -0.8, -0.8,
];
/// January resolutions and summer.
const FIT: [f64; 12] = [0.6, 0.2, 0.1, 0.1, 0.2, 0.3, 0.2, 0.1, 0.0, -0.1, -0.1, 0.0];

impl Category {
    /// All shelves, in code order.
    pub const ALL: [Self; 14] = [
        Self::Electronics,
        Self::Fashion,
        Self::Home,
        Self::Beauty,
        Self::Toys,
        Self::Books,
        Self::Grocery,
        Self::Health,
        Self::Sports,
        Self::Garden,
        Self::Office,
        Self::Pets,
        Self::Jewelry,
        Self::Music,
    ];

    /// Its name as the catalogue should spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.traits().name
    }

    /// True when its products are used up and bought again.
    #[must_use]
    pub fn is_consumable(self) -> bool {
        self.traits().lasts > 0.0
    }

    #[rustfmt::skip]
    pub(super) fn traits(self) -> Traits {
        let t = |name, shelf, pull, price, lasts, women, age, season| Traits { name, shelf, pull, price, lasts, women, age, season };
        match self {
            Self::Electronics => t("Electronics", 0.22, 0.50, (120.0, 0.9), 0.0, -0.35, -0.08, GIFTS),
            Self::Fashion     => t("Fashion",     0.15, 0.20, (45.0, 0.6), 0.0, 0.40, -0.15, GIFTS),
            Self::Home        => t("Home",        0.13, 0.10, (38.0, 0.8), 0.0, 0.15, 0.15, FLAT),
            Self::Beauty      => t("Beauty",      0.08, 0.10, (22.0, 0.5), 60.0, 0.70, -0.10, GIFTS),
            Self::Toys        => t("Toys",        0.07, -0.10, (25.0, 0.6), 0.0, 0.05, -0.10, GIFTS),
            Self::Books       => t("Books",       0.08, 0.00, (15.0, 0.4), 0.0, 0.10, 0.12, SCHOOL),
            Self::Grocery     => t("Grocery",     0.07, 0.40, (9.0, 0.5), 21.0, 0.05, 0.05, FLAT),
            Self::Health      => t("Health",      0.05, 0.10, (18.0, 0.5), 45.0, 0.10, 0.20, FIT),
            Self::Sports      => t("Sports",      0.05, 0.00, (42.0, 0.8), 0.0, -0.20, -0.18, FIT),
            Self::Garden      => t("Garden",      0.03, -0.10, (35.0, 0.7), 0.0, 0.00, 0.30, SPRING),
            Self::Office      => t("Office",      0.04, -0.10, (14.0, 0.8), 0.0, 0.00, 0.00, SCHOOL),
            Self::Pets        => t("Pets",        0.02, 0.20, (24.0, 0.5), 30.0, 0.10, 0.05, FLAT),
            Self::Jewelry     => t("Jewelry",     0.007, -0.40, (160.0, 0.8), 0.0, 0.40, 0.05, GIFTS),
            Self::Music       => t("Music",       0.003, -0.40, (65.0, 0.8), 0.0, -0.15, 0.10, GIFTS),
        }
    }
}
