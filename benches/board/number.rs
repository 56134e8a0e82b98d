//! Numbers as people read them.

/// Three significant digits from 1 upwards and two below: `2.15`, `10.7`, `134`, `0.26`, `0.0052`.
pub(crate) fn short(x: f64) -> String {
    let size = x.abs();
    if !size.is_finite() || size == 0.0 {
        return format!("{x}");
    }
    let exponent = size.log10().floor() as i32;
    let digits = if size >= 1.0 { 2 } else { 1 };
    let decimals = usize::try_from(digits - exponent).unwrap_or(0);
    format!("{x:.decimals$}")
}

/// A text whose counts in braces, as `{500k} x 28`, are multiplied by the scale of the data.
pub(crate) fn scaled(text: &str, scale: f64) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((count, tail)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            break;
        };
        match number_of(count) {
            Some(n) => out.push_str(&count_text(n * scale)),
            None => out.push_str(count),
        }
        rest = tail;
    }
    out + rest
}

/// A text whose `{rows:100k}` is the number of rows that was told, or else the count within.
pub(crate) fn with_rows(text: &str, rows: Option<f64>) -> String {
    let parts = text
        .split_once("{rows:")
        .and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    let Some((before, (usual, after))) = parts else {
        return text.into();
    };
    let count = rows.map_or_else(|| usual.to_owned(), count_text);
    format!("{before}{count}{after}")
}

/// `500k` as 500,000.
fn number_of(text: &str) -> Option<f64> {
    let (digits, unit) = match text.strip_suffix('k') {
        Some(digits) => (digits, 1e3),
        None => text
            .strip_suffix('M')
            .map_or((text, 1.0), |digits| (digits, 1e6)),
    };
    Some(digits.parse::<f64>().ok()? * unit)
}

/// 500,000 as `500k`.
fn count_text(n: f64) -> String {
    let n = n.round();
    if n >= 1e6 {
        format!("{}M", short_trimmed(n / 1e6))
    } else if n >= 1e4 {
        format!("{}k", short_trimmed(n / 1e3))
    } else {
        format!("{n}")
    }
}

/// Three significant digits without zeros at the end.
fn short_trimmed(x: f64) -> String {
    let text = short(x);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').into()
    } else {
        text
    }
}
