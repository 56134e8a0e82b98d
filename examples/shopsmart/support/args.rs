//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

pub const USAGE: &str = "\
usage: shopsmart [--data FILE] [--out DIR] [--serve ADDR] [--seed N]
  --data FILE   transactions in the form of UCI Online Retail, .csv or .csv.gz (default: a simulated shop)
  --out DIR     where report.html, report.json and the registry go, one run at a time (default: target/shopsmart)
  --serve ADDR  listen from the start, for example on 127.0.0.1:8080, and answer after training (SIGTERM drains)
  --seed N      seed of the simulator and of every model (default: 7)";

#[derive(Debug, Clone)]
pub struct Args {
    pub data: Option<PathBuf>,
    pub out: PathBuf,
    pub serve: Option<SocketAddr>,
    pub seed: u64,
}

/// `Ok(None)` asks for the usage text.
pub fn parse(mut args: impl Iterator<Item = String>) -> Result<Option<Args>, String> {
    let mut out = Args {
        data: None,
        out: "target/shopsmart".into(),
        serve: None,
        seed: 7,
    };
    while let Some(flag) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{flag} needs a value"));
        match flag.as_str() {
            "--data" => out.data = Some(value()?.into()),
            "--out" => out.out = value()?.into(),
            "--serve" => {
                let text = value()?;
                out.serve = Some(text.parse().map_err(|_| {
                    format!("--serve: `{text}` is not an address like 127.0.0.1:8080")
                })?);
            }
            "--seed" => {
                let text = value()?;
                out.seed = text
                    .parse()
                    .map_err(|_| format!("--seed: `{text}` is not a whole number"))?;
            }
            "-h" | "--help" => return Ok(None),
            other => return Err(format!("unknown option `{other}`")),
        }
    }
    Ok(Some(out))
}
