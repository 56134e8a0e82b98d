//! The feasibility check of stage 1, once there are data: enough of them, any signal, how much
//! noise, what it pays.

use crate::features::judged::draw;
use crate::features::past::histories;
use crate::features::windows::demand;
use crate::job::Job;
use crate::problem;
use crate::support::report::Report;
use ml_pipeline::eval::goal::{Feasibility, FeasibilityReport, FeatureValues, Outcome};
use ml_pipeline::prelude::*;
use serde_json::json;

/// Items drawn for each buyer beside those bought.
const OTHERS: usize = 10;

/// Whether purchases of the first training window can be told from other items by what was known
/// before it.
pub fn check(job: &Job<'_>, report: &mut Report) -> Result<()> {
    report.part("Feasible? What stage 1 asks of the data");
    let window = job.windows.train[0];
    let log = histories(&job.trade, window.from)?;
    let (mut rows, mut bought_or_not) = (Vec::new(), Vec::new());
    for (user, bought) in demand(&job.trade, window).bought {
        let drawn = draw(
            job.args.seed,
            user,
            window.from,
            OTHERS,
            job.trade.items.len(),
        );
        for item in bought.iter().copied().chain(drawn) {
            log.features_into(user, item, window.from, &mut rows);
            bought_or_not.push(bought.binary_search(&item).is_ok());
        }
    }
    let names: Vec<&str> = log.names().iter().collect();
    let columns: Vec<Vec<f64>> = (0..names.len())
        .map(|c| rows.iter().skip(c).step_by(names.len()).copied().collect())
        .collect();
    let features: Vec<(&str, FeatureValues<'_>)> = names
        .iter()
        .zip(&columns)
        .map(|(name, column)| (*name, FeatureValues::Numeric(column)))
        .collect();
    let found = Feasibility::new()
        .seed(job.args.seed)
        .check(&features, Outcome::Binary(&bought_or_not))?
        .with_value(&problem::value(), &problem::conversion())?;
    tell(&found, report);
    Ok(())
}

fn tell(found: &FeasibilityReport, report: &mut Report) {
    let rows_of = |class: u32| {
        let of_class = found.classes.iter().filter(|c| c.0 == class);
        of_class.map(|c| c.1).sum::<usize>()
    };
    report.say(format!(
        "volume: {} pairs of a user and a product in the first training window, {} bought and {} drawn beside them",
        found.rows,
        rows_of(1),
        rows_of(0)
    ));
    let mut best: Vec<_> = found.signals.iter().collect();
    best.sort_by(|a, b| (b.value - 0.5).abs().total_cmp(&(a.value - 0.5).abs()));
    report.say("signal: what single features say about a purchase before any model, where an area below 0.5 means that smaller values speak for it; permutation p-values, corrected for the number of features");
    let rows: Vec<Vec<String>> = best
        .iter()
        .take(8)
        .map(|s| {
            vec![
                s.feature.clone(),
                format!("{:.3}", s.value),
                format!("{:.3}", s.adjusted_p_value),
            ]
        })
        .collect();
    report.table(&["feature", "ROC-AUC alone", "p corrected"], &rows);
    report.say(format!(
        "noise: the nearest neighbour errs on {:.1} % of {} pairs, so no classifier of these features errs on less than about {:.1} %; without features it would be {:.1} %",
        found.noise.neighbour * 100.0,
        found.noise.rows,
        found.noise.lower_bound * 100.0,
        found.noise.uninformed * 100.0
    ));
    if let Some(roi) = &found.roi {
        report.say(format!(
            "return: {:+.0} % on the cost if conversion reaches the minimum, {:+.0} % at the target; it breaks even at {:.2} %",
            roi.at_minimum * 100.0,
            roi.at_target * 100.0,
            roi.break_even * 100.0
        ));
    }
    let concerns: Vec<String> = found.concerns.iter().map(ToString::to_string).collect();
    report.say(if concerns.is_empty() {
        "feasible: nothing speaks against it".to_string()
    } else {
        format!("doubtful: {}", concerns.join("; "))
    });
    report.set(
        "feasibility",
        json!({ "feasible": found.feasible(), "rows": found.rows, "concerns": concerns }),
    );
}
