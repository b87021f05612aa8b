use super::*;
use crate::model::{Health, Started};

fn measured(app: &str, variant: &str, stored_bytes: u64, user: &str) -> Measurement {
    Measurement {
        app: AppId::try_from(app.to_owned()).unwrap(),
        variant: VariantId::try_from(variant.to_owned()).unwrap(),
        image: String::new(),
        stored_bytes,
        files: 1,
        pull_bytes: None,
        layers: 1,
        build_ms: 0,
        parallel: true,
        cached: true,
        ready_ms: 200,
        health: Health { ok: true, status: 200, attempts: 1 },
        user: user.to_owned(),
        hardened: variant != "naive",
    }
}

fn facts(results: &[Measurement]) -> Facts {
    Facts { results: results.to_vec(), ..Facts::default() }
}

fn expect(text: &str) -> Expect {
    toml::from_str(text).unwrap()
}

/// Whether each verdict passed, in order.
fn passes(text: &str, results: &[Measurement]) -> Vec<bool> {
    judge(&expect(text), &facts(results)).iter().map(|v| v.pass).collect()
}

#[test]
fn times_smaller_compares_variants_of_one_app() {
    let results = [
        measured("a", "naive", 1000, "root"),
        measured("a", "small", 10, "65532"),
        measured("b", "naive", 50, "root"),
        measured("b", "small", 10, "65532"),
    ];
    let rule = "rule='times-smaller-than'\nvariant='small'\nthan='naive'\nat-least=10.0\nwhy='w'";
    assert_eq!(passes(rule, &results), [true, false]);
    let verdict = &judge(&expect(rule), &facts(&results))[0];
    assert_eq!(verdict.measured, "100 × smaller: 10 B against 1.00 kB");
    assert_eq!(verdict.subject, "a/small");
    assert_eq!(passes(&format!("{rule}\napp='b'"), &results), [false]);
    // The other side did not run: nothing to judge, and nothing passes by default.
    assert!(passes(rule, &results[1..2]).is_empty());
}

#[test]
fn a_user_must_be_a_number_other_than_zero() {
    let rule = "rule='non-root'\nvariant='small'\nwhy='w'";
    let judged = ["65532:65532", "1000", "0", "0:0", "root", "nonroot"]
        .map(|user| passes(rule, &[measured("a", "small", 1, user)])[0]);
    assert_eq!(judged, [true, true, false, false, false, false]);
}

#[test]
fn stored_is_judged_at_the_byte() {
    let rule = "rule='stored-at-most'\nvariant='small'\nbytes=100\nwhy='w'";
    assert_eq!(passes(rule, &[measured("a", "small", 100, "1"), measured("b", "small", 101, "1")]), [true, false]);
}

#[test]
fn health_and_hardening_fail_when_the_container_did() {
    let mut ill = measured("a", "small", 1, "1");
    ill.health = Health { ok: false, status: 0, attempts: 3 };
    assert_eq!(passes("rule='healthy'\nwhy='w'", std::slice::from_ref(&ill)), [false]);
    assert_eq!(passes("rule='hardened'\nvariant='small'\nwhy='w'", &[ill]), [false]);
    let mut plain = measured("a", "small", 1, "1");
    plain.hardened = false;
    assert_eq!(passes("rule='hardened'\nvariant='small'\nwhy='w'", &[plain]), [false]);
}

#[test]
fn readiness_is_compared_by_medians_of_several_starts() {
    let results = [measured("a", "large", 1000, "1"), measured("a", "small", 1, "1")];
    let started = |variant: &str, ready_ms: &[u64]| Started {
        app: AppId::try_from("a".to_owned()).unwrap(),
        variant: VariantId::try_from(variant.to_owned()).unwrap(),
        ready_ms: ready_ms.to_vec(),
    };
    let rule = expect("rule='ready-at-most'\nvariant='large'\ntimes=1.5\nof='small'\nwhy='w'");
    let judged = |starts: Vec<Started>| judge(&rule, &Facts { starts, ..facts(&results) }).remove(0);
    // One start that was held up says nothing.
    let verdict = judged(vec![started("large", &[400, 450, 9000]), started("small", &[200, 300, 301])]);
    assert!(verdict.pass);
    assert_eq!(verdict.measured, "1.50 ×: 450 ms against 300 ms, medians of 3 starts");
    assert!(!judged(vec![started("large", &[400, 451, 452]), started("small", &[200, 300, 301])]).pass);
    let unknown = judged(vec![started("large", &[1])]);
    assert_eq!((unknown.pass, unknown.measured.as_str()), (false, UNKNOWN));
}
