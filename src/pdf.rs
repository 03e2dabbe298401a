//! Sheet + theme → PDF bytes (Typst, in process), always PDF/A-3a + PDF/UA-1 with the audience's data attached.
//!
//! No markup is made here: the theme's Typst file reads the sheet as data.

mod world;

use crate::message::{Failure, Message, Result};
use crate::sheet::{Kind, Sheet};
use crate::theme::Theme;
use typst::diag::{SourceDiagnostic, Warned};
use typst::foundations::{Datetime, Smart};
use typst::layout::{Abs, Frame, FrameItem, Point, Transform};
use typst::syntax::DiagSpan;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use world::World;

pub use world::Fonts;

/// A finished PDF, and the text on its pages for those who check what it tells.
pub struct Pdf {
    pub bytes: Vec<u8>,
    pub text: String,
}

/// Draws one sheet; `data` is attached as `safeguards.json`.
pub fn render(fonts: &Fonts, theme: &Theme, sheet: &Sheet, data: &[u8]) -> Result<Pdf> {
    let draw = |sheet: &Sheet| {
        let world = World::new(fonts, theme, sheet, data)?;
        compile(&world, sheet).map_err(|errors| explain(&world, theme, &errors))
    };
    let (document, bytes) = draw(sheet).map_err(|failure| {
        let draw = |rows| draw(&sheet.first_rows(rows)).err();
        crate::theme::name_row(failure, sheet, draw)
    })?;
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
                let printed: String = printed.chars().take(40).collect();
                let message = Message::new("theme-off-paper").with("page", number);
                return Err(Failure::new(message.with("text", printed)));
            }
            text.push_str(printed);
        }
    }
    Ok(Pdf { bytes, text })
}

/// Forgets what Typst remembers: one sheet's layout helps no other, and would only fill memory.
pub fn forget() {
    comemo::evict(0);
}

type Errors = Vec<SourceDiagnostic>;

fn compile(world: &World, sheet: &Sheet) -> std::result::Result<(PagedDocument, Vec<u8>), Errors> {
    let Warned { output, warnings } = typst::compile::<PagedDocument>(world);
    let document = output.map_err(|errors| errors.to_vec())?;
    // Typst only warns of a layout that never comes to rest, or of a font that is not there: a sheet must not depend on luck.
    if !warnings.is_empty() {
        return Err(warnings.to_vec());
    }
    let bytes = typst_pdf::pdf(&document, &options(sheet)).map_err(|errors| errors.to_vec())?;
    Ok((document, bytes))
}

fn options(sheet: &Sheet) -> PdfOptions {
    let [year, month, day] = [
        &sheet.date.iso[..4],
        &sheet.date.iso[5..7],
        &sheet.date.iso[8..],
    ]
    .map(|part| part.parse::<u16>().unwrap_or(1));
    let [month, day] = [month, day].map(|part| u8::try_from(part).unwrap_or(1));
    let date = Datetime::from_ymd_hms(i32::from(year), month, day, 0, 0, 0);
    // Two copies are two documents.
    let recipient = sheet.copy.as_ref().map_or("", |copy| &copy.recipient);
    let standards = [PdfStandard::A_3a, PdfStandard::Ua_1];
    PdfOptions {
        ident: Smart::Custom(format!(
            "{}/{}/{}/{recipient}",
            sheet.office.name,
            sheet.id,
            kind_name(sheet.kind)
        )),
        creator: Smart::Custom(Some(
            concat!("safeguard ", env!("CARGO_PKG_VERSION")).to_owned(),
        )),
        timestamp: date.map(Timestamp::new_utc),
        page_ranges: None,
        standards: PdfStandards::new(&standards).expect("the two standards go together"),
        tagged: true,
        pretty: false,
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Page => "page",
        Kind::Site => "site",
        Kind::Handout => "handout",
        Kind::Signed => "signed",
        Kind::Proof => "proof",
    }
}

/// Every text of a frame, and where its line begins and ends on the page.
fn collect<'a>(frame: &'a Frame, place: Transform, texts: &mut Vec<(&'a str, [Point; 2])>) {
    for (at, item) in frame.items() {
        let place = place.pre_concat(Transform::translate(at.x, at.y));
        match item {
            FrameItem::Group(group) => {
                collect(&group.frame, place.pre_concat(group.transform), texts);
            }
            FrameItem::Text(item) => {
                let ends = [Point::zero(), Point::with_x(item.width())];
                texts.push((&item.text, ends.map(|end| end.transform(place))));
            }
            _ => {}
        }
    }
}

/// Typst's first error as one sentence with file and line.
fn explain(world: &World, theme: &Theme, errors: &Errors) -> Failure {
    let Some(first) = errors.first() else {
        return Failure::new(
            Message::new("theme-error")
                .with("file", "*.typ")
                .with("line", 1),
        );
    };
    let calls = first.trace.iter().map(|point| DiagSpan::from(point.span));
    let place = std::iter::once(first.span)
        .chain(calls)
        .find_map(|span| world.place(span));
    let (path, line) = place.unwrap_or_else(|| (world.main_path().to_owned(), 1));
    let message = Message::new("theme-error")
        .with("file", theme.shown(&path))
        .with("line", line);
    let hints = first.hints.iter().map(|hint| format!(" ({})", hint.v));
    Failure::new(message).because(format!("{}{}", first.message, hints.collect::<String>()))
}
