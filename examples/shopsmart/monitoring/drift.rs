//! Live features against the profile in the artifact, as they came and with an injected change.

use crate::features::judged::{Judged, judge};
use crate::features::past::{FitTimes, Past};
use crate::features::profile::{DRAWN, columns, transposed};
use crate::features::rows::ShopRows;
use crate::job::Job;
use crate::optimisation::Candidate;
use crate::support::report::Report;
use crate::support::svg;
use ml_pipeline::monitor::alert::AlertManager;
use ml_pipeline::monitor::drift::{ColumnDrift, DriftDetector, DriftReport};
use ml_pipeline::prelude::*;
use serde_json::json;

/// The least effect that counts as drift: smaller ones are real in large samples, and harmless.
const MIN_EFFECT: f64 = 0.1;
/// The share of features that drifted once the injected change is in.
pub fn drift(
    job: &Job<'_>,
    candidate: &Candidate,
    alerts: &mut AlertManager,
    report: &mut Report,
) -> Result<f64> {
    report.part("Drift");
    let live = live_rows(job, candidate)?;
    let names = live.x.names();
    let natural = transposed(&live);
    let injected = injected(&natural, names);
    let detector = DriftDetector::new().min_effect(MIN_EFFECT);
    let compare =
        |values: &[Vec<f64>]| detector.compare(&candidate.profile, &columns(values, names)?);
    let found = [compare(&natural)?, compare(&injected)?];
    let titles = ["live weeks", "injected"];
    let mut json = Vec::new();
    for (minute, (title, drift)) in titles.iter().zip(&found).enumerate() {
        report.say(format!(
            "{title}: {} of {} features drifted ({:.0} %)",
            drift.drifted().count(),
            drift.columns().len(),
            drift.drifted_share() * 100.0
        ));
        let at = job.windows.live.from + minute as i64 * 60_000_000;
        alerts.observe("drift_share", at, drift.drifted_share())?;
        for c in drift.columns() {
            json.push(json!({ "sample": title, "feature": c.name, "statistic": c.statistic, "p_adjusted": c.p_adjusted, "effect": c.effect, "drifted": c.drifted }));
        }
    }
    report.set("drift", json);
    tell(&found, report);
    Ok(found[1].drifted_share())
}

/// Rows of the live weeks; scores of other factors are on another scale, so the champion's factors
/// describe them too.
fn live_rows(job: &Job<'_>, candidate: &Candidate) -> Result<Judged> {
    let at = job.windows.live.from;
    let now = Past::of(&job.trade, at, &job.settings, 1, &mut FitTimes::default())?;
    let now = Past {
        als: candidate.model.past.als.clone(),
        ..now
    };
    let rows = ShopRows::new(&now, &job.trade.items);
    judge(&job.trade, &[(job.windows.live, &rows)], DRAWN, 1)
}

/// A price rise and a clientele that has gone quiet.
fn injected(natural: &[Vec<f64>], names: &Names) -> Vec<Vec<f64>> {
    let mut out = natural.to_vec();
    for (name, column) in names.iter().zip(&mut out) {
        match name {
            "item:price" | "item:price_to_users_mean" => column.iter_mut().for_each(|v| *v *= 1.6),
            n if n.ends_with(":recency") => column.iter_mut().for_each(|v| *v = *v * 1.5 + 30.0),
            n if n.contains("count") || n.contains("velocity") || n.contains("frequency") => {
                column.iter_mut().for_each(|v| *v = (*v * 0.5).floor());
            }
            _ => {}
        }
    }
    out
}

fn tell(found: &[DriftReport; 2], report: &mut Report) {
    report.say(format!(
        "injected are a rise of all prices by 60 % and a clientele gone quiet; two-sample Kolmogorov-Smirnov, p corrected over the features, drift from an effect of {MIN_EFFECT}"
    ));
    let p = |c: &ColumnDrift| {
        c.p_adjusted.map_or("-".to_string(), |p| {
            if p < 0.001 {
                "<0.001".to_string()
            } else {
                format!("{p:.3}")
            }
        })
    };
    let effect = |c: &ColumnDrift| c.effect.map_or("-".to_string(), |e| format!("{e:.3}"));
    let drifted = |c: &ColumnDrift| if c.drifted { "drift" } else { "-" }.to_string();
    let both = || found[0].columns().iter().zip(found[1].columns());
    let rows: Vec<Vec<String>> = both()
        .map(|(a, b)| {
            vec![
                a.name.clone(),
                effect(a),
                p(a),
                drifted(a),
                effect(b),
                p(b),
                drifted(b),
            ]
        })
        .collect();
    report.table(
        &[
            "feature",
            "live: effect",
            "live: p",
            "live",
            "injected: effect",
            "injected: p",
            "injected",
        ],
        &rows,
    );
    let bars: Vec<_> = both()
        .map(|(a, b)| (a.name.clone(), a.effect, b.effect))
        .collect();
    report.plots(&[(
        "Effect of the change in each feature; the dashed line is where drift begins",
        svg::pairs(
            "Kolmogorov-Smirnov distance to the test window",
            ("live weeks", "injected"),
            &bars,
            MIN_EFFECT,
        ),
    )]);
}
