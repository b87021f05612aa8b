//! The scale as a client meets it: over a real connection, in the dialogues of both kinds of engine, and in nonsense.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::json;

use crate::event::Silent;
use crate::image::cache::LayerCache;
use crate::image::scale::registry::Registry;
use crate::image::scale::server::{Endpoint, serve};
use drydock_reader::testing::tarball::{Tar, gzip};
use drydock_reader::{Digest, Fault};

/// A client with one connection.
struct Client {
    stream: BufReader<TcpStream>,
}

/// Status, headers and body of an answer.
struct Reply {
    status: u16,
    headers: String,
    body: String,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
    }
}

impl Client {
    fn new(port: u16) -> Self {
        Self { stream: BufReader::new(TcpStream::connect(("127.0.0.1", port)).unwrap()) }
    }

    fn send(&mut self, bytes: &[u8]) {
        // A server that has seen enough closes; what it answered is still to be read.
        let _ = self.stream.get_mut().write_all(bytes);
    }

    fn ask(&mut self, request: &str, body: &[u8]) -> Reply {
        self.send(format!("{request} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes());
        self.send(body);
        self.reply(request.starts_with("HEAD"))
    }

    /// As the classic store sends layers: in chunks whose number nobody knows before.
    fn ask_in_chunks(&mut self, request: &str, body: &[u8]) -> Reply {
        self.send(format!("{request} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n").as_bytes());
        for chunk in body.chunks(300) {
            self.send(format!("{:x}\r\n", chunk.len()).as_bytes());
            self.send(chunk);
            self.send(b"\r\n");
        }
        self.send(b"0\r\n\r\n");
        self.reply(false)
    }

    fn reply(&mut self, head_only: bool) -> Reply {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") && self.stream.read_line(&mut head).unwrap_or(0) > 0 {}
        let (line, headers) = head.split_once("\r\n").unwrap_or_default();
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let mut reply = Reply { status, headers: headers.to_owned(), body: String::new() };
        let length = reply.header("Content-Length").parse().unwrap_or(0);
        if !head_only {
            let mut body = vec![0; length];
            self.stream.read_exact(&mut body).unwrap();
            reply.body = String::from_utf8(body).unwrap();
        }
        reply
    }

    fn is_closed(&mut self) -> bool {
        self.stream.read(&mut [0]).map_or(true, |read| read == 0)
    }

    /// Sends a blob the way the classic store does, and returns the last answer's status.
    fn upload(&mut self, blob: &[u8], digest: Digest) -> u16 {
        let place = self.ask("POST /v2/drydock/blobs/uploads/", b"").header("Location").to_owned();
        let sent = self.ask_in_chunks(&format!("PATCH {place}"), blob);
        if sent.status != 202 {
            return sent.status;
        }
        let place = sent.header("Location").to_owned();
        self.ask(&format!("PUT {place}?digest={}", digest.to_string().replace(':', "%3A")), b"").status
    }
}

/// A registry with the tag `one`, for as long as `work` goes on.
fn with_scale<T>(work: impl FnOnce(u16, &Registry, &LayerCache) -> T) -> T {
    let state = tempfile::tempdir().unwrap();
    let memory = LayerCache::below(state.path());
    let registry = Registry::new("drydock", &["one".to_owned()], &memory, &Silent);
    let endpoint = Endpoint::open(0).unwrap();
    serve(&endpoint, &registry, || work(endpoint.port(), &registry, &memory))
}

fn tar() -> Vec<u8> {
    Tar::new().file("a", &[5; 4000]).bytes()
}

fn manifest(layers: &[Digest]) -> Vec<u8> {
    let layers: Vec<_> = layers.iter().map(|digest| json!({ "digest": digest })).collect();
    json!({ "config": {}, "layers": layers }).to_string().into_bytes()
}

#[test]
fn the_dialogue_of_the_classic_store() {
    with_scale(|port, registry, memory| {
        let mut client = Client::new(port);
        let (blob, config) = (gzip(&tar()), b"{\"config\": true}");
        let digest = Digest::of(&blob);
        assert_eq!(client.ask("GET /v2/", b"").status, 200);
        assert_eq!(client.ask(&format!("HEAD /v2/drydock/blobs/{digest}"), b"").status, 404);
        assert_eq!(client.upload(&blob, digest), 201);
        assert_eq!(client.upload(config, Digest::of(config)), 201);
        let there = client.ask(&format!("HEAD /v2/drydock/blobs/{}", Digest::of(config)), b"");
        assert_eq!((there.status, there.header("Content-Length")), (200, "16"));
        assert_eq!(client.ask("PUT /v2/drydock/manifests/one", &manifest(&[digest])).status, 201);

        let pushed = registry.pushed("one").unwrap();
        assert_eq!(pushed.layers[0].diff_id, Digest::of(&tar()));
        assert_eq!(pushed.layers[0].blob.bytes, blob.len() as u64);
        assert_eq!(memory.layer(&Digest::of(&tar())).unwrap().stored_bytes, 4000);
        assert_eq!(registry.take_learned().received, (blob.len() + config.len()) as u64);
    });
}

#[test]
fn the_dialogue_of_the_containerd_store() {
    with_scale(|port, registry, _| {
        let mut first = Client::new(port);
        first.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
        assert_eq!(first.reply(true).status, 400);
        assert!(first.is_closed());

        let mut client = Client::new(port);
        let blob = gzip(&tar());
        let digest = Digest::of(&blob);
        assert_eq!(client.ask("HEAD /v2/drydock/manifests/one", b"").status, 404);
        let place = client.ask("POST /v2/drydock/blobs/uploads/", b"").header("Location").to_owned();
        let request = format!("PUT {place}?digest={digest} HTTP/1.1\r\nExpect: 100-continue\r\n");
        client.send(format!("{request}Content-Length: {}\r\n\r\n", blob.len()).as_bytes());
        assert_eq!(client.reply(true).status, 100);
        client.send(&blob);
        assert_eq!(client.reply(false).status, 201);
        assert_eq!(client.ask("PUT /v2/drydock/manifests/one", &manifest(&[digest])).status, 201);
        assert!(registry.pushed("one").is_some());
    });
}

#[test]
fn a_known_layer_does_not_travel_again() {
    with_scale(|port, _, memory| {
        let blob = gzip(&tar());
        let digest = Digest::of(&blob);
        assert_eq!(Client::new(port).upload(&blob, digest), 201);
        let registry = Registry::new("drydock", &["one".to_owned()], memory, &Silent);
        let endpoint = Endpoint::open(0).unwrap();
        serve(&endpoint, &registry, || {
            let mut client = Client::new(endpoint.port());
            let here = client.ask(&format!("HEAD /v2/drydock/blobs/{digest}"), b"");
            assert_eq!((here.status, here.header("Content-Length")), (200, blob.len().to_string().as_str()));
            let mount = format!("POST /v2/drydock/blobs/uploads/?mount={digest}&from=other");
            assert_eq!(client.ask(&mount, b"").status, 201);
            assert_eq!(client.ask("PUT /v2/drydock/manifests/one", &manifest(&[digest])).status, 201);
        });
        assert_eq!(registry.take_learned().received, 0);
    });
}

#[test]
fn what_is_not_what_it_is_called_is_refused() {
    with_scale(|port, registry, _| {
        let wrong = Client::new(port).upload(&gzip(&tar()), Digest::of(b"something else"));
        assert_eq!(wrong, 400);
        let mut broken = gzip(&tar());
        broken.truncate(100);
        assert_eq!(Client::new(port).upload(&broken, Digest::of(&broken)), 400);
        assert_eq!(registry.take_learned().fault, Some(Fault::Truncated));
        let unknown = Client::new(port).ask("PUT /v2/drydock/manifests/one", &manifest(&[Digest::of(b"never sent")]));
        assert_eq!((unknown.status, unknown.body.contains("MANIFEST_BLOB_UNKNOWN")), (404, true));
    });
}

#[test]
fn nobody_puts_a_manifest_under_a_name_nobody_waits_for() {
    with_scale(|port, registry, _| {
        let mut client = Client::new(port);
        assert_eq!(client.ask("PUT /v2/drydock/manifests/two", &manifest(&[])).status, 404);
        assert_eq!(client.ask("PUT /v2/other/manifests/one", &manifest(&[])).status, 404);
        assert_eq!(client.ask("PUT /v2/drydock/manifests/one", b"nonsense").status, 400);
        assert_eq!(client.ask("DELETE /v2/drydock/manifests/one", b"").status, 405);
        assert_eq!(client.ask("PUT /v2/drydock/blobs/uploads/99?digest=x", b"").status, 404);
        assert_eq!(client.ask("GET /", b"").status, 404);
        assert!(registry.pushed("one").is_none());
    });
}

#[test]
fn nonsense_is_answered_once_and_then_nothing() {
    let long = format!("GET /v2/ HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(40_000));
    let many = format!("GET /v2/ HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(100));
    let nonsense = [
        "no http at all\r\n\r\n",
        "GET /v2/ HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "GET /v2/ HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET /v2/ HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "GET /v2/ HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        &long,
        &many,
    ];
    with_scale(|port, registry, _| {
        for text in nonsense {
            let mut client = Client::new(port);
            client.send(text.as_bytes());
            assert_eq!(client.reply(false).status, 400, "{}", &text[..40.min(text.len())]);
            assert!(client.is_closed());
        }
        assert_eq!(registry.requests(), 0);
    });
}

#[test]
fn bodies_that_lie_about_their_length() {
    with_scale(|port, registry, _| {
        let start =
            |client: &mut Client| client.ask("POST /v2/drydock/blobs/uploads/", b"").header("Location").to_owned();
        for body in ["zz\r\nx", "5\r\nabcdefgh\r\n0\r\n\r\n", "ffffffffffffffffff\r\n", "5;", "4\r\nab"] {
            let mut client = Client::new(port);
            let place = start(&mut client);
            client.send(format!("PATCH {place} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{body}").as_bytes());
            client.stream.get_mut().shutdown(std::net::Shutdown::Write).unwrap();
            assert_eq!(client.reply(false).status, 400, "{body}");
        }
        let mut client = Client::new(port);
        let place = start(&mut client);
        client.send(format!("PATCH {place} HTTP/1.1\r\nContent-Length: 1000\r\n\r\nshort").as_bytes());
        client.stream.get_mut().shutdown(std::net::Shutdown::Write).unwrap();
        assert_eq!(client.reply(false).status, 400);
        assert!(registry.take_learned().layers.is_empty());
    });
}

#[test]
fn documents_larger_than_any() {
    with_scale(|port, _, _| {
        let large = vec![b'{'; 5 << 20];
        assert_eq!(Client::new(port).upload(&large, Digest::of(&large)), 400);
        assert_eq!(Client::new(port).ask("PUT /v2/drydock/manifests/one", &large).status, 400);
    });
}

#[test]
fn more_uploads_than_an_engine_begins() {
    with_scale(|port, _, _| {
        let mut client = Client::new(port);
        let statuses: Vec<_> = (0..300).map(|_| client.ask("POST /v2/drydock/blobs/uploads/", b"").status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 202).count(), 256);
        assert_eq!(statuses[299], 429);
    });
}

#[test]
fn the_endpoint_ends_with_the_work_even_while_a_client_waits() {
    let mut client = with_scale(|port, _, _| {
        let mut client = Client::new(port);
        client.send(b"PATCH /v2/drydock/blobs/uploads/1 HTTP/1.1\r\nContent-Length: 100\r\n\r\n");
        client
    });
    while client.stream.read(&mut [0; 64]).is_ok_and(|read| read > 0) {}
    assert!(client.is_closed());
}

#[test]
fn work_that_panics_ends_the_endpoint_too() {
    let panicked = std::panic::catch_unwind(|| {
        with_scale(|port, _, _| {
            let _client = Client::new(port);
            panic!("on purpose");
        })
    });
    assert!(panicked.is_err());
}
