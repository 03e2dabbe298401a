//! From the first edition to a signed copy in a client's hands: issue, change, issue again, compare, sign, verify;
//! the verdict on every file that the program writes, and on every kind of forgery.

mod support;

use safeguard::edition::{Digests, LISTING_FORMAT, ListedEdition, Listing};
use safeguard::verify::{KnownEditions, Verdict, VerifyContext};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use support::keys::{Behaviour, KEYS, PASSWORD, TestTimeServer, key, moment};
use support::{run, serve};
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

/// Signs a file with an option more; returns the signed file.
fn sign(folder: &Path, file: &Path, key_name: &str, output: &str, more: &[&str]) -> PathBuf {
    LazyLock::force(&KEYS);
    let password = folder.join("password");
    fs::write(&password, format!("{PASSWORD}\n")).expect("writable");
    let signed = folder.join(output);
    let [file, key_file, password, output] =
        [file.to_owned(), key(key_name), password, signed.clone()]
            .map(|path| path.to_string_lossy().into_owned());
    let arguments = [
        "sign",
        &file,
        "--key",
        &key_file,
        "--password-file",
        &password,
        "-o",
        &output,
    ];
    done(folder, &[&arguments, more].concat());
    signed
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

    let server = TestTimeServer::start(Behaviour::Grant);
    let url = server.url();
    let file = client_pdf(&folder, "2026-02-01");
    let signed = sign(project, &file, "p256.p12", "signed.pdf", &["--tsa", &url]);
    done(project, &["build"]);
    let [root, other, own, rsa] = ["root.pem", "other.pem", "p256.pem", "rsa.pem"]
        .map(|name| key(name).to_string_lossy().into_owned());
    let name = "竹内 二郎";
    let by_name =
        |roots: &str, name: &str| ["--trust", roots, "--signer-name", name].map(str::to_owned);
    let asked = |more: &[String]| {
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        verified(project, &signed, &more)
    };
    let (code, said) = asked(&by_name(&root, name));
    assert_eq!(code, 0, "{said}");
    for line in [
        "/signed.pdf\n",
        "genuine and current",
        "Electronic signature of 竹内 二郎",
        "Signed before 2026-",
        "leads to the authority given",
        "whether the certificate was revoked is not checked",
    ] {
        assert!(said.contains(line), "no {line} in {said}");
    }
    for (more, why) in [
        (by_name(&other, name), "a valid one of the signer asked for"),
        (
            by_name(&root, "竹内 一郎"),
            "a valid one of the signer asked for",
        ),
    ] {
        let (code, said) = asked(&more);
        assert!(code == 1 && said.contains(why), "{said}");
    }
    assert_eq!(asked(&["--signer".into(), own]).0, 0);
    assert_eq!(asked(&["--signer".into(), rsa]).0, 1);
    // Nobody was asked for: the time is only a claim, for no authority is trusted.
    let (code, said) = asked(&[]);
    assert!(
        code == 0 && said.contains("The signer claims 2026-"),
        "{said}"
    );
    let unsigned = client_pdf(&folder, "2026-02-01");
    let (code, said) = verified(
        project,
        &unsigned,
        &["--trust", &root, "--signer-name", name],
    );
    assert!(
        code == 1 && said.contains("no electronic signature"),
        "{said}"
    );

    // Nothing but the file and the office's site: the same verdict; nothing at all: none.
    let elsewhere = tempfile::tempdir().expect("a folder");
    let site = project.join("output/site").to_string_lossy().into_owned();
    let (code, said) = verified(elsewhere.path(), &signed, &["--site", &site]);
    assert!(code == 0 && said.contains("genuine and current"), "{said}");
    let (code, said) = verified(elsewhere.path(), &signed, &[]);
    assert!(code == 4 && said.contains("--site https://"), "{said}");
    let (code, said) = verified(project, &signed, &["--site", "nowhere"]);
    assert!(
        code == 2 && said.contains("list of editions cannot be read from nowhere"),
        "{said}"
    );
    let (code, said) = verified(project, &project.join("absent.pdf"), &[]);
    assert_eq!(code, 2, "{said}");
}

/// A project in which everything was let out that can be, and the expected exit code of each file.
struct LetOut {
    folder: TempDir,
    expected: Vec<(PathBuf, i32)>,
}

fn let_out(with_address: bool) -> LetOut {
    let folder = support::base();
    let project = folder.path();
    if with_address {
        change(
            project,
            "content/office.yaml",
            "name: 見本社",
            "url: https://example.jp/safety/\nname: 見本社",
        );
        change(
            project,
            "content/sheet.yaml",
            "date:",
            "date_style: era\ndate:",
        );
    }
    done(
        project,
        &["issue", "--date", "2026-01-01", "--note", "初版"],
    );
    done(project, &["build", "--recipient", "甲社"]);
    let kept = |path: &str, to: &str| {
        let to = project.join(to);
        fs::copy(project.join("output").join(path), &to).expect("built");
        to
    };
    let name = |id: &str, end: &str| format!("client/安全管理措置一覧_{id}_見本社労士事務所{end}");
    let old_copy = kept(
        "client/copies/安全管理措置一覧_2026-01-01_見本社労士事務所_甲社.pdf",
        "old-copy.pdf",
    );
    let old = kept(&name("2026-01-01", ".pdf"), "old.pdf");
    change(
        project,
        "content/measures/B/b.yaml",
        "見本システム株式会社",
        "見本クラウド株式会社",
    );
    let second = ["issue", "--date", "2026-02-01", "--reviewed", "2026-02-01"];
    done(project, &[&second[..], &["--note", "委託先"]].concat());
    done(
        project,
        &["build", "--recipient", "甲社", "乙社", "--acknowledgement"],
    );
    let output = |path: &str| project.join("output").join(path);
    let rsa = sign(
        project,
        &output(&name("2026-02-01", ".pdf")),
        "rsa.p12",
        "rsa.pdf",
        &[],
    );
    let copy = output("client/copies/安全管理措置一覧_2026-02-01_見本社労士事務所_乙社.pdf");
    let p256 = sign(project, &copy, "p256.p12", "p256.pdf", &[]);
    let scan = project.join("scan.jpg");
    fs::write(&scan, b"\xff\xd8\xff a picture of sealed paper").expect("writable");
    let path = scan.to_string_lossy().into_owned();
    done(
        project,
        &[
            "issue",
            "--attach",
            &path,
            "--to",
            "2026-02-01",
            "--recipient",
            "乙社",
        ],
    );
    done(project, &["build"]);
    let draft = project.join("draft.pdf");
    fs::write(&draft, "never let out").expect("writable");
    let mut expected = vec![
        (old_copy, 3),
        (old, 3),
        (copy, 0),
        (rsa, 0),
        (p256, 0),
        (scan, 0),
        (draft, 1),
    ];
    for (path, code) in [
        (name("2026-02-01", ".pdf"), 0),
        (name("2026-02-01", ".csv"), 0),
        (name("2026-02-01", "_押印用.pdf"), 0),
        (name("2026-02-01", "_新旧対照表.pdf"), 0),
        (
            "office/安全管理措置一覧_2026-02-01_校正用（社外秘）.pdf".to_owned(),
            1,
        ),
        ("site/safeguards.pdf".to_owned(), 0),
        ("site/safeguards.csv".to_owned(), 0),
        ("site/safeguards.json".to_owned(), 0),
        ("site/editions/2026-01-01/safeguards.pdf".to_owned(), 3),
        ("site/editions/2026-01-01/safeguards.json".to_owned(), 3),
        ("site/index.html".to_owned(), 1),
        ("site/editions.json".to_owned(), 1),
    ] {
        expected.push((output(&path), code));
    }
    LetOut { folder, expected }
}

#[test]
fn every_file_that_the_program_writes_gets_the_verdict_it_deserves() {
    for with_address in [false, true] {
        let LetOut { folder, expected } = let_out(with_address);
        let site = folder.path().join("output/site");
        let elsewhere = tempfile::tempdir().expect("a folder");
        let page = site.join("verify.html").to_string_lossy().into_owned();
        for (path, code) in &expected {
            let (by_project, said) = verified(folder.path(), path, &[]);
            assert_eq!(by_project, *code, "{}: {said}", path.display());
            let (by_site, said) = verified(elsewhere.path(), path, &["--site", &page]);
            assert_eq!(by_site, *code, "{}: {said}", path.display());
        }
        // All of them together: a table, and the gravest code.
        let files: Vec<String> = expected
            .iter()
            .filter(|(_, code)| *code != 1)
            .map(|(path, _)| path.to_string_lossy().into_owned())
            .collect();
        let mut verify = vec!["verify"];
        verify.extend(files.iter().map(String::as_str));
        let table = safeguard(folder.path(), &verify);
        assert_eq!(table.status.code(), Some(3), "{table:?}");
        let json = safeguard(
            folder.path(),
            &[&verify[..], &["--format", "json"]].concat(),
        );
        let rows: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
        let rows = rows.as_array().expect("a list");
        assert_eq!(rows.len(), files.len());
        assert!(rows.iter().all(|row| row["office"] == "見本社労士事務所"));
        let signed = rows
            .iter()
            .find(|row| {
                row["file"]
                    .as_str()
                    .is_some_and(|it| it.ends_with("rsa.pdf"))
            })
            .expect("a row");
        assert_eq!(signed["signatures"][0]["signer"], "竹内 一郎");
        assert_eq!(signed["signatures"][0]["valid"], true);
        let csv = safeguard(folder.path(), &[&verify[..], &["--format", "csv"]].concat());
        let mut lines = csv::Reader::from_reader(&csv.stdout[3..]);
        assert_eq!(lines.records().count(), files.len());
    }
}

#[test]
fn a_withdrawn_edition_a_changed_file_and_a_draft_are_told_apart() {
    let LetOut { folder, .. } = let_out(false);
    let project = folder.path();
    let json = project.join("altered.json");
    let text = fs::read_to_string(project.join("output/site/safeguards.json")).expect("built");
    assert!(text.contains("方針を定めている"));
    fs::write(
        &json,
        text.replace("方針を定めている", "方針を定めていない"),
    )
    .expect("writable");
    let (code, said) = verified(project, &json, &[]);
    assert!(
        code == 1 && said.contains("is not what was issued"),
        "{said}"
    );
    let saved_anew = project.join("anew.pdf");
    let file = client_pdf(&folder, "2026-02-01");
    let mut bytes = fs::read(&file).expect("built");
    bytes.push(b'\n');
    fs::write(&saved_anew, bytes).expect("writable");
    let (code, said) = verified(project, &saved_anew, &[]);
    assert!(
        code == 5
            && said.contains("data genuine, pages unproven")
            && said.contains("Ask the office"),
        "{said}"
    );
    // A record older than the file cannot tell; another office's list does not.
    let older = support::base();
    done(older.path(), &["issue", "--date", "2026-01-15"]);
    let (code, said) = verified(older.path(), &file, &[]);
    assert!(
        code == 4 && said.contains("lists no edition 2026-02-01"),
        "{said}"
    );
    change(
        older.path(),
        "content/office.yaml",
        "見本社労士事務所",
        "別の社労士事務所",
    );
    let (code, said) = verified(older.path(), &file, &[]);
    assert!(
        code == 1 && said.contains("that of 別の社労士事務所"),
        "{said}"
    );

    done(
        project,
        &["issue", "--withdraw", "2026-02-01", "--note", "誤り"],
    );
    let (code, said) = verified(project, &file, &[]);
    assert!(
        code == 3 && said.contains("withdrew that edition"),
        "{said}"
    );
    change(
        project,
        "content/measures/A.yaml",
        "方針を定めている",
        "方針を改めた",
    );
    done(project, &["build"]);
    let (code, said) = verified(project, &client_pdf(&folder, "2026-02-01案"), &[]);
    assert!(code == 1 && said.contains("a draft (案)"), "{said}");
}

#[test]
fn cut_files_and_files_of_other_kinds_are_refused_in_words_for_a_client() {
    let folder = issued_twice();
    let project = folder.path();
    let bytes = fs::read(client_pdf(&folder, "2026-02-01")).expect("written");
    let path = project.join("false.pdf");
    let lengths = [0, 5, bytes.len() / 3, bytes.len() - 200];
    let cut = lengths.map(|length| bytes[..length].to_vec());
    for bytes in cut.into_iter().chain([b"<html>not a PDF</html>".to_vec()]) {
        fs::write(&path, &bytes).expect("writable");
        let (code, said) = verified(project, &path, &[]);
        assert!(code == 1 && said.contains("no issued document"), "{said}");
        let elsewhere = tempfile::tempdir().expect("a folder");
        assert_eq!(verified(elsewhere.path(), &path, &[]).0, 4);
    }
}

/// A list with one edition, of which one file was let out.
fn listing(file: &[u8]) -> Listing {
    Listing {
        format: LISTING_FORMAT.to_owned(),
        office: "見本社労士事務所".to_owned(),
        editions: vec![ListedEdition {
            id: "2026-01-01".to_owned(),
            number: 1,
            date: "2026-01-01".parse().expect("a day"),
            issued_on: "2026-01-01".parse().expect("a day"),
            note: None,
            superseded_by: None,
            withdrawn: None,
            digest: Digests::default(),
            files: [safeguard::data::sha256(file)].into(),
        }],
        lost: Vec::new(),
    }
}

#[test]
fn a_list_that_came_without_protection_proves_nothing() {
    let file = b"a scan";
    let listing = listing(file);
    let verdict = |is_insecure| {
        let context = VerifyContext {
            known: KnownEditions {
                listing: Some(listing.clone()),
                is_insecure,
                site: None,
            },
            signer: None,
            signer_name: None,
            roots: Vec::new(),
            now: moment(),
        };
        let verify = |file: &[u8]| safeguard::verify::verify("scan.jpg", file, &context).verdict;
        (verify(file), verify(b"another scan"))
    };
    assert_eq!(verdict(false), (Verdict::Current, Verdict::NotOurs));
    assert_eq!(verdict(true), (Verdict::NoRecord, Verdict::NotOurs));
}

#[test]
fn any_address_of_the_site_leads_to_its_list() {
    let folder = issued_twice();
    let file = client_pdf(&folder, "2026-02-01");
    let elsewhere = tempfile::tempdir().expect("a folder");
    let home = serve(folder.path().join("output/site"));
    for below in [
        "",
        "/",
        "/verify.html",
        "/index.html#A-policy",
        "/editions/2026-01-01/index.html?x=1#0123456789abcdef",
        "/editions/2026-02-01",
    ] {
        let (code, said) = verified(
            elsewhere.path(),
            &file,
            &["--site", &format!("{home}{below}")],
        );
        assert_eq!(code, 0, "{below}: {said}");
    }
    let (code, said) = verified(
        elsewhere.path(),
        &file,
        &["--site", &format!("{home}/moved/")],
    );
    // The list of the folder above is not taken instead of one that leads elsewhere.
    assert!(code == 2 && said.contains("other.example"), "{said}");
    let empty = serve(elsewhere.path().to_owned());
    let (code, said) = verified(elsewhere.path(), &file, &["--site", &empty]);
    assert!(code == 2 && said.contains("404"), "{said}");
}

#[test]
fn no_forgery_is_called_genuine() {
    let folder = issued_twice();
    let project = folder.path();
    let file = client_pdf(&folder, "2026-02-01");
    let signed = sign(project, &file, "p256.p12", "signed.pdf", &[]);
    let password = project.join("password");
    let forged = project.join("forged");
    let python = support::project().join(".tools/venv/bin/python");
    let script = support::project().join("tests/tools/forge.py");
    let [key_file, other] = ["p256.p12", "rsa.p12"].map(key);
    let list = run(
        &python.to_string_lossy(),
        &[
            script.as_os_str(),
            file.as_os_str(),
            forged.as_os_str(),
            "--signed".as_ref(),
            signed.as_os_str(),
            "--key".as_ref(),
            key_file.as_os_str(),
            "--password-file".as_ref(),
            password.as_os_str(),
            "--other-key".as_ref(),
            other.as_os_str(),
        ],
    );
    let list: Vec<serde_json::Value> = serde_json::from_str(&list).expect("a list");
    assert!(list.len() > 150, "{} forgeries", list.len());
    let site = project.join("output/site").to_string_lossy().into_owned();
    let root = key("root.pem").to_string_lossy().into_owned();
    let own = key("p256.pem").to_string_lossy().into_owned();
    let files: Vec<String> = list
        .iter()
        .map(|it| it["name"].as_str().expect("a name"))
        .map(|name| {
            forged
                .join(name)
                .with_extension("pdf")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let demands: [&[&str]; 4] = [
        &[],
        &["--site", &site],
        &["--trust", &root, "--signer-name", "竹内 二郎"],
        &["--signer", &own],
    ];
    for demand in demands {
        let mut verify = vec!["verify", "--format", "json"];
        verify.extend(files.iter().map(String::as_str));
        let said = safeguard(project, &[&verify[..], demand].concat());
        assert_eq!(said.status.code(), Some(1), "{said:?}");
        let rows: Vec<serde_json::Value> = serde_json::from_slice(&said.stdout).expect("JSON");
        assert_eq!(rows.len(), files.len());
        for row in &rows {
            let exit = row["exit"].as_u64();
            assert!(exit == Some(1) || exit == Some(5), "{demand:?}: {row}");
        }
    }
    // The files they were made of are genuine still.
    assert_eq!(verified(project, &file, &[]).0, 0);
    assert_eq!(verified(project, &signed, &["--signer", &own]).0, 0);
}

#[test]
fn the_sites_own_page_gives_the_same_verdict_in_a_browser() {
    let LetOut { folder, expected } = let_out(false);
    let mut files = Vec::new();
    for (path, code) in &expected {
        let verdict = match code {
            0 => "current",
            3 => "replaced",
            _ => "unknown",
        };
        files.push(format!("{verdict}={}", path.display()));
    }
    let script = support::project().join("tests/tools/verify.mjs");
    let page = folder.path().join("output/site/verify.html");
    let mut arguments = vec![script.as_os_str(), page.as_os_str()];
    arguments.extend(files.iter().map(std::ffi::OsStr::new));
    let said = run("node", &arguments);
    assert!(said.matches("ok ").count() >= files.len(), "{said}");
}
