//! The HTTP contract, request by request, against every variant of every app, in real containers.
//!
//! One container serves all requests of one setup of one image. Beside the requests each image is stopped as an
//! orchestrator would stop it, and its own health check is run.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use drydock::bases;
use drydock::engine::Engine;
use drydock::event::Silent;
use drydock::model::{AppId, Contract, Request, Setup};
use drydock::plan::Image;
use drydock::probe::{Service, ending};
use drydock::process::Command;
use drydock::workshop::Workshop;
use drydock_tests::{built_images, told};
use libtest_mimic::{Arguments, Failed, Trial};
use memchr::memmem;
use testcontainers::core::{ExecCommand, IntoContainerPort, Mount, WaitFor};
use testcontainers::runners::SyncRunner;
use testcontainers::{Container, ContainerRequest, GenericImage, ImageExt};

/// The capability of ending with status 0 when told to stop; some ways to start a process lack it.
const CLEAN_STOP: &str = "clean-stop";
/// How long a question to Docker may take.
const SOON: Duration = Duration::from_mins(1);

fn main() {
    let arguments = Arguments::from_args();
    let workshop = Workshop::find().unwrap_or_else(|p| panic!("{}", told(&p)));
    // Where one app is asked for, the images of the others are nobody's business.
    let asked = |id: &&AppId| arguments.filter.as_deref().is_some_and(|filter| filter.starts_with(&of_app(id)));
    let apps: Vec<AppId> = workshop.apps.keys().filter(asked).cloned().collect();
    let images = if arguments.list { Ok(Vec::new()) } else { built_images(&workshop, &apps) };
    let images = images.unwrap_or_else(|p| panic!("{}", told(&p)));
    let harbour = Arc::new(Harbour { contract: workshop.contract, containers: Mutex::default() });
    let mut trials: Vec<Trial> =
        images.into_iter().map(Arc::new).flat_map(|image| trials_of(&image, &harbour)).collect();
    trials.push(Trial::test("the-search-for-certificates-finds-one", search_finds));
    let conclusion = libtest_mimic::run(&arguments, trials);
    // Containers end with their handles, which `exit` would not drop.
    drop(harbour.containers.lock().map(|mut c| c.clear()));
    conclusion.exit();
}

/// The running containers, one for each image and setup.
struct Harbour {
    contract: Arc<Contract>,
    containers: Mutex<BTreeMap<String, Arc<Mutex<Option<Served>>>>>,
}

struct Served {
    container: Container<GenericImage>,
    address: String,
}

fn trials_of(image: &Arc<Image>, harbour: &Arc<Harbour>) -> Vec<Trial> {
    let requests = harbour.contract.requests.iter().cloned().map(|request| {
        let (image, harbour) = (Arc::clone(image), Arc::clone(harbour));
        Trial::test(name(&image, &request.id), move || keeps(&image, &request, &harbour))
    });
    let stop = {
        let (image, harbour) = (Arc::clone(image), Arc::clone(harbour));
        Trial::test(name(&image, "stops-when-told"), move || stops(&image, &harbour))
    };
    let check = {
        let (image, harbour) = (Arc::clone(image), Arc::clone(harbour));
        Trial::test(name(&image, "own-health-check"), move || checks_itself(&image, &harbour))
    };
    let certificate = {
        let image = Arc::clone(image);
        let trial = Trial::test(name(&image, "ships-no-certificate-of-this-network"), move || ships_no_ca(&image));
        // A single-stage variant is built on the very image that needs the certificate to download, and keeps it.
        let nothing_to_leak = own_certificates().is_empty();
        trial.with_ignored_flag(nothing_to_leak)
    };
    let shipped = image.variant.hardened.then_some([check, certificate]);
    requests.chain([stop]).chain(shipped.into_iter().flatten()).collect()
}

fn name(image: &Image, what: &str) -> String {
    format!("{}{}::{what}", of_app(&image.name.app), image.name.variant)
}

/// What the names of all trials of an app begin with.
fn of_app(app: &AppId) -> String {
    format!("app::{app}::")
}

/// Sends one request and judges the answer.
fn keeps(image: &Image, request: &Request, harbour: &Harbour) -> Result<(), Failed> {
    let Some(expected) = request.expected(&image.without()) else { return Ok(()) };
    harbour.with(image, &request.setup, |served| {
        let service = Service {
            engine: Engine::new(&Silent),
            container: served.container.id(),
            address: &served.address,
            name: request.id.as_str(),
        };
        let answer = service.ask(request).map_err(|p| told(&p))??;
        expected.judge(&answer).map_err(Failed::from)
    })
}

/// Sends SIGTERM to process 1 and waits for its end. A variant that says it cannot end cleanly must really not.
fn stops(image: &Image, harbour: &Harbour) -> Result<(), Failed> {
    let served = harbour.start(image, &Setup::default())?;
    let (status, took) = ending::stop(Engine::new(&Silent), served.container.id()).map_err(|p| told(&p))?;
    let clean = status == 0;
    let lacks = image.without().iter().any(|c| c == CLEAN_STOP);
    if clean == lacks {
        let seconds = took.as_secs_f32();
        return Err(
            format!("ended with status {status} after {seconds:.1} s; declared to lack a clean stop: {lacks}").into()
        );
    }
    Ok(())
}

/// Runs the image's own HEALTHCHECK command inside the container.
fn checks_itself(image: &Image, harbour: &Harbour) -> Result<(), Failed> {
    let inspected = Command::new("docker")
        .args(["image", "inspect", "--format", "{{json .Config.Healthcheck.Test}}"])
        .arg(image.name.tag())
        .output(SOON)
        .map_err(|p| told(&p))?;
    let test: Vec<String> = serde_json::from_str(&inspected.stdout).map_err(|_| "the image has no HEALTHCHECK")?;
    let ["CMD", command @ ..] = &test.iter().map(String::as_str).collect::<Vec<_>>()[..] else {
        return Err(format!("HEALTHCHECK is not in exec form: {test:?}").into());
    };
    harbour.with(image, "plain", |served| {
        let mut result = served.container.exec(ExecCommand::new(command.iter().copied()))?;
        let said = [result.stdout_to_vec()?, result.stderr_to_vec()?].concat();
        match result.exit_code()? {
            Some(0) => Ok(()),
            status => Err(format!("{command:?} ended with {status:?}: {}", String::from_utf8_lossy(&said)).into()),
        }
    })
}

/// Looks through every byte of the image's files for the certificates this machine trusts and images do not.
fn ships_no_ca(image: &Image) -> Result<(), Failed> {
    let docker = |args: &[&str]| Command::new("docker").args(args.iter().copied());
    let created = docker(&["create", "--label", "dev.drydock.run=tests", &image.name.tag()])
        .output(SOON)
        .map_err(|p| told(&p))?;
    let id = created.stdout.trim().to_owned();
    let certificates = own_certificates();
    let found = docker(&["export", &id]).stream(|files| holds_any(files, &certificates)).map_err(|p| told(&p));
    docker(&["rm", &id]).output(SOON).map_err(|p| told(&p))?;
    if found?.0? { Err("a certificate of this machine is in the image".into()) } else { Ok(()) }
}

/// One line from the middle of each certificate this machine gives to toolchain bases: as good as unique.
fn own_certificates() -> Vec<String> {
    let chosen = bases::choose(None, &[], Engine::new(&Silent)).unwrap_or_else(|p| panic!("{}", told(&p)));
    let texts = chosen.overlay.files.iter().map(|file| std::fs::read_to_string(file).expect("a certificate is text"));
    texts.filter_map(|text| text.lines().nth(8).map(str::to_owned)).filter(|line| line.len() > 40).collect()
}

/// Whether a stream holds one of these texts, also across the borders of what is read at once.
fn holds_any(stream: &mut dyn Read, texts: &[String]) -> std::io::Result<bool> {
    const OVERLAP: usize = 128;
    let finders: Vec<_> = texts.iter().map(|text| memmem::Finder::new(text.as_bytes())).collect();
    let mut window = vec![0; 1 << 20];
    let mut kept = 0;
    let mut found = false;
    loop {
        let read = stream.read(&mut window[kept..])?;
        if read == 0 {
            return Ok(found);
        }
        let filled = kept + read;
        // Reads on after a find: the writer would otherwise wait for ever.
        found |= finders.iter().any(|finder| finder.find(&window[..filled]).is_some());
        kept = filled.min(OVERLAP);
        window.copy_within(filled - kept..filled, 0);
    }
}

/// The search of [`ships_no_ca`] on a stream that has what it looks for, across the border of two reads.
fn search_finds() -> Result<(), Failed> {
    let line = "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJRTE".to_owned();
    let stream = |text: &str| [vec![b'x'; (1 << 20) - 20], text.as_bytes().to_vec(), vec![b'x'; 50]].concat();
    let texts = std::slice::from_ref(&line);
    let (with, without) =
        (holds_any(&mut stream(&line).as_slice(), texts)?, holds_any(&mut stream("-").as_slice(), texts)?);
    if (with, without) == (true, false) { Ok(()) } else { Err(format!("{with} {without}").into()) }
}

impl Harbour {
    /// Runs something against the container of this image and setup, starting it first if nobody has.
    fn with(&self, image: &Image, setup: &str, then: impl FnOnce(&Served) -> Result<(), Failed>) -> Result<(), Failed> {
        let key = format!("{} {setup}", image.name);
        let slot = Arc::clone(self.containers.lock().map_err(|e| e.to_string())?.entry(key).or_default());
        let mut slot = slot.lock().map_err(|_| "another test of this container panicked")?;
        if slot.is_none() {
            *slot = Some(self.start(image, &self.contract.setup[setup])?);
        }
        then(slot.as_ref().ok_or("no container")?)
    }

    fn start(&self, image: &Image, setup: &Setup) -> Result<Served, Failed> {
        let tag = image.name.tag();
        let (name, version) = tag.rsplit_once(':').ok_or("a tag has a version")?;
        let port = image.app.port.tcp();
        let generic = GenericImage::new(name, version).with_exposed_port(port).with_wait_for(WaitFor::Nothing);
        let mut request: ContainerRequest<GenericImage> = generic.with_label("dev.drydock.run", "tests");
        if image.variant.hardened || setup.read_only {
            request = request.with_readonly_rootfs(true).with_cap_drop("ALL").with_security_opt("no-new-privileges");
        }
        for path in setup.tmpfs.as_ref().unwrap_or(&image.variant.tmpfs) {
            request = request.with_mount(Mount::tmpfs_mount(path));
        }
        for (name, value) in &setup.environment {
            request = request.with_env_var(name, value);
        }
        let began = Instant::now();
        let container = request.start()?;
        let address = format!("127.0.0.1:{}", container.get_host_port_ipv4(port)?);
        let health = self.contract.health().ok_or("the contract has no health request")?;
        let service =
            Service { engine: Engine::new(&Silent), container: container.id(), address: &address, name: &tag };
        service.wait_until_healthy(health, image.app.ready_within, began).map_err(|p| told(&p))?;
        Ok(Served { container, address })
    }
}
