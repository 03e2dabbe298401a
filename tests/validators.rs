//! Independent programs look at what was made: PDF/A-3a and PDF/UA-1, HTML, accessibility in a real browser.

mod support;

use support::{BUNDLE, file, project, run};

const PDFS: [&str; 4] = [
    "client/安全管理措置一覧_2015-10-01_竹内社労士事務所.pdf",
    "office/安全管理措置一覧_2015-10-01_校正用（社外秘）.pdf",
    "client/安全管理措置一覧_2015-10-01_竹内社労士事務所_押印用.pdf",
    "site/safeguards.pdf",
];

#[test]
fn every_pdf_is_pdf_a_3a_and_pdf_ua_1() {
    let folder = tempfile::tempdir().expect("a folder");
    let python = project().join(".tools/venv/bin/python");
    let script = project().join("tests/tools/pdf.py");
    let files = PDFS.map(|path| file(&folder, path));
    let mut arguments = vec![script.as_os_str()];
    arguments.extend(files.iter().map(|file| file.as_os_str()));
    let said = run(&python.to_string_lossy(), &arguments);
    assert_eq!(
        said.matches("PDF/A-3a PDF/UA-1").count(),
        PDFS.len(),
        "{said}"
    );
    for file in &files {
        run("qpdf", &["--check".as_ref(), file.as_os_str()]);
    }
}

#[test]
fn every_pdf_tells_its_day_its_state_and_who_made_it() {
    let folder = tempfile::tempdir().expect("a folder");
    for path in PDFS {
        let file = file(&folder, path);
        let text = run("pdftotext", &[file.as_os_str(), "-".as_ref()]);
        assert!(text.contains("2015年10月1日現在"), "{path}");
        let text: String = text.chars().filter(|c| !" \n".contains(*c)).collect();
        let pages: Vec<&str> = text.split_terminator('\u{c}').collect();
        for (number, page) in (1..).zip(&pages) {
            assert!(
                page.contains("版2015-10-01") && page.contains("照合値"),
                "{path}, page {number}"
            );
            assert!(!page.contains("案（未発行）"), "{path}, page {number}");
            assert!(
                page.contains(&format!("{number}/{}", pages.len())),
                "{path}, page {number}"
            );
        }
        let information = run("pdfinfo", &[file.as_os_str()]);
        for line in [
            "Title:           安全管理措置一覧",
            "Author:          竹内社労士事務所",
            "841.89 x 595.276 pts (A4)",
            "Tagged:          yes",
            "JavaScript:      no",
        ] {
            assert!(
                information.contains(line),
                "{path}: no {line:?} in\n{information}"
            );
        }
    }
}

#[test]
fn every_page_is_valid_accessible_self_contained_and_fits_a_phone() {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, bytes) in &*BUNDLE {
        if path.ends_with(".html") {
            let to = folder.path().join(path);
            std::fs::create_dir_all(to.parent().expect("a folder")).expect("writable");
            std::fs::write(to, bytes).expect("writable");
        }
    }
    let script = project().join("tests/tools/page.mjs");
    let said = run("node", &[script.as_os_str(), folder.path().as_os_str()]);
    assert!(
        said.contains("axe 390 px dark") && said.contains("markup"),
        "{said}"
    );
}
