//! A small process beside the runner that cleans up when the runner is killed, so that nothing waits for the next run.
//!
//! It is the runner's own program in a mode that no help names, in a process group of its own: neither Ctrl-C nor a terminal that is
//! closed reaches it. Its standard input is a pipe whose other end only the runner has. The runner writes down there what it begins
//! and ends, one line each, and says goodbye when it ends. A pipe that closes without a goodbye means that the runner was killed:
//! the guard ends what the runner had started, removes the containers of its runs, and ends too.
//!
//! [`pipe`] is the runner's end of it, [`left`] the guard's.

pub mod left;
pub mod pipe;
