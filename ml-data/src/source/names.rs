//! Names of columns, each once.

use foldhash::{HashMap, HashSet};

/// Names without repetition: `x`, `x`, `x` become `x`, `x.1`, `x.2`, as in pandas, and no name that
/// stands in the header is given again.
///
/// # Errors
/// A name that occurs twice, unless repeated ones are to be renamed.
pub(super) fn distinct(mut names: Vec<String>, rename: bool) -> Result<Vec<String>, String> {
    let mut taken: HashSet<String> = HashSet::default();
    let mut repeated = Vec::new();
    for (i, name) in names.iter().enumerate() {
        if !taken.insert(name.clone()) {
            if !rename {
                return Err(name.clone());
            }
            repeated.push(i);
        }
    }
    // Where the numbers of a name go on, so that none is tried twice.
    let mut next: HashMap<String, usize> = HashMap::default();
    for i in repeated {
        let k = next.entry(names[i].clone()).or_insert(1);
        let renamed = loop {
            let renamed = format!("{}.{k}", names[i]);
            *k += 1;
            if taken.insert(renamed.clone()) {
                break renamed;
            }
        };
        names[i] = renamed;
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(names: &[&str]) -> Vec<String> {
        distinct(names.iter().map(|n| (*n).to_owned()).collect(), true).unwrap()
    }

    /// Names by pandas 3.0.
    #[test]
    fn repeated_names_are_numbered() {
        assert_eq!(renamed(&["x", "x", "y", "x"]), ["x", "x.1", "y", "x.2"]);
        assert_eq!(renamed(&["a", "a", "a.1"]), ["a", "a.2", "a.1"]);
        assert_eq!(renamed(&["a.1", "a", "a"]), ["a.1", "a", "a.2"]);
        assert_eq!(
            renamed(&["a", "a", "a.1", "a.1"]),
            ["a", "a.2", "a.1", "a.1.1"]
        );
        let two = vec!["a".to_owned(), "b".into(), "a".into()];
        assert_eq!(distinct(two, false), Err("a".into()));
    }
}
