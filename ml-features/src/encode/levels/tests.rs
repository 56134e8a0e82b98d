use super::*;
use ml_data::table::Column;

#[test]
fn levels_are_counted_by_weight_and_ordered_by_name() {
    let cells = ["b", "a", "", "b", "d", "c", "a"];
    let cells = cells.map(|c| (!c.is_empty()).then_some(c));
    let Column::Cat(codes, levels) = Column::cat(cells) else {
        unreachable!("a column of categories")
    };
    let of = |weights: Option<&[f64]>| {
        let seen = Seen::of(&CodeColumn {
            step: "t",
            name: "c",
            codes: (&codes[..]).into(),
            levels: &levels,
            weights,
        });
        let named = |(c, n): &(u32, f64)| (levels.name(*c).unwrap_or("?").to_owned(), *n);
        let named: Vec<(String, f64)> = seen.levels.iter().map(named).collect();
        (named, seen.missing, seen.total)
    };
    let names = |counts: &[(&str, f64)]| -> Vec<(String, f64)> {
        counts.iter().map(|(l, n)| ((*l).to_owned(), *n)).collect()
    };
    let all = names(&[("a", 2.0), ("b", 2.0), ("c", 1.0), ("d", 1.0)]);
    assert_eq!(of(None), (all, 1.0, 7.0));
    let weights = [0.5, 0.25, 4.0, 2.0, 0.0, 3.0, 1.0];
    let some = names(&[("a", 1.25), ("b", 2.5), ("c", 3.0)]);
    assert_eq!(of(Some(&weights)), (some, 4.0, 10.75));
}

fn infrequent(min_frequency: Option<MinFrequency>, max_categories: Option<usize>) -> Infrequent {
    Infrequent {
        min_frequency,
        max_categories,
    }
}

#[test]
fn infrequent_levels_are_below_the_least_or_beyond_the_most() {
    use MinFrequency::{Count, Share};
    let seen = [(0, 5.0), (1, 2.0), (2, 2.0), (3, 1.0)];
    let of = |least, most| -> Vec<usize> {
        let infrequent = infrequent(least, most).among(&seen, 10.0);
        (0..4).filter(|&i| infrequent[i]).collect()
    };
    assert!(of(None, None).is_empty());
    assert_eq!(of(Some(Count(2.0)), None), [3]);
    assert_eq!(of(Some(Count(2.5)), None), [1, 2, 3]);
    assert_eq!(of(Some(Share(0.2)), None), [3]);
    assert_eq!(of(Some(Share(0.5)), None), [1, 2, 3]);
    // So many columns, one of them for the infrequent; of equal counts the first is rarer.
    assert!(of(None, Some(5)).is_empty());
    assert_eq!(of(None, Some(4)), [3]);
    assert_eq!(of(None, Some(3)), [1, 3]);
    assert_eq!(of(None, Some(1)), [0, 1, 2, 3]);
    // With one infrequent level there are three frequent ones and a column for the infrequent.
    assert_eq!(of(Some(Count(2.0)), Some(4)), [3]);
    assert_eq!(of(Some(Count(2.0)), Some(3)), [1, 3]);
}

#[test]
fn bounds_of_frequency() {
    use MinFrequency::{Count, Share};
    let text = |least, most| match infrequent(least, most).check("t") {
        Ok(()) => String::new(),
        Err(e) => e.to_string(),
    };
    for good in [None, Some(Count(1.0)), Some(Share(0.01)), Some(Share(0.99))] {
        assert_eq!(text(good, None), "");
        assert_eq!(text(good, Some(1)), "");
        assert!(text(good, Some(0)).contains("`max_categories` = 0"));
    }
    for bad in [0.99, 0.0, f64::NAN, f64::INFINITY] {
        let said = text(Some(Count(bad)), None);
        assert!(
            said.contains("`min_frequency`") && said.contains("at least 1"),
            "{said}"
        );
    }
    for bad in [0.0, 1.0, -0.5, f64::NAN] {
        let said = text(Some(Share(bad)), None);
        assert!(
            said.contains("`min_frequency`") && said.contains("a share"),
            "{said}"
        );
    }
    assert_eq!(MinFrequency::from(3), Count(3.0));
    assert_eq!(MinFrequency::from(0.25), Share(0.25));
}

#[test]
fn what_is_refused_is_said() {
    let missing = absent_level(MISSING_CODE);
    assert_eq!(missing.found, "a missing value");
    assert_eq!(absent_level(7).found, "an unseen level");
    assert_eq!(missing.expected, "a level seen in training");
}
