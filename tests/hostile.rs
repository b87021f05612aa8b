//! Archives that lie, given to the program as a person would: each ends in the words and the exit code that belong to its lie, or
//! in the right answer, within a minute and within two gigabytes of address space. Twice: read to the end, and with `--quick`.

use std::io::Write;
use std::time::{Duration, Instant};

use drydock::process::{Command, Output};
use drydock_tests::archive::{self, Tar, blob, blobs, config, gzip, header, image, manifest, packed};
use drydock_tests::{told, xtask};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::json;
use tar::EntryType;

const LIMIT: Duration = Duration::from_mins(10);
/// In KiB, as `ulimit` takes it. The largest layer that is not refused takes some hundred million bytes.
const ADDRESS_SPACE: u32 = 2_000_000;

const REFUSED: i32 = 2;

/// One archive.
struct Lie {
    name: &'static str,
    make: fn() -> Vec<u8>,
    /// Words on standard error, or on standard output where the exit code is 0.
    says: &'static str,
    exit: i32,
    /// Exit code with `--quick`, which does not look at every byte.
    quick: i32,
}

/// Refused however it is read.
const fn refused(name: &'static str, says: &'static str, make: fn() -> Vec<u8>) -> Lie {
    Lie { name, make, says, exit: REFUSED, quick: REFUSED }
}

/// Refused when it is read to the end.
const fn found_at_the_end(name: &'static str, says: &'static str, make: fn() -> Vec<u8>) -> Lie {
    Lie { name, make, says, exit: REFUSED, quick: 0 }
}

/// Odd, and read as it should be.
const fn right(name: &'static str, says: &'static str, make: fn() -> Vec<u8>) -> Lie {
    Lie { name, make, says, exit: 0, quick: 0 }
}

fn main() {
    let trials = ARCHIVES.iter().chain(LAYERS).map(|lie| Trial::test(lie.name, || judge(lie)));
    let ended = cfg!(unix).then(|| Trial::test("a bomb that nobody waits for any more", ended));
    libtest_mimic::run(&Arguments::from_args(), trials.chain(ended).collect()).exit();
}

/// Reading a bomb takes long, and a signal ends it at once.
fn ended() -> Result<(), Failed> {
    let mut file = tempfile::NamedTempFile::new()?;
    file.write_all(&bomb())?;
    let command = xtask().args(["inspect", &file.path().display().to_string()]);
    let (whole, _) = took(&command)?;
    for signal in ["TERM", "INT"] {
        let script = format!(
            "set -m; run() {{ exec env {}; }}; run & child=$!; sleep {:.3}; kill -{signal} $child; wait $child",
            command.display(),
            whole.as_secs_f64() / 8.0
        );
        let (after, Output { status, stderr, .. }) = took(&Command::new("bash").args(["-c", &script]))?;
        if status != 130 || !stderr.contains("[interrupted]") || after > whole / 2 {
            return Err(format!("{signal}: {status} after {after:?} of {whole:?}: {stderr}").into());
        }
    }
    Ok(())
}

fn took(command: &Command) -> Result<(Duration, Output), Failed> {
    let began = Instant::now();
    let output = command.output(LIMIT).map_err(|problem| told(&problem))?;
    Ok((began.elapsed(), output))
}

fn judge(lie: &Lie) -> Result<(), Failed> {
    let mut file = tempfile::NamedTempFile::new()?;
    file.write_all(&(lie.make)())?;
    let path = file.path().display().to_string();
    for (exit, arguments) in [(lie.exit, vec!["inspect", &path]), (lie.quick, vec!["inspect", "--quick", &path])] {
        let command = bounded(&xtask().args(arguments));
        let output = command.output(LIMIT).map_err(|problem| told(&problem))?;
        let said = if exit == 0 { &output.stdout } else { &output.stderr };
        // What only the end of a layer tells is not said by those who do not read it.
        let says = if exit == lie.exit { lie.says } else { "stored" };
        let plain = !said.chars().any(|c| c.is_control() && c != '\n');
        if output.status != exit || !said.contains(says) || !plain {
            let Output { status, stdout, stderr } = output;
            return Err(format!("{status} instead of {exit}, without {says:?}:\n{stdout}{stderr}").into());
        }
    }
    Ok(())
}

/// The command in a shell that lets it have so much memory only; not every system can.
fn bounded(command: &Command) -> Command {
    if cfg!(target_os = "linux") {
        Command::new("sh").args(["-c", &format!("ulimit -v {ADDRESS_SPACE} && exec env {}", command.display())])
    } else {
        command.clone()
    }
}

fn layer() -> Vec<u8> {
    Tar::new().file("app", &[7; 3000]).file("etc/a", b"1").bytes()
}

/// An image of this layer.
fn one(layer: Tar) -> Vec<u8> {
    image(&[&layer.bytes()])
}

/// An honest archive, cut after this many bytes from the start of what is found in it.
fn cut(at: &[u8], after: usize) -> Vec<u8> {
    let mut whole = image(&[&layer()]);
    whole.truncate(memchr::memmem::find(&whole, at).expect("it is in the archive") + after);
    whole
}

/// An archive with an honest image whose `manifest.json` is something else.
fn said(manifest: &str) -> Vec<u8> {
    blobs(&config(&[&layer()]), &[&layer()]).file("manifest.json", manifest.as_bytes()).bytes()
}

/// An archive with an honest layer and this config.
fn configured(config: &[u8]) -> Vec<u8> {
    let manifest = json!([manifest(config, &[&layer()])]).to_string();
    blobs(config, &[&layer()]).file("manifest.json", manifest.as_bytes()).bytes()
}

/// A layout whose index names these documents, each with its kind.
fn index(documents: &[(&[u8], &str)]) -> Vec<u8> {
    let config = config(&[&layer()]);
    let entry = |(document, kind): &(&[u8], &str)| json!({ "digest": drydock::image::Digest::of(document).to_string(), "mediaType": kind });
    let index = json!({ "manifests": documents.iter().map(entry).collect::<Vec<_>>() }).to_string();
    let mut tar = blobs(&config, &[&layer()]);
    for (at, (document, _)) in documents.iter().enumerate() {
        if !documents[..at].iter().any(|(other, _)| other == document) {
            tar = tar.file(&blob(document), document);
        }
    }
    tar.file("index.json", index.as_bytes()).bytes()
}

fn oci_manifest() -> Vec<u8> {
    let digest = |bytes: &[u8]| json!({ "digest": drydock::image::Digest::of(bytes).to_string() });
    json!({ "config": digest(&config(&[&layer()])), "layers": [digest(&layer())] }).to_string().into_bytes()
}

/// A layer of 60 GiB in a few megabytes.
fn bomb() -> Vec<u8> {
    let start = Tar::new().raw(header("zeros", EntryType::Regular, 60 << 30), b"").open();
    // A gzip may have many members, here one for each MiB.
    packed(&[&layer()], &[&[gzip(&start), gzip(&vec![0; 1 << 20]).repeat(60 << 10), gzip(&start)].concat()])
}

/// A number that does not fit twelve octal digits, as GNU tar writes it.
fn binary_size(name: &str, size: [u8; 12]) -> tar::Header {
    let mut header = header(name, EntryType::Regular, 0);
    header.as_old_mut().size = size;
    header
}

const ARCHIVES: &[Lie] = &[
    refused("an empty file", "neither a manifest.json nor an index.json", Vec::new),
    refused("a text", "neither a manifest.json", || b"This is no archive.".to_vec()),
    refused("an archive in gzip", "it is compressed as a whole, with gzip; gunzip", || gzip(&Tar::new().bytes())),
    refused("noise", "its checksum is wrong", || vec![b'x'; 4096]),
    refused("only zeros", "neither a manifest.json", || vec![0; 1 << 20]),
    refused("cut in its first header", "neither a manifest.json", || cut(b"blobs", 100)),
    refused("cut in the header of a layer's file", "it ends in the middle", || cut(b"app\0", 100)),
    refused("cut in the content of a layer's file", "it ends in the middle", || cut(&[7; 3000], 1000)),
    refused("cut before its manifest", "neither a manifest.json", || cut(b"manifest.json\0", 0)),
    refused("cut in its manifest", "it ends in the middle", || cut(b"[{\"Config", 20)),
    refused("a blob that claims 8 GB", "it ends in the middle", || {
        Tar::new().raw(header("blobs/x", EntryType::Regular, (8 << 30) - 1), b"short").bytes()
    }),
    refused("a negative size", "a number is out of range", || {
        Tar::new().raw(binary_size("x", [0xff; 12]), b"").bytes()
    }),
    refused("a size of 2⁶³", "a number is out of range", || {
        Tar::new().raw(binary_size("x", [0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0]), b"").bytes()
    }),
    refused("a size in words", "a tar header in it is not valid", || {
        Tar::new().raw(binary_size("x", *b"nonsense!!!!"), b"").bytes()
    }),
    refused("more behind its end", "a block of zeros between entries", || [&[0; 512], &*image(&[&layer()])].concat()),
    refused("a path out of it", "leads out of the image", || Tar::new().file("../../etc/passwd", b"x").bytes()),
    refused("a link out of it", "leads out of the image", || {
        Tar::new().link(EntryType::Symlink, "a", "../../etc/passwd").bytes()
    }),
    refused("layers that are links in a circle", "does not contain it", || {
        let manifest = json!([{ "Config": "c", "Layers": ["a"] }]).to_string();
        let tar = Tar::new().link(EntryType::Symlink, "a", "b").link(EntryType::Symlink, "b", "a");
        tar.file("c", &config(&[&layer()])).file("manifest.json", manifest.as_bytes()).bytes()
    }),
    refused("a layer that is a link to itself", "does not contain it", || {
        let manifest = json!([{ "Config": "c", "Layers": ["a"] }]).to_string();
        let tar = Tar::new().link(EntryType::Symlink, "a", "a").file("c", &config(&[&layer()]));
        tar.file("manifest.json", manifest.as_bytes()).bytes()
    }),
    refused("a name of 5000 bytes", "more than a path can have", || Tar::new().file(&"n".repeat(5000), b"").bytes()),
    refused("an extended header of 4 GB", "claims 4294967296 bytes", || {
        Tar::new().raw(header("pax", EntryType::XHeader, 4 << 30), b"").bytes()
    }),
    refused("extended records that are none", "a PAX record is malformed", || {
        Tar::new().raw(header("pax", EntryType::XHeader, 10), b"99 path=a\n").file("a", b"").bytes()
    }),
    refused("a quarter of a million entries", "more than 200000 entries", || {
        Tar::new().raw(header("a", EntryType::Directory, 0), b"").open().repeat(250_000)
    }),
    refused("70 MB of documents", "more than 67108864 bytes", || {
        (0..18).fold(Tar::new(), |tar, n| tar.file(&n.to_string(), &vec![b' '; 4_000_000])).bytes()
    }),
    refused("a manifest that is no JSON", "manifest.json cannot be understood", || said("\u{1b}[31m{")),
    refused("a manifest of another shape", "manifest.json cannot be understood", || said(r#"[{"Config":1}]"#)),
    refused("a manifest nested a million deep", "manifest.json cannot be understood", || said(&"[".repeat(1_000_000))),
    refused("a manifest of 5 MB", "manifest.json cannot be understood: it has more than 4194304 bytes", || {
        said(&" ".repeat(5 << 20))
    }),
    refused("an image twice", "holds 2 images", || {
        let manifest = manifest(&config(&[&layer()]), &[&layer()]);
        said(&json!([manifest, manifest]).to_string())
    }),
    refused("no image at all", "its manifest.json lists no image", || said("[]")),
    refused("a config that is not there", "does not contain it", || said(r#"[{"Config":"c","Layers":[]}]"#)),
    refused("a config that is no JSON", "cannot be understood", || configured(b"config")),
    refused("a config of fewer layers", "it names 0 layers and the manifest 1", || configured(&config(&[]))),
    refused("a config whose digest is none", "is not a sha256 digest", || {
        configured(br#"{"rootfs":{"diff_ids":["sha256:../../x"]}}"#)
    }),
    refused("a config of another layer", "its bytes hash to", || configured(&config(&[b"another"]))),
    refused("a config that is not what it is called", "its bytes hash to", || {
        Tar::new().file(&blob(b"something else"), b"{}").bytes()
    }),
    refused("an archive in xz", "it is compressed as a whole, with xz; unxz", || b"\xfd7zXZ\0\0\x04".repeat(100)),
    refused("an archive in bzip2", "it is compressed as a whole, with bzip2; bunzip2", || b"BZh91AY&SY".repeat(100)),
    refused("an archive in zstd", "it is compressed as a whole, with zstd; unzstd", || b"\x28\xb5\x2f\xfd".repeat(200)),
    refused("indexes nested ten deep", "indexes nested too deep", || {
        let kind = "application/vnd.oci.image.index.v1+json";
        let mut chain = vec![b"{\"manifests\":[]}".to_vec()];
        for _ in 0..10 {
            let digest = drydock::image::Digest::of(&chain[0]).to_string();
            let next = json!({ "manifests": [{ "digest": digest, "mediaType": kind }] }).to_string().into_bytes();
            chain.insert(0, next);
        }
        let tar = chain[1..].iter().fold(Tar::new(), |tar, index| tar.file(&blob(index), index));
        tar.file("index.json", &chain[0]).bytes()
    }),
    refused("an index of something unknown", "cannot be understood", || index(&[(b"{}", "application/x-unknown")])),
    right("an index that names one image a thousand times", "stored 3.00 kB", || {
        index(&vec![(&*oci_manifest(), "application/vnd.oci.image.manifest.v1+json"); 1000])
    }),
    right("control characters in names", "stored 5 B", || one(Tar::new().file("\u{1b}[31mred\u{7}", b"12345"))),
];

const LAYERS: &[Lie] = &[
    refused("a layer that is not there", "does not contain it", || {
        let config = config(&[&layer()]);
        let manifest = json!([manifest(&config, &[&layer()])]).to_string();
        blobs(&config, &[]).file("manifest.json", manifest.as_bytes()).bytes()
    }),
    refused("a layer of unknown media", "is not tar, gzip, zstd, xz or bzip2", || {
        image(&[b"neither tar nor gzip nor zstd"])
    }),
    found_at_the_end("a layer that is not what it is called", "its bytes hash to", || {
        let mut whole = image(&[&layer()]);
        let at = memchr::memmem::find(&whole, &[7; 3000]).expect("it is there");
        whole[at] = 8;
        whole
    }),
    refused("a gzip that is cut", "it ends in the middle", || {
        let packed = gzip(&layer());
        archive::packed(&[&layer()], &[&packed[..packed.len() / 2]])
    }),
    found_at_the_end("a gzip whose sum is wrong", "do not decode", || {
        let mut gz = gzip(&layer());
        let sum = gz.len() - 8;
        gz[sum] ^= 1;
        packed(&[&layer()], &[&gz])
    }),
    found_at_the_end("a gzip with more behind it", "do not decode", || {
        packed(&[&layer()], &[&[&*gzip(&layer()), b"garbage behind it"].concat()])
    }),
    refused("a gzip of noise", "do not decode", || {
        packed(&[&layer()], &[&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff]])
    }),
    refused("a zstd of noise", "do not decode", || packed(&[&layer()], &[&[0x28, 0xb5, 0x2f, 0xfd, 0xff, 0xff, 0xff]])),
    refused("a bomb", "grew to more than", bomb),
    right("a giant hole", "stored 1.50 GB", || {
        let start = Tar::new().raw(header("var/log/lastlog", EntryType::Regular, 1_500_000_256), b"").open();
        let (zeros, end) = (vec![0; 1_000_000], vec![0; 256 + 1024]);
        let unpacked = [&start, zeros.repeat(1500).as_slice(), &end].concat();
        packed(&[&unpacked], &[&[gzip(&start), gzip(&zeros).repeat(1500), gzip(&end)].concat()])
    }),
    refused("a million entries and one", "more than 1000000 entries", || {
        let thousand = Tar::new().raw(header("a", EntryType::Directory, 0), b"").open().repeat(1000);
        packed(&[&layer()], &[&[gzip(&thousand).repeat(1000), gzip(&thousand)].concat()])
    }),
    refused("names of 300 MB", "take more than 268435456 bytes", || {
        let hundred = Tar::new().file(&"n".repeat(4000), b"").open().repeat(100);
        packed(&[&layer()], &[&gzip(&hundred).repeat(750)])
    }),
    refused("a small layer a thousand times", "more than 3000000 entries", || {
        let layer = (0..4000).fold(Tar::new(), |tar, n| tar.file(&n.to_string(), b"")).bytes();
        let layers = vec![&*layer; 1000];
        packed(&layers, &layers)
    }),
    refused("a file longer than its layer", "it ends in the middle", || {
        one(Tar::new().raw(header("a", EntryType::Regular, 1 << 30), b"short"))
    }),
    refused("a path out of a layer", "leads out of the image", || one(Tar::new().file("a/../../b", b""))),
    refused("a hard link to itself", "is a hard link to itself", || {
        one(Tar::new().link(EntryType::Link, "a", "./b/../a"))
    }),
    refused("a whiteout of nothing", "names no file", || one(Tar::new().file("a/.wh.", b""))),
    refused("an entry no layer may have", "tar entry of type 0x44", || {
        one(Tar::new().raw(header("a", EntryType::new(b'D'), 0), b""))
    }),
    refused("a name with a zero byte", "is not a path", || one(Tar::new().pax(&[("path", "a\0b")]).file("x", b""))),
    refused("a size of minus one", "a number is out of range", || {
        one(Tar::new().pax(&[("size", "-1")]).file("a", b""))
    }),
    refused("a sparse file of 999 GB", "more than 68719476736 bytes", || {
        one(Tar::new().pax(&[("GNU.sparse.realsize", "999999999999")]).file("a", b""))
    }),
    refused("a sparse map without end", "an extended header in it claims", || {
        let mut sparse = tar::Header::new_gnu();
        sparse.set_entry_type(EntryType::GNUSparse);
        sparse.as_old_mut().name[0] = b'a';
        sparse.set_size(0);
        sparse.set_mode(0);
        sparse.as_gnu_mut().expect("it is of that kind").isextended = [1];
        one(Tar::new().raw(sparse, &vec![1; 4 << 20]))
    }),
    right("hard links in a circle", "This image has no files", || {
        one(Tar::new().link(EntryType::Link, "a", "b").link(EntryType::Link, "b", "a"))
    }),
    right("an image without layers", "This image has no files", || image(&[])),
];
