//! The generator of the benchmarks' data: equal bits on every machine and for any number of
//! threads, shapes and kinds as promised, and sets that can be learned from.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../benches/data/sets/mod.rs"]
mod sets;

#[allow(dead_code)] // the benchmarks' reader, of which this needs a part
#[path = "../benches/peers/npy.rs"]
mod npy;

use ml_pipeline::data::sample::BinaryLabels;
use ml_pipeline::data::source::{As, CsvSource, ParquetSource};
use ml_pipeline::eval::metric::{rmse, roc_auc};
use ml_pipeline::prelude::*;
use npy::{Element, Npy};
use sets::{Done, SETS, Scale, write};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const TINY: Scale = Scale(0.002);

/// SHA-256 of each set at [`TINY`], over its files in the order of their names, less those of
/// Parquet, whose bytes depend on the version of the crate that writes them. Another digest means
/// other data: raise `GENERATOR`, and write the new digests down.
const DIGESTS: [(&str, &str); 14] = [
    (
        "higgs",
        "17596b413f1ad1297f8920feedeea214da8a352744ae6ed03c39d33eece5afcf",
    ),
    (
        "reg",
        "edf9fcafcb8d5971cfcdd2c4d055cf95bac785f85409d579f2b41e48ca0b6cac",
    ),
    (
        "multi",
        "f54a4e427be87e1cb178f387663765352710e4ca3d28a419ea3390f239510862",
    ),
    (
        "ltr",
        "01e279f56c5e23cb8b947de34af9e3bb3b1aa898450116dd97740bd93dcbd8bd",
    ),
    (
        "cat",
        "ec0df2bda9a451ed6f89987ec1d776f907435ef28f6b453434fcf34273461ab4",
    ),
    (
        "dense",
        "80cb1262f575ef25d1e87f014c03f71827c461c95ccfad100e8f1675d8da3317",
    ),
    (
        "sparse",
        "2645c5bff8150192c3b1198b23d9f5c76648b1aeab9484c9dd51a5d924170401",
    ),
    (
        "text",
        "5665f619138d98a5875750bc1aa8970c35fa773b05192948b02eef171e25e624",
    ),
    (
        "mlp",
        "dd808431b0129aa175e7a46289b7343169c25b5873e97c32ffe503ba7574c7d8",
    ),
    (
        "recsys",
        "5304764e32de0ebf2b8b105aeaf570a7d32dd0b3e2d169347878d74e45869b1a",
    ),
    (
        "table",
        "25e7f69f0f45d458d9ffeafadd3b1a70c0943f5f3e7e66c6d0c3d59ff047a776",
    ),
    (
        "scores",
        "a6420d069523327b50e902dd663a8024eca351dbd8116ebcdd9b1838cd081335",
    ),
    (
        "drift",
        "293051bd54c37a3b72b381878976a98640a1e349d3a4aa3bbeaae59f2fbd029b",
    ),
    (
        "ab",
        "1cb67c2d19280c0ef9e0021dc0d53163a7999be39855ea93ca8b2364ba3d0e11",
    ),
];

fn of(name: &str) -> &'static sets::Set {
    SETS.iter().find(|s| s.name == name).unwrap()
}

fn made(name: &str, scale: Scale) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(of(name), folder.path(), scale, false).unwrap();
    folder
}

fn read<T: Element>(folder: &Path, name: &str) -> Npy<T> {
    Npy::read(&folder.join(format!("{name}.npy"))).unwrap()
}

/// One digest of all files of a folder but the manifest and those of Parquet.
fn digest(folder: &Path) -> String {
    let files = fs::read_dir(folder).unwrap().map(|f| f.unwrap());
    let files: BTreeMap<String, Vec<u8>> = files
        .map(|f| (f.file_name().into_string().unwrap(), f.path()))
        .filter(|(name, _)| name != "manifest.json" && !name.ends_with(".parquet"))
        .map(|(name, path)| (name, fs::read(path).unwrap()))
        .collect();
    assert!(!files.is_empty());
    let mut hash = Sha256::new();
    files.values().for_each(|bytes| hash.update(bytes));
    let mut text = String::new();
    for byte in hash.finalize() {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}

#[test]
fn the_bits_are_those_of_every_machine_for_any_number_of_threads() {
    let names: Vec<&str> = SETS.iter().map(|s| s.name).collect();
    assert!(SETS.iter().all(|s| !s.what.is_empty()));
    assert_eq!(names, DIGESTS.map(|d| d.0));
    let mut wrong = String::new();
    for (name, want) in DIGESTS {
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let folder = pool.build().unwrap().install(|| made(name, TINY));
            let found = digest(folder.path());
            if found != want {
                writeln!(wrong, "(\"{name}\", \"{found}\"), // {threads} threads").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn a_set_is_written_once_and_a_folder_holds_one_scale() {
    let folder = made("ab", TINY);
    let path = folder.path();
    assert_eq!(write(of("ab"), path, TINY, false).unwrap(), Done::Kept);
    // CSV files are more than there is, a file cut short is not whole.
    assert!(matches!(
        write(of("ab"), path, TINY, true).unwrap(),
        Done::Wrote(6, _)
    ));
    assert_eq!(write(of("ab"), path, TINY, false).unwrap(), Done::Kept);
    let whole = fs::read(path.join("ab_a.npy")).unwrap();
    fs::write(path.join("ab_a.npy"), &whole[..whole.len() - 1]).unwrap();
    assert!(matches!(
        write(of("ab"), path, TINY, false).unwrap(),
        Done::Wrote(3, _)
    ));
    assert_eq!(fs::read(path.join("ab_a.npy")).unwrap(), whole);
    let other = write(of("ab"), path, Scale(0.003), false)
        .unwrap_err()
        .to_string();
    assert!(
        other.contains("scale 0.002") && other.contains("remove the folder"),
        "{other}"
    );
    // Nothing is left of files on their way.
    let names = fs::read_dir(path).unwrap().map(|f| f.unwrap().file_name());
    assert_eq!(
        names
            .filter(|n| n.to_string_lossy().ends_with(".part"))
            .count(),
        0
    );
}

#[test]
fn a_folder_that_can_not_be_made_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = write(of("ab"), &file.join("data"), TINY, false).unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("making the folder ") && !text.contains('\n'),
        "{text}"
    );
}

const FULL_DISK: &str = "ML_PIPELINE_TEST_FULL_DISK";

/// Runs only where the next test starts it, with files of a few kilobytes at most.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FULL_DISK) else {
        return;
    };
    let error = write(of("ab"), Path::new(&folder), TINY, false).unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("writing ") && text.contains("ab_a.npy"),
        "{text}"
    );
    assert!(!text.contains('\n'), "{text}");
}

/// Writes that fail in the middle, as on a disk without space, leave neither a file nor a part.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_no_set_that_is_taken_for_a_whole_one() {
    let folder = tempfile::tempdir().unwrap();
    let limited = "trap '' XFSZ; ulimit -f 8; exec \"$0\" --exact child";
    // What it says goes through a pipe: the limit would hold for a file that takes it, too.
    let ran = std::process::Command::new("sh")
        .args(["-c", limited])
        .arg(std::env::current_exe().unwrap())
        .env(FULL_DISK, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_smaller_set_is_the_beginning_of_a_larger_one() {
    let (small, large) = (made("reg", TINY), made("reg", Scale(0.005)));
    let [few, many] = [&small, &large].map(|f| read::<f32>(f.path(), "reg_train_x"));
    assert_eq!((few.rows(), many.rows()), (400, 1000));
    let bits = |v: &[f32]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(
        bits(few.values()),
        bits(&many.values()[..few.values().len()])
    );
}

#[test]
fn arrays_have_the_shapes_and_kinds_of_their_readers() {
    let folder = made("higgs", TINY);
    let x = read::<f32>(folder.path(), "higgs_train_x");
    assert_eq!((x.rows(), x.width()), (1000, 28));
    assert!(x.values().iter().all(|v| v.is_finite()));
    assert_eq!(read::<f32>(folder.path(), "higgs_test_y").rows(), 200);

    let folder = made("multi", TINY);
    let y = read::<i32>(folder.path(), "multi_train_y");
    let classes: std::collections::BTreeSet<i32> = y.values().iter().copied().collect();
    assert_eq!(classes, (0..7).collect());

    let folder = made("ltr", TINY);
    let sizes = read::<i32>(folder.path(), "ltr_train_group");
    let x = read::<f32>(folder.path(), "ltr_train_x");
    let rows: i32 = sizes.values().iter().sum();
    assert_eq!((x.rows(), x.width(), sizes.rows()), (rows as usize, 46, 20));
    assert!(sizes.values().iter().all(|n| (60..=140).contains(n)));
    let grades = read::<i32>(folder.path(), "ltr_train_y");
    assert!(grades.values().iter().all(|g| (0..5).contains(g)));
    let zeros = grades.values().iter().filter(|g| **g == 0).count();
    assert!(2 * zeros > grades.rows(), "most documents are no answer");

    let folder = made("cat", TINY);
    let codes = read::<i32>(folder.path(), "cat_train_cat");
    for (j, levels) in [2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000]
        .into_iter()
        .enumerate()
    {
        assert!(
            codes.column(j).iter().all(|c| (0..levels).contains(c)),
            "column {j}"
        );
    }

    let folder = made("dense", TINY);
    assert_eq!(read::<f64>(folder.path(), "dense_test_x").width(), 50);
    assert_eq!(read::<f64>(folder.path(), "dense_test_y").rows(), 100);

    let folder = made("sparse", TINY);
    let starts = read::<i64>(folder.path(), "sparse_train_indptr");
    let words = read::<i32>(folder.path(), "sparse_train_indices");
    let counts = read::<f32>(folder.path(), "sparse_train_data");
    assert_eq!((starts.rows(), words.rows()), (201, counts.rows()));
    assert_eq!(starts.values()[200], words.rows() as i64);
    for row in starts.values().windows(2) {
        let row = &words.values()[row[0] as usize..row[1] as usize];
        assert!(row.windows(2).all(|w| w[0] < w[1]) && row.iter().all(|w| (0..20_000).contains(w)));
    }

    let folder = made("drift", TINY);
    assert_eq!(read::<f64>(folder.path(), "drift_ref_num").width(), 16);
    assert_eq!(read::<i32>(folder.path(), "drift_cur_cat").width(), 4);
    let ties = read::<f64>(folder.path(), "drift_ref_num").column(8);
    assert!(
        ties.iter()
            .all(|x| (x * 100.0 - (x * 100.0).round()).abs() < 1e-9)
    );

    let folder = made("scores", TINY);
    assert_eq!(read::<i8>(folder.path(), "rank_rel").width(), 100);
    assert_eq!(read::<u8>(folder.path(), "scores_y").rows(), 20_000);
}

#[test]
fn shares_of_missing_cells_and_labels_are_as_promised() {
    let folder = made("reg", TINY);
    let x = read::<f32>(folder.path(), "reg_train_x");
    let missing = x.values().iter().filter(|v| v.is_nan()).count() as f64;
    let share = missing / x.values().len() as f64;
    // 20,000 cells: three deviations are .0064.
    assert!((share - 0.1).abs() < 0.0064, "{share}");
    for (set, y, rows) in [
        ("higgs", "higgs_train_y", 1000),
        ("cat", "cat_train_y", 600),
        ("mlp", "mlp_train_y", 400),
    ] {
        let folder = made(set, TINY);
        let labels = read::<f32>(folder.path(), y);
        assert_eq!(labels.rows(), rows);
        let ones = labels.values().iter().sum::<f32>() / rows as f32;
        assert!((0.3..0.7).contains(&ones), "{set}: {ones}");
    }
    let folder = made("scores", TINY);
    let ones = read::<u8>(folder.path(), "scores_y")
        .values()
        .iter()
        .filter(|y| **y == 1)
        .count();
    assert!((1850..2150).contains(&ones), "{ones}");
}

#[test]
fn pairs_are_distinct_sorted_and_split_one_in_eleven() {
    let folder = made("recsys", Scale(0.01));
    let [train, test] = ["recsys_train", "recsys_test"].map(|n| read::<i32>(folder.path(), n));
    assert_eq!((train.rows(), test.rows()), (50_000, 5000));
    for pairs in [&train, &test] {
        let (pairs, _) = pairs.values().as_chunks::<2>();
        assert!(pairs.is_sorted_by(|a, b| a < b));
        assert!(
            pairs
                .iter()
                .all(|p| (0..500).contains(&p[0]) && (0..2000).contains(&p[1]))
        );
    }
    let all = [train.values(), test.values()].concat();
    let distinct: std::collections::BTreeSet<&[i32]> = all.chunks(2).collect();
    assert_eq!(distinct.len(), 55_000);
    let csv = fs::read_to_string(folder.path().join("recsys_test.csv")).unwrap();
    let first = test.values();
    assert!(csv.starts_with(&format!("user,item\n{},{}\n", first[0], first[1])));
    assert_eq!(csv.lines().count(), 5001);
}

#[test]
fn the_table_is_the_same_as_csv_and_as_parquet() {
    let folder = made("table", TINY);
    for (name, rows, columns) in [("table", 2000, 20), ("quotes", 1000, 3)] {
        let [csv, parquet] =
            ["csv", "parquet"].map(|kind| folder.path().join(format!("{name}.{kind}")));
        let texts = ["c0", "c1", "c2", "c3"]
            .iter()
            .filter(|c| name == "table" || **c == "c2");
        let from_csv = texts
            .clone()
            .fold(CsvSource::path(&csv), |s, c| s.column(c, As::Text));
        let from_parquet = texts.fold(ParquetSource::path(&parquet), |s, c| s.column(c, As::Text));
        let a = from_csv.read().unwrap().strict().unwrap();
        let b = from_parquet.read().unwrap().strict().unwrap();
        assert_eq!((a.rows(), a.columns().len()), (rows, columns));
        for (field, column) in a.schema().fields().iter().zip(a.columns()) {
            let other = b.column_named(field.name()).unwrap();
            for row in 0..rows {
                let cell = |c: &Column| match c.str_at(row) {
                    Some(text) => text.to_owned(),
                    None => c.cell(row).num().to_string(),
                };
                assert_eq!(cell(column), cell(other), "{name} {} {row}", field.name());
            }
        }
    }
    let table = CsvSource::path(folder.path().join("table.csv"))
        .read()
        .unwrap()
        .table;
    let missing = table.column_named("x3").unwrap().missing();
    assert!(
        (60..140).contains(&missing),
        "{missing} of 2000, expected 100"
    );
    let times = table.column_named("ts").unwrap();
    assert!(times.as_num().unwrap().is_sorted());
}

fn rows(folder: &Path, name: &str) -> Dense<f32> {
    let x = read::<f32>(folder, name);
    Dense::from_rows(x.width(), x.into_values()).unwrap()
}

fn labels(folder: &Path, name: &str) -> Vec<u8> {
    read::<f32>(folder, name)
        .values()
        .iter()
        .map(|y| *y as u8)
        .collect()
}

fn auc(x: &Dense<f32>, y: Vec<u8>, test: &Dense<f32>, truth: &[u8]) -> f64 {
    let y = BinaryLabels::new(y, "1").unwrap();
    let train = Dataset::<_, Binary>::new(x.clone(), y)
        .unwrap()
        .into_train();
    let model = Boost::new()
        .num_iterations(40)
        .num_leaves(15)
        .fit(&train)
        .unwrap();
    roc_auc(&model.predict(test).unwrap().0, truth, None).unwrap()
}

#[test]
fn the_sets_can_be_learned_from() {
    let scale = Scale(0.01);
    let folder = made("higgs", scale);
    let path = folder.path();
    let [x, test] = ["higgs_train_x", "higgs_test_x"].map(|n| rows(path, n));
    let found = auc(
        &x,
        labels(path, "higgs_train_y"),
        &test,
        &labels(path, "higgs_test_y"),
    );
    assert!((0.72..0.95).contains(&found), "higgs: {found}");

    let folder = made("cat", scale);
    let path = folder.path();
    let joined = |part: &str| {
        let codes = read::<i32>(path, &format!("cat_{part}_cat"));
        let numbers = read::<f32>(path, &format!("cat_{part}_num"));
        let row = |i: usize| {
            let codes = codes.values()[i * 12..(i + 1) * 12]
                .iter()
                .map(|c| *c as f32);
            codes.chain(numbers.values()[i * 8..(i + 1) * 8].iter().copied())
        };
        Dense::from_rows(20, (0..codes.rows()).flat_map(row).collect()).unwrap()
    };
    let found = auc(
        &joined("train"),
        labels(path, "cat_train_y"),
        &joined("test"),
        &labels(path, "cat_test_y"),
    );
    assert!((0.62..0.95).contains(&found), "cat: {found}");

    let folder = made("reg", scale);
    let path = folder.path();
    let number = |name: &str| -> Vec<f64> {
        read::<f32>(path, name)
            .values()
            .iter()
            .map(|v| f64::from(*v))
            .collect()
    };
    let (y, truth) = (number("reg_train_y"), number("reg_test_y"));
    let train = Dataset::regression(rows(path, "reg_train_x"), y)
        .unwrap()
        .into_train();
    let model = Boost::new()
        .num_iterations(60)
        .num_leaves(15)
        .fit(&train)
        .unwrap();
    let found = rmse(
        &model.predict(&rows(path, "reg_test_x")).unwrap().0,
        &truth,
        None,
    )
    .unwrap();
    let mean = truth.iter().sum::<f64>() / truth.len() as f64;
    let spread =
        (truth.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / truth.len() as f64).sqrt();
    // Noise of deviation 1 and missing cells are left.
    assert!(
        found > 1.0 && found < 0.6 * spread,
        "reg: {found} of {spread}"
    );
}
