//! Guards over the whole project: its own content, its bytes, its rules and its documents.

mod support;

use safeguard::check::rule_names;
use safeguard::diagnostic::Diagnostic;
use safeguard::message::{Catalog, Language};
use safeguard::model::Audience;
use safeguard::prose::Prose;
use safeguard::render::leak;
use safeguard::report::{Format, Report};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use support::{BUNDLE, CHECKED, CONTENT, DAY, build, copy, project};

#[test]
fn the_own_content_has_no_errors_and_exactly_the_recorded_findings() {
    let words = Catalog::of(Language::English);
    let report = Report {
        sources: &CONTENT.sources,
        catalog: &words,
        colour: false,
    };
    let findings: Vec<&Diagnostic> = CHECKED.findings.iter().collect();
    let got = report.print(&findings, Format::Short);
    let path = project().join("tests/source/findings.txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &got).expect("a writable tests/source");
    }
    assert_eq!(
        got,
        fs::read_to_string(path).expect("the recorded findings")
    );
    assert!(CHECKED.register.is_some());
}

#[test]
fn a_check_of_the_own_content_fits_one_screen() {
    for language in ["ja", "en"] {
        let done = Command::new(binary())
            .args(["check", "--lang", language, "--as-of", DAY, "-C"])
            .arg(project())
            .output()
            .expect("the binary runs");
        let said = String::from_utf8(done.stdout).expect("UTF-8");
        let rows = |line: &str| textwrap::core::display_width(line).div_ceil(100).max(1);
        let rows: usize = said.lines().map(rows).sum();
        assert!(rows <= 40, "{rows} lines of 100 columns:\n{said}");
        let next = said.lines().last().unwrap_or_default();
        assert!(next.contains("review-overdue"), "{next}");
    }
}

#[test]
fn against_the_present_guideline_exactly_g_is_missing_and_three_headings_changed() {
    let done = safeguard(
        binary(),
        project(),
        &[
            "check",
            "--guideline",
            "ppc-mynumber-biz-2025-06",
            "--format",
            "short",
        ],
    );
    let expected = "\
content/guidelines/ppc-mynumber-biz-2025-06.yaml:27:23: warning[heading-changed]: the heading of C-d is now 漏えい等事案に対応する体制の整備; it was 情報漏えい等事案に対応する体制の整備
content/guidelines/ppc-mynumber-biz-2025-06.yaml:39:23: warning[heading-changed]: the heading of E-c is now 電子媒体等の取扱いにおける漏えい等の防止; it was 電子媒体等を持ち出す場合の漏えい等の防止
content/guidelines/ppc-mynumber-biz-2025-06.yaml:47:23: warning[heading-changed]: the heading of F-d is now 漏えい等の防止; it was 情報漏えい等の防止
content/guidelines/ppc-mynumber-biz-2025-06.yaml:49:11: warning[item-uncovered]: no measure answers G 外的環境の把握 of `ppc-mynumber-biz-2025-06`
";
    assert_eq!(String::from_utf8_lossy(&done.stdout), expected);
    assert!(done.status.success());
}

#[test]
fn a_build_is_the_same_again_elsewhere_in_another_zone_and_language_and_optimised() {
    assert!(*BUNDLE == build(), "two builds of one process differ");
    let release = binary()
        .parent()
        .and_then(Path::parent)
        .expect("a target folder")
        .join("release")
        .join(binary().file_name().expect("a name"));
    assert!(
        release.exists(),
        "{} is missing; `make sheet` builds it",
        release.display()
    );
    for (program, zone, language) in [
        (binary(), "Pacific/Auckland", "ja_JP.UTF-8"),
        (release, "America/New_York", "C"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        copy(&project().join("content"), &folder.path().join("content"));
        let done = Command::new(&program)
            .args(["build", "--as-of", DAY, "-C"])
            .arg(folder.path())
            .envs([("TZ", zone), ("LANG", language), ("LC_ALL", language)])
            .output()
            .expect("the binary runs");
        assert!(done.status.success(), "{done:?}");
        for (path, bytes) in &*BUNDLE {
            let written = fs::read(folder.path().join("output").join(path)).expect(path);
            assert!(
                written == *bytes,
                "{path} differs as made by {}",
                program.display()
            );
        }
        assert_eq!(
            listed(&folder.path().join("output")),
            BUNDLE.keys().cloned().collect()
        );
    }
}

#[test]
fn the_bundle_is_what_design_and_manifest_say() {
    let paths: Vec<&str> = BUNDLE.keys().map(String::as_str).collect();
    let expected = [
        "client/安全管理措置一覧_2015-10-01_竹内社労士事務所.csv",
        "client/安全管理措置一覧_2015-10-01_竹内社労士事務所.pdf",
        "client/安全管理措置一覧_2015-10-01_竹内社労士事務所_押印用.pdf",
        "manifest.json",
        "office/安全管理措置一覧_2015-10-01_校正用（社外秘）.pdf",
        // What needs an absolute address is not made: the office's is not known.
        "site/404.html",
        "site/editions.json",
        "site/editions/2015-10-01/index.html",
        "site/editions/2015-10-01/safeguards.csv",
        "site/editions/2015-10-01/safeguards.json",
        "site/editions/2015-10-01/safeguards.pdf",
        "site/editions/index.html",
        "site/index.html",
        "site/manifest.json",
        "site/robots.txt",
        "site/safeguards.csv",
        "site/safeguards.json",
        "site/safeguards.pdf",
        "site/verify.html",
    ];
    assert_eq!(paths, expected);
    for (manifest, below) in [("manifest.json", ""), ("site/manifest.json", "site/")] {
        let manifest_json: serde_json::Value =
            serde_json::from_slice(&BUNDLE[manifest]).expect("JSON");
        let files = manifest_json["files"].as_array().expect("files");
        for file in files {
            let path = format!("{below}{}", file["path"].as_str().expect("a path"));
            assert_eq!(
                file["sha256"],
                safeguard::data::sha256(&BUNDLE[&path]),
                "{path}"
            );
            assert_eq!(file["bytes"], BUNDLE[&path].len(), "{path}");
        }
        let others = BUNDLE
            .keys()
            .filter(|path| path.starts_with(below) && *path != manifest);
        assert_eq!(files.len(), others.count(), "{manifest}");
    }
}

#[test]
fn every_rule_has_a_row_and_cases_and_nothing_else_has() {
    let rules: BTreeSet<&str> = rule_names().collect();
    let table =
        fs::read_to_string(project().join("src/check/README.md")).expect("src/check/README.md");
    let rows: Vec<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    assert_eq!(rows.iter().copied().collect::<BTreeSet<_>>(), rules);
    assert_eq!(rows.len(), rules.len(), "a rule has two rows");
    for rule in rules {
        let expected = |case: String| {
            fs::read_to_string(
                project()
                    .join("tests/cases")
                    .join(&case)
                    .join("expected/diagnostics.txt"),
            )
            .expect(&case)
        };
        let bracketed = format!("[{rule}]");
        assert!(
            expected(rule.to_owned()).contains(&bracketed),
            "the case {rule} does not fire"
        );
        assert!(
            !expected(format!("{rule}-silent")).contains(&bracketed),
            "the case {rule}-silent fires"
        );
    }
}

#[test]
fn every_command_in_the_documents_runs() {
    let release = binary()
        .parent()
        .and_then(Path::parent)
        .expect("a target folder")
        .join("release");
    // What the commands take for the office's own.
    let office = tempfile::tempdir().expect("a folder");
    let keys = project().join("tests/tools/keys.sh");
    support::run("bash", &[keys.as_os_str(), office.path().as_os_str()]);
    let own = |name: &str| office.path().join(name).display().to_string();
    let readmes = ["README.md", "README.ja.md"].map(|name| project().join(name));
    let docs = fs::read_dir(project().join("docs")).expect("docs/");
    let docs = docs.map(|entry| entry.expect("readable").path());
    let docs = docs.filter(|path| path.extension().is_some_and(|it| it == "md"));
    // The READMEs come first: their `make sheet` writes what the others name.
    for path in readmes.iter().cloned().chain(docs) {
        let document = path.display();
        let text = fs::read_to_string(&path).expect("UTF-8");
        let mut commands = fenced(&text, "sh");
        // The command that runs this test.
        commands.retain(|command| command != "make test");
        assert!(
            !readmes.contains(&path) || commands.iter().any(|command| command == "make sheet"),
            "{document}"
        );
        for command in commands {
            let command = command
                .replace("target/release", &release.to_string_lossy())
                // Signing records the file in the project, which must stay as it is.
                .replace(
                    "safeguard sign ",
                    &format!("safeguard sign -C {} ", own("")),
                )
                .replace("office.p12", &own("rsa.p12"))
                .replace("password.txt", &own("password"))
                .replace("-o signed.pdf", &format!("-o {}", own("signed.pdf")));
            let done = Command::new("bash")
                .args(["-euc", &command])
                .current_dir(project())
                .output()
                .expect("bash");
            assert!(done.status.success(), "{document}: {command}\n{done:?}");
        }
        for yaml in fenced_blocks(&text, "yaml") {
            let parsed: Result<serde_yaml::Value, _> = serde_yaml::from_str(&yaml);
            assert!(parsed.is_ok(), "{document}: {yaml}");
        }
    }
}

#[test]
fn a_projects_theme_wins_file_by_file() {
    let folder = tempfile::tempdir().expect("a folder");
    copy(
        &project().join("tests/base/content"),
        &folder.path().join("content"),
    );
    let sheet = folder.path().join("content/sheet.yaml");
    let written = fs::read_to_string(&sheet).expect("sheet.yaml");
    fs::write(&sheet, format!("{written}theme: ours\n")).expect("writable");
    let theme = folder.path().join("themes/ours");
    fs::create_dir_all(&theme).expect("writable");
    // One word of one file; all else stays official.
    fs::write(theme.join("labels.ja.yaml"), "draft: 見本につき無効\n").expect("writable");
    let done = safeguard(binary(), folder.path(), &["build"]);
    assert!(done.status.success(), "{done:?}");
    let read = |path: &str| fs::read(folder.path().join("output").join(path)).expect(path);
    let page = String::from_utf8(read("site/index.html")).expect("UTF-8");
    assert!(page.contains("見本につき無効") && page.contains("対応するガイドライン"));
    assert!(!page.contains("案（未発行）"));
    let csv = String::from_utf8(read("site/safeguards.csv")).expect("UTF-8");
    assert!(csv.contains("2026-01-01 見本につき無効"));
    let manifest: serde_json::Value = serde_json::from_slice(&read("manifest.json")).expect("JSON");
    assert_eq!(manifest["theme"], "ours");
}

#[test]
fn the_leak_gate_finds_what_an_audience_may_not_read() {
    let register = CHECKED
        .register
        .as_ref()
        .expect("the own content has no errors");
    let vendor = "株式会社クリックスおよびファイブテクノロジー株式会社";
    let question = "原本では D-b の行にある";
    let page = leak::text_of(
        "a.html",
        "<td>株式会社<wbr>クリックス および\nファイブテクノロジー<b>株式会社</b></td>".as_bytes(),
    );
    assert_eq!(
        leak::find(&page, &[register], Audience::Public).as_deref(),
        Some(vendor)
    );
    assert_eq!(leak::find(&page, &[register], Audience::Client), None);
    assert_eq!(
        leak::find(question, &[register], Audience::Client).as_deref(),
        Some("原本ではD-bの行にある")
    );
    // A public text is no leak.
    assert_eq!(
        leak::find("就業規則により規定済み", &[register], Audience::Public),
        None
    );
}

#[test]
fn the_leak_gate_finds_withheld_words_in_a_page_of_prose() {
    let register = CHECKED.register.as_ref();
    let register = register.expect("the own content has no errors");
    let gate = |markdown: &str| {
        let fragment = Prose::parse(markdown, 0).render(str::to_owned);
        let text = leak::text_of("a.html", fragment.as_bytes());
        leak::find(&text, &[register], Audience::Public)
    };
    // A text that only clients may read, with marks of Markdown in it and over two lines.
    let pasted = "委託先は、**株式会社クリックス**および\nファイブテクノロジー`株式会社`です。\n";
    let withheld = "株式会社クリックスおよびファイブテクノロジー株式会社";
    assert_eq!(gate(pasted).as_deref(), Some(withheld));
    assert_eq!(gate("委託先はお問い合わせください。\n"), None);
}

/// The modules of the crate in the order of the tour: each may use those before it.
fn tour() -> Vec<String> {
    let lib = fs::read_to_string(project().join("src/lib.rs")).expect("src/lib.rs");
    let steps = lib.lines().filter_map(|line| line.strip_prefix("//! "));
    let steps = steps.filter(|line| line.starts_with(|c: char| c.is_ascii_digit()));
    let mut order: Vec<String> = Vec::new();
    for link in steps.flat_map(|step| step.split("[`").skip(1)) {
        let name = link.split(['`', ':']).next().unwrap_or_default();
        if !order.iter().any(|known| known == name) {
            order.push(name.to_owned());
        }
    }
    order
}

/// The top-level modules that a file names, by `crate::` or by as many `super::` as lead to the root.
fn named_modules(code: &str, depth: usize) -> BTreeSet<String> {
    let root = "super::".repeat(depth);
    let mut named = BTreeSet::new();
    for start in ["crate::", root.as_str()] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            let is_path = before.is_some_and(|c| c.is_alphanumeric() || "_:$".contains(c));
            let rest = &code[at + start.len()..];
            if is_path || rest.starts_with("super::") {
                continue;
            }
            let names = match rest.strip_prefix('{') {
                Some(list) => list.split('}').next().unwrap_or_default(),
                None => rest
                    .split([' ', ';', '(', '{', ','])
                    .next()
                    .unwrap_or_default(),
            };
            let first = |path: &str| path.trim().split("::").next().map(str::to_owned);
            named.extend(names.split(',').filter_map(first));
        }
    }
    named
}

#[test]
fn no_module_uses_one_below_it_in_the_tour() {
    let order = tour();
    let declared = fs::read_to_string(project().join("src/lib.rs")).expect("src/lib.rs");
    let declared = declared
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod "));
    let declared: BTreeSet<&str> = declared.map(|name| name.trim_end_matches(';')).collect();
    assert_eq!(
        order.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        declared
    );
    let rank = |name: &str| order.iter().position(|known| known == name);
    let mut wrong = Vec::new();
    let mut edges = 0;
    for entry in walkdir::WalkDir::new(project().join("src")) {
        let entry = entry.expect("readable");
        let path = entry
            .path()
            .strip_prefix(project().join("src"))
            .expect("below src");
        let is_rust = path.extension().is_some_and(|ending| ending == "rs");
        let stem = path.with_extension("");
        let parts: Vec<_> = stem.iter().map(|part| part.to_string_lossy()).collect();
        let own = parts.first().and_then(|first| rank(first));
        let Some(own) = own.filter(|_| is_rust) else {
            continue;
        };
        let text = fs::read_to_string(entry.path()).expect("text");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code: String = code
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default().to_owned() + "\n")
            .collect();
        for name in named_modules(&code, parts.len()) {
            edges += 1;
            if rank(&name).is_some_and(|other| other > own) {
                wrong.push(format!("{} uses {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(edges > 200, "only {edges} uses were seen");
    // The reading itself is tried: every way of naming a module is seen.
    let code = "use crate::{sheet::Row, text};\nlet a = crate::data::json(b);\nuse super::super::verify::x;\nself::crate_text";
    let expected = ["data", "sheet", "text", "verify"].map(str::to_owned);
    assert_eq!(named_modules(code, 2), BTreeSet::from(expected));
}

fn fenced(text: &str, kind: &str) -> Vec<String> {
    let blocks = fenced_blocks(text, kind);
    blocks
        .iter()
        .flat_map(|block| block.lines())
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

fn fenced_blocks(text: &str, kind: &str) -> Vec<String> {
    let open = format!("```{kind}\n");
    text.split(&open)
        .skip(1)
        .filter_map(|rest| Some(rest.split_once("```")?.0.to_owned()))
        .collect()
}

fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_safeguard"))
}

fn safeguard(program: PathBuf, project: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .args(["--lang", "en", "--as-of", DAY, "-C"])
        .arg(project);
    command.output().expect("the binary runs")
}

/// Every file below a folder, as the bundle names them.
fn listed(folder: &Path) -> BTreeSet<String> {
    let files = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("readable"));
    // The lock stays: taking it away while another build waits for it would be a race.
    let files = files.filter(|entry| entry.file_type().is_file() && entry.file_name() != ".lock");
    files
        .map(|entry| {
            entry
                .path()
                .strip_prefix(folder)
                .expect("below")
                .to_string_lossy()
                .replace('\\', "/")
        })
        .collect()
}
