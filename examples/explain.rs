//! Why does a pipeline predict what it predicts? Reasons for a row, and the columns that matter, in
//! the names of the table.
//!
//! `cargo run --example explain`
#![allow(clippy::print_stdout)]

use ml_pipeline::prelude::*;

fn main() -> Result<()> {
    // Rents of flats: the larger the dearer, and dearer in the centre; the floor means nothing.
    let n = 400_u32;
    let area: Vec<f64> = (0..n).map(|i| f64::from(20 + i * 37 % 101)).collect();
    let part: Vec<&str> = (0..n)
        .map(|i| ["centre", "north", "south"][i as usize % 3])
        .collect();
    let rent = area.iter().zip(&part);
    let rent = rent.map(|(a, p)| 8.0 * a + if *p == "centre" { 300.0 } else { 0.0 });
    let table = Table::new([
        ("area", Column::num(area.clone())),
        ("part", Column::cat(part.iter().map(|p| Some(*p)))),
        ("floor", Column::num((0..n).map(|i| f64::from(i * 7 % 5)))),
        ("rent", Column::num(rent)),
    ])?;
    let data = table.regression("rent")?;
    let TrainValidTest { train, valid, .. } = data.split(Split::random(0.2, 0.2).seed(1))?;

    let pipeline = ColumnTransformer::new()
        .with(["area", "floor"], SimpleImputer::median())
        .with("part", OneHotEncoder::new())
        .model(Boost::new().num_iterations(60));
    let pipeline = pipeline.fit(&train)?;

    // One row: the score is what is expected of any flat, and what each column adds.
    println!("{}\n", pipeline.explain_row(valid.x().data(), 3)?.top(2));

    // Many rows: attributions, and the columns that predictions rely on.
    let attributions = pipeline.explain(valid.x())?;
    println!("{attributions}\n");
    println!("{}\n", attributions.importances()?);
    println!("{}\n", pipeline.importances(ImportanceKind::Gain)?);

    // With the one-hot columns apart: the model on what the steps make.
    let matrix = pipeline.steps.apply(valid.x())?;
    println!(
        "{}",
        pipeline.model.explain(View::all(&matrix))?.importances()?
    );
    Ok(())
}
