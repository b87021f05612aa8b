//! An endpoint that takes what is pushed and reads none of it: what a push costs by itself.

use std::collections::HashMap;
use std::io::{BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use drydock::image::scale::http::{Answer, Head};
use drydock_reader::Hashing;

#[derive(Default)]
struct Sink {
    /// Bytes received by each upload, and of each blob since it was named.
    uploads: Mutex<HashMap<String, u64>>,
    blobs: Mutex<HashMap<String, u64>>,
    next: AtomicU64,
    closing: AtomicBool,
}

/// Takes pushes on the port that is given to `work`, for as long as that goes on.
pub fn with(work: impl FnOnce(u16)) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    let sink = Sink::default();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for stream in listener.incoming().map_while(Result::ok) {
                if sink.closing.load(Ordering::SeqCst) {
                    return;
                }
                let sink = &sink;
                // The engine closes its connections when the push is over.
                scope.spawn(move || sink.converse(&stream));
            }
        });
        work(address.port());
        sink.closing.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(address));
    });
}

impl Sink {
    fn converse(&self, stream: &TcpStream) -> Option<()> {
        stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).ok()?;
        let mut requests = BufReader::with_capacity(128 * 1024, stream.try_clone().ok()?);
        loop {
            let head = match Head::read(&mut requests) {
                Ok(head) => head,
                Err(drydock::image::scale::http::Bad::Tls) => {
                    return (&*stream).write_all(b"HTTP/1.0 400 This is plain HTTP\r\n\r\n").ok();
                }
                Err(_) => return None,
            };
            let body = head.body(&mut requests).ok()?;
            // The engine compares the digest of what it pushed last; hashing the layers too would be reading them.
            let answer = if head.method == "PUT" && head.path.contains("/manifests/") {
                let (digest, _) = Hashing::new(body).finish().ok()?;
                let place = format!("/v2/drydock/manifests/{digest}");
                Answer::new(201).header("Location", place).header("Docker-Content-Digest", digest.to_string())
            } else {
                self.answer(&head, discard(body)?)
            };
            answer.write(&mut &*stream, head.method == "HEAD").ok()?;
        }
    }

    fn answer(&self, head: &Head, bytes: u64) -> Answer {
        let last = head.path.rsplit('/').next().unwrap_or_default();
        let at = |status, place: &str| Answer::new(status).header("Location", format!("/v2/drydock/{place}"));
        match (head.method.as_str(), head.path.contains("/blobs/")) {
            ("HEAD", true) => match self.blobs.lock().expect("no panic").get(last) {
                Some(length) => Answer { length: *length, ..Answer::new(200).header("Docker-Content-Digest", last) },
                None => Answer::failure(404, "BLOB_UNKNOWN"),
            },
            ("POST", true) => at(202, &format!("blobs/uploads/{}", self.next.fetch_add(1, Ordering::Relaxed))),
            ("PATCH", true) => {
                self.uploads.lock().expect("no panic").insert(last.to_owned(), bytes);
                at(202, &format!("blobs/uploads/{last}")).header("Range", format!("0-{}", bytes.saturating_sub(1)))
            }
            ("PUT", true) => {
                let digest = head.parameter("digest").unwrap_or_default();
                let length = self.uploads.lock().expect("no panic").remove(last).unwrap_or(bytes);
                self.blobs.lock().expect("no panic").insert(digest.clone(), length);
                at(201, &format!("blobs/{digest}")).header("Docker-Content-Digest", digest)
            }
            ("GET", false) if head.path == "/v2/" => {
                Answer::new(200).header("Docker-Distribution-Api-Version", "registry/2.0")
            }
            _ => Answer::failure(404, "UNSUPPORTED"),
        }
    }
}

fn discard(mut body: impl Read) -> Option<u64> {
    let mut piece = vec![0; 128 * 1024];
    let mut bytes = 0;
    loop {
        match body.read(&mut piece).ok()? {
            0 => return Some(bytes),
            read => bytes += read as u64,
        }
    }
}
