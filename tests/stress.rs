//! Thirty projects of odd sizes: every print to seal conforms to PDF/A-3a and PDF/UA-1, and is sealed on a page that holds
//! rows of the table.

mod support;

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use support::{base, project, run, safeguard};
use tempfile::TempDir;

const PROJECTS: u64 = 30;

/// Projects whose layout does not settle, or whose very last row flows over pages: their seal stands on a
/// page of its own.
const SEALED_ALONE: [i32; 1] = [25];

const WORDS: &str = "当事務所では、特定個人情報等を取り扱う情報システムについて、利用者の識別、アクセス権限の付与、変更および削除の記録を年1回以上行い、システム管理者が毎月1回、記録の内容を確認し、その結果を報告する。";

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    /// A text of so many letters, or a few more.
    fn text(&mut self, least: u64, more: u64) -> String {
        let start = self.below(60);
        let length = least + self.below(more);
        let letters = WORDS.chars().cycle().skip(start as usize);
        letters.take(length as usize).collect()
    }

    fn measures(&mut self, prefix: &str, count: u64) -> String {
        let mut file = String::new();
        let mut subject = self.text(3, 27);
        for number in 0..count {
            if self.below(10) < 7 {
                subject = self.text(3, 37);
            }
            let measure = match self.below(60) {
                0 => self.text(1500, 3500),
                1..=4 => self.text(400, 1100),
                _ => self.text(5, 115),
            };
            let _ = writeln!(
                file,
                "- id: {prefix}{number}\n  subject: {subject}\n  measure: {measure}"
            );
            if self.below(10) < 4 {
                let remarks = self.text(5, 75);
                let _ = writeln!(file, "  remarks: {remarks}");
            }
        }
        file
    }
}

/// A project with up to six sections of up to five items of up to eight rows.
fn odd_project(seed: u64) -> TempDir {
    let folder = base();
    let content = folder.path().join("content");
    let write = |path: &str, text: &str| {
        let path = content.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    };
    let mut numbers = Numbers(seed);
    fs::remove_dir_all(content.join("measures/B")).expect("there");
    fs::remove_file(content.join("measures/A.yaml")).expect("there");
    let mut guideline =
        "id: sample-2025\ntitle: 見本のガイドライン\npublished: 2025-06\nsections:\n".to_owned();
    for section in "ABCDEF".chars().take(1 + numbers.below(6) as usize) {
        let heading = numbers.text(4, 40);
        let prefix = section.to_ascii_lowercase();
        if numbers.below(10) < 3 {
            let _ = writeln!(guideline, "  - {{id: {section}, name: {heading}}}");
            let count = 1 + numbers.below(12);
            let rows = numbers.measures(&format!("x{prefix}"), count);
            write(&format!("measures/{section}.yaml"), &rows);
            continue;
        }
        let _ = writeln!(
            guideline,
            "  - id: {section}\n    name: {heading}\n    items:"
        );
        for item in "abcde".chars().take(1 + numbers.below(5) as usize) {
            let heading = numbers.text(4, 40);
            let _ = writeln!(guideline, "      - {{id: {item}, name: {heading}}}");
            let count = 1 + numbers.below(8);
            let rows = numbers.measures(&format!("x{prefix}{item}"), count);
            write(&format!("measures/{section}/{item}.yaml"), &rows);
        }
    }
    write("guidelines/sample-2025.yaml", &guideline);
    let sheet = fs::read_to_string(content.join("sheet.yaml")).expect("there");
    let title: String = WORDS.chars().take(4 + numbers.below(77) as usize).collect();
    let approvals = ["所長", "副所長", "責任者", "主任", "担当", "監査"];
    let boxes = approvals[..numbers.below(7) as usize].join(", ");
    let sheet = sheet.replace("title: 安全管理措置一覧", &format!("title: {title}"));
    write("sheet.yaml", &format!("{sheet}approvals: [{boxes}]\n"));
    folder
}

/// The one print to seal below `output/`.
fn print_to_seal(folder: &Path) -> PathBuf {
    let files = fs::read_dir(folder.join("output/client")).expect("built");
    let mut paths = files.map(|file| file.expect("readable").path());
    let is_to_seal = |path: &PathBuf| path.to_string_lossy().ends_with("_押印用.pdf");
    paths.find(is_to_seal).expect("a print to seal")
}

#[test]
fn every_odd_project_is_sealed_on_a_page_with_rows_and_conforms() {
    let projects: Vec<TempDir> = (1..=PROJECTS).map(odd_project).collect();
    let (first, second) = projects.split_at(projects.len() / 2);
    std::thread::scope(|scope| {
        for half in [first, second] {
            scope.spawn(move || {
                for folder in half {
                    let done = safeguard(folder, &["build", "--quiet"]);
                    assert!(done.status.success(), "{done:?}");
                }
            });
        }
    });
    let prints: Vec<PathBuf> = projects.iter().map(|it| print_to_seal(it.path())).collect();
    let mut alone = Vec::new();
    for (seed, print) in (1..).zip(&prints) {
        let text = run(
            "pdftotext",
            &["-layout".as_ref(), print.as_os_str(), "-".as_ref()],
        );
        let sealed = text.split('\u{c}').find(|page| page.contains("署名日"));
        let sealed = sealed.unwrap_or_else(|| panic!("project {seed}: no line for the day"));
        // The head of the table stands on each page that holds rows.
        if !sealed.contains("措置の内容") {
            alone.push(seed);
        }
    }
    assert_eq!(alone, SEALED_ALONE);
    let python = project().join(".tools/venv/bin/python");
    let script = project().join("tests/tools/pdf.py");
    let mut arguments: Vec<&OsStr> = vec![script.as_os_str()];
    arguments.extend(prints.iter().map(|print| print.as_os_str()));
    run(&python.to_string_lossy(), &arguments);
}
