//! The files of one build, in memory, with their manifests. An issued edition's are copied, a draft's are drawn.

use super::documents::{Documents, PdfJob};
use super::html::{Pages, Policy};
use super::pdf::{FinishedFile, Fonts};
use super::{site::Site, theme::Theme};
use crate::check::{self, CheckInput, Checked};
use crate::edition::{CopyKind, Listing, RecordedCopy, Version, file};
use crate::manifest::site::{CSV, DOWNLOADS, FRONT, PDF, bundle_path, edition_folder};
use crate::manifest::{self, Bundle, CLIENT, COPIES, DATA, MANIFEST, Manifest, SITE};
use crate::manifest::{manifest_file, plain_name};
use crate::message::{Catalog, Language, Result};
use crate::model::{Audience, ProsePage, Register};
use crate::sheet::{self, ClientCopy, FindingText, LayoutOptions, Rendering, Sheet};
use crate::{content::Content, data, diagnostic::Diagnostic};
use jiff::civil::Date;
use std::{collections::BTreeMap, sync::Arc};

/// Content without an error, and everything needed to draw it.
pub struct Project {
    pub content: Arc<Content>,
    pub register: Register,
    pub findings: Vec<Diagnostic>,
    pub theme: Arc<Theme>,
    pub fonts: Fonts,
    pub today: Date,
}

impl Project {
    /// Returns the findings for a day, and the project unless one is an error; `fonts` are those in the binary.
    pub fn check(
        content: Arc<Content>,
        theme: Result<Arc<Theme>>,
        fonts: &Fonts,
        today: Date,
    ) -> (Vec<Diagnostic>, Result<Option<Project>>) {
        let drawn_with = theme.and_then(|theme| Ok((fonts.with(&theme)?, theme)));
        let known = drawn_with.as_ref().map_or(fonts, |(own, _)| own);
        let Checked { register, findings } = check::check(&CheckInput {
            content: &content,
            today,
            can_draw: &|c| known.can_draw(c),
        });
        let project = drawn_with.map(|(fonts, theme)| {
            Some(Project {
                content,
                register: register?,
                findings: findings.clone(),
                theme,
                fonts,
                today,
            })
        });
        (findings, project)
    }

    pub fn version(&self) -> Version<'_> {
        Version::of(&self.register, self.content.newest_edition())
    }
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

/// Makes every file, with copies of the client's PDF for clients by name.
pub fn build(project: &Project, wanted: &[ClientCopy]) -> Result<BuiltFiles> {
    let mut builder = BundleBuilder::new(project)?;
    let (mut made, mut jobs) = builder.issued_or_drawn()?;
    let digests = builder.digests(&made);
    if let Some(data) = made.get(file::CLIENT_JSON) {
        let client = builder.sheet(Rendering::ClientPdf);
        for copy in wanted {
            let mut copied = client.clone();
            copied.copy = Some(copy.clone());
            let path = builder.copy_file(&copy.recipient);
            jobs.push(builder.documents.job(&path, copied, data.clone()));
        }
    }
    let proof = builder.sheet(Rendering::Proof);
    let proof_data = builder.documents.data(&proof)?;
    let path = manifest::proof_file(&builder.documents.version.id);
    jobs.push(builder.documents.job(&path, proof, proof_data));
    made.extend(builder.documents.draw(jobs)?);
    let copies = builder.recorded_copies(wanted, &made);
    builder.listing.add(&copies);
    let placed = |(name, bytes): (String, _)| Some((builder.output_path(&name)?, bytes));
    let mut files: Bundle = made.into_iter().filter_map(placed).collect();
    builder.editions(&mut files);
    let (mut files, _) = builder.pages(files)?;
    builder.manifests(&mut files, digests);
    Ok(BuiltFiles { files, copies })
}

/// Makes a file of the site, if there is one, for the preview, whose pages do not wait for files to show their sizes.
pub fn site_file(project: &Project, path: &str) -> Result<Option<Vec<u8>>> {
    let builder = BundleBuilder::new(project)?;
    let mut bundle = Bundle::new();
    if path.strip_prefix(SITE) == Some(FRONT) {
        return builder.site(bundle, &builder.fronts()?)?.front().map(Some);
    }
    if !DOWNLOADS.iter().any(|name| path.ends_with(name)) {
        return Ok(builder.pages(bundle)?.0.remove(path));
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
pub fn site_policy(project: &Project) -> Result<Policy> {
    Ok(BundleBuilder::new(project)?.pages(Bundle::new())?.1)
}

/// Draws one PDF by itself, for the preview.
pub fn pdf(project: &Project, rendering: Rendering) -> Result<FinishedFile> {
    let builder = BundleBuilder::new(project)?;
    let (documents, sheet) = (&builder.documents, builder.sheet(rendering));
    let json = documents.data(&sheet)?;
    documents.draw_one(&documents.job("", sheet, json))
}

/// The parts of a build that share what is laid out from the same content.
struct BundleBuilder<'a> {
    project: &'a Project,
    prose: Vec<ProsePage>,
    documents: Documents<'a>,
    listing: Listing,
}

impl<'a> BundleBuilder<'a> {
    fn new(project: &'a Project) -> Result<BundleBuilder<'a>> {
        let (content, register) = (&project.content, &project.register);
        Ok(BundleBuilder {
            project,
            prose: check::pages(content),
            documents: Documents {
                theme: &project.theme,
                fonts: &project.fonts,
                labels: project.theme.drawable_labels(&project.fonts)?,
                register,
                version: project.version(),
                today: project.today,
                issued: content.issued().collect(),
            },
            listing: content.listing(&register.office.name.ja),
        })
    }

    /// The sheet for a rendering, with what no edition holds.
    fn sheet(&self, rendering: Rendering) -> Sheet {
        let mut sheet = self.documents.sheet(rendering);
        if rendering == Rendering::Proof {
            self.annotate(&mut sheet);
        }
        sheet
    }

    /// Adds the findings to a proof: to the measure or certificate that each is about, else to the sheet.
    fn annotate(&self, proof: &mut Sheet) {
        let catalog = Catalog::of(Language::Japanese);
        let mut findings: BTreeMap<_, Vec<FindingText>> = BTreeMap::new();
        for finding in &self.project.findings {
            let file = finding.origin.file.clone();
            let line = self.project.content.sources.line(&finding.origin);
            let text = FindingText {
                severity: finding.severity.name(),
                rule: finding.rule,
                text: catalog.format(&finding.message),
                place: format!("{file}:{line}"),
            };
            let record = (file, finding.record.clone());
            findings.entry(record).or_default().push(text);
        }
        let mut of_record = |file: &str, id: &str| {
            let record = (file.to_owned(), Some(id.to_owned()));
            findings.remove(&record).unwrap_or_default()
        };
        for row in &mut proof.rows {
            if let Some(notes) = &mut row.proof {
                let file = notes.file.rsplit_once(':').map_or("", |(file, _)| file);
                notes.findings = of_record(file, &row.id);
                // The open question is printed there in full already.
                notes.findings.retain(|it| it.rule != "open-question");
            }
        }
        for line in &mut proof.certifications {
            if let Some(notes) = &mut line.proof {
                notes.findings = of_record(&notes.file, &line.id);
            }
        }
        findings.retain(|(_, record), _| record.is_none());
        proof.findings = findings.into_values().flatten().collect();
    }

    /// The documents issued, none if they were withdrawn, or a draft's with the PDFs to be drawn.
    fn issued_or_drawn(&self) -> Result<(Bundle, Vec<PdfJob<'a>>)> {
        match self.documents.version.edition {
            Some(edition) if edition.withdrawn.is_some() => Ok(Default::default()),
            Some(edition) => Ok((edition.bytes.clone(), Vec::new())),
            None => self.documents.all(),
        }
    }

    fn client_file(&self, ending: &str) -> String {
        let office = &self.project.register.office.name.ja;
        manifest::client_file(&self.documents.version.id, office, ending)
    }

    fn copy_file(&self, recipient: &str) -> String {
        let path = self.client_file(&format!("_{}.pdf", plain_name(recipient)));
        path.replacen(CLIENT, COPIES, 1)
    }

    /// The place in `output/` of a file of an edition's folder; other paths stay as they are.
    fn output_path(&self, name: &str) -> Option<String> {
        if let Some((path, _)) = OF_EDITION.iter().find(|(_, it)| *it == name) {
            return Some(bundle_path(path));
        }
        match name {
            // It is attached to the client's PDFs.
            file::CLIENT_JSON => None,
            file::CLIENT_CSV => Some(self.client_file(".csv")),
            file::CLIENT_PDF => Some(self.client_file(".pdf")),
            file::SEAL_PDF => Some(self.client_file("_押印用.pdf")),
            file::CHANGES_PDF => {
                let issued = self.documents.issued.iter();
                let before = issued.rev().find(|it| it.id != self.documents.version.id);
                let is_readable = before.is_none_or(|before| before.withdrawn.is_none());
                is_readable.then(|| self.client_file("_新旧対照表.pdf"))
            }
            other => Some(other.to_owned()),
        }
    }

    fn recorded_copies(&self, copies: &[ClientCopy], files: &Bundle) -> Vec<RecordedCopy> {
        let line = |copy: &ClientCopy| {
            let edition = self.documents.version.edition?;
            let bytes = files.get(&self.copy_file(&copy.recipient))?;
            Some(RecordedCopy {
                edition: edition.id.clone(),
                kind: CopyKind::Client,
                day: self.project.today,
                recipient: Some(copy.recipient.clone()),
                bytes: bytes.len(),
                sha256: data::sha256(bytes),
            })
        };
        copies.iter().filter_map(line).collect()
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
                let bytes = edition.bytes.get(name).cloned();
                bundle.insert(path, bytes.unwrap_or_default());
            }
        }
    }

    /// The front page's sheet in each language of the site; English only if somebody wrote some.
    fn fronts(&self) -> Result<Vec<Sheet>> {
        let mut fronts = vec![self.sheet(Rendering::Page)];
        let has_english = self.prose.iter().any(|it| it.lang == Language::English);
        if has_english || self.project.register.has_english() {
            let labels = self.project.theme.labels(Language::English)?;
            let version = self.documents.version.clone();
            let mut options = LayoutOptions::new(Rendering::Page, self.project.today, version);
            options.language = Language::English;
            fronts.push(sheet::lay_out(&self.project.register, &options, &labels));
        }
        Ok(fronts)
    }

    fn site<'s>(&'s self, files: Bundle, fronts: &'s [Sheet]) -> Result<Site<'s>> {
        let url = self.project.register.office.url.as_deref();
        Ok(Site {
            documents: &self.documents,
            fronts,
            prose: &self.prose,
            listing: &self.listing,
            pages: Pages::new(&self.project.theme)?,
            home: url.map(|url| format!("{}/", url.trim_end_matches('/'))),
            policy: Policy::default(),
            files,
        })
    }

    /// Adds the pages of the site to files that they offer.
    fn pages(&self, files: Bundle) -> Result<(Bundle, Policy)> {
        self.site(files, &self.fronts()?)?.build()
    }

    fn manifests(&self, bundle: &mut Bundle, digests: BTreeMap<String, String>) {
        let version = &self.documents.version;
        let manifest = |bundle: &Bundle, folder: &str, digest| {
            let files = bundle
                .iter()
                .filter_map(|(path, bytes)| Some(manifest_file(path.strip_prefix(folder)?, bytes)));
            data::pretty(&Manifest {
                edition: version.edition.map(|edition| edition.id.clone()),
                id: version.id.clone(),
                guideline: self.project.register.guideline.id.clone(),
                theme: self.project.theme.name.clone(),
                as_of: self.project.today.to_string(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                digest,
                files: files.collect(),
            })
        };
        // The site's own manifest must not mention other readers.
        let mut public = digests.clone();
        public.retain(|reader, _| reader == Audience::Public.name());
        bundle.insert(bundle_path(MANIFEST), manifest(bundle, SITE, public));
        bundle.insert(MANIFEST.to_owned(), manifest(bundle, "", digests));
    }
}
