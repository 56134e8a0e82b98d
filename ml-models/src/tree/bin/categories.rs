//! Categories that get a bin of their own.

/// Share of the rows whose categories get bins even where there are more than `max_bin`.
const COVERED: f64 = 0.99;

/// The categories worth a bin, the most frequent first, of equally frequent ones the smallest; by
/// LightGBM's rules: as many as there are bins, more if these hold less than 99 % of the rows, but
/// none (after the second) with less than `min_data_in_bin` rows. `others` says whether some rows
/// have no usable category.
pub(super) fn frequent(
    mut counts: Vec<(u32, f64)>,
    others: bool,
    max_bin: usize,
    min_data_in_bin: usize,
) -> Vec<u32> {
    counts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let total: f64 = counts.iter().map(|c| c.1).sum();
    let enough = (total * COVERED).round();
    let max_bin = max_bin.min(counts.len() + usize::from(others));
    let (mut covered, mut kept) = (0.0, Vec::new());
    for (category, count) in counts {
        let full = covered >= enough && kept.len() + 1 >= max_bin;
        let rare = count < min_data_in_bin as f64 && kept.len() > 1;
        if full || rare || kept.len() == MOST {
            break;
        }
        covered += count;
        kept.push(category);
    }
    kept
}

/// Most bins of a column: cells have two bytes.
const MOST: usize = u16::MAX as usize;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequent_categories_come_first_and_rare_ones_go() {
        let counts = vec![(5, 10.0), (1, 90.0), (9, 90.0), (2, 2.0), (4, 1.0)];
        assert_eq!(frequent(counts.clone(), false, 255, 3), [1, 9, 5]);
        assert_eq!(frequent(counts.clone(), false, 255, 1), [1, 9, 5, 2]);
        assert_eq!(frequent(counts, true, 255, 1), [1, 9, 5, 2, 4]);
        assert_eq!(
            frequent(vec![(3, 1.0), (7, 1.0), (8, 1.0)], false, 255, 3),
            [3, 7]
        );
    }

    #[test]
    fn more_bins_are_taken_where_they_cover_too_little() {
        let counts: Vec<(u32, f64)> = (0..1000).map(|c| (c, 10.0)).collect();
        assert_eq!(frequent(counts, false, 16, 3).len(), 990);
    }
}
