//! Near names, for errors about names.

/// Nothing, or ` (is it `x`?)` with the nearest of the names, when at most two edits, and at most
/// half of the letters, make it the other: `b` is no misspelt `a`.
#[doc(hidden)]
pub fn hint<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let near = names
        .into_iter()
        .filter(|n| n.len().abs_diff(name.len()) <= 8 && n.len() <= 256)
        .map(|n| (distance(name, n), n))
        .min()
        .filter(|(d, n)| {
            let letters = n.chars().count().max(name.chars().count());
            *d <= 2 && (d * 2 <= letters || n.eq_ignore_ascii_case(name))
        });
    near.map(|(_, n)| format!(" (is it `{n}`?)"))
        .unwrap_or_default()
}

/// Edit distance, for hints only.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let cost = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }

    #[test]
    fn only_names_that_are_much_alike_are_offered() {
        assert_eq!(hint("agee", ["sex", "age"]), " (is it `age`?)");
        assert_eq!(hint("A", ["b", "a"]), " (is it `a`?)");
        for (name, names) in [("b", ["a", "cc"]), ("c", ["at", "b"]), ("abc", ["de", "f"])] {
            assert_eq!(hint(name, names), "", "{name}");
        }
    }
}
