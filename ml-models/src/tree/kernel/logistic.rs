//! Gradients of the log loss.

use super::dispatch;
use crate::tree::GradientPair;
use crate::tree::math::exp;

dispatch! {
    /// Gradient and hessian of ln(1 + exp(-sigmoid * sign * score)) for each row; `signs` are 1 and
    /// -1.
    pub(crate) fn logistic(scores: &[f64], signs: &[f64], sigmoid: f64, out: &mut [GradientPair]) = body;
}

#[inline(always)]
fn body(scores: &[f64], signs: &[f64], sigmoid: f64, out: &mut [GradientPair]) {
    for ((out, &score), &sign) in out.iter_mut().zip(scores).zip(signs) {
        let response = sigmoid / (1.0 + exp(sign * sigmoid * score));
        *out = [
            (-sign * response) as f32,
            (response * (sigmoid - response)) as f32,
        ];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::kernel::{InstructionSet, forced::at};

    #[test]
    fn every_instruction_set_gives_the_scalar_bits() {
        let scores: Vec<f64> = (0..1003).map(|i| f64::from(i - 500) * 0.173).collect();
        let signs: Vec<f64> = (0..1003)
            .map(|i| if i % 3 == 0 { 1.0 } else { -1.0 })
            .collect();
        let mut want = vec![[0.0; 2]; 1003];
        body(&scores, &signs, 1.3, &mut want);
        for isa in InstructionSet::available() {
            let mut got = vec![[0.0; 2]; 1003];
            at(isa, || logistic(&scores, &signs, 1.3, &mut got));
            assert_eq!(got, want, "{isa:?}");
        }
    }
}
