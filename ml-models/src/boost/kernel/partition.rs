//! Splitting a leaf's rows into those that go left and those that go right, each in their old order.

/// Which bins of a column go left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Added to a bin (mod 256) before comparing: it turns the highest bin, that of missing values, into the lowest.
    shift: u8,
    limit: u8,
}

impl Rule {
    /// Bins up to `bin` go left; the bin `missing`, above all others, goes left if `missing_left`.
    pub(crate) fn new(bin: u8, missing: u8, missing_left: bool) -> Self {
        let shift = if missing_left {
            0_u8.wrapping_sub(missing)
        } else {
            0
        };
        Self {
            shift,
            limit: bin.wrapping_add(shift),
        }
    }

    #[inline(always)]
    pub(crate) fn left(self, bin: u8) -> bool {
        bin.wrapping_add(self.shift) <= self.limit
    }
}

/// Moves the rows that go left to the front of `rows` and the others to the front of `right`, and returns the number of
/// the former. `right` is at least as long as `rows`; the rest of both is left undefined.
pub(crate) fn partition(
    cells: &[u8],
    stride: usize,
    column: usize,
    rule: Rule,
    rows: &mut [u32],
    right: &mut [u32],
) -> usize {
    scalar(cells, stride, column, rule, rows, right)
}

fn scalar(
    cells: &[u8],
    stride: usize,
    column: usize,
    rule: Rule,
    rows: &mut [u32],
    right: &mut [u32],
) -> usize {
    let right = &mut right[..rows.len()];
    let (mut lefts, mut rights) = (0, 0);
    for k in 0..rows.len() {
        let row = rows[k];
        let left = rule.left(cells[row as usize * stride + column]);
        rows[lefts] = row;
        right[rights] = row;
        lefts += usize::from(left);
        rights += usize::from(!left);
    }
    lefts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_say_what_they_promise() {
        for missing in 1..=255_u8 {
            for bin in 0..missing {
                for b in 0..=missing {
                    assert_eq!(Rule::new(bin, missing, false).left(b), b <= bin);
                    assert_eq!(
                        Rule::new(bin, missing, true).left(b),
                        b <= bin || b == missing
                    );
                }
            }
        }
    }

    #[test]
    fn sides_keep_their_order() {
        let cells: Vec<u8> = (0..3000_u32).map(|i| (i * 7919 % 251) as u8).collect();
        let rule = Rule::new(100, 250, true);
        for n in [0, 1, 15, 16, 17, 64, 700] {
            let list: Vec<u32> = (0..n).map(|i| i * 999 / 700).collect();
            let (mut rows, mut right) = (list.clone(), vec![0; n as usize]);
            let lefts = partition(&cells, 3, 2, rule, &mut rows, &mut right);
            let (a, b): (Vec<u32>, Vec<u32>) = list
                .iter()
                .partition(|&&i| rule.left(cells[i as usize * 3 + 2]));
            assert_eq!(rows[..lefts], a[..]);
            assert_eq!(right[..n as usize - lefts], b[..]);
        }
    }
}
