//! The comparison table: exact for known answers, and rendered for a real pair.

mod support;

use safeguard::check::{self, CheckInput};
use safeguard::compare::word_diff::{MarkedLine, MarkedSpan};
use safeguard::compare::{
    ChangedRow, Comparison, ComparisonLine, MarkedCell, MarkedHeading, RowChange, RowPlace,
    RowVersion, Sides, compare,
};
use safeguard::edition::Version;
use safeguard::message::{Catalog, Language};
use safeguard::render::html::{self, PageContext};
use safeguard::render::pdf::{self, FinishedFile, Fonts};
use safeguard::render::theme::{self, Theme};
use safeguard::sheet::{self, Cell, Heading, LayoutOptions, Rendering, Row, Sheet, State};
use safeguard::text::{Paragraph, Text, same_style};
use safeguard::{content, data};
use scraper::{Html, Selector};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use support::{CHECKED, DAY, project, run};

/// Pairs of sheets whose difference is known.
const PAIRS: u64 = 4_000;

#[test]
fn a_comparison_is_exactly_what_was_edited_with_the_fewest_moves() {
    // Small ones first: the first that fails is nearly the smallest.
    for seed in 1..=PAIRS {
        let pair = Pair::random(seed);
        let got = compare(&pair.before, &pair.after);
        let case = format!("pair {seed}: {}", pair.describe());
        // Of two rows that changed places, either may count as moved; all else has one answer.
        let changes = got
            .changed()
            .map(|changed| (&*changed.id, &changed.changes));
        assert_eq!(
            without_moves(changes),
            without_moves(pair.edits.iter().map(|(id, edit)| (&**id, edit))),
            "{case}"
        );
        pair.moves_are_the_fewest(&got, &case);
        assert_eq!(
            apply(&got, &pair.before.rows),
            texts(&pair.after.rows),
            "{case}"
        );
    }
}

fn without_moves<'a>(
    changes: impl Iterator<Item = (&'a str, &'a BTreeSet<RowChange>)>,
) -> BTreeMap<&'a str, Vec<RowChange>> {
    let others = changes.map(|(id, changes)| {
        let others = changes.iter().filter(|change| **change != RowChange::Moved);
        (id, others.copied().collect::<Vec<_>>())
    });
    others.filter(|(_, others)| !others.is_empty()).collect()
}

#[test]
fn one_row_that_jumps_over_two_is_the_one_that_moved() {
    let rows: Vec<Row> = (0..9).map(|at| row(at, at)).collect();
    for (from, to) in (0..9).flat_map(|from| (0..9).map(move |to| (from, to))) {
        let mut moved = rows.clone();
        let jumper = moved.remove(from);
        moved.insert(to, jumper);
        let got = compare(&sheet_of(rows.clone()), &sheet_of(moved));
        let changed: Vec<&str> = got.changed().map(|changed| &*changed.id).collect();
        match from.abs_diff(to) {
            0 => assert!(changed.is_empty()),
            1 => assert_eq!(changed.len(), 1),
            _ => assert_eq!(changed, [rows[from].id.as_str()]),
        }
    }
}

/// Two sheets, and the edits of each row between them.
struct Pair {
    before: Sheet,
    after: Sheet,
    edits: BTreeMap<String, BTreeSet<RowChange>>,
    /// Number of rows that were removed and inserted elsewhere.
    moves: usize,
}

impl Pair {
    fn random(seed: u64) -> Pair {
        let mut dice = Dice(seed);
        let count = 1 + dice.below(2 + usize::try_from(seed / 100).expect("small"));
        let before: Vec<Row> = (0..count).map(|at| row(at, at / 3)).collect();
        let (mut after, mut movers) = (Vec::new(), Vec::new());
        let mut edits: BTreeMap<String, BTreeSet<RowChange>> = BTreeMap::new();
        for old in &before {
            let mut new = old.clone();
            let edit = match dice.below(12) {
                0 => RowChange::Removed,
                1 => RowChange::Moved,
                2 => RowChange::Relettered,
                3 => RowChange::Renumbered,
                4 => RowChange::Subject,
                5 => RowChange::Measure,
                6 => RowChange::Remarks,
                7 => {
                    let added = row(1_000 + after.len() + movers.len(), old.section.span);
                    edits.insert(added.id.clone(), [RowChange::Added].into());
                    after.push(added);
                    after.push(new);
                    continue;
                }
                _ => {
                    after.push(new);
                    continue;
                }
            };
            edits.insert(old.id.clone(), [edit].into());
            match edit {
                RowChange::Removed => continue,
                RowChange::Moved => {
                    movers.push(new);
                    continue;
                }
                RowChange::Relettered => letter(&mut new, 20 + dice.below(3)),
                RowChange::Renumbered => new.no = Some(2_000 + dice.below(9) as u32),
                RowChange::Subject => reword(&mut new.subject, &mut dice),
                RowChange::Measure => reword(&mut new.measure, &mut dice),
                _ => reword(&mut new.remarks, &mut dice),
            }
            after.push(new);
        }
        let moves = movers.len();
        for mover in movers {
            let at = dice.below(after.len() + 1);
            after.insert(at, mover);
        }
        Pair {
            before: sheet_of(before),
            after: sheet_of(after),
            edits,
            moves,
        }
    }

    fn describe(&self) -> String {
        let ids = |sheet: &Sheet| {
            let ids: Vec<&str> = sheet.rows.iter().map(|row| &*row.id).collect();
            ids.join(" ")
        };
        format!(
            "{} -> {}, {:?}",
            ids(&self.before),
            ids(&self.after),
            self.edits
        )
    }

    /// The moved rows are as few as possible, and without them both sides have one order.
    fn moves_are_the_fewest(&self, got: &Comparison, case: &str) {
        let moved = got.changed();
        let moved = moved.filter(|changed| changed.changes.contains(&RowChange::Moved));
        let moved: BTreeSet<&str> = moved.map(|changed| &*changed.id).collect();
        let [before, after] = [&self.before, &self.after].map(|sheet| {
            let ids = sheet.rows.iter().map(|row| &*row.id);
            ids.collect::<Vec<&str>>()
        });
        let rest = |ids: &[&'_ str], others: &[&str]| -> Vec<String> {
            let rest = ids
                .iter()
                .filter(|id| others.contains(id) && !moved.contains(**id));
            rest.map(|id| (*id).to_owned()).collect()
        };
        assert_eq!(rest(&before, &after), rest(&after, &before), "{case}");
        let common = before.iter().filter(|id| after.contains(id)).count();
        assert_eq!(
            moved.len(),
            common - longest_common(&before, &after),
            "{case}"
        );
        assert!(moved.len() <= self.moves, "{case}");
    }
}

/// Length of the longest common subsequence, by the textbook algorithm.
fn longest_common(a: &[&str], b: &[&str]) -> usize {
    let mut last = vec![0; b.len() + 1];
    for x in a {
        let mut next = vec![0];
        for (at, y) in b.iter().enumerate() {
            let longer = if x == y {
                last[at] + 1
            } else {
                last[at + 1].max(next[at])
            };
            next.push(longer);
        }
        last = next;
    }
    last[b.len()]
}

/// Builds the newer rows from the older ones and the comparison.
fn apply(changes: &Comparison, before: &[Row]) -> Vec<String> {
    let by_id: BTreeMap<&str, &Row> = before.iter().map(|row| (&*row.id, row)).collect();
    let mut rows = Vec::new();
    let mut seen = 0;
    for line in &changes.lines {
        match line {
            ComparisonLine::Unchanged { ids, .. } => {
                seen += ids.len();
                rows.extend(ids.iter().map(|id| by_id[&**id].clone()));
            }
            ComparisonLine::Changed(changed) => {
                seen += usize::from(changed.row.before.is_some());
                assert_eq!(
                    unmarked_row(changed, &changed.row.before, &changed.place.before)
                        .map(|row| texts(&[row])),
                    by_id.get(&*changed.id).map(|row| texts(&[(*row).clone()])),
                );
                rows.extend(unmarked_row(
                    changed,
                    &changed.row.after,
                    &changed.place.after,
                ));
            }
        }
    }
    assert_eq!(seen, before.len(), "every older row appears once");
    texts(&rows)
}

/// The row of one side without its marks.
fn unmarked_row(
    changed: &ChangedRow,
    version: &Option<RowVersion>,
    place: &Option<RowPlace>,
) -> Option<Row> {
    let (version, place) = (version.as_ref()?, place.as_ref()?);
    let heading = |marked: &MarkedHeading| Heading {
        letter: marked.letter.run.text.clone(),
        name: marked.name.iter().map(|span| &*span.run.text).collect(),
        anchor: marked.anchor.clone(),
        span: 1,
        lang: None,
    };
    let cell = |cell: &MarkedCell| Cell {
        state: cell.state,
        span: 1,
        paragraphs: cell.paragraphs.iter().map(|it| unmarked(it)).collect(),
        lang: None,
    };
    Some(Row {
        id: changed.id.clone(),
        no: version.no,
        anchor: version.anchor.clone(),
        formerly: Vec::new(),
        section: heading(&place.section),
        item: heading(&place.item),
        subject: cell(&version.subject),
        measure: cell(&version.measure),
        remarks: cell(&version.remarks),
        proof: None,
    })
}

fn unmarked(spans: &[MarkedSpan]) -> Paragraph {
    let mut runs = Paragraph::new();
    for span in spans {
        match runs.last_mut() {
            Some(last) if same_style(last, &span.run) => last.text.push_str(&span.run.text),
            _ => runs.push(span.run.clone()),
        }
    }
    runs
}

/// The texts of each row. Spans are left out, because they follow from the rows.
fn texts(rows: &[Row]) -> Vec<String> {
    let heading = |it: &Heading| format!("{} {} {:?}", it.letter, it.name, it.anchor);
    let cell = |it: &Cell| format!("{:?} {:?}", it.state, it.paragraphs);
    let text = |row: &Row| {
        let Row {
            id,
            no,
            anchor,
            section,
            item,
            subject,
            measure,
            remarks,
            ..
        } = row;
        let place = [section, item].map(heading).join(" / ");
        let cells = [subject, measure, remarks].map(cell).join(" / ");
        format!("{id} {no:?} {anchor} {place} {cells}")
    };
    rows.iter().map(text).collect()
}

const WORDS: [&str; 12] = [
    "台帳に",
    "記録",
    "する",
    "**施錠**",
    "管理者が",
    "毎月",
    "確認",
    "UTMの",
    "[規程](https://example.jp/)",
    "による",
    "、",
    "\n\n",
];

/// A row with an id and texts of its own, in the item with that number.
fn row(id: usize, place: usize) -> Row {
    let mut dice = Dice(id as u64 + 77);
    let mut row = Row {
        id: format!("r{id}"),
        no: Some(id as u32),
        anchor: String::new(),
        formerly: Vec::new(),
        section: no_heading(),
        item: no_heading(),
        subject: cell(State::Stated, &format!("措置{id}")),
        measure: cell(State::Stated, &dice.text()),
        remarks: cell(State::None, ""),
        proof: None,
    };
    letter(&mut row, place);
    row
}

fn no_heading() -> Heading {
    Heading {
        letter: String::new(),
        name: String::new(),
        anchor: None,
        span: 1,
        lang: None,
    }
}

fn letter(row: &mut Row, place: usize) {
    let (section, item) = (place / 4, place % 4);
    let heading = |letter: String, anchor: String| Heading {
        name: format!("見出し{letter}の整備"),
        letter,
        anchor: Some(anchor),
        span: 1,
        lang: None,
    };
    row.section = heading(format!("S{section}"), format!("s{section}"));
    row.item = heading(format!("i{item}"), format!("s{section}-{item}"));
    row.anchor = format!("s{section}-{item}-{}", row.id);
}

fn cell(state: State, markdown: &str) -> Cell {
    Cell {
        state,
        span: 1,
        paragraphs: Text::parse([markdown]).paragraphs,
        lang: None,
    }
}

/// Another text, or another state.
fn reword(cell: &mut Cell, dice: &mut Dice) {
    let old = cell.clone();
    while (old.state, &old.paragraphs) == (cell.state, &cell.paragraphs) {
        let states = [
            State::Stated,
            State::Stated,
            State::NotApplicable,
            State::Withheld,
        ];
        cell.state = states[dice.below(states.len())];
        cell.paragraphs = Text::parse([&*dice.text()]).paragraphs;
    }
}

/// SplitMix64: the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }

    fn text(&mut self) -> String {
        let words = 1 + self.below(9);
        let words = (0..words).map(|_| WORDS[self.below(WORDS.len())]);
        format!("鍵{}", words.collect::<String>())
    }
}

static THEME: LazyLock<Theme> =
    LazyLock::new(|| theme::load(project(), "official").expect("the official theme"));

/// The office's own sheet with these rows.
fn sheet_of(rows: Vec<Row>) -> Sheet {
    static FRAME: LazyLock<Sheet> =
        LazyLock::new(|| lay_out(project(), Rendering::SitePdf, true).first_rows(0));
    Sheet {
        rows,
        ..FRAME.clone()
    }
}

fn lay_out(folder: &Path, kind: Rendering, draft: bool) -> Sheet {
    let content = content::load(folder).expect("content/ is there");
    let today = DAY.parse().expect("a day");
    let input = CheckInput {
        content: &content,
        today,
        can_draw: &|_| true,
    };
    let register = check::check(&input).register.expect("no errors");
    let (edition, id) = (None, register.date.to_string());
    let version = Version { edition, id };
    let options = LayoutOptions::new(kind, today, version);
    let mut sheet = sheet::lay_out(
        &register,
        &options,
        &THEME.labels(Language::Japanese).expect("labels"),
    );
    if !draft {
        sheet.draft = false;
        sheet.version = register.date.to_string();
    }
    sheet
}

/// The office's own sheet as if it were issued, and a year later: three measures reworded, one
/// added, one removed, one moved, a certificate renewed.
fn real_pair(kind: Rendering) -> (Sheet, Sheet) {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("content");
    for entry in walkdir::WalkDir::new(project().join("content")) {
        let entry = entry.expect("readable");
        let below = entry.path().strip_prefix(project()).expect("below");
        let to = folder.path().join(below);
        if entry.file_type().is_dir() {
            fs::create_dir_all(to).expect("writable");
        } else {
            fs::copy(entry.path(), to).expect("writable");
        }
    }
    let edit = |file: &str, old: &str, new: &str| {
        let path = root.join(file);
        let text = fs::read_to_string(&path).expect(file);
        assert!(text.contains(old), "{file} has no {old}");
        fs::write(path, text.replacen(old, new, 1)).expect("writable");
    };
    // Removes the entry of a measure.
    let cut = |file: &str, id: &str| {
        let text = fs::read_to_string(root.join(file)).expect(file);
        let start = text.find(&format!("- id: {id}\n")).expect(id);
        let end = text[start..].find("\n\n- id:");
        let entry = text[start..end.map_or(text.len(), |end| start + end)].to_owned();
        edit(file, &entry, "");
        entry
    };
    edit("sheet.yaml", "date: 2015-10-01", "date: 2016-10-01");
    edit(
        "office.yaml",
        "特定個人情報等管理責任者",
        "個人情報管理責任者",
    );
    edit(
        "certifications/iso27001.yaml",
        "standard: ISO27001/ISMS",
        "standard: ISO27001/ISMS\nedition: \"2013\"\nexpires_on: 2028-03-31",
    );
    edit(
        "measures/C/b.yaml",
        "によるアクセスログの取得",
        "によるアクセスログおよび操作ログの毎日の取得",
    );
    edit(
        "measures/C/b.yaml",
        "subject: 削除や廃棄の記録",
        "subject: 削除や廃棄の記録\n  measure: 特定個人情報管理台帳に日時と方法を記録",
    );
    edit(
        "measures/F/c.yaml",
        "株式会社アルテミスによるリモート管理",
        "所内の担当者による管理",
    );
    edit(
        "measures/C/c.yaml",
        "- id: handling-record",
        "- id: viewing-log\n  no: 45\n  subject: 閲覧の記録\n  measure: 閲覧した日時と従業者を記録\n- id: handling-record",
    );
    cut("measures/F/c.yaml", "software-allowlist");
    let moved = cut("measures/E/a.yaml", "entrance-security");
    let path = root.join("measures/E/a.yaml");
    let text = fs::read_to_string(&path).expect("E/a.yaml");
    fs::write(path, format!("{}\n\n{moved}\n", text.trim_end())).expect("writable");
    (
        lay_out(project(), kind, false),
        lay_out(folder.path(), kind, true),
    )
}

#[test]
fn a_real_pair_shows_what_was_edited() {
    let (before, after) = real_pair(Rendering::ClientPdf);
    let got = compare(&before, &after);
    let changed = got.changed().map(|changed| {
        let changes = changed.changes.iter().copied();
        (changed.id.as_str(), changes.collect::<Vec<_>>())
    });
    assert_eq!(
        changed.collect::<Vec<_>>(),
        [
            ("system-log", vec![RowChange::Measure]),
            ("disposal-log", vec![RowChange::Measure]),
            ("viewing-log", vec![RowChange::Added]),
            ("entrance-security", vec![RowChange::Moved]),
            ("firewall", vec![RowChange::Remarks]),
            ("software-allowlist", vec![RowChange::Removed]),
        ]
    );
    assert_eq!(got.summary, "新設1、削除1、移動1、文の変更3、変更なし39");
    let header: Vec<&str> = got.header.iter().map(|change| change.field).collect();
    assert_eq!(header, ["date", "signatory-title"]);
    assert_eq!(got.certifications.len(), 1);
    assert_eq!(apply(&got, &before.rows), texts(&after.rows));
    // The public sees no change in texts that it may not read.
    let (before, after) = real_pair(Rendering::SitePdf);
    let public = compare(&before, &after);
    assert_eq!(public.counts["unchanged"], 40);
    let json = String::from_utf8(data::pretty(&public)).expect("UTF-8");
    assert!(!json.contains("アルテミス") && !json.contains("firewall\",\n      \"changes"));
    assert!(compare(&before, &before).is_empty());
}

#[test]
fn the_terminal_shows_the_words_without_colour_in_eighty_columns() {
    let (before, after) = real_pair(Rendering::ClientPdf);
    let changes = compare(&before, &after);
    for language in [Language::Japanese, Language::English] {
        let text = safeguard::compare::print(&changes, &Catalog::of(language), false);
        let text_of = |text: &str| text.split_whitespace().collect::<String>();
        let solid = text_of(&text);
        for words in [
            "アクセスログ{+および操作ログの毎日+}の取得",
            "[-株式会社アルテミスによるリモート-]{+所内の担当者による+}管理",
            "改訂前：2015-10-01（",
            "案（未発行）",
        ] {
            let words = match language {
                Language::English => words.replace("改訂前：2015-10-01（", "before:2015-10-01,"),
                Language::Japanese => words.to_owned(),
            };
            assert!(solid.contains(&words), "no {words} in\n{text}");
        }
        for line in text.lines() {
            let wide = line.chars().filter(|c| *c > '\u{2fff}').count();
            assert!(line.chars().count() + wide <= 80, "{line}");
        }
        let coloured = safeguard::compare::print(&changes, &Catalog::of(language), true);
        assert!(coloured.contains("\u{1b}[32m{+および操作ログの毎日+}\u{1b}[0m"));
    }
}

#[test]
fn page_and_pdf_are_valid_and_say_what_the_comparison_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let fonts = Fonts::compiled_in();
    let register = CHECKED.register.as_ref().expect("no errors");
    let (mut pages, mut prints) = (Vec::new(), Vec::new());
    for (name, kind) in [
        ("public", Rendering::SitePdf),
        ("client", Rendering::ClientPdf),
    ] {
        let (before, after) = real_pair(kind);
        let changes = compare(&before, &after);
        let page = html::Pages::new(&THEME)
            .and_then(|pages| pages.changes(&after, &changes, &PageContext::default()));
        let html = page.expect("a page").html;
        let json = data::json(&after, register, None);
        let pdf = pdf::render(&fonts, &THEME, &after, Some(&changes), &json);
        let pdf: FinishedFile = pdf.unwrap_or_else(|error| panic!("{error:?}"));
        let again = pdf::render(&fonts, &THEME, &after, Some(&changes), &json);
        assert!(again.is_ok_and(|again| again.bytes == pdf.bytes));
        the_page_says(&html, &changes);
        let [page, print] = ["html", "pdf"].map(|end| folder.path().join(format!("{name}.{end}")));
        fs::write(&page, &html).expect("writable");
        fs::write(&print, &pdf.bytes).expect("writable");
        the_pdf_says(&print, &changes);
        for (number, expected) in [("1", data::pretty(&changes)), ("2", json)] {
            let to = folder.path().join("attached.json");
            let arguments = ["-save", number, "-o"].map(AsRef::as_ref);
            let files = [to.as_ref(), print.as_ref()];
            run("pdfdetach", &[&arguments[..], &files[..]].concat());
            assert!(fs::read(to).expect("attached") == expected, "{number}");
        }
        pages.push(page);
        prints.push(print);
    }
    let script = project().join("tests/tools/page.mjs");
    let report = run(
        "node",
        &[script.as_ref(), pages[0].as_ref(), pages[1].as_ref()],
    );
    assert!(report.contains("fits 320 px dark"), "{report}");
    let python = project().join(".tools/venv/bin/python");
    let script = project().join("tests/tools/pdf.py");
    let arguments = [script.as_ref(), prints[0].as_ref(), prints[1].as_ref()];
    let report = run(&python.to_string_lossy(), &arguments);
    assert_eq!(report.matches("PDF/A-3a PDF/UA-1").count(), 2, "{report}");
}

#[test]
fn a_text_longer_than_a_page_flows_over_several() {
    let (before, mut after) = real_pair(Rendering::SitePdf);
    let long = "アクセス権限の付与と見直しについて、担当者ごとに定め、毎月確認する。".repeat(60);
    after.rows[3].measure = cell(State::Stated, &long);
    let changes = compare(&before, &after);
    let pdf = pdf::render(&Fonts::compiled_in(), &THEME, &after, Some(&changes), b"{}");
    let pdf = pdf.unwrap_or_else(|error| panic!("{error:?}"));
    // A page may end within a sentence.
    let sentences = solid(&pdf.text).matches("毎月確認する。").count();
    assert!((55..=60).contains(&sentences), "{sentences}");
}

fn solid(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn all_words(text: &[MarkedLine]) -> String {
    let spans = text.iter().flatten();
    solid(&spans.map(|span| &*span.run.text).collect::<String>())
}

fn changed_words(text: &[MarkedLine]) -> String {
    let changed = text.iter().flatten().filter(|span| span.changed);
    solid(&changed.map(|span| &*span.run.text).collect::<String>())
}

/// Texts of a row as it is printed, cell by cell.
fn printed(changed: &ChangedRow) -> Vec<String> {
    let Sides { after, before } = &changed.row;
    let mut cells = Vec::new();
    for (version, absent) in [(after, "（削る）"), (before, "（新設）")] {
        match version {
            None => cells.push(absent.to_owned()),
            Some(row) => {
                let no = row.no.map(|no| no.to_string()).unwrap_or_default();
                cells.push(no + &all_words(&row.subject.paragraphs));
                cells.push(all_words(&row.measure.paragraphs));
                cells.push(all_words(&row.remarks.paragraphs));
            }
        }
    }
    cells.push(solid(&changed.notes.concat()));
    cells
}

fn the_page_says(html: &[u8], changes: &Comparison) {
    let page = Html::parse_document(std::str::from_utf8(html).expect("UTF-8"));
    let select = |css: &str| Selector::parse(css).expect("a selector");
    let text = |element: scraper::ElementRef| solid(&element.text().collect::<String>());
    for changed in changes.changed() {
        let named = select(&format!("tr#{}", changed.id));
        let row = page.select(&named).next().expect("a row");
        let cells: Vec<String> = row.select(&select("td, th")).map(text).collect();
        assert_eq!(cells, printed(changed));
        for (tag, version) in [("ins", &changed.row.after), ("del", &changed.row.before)] {
            let marked: String = row.select(&select(tag)).map(text).collect();
            let expected = version.iter().flat_map(|row| {
                [&row.subject, &row.measure, &row.remarks]
                    .map(|cell| changed_words(&cell.paragraphs))
            });
            assert_eq!(marked, expected.collect::<String>(), "{}", changed.id);
        }
    }
    let selector = select("tr.omitted");
    let omitted = page.select(&selector).map(text);
    let runs = changes.lines.iter().filter_map(|line| match line {
        ComparisonLine::Unchanged { ids, .. } => Some(format!("（略）（略）{}行", ids.len())),
        ComparisonLine::Changed(_) => None,
    });
    assert_eq!(omitted.collect::<Vec<_>>(), runs.collect::<Vec<_>>());
}

fn the_pdf_says(file: &Path, changes: &Comparison) {
    let structure = run("pdfinfo", &["-struct-text".as_ref(), file.as_ref()]);
    let quoted = structure.lines().filter_map(|line| {
        let line = line.trim().strip_prefix('"')?;
        line.strip_suffix('"')
    });
    let text = solid(&quoted.collect::<String>());
    let mut rest = text.as_str();
    for changed in changes.changed() {
        let cells = printed(changed).concat();
        let Some((_, after)) = rest.split_once(&cells) else {
            panic!("no {cells} in {rest}");
        };
        rest = after;
    }
    let printed = run("pdftotext", &[file.as_ref(), "-".as_ref()]);
    let pages = solid(&printed.replace('\u{c}', "|"));
    for words in ["（傍線部分は改訂部分）", "改訂後", "改訂前", "案（未発行）"]
    {
        assert!(pages.contains(words), "no {words} in {pages}");
    }
    let information = run("pdfinfo", &[file.as_ref()]);
    for line in [
        "安全管理措置一覧",
        "841.89 x 595.276 pts (A4)",
        "Tagged:          yes",
    ] {
        assert!(information.contains(line), "no {line} in {information}");
    }
}

fn diff(arguments: &[&str]) -> (Option<i32>, String, String) {
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_safeguard"))
        .arg("diff")
        .args(arguments)
        .args(["--lang", "en", "--as-of", DAY, "-C"])
        .arg(project())
        .output()
        .expect("the binary runs");
    let [out, err] = [done.stdout, done.stderr].map(|it| String::from_utf8(it).expect("UTF-8"));
    (done.status.code(), out, err)
}

#[test]
fn the_present_guideline_is_compared_with_the_measures_it_affects() {
    let pair = [
        "--guideline",
        "ppc-mynumber-biz-2014",
        "ppc-mynumber-biz-2025-06",
    ];
    let (code, out, err) = diff(&pair);
    assert_eq!((code, &*err), (Some(0), ""));
    let expected = "\
from ppc-mynumber-biz-2014 to ppc-mynumber-biz-2025-06: 4 changed, 18 unchanged

C-d [-情報-]漏えい等事案に対応する体制の整備 (renamed)
  13 事故発生時の体制と手順 (incident-response)

E-c 電子媒体等[-を持ち出す場合の-]{+の取扱いにおける+}漏えい等の防止 (renamed)
  24 業務外の持ち出し禁止 (no-private-removal)
  25 持ち出し時の安全対策 (removal-precautions)
  26 追跡可能な移送手段 (traceable-transport)

F-d [-情報-]漏えい等の防止 (renamed)
  38 電子媒体の利用制限 (removable-media)
  39 適切な電子データの授受 (data-exchange)
  40 通信経路の暗号化 (transport-encryption)
  41 情報セキュリティ教育 (security-training)

G {+外的環境の把握+} (new)
  no measure of the sheet stands here
";
    assert_eq!(out, expected);
    // The other way round G is gone, and no measure stood there.
    let (_, out, _) = diff(&[pair[0], pair[2], pair[1]]);
    assert!(out.contains("G [-外的環境の把握-] (gone)"), "{out}");
}

#[test]
fn files_are_written_whole_and_errors_are_one_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    for name in ["a.html", "a.pdf", "a.json", "A.PDF"] {
        fs::write(path(name), "old").expect("writable");
        let (code, out, err) = diff(&["working", "working", "-o", &path(name)]);
        assert_eq!((code, &*err), (Some(0), ""));
        assert!(out.starts_with("written: "), "{out}");
        assert!(fs::read(path(name)).expect("written").len() > 600);
    }
    let guideline = [
        "--guideline",
        "ppc-mynumber-biz-2014",
        "ppc-mynumber-biz-2025-06",
    ];
    let written = diff(&[&guideline[..], &["-o", &path("g.json")]].concat());
    assert_eq!(written.0, Some(0), "{written:?}");
    fs::create_dir(path("folder.pdf")).expect("writable");
    for (arguments, expected) in [
        (vec!["working"], "Usage: safeguard diff"),
        (vec!["working", "1999-12-31"], "no edition `1999-12-31`"),
        (vec!["--guideline", "a"], "`--guideline` needs a value"),
        (vec!["--guideline", "a", "b"], "no guideline `a`"),
        (
            vec!["a", "--guideline", "a", "b"],
            "no editions beside them",
        ),
        (
            vec!["working", "working", "-o", "a.doc"],
            "must end in .html, .pdf, .json",
        ),
        (
            vec!["working", "working", "-o", &path("folder.pdf")],
            "cannot write",
        ),
        (
            vec!["working", "working", "-o", &path("none/a.pdf")],
            "cannot write",
        ),
        (
            vec!["working", "working", "--audience", "all"],
            "public, client",
        ),
    ] {
        let (code, _, err) = diff(&arguments);
        assert_eq!(code, Some(2), "{arguments:?}");
        assert!(err.contains(expected), "{arguments:?}: {err}");
    }
    let left = fs::read_dir(folder.path()).expect("readable").count();
    assert_eq!(left, 6, "nothing half-written stays");
}
