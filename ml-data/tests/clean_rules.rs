//! General cleaning rules change the cells they name, and record them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use ml_data::clean::{Case, Cleaning, Clock, Fence, Outlier};
use ml_data::quality::Rule;
use ml_data::table::{Column, MISSING_TIME, Table};
use ml_data::time::TimeFormat;

fn messy() -> Table {
    Table::new([
        ("price", Column::num([5.0, -2.0, f64::NAN, 1e6, 5.0])),
        (
            "category",
            Column::cat([
                Some("Home  decor"),
                Some("HOME DECOR"),
                None,
                Some(" Home decor"),
                Some("Home  decor"),
            ]),
        ),
        (
            "note",
            Column::text([Some("a"), Some(" "), None, Some("b"), Some("a")]),
        ),
        (
            "day",
            Column::cat(
                [
                    "2020-01-31",
                    "31.01.2020",
                    "soon",
                    "2020-01-31 12:00",
                    "2020-01-31",
                ]
                .map(Some),
            ),
        ),
    ])
    .unwrap()
}

#[test]
fn general_rules_change_what_they_say() {
    let table = messy();
    let work = Cleaning::of(&table)
        .standardise("category", Case::Usual)
        .unwrap()
        .drop_duplicates(&[])
        .unwrap()
        .drop_broken(&Rule::range("price", -10.0, 1e5))
        .unwrap()
        .standardise("note", Case::Upper)
        .unwrap()
        .parse_time("day", Clock::utc(&[TimeFormat::Iso, TimeFormat::DayFirst]))
        .unwrap()
        .clamp("price", 0.0, 4.0)
        .unwrap();
    let clean = work.finish();
    assert_eq!(clean.rows, [0, 1, 2]);
    assert_eq!(clean.table.num_at(0).unwrap()[..2], [4.0, 0.0]);
    assert!(
        clean.table.num_at(0).unwrap()[2].is_nan(),
        "missing stays missing"
    );
    let category = clean.table.column_named("category").unwrap();
    assert_eq!(
        [category.str_at(0), category.str_at(1), category.str_at(2)],
        [Some("Home decor"), Some("Home decor"), None]
    );
    assert_eq!(category.levels().unwrap().len(), 1);
    let note = clean.table.column_named("note").unwrap();
    assert_eq!([note.str_at(0), note.str_at(1)], [Some("A"), None]);
    let day = clean.table.column_named("day").unwrap().as_time().unwrap();
    assert_eq!(
        (day[0], day[0] == day[1], day[2]),
        (1_580_428_800_000_000, true, MISSING_TIME)
    );
    let entry = |words: &str| clean.audit.find(words).unwrap();
    assert_eq!(
        (entry("repeated").removed, &entry("repeated").touched[..]),
        (1, &[4][..])
    );
    assert_eq!(
        entry("unless price").example.as_deref(),
        Some("row 3: 1000000, Home decor, b, 2020-01-31 12:00")
    );
    assert_eq!(
        (entry("no time").changed, entry("as a time").changed),
        (1, 2)
    );
    assert_eq!(entry("clamp").touched, [0, 1]);
    assert!(clean.audit.to_string().contains("clamp price to [0, 4]"));
}

#[test]
fn rules_that_do_not_fit_name_the_column() {
    let table = messy();
    let wrong = |r: ml_data::Result<Cleaning>| r.unwrap_err().to_string();
    let begin = || Cleaning::of(&table);
    assert_eq!(
        wrong(begin().drop_missing("prise")),
        "Table: no column `prise` (is it `price`?)"
    );
    assert_eq!(
        wrong(begin().clamp("note", 0.0, 1.0)),
        "Cleaning: column `note` is text, expected numeric; `Table::cast` converts it"
    );
    assert_eq!(
        wrong(begin().standardise("price", Case::Lower)),
        "Cleaning: column `price` is numeric, expected text; `Table::cast` converts it"
    );
    assert!(wrong(begin().clamp("price", 1.0, 0.0)).contains("`min`"));
    assert_eq!(Case::Title.apply("  éTUDE in  c MINOR"), "Étude In C Minor");
}

#[test]
fn outliers_are_removed_cut_or_blanked() {
    let mut x: Vec<f64> = (0..100).map(f64::from).collect();
    x.extend([1e4, f64::NAN]);
    let table = Table::new([("x", Column::num(x))]).unwrap();
    let with = |action| {
        Cleaning::of(&table)
            .outliers("x", Fence::Iqr(3.0), action)
            .unwrap()
            .finish()
    };
    assert_eq!(with(Outlier::Remove).table.rows(), 101);
    let cut = with(Outlier::Winsorise);
    assert!(
        (cut.table.num_at(0).unwrap()[100] - 225.0).abs() < 1e-9,
        "{}",
        cut.table.num_at(0).unwrap()[100]
    );
    assert!(cut.table.num_at(0).unwrap()[101].is_nan());
    assert!(with(Outlier::Missing).table.num_at(0).unwrap()[100].is_nan());
    assert_eq!(with(Outlier::Missing).audit.entries()[0].touched, [100]);
}
