//! Lines `key=value` that belong together.

use std::str::FromStr;

use ml_data::{Error, Result};

use super::FORMAT;

/// The lines of the header, or of one tree.
#[derive(Debug, Default)]
pub(super) struct Section<'a> {
    /// Where it begins, counted from 1.
    pub(super) line: usize,
    entries: Vec<(usize, &'a str, &'a str)>,
}

/// An error at a line.
pub(super) fn fault(line: usize, expected: impl Into<String>, found: &str) -> Error {
    let mut found: String = found.chars().take(60).collect();
    if found.is_empty() {
        found.push_str("nothing");
    }
    Error::Model {
        format: FORMAT,
        at: format!("line {line}"),
        expected: expected.into(),
        found,
    }
}

impl<'a> Section<'a> {
    pub(super) fn at(line: usize) -> Self {
        Self {
            line,
            entries: Vec::new(),
        }
    }

    /// Adds a line; empty ones are skipped, and one without `=` is a key.
    pub(super) fn push(&mut self, line: usize, text: &'a str) {
        if !text.is_empty() {
            let (key, value) = text.split_once('=').unwrap_or((text, ""));
            self.entries.push((line, key, value));
        }
    }

    /// Line and value of a key.
    pub(super) fn find(&self, key: &str) -> Option<(usize, &'a str)> {
        let entry = self.entries.iter().find(|e| e.1 == key)?;
        Some((entry.0, entry.2.trim()))
    }

    pub(super) fn text(&self, key: &str) -> Result<(usize, &'a str)> {
        self.find(key)
            .ok_or_else(|| fault(self.line, format!("`{key}=` below"), "no such line"))
    }

    pub(super) fn number<T: FromStr>(&self, key: &str) -> Result<T> {
        let (line, text) = self.text(key)?;
        parse(line, key, text)
    }

    /// Exactly `len` numbers.
    pub(super) fn list<T: FromStr>(&self, key: &str, len: usize) -> Result<Vec<T>> {
        let (line, text) = self.text(key)?;
        let list: Vec<T> = text
            .split_ascii_whitespace()
            .map(|t| parse(line, key, t))
            .collect::<Result<_>>()?;
        if list.len() == len {
            Ok(list)
        } else {
            let expected = format!("{len} numbers after `{key}=`");
            Err(fault(line, expected, &format!("{}", list.len())))
        }
    }

    /// Exactly `len` numbers, or zeros where the key has none: some writers leave statistics out.
    pub(super) fn statistics<T: FromStr + Clone + Default>(
        &self,
        key: &str,
        len: usize,
    ) -> Result<Vec<T>> {
        match self.find(key) {
            Some((_, text)) if !text.is_empty() => self.list(key, len),
            _ => Ok(vec![T::default(); len]),
        }
    }
}

fn parse<T: FromStr>(line: usize, key: &str, text: &str) -> Result<T> {
    text.parse()
        .map_err(|_| fault(line, format!("a number for `{key}`"), text))
}
