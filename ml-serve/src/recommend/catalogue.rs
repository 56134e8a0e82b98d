//! Products with their categories, and the numbers rankers know them by.

use crate::error::Result;
use ml_data::contract::{IdIndex, ItemSet};
use ml_data::validate::distinct;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A product as the shop lists it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Product {
    /// Its id.
    pub id: String,
    /// Its category.
    pub category: String,
    /// Its price, when known.
    pub price: Option<f64>,
    /// False when it is not for sale: it is then never recommended, but its past still counts.
    pub active: bool,
}

impl Product {
    /// A product for sale.
    pub fn new(id: impl Into<String>, category: impl Into<String>, price: f64) -> Self {
        Self {
            id: id.into(),
            category: category.into(),
            price: Some(price),
            active: true,
        }
    }
    /// Takes the price away: unknown.
    #[must_use]
    pub fn without_price(mut self) -> Self {
        self.price = None;
        self
    }
    /// Sets whether it is for sale.
    #[must_use]
    pub fn active(mut self, active: bool) -> Self {
        self.active = active;
        self
    }
}

/// All products. A product's number is its place in the list, and must be the number the rankers
/// know it by.
#[derive(Debug, Clone)]
pub struct Catalogue {
    products: Vec<Product>,
    ids: IdIndex,
    categories: Vec<String>,
    by_category: HashMap<String, u32>,
    category_of: Vec<u32>,
    inactive: ItemSet,
}

impl Catalogue {
    /// From products in the rankers' order.
    ///
    /// # Errors
    /// An empty id, an id given twice, a price that is negative or not finite, more than
    /// `u32::MAX - 1` products.
    pub fn new(products: impl IntoIterator<Item = Product>) -> Result<Self> {
        let products: Vec<Product> = products.into_iter().collect();
        if products.len() >= u32::MAX as usize {
            let most = u32::MAX as usize - 1;
            return Err(ml_data::Error::too_many("products", most, products.len()).into());
        }
        distinct("product id", products.iter().map(|p| p.id.as_str()))?;
        let ids = IdIndex::new(products.iter().map(|p| &p.id))?;
        let (mut categories, mut by_category) = (Vec::new(), HashMap::new());
        let mut category_of = Vec::with_capacity(products.len());
        for (row, p) in products.iter().enumerate() {
            check(row, p)?;
            let code = *by_category.entry(p.category.clone()).or_insert_with(|| {
                categories.push(p.category.clone());
                categories.len() as u32 - 1
            });
            category_of.push(code);
        }
        let hidden = products
            .iter()
            .enumerate()
            .filter(|(_, p)| !p.active)
            .map(|(i, _)| i as u32)
            .collect();
        Ok(Self {
            products,
            ids,
            categories,
            by_category,
            category_of,
            inactive: ItemSet::new(hidden),
        })
    }

    /// From products in any order, numbered as items are that models were fitted on
    /// (`Interactions::item_ids`). Products that are new come behind them.
    ///
    /// ```
    /// use ml_serve::recommend::{Catalogue, IdIndex, Product};
    /// let items = IdIndex::new(["mug", "pan"])?;
    /// let product = |id| Product::new(id, "home", 9.0);
    /// let shop = Catalogue::in_order_of(&items, ["lamp", "pan", "mug"].map(product))?;
    /// assert_eq!(shop.ids().iter().collect::<Vec<_>>(), ["mug", "pan", "lamp"]);
    /// # Ok::<(), ml_serve::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`new`](Self::new); an item without a product, by its id.
    pub fn in_order_of(
        items: &IdIndex,
        products: impl IntoIterator<Item = Product>,
    ) -> Result<Self> {
        let mut products: Vec<Product> = products.into_iter().collect();
        distinct("product id", products.iter().map(|p| p.id.as_str()))?;
        products.sort_by_key(|p| items.index(&p.id).unwrap_or(u32::MAX));
        let missing = |(id, at): (&str, usize)| products.get(at).is_none_or(|p| p.id != id);
        if let Some((id, _)) = items.iter().zip(0..).find(|item| missing(*item)) {
            let what = format!("product of item `{id}`");
            return Err(ml_data::Error::value(what, "a product for each item", "none").into());
        }
        Self::new(products)
    }

    /// Number of products.
    pub fn len(&self) -> usize {
        self.products.len()
    }
    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.products.is_empty()
    }
    /// The number of a product.
    pub fn item(&self, id: &str) -> Option<u32> {
        self.ids.index(id)
    }
    /// The ids of the products, by number.
    pub fn ids(&self) -> &IdIndex {
        &self.ids
    }
    /// The product of a number.
    pub fn product(&self, item: u32) -> Option<&Product> {
        self.products.get(item as usize)
    }
    /// The categories there are, in order of appearance.
    pub fn categories(&self) -> &[String] {
        &self.categories
    }
    /// The number of a category.
    pub fn category_code(&self, name: &str) -> Option<u32> {
        self.by_category.get(name).copied()
    }
    /// The number of a product's category.
    pub fn category_of(&self, item: u32) -> Option<u32> {
        self.category_of.get(item as usize).copied()
    }

    /// The products, by number.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    pub(super) fn inactive(&self) -> &ItemSet {
        &self.inactive
    }

    /// True when the product may be shown under these filters.
    pub(super) fn allowed(&self, item: u32, excluded: &[u32], price_max: Option<f64>) -> bool {
        let Some(product) = self.product(item) else {
            return false;
        };
        product.active
            && !excluded.contains(&self.category_of[item as usize])
            && price_max.is_none_or(|max| product.price.is_some_and(|p| p <= max))
    }

    /// The numbers of the categories of this name, whatever the case of letters and the blanks
    /// around it.
    pub(super) fn categories_like(&self, name: &str) -> impl Iterator<Item = u32> {
        let wanted = name.trim().to_lowercase();
        let like = move |c: &String| c.trim().to_lowercase() == wanted;
        (0..)
            .zip(&self.categories)
            .filter(move |(_, c)| like(c))
            .map(|(code, _)| code)
    }
}

fn check(row: usize, p: &Product) -> Result<()> {
    if p.id.is_empty() {
        return Err(ml_data::Error::cell("product id", row, "an id", "an empty text").into());
    }
    match p.price {
        Some(v) if !v.is_finite() || v < 0.0 => {
            Err(
                ml_data::Error::cell("price", row, "a finite number not below 0, or no price", v)
                    .into(),
            )
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_products_are_named_by_row() {
        let p = |id: &str, price| Product::new(id, "c", price);
        let e = Catalogue::new([p("a", 1.0), p("a", 2.0)]).unwrap_err();
        assert_eq!(e.to_string(), "duplicate product id `a`, at 0 and 1");
        for bad in [
            p("", 1.0),
            p("b", -1.0),
            p("b", f64::NAN),
            p("b", f64::INFINITY),
        ] {
            assert!(Catalogue::new([bad]).is_err());
        }
        assert!(Catalogue::new([]).unwrap().is_empty());
    }

    #[test]
    fn filters_read_category_price_and_state() {
        let c = Catalogue::new([
            Product::new("a", "x", 1.0),
            Product::new("b", "y", 5.0),
            Product::new("c", "x", 9.0).active(false),
            Product::new("d", "x", 0.0).without_price(),
        ])
        .unwrap();
        let allowed = |ex: &[u32], max| {
            (0..5)
                .filter(|&i| c.allowed(i, ex, max))
                .collect::<Vec<_>>()
        };
        assert_eq!(allowed(&[], None), [0, 1, 3]);
        assert_eq!(allowed(&[], Some(5.0)), [0, 1]);
        assert_eq!(allowed(&[c.category_code("y").unwrap()], Some(0.5)), [0; 0]);
        assert_eq!(
            c.categories_like(" X").collect::<Vec<_>>(),
            [c.category_code("x").unwrap()]
        );
        assert_eq!(c.categories_like("z").count(), 0);
        assert_eq!(c.categories(), ["x", "y"]);
        let codes = ["x", "y", "z"].map(|name| c.category_code(name));
        assert_eq!(codes, [Some(0), Some(1), None]);
    }
}
