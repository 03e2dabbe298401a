//! The preview as a browser sees it: after a save, after an error, and for requests to other hosts.

mod support;

use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use support::{base, project, run};

const MEASURE: &str = "content/measures/A.yaml";

/// A running preview; it ends with the test.
struct Preview {
    process: Child,
    /// `127.0.0.1:40000`
    host: String,
}

impl Drop for Preview {
    fn drop(&mut self) {
        // If it has ended already, the test has failed because of that.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Response {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Response {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Preview {
    fn of(folder: &Path) -> Preview {
        Preview::with_editor(folder, "")
    }

    fn with_editor(folder: &Path, editor: &str) -> Preview {
        let mut process = Command::new(env!("CARGO_BIN_EXE_safeguard"))
            .args(["edit", "--lang", "en", "--as-of", "2026-10-01", "-C"])
            .arg(folder)
            .envs([("VISUAL", editor), ("EDITOR", "")])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut line = String::new();
        let out = process.stdout.take().expect("it is piped");
        BufReader::new(out).read_line(&mut line).expect("readable");
        let after = line.split("http://").nth(1);
        let host = after.and_then(|url| url.split('/').next());
        Preview {
            process,
            host: host
                .unwrap_or_else(|| panic!("no address in {line:?}"))
                .to_owned(),
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.host).expect("the preview listens");
        // Measures nothing: a test that waits longer than this would wait for ever.
        let timeout = Some(Duration::from_secs(120));
        stream.set_read_timeout(timeout).expect("a timeout");
        stream
    }

    /// Sends a request whose lines end with `\n`.
    fn ask(&self, request: &str) -> Response {
        let mut stream = self.connect();
        let bytes = request.replace('\n', "\r\n").into_bytes();
        stream.write_all(&bytes).expect("it reads");
        let mut response = Vec::new();
        stream.read_to_end(&mut response).expect("it answers");
        let end = response.windows(4).position(|four| four == b"\r\n\r\n");
        let body = response.split_off(end.expect("a head") + 4);
        let head = String::from_utf8(response).expect("a head is text");
        let code = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = code.unwrap_or_else(|| panic!("no status in {head}"));
        Response { status, head, body }
    }

    fn get(&self, path: &str) -> Response {
        let host = &self.host;
        self.ask(&format!(
            "GET {path} HTTP/1.1\nHost: {host}\nConnection: close\n\n"
        ))
    }

    fn open(&self, headers: &str, body: &str) -> Response {
        let (host, length) = (&self.host, body.len());
        self.ask(&format!(
            "POST /open HTTP/1.1\nHost: {host}\nConnection: close\nContent-Length: {length}\n{headers}\n{body}"
        ))
    }

    fn events(&self) -> Events {
        let mut stream = self.connect();
        let host = &self.host;
        let request = format!("GET /events HTTP/1.1\r\nHost: {host}\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it reads");
        Events(BufReader::new(stream))
    }

    fn page(&self) -> String {
        self.get("/site/index.html").text()
    }
}

/// States as they arrive.
struct Events(BufReader<TcpStream>);

impl Events {
    fn next(&mut self) -> Value {
        loop {
            let mut line = String::new();
            let read = self.0.read_line(&mut line).expect("an event comes");
            assert_ne!(read, 0, "the preview has ended");
            if let Some(json) = line.strip_prefix("data: ") {
                return serde_json::from_str(json).expect("JSON");
            }
        }
    }

    /// The first state that matches, and those before it.
    fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> (Value, Vec<Value>) {
        let mut before = Vec::new();
        loop {
            let state = self.next();
            if wanted(&state) {
                return (state, before);
            }
            before.push(state);
        }
    }
}

/// The first line of a measure's text, with another word in it.
fn reword(folder: &Path, word: &str) -> String {
    let file = folder.join(MEASURE);
    let text = fs::read_to_string(&file).expect("a measure");
    let new: Vec<String> = text
        .lines()
        .map(|line| {
            if line.starts_with("  measure:") {
                format!("  measure: {word}を定めている")
            } else {
                line.to_owned()
            }
        })
        .collect();
    format!("{}\n", new.join("\n"))
}

fn save(folder: &Path, word: &str) {
    fs::write(folder.join(MEASURE), reword(folder, word)).expect("writable");
}

fn errors(state: &Value) -> u64 {
    state["errors"].as_u64().expect("a number")
}

#[test]
fn a_save_brings_the_new_page_and_the_new_pdf_and_writes_nothing() {
    let folder = base();
    let preview = Preview::of(folder.path());
    let mut events = preview.events();
    let first = events.next();
    let before = preview.get("/pdf/site");
    assert!(before.head.contains("application/pdf") && before.body.starts_with(b"%PDF"));
    save(folder.path(), "新しい方針");
    let state = events.next();
    assert_eq!(state["rendered"], state["number"]);
    assert_ne!(state["number"], first["number"]);
    assert!(preview.page().contains("新しい方針を定めている"));
    let after = preview.get("/pdf/site");
    let pdf = folder.path().join("after.pdf");
    fs::write(&pdf, &after.body).expect("writable");
    let text = run("pdftotext", &[pdf.as_os_str(), "-".as_ref()]);
    assert!(text.contains("新しい方針"), "{text}");
    assert_ne!(before.body, after.body);
    let left: Vec<_> = fs::read_dir(folder.path()).expect("readable").collect();
    assert_eq!(left.len(), 2, "only content/ and this test's PDF: {left:?}");
}

#[test]
fn every_pdf_and_the_files_of_the_site_are_rendered_on_request() {
    let preview = Preview::of(project());
    for kind in ["site", "client", "seal", "proof"] {
        let pdf = preview.get(&format!("/pdf/{kind}"));
        assert!(pdf.body.starts_with(b"%PDF"), "{kind}: {}", pdf.head);
    }
    let page = preview
        .get("/pdf/client/page/F-d-disposal-certificate")
        .text();
    assert!(page.is_empty() || page.parse::<usize>().is_ok(), "{page}");
    for (path, kind) in [
        ("/site/index.html", "text/html"),
        ("/site/verify.html", "text/html"),
        ("/site/editions/2015-10-01/", "text/html"),
        ("/site/safeguards.json", "application/json"),
        ("/site/safeguards.csv", "text/csv"),
        ("/site/safeguards.pdf", "application/pdf"),
        (
            "/site/editions/2015-10-01/safeguards.pdf",
            "application/pdf",
        ),
    ] {
        let response = preview.get(path);
        assert_eq!(response.status, 200, "{path}");
        assert!(response.head.contains(kind), "{path}: {}", response.head);
        assert!(!response.body.is_empty(), "{path}");
    }
    for path in [
        "/site/nothing.html",
        "/pdf/nothing",
        "/site/../content/office.yaml",
        "/site/..%2f..%2fCargo.toml",
    ] {
        assert_eq!(preview.get(path).status, 404, "{path}");
    }
}

#[test]
fn an_error_appears_with_its_line_over_the_last_good_page_and_goes_when_mended() {
    let folder = base();
    let preview = Preview::of(folder.path());
    let mut events = preview.events();
    events.next();
    save(folder.path(), "最後に正しい方針");
    events.next();
    let good = fs::read_to_string(folder.path().join(MEASURE)).expect("a measure");
    fs::write(
        folder.path().join(MEASURE),
        good.replace("measure:", "mesure:"),
    )
    .expect("writable");
    let state = events.next();
    assert_eq!(errors(&state), 1, "{state}");
    assert_ne!(state["rendered"], state["number"]);
    let finding = &state["findings"][0];
    assert_eq!(finding["rule"], "unknown-field");
    assert_eq!(finding["file"], MEASURE);
    assert_eq!(
        finding["position"],
        serde_json::json!({"line": 4, "column": 3})
    );
    assert_eq!(finding["source"]["marked"], "mesure");
    assert_eq!(finding["source"]["before"], "  ");
    assert_eq!(finding["help"], "did you mean `measure`?");
    assert!(preview.page().contains("最後に正しい方針"));
    assert_eq!(preview.get("/pdf/proof").status, 200);
    fs::write(folder.path().join(MEASURE), good).expect("writable");
    let state = events.next();
    assert_eq!(errors(&state), 0);
    assert_eq!(state["rendered"], state["number"]);
}

#[test]
fn a_preview_begins_with_errors_and_shows_the_page_once_they_are_mended() {
    let folder = base();
    let good = fs::read_to_string(folder.path().join(MEASURE)).expect("a measure");
    fs::write(folder.path().join(MEASURE), "- id: [").expect("writable");
    let preview = Preview::of(folder.path());
    let mut events = preview.events();
    let state = events.next();
    assert!(errors(&state) > 0 && state["rendered"].is_null(), "{state}");
    assert_eq!(preview.get("/site/index.html").status, 503);
    assert_eq!(preview.get("/").status, 200);
    fs::write(folder.path().join(MEASURE), good).expect("writable");
    assert_eq!(errors(&events.next()), 0);
    assert_eq!(preview.get("/site/index.html").status, 200);
}

#[test]
fn saving_by_rename_and_vanishing_for_a_moment_are_no_errors() {
    let folder = base();
    let preview = Preview::of(folder.path());
    let mut events = preview.events();
    events.next();
    let file = folder.path().join(MEASURE);

    // As vim does: the old file is renamed, and a new one is written.
    let new = reword(folder.path(), "改名の方針");
    fs::rename(&file, folder.path().join("content/measures/A.yaml~")).expect("renamed");
    fs::write(&file, new).expect("writable");
    // As most others do: a new file is written beside the old one and renamed over it.
    let beside = folder.path().join("content/measures/.A.yaml.swp");
    fs::write(&beside, reword(folder.path(), "移した方針")).expect("writable");
    fs::rename(&beside, &file).expect("renamed");
    let shown = |word: &'static str| {
        let preview = &preview;
        move |state: &Value| state["rendered"] == state["number"] && preview.page().contains(word)
    };
    let (_, before) = events.until(shown("移した方針"));
    assert!(before.iter().all(|state| errors(state) == 0), "{before:?}");

    // As some do: the file is truncated or removed first.
    let new = reword(folder.path(), "消えた方針");
    fs::write(&file, "").expect("writable");
    fs::remove_file(&file).expect("removed");
    fs::write(&file, new).expect("writable");
    let (_, before) = events.until(shown("消えた方針"));
    assert!(before.iter().all(|state| errors(state) == 0), "{before:?}");

    // A checkout of another branch replaces the whole folder.
    let (content, aside) = (folder.path().join("content"), folder.path().join("aside"));
    fs::rename(&content, &aside).expect("renamed");
    fs::rename(&aside, &content).expect("renamed");
    save(folder.path(), "戻った方針");
    let (_, before) = events.until(shown("戻った方針"));
    assert!(before.iter().all(|state| errors(state) == 0), "{before:?}");
    // The folder that came back is watched like the first.
    save(folder.path(), "その後の方針");
    events.until(shown("その後の方針"));
}

#[test]
fn a_file_that_stays_missing_is_an_error() {
    let folder = base();
    let preview = Preview::of(folder.path());
    let mut events = preview.events();
    events.next();
    fs::remove_file(folder.path().join("content/measures/B/a.yaml")).expect("removed");
    let state = events.next();
    assert_eq!(state["findings"][0]["rule"], "item-uncovered", "{state}");
    fs::rename(folder.path().join("content"), folder.path().join("aside")).expect("renamed");
    let state = events.next();
    let message = state["findings"][0]["message"].as_str().expect("a message");
    assert!(
        message.contains("there is no folder `content`"),
        "{message}"
    );
    assert!(preview.page().contains("責任者の選任"));
}

#[test]
fn a_touch_brings_no_state_and_a_burst_of_saves_brings_few() {
    let folder = base();
    let preview = Preview::of(folder.path());
    let mut events = preview.events();
    let first = events.next()["number"].as_u64().expect("a number");
    let file = folder.path().join(MEASURE);
    let same = fs::read(&file).expect("readable");
    fs::write(&file, same).expect("writable");
    for number in 0..100 {
        save(folder.path(), &format!("方針{number}番"));
    }
    let last = |_: &Value| preview.page().contains("方針99番");
    let (state, _) = events.until(last);
    let states = state["number"].as_u64().expect("a number") - first;
    assert!(states < 50, "{states} states of 100 saves");
}

#[test]
fn an_error_of_the_theme_appears_over_the_last_good_page() {
    let folder = base();
    let preview = Preview::of(folder.path());
    let mut events = preview.events();
    events.next();
    let theme = folder.path().join("themes/official");
    fs::create_dir_all(theme.join("site")).expect("writable");
    fs::write(theme.join("site/index.html"), "{{ nothing }}").expect("writable");
    let (state, _) = events.until(|state| errors(state) > 0);
    let message = state["findings"][0]["message"].as_str().expect("a message");
    assert!(
        message.contains("themes/official/site/index.html, line 1"),
        "{message}"
    );
    assert!(preview.page().contains("方針の策定"));
    fs::write(theme.join("site/index.html"), "mended").expect("writable");
    events.until(|state| errors(state) == 0);
    assert_eq!(preview.page(), "mended");
    // A PDF is rendered on request, and the response has the error.
    fs::write(theme.join("sheet.typ"), "#nothing").expect("writable");
    events.next();
    let response = preview.get("/pdf/site");
    assert_eq!(response.status, 500);
    assert!(
        response
            .text()
            .contains("themes/official/sheet.typ, line 1"),
        "{}",
        response.text()
    );
}

#[test]
fn a_request_to_another_host_is_refused() {
    let folder = base();
    let preview = Preview::of(folder.path());
    let port = preview.host.split(':').nth(1).expect("a port");
    let ask = |first: &str, host: &str| {
        let header = if host.is_empty() {
            String::new()
        } else {
            format!("Host: {host}\n")
        };
        preview.ask(&format!(
            "GET {first} HTTP/1.1\n{header}Connection: close\n\n"
        ))
    };
    assert_eq!(
        ask("/site/index.html", &format!("localhost:{port}")).status,
        200
    );
    for host in [
        format!("evil.example:{port}"),
        "127.0.0.1:1".to_owned(),
        "evil.example".to_owned(),
    ] {
        for path in [
            "/",
            "/site/index.html",
            "/pdf/proof",
            "/events",
            "/row/A-policy",
        ] {
            let response = ask(path, &host);
            assert_eq!(response.status, 403, "{host} {path}");
            assert!(!response.text().contains("方針"), "{host} {path}");
        }
    }
    let absolute = format!("http://evil.example:{port}/site/index.html");
    assert_eq!(ask(&absolute, &preview.host).status, 403);
    assert_eq!(ask("/", "").status, 403, "no host is another host");
}

#[test]
fn its_own_page_runs_its_own_script_only_and_appears_in_no_frame() {
    let folder = base();
    let preview = Preview::of(folder.path());
    let page = preview.get("/");
    for rule in [
        "default-src 'none'; script-src 'self'",
        "frame-ancestors 'none'",
        "x-content-type-options: nosniff",
        "cross-origin-resource-policy: same-origin",
        "cache-control: no-store",
    ] {
        assert!(page.head.contains(rule), "{rule} in {}", page.head);
    }
    // The page contains nothing that the policy would refuse.
    let text = page.text();
    assert!(!text.contains("<style") && !text.contains("style=") && !text.contains("onclick"));
    assert!(!text.contains("data-token"), "no editor, no token");
    assert!(
        preview
            .get("/site/index.html")
            .head
            .contains("frame-ancestors 'self'")
    );
}

#[test]
fn a_row_leads_to_its_line_and_the_editor_opens_it_for_the_own_page_only() {
    let folder = base();
    let opened = folder.path().join("opened");
    // Has the name of an editor that is known to take a line.
    let editor = folder.path().join("my editor/code");
    fs::create_dir_all(editor.parent().expect("a folder")).expect("writable");
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" > '{0}.new'\nmv '{0}.new' '{0}'\n",
        opened.display()
    );
    fs::write(&editor, script).expect("writable");
    run("chmod", &["+x".as_ref(), editor.as_os_str()]);
    let preview = Preview::with_editor(folder.path(), &format!("'{}' --wait", editor.display()));

    let row = preview.get("/row/B-b-log");
    assert_eq!(row.text(), "content/measures/B/b.yaml\n1");
    assert_eq!(preview.get("/row/B-b-nothing").status, 204);

    let page = preview.get("/").text();
    let attribute = page.split("data-token=\"").nth(1);
    let value = attribute.and_then(|rest| rest.split('"').next());
    let token = format!("X-Token: {}\n", value.expect("a token"));
    let origin = format!("Origin: http://{}\n", preview.host);
    let place = r#"{"file": "content/measures/B/b.yaml", "line": 1}"#;
    for (headers, body) in [
        (String::new(), place),
        (
            "X-Token: 0123456789abcdef0123456789abcdef\n".to_owned(),
            place,
        ),
        (format!("{token}Origin: http://evil.example\n"), place),
        (format!("{token}Origin: null\n"), place),
        (token.clone(), r#"{"file": "content/../opened", "line": 1}"#),
        (token.clone(), r#"{"file": "/etc/passwd", "line": 1}"#),
        (
            token.clone(),
            r#"{"file": "content/measures/B/none.yaml", "line": 1}"#,
        ),
        (token.clone(), "nonsense"),
    ] {
        let response = preview.open(&headers, body);
        assert_eq!(response.status, 403, "{headers} {body}");
    }
    assert_eq!(preview.get("/open").status, 405, "a link opens nothing");
    assert!(!opened.exists());
    assert_eq!(preview.open(&(token + &origin), place).status, 204);
    while !opened.exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let file = folder.path().join("content/measures/B/b.yaml");
    let expected = format!("--wait\n--goto\n{}:1\n", file.display());
    assert_eq!(fs::read_to_string(opened).expect("readable"), expected);
}

#[test]
fn what_cannot_be_served_fails_at_once() {
    let folder = base();
    let serve = |arguments: &[&str]| {
        let done = support::safeguard(&folder, arguments);
        (
            done.status.code(),
            String::from_utf8_lossy(&done.stderr).into_owned(),
        )
    };
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let (code, stderr) = serve(&["edit", "--port", &port]);
    assert_eq!(code, Some(2));
    assert!(
        stderr.contains(&format!("cannot serve the preview on 127.0.0.1:{port}")),
        "{stderr}"
    );
    let (code, stderr) = serve(&["edit", "--port", "70000"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("`--port` cannot be `70000`"), "{stderr}");
    fs::remove_dir_all(folder.path().join("content")).expect("removed");
    let (code, stderr) = serve(&["edit"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("there is no folder `content`"), "{stderr}");
}

#[test]
fn a_hundred_idle_browsers_do_not_keep_one_waiting() {
    let folder = base();
    let preview = Preview::of(folder.path());
    let mut idle: Vec<Events> = (0..100).map(|_| preview.events()).collect();
    for events in &mut idle {
        events.next();
    }
    save(folder.path(), "皆に見える方針");
    for events in &mut idle {
        let state = events.next();
        assert_eq!(state["rendered"], state["number"]);
    }
    assert!(preview.page().contains("皆に見える方針"));
}

#[test]
fn a_real_browser_keeps_its_place_and_shows_what_comes() {
    let folder = tempfile::tempdir().expect("a folder");
    support::copy(&project().join("content"), &folder.path().join("content"));
    let script = project().join("tests/tools/serve.mjs");
    let binary = env!("CARGO_BIN_EXE_safeguard");
    let report = run(
        "node",
        &[
            script.as_os_str(),
            "look".as_ref(),
            binary.as_ref(),
            folder.path().as_os_str(),
        ],
    );
    assert!(
        report.contains("ok axe phone dark") && report.contains("ok mended"),
        "{report}"
    );
    assert!(!folder.path().join("output").exists());
}
