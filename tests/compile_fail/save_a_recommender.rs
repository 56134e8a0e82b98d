//~ is not a fitted model of
//~ state that is no model of rows (a recommender, a catalogue) is saved with `artifact::save_state("name/1", &state)`
use ml_pipeline::prelude::*;

fn main() -> Result<()> {
    let als = ImplicitAls::new().fit(&Interactions::from_pairs(2, 2, [(0, 1), (1, 0)])?)?;
    let _bytes = artifact::save("als/1", &als)?;
    Ok(())
}
