//! Requests, as a shop sends them.

use super::catalogue::Catalogue;
use crate::error::{Error, Result};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::marker::PhantomData;

/// The longest list that can be asked for.
pub const LIST_MAX: usize = 100;
/// Most products of a session that are read, the most recent ones. Longer histories are cut and
/// noted in the trace.
pub const HISTORY_MAX: usize = 100;
/// The longest user id, in bytes.
pub const ID_MAX: usize = 256;

/// A request, field by field the JSON of `POST /api/v1/recommendations`. Everything but `user_id`
/// may be left out or `null`.
///
/// ```
/// use ml_serve::recommend::{parse, Request};
/// let request = parse(br#"{
///     "user_id": "user123",
///     "context": { "current_product": "prod456", "session_history": ["prod789", "prod012"] },
///     "num_recommendations": 10,
///     "filters": { "exclude_categories": ["electronics"], "price_max": 100 }
/// }"#)?;
/// let same = Request::new("user123").current("prod456").history(["prod789", "prod012"])
///     .exclude(["electronics"]).price_max(100.0);
/// assert_eq!(request, same);
/// # Ok::<(), ml_serve::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Whom to recommend to. Ids the model has not seen are welcome.
    pub user_id: String,
    /// The visitor's page and session.
    #[serde(default, deserialize_with = "object_or_default")]
    pub context: Context,
    /// Number of products to return: 1 to [`LIST_MAX`], 10 when left out.
    #[serde(default = "ten", deserialize_with = "or_ten")]
    pub num_recommendations: usize,
    /// Products not to return.
    #[serde(default, deserialize_with = "object_or_default")]
    pub filters: Filters,
    /// Recommends also what the user has already and the products of the session; false when left
    /// out. See [`Bundle::known`](super::Bundle::known).
    #[serde(default, deserialize_with = "or_default")]
    pub include_seen: bool,
}

/// The visitor's page and session.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// The product on the page. It is never recommended; a product the catalogue does not have is
    /// ignored and noted in the [trace](super::Trace), because shops list new products before the
    /// model is trained on them.
    #[serde(default)]
    pub current_product: Option<String>,
    /// Products of this session, oldest first; the last [`HISTORY_MAX`] are read, unknown ones
    /// skipped. They are not recommended, unless [`include_seen`](Request::include_seen).
    #[serde(default, deserialize_with = "or_default")]
    pub session_history: Vec<String>,
}

/// Products not to return.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filters {
    /// Categories to leave out, in any case of letters; one that no product has leaves nothing out,
    /// which is noted.
    #[serde(default, deserialize_with = "or_default")]
    pub exclude_categories: Vec<String>,
    /// The highest price to show; products without a price are then left out.
    #[serde(default)]
    pub price_max: Option<f64>,
}

fn ten() -> usize {
    10
}

fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    d: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(d)?.unwrap_or_default())
}

/// An object or null. A derived struct would take a list too, field by field.
fn object_or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    d: D,
) -> Result<T, D::Error> {
    d.deserialize_any(Object(PhantomData))
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Default + Deserialize<'de>> Visitor<'de> for Object<T> {
    type Value = T;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

fn or_ten<'de, D: Deserializer<'de>>(d: D) -> Result<usize, D::Error> {
    Ok(Option::deserialize(d)?.unwrap_or_else(ten))
}

impl Request {
    /// Ten products for a user.
    pub fn new(user_id: impl Into<String>) -> Self {
        let (context, filters) = (Context::default(), Filters::default());
        Self {
            user_id: user_id.into(),
            context,
            num_recommendations: 10,
            filters,
            include_seen: false,
        }
    }
    /// Sets how many products to return.
    #[must_use]
    pub fn count(mut self, n: usize) -> Self {
        self.num_recommendations = n;
        self
    }
    /// Sets the product on the page.
    #[must_use]
    pub fn current(mut self, product: impl Into<String>) -> Self {
        self.context.current_product = Some(product.into());
        self
    }
    /// Sets the products of the session, oldest first.
    #[must_use]
    pub fn history(mut self, products: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.context.session_history = products.into_iter().map(Into::into).collect();
        self
    }
    /// Leaves categories out.
    #[must_use]
    pub fn exclude(mut self, categories: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.filters.exclude_categories = categories.into_iter().map(Into::into).collect();
        self
    }
    /// Brings back what the user has already and the products of the session: the default is to
    /// leave both out, as offline evaluation does. The product on the page stays out.
    ///
    /// ```
    /// use ml_serve::recommend::{parse, Request};
    /// let request = parse(br#"{"user_id": "ann", "include_seen": true}"#)?;
    /// assert_eq!(request, Request::new("ann").include_seen(true));
    /// # Ok::<(), ml_serve::Error>(())
    /// ```
    #[must_use]
    pub fn include_seen(mut self, include: bool) -> Self {
        self.include_seen = include;
        self
    }
    /// Sets the highest price.
    #[must_use]
    pub fn price_max(mut self, price: f64) -> Self {
        self.filters.price_max = Some(price);
        self
    }

    /// Checks every field; the codes of the excluded categories go to `codes` (emptied first).
    /// False when the catalogue has no product of a category that was to be left out.
    pub(super) fn check(&self, catalogue: &Catalogue, codes: &mut Vec<u32>) -> Result<bool> {
        codes.clear();
        if self.user_id.trim().is_empty() {
            return Err(Error::request("user_id", "a name", "empty"));
        }
        if self.user_id.len() > ID_MAX {
            let found = format!("{} bytes long", self.user_id.len());
            return Err(Error::request(
                "user_id",
                format!("at most {ID_MAX} bytes"),
                found,
            ));
        }
        if !(1..=LIST_MAX).contains(&self.num_recommendations) {
            let expected = format!("a whole number from 1 to {LIST_MAX}");
            return Err(Error::request(
                "num_recommendations",
                expected,
                self.num_recommendations.to_string(),
            ));
        }
        match self.filters.price_max {
            Some(p) if !p.is_finite() || p < 0.0 => {
                return Err(Error::request(
                    "filters.price_max",
                    "a finite number not below 0",
                    p.to_string(),
                ));
            }
            _ => {}
        }
        let mut known = true;
        for name in &self.filters.exclude_categories {
            let before = codes.len();
            codes.extend(catalogue.categories_like(name));
            known &= codes.len() > before;
        }
        Ok(known)
    }
}
