//! What a deploy sends, of an app whose bytes are known.

use drydock::model::Rollout;
use drydock_tests::workshop::{Fixture, Variant};

/// Bytes that no compression makes smaller, so that each layer's size is told by what is in it.
fn noise(bytes: usize) -> String {
    let mut state = 1_u64;
    let digit = |state: &mut u64| {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b'!' + u8::try_from((*state >> 33) % 90).expect("below 90"))
    };
    (0..bytes).map(|_| digit(&mut state)).collect()
}

/// An app with 200 kB that stay and a source of 50 kB, in one layer or in two.
fn sloop() -> Fixture {
    let fixture = Fixture::new(&[
        Variant { name: "naive", dockerfile: "FROM scratch AS check\nCOPY . /\n" },
        Variant { name: "layered", dockerfile: "FROM scratch\nCOPY stays /\nCOPY source /\n" },
    ]);
    fixture.write("apps/sloop/stays", &noise(200_000));
    fixture.write("apps/sloop/source", &format!("{}\nmark\n", noise(50_000)));
    let manifest = fixture.read("apps/sloop/app.toml");
    let change = "[change.source]\nsummary = \"a line\"\n\
                  edits = [{ file = \"source\", find = \"mark\", replace = \"run {run}\" }]\n";
    fixture.write("apps/sloop/app.toml", &format!("{manifest}\n{change}"));
    fixture
}

fn measured(fixture: &Fixture) -> Rollout {
    let output = fixture.run(&["rollout", "--variant", "naive", "--variant", "layered", "--nodes", "3", "--json"]);
    assert_eq!(output.status, 0, "{}", output.stderr);
    serde_json::from_str(&output.stdout).expect("a rollout")
}

#[test]
fn a_deploy_sends_the_layers_that_changed_every_time_anew() {
    let fixture = sloop();
    let source = fixture.read("apps/sloop/source");
    // The second run finds all it can in the build cache and in memory.
    for run in 1..=2 {
        let rollout = measured(&fixture);
        let [naive, layered] = rollout.images.as_slice() else { panic!("{rollout:?}") };
        let sent = |bytes: u64, of: u64| bytes > of * 7 / 10 && bytes < of * 11 / 10;
        assert!(sent(naive.fetched.first, 250_000) && sent(layered.fetched.first, 250_000), "{run}: {rollout:?}");
        assert!(sent(naive.fetched.changes["source"], 250_000), "{run}: {rollout:?}");
        assert!(sent(layered.fetched.changes["source"], 50_000), "{run}: {rollout:?}");
        assert!(!naive.fetched.changes.contains_key("dependency"));
        // On scratch there is no base that could be there already.
        assert_eq!(naive.fetched.base_there, Some(naive.fetched.first));
        assert!(naive.exact && layered.exact);
        assert_eq!((rollout.fleet.nodes, rollout.fleet.parallel), (3, 1));
    }
    let list = ["image", "ls", "--quiet", "--filter", "reference=drydock.local/rollout/sloop"];
    let listed = drydock::process::Command::new("docker").args(list).output(std::time::Duration::from_mins(1));
    assert_eq!(listed.expect("docker runs").stdout, "", "images of changed apps are left over");
    assert_eq!(fixture.read("apps/sloop/source"), source, "the working tree was changed");
}
