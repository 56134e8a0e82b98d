//! Fitted implicit ALS.

use super::als::ImplicitAls;
use super::index::{Index, length};
use super::kernel::{Aligned, Isa};
use super::matrix::Factors;
use super::solve::{gram, regularized};
use super::top::Top;
use ml_data::contract::{Params, Scored};
use ml_data::{Error, Result};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

/// Factors of users and items, with what makes answers fast.
///
/// Made by [`ImplicitAls::fit`].
///
/// # By public ids
/// Factors know numbers; the interactions know whose they are:
///
/// ```
/// use ml_models::factor::{ImplicitAls, Interactions};
/// let log = [("ann", "mug"), ("bob", "mug"), ("bob", "pan"), ("eve", "lamp")];
/// let seen = Interactions::from_ids(log)?;
/// let als = ImplicitAls::new().factors(2).fit(&seen)?;
///
/// let similar = als.similar_items(seen.item_index("mug")?, 2)?;
/// assert_eq!(seen.item_ids().ids(&similar)?[0], "pan");
/// // A new user, by what is in the basket.
/// let basket = [seen.item_index("mug")?];
/// let stranger = als.fold_in_user(&basket.map(|item| (item, 1.0)))?;
/// for scored in als.recommend_to(&stranger, 2, &basket)? {
///     println!("{:?} {:.3}", seen.item_ids().id(scored.item), scored.score);
/// }
/// # Ok::<(), ml_data::Error>(())
/// ```
///
/// # Saving
/// It ranks items and predicts no rows: it is saved as a state, with
/// [`save_state`](ml_data::artifact::save_state) as bytes or with
/// [`Artifact::write`](ml_data::artifact::Artifact::write) in a file, and not with
/// `artifact::save`. What is loaded is checked, and recommends the same.
///
/// ```
/// use ml_data::artifact::{load_state, save_state};
/// use ml_models::factor::{FittedImplicitAls, ImplicitAls, Interactions};
/// let seen = Interactions::from_pairs(3, 4, [(0, 1), (0, 2), (1, 2), (2, 3)])?;
/// let als = ImplicitAls::new().factors(4).fit(&seen)?;
/// let bytes = save_state("als/1", &als)?;
/// let loaded: FittedImplicitAls = load_state("als/1", &bytes)?;
/// assert_eq!(loaded.recommend(0, 2, &seen)?, als.recommend(0, 2, &seen)?);
/// # Ok::<(), ml_data::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Saved")]
pub struct FittedImplicitAls {
    pub(super) params: ImplicitAls,
    pub(super) users: Factors,
    pub(super) items: Factors,
    #[serde(skip)]
    pub(super) derived: Derived,
}

/// Values that follow from the factors and are not stored.
#[derive(Clone, Debug)]
pub(super) struct Derived {
    pub(super) isa: Isa,
    /// `Y^T Y + regularization I`, to solve for users.
    pub(super) item_gram: Aligned,
    /// `X^T X + regularization I`, to solve for items.
    pub(super) user_gram: Aligned,
    pub(super) index: Index,
    lengths: Vec<f64>,
}

#[derive(Deserialize)]
struct Saved {
    params: ImplicitAls,
    users: Factors,
    items: Factors,
}

impl TryFrom<Saved> for FittedImplicitAls {
    type Error = Error;
    fn try_from(s: Saved) -> Result<Self> {
        s.params.check()?;
        if s.users.factors() != s.params.factors || s.items.factors() != s.params.factors {
            return Err(Error::value(
                "saved factors",
                format!("{} columns", s.params.factors),
                s.users.factors(),
            ));
        }
        s.params.check_size(s.users.rows(), s.items.rows())?;
        FittedImplicitAls::new(s.params, Isa::best(), s.users, s.items)
    }
}

impl FittedImplicitAls {
    pub(super) fn new(
        params: ImplicitAls,
        isa: Isa,
        users: Factors,
        items: Factors,
    ) -> Result<Self> {
        let derived = Derived::new(&params, isa, &users, &items)?;
        Ok(FittedImplicitAls {
            params,
            users,
            items,
            derived,
        })
    }

    /// The parameters of the fit.
    #[must_use]
    pub fn params(&self) -> &ImplicitAls {
        &self.params
    }

    /// Users x factors.
    #[must_use]
    pub fn user_factors(&self) -> ArrayView2<'_, f32> {
        self.users.view()
    }

    /// Items x factors.
    #[must_use]
    pub fn item_factors(&self) -> ArrayView2<'_, f32> {
        self.items.view()
    }

    /// The number of users the model knows.
    #[must_use]
    pub fn users(&self) -> usize {
        self.users.rows()
    }

    /// The number of items the model knows.
    #[must_use]
    pub fn items(&self) -> usize {
        self.items.rows()
    }

    /// The `k` items whose factors point most nearly the same way, with the cosine as score,
    /// without the item itself. Items with zero factors have no direction: they are similar to
    /// nothing and left out.
    ///
    /// # Errors
    /// An item the model does not know.
    pub fn similar_items(&self, item: u32, k: usize) -> Result<Vec<Scored>> {
        let d = &self.derived;
        self.known_item(item)?;
        let (query, own) = (self.items.row(item as usize), d.lengths[item as usize]);
        let mut top = Top::default();
        top.start(k.min(self.items().saturating_sub(1)));
        let mut dots = [0.0f32; 64];
        let ids: Vec<u32> = (0..self.items() as u32).collect();
        for ids in ids.chunks(dots.len()) {
            let dots = &mut dots[..ids.len()];
            d.isa.dots(self.items.matrix(), ids, query, dots);
            for (&i, &dot) in ids.iter().zip(dots.iter()) {
                let lengths = own * d.lengths[i as usize];
                if i != item && lengths > 0.0 {
                    top.push((f64::from(dot) / lengths) as f32, i);
                }
            }
        }
        let mut out = vec![];
        top.finish(&mut out);
        Ok(out)
    }

    pub(super) fn known_item(&self, item: u32) -> Result<()> {
        if (item as usize) < self.items() {
            Ok(())
        } else {
            Err(unknown("item", item, self.items()))
        }
    }

    pub(super) fn known_user(&self, user: u32) -> Result<()> {
        if (user as usize) < self.users() {
            Ok(())
        } else {
            Err(unknown("user", user, self.users()))
        }
    }
}

/// An id the model does not know.
pub(super) fn unknown(what: &str, id: u32, count: usize) -> Error {
    Error::value(what, format!("an id below {count}"), id)
}

impl Derived {
    pub(super) fn new(
        params: &ImplicitAls,
        isa: Isa,
        users: &Factors,
        items: &Factors,
    ) -> Result<Self> {
        let solve = |y: &Factors| regularized(&gram(isa, y), y, params.regularization);
        let lengths: Vec<f64> = (0..items.rows()).map(|i| length(items.row(i))).collect();
        let longest = |rows: &mut dyn Iterator<Item = f64>| rows.fold(0.0, f64::max);
        let most = longest(&mut lengths.iter().copied())
            * longest(&mut (0..users.rows()).map(|u| length(users.row(u))));
        if most > f64::from(f32::MAX) / 2.0 {
            return Err(Error::value(
                "factors",
                "scores within f32",
                format!("a possible score of {most:e}"),
            ));
        }
        Ok(Derived {
            isa,
            item_gram: solve(items),
            user_gram: solve(users),
            index: Index::new(items),
            lengths,
        })
    }
}
