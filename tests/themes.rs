//! Themes of people who know no Rust: tokens, logo, typeface, and files that extend the official ones.

mod support;

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use support::{base, project, run, safeguard};
use tempfile::TempDir;

const LOGO: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">
<rect width="40" height="20" fill="#12a05b"/></svg>"##;

const TOKENS: &str = r##"accent: "#7a1f5c"
dark_accent: "#f0a6d6"
print_shade: "#ffd0e0"
size: 10
paper: a3
typeface: M PLUS 1p
logo: seal.svg
logo_text: 見本の印
"##;

/// A project whose theme has these files.
fn themed(files: &[(&str, &[u8])]) -> TempDir {
    let folder = base();
    if !files.is_empty() {
        let sheet = folder.path().join("content/sheet.yaml");
        let written = fs::read_to_string(&sheet).expect("sheet.yaml");
        fs::write(&sheet, format!("{written}theme: ours\n")).expect("writable");
    }
    for (path, bytes) in files {
        let path = folder.path().join("themes/ours").join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, bytes).expect("writable");
    }
    folder
}

fn built(files: &[(&str, &[u8])]) -> TempDir {
    let folder = themed(files);
    let done = safeguard(&folder, &["build"]);
    assert!(done.status.success(), "{done:?}");
    folder
}

/// The words with which a build refuses a theme.
fn refusal(files: &[(&str, &[u8])]) -> String {
    let done = safeguard(&themed(files), &["build"]);
    assert_eq!(done.status.code(), Some(2), "{done:?}");
    String::from_utf8(done.stderr).expect("UTF-8")
}

fn page(folder: &TempDir) -> String {
    let path = folder.path().join("output/site/index.html");
    fs::read_to_string(path).expect("a page")
}

fn with_pdf(program: &str, options: &[&str], folder: &TempDir, last: &[&Path]) -> String {
    let pdf = folder.path().join("output/site/safeguards.pdf");
    let options = options.iter().map(OsStr::new).chain([pdf.as_os_str()]);
    let last = last.iter().map(|it| it.as_os_str());
    run(program, &options.chain(last).collect::<Vec<_>>())
}

/// The share of page 1 that has about this colour, in thousandths.
fn share(folder: &TempDir, colour: [u8; 3]) -> usize {
    let picture = folder.path().join("page");
    with_pdf(
        "pdftoppm",
        &["-r", "50", "-singlefile"],
        folder,
        &[&picture],
    );
    let bytes = fs::read(picture.with_extension("ppm")).expect("a picture");
    let pixels = bytes.rchunks_exact(3);
    let is_near = |pixel: &&[u8]| pixel.iter().zip(colour).all(|(a, b)| a.abs_diff(b) < 6);
    pixels.clone().filter(is_near).count() * 1000 / pixels.count()
}

/// The height of a word on page 1, in points.
fn height(folder: &TempDir, word: &str) -> f64 {
    let boxes = with_pdf("pdftotext", &["-bbox"], folder, &["-".as_ref()]);
    let line = boxes.lines().find(|line| line.contains(word));
    let line = line.unwrap_or_else(|| panic!("no {word} in {boxes}"));
    let number = |name: &str| {
        let value = line
            .split_once(name)
            .and_then(|(_, it)| it.split('"').nth(1));
        value
            .and_then(|it| it.parse::<f64>().ok())
            .expect("a number")
    };
    number("yMax") - number("yMin")
}

#[test]
fn a_theme_of_ten_lines_changes_colour_size_paper_typeface_and_logo() {
    let official = built(&[]);
    let ours = built(&[
        ("tokens.yaml", TOKENS.as_bytes()),
        ("seal.svg", LOGO.as_bytes()),
    ]);
    let html = page(&ours);
    for expected in [
        "--accent: #7a1f5c;",
        "--accent: #f0a6d6;",
        "%/1.7 \"M PLUS 1p\", \"Hiragino",
        "size: a3 landscape",
        "src=\"data:image/svg+xml;base64,PHN2Z",
        "alt=\"見本の印\"",
    ] {
        assert!(html.contains(expected), "{expected}");
    }
    assert!(!page(&official).contains("<img"));
    let about = with_pdf("pdfinfo", &[], &ours, &[]);
    assert!(about.contains("(A3)"), "{about}");
    // The logo is the only green, the head of the table the only pink.
    for colour in [[0x12, 0xa0, 0x5b], [0xff, 0xd0, 0xe0]] {
        assert!(share(&ours, colour) > 0, "{colour:?}");
        assert_eq!(share(&official, colour), 0, "{colour:?}");
    }
    let typefaces = with_pdf("pdffonts", &[], &ours, &[]);
    assert!(typefaces.contains("MPLUS1p") && !typefaces.contains("NotoSansJP"));
    let ratio = height(&ours, "基本方針") / height(&official, "基本方針");
    assert!(ratio > 1.1, "{ratio}");
}

#[test]
fn own_files_extend_the_official_ones() {
    let index = "{% extends \"official/site/index.html\" %}
{% block head %}<p class=\"greeting\">ようこそ</p>{{ super() }}{% endblock %}
";
    let style =
        "{% include \"official/site/style.css\" %}\n.greeting { color: {{ tokens.good }}; }\n";
    let sheet = "#include \"/official/sheet.typ\"\n#pagebreak()\n附則\n";
    let parts = "#import \"/official/parts.typ\": *\n#let own = 1\n";
    let ours = built(&[
        ("site/index.html", index.as_bytes()),
        ("site/style.css", style.as_bytes()),
        ("sheet.typ", sheet.as_bytes()),
        ("parts.typ", parts.as_bytes()),
    ]);
    let html = page(&ours);
    for expected in [
        "ようこそ</p>",
        "--accent:",
        ".greeting { color: #14562d; }",
        "<table",
    ] {
        assert!(html.contains(expected), "{expected}");
    }
    let text = with_pdf("pdftotext", &[], &ours, &["-".as_ref()]);
    assert!(text.contains("附則") && text.contains("基本方針"), "{text}");
}

#[test]
fn a_theme_adds_a_column_on_paper_and_page() {
    let paper = "#let cell(row) = if row.no != none [□ #row.no]
#let own-columns = ((name: \"seen\", title: [当社確認欄], width: 20, cell: cell),)
";
    let page_template = "{% extends \"official/site/index.html\" %}
{% block own_cols %}<colgroup><col></colgroup>{% endblock %}
{% block own_headings %}<th scope=\"col\" rowspan=\"2\">当社確認欄</th>{% endblock %}
{% component own_cells(row) %}<td><div class=\"text\" data-label=\"当社確認欄\">□ {{ row.no }}</div></td>{% endcomponent %}
";
    let ours = built(&[
        ("own.typ", paper.as_bytes()),
        ("site/index.html", page_template.as_bytes()),
    ]);
    let html = page(&ours);
    let rows = html.matches("<tr id=").count();
    assert!(rows > 2);
    assert_eq!(html.matches("data-label=\"当社確認欄\">□ ").count(), rows);
    let text = with_pdf("pdftotext", &["-layout"], &ours, &["-".as_ref()]);
    assert!(text.contains("当社確認欄"), "{text}");
    assert_eq!(text.matches('□').count(), rows, "{text}");
    // The own column is the last, and the others keep their proportions.
    let boxes = with_pdf("pdftotext", &["-bbox"], &ours, &["-".as_ref()]);
    let left = |word: &str| {
        let is_word = |line: &&str| line.contains("<word") && line.contains(word);
        let line = boxes.lines().find(is_word).expect(word);
        let value = line
            .split_once("xMin=\"")
            .and_then(|it| it.1.split('"').next());
        value
            .and_then(|it| it.parse::<f64>().ok())
            .expect("a number")
    };
    assert!(left("サービス") < left("当社確認欄"));
    let python = project().join(".tools/venv/bin/python");
    let script = project().join("tests/tools/pdf.py");
    let pdf = ours.path().join("output/site/safeguards.pdf");
    run(
        &python.to_string_lossy(),
        &[script.as_os_str(), pdf.as_os_str()],
    );
    let script = project().join("tests/tools/page.mjs");
    let site = ours.path().join("output/site");
    run("node", &[script.as_os_str(), site.as_os_str()]);
}

#[test]
fn a_slip_is_refused_with_its_file_and_line() {
    let tokens = |text: &str| refusal(&[("tokens.yaml", text.as_bytes())]);
    for (text, expected) in [
        (
            "# ours\naccent: \"#123456\"\nacent: \"#123456\"\n",
            ", line 3: there is no token `acent`; did you mean `accent`?",
        ),
        (
            "zebra: 1\n",
            ", line 1: there is no token `zebra`; there are accent, ",
        ),
        ("\nink: blue\n", ", line 2: `ink` must be a colour"),
        ("ink: #123456\n", ", line 1: `ink` must be a colour"),
        (
            "size: 85\n",
            ", line 1: `size` must be a number from 4.25 to 25.5",
        ),
        ("size: 9pt\n", ", line 1: `size` must be a number"),
        ("columns: [1, 2]\n", ", line 1: `columns` must be 8 numbers"),
        ("paper: a5\n", ", line 1: `paper` must be a4 or a3"),
        (
            "typeface: 'x\"; } body { display: none'\n",
            ", line 1: `typeface` must be",
        ),
        ("logo: ../x.svg\n", ", line 1: `logo` must be"),
        ("size: [\n", "line 2: the tokens cannot be read"),
        ("size: 9\nsize: 10\n", "the tokens cannot be read"),
        ("typeface: Nowhere Sans\n", "the typeface `Nowhere Sans`"),
        (
            "logo: seal.svg\nlogo_text: x\n",
            "the logo themes/ours/seal.svg",
        ),
    ] {
        let said = tokens(text);
        assert!(said.contains(expected), "{text}: {said}");
    }
    let stray = refusal(&[("official/parts.typ", b"#let x = 1")]);
    assert!(stray.contains("official/parts.typ"), "{stray}");
}

#[test]
fn a_logo_runs_and_loads_nothing() {
    let tokens: &[u8] = b"logo: seal.svg\nlogo_text: seal\n";
    let svg = |inside: &str| format!("<svg xmlns=\"http://www.w3.org/2000/svg\">\n{inside}</svg>");
    let image = "<image href=\"https://example.jp/x.png\"/>";
    for (logo, expected) in [
        (
            svg("<script>alert(1)</script>"),
            "line 2: a logo runs no script and loads no other file; remove `<script>`",
        ),
        (svg("<rect onclick=\"x()\"/>"), "`onclick`"),
        (svg(image), "`href`"),
        (svg("<rect fill=\"url(//example.jp/x)\"/>"), "`fill`"),
        (svg("<style>@import 'x.css';</style>"), "`<style>`"),
        (
            format!("<!DOCTYPE svg [<!ENTITY x 'y'>]>{}", svg("")),
            "cannot be read as an SVG image",
        ),
        (
            format!("<?xml-stylesheet href='x'?>{}", svg("")),
            "`<?xml-stylesheet?>`",
        ),
        (svg(&" ".repeat(200_000)), "has 196 KB; a logo may have 100"),
    ] {
        let said = refusal(&[("tokens.yaml", tokens), ("seal.svg", logo.as_bytes())]);
        assert!(
            said.contains("themes/ours/seal.svg") && said.contains(expected),
            "{said}"
        );
    }
    let wordless = refusal(&[
        ("tokens.yaml", b"logo: seal.svg\n"),
        ("seal.svg", LOGO.as_bytes()),
    ]);
    assert!(wordless.contains("no `logo_text`"), "{wordless}");
    let unnamed = refusal(&[("seal.svg", LOGO.as_bytes())]);
    assert!(
        unnamed.contains("themes/ours/seal.svg is not used"),
        "{unnamed}"
    );
}

/// A face of the program as another typeface: `M PLUS 1q`.
fn renamed(weight: &str) -> Vec<u8> {
    let path = project().join(format!("fonts/MPLUS1p-{weight}.ttf"));
    let mut bytes = fs::read(path).expect("make font");
    let name: Vec<u8> = "M PLUS 1p"
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    let found = bytes.windows(name.len()).enumerate();
    let ends: Vec<usize> = found
        .filter(|(_, it)| *it == name)
        .map(|(at, _)| at + name.len() - 1)
        .collect();
    assert!(!ends.is_empty());
    ends.iter().for_each(|end| bytes[*end] = b'q');
    bytes
}

#[test]
fn a_typeface_of_the_theme_is_used_unless_it_forbids_embedding() {
    let (regular, bold) = (renamed("Regular"), renamed("Bold"));
    let named: &[u8] = b"typeface: M PLUS 1q\n";
    let ours = built(&[
        ("tokens.yaml", named),
        ("fonts/q.ttf", &regular),
        ("fonts/q-bold.ttf", &bold),
        ("fonts/OFL.txt", b"a licence"),
    ]);
    let typefaces = with_pdf("pdffonts", &[], &ours, &[]);
    assert!(!typefaces.contains("NotoSansJP"), "{typefaces}");
    let unnamed = refusal(&[("fonts/q.ttf", &regular)]);
    assert!(
        unnamed.contains("themes/ours/fonts/q.ttf is not used: it is the typeface `M PLUS 1q`"),
        "{unnamed}"
    );
    let mut closed = regular;
    let table = closed
        .windows(4)
        .position(|tag| tag == b"OS/2")
        .expect("a table");
    let offset = closed[table + 8..table + 12]
        .iter()
        .fold(0, |sum, byte| sum * 256 + usize::from(*byte));
    // No use at all, no part of the face, no outlines.
    for bits in [[0, 2], [1, 0], [2, 0]] {
        closed[offset + 8..offset + 10].copy_from_slice(&bits);
        let forbidden = refusal(&[("tokens.yaml", named), ("fonts/q.ttf", &closed)]);
        assert!(
            forbidden.contains("themes/ours/fonts/q.ttf forbids embedding"),
            "{bits:?}: {forbidden}"
        );
    }
}

#[test]
fn init_writes_a_starting_point_that_changes_nothing() {
    let folder = themed(&[]);
    fs::create_dir_all(folder.path().join("themes")).expect("writable");
    let sheet = folder.path().join("content/sheet.yaml");
    let with_theme = fs::read_to_string(&sheet).expect("sheet.yaml");
    fs::write(&sheet, with_theme.replace("theme: ours\n", "")).expect("writable");
    let done = safeguard(&folder, &["init", "--theme", "ours"]);
    assert!(done.status.success(), "{done:?}");
    let read =
        |path: &str| fs::read_to_string(folder.path().join("themes/ours").join(path)).expect(path);
    assert!(read("README.md").contains("theme: ours"));
    assert!(read("tokens.yaml").contains("\n#accent: \"#"));
    assert!(
        read("sample/fields.md").contains("| `rows[].measure.paragraphs[][].text` | string | ")
    );
    let sample: serde_json::Value = serde_json::from_str(&read("sample/sheet.json")).expect("JSON");
    assert!(
        sample["rows"]
            .as_array()
            .is_some_and(|rows| !rows.is_empty())
    );
    let again = safeguard(&folder, &["init", "--theme", "ours"]);
    assert_eq!(again.status.code(), Some(2), "{again:?}");
    assert!(safeguard(&folder, &["build"]).status.success());
    let official = page(&folder);
    fs::write(&sheet, &with_theme).expect("writable");
    let done = safeguard(&folder, &["build"]);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(page(&folder), official);
}
