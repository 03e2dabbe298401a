//! Sheet + theme → PDF/A-3a + PDF/UA-1 (Typst, in process), with the reader's data attached. No markup is made here:
//! the theme's Typst file reads the sheet as data.

mod world;

use crate::message::{Error, Message, Result};
use crate::render::theme::{Theme, draw_rows};
use crate::sheet::{Rendering, Sheet};
use crate::{compare::Comparison, data::pretty, manifest::DATA};
use typst::diag::{SourceDiagnostic, SourceResult, Warned};
use typst::foundations::{Content, Datetime, Smart};
use typst::introspection::Introspector as _;
use typst::layout::{Abs, Frame, FrameItem, Point, Transform};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use world::World;

pub use world::Fonts;

/// A finished file, in the preview of the site too. A PDF has the text on its pages for the search for leaks.
pub struct FinishedFile {
    pub bytes: Vec<u8>,
    pub text: String,
    /// The page, from 1, on which each row begins, by its anchor.
    pub pages: std::collections::BTreeMap<String, usize>,
}

/// Draws a sheet or the changes from an older one; its `safeguards.json`, `data`, is attached, and the changes beside it.
pub fn render(
    fonts: &Fonts,
    theme: &Theme,
    sheet: &Sheet,
    changes: Option<&Comparison>,
    data: &[u8],
) -> Result<FinishedFile> {
    let drawn = draw_rows(sheet, changes, |sheet, changes| {
        let json = serde_json::to_vec(sheet).expect("keys are strings");
        let mut files = vec![("sheet.json", json)];
        files.extend(changes.map(|changes| ("changes.json", pretty(changes))));
        files.push((DATA, data.to_vec()));
        let (main, document) = document(sheet, changes);
        let world = World::new(fonts, theme, main, files);
        draw(world, theme, &options(sheet, &document))
    });
    finish(drawn?)
}

/// The theme's file that draws a document, and its name among those of the same sheet.
fn document(sheet: &Sheet, changes: Option<&Comparison>) -> (&'static str, String) {
    let (main, name) = match sheet.rendering {
        Rendering::Page => ("sheet.typ", "page"),
        Rendering::SitePdf => ("sheet.typ", "site"),
        Rendering::ClientPdf => ("sheet.typ", "client"),
        Rendering::SealPdf => ("sheet.typ", "seal"),
        Rendering::Proof => ("proof.typ", "proof"),
    };
    if let Some(changes) = changes {
        let before = &changes.edition.before.id;
        return ("changes.typ", format!("changes-from-{before}/{name}"));
    }
    // Two copies are two documents.
    let mark = sheet.copy.as_ref().map_or("", |copy| &copy.mark);
    (main, format!("{name}/{mark}"))
}

type Drawn = (PagedDocument, Vec<u8>);

fn draw(mut world: World, theme: &Theme, options: &PdfOptions) -> Result<Drawn> {
    let mut drawn = compile(&world, options);
    let has_no_end = |it: &SourceDiagnostic| it.message.starts_with("document did not converge");
    if matches!(&drawn, Err(errors) if errors.iter().any(has_no_end)) {
        world.demand_steadiness();
        drawn = compile(&world, options);
    }
    drawn.map_err(|errors| explain(&world, theme, &errors))
}

/// Takes the text from the pages, and refuses a text that would be printed beside the paper.
fn finish((document, bytes): Drawn) -> Result<FinishedFile> {
    let mut text = String::new();
    for (page, number) in document.pages().iter().zip(1..) {
        let size = page.frame.size();
        let on_paper = |at: &Point| {
            let within = |at: Abs, end: Abs| at >= Abs::zero() && at <= end;
            within(at.x, size.x) && within(at.y, size.y)
        };
        let mut texts = Vec::new();
        collect(&page.frame, Transform::identity(), &mut texts);
        for (printed, ends) in texts {
            if !ends.iter().all(on_paper) && !printed.trim().is_empty() {
                let start: String = printed.chars().take(40).collect();
                let message = Message::new("theme-off-paper").with("page", number);
                return Err(Error::new(message.with("text", start)));
            }
            text.push_str(printed);
        }
    }
    let introspector = document.introspector();
    // The official theme labels each row with its anchor.
    let page_of = |labelled: &Content| {
        let page = introspector.page(labelled.location()?)?;
        Some((labelled.label()?.resolve().to_string(), page.get()))
    };
    let labelled = introspector.query_labelled();
    let pages = labelled.iter().filter_map(page_of).collect();
    Ok(FinishedFile { bytes, text, pages })
}

fn compile(world: &World, options: &PdfOptions) -> SourceResult<Drawn> {
    let Warned { output, warnings } = typst::compile::<PagedDocument>(world);
    let document = output?;
    // Typst only warns if a layout does not converge or a font is missing: such a sheet is not reliable.
    if !warnings.is_empty() {
        return Err(warnings);
    }
    let bytes = typst_pdf::pdf(&document, options)?;
    Ok((document, bytes))
}

/// The metadata of a PDF. Its name in `document` distinguishes it from every other of the same sheet.
fn options(sheet: &Sheet, document: &str) -> PdfOptions {
    let day: jiff::civil::Date = sheet.created_on.parse().expect("the layout printed a day");
    let [month, day_of_month] = [day.month(), day.day()].map(i8::unsigned_abs);
    let date = Datetime::from_ymd_hms(i32::from(day.year()), month, day_of_month, 0, 0, 0);
    let creator = concat!("safeguard ", env!("CARGO_PKG_VERSION"));
    let standards = [PdfStandard::A_3a, PdfStandard::Ua_1];
    PdfOptions {
        ident: Smart::Custom(format!("{}/{}/{document}", sheet.office.name, sheet.id)),
        creator: Smart::Custom(Some(creator.to_owned())),
        timestamp: date.map(Timestamp::new_utc),
        standards: PdfStandards::new(&standards).expect("the two standards go together"),
        ..PdfOptions::default()
    }
}

/// Collects every text of a frame with the start and end of its line on the page.
fn collect<'a>(frame: &'a Frame, outer: Transform, texts: &mut Vec<(&'a str, [Point; 2])>) {
    for (at, item) in frame.items() {
        let place = outer.pre_concat(Transform::translate(at.x, at.y));
        match item {
            FrameItem::Group(it) => collect(&it.frame, place.pre_concat(it.transform), texts),
            FrameItem::Text(item) => {
                let ends = [Point::zero(), Point::with_x(item.width())];
                texts.push((&item.text, ends.map(|end| end.transform(place))));
            }
            _ => {}
        }
    }
}

fn explain(world: &World, theme: &Theme, errors: &[SourceDiagnostic]) -> Error {
    let first = errors.first().expect("a failure has a reason");
    let (path, line) = world.place(first);
    let hints = first.hints.iter().map(|hint| format!(" ({})", hint.v));
    let cause = format!("{}{}", first.message, hints.collect::<String>());
    theme.failure(&path, line, cause)
}
