//! The files of one build, in memory, with their manifests.
//!
//! The sheet is laid out once for each rendering. Every file is searched for leaks before it becomes
//! part of the bundle.

use super::html::Policy;
use super::leak::{self, RenderedText};
use super::pdf::{self, Fonts, Pdf};
use super::site::{self, Site};
use super::theme::Theme;
use crate::compare::{self, Comparison};
use crate::content::Content;
use crate::data;
use crate::diagnostic::Diagnostic;
use crate::edition::{Digests, Edition};
use crate::issue::Version;
use crate::manifest::site::{CSV, DOWNLOADS, FRONT, PDF, bundle_path, edition_folder};
use crate::manifest::{
    Bundle, DATA, FileNames, MANIFEST, Manifest, ManifestFile, SITE, list_files,
};
use crate::message::{Catalog, Language, Result};
use crate::model::{Audience, ProsePage, Register};
use crate::sheet::{
    self, ClientCopy, EntryLines, FindingText, FindingsByEntry, Labels, LayoutOptions, Rendering,
    Sheet,
};
use jiff::civil::Date;

/// The input of a build.
pub struct BuildInput<'a> {
    pub content: &'a Content,
    pub register: &'a Register,
    pub findings: &'a [Diagnostic],
    /// The site's pages of prose.
    pub pages: &'a [ProsePage],
    pub theme: &'a Theme,
    pub fonts: &'a Fonts,
    pub today: Date,
    /// One more copy of the client's PDF, for a client by name.
    pub copy: Option<&'a ClientCopy>,
    /// Texts for the findings in the proof, in the sheet's language.
    pub catalog: &'a Catalog,
}

/// Makes every file of `output/`.
pub fn bundle(input: &BuildInput) -> Result<Bundle> {
    let labels = checked_labels(input)?;
    let builder = BundleBuilder::new(input, &labels).with_findings();
    let (mut bundle, mut jobs) = (Bundle::new(), Vec::new());
    let digests = builder.sheets(&mut bundle, &mut jobs)?;
    builder.editions(&mut bundle, &mut jobs)?;
    jobs.extend(builder.changes_for_clients());
    bundle.extend(draw(input, jobs)?);
    if let Some(edition) = builder.version.edition {
        let same = bundle[&bundle_path(PDF)].clone();
        bundle.insert(edition_path(edition, PDF), same);
    }
    builder.pages(&mut bundle)?;
    builder.manifests(&mut bundle, &digests);
    Ok(bundle)
}

/// Makes one file of the site by itself, for the preview. Returns `None` if there is no such file.
///
/// Pages do not wait for the files they offer, so they do not show the sizes of these files.
pub fn site_file(input: &BuildInput, path: &str) -> Result<Option<Vec<u8>>> {
    let labels = checked_labels(input)?;
    let builder = BundleBuilder::new(input, &labels);
    let mut bundle = builder.offers();
    if path.strip_prefix(SITE) == Some(FRONT) {
        return site::front(&builder.site(&bundle, &builder.fronts()?)).map(Some);
    }
    if !bundle.contains_key(path) {
        builder.pages(&mut bundle)?;
        return Ok(bundle.remove(path));
    }
    let mut jobs = Vec::new();
    builder.sheets(&mut bundle, &mut jobs)?;
    builder.editions(&mut bundle, &mut jobs)?;
    let drawn_as = builder.drawn_as(path);
    match jobs.iter().find(|job| job.path == drawn_as) {
        Some(job) => checked_pdf(input, job).map(|pdf| Some(pdf.bytes)),
        None => Ok(bundle.remove(path)),
    }
}

/// Makes the policy of the site's pages, for the headers of its web server.
pub fn site_policy(input: &BuildInput) -> Result<Policy> {
    let labels = checked_labels(input)?;
    let builder = BundleBuilder::new(input, &labels);
    site::policy(&builder.site(&builder.offers(), &builder.fronts()?))
}

/// Draws one PDF by itself, for the preview.
pub fn pdf(input: &BuildInput, rendering: Rendering) -> Result<Pdf> {
    let labels = checked_labels(input)?;
    let mut builder = BundleBuilder::new(input, &labels);
    if rendering == Rendering::Proof {
        builder = builder.with_findings();
    }
    let sheet = builder.sheet(rendering);
    let json = match rendering {
        // The print to seal has the data of the client's PDF.
        Rendering::SealPdf => checked_data(input.register, &builder.sheet(Rendering::ClientPdf))?,
        _ => checked_data(input.register, &sheet)?,
    };
    checked_pdf(
        input,
        &PdfJob::new(String::new(), sheet, json, input.register),
    )
}

/// The theme's labels. The fonts have every character of them.
fn checked_labels(input: &BuildInput) -> Result<Labels> {
    let labels = input.theme.labels(Language::Japanese)?;
    let can_draw = |c| input.fonts.can_draw(c);
    input.theme.check_labels(&labels, can_draw)?;
    Ok(labels)
}

/// The parts of a build that share what is laid out from the same content.
struct BundleBuilder<'a> {
    input: &'a BuildInput<'a>,
    labels: &'a Labels,
    version: Version<'a>,
    /// Oldest first.
    issued: Vec<&'a Edition>,
    findings: FindingsByEntry,
    entry_lines: EntryLines,
}

/// A PDF to be drawn, and the registers whose withheld texts it must not hold.
struct PdfJob<'a> {
    path: String,
    sheet: Sheet,
    /// The changes from an older sheet, if those are drawn.
    changes: Option<Comparison>,
    json: Vec<u8>,
    registers: Vec<&'a Register>,
}

impl<'a> PdfJob<'a> {
    fn new(path: String, sheet: Sheet, json: Vec<u8>, register: &'a Register) -> PdfJob<'a> {
        PdfJob {
            path,
            sheet,
            changes: None,
            json,
            registers: vec![register],
        }
    }
}

impl<'a> BundleBuilder<'a> {
    fn new(input: &'a BuildInput<'a>, labels: &'a Labels) -> BundleBuilder<'a> {
        BundleBuilder {
            input,
            labels,
            version: Version::of(input.register, input.content.newest_edition()),
            issued: input.content.issued().collect(),
            findings: FindingsByEntry::new(),
            entry_lines: EntryLines::new(),
        }
    }

    /// Adds the findings and line numbers, which only the proof shows.
    fn with_findings(self) -> BundleBuilder<'a> {
        let lines = entry_lines(self.input.content);
        BundleBuilder {
            findings: findings_by_entry(self.input, &lines),
            entry_lines: lines,
            ..self
        }
    }

    /// The sheet for a rendering. An issued document is made of its edition only. The others also show
    /// parts that no edition holds: web address, seals, findings.
    fn sheet(&self, rendering: Rendering) -> Sheet {
        if let (Rendering::SitePdf | Rendering::ClientPdf, Some(edition)) =
            (rendering, self.version.edition)
        {
            return sheet::lay_out_edition(edition, rendering, self.labels);
        }
        let options = LayoutOptions {
            edition: self.version.edition,
            history: &self.issued,
            findings: &self.findings,
            entry_lines: &self.entry_lines,
            ..LayoutOptions::new(rendering, self.input.today, &self.version.id)
        };
        sheet::lay_out(self.input.register, &options, self.labels)
    }

    fn names(&self) -> FileNames<'_> {
        FileNames {
            id: &self.version.id,
            office: &self.input.register.office.name.ja,
        }
    }

    fn sheets(&self, bundle: &mut Bundle, jobs: &mut Vec<PdfJob<'a>>) -> Result<Digests> {
        let (names, register) = (self.names(), self.input.register);
        let mut job = |path: String, sheet: Sheet, json: &[u8]| {
            jobs.push(PdfJob::new(path, sheet, json.to_vec(), register));
        };
        let site = self.sheet(Rendering::SitePdf);
        let public = checked_data(register, &site)?;
        bundle.insert(bundle_path(CSV), data::csv(&site));
        job(bundle_path(PDF), site, &public);

        let client = self.sheet(Rendering::ClientPdf);
        let data = checked_data(register, &client)?;
        bundle.insert(names.client(".csv"), data::csv(&client));
        if let Some(copy) = self.input.copy {
            let path = names.copy(&copy.recipient);
            let (copy, sheet) = (Some(copy.clone()), client.clone());
            job(path, Sheet { copy, ..sheet }, &data);
        }
        job(names.client(".pdf"), client, &data);
        let seal = self.sheet(Rendering::SealPdf);
        job(names.client("_押印用.pdf"), seal, &data);

        let proof = self.sheet(Rendering::Proof);
        let proof_data = checked_data(register, &proof)?;
        job(names.proof(), proof, &proof_data);

        let digests = Digests {
            public: data::sha256(&public),
            client: data::sha256(&data),
        };
        bundle.insert(bundle_path(DATA), public);
        Ok(digests)
    }

    /// The files of every issued edition, as it was issued.
    fn editions(&self, bundle: &mut Bundle, jobs: &mut Vec<PdfJob<'a>>) -> Result<()> {
        let current = self.version.edition.map(|edition| &edition.id);
        for edition in &self.issued {
            let site = sheet::lay_out_edition(edition, Rendering::SitePdf, self.labels);
            let json = checked_data(&edition.sheet, &site)?;
            let path = |name| edition_path(edition, name);
            bundle.insert(path(CSV), data::csv(&site));
            bundle.insert(path(DATA), json.clone());
            // The current one is drawn already.
            if current != Some(&edition.id) {
                jobs.push(PdfJob::new(path(PDF), site, json, &edition.sheet));
            }
        }
        Ok(())
    }

    /// The changes from the edition before, for clients who have that one.
    fn changes_for_clients(&self) -> Option<PdfJob<'a>> {
        let before = match self.version.edition {
            Some(current) => {
                let named = current.predecessor.as_ref()?;
                self.issued.iter().find(|edition| edition.id == named.id)?
            }
            None => self.issued.last()?,
        };
        let after = self.sheet(Rendering::ClientPdf);
        let old = sheet::lay_out_edition(before, Rendering::ClientPdf, self.labels);
        Some(PdfJob {
            path: self.names().client("_新旧対照表.pdf"),
            changes: Some(compare::compare(&old, &after)),
            json: data::json(&after),
            sheet: after,
            registers: vec![&before.sheet, self.input.register],
        })
    }

    /// The front page's sheet in each language of the site; English only if somebody wrote some.
    fn fronts(&self) -> Result<Vec<Sheet>> {
        let mut fronts = vec![self.sheet(Rendering::Page)];
        let mut pages = self.input.pages.iter();
        let has_english = pages.any(|page| page.lang == Language::English);
        if has_english || self.input.register.has_english() {
            let labels = self.input.theme.labels(Language::English)?;
            let options = LayoutOptions {
                language: Language::English,
                edition: self.version.edition,
                ..LayoutOptions::new(Rendering::Page, self.input.today, &self.version.id)
            };
            fronts.push(sheet::lay_out(self.input.register, &options, &labels));
        }
        Ok(fronts)
    }

    fn site<'s>(&'s self, bundle: &'s Bundle, fronts: &'s [Sheet]) -> Site<'s> {
        Site {
            theme: self.input.theme,
            labels: self.labels,
            register: self.input.register,
            fronts,
            prose: self.input.pages,
            issued: &self.issued,
            bundle,
            today: self.input.today,
        }
    }

    fn pages(&self, bundle: &mut Bundle) -> Result<()> {
        let files = site::files(&self.site(bundle, &self.fronts()?))?;
        bundle.extend(files);
        Ok(())
    }

    /// The path under which a PDF is drawn: the current edition's equals the site's and is drawn once.
    fn drawn_as(&self, path: &str) -> String {
        let edition = self.version.edition;
        if edition.is_some_and(|edition| path == edition_path(edition, PDF)) {
            bundle_path(PDF)
        } else {
            path.to_owned()
        }
    }

    /// The files that the site's pages offer, still without content.
    fn offers(&self) -> Bundle {
        let mut offers = Bundle::new();
        for name in DOWNLOADS {
            offers.insert(bundle_path(name), Vec::new());
            for edition in &self.issued {
                offers.insert(edition_path(edition, name), Vec::new());
            }
        }
        offers
    }

    fn manifests(&self, bundle: &mut Bundle, digests: &Digests) {
        let manifest = |files: Vec<ManifestFile>, audiences: &[Audience]| {
            let digest = |audience: &Audience| {
                let digest = digests.of(*audience).to_owned();
                (audience.name().to_owned(), digest)
            };
            data::pretty(&Manifest {
                edition: self.version.edition.map(|edition| edition.id.clone()),
                id: self.version.id.clone(),
                guideline: self.input.register.guideline.id.clone(),
                theme: self.input.theme.name.clone(),
                as_of: self.input.today.to_string(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                digest: audiences.iter().map(digest).collect(),
                files,
            })
        };
        // The site's own manifest must not mention other readers.
        let site = manifest(list_files(bundle, SITE), &[Audience::Public]);
        bundle.insert(bundle_path(MANIFEST), site);
        let all = manifest(list_files(bundle, ""), &Audience::ALL);
        bundle.insert(MANIFEST.to_owned(), all);
    }
}

fn edition_path(edition: &Edition, name: &str) -> String {
    bundle_path(&(edition_folder(&edition.id) + name))
}

fn checked_data(register: &Register, sheet: &Sheet) -> Result<Vec<u8>> {
    let json = data::json(sheet);
    let text = RenderedText::file(DATA, &json);
    leak::refuse(&[register], &text, sheet.rendering)?;
    Ok(json)
}

/// Draws the PDFs, two at a time; one at a time if a single one fills hundreds of megabytes.
fn draw(input: &BuildInput, mut jobs: Vec<PdfJob>) -> Result<Bundle> {
    let rows = jobs.iter().map(|job| job.sheet.rows.len()).max();
    let at_once = if rows > Some(1_000) { 1 } else { 2 };
    let mut drawn = Bundle::new();
    // The largest, the proof, is among the last; it is drawn early, while memory is not fragmented.
    jobs.reverse();
    for chunk in jobs.chunks(at_once) {
        let results: Vec<Result<Pdf>> = std::thread::scope(|scope| {
            let spawn = |job| scope.spawn(move || checked_pdf(input, job));
            let threads: Vec<_> = chunk.iter().map(spawn).collect();
            let pdfs = threads.into_iter().map(|thread| thread.join());
            pdfs.map(|pdf| pdf.expect("drawing does not panic"))
                .collect()
        });
        pdf::forget();
        for (job, pdf) in chunk.iter().zip(results) {
            drawn.insert(job.path.clone(), pdf?.bytes);
        }
    }
    Ok(drawn)
}

fn checked_pdf(input: &BuildInput, job: &PdfJob) -> Result<Pdf> {
    let (fonts, theme) = (input.fonts, input.theme);
    let PdfJob { sheet, json, .. } = job;
    let pdf = match &job.changes {
        None => pdf::render(fonts, theme, sheet, json)?,
        Some(changes) => pdf::render_changes(fonts, theme, sheet, changes, json)?,
    };
    let text = RenderedText::text(&pdf.text);
    leak::refuse(&job.registers, &text, sheet.rendering)?;
    Ok(pdf)
}

/// First lines of the measures, by file.
fn entry_lines(content: &Content) -> EntryLines {
    let mut lines = EntryLines::new();
    for file in &content.measures {
        let entries = file.records.as_ref().map_or(0, Vec::len);
        let first = content.sources.entry_lines(&file.file, entries);
        lines.insert(file.file.clone(), first);
    }
    lines
}

/// The findings as texts, each with the measure it belongs to.
fn findings_by_entry(input: &BuildInput, entry_lines: &EntryLines) -> FindingsByEntry {
    let mut by_entry = FindingsByEntry::new();
    for finding in input.findings {
        let file = &finding.origin.file;
        let line = input.content.sources.line(&finding.origin);
        let entry = entry_lines.get(file).and_then(|lines| {
            let begun = lines.partition_point(|first| *first <= line);
            begun.checked_sub(1)
        });
        let text = FindingText {
            severity: finding.severity.name(),
            rule: finding.rule,
            text: input.catalog.format(&finding.message),
            place: format!("{file}:{line}"),
        };
        let of_entry = by_entry.entry((file.clone(), entry)).or_default();
        of_entry.push(text);
    }
    by_entry
}
