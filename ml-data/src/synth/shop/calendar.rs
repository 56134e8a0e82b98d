//! When people shop: holidays, weekdays and hours.

use super::event::Device;
use crate::time::{civil, weekday};

/// Traffic of the whole shop on a day, against an average one.
pub(super) fn traffic(day: i64) -> f64 {
    let (_, month, d) = civil(day);
    let season = match (month, d) {
        (1, _) => 0.85,
        (2, _) => 0.88,
        (8, 10..) => 1.15,
        (9, ..=12) => 1.15,
        (11, 15..) => 1.45,
        (12, ..=22) => 1.75,
        (12, 23..) => 0.8,
        _ => 1.0,
    };
    let rush = if is_black_friday_week(day) { 1.5 } else { 1.0 };
    let of_week = [1.0, 0.97, 0.96, 0.98, 0.95, 1.08, 1.22][weekday(day) as usize];
    season * rush * of_week
}

/// The week that ends with the Monday after the fourth Thursday of November.
pub(super) fn is_black_friday_week(day: i64) -> bool {
    let (_, month, d) = civil(day);
    if !matches!(month, 11 | 12) {
        return false;
    }
    // The first of November, counted back from this day (30 days have November).
    let first = day - i64::from(d) + 1 - if month == 12 { 30 } else { 0 };
    let to_thursday = (3 - i64::from(weekday(first))).rem_euclid(7);
    let thanksgiving = first + to_thursday + 21;
    (thanksgiving - 2..=thanksgiving + 4).contains(&day)
}

/// True on Saturday and Sunday.
pub(super) fn is_weekend(day: i64) -> bool {
    weekday(day) >= 5
}

/// Cumulative weights of the hours of a day: offices at noon and in the evening, telephones late,
/// weekends all day.
pub(super) fn hours(device: Device, weekend: bool) -> [f64; 24] {
    let work: [f64; 24] = [
        1., 0., 0., 0., 0., 1., 2., 3., 5., 6., 7., 8., 9., 8., 7., 6., 6., 6., 7., 9., 10., 9.,
        6., 3.,
    ];
    let pocket: [f64; 24] = [
        3., 1., 1., 0., 0., 1., 4., 7., 5., 4., 4., 4., 6., 5., 4., 4., 5., 7., 8., 9., 11., 13.,
        12., 7.,
    ];
    let rest: [f64; 24] = [
        3., 1., 1., 0., 0., 0., 1., 2., 4., 7., 9., 9., 8., 8., 8., 8., 8., 7., 8., 9., 10., 10.,
        8., 5.,
    ];
    let mut weights = match (device, weekend) {
        (_, true) => rest,
        (Device::Mobile, false) => pocket,
        _ => work,
    };
    let mut sum = 0.0;
    for w in &mut weights {
        sum += *w;
        *w = sum;
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::day_number;

    #[test]
    fn black_friday_is_the_day_after_thanksgiving() {
        for (y, d) in [(2022, 25), (2023, 24), (2024, 29)] {
            let friday = day_number(y, 11, d).unwrap();
            assert!(is_black_friday_week(friday) && is_black_friday_week(friday + 3));
            assert!(!is_black_friday_week(friday + 4) && !is_black_friday_week(friday - 4));
        }
    }

    #[test]
    fn december_is_busier_than_february() {
        let mean = |y, m| {
            (1..=20)
                .map(|d| traffic(day_number(y, m, d).unwrap()))
                .sum::<f64>()
                / 20.0
        };
        assert!(mean(2023, 12) > 1.8 * mean(2023, 2));
    }
}
