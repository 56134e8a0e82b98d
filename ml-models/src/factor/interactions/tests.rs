use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

#[test]
fn refuses_what_it_cannot_hold() {
    for (t, word) in [
        ((2, 0, 1.0), "user"),
        ((0, 3, 1.0), "item"),
        ((0, 0, -1.0), "-1"),
        ((0, 0, f32::NAN), "NaN"),
        ((0, 0, f32::INFINITY), "inf"),
    ] {
        let e = Interactions::from_triples(2, 3, [(0, 0, 1.0), t])
            .unwrap_err()
            .to_string();
        assert!(e.contains(word) && e.contains("row 1"), "{e}");
    }
    let e = Interactions::from_triples(1, 1, [(0, 0, f32::MAX), (0, 0, f32::MAX)])
        .unwrap_err()
        .to_string();
    assert!(e.contains("user 0, item 0"), "{e}");
}

#[test]
fn empty_rows_and_no_rows() {
    let none = Interactions::from_pairs(0, 0, []).unwrap();
    assert!((none.users(), none.items(), none.is_empty()) == (0, 0, true));
    let one = Interactions::from_pairs(3, 2, [(1, 1)]).unwrap();
    assert_eq!(
        (
            one.user(0).ids.len(),
            one.user(1).ids,
            one.user(9).ids.len(),
            one.item(1).ids
        ),
        (0, &[1][..], 0, &[1][..])
    );
}

#[test]
fn damaged_json_is_refused() {
    let x = Interactions::from_pairs(2, 2, [(0, 1), (1, 0)]).unwrap();
    let json = serde_json::to_string(&x).unwrap();
    assert_eq!(serde_json::from_str::<Interactions>(&json).unwrap(), x);
    for (from, to) in [
        ("\"items\":2", "\"items\":1"),
        ("[0,1,2]", "[0,2,1]"),
        ("[1.0,1.0]", "[1.0,-1.0]"),
    ] {
        assert!(
            serde_json::from_str::<Interactions>(&json.replace(from, to)).is_err(),
            "{json} {to}"
        );
    }
}

#[test]
fn saved_parts_that_contradict_each_other_are_refused() {
    let x = Interactions::from_triples(2, 3, [(0, 1, 1.0), (0, 2, 4.0), (1, 0, 2.0)]).unwrap();
    let json = serde_json::to_string(&x).unwrap();
    assert!(json.contains("\"start\":[0,2,3],\"ids\":[1,2,0],\"values\":[1.0,4.0,2.0]"));
    for (from, to) in [
        ("[0,2,3]", "[1,2,3]"),
        ("[0,2,3]", "[0,2,2]"),
        ("[0,2,3]", "[]"),
        ("[1,2,0]", "[2,1,0]"),
        ("[1,2,0]", "[2,2,0]"),
        ("[1,2,0]", "[1,3,0]"),
        ("[1.0,4.0,2.0]", "[1.0,4.0]"),
        ("[1.0,4.0,2.0]", "[1.0,4.0,2.0,1.0]"),
        ("[1.0,4.0,2.0]", "[1.0,1e39,2.0]"),
    ] {
        let damaged = json.replace(from, to);
        assert_ne!(damaged, json);
        assert!(
            serde_json::from_str::<Interactions>(&damaged).is_err(),
            "{damaged}"
        );
    }
    let zero = json.replace("4.0", "0.0");
    let zero: Interactions = serde_json::from_str(&zero).unwrap();
    assert_eq!(
        (zero.user(0).values, zero.item(2).ids),
        (&[1.0, 0.0][..], &[0][..])
    );
}

#[test]
fn sums_and_numbers_out_of_range_are_named() {
    let big = f32::MAX;
    let sums = [
        (0, 0, 1.0),
        (1, 0, 1.0),
        (1, 2, big),
        (2, 1, 1.0),
        (1, 2, big),
    ];
    let error = Interactions::from_triples(3, 3, sums).unwrap_err();
    assert!(error.to_string().contains("user 1, item 2"), "{error}");
    for (users, items, what) in [(1 << 33, 1, "users"), (1, 1 << 33, "items")] {
        let error = Interactions::from_pairs(users, items, [])
            .unwrap_err()
            .to_string();
        let text = format!("{what}: expected at most 4294967295 rows, found 8589934592");
        assert!(error.contains(&text), "{error}");
    }
    // 16 bytes a user and an item.
    let limit = |bytes| ModelLimits::default().bytes(bytes);
    assert!(Interactions::from_triples_within(limit(80), 2, 3, []).is_ok());
    assert!(Interactions::from_triples_within(limit(79), 2, 3, []).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn equals_a_map_of_sums(triples in prop::collection::vec((0u32..6, 0u32..5, 0u8..4), 0..60)) {
        let x = Interactions::from_triples(6, 5, triples.iter().map(|&(u, i, v)| (u, i, f32::from(v)))).unwrap();
        let mut map = BTreeMap::<(u32, u32), f32>::new();
        for &(u, i, v) in &triples {
            *map.entry((u, i)).or_default() += f32::from(v);
        }
        prop_assert_eq!(x.iter().map(|(u, i, v)| ((u, i), v)).collect::<Vec<_>>(), map.clone().into_iter().collect::<Vec<_>>());
        let mut by_item: Vec<_> = (0..5u32).flat_map(|i| x.item(i).iter().map(move |(u, v)| ((u, i), v))).collect();
        by_item.sort_by_key(|e| e.0);
        prop_assert_eq!(by_item, map.into_iter().collect::<Vec<_>>());
    }
}
