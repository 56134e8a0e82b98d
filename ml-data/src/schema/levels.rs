//! Dictionaries of categories.

use crate::error::{Error, Result};
use foldhash::HashMap;
use serde::{Deserialize, Serialize};

/// A dictionary of category levels: code `i` means `names()[i]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<Box<str>>", into = "Vec<Box<str>>")]
pub struct Levels {
    names: Vec<Box<str>>,
    index: HashMap<Box<str>, u32>,
}

impl Levels {
    /// The levels in code order.
    pub fn names(&self) -> &[Box<str>] {
        &self.names
    }
    /// Number of levels.
    pub fn len(&self) -> usize {
        self.names.len()
    }
    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
    /// The code of a level.
    pub fn code(&self, level: &str) -> Option<u32> {
        self.index.get(level).copied()
    }
    /// The level of a code, if it is in the dictionary.
    pub fn name(&self, code: u32) -> Option<&str> {
        self.names.get(code as usize).map(|s| &**s)
    }
    /// The code of a level, added when new.
    pub fn add(&mut self, level: &str) -> u32 {
        if let Some(code) = self.index.get(level) {
            return *code;
        }
        let code = self.names.len() as u32;
        self.names.push(level.into());
        self.index.insert(level.into(), code);
        code
    }
    /// True when the first codes mean the same as in `other`.
    pub fn starts_with(&self, other: &Levels) -> bool {
        self.names.starts_with(&other.names)
    }
}

impl PartialEq for Levels {
    fn eq(&self, other: &Self) -> bool {
        self.names == other.names
    }
}

impl TryFrom<Vec<Box<str>>> for Levels {
    type Error = Error;

    /// Levels in code order.
    ///
    /// # Errors
    /// A level that is there twice: its code would not be clear.
    fn try_from(names: Vec<Box<str>>) -> Result<Self> {
        let mut index = HashMap::default();
        for (code, name) in (0_u32..).zip(&names) {
            if let Some(first) = index.insert(name.clone(), code) {
                return Err(Error::Duplicate {
                    what: "level".into(),
                    name: name.to_string(),
                    first: first as usize,
                    second: code as usize,
                });
            }
        }
        Ok(Self { names, index })
    }
}

impl From<Levels> for Vec<Box<str>> {
    fn from(levels: Levels) -> Self {
        levels.names
    }
}
