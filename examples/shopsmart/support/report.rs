//! The report of a run: every fact goes to the terminal and to one HTML page that opens offline;
//! figures go to a JSON file too.

use super::console;
use serde_json::{Map, Value};
use std::fmt::{Display, Write};
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
    /// Opens a stage.
    pub fn stage(&mut self, number: usize, title: &str, why: &str) {
        console::stage(number, title, why);
        let (id, title) = (format!("s{number}"), format!("{number}. {title}"));
        let _ = write!(
            self.html,
            "<h2 id=\"{id}\">{}</h2>\n<p class=why>{}</p>\n",
            escape(&title),
            escape(&sentence(why))
        );
        self.contents.push((id, title));
    }

    /// Opens a part of a stage.
    pub fn part(&mut self, title: &str) {
        console::block(format!("-- {title}"));
        let _ = writeln!(self.html, "<h3>{}</h3>", escape(title));
    }

    pub fn say(&mut self, text: impl Display) {
        let text = text.to_string();
        console::wrapped(&text);
        self.note(text);
    }

    /// A paragraph of the page only.
    pub fn note(&mut self, text: impl Display) {
        let _ = writeln!(self.html, "<p>{}</p>", escape(&sentence(&text.to_string())));
    }

    /// Text as it stands: request bodies, tables of the library.
    pub fn show(&mut self, text: impl Display) {
        let text = text.to_string();
        console::block(&text);
        let _ = writeln!(self.html, "<pre>{}</pre>", escape(text.trim_end()));
    }

    pub fn table(&mut self, head: &[&str], rows: &[Vec<String>]) {
        console::table(head, rows);
        self.page_table(head, rows);
    }

    /// A table of the page only: for what is too wide for a terminal, or was printed already.
    pub fn page_table(&mut self, head: &[&str], rows: &[Vec<String>]) {
        let numbers = console::numeric(head.len(), rows);
        let cells = |tag: &str, row: &[&str]| {
            row.iter()
                .zip(&numbers)
                .fold(String::new(), |mut all, (cell, number)| {
                    let class = if *number { " class=n" } else { "" };
                    let _ = write!(all, "<{tag}{class}>{}</{tag}>", escape(cell));
                    all
                })
        };
        let _ = write!(
            self.html,
            "<div class=scroll><table><tr>{}</tr>",
            cells("th", head)
        );
        for row in rows {
            let row: Vec<&str> = row.iter().map(String::as_str).collect();
            let _ = write!(self.html, "<tr>{}</tr>", cells("td", &row));
        }
        self.html.push_str("</table></div>\n");
    }

    /// Plots (caption and SVG) side by side where the page is wide enough.
    pub fn plots(&mut self, plots: &[(&str, String)]) {
        self.html.push_str("<div class=plots>");
        for (caption, svg) in plots {
            let _ = write!(
                self.html,
                "<figure>{svg}<figcaption>{}</figcaption></figure>",
                escape(caption)
            );
        }
        self.html.push_str("</div>\n");
    }

    pub fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.json.insert(key.to_string(), value.into());
    }

    pub fn write(&self, dir: &Path, title: &str) -> std::io::Result<()> {
        std::fs::create_dir_all(dir)?;
        let nav = self
            .contents
            .iter()
            .fold(String::new(), |mut all, (id, title)| {
                let _ = write!(all, "<a href=\"#{id}\">{}</a>", escape(title));
                all
            });
        let page = format!(
            "<!doctype html>\n<html lang=en><head><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\n<title>{0}</title>\n<style>{STYLE}</style></head>\n<body><header><h1>{0}</h1><nav>{nav}</nav></header>\n<main>\n{1}</main></body></html>\n",
            escape(title),
            self.html
        );
        std::fs::write(dir.join("report.html"), page)?;
        let json = serde_json::to_string_pretty(&self.json).map_err(std::io::Error::other)?;
        std::fs::write(dir.join("report.json"), json + "\n")
    }
}

/// With a capital and a full stop, as a page wants it; a name with digits or dots in it keeps its
/// spelling.
fn sentence(text: &str) -> String {
    let first = text.split(' ').next().unwrap_or_default();
    let word = first
        .chars()
        .all(|c| c.is_alphabetic() || matches!(c, ':' | ',' | '-'));
    let mut chars = text.chars();
    let mut out: String = match chars.next() {
        Some(c) if word => c.to_uppercase().chain(chars).collect(),
        _ => text.to_string(),
    };
    if !out.ends_with(['.', ':', '?']) {
        out.push('.');
    }
    out
}

const STYLE: &str = "\
body{font:16px/1.5 system-ui,sans-serif;color:#111a22;background:#fff;margin:0}
header{border-bottom:3px solid #12344d;padding:1.2rem 2rem .8rem}
header>*{max-width:75rem;margin:0 auto}
h1{font-size:1.6rem;color:#12344d}
nav{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin-top:.5rem}
nav a{color:#1d6296;font-size:.9rem;text-decoration:none;white-space:nowrap}
nav a:hover{text-decoration:underline}
main{max-width:75rem;margin:0 auto;padding:0 2rem 4rem}
h2{color:#12344d;border-bottom:1px solid #c4ced8;padding-bottom:.2rem;margin:2.6rem 0 .4rem}
h3{font-size:1.05rem;margin:1.6rem 0 .3rem}
p{margin:.45rem 0;max-width:60rem}
.why{color:#4a5865;font-style:italic}
.scroll{overflow-x:auto;margin:.8rem 0}
table{border-collapse:collapse;font-size:.88rem}
th,td{padding:.3rem .8rem;border-bottom:1px solid #dfe4ea;text-align:left;vertical-align:top}
.n,th,td:first-child{white-space:nowrap}
th{background:#eef2f6;border-bottom-color:#c4ced8}
.n{text-align:right;font-variant-numeric:tabular-nums}
pre{background:#f7f9fb;border:1px solid #dfe4ea;padding:.7rem .9rem;overflow-x:auto;font-size:.8rem;line-height:1.4;margin:.8rem 0}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(30rem,100%),1fr));gap:1rem;margin:1rem 0}
figure{margin:0;border:1px solid #dfe4ea;padding:.7rem;max-width:44rem}
figure svg{width:100%;height:auto;display:block}
figcaption{color:#4a5865;font-size:.85rem;margin-top:.3rem}";
