//! A container of the image, and a build after an edit: what was measured.

use super::Known;
use crate::model::EngineHealth;

/// What a container did.
#[derive(Clone, Debug)]
pub struct Running {
    /// The port that was asked; `None` where the image names none and nobody else did.
    pub port: Option<u16>,
    /// The requests that were sent, and their answers. The first tells whether the service is well.
    pub asked: Vec<Asked>,
    /// Milliseconds from `docker run` to the first good answer.
    pub ready_ms: Known<u64>,
    /// The number of the user whose rights PID 1 has, as the engine's machine counts.
    pub uid: Known<u32>,
    /// The command line of PID 1.
    pub pid1: Known<Vec<String>>,
    /// How it ended when it was told to.
    pub stop: Known<Stop>,
    /// Paths that it made or changed while it served, mounts left out, as `docker diff` names them.
    pub wrote: Known<Vec<String>>,
    /// What came of it on a root file system that it cannot change: `None` where it served as well, else why not.
    pub read_only: Known<Option<String>>,
    /// What the engine found of its health.
    pub health: Known<EngineHealth>,
    /// Where it listens, as its network sees it.
    pub listens: Known<Vec<Listener>>,
    /// The last lines of its log.
    pub log: Vec<String>,
}

/// A request and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Method and path, e.g. `GET /healthz`.
    pub request: String,
    /// The status; the inner error says why there was no answer.
    pub status: Result<u16, String>,
    /// The beginning of the body.
    pub body: String,
}

/// How a container ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Milliseconds from the signal to the end.
    pub ms: u64,
    /// Its exit status; 137 where it was killed.
    pub status: i32,
}

/// A socket that listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// Its address, e.g. `127.0.0.1`, `0.0.0.0` or `::`.
    pub address: String,
    /// Its port.
    pub port: u16,
}

/// A build after one source file was touched.
#[derive(Clone, Debug, Default)]
pub struct Rebuild {
    /// The file.
    pub touched: String,
    /// Milliseconds that all RUN steps take where none comes from the cache. What ran again counts with the longer of its times, so
    /// that a part is never more than the whole.
    pub whole_ms: u64,
    /// Milliseconds that the build after the edit took, from call to end.
    pub took_ms: u64,
    /// The steps that ran again.
    pub again: Vec<StepAgain>,
    /// Layers that the image did not have before.
    pub new_layers: usize,
    /// Their stored bytes.
    pub new_bytes: u64,
    /// Stored bytes of the whole image.
    pub stored_bytes: u64,
}

/// A step that ran again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepAgain {
    /// Its line in the Dockerfile.
    pub line: usize,
    /// The instruction, on one line.
    pub text: String,
    /// Milliseconds it took.
    pub ms: u64,
}

impl StepAgain {
    /// Whether it runs a command. What other steps take is the builder's and the disk's.
    pub fn is_run(&self) -> bool {
        self.text.split_whitespace().next().is_some_and(|keyword| keyword.eq_ignore_ascii_case("RUN"))
    }
}

impl Rebuild {
    /// Milliseconds of the RUN steps that ran again.
    pub fn again_ms(&self) -> u64 {
        self.again.iter().filter(|step| step.is_run()).map(|step| step.ms).sum()
    }

    /// Share of the whole build's RUN steps that ran again, by their time, from 0 to 1; `None` for a build without any.
    #[expect(clippy::cast_precision_loss, reason = "a share, to be shown in percent")]
    pub fn share(&self) -> Option<f64> {
        (self.whole_ms > 0).then(|| (self.again_ms() as f64 / self.whole_ms as f64).min(1.0))
    }
}

impl Running {
    /// Whether it gave a good answer, or ran on where nothing could be asked.
    pub fn is_well(&self) -> bool {
        match self.asked.first() {
            Some(first) => first.status.as_ref().is_ok_and(|status| *status < 400),
            None => self.port.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rebuild(whole_ms: u64, again: &[(&str, u64)]) -> Rebuild {
        let step = |(text, ms): &(&str, u64)| StepAgain { line: 1, text: (*text).to_owned(), ms: *ms };
        Rebuild { whole_ms, took_ms: 9000, again: again.iter().map(step).collect(), ..Rebuild::default() }
    }

    #[test]
    fn a_share_is_of_commands_alone() {
        assert_eq!(rebuild(0, &[("COPY . .", 5600)]).share(), None, "nothing ran");
        let half = rebuild(4000, &[("COPY . .", 900), ("RUN make", 2000)]);
        assert_eq!((half.again_ms(), half.share()), (2000, Some(0.5)));
        assert_eq!(rebuild(4000, &[("RUN make", 4900)]).share(), Some(1.0));
    }
}
