//! Errors that name a row of the sample.

use super::*;

/// Rows of weight 0 are left out: of the count of rows in errors they are not.
#[test]
fn errors_name_rows_of_the_sample() {
    #[derive(Debug, Clone)]
    struct Broken;
    impl CustomObjective for Broken {
        fn gradients(&self, _: &[f64], _: &[f64], out: &mut [[f32; 2]]) {
            out.fill([0.5, 1.0]);
            out[2] = [f32::NAN, 1.0];
        }
        fn evaluate(&self, _: &[f64], _: &[f64], _: Option<&[f64]>) -> f64 {
            0.0
        }
        fn name(&self) -> &'static str {
            "broken"
        }
    }
    let (x, mut y) = rows(3);
    let mut weights = vec![1.0; ROWS];
    (weights[0], weights[2]) = (0.0, 0.0);
    y[0] = 1e31; // left out with its row
    let sample = |y: &[f64]| dataset::<Real>(&x, RealLabels::new(y).unwrap());
    let weighted = |y: &[f64]| {
        sample(y)
            .with_weights(weights.clone())
            .unwrap()
            .into_train()
    };
    let e = boost()
        .custom_objective(Broken)
        .fit(&weighted(&y))
        .unwrap_err();
    // The third of the rows 1, 3, 4.
    assert!(matches!(e, ml_data::Error::Cell { row: 4, .. }), "{e}");
    assert!(boost().fit::<_, FittedBoost>(&weighted(&y)).is_ok());
    y[1] = -1e31;
    let e = boost().fit::<_, FittedBoost>(&weighted(&y)).unwrap_err();
    assert!(matches!(e, ml_data::Error::Cell { row: 1, .. }), "{e}");
}
