//! The files of one build, in memory, with their manifest.
//!
//! The sheet is laid out once for each kind of rendering; every rendering is checked for leaks before it is taken up.

use crate::content::Content;
use crate::data;
use crate::diagnostic::{Diagnostic, Place};
use crate::html::{self, Download};
use crate::leak::Made;
use crate::message::{Failure, Message, Result, Words};
use crate::model::{Audience, Register};
use crate::pdf::{self, Fonts};
use crate::sheet::{self, Kind, Note, Notes, Occasion, Sheet};
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
    /// Words for the findings in the proof: the sheet's language.
    pub words: &'a Words,
}

/// Makes every file of `output/`.
pub fn bundle(build: &Build) -> Result<Bundle> {
    let register = build.register;
    let labels = build.theme.labels()?;
    build
        .theme
        .check_labels(&labels, |c| build.fonts.can_draw(c))?;
    let id = register.date.to_string();
    let lines = lines(build);
    let notes = notes(build, &lines);
    let sheet = |kind: Kind| {
        let occasion = Occasion {
            kind,
            today: build.today,
            id: &id,
            draft: true,
            notes: &notes,
            lines: &lines,
        };
        sheet::lay_out(register, &occasion, &labels)
    };
    let mut bundle = Bundle::new();
    let mut digest = BTreeMap::new();

    let mut pdfs = Vec::new();
    let mut pdf = |path: String, sheet: &Sheet, json: &[u8]| {
        pdfs.push((path, sheet.clone(), json.to_vec()));
    };

    let site = sheet(Kind::Site);
    let json = checked_data(build, &site, "public", &mut digest)?;
    pdf("site/safeguards.pdf".into(), &site, &json);
    bundle.insert("site/safeguards.csv".into(), data::csv(&site));
    bundle.insert("site/safeguards.json".into(), json);

    let handout = sheet(Kind::Handout);
    let json = checked_data(build, &handout, "prospect", &mut digest)?;
    pdf(format!("handout/safeguards-{id}.pdf"), &handout, &json);
    pdf(
        format!("signed/safeguards-{id}.pdf"),
        &sheet(Kind::Signed),
        &json,
    );
    bundle.insert(format!("handout/safeguards-{id}.csv"), data::csv(&handout));

    let proof = sheet(Kind::Proof);
    let json = checked_data(build, &proof, "internal", &mut digest)?;
    pdf("proof/safeguards.pdf".into(), &proof, &json);

    bundle.extend(draw(build, pdfs)?);
    let html = html::render(build.theme, &sheet(Kind::Page), &downloads(&bundle))?;
    refuse_leak(build, &Made::html(&html), Audience::Public)?;
    bundle.insert("site/index.html".into(), html);

    let manifest = |files: Vec<ManifestFile>, digest| Manifest {
        edition: None,
        id: id.clone(),
        guideline: register.guideline.id.clone(),
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

fn checked_data(
    build: &Build,
    sheet: &Sheet,
    audience: &str,
    digest: &mut BTreeMap<String, String>,
) -> Result<Vec<u8>> {
    let json = data::json(sheet);
    refuse_leak(
        build,
        &Made::text(&String::from_utf8_lossy(&json)),
        sheet.audience,
    )?;
    digest.insert(audience.to_owned(), data::sha256(&json));
    Ok(json)
}

/// Draws the PDFs, two at a time; one at a time where a single one fills hundreds of megabytes.
fn draw(build: &Build, pdfs: Vec<(String, Sheet, Vec<u8>)>) -> Result<Bundle> {
    let rows = pdfs.iter().map(|(_, sheet, _)| sheet.rows.len()).max();
    let at_once = if rows > Some(1_000) { 1 } else { 2 };
    let mut drawn = Bundle::new();
    // The proof is the largest: drawn first, it finds memory that is still whole.
    let pdfs: Vec<_> = pdfs.into_iter().rev().collect();
    for some in pdfs.chunks(at_once) {
        let results: Vec<Result<Vec<u8>>> = std::thread::scope(|scope| {
            let work = some
                .iter()
                .map(|(_, sheet, json)| scope.spawn(|| checked_pdf(build, sheet, json)));
            let work: Vec<_> = work.collect();
            work.into_iter()
                .map(|done| done.join().expect("drawing does not panic"))
                .collect()
        });
        pdf::forget();
        for ((path, ..), bytes) in some.iter().zip(results) {
            drawn.insert(path.clone(), bytes?);
        }
    }
    Ok(drawn)
}

fn checked_pdf(build: &Build, sheet: &Sheet, json: &[u8]) -> Result<Vec<u8>> {
    let pdf = pdf::render(build.fonts, build.theme, sheet, json)?;
    refuse_leak(build, &Made::text(&pdf.text), sheet.audience)?;
    Ok(pdf.bytes)
}

fn refuse_leak(build: &Build, made: &Made, audience: Audience) -> Result<()> {
    match made.leak(build.register, audience) {
        None => Ok(()),
        Some(text) => Err(Failure::new(Message::new("leak").with("text", text))),
    }
}

/// What the page offers, the file for readers first.
fn downloads(bundle: &Bundle) -> Vec<Download> {
    let offers = [
        ("safeguards.pdf", "PDF"),
        ("safeguards.csv", "CSV"),
        ("safeguards.json", "JSON"),
    ];
    let offer = |(href, label)| {
        let bytes = bundle.get(&format!("site/{href}")).map_or(0, Vec::len);
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
fn lines(build: &Build) -> BTreeMap<String, Vec<usize>> {
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
fn notes(build: &Build, lines: &BTreeMap<String, Vec<usize>>) -> Notes {
    let mut notes = Notes::new();
    for finding in build.findings {
        let file = &finding.origin.file;
        let line = match (&finding.origin.place, build.content.sources.get(file)) {
            (Place::Bytes(bytes), Some(text)) => text[..bytes.start].matches('\n').count() + 1,
            _ => 1,
        };
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
