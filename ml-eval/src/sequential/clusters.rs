//! Sums over users, for ratios whose users bring more than one observation each.

use serde::{Deserialize, Serialize};

/// Sums over users of x (visits) and y (conversions, errors), their squares and their product: all
/// that the delta method asks for. Users may come back: [`change`](Self::change) exchanges what a
/// user had for what the user has now.
///
/// # Formula
/// `ratio = sum y / sum x`; by the delta method its variance is
/// `n / (n - 1) sum (y - ratio x)² / (sum x)²` over n users.
///
/// ```
/// use ml_eval::sequential::Clusters;
/// let mut visits = Clusters::default();
/// visits.add(2.0, 1.0);
/// visits.add(1.0, 0.0);
/// visits.change((1.0, 0.0), (2.0, 1.0)); // the second user came again, and bought
/// assert_eq!((visits.users(), visits.ratio()), (2, 0.5));
/// ```
///
/// # References
/// Deng, Knoblich, Lu: Applying the delta method in metric analytics. KDD 2018.
/// doi:10.1145/3219819.3219919.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Clusters {
    users: u64,
    x: f64,
    y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Clusters {
    /// Takes a new user with these totals.
    pub fn add(&mut self, x: f64, y: f64) {
        self.users += 1;
        self.sum((x, y), 1.0);
    }
    /// Exchanges the totals of a user who was taken before.
    pub fn change(&mut self, before: (f64, f64), now: (f64, f64)) {
        self.sum(before, -1.0);
        self.sum(now, 1.0);
    }
    fn sum(&mut self, (x, y): (f64, f64), sign: f64) {
        self.x += sign * x;
        self.y += sign * y;
        self.xx += sign * x * x;
        self.yy += sign * y * y;
        self.xy += sign * x * y;
    }

    /// Users.
    pub fn users(&self) -> u64 {
        self.users
    }
    /// Sum of x over users.
    pub fn x(&self) -> f64 {
        self.x
    }
    /// Sum of y over users.
    pub fn y(&self) -> f64 {
        self.y
    }
    /// Sum of y over sum of x; 0 where x is 0.
    pub fn ratio(&self) -> f64 {
        if self.x > 0.0 { self.y / self.x } else { 0.0 }
    }
    /// Mean of x a user; 0 without users.
    pub fn mean_x(&self) -> f64 {
        self.x / (self.users.max(1)) as f64
    }
    /// Sum over users of the squared deviation of y - ratio x from its mean.
    pub(super) fn residuals(&self, ratio: f64) -> f64 {
        let mean = (self.y - ratio * self.x) / (self.users.max(1)) as f64;
        let squares = self.yy - 2.0 * ratio * self.xy + ratio * ratio * self.xx;
        (squares - mean * mean * self.users as f64).max(0.0)
    }
    /// Variance of the ratio by the delta method, n / (n - 1) sum (y - ratio x)² / (sum x)²; 0 of
    /// fewer than two users.
    pub fn variance(&self) -> f64 {
        if self.users < 2 || self.x <= 0.0 {
            return 0.0;
        }
        let n = self.users as f64;
        n / (n - 1.0) * self.residuals(self.ratio()) / (self.x * self.x)
    }
    /// Design effect of a share (y of x trials are hits), over all the arms given: how many times
    /// larger the variance is than it would be if every trial were of another user. 1 where nothing
    /// varies.
    ///
    /// # References
    /// Rao, Scott 1992, doi:10.2307/2532311; pooled over arms, each around its own share.
    pub fn design_effect(arms: &[Self]) -> f64 {
        let (mut clustered, mut independent) = (0.0, 0.0);
        for arm in arms.iter().filter(|a| a.users > 1) {
            let (n, ratio) = (arm.users as f64, arm.ratio());
            clustered += n / (n - 1.0) * arm.residuals(ratio);
            independent += ratio * (1.0 - ratio) * arm.x;
        }
        if independent > 0.0 {
            clustered / independent
        } else {
            1.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(users: &[(f64, f64)]) -> Clusters {
        let mut sums = Clusters::default();
        users.iter().for_each(|(x, y)| sums.add(*x, *y));
        sums
    }

    /// By hand: users (2, 1), (1, 0), (3, 2) have ratio 1/2 and residuals 0, -1/2, 1/2.
    #[test]
    fn variance_is_that_of_the_delta_method() {
        let sums = of(&[(2.0, 1.0), (1.0, 0.0), (3.0, 2.0)]);
        assert!((sums.ratio() - 0.5).abs() < 1e-15);
        assert!((sums.variance() - 1.5 * 0.5 / 36.0).abs() < 1e-15);
        assert!((Clusters::design_effect(&[sums]) - 1.5 * 0.5 / (0.25 * 6.0)).abs() < 1e-15);
    }

    /// By hand, arms of other shares. Users (2, 1), (1, 0), (3, 2): share 1/2, residuals 0, -1/2,
    /// 1/2; users (4, 1), (4, 3), (2, 0), (6, 4): share 1/2, residuals -1, 1, -1, 1; one user alone
    /// says nothing of clusters.
    #[test]
    fn a_design_effect_is_pooled_over_arms() {
        let first = of(&[(2.0, 1.0), (1.0, 0.0), (3.0, 2.0)]);
        let second = of(&[(4.0, 1.0), (4.0, 3.0), (2.0, 0.0), (6.0, 4.0)]);
        let alone = of(&[(5.0, 2.0)]);
        let found = Clusters::design_effect(&[first, alone, second]);
        let by_hand = (1.5 * 0.5 + 4.0 / 3.0 * 4.0) / (0.25 * 6.0 + 0.25 * 16.0);
        assert!((found - by_hand).abs() < 1e-14, "{found} {by_hand}");
        // Two users are enough, at a share of 1/5: residuals .6 and -.6 of trials 2 and 3.
        let two = of(&[(2.0, 1.0), (3.0, 0.0)]);
        let found = Clusters::design_effect(&[two]);
        assert!((found - 2.0 * 0.72 / (0.16 * 5.0)).abs() < 1e-14, "{found}");
        assert!((two.variance() - 2.0 * 0.72 / 25.0).abs() < 1e-15);
        assert_eq!(two.mean_x(), 2.5);
    }

    #[test]
    fn a_user_who_comes_back_is_one_user() {
        let mut sums = of(&[(2.0, 1.0), (1.0, 0.0)]);
        sums.change((1.0, 0.0), (3.0, 2.0));
        assert_eq!(sums, of(&[(2.0, 1.0), (3.0, 2.0)]));
    }

    #[test]
    fn one_trial_a_user_has_no_design_effect() {
        let single: Vec<_> = (0..200)
            .map(|i| (1.0, f64::from(u8::from(i % 5 == 0))))
            .collect();
        let effect = Clusters::design_effect(&[of(&single)]);
        assert!((effect - 200.0 / 199.0).abs() < 1e-12, "{effect}");
        // five trials a user that all end alike: 5
        let alike: Vec<_> = single.iter().map(|(_, y)| (5.0, 5.0 * y)).collect();
        let effect = Clusters::design_effect(&[of(&alike), of(&alike)]);
        assert!((effect - 5.0 * 200.0 / 199.0).abs() < 1e-12, "{effect}");
        let without = Clusters::design_effect(&[of(&[(3.0, 0.0), (2.0, 0.0)]), of(&[])]);
        assert_eq!(without, 1.0);
        assert_eq!((of(&[]).ratio(), of(&[(1.0, 1.0)]).variance()), (0.0, 0.0));
    }
}
