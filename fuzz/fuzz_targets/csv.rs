//! CSV dialect and reader: guessed and declared dialects, whole and in pieces, every policy.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ml_data::source::{As, CsvSource, Encoding, MissingValues, OnMismatch, Ragged};
use ml_data::time::TimeFormat;

fuzz_target!(|data: &[u8]| {
    let Some((&how, file)) = data.split_first() else {
        return;
    };
    let mut source = CsvSource::bytes("fuzz.csv", file);
    if how & 1 != 0 {
        source = source.sniff(true).skip_row_names(true);
    }
    if how & 2 != 0 {
        source = source
            .ragged(Ragged::Fill)
            .encoding(Encoding::Latin1)
            .missing(MissingValues::pandas());
    }
    if how & 4 != 0 {
        source = source
            .on_mismatch(OnMismatch::Quarantine)
            .rename_duplicates(true);
    }
    if how & 8 != 0 {
        source = source
            .has_header(false)
            .trim(true)
            .thousands(b'.')
            .decimal(b',')
            .delimiter(b';');
    }
    if how & 16 != 0 {
        source = source
            .column("a", As::Num)
            .column("b", As::Time(TimeFormat::DayFirst))
            .sample_rows(2);
    }
    if how & 32 != 0 {
        source = source.comment(b'#').quote(None).allow_empty(true);
    }
    if how & 64 != 0 {
        if let Ok(batches) = source.batches(3) {
            for batch in batches.take(1_000) {
                if batch.is_err() {
                    break;
                }
            }
        }
    } else if let Ok(loaded) = source.read() {
        assert!(loaded.table.rows() <= loaded.rows_read);
    }
});
