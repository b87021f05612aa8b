//! Connections: one thread each, for as long as the work goes on that the endpoint was opened for.

use std::collections::HashMap;
use std::io::{BufReader, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::Scope;
use std::time::Duration;

use drydock_reader::PIECE;

use super::http::{Answer, Bad, Head};
use super::registry::Registry;

/// An engine pushes five layers at a time; other programs have no business here.
const MOST_CONNECTIONS: usize = 64;
/// An engine may compress for long before it sends, but then it has not asked yet: within a request it keeps sending.
const PATIENCE: Duration = Duration::from_mins(2);

/// A port of our own on 127.0.0.1.
#[derive(Debug)]
pub struct Endpoint {
    listener: TcpListener,
    address: SocketAddr,
}

impl Endpoint {
    /// Takes this port, or any free one for 0.
    ///
    /// Errors: the port cannot be had.
    pub fn open(port: u16) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }
}

/// Answers whoever connects, while `work` goes on. When it returns, the connections are closed.
pub fn serve<T>(endpoint: &Endpoint, registry: &Registry<'_>, work: impl FnOnce() -> T) -> T {
    let open = Open::default();
    std::thread::scope(|scope| {
        let _closes = Closes { open: &open, address: endpoint.address };
        scope.spawn(|| accept(scope, endpoint, registry, &open));
        work()
    })
}

/// The connections there are.
#[derive(Default)]
struct Open {
    closing: AtomicBool,
    next: AtomicU64,
    streams: Mutex<HashMap<u64, TcpStream>>,
}

/// Ends the endpoint also when `work` panics: the threads would be waited for without end.
struct Closes<'o> {
    open: &'o Open,
    address: SocketAddr,
}

impl Drop for Closes<'_> {
    fn drop(&mut self) {
        self.open.closing.store(true, Ordering::SeqCst);
        // The listener only wakes up when somebody connects.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        for stream in self.open.streams.lock().iter().flat_map(|streams| streams.values()) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn accept<'s, 'e>(scope: &'s Scope<'s, 'e>, endpoint: &'e Endpoint, registry: &'e Registry<'e>, open: &'e Open) {
    for stream in endpoint.listener.incoming() {
        if open.closing.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let Some(id) = open.add(&stream) else { continue };
        scope.spawn(move || {
            // A client that goes away in the middle concerns only itself: what it sent counts for nothing.
            let _ = converse(stream, registry);
            open.remove(id);
        });
    }
}

impl Open {
    /// Notes a connection; refuses one too many.
    fn add(&self, stream: &TcpStream) -> Option<u64> {
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        stream.set_write_timeout(Some(PATIENCE)).ok()?;
        stream.set_nodelay(true).ok()?;
        let mut streams = self.streams.lock().ok()?;
        if streams.len() >= MOST_CONNECTIONS {
            return None;
        }
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        streams.insert(id, stream.try_clone().ok()?);
        // Between the look at `closing` and this line the end may have come.
        if self.closing.load(Ordering::SeqCst) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        Some(id)
    }

    fn remove(&self, id: u64) {
        if let Ok(mut streams) = self.streams.lock() {
            streams.remove(&id);
        }
    }
}

/// One request after the other, until the client closes or sends what it should not.
fn converse(stream: TcpStream, registry: &Registry<'_>) -> std::io::Result<()> {
    let mut answers = stream.try_clone()?;
    let mut requests = BufReader::with_capacity(PIECE, stream);
    loop {
        let head = match Head::read(&mut requests) {
            Ok(head) => head,
            Err(Bad::Closed | Bad::Io) => return Ok(()),
            Err(Bad::Tls) => return answers.write_all(b"HTTP/1.0 400 This is plain HTTP\r\n\r\n"),
            Err(Bad::Nonsense(_)) => return refuse(&mut answers),
        };
        let mut body = head.body(&mut requests)?;
        match registry.answer(&head, &mut body) {
            Ok(answer) => {
                // What nobody read must not be taken for the next request.
                if std::io::copy(&mut std::io::Read::take(&mut body, PIECE as u64), &mut std::io::sink())?
                    == PIECE as u64
                {
                    return refuse(&mut answers);
                }
                answer.write(&mut answers, head.method == "HEAD")?;
            }
            Err(_) => return refuse(&mut answers),
        }
    }
}

fn refuse(answers: &mut TcpStream) -> std::io::Result<()> {
    Answer::failure(400, "UNSUPPORTED").header("Connection", "close").write(answers, false)
}
