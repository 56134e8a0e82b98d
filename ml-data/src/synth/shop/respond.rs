//! People who answer: what a user does with a list of recommendations.

use super::demand::{conversion, examined};
use super::draw::happens;
use super::truth::Truth;
use crate::random::Rng;

/// Reaction of a user to a list of recommendations.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ShopperResponse {
    /// Positions in the list that were clicked, in order; every bought item was clicked.
    pub clicked: Vec<usize>,
    /// Positions in the list that were bought, in order.
    pub bought: Vec<usize>,
    /// Price of the bought items in US dollars.
    pub revenue: f64,
}

impl ShopperResponse {
    /// Whether the list led to a purchase.
    #[must_use]
    pub fn converted(&self) -> bool {
        !self.bought.is_empty()
    }
}

impl Truth {
    /// The probability that a list shown to a user at `time` leads to at least one purchase: what
    /// [`Truth::respond`] does on average, without noise. An item that occurs twice counts twice;
    /// unknown users and items convert with probability 0.
    ///
    /// Items further down are seen less often, with probability `1 / log2(position + 2)` counted
    /// from 0.
    #[must_use]
    pub fn conversion(&self, user: u32, items: &[u32], time: i64) -> f64 {
        let history = self.history(user, time);
        conversion(
            items
                .iter()
                .map(|&p| self.probability(user, p, time, &history)),
        )
    }

    /// Shows a list to a user at `time` (seconds since 1970) and draws what they do: for A/B tests,
    /// canaries and bandits.
    ///
    /// ```
    /// use ml_data::random::generator;
    /// use ml_data::synth::shop::{Shop, ShopConfig};
    /// let shop = Shop::generate(&ShopConfig::small())?;
    /// let (truth, mut rng) = (shop.truth(), generator(1, "visitors", 0));
    /// let popular = truth.most_purchased(truth.end())[..10].to_vec();
    /// let mut buys = |user| truth.respond(user, &popular, truth.end(), &mut rng).converted();
    /// let sold = (0..2000).filter(|i| buys(i % 400)).count();
    /// assert!((20..70).contains(&sold));                       // about 2 %
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    pub fn respond(
        &self,
        user: u32,
        items: &[u32],
        time: i64,
        rng: &mut impl Rng,
    ) -> ShopperResponse {
        let history = self.history(user, time);
        let mut out = ShopperResponse::default();
        for (k, &p) in items.iter().enumerate() {
            let buy = self.probability(user, p, time, &history);
            // About seven clicks for every purchase.
            let click = 1.0 - (1.0 - buy).powi(7);
            // Both draws are made whatever comes of them, so that two lists share the luck of each
            // position. What has no chance (0 / 0) is not bought.
            let (clicks, buys) = (happens(rng, examined(k) * click), happens(rng, buy / click));
            if clicks {
                out.clicked.push(k);
                if buys {
                    out.bought.push(k);
                    let price = self
                        .products
                        .get(p as usize)
                        .map_or(0.0, |p| p.price_on(time.div_euclid(86_400)));
                    out.revenue += price;
                }
            }
        }
        out
    }
}
