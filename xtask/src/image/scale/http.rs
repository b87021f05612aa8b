//! As much of HTTP/1.1 as a client needs that pushes an image: one request after the other on a connection, bodies of known
//! length or in chunks. What a client may send is bounded. Parsing is `httparse`'s.

use std::io::{self, BufRead, BufReader, Read, Write};

const LONGEST_HEAD: u64 = 32 * 1024;
const MOST_HEADERS: usize = 64;
/// A chunk's size line: 16 digits and a short extension.
const LONGEST_CHUNK_LINE: u64 = 256;

/// The head of a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Head {
    /// E.g. `PUT`.
    pub method: String,
    /// Path without the query.
    pub path: String,
    /// What follows the question mark, or nothing.
    pub query: String,
    length: Length,
    /// Whether the client waits for permission before it sends the body.
    expects: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Known(u64),
    Chunked,
}

/// What a client sent instead of a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Bad {
    /// Nothing more: the connection was closed between two requests.
    Closed,
    /// The beginning of a TLS handshake. Answered in plain text, it makes the client try again without TLS.
    Tls,
    /// No HTTP, too long, or not one of the two ways in which a body's length is told.
    Nonsense(&'static str),
    /// The connection failed.
    Io,
}

impl From<io::Error> for Bad {
    fn from(_: io::Error) -> Self {
        Self::Io
    }
}

impl Head {
    /// Reads the head of the next request.
    pub fn read(from: &mut impl BufRead) -> Result<Self, Bad> {
        match from.fill_buf()?.first() {
            None => return Err(Bad::Closed),
            // The type of a TLS record that carries a handshake.
            Some(0x16) => return Err(Bad::Tls),
            Some(_) => {}
        }
        let mut bytes = Vec::new();
        let mut bounded = from.take(LONGEST_HEAD);
        while !bytes.ends_with(b"\r\n\r\n") {
            if bounded.read_until(b'\n', &mut bytes)? == 0 {
                return Err(Bad::Nonsense("the head does not end"));
            }
        }
        Self::parse(&bytes)
    }

    fn parse(bytes: &[u8]) -> Result<Self, Bad> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        let complete = request.parse(bytes).map_err(|_| Bad::Nonsense("the head is no HTTP"))?;
        let (true, Some(method), Some(target)) = (complete.is_complete(), request.method, request.path) else {
            return Err(Bad::Nonsense("the head is not complete"));
        };
        let values = |name: &'static str| {
            let of_name = request.headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
            of_name.map(|header| header.value.trim_ascii())
        };
        let chunked = match (values("transfer-encoding").next(), values("transfer-encoding").count()) {
            (None, _) => false,
            (Some(value), 1) if value.eq_ignore_ascii_case(b"chunked") => true,
            _ => return Err(Bad::Nonsense("an unknown transfer encoding")),
        };
        let mut lengths = values("content-length").map(|v| std::str::from_utf8(v).ok()?.parse::<u64>().ok());
        let length = match (lengths.next(), lengths.next(), chunked) {
            (None, _, true) => Length::Chunked,
            (None, _, false) => Length::Known(0),
            (Some(Some(length)), None, false) => Length::Known(length),
            // Two lengths, or a length and chunks: whoever reads them differently reads another request.
            _ => return Err(Bad::Nonsense("the length of the body is not clear")),
        };
        let expects = values("expect").any(|value| value.eq_ignore_ascii_case(b"100-continue"));
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Ok(Self { method: method.to_owned(), path: path.to_owned(), query: query.to_owned(), length, expects })
    }

    /// The value of a parameter of the query.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        // Of all that may be escaped, a digest contains only the colon.
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value.replace("%3A", ":").replace("%3a", ":"))
    }

    /// The body. Tells the client to send it, where it waits for that.
    pub fn body<'b, S: Read + Write>(&self, from: &'b mut BufReader<S>) -> io::Result<Body<'b, S>> {
        if self.expects {
            from.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let (left, chunked) = match self.length {
            Length::Known(length) => (length, false),
            Length::Chunked => (0, true),
        };
        Ok(Body { from, left, chunked, first: true })
    }
}

/// The body of a request. It ends where its length says so; a connection that ends before is an error.
pub struct Body<'b, S> {
    from: &'b mut BufReader<S>,
    /// Bytes left of the body, or of the chunk.
    left: u64,
    /// Whether another chunk may follow.
    chunked: bool,
    first: bool,
}

impl<S: Read> Body<'_, S> {
    fn next_chunk(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.first) && self.line()? != b"\r\n" {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let line = self.line()?;
        let Ok(httparse::Status::Complete((_, size))) = httparse::parse_chunk_size(&line) else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        self.left = size;
        if size == 0 {
            self.chunked = false;
            // Headers may follow, up to an empty line.
            for _ in 0..MOST_HEADERS {
                if self.line()? == b"\r\n" {
                    return Ok(());
                }
            }
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(())
    }

    fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        self.from.take(LONGEST_CHUNK_LINE).read_until(b'\n', &mut line)?;
        if line.ends_with(b"\r\n") { Ok(line) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

impl<S: Read> Read for Body<'_, S> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.left == 0 && self.chunked {
            self.next_chunk()?;
        }
        let want = usize::try_from(self.left).unwrap_or(usize::MAX).min(into.len());
        if want == 0 {
            return Ok(0);
        }
        let read = self.from.read(&mut into[..want])?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read as u64;
        Ok(read)
    }
}

/// An answer: a status, headers, and a body that is JSON or empty.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// E.g. 201.
    pub status: u16,
    /// Name and value of each header but the length.
    pub headers: Vec<(&'static str, String)>,
    /// The length that is told; differs from the body's only in the answer to HEAD, which has none.
    pub length: u64,
    /// The body.
    pub body: String,
}

impl Answer {
    /// An answer without a body.
    pub fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), length: 0, body: String::new() }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// A failure in the form of the distribution specification.
    pub fn failure(status: u16, code: &str) -> Self {
        let body = serde_json::json!({ "errors": [{ "code": code }] }).to_string();
        let length = body.len() as u64;
        Self { length, body, ..Self::new(status) }.header("Content-Type", "application/json")
    }

    /// Writes the answer in one piece.
    pub fn write(&self, to: &mut impl Write, head_only: bool) -> io::Result<()> {
        let reason = match self.status {
            200..300 => "OK",
            400..500 => "Refused",
            _ => "Failed",
        };
        let headers: Vec<_> = self.headers.iter().flat_map(|(name, value)| [name, ": ", value, "\r\n"]).collect();
        let headers = headers.concat();
        let body = if head_only { "" } else { &self.body };
        let (status, length) = (self.status, self.length);
        let text = format!("HTTP/1.1 {status} {reason}\r\nContent-Length: {length}\r\n{headers}\r\n{body}");
        to.write_all(text.as_bytes())
    }
}
