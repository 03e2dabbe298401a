//! The files of one build, in memory, with their manifests.
//!
//! An issued edition's files are copied from its folder; a draft's are drawn.

use super::documents::{Documents, PdfJob, checked_data, checked_labels};
use super::html::Policy;
use super::pdf::{Fonts, Pdf};
use super::site::{self, Site};
use super::theme::Theme;
use crate::content::Content;
use crate::data;
use crate::diagnostic::Diagnostic;
use crate::edition::{CopyKind, Listing, RecordedCopy, file};
use crate::issue::Version;
use crate::manifest::site::{CSV, DOWNLOADS, FRONT, PDF, bundle_path, edition_folder};
use crate::manifest::{
    Bundle, DATA, FileNames, MANIFEST, Manifest, SITE, list_files, manifest_file,
};
use crate::message::{Catalog, Language, Result};
use crate::model::{Audience, ProsePage, Register};
use crate::sheet::{
    self, ClientCopy, FindingText, FindingsByRecord, LayoutOptions, Rendering, Sheet,
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
const OF_EDITION: [(&str, &str); 3] = [
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
    let mut builder = BundleBuilder::new(input)?;
    let (mut files, mut jobs) = builder.issued_or_drawn()?;
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
    let path = builder.names().proof();
    jobs.push(builder.documents.job(&path, proof, proof_data));
    files.extend(builder.documents.draw(jobs)?);
    let copies = builder.recorded_copies(&files);
    builder.listing.add(&copies);
    let mut bundle = Bundle::new();
    for (name, bytes) in files {
        bundle.extend(builder.output_path(&name).map(|path| (path, bytes)));
    }
    builder.editions(&mut bundle);
    builder.pages(&mut bundle)?;
    builder.manifests(&mut bundle, digests);
    Ok(BuiltFiles {
        files: bundle,
        copies,
    })
}

/// Makes one file of the site by itself, for the preview: `None` if there is no such file. Pages do not
/// wait for the files they offer, so they do not show the sizes of these.
pub fn site_file(input: &BuildInput, path: &str) -> Result<Option<Vec<u8>>> {
    let builder = BundleBuilder::new(input)?;
    let mut bundle = Bundle::new();
    if path.strip_prefix(SITE) == Some(FRONT) {
        return site::front(&builder.site(&bundle, &builder.fronts()?)).map(Some);
    }
    if !DOWNLOADS.iter().any(|name| path.ends_with(name)) {
        builder.pages(&mut bundle)?;
        return Ok(bundle.remove(path));
    }
    builder.editions(&mut bundle);
    let (files, jobs) = builder.issued_or_drawn()?;
    let is_asked = |name: &str| builder.output_path(name).as_deref() == Some(path);
    if let Some(job) = jobs.iter().find(|job| is_asked(&job.path)) {
        return Ok(Some(builder.documents.draw_one(job)?.bytes));
    }
    let mut made = bundle.into_iter().chain(files);
    let file = made.find(|(name, _)| is_asked(name));
    Ok(file.map(|(_, bytes)| bytes))
}

/// Makes the policy of the site's pages, for the headers of its web server.
pub fn site_policy(input: &BuildInput) -> Result<Policy> {
    BundleBuilder::new(input)?.pages(&mut Bundle::new())
}

/// Draws one PDF by itself, for the preview.
pub fn pdf(input: &BuildInput, rendering: Rendering) -> Result<Pdf> {
    let builder = BundleBuilder::new(input)?;
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
}

impl<'a> BundleBuilder<'a> {
    fn new(input: &'a BuildInput<'a>) -> Result<BundleBuilder<'a>> {
        Ok(BundleBuilder {
            input,
            documents: Documents {
                theme: input.theme,
                fonts: input.fonts,
                labels: checked_labels(input.theme, input.fonts)?,
                register: input.register,
                version: Version::of(input.register, input.content.newest_edition()),
                today: input.today,
                issued: input.content.issued().collect(),
            },
            listing: input.content.listing(&input.register.office.name.ja),
        })
    }

    /// The sheet for a rendering, for the proof with what only the office sees.
    fn sheet(&self, rendering: Rendering) -> Sheet {
        let (register, labels) = (self.input.register, &self.documents.labels);
        match rendering {
            Rendering::Page => sheet::lay_out(register, &self.options(rendering), labels),
            Rendering::Proof => {
                let findings = self.findings();
                let options = LayoutOptions {
                    findings: &findings,
                    ..self.options(rendering)
                };
                sheet::lay_out(register, &options, labels)
            }
            _ => self.documents.sheet(rendering),
        }
    }

    /// The options for a rendering that shows what no edition holds.
    fn options(&self, rendering: Rendering) -> LayoutOptions<'_> {
        LayoutOptions {
            overdue_reviews: self.input.overdue_reviews,
            ..self.documents.version.layout(rendering, self.input.today)
        }
    }

    /// The findings as texts, by the record that each is about.
    fn findings(&self) -> FindingsByRecord {
        let mut by_record = FindingsByRecord::new();
        for finding in self.input.findings {
            let file = finding.origin.file.clone();
            let line = self.input.content.sources.line(&finding.origin);
            let text = FindingText {
                severity: finding.severity.name(),
                rule: finding.rule,
                text: self.input.catalog.format(&finding.message),
                place: format!("{file}:{line}"),
            };
            let of_record = by_record.entry((file, finding.record.clone()));
            of_record.or_default().push(text);
        }
        by_record
    }

    /// The documents of this state: those issued, or a draft's with the PDFs to be drawn. Nothing of a
    /// withdrawn edition is handed out.
    fn issued_or_drawn(&self) -> Result<(Bundle, Vec<PdfJob<'a>>)> {
        match self.documents.version.edition {
            Some(edition) if edition.withdrawn.is_some() => Ok(Default::default()),
            Some(edition) => Ok((edition.bytes.clone(), Vec::new())),
            None => self.documents.all(),
        }
    }

    fn names(&self) -> FileNames<'_> {
        FileNames {
            id: &self.documents.version.id,
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
                let before = issued.rev().find(|it| it.id != self.documents.version.id);
                let is_readable = before.is_none_or(|before| before.withdrawn.is_none());
                is_readable.then(|| self.names().client("_新旧対照表.pdf"))
            }
            other => Some(other.to_owned()),
        }
    }

    /// The ledger's lines for the copies of an edition.
    fn recorded_copies(&self, files: &Bundle) -> Vec<RecordedCopy> {
        let Some(edition) = self.documents.version.edition else {
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
    fn digests(&self, files: &Bundle) -> BTreeMap<String, String> {
        let data = [
            (Audience::Public, file::SITE_JSON),
            (Audience::Client, file::CLIENT_JSON),
        ];
        let digest = |(reader, name): (Audience, _)| {
            Some((reader.name().to_owned(), data::sha256(files.get(name)?)))
        };
        data.into_iter().filter_map(digest).collect()
    }

    /// Copies the public files of every issued edition that was not withdrawn.
    fn editions(&self, bundle: &mut Bundle) {
        let issued = self.documents.issued.iter();
        for edition in issued.filter(|edition| edition.withdrawn.is_none()) {
            for (path, name) in OF_EDITION {
                let path = bundle_path(&(edition_folder(&edition.id) + path));
                bundle.insert(path, edition.file(name));
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
            documents: &self.documents,
            fronts,
            prose: self.input.pages,
            listing: &self.listing,
            bundle,
        }
    }

    fn pages(&self, bundle: &mut Bundle) -> Result<Policy> {
        let (files, policy) = site::build(&self.site(bundle, &self.fronts()?))?;
        bundle.extend(files);
        Ok(policy)
    }

    fn manifests(&self, bundle: &mut Bundle, digests: BTreeMap<String, String>) {
        let version = &self.documents.version;
        let manifest = |files, digest| {
            data::pretty(&Manifest {
                edition: version.edition.map(|edition| edition.id.clone()),
                id: version.id.clone(),
                guideline: self.input.register.guideline.id.clone(),
                theme: self.input.theme.name.clone(),
                as_of: self.input.today.to_string(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                digest,
                files,
            })
        };
        // The site's own manifest must not mention other readers.
        let mut public = digests.clone();
        public.retain(|reader, _| reader == Audience::Public.name());
        let mut files = list_files(bundle);
        let mut site_files = files.clone();
        site_files.retain(|file| file.path.starts_with(SITE));
        for file in &mut site_files {
            file.path.drain(..SITE.len());
        }
        let site = manifest(site_files, public);
        files.push(manifest_file(&bundle_path(MANIFEST), &site));
        files.sort_by(|a, b| a.path.cmp(&b.path));
        bundle.insert(bundle_path(MANIFEST), site);
        bundle.insert(MANIFEST.to_owned(), manifest(files, digests));
    }
}
