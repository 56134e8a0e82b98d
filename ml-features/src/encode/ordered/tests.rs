#![allow(clippy::unwrap_used)]

use super::*;
use ml_data::prelude::*;
use ml_data::table::MISSING_CODE;
use serde_json::Value;

fn golden() -> Value {
    ml_data::testkit::golden!("ordered").unwrap()
}

fn numbers(v: &Value) -> Vec<f64> {
    let all = v.as_array().unwrap().iter();
    all.map(|x| x.as_f64().unwrap()).collect()
}

fn whole<T: TryFrom<u64>>(v: &Value) -> Vec<T> {
    let all = v.as_array().unwrap().iter();
    all.map(|x| x.as_u64().and_then(|x| x.try_into().ok()).unwrap())
        .collect()
}

fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!(
            (a - b).abs() <= tolerance,
            "row {i}: found {a}, expected {b}"
        );
    }
}

fn sample(g: &Value) -> Dataset<Table, Real> {
    let cities = g["city"].as_array().unwrap().iter().map(Value::as_str);
    let table = Table::new([
        ("city", Column::cat(cities)),
        ("y", Column::num(numbers(&g["y"]))),
    ]);
    table.unwrap().regression("y").unwrap()
}

fn step(g: &Value) -> OrderedTargetEncoder {
    OrderedTargetEncoder::new().prior_weight(g["prior_weight"].as_f64().unwrap())
}

/// Learns from given orders.
fn from(g: &Value, orders: &[Order], weights: Option<Vec<f64>>) -> Vec<f64> {
    let mut data = sample(g);
    if let Some(w) = &weights {
        data = data.with_weights(w.clone()).unwrap();
    }
    let train = data.into_train();
    let y = numbers(&g["y"]);
    let weight = |i: usize| weights.as_ref().map_or(1.0, |w| w[i]);
    let total: f64 = (0..y.len()).map(weight).sum();
    let prior = (0..y.len()).map(|i| weight(i) * y[i]).sum::<f64>() / total;
    let column = codes(STEP, &train, 0).unwrap();
    step(g).learn(&column, &y, prior, orders).1
}

#[test]
fn training_rows_match_the_plain_script() {
    let g = golden();
    let order = |rows| Order {
        rows: whole(rows),
        ends: None,
    };
    let orders: Vec<Order> = g["orders"].as_array().unwrap().iter().map(order).collect();
    close(&from(&g, &orders, None), &numbers(&g["training"]), 1e-12);
    let weighted = from(&g, &orders, Some(numbers(&g["weights"])));
    close(&weighted, &numbers(&g["training_weighted"]), 1e-12);
}

#[test]
fn rows_of_a_group_do_not_see_each_other() {
    let g = golden();
    let groups = Groups::of(&whole::<u32>(&g["groups"])).unwrap();
    let (mut rows, mut ends) = (Vec::new(), Vec::new());
    for group in whole::<usize>(&g["grouped"]["order"]) {
        rows.extend_from_slice(&groups.rows[group]);
        ends.push(rows.len());
    }
    let ends = Some(ends);
    let found = from(&g, &[Order { rows, ends }], None);
    close(&found, &numbers(&g["grouped"]["rows"]), 1e-12);
    // What is drawn has every row once, group by group.
    let drawn = Order::draw(step(&g).seed, 0, 40, Some(&groups));
    let mut seen = drawn.rows.clone();
    seen.sort_unstable();
    assert_eq!(seen, (0..40).collect::<Vec<u32>>());
    let mut blocks = 0;
    drawn.blocks(|block| {
        blocks += 1;
        assert!(groups.rows.iter().any(|g| g == block));
    });
    assert_eq!(blocks, groups.rows.len());
    assert!(Groups::of(&[3, 3, 3]).is_none());
    assert_eq!(Groups::of(&[3, 1, 3]).unwrap().rows, [vec![1], vec![0, 2]]);
}

#[test]
fn other_rows_match_the_plain_script() {
    let g = golden();
    let (fitted, _) = step(&g).fit_transform(&sample(&g).into_train()).unwrap();
    let held = |f: &FittedOrderedTargetEncoder| {
        let x = f.transform(&sample(&g).into_valid()).unwrap();
        x.x().data().values().to_vec()
    };
    close(&held(&fitted), &numbers(&g["applied"]), 1e-12);
    let weighted = sample(&g).with_weights(numbers(&g["weights"])).unwrap();
    let (fitted, _) = step(&g).fit_transform(&weighted.into_train()).unwrap();
    close(&held(&fitted), &numbers(&g["applied_weighted"]), 1e-12);
}

#[test]
fn many_orders_come_near_the_mean_of_all_orders() {
    let g = golden();
    let step = step(&g).permutations(1000);
    let (_, x) = step.fit_transform(&sample(&g).into_train()).unwrap();
    // One order differs from the mean by about 0.2, a thousand of them by 0.006.
    close(x.values(), &numbers(&g["all_orders"]), 0.035);
}

#[test]
fn what_training_did_not_see() {
    let fit = |levels: &[Option<&str>], missing| {
        let y = (0..levels.len()).map(|i| i as f64);
        let t = Table::new([
            ("c", Column::cat(levels.iter().copied())),
            ("y", Column::num(y)),
        ]);
        let step = OrderedTargetEncoder::new()
            .prior_weight(2.0)
            .handle_missing(missing);
        let train = t.unwrap().regression("y").unwrap().into_train();
        let (f, x) = step.fit_transform(&train).unwrap();
        assert_eq!(f.names().iter().collect::<Vec<_>>(), ["c:ordered"]);
        (f.column("c").unwrap().clone(), x)
    };
    let rows = [Some("a"), Some("a"), None, None];
    let (f, _) = fit(&rows, HandleMissing::Level);
    assert_eq!(f.encoding(9), 1.5);
    assert_eq!(f.encoding(MISSING_CODE), (2.0 + 3.0 + 2.0 * 1.5) / 4.0);
    let (f, x) = fit(&rows, HandleMissing::Ignore);
    assert_eq!(f.encoding(MISSING_CODE), 1.5);
    assert_eq!(x.values()[2..], [1.5, 1.5]);
    assert_eq!(
        fit(&rows[..2], HandleMissing::Level)
            .0
            .encoding(MISSING_CODE),
        0.5
    );
    let (f, x) = fit(&rows[..1], HandleMissing::Level);
    assert_eq!((f.encoding(0), x.values()), (0.0, &[0.0][..]));
}

#[test]
fn counts_stand_beside_the_statistics() {
    let t = Table::new([
        ("c", Column::cat([Some("a"), None, Some("b"), Some("a")])),
        ("d", Column::cat([Some("u"), Some("v"), None, None])),
        ("y", Column::num([1.0, 2.0, 3.0, 4.0])),
    ]);
    let t = t.unwrap();
    let data = || {
        let data = t.clone().regression("y").unwrap();
        data.with_weights(vec![1.0, 2.0, 0.0, 0.5]).unwrap()
    };
    let step = OrderedTargetEncoder::new().counts(true);
    let (f, x) = step.fit_transform(&data().into_train()).unwrap();
    let names = f.names();
    let names: Vec<&str> = names.iter().collect();
    assert_eq!(names, ["c:ordered", "c:count", "d:ordered", "d:count"]);
    let counts = |x: &Dense<f64>| -> Vec<f64> {
        let one = |i| [x.row(i)[1], x.row(i)[3]];
        (0..4).flat_map(one).collect()
    };
    let expected = [1.5, 1.0, 2.0, 2.0, 0.0, 0.5, 1.5, 0.5];
    assert_eq!(counts(&x), expected);
    let held = f.transform(&data().into_valid()).unwrap();
    assert_eq!(counts(held.x().data()), expected);
    // The statistics are those without counts.
    let plain = OrderedTargetEncoder::new();
    let (_, p) = plain.fit_transform(&data().into_train()).unwrap();
    (0..4).for_each(|i| assert_eq!(p.row(i), [x.row(i)[0], x.row(i)[2]]));
    let neutral = step.handle_missing(HandleMissing::Ignore);
    let (f, _) = neutral.fit_transform(&data().into_train()).unwrap();
    let learned = f.column("c").unwrap();
    assert_eq!(
        [MISSING_CODE, 0, 9].map(|c| learned.count(c)),
        [0.0, 1.5, 0.0]
    );
}

#[test]
fn parameters_and_samples_that_do_not_fit_are_refused() {
    let g = golden();
    let refused = |step: OrderedTargetEncoder| step.check().unwrap_err().to_string();
    let new = OrderedTargetEncoder::new;
    assert!(refused(new().permutations(0)).contains("`permutations` = 0"));
    assert!(refused(new().prior_weight(0.0)).contains("`prior_weight` = 0"));
    assert!(refused(new().prior_weight(f64::NAN)).contains("`prior_weight`"));
    let weightless = sample(&g)
        .with_weights(vec![0.0; 40])
        .and_then(|d| new().fit_transform(&d.into_train()));
    assert!(weightless.is_err());
}
