//! Interactions of users and items with public ids.

use super::{ColdIds, Interactions};
use ml_data::contract::IdIndex;
use ml_data::{Error, Result};

/// # Public ids
impl Interactions {
    /// Builds the matrix from `(user, item)` pairs of ids, each worth 1; a pair that occurs n times
    /// is worth n. Users and items are numbered in order of first appearance.
    ///
    /// ```
    /// use ml_models::factor::{ImplicitAls, Interactions};
    /// let pairs = [("ann", "mug"), ("ann", "pan"), ("bob", "mug"), ("eve", "lamp")];
    /// let seen = Interactions::from_ids(pairs)?;
    /// let als = ImplicitAls::new().factors(2).alpha(10.0).fit(&seen)?;
    /// let list = als.recommend(seen.user_index("bob")?, 1, &seen)?;
    /// assert_eq!(seen.item_ids().ids(&list)?, ["pan"]);
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`from_triples`](Self::from_triples).
    pub fn from_ids<U: AsRef<str>, I: AsRef<str>>(
        pairs: impl IntoIterator<Item = (U, I)>,
    ) -> Result<Self> {
        Self::from_weighted_ids(pairs.into_iter().map(|(user, item)| (user, item, 1.0)))
    }

    /// As [`from_ids`](Self::from_ids), of `(user, item, value)`; the values of a pair are added
    /// up.
    ///
    /// # Errors
    /// As [`from_triples`](Self::from_triples).
    pub fn from_weighted_ids<U: AsRef<str>, I: AsRef<str>>(
        triples: impl IntoIterator<Item = (U, I, f32)>,
    ) -> Result<Self> {
        let (mut users, mut items) = (IdIndex::default(), IdIndex::default());
        let number =
            |(u, i, v): (U, I, f32)| (users.insert(u.as_ref()), items.insert(i.as_ref()), v);
        let triples: Vec<(u32, u32, f32)> = triples.into_iter().map(number).collect();
        Self::from_triples(users.len(), items.len(), triples)?.with_ids(users, items)
    }

    /// The same interactions, with ids for the numbers of users and items.
    ///
    /// # Errors
    /// Another number of ids than of users or items.
    pub fn with_ids(mut self, users: IdIndex, items: IdIndex) -> Result<Self> {
        Error::check_len("ids of users", self.users(), users.len())?;
        Error::check_len("ids of items", self.items(), items.len())?;
        (self.user_ids, self.item_ids) = (users, items);
        Ok(self)
    }

    /// The same interactions, with further items that nobody took yet: the rest of a catalogue.
    /// Items that are there already keep their numbers. A model that is fitted knows them all.
    ///
    /// ```
    /// use ml_models::factor::Interactions;
    /// let seen = Interactions::from_ids([("ann", "mug")])?.with_items(["lamp", "mug"])?;
    /// assert_eq!((seen.items(), seen.item_index("lamp")?), (2, 1));
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// Interactions without ids; more items than fit into memory.
    pub fn with_items(mut self, ids: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self> {
        self.check_ids("Interactions::with_items")?;
        for id in ids {
            self.item_ids.insert(id.as_ref());
        }
        let items = self.item_ids.len();
        Self::from_triples(self.users(), items, self.iter())?.with_ids(self.user_ids, self.item_ids)
    }

    /// The same interactions under the numbers of others, usually those a model was fitted on, and
    /// what those do not know: pairs of such users and items are left out, counted, and named.
    ///
    /// ```
    /// use ml_models::factor::Interactions;
    /// let train = Interactions::from_ids([("ann", "mug"), ("bob", "pan")])?;
    /// let later = Interactions::from_ids([("eve", "mug"), ("bob", "mug"), ("bob", "lamp")])?;
    /// let (later, cold) = later.with_ids_of(&train)?;
    /// assert_eq!(later.user(train.user_index("bob")?).ids, [0]);
    /// assert_eq!((&cold.users[0][..], &cold.items[0][..], cold.pairs), ("eve", "lamp", 2));
    /// # Ok::<(), ml_data::Error>(())
    /// ```
    ///
    /// # Errors
    /// One of the two has no ids.
    pub fn with_ids_of(&self, known: &Interactions) -> Result<(Self, ColdIds)> {
        self.check_ids("Interactions::with_ids_of")?;
        known.check_ids("Interactions::with_ids_of")?;
        let numbers = |from: &IdIndex, to: &IdIndex| -> Vec<Option<u32>> {
            from.iter().map(|id| to.index(id)).collect()
        };
        let users = numbers(&self.user_ids, &known.user_ids);
        let items = numbers(&self.item_ids, &known.item_ids);
        let renumbered = |(u, i, v)| Some((users[u as usize]?, items[i as usize]?, v));
        let kept = self.iter().filter_map(renumbered);
        let later = Self::from_triples(known.users(), known.items(), kept)?
            .with_ids(known.user_ids.clone(), known.item_ids.clone())?;
        // Items and users without a pair are none of these interactions.
        let cold = |ids: &IdIndex, numbers: &[Option<u32>], taken: &dyn Fn(u32) -> bool| {
            let ids = (0..).zip(ids.iter().zip(numbers));
            let cold = ids.filter(|(n, (_, known))| known.is_none() && taken(*n));
            cold.map(|(_, (id, _))| id.to_owned()).collect()
        };
        let cold = ColdIds {
            users: cold(&self.user_ids, &users, &|u| !self.user(u).ids.is_empty()),
            items: cold(&self.item_ids, &items, &|i| !self.item(i).ids.is_empty()),
            pairs: self.len() - later.len(),
        };
        Ok((later, cold))
    }

    /// The ids of the users; empty where they are known by number alone.
    #[must_use]
    pub fn user_ids(&self) -> &IdIndex {
        &self.user_ids
    }

    /// The ids of the items; empty where they are known by number alone.
    #[must_use]
    pub fn item_ids(&self) -> &IdIndex {
        &self.item_ids
    }

    /// The number of a user.
    ///
    /// # Errors
    /// An unknown id, with the nearest one; interactions without ids.
    pub fn user_index(&self, id: &str) -> Result<u32> {
        self.check_ids("Interactions::user_index")?;
        self.user_ids.require("user", id)
    }

    /// The number of an item.
    ///
    /// # Errors
    /// An unknown id, with the nearest one; interactions without ids.
    pub fn item_index(&self, id: &str) -> Result<u32> {
        self.check_ids("Interactions::item_index")?;
        self.item_ids.require("item", id)
    }

    /// True when users and items have ids, or there are none.
    #[must_use]
    pub fn has_ids(&self) -> bool {
        self.user_ids.len() == self.users() && self.item_ids.len() == self.items()
    }

    fn check_ids(&self, who: &str) -> Result<()> {
        if self.has_ids() {
            return Ok(());
        }
        Err(Error::Required {
            who: who.into(),
            what: "ids".into(),
            how: "build the interactions with `from_ids` or `from_table`, or give numbers their \
                  ids with `with_ids`"
                .into(),
        })
    }
}
