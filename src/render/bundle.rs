//! The files of one build, in memory, with their manifests.
//!
//! An issued edition's files are copied from its folder; a draft's are drawn.

use super::documents::{Documents, checked_data, checked_labels};
use super::html::Policy;
use super::pdf::{Fonts, Pdf};
use super::site::{self, Site};
use super::theme::Theme;
use crate::content::Content;
use crate::data;
use crate::diagnostic::Diagnostic;
use crate::edition::{CopyKind, Edition, Listing, RecordedCopy, file};
use crate::issue::Version;
use crate::manifest::site::{CSV, DOWNLOADS, FRONT, PDF, bundle_path, edition_folder};
use crate::manifest::{
    Bundle, DATA, FileNames, MANIFEST, Manifest, ManifestFile, SITE, list_files, manifest_file,
};
use crate::message::{Catalog, Language, Result};
use crate::model::{Audience, ProsePage, Register};
use crate::sheet::{
    self, ClientCopy, EntryLines, FindingText, FindingsByEntry, Labels, LayoutOptions, Rendering,
    Sheet,
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The input of a build.
pub struct BuildInput<'a> {
    pub content: &'a Content,
    pub register: &'a Register,
    pub findings: &'a [Diagnostic],
    /// The site's pages of prose.
    pub pages: &'a [ProsePage],
    /// The number of rows whose review is overdue.
    pub overdue_reviews: usize,
    pub theme: &'a Theme,
    pub fonts: &'a Fonts,
    pub today: Date,
    /// More copies of the client's PDF, for clients by name.
    pub copies: &'a [ClientCopy],
    /// Texts for the findings in the proof, in the sheet's language.
    pub catalog: &'a Catalog,
}

/// The file of the site that is a file of an edition's folder.
pub const OF_EDITION: [(&str, &str); 3] = [
    (PDF, file::SITE_PDF),
    (CSV, file::SITE_CSV),
    (DATA, file::SITE_JSON),
];

/// Every file of `output/`, and the lines of the ledger for the copies among them.
pub struct BuiltFiles {
    pub files: Bundle,
    /// None for a draft's copies: they are not recorded.
    pub copies: Vec<RecordedCopy>,
}

/// Makes every file of `output/`.
pub fn build(input: &BuildInput) -> Result<BuiltFiles> {
    let labels = checked_labels(input.theme, input.fonts)?;
    let mut builder = BundleBuilder::new(input, &labels).with_findings();
    let (mut files, mut jobs) = match builder.documents.version.edition {
        Some(edition) if edition.withdrawn.is_some() => Default::default(),
        Some(edition) => (edition.bytes.clone(), Vec::new()),
        None => builder.documents.all()?,
    };
    let digests = builder.digests(&files);
    if let Some(data) = files.get(file::CLIENT_JSON) {
        let client = builder.sheet(Rendering::ClientPdf);
        for copy in input.copies {
            let copied = Sheet {
                copy: Some(copy.clone()),
                ..client.clone()
            };
            let path = builder.names().copy(&copy.recipient);
            jobs.push(builder.documents.job(&path, copied, data.clone()));
        }
    }
    let proof = builder.sheet(Rendering::Proof);
    let proof_data = checked_data(input.register, &proof)?;
    jobs.push(
        builder
            .documents
            .job(&builder.names().proof(), proof, proof_data),
    );
    files.extend(builder.documents.draw(jobs)?);
    let copies = builder.recorded_copies(&files);
    builder.listing.add(&copies);
    let mut bundle = Bundle::new();
    for (name, bytes) in files {
        bundle.extend(builder.output_path(&name).map(|path| (path, bytes)));
    }
    builder.editions(&mut bundle);
    builder.pages(&mut bundle)?;
    builder.manifests(&mut bundle, &digests);
    Ok(BuiltFiles {
        files: bundle,
        copies,
    })
}

/// Makes one file of the site by itself, for the preview. Returns `None` if there is no such file.
///
/// Pages do not wait for the files they offer, so they do not show the sizes of these files.
pub fn site_file(input: &BuildInput, path: &str) -> Result<Option<Vec<u8>>> {
    let labels = checked_labels(input.theme, input.fonts)?;
    let builder = BundleBuilder::new(input, &labels);
    let mut bundle = builder.offers();
    if path.strip_prefix(SITE) == Some(FRONT) {
        return site::front(&builder.site(&bundle, &builder.fronts()?)).map(Some);
    }
    if !bundle.contains_key(path) {
        builder.pages(&mut bundle)?;
        return Ok(bundle.remove(path));
    }
    builder.editions(&mut bundle);
    if let Some(issued) = bundle.remove(path).filter(|bytes| !bytes.is_empty()) {
        return Ok(Some(issued));
    }
    let (files, jobs) = builder.documents.all()?;
    let is_asked = |name: &str| builder.output_path(name).as_deref() == Some(path);
    if let Some(job) = jobs.iter().find(|job| is_asked(&job.path)) {
        return Ok(Some(builder.documents.draw_one(job)?.bytes));
    }
    let mut made = files.into_iter();
    Ok(made
        .find(|(name, _)| is_asked(name))
        .map(|(_, bytes)| bytes))
}

/// Makes the policy of the site's pages, for the headers of its web server.
pub fn site_policy(input: &BuildInput) -> Result<Policy> {
    let labels = checked_labels(input.theme, input.fonts)?;
    let builder = BundleBuilder::new(input, &labels);
    site::policy(&builder.site(&builder.offers(), &builder.fronts()?))
}

/// Draws one PDF by itself, for the preview.
pub fn pdf(input: &BuildInput, rendering: Rendering) -> Result<Pdf> {
    let labels = checked_labels(input.theme, input.fonts)?;
    let mut builder = BundleBuilder::new(input, &labels);
    if rendering == Rendering::Proof {
        builder = builder.with_findings();
    }
    let data_of = match rendering {
        // The print to seal has the data of the client's PDF.
        Rendering::SealPdf => Rendering::ClientPdf,
        other => other,
    };
    let json = checked_data(input.register, &builder.sheet(data_of))?;
    let job = builder.documents.job("", builder.sheet(rendering), json);
    builder.documents.draw_one(&job)
}

/// The parts of a build that share what is laid out from the same content.
struct BundleBuilder<'a> {
    input: &'a BuildInput<'a>,
    documents: Documents<'a>,
    listing: Listing,
    findings: FindingsByEntry,
    entry_lines: EntryLines,
}

impl<'a> BundleBuilder<'a> {
    fn new(input: &'a BuildInput<'a>, labels: &'a Labels) -> BundleBuilder<'a> {
        BundleBuilder {
            input,
            documents: Documents {
                theme: input.theme,
                fonts: input.fonts,
                labels,
                register: input.register,
                version: Version::of(input.register, input.content.newest_edition()),
                today: input.today,
                issued: input.content.issued().collect(),
            },
            listing: input.content.listing(&input.register.office.name.ja),
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

    fn version(&self) -> &Version<'a> {
        &self.documents.version
    }

    /// The sheet for a rendering, for the proof with what only the office sees.
    fn sheet(&self, rendering: Rendering) -> Sheet {
        let options = match rendering {
            Rendering::Page | Rendering::Proof => self.options(rendering),
            _ => return self.documents.sheet(rendering),
        };
        sheet::lay_out(self.input.register, &options, self.documents.labels)
    }

    /// The options for a rendering that shows what no edition holds.
    fn options(&self, rendering: Rendering) -> LayoutOptions<'_> {
        LayoutOptions {
            findings: &self.findings,
            entry_lines: &self.entry_lines,
            overdue_reviews: self.input.overdue_reviews,
            ..self.version().layout(rendering, self.input.today)
        }
    }

    fn names(&self) -> FileNames<'_> {
        FileNames {
            id: &self.version().id,
            office: &self.input.register.office.name.ja,
        }
    }

    /// The place in `output/` of a file of an edition's folder; other paths stay as they are.
    fn output_path(&self, name: &str) -> Option<String> {
        if let Some((path, _)) = OF_EDITION.iter().find(|(_, it)| *it == name) {
            return Some(bundle_path(path));
        }
        match name {
            // It is attached to the client's PDFs.
            file::CLIENT_JSON => None,
            file::CLIENT_CSV => Some(self.names().client(".csv")),
            file::CLIENT_PDF => Some(self.names().client(".pdf")),
            file::SEAL_PDF => Some(self.names().client("_押印用.pdf")),
            file::CHANGES_PDF => {
                let issued = self.documents.issued.iter();
                let before = issued.rev().find(|it| it.id != self.version().id);
                let is_readable = before.is_none_or(|before| before.withdrawn.is_none());
                is_readable.then(|| self.names().client("_新旧対照表.pdf"))
            }
            other => Some(other.to_owned()),
        }
    }

    /// The ledger's lines for the copies of an edition.
    fn recorded_copies(&self, files: &Bundle) -> Vec<RecordedCopy> {
        let Some(edition) = self.version().edition else {
            return Vec::new();
        };
        let line = |copy: &ClientCopy| {
            let bytes = files.get(&self.names().copy(&copy.recipient))?;
            Some(RecordedCopy {
                edition: edition.id.clone(),
                kind: CopyKind::Client,
                day: self.input.today,
                recipient: Some(copy.recipient.clone()),
                bytes: bytes.len(),
                sha256: data::sha256(bytes),
            })
        };
        self.input.copies.iter().filter_map(line).collect()
    }

    /// SHA-256 of each reader's data, for the manifests.
    fn digests(&self, files: &Bundle) -> BTreeMap<Audience, String> {
        let data = [
            (Audience::Public, file::SITE_JSON),
            (Audience::Client, file::CLIENT_JSON),
        ];
        let digest = |(audience, name)| Some((audience, data::sha256(files.get(name)?)));
        data.into_iter().filter_map(digest).collect()
    }

    /// Copies the public files of every issued edition that was not withdrawn.
    fn editions(&self, bundle: &mut Bundle) {
        let current = self.version().edition.map(|edition| &edition.id);
        for edition in &self.documents.issued {
            if edition.withdrawn.is_some() {
                continue;
            }
            for (path, name) in OF_EDITION {
                bundle.insert(edition_path(edition, path), edition.file(name));
                if current == Some(&edition.id) {
                    bundle.insert(bundle_path(path), edition.file(name));
                }
            }
        }
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
                ..self.options(Rendering::Page)
            };
            fronts.push(sheet::lay_out(self.input.register, &options, &labels));
        }
        Ok(fronts)
    }

    fn site<'s>(&'s self, bundle: &'s Bundle, fronts: &'s [Sheet]) -> Site<'s> {
        Site {
            theme: self.input.theme,
            labels: self.documents.labels,
            register: self.input.register,
            fronts,
            prose: self.input.pages,
            issued: &self.documents.issued,
            listing: &self.listing,
            in_force: !self.version().is_withdrawn(),
            bundle,
            today: self.input.today,
        }
    }

    fn pages(&self, bundle: &mut Bundle) -> Result<()> {
        let files = site::files(&self.site(bundle, &self.fronts()?))?;
        bundle.extend(files);
        Ok(())
    }

    /// The files that the site's pages offer, still without content.
    fn offers(&self) -> Bundle {
        let mut offers = Bundle::new();
        for name in DOWNLOADS {
            if !self.version().is_withdrawn() {
                offers.insert(bundle_path(name), Vec::new());
            }
            for edition in &self.documents.issued {
                if edition.withdrawn.is_none() {
                    offers.insert(edition_path(edition, name), Vec::new());
                }
            }
        }
        offers
    }

    fn manifests(&self, bundle: &mut Bundle, digests: &BTreeMap<Audience, String>) {
        let manifest = |files: Vec<ManifestFile>, readers: &[Audience]| {
            let digest = |audience: &Audience| {
                let digest = digests.get(audience)?.to_owned();
                Some((audience.name().to_owned(), digest))
            };
            data::pretty(&Manifest {
                edition: self.version().edition.map(|edition| edition.id.clone()),
                id: self.version().id.clone(),
                guideline: self.input.register.guideline.id.clone(),
                theme: self.input.theme.name.clone(),
                as_of: self.input.today.to_string(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                digest: readers.iter().filter_map(digest).collect(),
                files,
            })
        };
        // The site's own manifest must not mention other readers.
        let mut files = list_files(bundle);
        let in_site = |file: &ManifestFile| {
            let path = file.path.strip_prefix(SITE)?.to_owned();
            Some(ManifestFile {
                path,
                ..file.clone()
            })
        };
        let site = manifest(
            files.iter().filter_map(in_site).collect(),
            &[Audience::Public],
        );
        files.push(manifest_file(&bundle_path(MANIFEST), &site));
        files.sort_by(|a, b| a.path.cmp(&b.path));
        bundle.insert(bundle_path(MANIFEST), site);
        let all = manifest(files, &Audience::ALL);
        bundle.insert(MANIFEST.to_owned(), all);
    }
}

fn edition_path(edition: &Edition, name: &str) -> String {
    bundle_path(&(edition_folder(&edition.id) + name))
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
