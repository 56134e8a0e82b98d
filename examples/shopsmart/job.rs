//! What every stage after the preparation reads.

use crate::args::Args;
use crate::data::Source;
use crate::settings::Settings;
use crate::trade::Trade;
use crate::windows::Windows;
use ml_pipeline::data::source::TimeFormat;

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
