//! From the first edition to a signed copy in a client's hands: issue, change, issue again, compare, sign, verify;
//! and every way in which such a copy may be forged.

mod support;

use safeguard::content;
use safeguard::edition::Edition;
use safeguard::message::Language;
use safeguard::render::pdf::{self, Fonts};
use safeguard::render::theme;
use safeguard::sheet::{self, Rendering, Sheet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use support::keys::{Behaviour, KEYS, PASSWORD, TestTimeServer, key};
use support::run;
use tempfile::TempDir;

fn safeguard(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_safeguard"))
        .args(arguments)
        .args(["--lang", "en", "-C"])
        .arg(folder)
        .output()
        .expect("the binary runs")
}

fn done(folder: &Path, arguments: &[&str]) -> String {
    let done = safeguard(folder, arguments);
    assert!(done.status.success(), "{arguments:?}: {done:?}");
    String::from_utf8(done.stdout).expect("UTF-8")
}

/// The exit code and the output.
fn verified(folder: &Path, file: &Path, more: &[&str]) -> (i32, String) {
    let file = file.to_string_lossy();
    let verify = [&["verify", &file], more].concat();
    let done = safeguard(folder, &verify);
    let said = String::from_utf8(done.stdout).expect("UTF-8");
    (
        done.status.code().expect("a code"),
        said + &String::from_utf8_lossy(&done.stderr),
    )
}

fn change(folder: &Path, path: &str, from: &str, to: &str) {
    let path = folder.join(path);
    let text = fs::read_to_string(&path).expect("there");
    assert!(text.contains(from), "no {from}");
    fs::write(path, text.replace(from, to)).expect("writable");
}

/// The base content issued twice, three measures changed between.
fn issued_twice() -> TempDir {
    let folder = support::base();
    let project = folder.path();
    done(
        project,
        &["issue", "--date", "2026-01-01", "--note", "初版"],
    );
    change(
        project,
        "content/measures/A.yaml",
        "方針を定めている",
        "方針を定めて公表している",
    );
    change(
        project,
        "content/measures/B/a.yaml",
        "責任者を定めている",
        "責任者と代理を定めている",
    );
    change(
        project,
        "content/measures/B/b.yaml",
        "見本システム株式会社",
        "見本クラウド株式会社",
    );
    done(
        project,
        &[
            "issue",
            "--date",
            "2026-02-01",
            "--reviewed",
            "2026-02-01",
            "--note",
            "三つの措置の見直し",
        ],
    );
    done(project, &["build"]);
    folder
}

fn client_pdf(folder: &TempDir, id: &str) -> PathBuf {
    folder.path().join(format!(
        "output/client/安全管理措置一覧_{id}_見本社労士事務所.pdf"
    ))
}

#[test]
fn an_edition_goes_from_issue_to_a_signed_copy_that_verifies() {
    let folder = issued_twice();
    let project = folder.path();
    let compared = done(project, &["diff", "2026-01-01", "2026-02-01"]);
    assert!(
        compared.contains("rows: 0 added, 0 removed, 0 moved, 2 reworded"),
        "{compared}"
    );
    let all = done(
        project,
        &["diff", "2026-01-01", "2026-02-01", "--audience", "client"],
    );
    assert!(
        all.contains("3 reworded") && all.contains("[-システム-]{+クラウド+}"),
        "{all}"
    );
    assert!(
        project
            .join("output/client/安全管理措置一覧_2026-02-01_見本社労士事務所_新旧対照表.pdf")
            .exists()
    );
    assert!(
        project
            .join("output/site/editions/2026-02-01/changes.html")
            .exists()
    );

    // The office signs it with a timestamp.
    std::sync::LazyLock::force(&KEYS);
    let password = project.join("password");
    fs::write(&password, format!("{PASSWORD}\n")).expect("writable");
    let server = TestTimeServer::start(Behaviour::Grant);
    let signed = project.join("signed.pdf");
    let [file, key_file, password, output, root, other] = [
        client_pdf(&folder, "2026-02-01"),
        key("p256.p12"),
        password,
        signed.clone(),
        key("root.pem"),
        key("other.pem"),
    ]
    .map(|path| path.to_string_lossy().into_owned());
    let url = server.url();
    let sign = [
        "sign",
        &file,
        "--key",
        &key_file,
        "--password-file",
        &password,
        "--tsa",
        &url,
        "-o",
        &output,
    ];
    done(project, &sign);
    let (code, said) = verified(project, &signed, &["--trust", &root]);
    assert_eq!(code, 0, "{said}");
    for line in [
        "[data]",
        "[text]",
        "✓ the signature of 竹内 二郎",
        "[timestamp]",
        "[trust]",
        "Genuine and current.",
    ] {
        assert!(said.contains(line), "no {line} in {said}");
    }
    let (code, said) = verified(project, &signed, &["--trust", &other]);
    assert!(code == 1 && said.contains("[untrusted]"), "{said}");
    let (code, said) = verified(project, &signed, &[]);
    assert!(code == 0 && said.contains("was not judged"), "{said}");

    // Nothing but the file and the office's site: the same verdict; nothing at all: none.
    let elsewhere = tempfile::tempdir().expect("a folder");
    let site = project.join("output/site").to_string_lossy().into_owned();
    let (code, said) = verified(elsewhere.path(), &signed, &["--site", &site]);
    assert!(code == 0 && said.contains("Genuine and current."), "{said}");
    let (code, said) = verified(elsewhere.path(), &signed, &[]);
    assert!(code == 4 && said.contains("[no-record]"), "{said}");
    let (code, said) = verified(project, &signed, &["--site", "nowhere"]);
    assert!(
        code == 2 && said.contains("list of editions cannot be read from nowhere"),
        "{said}"
    );
    let (code, said) = verified(project, &project.join("absent.pdf"), &[]);
    assert_eq!(code, 2, "{said}");

    // One byte of the signed range.
    let mut bytes = fs::read(&signed).expect("written");
    let at = bytes
        .windows(8)
        .position(|window| window == b"/Author(")
        .map_or(2_000, |at| at + 9);
    bytes[at] ^= 1;
    let altered = project.join("altered.pdf");
    fs::write(&altered, bytes).expect("writable");
    let (code, said) = verified(project, &altered, &[]);
    assert!(
        code == 1 && (said.contains("[signature-broken]") || said.contains("[unreadable]")),
        "{said}"
    );
}

#[test]
fn old_editions_copies_and_other_documents_are_told_apart() {
    let folder = issued_twice();
    let project = folder.path();
    let old = project.join("output/site/editions/2026-01-01/safeguards.pdf");
    let (code, said) = verified(project, &old, &[]);
    assert!(
        code == 3 && said.contains("2026-01-01 was replaced by 2026-02-01 [superseded]"),
        "{said}"
    );
    assert!(said.contains("[file]"), "{said}");
    done(
        project,
        &[
            "build",
            "--recipient",
            "株式会社テスト",
            "--acknowledgement",
        ],
    );
    let copy = project.join(
        "output/client/copies/安全管理措置一覧_2026-02-01_見本社労士事務所_株式会社テスト.pdf",
    );
    let (code, said) = verified(project, &copy, &[]);
    assert!(
        code == 0 && said.contains("a copy made for 株式会社テスト\n"),
        "{said}"
    );
    for path in [
        "client/安全管理措置一覧_2026-02-01_見本社労士事務所_押印用.pdf",
        "site/safeguards.pdf",
    ] {
        let (code, said) = verified(project, &project.join("output").join(path), &[]);
        assert_eq!(code, 0, "{path}: {said}");
    }
    let proof = "output/office/安全管理措置一覧_2026-02-01_校正用（社外秘）.pdf";
    let (code, said) = verified(project, &project.join(proof), &[]);
    assert!(code == 1 && said.contains("[proof]"), "{said}");
    let (code, said) = verified(
        project,
        &project.join("output/client/安全管理措置一覧_2026-02-01_見本社労士事務所_新旧対照表.pdf"),
        &[],
    );
    assert!(code == 1 && said.contains("[other-document]"), "{said}");

    // A record older than the copy cannot tell; a draft is no edition.
    let copy = client_pdf(&folder, "2026-02-01");
    let older = support::base();
    done(older.path(), &["issue", "--date", "2026-01-15"]);
    let (code, said) = verified(older.path(), &copy, &[]);
    assert!(
        code == 4 && said.contains("no edition 2026-02-01 is recorded here"),
        "{said}"
    );
    change(
        project,
        "content/measures/A.yaml",
        "方針を定めて公表している",
        "方針を改めた",
    );
    done(project, &["build"]);
    let (code, said) = verified(project, &client_pdf(&folder, "2026-02-01案"), &[]);
    assert!(code == 1 && said.contains("[draft]"), "{said}");
}

/// The editions, and the means to draw forgeries of them.
struct Forger {
    folder: TempDir,
    editions: Vec<Edition>,
}

impl Forger {
    fn new() -> Forger {
        let folder = issued_twice();
        let content = content::load(folder.path()).expect("there");
        let editions = content.issued().cloned().collect();
        Forger { folder, editions }
    }

    fn sheet(&self, edition: usize) -> Sheet {
        let theme = theme::load(self.folder.path(), "official").expect("compiled in");
        sheet::lay_out_edition(
            &self.editions[edition],
            Rendering::ClientPdf,
            &theme.labels(Language::Japanese).expect("labels"),
        )
    }

    fn data(&self, edition: usize) -> Vec<u8> {
        safeguard::data::json(&self.sheet(edition))
    }

    /// Draws a sheet with some data, and verifies it.
    fn verdict(&self, sheet: &Sheet, data: &[u8]) -> (i32, String) {
        let theme = theme::load(self.folder.path(), "official").expect("compiled in");
        let pdf = pdf::render(&Fonts::compiled_in(), &theme, sheet, data).expect("a PDF");
        let path = self.folder.path().join("forged.pdf");
        fs::write(&path, pdf.bytes).expect("writable");
        verified(self.folder.path(), &path, &[])
    }

    fn refused(&self, sheet: &Sheet, data: &[u8], finding: &str) {
        let (code, said) = self.verdict(sheet, data);
        assert!(
            code == 1 && said.contains(&format!("[{finding}]")),
            "{finding}: {said}"
        );
        assert!(!said.contains("Genuine"), "{said}");
    }
}

#[test]
fn each_forgery_is_refused_by_its_own_finding() {
    let forger = Forger::new();
    let (sheet, data) = (forger.sheet(1), forger.data(1));
    let (code, said) = forger.verdict(&sheet, &data);
    assert_eq!(code, 0, "{said}");

    // Data altered and pages with it: a word, a date.
    let text = String::from_utf8(data.clone()).expect("UTF-8");
    let mut reworded = sheet.clone();
    reworded.rows[1].measure.paragraphs[0][0].text = "方針を定めて毎年公表している".into();
    let altered = text.replace("方針を定めて公表している", "方針を定めて毎年公表している");
    assert_ne!(altered, text);
    forger.refused(&reworded, altered.as_bytes(), "data-altered");
    let mut dated = sheet.clone();
    dated.date.text = "2026年2月9日".into();
    let date = text.replace("\"date\": \"2026-02-01\"", "\"date\": \"2026-02-09\"");
    assert_ne!(date, text);
    forger.refused(&dated, date.as_bytes(), "data-altered");

    // The true data under false pages: a word, a row more, a row less, two measures exchanged, another date.
    forger.refused(&reworded, &data, "text-differs");
    let mut more = sheet.clone();
    let mut added = more.rows[3].clone();
    (added.id, added.anchor, added.no) = ("added".into(), "B-b-added".into(), Some(9));
    added.measure.paragraphs[0][0].text = "国外の制度を調べている".into();
    more.rows.insert(4, added);
    forger.refused(&more, &data, "text-added");
    forger.refused(&sheet.first_rows(3), &data, "text-differs");
    let mut exchanged = sheet.clone();
    let first = exchanged.rows[1].measure.clone();
    exchanged.rows[1].measure = std::mem::replace(&mut exchanged.rows[2].measure, first);
    forger.refused(&exchanged, &data, "text-differs");
    let mut dated = sheet.clone();
    for text in dated
        .labels
        .values_mut()
        .chain(dated.control.iter_mut().map(|it| &mut it.text))
    {
        *text = text.replace("2026年2月1日", "2026年9月1日");
    }
    forger.refused(&dated, &data, "text-differs");
    let mut signed = sheet.clone();
    signed.signatory.name = "別人太郎".into();
    forger.refused(&signed, &data, "text-differs");

    // Another edition's data behind the pages of this one.
    forger.refused(&sheet, &forger.data(0), "other-digest");
    forger.refused(&forger.sheet(0), &data, "text-differs");
    // Something that is no sheet's data.
    forger.refused(&sheet, b"{}", "data-unreadable");
}

#[test]
fn cut_files_and_files_of_other_kinds_are_refused() {
    let folder = issued_twice();
    let project = folder.path();
    let bytes = fs::read(client_pdf(&folder, "2026-02-01")).expect("written");
    let path = project.join("false.pdf");
    let refused = |bytes: &[u8], finding: &str| {
        fs::write(&path, bytes).expect("writable");
        let (code, said) = verified(project, &path, &[]);
        assert!(
            code == 1 && said.contains(&format!("[{finding}]")),
            "{finding}: {said}"
        );
    };
    for length in [0, 5, bytes.len() / 3, bytes.len() - 200] {
        refused(&bytes[..length], "unreadable");
    }
    refused(b"<html>not a PDF</html>", "unreadable");
}

#[test]
fn the_sites_own_page_gives_the_same_verdict_in_a_browser() {
    let folder = issued_twice();
    let path = |below: &str| folder.path().join(below);
    let bytes = fs::read(client_pdf(&folder, "2026-02-01")).expect("written");
    fs::write(path("cut.pdf"), &bytes[..bytes.len() / 3]).expect("writable");
    let forger = Forger::new();
    forger.verdict(
        &forger.sheet(1),
        b"{\n  \"format\": \"safeguards/1\",\n  \"edition\": \"2026-02-01\"\n}\n",
    );
    fs::copy(forger.folder.path().join("forged.pdf"), path("forged.pdf")).expect("copied");
    let mut twice = bytes.clone();
    let data = b"{\n  \"format\": \"safeguards/1\"\n}\n";
    let object = format!(
        "\n999 0 obj\n<</Length {}/Type/EmbeddedFile>>\nstream\n",
        data.len()
    );
    twice.extend([object.as_bytes(), data, b"\nendstream\nendobj\n"].concat());
    fs::write(path("twice.pdf"), twice).expect("writable");
    let old = "output/site/editions/2026-01-01/safeguards.pdf";
    let files = [
        (
            "current",
            "output/client/安全管理措置一覧_2026-02-01_見本社労士事務所.pdf",
        ),
        (
            "current",
            "output/client/安全管理措置一覧_2026-02-01_見本社労士事務所_押印用.pdf",
        ),
        ("current", "output/site/safeguards.json"),
        ("superseded", old),
        ("unknown", "forged.pdf"),
        ("several", "twice.pdf"),
        ("none", "cut.pdf"),
    ];
    let script = support::project().join("tests/tools/verify.mjs");
    let page = path("output/site/verify.html");
    let files = files.map(|(verdict, file)| format!("{verdict}={}", path(file).display()));
    let mut arguments = vec![script.as_os_str(), page.as_os_str()];
    arguments.extend(files.iter().map(std::ffi::OsStr::new));
    let said = run("node", &arguments);
    assert_eq!(said.matches("ok ").count(), files.len(), "{said}");
}
