//! The site as its readers use it, in a real browser: a project with two editions, a dated certificate and an address.

mod support;

use std::process::Command;
use support::{base, copy, project, run, safeguard};

#[test]
fn readers_find_what_they_came_for() {
    let folder = built();
    let script = project().join("tests/tools/site.mjs");
    let site = folder.path().join("output/site");
    let said = run("node", &[script.as_os_str(), site.as_os_str()]);
    let checks = said.lines().filter(|line| line.starts_with("ok ")).count();
    assert!(checks >= 23, "{said}");
}

#[test]
fn every_page_of_it_is_valid_and_accessible() {
    let folder = built();
    let script = project().join("tests/tools/page.mjs");
    let site = folder.path().join("output/site");
    let said = run("node", &[script.as_os_str(), site.as_os_str()]);
    assert!(said.contains("axe 1440 px dark"), "{said}");
}

/// The schema is the one of the protocol; who made the package only carries it along.
#[test]
fn the_sitemap_is_valid() {
    let folder = built();
    let script = "import sys; from lxml import etree as e; e.XMLSchema(e.parse(sys.argv[1])).assertValid(e.parse(sys.argv[2]))";
    let python = project().join(".tools/venv/bin/python");
    let schema = project().join("tests/tools/node_modules/sitemap/schema/sitemap.xsd");
    let sitemap = folder.path().join("output/site/sitemap.xml");
    let arguments = ["-c".as_ref(), script.as_ref()];
    let valid = |file: &std::path::Path| {
        let arguments = [&arguments[..], &[schema.as_os_str(), file.as_os_str()]].concat();
        Command::new(&python)
            .args(arguments)
            .output()
            .expect("`make tools` installs Python")
    };
    let said = valid(&sitemap);
    assert!(said.status.success(), "{said:?}");
    let text = std::fs::read_to_string(&sitemap).expect("a sitemap");
    std::fs::write(&sitemap, text.replace("loc>", "address>")).expect("writable");
    let said = valid(&sitemap);
    assert!(
        String::from_utf8_lossy(&said.stderr).contains("DocumentInvalid"),
        "{said:?}"
    );
}

/// Two hundred strings that must stay whole, and the names of the office, each where a line ends.
#[test]
fn what_must_stay_whole_is_not_broken_on_paper_or_page() {
    let folder = base();
    let list = include_str!("site/unbroken.txt").lines();
    assert_eq!(list.clone().count(), 200);
    let names = [
        "見本社労士事務所",
        "見本花子",
        "見本太郎",
        "管理責任者",
        "総務担当",
    ];
    let filler = "当事務所では次に書くことをこのように定めて必ず守り";
    let mut sentences = Vec::new();
    for whole in list.chain(names) {
        // About 23 letters fit the line.
        for before in [17, 20, 22] {
            let filler: String = filler.chars().take(before).collect();
            sentences.push((format!("{filler}{whole}を確かめる。"), before, whole));
        }
    }
    let mut measures = String::new();
    for (number, part) in sentences.chunks(12).enumerate() {
        let lines: String = part.iter().map(|it| format!("    - {}\n", it.0)).collect();
        measures += &format!("- id: row{number}\n  subject: 記録\n  measure:\n{lines}");
    }
    let path = folder.path().join("content/measures/B/b.yaml");
    std::fs::write(path, measures).expect("writable");
    let done = safeguard(&folder, &["build"]);
    assert!(done.status.success(), "{done:?}");

    let pdf = folder.path().join("output/site/safeguards.pdf");
    let text = run(
        "pdftotext",
        &["-raw".as_ref(), pdf.as_os_str(), "-".as_ref()],
    );
    let mut letters = String::new();
    // Where a line ends, counted in bytes of `letters`.
    let mut ends = Vec::new();
    for line in text.lines() {
        letters.extend(line.chars().filter(|c| *c != ' '));
        ends.push(letters.len());
    }
    for (sentence, before, whole) in &sentences {
        let [sentence, whole] = [sentence, *whole].map(|it| it.replace(' ', ""));
        let at = letters.find(&sentence);
        let at = at.unwrap_or_else(|| panic!("no {sentence}")) + before * 3;
        let is_inside = |end: &&usize| (at + 1..at + whole.len()).contains(end);
        assert_eq!(ends.iter().find(is_inside), None, "{sentence}");
    }
    let script = project().join("tests/tools/unbroken.mjs");
    let site = folder.path().join("output/site/index.html");
    let wanted = folder.path().join("sentences.json");
    std::fs::write(&wanted, serde_json::to_vec(&sentences).expect("JSON")).expect("writable");
    run(
        "node",
        &[script.as_os_str(), site.as_os_str(), wanted.as_os_str()],
    );
}

/// What lets each open question and undated certificate of a project pass at issue.
fn allow_open(folder: &tempfile::TempDir) -> Vec<String> {
    let done = safeguard(folder, &["check", "--format", "json"]);
    let findings: serde_json::Value = serde_json::from_slice(&done.stdout).expect("JSON");
    let findings = findings["findings"].as_array().expect("findings").iter();
    let must = ["open-question", "certification-undated"];
    let open = findings.filter(|finding| must.iter().any(|rule| finding["rule"] == *rule));
    let allow = |finding: &serde_json::Value| {
        let [rule, record] = ["rule", "record"].map(|name| finding[name].as_str().expect(name));
        format!("{rule}@{record}=次の版で答える")
    };
    open.map(allow).collect()
}

/// The own content with what only this test invents, issued once more and built.
fn built() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for from in [
        project().join("content"),
        project().join("tests/site/content"),
    ] {
        copy(&from, &folder.path().join("content"));
    }
    let issue = [
        "issue",
        "--date",
        "2026-04-01",
        "--reviewed",
        "2026-04-01",
        "--note",
        "認証の期限を記載",
    ];
    let allow = allow_open(&folder);
    let allow: Vec<&str> = allow.iter().flat_map(|it| ["--allow", it]).collect();
    for arguments in [[&issue[..], &allow].concat(), vec!["build"]] {
        let done = safeguard(&folder, &arguments);
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{arguments:?}\n{said}");
    }
    folder
}
