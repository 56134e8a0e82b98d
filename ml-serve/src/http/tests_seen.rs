use super::tests::{post, quick, start};
use crate::recommend::RecommendationService;
use crate::testing::{bundle, from_item};
use std::sync::Arc;

#[test]
fn seen_items_come_back_when_the_request_asks_for_them_and_only_then() {
    let bundle = bundle("v1", from_item(0, Arc::default())).known([(1, 0), (1, 2)]);
    let service = Arc::new(RecommendationService::new(bundle).unwrap());
    let server = start(quick(), service);
    let ids = |flag: &str| {
        let body = format!(r#"{{"user_id": "u1", "num_recommendations": 3{flag}}}"#);
        let answer = post(server.address, &body);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let list = answer.json()["recommendations"].as_array().unwrap().clone();
        list.iter()
            .map(|r| r["product_id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
            .join(" ")
    };
    for left_out in [
        "",
        r#", "include_seen": false"#,
        r#", "include_seen": null"#,
    ] {
        assert_eq!(ids(left_out), "p1 p3 p4", "{left_out}");
    }
    assert_eq!(ids(r#", "include_seen": true"#), "p0 p1 p2");
    let page = r#", "include_seen": true, "context": {"current_product": "p0"}"#;
    assert_eq!(ids(page), "p1 p2 p3", "the product on the page stays out");
    for (flag, field) in [
        (r#""include_seen": "yes""#, "include_seen"),
        (r#""include_seen": 1"#, "include_seen"),
        (r#""include_seen": [true]"#, "include_seen"),
        (r#""includeSeen": true"#, "includeSeen"),
        (
            r#""context": {"include_seen": true}"#,
            "context.include_seen",
        ),
    ] {
        let answer = post(server.address, &format!(r#"{{"user_id": "u1", {flag}}}"#));
        assert_eq!(answer.code(), (422, "invalid_field".into()), "{flag}");
        assert_eq!(answer.json()["error"]["field"], field);
    }
    server.stop().unwrap();
}
