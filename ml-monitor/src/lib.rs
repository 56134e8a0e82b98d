//! Watching models in production: drift of what they see, latency and errors, conversion against the offline value, alerts,
//! and the decision to train anew.

pub mod alert;
pub mod drift;
pub mod latency;
pub mod performance;
pub mod retrain;

/// Four significant digits and no zeros at the end: as messages tell a value.
pub(crate) fn figure(value: f64) -> String {
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
    #[test]
    fn figures_are_short() {
        let shown = [0.457_703_927, 0.6, 100.0, 0.0, f64::INFINITY].map(super::figure);
        assert_eq!(shown, ["0.4577", "0.6", "100", "0", "inf"]);
    }
}
