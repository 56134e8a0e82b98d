use super::*;

fn map(all: &[(&str, Value)]) -> Value {
    let pair = |(k, v): &(&str, Value)| ((*k).to_owned(), v.clone());
    Value::Map(all.iter().map(pair).collect())
}

/// Whether it is refused with all these words.
fn refused<T: std::fmt::Debug>(result: Result<T>, words: &[&str]) {
    let error = result.unwrap_err().to_string();
    assert!(words.iter().all(|w| error.contains(w)), "{error} {words:?}");
}

#[test]
fn places_are_told_by_their_path() {
    let list = Value::List(vec![Value::Null, map(&[("c", Value::Number(1.5))])]);
    let value = map(&[("a", map(&[("b", list)]))]);
    let root = Place::root(&value);
    refused(root.text(), &["the file", "a text", "an object"]);
    refused(root.get("x"), &["the file", "a key `x`", "none"]);
    assert!(root.find("x").unwrap().is_none());
    let b = root.get("a").unwrap().get("b").unwrap();
    refused(b.get("c"), &["a.b", "an object", "an array"]);
    let all: Vec<Place<'_>> = b.elements().unwrap().collect();
    assert_eq!(all.len(), 2);
    refused(all[0].number(), &["a.b[0]", "a number", "null"]);
    let c = all[1].get("c").unwrap();
    assert_eq!(c.number().unwrap(), 1.5);
    refused(c.count(), &["a.b[1].c", "a whole number from 0 up", "1.5"]);
    refused(c.elements().map(|_| ()), &["an array", "1.5"]);
    refused(b.numbers(), &["a.b", "an array of numbers", "an array"]);
}

#[test]
fn numbers_may_be_texts_and_truth_values() {
    let one = |value: Value| Place::root(&value).number().ok();
    assert_eq!(one(Value::Text("-2.5E0".into())), Some(-2.5));
    assert_eq!(one(Value::Text("two".into())), None);
    assert_eq!(one(Value::Bool(true)), None);
    let count = |n: f64| Place::root(&Value::Number(n)).count().ok();
    assert_eq!(
        [0.0, 3.0, -1.0, 0.5].map(count),
        [Some(0), Some(3), None, None]
    );
    let mixed = Value::List(vec![
        Value::Bool(true),
        Value::Number(4.0),
        Value::Bool(false),
    ]);
    let mixed = Place::root(&mixed);
    assert_eq!(*mixed.numbers().unwrap(), [1.0, 4.0, 0.0]);
    assert_eq!(mixed.wholes().unwrap(), [1, 4, 0]);
    refused(
        mixed.exactly(2, mixed.numbers().unwrap()),
        &["2 numbers", "3"],
    );
    assert!(mixed.exactly(3, mixed.numbers().unwrap()).is_ok());
    let text = Value::Text("1".into());
    refused(
        Place::root(&text).numbers(),
        &["an array of numbers", "`1`"],
    );
    refused(Place::root(&text).wholes(), &["an array of numbers"]);
    let part = Value::Doubles(vec![1.0, 2.5]);
    refused(Place::root(&part).wholes(), &["whole numbers", "2.5"]);
    refused(Place::root(&part).elements().map(|_| ()), &["an array"]);
    let none = Value::Doubles(vec![]);
    assert_eq!(Place::root(&none).elements().unwrap().len(), 0);
    assert_eq!(
        [8.9e15, -8.9e15].map(whole),
        [Some(8_900_000_000_000_000), Some(-8_900_000_000_000_000)]
    );
    assert_eq!([9e15, -9e15, f64::NAN, f64::INFINITY].map(whole), [None; 4]);
}

#[test]
fn long_findings_are_cut_at_60_letters() {
    let error = |n: usize| fault("here", "less", "é".repeat(n)).to_string();
    assert!(error(60).contains(&"é".repeat(60)));
    let cut = error(61);
    assert!(cut.contains(&"é".repeat(60)) && !cut.contains(&"é".repeat(61)));
    refused(Place::root(&Value::Bool(true)).text(), &["a text", "true"]);
}
