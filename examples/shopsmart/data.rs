//! Stages 2 and 3: reading the transactions, measuring their quality, cleaning them with an audit.

use crate::args::Args;
use crate::console::{block, stage};
use crate::report::Report;
use indicatif::ProgressBar;
use ml_pipeline::data::artifact::digest;
use ml_pipeline::data::clean::{RetailCleaning, retail_columns};
use ml_pipeline::data::quality::{Quality, QualityReport, Rule};
use ml_pipeline::data::source::{As, CsvSource, Missing};
use ml_pipeline::data::synth::shop::{RawTable, Shop, ShopConfig};
use ml_pipeline::prelude::*;
use serde_json::json;

/// The raw table, and where it came from.
pub struct Source {
    pub table: Table,
    pub digest: String,
}

/// Stage 2.
pub fn load(args: &Args, report: &mut Report) -> Result<Source> {
    stage(
        2,
        "Data",
        "transactions read with a schema; rows that do not fit are set aside with line and reason, never lost",
    );
    report.section("2. Data", "Transactions read with a schema; rows that do not fit are set aside with line and reason, never lost.");
    let (name, bytes) = match &args.data {
        Some(path) => {
            let io = |e| Error::io(format!("reading {}", path.display()), e);
            (path.display().to_string(), std::fs::read(path).map_err(io)?)
        }
        None => (
            "the simulated shop's transactions.csv".to_string(),
            simulate(args)?,
        ),
    };
    let bar = crate::console::bar(bytes.len() as u64, "reading");
    let digest = digest(&bytes);
    let loaded = source(&name, bytes, bar.clone())?.read()?;
    bar.finish_and_clear();
    let line = format!(
        "{name}: {} rows read, {} kept, {} in quarantine",
        loaded.rows_read,
        loaded.table.rows(),
        loaded.quarantine.len()
    );
    block(&line);
    report.text(&line);
    if !loaded.quarantine.is_empty() {
        let path = args.out.join("quarantine.csv");
        std::fs::create_dir_all(&args.out)
            .map_err(|e| Error::io(format!("making {}", args.out.display()), e))?;
        loaded.quarantine.write_csv(&path)?;
        block(format!("quarantine: {}", path.display()));
        report.pre(&loaded.quarantine);
    }
    block(&loaded.table);
    report.pre(&loaded.table);
    Ok(Source {
        table: loaded.table,
        digest,
    })
}

/// Codes, names and dates are read as they are written: an invoice number is no quantity, and whether 12/1 is in December is decided
/// by the whole column. A column that is not there under one of the
/// two spellings of the header is asked for again by `retail_columns`, by name.
fn source(name: &str, bytes: Vec<u8>, bar: ProgressBar) -> Result<CsvSource> {
    let look = CsvSource::bytes(name, bytes.clone()).limit(1).read()?;
    let header: Vec<&str> = look
        .table
        .schema()
        .fields()
        .iter()
        .map(|f| f.name())
        .collect();
    let text = [
        "Invoice",
        "InvoiceNo",
        "StockCode",
        "Description",
        "Customer ID",
        "CustomerID",
        "Country",
        "InvoiceDate",
    ];
    let mut source = CsvSource::bytes(name, bytes)
        .missing(Missing::pandas())
        .progress_bar(bar);
    for column in text.into_iter().filter(|c| header.contains(c)) {
        source = source.column(column, As::Text);
    }
    Ok(source
        .require("StockCode")
        .require_kind("Quantity", Kind::Num))
}

fn simulate(args: &Args) -> Result<Vec<u8>> {
    let config = ShopConfig::default().seed(args.seed);
    let shop = Shop::generate(&config)?;
    let line = format!(
        "simulated {} users, {} products, {} events, {} transaction lines, every defect logged",
        shop.users().len(),
        shop.products().len(),
        shop.events().len(),
        shop.transactions().len()
    );
    block(line);
    shop.raw_csv(RawTable::Transactions)
}

/// Stage 3.
pub fn clean(source: &Source, report: &mut Report) -> Result<Table> {
    stage(
        3,
        "Preparation",
        "quality measured first, then cleaned by rules; every change is counted",
    );
    report.section(
        "3. Quality and cleaning",
        "Quality measured first, then cleaned by rules; every change is counted.",
    );
    let table = retail_columns(&source.table)?;
    let quality = Quality::new()
        .rule(Rule::more_than("Price", 0.0))
        .rule(Rule::more_than("Quantity", 0.0))
        .rule(Rule::not_null("CustomerID"))
        .check(&table)?;
    block(&quality);
    report.pre(&quality);
    report.set("quality", quality_json(&quality, &table)?);
    let cleaned = RetailCleaning::new().clean(&table)?;
    block(&cleaned.audit);
    report.pre(&cleaned.audit);
    let rules: Vec<_> = cleaned
        .audit
        .entries()
        .iter()
        .map(|e| json!([e.rule, e.removed + e.changed]))
        .collect();
    report.set("cleaning", rules);
    Ok(cleaned.table)
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
