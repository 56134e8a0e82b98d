//! The people: who they are, since when, and how they shop.

use super::category::Category;
use super::config::ShopConfig;
use super::draw::{happens, which};
use crate::random::{RngExt, Xoshiro256PlusPlus, generator};
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

/// Length of the hidden vectors behind taste.
pub(super) const LATENT: usize = 8;

/// Gender as the account form offers it; a sensitive attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Gender {
    Female,
    Male,
    Other,
}

impl Gender {
    /// Its name in the raw table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
            Self::Other => "other",
        }
    }
}

/// Kinds of accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AccountType {
    /// No fee.
    Free,
    /// Pays for free delivery.
    Premium,
    /// A company: buys in bulk.
    Business,
}

impl AccountType {
    /// Its name in the raw table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Premium => "premium",
            Self::Business => "business",
        }
    }
}

/// A currency, with a fixed rate for the whole period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Currency {
    Usd,
    Eur,
    Gbp,
    Jpy,
}

impl Currency {
    /// All currencies.
    pub const ALL: [Self; 4] = [Self::Usd, Self::Eur, Self::Gbp, Self::Jpy];

    /// ISO 4217 code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Usd => "USD",
            Self::Eur => "EUR",
            Self::Gbp => "GBP",
            Self::Jpy => "JPY",
        }
    }

    /// The currency of an ISO 4217 code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.code() == code)
    }

    /// Amount of it that one US dollar buys.
    #[must_use]
    pub fn per_dollar(self) -> f64 {
        match self {
            Self::Usd => 1.0,
            Self::Eur => 0.92,
            Self::Gbp => 0.79,
            Self::Jpy => 148.0,
        }
    }

    /// An amount in US dollars in this currency, rounded to its smallest coin.
    #[must_use]
    pub fn from_dollars(self, dollars: f64) -> f64 {
        let x = dollars * self.per_dollar();
        if self == Self::Jpy {
            x.round()
        } else {
            (x * 100.0).round() / 100.0
        }
    }
}

/// Where a person lives; prices are shown in the currency of the country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Country {
    UnitedStates,
    UnitedKingdom,
    Germany,
    France,
    Spain,
    Italy,
    Ireland,
    Japan,
}

impl Country {
    /// All countries.
    pub const ALL: [Self; 8] = [
        Self::UnitedStates,
        Self::UnitedKingdom,
        Self::Germany,
        Self::France,
        Self::Spain,
        Self::Italy,
        Self::Ireland,
        Self::Japan,
    ];

    /// Its name in the raw tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UnitedStates => "United States",
            Self::UnitedKingdom => "United Kingdom",
            Self::Germany => "Germany",
            Self::France => "France",
            Self::Spain => "Spain",
            Self::Italy => "Italy",
            Self::Ireland => "Ireland",
            Self::Japan => "Japan",
        }
    }

    /// The currency of its prices.
    #[must_use]
    pub fn currency(self) -> Currency {
        match self {
            Self::UnitedStates => Currency::Usd,
            Self::UnitedKingdom => Currency::Gbp,
            Self::Japan => Currency::Jpy,
            _ => Currency::Eur,
        }
    }

    fn draw(x: f64) -> Self {
        const SHARES: [f64; 8] = [0.45, 0.61, 0.73, 0.83, 0.88, 0.93, 0.96, 1.0];
        Self::ALL[which(x, &SHARES)]
    }
}

/// A person as they really are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Day of birth, counted from 1970.
    pub birth_day: i64,
    /// Gender.
    pub gender: Gender,
    /// Country.
    pub country: Country,
    /// Account.
    pub account: AccountType,
    /// Moment of registration, seconds since 1970.
    pub registered: i64,
    /// Last day on which they may come, counted from 1970: the end of the period unless they left
    /// the shop.
    pub last_day: i64,
    pub(super) income: f32,
    pub(super) price_sensitivity: f32,
    /// Readiness to buy, in log-odds, and breadth of looking around.
    pub(super) engagement: f32,
    /// Visits per day against other people.
    pub(super) activity: f32,
    pub(super) mobile: f32,
    pub(super) taste: [f32; Category::ALL.len()],
    pub(super) latent: [f32; LATENT],
}

impl User {
    /// Age in whole years on a day (mean length of a year).
    #[must_use]
    pub fn age_on(&self, day: i64) -> i64 {
        ((day - self.birth_day) as f64 / 365.2425).floor() as i64
    }
}

/// Makes the people, in the order in which they registered.
pub(super) fn join(config: &ShopConfig) -> Vec<User> {
    let mut users: Vec<User> = (0..config.users).map(|i| user(config, i)).collect();
    users.sort_by_key(|u| u.registered);
    users
}

fn user(config: &ShopConfig, i: usize) -> User {
    let rng = &mut generator(config.seed, "shop user", i as u64);
    let normal = |rng: &mut Xoshiro256PlusPlus| -> f64 { StandardNormal.sample(rng) };
    let (start, days) = (config.start_day(), i64::from(config.days));
    let age = (38.0 + 13.0 * normal(rng)).clamp(18.0, 85.0);
    // Older people have been customers for longer: age and tenure go together.
    let old_hand = happens(rng, 0.30 + 0.006 * (age - 18.0));
    let tenure = (1500.0 * rng.random::<f64>().powf(1.6 - 0.012 * age)) as i64;
    let joined_day = if old_hand {
        start - 1 - tenure
    } else {
        start + rng.random_range(0..days - 7)
    };
    let last_day = if happens(rng, 0.15) {
        (joined_day.max(start) + rng.random_range(30..900)).min(start + days - 1)
    } else {
        start + days - 1
    };
    let genders = [Gender::Female, Gender::Male, Gender::Other];
    let gender = genders[which(rng.random(), &[0.51, 0.98, 1.0])];
    let accounts = [
        AccountType::Free,
        AccountType::Premium,
        AccountType::Business,
    ];
    let account = accounts[which(rng.random(), &[0.72, 0.97, 1.0])];
    let lean = match gender {
        Gender::Female => 1.0,
        Gender::Male => -1.0,
        Gender::Other => 0.0,
    };
    let taste = std::array::from_fn(|c| {
        let traits = Category::ALL[c].traits();
        let group = traits.women * lean + traits.age * (age - 40.0) / 10.0;
        (config.taste * (0.8 * group + 0.9 * normal(rng))) as f32
    });
    let premium = if account == AccountType::Premium {
        0.25
    } else {
        0.0
    };
    let engagement = 0.45 * normal(rng) + premium;
    User {
        birth_day: joined_day.max(start) - (age * 365.2425) as i64 - rng.random_range(0..365),
        gender,
        country: Country::draw(rng.random()),
        account,
        registered: joined_day * 86_400 + rng.random_range(0..86_400),
        last_day,
        income: (0.35 * normal(rng) + 0.008 * (age - 38.0)).exp() as f32,
        price_sensitivity: (0.4 * normal(rng)).exp() as f32,
        engagement: engagement as f32,
        activity: (0.8 * normal(rng) + 0.4 * engagement).exp() as f32,
        mobile: (0.62 - 0.008 * (age - 30.0) + 0.15 * normal(rng)).clamp(0.05, 0.95) as f32,
        taste,
        latent: std::array::from_fn(|_| normal(rng) as f32),
    }
}
