//! The files of one build, in memory, with their manifest.
//!
//! The sheet is laid out once for each kind of rendering; every rendering is checked for leaks before it is taken up.

use crate::content::Content;
use crate::data;
use crate::diagnostic::Diagnostic;
use crate::edition::Edition;
use crate::html::{self, Download};
use crate::leak::Made;
use crate::message::{Failure, Message, Result, Words};
use crate::model::{Audience, Register};
use crate::pdf::{self, Fonts};
use crate::sheet::{self, ClientCopy, Kind, Lines, Note, Notes, Occasion, Sheet};
use crate::theme::Theme;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Path below `output/` → bytes.
pub type Bundle = BTreeMap<String, Vec<u8>>;

/// `manifest.json`: every file of a build but itself, and what it was built from.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// The issued edition; none while the content is a draft.
    pub edition: Option<String>,
    pub id: String,
    pub guideline: String,
    pub theme: String,
    pub as_of: String,
    pub version: String,
    /// SHA-256 of each audience's `safeguards.json`.
    pub digest: BTreeMap<String, String>,
    pub files: Vec<ManifestFile>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct ManifestFile {
    pub path: String,
    pub bytes: usize,
    pub sha256: String,
}

/// What a build is made from.
pub struct Build<'a> {
    pub content: &'a Content,
    pub register: &'a Register,
    pub findings: &'a [Diagnostic],
    pub theme: &'a Theme,
    pub fonts: &'a Fonts,
    pub today: Date,
    /// One more copy of the handout, for a client.
    pub copy: Option<&'a ClientCopy>,
    /// Words for the findings in the proof: the sheet's language.
    pub words: &'a Words,
}

/// Makes every file of `output/`.
pub fn bundle(build: &Build) -> Result<Bundle> {
    let labels = build.theme.labels()?;
    build
        .theme
        .check_labels(&labels, |c| build.fonts.can_draw(c))?;
    let current = build.content.current_edition(build.register);
    let id = draft_or_edition_id(build, current);
    let lines = lines(build);
    let notes = notes(build, &lines);
    let issued: Vec<&Edition> = build.content.issued().collect();
    let working = |kind: Kind| {
        let occasion = Occasion {
            edition: current,
            history: &issued,
            notes: &notes,
            lines: &lines,
            ..Occasion::of(kind, build.today, &id)
        };
        sheet::lay_out(build.register, &occasion, &labels)
    };
    // An issued document is made of nothing but its edition.
    let sheet = |kind: Kind| match current {
        Some(edition) => edition.lay_out(kind, &labels),
        None => working(kind),
    };
    let mut bundle = Bundle::new();
    let mut digest = BTreeMap::new();
    let register = build.register;
    let mut pdfs = Vec::new();
    let mut pdf = |path: String, sheet: Sheet, json: &[u8], register| {
        let json = json.to_vec();
        pdfs.push(Drawing {
            path,
            sheet,
            json,
            register,
        });
    };

    let site = sheet(Kind::Site);
    let json = checked_data(register, &site)?;
    digest.insert("public".to_owned(), data::sha256(&json));
    bundle.insert("site/safeguards.csv".into(), data::csv(&site));
    pdf("site/safeguards.pdf".into(), site, &json, register);
    bundle.insert("site/safeguards.json".into(), json);

    let handout = sheet(Kind::Handout);
    let json = checked_data(register, &handout)?;
    digest.insert("prospect".to_owned(), data::sha256(&json));
    bundle.insert(format!("handout/safeguards-{id}.csv"), data::csv(&handout));
    if let Some(copy) = build.copy {
        let name = file_name(&copy.recipient);
        let path = format!("handout/copies/safeguards-{id}-{name}.pdf");
        let copy = Some(copy.clone());
        let sheet = handout.clone();
        pdf(path, Sheet { copy, ..sheet }, &json, register);
    }
    pdf(
        format!("handout/safeguards-{id}.pdf"),
        handout,
        &json,
        register,
    );
    pdf(
        format!("signed/safeguards-{id}.pdf"),
        working(Kind::Signed),
        &json,
        register,
    );

    let proof = working(Kind::Proof);
    let json = checked_data(register, &proof)?;
    digest.insert("internal".to_owned(), data::sha256(&json));
    pdf("proof/safeguards.pdf".into(), proof, &json, register);

    for edition in build.content.issued() {
        let folder = format!("site/editions/{}", edition.id);
        let site = edition.lay_out(Kind::Site, &labels);
        let json = checked_data(&edition.sheet, &site)?;
        bundle.insert(format!("{folder}/safeguards.csv"), data::csv(&site));
        if current.is_none_or(|current| current.id != edition.id) {
            let path = format!("{folder}/safeguards.pdf");
            pdf(path, site, &json, &edition.sheet);
        }
        bundle.insert(format!("{folder}/safeguards.json"), json);
    }

    bundle.extend(draw(build, pdfs)?);
    if let Some(edition) = current {
        let same = bundle["site/safeguards.pdf"].clone();
        bundle.insert(format!("site/editions/{}/safeguards.pdf", edition.id), same);
    }
    let mut page = |folder: &str, sheet: &Sheet, register| {
        let html = html::render(build.theme, sheet, &downloads(&bundle, folder))?;
        refuse_leak(register, &Made::html(&html), Audience::Public)?;
        bundle.insert(format!("{folder}index.html"), html);
        Ok(())
    };
    page("site/", &working(Kind::Page), register)?;
    for edition in build.content.issued() {
        let folder = format!("site/editions/{}/", edition.id);
        let sheet = edition.lay_out(Kind::Page, &labels);
        page(&folder, &sheet, &edition.sheet)?;
    }

    let manifest = |files: Vec<ManifestFile>, digest| Manifest {
        edition: current.map(|edition| edition.id.clone()),
        id: id.clone(),
        guideline: build.register.guideline.id.clone(),
        theme: build.theme.name.clone(),
        as_of: build.today.to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        digest,
        files,
    };
    // The site's own manifest must not tell of other audiences.
    let public = digest.iter().filter(|(audience, _)| *audience == "public");
    let public = public
        .map(|(audience, digest)| (audience.clone(), digest.clone()))
        .collect();
    let of_site = data::pretty(&manifest(files(&bundle, "site/"), public));
    bundle.insert("site/manifest.json".into(), of_site);
    let of_all = data::pretty(&manifest(files(&bundle, ""), digest));
    bundle.insert("manifest.json".into(), of_all);
    Ok(bundle)
}

/// A name as part of a file's name, on every system.
fn file_name(name: &str) -> String {
    let allowed = |c: char| !c.is_control() && !r#"/\:*?"<>|"#.contains(c);
    let plain = |c: char| if allowed(c) { c } else { '-' };
    name.chars().map(plain).collect()
}

/// The edition's id; for a draft the sheet's day, marked where that id is issued already.
fn draft_or_edition_id(build: &Build, current: Option<&Edition>) -> String {
    let day = build.register.date.to_string();
    match current {
        Some(edition) => edition.id.clone(),
        None if build.content.issued().any(|edition| edition.id == day) => format!("{day}-draft"),
        None => day,
    }
}

fn checked_data(register: &Register, sheet: &Sheet) -> Result<Vec<u8>> {
    let json = data::json(sheet);
    let made = Made::text(&String::from_utf8_lossy(&json));
    refuse_leak(register, &made, sheet.audience)?;
    Ok(json)
}

/// A PDF to be drawn, and the register it must not tell more of than its audience may read.
struct Drawing<'a> {
    path: String,
    sheet: Sheet,
    json: Vec<u8>,
    register: &'a Register,
}

/// Draws the PDFs, two at a time; one at a time where a single one fills hundreds of megabytes.
fn draw(build: &Build, pdfs: Vec<Drawing>) -> Result<Bundle> {
    let rows = pdfs.iter().map(|drawing| drawing.sheet.rows.len()).max();
    let at_once = if rows > Some(1_000) { 1 } else { 2 };
    let mut drawn = Bundle::new();
    // The proof is the largest: drawn first, it finds memory that is still whole.
    let pdfs: Vec<_> = pdfs.into_iter().rev().collect();
    for some in pdfs.chunks(at_once) {
        let results: Vec<Result<Vec<u8>>> = std::thread::scope(|scope| {
            let work = some
                .iter()
                .map(|drawing| scope.spawn(|| checked_pdf(build, drawing)));
            let work: Vec<_> = work.collect();
            work.into_iter()
                .map(|done| done.join().expect("drawing does not panic"))
                .collect()
        });
        pdf::forget();
        for (drawing, bytes) in some.iter().zip(results) {
            drawn.insert(drawing.path.clone(), bytes?);
        }
    }
    Ok(drawn)
}

fn checked_pdf(build: &Build, drawing: &Drawing) -> Result<Vec<u8>> {
    let Drawing { sheet, json, .. } = drawing;
    let pdf = pdf::render(build.fonts, build.theme, sheet, json)?;
    refuse_leak(drawing.register, &Made::text(&pdf.text), sheet.audience)?;
    Ok(pdf.bytes)
}

fn refuse_leak(register: &Register, made: &Made, audience: Audience) -> Result<()> {
    match made.leak(register, audience) {
        None => Ok(()),
        Some(text) => Err(Failure::new(Message::new("leak").with("text", text))),
    }
}

/// What the page offers, the file for readers first.
fn downloads(bundle: &Bundle, folder: &str) -> Vec<Download> {
    let offers = [
        ("safeguards.pdf", "PDF"),
        ("safeguards.csv", "CSV"),
        ("safeguards.json", "JSON"),
    ];
    let offer = |(href, label)| {
        let bytes = bundle.get(&format!("{folder}{href}")).map_or(0, Vec::len);
        let size = format!("{} KB", bytes.div_ceil(1024));
        Download { href, label, size }
    };
    offers.map(offer).into()
}

fn files(bundle: &Bundle, below: &str) -> Vec<ManifestFile> {
    let files = bundle.iter().filter_map(|(path, bytes)| {
        Some(ManifestFile {
            path: path.strip_prefix(below)?.to_owned(),
            bytes: bytes.len(),
            sha256: data::sha256(bytes),
        })
    });
    files.collect()
}

/// First lines of the measures, by file.
fn lines(build: &Build) -> Lines {
    let files = build.content.measures.iter().map(|file| {
        let entries = file.records.as_ref().map_or(0, Vec::len);
        (
            file.file.clone(),
            build.content.entry_lines(&file.file, entries),
        )
    });
    files.collect()
}

/// The findings in words, each with the measure it belongs to.
fn notes(build: &Build, lines: &Lines) -> Notes {
    let mut notes = Notes::new();
    for finding in build.findings {
        let file = &finding.origin.file;
        let line = build.content.line_of(&finding.origin);
        let first = lines
            .get(file)
            .map(|lines| lines.partition_point(|first| *first <= line));
        let entry = first.and_then(|after| after.checked_sub(1));
        notes.entry((file.clone(), entry)).or_default().push(Note {
            severity: finding.severity.name(),
            rule: finding.rule,
            text: build.words.say(&finding.message),
            place: format!("{file}:{line}"),
        });
    }
    notes
}
