//! What several tests need: the own content, built once, and programs that must be there.
#![allow(dead_code, reason = "each test takes its part")]

pub mod keys;
pub mod servers;

use safeguard::check::{self, CheckInput, Checked};
use safeguard::content::{self, Content};
use safeguard::manifest::Bundle;
use safeguard::render::bundle::{self, Project};
use safeguard::render::pdf::Fonts;
use safeguard::render::theme;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock};

/// The day the own content is judged by in tests.
pub const DAY: &str = "2026-11-23";

/// The project's folder.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The own content.
pub static CONTENT: LazyLock<Arc<Content>> =
    LazyLock::new(|| Arc::new(content::load(project()).expect("content/ is there")));

static FONTS: LazyLock<Fonts> = LazyLock::new(Fonts::compiled_in);

/// What the rules say of the own content.
pub static CHECKED: LazyLock<Checked> = LazyLock::new(|| {
    check::check(&CheckInput {
        content: &CONTENT,
        today: DAY.parse().expect("a day"),
        can_draw: &|c| FONTS.can_draw(c),
    })
});

/// The own content's bundle.
pub static BUNDLE: LazyLock<Bundle> = LazyLock::new(build);

/// Builds the own content anew.
pub fn build() -> Bundle {
    let theme = theme::load(project(), "official").map(Arc::new);
    let today = DAY.parse().expect("a day");
    let (_, checked) = Project::check(CONTENT.clone(), theme, &FONTS, today);
    let own = checked.expect("the official theme");
    let bundle = bundle::build(&own.expect("the own content has no errors"), &[]);
    bundle.unwrap_or_else(|failure| panic!("{failure:?}")).files
}

/// Writes one file of the bundle into a fresh folder, for programs that read files.
pub fn file(folder: &tempfile::TempDir, path: &str) -> PathBuf {
    let to = folder.path().join(path.replace('/', "-"));
    fs::write(&to, &BUNDLE[path]).expect("a writable folder");
    to
}

/// Runs a program and gives its output; a missing program fails the test with what to do.
pub fn run(program: &str, arguments: &[&std::ffi::OsStr]) -> String {
    let done = Command::new(program)
        .args(arguments)
        .current_dir(project())
        .output();
    let done = done.unwrap_or_else(|error| {
        panic!("{program}: {error}; `make tools` installs what the tests need")
    });
    let [out, err] =
        [&done.stdout, &done.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert!(done.status.success(), "{program} {arguments:?}\n{out}{err}");
    out
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("readable");
        let to = to.join(entry.path().strip_prefix(from).expect("below"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(&to).expect("writable");
        } else {
            fs::copy(entry.path(), &to).expect("writable");
        }
    }
}

/// A project with the small base content.
pub fn base() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let base = project().join("tests/base/content");
    copy(&base, &folder.path().join("content"));
    folder
}

/// Runs the binary on a project, as on the first of October 2026.
pub fn safeguard(folder: &tempfile::TempDir, arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_safeguard"))
        .args(arguments)
        .args(["--lang", "en", "--as-of", "2026-10-01", "-C"])
        .arg(folder.path())
        .output()
        .expect("the binary runs")
}

/// Serves a folder over loopback; `/moved/…` leads elsewhere.
pub fn serve(root: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("bound").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap_or_default();
            let text = String::from_utf8_lossy(&request[..length]).into_owned();
            let path = text.split(' ').nth(1).unwrap_or("/").to_owned();
            let answer = match fs::read(root.join(path.trim_start_matches('/'))) {
                _ if path.starts_with("/moved/") => {
                    b"HTTP/1.1 302 Found\r\nLocation: http://other.example/editions.json\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec()
                }
                Ok(body) => [
                    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len()).into_bytes(),
                    body,
                ]
                .concat(),
                Err(_) => b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec(),
            };
            let _ = stream.write_all(&answer);
        }
    });
    format!("http://127.0.0.1:{port}")
}
