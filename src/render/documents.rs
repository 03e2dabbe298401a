//! The documents of one state of the sheet: what an edition's folder holds.
//!
//! A draft's are drawn at every build, an edition's once, when it is issued. Each is searched for leaks first.

use super::pdf::{self, FinishedFile, Fonts};
use super::{leak, theme::Theme};
use crate::edition::{Edition, Version, file};
use crate::manifest::{Bundle, DATA};
use crate::sheet::{self, Labels, LayoutOptions, Rendering, Sheet};
use crate::{compare, compare::Comparison, data, message::Result, model::Register};
use std::thread::ScopedJoinHandle;

/// A state of the sheet, and what its documents are drawn with.
pub struct Documents<'a> {
    pub theme: &'a Theme,
    pub fonts: &'a Fonts,
    pub labels: Labels,
    pub register: &'a Register,
    pub version: Version<'a>,
    pub today: jiff::civil::Date,
    /// Editions up to this state, oldest first.
    pub issued: Vec<&'a Edition>,
}

/// A PDF to be drawn, and the registers whose withheld texts it must not hold.
pub struct PdfJob<'a> {
    pub path: String,
    pub sheet: Sheet,
    /// The changes from an older sheet, if those are drawn.
    changes: Option<Comparison>,
    json: Vec<u8>,
    registers: Vec<&'a Register>,
}

/// The edition before, if its record is at hand and it was not withdrawn.
pub fn predecessor<'e>(edition: &Edition, issued: &[&'e Edition]) -> Option<&'e Edition> {
    let named = edition.predecessor.as_ref()?;
    let before = issued.iter().copied().find(|it| it.id == named.id);
    before.filter(|it| it.withdrawn.is_none())
}

/// Draws the files of an edition from its record.
pub fn edition_files(
    theme: &Theme,
    fonts: &Fonts,
    edition: &Edition,
    before: &[&Edition],
) -> Result<Bundle> {
    let mut register = edition.sheet.clone();
    register.office.url.clone_from(&edition.drawn_with.url);
    register.approvals.clone_from(&edition.drawn_with.approvals);
    let documents = Documents {
        theme,
        fonts,
        labels: theme.drawable_labels(fonts)?,
        register: &register,
        version: Version::issued(edition),
        today: edition.issued_on,
        issued: before.iter().copied().chain([edition]).collect(),
    };
    let (mut files, jobs) = documents.all()?;
    files.extend(documents.draw(jobs)?);
    Ok(files)
}

impl<'a> Documents<'a> {
    /// Every document by its name in an edition's folder: finished data, and PDFs to be drawn.
    pub fn all(&self) -> Result<(Bundle, Vec<PdfJob<'a>>)> {
        let [site, client, seal] = [Rendering::SitePdf, Rendering::ClientPdf, Rendering::SealPdf]
            .map(|rendering| self.sheet(rendering));
        let (site_data, client_data) = (self.data(&site)?, self.data(&client)?);
        let files = [
            (file::SITE_CSV, data::csv(&site)),
            (file::CLIENT_CSV, data::csv(&client)),
            (file::SITE_JSON, site_data.clone()),
            (file::CLIENT_JSON, client_data.clone()),
        ];
        let mut jobs = vec![
            self.job(file::SITE_PDF, site, site_data),
            self.job(file::CLIENT_PDF, client, client_data.clone()),
            self.job(file::SEAL_PDF, seal, client_data),
        ];
        jobs.extend(self.changes());
        Ok((files.map(|(name, it)| (name.to_owned(), it)).into(), jobs))
    }

    pub fn sheet(&self, rendering: Rendering) -> Sheet {
        let mut options = LayoutOptions::new(rendering, self.today, self.version.clone());
        options.history = &self.issued;
        sheet::lay_out(self.register, &options, &self.labels)
    }

    pub fn job(&self, path: &str, sheet: Sheet, json: Vec<u8>) -> PdfJob<'a> {
        PdfJob {
            path: path.to_owned(),
            sheet,
            changes: None,
            json,
            registers: vec![self.register],
        }
    }

    /// The changes from the edition before, for clients who have that one.
    fn changes(&self) -> Option<PdfJob<'a>> {
        let before = match self.version.edition {
            Some(current) => predecessor(current, &self.issued)?,
            None => self.issued.last().filter(|it| it.withdrawn.is_none())?,
        };
        let old = sheet::lay_out_edition(before, Rendering::ClientPdf, &self.labels);
        let after = self.sheet(Rendering::ClientPdf);
        let json = data::json(&after, self.register, self.version.edition);
        let mut job = self.job(file::CHANGES_PDF, after, json);
        job.changes = Some(compare::compare(&old, &job.sheet));
        job.registers.push(&before.sheet);
        Some(job)
    }

    /// Draws the PDFs, two at a time; one at a time if a single one fills hundreds of megabytes.
    pub fn draw(&self, mut jobs: Vec<PdfJob>) -> Result<Bundle> {
        let rows = jobs.iter().map(|job| job.sheet.rows.len()).max();
        let at_once = if rows > Some(1_000) { 1 } else { 2 };
        let mut drawn = Bundle::new();
        // The largest, the proof, is among the last; it is drawn early, while memory is not fragmented.
        jobs.reverse();
        for chunk in jobs.chunks(at_once) {
            let pdfs: Result<Vec<_>> = std::thread::scope(|scope| {
                let draw = |job: &PdfJob| Ok((job.path.clone(), self.draw_one(job)?.bytes));
                let spawn = |job| scope.spawn(move || draw(job));
                let threads: Vec<_> = chunk.iter().map(spawn).collect();
                let join = |it: ScopedJoinHandle<_>| it.join().expect("drawing does not panic");
                threads.into_iter().map(join).collect()
            });
            // One sheet's layout is of no use to another, and only fills memory.
            comemo::evict(0);
            drawn.extend(pdfs?);
        }
        Ok(drawn)
    }

    pub fn draw_one(&self, job: &PdfJob) -> Result<FinishedFile> {
        let PdfJob { sheet, json, .. } = job;
        let pdf = pdf::render(self.fonts, self.theme, sheet, job.changes.as_ref(), json)?;
        leak::refuse(&job.registers, &pdf.text, sheet.rendering)?;
        Ok(pdf)
    }

    /// The data of a sheet, if it holds nothing that its reader may not see.
    pub fn data(&self, sheet: &Sheet) -> Result<Vec<u8>> {
        let json = data::json(sheet, self.register, self.version.edition);
        let text = leak::text_of(DATA, &json);
        leak::refuse(&[self.register], &text, sheet.rendering)?;
        Ok(json)
    }
}
