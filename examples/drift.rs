//! Drift between two tables: the training rows and those of today, as a report and as JSON.
//!
//! `cargo run --release --example drift`
#![allow(clippy::print_stdout, missing_docs)]

use ml_pipeline::monitor::drift::{ColumnSet, DriftDetector, ReferenceProfile};
use ml_pipeline::prelude::*;

fn visits(n: i64, shift: f64) -> Result<Table> {
    let price = Column::num((0..n).map(|i| shift + (i * 7919 % 997) as f64 / 10.0));
    let device = Column::cat((0..n).map(|i| Some(["desktop", "phone"][i as usize % 2])));
    Table::new([("price", price), ("device", device)])
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (trained, today) = (visits(5000, 0.0)?, visits(1000, 8.0)?);
    let profile = ReferenceProfile::new(&ColumnSet::from_table(&trained)?)?;
    let report = DriftDetector::new().compare(&profile, &ColumnSet::from_table(&today)?)?;
    println!("{report}\n{}", serde_json::to_string_pretty(&report)?);
    let drifted: Vec<&str> = report.drifted().map(|c| c.name.as_str()).collect();
    assert_eq!(drifted, ["price"]);
    Ok(())
}
