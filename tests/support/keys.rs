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

/// The folder with all of them.
pub static KEYS: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let script = project().join("tests/tools/keys.sh");
    run("bash", &[script.as_os_str(), folder.path().as_os_str()]);
    folder
});

/// The path of a key, certificate or setting.
pub fn key(name: &str) -> PathBuf {
    KEYS.path().join(name)
}

/// The password of every .p12 file.
pub const PASSWORD: &str = "Geheim-1234";
/// The time of the tests' signatures; every key is valid then.
pub fn moment() -> jiff::Timestamp {
    let moment = "2026-11-25T10:00:00+09:00";
    moment.parse().expect("a moment")
}

/// A signer.
pub fn identity(name: &str) -> Identity {
    let file = fs::read(key(name)).expect("a key");
    let opened = Identity::open(&file, PASSWORD);
    opened.unwrap_or_else(|error| panic!("{name}: {error:?}"))
}

/// The behaviour of a time server.
#[derive(Debug, Clone, Copy)]
pub enum Behaviour {
    Grant,
    /// Grants with more certificates than the placeholder has room for.
    GrantLarge,
    Refuse,
    OtherDigest,
    OtherNonce,
    BrokenSignature,
    HttpError,
    Hangup,
    Garbage,
}

/// The response of openssl to a request, or to another one.
pub fn respond(request: &[u8], behaviour: Behaviour) -> Vec<u8> {
    let folder = tempfile::tempdir_in(KEYS.path()).expect("a folder");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("request"), request).expect("a writable folder");
    let digest = match behaviour {
        Behaviour::OtherDigest => Some("00".repeat(32)),
        Behaviour::OtherNonce => {
            // An OCTET STRING of 32 bytes.
            let place = request
                .windows(2)
                .position(|two| two == [4, 32])
                .expect("a digest")
                + 2;
            let digest = &request[place..place + 32];
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
    let [request_path, response_path] =
        ["request", "response"].map(|name| path(name).display().to_string());
    if let Some(digest) = digest {
        openssl(&[
            "-query",
            "-digest",
            &digest,
            "-sha256",
            "-cert",
            "-out",
            &request_path,
        ]);
    }
    let settings = match behaviour {
        Behaviour::Refuse => "refuse.cnf",
        Behaviour::GrantLarge => "pile.cnf",
        _ => "stamp.cnf",
    };
    // Every response takes the next number from a file, which two threads must not share.
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
        &request_path,
        "-out",
        &response_path,
    ]);
    let mut response = fs::read(path("response")).expect("a response");
    if let Behaviour::BrokenSignature = behaviour {
        *response.last_mut().expect("bytes") ^= 1;
    }
    response
}

/// A time server on a free port of loopback, which runs as long as the test program.
pub struct TestTimeServer(u16);

impl TestTimeServer {
    pub fn start(behaviour: Behaviour) -> TestTimeServer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("a port").port();
        LazyLock::force(&KEYS);
        std::thread::spawn(move || {
            for caller in listener.incoming().flatten() {
                serve(caller, behaviour);
            }
        });
        TestTimeServer(port)
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/tsa", self.0)
    }
}

fn serve(mut caller: TcpStream, behaviour: Behaviour) {
    let request = read_body(&caller);
    let status = match behaviour {
        Behaviour::Hangup => return,
        Behaviour::HttpError => "500 Internal TestTimeServer Error",
        _ => "200 OK",
    };
    let body = match behaviour {
        Behaviour::Garbage => b"<html>Welcome</html>".to_vec(),
        Behaviour::HttpError | Behaviour::Hangup => Vec::new(),
        behaviour => respond(&request, behaviour),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/timestamp-reply\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // A caller that went away is no error of the server.
    let _ = caller
        .write_all(head.as_bytes())
        .and_then(|()| caller.write_all(&body));
}

/// The body of a request.
fn read_body(caller: &TcpStream) -> Vec<u8> {
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
