use super::*;

/// Five columns, of which 1 and 3 are ids; three hidden units.
fn net() -> Network {
    let embeddings = [Embedding::new(1, 4, 2), Embedding::new(3, 6, 2)];
    let shape = Shape {
        outputs: 1,
        width: 5,
        hidden: &[3],
        activation: Activation::Relu,
        init: Init::default(),
        embeddings: &embeddings,
        columns: &[1, 3],
        dots: &[(0, 1)],
    };
    Network::new(shape, 1).unwrap()
}

#[test]
fn input_rows_are_dense_columns_and_then_vectors() {
    let mut net = net();
    assert_eq!(
        (net.runs.clone(), net.dense),
        (vec![(0, 1), (2, 1), (4, 1)], 3)
    );
    assert_eq!((net.inputs(), net.embedded(), net.macs()), (7, 4, 24));
    assert_eq!((net.offset(0), net.offset(1)), (3, 5));
    for (t, table) in net.tables.iter_mut().enumerate() {
        let numbers = table.weights.iter_mut().enumerate();
        numbers.for_each(|(i, w)| *w = (100 * (t + 1) + i) as f32);
    }
    let mut x = vec![0.0; 7];
    net.assemble(&[10.0, 1.0, 20.0, 2.0, 30.0], &[1, 2], &mut x);
    assert_eq!(x, [10.0, 20.0, 30.0, 102.0, 103.0, 204.0, 205.0]);
    assert_eq!(net.dots_of(&x), 102.0 * 204.0 + 103.0 * 205.0);
    assert_eq!(dense_runs(6, &[2]), [(0, 2), (3, 3)]);
    assert!(dense_runs(2, &[0, 1]).is_empty());
}

/// Three columns, an embedding of five ids and two numbers, four units: 12 + 24 + 5 learned
/// numbers, each with a gradient and two moments; 5 inputs, and 3 numbers for each of the 5 units,
/// of ten rows. Four bytes each.
#[test]
fn bytes_are_those_of_weights_moments_and_buffers() {
    let embeddings = [Embedding::new(0, 5, 2)];
    let shape = Shape {
        outputs: 1,
        width: 3,
        hidden: &[4],
        activation: Activation::Relu,
        init: Init::default(),
        embeddings: &embeddings,
        columns: &[],
        dots: &[],
    };
    assert_eq!(shape.bytes(10), 4 * (41 * 4 + 20 * 10));
}

#[test]
fn bad_cells_are_found_where_they_are() {
    let net = net();
    let good = [0.5, 1.0, f32::MAX, f32::NAN, -1.0];
    net.check_row(7, &good).unwrap();
    for (column, value) in [(0, f32::NAN), (2, f32::INFINITY), (4, f32::NEG_INFINITY)] {
        let mut row = good;
        row[column] = value;
        let fault = net.check_row(7, &row).unwrap_err();
        assert!(
            matches!(fault, Fault::NotFinite { row: 7, column: c, .. } if c == column),
            "{fault:?}"
        );
    }
    for column in [1, 3] {
        let mut row = good;
        row[column] = 0.5;
        let fault = net.check_row(7, &row).unwrap_err();
        let want = Fault::NotAnId {
            row: 7,
            column,
            value: 0.5,
        };
        assert_eq!(fault, want);
    }
    let mut wide = net;
    (wide.runs, wide.tables) = (vec![(1, 3)], vec![]);
    let fault = wide.check_row(0, &[f32::NAN, 0.0, 0.0, f32::NAN, f32::NAN]);
    assert!(matches!(
        fault,
        Err(Fault::NotFinite {
            row: 0,
            column: 3,
            ..
        })
    ));
}

#[test]
fn networks_of_parts_that_contradict_each_other_are_unsound() {
    assert!(net().is_sound());
    type Damage = fn(&mut Network);
    let damages: &[(&str, Damage)] = &[
        ("run past the end", |n| n.runs[2] = (5, 1)),
        ("overflowing run", |n| n.runs[2] = (usize::MAX, 1)),
        ("dense", |n| n.dense = 4),
        ("table's column", |n| n.tables[1].column = 5),
        ("cardinality", |n| n.tables[0].cardinality = 5),
        ("no length", |n| {
            (n.tables[0].dim, n.tables[0].weights) = (0, vec![]);
        }),
        ("vectors", |n| n.tables[0].weights.push(0.0)),
        ("first of a dot", |n| n.dots[0] = (2, 1)),
        ("second of a dot", |n| n.dots[0] = (0, 2)),
        ("both of a dot", |n| n.dots[0] = (2, 2)),
        ("lengths of a dot", |n| {
            let table = &mut n.tables[1];
            (table.dim, table.weights) = (3, vec![0.0; 21]);
            n.hidden[0].inputs = 8;
            n.hidden[0].weights = vec![0.0; 24];
        }),
        ("inputs", |n| n.hidden[0].inputs = 6),
        ("weights", |n| n.hidden[0].weights.push(0.0)),
        ("bias", |n| n.hidden[0].bias.push(0.0)),
        ("another layer's width", |n| {
            let layer = &mut n.hidden[0];
            (layer.inputs, layer.weights) = (6, vec![0.0; 18]);
        }),
        ("no units", |n| {
            let layer = &mut n.hidden[0];
            (layer.outputs, layer.weights, layer.bias) = (0, vec![], vec![]);
            (n.head.inputs, n.head.weights) = (0, vec![]);
        }),
        ("two outputs", |n| {
            n.head.outputs = 2;
            (n.head.weights, n.head.bias) = (vec![0.0; 6], vec![0.0; 2]);
        }),
        ("head's inputs", |n| {
            (n.head.inputs, n.head.weights) = (4, vec![0.0; 4]);
        }),
        ("NaN weight", |n| n.hidden[0].weights[20] = f32::NAN),
        ("infinite bias", |n| n.hidden[0].bias[2] = f32::INFINITY),
        ("infinite head", |n| n.head.weights[2] = f32::NEG_INFINITY),
        ("NaN vector", |n| n.tables[1].weights[13] = f32::NAN),
    ];
    for (what, damage) in damages {
        let mut net = net();
        damage(&mut net);
        assert!(!net.is_sound(), "{what}");
    }
    let mut other = net();
    // The last column belongs to nobody: that is no contradiction.
    other.runs = vec![(0, 1), (2, 2)];
    assert!(other.is_sound());
}
