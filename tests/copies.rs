//! Copies on paper and for one client: what they print, what they never touch.

mod support;

use ::safeguard::data::sha256 as safeguard_sha256;
use std::fs;
use std::path::{Path, PathBuf};
use support::{base, run, safeguard};
use tempfile::TempDir;

const ID: &str = "2026-01-01";

/// The base content with an address, seals to approve, and one edition.
fn issued() -> TempDir {
    let folder = base();
    for (file, line) in [
        ("office.yaml", "url: https://www.example.jp/safeguards/\n"),
        ("sheet.yaml", "approvals: [所長, 責任者]\n"),
    ] {
        let path = folder.path().join("content").join(file);
        let text = fs::read_to_string(&path).expect("there") + line;
        fs::write(path, text).expect("writable");
    }
    // Until then it is a draft, and says so on every page.
    assert!(safeguard(&folder, &["build"]).status.success());
    for path in [
        "client/安全管理措置一覧_2026-01-01案_見本社労士事務所.pdf",
        "client/安全管理措置一覧_2026-01-01案_見本社労士事務所_押印用.pdf",
        "site/safeguards.pdf",
    ] {
        for page in pages(&output(&folder, path)) {
            assert!(page.contains("案（未発行）"), "{path}: {page}");
        }
    }
    let done = safeguard(&folder, &["issue", "--date", ID, "--note", "初版"]);
    assert!(done.status.success(), "{done:?}");
    folder
}

fn output(folder: &TempDir, path: &str) -> PathBuf {
    folder.path().join("output").join(path)
}

fn attached(pdf: &Path) -> Vec<u8> {
    let to = pdf.with_extension("attached.json");
    let arguments = [
        "-save".as_ref(),
        "1".as_ref(),
        "-o".as_ref(),
        to.as_os_str(),
        pdf.as_os_str(),
    ];
    run("pdfdetach", &arguments);
    let data = fs::read(&to).expect("attached data");
    fs::remove_file(to).expect("it was there");
    data
}

/// The pages' text without white space.
fn pages(pdf: &Path) -> Vec<String> {
    let text = run("pdftotext", &[pdf.as_os_str(), "-".as_ref()]);
    let text: String = text.chars().filter(|c| !" \n".contains(*c)).collect();
    text.split_terminator('\u{c}').map(str::to_owned).collect()
}

#[test]
fn every_page_of_a_signed_copy_tells_its_edition_and_leads_to_it() {
    let folder = issued();
    assert!(safeguard(&folder, &["build"]).status.success());
    let signed = output(
        &folder,
        "client/安全管理措置一覧_2026-01-01_見本社労士事務所_押印用.pdf",
    );
    let digest = safeguard_sha256(&attached(&signed));
    let pages = pages(&signed);
    for (number, page) in (1..).zip(&pages) {
        assert!(
            page.contains(&format!("版{ID}照合値{}", &digest[..16])),
            "{page}"
        );
        assert!(
            page.contains(&format!("{number}/{}", pages.len())),
            "{page}"
        );
        assert_eq!(page.contains("契印"), number > 1, "{page}");
    }
    let all = pages.concat();
    for text in ["署名日", "改訂履歴", "2026年1月1日初版", "所長", &digest] {
        assert!(all.contains(text), "no {text} in {all}");
    }
    assert!(
        pages
            .iter()
            .any(|page| page.contains("署名日") && page.contains("措置の内容"))
    );
    // A reader of codes, not the program that made it, and a coarse scan.
    let picture = folder.path().join("page");
    let arguments = [
        "-r".as_ref(),
        "150".as_ref(),
        "-png".as_ref(),
        signed.as_os_str(),
        picture.as_os_str(),
    ];
    run("pdftoppm", &arguments);
    let read = run(
        "zbarimg",
        &[
            "--quiet".as_ref(),
            "--raw".as_ref(),
            folder
                .path()
                .join(format!("page-{}.png", pages.len()))
                .as_os_str(),
        ],
    );
    let address = format!(
        "https://www.example.jp/safeguards/editions/{ID}/index.html#{}",
        &digest[..16]
    );
    assert_eq!(read.trim(), address);
}

#[test]
fn a_copy_says_where_it_is_checked_and_prints_its_digest() {
    let folder = issued();
    assert!(safeguard(&folder, &["build"]).status.success());
    let list = fs::read_to_string(output(&folder, "site/editions.json")).expect("written");
    for path in [
        "client/安全管理措置一覧_2026-01-01_見本社労士事務所.pdf",
        "site/safeguards.pdf",
    ] {
        let pdf = output(&folder, path);
        let text = pages(&pdf).concat();
        assert!(text.contains("「受け取ったファイルの確認」"), "{text}");
        let said = run("sha256sum", &[pdf.as_os_str()]);
        let digits = said.split_whitespace().next().expect("digits");
        assert!(list.contains(digits), "{path}");
        // The data inside has the digest printed, in groups of eight.
        let digest = safeguard_sha256(&attached(&pdf));
        assert!(text.contains(&digest) && list.contains(&digest), "{path}");
    }
}

#[test]
fn a_clients_copy_bears_its_name_and_stays() {
    let folder = issued();
    let name = "株式会社テスト/商事";
    let build = ["build", "--recipient", name, "--acknowledgement"];
    let done = safeguard(&folder, &build);
    assert!(done.status.success(), "{done:?}");
    let copy = output(
        &folder,
        "client/copies/安全管理措置一覧_2026-01-01_見本社労士事務所_株式会社テスト-商事.pdf",
    );
    let pages = pages(&copy);
    for page in &pages {
        assert!(page.contains(&format!("{name}御中")), "{page}");
    }
    let last = pages.last().expect("a page");
    for text in [
        "受領・確認票",
        "確認日",
        "確認者",
        "□適□要確認",
        "総合結果",
        "次回確認予定日",
        "発行者見本社労士事務所",
        "基本方針",
        "組織",
        "委託",
    ] {
        assert!(last.contains(text), "no {text} in {last}");
    }
    assert!(run("pdfinfo", &[copy.as_os_str()]).contains(&format!("recipient: {name}")));
    let client = output(
        &folder,
        "client/安全管理措置一覧_2026-01-01_見本社労士事務所.pdf",
    );
    assert!(attached(&copy) == attached(&client));
    let python = support::project().join(".tools/venv/bin/python");
    let script = support::project().join("tests/tools/pdf.py");
    let signed = output(
        &folder,
        "client/安全管理措置一覧_2026-01-01_見本社労士事務所_押印用.pdf",
    );
    run(
        &python.to_string_lossy(),
        &[script.as_os_str(), copy.as_os_str(), signed.as_os_str()],
    );

    // Nothing below site/ knows of it, and nothing that is built later takes it away.
    let site = walkdir::WalkDir::new(output(&folder, "site"));
    for file in site.into_iter().map(|entry| entry.expect("readable")) {
        if file.file_type().is_file() {
            let ending = file.path().extension();
            let text = if ending.is_some_and(|ending| ending == "pdf") {
                run("pdftotext", &[file.path().as_os_str(), "-".as_ref()])
                    + &run("pdfinfo", &[file.path().as_os_str()])
            } else {
                fs::read_to_string(file.path()).expect("text")
            };
            assert!(!text.contains("テスト"), "{}", file.path().display());
        }
    }
    let bytes = fs::read(&copy).expect("there");
    let list = output(&folder, "site/editions.json");
    let is_listed = |bytes| {
        let list = fs::read_to_string(&list).expect("written");
        list.contains(&safeguard_sha256(bytes))
    };
    assert!(is_listed(&bytes), "the list was made before the copy");
    assert!(safeguard(&folder, &["build"]).status.success());
    assert!(is_listed(&bytes));
    assert!(bytes == fs::read(&copy).expect("a later build keeps it"));
    // Another copy for the same client is another file, and both are recorded; a name may be struck.
    let done = safeguard(&folder, &build);
    assert!(done.status.success(), "{done:?}");
    let again = fs::read(&copy).expect("there");
    assert!(bytes != again, "two copies are one file");
    let path = folder.path().join("content/copies.yaml");
    let ledger = fs::read_to_string(&path).expect("written");
    for file in [&bytes, &again] {
        let line = format!(
            "  bytes: {}\n  sha256: {}\n",
            file.len(),
            safeguard_sha256(file)
        );
        assert!(ledger.contains(&line), "no {line} in {ledger}");
    }
    assert_eq!(ledger.matches(&format!("recipient: {name}\n")).count(), 2);
    let struck = ledger.replace(&format!("  recipient: {name}\n"), "");
    fs::write(&path, struck).expect("writable");
    let done = safeguard(&folder, &["build", "--recipient", "甲社", "乙社"]);
    assert!(done.status.success(), "{done:?}");
    let ledger = fs::read_to_string(&path).expect("written");
    assert!(
        !ledger.contains(name) && ledger.contains("recipient: 乙社"),
        "{ledger}"
    );

    for (name, why) in [
        ("𠮼野商事", "no font has 𠮼 (U+20BBC)"),
        ("　", "1 to 40 letters"),
        ("商\u{202e}事", "turns the direction"),
    ] {
        let done = safeguard(&folder, &["build", "--recipient", name]);
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(
            done.status.code() == Some(2) && said.contains(why),
            "{said}"
        );
    }
}

#[test]
fn whoever_holds_a_copy_of_an_older_edition_is_named() {
    let folder = issued();
    let write = |path: &str, text: &str| {
        fs::write(folder.path().join(path), text).expect("writable");
    };
    let said = |arguments: &[&str]| {
        let done = safeguard(&folder, arguments);
        assert!(done.status.success(), "{done:?}");
        String::from_utf8(done.stdout).expect("UTF-8")
    };
    said(&["build", "--recipient", "甲社", "乙社"]);
    write("publish.yaml", "web: {kind: folder, path: public}\n");
    assert!(!said(&["publish"]).contains("甲社"));
    assert!(!said(&["publish", "--status"]).contains("甲社"));

    let sheet = folder.path().join("content/sheet.yaml");
    let text = fs::read_to_string(&sheet).expect("there");
    let text = text.replace("安全管理措置一覧", "安全管理措置の一覧");
    fs::write(&sheet, text).expect("writable");
    let next = "2026-02-01";
    let issued = said(&["issue", "--date", next, "--reviewed", next]);
    let held = |name: &str| format!("{name} holds a copy of the edition {ID} (made on 2026-10-01)");
    for text in [&issued, &said(&["publish", "--status"])] {
        assert!(
            text.contains(&held("甲社")) && text.contains(&held("乙社")),
            "{text}"
        );
    }
    // Whoever got the new edition is no longer named.
    said(&["build", "--recipient", "甲社"]);
    let status = said(&["publish", "--status"]);
    assert!(
        !status.contains("甲社") && status.contains(&held("乙社")),
        "{status}"
    );
}

#[test]
fn two_clients_never_share_a_file() {
    let folder = issued();
    let build = |names: &[&str]| safeguard(&folder, &[&["build", "--recipient"], names].concat());
    assert!(build(&["甲/乙商事", "甲/乙商事"]).status.success());
    for names in [&["甲:乙商事"][..], &["Abc", "ABC"]] {
        let done = build(names);
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(2), "{said}");
        assert!(said.contains("would get the same file name"), "{said}");
    }
    // The same client again.
    assert!(build(&["甲/乙商事", "ABC"]).status.success());
}

#[test]
fn only_a_scan_or_an_issued_file_is_attached() {
    let folder = issued();
    let next = "2026-02-01";
    let sheet = folder.path().join("content/sheet.yaml");
    let text = fs::read_to_string(&sheet).expect("there");
    fs::write(
        &sheet,
        text.replace("安全管理措置一覧", "安全管理措置の一覧"),
    )
    .expect("writable");
    let done = safeguard(&folder, &["issue", "--date", next, "--reviewed", next]);
    assert!(done.status.success(), "{done:?}");
    assert!(safeguard(&folder, &["build"]).status.success());
    let file = |path: &str| folder.path().join(path).to_string_lossy().into_owned();
    let old = file("content/editions/2026-01-01/client.pdf");
    let changed = file("changed.pdf");
    fs::write(
        &changed,
        [fs::read(&old).expect("issued"), b"\n".to_vec()].concat(),
    )
    .expect("writable");
    let proof = file("output/office/安全管理措置一覧_2026-02-01_校正用（社外秘）.pdf");
    let empty = file("empty.pdf");
    fs::write(&empty, "").expect("writable");
    let ledger = file("content/copies.yaml");
    for (attached, why) in [
        (
            &old,
            "recorded already, as a file of the edition 2026-01-01",
        ),
        (&changed, "the data in"),
        (&proof, "the data in"),
        (&empty, "is no scan"),
        (&sheet.to_string_lossy().into_owned(), "is no scan"),
    ] {
        let done = safeguard(&folder, &["issue", "--attach", attached, "--to", next]);
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(
            done.status.code() == Some(2) && said.contains(why),
            "{attached}: {said}"
        );
        assert!(!fs::exists(&ledger).expect("readable"), "{attached}");
    }
    let verdict = |file: &str| safeguard(&folder, &["verify", file]).status.code();
    let scan = file("scan.jpg");
    fs::write(&scan, b"\xff\xd8\xff and a picture").expect("writable");
    assert_eq!(verdict(&scan), Some(1));
    let attach = ["issue", "--attach", &scan, "--to", next, "--recipient"];
    let done = safeguard(&folder, &[&attach[..], &["甲社、乙社"]].concat());
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(said.contains("--recipient 甲社 乙社"), "{said}");
    let done = safeguard(&folder, &[&attach[..], &["甲社"]].concat());
    assert!(done.status.success(), "{done:?}");
    assert_eq!(verdict(&scan), Some(0));

    // Even if a line is written by hand: data that contradicts comes before the record.
    let text = fs::read_to_string(&ledger).expect("written");
    let scanned = safeguard_sha256(&fs::read(&scan).expect("there"));
    for (attached, code) in [(&old, 5), (&changed, 5), (&proof, 1)] {
        let digest = safeguard_sha256(&fs::read(attached).expect("there"));
        fs::write(&ledger, text.replace(&scanned, &digest)).expect("writable");
        assert_eq!(verdict(attached), Some(code), "{attached}");
    }
}
