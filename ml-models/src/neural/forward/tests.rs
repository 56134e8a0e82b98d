use super::*;
use crate::neural::rng::{Stage, stream};

/// Sixteen bits a unit, four units a draw.
#[test]
fn masks_follow_the_bits_of_the_generator() {
    let mut rng = stream(1, Stage::Drop, 3);
    let mut bits = stream(1, Stage::Drop, 3);
    let mut dropout = Dropout::new(0.25, &mut rng).unwrap();
    assert_eq!((dropout.threshold, dropout.scale), (16_384, 4.0 / 3.0));
    let mut mask = vec![9.0; 4003];
    dropout.fill(&mut mask);
    for four in mask.chunks(4) {
        let drawn = bits.next_u64();
        for (k, &m) in four.iter().enumerate() {
            let dropped = (drawn >> (16 * k)) % 65_536 < 16_384;
            assert_eq!(m, if dropped { 0.0 } else { 4.0 / 3.0 });
        }
    }
    let share = mask.iter().filter(|&&m| m == 0.0).count() as f64 / 4003.0;
    assert!((share - 0.25).abs() < 0.03, "{share}");
}

#[test]
fn rates_are_rounded_to_16_bits() {
    let of = |rate: f32| {
        let mut rng = stream(1, Stage::Drop, 0);
        Dropout::new(rate, &mut rng).map(|d| (d.threshold, d.scale))
    };
    assert_eq!([0.0, 7e-6].map(of), [None, None]);
    assert_eq!(of(1e-5), Some((1, (65_536.0 / 65_535.0) as f32)));
    assert_eq!(of(0.5), Some((32_768, 2.0)));
    assert_eq!(of(0.999_999), Some((65_535, 65_536.0)));
}
