//! Names listed as confidential do not leave with the site, whatever way they took into it.

mod support;

use std::fs;
use support::{base, safeguard};
use tempfile::TempDir;

/// The base content with these names listed as confidential.
fn project(names: &str) -> TempDir {
    let folder = base();
    list(&folder, names);
    folder
}

fn list(folder: &TempDir, names: &str) {
    append(
        folder,
        "content/sheet.yaml",
        &format!("confidential: {names}\n"),
    );
}

fn append(folder: &TempDir, path: &str, text: &str) {
    let old = fs::read_to_string(folder.path().join(path)).unwrap_or_default();
    write(folder, path, &(old + text));
}

fn write(folder: &TempDir, path: &str, text: &str) {
    let path = folder.path().join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
    fs::write(path, text).expect("writable");
}

/// Builds what must be refused, and returns what it says.
fn refused(folder: &TempDir, arguments: &[&str]) -> String {
    let done = safeguard(folder, &[&["build"], arguments].concat());
    assert_eq!(done.status.code(), Some(1), "{done:?}");
    assert!(!folder.path().join("output").exists(), "nothing is written");
    let said = String::from_utf8(done.stderr).expect("UTF-8");
    assert!(said.ends_with("nothing was written\n"), "{said}");
    said
}

/// Builds what may be built, and returns what it says.
fn built(folder: &TempDir, arguments: &[&str]) -> String {
    let done = safeguard(folder, &[&["build"], arguments].concat());
    assert!(done.status.success(), "{done:?}");
    String::from_utf8(done.stderr).expect("UTF-8")
}

/// The finding for a file, as it is printed.
fn error(name: &str, path: &str) -> String {
    format!(
        "error[confidential-name]: `{name}` is listed as confidential, and this file of the site \
         contains it\n--> output/site/{path}\n"
    )
}

/// A page of the site with this text.
fn page(folder: &TempDir, name: &str, text: &str) {
    let page = format!("---\ntitle: 見本\n---\n\n{text}\n");
    write(folder, &format!("content/pages/{name}.md"), &page);
}

#[test]
fn a_label_of_a_theme_does_not_carry_a_name_out() {
    let folder = project("[秘密商事]");
    append(&folder, "content/sheet.yaml", "theme: own\n");
    let label = "remarks: サービス（秘密 商事）\n";
    write(&folder, "themes/own/labels.ja.yaml", label);
    let said = refused(&folder, &[]);
    for path in ["index.html", "safeguards.csv", "safeguards.pdf"] {
        assert!(said.contains(&error("秘密商事", path)), "{said}");
    }
    assert!(!said.contains("site/safeguards.json"), "{said}");
}

#[test]
fn a_script_and_a_template_of_a_theme_do_not_either() {
    let folder = project("[秘密商事, LINE]");
    append(&folder, "content/sheet.yaml", "theme: own\n");
    let template = "{% extends \"site/base.html\" %}{% block head %}<p title=\"&#x79D8;密&#21830;事\">x</p>{% endblock %}";
    write(&folder, "themes/own/site/404.html", template);
    write(
        &folder,
        "themes/own/site/page.js",
        "const way = '\\u79d8密商事';\n",
    );
    let said = refused(&folder, &[]);
    for path in ["404.html", "index.html"] {
        assert!(said.contains(&error("秘密商事", path)), "{said}");
    }
    assert!(!said.contains("`LINE`"), "{said}");
}

#[test]
fn neither_an_address_nor_an_id_nor_a_link_carries_a_name_out() {
    let folder = project("[himitsu, 秘密商事]");
    page(&folder, "about-himitsu", "本文");
    let said = refused(&folder, &[]);
    assert!(
        said.contains(&error("himitsu", "about-himitsu.html")),
        "{said}"
    );
    assert!(said.contains(&error("himitsu", "index.html")), "{said}");

    let folder = project("[himitsu]");
    let path = folder.path().join("content/measures/B/a.yaml");
    let measures = fs::read_to_string(&path).expect("measures");
    let (before, id) = measures.split_once("id: ").expect("an id");
    let rest = id.find([',', '\n', '}']).expect("more than an id");
    fs::write(&path, format!("{before}id: himitsu-1{}", &id[rest..])).expect("writable");
    let said = refused(&folder, &[]);
    assert!(
        said.contains(&error("himitsu", "safeguards.json")),
        "{said}"
    );

    // Percent-encoding and entities of a text are seen before there is a file.
    let folder = project("[秘密商事]");
    page(
        &folder,
        "a",
        "[表](https://example.jp/%E7%A7%98%E5%AF%86%E5%95%86%E4%BA%8B)\n\n&#x79D8;密商事",
    );
    let said = refused(&folder, &[]);
    let found = said.matches("--> content/pages/a.md").count();
    assert_eq!(found, 2, "{said}");

    let folder = project("[himitsu]");
    append(
        &folder,
        "content/office.yaml",
        "url: https://www.himitsu.example\n",
    );
    let said = refused(&folder, &[]);
    assert!(said.contains("--> content/office.yaml"), "{said}");
}

#[test]
fn an_older_edition_does_not_carry_a_name_out() {
    let folder = base();
    let path = "content/measures/A.yaml";
    let measures = fs::read_to_string(folder.path().join(path)).expect("measures");
    write(
        &folder,
        path,
        &measures.replace("方針を定めている", "方針を秘密商事と定めている"),
    );
    let issue = [
        "issue",
        "--date",
        "2026-02-01",
        "--reviewed",
        "2026-02-01",
        "--note",
        "x",
    ];
    let done = safeguard(&folder, &issue);
    assert!(done.status.success(), "{done:?}");
    write(
        &folder,
        path,
        &fs::read_to_string(folder.path().join(path))
            .expect("text")
            .replace("秘密商事", "会議"),
    );
    list(&folder, "[秘密商事]");
    let said = refused(&folder, &[]);
    for name in [
        "index.html",
        "safeguards.csv",
        "safeguards.json",
        "safeguards.pdf",
    ] {
        let path = format!("editions/2026-02-01/{name}");
        assert!(said.contains(&error("秘密商事", &path)), "{said}");
    }
    assert!(!said.contains("site/index.html"), "{said}");
}

#[test]
fn a_likeness_is_a_warning_that_can_be_allowed() {
    let folder = project("[Box]");
    append(&folder, "content/sheet.yaml", "theme: own\n");
    write(&folder, "themes/own/labels.ja.yaml", "remarks: B0x\n");
    let said = built(&folder, &[]);
    let warning = "warning[confidential-name]: `B0x` in this file of the site looks like `Box`";
    assert!(said.contains(warning), "{said}");
    fs::remove_dir_all(folder.path().join("output")).expect("written");
    refused(&folder, &["--strict"]);
    built(
        &folder,
        &["--strict", "--allow", "confidential-name=型番です"],
    );
}

#[test]
fn words_of_the_official_theme_and_other_words_are_no_names() {
    let names = "サービス, 備考, 発行した安全管理措置一覧, LINE, Box, Adobe, Table, 秘密商事";
    let folder = project(&format!("[{names}]"));
    let text = "Boxers and Dropbox, online\n\n| a | b |\n|---|---|\n| c | d |";
    page(&folder, "boxer", text);
    let said = built(&folder, &["--strict"]);
    assert!(!said.contains("confidential-name"), "{said}");
}

#[test]
fn words_that_the_program_itself_writes_are_no_names() {
    for name in [
        "BASE",
        "Form",
        "Office",
        "Style",
        "Script",
        "Default",
        "Organization",
        "safeguard",
    ] {
        let folder = project(&format!("[{name}]"));
        append(
            &folder,
            "content/office.yaml",
            "url: https://www.example.jp/\n",
        );
        let said = built(&folder, &[]);
        assert!(!said.contains("error["), "{name}: {said}");
        // In a text it is one.
        let folder = project(&format!("[{name}]"));
        let log = format!("- id: more\n  subject: 記録\n  measure: {name} に委託\n");
        append(&folder, "content/measures/B/b.yaml", &log);
        let done = safeguard(&folder, &["build"]);
        assert_eq!(done.status.code(), Some(1), "{name}: {done:?}");
    }
}

#[test]
fn the_words_inside_a_logo_are_searched() {
    let png = |text: &str| {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        let text = format!("Comment\0{text}");
        for (kind, data) in [(b"iTXt", text.as_bytes()), (b"IEND", b"")] {
            bytes.extend(u32::try_from(data.len()).expect("short").to_be_bytes());
            bytes.extend([&kind[..], data].concat());
            bytes.extend(b"\xae\x42\x60\x82");
        }
        bytes
    };
    let svg = |inside: &str| {
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\">{inside}</svg>")
    };
    for (name, logo) in [
        (
            "seal.svg",
            svg("<title>見本クラウド 図案</title>").into_bytes(),
        ),
        (
            "seal.svg",
            svg("<metadata>見本&#x30AF;ラウド</metadata>").into(),
        ),
        ("seal.svg", svg("<!-- 見本ｸﾗｳﾄﾞ -->").into()),
        ("seal.png", png("見本クラウド")),
    ] {
        let folder = project("[見本クラウド]");
        append(&folder, "content/sheet.yaml", "theme: ours\n");
        let tokens = format!("logo: {name}\nlogo_text: 印\n");
        write(&folder, "themes/ours/tokens.yaml", &tokens);
        fs::write(folder.path().join("themes/ours").join(name), logo).expect("writable");
        let done = safeguard(&folder, &["build"]);
        let said = String::from_utf8(done.stderr).expect("UTF-8");
        // A picture that Typst cannot draw stops the build before.
        if name.ends_with("svg") {
            assert!(said.contains(&format!("--> themes/ours/{name}")), "{said}");
            assert!(said.contains("error[confidential-name]"), "{said}");
        }
        assert!(!folder.path().join("output").exists(), "{said}");
    }
    // A tag's name is no name of a company.
    let folder = project("[rect]");
    append(&folder, "content/sheet.yaml", "theme: ours\n");
    let tokens = "logo: seal.svg\nlogo_text: 印\n";
    write(&folder, "themes/ours/tokens.yaml", tokens);
    let logo = svg("<rect width=\"9\" height=\"9\"/>");
    write(&folder, "themes/ours/seal.svg", &logo);
    built(&folder, &[]);
}
