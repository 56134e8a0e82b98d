//! Stage 3, preparation: quality measured, then cleaned by rules with an audit.

pub mod tables;
pub mod truth;

use crate::data::Source;
use crate::support::report::Report;
use ml_pipeline::data::clean::{
    AbsurdQuantity, Audit, CleanRetail, Outlier, RetailCleaning, retail_columns,
};
use ml_pipeline::data::quality::{Quality, QualityReport, Rule};
use ml_pipeline::prelude::*;
use serde_json::json;

/// Stage 3.
pub fn clean(source: &Source, report: &mut Report) -> Result<CleanRetail> {
    report.stage(
        3,
        "Preparation",
        "quality measured first, then cleaned by rules; every change is counted",
    );
    let table = retail_columns(&source.table)?;
    let quality = Quality::new()
        .rule(Rule::more_than("Price", 0.0))
        .rule(Rule::more_than("Quantity", 0.0))
        .rule(Rule::not_null("CustomerID"))
        .check(&table)?;
    report.part("Quality");
    report.show(&quality);
    report.set("quality", quality_json(&quality, &table)?);
    // A purchase of a thousand pieces too many was still a purchase: its quantity is cut, the line
    // stays.
    let cleaned = RetailCleaning::new()
        .absurd_quantity(AbsurdQuantity::default(), Outlier::Winsorise)
        .clean(&table)?;
    report.part("Cleaning");
    audit(&cleaned.audit, report);
    report.say(format!(
        "{} of {} rows are left; the first row each rule touched:",
        cleaned.table.rows(),
        table.rows()
    ));
    examples(&cleaned.audit, report);
    Ok(cleaned)
}

fn audit(audit: &Audit, report: &mut Report) {
    let entries = audit.entries();
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|e| {
            vec![
                e.rule.clone(),
                e.rows.to_string(),
                e.removed.to_string(),
                e.changed.to_string(),
            ]
        })
        .collect();
    report.table(&["rule", "rows", "removed", "changed"], &rows);
    let rules: Vec<_> = entries
        .iter()
        .map(|e| json!([e.rule, e.removed + e.changed]))
        .collect();
    report.set("cleaning", rules);
}

fn examples(audit: &Audit, report: &mut Report) {
    let rows: Vec<Vec<String>> = audit
        .entries()
        .iter()
        .filter_map(|e| Some(vec![e.rule.clone(), e.example.clone()?]))
        .collect();
    report.table(&["rule", "for example"], &rows);
}

fn quality_json(quality: &QualityReport, table: &Table) -> Result<serde_json::Value> {
    let missing: serde_json::Map<_, _> = quality
        .columns
        .iter()
        .map(|c| (c.name.clone(), json!(c.missing)))
        .collect();
    let invoice = table.column_named("Invoice")?;
    let cancelled = (0..invoice.len())
        .filter(|r| invoice.str_at(*r).is_some_and(|s| s.starts_with('C')))
        .count();
    Ok(
        json!({ "rows": quality.rows, "missing": missing, "exact_duplicates": quality.duplicate_rows, "cancellations": cancelled }),
    )
}
