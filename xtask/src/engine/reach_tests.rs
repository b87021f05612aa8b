use super::*;

const TEN: Duration = Duration::from_secs(10);

fn printed(stdout: &str, stderr: &str, status: i32) -> Output {
    Output { status, stdout: stdout.to_owned(), stderr: stderr.to_owned() }
}

fn around() -> Surroundings {
    Surroundings { os: "linux", setup: true, installed: true, systemd: false, log: None, socket: None }
}

fn default_endpoint() -> Endpoint {
    Endpoint { host: "unix:///var/run/docker.sock".into(), context: "default".into(), chosen_by: ChosenBy::Context }
}

/// `docker version --format '{{json .}}'` of a 28.2 command and a 26.1 engine, shortened.
const VERSION: &str = r#"{"Client":{"Version":"28.2.2","ApiVersion":"1.45","DefaultAPIVersion":"1.50","Context":"default"},
"Server":{"Version":"26.1.5+dfsg1","ApiVersion":"1.45","MinAPIVersion":"1.24","Os":"linux","Arch":"amd64"}}"#;

/// `docker info --format '{{json .}}'` of the same, shortened.
const INFO: &str = r#"{"Driver":"overlay2","DriverStatus":[["Backing Filesystem","extfs"],["userxattr","false"]],"OSType":"linux",
"OperatingSystem":"Debian GNU/Linux 12 (bookworm)","Architecture":"x86_64","NCPU":2,"MemTotal":25276502016,
"DockerRootDir":"/var/lib/docker","Name":"vm","ServerVersion":"26.1.5+dfsg1","SecurityOptions":["name=seccomp,profile=builtin"],
"ClientInfo":{"Version":"28.2.2","Plugins":[{"SchemaVersion":"0.1.0","Version":"0.13.1+ds1","Name":"buildx","Path":"/p"}]}}"#;

fn one_line(json: &str) -> String {
    json.replace('\n', "")
}

fn engine_of(version: &str, info: &str) -> Result<Reached> {
    let info = printed(&one_line(info), "", 0);
    engine(Ok(printed(&one_line(version), "", 0)), Some(&info), &default_endpoint(), &around(), TEN)
}

fn buildx_of(info: &str) -> Result<Version> {
    let info: Info = serde_json::from_str(&one_line(info)).unwrap();
    buildx(&info.client.unwrap().plugins, &around())
}

#[test]
fn two_answers_make_an_engine() {
    let reached = engine_of(VERSION, INFO).unwrap();
    assert_eq!([reached.engine, reached.api, reached.client], ["26.1.5", "1.45", "28.2.2"]);
    assert_eq!((reached.arch.as_str(), reached.cpus, reached.memory_bytes), ("amd64", 2, 25_276_502_016));
    assert_eq!(reached.store, Store::Classic);
    assert_eq!(reached.data_root, PathBuf::from("/var/lib/docker"));
    assert_eq!(buildx_of(INFO).unwrap(), Version(0, 13, 1));
}

#[test]
fn the_containerd_store_is_told_by_its_driver_status() {
    let info = INFO
        .replace("overlay2", "overlayfs")
        .replace(r#"["Backing Filesystem","extfs"]"#, r#"["driver-type","io.containerd.snapshotter.v1"]"#);
    assert_eq!(engine_of(VERSION, &info).unwrap().store, Store::Containerd);
}

#[test]
fn an_engine_behind_a_socket_of_another_machine_is_not_local() {
    let info: Info = serde_json::from_str(&one_line(INFO)).unwrap();
    assert!(info.is_local("unix:///var/run/docker.sock", "vm"));
    assert!(!info.is_local("unix:///var/run/docker.sock", "laptop"));
    assert!(!info.is_local("tcp://vm:2375", "vm"));
}

#[test]
fn an_old_engine_is_refused_with_both_versions() {
    let version = VERSION
        .replace("26.1.5+dfsg1", "20.10.24+dfsg1")
        .replace(r#""ApiVersion":"1.45","Min"#, r#""ApiVersion":"1.41","Min"#);
    let problem = engine_of(&version, INFO).unwrap_err();
    assert_eq!(problem.id, ErrorId::EngineTooOld);
    assert_eq!(
        problem.fact,
        "The engine at unix:///var/run/docker.sock (default context) is 20.10.24 (API 1.41); \
         the lessons need 24.0 (API 1.43) or newer."
    );
}

#[test]
fn windows_containers_are_refused() {
    let problem = engine_of(VERSION, &INFO.replace(r#""OSType":"linux""#, r#""OSType":"windows""#)).unwrap_err();
    assert_eq!(problem.fact, "The engine runs windows containers; the lessons need Linux containers.");
}

#[test]
fn an_engine_that_says_nothing_is_silent_not_absent() {
    let timed_out = Err(Problem::new(ErrorId::EngineSilent, ""));
    let problem = engine(timed_out, None, &default_endpoint(), &around(), TEN).unwrap_err();
    assert_eq!(problem.id, ErrorId::EngineSilent);
    assert!(problem.fact.contains("did not answer within 10 s"), "{}", problem.fact);
}

#[test]
fn info_without_an_answer_is_told_apart_from_an_engine_without_one() {
    let version = Ok(printed(&one_line(VERSION), "", 0));
    let problem = engine(version, None, &default_endpoint(), &around(), TEN).unwrap_err();
    assert!(problem.fact.starts_with("`docker version` answered"), "{}", problem.fact);
}

#[test]
fn a_command_that_is_not_dockers_is_told() {
    let problem = engine(Ok(printed("hello\n", "", 0)), None, &default_endpoint(), &around(), TEN).unwrap_err();
    assert_eq!((problem.id, problem.evidence), (ErrorId::EngineBroken, vec!["hello".to_owned()]));
}

#[test]
fn a_missing_buildx_is_missing() {
    let problem = buildx_of(&INFO.replace(r#""Name":"buildx""#, r#""Name":"compose""#)).unwrap_err();
    assert_eq!(problem.id, ErrorId::BuildxMissing);
}

#[test]
fn a_buildx_that_does_not_run_is_broken_and_the_one_it_hides_is_named() {
    // As docker 26.1 and 28.2 list a plugin file that holds the word "garbage".
    let info = r#"{"ClientInfo":{"Plugins":[{"Name":"buildx","Path":"/home/me/.docker/cli-plugins/docker-buildx",
"Err":"failed to fetch metadata: fork/exec /home/me/.docker/cli-plugins/docker-buildx: exec format error",
"ShadowedPaths":["/usr/libexec/docker/cli-plugins/docker-buildx"]}]}}"#;
    let problem = buildx_of(info).unwrap_err();
    assert_eq!(problem.id, ErrorId::BuildxBroken);
    assert!(problem.fact.contains("exec format error"), "{}", problem.fact);
    assert!(problem.cause.unwrap().contains("/usr/libexec/docker/cli-plugins/docker-buildx"));
}

#[test]
fn a_buildx_with_a_version_that_is_none_is_broken() {
    assert_eq!(buildx_of(&INFO.replace("0.13.1+ds1", "soon")).unwrap_err().id, ErrorId::BuildxBroken);
}

#[test]
fn an_old_buildx_is_refused_with_both_versions() {
    let problem = buildx_of(&INFO.replace("0.13.1+ds1", "v0.12.1")).unwrap_err();
    assert_eq!(
        (problem.id, problem.fact.as_str()),
        (ErrorId::BuildxTooOld, "buildx is 0.12.1 (/p); the lessons need 0.13.0 or newer.")
    );
}

const CONTEXT: &str =
    r#"{"Name":"colima","Metadata":{},"Endpoints":{"docker":{"Host":"unix:///home/me/.colima/docker.sock"}}}"#;

#[test]
fn the_endpoint_names_what_chose_it() {
    let inspected = printed(CONTEXT, "", 0);
    let none = |_: &str| None;
    assert_eq!(
        Endpoint::resolve(Some(&inspected), none).words(),
        r#"unix:///home/me/.colima/docker.sock (context "colima")"#
    );
    let variable =
        |wanted: &'static str, value: &'static str| move |name: &str| (name == wanted).then(|| value.to_owned());
    assert_eq!(
        Endpoint::resolve(Some(&inspected), variable("DOCKER_CONTEXT", "colima")).words(),
        r#"unix:///home/me/.colima/docker.sock (context "colima", from DOCKER_CONTEXT)"#
    );
    let failed = printed(
        "",
        "Failed to initialize: unable to resolve docker endpoint: invalid bind address format: foo://bar",
        1,
    );
    assert_eq!(
        Endpoint::resolve(Some(&failed), variable("DOCKER_HOST", "foo://bar")).words(),
        "foo://bar (from DOCKER_HOST)"
    );
    let gone =
        printed("[]", r#"context "gone": context not found: open /home/me/.docker/contexts/meta/28/meta.json"#, 1);
    assert_eq!(Endpoint::resolve(Some(&gone), none).words(), r#"context "gone""#);
}

/// `docker version` and `docker info` as podman 4.3 answers them under that name, shortened.
#[test]
fn podman_is_named_where_it_is_the_docker_command() {
    let version = r#"{"Client":{"APIVersion":"4.3.1","Version":"4.3.1","GoVersion":"go1.19.8","OsArch":"linux/amd64","Os":"linux"}}"#;
    let info = "{\n  \"host\": {\n    \"arch\": \"amd64\",\n    \"buildahVersion\": \"1.28.2\"\n  }\n}\n";
    let of = |info: &str| {
        let (version, info) = (printed(version, "Emulate Docker CLI using podman.", 0), printed(info, "", 0));
        engine(Ok(version), Some(&info), &default_endpoint(), &around(), TEN).unwrap_err()
    };
    let problem = of(info);
    assert_eq!((problem.id, problem.fact.as_str()), (ErrorId::Podman, "The `docker` command here is podman 4.3.1."));
    assert_ne!(of("{}").id, ErrorId::Podman);
}

/// Docker's own command, and podman's service behind `DOCKER_HOST`.
#[test]
fn podman_is_named_where_it_is_the_engine() {
    let version =
        VERSION.replace(r#""Server":{"#, r#""Server":{"Components":[{"Name":"Podman Engine","Version":"5.8.6"}],"#);
    let version =
        version.replace("26.1.5+dfsg1", "5.8.6").replace(r#""ApiVersion":"1.45","Min"#, r#""ApiVersion":"1.41","Min"#);
    let problem = engine_of(&version, INFO).unwrap_err();
    assert_eq!(problem.id, ErrorId::Podman);
    assert!(problem.fact.starts_with("Podman 5.8.6 answers at unix://"), "{}", problem.fact);
}
