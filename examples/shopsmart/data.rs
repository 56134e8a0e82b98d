//! Stage 2: the transactions, from a file or from the simulator.

pub mod trade;

use crate::support::args::Args;
use crate::support::report::Report;
use indicatif::ProgressBar;
use ml_pipeline::data::artifact::digest;
use ml_pipeline::data::source::{As, CsvSource, MissingValues};
use ml_pipeline::data::synth::shop::{RawTable, Shop, ShopConfig};
use ml_pipeline::prelude::*;
use std::sync::Arc;

/// The raw table, and where it came from.
pub struct Source {
    pub table: Table,
    pub digest: String,
    /// The shop that was simulated, with its truth.
    pub shop: Option<Arc<Shop>>,
}

/// Stage 2.
pub fn load(args: &Args, report: &mut Report) -> Result<Source> {
    report.stage(
        2,
        "Data",
        "transactions read with a schema; rows that do not fit are set aside with line and reason, never lost",
    );
    let (name, bytes, shop) = match &args.data {
        Some(path) => {
            let io = |e| Error::io(format!("reading {}", path.display()), e);
            let name = path.file_name().unwrap_or(path.as_os_str());
            let name = name.to_string_lossy().into_owned();
            (name, std::fs::read(path).map_err(io)?, None)
        }
        None => {
            let shop = simulate(args, report)?;
            let bytes = shop.raw_csv(RawTable::Transactions)?;
            ("transactions.csv".to_string(), bytes, Some(Arc::new(shop)))
        }
    };
    let bar = crate::support::console::bar(bytes.len() as u64, "reading");
    let digest = digest(&bytes);
    let loaded = source(&name, bytes, bar.clone())?.read()?;
    bar.finish_and_clear();
    report.say(format!(
        "{name}: {} rows read, {} kept, {} in quarantine",
        loaded.rows_read,
        loaded.table.rows(),
        loaded.quarantine.len()
    ));
    if !loaded.quarantine.is_empty() {
        let path = args.out.join("quarantine.csv");
        std::fs::create_dir_all(&args.out)
            .map_err(|e| Error::io(format!("making {}", args.out.display()), e))?;
        loaded.quarantine.write_csv(&path)?;
        report.say("what is in quarantine, and why, stands in quarantine.csv");
        report.show(&loaded.quarantine);
    }
    report.show(&loaded.table);
    report.set("seed", args.seed);
    report.set("data_digest", digest.clone());
    Ok(Source {
        table: loaded.table,
        digest,
        shop,
    })
}

/// Codes, names and dates are read as they are written: an invoice number is no quantity, and
/// whether 12/1 is in December is decided by the whole column. A column that is not there under one
/// of the two spellings of the header is asked for again by `retail_columns`, by name.
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
        .missing(MissingValues::pandas())
        .progress_bar(bar);
    for column in text.into_iter().filter(|c| header.contains(c)) {
        source = source.column(column, As::Text);
    }
    Ok(source
        .require("StockCode")
        .require_kind("Quantity", Kind::Num))
}

fn simulate(args: &Args, report: &mut Report) -> Result<Shop> {
    let shop = Shop::generate(&ShopConfig::default().seed(args.seed))?;
    report.say(format!(
        "a simulated shop: {} users, {} products, {} events, {} transaction lines; every defect put into them is known",
        shop.users().len(),
        shop.products().len(),
        shop.events().len(),
        shop.transactions().len()
    ));
    Ok(shop)
}
