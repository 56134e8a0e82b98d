//! The input of every stage after the preparation.

use crate::data::Source;
use crate::data::trade::Trade;
use crate::features::windows::Windows;
use crate::models::settings::Settings;
use crate::support::args::Args;
use ml_pipeline::data::time::TimeFormat;

pub struct Job<'a> {
    pub args: &'a Args,
    pub source: &'a Source,
    pub trade: Trade,
    pub windows: Windows,
    pub settings: Settings,
}

/// `2010-11-25`.
pub fn day(micros: i64) -> String {
    TimeFormat::format_date(TimeFormat::Iso, micros)
}
