//! Views of rows, cut into blocks and parts.
#![allow(clippy::unwrap_used, missing_docs)]

use ml_data::repr::{Dense, RowSet, View};

#[test]
fn views_are_cut_into_blocks() {
    let d = Dense::from_rows(1, (0..7).map(f64::from).collect()).unwrap();
    let values = |v: View<'_, Dense>| v.iter().map(|r| r[0]).collect::<Vec<f64>>();
    let blocks: Vec<_> = View::all(&d).blocks(3).map(values).collect();
    assert_eq!(
        blocks,
        [vec![0.0, 1.0, 2.0], vec![3.0, 4.0, 5.0], vec![6.0]]
    );
    let some = View::new(&d, RowSet::List(&[6, 0, 2]));
    assert_eq!(
        some.blocks(2).map(values).collect::<Vec<_>>(),
        [vec![6.0, 0.0], vec![2.0]]
    );
    assert_eq!(some.blocks(0).count(), 3);
    assert_eq!(
        (some.len(), some.is_empty(), some.row(1)[0]),
        (3, false, 0.0)
    );
    let range = RowSet::Range(2, 6);
    assert_eq!((range.len(), range.get(1), range.is_empty()), (4, 3, false));
    assert_eq!(range.slice(1, 3), RowSet::Range(3, 5));
    assert_eq!(range.slice(3, 99), RowSet::Range(5, 6));
    assert!(range.slice(9, 99).is_empty());
    assert_eq!(RowSet::List(&[5, 4, 3]).slice(1, 2), RowSet::List(&[4]));
    assert_eq!(RowSet::Range(4, 2).len(), 0);
    let part = View::new(&d, range);
    assert_eq!(part.rows(), range);
    assert_eq!(
        values(View::all(&Dense::gather(part))),
        [2.0, 3.0, 4.0, 5.0]
    );
}
