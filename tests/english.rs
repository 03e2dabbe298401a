//! English pages: what reads in English, what stays Japanese and is marked so, and that nothing issued knows of either.

mod support;

use safeguard::check::{self, CheckInput};
use safeguard::edition::{Edition, Version};
use safeguard::issue::{self, IssueOptions};
use safeguard::message::{Catalog, Error, Language};
use safeguard::model::{Audience, Register};
use safeguard::render::html::{PageContext, Pages};
use safeguard::render::leak;
use safeguard::render::theme::{self, Theme};
use safeguard::sheet::{self, Cell, Heading, LayoutOptions, Rendering, Sheet};
use safeguard::{content, data, text};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use support::{base, copy, project, run};
use tempfile::TempDir;

static THEME: LazyLock<Theme> =
    LazyLock::new(|| theme::load(project(), "official").expect("the official theme"));

/// The register of a project that has English texts.
static REGISTER: LazyLock<Register> = LazyLock::new(|| register(&english()));

fn english() -> TempDir {
    let folder = base();
    let over = project().join("tests/english/content");
    copy(&over, &folder.path().join("content"));
    folder
}

fn register(folder: &TempDir) -> Register {
    let content = content::load(folder.path()).expect("content/ is there");
    let case = CheckInput {
        content: &content,
        today: "2026-10-01".parse().expect("a day"),
        can_draw: &|_| true,
    };
    let checked = check::check(&case);
    let rules: Vec<&str> = checked.findings.iter().map(|found| found.rule).collect();
    checked.register.unwrap_or_else(|| panic!("{rules:?}"))
}

fn lay_out(register: &Register, options: &LayoutOptions) -> Sheet {
    let labels = THEME.labels(options.language).expect("labels");
    sheet::lay_out(register, options, &labels)
}

fn options(kind: Rendering, language: Language) -> LayoutOptions<'static> {
    let today = "2026-10-01".parse().expect("a day");
    let (edition, id) = (None, "2026-01-01".to_owned());
    let version = Version { edition, id };
    LayoutOptions {
        language,
        ..LayoutOptions::new(kind, today, version)
    }
}

fn in_english(kind: Rendering) -> Sheet {
    lay_out(&REGISTER, &options(kind, Language::English))
}

/// A row a line, its cells between bars; what is not in the sheet's language begins with that language.
fn rows(sheet: &Sheet) -> String {
    let marked = |lang: Option<&str>, words: &str| match lang {
        Some(lang) => format!("{lang}: {words}"),
        None => words.to_owned(),
    };
    let heading = |heading: &Heading| marked(heading.lang, &heading.name);
    let cell = |cell: &Cell| {
        let paragraphs = cell.paragraphs.iter().map(|runs| text::plain(runs));
        marked(cell.lang, &paragraphs.collect::<Vec<_>>().join(" / "))
    };
    let lines = sheet.rows.iter().map(|row| {
        let [section, item] = [&row.section, &row.item].map(heading);
        let [subject, measure, remarks] = [&row.subject, &row.measure, &row.remarks].map(cell);
        format!("{section} | {item} | {subject} | {measure} | {remarks}\n")
    });
    lines.collect()
}

#[test]
fn rows_read_in_english_and_what_has_none_is_marked_japanese() {
    let expected = "\
Entrustment | ja: 契約 | Contract | ja: 契約を結んでいる | 
Entrustment | ja: 契約 | ja: 監督 | ja: Not applicable (再委託をしないため) | 
Basic policy | - | Adopting a policy | A policy has been adopted; see the records | Microsoft 365
Basic policy | - | Transfer abroad | Not applicable (nothing is sent abroad) | 
Organisation | Structure | ja: 責任者の選任 | ja: 責任者を定めている | 
Organisation | ja: 記録の保存 | Log of use | Logs are kept / They are reviewed | ※
";
    assert_eq!(rows(&in_english(Rendering::Page)), expected);
    // Who may read the Japanese remark may read the English one.
    let client = expected.replace("※", "Mihon Systems");
    assert_eq!(rows(&in_english(Rendering::ClientPdf)), client);
}

#[test]
fn what_stands_around_the_table_is_english_too() {
    let sheet = in_english(Rendering::Page);
    assert_eq!(sheet.lang, "en");
    assert_eq!(sheet.title, "Security measures");
    assert_eq!(sheet.guideline.title, "Sample guideline");
    assert_eq!(sheet.office.name, "Mihon Labour Office");
    assert_eq!(sheet.office.tel.as_deref(), Some("00-0000-0000"));
    assert_eq!(sheet.signatory.title, "Data protection manager");
    assert_eq!(sheet.signatory.name, "Hanako Mihon");
    assert_eq!(sheet.date.text, "1 January 2026");
    assert_eq!(
        sheet.labels["measures_title"],
        "Measures taken by Mihon Labour Office"
    );
    assert_eq!(sheet.labels["as_of_page"], "Page made on 1 October 2026");
    let control: Vec<String> = sheet
        .control
        .iter()
        .map(|entry| format!("{}: {}", entry.label, entry.text))
        .collect();
    assert_eq!(
        control,
        [
            "Document no.: 安管-1",
            "Edition: 2026-01-01 Draft (not issued)",
            "As of: 1 January 2026",
            "Established: 1 October 2015",
        ]
    );
    assert_eq!(sheet.control[0].lang, Some("ja"));
    // The office has no English for this one.
    assert_eq!(sheet.office.complaints.as_deref(), Some("総務担当"));
    assert_eq!(sheet.untranslated, [("complaints", "ja")].into());

    let certificates: Vec<_> = sheet
        .certifications
        .iter()
        .map(|line| (line.lang, &*line.text, &*line.validity))
        .collect();
    let iso = "ISO27001:2022/ISMS (Information security management system, \
               certificate no. IS 000001, Mihon Certification)";
    let srp = "SRP 認証番号 00005 見本連合会";
    assert_eq!(
        certificates,
        [
            (None, iso, "Valid until 31 March 2027"),
            (Some("ja"), srp, ""),
        ]
    );
}

#[test]
fn a_certificate_reads_english_where_nothing_in_it_is_left_in_japanese() {
    let folder = english();
    let printed = |file: &str| {
        fs::write(folder.path().join("content/certifications/srp.yaml"), file).expect("writable");
        let register = register(&folder);
        let sheet = lay_out(&register, &options(Rendering::Page, Language::English));
        let line = sheet.certifications.last().expect("srp").clone();
        format!("{} {}", line.lang.unwrap_or("en"), line.text)
    };
    for (file, expected) in [
        // The pattern needs no translation where all parts are letters and numbers.
        ("standard: SRP\nnumber: A1\n", "en SRP (certificate no. A1)"),
        (
            "standard: SRP\nnumber: A1\nbody: 見本\n",
            "ja SRP (認証番号 A1 見本)",
        ),
        (
            "standard: SRP\nnumber: A1\nbody: 見本\nscheme: 制度\nen: {body: Mihon}\n",
            "ja SRP (制度 認証番号 A1 見本)",
        ),
        (
            "standard: 標準\nnumber: A1\nen: {print: Standard A1}\n",
            "en Standard A1",
        ),
    ] {
        assert_eq!(printed(file), expected, "{file}");
    }
}

#[test]
fn the_japanese_sheet_knows_nothing_of_its_translation() {
    let folder = english();
    take_english_away(folder.path());
    let without = register(&folder);
    assert!(REGISTER.has_english() && !without.has_english());
    for kind in [
        Rendering::Page,
        Rendering::SitePdf,
        Rendering::ClientPdf,
        Rendering::SealPdf,
        Rendering::Proof,
    ] {
        let [with, without] = [&REGISTER, &without].map(|register| {
            let sheet = lay_out(register, &options(kind, Language::Japanese));
            let json = data::json(&sheet, register, None);
            (data::pretty(&sheet), json)
        });
        assert_eq!(with, without, "{kind:?}");
    }
    let [with, without] = [&REGISTER, &without].map(frozen);
    assert_eq!(with.digest, without.digest);
    let record = content::yaml::write(&with);
    assert_eq!(record, content::yaml::write(&without));
    assert!(!record.contains("Adopting"));
    assert!(!with.sheet.has_english());
    // A translation that came later makes no draft of what was issued.
    assert!(Version::of(&REGISTER, Some(&without)).edition.is_some());
}

/// Makes an empty comment of every line that begins with `en:`: the proof names the lines of the rest.
fn take_english_away(project: &Path) {
    for entry in walkdir::WalkDir::new(project.join("content")) {
        let entry = entry.expect("readable");
        if entry.file_type().is_file() {
            let text = fs::read_to_string(entry.path()).expect("text");
            let is_english = |line: &str| line.trim().starts_with("en:");
            let lines = text.lines();
            let kept = lines.map(|line| if is_english(line) { "#" } else { line });
            let kept: Vec<&str> = kept.collect();
            fs::write(entry.path(), kept.join("\n") + "\n").expect("writable");
        }
    }
}

fn frozen(register: &Register) -> Edition {
    let options = IssueOptions {
        note: None,
        today: REGISTER.date,
        salt: "1".repeat(32),
        allowed: Vec::new(),
        labels: &THEME.labels(Language::Japanese).expect("labels"),
        drawn_with: Default::default(),
        first_number: 1,
        before: &[],
        lost: &[],
    };
    issue::freeze(register, options)
}

#[test]
fn the_words_of_an_edition_do_not_stand_on_its_translation() {
    let edition = frozen(&REGISTER);
    let issued = |language| {
        let options = LayoutOptions {
            version: Version::issued(&edition),
            ..options(Rendering::Page, language)
        };
        lay_out(&REGISTER, &options)
    };
    let (english, japanese) = (issued(Language::English), issued(Language::Japanese));
    assert!(!english.draft);
    assert!(rows(&english).contains("| ※\n"));
    assert!(rows(&english).contains("Not applicable ("));
    assert!(rows(&japanese).contains("| ※\n"));
    assert!(!rows(&japanese).contains("ja: "));
}

/// The page of a sheet that stands alone.
fn rendered(sheet: &Sheet) -> Vec<u8> {
    let pages = Pages::new(&THEME);
    let more = serde_json::json!({"downloads": [], "data": "null", "archived": null});
    let page = pages.and_then(|it| it.sheet(sheet, &PageContext::default(), &more));
    page.unwrap_or_else(|failure| panic!("{}", said(&failure)))
        .html
}

#[test]
fn the_page_says_that_it_is_a_translation_and_what_is_none() {
    let page = |language| {
        let sheet = lay_out(&REGISTER, &options(Rendering::Page, language));
        String::from_utf8(rendered(&sheet)).expect("UTF-8")
    };
    let english = page(Language::English);
    for expected in [
        r#"<html lang="en">"#,
        "This is a translation for convenience; the Japanese sheet is the one issued.",
        "<h1>Security measures</h1>",
        r#"<dd lang="ja">総務担当</dd>"#,
        r#"<span class="certificate" lang="ja"><b>SRP"#,
        r#"lang="ja"><p>責任者を定めている</p>"#,
        r#"<div class="text" lang="ja">記録の保存</div>"#,
        r#"<span lang="ja">記録の保存</span>"#,
        r##"<a href="#page-withheld" aria-describedby="page-withheld"><p>※</p></a>"##,
    ] {
        assert!(english.contains(expected), "{expected}\n{english}");
    }
    assert!(!english.contains("Mihon Systems"));
    // Whatever Japanese remains on the page is marked; the head cannot be.
    let body = english.split_once("</head>").expect("a body").1;
    let shown = body.split_once("<script").expect("a script").0;
    for part in shown.split('<') {
        let (tag, words) = part.split_once('>').unwrap_or_default();
        let japanese = words.contains(text::is_japanese);
        // Runs and paragraphs stand inside what is marked.
        let inside = ["p", "b", "small"].contains(&tag)
            || tag.contains("nowrap")
            || tag.contains("whole")
            || tag.starts_with('/');
        assert!(
            !japanese || inside || tag.contains(r#"lang="ja""#),
            "{part}"
        );
    }

    let japanese = page(Language::Japanese);
    assert_eq!(japanese.matches(r#"lang="ja""#).count(), 1);
    assert!(!japanese.contains("訳です"));
    assert!(!japanese.contains("Mihon Labour Office"));
}

#[test]
fn the_english_page_is_valid_accessible_and_fits_a_phone() {
    let html = rendered(&in_english(Rendering::Page));
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("index.html"), html).expect("writable");
    let script = project().join("tests/tools/page.mjs");
    let told = run("node", &[script.as_os_str(), folder.path().as_os_str()]);
    assert!(told.contains("axe 390 px dark"), "{told}");
}

#[test]
fn the_leak_gate_knows_english_texts() {
    let page = |html: &str| {
        let text = leak::text_of("a.html", html.as_bytes());
        leak::find(&text, &[&REGISTER], Audience::Public)
    };
    assert_eq!(
        page("<td><p>Mihon <b>Systems</b></p></td>").as_deref(),
        Some("MihonSystems")
    );
    assert_eq!(page("<td><p>Log of use</p></td>"), None);
    let client = leak::find("Mihon Systems", &[&REGISTER], Audience::Client);
    assert_eq!(client, None);
    let whole = leak::text_of("a.html", &rendered(&in_english(Rendering::Page)));
    assert_eq!(leak::find(&whole, &[&REGISTER], Audience::Public), None);
}

#[test]
fn a_word_of_a_style_sheet_is_no_remark_but_one_that_is_shown_is() {
    let mut register = REGISTER.clone();
    let mut measures = register.measures_mut();
    let log = measures.find(|measure| measure.id == "log");
    let remarks = log.and_then(|measure| measure.remarks.as_mut());
    remarks.expect("a remark").en = Some(text::Text::plain("none"));
    drop(measures);
    let page = |html: &str| {
        let text = leak::text_of("a.html", html.as_bytes());
        leak::find(&text, &[&register], Audience::Public)
    };
    assert_eq!(page("<style>p { display: none }</style><p>a</p>"), None);
    assert_eq!(page("<script>x = none;</script><p>a</p>"), None);
    for html in [
        "<style>p::before { content: \"none\" }</style><p>a</p>",
        r#"<script type="application/json">{"a": "b \" c", "d": "none"}</script>"#,
        "<style>p { display: block }</style><p>none</p>",
    ] {
        assert_eq!(page(html).as_deref(), Some("none"), "{html}");
    }
}

#[test]
fn headings_and_certificates_alone_make_no_english_page() {
    let bare = register(&base());
    assert!(!bare.has_english());
    let with = |add: &dyn Fn(&mut Register)| {
        let mut register = bare.clone();
        add(&mut register);
        register.has_english()
    };
    let all = &*REGISTER;
    assert!(!with(&|register| {
        register.guideline = all.guideline.clone();
        register.certifications = all.certifications.clone();
        for (section, translated) in register.sections.iter_mut().zip(&all.sections) {
            section.name = translated.name.clone();
        }
    }));
    assert!(with(&|register| register.title = all.title.clone()));
    assert!(with(&|register| register.office = all.office.clone()));
    assert!(with(&|register| register.sections = all.sections.clone()));
}

#[test]
fn a_projects_theme_may_change_an_english_word_and_must_have_its_own_in_both() {
    let folder = base();
    let ours = folder.path().join("themes/ours");
    fs::create_dir_all(&ours).expect("writable");
    let labels = |language| {
        let theme = theme::load(folder.path(), "ours").expect("a theme");
        theme.labels(language).map_err(|failure| said(&failure))
    };
    fs::write(ours.join("labels.en.yaml"), "withheld: On request\n").expect("writable");
    let english = labels(Language::English).expect("labels");
    assert_eq!(english["withheld"], "On request");
    assert_eq!(english["draft"], "Draft (not issued)");

    fs::write(ours.join("labels.en.yaml"), "witheld: On request\n").expect("writable");
    let near = labels(Language::English).expect_err("a slip");
    assert!(
        near.contains("labels.en.yaml") && near.contains("`withheld`"),
        "{near}"
    );

    fs::write(ours.join("labels.en.yaml"), "withheld: On request\n").expect("writable");
    fs::write(ours.join("labels.ja.yaml"), "slogan: 安心\n").expect("writable");
    assert_eq!(
        labels(Language::Japanese).expect("labels")["slogan"],
        "安心"
    );
    let missing = labels(Language::English).expect_err("a word is missing");
    assert_eq!(
        missing,
        "themes/ours/labels.en.yaml lacks the word `slogan`, which labels.ja.yaml has; an English page needs both"
    );
}

fn said(failure: &Error) -> String {
    let words = Catalog::of(Language::English).format(&failure.message);
    format!("{words}{}", failure.cause.as_deref().unwrap_or_default())
}
