//! The files of one build, in memory, with their manifest.
//!
//! The sheet is laid out once for each kind of rendering; every rendering is checked for leaks before it is taken up.

use crate::compare::{self, Comparison};
use crate::content::Content;
use crate::data;
use crate::diagnostic::Diagnostic;
use crate::edition::Edition;
use crate::message::{Catalog, Language, Result};
use crate::model::{Page, Register};
use crate::render::html::Policy;
use crate::render::leak::{self, RenderedText};
use crate::render::pdf::{self, Fonts, Pdf};
use crate::render::site::{self, Site};
use crate::render::theme::Theme;
use crate::sheet::{
    self, ClientCopy, EntryLines, FindingText, FindingsByEntry, Labels, LayoutOptions, Rendering,
    Sheet,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Path below `output/` → bytes.
pub type Bundle = BTreeMap<String, Vec<u8>>;

/// `manifest.json`: every file of a build but itself, and what it was built from.
#[derive(Debug, Clone, Serialize, Deserialize)]
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

#[derive(Debug, Clone, Serialize, Deserialize)]
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
    /// The site's pages of prose.
    pub pages: &'a [Page],
    pub theme: &'a Theme,
    pub fonts: &'a Fonts,
    pub today: Date,
    /// One more copy of the handout, for a client.
    pub copy: Option<&'a ClientCopy>,
    /// Words for the findings in the proof: the sheet's language.
    pub catalog: &'a Catalog,
}

/// Makes every file of `output/`.
pub fn bundle(build: &Build) -> Result<Bundle> {
    let labels = checked_labels(build)?;
    let builder = BundleBuilder::new(build, &labels).with_findings();
    let (mut bundle, mut pdfs) = (Bundle::new(), Vec::new());
    let digest = builder.sheets(&mut bundle, &mut pdfs)?;
    builder.archive(&mut bundle, &mut pdfs)?;
    pdfs.extend(builder.handed_out_changes());
    bundle.extend(draw(build, pdfs)?);
    if let Some(edition) = builder.current {
        let same = bundle["site/safeguards.pdf"].clone();
        bundle.insert(edition_path(edition, "pdf"), same);
    }
    builder.pages(&mut bundle)?;
    builder.manifests(&mut bundle, digest);
    Ok(bundle)
}

/// Makes one file of the site by itself, for the preview; none where the site has no such file.
///
/// No page waits for the files it offers, so their sizes do not stand beside them.
pub fn site_file(build: &Build, path: &str) -> Result<Option<Vec<u8>>> {
    let labels = checked_labels(build)?;
    let builder = BundleBuilder::new(build, &labels);
    let mut bundle = builder.offers();
    if path == "site/index.html" {
        return site::front(&builder.site(&bundle, &builder.fronts()?)).map(Some);
    }
    if !bundle.contains_key(path) {
        builder.pages(&mut bundle)?;
        return Ok(bundle.remove(path));
    }
    let mut pdfs = Vec::new();
    builder.sheets(&mut bundle, &mut pdfs)?;
    builder.archive(&mut bundle, &mut pdfs)?;
    let job = pdfs.iter().find(|job| job.path == builder.drawn_as(path));
    match job {
        Some(job) => checked_pdf(build, job).map(|pdf| Some(pdf.bytes)),
        None => Ok(bundle.remove(path)),
    }
}

/// Makes the policy of the site's pages, for the headers of its web server.
pub fn site_policy(build: &Build) -> Result<Policy> {
    let labels = checked_labels(build)?;
    let builder = BundleBuilder::new(build, &labels);
    site::policy(&builder.site(&builder.offers(), &builder.fronts()?))
}

/// Draws one kind of PDF by itself, for the preview.
pub fn pdf(build: &Build, kind: Rendering) -> Result<Pdf> {
    let labels = checked_labels(build)?;
    let builder = BundleBuilder::new(build, &labels);
    let sheet = match kind {
        Rendering::Proof => BundleBuilder::new(build, &labels)
            .with_findings()
            .working(kind),
        Rendering::Signed => builder.working(kind),
        _ => builder.sheet(kind),
    };
    let json = match kind {
        // The copy to sign has the data of the one that is handed out.
        Rendering::Signed => checked_data(build.register, &builder.sheet(Rendering::Handout))?,
        _ => checked_data(build.register, &sheet)?,
    };
    let job = PdfJob {
        path: String::new(),
        sheet,
        changes: None,
        json,
        registers: vec![build.register],
    };
    checked_pdf(build, &job)
}

/// The words of the theme, none of which the fonts lack a letter of.
fn checked_labels(build: &Build) -> Result<Labels> {
    let labels = build.theme.labels(Language::Japanese)?;
    build
        .theme
        .check_labels(&labels, |c| build.fonts.can_draw(c))?;
    Ok(labels)
}

/// SHA-256 of each audience's data.
type Digest = BTreeMap<String, String>;

/// What all parts of a build need.
struct BundleBuilder<'a> {
    build: &'a Build<'a>,
    labels: &'a Labels,
    /// The edition that the content is; without one it is a draft.
    current: Option<&'a Edition>,
    id: String,
    /// Oldest first.
    issued: Vec<&'a Edition>,
    notes: FindingsByEntry,
    lines: EntryLines,
}

/// A PDF to be drawn, and the registers it must not tell more of than its audience may read.
struct PdfJob<'a> {
    path: String,
    sheet: Sheet,
    /// What differs from an older sheet, where that is drawn.
    changes: Option<Comparison>,
    json: Vec<u8>,
    registers: Vec<&'a Register>,
}

impl<'a> BundleBuilder<'a> {
    fn new(build: &'a Build<'a>, labels: &'a Labels) -> BundleBuilder<'a> {
        BundleBuilder {
            build,
            labels,
            current: build.content.current_edition(build.register),
            id: id(build.content, build.register),
            issued: build.content.issued().collect(),
            notes: FindingsByEntry::new(),
            lines: EntryLines::new(),
        }
    }

    /// With what only a proof shows.
    fn with_findings(self) -> BundleBuilder<'a> {
        let lines = lines(self.build);
        BundleBuilder {
            notes: notes(self.build, &lines),
            lines,
            ..self
        }
    }

    /// The working content, with what no edition holds: web address, seals, findings.
    fn working(&self, kind: Rendering) -> Sheet {
        let options = LayoutOptions {
            edition: self.current,
            history: &self.issued,
            notes: &self.notes,
            lines: &self.lines,
            ..LayoutOptions::of(kind, self.build.today, &self.id)
        };
        sheet::lay_out(self.build.register, &options, self.labels)
    }

    /// What is handed out: an issued document is made of nothing but its edition.
    fn sheet(&self, kind: Rendering) -> Sheet {
        match self.current {
            Some(edition) => edition.lay_out(kind, self.labels),
            None => self.working(kind),
        }
    }

    fn sheets(&self, bundle: &mut Bundle, pdfs: &mut Vec<PdfJob<'a>>) -> Result<Digest> {
        let (id, register) = (&self.id, self.build.register);
        let mut pdf = |path: String, sheet: Sheet, json: &[u8]| {
            pdfs.push(PdfJob {
                path,
                sheet,
                changes: None,
                json: json.to_vec(),
                registers: vec![register],
            });
        };
        let site = self.sheet(Rendering::Site);
        let public = checked_data(register, &site)?;
        bundle.insert("site/safeguards.csv".into(), data::csv(&site));
        pdf("site/safeguards.pdf".into(), site, &public);

        let handout = self.sheet(Rendering::Handout);
        let prospect = checked_data(register, &handout)?;
        bundle.insert(format!("handout/safeguards-{id}.csv"), data::csv(&handout));
        if let Some(copy) = self.build.copy {
            let name = file_name(&copy.recipient);
            let path = format!("handout/copies/safeguards-{id}-{name}.pdf");
            let (copy, sheet) = (Some(copy.clone()), handout.clone());
            pdf(path, Sheet { copy, ..sheet }, &prospect);
        }
        pdf(format!("handout/safeguards-{id}.pdf"), handout, &prospect);
        let signed = self.working(Rendering::Signed);
        pdf(format!("signed/safeguards-{id}.pdf"), signed, &prospect);

        let proof = self.working(Rendering::Proof);
        let internal = checked_data(register, &proof)?;
        pdf("proof/safeguards.pdf".into(), proof, &internal);

        let audiences = [
            ("public", &public),
            ("prospect", &prospect),
            ("internal", &internal),
        ];
        let digest = audiences.map(|(audience, json)| (audience.to_owned(), data::sha256(json)));
        bundle.insert("site/safeguards.json".into(), public);
        Ok(digest.into())
    }

    /// Every issued edition once more, as it was issued.
    fn archive(&self, bundle: &mut Bundle, pdfs: &mut Vec<PdfJob<'a>>) -> Result<()> {
        for edition in &self.issued {
            let site = edition.lay_out(Rendering::Site, self.labels);
            let json = checked_data(&edition.sheet, &site)?;
            let path = |ending| edition_path(edition, ending);
            bundle.insert(path("csv"), data::csv(&site));
            bundle.insert(path("json"), json.clone());
            // The current one is drawn already.
            if self.current.is_none_or(|current| current.id != edition.id) {
                pdfs.push(PdfJob {
                    path: path("pdf"),
                    sheet: site,
                    changes: None,
                    json,
                    registers: vec![&edition.sheet],
                });
            }
        }
        Ok(())
    }

    /// What differs from the edition handed out before, for who has that one.
    fn handed_out_changes(&self) -> Option<PdfJob<'a>> {
        let before = match self.current {
            Some(current) => self.predecessor(current)?,
            None => self.issued.last()?,
        };
        let after = self.sheet(Rendering::Handout);
        let changes = compare::compare(&before.lay_out(Rendering::Handout, self.labels), &after);
        Some(PdfJob {
            path: format!("handout/changes-{}.pdf", self.id),
            changes: Some(changes),
            json: data::json(&after),
            sheet: after,
            registers: vec![&before.sheet, self.build.register],
        })
    }

    fn predecessor(&self, edition: &Edition) -> Option<&'a Edition> {
        let named = edition.predecessor.as_ref()?;
        let mut issued = self.issued.iter();
        issued.find(|edition| edition.id == named.id).copied()
    }

    /// The front page's sheet in each language of the site; English only where somebody wrote some.
    fn fronts(&self) -> Result<Vec<Sheet>> {
        let mut fronts = vec![self.working(Rendering::Page)];
        let mut pages = self.build.pages.iter();
        let english = pages.any(|page| page.lang == Language::English);
        if english || self.build.register.has_english() {
            let labels = self.build.theme.labels(Language::English)?;
            let options = LayoutOptions {
                language: Language::English,
                edition: self.current,
                ..LayoutOptions::of(Rendering::Page, self.build.today, &self.id)
            };
            let sheet = sheet::lay_out(self.build.register, &options, &labels);
            fronts.push(sheet);
        }
        Ok(fronts)
    }

    fn site<'s>(&'s self, made: &'s Bundle, fronts: &'s [Sheet]) -> Site<'s> {
        Site {
            theme: self.build.theme,
            labels: self.labels,
            register: self.build.register,
            fronts,
            prose: self.build.pages,
            issued: &self.issued,
            made,
            today: self.build.today,
        }
    }

    fn pages(&self, bundle: &mut Bundle) -> Result<()> {
        let files = site::files(&self.site(bundle, &self.fronts()?))?;
        bundle.extend(files);
        Ok(())
    }

    /// The path of the PDF that one is the same as: the current edition's is drawn once.
    fn drawn_as<'p>(&self, path: &'p str) -> &'p str {
        let same = self.current.map(|edition| edition_path(edition, "pdf"));
        match same {
            Some(same) if same == path => "site/safeguards.pdf",
            _ => path,
        }
    }

    /// What the site's pages offer, still without content.
    fn offers(&self) -> Bundle {
        let endings = ["pdf", "csv", "json"];
        let now = endings.map(|ending| format!("site/safeguards.{ending}"));
        let issued = self
            .issued
            .iter()
            .flat_map(|edition| endings.map(|ending| edition_path(edition, ending)));
        now.into_iter()
            .chain(issued)
            .map(|path| (path, Vec::new()))
            .collect()
    }

    fn manifests(&self, bundle: &mut Bundle, digest: Digest) {
        let manifest = |files: Vec<ManifestFile>, digest| Manifest {
            edition: self.current.map(|edition| edition.id.clone()),
            id: self.id.clone(),
            guideline: self.build.register.guideline.id.clone(),
            theme: self.build.theme.name.clone(),
            as_of: self.build.today.to_string(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            digest,
            files,
        };
        // The site's own manifest must not tell of other audiences.
        let mut public = digest.clone();
        public.retain(|audience, _| audience == "public");
        let of_site = data::pretty(&manifest(files(bundle, "site/"), public));
        bundle.insert("site/manifest.json".into(), of_site);
        let of_all = data::pretty(&manifest(files(bundle, ""), digest));
        bundle.insert("manifest.json".into(), of_all);
    }
}

/// The edition's id; for a draft the sheet's day, marked where that id is issued already.
pub fn id(content: &Content, register: &Register) -> String {
    let day = register.date.to_string();
    match content.current_edition(register) {
        Some(edition) => edition.id.clone(),
        None if content.issued().any(|edition| edition.id == day) => format!("{day}-draft"),
        None => day,
    }
}

fn edition_path(edition: &Edition, ending: &str) -> String {
    format!("site/editions/{}/safeguards.{ending}", edition.id)
}

/// A name as part of a file's name, on every system.
fn file_name(name: &str) -> String {
    let allowed = |c: char| !c.is_control() && !r#"/\:*?"<>|"#.contains(c);
    let plain = |c: char| if allowed(c) { c } else { '-' };
    name.chars().map(plain).collect()
}

fn checked_data(register: &Register, sheet: &Sheet) -> Result<Vec<u8>> {
    let json = data::json(sheet);
    let made = RenderedText::file("safeguards.json", &json);
    leak::refuse(&[register], &made, sheet.audience)?;
    Ok(json)
}

/// Draws the PDFs, two at a time; one at a time where a single one fills hundreds of megabytes.
fn draw(build: &Build, pdfs: Vec<PdfJob>) -> Result<Bundle> {
    let rows = pdfs.iter().map(|job| job.sheet.rows.len()).max();
    let at_once = if rows > Some(1_000) { 1 } else { 2 };
    let mut drawn = Bundle::new();
    // The proof is the largest: drawn first, it finds memory that is still whole.
    let pdfs: Vec<_> = pdfs.into_iter().rev().collect();
    for some in pdfs.chunks(at_once) {
        let results: Vec<Result<Pdf>> = std::thread::scope(|scope| {
            let work = some
                .iter()
                .map(|job| scope.spawn(|| checked_pdf(build, job)));
            let work: Vec<_> = work.collect();
            work.into_iter()
                .map(|done| done.join().expect("job does not panic"))
                .collect()
        });
        pdf::forget();
        for (job, pdf) in some.iter().zip(results) {
            drawn.insert(job.path.clone(), pdf?.bytes);
        }
    }
    Ok(drawn)
}

fn checked_pdf(build: &Build, job: &PdfJob) -> Result<Pdf> {
    let (fonts, theme) = (build.fonts, build.theme);
    let PdfJob { sheet, json, .. } = job;
    let pdf = match &job.changes {
        None => pdf::render(fonts, theme, sheet, json)?,
        Some(changes) => pdf::render_changes(fonts, theme, sheet, changes, json)?,
    };
    let made = RenderedText::text(&pdf.text);
    leak::refuse(&job.registers, &made, sheet.audience)?;
    Ok(pdf)
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
fn lines(build: &Build) -> EntryLines {
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
fn notes(build: &Build, lines: &EntryLines) -> FindingsByEntry {
    let mut notes = FindingsByEntry::new();
    for finding in build.findings {
        let file = &finding.origin.file;
        let line = build.content.line_of(&finding.origin);
        let first = lines
            .get(file)
            .map(|lines| lines.partition_point(|first| *first <= line));
        let entry = first.and_then(|after| after.checked_sub(1));
        notes
            .entry((file.clone(), entry))
            .or_default()
            .push(FindingText {
                severity: finding.severity.name(),
                rule: finding.rule,
                text: build.catalog.format(&finding.message),
                place: format!("{file}:{line}"),
            });
    }
    notes
}
