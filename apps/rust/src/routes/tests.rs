//! The routes, called without a network.

use std::path::Path;

use axum::{
    body::Body,
    http::{Request, header::ALLOW},
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;

fn config() -> Config {
    Config::from_lookup(|_| None).unwrap()
}

async fn call_with(config: Config, method: &str, path: &str, body: impl Into<Body>) -> (u16, Value) {
    let request = Request::builder().method(method).uri(path).body(body.into()).unwrap();
    let response = router(Arc::new(App::new(config))).oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}

async fn call(method: &str, path: &str) -> (u16, Value) {
    call_with(config(), method, path, Body::empty()).await
}

#[tokio::test]
async fn health_is_ok() {
    assert_eq!(call("GET", "/health").await, (200, json!({"status": "ok"})));
}

#[tokio::test]
async fn identity_names_the_service() {
    let (status, body) = call("GET", "/").await;
    assert_eq!(
        (status, &body["service"], &body["language"]),
        (200, &json!("harbour-clock"), &json!("rust"))
    );
    assert!(body["runtime"].as_str().unwrap().starts_with("rustc 1."), "{body}");
    assert!(body["started_at"].as_str().unwrap().ends_with('Z'), "{body}");
}

#[tokio::test]
async fn time_zones_are_the_rest_of_the_path() {
    let (status, body) = call("GET", "/time/America/Argentina/Buenos_Aires?at=2026-07-01T12:00:00Z").await;
    let expected = json!({
        "zone": "America/Argentina/Buenos_Aires",
        "time": "2026-07-01T09:00:00-03:00",
        "utc_offset": "-03:00",
    });
    assert_eq!((status, body), (200, expected));
}

#[tokio::test]
async fn unknown_time_zones_are_not_found() {
    for (path, name) in [
        ("/time/Mars/Olympus", "Mars/Olympus"),
        ("/time/..%2Fetc", "../etc"),
        ("/time/", ""),
    ] {
        let expected = json!({"error": format!("unknown time zone {name:?}")});
        assert_eq!(call("GET", path).await, (404, expected));
    }
}

#[tokio::test]
async fn bad_instants_are_bad_requests() {
    for query in [
        "at=yesterday",
        "at=",
        "at=%FF",
        "at=2026-01-15T12:00:00Z&at=2026-01-15T12:00:00Z",
    ] {
        let (status, body) = call("GET", &format!("/time/Europe/Paris?{query}")).await;
        assert_eq!((status, body["error"].is_string()), (400, true), "{query}");
    }
}

#[tokio::test]
async fn roots_come_from_one_place_or_none() {
    let (status, body) = call("GET", "/roots").await;
    assert_eq!(status, 200);
    assert_eq!(body["count"] == 0, body["source"].is_null(), "{body}");
}

#[tokio::test]
async fn the_peer_is_the_operators_choice() {
    let (status, body) = call("GET", "/peer").await;
    assert_eq!((status, body), (404, json!({"error": "PEER_URL is not set"})));

    let named = Config {
        peer: Some("https://127.0.0.1:9/".to_owned()),
        ..config()
    };
    let (status, body) = call_with(named, "GET", "/peer", Body::empty()).await;
    assert_eq!(status, if cfg!(feature = "peer") { 502 } else { 404 }, "{body}");
}

#[tokio::test]
async fn checksums_are_of_the_whole_body() {
    let expected = json!({"bytes": 5, "sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"});
    assert_eq!(call_with(config(), "POST", "/checksum", "hello").await, (200, expected));
}

#[tokio::test]
async fn one_byte_too_many_is_refused() {
    let largest = vec![b'a'; 1024 * 1024];
    let (status, body) = call_with(config(), "POST", "/checksum", largest.clone()).await;
    assert_eq!((status, &body["bytes"]), (200, &json!(1_048_576)));
    for extra in [1, 9 * 1024 * 1024] {
        let larger = [largest.clone(), vec![b'a'; extra]].concat();
        assert_eq!(call_with(config(), "POST", "/checksum", larger).await.0, 413);
    }
}

#[tokio::test]
async fn a_missing_folder_for_temporary_files_is_named() {
    let nowhere = Config {
        temporary: Path::new("/no/such/folder").into(),
        ..config()
    };
    let expected = "no writable place for temporary files: /no/such/folder: No such file or directory";
    assert_eq!(
        call_with(nowhere, "POST", "/checksum", "hello").await,
        (507, json!({"error": expected}))
    );
}

#[tokio::test]
async fn everything_else_is_not_found_or_not_allowed() {
    assert_eq!(call("GET", "/no/such/pier").await, (404, json!({"error": "not found"})));
    for (method, path, allow) in [("DELETE", "/health", "GET,HEAD"), ("GET", "/checksum", "POST")] {
        assert_eq!(call(method, path).await, (405, json!({"error": "method not allowed"})));
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let response = router(Arc::new(App::new(config()))).oneshot(request).await.unwrap();
        assert_eq!(response.headers()[ALLOW], allow);
    }
}
