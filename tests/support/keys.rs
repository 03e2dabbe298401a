//! Keys, certificates and a time authority for the tests, made by `tests/tools/keys.sh` anew for every run.

use super::{project, run};
use safeguard::pades::Identity;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;
use tempfile::TempDir;

/// The folder they lie in.
pub static KEYS: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let script = project().join("tests/tools/keys.sh");
    run("bash", &[script.as_os_str(), folder.path().as_os_str()]);
    folder
});

/// The path of one.
pub fn key(name: &str) -> PathBuf {
    KEYS.path().join(name)
}

/// What opens every .p12 file.
pub const PASSWORD: &str = "Geheim-1234";
/// A moment at which the keys count.
const MOMENT: &str = "2026-11-25T10:00:00+09:00";

/// When the tests sign.
pub fn moment() -> jiff::Timestamp {
    MOMENT.parse().expect("a moment")
}

/// Somebody who signs.
pub fn identity(name: &str) -> Identity {
    let file = fs::read(key(name)).expect("a key");
    let opened = Identity::open(&file, PASSWORD);
    opened.unwrap_or_else(|failure| panic!("{name}: {failure:?}"))
}

/// How a time server behaves.
#[derive(Debug, Clone, Copy)]
pub enum Way {
    Stamp,
    /// As it should, with so many certificates that no room was foreseen for them.
    Pile,
    Refuse,
    OtherDigest,
    OtherQuestion,
    Broken,
    Error,
    Hangup,
    Rubbish,
}

/// What openssl answers, or makes of another question.
pub fn answer(question: &[u8], way: Way) -> Vec<u8> {
    let folder = tempfile::tempdir_in(KEYS.path()).expect("a folder");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("question"), question).expect("a writable folder");
    let digest = match way {
        Way::OtherDigest => Some("00".repeat(32)),
        Way::OtherQuestion => {
            // An OCTET STRING of 32 bytes.
            let place = question
                .windows(2)
                .position(|two| two == [4, 32])
                .expect("a digest")
                + 2;
            let digest = &question[place..place + 32];
            Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
        }
        _ => None,
    };
    let openssl = |arguments: &[&str]| {
        let mut command = Command::new("openssl");
        command.arg("ts").args(arguments).current_dir(KEYS.path());
        let done = command.output().expect("openssl");
        assert!(done.status.success(), "{done:?}");
    };
    let [asked, given] = ["question", "answer"].map(|name| path(name).display().to_string());
    if let Some(digest) = digest {
        openssl(&[
            "-query", "-digest", &digest, "-sha256", "-cert", "-out", &asked,
        ]);
    }
    let settings = match way {
        Way::Refuse => "refuse.cnf",
        Way::Pile => "pile.cnf",
        _ => "stamp.cnf",
    };
    // Every answer counts on from the number in a file, which two threads must not share.
    let own = path("settings");
    let settings = fs::read_to_string(key(settings)).expect("settings");
    let serial = path("serial").display().to_string();
    fs::write(&own, settings.replace("SERIAL", &serial)).expect("a writable folder");
    let own = own.display().to_string();
    openssl(&[
        "-reply",
        "-config",
        &own,
        "-queryfile",
        &asked,
        "-out",
        &given,
    ]);
    let mut answer = fs::read(path("answer")).expect("an answer");
    if let Way::Broken = way {
        *answer.last_mut().expect("bytes") ^= 1;
    }
    answer
}

/// A time server on a free port of loopback; it lives as long as the test program.
pub struct Server(u16);

impl Server {
    pub fn start(way: Way) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("a port").port();
        LazyLock::force(&KEYS);
        std::thread::spawn(move || {
            for caller in listener.incoming().flatten() {
                serve(caller, way);
            }
        });
        Server(port)
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/tsa", self.0)
    }
}

fn serve(mut caller: TcpStream, way: Way) {
    let question = question(&caller);
    let status = match way {
        Way::Hangup => return,
        Way::Error => "500 Internal Server Error",
        _ => "200 OK",
    };
    let body = match way {
        Way::Rubbish => b"<html>Welcome</html>".to_vec(),
        Way::Error | Way::Hangup => Vec::new(),
        way => answer(&question, way),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/timestamp-reply\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // A caller that went away is no trouble of the server's.
    let _ = caller
        .write_all(head.as_bytes())
        .and_then(|()| caller.write_all(&body));
}

/// The body of a request.
fn question(caller: &TcpStream) -> Vec<u8> {
    let mut reader = BufReader::new(caller);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a request");
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a number");
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    body
}
