//! One sheet, two readers, two states: what goes into which folder, what is put away, what only the office sees.

mod support;

use std::collections::BTreeSet;
use std::fs;
use support::{base, run, safeguard};
use tempfile::TempDir;

const CLIENT: &str = "output/client/安全管理措置一覧_2026-01-01_見本社労士事務所";
const DRAFT: &str = "output/client/安全管理措置一覧_2026-01-01案_見本社労士事務所";

fn done(folder: &TempDir, arguments: &[&str]) -> String {
    let done = safeguard(folder, arguments);
    assert!(done.status.success(), "{arguments:?}: {done:?}");
    String::from_utf8(done.stdout).expect("UTF-8")
}

/// Runs what must be refused, and returns what it says.
fn refused(folder: &TempDir, arguments: &[&str], code: i32) -> String {
    let done = safeguard(folder, arguments);
    assert_eq!(done.status.code(), Some(code), "{arguments:?}: {done:?}");
    String::from_utf8(done.stderr).expect("UTF-8") + &String::from_utf8_lossy(&done.stdout)
}

fn change(folder: &TempDir, path: &str, from: &str, to: &str) {
    let path = folder.path().join(path);
    let text = fs::read_to_string(&path).expect("there");
    assert!(text.contains(from), "no {from} in {text}");
    fs::write(path, text.replace(from, to)).expect("writable");
}

fn exists(folder: &TempDir, path: &str) -> bool {
    folder.path().join(path).exists()
}

#[test]
fn a_build_of_an_issued_state_puts_drafts_away_unless_somebody_changed_them() {
    let folder = base();
    done(&folder, &["build"]);
    let [pdf, seal, csv] = [".pdf", "_押印用.pdf", ".csv"].map(|end| format!("{DRAFT}{end}"));
    assert!([&pdf, &seal, &csv].iter().all(|path| exists(&folder, path)));
    fs::write(folder.path().join(&seal), "the sealed draft, scanned").expect("writable");

    done(&folder, &["issue", "--date", "2026-01-01"]);
    done(&folder, &["build"]);
    assert!(!exists(&folder, &pdf) && !exists(&folder, &csv));
    assert!(exists(&folder, &seal), "somebody's own file is lost");
    let issued = [".pdf", "_押印用.pdf", ".csv"].map(|end| format!("{CLIENT}{end}"));
    assert!(issued.iter().all(|path| exists(&folder, path)));

    // Only the present state lies there: an edition's files are kept in content/. A copy stays.
    done(&folder, &["build", "--recipient", "甲社"]);
    let copy = "output/client/copies/安全管理措置一覧_2026-01-01_見本社労士事務所_甲社.pdf";
    change(
        &folder,
        "content/measures/A.yaml",
        "方針を定めている",
        "方針を改めた",
    );
    done(&folder, &["build"]);
    assert!(exists(&folder, &pdf) && !issued.iter().any(|path| exists(&folder, path)));
    assert!(exists(&folder, copy), "the only copy is lost");
    let next = ["issue", "--date", "2026-02-01", "--reviewed", "2026-02-01"];
    done(&folder, &next);
    done(&folder, &["build"]);
    assert!(!exists(&folder, &pdf) && exists(&folder, copy));
    let changes = "output/client/安全管理措置一覧_2026-02-01_見本社労士事務所_新旧対照表.pdf";
    assert!(exists(&folder, changes));
}

#[test]
fn a_pdf_was_created_on_the_day_of_issue_and_a_draft_on_the_day_of_judgement() {
    let folder = base();
    let created = |path: &str| {
        let path = folder.path().join(path);
        let info = run("pdfinfo", &["-isodates".as_ref(), path.as_os_str()]);
        let line = info
            .lines()
            .find_map(|line| line.strip_prefix("CreationDate:"));
        line.expect("a date").trim()[..10].to_owned()
    };
    done(&folder, &["build"]);
    assert_eq!(created(&format!("{DRAFT}.pdf")), "2026-10-01");
    // The sheet speaks of January; it was issued in October, and is built again later.
    done(&folder, &["issue", "--date", "2026-01-01"]);
    let later = ["build", "--as-of", "2026-12-24", "--lang", "en", "-C"];
    let status = std::process::Command::new(env!("CARGO_BIN_EXE_safeguard"))
        .args(later)
        .arg(folder.path())
        .output();
    assert!(status.expect("the binary runs").status.success());
    assert_eq!(created(&format!("{CLIENT}.pdf")), "2026-10-01");
    assert_eq!(created(&format!("{CLIENT}_押印用.pdf")), "2026-10-01");
    assert_eq!(created("output/site/safeguards.pdf"), "2026-10-01");
    let proof = "output/office/安全管理措置一覧_2026-01-01_校正用（社外秘）.pdf";
    assert_eq!(created(proof), "2026-12-24");
}

#[test]
fn what_is_open_passes_at_issue_one_by_one_and_never_as_a_whole_rule() {
    let folder = base();
    let (policy, other) = (
        "- id: policy",
        "- id: other\n  subject: 未定\n  confirm: 誰か\n",
    );
    change(
        &folder,
        "content/measures/A.yaml",
        policy,
        &format!("{other}{policy}\n  confirm: 何年か"),
    );
    let certificate = folder.path().join("content/certifications/srp.yaml");
    fs::create_dir_all(certificate.parent().expect("a folder")).expect("writable");
    fs::write(certificate, "standard: SRP\nnumber: \"00005\"\n").expect("writable");
    let issue = |allowed: &[&'static str]| {
        let allow = allowed.iter().flat_map(|it| ["--allow", *it]);
        ["issue", "--date", "2026-01-01"]
            .into_iter()
            .chain(allow)
            .collect::<Vec<_>>()
    };
    let whole = ["open-question=後で", "certification-undated=後で"];
    let said = refused(&folder, &issue(&whole), 1);
    for open in [
        "open-question@other",
        "open-question@policy",
        "certification-undated@srp",
    ] {
        assert!(
            said.contains(&format!("--allow {open}=\"reason\"")),
            "{open}: {said}"
        );
    }
    let two = ["open-question@other=後で", "certification-undated@srp=後で"];
    let said = refused(&folder, &issue(&two), 1);
    assert!(said.contains("errors: 1"), "{said}");
    let each = [
        "open-question@other=後で",
        "open-question@policy=次版で",
        "certification-undated@srp=後で",
    ];
    done(&folder, &issue(&each));
    let record = fs::read_to_string(
        folder
            .path()
            .join("content/editions/2026-01-01/record.yaml"),
    );
    let record = record.expect("issued");
    assert!(
        record.contains("record: policy\n  reason: 次版で"),
        "{record}"
    );

    // Clients see an empty cell and no word beside the certificate; the office sees that both are open.
    done(&folder, &["build"]);
    let text = |path: &str| {
        run(
            "pdftotext",
            &[folder.path().join(path).as_os_str(), "-".as_ref()],
        )
    };
    let client = text(&format!("{CLIENT}.pdf"));
    assert!(
        client.contains("未定") && !client.contains("確認中") && !client.contains("有効期限未確認")
    );
    let proof = text("output/office/安全管理措置一覧_2026-01-01_校正用（社外秘）.pdf");
    assert!(
        proof.contains("確認中") && proof.contains("有効期限未確認"),
        "{proof}"
    );
}

#[test]
fn an_edition_needs_a_review_since_the_one_before() {
    let folder = base();
    done(&folder, &["issue", "--date", "2026-01-01"]);
    change(
        &folder,
        "content/measures/A.yaml",
        "方針を定めている",
        "方針を改めた",
    );
    let issue = |more: &[&'static str]| [&["issue", "--date", "2026-02-01"], more].concat();
    let said = refused(&folder, &issue(&[]), 2);
    assert!(
        said.contains("no day of review since the edition 2026-01-01"),
        "{said}"
    );
    let said = refused(&folder, &issue(&["--reviewed", "2025-12-31"]), 2);
    assert!(said.contains("is before the newest edition"), "{said}");
    let said = refused(&folder, &issue(&["--reviewed", "2026-10-02"]), 2);
    assert!(said.contains("still to come"), "{said}");
    done(&folder, &issue(&["--reviewed", "2026-01-31"]));
    let sheet = fs::read_to_string(folder.path().join("content/sheet.yaml")).expect("there");
    assert!(sheet.contains("\nreviewed_on: 2026-01-31\n"), "{sheet}");
    // Written by hand it counts as well.
    change(
        &folder,
        "content/measures/A.yaml",
        "方針を改めた",
        "方針を再び改めた",
    );
    change(
        &folder,
        "content/sheet.yaml",
        "reviewed_on: 2026-01-31",
        "reviewed_on: 2026-02-20",
    );
    done(&folder, &["issue", "--date", "2026-03-01"]);
}

#[test]
fn a_memo_stands_in_the_proof_only() {
    let folder = base();
    let memo = "- id: policy\n  memo: 次回は総務に聞く";
    change(&folder, "content/measures/A.yaml", "- id: policy", memo);
    done(&folder, &["issue", "--date", "2026-01-01"]);
    done(&folder, &["build"]);
    let proof = "output/office/安全管理措置一覧_2026-01-01_校正用（社外秘）.pdf";
    let mut seen = 0;
    for entry in walkdir::WalkDir::new(folder.path().join("output")) {
        let entry = entry.expect("readable");
        if !entry.file_type().is_file() {
            continue;
        }
        let path = entry.path();
        let text = if path.extension().is_some_and(|ending| ending == "pdf") {
            run("pdftotext", &[path.as_os_str(), "-".as_ref()])
        } else {
            String::from_utf8_lossy(&fs::read(path).expect("readable")).into_owned()
        };
        let text: String = text.split_whitespace().collect();
        assert_eq!(
            text.contains("次回は総務に聞く"),
            path == folder.path().join(proof),
            "{path:?}"
        );
        seen += 1;
    }
    assert!(seen > 10, "{seen} files");
    let record = fs::read_to_string(
        folder
            .path()
            .join("content/editions/2026-01-01/record.yaml"),
    );
    assert!(!record.expect("issued").contains("次回は"));
}

#[test]
fn the_csv_has_a_name_of_its_own_for_each_column() {
    let folder = base();
    done(&folder, &["build"]);
    let bytes = fs::read(folder.path().join("output/site/safeguards.csv")).expect("written");
    let mut table = csv::Reader::from_reader(&bytes[3..]);
    let names: Vec<String> = table
        .headers()
        .expect("a line")
        .iter()
        .map(str::to_owned)
        .collect();
    assert_eq!(
        names.iter().collect::<BTreeSet<_>>().len(),
        names.len(),
        "{names:?}"
    );
    assert!(names.contains(&"節記号".to_owned()) && names.contains(&"項記号".to_owned()));
}

#[test]
fn help_is_there_for_each_command_and_options_only_where_they_act() {
    let folder = base();
    let program = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_safeguard"))
            .args(["--lang", "en"])
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .expect("the binary runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            output.status.code(),
            text(&output.stdout),
            text(&output.stderr),
        )
    };
    let (code, help, _) = program(&["help"]);
    assert_eq!(code, Some(0));
    let commands = help.split_once("Commands:").expect("commands").1;
    let commands = commands
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with("  "));
    let commands: Vec<&str> = commands
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!((8..=13).contains(&commands.len()), "{commands:?}");
    for command in &commands {
        let (code, own, said) = program(&["help", command]);
        assert!(
            code == Some(0) && own.contains("Usage:"),
            "{command}: {said}"
        );
        // Each option and argument is explained, on its line.
        let described = own.lines().filter(|line| line.starts_with("  "));
        for line in described {
            assert!(line.trim().contains("  "), "{command}: no help for {line}");
        }
    }
    let (code, _, said) = program(&["help", "brew"]);
    assert!(
        code == Some(2) && said.contains("no command `brew`"),
        "{said}"
    );
    for (arguments, usage) in [
        (&["sign"][..], "Usage: safeguard sign"),
        (&["verify"], "Usage: safeguard verify"),
        (&["diff", "working"], "Usage: safeguard diff"),
    ] {
        let (code, _, said) = program(arguments);
        assert!(
            code == Some(2) && said.contains("this is missing") && said.contains(usage),
            "{said}"
        );
    }
    for arguments in [
        ["diff", "--strict"],
        ["edit", "--allow"],
        ["verify", "--strict"],
        ["sign", "--allow"],
    ] {
        let (code, _, said) = program(&arguments);
        assert!(
            code == Some(2) && said.contains("means nothing here"),
            "{arguments:?}: {said}"
        );
    }
}
