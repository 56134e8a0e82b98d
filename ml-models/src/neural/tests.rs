//! The engine against finite differences of a plain `f64` network, and against
//! itself on any number of threads.

use std::ops::ControlFlow;

use super::activation::Activation;
use super::embedding::Embedding;
use super::loss::Loss;
use super::mlp::Mlp;
use super::network::{Layer, Network};
use super::optimizer::Optimizer;
use super::shard::{Batch, Examples, Shard};
use super::train::train;

/// The weighted mean loss of the rows a shard has just seen, in plain `f64` loops, with the shard's
/// ids and masks.
fn plain_loss(net: &Network, shard: &Shard, x: &[f32], y: &[f32], w: &[f32], loss: Loss) -> f64 {
    let (tables, mut sum) = (net.tables.len(), 0.0);
    for (r, row) in x.chunks(net.width).enumerate() {
        let mut h: Vec<f64> = net
            .runs
            .iter()
            .flat_map(|&(first, len)| &row[first..first + len])
            .map(|&v| f64::from(v))
            .collect();
        for (t, table) in net.tables.iter().enumerate() {
            h.extend(
                table
                    .vector(shard.forward.ids()[r * tables + t])
                    .iter()
                    .map(|&v| f64::from(v)),
            );
        }
        let mut z = 0.0;
        for &(a, b) in &net.dots {
            let (a, b, dim) = (net.offset(a), net.offset(b), net.tables[a].dim);
            z += (0..dim).map(|i| h[a + i] * h[b + i]).sum::<f64>();
        }
        let through = |h: &[f64], layer: &Layer| -> Vec<f64> {
            let unit = |o: usize| {
                (0..layer.inputs)
                    .map(|i| h[i] * f64::from(layer.weights[i * layer.outputs + o]))
                    .sum::<f64>()
            };
            (0..layer.outputs)
                .map(|o| unit(o) + f64::from(layer.bias[o]))
                .collect()
        };
        for (l, layer) in net.hidden.iter().enumerate() {
            let mask = shard.forward.mask(l, layer.outputs);
            h = through(&h, layer);
            for (o, h) in h.iter_mut().enumerate() {
                *h = match net.activation {
                    Activation::Relu => h.max(0.0),
                    Activation::Tanh => h.tanh(),
                    Activation::Logistic => 1.0 / (1.0 + (-*h).exp()),
                    Activation::Identity => *h,
                } * mask.map_or(1.0, |m| f64::from(m[r * layer.outputs + o]));
            }
        }
        let out = through(&h, &net.head);
        z += out[0];
        let y = f64::from(y[r]);
        sum += f64::from(w[r])
            * match loss {
                Loss::Logistic => z.max(0.0) - z * y + (-z.abs()).exp().ln_1p(),
                Loss::Squared => (z - y).powi(2),
                Loss::Softmax => out.iter().map(|z| z.exp()).sum::<f64>().ln() - out[y as usize],
            };
    }
    sum / w.iter().map(|&w| f64::from(w)).sum::<f64>()
}

/// All parameters of one kind, to be nudged one after the other.
fn parameters(net: &mut Network) -> Vec<(&'static str, &mut Vec<f32>)> {
    let mut all = Vec::new();
    for layer in net.hidden.iter_mut().chain([&mut net.head]) {
        all.push(("weights", &mut layer.weights));
        all.push(("bias", &mut layer.bias));
    }
    all.extend(net.tables.iter_mut().map(|t| ("vectors", &mut t.weights)));
    all
}

#[test]
fn gradients_equal_finite_differences() {
    let n = 7;
    let x: Vec<f32> = (0..n)
        .flat_map(|r| {
            [
                (r % 4) as f32,
                0.3 * r as f32 - 1.0,
                (r % 3) as f32,
                0.5 - (r * r % 5) as f32 * 0.2,
            ]
        })
        .collect();
    let y: Vec<f32> = (0..n).map(|r| (r % 2) as f32).collect();
    let w: Vec<f32> = (0..n).map(|r| 0.5 + r as f32 * 0.25).collect();
    let ids: Vec<u32> = x
        .chunks(4)
        .flat_map(|row| [row[0] as u32, row[2] as u32])
        .collect();
    for activation in [
        Activation::Relu,
        Activation::Tanh,
        Activation::Logistic,
        Activation::Identity,
    ] {
        for (dropout, loss, hidden) in [
            (0.0, Loss::Squared, vec![5, 3]),
            (0.4, Loss::Logistic, vec![6, 5]),
            (0.0, Loss::Logistic, vec![]),
            (0.3, Loss::Softmax, vec![4]),
            (0.0, Loss::Softmax, vec![]),
        ] {
            let mlp = Mlp::new()
                .hidden_layer_sizes(hidden.clone())
                .activation(activation)
                .dropout(dropout)
                .unknown_rate(0.2)
                .beta_1(0.0);
            let mut mlp = mlp
                .embedding(Embedding::new(0, 4, 2).init_std(0.7))
                .embedding(Embedding::new(2, 3, 2).init_std(0.7));
            let outputs = if loss == Loss::Softmax { 3 } else { 1 };
            if outputs == 1 {
                mlp = mlp.dot(0, 1);
            }
            let mut net = Network::new(mlp.shape(4, &[0, 2], outputs), 11).unwrap();
            let data = Examples {
                x: &x,
                width: 4,
                ids: ids.clone(),
                y: &y,
                weights: Some(&w),
            };
            let mut shard = Shard::new(&net, dropout > 0.0);
            let rows: Vec<u32> = (0..n as u32).collect();
            let total = w.iter().map(|&w| f64::from(w)).sum::<f64>();
            let batch = Batch {
                loss,
                weight: total,
                dropout: dropout as f32,
                unknown_rate: 0.2,
                seed: 3,
                step: 5,
            };
            shard.learn(&net, batch, &data, &rows, 0);
            assert!((shard.loss / total - plain_loss(&net, &shard, &x, &y, &w, loss)).abs() < 1e-5);
            // With beta_1 = 0 the first moment after one step is the gradient.
            let mut optimizer = Optimizer::new(mlp.plan(loss).adam, &net, n);
            optimizer.step(&mut net.clone(), std::slice::from_ref(&shard), false);
            let gradients: Vec<Vec<f32>> = optimizer.first_moments().map(<[f32]>::to_vec).collect();
            let mut seen = 0.0f64;
            for (p, gradient) in gradients.iter().enumerate() {
                for (i, &g) in gradient.iter().enumerate() {
                    let mut at = |nudge: f32| {
                        let mut all = parameters(&mut net);
                        let slot = &mut all[p].1[i];
                        let before = std::mem::replace(slot, 0.0);
                        let moved = before + nudge;
                        *slot = moved;
                        let value = plain_loss(&net, &shard, &x, &y, &w, loss);
                        parameters(&mut net)[p].1[i] = before;
                        (value, f64::from(moved))
                    };
                    let ((up, hi), (down, lo)) = (at(1e-5), at(-1e-5));
                    let want = (up - down) / (hi - lo);
                    let kind = parameters(&mut net)[p].0;
                    assert!(
                        (f64::from(g) - want).abs() < 3e-5,
                        "{activation:?} {hidden:?} {kind} {p}[{i}]: {g}, differences give {want}"
                    );
                    seen = seen.max(want.abs());
                }
            }
            assert!(seen > 0.05);
        }
    }
}

fn noisy_rows(n: usize, width: usize) -> (Vec<f32>, Vec<f32>) {
    let mut rng = super::embedding::test_rng(5);
    let x: Vec<f32> = (0..n * width)
        .map(|_| ml_data::random::RngExt::random::<f32>(&mut rng) * 2.0 - 1.0)
        .collect();
    let y = x
        .chunks(width)
        .map(|row| f32::from(row[0] + row[1] * row[2] > 0.1))
        .collect();
    (x, y)
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let (n, width) = (1500, 40);
    let (mut x, y) = noisy_rows(n, width);
    let ids: Vec<u32> = (0..n).map(|r| (r * 7 % 50) as u32).collect();
    x.chunks_mut(width)
        .zip(&ids)
        .for_each(|(row, &id)| row[9] = id as f32);
    let mlp = Mlp::new()
        .hidden_layer_sizes([96, 80])
        .epochs(2)
        .dropout(0.2)
        .embedding(Embedding::new(9, 50, 4))
        .batch_size(512);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let net = Network::new(mlp.shape(width, &[9], 1), 1).unwrap();
            let data = Examples {
                x: &x,
                width,
                ids: ids.clone(),
                y: &y,
                weights: None,
            };
            let valid = data.clone();
            let (net, history) = train(
                mlp.plan(Loss::Logistic),
                net,
                &data,
                Some(&valid),
                &mut |_| ControlFlow::Continue(()),
            )
            .unwrap();
            let mut out = vec![0.0; n];
            net.outputs(&x, &mut out).unwrap();
            (net, history, out)
        })
    };
    let one = run(1);
    for threads in [2, 4] {
        assert!(run(threads) == one, "{threads} threads");
    }
}

/// A linear network on one dense column and one embedding of three ids, and 100 rows, which make
/// two shards; id 1 is in both.
fn embedded(weight_decay: f64) -> (Mlp, Network, Vec<f32>, Vec<u32>, Vec<f32>) {
    let mlp = Mlp::new()
        .hidden_layer_sizes([])
        .embedding(Embedding::new(1, 3, 2).init_std(0.7))
        .unknown_rate(0.0)
        .learning_rate(0.01)
        .weight_decay(weight_decay)
        .beta_1(0.0);
    let net = Network::new(mlp.shape(2, &[1], 1), 5).unwrap();
    let ids: Vec<u32> = (0..100).map(|r| r / 50).collect();
    let x = (0..100).flat_map(|r| [0.1 * (r % 7) as f32, (r / 50) as f32]);
    let y = (0..100).map(|r| (r % 11) as f32 - 3.0).collect();
    (mlp, net, x.collect(), ids, y)
}

/// One step on both shards: the network after it, and the embedding's gradient (the first moment,
/// as `beta_1` is 0).
fn one_step(weight_decay: f64) -> (Network, Network, Vec<f32>) {
    let (mlp, net, x, ids, y) = embedded(weight_decay);
    let data = Examples {
        x: &x,
        width: 2,
        ids,
        y: &y,
        weights: None,
    };
    let batch = Batch {
        loss: Loss::Squared,
        weight: 100.0,
        dropout: 0.0,
        unknown_rate: 0.0,
        seed: 3,
        step: 0,
    };
    let mut shards = vec![Shard::new(&net, false); 2];
    let rows: Vec<u32> = (0..100).collect();
    for (index, (shard, rows)) in shards.iter_mut().zip(rows.chunks(64)).enumerate() {
        shard.learn(&net, batch, &data, rows, index);
    }
    let mut optimizer = Optimizer::new(mlp.plan(Loss::Squared).adam, &net, 100);
    let mut moved = net.clone();
    optimizer.step(&mut moved, &shards, false);
    let gradient = optimizer.first_moments().last().unwrap().to_vec();
    (net, moved, gradient)
}

/// The gradient of the mean of `(z - y)^2` by the vector of an id is the mean over all rows, of
/// every shard, of `2 (z - y)` where the row has that id, times the output's weights of the vector.
#[test]
fn gradients_of_embeddings_come_from_every_shard() {
    let (_, net, x, ids, y) = embedded(0.0);
    let (_, _, gradient) = one_step(0.0);
    let (table, head) = (&net.tables[0], &net.head);
    let mut want = [0.0_f64; 8];
    for r in 0..100 {
        let vector = table.vector(ids[r]);
        let z = x[2 * r] * head.weights[0]
            + vector[0] * head.weights[1]
            + vector[1] * head.weights[2]
            + head.bias[0];
        for k in 0..2 {
            let by = 2.0 * f64::from(z - y[r]) / 100.0 * f64::from(head.weights[1 + k]);
            want[2 * ids[r] as usize + k] += by;
        }
    }
    for (got, want) in gradient.iter().zip(want) {
        assert!((f64::from(*got) - want).abs() < 1e-5, "{gradient:?} {want}");
    }
}

/// AdamW (Loshchilov and Hutter, algorithm 2): beside Adam's step each weight that is moved shrinks
/// by `learning_rate * weight_decay` of itself; vectors of ids that are not in the batch stay.
#[test]
fn embeddings_that_a_batch_touches_decay() {
    let (start, plain, _) = one_step(0.0);
    let (_, decayed, _) = one_step(20.0);
    let weights = |net: &Network| net.tables[0].weights.clone();
    let all = (weights(&start).into_iter())
        .zip(weights(&plain))
        .zip(weights(&decayed));
    for (i, ((start, plain), decayed)) in all.enumerate() {
        let touched = i < 4;
        assert_eq!(plain != start, touched, "{i}");
        let want = if touched { plain - 0.2 * start } else { start };
        assert!((decayed - want).abs() < 1e-6, "{i}: {decayed} {want}");
    }
    let head = (plain.head.weights[0], decayed.head.weights[0]);
    let want = head.0 - 0.2 * start.head.weights[0];
    assert!((head.1 - want).abs() < 1e-6);
    assert_eq!(plain.head.bias, decayed.head.bias);
}
