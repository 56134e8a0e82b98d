//! Numbers as people read them.

/// Four significant digits and no zeros at the end: enough to compare by, short enough for a
/// message or a table.
///
/// ```
/// use ml_data::figure;
/// assert_eq!([0.457_703_927, 0.6, 1234.6, 0.0].map(figure), ["0.4577", "0.6", "1235", "0"]);
/// ```
pub fn figure(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let decimals = (3 - value.abs().log10().floor() as i64).clamp(0, 12) as usize;
    let text = format!("{value:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::figure;

    #[test]
    fn figures_are_short() {
        let shown = [
            0.02,
            60.0,
            12_345.678,
            -0.000_123_456,
            f64::NAN,
            f64::INFINITY,
        ]
        .map(figure);
        assert_eq!(shown, ["0.02", "60", "12346", "-0.0001235", "NaN", "inf"]);
    }
}
