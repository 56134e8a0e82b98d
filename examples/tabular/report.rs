//! The report of a run: lines while it works, and notes that also go to metrics.json.

/// Things that were decided or left out, each told once.
pub struct Notes<'a> {
    say: &'a mut dyn FnMut(&str),
    told: Vec<String>,
}

impl<'a> Notes<'a> {
    pub fn new(say: &'a mut dyn FnMut(&str)) -> Self {
        Self {
            say,
            told: Vec::new(),
        }
    }
    /// A line that is only printed.
    pub fn say(&mut self, line: &str) {
        (self.say)(line);
    }
    /// A line that is printed and kept.
    pub fn add(&mut self, note: String) {
        (self.say)(&format!("note: {note}"));
        self.told.push(note);
    }
    /// Lines of the model, printed and kept.
    pub fn extend(&mut self, lines: &[String]) {
        lines.iter().for_each(|line| (self.say)(line));
        self.told.extend_from_slice(lines);
    }
    pub fn told(&self) -> &[String] {
        &self.told
    }
}

/// A number as people read it.
pub fn figure(x: f64) -> String {
    match x.abs() {
        a if a >= 1e6 || (a > 0.0 && a < 1e-3) => format!("{x:.4e}"),
        a if a >= 100.0 => format!("{x:.2}"),
        _ => format!("{x:.5}"),
    }
}

/// A list short enough for a line.
pub fn some_of<S: AsRef<str>>(names: &[S]) -> String {
    let first: Vec<&str> = names.iter().take(10).map(AsRef::as_ref).collect();
    match names.len() - first.len() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
