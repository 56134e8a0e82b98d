//! The report: one HTML page that opens offline, and the same facts as JSON.

use crate::svg;
use serde_json::{Map, Value};
use std::fmt::Write;
use std::path::Path;

#[derive(Default)]
pub struct Report {
    html: String,
    contents: Vec<(String, String)>,
    pub json: Map<String, Value>,
}

pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

impl Report {
    pub fn section(&mut self, title: &str, why: &str) {
        let id = format!("s{}", self.contents.len() + 1);
        self.contents.push((id.clone(), title.to_string()));
        let _ = write!(
            self.html,
            "<h2 id=\"{id}\">{}</h2>\n<p class=why>{}</p>\n",
            escape(title),
            escape(why)
        );
    }

    pub fn text(&mut self, text: &str) {
        let _ = writeln!(self.html, "<p>{}</p>", escape(text));
    }

    pub fn pre(&mut self, text: impl std::fmt::Display) {
        let _ = writeln!(self.html, "<pre>{}</pre>", escape(&text.to_string()));
    }

    pub fn table(&mut self, head: &[&str], rows: &[Vec<String>]) {
        let cells = |tag: &str, row: &mut dyn Iterator<Item = String>| {
            row.fold(String::new(), |mut all, c| {
                let number = c
                    .trim_end_matches(['%', 's'])
                    .replace(',', "")
                    .parse::<f64>()
                    .is_ok();
                let _ = write!(
                    all,
                    "<{tag}{}>{}</{tag}>",
                    if number { " class=n" } else { "" },
                    escape(&c)
                );
                all
            })
        };
        let _ = write!(
            self.html,
            "<table><tr>{}</tr>",
            cells("th", &mut head.iter().map(|h| (*h).to_string()))
        );
        for row in rows {
            let _ = write!(
                self.html,
                "<tr>{}</tr>",
                cells("td", &mut row.iter().cloned())
            );
        }
        self.html.push_str("</table>\n");
    }

    pub fn plot(&mut self, caption: &str, svg: &str) {
        let _ = writeln!(
            self.html,
            "<figure>{svg}<figcaption>{}</figcaption></figure>",
            escape(caption)
        );
    }

    pub fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.json.insert(key.into(), value.into());
    }

    /// Writes `report.html` and `report.json`.
    pub fn write(&self, dir: &Path, title: &str) -> std::io::Result<()> {
        std::fs::create_dir_all(dir)?;
        let contents: String = self
            .contents
            .iter()
            .fold(String::new(), |mut all, (id, t)| {
                let _ = write!(all, "<a href=\"#{id}\">{}</a>", escape(t));
                all
            });
        let page = format!(
            "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>{t}</title>\n<style>{STYLE}</style>\n<header><h1>{t}</h1><nav>{contents}</nav></header>\n<main>{body}</main></html>\n",
            t = escape(title),
            body = self.html
        );
        std::fs::write(dir.join("report.html"), page)?;
        let json = serde_json::to_string_pretty(&self.json).map_err(std::io::Error::other)?;
        std::fs::write(dir.join("report.json"), json + "\n")
    }
}

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;color:#1d2733;margin:0;background:#f6f7f9}header{background:#12344d;color:#fff;padding:1.2rem 2rem}h1{margin:0;font-size:1.5rem}nav a{color:#bfe0f5;margin-right:1rem;font-size:.85rem;text-decoration:none}main{max-width:70rem;margin:0 auto;padding:1rem 2rem 4rem}h2{border-bottom:2px solid #12344d;padding-bottom:.2rem;margin-top:2.4rem}.why{color:#51606e;font-style:italic}table{border-collapse:collapse;background:#fff;margin:1rem 0;font-size:.88rem}th,td{padding:.3rem .7rem;border-bottom:1px solid #dfe4ea;text-align:left}th{background:#e9eef3}.n{text-align:right;font-variant-numeric:tabular-nums}pre{background:#fff;border:1px solid #dfe4ea;padding:.8rem;overflow-x:auto;font-size:.8rem}figure{margin:1rem 0;background:#fff;border:1px solid #dfe4ea;padding:.6rem;display:inline-block}figcaption{color:#51606e;font-size:.85rem}";

/// Bars with intervals, one a rung.
pub fn ladder_plot(rows: &[(String, f64, f64, f64)]) -> String {
    svg::bars("NDCG@10", rows)
}
