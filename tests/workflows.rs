//! The workflows in `docs/`: their steps, run as a runner runs them.

mod support;

use serde_yaml::Value;
use std::path::Path;
use std::process::Command;
use support::servers::{Host, PASSWORD, ServerKind};
use support::{base, project, run, safeguard};
use tempfile::TempDir;

#[test]
fn a_tag_publishes() {
    let folder = base();
    let host = Host::start(ServerKind::SftpPassword, &folder.path().join("served"));
    let yaml = host.yaml().replace("here: ", "rental: ");
    std::fs::write(folder.path().join("publish.yaml"), yaml).expect("writable");
    let known = host.workshop.path().join("known_hosts");
    std::fs::copy(known, folder.path().join("known_hosts")).expect("a file");
    assert!(
        safeguard(&folder, &["issue", "--date", "2026-01-01"])
            .status
            .success()
    );
    let secret = [("SAFEGUARD_RENTAL_PASSWORD", PASSWORD)];
    let output = follow(&folder, "publish-on-tag.yml", &secret).expect("every step succeeds");
    assert_eq!(output.len(), 4, "{output:?}");
    assert!(host.read("index.html").is_some_and(|page| !page.is_empty()));
    assert!(!output.concat().contains(PASSWORD), "{output:?}");
}

#[test]
fn an_issue_is_opened_before_a_certificate_runs_out() {
    let folder = base();
    let programs = folder.path().join("programs");
    std::fs::create_dir(&programs).expect("writable");
    // Records the calls in `calls`; the open issue is in `open`.
    let gh = "#!/bin/sh
        if [ \"$2\" = list ]; then cat open; else { echo \"$1 $2\"; cat due.txt; } >> calls; fi\n";
    std::fs::write(programs.join("gh"), gh).expect("writable");
    run("chmod", &["+x".as_ref(), programs.join("gh").as_os_str()]);
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", programs.display());
    let calls_with = |open: &str| {
        std::fs::write(folder.path().join("open"), open).expect("writable");
        std::fs::write(folder.path().join("calls"), "").expect("writable");
        let done = follow(&folder, "check-every-week.yml", &[("PATH", &path)]);
        let calls = std::fs::read_to_string(folder.path().join("calls")).expect("readable");
        done.map(|_| calls)
    };
    let certificate = |days: i32| {
        let file = folder.path().join("content/certifications/iso27001.yaml");
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("writable");
        let until = run(
            "date",
            &[
                "+%F".as_ref(),
                "-d".as_ref(),
                format!("{days} days").as_ref(),
            ],
        );
        let yaml = format!(
            "standard: ISO/IEC 27001\nedition: \"2022\"\nscheme: ISMS\nnumber: IS 1\n\
             body: 検査会社\nexpires_on: {until}"
        );
        std::fs::write(file, yaml).expect("writable");
    };
    certificate(300);
    assert_eq!(calls_with("").expect("nothing is due"), "");
    certificate(30);
    let calls = calls_with("").expect("an issue");
    assert!(calls.starts_with("issue create\n"), "{calls}");
    assert!(calls.contains("certification-expires-soon"), "{calls}");
    let calls = calls_with("7\n").expect("a comment");
    assert!(calls.starts_with("issue comment\n"), "{calls}");
    certificate(-1);
    let calls = calls_with("").expect("an issue");
    assert!(calls.contains("certification-expired"), "{calls}");
    // A failed check is not silent.
    std::fs::remove_dir_all(folder.path().join("content")).expect("writable");
    calls_with("").expect_err("nothing was checked");
}

/// Runs the steps of a workflow as a runner does; returns their outputs, or the failing step's.
fn follow(
    folder: &TempDir,
    workflow: &str,
    environment: &[(&str, &str)],
) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(project().join("docs").join(workflow)).expect(workflow);
    let workflow: Value = serde_yaml::from_str(&text).expect("YAML");
    let jobs = workflow["jobs"].as_mapping().expect("jobs").values();
    let steps = jobs.flat_map(|job| job["steps"].as_sequence().expect("steps"));
    let scripts = steps.filter_map(|step| step["run"].as_str());
    // The program is built already.
    let scripts = scripts.filter(|script| !script.contains("cargo install"));
    let program = Path::new(env!("CARGO_BIN_EXE_safeguard"))
        .parent()
        .expect("a folder");
    let run = |script: &str| {
        let script = format!("PATH={}:$PATH\n{script}", program.display());
        let done = Command::new("bash")
            .args(["-e", "-o", "pipefail", "-c", &script])
            .current_dir(folder.path())
            .envs(environment.iter().copied())
            .output()
            .expect("bash");
        let output = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        if done.status.success() {
            Ok(output)
        } else {
            Err(output)
        }
    };
    scripts.map(run).collect()
}
