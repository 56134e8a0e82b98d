use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn names(ids: &[String]) -> Vec<&str> {
    ids.iter().map(String::as_str).collect()
}

#[test]
fn ids_are_numbered_by_first_appearance_and_kept_in_json() {
    let seen = Interactions::from_ids([("b", "x"), ("a", "y"), ("b", "x"), ("b", "z")]).unwrap();
    assert_eq!((seen.users(), seen.items(), seen.len()), (2, 3, 3));
    assert_eq!(seen.user(0).values, [2.0, 1.0]);
    assert_eq!(seen.user_ids().iter().collect::<Vec<_>>(), ["b", "a"]);
    assert_eq!(
        ["x", "y", "z"].map(|id| seen.item_index(id).unwrap()),
        [0, 1, 2]
    );
    assert_eq!(seen.pairs().collect::<Vec<_>>(), [(0, 0), (0, 2), (1, 1)]);
    let json = serde_json::to_string(&seen).unwrap();
    assert_eq!(serde_json::from_str::<Interactions>(&json).unwrap(), seen);
    for (from, to) in [
        (r#"["b","a"]"#, r#"["b"]"#),
        (r#"["b","a"]"#, r#"["b","b"]"#),
        (r#"["b","a"]"#, "[]"),
        (r#"["x","y","z"]"#, r#"["x","y","z","u"]"#),
    ] {
        let damaged = json.replace(from, to);
        assert_ne!(damaged, json);
        assert!(serde_json::from_str::<Interactions>(&damaged).is_err());
    }
}

#[test]
fn numbers_without_ids_say_how_to_get_them() {
    let plain = Interactions::from_pairs(2, 2, [(0, 1), (1, 0)]).unwrap();
    assert!(!plain.has_ids() && plain.user_ids().is_empty());
    let e = plain.user_index("a").unwrap_err().to_string();
    assert!(
        e.starts_with("Interactions::user_index needs ids: build"),
        "{e}"
    );
    assert!(plain.item_index("a").is_err() && plain.clone().with_items(["c"]).is_err());
    let index = |ids: &[&str]| IdIndex::new(ids).unwrap();
    let (users, items) = (index(&["a", "b"]), index(&["x", "y"]));
    let named = plain.clone().with_ids(users.clone(), items).unwrap();
    assert_eq!(named.item_index("y").unwrap(), 1);
    assert_eq!(
        named.item_index("z").unwrap_err().to_string(),
        "item: expected a known id, found `z`"
    );
    assert!(named.with_ids_of(&plain).is_err() && plain.with_ids_of(&named).is_err());
    let short = plain
        .with_ids(users, index(&["x"]))
        .unwrap_err()
        .to_string();
    assert!(short.contains("ids of items"), "{short}");
}

#[test]
fn cold_users_and_items_are_counted_and_named() {
    let train = Interactions::from_ids([("a", "x"), ("b", "y")]).unwrap();
    let later = [
        ("c", "x"),
        ("a", "y"),
        ("d", "w"),
        ("b", "w"),
        ("a", "v"),
        ("b", "u"),
        ("c", "z"),
    ];
    let later = Interactions::from_ids(later).unwrap();
    // Items of the catalogue that nobody took are not cold.
    let later = later.with_items(["never"]).unwrap();
    let (kept, cold) = later.with_ids_of(&train).unwrap();
    assert_eq!(kept.iter().collect::<Vec<_>>(), [(0, 1, 1.0)]);
    assert_eq!(kept.user_ids(), train.user_ids());
    assert_eq!(
        (names(&cold.users), names(&cold.items)),
        (vec!["c", "d"], vec!["w", "v", "u", "z"])
    );
    assert_eq!(
        cold.to_string(),
        "2 cold users (c, d), 4 cold items (w, v, u, ...): 6 pairs left out"
    );
    let (same, none) = train.with_ids_of(&train).unwrap();
    assert!(same == train && none.is_empty());
    assert_eq!(
        none.to_string(),
        "0 cold users, 0 cold items: 0 pairs left out"
    );
}

#[cfg(feature = "table")]
#[test]
fn tables_of_every_kind_of_ids_and_their_faults() {
    use ml_data::table::{Column, Table};
    let text = |ids: [Option<&str>; 4]| Column::text(ids);
    let table = Table::new([
        ("user", Column::num([7.0, 5.0, 7.0, 7.0])),
        ("item", Column::cat(["x", "y", "x", "z"].map(Some))),
        ("pieces", Column::num([1.0, 2.0, 0.5, 0.0])),
        ("gap", text([Some("a"), None, Some("a"), Some("a")])),
        ("owed", Column::num([1.0, 2.0, -0.5, 1.0])),
        ("huge", Column::num([1.0, 1e39, 1.0, 1.0])),
        ("none", Column::num([1.0, 1.0, 1.0, f64::NAN])),
    ])
    .unwrap();
    let plain = Interactions::from_table(&table, "user", "item").unwrap();
    let ids = [("7", "x"), ("5", "y"), ("7", "x"), ("7", "z")];
    assert_eq!(plain, Interactions::from_ids(ids).unwrap());
    let weighted = Interactions::from_weighted_table(&table, "user", "item", "pieces").unwrap();
    assert_eq!(weighted.user(0).values, [1.5, 0.0]);
    let said = |item, weight| {
        let made = Interactions::from_weighted_table(&table, "user", item, weight);
        made.unwrap_err().to_string()
    };
    let number = "expected a finite number of at least 0, found";
    assert_eq!(
        said("gap", "pieces"),
        "column `gap`, row 1: expected an id (`filter_by` drops rows), found a missing value"
    );
    assert_eq!(
        said("item", "owed"),
        format!("column `owed`, row 2: {number} -0.5")
    );
    assert!(said("item", "huge").starts_with(&format!("column `huge`, row 1: {number} 1")));
    assert_eq!(
        said("item", "none"),
        format!("column `none`, row 3: {number} NaN")
    );
    assert!(said("itm", "pieces").contains("is it `item`?"));
    assert!(said("item", "gap").contains("`gap`"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Nothing is lost: what is kept under the ids of others and what is cold are all pairs.
    #[test]
    fn kept_and_cold_are_all(
        train in prop::collection::vec((0u8..6, 0u8..6), 1..20),
        later in prop::collection::vec((0u8..8, 0u8..8), 1..30),
    ) {
        let of = |pairs: &[(u8, u8)]| {
            let id = |&(u, i): &(u8, u8)| (format!("u{u}"), format!("i{i}"));
            Interactions::from_ids(pairs.iter().map(id)).unwrap()
        };
        let (known, all) = (of(&train), of(&later));
        let (kept, cold) = all.with_ids_of(&known).unwrap();
        let named = |x: &Interactions| -> BTreeMap<(String, String), f32> {
            let name = |(u, i, v)| {
                let user = x.user_ids().id(u).unwrap().to_owned();
                ((user, x.item_ids().id(i).unwrap().to_owned()), v)
            };
            x.iter().map(name).collect()
        };
        let (users, items): (BTreeSet<String>, BTreeSet<String>) =
            (cold.users.into_iter().collect(), cold.items.into_iter().collect());
        let mut expected = named(&all);
        expected.retain(|(u, i), _| !users.contains(u) && !items.contains(i));
        prop_assert_eq!(expected.len() + cold.pairs, all.len());
        prop_assert_eq!(named(&kept), expected);
        let known_users: BTreeSet<u8> = train.iter().map(|p| p.0).collect();
        let strange: BTreeSet<String> = later.iter().filter(|p| !known_users.contains(&p.0))
            .map(|p| format!("u{}", p.0)).collect();
        prop_assert_eq!(users, strange);
    }
}
