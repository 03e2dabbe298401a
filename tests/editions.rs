//! Issuing from the command line: what is frozen, what is refused, what is noticed later.

mod support;

use std::fs;
use support::{base, copy, safeguard, serve};
use tempfile::TempDir;

fn issue(folder: &TempDir, day: &str) {
    let done = safeguard(
        folder,
        &["issue", "--date", day, "--note", day, "--reviewed", day],
    );
    assert!(done.status.success(), "{done:?}");
}

/// Runs what must be refused with this exit code, and returns what it says.
fn refused(folder: &TempDir, arguments: &[&str], code: i32) -> String {
    let done = safeguard(folder, arguments);
    assert_eq!(done.status.code(), Some(code), "{arguments:?}: {done:?}");
    String::from_utf8(done.stderr).expect("UTF-8") + &String::from_utf8_lossy(&done.stdout)
}

fn read(folder: &TempDir, path: &str) -> String {
    fs::read_to_string(folder.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn change(folder: &TempDir, path: &str, from: &str, to: &str) {
    let text = read(folder, path);
    assert!(text.contains(from), "{path} has no {from}");
    fs::write(folder.path().join(path), text.replace(from, to)).expect("writable");
}

fn built(folder: &TempDir) -> serde_json::Value {
    let done = safeguard(folder, &["build"]);
    assert!(done.status.success(), "{done:?}");
    serde_json::from_str(&read(folder, "output/manifest.json")).expect("JSON")
}

#[test]
fn an_edition_is_frozen_and_what_was_changed_since_is_a_draft() {
    let folder = base();
    assert_eq!(built(&folder)["edition"], serde_json::Value::Null);
    assert!(read(&folder, "output/site/index.html").contains("案（未発行）"));

    issue(&folder, "2026-01-01");
    let manifest = built(&folder);
    assert_eq!(manifest["edition"], "2026-01-01");
    let record: serde_yaml::Value =
        serde_yaml::from_str(&read(&folder, "content/editions/2026-01-01/record.yaml"))
            .expect("YAML");
    let digest = safeguard::data::sha256(read(&folder, "output/site/safeguards.json").as_bytes());
    assert_eq!(record["digest"]["public"].as_str(), Some(digest.as_str()));
    for audience in ["public", "client"] {
        assert_eq!(
            record["digest"][audience].as_str(),
            manifest["digest"][audience].as_str(),
            "{audience}"
        );
    }
    for (name, path) in [
        ("site.pdf", "output/site/safeguards.pdf"),
        ("site.csv", "output/site/safeguards.csv"),
        (
            "site.json",
            "output/site/editions/2026-01-01/safeguards.json",
        ),
        (
            "client.pdf",
            "output/client/安全管理措置一覧_2026-01-01_見本社労士事務所.pdf",
        ),
        (
            "seal.pdf",
            "output/client/安全管理措置一覧_2026-01-01_見本社労士事務所_押印用.pdf",
        ),
    ] {
        let bytes = fs::read(folder.path().join(path)).expect(path);
        assert_eq!(
            record["files"][name].as_str(),
            Some(safeguard::data::sha256(&bytes).as_str()),
            "{name}"
        );
    }
    let page = read(&folder, "output/site/index.html");
    assert!(!page.contains("案（未発行）"));
    assert!(page.contains(&digest), "the page does not show the digest");

    // What is not in an edition may change without a new one.
    change(
        &folder,
        "content/office.yaml",
        "name: 見本社",
        "url: https://example.jp/\nname: 見本社",
    );
    change(
        &folder,
        "content/measures/B/b.yaml",
        "  no: 3\n",
        "  no: 3\n  reviewed_on: 2026-09-01\n  formerly: [logs]\n",
    );
    let site = |path: &str| fs::read(folder.path().join("output/site").join(path)).expect(path);
    let paths = ["safeguards.pdf", "safeguards.json", "safeguards.csv"];
    let issued = paths.map(site);
    assert_eq!(built(&folder)["edition"], "2026-01-01");
    assert!(issued == paths.map(site), "an issued file changed");

    // A changed word makes a draft, and the edition stays what it is.
    change(
        &folder,
        "content/measures/B/b.yaml",
        "記録を残している",
        "記録を3年残している",
    );
    let manifest = built(&folder);
    assert_eq!(manifest["edition"], serde_json::Value::Null);
    assert_eq!(manifest["id"], "2026-01-01案");
    assert!(read(&folder, "output/site/index.html").contains("案（未発行）"));
    let of_edition = paths.map(|path| site(&format!("editions/2026-01-01/{path}")));
    assert!(issued == of_edition, "an issued file changed");
}

#[test]
fn issuing_edits_only_the_lines_it_must() {
    let folder = base();
    change(
        &folder,
        "content/sheet.yaml",
        "date: 2026-01-01",
        "date: 2025-12-01   # 基準日",
    );
    change(
        &folder,
        "content/measures/A.yaml",
        "- id: policy\n  no: 1\n",
        "# 方針\n- {id: first, subject: 甲, measure: 乙} # 一行\n\n- id: policy   # 二つ目\n  no: 1\n",
    );
    let [sheet, measures] =
        ["content/sheet.yaml", "content/measures/A.yaml"].map(|path| read(&folder, path));
    issue(&folder, "2026-02-01");
    assert_eq!(
        read(&folder, "content/sheet.yaml"),
        sheet.replace(
            "2025-12-01   # 基準日",
            "2026-02-01   # 基準日\nedition: 2026-02-01\nreviewed_on: 2026-02-01"
        )
    );
    // 4 was the highest number.
    assert_eq!(
        read(&folder, "content/measures/A.yaml"),
        measures.replace("{id: first,", "{id: first, no: 5,")
    );

    // A number that only an old edition still has is not given again.
    change(
        &folder,
        "content/measures/A.yaml",
        "{id: first, no: 5,",
        "{id: other,",
    );
    issue(&folder, "2026-02-01");
    assert!(read(&folder, "content/measures/A.yaml").contains("{id: other, no: 6,"));
    let second = read(&folder, "content/editions/2026-02-01-2/record.yaml");
    assert!(
        second.contains("predecessor:\n  id: 2026-02-01\n"),
        "{second}"
    );
}

#[test]
fn what_may_not_be_issued_is_refused_and_nothing_is_written() {
    let folder = base();
    change(
        &folder,
        "content/measures/A.yaml",
        "- id: policy",
        "- id: policy\n  confirm: 何年か",
    );
    let files = || walkdir::WalkDir::new(folder.path()).into_iter().count();
    let before = (files(), read(&folder, "content/sheet.yaml"));
    let issue_on = |day: &'static str| ["issue", "--date", day];
    let said = refused(&folder, &issue_on("2026-01-01"), 1);
    assert!(
        said.contains("error[open-question]: open question on `policy`: 何年か"),
        "{said}"
    );
    assert!(said.ends_with("nothing was issued\n"), "{said}");
    let said = refused(&folder, &issue_on("2026-10-02"), 2);
    assert!(
        said.contains("2026-10-02 is still to come (today is 2026-10-01)"),
        "{said}"
    );
    let allow = ["--allow", "open-question@policy=次の版で答える"];
    let noted =
        |note: &'static str| [&issue_on("2026-01-01")[..], &allow, &["--note", note]].concat();
    let said = refused(&folder, &noted("𠮼野家"), 2);
    assert!(
        said.contains("`--note` cannot be printed\n  no font has 𠮼 (U+20BBC)"),
        "{said}"
    );
    change(
        &folder,
        "content/sheet.yaml",
        "date:",
        "confidential: [秘密社]\ndate:",
    );
    let said = refused(&folder, &noted("秘密 社に委託"), 2);
    assert!(
        said.contains("`秘密社` is listed as confidential"),
        "{said}"
    );
    change(
        &folder,
        "content/sheet.yaml",
        "confidential: [秘密社]\ndate:",
        "date:",
    );
    assert_eq!(before, (files(), read(&folder, "content/sheet.yaml")));

    let done = safeguard(&folder, &noted("初版"));
    assert!(done.status.success(), "{done:?}");
    let record = read(&folder, "content/editions/2026-01-01/record.yaml");
    let allowed = "allowed:\n- rule: open-question\n  record: policy\n  reason: 次の版で答える\n";
    assert!(record.contains(allowed), "{record}");
    assert!(
        !record.contains("何年か"),
        "a question is not part of an edition"
    );
    let said = refused(&folder, &noted("初版"), 2);
    assert!(
        said.contains("nothing changed since the edition 2026-01-01"),
        "{said}"
    );
    let said = refused(&folder, &issue_on("2025-12-31"), 2);
    assert!(
        said.contains("is before the newest edition 2026-01-01"),
        "{said}"
    );
    // The reason is the office's own business.
    built(&folder);
    assert!(!read(&folder, "output/site/safeguards.json").contains("次の版で答える"));
}

#[test]
fn the_last_line_of_check_and_build_says_what_to_do_next() {
    let folder = base();
    let last = |arguments: &[&str]| {
        let said = String::from_utf8(safeguard(&folder, arguments).stdout).expect("UTF-8");
        said.lines().last().unwrap_or_default().to_owned()
    };
    let policy = "content/measures/A.yaml";
    let question = "- id: policy\n  confirm: 何年か";
    change(&folder, policy, "- id: policy", question);
    assert!(last(&["check"]).starts_with("next: settle"));
    change(&folder, policy, question, "- id: policy");
    assert!(last(&["check"]).starts_with("next: read the draft"));
    assert!(last(&["build"]).starts_with("next: read the draft"));

    issue(&folder, "2026-01-01");
    assert!(last(&["check"]).starts_with("next: publish the edition 2026-01-01"));
    assert!(last(&["build"]).starts_with("next: publish the edition 2026-01-01"));
    assert_eq!(last(&["check", "--quiet"]), "");
    let sheet = "content/sheet.yaml";
    change(
        &folder,
        sheet,
        "title:",
        "thresholds: {review: P1M}\ntitle:",
    );
    assert!(last(&["check"]).starts_with("next: review the measures"));
    change(&folder, sheet, "thresholds: {review: P1M}\n", "");

    change(&folder, policy, "- id: policy", "- id: policy\n  meme: x");
    assert!(last(&["check"]).starts_with("next: correct the errors"));
}

#[test]
fn build_prints_errors_in_full_and_counts_the_warnings() {
    let folder = base();
    let policy = "content/measures/A.yaml";
    change(
        &folder,
        policy,
        "- id: policy",
        "- id: policy\n  confirm: 何年か",
    );
    let said = String::from_utf8(safeguard(&folder, &["build"]).stderr).expect("UTF-8");
    let expected = "\
warning[open-question]: 1 in all
`safeguard check` shows them
errors: 0, warnings: 1, hints: 0
";
    assert_eq!(said, expected);
    // What stops the run is shown.
    let said = refused(&folder, &["build", "--strict"], 1);
    assert!(
        said.starts_with("warning[open-question]: open question on `policy`"),
        "{said}"
    );
}

#[test]
fn editions_that_were_altered_removed_or_forged_are_noticed() {
    let folder = base();
    for day in ["2026-01-01", "2026-02-01", "2026-03-01"] {
        issue(&folder, day);
    }
    assert!(safeguard(&folder, &["check"]).status.success());
    let path = |id: &str| format!("content/editions/{id}/record.yaml");
    let folder_of = |id: &str| folder.path().join(format!("content/editions/{id}"));
    let backup = tempfile::tempdir().expect("a folder");
    copy(&folder.path().join("content"), backup.path());
    let expect = |what: &str| {
        let said = refused(&folder, &["check", "--all"], 1);
        assert!(said.contains("error[edition-altered]"), "{said}");
        assert!(said.contains(what), "no {what:?} in {said}");
        fs::remove_dir_all(folder.path().join("content")).expect("it is there");
        copy(backup.path(), &folder.path().join("content"));
        assert!(safeguard(&folder, &["check"]).status.success());
    };
    let remove = |id: &str| fs::remove_dir_all(folder_of(id)).expect("it is there");

    for (from, to) in [
        ("measure: 記録を残している", "measure: 記録を残す"),
        ("remarks: client", "remarks: public"),
        ("note: 2026-02-01", "note: 別の注記"),
        ("date_style: western", "date_style: era"),
        ("no: 3", "no: 8"),
    ] {
        change(&folder, &path("2026-02-01"), from, to);
        expect("the issued edition 2026-02-01 no longer says what it said");
    }
    remove("2026-02-01");
    expect("2026-03-01 names the issued edition 2026-02-01, which is not there");
    remove("2026-03-01");
    expect("sheet.yaml names the issued edition 2026-03-01, which is not there");
    remove("2026-01-01");
    expect("2026-02-01 names the issued edition 2026-01-01, which is not there");
    change(
        &folder,
        "content/sheet.yaml",
        "edition: 2026-03-01",
        "edition: 2026-01-01",
    );
    expect("2026-01-01 is named as the newest edition, but 2026-03-01 was issued later");
    change(&folder, "content/sheet.yaml", "edition: 2026-03-01\n", "");
    expect("the edition 2026-03-01 was issued, but no `edition:` names it");
    fs::rename(folder_of("2026-02-01"), folder_of("2026-02-02")).expect("renamed");
    expect("must bear its day, and its folder the same name");
    change(
        &folder,
        &path("2026-02-01"),
        "safeguard-edition/1",
        "safeguard-edition/2",
    );
    expect("has the format `safeguard-edition/2`, which this version does not know");

    // A whole edition made anew, digests and all: its successor still knows the old ones.
    let forged = base();
    issue(&forged, "2026-01-01");
    change(
        &forged,
        "content/measures/B/b.yaml",
        "記録を残している",
        "記録を残していた",
    );
    issue(&forged, "2026-02-01");
    let forged_folder = |id: &str| forged.path().join(format!("content/editions/{id}"));
    remove("2026-02-01");
    copy(&forged_folder("2026-02-01"), &folder_of("2026-02-01"));
    expect("the edition 2026-02-01 is no longer the one that 2026-03-01 replaced");
    // Two editions that both replace the first.
    change(
        &forged,
        "content/sheet.yaml",
        "edition: 2026-02-01",
        "edition: 2026-01-01",
    );
    for id in ["2026-02-01", "2026-01-01"] {
        fs::remove_dir_all(forged_folder(id)).expect("it is there");
    }
    copy(&folder_of("2026-01-01"), &forged_folder("2026-01-01"));
    issue(&forged, "2026-02-10");
    copy(&forged_folder("2026-02-10"), &folder_of("2026-02-10"));
    expect("2026-02-10 replaces 2026-01-01, which another edition has replaced already");
    // Dated before the one it replaces.
    change(
        &folder,
        &path("2026-03-01"),
        "date: 2026-03-01",
        "date: 2026-01-15",
    );
    change(
        &folder,
        &path("2026-03-01"),
        "\nid: 2026-03-01",
        "\nid: 2026-01-15",
    );
    expect("2026-01-15 is not later than 2026-02-01, which it replaces");
    // The files beside the record.
    let pdf = folder_of("2026-02-01").join("client.pdf");
    fs::remove_file(&pdf).expect("it is there");
    expect("the issued file content/editions/2026-02-01/client.pdf is missing");
    let mut bytes = fs::read(&pdf).expect("it is back");
    bytes.push(b'\n');
    fs::write(&pdf, bytes).expect("writable");
    expect("content/editions/2026-02-01/client.pdf is no longer the file that was issued");
    change(
        &folder,
        &path("2026-02-01"),
        "  seal.pdf: ",
        "  other.pdf: ",
    );
    expect("content/editions/2026-02-01/other.pdf is missing");
    // A record that is gone is told once, and its files are not called strangers.
    fs::remove_file(folder_of("2026-02-01").join("record.yaml")).expect("there");
    let said = refused(&folder, &["check", "--all"], 1);
    assert!(
        said.contains("the record of the edition 2026-02-01 is missing"),
        "{said}"
    );
    assert!(!said.contains("unexpected-file"), "{said}");
    let said = refused(&folder, &["issue", "--restore", "2026-02-01"], 2);
    assert!(said.contains("get record.yaml back from git"), "{said}");
    copy(
        &backup.path().join("editions"),
        &folder.path().join("content/editions"),
    );
    fs::write(folder_of("2026-02-01").join("scan.pdf"), "x").expect("writable");
    let said = refused(&folder, &["check", "--all"], 1);
    assert!(
        said.contains("unexpected-file") && said.contains("issue --attach FILE --to ID"),
        "{said}"
    );
}

#[test]
fn a_lost_file_of_an_edition_is_drawn_again_only_with_the_same_bytes() {
    let folder = base();
    issue(&folder, "2026-01-01");
    let path = |name: &str| folder.path().join("content/editions/2026-01-01").join(name);
    let names = [
        "site.pdf",
        "client.pdf",
        "seal.pdf",
        "site.csv",
        "client.json",
    ];
    let bytes = names.map(|name| fs::read(path(name)).expect("issued"));
    for name in names {
        fs::remove_file(path(name)).expect("it is there");
    }
    fs::write(path("site.pdf"), "spoilt").expect("writable");
    refused(&folder, &["build"], 1);
    let done = safeguard(&folder, &["issue", "--restore", "2026-01-01"]);
    assert!(done.status.success(), "{done:?}");
    assert!(bytes == names.map(|name| fs::read(path(name)).expect("restored")));
    // With another look the bytes differ, and nothing is restored.
    let theme = folder.path().join("themes/own");
    fs::create_dir_all(&theme).expect("writable");
    fs::write(theme.join("labels.ja.yaml"), "seal: 朱印\n").expect("writable");
    change(&folder, "content/sheet.yaml", "date:", "theme: own\ndate:");
    fs::remove_file(path("seal.pdf")).expect("it is there");
    let said = refused(&folder, &["issue", "--restore", "2026-01-01"], 2);
    assert!(
        said.contains("content/editions/2026-01-01/seal.pdf"),
        "{said}"
    );
    assert!(!path("seal.pdf").exists());
}

#[test]
fn a_lost_public_file_comes_back_from_the_offices_own_site() {
    let folder = base();
    let site = tempfile::tempdir().expect("a folder");
    let url = format!("url: {}/\nname: 見本社", serve(site.path().to_owned()));
    change(&folder, "content/office.yaml", "name: 見本社", &url);
    issue(&folder, "2026-01-01");
    built(&folder);
    copy(&folder.path().join("output/site"), site.path());
    // Today's theme draws other bytes, so only the site still has the file.
    let theme = folder.path().join("themes/own");
    fs::create_dir_all(&theme).expect("writable");
    fs::write(theme.join("labels.ja.yaml"), "measure: 講じる措置\n").expect("writable");
    change(&folder, "content/sheet.yaml", "date:", "theme: own\ndate:");
    let path = |name: &str| folder.path().join("content/editions/2026-01-01").join(name);
    let issued = fs::read(path("site.pdf")).expect("issued");
    let lose = |name: &str| fs::remove_file(path(name)).expect("there");
    let restore = ["issue", "--restore", "2026-01-01"];

    lose("site.pdf");
    let done = safeguard(&folder, &restore);
    assert!(done.status.success(), "{done:?}");
    assert!(issued == fs::read(path("site.pdf")).expect("restored"));

    // Bytes that are not the recorded ones are not taken, and the client's files are nowhere.
    let published = site.path().join("editions/2026-01-01/safeguards.pdf");
    fs::write(published, [&*issued, b"\n"].concat()).expect("writable");
    lose("site.pdf");
    lose("client.pdf");
    let said = refused(&folder, &restore, 2);
    for name in ["site.pdf", "client.pdf"] {
        assert!(said.contains(name) && !path(name).exists(), "{said}");
    }
}

#[test]
fn a_withdrawn_edition_leaves_a_page_and_nothing_is_in_force() {
    let folder = base();
    issue(&folder, "2026-01-01");
    change(
        &folder,
        "content/measures/B/b.yaml",
        "記録を残している",
        "記録を5年残している",
    );
    issue(&folder, "2026-02-01");
    built(&folder);
    let handout = "output/client/安全管理措置一覧_2026-02-01_見本社労士事務所.pdf";
    assert!(folder.path().join(handout).exists());
    refused(&folder, &["issue", "--withdraw", "2026-02-01"], 2);
    let withdraw = |id| {
        safeguard(
            &folder,
            &["issue", "--withdraw", id, "--note", "誤りがあった"],
        )
    };
    let done = withdraw("2026-02-01");
    assert!(done.status.success(), "{done:?}");
    assert!(!withdraw("2026-02-01").status.success());
    built(&folder);
    let site = |path: &str| folder.path().join("output/site").join(path);
    for gone in [
        "safeguards.pdf",
        "safeguards.json",
        "editions/2026-02-01/safeguards.pdf",
        "editions/2026-02-01/changes.html",
    ] {
        assert!(!site(gone).exists(), "{gone}");
    }
    assert!(!folder.path().join("output/client").exists());
    assert!(site("editions/2026-01-01/safeguards.pdf").exists());
    for page in [
        "index.html",
        "editions/2026-02-01/index.html",
        "editions/index.html",
    ] {
        let text = fs::read_to_string(site(page)).expect(page);
        assert!(text.contains("誤りがあった"), "{page}");
        assert!(!text.contains("記録を5年残している"), "{page}");
    }
    assert!(read(&folder, "output/site/index.html").contains("効力のある版はありません"));
    // Nothing leads from the edition before to one that is not in force.
    let page = read(&folder, "output/site/editions/2026-01-01/index.html");
    assert!(!page.contains("最新の安全管理措置一覧</a>"), "{page}");
    let old = folder.path().join("content/editions/2026-01-01/site.pdf");
    let said = refused(&folder, &["verify", &old.to_string_lossy()], 3);
    assert!(said.contains("none is in force"), "{said}");
    // The next edition is in force again, and nobody gets the changes from a withdrawn text.
    change(&folder, "content/measures/B/b.yaml", "5年", "7年");
    issue(&folder, "2026-03-01");
    built(&folder);
    assert!(site("safeguards.pdf").exists() && !site("editions/2026-03-01/changes.html").exists());
    let changes = "output/client/安全管理措置一覧_2026-03-01_見本社労士事務所_新旧対照表.pdf";
    assert!(!folder.path().join(changes).exists());
}

#[test]
fn a_lost_record_is_given_up_only_if_it_is_gone() {
    let folder = base();
    issue(&folder, "2026-01-01");
    change(
        &folder,
        "content/measures/B/b.yaml",
        "記録を残している",
        "記録を5年残している",
    );
    issue(&folder, "2026-02-01");
    let lose = |id| safeguard(&folder, &["issue", "--lost", id, "--note", "機器の故障"]);
    assert!(!lose("2026-01-01").status.success(), "its record is there");
    assert!(!lose("2025-01-01").status.success(), "nobody knows of it");
    fs::remove_dir_all(folder.path().join("content/editions/2026-01-01")).expect("there");
    refused(&folder, &["build"], 1);
    let done = lose("2026-01-01");
    assert!(done.status.success(), "{done:?}");
    built(&folder);
    assert!(read(&folder, "output/site/editions/2026-01-01/index.html").contains("機器の故障"));
    assert!(read(&folder, "output/site/editions.json").contains("\"lost\""));
    // Its id is not given again.
    let record = read(&folder, "content/editions/2026-02-01/record.yaml");
    assert!(record.contains("number: 2\n"), "{record}");
}

#[test]
fn editions_count_on_from_those_on_paper() {
    let folder = base();
    change(
        &folder,
        "content/sheet.yaml",
        "date:",
        "first_edition: 13\ndate:",
    );
    issue(&folder, "2026-01-01");
    built(&folder);
    assert!(read(&folder, "output/site/index.html").contains("第13版 2026-01-01"));
}

#[test]
fn an_edition_renders_again_without_the_working_content() {
    let folder = base();
    issue(&folder, "2026-01-01");
    built(&folder);
    let issued = fs::read(folder.path().join("output/site/safeguards.pdf")).expect("written");
    // Everything else is another office's now.
    change(
        &folder,
        "content/office.yaml",
        "見本社労士事務所",
        "別の社労士事務所",
    );
    change(
        &folder,
        "content/guidelines/sample-2025.yaml",
        "name: 記録",
        "name: 別の見出し",
    );
    change(&folder, "content/sheet.yaml", "安全管理措置一覧", "別の題");
    fs::remove_file(
        folder
            .path()
            .join("content/measures/entrustment/contract.yaml"),
    )
    .expect("there");
    built(&folder);
    let again = "output/site/editions/2026-01-01/safeguards.pdf";
    assert!(issued == fs::read(folder.path().join(again)).expect("written"));
}

#[test]
fn no_edition_is_older_than_a_certificate_it_lists() {
    let folder = base();
    fs::create_dir_all(folder.path().join("content/certifications")).expect("writable");
    let certificate = "standard: ISO27001\nedition: \"2022\"\nnumber: IS 1\nissued_on: 2026-02-01\nexpires_on: 2029-01-31\n";
    fs::write(
        folder.path().join("content/certifications/a.yaml"),
        certificate,
    )
    .expect("writable");
    let said = refused(&folder, &["issue", "--date", "2026-01-31"], 2);
    assert!(
        said.contains("the certificate ISO27001 was issued"),
        "{said}"
    );
    issue(&folder, "2026-02-01");
}

#[test]
fn texts_of_the_command_line_are_read_as_files_are() {
    let folder = base();
    // か and its mark apart, as macOS gives them.
    let note = "か\u{3099}いぶ監査の後";
    let issue = |note: &str| safeguard(&folder, &["issue", "--date", "2026-01-01", "--note", note]);
    for (blank, says) in [("　", "note says nothing"), ("⽇本の監査", "U+2F47")] {
        let done = issue(blank);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(!done.status.success() && said.contains(says), "{said}");
    }
    assert!(issue(note).status.success());
    assert!(read(&folder, "content/editions/2026-01-01/record.yaml").contains("がいぶ監査の後"));
    let done = safeguard(&folder, &["check"]);
    assert!(done.status.success(), "{done:?}");
}

#[test]
fn a_text_for_clients_may_say_what_stands_elsewhere_for_everybody() {
    let folder = base();
    for remarks in [
        "見本花子",
        "\"-\"",
        "体制",
        "TEL",
        "2026-01-01",
        "見本社労士事務所",
    ] {
        let (file, old) = ("content/measures/B/b.yaml", "remarks: 見本システム株式会社");
        let new = format!("remarks: {remarks}");
        change(&folder, file, old, &new);
        let manifest = built(&folder);
        assert_eq!(manifest["edition"], serde_json::Value::Null, "{remarks}");
        change(&folder, file, &new, old);
    }
}

#[test]
fn the_number_of_a_row_that_is_gone_is_no_other_rows() {
    let folder = base();
    issue(&folder, "2026-01-01");
    let file = "content/measures/B/b.yaml";
    change(&folder, file, "利用の記録", "記録");
    issue(&folder, "2026-02-01");
    change(&folder, file, "- id: log", "- id: record");
    let said = refused(&folder, &["check", "--format", "short"], 1);
    let one = said.matches("duplicate-id").count() == 1;
    assert!(
        one && said.contains("`no: 3`") && said.contains("`log`"),
        "{said}"
    );
    change(
        &folder,
        file,
        "- id: record",
        "- id: record\n  formerly: [log]",
    );
    assert!(safeguard(&folder, &["check"]).status.success());
    // A row that was in two editions may go, and its number with it.
    change(&folder, file, "  formerly: [log]\n  no: 3\n", "");
    let done = safeguard(&folder, &["check"]);
    assert!(done.status.success(), "{done:?}");
}
