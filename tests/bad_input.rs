//! Bad input ends in a finding or a clear error: never a panic, a hang or a half-written output.
//!
//! Every test makes a project of its own from `tests/base`, spoils one thing in it and runs the real binary.
//! The tables name what was spoilt; all their cases are tried, and a test says at its end which did not hold.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Seek};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// So long a run may take before it counts as hanging.
const HANG: Duration = Duration::from_secs(60);

/// A measure that is in order; cases put a line behind it or in its place.
const SOUND: &str = "- id: policy\n  no: 1\n  subject: 方針の策定\n  measure: 方針を定めている\n";

// ---------------------------------------------------------------- what the cases use

/// A project like `tests/base`, in a folder that any user may enter.
fn project() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    allow(folder.path(), 0o755);
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/base/content");
    copy(&base, &folder.path().join("content"));
    folder
}

/// Such a project with one file of `content/` written anew.
fn project_with(file: &str, bytes: impl AsRef<[u8]>) -> TempDir {
    let project = project();
    write(&project, &format!("content/{file}"), bytes);
    project
}

/// Such a project with a line behind its sheet.yaml.
fn project_with_setting(line: &str) -> TempDir {
    let project = project();
    append(&project, "content/sheet.yaml", line);
    project
}

/// Such a project with a theme `mine` that has one file of its own.
fn project_with_theme(file: &str, bytes: impl AsRef<[u8]>) -> TempDir {
    let project = project_with_setting("theme: mine\n");
    write(&project, &format!("themes/mine/{file}"), bytes);
    project
}

/// Such a project, built, and changed since so that a next build writes other bytes.
fn built_and_changed() -> TempDir {
    let project = project();
    assert_eq!(run(&project, &["build"]).code, 0);
    let sheet = project.path().join("content/sheet.yaml");
    let text = fs::read_to_string(&sheet).expect("sheet.yaml is there");
    fs::write(
        sheet,
        text.replace("安全管理措置一覧", "安全管理措置の一覧"),
    )
    .expect("a writable folder");
    project
}

fn write(project: &TempDir, path: &str, bytes: impl AsRef<[u8]>) {
    let path = project.path().join(path);
    fs::create_dir_all(path.parent().expect("a path below")).expect("a writable folder");
    fs::write(path, bytes).expect("a writable folder");
}

fn append(project: &TempDir, path: &str, text: &str) {
    let path = project.path().join(path);
    let before = fs::read_to_string(&path).expect("the file is there");
    fs::write(path, before + text).expect("a writable folder");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a writable folder");
    for entry in fs::read_dir(from).expect("a readable folder") {
        let entry = entry.expect("a readable entry");
        let to = to.join(entry.file_name());
        if entry.file_type().expect("a readable entry").is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a writable folder");
        }
    }
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("our own file");
}

/// How a run ended.
#[derive(Debug)]
struct Run {
    /// The exit code; 128 and more where a signal ended it (137: it hung and was killed).
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn said(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}

/// Runs the program in English.
fn run(project: &TempDir, arguments: &[&str]) -> Run {
    finish(start(&mut safeguard(project, "en", arguments)))
}

/// The program on a project, on a day that finds nothing in `tests/base`.
fn safeguard(project: &TempDir, language: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_safeguard"));
    command.arg("-C").arg(project.path());
    command.args(["--lang", language]).args(arguments);
    let is_command = arguments
        .first()
        .is_some_and(|first| !first.starts_with('-'));
    if is_command && !arguments.contains(&"--as-of") {
        command.args(["--as-of", "2026-04-01"]);
    }
    command.env("RUST_BACKTRACE", "0");
    command
}

/// A running program, whose words go to files so that it never waits for a reader.
struct Running {
    child: Child,
    streams: [File; 2],
}

fn start(command: &mut Command) -> Running {
    let streams = [(); 2].map(|()| tempfile::tempfile().expect("a file"));
    let [out, err] = [&streams[0], &streams[1]].map(|file| file.try_clone().expect("a handle"));
    let child = command
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(err)
        .spawn()
        .expect("the program starts");
    Running { child, streams }
}

fn finish(mut running: Running) -> Run {
    use std::os::unix::process::ExitStatusExt;
    #[expect(clippy::disallowed_methods, reason = "a guard against hanging")]
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = running.child.try_wait().expect("our own child") {
            break status;
        }
        if begun.elapsed() > HANG {
            running.child.kill().expect("our own child");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let [out, err] = running.streams.map(|mut stream| {
        let mut bytes = Vec::new();
        stream.rewind().expect("a file");
        stream.read_to_end(&mut bytes).expect("a file");
        String::from_utf8(bytes).expect("the program speaks UTF-8")
    });
    let code = status.code().or(status.signal().map(|signal| 128 + signal));
    Run {
        code: code.expect("an exit code or a signal"),
        out,
        err,
    }
}

/// The program as somebody whom file permissions bind: root reads and writes anything.
fn as_anybody(project: &TempDir, arguments: &[&str]) -> Command {
    // Where it was built, others may have no way in.
    let program = project.path().join("safeguard");
    fs::hard_link(env!("CARGO_BIN_EXE_safeguard"), &program)
        .or_else(|_| fs::copy(env!("CARGO_BIN_EXE_safeguard"), &program).map(drop))
        .expect("a writable folder");
    let ours = safeguard(project, "en", arguments);
    let mut command = Command::new(program);
    command.args(ours.get_args()).env("RUST_BACKTRACE", "0");
    if fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
        command.uid(65534).gid(65534);
    }
    command
}

/// The program where no file may grow beyond some kilobytes, as on a disk that is nearly full.
fn on_a_full_disk(project: &TempDir, arguments: &[&str]) -> Command {
    let ours = safeguard(project, "en", arguments);
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 20; exec \"$@\"", "sh"]);
    command.arg(ours.get_program()).args(ours.get_args());
    command
}

/// Path and bytes of every file in `output/`, without what the program keeps for itself.
fn output(project: &TempDir) -> BTreeMap<String, Vec<u8>> {
    let mut files = below(&project.path().join("output"), "");
    files.retain(|path, _| !path.starts_with(".stage/") && path != ".lock");
    files
}

fn below(folder: &Path, path: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return files;
    };
    for entry in entries {
        let entry = entry.expect("a readable entry");
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().expect("a readable entry").is_dir() {
            files.extend(below(&entry.path(), &format!("{path}{name}/")));
        } else {
            let bytes = fs::read(entry.path()).expect("a readable file");
            files.insert(format!("{path}{name}"), bytes);
        }
    }
    files
}

/// What a fresh build of the project would write.
fn built_afresh(project: &TempDir) -> BTreeMap<String, Vec<u8>> {
    let fresh = tempfile::tempdir().expect("a folder");
    copy(
        &project.path().join("content"),
        &fresh.path().join("content"),
    );
    assert_eq!(run(&fresh, &["build"]).code, 0);
    output(&fresh)
}

/// Ends a table: says every case that did not hold.
fn judged(failures: Vec<String>) {
    let count = failures.len();
    assert!(count == 0, "{count} do not hold:\n{}", failures.join("\n"));
}

// ---------------------------------------------------------------- how a message is judged

/// What any refusal owes: the exit code, both languages, the place, the words asked for, and no output.
fn refusal(what: &str, project: &TempDir, code: i32, says: [&[&str]; 2]) -> Vec<String> {
    let mut failures = Vec::new();
    for (language, words) in ["en", "ja"].into_iter().zip(says) {
        let run = finish(start(&mut safeguard(project, language, &["build"])));
        let said = run.said();
        let mut reasons: Vec<String> = Vec::new();
        if run.code != code {
            reasons.push(format!("exit code {} instead of {code}", run.code));
        }
        if said.contains("panicked at") {
            reasons.push("it panics".to_owned());
        }
        for word in words.iter().filter(|word| !said.contains(**word)) {
            reasons.push(format!("does not say {word:?}"));
        }
        let written = project.path().join("output");
        if written.exists() {
            reasons.push("something was written".to_owned());
            fs::remove_dir_all(written).expect("our own folder");
        }
        if !reasons.is_empty() {
            let reasons = reasons.join("; ");
            failures.push(format!(
                "- {what} ({language}): {reasons}\n{}",
                indent(&said)
            ));
        }
    }
    failures
}

fn indent(text: &str) -> String {
    let lines = text.lines().take(24).map(|line| format!("    {line}\n"));
    lines.collect()
}

/// A finding besides tells the Japanese clerk in Japanese what to do.
fn finding(what: &str, project: &TempDir, place: &str, en: &str, ja: &str) -> Vec<String> {
    let mut failures = refusal(what, project, 1, [&[place, en], &[place, ja]]);
    let said = finish(start(&mut safeguard(project, "ja", &["build"]))).said();
    // Findings of one rule may share a help.
    let mut of_rule: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for finding in said
        .split("\n\n")
        .filter(|part| part.starts_with("エラー["))
    {
        let rule = finding.split(']').next().unwrap_or_default();
        let words = finding
            .lines()
            .filter(|line| line.starts_with("エラー[") || line.contains("= 対処"));
        of_rule.entry(rule).or_default().extend(words);
    }
    for words in of_rule.values() {
        let all = words.join("\n");
        if let Some(english) = words.iter().find_map(|line| english(line)) {
            failures.push(format!(
                "- {what} (ja): English in it: {english}\n{}",
                indent(&all)
            ));
        }
        if !WAYS_OUT.iter().any(|way| all.contains(way)) {
            failures.push(format!(
                "- {what} (ja): does not say what to do\n{}",
                indent(&all)
            ));
        }
    }
    failures
}

/// How a finding says what to do; the last four are plain enough by themselves.
const WAYS_OUT: [&str; 9] = [
    "ください",
    "書けるのは",
    "使えるのは",
    "どれか",
    "ではありませんか",
    "がありません",
    "という項目はありません",
    "二度",
    "が空です",
];

/// Three English words on end, outside of backticks: a library's own sentence.
fn english(line: &str) -> Option<String> {
    let prose: Vec<&str> = line.split('`').step_by(2).collect();
    let word = |word: &&str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    prose.iter().find_map(|part| {
        let words: Vec<&str> = part.split([' ', '：']).collect();
        let three = words.windows(3).find(|three| three.iter().all(word))?;
        Some(three.join(" "))
    })
}

// ---------------------------------------------------------------- content that cannot be read

#[test]
fn a_file_that_cannot_be_read_is_named_with_the_way_out() {
    let shift_jis = b"name: \x8c\xa9\x96{\x8e\xd0\x98J\x8em\x8e\x96\x96\xb1\x8f\x8a\n";
    let utf_16: Vec<u8> = "\u{feff}name: 見本\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[u8], &str, &str)] = &[
        ("an empty file", "office.yaml", b"", "empty", "空です"),
        ("blank lines", "office.yaml", b" \n\n", "empty", "空です"),
        ("an empty measure file", "measures/B/a.yaml", b"", "empty", "空です"),
        ("Shift_JIS", "office.yaml", shift_jis, "line 1", "1 行目"),
        ("UTF-16, Notepad's “Unicode”", "office.yaml", &utf_16, "UTF-8", "UTF-8"),
        ("a NUL", "office.yaml", b"name: a\0b\n", "U+0000", "U+0000"),
        ("a bell", "office.yaml", b"name: a\x07b\n", "U+0007", "U+0007"),
        ("an escape", "office.yaml", b"name: a\x1b[31mb\n", "U+001B", "U+001B"),
        ("lone carriage returns", "office.yaml", b"name: a\rtel: 1\r", "U+000D", "U+000D"),
        ("words for a record", "office.yaml", b"just words\n", "fields", "項目"),
        ("a number for a list", "measures/A.yaml", b"12\n", "a list", "一覧"),
        ("a word for a measure", "measures/A.yaml", b"- word\n", "fields", "項目"),
        ("a record for a list", "measures/A.yaml", b"id: policy\nsubject: a\n", "a list", "一覧"),
        ("a list for a record", "office.yaml", b"- name: a\n", "fields", "項目"),
        ("a dash and nothing", "measures/A.yaml", b"- \n", "nothing", "何も"),
        ("null", "measures/A.yaml", b"null\n", "a list", "一覧"),
        ("a table from Excel", "measures/A.yaml", b"id\tsubject\npolicy\tx\n", "a list", "一覧"),
        ("indented with tabs", "office.yaml", b"name: a\nsignatory:\n\ttitle: b\n", "spaces", "空白"),
        ("two documents", "office.yaml", b"name: a\n---\nname: b\n", "---", "---"),
        ("a list of one for two numbers", "measures/A.yaml", b"- id: policy\n  subject: a\n  measure: b\n  source: {subject: [1]}\n", "two numbers", "二つの数"),
        ("an empty page", "pages/a.md", b"", "empty", "空です"),
        ("a page in Shift_JIS", "pages/a.md", b"---\ntitle: a\n---\n\x8c\xa9\x96{\n", "line 4", "4 行目"),
        ("a page in UTF-16", "pages/a.md", &utf_16, "UTF-8", "UTF-8"),
        ("a bell in a page", "pages/a.md", b"---\ntitle: a\n---\nb\x07\n", "U+0007", "U+0007"),
        ("a page without a title", "pages/a.md", b"# a\n", "title", "題名"),
        ("a page's title that is never closed", "pages/a.md", b"---\ntitle: a\n\nb\n", "`---`", "「---」"),
        ("a page's title between full-width dashes", "pages/a.md", "ーーー\ntitle: a\nーーー\nb\n".as_bytes(), "`---`", "「---」"),
        ("a page without a text", "pages/a.md", b"---\ntitle: a\n---\n \n", "text", "本文"),
        ("words for a page's title", "pages/a.md", b"---\na\n---\nb\n", "fields", "項目"),
        ("a page whose title is a list", "pages/a.md", b"---\ntitle: [a]\n---\nb\n", "a list", "一覧"),
        ("a tag", "measures/A.yaml", b"- id: policy\n  subject: a\n  measure: !x b\n", "quotes", "囲んで"),
    ];
    let tried = cases.iter().flat_map(|(what, file, bytes, en, ja)| {
        finding(
            what,
            &project_with(file, bytes),
            &format!("content/{file}"),
            en,
            ja,
        )
    });
    judged(tried.collect());
}

#[test]
fn a_file_that_would_exhaust_the_machine_is_refused() {
    let rows = "\n".repeat(3) + &"[".repeat(10_000);
    let bomb: String = ('a'..='i')
        .zip('b'..='j')
        .map(|(inner, outer)| format!("{outer}: &{outer} [{}]\n", format!("*{inner},").repeat(10)))
        .collect();
    let bomb = format!("a: &a [x]\n{bomb}");
    let text_bomb = format!(
        "- id: policy\n  subject: a\n  measure: &a {}\n  remarks: [{}]\n",
        "あ".repeat(100_000),
        "*a,".repeat(1_000)
    );
    let deep = |open: &str| format!("{SOUND}  remarks: {}\n", open.repeat(10_000));
    let steps: String = (0..2_000).map(|depth| " ".repeat(depth) + "a:\n").collect();
    #[rustfmt::skip]
    let cases = [
        ("50 MB", "office.yaml", "a".repeat(50 << 20)),
        ("a page of 50 MB", "pages/a.md", format!("---\ntitle: a\n---\n{}", "a".repeat(50 << 20))),
        ("aliases in a page's title", "pages/a.md", format!("---\n{bomb}---\na\n")),
        ("lists in a page's title", "pages/a.md", format!("---\ntitle: {}\n---\na\n", "[".repeat(10_000))),
        ("aliases of lists", "office.yaml", bomb.clone()),
        ("aliases of lists in a measure", "measures/A.yaml", format!("- {}", bomb.replace('\n', "\n  "))),
        ("aliases of a long text", "measures/A.yaml", text_bomb),
        ("lists in lists", "measures/A.yaml", rows),
        ("lists in lists, by dashes", "measures/A.yaml", "- ".repeat(10_000) + "a"),
        ("lists in a cell", "measures/A.yaml", deep("[")),
        ("records in a cell", "measures/A.yaml", deep("{a: ")),
        ("question marks", "measures/A.yaml", "? ".repeat(10_000)),
        ("records in records", "measures/A.yaml", steps),
    ];
    let tried = cases.iter().flat_map(|(what, file, text)| {
        let place = format!("content/{file}");
        refusal(what, &project_with(file, text), 1, [&[&place], &[&place]])
    });
    judged(tried.collect());
}

#[test]
fn what_is_no_plain_file_is_named_and_not_waited_for() {
    let mut failures = Vec::new();

    let fifo = project();
    fs::create_dir(fifo.path().join("content/certifications")).expect("a writable folder");
    let made = Command::new("mkfifo")
        .arg(fifo.path().join("content/certifications/x.yaml"))
        .status();
    assert!(made.is_ok_and(|made| made.success()), "mkfifo");
    failures.extend(finding(
        "a FIFO",
        &fifo,
        "content/certifications/x.yaml",
        "plain file",
        "普通のファイル",
    ));

    for file in ["office.yaml", "certifications/x.yaml", "measures/C.yaml"] {
        let folder = project();
        let path = folder.path().join("content").join(file);
        let _ = fs::remove_file(&path);
        fs::create_dir_all(path).expect("a writable folder");
        failures.extend(finding(
            "a folder with a file's name",
            &folder,
            file,
            "folder",
            "フォルダ",
        ));
    }

    #[rustfmt::skip]
    let links: [(&str, &str, &str, &str, &str); 3] = [
        ("a link to itself", "content/measures/self", "self", "link", "リンク"),
        ("a link to nothing", "content/guidelines/x.yaml", "nowhere", "link", "リンク"),
        ("a link back", "content/measures/back", "../..", "leads back", "戻って"),
    ];
    for (what, at, to, en, ja) in links {
        let linked = project();
        symlink(to, linked.path().join(at)).expect("a writable folder");
        failures.extend(finding(what, &linked, at, en, ja));
        if run(&linked, &["check"]).out.contains("measures/back/") {
            failures.push(format!("- {what}: every file behind it is told of as well"));
        }
    }
    judged(failures);
}

#[test]
fn what_may_not_be_read_is_named() {
    let mut failures = Vec::new();
    for path in ["content/office.yaml", "content/measures/B", "content"] {
        let project = project();
        allow(&project.path().join(path), 0o000);
        let run = finish(start(&mut as_anybody(&project, &["check"])));
        allow(&project.path().join(path), 0o755);
        let said = run.said();
        if run.code != 1 && run.code != 2
            || !said.contains(path)
            || !said.to_lowercase().contains("permission")
        {
            failures.push(format!("- {path}: {run:?}"));
        }
    }
    let theme = project_with_theme("x.typ", "");
    let file = theme.path().join("themes/mine/x.typ");
    allow(&file, 0o000);
    let run = finish(start(&mut as_anybody(&theme, &["build"])));
    if run.code != 2 || !run.err.contains("themes/mine/x.typ") {
        failures.push(format!("- a theme's file: {run:?}"));
    }
    judged(failures);
}

#[test]
fn a_project_that_is_not_there_is_told_in_one_sentence() {
    let mut failures = Vec::new();
    let nothing = project();
    fs::remove_dir_all(nothing.path().join("content")).expect("our own folder");
    failures.extend(refusal(
        "no content folder",
        &nothing,
        2,
        [&["content", "-C"], &["content", "-C"]],
    ));

    let file = project();
    fs::remove_dir_all(file.path().join("content")).expect("our own folder");
    write(&file, "content", "words");
    failures.extend(refusal(
        "a file called content",
        &file,
        2,
        [&["content", "-C"], &["content", "-C"]],
    ));

    let empty = project();
    fs::remove_dir_all(empty.path().join("content")).expect("our own folder");
    fs::create_dir(empty.path().join("content")).expect("a writable folder");
    failures.extend(finding(
        "an empty content folder",
        &empty,
        "content/office.yaml",
        "missing",
        "ありません",
    ));
    failures.extend(finding(
        "an empty content folder",
        &empty,
        "content/sheet.yaml",
        "missing",
        "ありません",
    ));
    judged(failures);
}

#[test]
fn files_with_other_names_are_never_passed_over() {
    #[rustfmt::skip]
    let cases: [(&str, &str, &str, &str); 8] = [
        ("office.yaml", "office.yml", "office.yaml", "office.yaml"),
        ("office.yaml", "office.yaml.txt", "office.yaml", "office.yaml"),
        ("office.yaml", "Office.yaml", "office.yaml", "office.yaml"),
        ("measures/A.yaml", "measures/A.YAML", "measures/A.yaml", "measures/A.yaml"),
        ("measures/A.yaml", "measures/A.txt", "measures/A.yaml", "measures/A.yaml"),
        ("measures/B/a.yaml", "measures/B/ａ.yaml", "B/a.yaml", "B/a.yaml"),
        ("measures/B/a.yaml", "measures/B/a - コピー.yaml", "`a.yaml`", "`a.yaml`"),
        ("measures/B/a.yaml", "measure/B/a.yaml", "unexpected-file", "unexpected-file"),
    ];
    let mut failures: Vec<String> = Vec::new();
    for (file, name, en, ja) in cases {
        let project = project();
        let content = project.path().join("content");
        let to = content.join(name);
        fs::create_dir_all(to.parent().expect("a path below")).expect("a writable folder");
        fs::rename(content.join(file), to).expect("a writable folder");
        // The wrong name must be answered with the right one, not only the gap it leaves.
        let said = run(&project, &["check"]).out;
        let about = said
            .split("\n\n")
            .find(|part| part.contains(&format!("content/{name}")));
        if !about.is_some_and(|part| part.contains(en)) {
            failures.push(format!(
                "- {name}: does not lead to {en}\n{}",
                indent(&said)
            ));
        }
        failures.extend(finding(name, &project, name, en, ja));
    }
    let project = project();
    let name = std::ffi::OsStr::from_bytes(b"\x82\xa0.yaml");
    fs::write(project.path().join("content/measures").join(name), SOUND)
        .expect("a writable folder");
    failures.extend(refusal(
        "a name that is not UTF-8",
        &project,
        1,
        [&["content/measures/"], &["content/measures/"]],
    ));
    judged(failures);
}

// ---------------------------------------------------------------- slips of who edits the YAML once a year

#[test]
fn slips_of_the_pen_are_answered_at_their_line_in_the_clerks_own_words() {
    // Line 2 is `no:`, 3 `subject:`, 4 `measure:`, 5 what the case adds.
    #[rustfmt::skip]
    let cases: &[(&str, &str, &str, &str, &str)] = &[
        ("a full-width colon", "  remarks：備考\n", ":5", "full-width", "全角"),
        ("no space behind the colon", "  remarks:備考\n", ":5", "space", "空白"),
        ("a full-width space before a field", "　remarks: 備考\n", ":5", "full-width", "全角"),
        ("a full-width letter in a field", "  ｒemarks: 備考\n", ":5", "`remarks`", "`remarks`"),
        ("a capital in a field", "  Remarks: 備考\n", ":5", "`remarks`", "`remarks`"),
        ("a field in Japanese", "  備考: x\n", ":5", "remarks", "remarks"),
        ("a field indented too little", " remarks: 備考\n", ":5", "indent", "字下げ"),
        ("a field indented too far", "   remarks: 備考\n", ":5", "indent", "字下げ"),
        ("a forgotten dash", "  id: other\n  subject: 別\n", ":5", "twice", "二度"),
        ("no space behind the dash", "-id: other\n", ":5", "space", "空白"),
        ("a full-width dash", "－ id: other\n  subject: 別\n", ":5", "full-width", "全角"),
        ("a middle dot for a dash", "・id: other\n", ":5", "`- `", "- "),
        ("slashes in a date", "  reviewed_on: 2015/10/1\n", ":5", "2015-10-01", "2015-10-01"),
        ("full-width digits in a date", "  reviewed_on: ２０１５-１０-０１\n", ":5", "2015-10-01", "2015-10-01"),
        ("a Japanese era in a date", "  reviewed_on: 平成27年10月1日\n", ":5", "2015-10-01", "2015-10-01"),
        ("an era's letter in a date", "  reviewed_on: H27.10.1\n", ":5", "2015-10-01", "2015-10-01"),
        ("a day that never was", "  reviewed_on: 2015-02-30\n", ":5", "2015-10-01", "2015-10-01"),
        ("yes for true", "  relaxed: yes\n", ":5", "`true`", "true"),
        ("はい for true", "  relaxed: はい\n", ":5", "`true`", "true"),
        ("a number for a text", "  remarks: 100\n", ":5", "quotes", "囲んで"),
        ("true for a text", "  remarks: true\n", ":5", "quotes", "囲んで"),
        ("a colon in a text", "  remarks: 注: 別紙\n", ":5", "quotes", "囲んで"),
        ("emphasis at the start", "  remarks: **重要** である\n", ":5", "quotes", "囲んで"),
        ("an at sign at the start", "  remarks: @office\n", ":5", "quotes", "囲んで"),
        ("a backtick at the start", "  remarks: `x` による\n", ":5", "quotes", "囲んで"),
        ("a percent sign at the start", "  remarks: %である\n", ":5", "quotes", "囲んで"),
        ("a bracket at the start", "  remarks: [注] 別紙\n", ":5", "quotes", "囲んで"),
        ("a brace at the start", "  remarks: {{ x }}\n", ":5", "quotes", "囲んで"),
        ("a quote in quotes", "  remarks: \"別紙\"のとおり\"\n", ":5", "quotes", "囲んで"),
        ("a quote that is not closed", "  remarks: \"別紙\n", ":5", "quotation mark", "引用符"),
        ("a dash in a text", "  remarks: - 別紙\n", ":5", "quotes", "囲んで"),
        ("a sign of more at the start", "  remarks: > 別紙\n", ":5", "quotes", "囲んで"),
        ("the id copied twice", "- id: policy\n  subject: 別\n  measure: x\n", ":5", "line 1", "1 行目"),
        ("the number copied twice", "- id: other\n  no: 1\n  subject: 別\n  measure: x\n", ":6", "line 2", "2 行目"),
        ("a field written twice", "  remarks: x\n  remarks: y\n", ":6", "`remarks`", "`remarks`"),
        ("an audience in Japanese", "  audience: {remarks: 公開}\n", ":5", "public", "public"),
        ("a number in full-width digits", "- id: other\n  no: ２\n  subject: a\n  measure: b\n", ":6", "whole number", "半角"),
        ("an id in Japanese", "- id: ポリシー\n  subject: a\n  measure: b\n", ":5", "a–z", "半角"),
        ("an id in full-width letters", "- id: ｐｏｌ\n  subject: a\n  measure: b\n", ":5", "a–z", "半角"),
        ("a text that is all comment", "- id: other\n  subject: a\n  measure: #1 による\n", "", "quotes", "囲んで"),
        ("Word's soft hyphen", "  remarks: あ\u{ad}い\n", ":5", "U+00AD", "U+00AD"),
        ("a zero-width space", "  remarks: あ\u{200b}い\n", ":5", "U+200B", "U+200B"),
        ("a mark that turns the text", "  remarks: あ\u{202e}い\n", ":5", "U+202E", "U+202E"),
        ("the same in an escape", "  remarks: \"あ\\u202Eい\"\n", ":5", "U+202E", "U+202E"),
        ("a tab in a text", "  remarks: あ\tい\n", ":5", "tab", "タブ"),
        ("HTML", "  remarks: <script>alert(1)</script>\n", ":5", "<script>", "<script>"),
        ("a character no font has", "  remarks: 𠮼野\n", ":5:12", "𠮼 (U+20BBC)", "「𠮼」（U+20BBC）"),
        ("another one", "  remarks: 見本𓀀\n", ":5:14", "𓀀 (U+13000)", "「𓀀」（U+13000）"),
        ("a form that no font has", "  remarks: 葛\u{e01ef}城\n", ":5:12", "(U+845B U+E01EF)", "（U+845B U+E01EF）"),
        ("a selector that follows nothing", "  remarks: \"\\uFE0Fあ\"\n", ":5", "(U+FE0F)", "（U+FE0F）"),
    ];
    let tried = cases.iter().flat_map(|(what, line, place, en, ja)| {
        let project = project_with("measures/A.yaml", format!("{SOUND}{line}"));
        finding(
            what,
            &project,
            &format!("content/measures/A.yaml{place}"),
            en,
            ja,
        )
    });
    judged(tried.collect());
}

#[test]
fn slips_in_the_sheet_and_the_office_are_answered_at_their_line() {
    type Slip = (
        &'static str,
        &'static str,
        &'static str,
        &'static str,
        &'static str,
        &'static str,
        &'static str,
    );
    #[rustfmt::skip]
    let cases: &[Slip] = &[
        ("an era in the sheet's date", "sheet.yaml", "date: 2026-01-01", "date: 令和8年1月1日", ":3", "2015-10-01", "2015-10-01"),
        ("slashes in the sheet's date", "sheet.yaml", "date: 2026-01-01", "date: 2026/1/1", ":3", "2015-10-01", "2015-10-01"),
        ("a date left blank", "sheet.yaml", "date: 2026-01-01", "date:", ":3", "2015-10-01", "2015-10-01"),
        ("no date", "sheet.yaml", "date: 2026-01-01\n", "", "", "`date`", "`date`"),
        ("a title left blank", "sheet.yaml", "安全管理措置一覧", "\"\"", ":1", "`title`", "`title`"),
        ("a guideline that is not there", "sheet.yaml", "sample-2025", "sample-2024", ":2", "`sample-2025`", "`sample-2025`"),
        ("a heading with a full-width key", "sheet.yaml", "sections:", "headings: {Ａ: 方針}\nsections:", ":5", "`A`", "`A`"),
        ("a heading left blank", "sheet.yaml", "sections:", "headings: {A: }\nsections:", ":5", "headings", "headings"),
        ("a threshold in Japanese", "sheet.yaml", "sections:", "thresholds: {review: 一年}\nsections:", ":5", "duration", "期間"),
        ("a style that is not there", "sheet.yaml", "sections:", "date_style: 和暦\nsections:", ":5", "era", "era"),
        ("an office without a name", "office.yaml", "見本社労士事務所", "", ":1", "`name`", "`name`"),
        ("a site without https", "office.yaml", "tel:", "url: www.example.jp\ntel:", ":2", "https://", "https://"),
        ("a section without a name", "guidelines/sample-2025.yaml", "組織", "\"\"", ":6", "name", "name"),
    ];
    let tried = cases
        .iter()
        .flat_map(|(what, file, from, to, place, en, ja)| {
            let project = project();
            let path = project.path().join("content").join(file);
            let text = fs::read_to_string(&path).expect("the file is there");
            assert!(text.contains(from), "{what}");
            fs::write(path, text.replacen(from, to, 1)).expect("a writable folder");
            finding(what, &project, &format!("content/{file}{place}"), en, ja)
        });
    judged(tried.collect());
}

#[test]
fn a_text_cut_off_by_a_comment_sign_is_told() {
    let project = project_with(
        "measures/A.yaml",
        format!("{SOUND}  remarks: 規程 #3 による\n"),
    );
    let said = run(&project, &["check"]).out;
    assert!(said.contains("content/measures/A.yaml:5"), "{said}");
}

#[test]
fn a_finding_is_one_line_and_cannot_command_the_terminal() {
    let project = project_with(
        "measures/A.yaml",
        "- id: \"a\\e[31m\\nb\\u202E\"\n  subject: a\n  measure: b\n",
    );
    for format in ["short", "human", "github", "json"] {
        let said = run(&project, &["check", "--format", format]).out;
        let refused = |c: char| c != '\n' && c.is_control() || c == '\u{202e}';
        assert!(!said.contains(refused), "{format}: {said:?}");
        if format == "short" {
            assert!(
                said.lines().all(|line| line.starts_with("content/")),
                "{said:?}"
            );
        }
    }
}

// ---------------------------------------------------------------- what is merely unusual

/// The text of a PDF's pages.
fn pages(project: &TempDir, path: &str) -> String {
    let made = Command::new("pdftotext")
        .args(["-q", "-raw"])
        .arg(project.path().join("output").join(path))
        .arg("-")
        .output()
        .expect("pdftotext is installed (poppler-utils)");
    String::from_utf8(made.stdout).expect("pdftotext speaks UTF-8")
}

const PDFS: [&str; 4] = [
    "site/safeguards.pdf",
    "client/安全管理措置一覧_2026-01-01案_見本社労士事務所.pdf",
    "client/安全管理措置一覧_2026-01-01案_見本社労士事務所_押印用.pdf",
    "office/安全管理措置一覧_2026-01-01案_校正用（社外秘）.pdf",
];

#[test]
fn what_looks_like_markup_is_printed_as_it_stands() {
    #[rustfmt::skip]
    let cases = [
        "{{ x }} {% y %} {# z #}",
        "#eval(1+1) #panic()",
        "&lt;b&gt; &amp; &#65;",
        "a < b > c",
        "$x$ @ref \\\\ /* c */",
        "=SUM(A1)",
        "'x' -- y...",
    ];
    let mut failures = Vec::new();
    for text in cases {
        let project = project_with(
            "measures/A.yaml",
            format!(
                "{SOUND}  remarks: '{}'\n  audience: {{remarks: public}}\n",
                text.replace('\'', "''")
            ),
        );
        let built = run(&project, &["build"]);
        let printed = text.replace("\\\\", "\\");
        let solid = |text: &str| text.split_whitespace().collect::<String>();
        let page = printed
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('\'', "&#39;");
        let html =
            fs::read_to_string(project.path().join("output/site/index.html")).unwrap_or_default();
        let data = fs::read_to_string(project.path().join("output/site/safeguards.json"))
            .unwrap_or_default();
        let found = [
            ("the page", html.contains(&page)),
            ("the data", data.contains(&printed.replace('\\', "\\\\"))),
        ];
        let pdfs = PDFS.map(|path| {
            (
                path,
                solid(&pages(&project, path)).contains(&solid(&printed)),
            )
        });
        for (place, _) in found.iter().chain(&pdfs).filter(|(_, found)| !found) {
            failures.push(format!("- {text}: not in {place} {}", built.err));
        }
    }
    judged(failures);
}

#[test]
fn a_page_nested_beyond_reason_is_read_in_time() {
    let mut failures = Vec::new();
    for signs in [
        ">",
        "1. ",
        "[",
        "[a](",
        "*a ",
        "|a|\n|-|\n",
        "# a\n",
        "`a``",
        "あ\nい",
    ] {
        let text = signs.repeat((256 << 10) / signs.len());
        let page = project_with("pages/a.md", format!("---\ntitle: a\n---\na\n\n{text}"));
        let run = run(&page, &["check", "--format", "short"]);
        if run.code != 0 {
            failures.push(format!(
                "- {signs:?}: exit code {}\n{}",
                run.code,
                indent(&run.said())
            ));
        }
    }
    judged(failures);
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_change_nothing() {
    let plain = project();
    let windows = project();
    for (path, bytes) in below(&windows.path().join("content"), "content/") {
        let text = String::from_utf8(bytes).expect("UTF-8");
        write(
            &windows,
            &path,
            format!("\u{feff}{}", text.replace('\n', "\r\n")),
        );
    }
    for project in [&plain, &windows] {
        assert_eq!(run(project, &["build"]).code, 0);
    }
    assert!(output(&plain) == output(&windows));
}

#[test]
fn a_cell_longer_than_a_page_is_printed_whole_and_in_order() {
    let signs: Vec<char> = "鶴亀松竹梅桜菊蘭藤萩桐柳椿橘".chars().collect();
    let long: String = (0..10_000).map(|at| signs[at * at % signs.len()]).collect();
    let project = project_with("measures/A.yaml", SOUND.replace("方針を定めている", &long));
    assert_eq!(run(&project, &["build"]).code, 0);
    for path in PDFS {
        let printed: String = pages(&project, path)
            .chars()
            .filter(|c| signs.contains(c))
            .collect();
        assert!(
            printed == long,
            "{path}: {} of {} characters",
            printed.chars().count(),
            10_000
        );
    }
}

#[test]
fn a_line_that_cannot_be_broken_stays_on_the_page() {
    #[rustfmt::skip]
    let cases = [
        ("letters", "QXZJ".repeat(500), 'Q'),
        ("a path", "Q/X-Z_J.".repeat(200), 'Q'),
        ("digits in full width", "７".repeat(300), '７'),
        ("Cyrillic", "ж".repeat(300), 'ж'),
        ("Greek", "λ".repeat(300), 'λ'),
        ("leaders", "…".repeat(300), '…'),
        ("a ruled line", "―".repeat(300), '―'),
        ("long strokes", "─".repeat(300), '─'),
        ("waves", "〜".repeat(300), '〜'),
        ("exclamations", "！".repeat(300), '！'),
        ("words of changing weight", "QQQQQQQQQQQQQQQ**XXXXXXXXXXXXXXX**".repeat(20), 'Q'),
    ];
    let mut failures = Vec::new();
    for (what, text, sign) in cases {
        let project = project_with("measures/A.yaml", SOUND.replace("方針を定めている", &text));
        let built = run(&project, &["build"]);
        if built.code == 1 {
            // A finding is as good an answer as printing it.
            failures.extend(finding(what, &project, "content/measures/A.yaml:4", "", ""));
            continue;
        }
        let count = |text: &str| text.chars().filter(|c| *c == sign).count();
        for path in PDFS {
            let (printed, written) = (count(&pages(&project, path)), count(&text));
            if printed != written {
                failures.push(format!(
                    "- {what}: {printed} of {written} {sign} on the pages of {path}"
                ));
            }
        }
    }
    judged(failures);
}

// ---------------------------------------------------------------- themes

#[test]
fn a_theme_that_fails_is_named_with_file_line_and_row() {
    let typ = "#import \"/parts.typ\": *\n#show: official\n";
    let row = "#for row in sheet.rows {\n  if row.anchor == \"B-b-log\" { panic(\"x\") }\n}\n";
    let bare = "#let sheet = json(\"/sheet.json\")\n";
    #[rustfmt::skip]
    let cases: &[(&str, &str, String, &[&str])] = &[
        ("a panic", "sheet.typ", "\n#panic(\"x\")".into(), &["sheet.typ, line 2", "panicked with: x"]),
        ("a panic in one row", "sheet.typ", format!("{typ}{row}"), &["sheet.typ, line 4", "B-b-log", "利用の記録"]),
        ("a panic in one row of a bare theme", "sheet.typ", format!("{bare}{row}"), &["sheet.typ, line 3", "B-b-log"]),
        ("a panic in the proof", "proof.typ", format!("{typ}{row}"), &["proof.typ, line 4", "B-b-log"]),
        ("a panic in a shared part", "parts.typ", "#panic(\"x\")".into(), &["parts.typ, line 1"]),
        ("a loop without end", "sheet.typ", "#let x = 1\n#while x > 0 { x += 1 }".into(), &["sheet.typ, line 2", "infinite"]),
        ("a recursion without end", "sheet.typ", "#let f(x) = f(x + 1)\n#f(1)".into(), &["sheet.typ, line 1", "depth"]),
        ("a layout that never rests", "sheet.typ", format!("{typ}#context {{ let n = counter(\"a\").final().first()\n for i in range(n + 1) {{ counter(\"a\").step() }} }}"), &["sheet.typ", "converge"]),
        ("half a line", "sheet.typ", "\n\n#let x = ".into(), &["sheet.typ, line 3", "expected expression"]),
        ("an empty file", "sheet.typ", String::new(), &["themes/mine/sheet.typ"]),
        ("a file that is not there", "sheet.typ", "#import \"nowhere.typ\": x".into(), &["sheet.typ, line 1", "nowhere.typ"]),
        ("itself", "sheet.typ", "#import \"sheet.typ\": *".into(), &["sheet.typ, line 1", "cyclic"]),
        ("a package", "sheet.typ", "#import \"@preview/cetz:0.3.0\": canvas".into(), &["sheet.typ, line 1", "package"]),
        ("a file of the machine", "sheet.typ", "#read(\"/etc/passwd\")".into(), &["sheet.typ, line 1", "etc/passwd"]),
        ("a file outside", "sheet.typ", "#read(\"../../content/office.yaml\")".into(), &["sheet.typ, line 1", "office.yaml"]),
        ("a font that is not there", "sheet.typ", format!("{typ}#text(font: \"Nope\")[x]"), &["sheet.typ, line 3", "nope"]),
        ("an undefined variable", "site/index.html", "<p>\n{{ nope }}".into(), &["site/index.html, line 2", "`nope`"]),
        ("an undefined field in one row", "site/index.html", "{% for row in rows %}{% if row.anchor == \"B-b-log\" %}\n{{ row.nope.x }}{% endif %}{% endfor %}".into(), &["site/index.html, line 2", "`nope`", "B-b-log"]),
        ("an unknown filter", "site/index.html", "\n{{ title | nope }}".into(), &["themes/mine/site/index.html, line 2", "`nope`"]),
        ("an unknown function", "site/index.html", "\n{{ get_env(name=\"HOME\") }}".into(), &["themes/mine/site/index.html, line 2", "`get_env`"]),
        ("a tag that is not closed", "site/index.html", "{% for row in rows %}\n".into(), &["site/index.html, line 2", "end of input"]),
        ("a page that includes itself", "site/index.html", "{% include \"site/index.html\" %}".into(), &["themes/mine/site/index.html", "Circular"]),
        ("a page that extends itself", "site/index.html", "{% extends \"site/index.html\" %}".into(), &["themes/mine/site/index.html", "Circular"]),
        ("a missing part of the page", "site/index.html", "\n{% include \"site/nope.html\" %}".into(), &["themes/mine/site/index.html, line 2", "site/nope.html"]),
        ("a missing parent of the page", "site/index.html", "{% extends \"site/nope.html\" %}".into(), &["themes/mine/site/index.html", "site/nope.html"]),
        ("a component that calls itself", "site/index.html", "{%- component a(x) -%}{{ <a x={x}/> }}{%- endcomponent -%}\n{{ <a x={1}/> }}".into(), &["themes/mine/site/index.html", "recursion"]),
        ("a long loop", "site/index.html", "{% for i in range(end=100000000) %}x{% endfor %}".into(), &["site/index.html, line 1", "limit"]),
        ("labels that are no YAML", "labels.ja.yaml", "a: b\nc: 'd\n".into(), &["themes/mine/labels.ja.yaml", "line 2"]),
        ("labels that are no words", "labels.ja.yaml", "a: [1]\n".into(), &["themes/mine/labels.ja.yaml", "line 1"]),
        ("a label no font can draw", "labels.ja.yaml", "page: \"{page}\"\ncontact: \"𠮼\"\nas_of_sheet: \"𠮼\"\n".into(), &["themes/mine/labels.ja.yaml", "𠮼"]),
    ];
    let tried = cases.iter().flat_map(|(what, file, text, says)| {
        refusal(
            what,
            &project_with_theme(file, text),
            2,
            [says, &["themes/mine/"]],
        )
    });
    judged(tried.collect());
}

#[test]
fn a_theme_has_a_plain_name() {
    let mut failures = Vec::new();
    for name in [
        "../../etc",
        "..",
        ".",
        "",
        "/etc",
        "mine/../..",
        "../content",
        "nope",
        "a\\b",
    ] {
        let project = project_with_setting(&format!("theme: '{name}'\n"));
        write(&project, "themes/mine/sheet.typ", "#panic(\"mine\")");
        let says: &[&str] = &[&format!("`{name}`"), "themes/"];
        failures.extend(refusal(
            &format!("theme {name:?}"),
            &project,
            2,
            [says, says],
        ));
    }
    judged(failures);
}

#[test]
fn what_lies_about_in_a_theme_is_passed_over_or_named() {
    let typ: &[u8] = b"\x82\xa0";
    let mut failures = refusal(
        "Shift_JIS in a theme",
        &project_with_theme("a.typ", typ),
        2,
        [
            &["themes/mine/a.typ", "UTF-8"],
            &["themes/mine/a.typ", "UTF-8"],
        ],
    );
    let picture = project_with_theme("site/logo.png", b"\x89PNG\r\n\x1a\n");
    failures.extend(refusal(
        "a picture in a theme",
        &picture,
        2,
        [
            &["themes/mine/site/logo.png", "tokens.yaml"],
            &["themes/mine/site/logo.png", "tokens.yaml"],
        ],
    ));
    for lying in [
        "Thumbs.db",
        "desktop.ini",
        ".DS_Store",
        "~$x.typ",
        "notes\\old.typ",
        "a:b.typ",
    ] {
        let project = project_with_theme(lying, b"\xff\xfe");
        let run = run(&project, &["build"]);
        if run.code != 0 && (run.code != 2 || !run.err.contains(lying))
            || run.err.contains("panicked")
        {
            failures.push(format!("- {lying}: {run:?}"));
        }
    }
    for lying in ["Thumbs.db", "desktop.ini", ".DS_Store"] {
        let run = run(&project_with_theme(lying, b"\xff\xfe"), &["build"]);
        if run.code != 0 {
            failures.push(format!("- {lying} stops the build: {}", run.err));
        }
    }
    judged(failures);
}

// ---------------------------------------------------------------- options

#[test]
fn bad_options_are_answered_in_one_sentence() {
    let missing = tempfile::tempdir().expect("a folder").path().join("gone");
    let file = tempfile::NamedTempFile::new().expect("a file");
    let [missing, file] =
        [&missing, &file.path().to_path_buf()].map(|path| path.to_string_lossy().into_owned());
    #[rustfmt::skip]
    let cases: &[(&[&str], &str)] = &[
        (&["check", "--as-of", "2026-13-01"], "2026-13-01"),
        (&["check", "--as-of", "令和8年4月1日"], "2026-04-01"),
        (&["check", "--as-of", "2026/4/1"], "2026-04-01"),
        (&["check", "--allow", "nope=x"], "`nope`"),
        (&["check", "--allow", "open-questions=x"], "open-question"),
        (&["check", "--allow", "open-question"], "open-question="),
        (&["check", "--allow", "open-question="], "open-question="),
        (&["check", "--allow", "=x"], "--allow"),
        (&["check", "--allow", "open-question@log=\u{200b}"], "open-question@log="),
        (&["build", "--recipient", "甲社,乙社"], "`,`"),
        (&["build", "--recipient", "甲社御中"], "御中"),
        (&["issue", "--note", "\u{3000}"], "--note"),
        (&["check", "--guideline", "nope"], "sample-2025"),
        (&["check", "--format", "xml"], "github"),
        (&["check", "--nope"], "--nope"),
        (&["check", "extra"], "extra"),
        (&["buidl"], "build"),
        (&[], "build"),
        (&["-C", &missing, "check"], &missing),
        (&["-C", &file, "check"], &file),
        (&["--lang", "fr", "check"], "ja"),
    ];
    let mut failures = Vec::new();
    for (arguments, says) in cases {
        for language in ["en", "ja"] {
            let project = project();
            let mut command = Command::new(env!("CARGO_BIN_EXE_safeguard"));
            command
                .current_dir(project.path())
                .env("LANG", "ja_JP.UTF-8")
                .env_remove("LC_ALL");
            if !arguments.contains(&"--lang") {
                command.args(["--lang", language]);
            }
            let run = finish(start(command.args(*arguments)));
            let mut fail = |why: &str| {
                failures.push(format!(
                    "- {arguments:?} ({language}): {why}\n{}",
                    indent(&run.err)
                ));
            };
            if run.code != 2 || !run.out.is_empty() {
                fail("not exit code 2, with nothing on standard output");
            }
            if !run.err.contains(says) {
                fail(&format!("does not say {says:?}"));
            }
            let japanese = run.err.chars().any(|c| matches!(c, 'ぁ'..='ん'));
            if japanese != (language == "ja") && !arguments.contains(&"--lang") {
                fail("in the wrong language");
            }
        }
    }
    let rules = run(&project(), &["check", "--allow", "nope=x"]).err;
    if rules.matches("control-character").count() > 1 {
        failures.push("- a rule is listed twice among the known ones".to_owned());
    }
    judged(failures);
}

// ---------------------------------------------------------------- writing

#[test]
fn a_folder_that_may_not_be_written_is_named_and_left_alone() {
    let mut failures = Vec::new();
    for locked in ["", "output", "output/site", "output/client"] {
        let project = match locked {
            "" => project(),
            _ => built_and_changed(),
        };
        let before = output(&project);
        let mut build = as_anybody(&project, &["build"]);
        // Whoever runs the build may write every folder but one.
        let folder = project.path().join("output");
        if folder.exists() {
            give_away(&folder);
        }
        allow(&project.path().join(locked), 0o555);
        let run = finish(start(&mut build));
        allow(&project.path().join(locked), 0o755);
        let place = match locked {
            "" => "/output",
            below => below,
        };
        if run.code != 2 || !run.err.contains(place) || run.err.contains(".stage") {
            failures.push(format!("- {place}: {run:?}"));
        }
        if output(&project) != before {
            failures.push(format!("- {place}: the old output changed"));
        }
    }
    judged(failures);
}

/// Makes a folder and all in it writable for anybody.
fn give_away(folder: &Path) {
    allow(folder, 0o777);
    for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
        if entry.path().is_dir() {
            give_away(&entry.path());
        }
    }
}

#[test]
fn a_full_disk_loses_nothing() {
    let project = built_and_changed();
    let before = output(&project);
    let run = finish(start(&mut on_a_full_disk(&project, &["build"])));
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("cannot write"), "{run:?}");
    assert!(output(&project) == before, "the old output changed");
    assert_eq!(
        below(&project.path().join("output/.stage"), ""),
        BTreeMap::new()
    );
}

#[test]
fn findings_that_cannot_be_printed_are_a_failure() {
    let project = project();
    let full = File::options()
        .write(true)
        .open("/dev/full")
        .expect("/dev/full");
    let mut command = safeguard(&project, "en", &["check", "--format", "json"]);
    let status = command
        .stdout(full)
        .stderr(Stdio::null())
        .status()
        .expect("it runs");
    assert_eq!(status.code(), Some(2));
}

#[test]
fn a_reader_that_has_gone_is_no_failure() {
    let project = project();
    let mut command = safeguard(&project, "en", &["check"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it runs");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("our own child").code(), Some(0));
}

#[test]
fn a_file_that_somebody_reads_is_replaced_beside_him() {
    let project = built_and_changed();
    let path = project.path().join("output/site/safeguards.pdf");
    let old = fs::read(&path).expect("a file of the build");
    let mut open = File::open(&path).expect("a file of the build");
    assert_eq!(run(&project, &["build"]).code, 0);
    let mut seen = Vec::new();
    open.read_to_end(&mut seen).expect("the old file");
    assert!(seen == old);
    assert!(output(&project) == built_afresh(&project));
}

#[test]
fn what_stands_in_the_way_of_a_file_is_named_and_kept() {
    let mut failures = Vec::new();
    for (at, scan) in [
        ("output", "output"),
        ("output/site", "output/site"),
        ("output/site/index.html", "output/site/index.html/scan.pdf"),
        ("output/manifest.json", "output/manifest.json/scan.pdf"),
        (
            "output/client/安全管理措置一覧_2026-01-01案_見本社労士事務所_押印用.pdf",
            "output/client/安全管理措置一覧_2026-01-01案_見本社労士事務所_押印用.pdf/scan.pdf",
        ),
    ] {
        let project = project();
        write(&project, scan, "somebody's scan");
        let run = run(&project, &["build"]);
        if run.code != 2
            || !run.err.contains(at)
            || !run.err.contains(&*project.path().to_string_lossy())
        {
            failures.push(format!("- {at}: {run:?}"));
        }
        let kept =
            fs::read(project.path().join(scan)).is_ok_and(|bytes| bytes == b"somebody's scan");
        if !kept {
            failures.push(format!("- {at}: what stood there is lost"));
        }
        if output(&project).len() > 1 {
            failures.push(format!("- {at}: half an output was written"));
        }
    }
    judged(failures);
}

/// SHA-256 of no bytes at all.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Makes the manifest of the last build list one more file, an empty one.
fn list(project: &TempDir, path: &str) {
    let manifest = project.path().join("output/manifest.json");
    let text = fs::read_to_string(&manifest).expect("the manifest of the build");
    let entry = format!(r#""files": [{{"path": {path:?}, "bytes": 0, "sha256": "{EMPTY}"}},"#);
    assert!(text.contains("\"files\": ["));
    fs::write(manifest, text.replacen("\"files\": [", &entry, 1)).expect("a writable folder");
}

#[test]
fn foreign_files_are_kept_and_files_no_longer_made_are_removed() {
    let project = built_and_changed();
    let foreign = [
        "scan.pdf",
        "client/scan of the sealed copy.pdf",
        "client/copies/x.pdf",
        "site/.well-known/x",
        // Listed, but edited since: it is no longer the program's.
        "site/edited.html",
    ];
    for path in foreign {
        write(&project, &format!("output/{path}"), "foreign");
    }
    list(&project, "site/edited.html");
    write(&project, "output/site/old/page.html", "");
    list(&project, "site/old/page.html");
    assert_eq!(run(&project, &["build"]).code, 0);
    let mut after = output(&project);
    for path in foreign {
        assert_eq!(
            after.remove(path).as_deref(),
            Some(&b"foreign"[..]),
            "{path}"
        );
    }
    assert!(after == built_afresh(&project), "{:?}", after.keys());
    assert!(!project.path().join("output/site/old").exists());
}

#[test]
fn a_scan_saved_over_a_file_of_the_build_is_not_lost() {
    let project = project();
    assert_eq!(run(&project, &["build"]).code, 0);
    write(
        &project,
        "output/client/安全管理措置一覧_2026-01-01案_見本社労士事務所_押印用.pdf",
        "the sealed copy, scanned",
    );
    let run = run(&project, &["build"]);
    let everything = below(&project.path().join("output"), "");
    let kept = everything
        .values()
        .any(|bytes| bytes == b"the sealed copy, scanned");
    assert!(kept, "{run:?}");
}

#[test]
fn a_manifest_is_believed_only_about_files_in_the_folder() {
    for manifest in ["", "garbage", "[]", "{}", "null", "{\"files\": 3}"] {
        let project = built_and_changed();
        write(&project, "output/manifest.json", manifest);
        assert_eq!(run(&project, &["build"]).code, 0, "{manifest}");
        // Whose the old files are nobody can tell any more: they stand beside.
        let mut output = output(&project);
        output.retain(|path, _| !path.contains(".kept."));
        assert!(output == built_afresh(&project), "{manifest}");
    }
    let project = built_and_changed();
    write(&project, "precious", "");
    let absolute = project.path().join("precious");
    let absolute = absolute.to_string_lossy();
    let outside = ["../precious", "site/../../precious", &*absolute];
    for path in outside.into_iter().chain(["", ".", "..", "site", "a\\0b"]) {
        list(&project, path);
    }
    assert_eq!(run(&project, &["build"]).code, 0);
    assert!(project.path().join("precious").exists());
    assert!(output(&project) == built_afresh(&project));
}

#[test]
fn builds_at_once_do_not_disturb_each_other() {
    let project = built_and_changed();
    for _ in 0..5 {
        let builds = [(); 4].map(|()| start(&mut safeguard(&project, "en", &["build", "--quiet"])));
        let mut written = 0;
        for run in builds.map(finish) {
            match run.code {
                0 => written += 1,
                code => assert!(code == 2 && run.err.contains("another build"), "{run:?}"),
            }
        }
        assert!(written > 0);
        assert!(output(&project) == built_afresh(&project));
    }
}

#[test]
fn what_a_build_left_behind_stops_no_other() {
    for (path, bytes) in [
        (".stage/new/site/index.html", "half"),
        (".stage", "a file"),
        (".lock", "stale"),
    ] {
        let project = built_and_changed();
        write(&project, &format!("output/{path}"), bytes);
        let run = run(&project, &["build"]);
        assert_eq!(run.code, 0, "{path}: {run:?}");
        assert!(output(&project) == built_afresh(&project), "{path}");
    }
}

#[test]
fn a_build_killed_in_the_middle_loses_nothing_and_the_next_one_mends_it() {
    let project = built_and_changed();
    let before = output(&project);
    // The pauses only spread the moments of death; what must hold does not depend on them.
    for pause in (0..300).step_by(15) {
        let mut build = start(&mut safeguard(&project, "en", &["build"]));
        std::thread::sleep(Duration::from_millis(pause));
        build.child.kill().expect("our own child");
        build.child.wait().expect("our own child");
        let all = below(&project.path().join("output"), "");
        for path in before.keys() {
            let somewhere = [path.clone(), format!(".stage/old/{path}")];
            assert!(
                somewhere.iter().any(|path| all.contains_key(path)),
                "{path} after {pause} ms"
            );
        }
    }
    assert_eq!(run(&project, &["build"]).code, 0);
    assert!(output(&project) == built_afresh(&project));
}

#[test]
fn files_that_a_killed_build_had_moved_away_survive_a_full_disk() {
    let project = built_and_changed();
    let folder = project.path().join("output");
    let old = fs::read(folder.join("site/safeguards.pdf")).expect("a file of the build");
    // What is left when a build is killed between moving the old file away and the new one in.
    fs::create_dir_all(folder.join(".stage/old/site")).expect("a writable folder");
    fs::rename(
        folder.join("site/safeguards.pdf"),
        folder.join(".stage/old/site/safeguards.pdf"),
    )
    .expect("a writable folder");
    let run = finish(start(&mut on_a_full_disk(&project, &["build"])));
    assert_eq!(run.code, 2, "{run:?}");
    let kept = below(&folder, "").into_values().any(|bytes| bytes == old);
    assert!(kept, "the public PDF is gone");
}
