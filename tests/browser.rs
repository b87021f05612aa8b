//! A browser without a window, to look at pages as a reader's would show them: at a width, in light or dark.
//!
//! One browser serves many pages. It reaches no network: what a page asks for there fails, and is told.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use drydock::host;
use drydock::setup::{Tool, ensure_tool};
use headless_chrome::protocol::cdp::types::Event;
use headless_chrome::protocol::cdp::{Emulation, Log, Network, Page, Runtime};
use headless_chrome::{LaunchOptions, Tab};
use serde_json::Value;

use crate::told;

/// What the page is told to say when it has nothing more to do; what it did before has been heard by then.
const END: &str = "drydock: this is all";
/// A page that loads for longer is broken.
const PATIENCE: Duration = Duration::from_mins(3);
/// The browser hangs up when nobody asks it anything for this long.
const IDLE: Duration = Duration::from_mins(20);

/// What a reader's system prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// Nothing is shown; it is printed.
    Paper,
}

/// What is wrong with a page as it was shown; all empty where nothing is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Errors and warnings in the console, and exceptions.
    pub console: Vec<String>,
    /// Requests that were not answered, files beside the page included.
    pub failed: Vec<String>,
    /// Addresses on the network that the page asked for.
    pub network: Vec<String>,
    /// What reaches beyond the right edge of the window, so that the page scrolls sideways, or lies over the text. Folded parts
    /// are opened first.
    pub overflow: Vec<String>,
}

impl Faults {
    /// Whether there are none.
    pub fn none(&self) -> bool {
        *self == Self::default()
    }
}

/// A browser with one page open. It ends when this is dropped.
pub struct Browser {
    tab: Arc<Tab>,
    heard: Arc<Mutex<Heard>>,
    ends: Mutex<Receiver<()>>,
    _process: headless_chrome::Browser,
}

/// What the page did so far.
#[derive(Default)]
struct Heard {
    faults: Faults,
    addresses: BTreeMap<String, String>,
}

impl Browser {
    /// Starts the browser.
    ///
    /// Errors: it is not installed, with what to type; or it does not start.
    pub fn open() -> Result<Self, String> {
        ensure_tool(Tool::Chromium).map_err(|problem| told(&problem))?;
        let options = LaunchOptions {
            path: host::find(Tool::Chromium.program()),
            // Its sandbox needs what containers and some systems do not give; the pages are our own.
            sandbox: false,
            idle_browser_timeout: IDLE,
            args: vec![OsStr::new("--host-resolver-rules=MAP * ~NOTFOUND"), OsStr::new("--disable-component-update")],
            ..LaunchOptions::default()
        };
        let process = headless_chrome::Browser::new(options).map_err(words)?;
        let tab = process.new_tab().map_err(words)?;
        let heard = Arc::new(Mutex::new(Heard::default()));
        let (end, ends) = channel();
        let listener = {
            let heard = Arc::clone(&heard);
            move |event: &Event| {
                if heard.lock().is_ok_and(|mut heard| heard.event(event)) {
                    // Nobody listens any more when the browser is being closed.
                    let _ = end.send(());
                }
            }
        };
        tab.add_event_listener(Arc::new(listener)).map_err(words)?;
        tab.call_method(Runtime::Enable(None)).map_err(words)?;
        tab.call_method(Log::Enable(None)).map_err(words)?;
        tab.call_method(Network::Enable {
            max_total_buffer_size: None,
            max_resource_buffer_size: None,
            max_post_data_size: None,
            report_direct_socket_traffic: None,
            enable_durable_messages: None,
        })
        .map_err(words)?;
        Ok(Self { tab, heard, ends: Mutex::new(ends), _process: process })
    }

    /// Shows the page in this file, in a window of this many CSS pixels, and says what is wrong with it.
    ///
    /// Errors: the browser does not answer, or does not come to the end of the page.
    pub fn look(&self, file: &Path, width: u32, scheme: Scheme) -> Result<Faults, String> {
        self.look_asked(file, "", width, scheme)
    }

    /// As [`Self::look`], with something behind the page's address, such as `?notes`.
    ///
    /// Errors: as [`Self::look`].
    pub fn look_asked(&self, file: &Path, behind: &str, width: u32, scheme: Scheme) -> Result<Faults, String> {
        self.dress(width, scheme)?;
        let file = file.canonicalize().map_err(|error| format!("{}: {error}", file.display()))?;
        // What an earlier page did last belongs to it.
        self.go("about:blank")?;
        self.settle()?;
        self.take();
        self.go(&format!("file://{}{behind}", file.display()))?;
        let shown = self.evaluate(SHOW)?;
        self.settle()?;
        if shown["width"] != width || shown["dark"] != (scheme == Scheme::Dark) {
            return Err(format!("{} was to be shown {width} wide, {scheme:?}: {shown}", file.display()));
        }
        let mut faults = self.take();
        let beyond = shown["beyond"].as_array().into_iter().flatten();
        faults.overflow = beyond.map(|one| one.as_str().unwrap_or_default().to_owned()).collect();
        Ok(faults)
    }

    /// The value of a JavaScript expression on the page that is open; of a promise, what it comes to.
    ///
    /// Errors: the browser does not answer, or the expression throws.
    pub fn evaluate(&self, expression: &str) -> Result<Value, String> {
        let method = Runtime::Evaluate {
            expression: expression.to_owned(),
            return_by_value: Some(true),
            await_promise: Some(true),
            object_group: None,
            include_command_line_api: None,
            silent: None,
            context_id: None,
            generate_preview: None,
            user_gesture: None,
            throw_on_side_effect: None,
            timeout: None,
            disable_breaks: None,
            repl_mode: None,
            allow_unsafe_eval_blocked_by_csp: None,
            unique_context_id: None,
            serialization_options: None,
        };
        let answer = self.tab.call_method(method).map_err(words)?;
        match answer.exception_details {
            None => Ok(answer.result.value.unwrap_or_default()),
            Some(thrown) => Err(exception(&thrown)),
        }
    }

    fn dress(&self, width: u32, scheme: Scheme) -> Result<(), String> {
        let size = Emulation::SetDeviceMetricsOverride {
            width,
            height: 900,
            device_scale_factor: 1.0,
            mobile: false,
            scale: None,
            screen_width: None,
            screen_height: None,
            position_x: None,
            position_y: None,
            dont_set_visible_size: None,
            screen_orientation: None,
            viewport: None,
            display_feature: None,
            device_posture: None,
        };
        self.tab.call_method(size).map_err(words)?;
        let value = if scheme == Scheme::Dark { "dark" } else { "light" }.to_owned();
        let feature = Emulation::MediaFeature { name: "prefers-color-scheme".to_owned(), value };
        let medium = if scheme == Scheme::Paper { "print" } else { "screen" }.to_owned();
        let media = Emulation::SetEmulatedMedia { media: Some(medium), features: Some(vec![feature]) };
        self.tab.call_method(media).map(drop).map_err(words)
    }

    fn go(&self, address: &str) -> Result<(), String> {
        let navigate = Page::Navigate {
            url: address.to_owned(),
            referrer: None,
            transition_Type: None,
            frame_id: None,
            referrer_policy: None,
        };
        let answer = self.tab.call_method(navigate).map_err(words)?;
        answer.error_text.map_or(Ok(()), |error| Err(format!("{address}: {error}")))
    }

    /// Waits until everything the page has done so far was heard: events come in their order.
    fn settle(&self) -> Result<(), String> {
        self.evaluate(&format!("console.debug({END:?})"))?;
        let ends = self.ends.lock().map_err(|_| "a test ended while it listened")?;
        ends.recv_timeout(PATIENCE).map_err(|_| "The browser does not come to the end of the page.".to_owned())
    }

    fn take(&self) -> Faults {
        self.heard.lock().map(|mut heard| std::mem::take(&mut *heard).faults).unwrap_or_default()
    }
}

/// Waits until the page is there with its fonts, opens what is folded, and measures. An element that lies in a part which
/// scrolls or cuts for itself does not make the page any wider.
const SHOW: &str = r#"(async () => {
  if (document.readyState !== "complete") await new Promise((done) => addEventListener("load", done));
  await document.fonts.ready;
  document.querySelectorAll("details").forEach((details) => { details.open = true; });
  const root = document.documentElement;
  const contained = (element) => {
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
      if (getComputedStyle(at).overflowX !== "visible") return true;
    }
    return false;
  };
  const beyond = [];
  if (root.scrollWidth > root.clientWidth) {
    for (const element of document.body.querySelectorAll("*")) {
      const right = element.getBoundingClientRect().right;
      if (right > root.clientWidth + 0.5 && !contained(element)) {
        beyond.push(`${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""} ends at ${right}`);
      }
    }
    if (beyond.length === 0) beyond.push(`the page is ${root.scrollWidth} wide`);
  }
  // What is to be read stands in the flow of the page: a rule meant for another element may lift it over the text.
  for (const element of document.querySelectorAll("pre, table, figure")) {
    const position = getComputedStyle(element).position;
    if (position === "absolute" || position === "fixed") {
      beyond.push(`${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""} lies over the text`);
    }
  }
  return { width: innerWidth, dark: matchMedia("(prefers-color-scheme: dark)").matches, beyond: beyond.slice(0, 5) };
})()"#;

impl Heard {
    /// Takes note of an event; says whether it is the end.
    fn event(&mut self, event: &Event) -> bool {
        match event {
            Event::RuntimeConsoleAPICalled(called) => {
                use Runtime::ConsoleAPICalledEventTypeOption as Kind;
                let said = called.params.args.iter().map(object).collect::<Vec<_>>().join(" ");
                match called.params.Type {
                    Kind::Error | Kind::Warning | Kind::Assert => self.faults.console.push(said),
                    Kind::Debug => return said == END,
                    _ => {}
                }
            }
            Event::RuntimeExceptionThrown(thrown) => {
                self.faults.console.push(exception(&thrown.params.exception_details));
            }
            Event::LogEntryAdded(added) => {
                let entry = &added.params.entry;
                if matches!(entry.level, Log::LogEntryLevel::Error | Log::LogEntryLevel::Warning) {
                    self.faults.console.push(entry.text.clone());
                }
            }
            Event::NetworkRequestWillBeSent(sent) => {
                let address = sent.params.request.url.clone();
                let here = ["file:", "data:", "blob:", "about:"].iter().any(|scheme| address.starts_with(scheme));
                if !here {
                    self.faults.network.push(address.clone());
                }
                self.addresses.insert(sent.params.request_id.clone(), address);
            }
            Event::NetworkLoadingFailed(failed) => {
                let address = self.addresses.get(&failed.params.request_id).map_or("a request", String::as_str);
                self.faults.failed.push(format!("{address}: {}", failed.params.error_text));
            }
            _ => {}
        }
        false
    }
}

fn object(object: &Runtime::RemoteObject) -> String {
    match &object.value {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => object.description.clone().unwrap_or_default(),
    }
}

fn exception(details: &Runtime::ExceptionDetails) -> String {
    let thrown = details.exception.as_ref().map(object).unwrap_or_default();
    format!("{} {thrown} (line {})", details.text, details.line_number + 1)
}

fn words(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> String {
    format!("The browser does not do as it is told: {}", error.into())
}
