use super::*;
use crate::model::{Health, Inspection, Measurement, Outcome, Started};

pub(super) fn measured(app: &str, variant: &str, stored_bytes: u64, user: &str) -> Measurement {
    Measurement {
        app: AppId::try_from(app.to_owned()).unwrap(),
        variant: VariantId::try_from(variant.to_owned()).unwrap(),
        platform: None,
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
        not_run: None,
    }
}

fn facts(results: &[Measurement]) -> Facts {
    let mut facts = Facts::default();
    for result in results {
        facts.entry(result.key()).measurement = Some(result.clone());
    }
    facts
}

fn expect(text: &str) -> Expect {
    toml::from_str(text).unwrap()
}

/// Whether each verdict passed, in order.
fn passes(text: &str, results: &[Measurement]) -> Vec<bool> {
    expect(text).judge(&facts(results)).iter().map(Verdict::held).collect()
}

#[test]
fn times_smaller_compares_variants_of_one_app() {
    let results = [
        measured("a", "naive", 1000, "root"),
        measured("a", "small", 10, "65532"),
        measured("b", "naive", 50, "root"),
        measured("b", "small", 10, "65532"),
    ];
    let rule = "variant='small'\nwhy='w'\nrule.times-smaller-than={than='naive',at-least=10.0}";
    assert_eq!(passes(rule, &results), [true, false]);
    let verdict = &expect(rule).judge(&facts(&results))[0];
    assert_eq!(verdict.measured, "100 × smaller: 10 B against 1.00 kB");
    assert_eq!(verdict.subject.to_string(), "a/small");
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
    // What the image says and what the process has are two things.
    let judged = [Some(65532), Some(0), None].map(|user| {
        let small = measured("a", "small", 1, "65532");
        let mut facts = facts(std::slice::from_ref(&small));
        facts.entry(small.key()).user = user;
        expect(rule).judge(&facts).remove(0).held()
    });
    assert_eq!(judged, [true, false, true]);
}

#[test]
fn a_rebuild_that_the_change_does_not_reach_keeps_nothing_worth_keeping() {
    let mine = measured("a", "mine", 1000, "1");
    let some = expect("rule.rebuild-keeps={change='source',new-share-at-most=0.5}\nwhy='w'");
    let nothing = expect("rule.rebuild-keeps={change='source',run-share-at-most=0.0}\nwhy='w'");
    let judged = |rule: &Expect, ran: &str, new_layers: usize, new_stored_bytes: u64| {
        let text = format!(
            r#"{{"app":"a","variant":"mine","cold_ms":9,"cold_from":null,
                "steps":[{{"line":2,"stage":"","instruction":"RUN make","cold_ms":9}}],"rebuilds":[{{"change":"source","summary":"",
                "took_ms":1,"turns":1,"ran":{ran},"new_layers":{new_layers},"new_stored_bytes":{new_stored_bytes},
                "new_pull_bytes":null,"stored_bytes":1000}}]}}"#
        );
        let mut facts = facts(std::slice::from_ref(&mine));
        facts.entry(mine.key()).experiment = Some(serde_json::from_str(&text).unwrap());
        rule.judge(&facts).remove(0)
    };
    assert!(judged(&some, "[]", 1, 10).held() && !judged(&some, "[]", 1, 600).held());
    let unchanged = judged(&some, "[]", 0, 0);
    assert!(!unchanged.held() && unchanged.measured.contains("the same as before"), "{}", unchanged.measured);
    // Where nothing may run again, that is what is asked for.
    assert!(judged(&nothing, "[]", 0, 0).held() && !judged(&nothing, "[0]", 1, 10).held());
}

#[test]
fn a_build_without_a_network_holds_or_says_where_it_stops() {
    let mine = measured("a", "mine", 1000, "1");
    let rule = expect("rule.rebuild-offline.change='source'\nwhy='w'");
    let judged = |built: Option<Result<(), String>>| {
        let mut facts = facts(std::slice::from_ref(&mine));
        facts.entry(mine.key()).offline = built.into_iter().map(|built| ("source".to_owned(), built)).collect();
        rule.judge(&facts).remove(0)
    };
    assert!(judged(Some(Ok(()))).held());
    assert!(judged(Some(Err("RUN npm ci failed.".to_owned()))).measured.contains("RUN npm ci"));
    assert_eq!(judged(None).outcome, Outcome::NotMeasured);
}

#[test]
fn a_program_may_be_expected_to_fail() {
    let mine = measured("a", "mine", 1000, "1");
    let rule = expect("rule.runs={command=['curl','x'],prints='404',status=22}\nwhy='w'");
    let judged = |status: i32, output: &str| {
        let mut facts = facts(std::slice::from_ref(&mine));
        let ran = crate::model::Ran { status, output: output.to_owned() };
        facts.entry(mine.key()).ran.insert(vec!["curl".to_owned(), "x".to_owned()], ran);
        rule.judge(&facts).remove(0).held()
    };
    assert!(judged(22, "curl: (22) The requested URL returned error: 404"));
    assert!(!judged(0, "404") && !judged(22, "ok") && !judged(127, "404"));
}

#[test]
fn the_application_is_also_what_a_container_starts() {
    let mine = measured("a", "mine", 1000, "1");
    let judged = |rule: &str, class: &str, started: bool| {
        let text = format!(
            r#"{{"schema":1,"image":"i","digests_checked":true,"pull_bytes":null,"pull_exact":false,"stored_bytes":9,
                "visible_bytes":9,"wasted_bytes":0,"layers":[],"classes":{{}},"packages":[],"secrets":[],
                "programs":[{{"path":"bin/clock","layer":1,"class":"{class}","started":{started},"symbols":true,"packed":false,
                    "loader":true}}],
                "surface":{{"shells":[],"package_managers":[],"compilers":[],"setuid":[],"world_writable":[],"user":"root",
                "ca_roots":false,"tzdata":false,"loader":false}}}}"#
        );
        let mut facts = facts(std::slice::from_ref(&mine));
        facts.entry(mine.key()).inspection = Some(serde_json::from_str(&text).unwrap());
        expect(&format!("rule='{rule}'\nwhy='w'")).judge(&facts).remove(0).held()
    };
    for rule in ["stripped", "statically-linked"] {
        assert!(!judged(rule, "application", false) && !judged(rule, "os", true), "{rule}");
        assert!(judged(rule, "os", false) && judged(rule, "runtime", true), "{rule}");
    }
    assert!(judged("unpacked", "os", true));
}

#[test]
fn stored_is_judged_at_the_byte() {
    let rule = "rule.stored-at-most.bytes=100\nvariant='small'\nwhy='w'";
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
    let rule = expect("rule.ready-at-most={times=1.5,of='small'}\nvariant='large'\nwhy='w'");
    let judged = |starts: &[(&str, &[u64])]| {
        let mut facts = facts(&results);
        for (variant, ready_ms) in starts {
            let key = results.iter().find(|m| m.variant.as_str() == *variant).unwrap().key();
            facts.entry(key).started = Some(Started { ready_ms: ready_ms.to_vec() });
        }
        rule.judge(&facts).remove(0)
    };
    let quiet = |ms: u64| (0..5).map(|start| ms + 4 * start).collect::<Vec<_>>();
    let equal = judged(&[("large", &quiet(250)), ("small", &quiet(240))]);
    assert!(equal.held());
    assert_eq!(equal.measured, "1.04 ×: 258 ms against 248 ms, medians of 5 starts");
    let slower = judged(&[("large", &quiet(500)), ("small", &quiet(240))]);
    assert_eq!(slower.outcome, Outcome::Failed);
    assert_eq!(slower.measured, "2.05 ×: 508 ms against 248 ms, medians of 5 starts");
    // Neighbours held up most starts, now of the one and now of the other.
    let noisy = judged(&[("large", &[250, 260, 430, 520, 900]), ("small", &[240, 245, 255, 300, 700])]);
    assert_eq!(noisy.outcome, Outcome::NotMeasured);
    let seen =
        "1.69 ×: 430 ms against 255 ms, medians of 5 starts, which differ too much: from 0.36 × to 3.75 × is possible";
    assert_eq!(noisy.measured, seen);
    // One start of many that was held up says nothing.
    let mut many: Vec<u64> = (0..10).map(|start| 250 + start).collect();
    many[9] = 9000;
    assert!(judged(&[("large", &many), ("small", &many)]).held());
    assert_eq!(judged(&[("large", &[1])]).outcome, Outcome::NotMeasured);
}

#[test]
fn an_expectation_is_about_the_app_the_variant_and_the_platform_it_names() {
    let mut foreign = measured("a", "small", 1, "root");
    foreign.platform = Some(Platform::try_from("linux/arm64".to_owned()).unwrap());
    let results =
        [measured("a", "small", 1, "1"), measured("b", "small", 1, "1"), measured("b", "naive", 1, "root"), foreign];
    let subjects = |text: &str| -> Vec<String> {
        let verdicts = expect(&format!("rule='non-root'\nwhy='w'\n{text}")).judge(&facts(&results));
        verdicts.iter().map(|verdict| verdict.subject.to_string()).collect()
    };
    assert_eq!(subjects(""), ["a/small", "b/small", "b/naive", "a/small (linux/arm64)"]);
    assert_eq!(subjects("app='b'\nvariant='small'"), ["b/small"]);
    assert_eq!(subjects("platform='linux/arm64'"), ["a/small (linux/arm64)"]);
    assert!(subjects("app='c'").is_empty());
}

/// One `COPY` of a whole folder renews what stayed the same, though hardly anything ran.
#[test]
fn what_an_edit_renews_is_blamed_on_what_made_it() {
    let rebuilt = |ran: &str, bytes: u64| -> Facts {
        let text = format!(
            r#"{{"app":"a","variant":"small","cold_ms":9,"cold_from":null,"steps":[
                {{"line":4,"stage":"build","instruction":"RUN pip install","cold_ms":900}},
                {{"line":6,"stage":"build","instruction":"RUN compileall","cold_ms":100}},
                {{"line":10,"stage":"","instruction":"COPY --from=build /app .","cold_ms":5}}],
              "rebuilds":[{{"change":"source","summary":"s","took_ms":1,"turns":1,"ran":{ran},"new_layers":1,
                "new_stored_bytes":{bytes},"new_pull_bytes":null,"stored_bytes":1000,"largest_new":[2,{bytes}]}}]}}"#
        );
        let result = measured("a", "small", 1000, "1");
        let mut facts = facts(std::slice::from_ref(&result));
        facts.entry(result.key()).experiment = Some(serde_json::from_str(&text).unwrap());
        facts
    };
    let rule = expect("rule.rebuild-keeps={change='source',run-share-at-most=0.5,new-share-at-most=0.01}\nwhy='w'");
    let place = |ran, bytes| rule.judge(&rebuilt(ran, bytes)).remove(0).place;
    assert_eq!(
        place("[1,2]", 400).unwrap(),
        "line 10: COPY --from=build /app . (its layer of 400 B is new after the edit)"
    );
    assert_eq!(place("[0,1,2]", 400).unwrap(), "line 4: RUN pip install (0.9 s in a cold build)");
    assert_eq!(place("[1,2]", 4), None);
}

#[test]
fn a_secret_is_needed_by_the_build_and_left_nowhere() {
    let mine = measured("a", "mine", 1, "1");
    let judged = |rule: &str, set: &dyn Fn(&mut crate::model::ImageFacts)| {
        let mut facts = facts(std::slice::from_ref(&mine));
        set(facts.entry(mine.key()));
        let verdict = expect(&format!("{rule}\nwhy='w'")).judge(&facts).remove(0);
        (verdict.outcome, verdict.measured)
    };
    let needs = "rule.needs-secret.secret='token'";
    let built = |without: Result<(), &str>| {
        let without = without.map_err(str::to_owned);
        judged(needs, &move |facts| drop(facts.withheld.insert("token".to_owned(), without.clone())))
    };
    assert_eq!(built(Err("the step RUN npm ci failed")), (Outcome::Held, "the step RUN npm ci failed".to_owned()));
    assert_eq!(built(Ok(())), (Outcome::Failed, "it passes without it".to_owned()));
    let nothing = |_: &mut crate::model::ImageFacts| {};
    assert_eq!(judged(needs, &nothing).0, Outcome::NotMeasured);

    let left = |rule: &str, places: &[&str]| {
        let places: Vec<String> = places.iter().map(|place| (*place).to_owned()).collect();
        judged(rule, &move |facts| drop(facts.traces.insert("token".to_owned(), Ok(places.clone())))).0
    };
    let (nowhere, somewhere) = ("rule.secret-kept.secret='token'", "rule.secret-kept={secret='token',kept=true}");
    assert_eq!((left(nowhere, &[]), left(nowhere, &["/.npmrc in the image"])), (Outcome::Held, Outcome::Failed));
    assert_eq!((left(somewhere, &[]), left(somewhere, &["/.npmrc in the image"])), (Outcome::Failed, Outcome::Held));
    assert_eq!(judged(nowhere, &nothing).0, Outcome::NotMeasured);
    let nameless =
        judged(nowhere, &|facts| drop(facts.traces.insert("token".to_owned(), Err("stage 0 has no name".to_owned()))));
    assert_eq!(nameless, (Outcome::NotMeasured, "stage 0 has no name".to_owned()));
}

#[test]
fn images_of_one_chain_have_the_same_layers() {
    let (mine, other) = (measured("a", "mine", 10, "1"), measured("a", "alone", 10, "1"));
    let inspection = |layers: &[&str]| -> Inspection {
        let line = |diff_id: &&str| {
            format!(
                r#"{{"digest":null,"diff_id":"{diff_id}","instruction":"COPY {diff_id} /","line":7,"stage":"build",
                    "pull_bytes":null,"stored_bytes":1,"wasted_bytes":0}}"#
            )
        };
        let text = format!(
            r#"{{"schema":1,"image":"i","digests_checked":true,"pull_bytes":null,"pull_exact":false,"stored_bytes":9,
                "visible_bytes":9,"wasted_bytes":0,"layers":[{}],"classes":{{}},"packages":[],"secrets":[],
                "surface":{{"shells":[],"package_managers":[],"compilers":[],"setuid":[],"world_writable":[],"user":"root",
                "ca_roots":false,"tzdata":false,"loader":false}}}}"#,
            layers.iter().map(line).collect::<Vec<_>>().join(",")
        );
        serde_json::from_str(&text).unwrap()
    };
    let judged = |rule: &str, ours: &[&str], theirs: Option<&[&str]>| {
        let mut facts = facts(&[mine.clone(), other.clone()]);
        facts.entry(mine.key()).inspection = Some(inspection(ours));
        facts.entry(other.key()).inspection = theirs.map(inspection);
        expect(&format!("variant='mine'\nrule.same-layers={rule}\nwhy='w'")).judge(&facts).remove(0)
    };
    let same = |ours: &[&str], theirs: &[&str]| judged("{as='alone'}", ours, Some(theirs));
    let more = |ours: &[&str], theirs: &[&str]| judged("{as='alone',then-more=true}", ours, Some(theirs));
    assert!(same(&["a", "b"], &["a", "b"]).held() && !more(&["a", "b"], &["a", "b"]).held());
    assert!(more(&["a", "b", "c"], &["a", "b"]).held() && !same(&["a", "b", "c"], &["a", "b"]).held());
    // As many bytes are not the same bytes, nor is another order.
    for (ours, says) in [(&["a", "x"][..], "1 of 2 layers"), (&["b", "a"], "0 of 2 layers"), (&["a"], "1 of 2 layers")]
    {
        for verdict in [same(ours, &["a", "b"]), more(ours, &["a", "b"])] {
            assert!(!verdict.held() && verdict.measured.starts_with(says), "{}", verdict.measured);
        }
    }
    assert_eq!(same(&["a", "x"], &["a", "b"]).place.unwrap(), "layer 2, line 7: COPY x /");
    assert!(!more(&["a"], &[]).held(), "every image stands on one without layers");
    assert_eq!(judged("{as='alone'}", &["a"], None).outcome, Outcome::NotMeasured);
}

#[test]
fn a_gate_lets_what_is_well_pass_and_stops_what_is_broken() {
    let mine = measured("a", "mine", 1000, "1");
    let rule = expect("rule.target-stops={target='test',change='broken'}\nwhy='w'");
    let failed = || Err("RUN go test failed.".to_owned());
    let judged = |gate: Option<(Result<(), String>, Result<(), String>)>| {
        let mut facts = facts(std::slice::from_ref(&mine));
        let at = ("test".to_owned(), "broken".to_owned());
        let gate = gate.map(|(before, after)| crate::model::Gate { before, after });
        facts.entry(mine.key()).gates = gate.into_iter().map(|gate| (at.clone(), gate)).collect();
        rule.judge(&facts).remove(0)
    };
    let stops = judged(Some((Ok(()), failed())));
    assert!(stops.held() && stops.measured.contains("go test"), "{}", stops.measured);
    assert!(!judged(Some((Ok(()), Ok(())))).held() && !judged(Some((failed(), failed()))).held());
    assert_eq!(judged(None).outcome, Outcome::NotMeasured);
}
