//! The cleaning against the simulator's truth: defects caught, and clean lines lost.

use crate::data::Source;
use crate::support::report::Report;
use ml_pipeline::data::clean::CleanRetail;
use ml_pipeline::data::synth::shop::{Defect, RawTable, RetailTruth};
use ml_pipeline::prelude::*;
use serde_json::{Value, json};

/// Checks the cleaning of a simulated log against its truth; a real log has none.
pub fn check(source: &Source, cleaned: &CleanRetail, report: &mut Report) -> Result<Option<Value>> {
    let Some(shop) = &source.shop else {
        report.say("the data are real: no truth is known to check the cleaning against");
        return Ok(None);
    };
    let truth = shop.truth();
    if source.table.rows() != truth.transactions.len() {
        return Err(Error::other(format!(
            "the simulator wrote {} lines and {} were read",
            truth.transactions.len(),
            source.table.rows()
        )));
    }
    report.part("Cleaning against the truth");
    let mut kept = vec![false; truth.transactions.len()];
    cleaned.rows.iter().for_each(|r| kept[*r as usize] = true);
    let cut = cleaned.audit.find("absurd");
    let mended = |row: u32| cut.is_some_and(|e| e.touched.contains(&row));
    let (mut rows, mut json) = (Vec::new(), serde_json::Map::new());
    for (defect, injected) in truth.defects.counts() {
        if defect.table() != RawTable::Transactions {
            continue;
        }
        let lines = truth.defects.rows(defect);
        let removed = lines.iter().filter(|r| !kept[**r as usize]).count();
        let repaired = lines
            .iter()
            .filter(|r| kept[**r as usize] && mended(**r))
            .count();
        let name = name(defect);
        rows.push(vec![
            name.to_string(),
            injected.to_string(),
            removed.to_string(),
            repaired.to_string(),
            (injected - removed - repaired).to_string(),
        ]);
        json.insert(
            name.to_string(),
            json!({ "injected": injected, "removed": removed, "repaired": repaired }),
        );
    }
    report.table(
        &["defect", "injected", "removed", "repaired", "missed"],
        &rows,
    );
    let clean = |row: u32| {
        let kinds = truth.defects.counts();
        let mut of_lines = kinds.filter(|(d, _)| d.table() == RawTable::Transactions);
        matches!(truth.transactions[row as usize], RetailTruth::Sale(_))
            && of_lines.all(|(d, _)| !truth.defects.has(d, row))
    };
    let all: Vec<u32> = (0..kept.len() as u32).filter(|r| clean(*r)).collect();
    let lost = all.iter().filter(|r| !kept[**r as usize]).count();
    let bent = all
        .iter()
        .filter(|r| kept[**r as usize] && mended(**r))
        .count();
    report.say(format!(
        "of {} clean sales {lost} were removed and {bent} had their quantity cut by mistake",
        all.len()
    ));
    json.insert(
        "clean sales".into(),
        json!({ "lines": all.len(), "removed": lost, "changed": bent }),
    );
    Ok(Some(json.into()))
}

fn name(defect: Defect) -> &'static str {
    match defect {
        Defect::TransactionDuplicate => "line sent twice",
        Defect::TransactionCustomerMissing => "customer missing",
        Defect::TransactionNotProduct => "no product",
        Defect::TransactionAdjustment => "stock adjustment",
        Defect::TransactionQuantityAbsurd => "quantity nobody ordered",
        _ => "other",
    }
}
