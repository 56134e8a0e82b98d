//! Every instruction set against the plain twin.

use super::*;
use ml_data::random::{RngExt, generator};

impl Isa {
    /// Instruction sets of this processor, the plain one last.
    pub(in crate::factor) fn all() -> Vec<Isa> {
        let mut all: Vec<Isa> = InstructionSet::available().map(Isa::of).collect();
        all.insert(1, Isa(&entry::FUSED, "fused"));
        all.reverse();
        all
    }

    fn exact(self) -> bool {
        self.1 != "scalar" || lanes::NATIVE_FMA
    }
}

/// `rows` rows of `factors` numbers in (-1, 1), padded.
fn matrix(rows: usize, factors: usize, seed: u64) -> Aligned {
    let nv = factors.div_ceil(16);
    let mut m = Aligned::zeros(rows * nv);
    let mut draws = generator(seed, "kernel test", 0);
    for row in m.chunks_mut(16 * nv) {
        row[..factors].fill_with(|| draws.random::<f32>() * 2.0 - 1.0);
    }
    m
}

/// All sets give the bits of the fused twin; the plain one is within `tolerance` of it.
fn compare(what: &str, tolerance: f32, run: impl Fn(Isa) -> Vec<f32>) {
    let want = run(Isa(&entry::FUSED, "fused"));
    assert!(want.iter().any(|&x| x != 0.0), "{what}: nothing computed");
    for isa in Isa::all() {
        for (i, (a, b)) in run(isa).iter().zip(&want).enumerate() {
            let same = if isa.exact() {
                a.to_bits() == b.to_bits()
            } else {
                (a - b).abs() <= tolerance * b.abs().max(1.0)
            };
            assert!(same, "{what}, {isa:?}, value {i}: {a} against {b}");
        }
    }
}

/// Few factors, whole vectors, a ragged end, and more vectors than are kept in registers.
const FACTORS: [usize; 6] = [1, 16, 20, 64, 100, 150];

fn gram_of(isa: Isa, y: Matrix<'_>) -> Vec<f32> {
    let side = 16 * y.nv;
    let mut g = Aligned::zeros(side * side / 16);
    isa.gram(y, &mut g);
    for r in 0..side {
        for c in 0..r {
            g[r * side + c] = g[c * side + r];
        }
    }
    g.to_vec()
}

#[test]
fn gram_equals_the_twin_and_the_definition() {
    for factors in FACTORS {
        let data = matrix(133, factors, 1);
        let y = Matrix {
            data: &data,
            nv: factors.div_ceil(16),
        };
        compare(&format!("gram {factors}"), 1e-5, |isa| gram_of(isa, y));
        let (g, side) = (gram_of(Isa::best(), y), 16 * y.nv);
        for (r, c) in [
            (0, 0),
            (factors - 1, 0),
            (factors / 2, factors - 1),
            (side - 1, side - 1),
        ] {
            let want: f64 = data
                .chunks(side)
                .map(|row| f64::from(row[r]) * f64::from(row[c]))
                .sum();
            assert!(
                (f64::from(g[r * side + c]) - want).abs() < 1e-3,
                "{factors}: {r} {c}"
            );
        }
    }
}

#[test]
fn systems_equal_the_twin() {
    let values = [0.5, 1.0, 2.0, 0.0, 3.5, 1.0, 1.0];
    for factors in FACTORS {
        let nv = factors.div_ceil(16);
        let data = matrix(40, factors, 2);
        let start = matrix(1, factors, 3);
        let y = Matrix { data: &data, nv };
        let mut gram = Aligned::zeros(16 * nv * nv);
        gram.copy_from_slice(&gram_of(Isa::best(), y));
        (0..factors).for_each(|d| gram[d * 16 * nv + d] += 0.5);
        for n in 0..=7usize {
            let ids: Vec<u32> = (0..n as u32).map(|i| (i * 7 + 3) % 40).collect();
            let e = Weighted {
                ids: &ids,
                values: &values[..n],
                alpha: 2.0,
            };
            compare(&format!("conjugate gradient {factors} {n}"), 2e-4, |isa| {
                let (mut x, mut work) = (start.clone(), Aligned::zeros(3 * nv));
                isa.conjugate_gradient(y, &gram, e, &[1, 39], 3, &mut x, &mut work);
                x.to_vec()
            });
            compare(&format!("normal equations {factors} {n}"), 1e-4, |isa| {
                let (mut a, mut b) = (gram.clone(), start.clone());
                isa.normal_equations(y, e, &mut a, &mut b);
                a.iter().chain(b.iter()).copied().collect()
            });
            if n > 0 {
                compare(&format!("dots {factors} {n}"), 1e-5, |isa| {
                    let mut out = vec![0.0; n];
                    isa.dots(y, &ids, &start, &mut out);
                    out
                });
            }
        }
    }
}

#[test]
fn the_three_ways_to_score_agree_bit_for_bit() {
    for factors in FACTORS {
        let items = matrix(16 * PANELS, factors, 4);
        let users = matrix(GROUP, factors, 5);
        let side = 16 * factors.div_ceil(16);
        let mut panels = Aligned::zeros(PANELS * factors);
        for (i, item) in items.chunks(side).enumerate() {
            for k in 0..factors {
                panels[i / 16 * 16 * factors + 16 * k + i % 16] = item[k];
            }
        }
        let rows: [&[f32]; GROUP] = std::array::from_fn(|u| &users[u * side..(u + 1) * side]);
        compare(&format!("scores {factors}"), 1e-5, |isa| {
            let y = Matrix {
                data: &items,
                nv: side / 16,
            };
            let mut by_id = vec![0.0; 16 * PANELS];
            let ids: Vec<u32> = (0..16 * PANELS as u32).collect();
            isa.scores(y, factors, &ids, rows[7], &mut by_id);
            let mut one = [[0.0; 16]; PANELS];
            assert_eq!(
                isa.scan_one(rows[7], f32::MIN, &panels, factors, &mut one),
                [u16::MAX; PANELS]
            );
            assert_eq!(one.as_flattened(), by_id, "{isa:?}: one user");
            for p in (0..PANELS).step_by(PAIR) {
                let mut group = Group::default();
                let mut least = [f32::MIN; GROUP];
                least[7] = 0.0;
                isa.scan_group(
                    &rows,
                    &least,
                    &panels[16 * factors * p..16 * factors * (p + PAIR)],
                    factors,
                    &mut group,
                );
                assert_eq!(group.masks[6], [u16::MAX; PAIR]);
                for lane in 0..16 * PAIR {
                    let (panel, score) = (lane / 16, by_id[16 * p + lane]);
                    assert_eq!(group.masks[7][panel] >> (lane % 16) & 1 == 1, score >= 0.0);
                    if group.masks[7][panel] != 0 {
                        assert_eq!(
                            group.scores[7][panel][lane % 16].to_bits(),
                            score.to_bits(),
                            "{isa:?}: group"
                        );
                    }
                }
            }
            by_id
        });
    }
}
