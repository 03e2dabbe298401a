//! The site as its readers use it, in a real browser: a project with two editions, a dated certificate and an address.

mod support;

use support::{copy, project, run, safeguard};

#[test]
fn readers_find_what_they_came_for() {
    let folder = built();
    let script = project().join("tests/tools/site.mjs");
    let site = folder.path().join("output/site");
    let said = run("node", &[script.as_os_str(), site.as_os_str()]);
    let checks = said.lines().filter(|line| line.starts_with("ok ")).count();
    assert!(checks >= 19, "{said}");
}

#[test]
fn every_page_of_it_is_valid_and_accessible() {
    let folder = built();
    let script = project().join("tests/tools/page.mjs");
    let site = folder.path().join("output/site");
    let said = run("node", &[script.as_os_str(), site.as_os_str()]);
    assert!(said.contains("axe 1440 px dark"), "{said}");
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
        "--note",
        "認証の期限を記載",
    ];
    let allow = ["--allow", "open-question=次の版で答える"];
    for arguments in [[&issue[..], &allow].concat(), vec!["build"]] {
        let done = safeguard(&folder, &arguments);
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{arguments:?}\n{said}");
    }
    folder
}
