//! Assignment of users to versions.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A side of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Arm {
    /// The version in use.
    Control,
    /// The version on trial.
    Challenger,
}

/// Assigns users to arms by a salted hash of their id: the same user always gets the same arm, on
/// every machine, and a user who has the challenger keeps it when the share grows. Another salt
/// gives an independent assignment.
///
/// ```
/// use ml_serve::rollout::{Arm, Route};
/// let ten = Route::new("ranking-2024-06", 0.10)?;
/// let half = Route::new("ranking-2024-06", 0.50)?;
/// let users: Vec<String> = (0..10_000).map(|i| format!("user{i}")).collect();
/// let on = |r: &Route| users.iter().filter(|u| r.arm(u) == Arm::Challenger).count();
/// assert_eq!((on(&ten), on(&half)), (963, 4963));
/// assert!(users.iter().all(|u| ten.arm(u) == Arm::Control || half.arm(u) == Arm::Challenger));
/// # Ok::<(), ml_serve::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Route {
    salt: String,
    share: f64,
}

impl Route {
    /// Sends this share of users (0 to 1) to the challenger.
    ///
    /// # Errors
    /// A share outside 0 to 1.
    pub fn new(salt: impl Into<String>, share: f64) -> crate::Result<Self> {
        if !(0.0..=1.0).contains(&share) {
            return Err(ml_data::Error::parameter("Route", "share", share, "in [0, 1]").into());
        }
        Ok(Self {
            salt: salt.into(),
            share,
        })
    }

    /// The share of users on the challenger.
    pub fn share(&self) -> f64 {
        self.share
    }

    /// The user's arm.
    pub fn arm(&self, user: &str) -> Arm {
        self.at(self.hash(user))
    }

    pub(super) fn hash(&self, user: &str) -> u64 {
        user_hash(&self.salt, user)
    }

    pub(super) fn at(&self, hash: u64) -> Arm {
        if unit_interval(hash) < self.share {
            Arm::Challenger
        } else {
            Arm::Control
        }
    }
}

/// The user's hash among 2^64, uniform over users. SHA-256, so that neither platform nor library
/// version moves anybody.
pub(super) fn user_hash(salt: &str, user: &str) -> u64 {
    let mut hash = Sha256::new();
    // The length keeps (`a`, `bc`) apart from (`ab`, `c`).
    hash.update((salt.len() as u64).to_le_bytes());
    hash.update(salt.as_bytes());
    hash.update(user.as_bytes());
    let digest = hash.finalize();
    let mut head = [0u8; 8];
    head.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(head)
}

/// The hash as a number in [0, 1).
pub(super) fn unit_interval(hash: u64) -> f64 {
    (hash >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values computed with Python's hashlib (see `tests/golden/route.py`): other services can
    /// assign the same users.
    #[test]
    fn positions_are_those_of_the_reference() {
        for (salt, user, expected) in GOLDEN {
            let found = unit_interval(user_hash(salt, user));
            assert!((found - expected).abs() < 1e-15, "{salt} {user}: {found}");
        }
    }
    const GOLDEN: [(&str, &str, f64); 4] = include!("../../tests/golden/route.in");

    #[test]
    fn the_ends_are_exact_and_salts_independent() {
        let users: Vec<String> = (0..2000).map(|i| i.to_string()).collect();
        let (none, all) = (Route::new("s", 0.0).unwrap(), Route::new("s", 1.0).unwrap());
        assert!(
            users
                .iter()
                .all(|u| none.arm(u) == Arm::Control && all.arm(u) == Arm::Challenger)
        );
        let (a, b) = (Route::new("a", 0.5).unwrap(), Route::new("b", 0.5).unwrap());
        let both = users
            .iter()
            .filter(|u| a.arm(u) == Arm::Challenger && b.arm(u) == Arm::Challenger)
            .count();
        // Binomial(2000, 1/4): mean 500, standard deviation 19.4.
        assert!((400..600).contains(&both), "{both}");
        for bad in [-0.1, 1.1, f64::NAN] {
            assert!(Route::new("s", bad).is_err());
        }
    }
}
