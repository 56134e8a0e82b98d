//! One result: a line of JSON.

use serde_json::{Map, Value};

/// A result, a skipped case, the mark of a finished process, a limit of the machine.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Line(Map<String, Value>);

impl Line {
    /// A line that holds a JSON object; none of any other, as of one that was cut off.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match serde_json::from_str(text).ok()? {
            Value::Object(map) => Some(Self(map)),
            _ => None,
        }
    }

    /// Sets a field.
    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// A field.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// A text; empty where there is none.
    pub(crate) fn text(&self, key: &str) -> &str {
        self.get(key).and_then(Value::as_str).unwrap_or("")
    }

    /// A number.
    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        self.get(key).and_then(Value::as_f64)
    }

    /// A whole number.
    pub(crate) fn count(&self, key: &str) -> usize {
        let n = self.get(key).and_then(Value::as_u64).unwrap_or(0);
        usize::try_from(n).unwrap_or(0)
    }

    /// A number or a list of numbers; empty where the field is neither.
    pub(crate) fn numbers(&self, key: &str) -> Vec<f64> {
        match self.get(key) {
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_f64).collect(),
            Some(one) => one.as_f64().into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// Whether it says that a case gave no result.
    pub(crate) fn is_lost(&self) -> bool {
        ["skipped", "failed"].contains(&self.text("op"))
    }

    /// As text, without the end of line.
    pub(crate) fn json(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }
}
