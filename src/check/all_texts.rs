//! Everything that some rendering prints, in either language, with its place and who may read it: what the rules about texts look at.

use super::CheckInput;
use crate::content::record::{Audiences, Line};
use crate::content::{PageFile, PageText};
use crate::diagnostic::Origin;
use crate::message::Language;
use crate::model::Audience;
use crate::text::Text;
use std::borrow::Cow;

/// A cell with inline Markdown.
pub struct Cell<'a> {
    pub text: &'a Text,
    pub language: Language,
    pub origin: Origin,
    pub audience: Audience,
}

/// The cells of every measure, English ones included.
pub fn cells<'a>(input: &CheckInput<'a>) -> Vec<Cell<'a>> {
    let defaults = input
        .sheet()
        .map(|sheet| sheet.record.audience)
        .unwrap_or_default();
    let mut cells = Vec::new();
    for (_, record, origin) in input.content.all_measures() {
        let en = record.en.as_ref();
        let english = origin.at("en");
        let Audiences {
            subject,
            measure,
            remarks,
        } = record.audience.over(defaults);
        let fields = [
            (
                "subject",
                Some(&record.subject),
                en.and_then(|en| en.subject.as_ref()),
                subject,
            ),
            (
                "measure",
                record.measure.as_ref(),
                en.and_then(|en| en.measure.as_ref()),
                measure,
            ),
            (
                "not_applicable",
                record.not_applicable.as_ref(),
                en.and_then(|en| en.not_applicable.as_ref()),
                measure,
            ),
            (
                "remarks",
                record.remarks.as_ref(),
                en.and_then(|en| en.remarks.as_ref()),
                remarks,
            ),
        ];
        for (name, ja, en, audience) in fields {
            let both = [
                (ja, Language::Japanese, origin.at(name)),
                (en, Language::English, english.at(name)),
            ];
            cells.extend(both.into_iter().filter_map(|(text, language, origin)| {
                Some(Cell {
                    text: text?,
                    language,
                    origin,
                    audience,
                })
            }));
        }
    }
    cells
}

/// Any characters that some rendering prints.
pub struct TextOccurrence<'a> {
    pub text: Cow<'a, str>,
    pub language: Language,
    pub origin: Origin,
    pub audience: Audience,
}

/// Every text that is printed somewhere.
pub fn all_texts<'a>(input: &CheckInput<'a>) -> Vec<TextOccurrence<'a>> {
    let mut lines: Vec<(Option<&'a str>, Origin, Audience)> = Vec::new();
    if let Some(office) = &input.content.office {
        let (record, at) = (&office.record, office.origin());
        let signatory = at.at("signatory");
        let fields = [
            ("tel", &record.tel),
            ("address", &record.address),
            ("url", &record.url),
            ("representative", &record.representative),
            ("complaints", &record.complaints),
            ("security", &record.security),
        ];
        lines.extend(fields.map(|(name, line)| (line.as_deref(), at.at(name), Audience::Public)));
        lines.push((Some(&record.name), at.at("name"), Audience::Public));
        lines.push((
            Some(&record.signatory.title),
            signatory.at("title"),
            Audience::Public,
        ));
        lines.push((
            Some(&record.signatory.name),
            signatory.at("name"),
            Audience::Public,
        ));
    }
    if let Some(sheet) = input.sheet() {
        let (record, at) = (&sheet.record, sheet.origin());
        lines.push((Some(&record.title), at.at("title"), Audience::Public));
        lines.push((
            record.document_number.as_deref(),
            at.at("document_number"),
            Audience::Public,
        ));
        for (index, name) in record.approvals.iter().enumerate() {
            let at = at.at("approvals").at(index);
            lines.push((Some(name), at, Audience::Prospect));
        }
        for (name, heading) in &record.headings.0 {
            lines.push((
                Some(heading),
                at.at("headings").at(name.as_str()),
                Audience::Public,
            ));
        }
        for (section, at) in sheet.own_sections() {
            lines.push((Some(&section.letter), at.at("letter"), Audience::Public));
            lines.push((Some(&section.name), at.at("name"), Audience::Public));
            for (i, item) in section.items.iter().enumerate() {
                let at = at.at("items").at(i);
                lines.push((Some(&item.letter), at.at("letter"), Audience::Public));
                lines.push((Some(&item.name), at.at("name"), Audience::Public));
            }
        }
    }
    if let Some(guideline) = input.content.own_guideline() {
        let at = guideline.origin();
        lines.push((
            Some(&guideline.record.title),
            at.at("title"),
            Audience::Public,
        ));
        for (s, section) in guideline.record.sections.iter().enumerate() {
            let at = at.at("sections").at(s);
            lines.push((Some(&section.name), at.at("name"), Audience::Public));
            for (i, item) in section.items.iter().enumerate() {
                lines.push((
                    Some(&item.name),
                    at.at("items").at(i).at("name"),
                    Audience::Public,
                ));
            }
        }
    }
    for certificate in &input.content.certifications {
        let (record, at) = (&certificate.record, certificate.origin());
        let fields = [
            ("edition", &record.edition),
            ("scheme", &record.scheme),
            ("body", &record.body),
            ("accreditor", &record.accreditor),
            ("scope", &record.scope),
            ("print", &record.print),
        ];
        lines.extend(fields.map(|(name, line)| (line.as_deref(), at.at(name), Audience::Public)));
        lines.push((Some(&record.standard), at.at("standard"), Audience::Public));
        lines.push((Some(&record.number), at.at("number"), Audience::Public));
    }
    for (_, record, origin) in input.content.all_measures() {
        lines.push((
            record.confirm.as_deref(),
            origin.at("confirm"),
            Audience::Internal,
        ));
    }
    let lines = lines.into_iter().filter_map(|(text, origin, audience)| {
        let text = text?.into();
        Some(TextOccurrence {
            text,
            language: Language::Japanese,
            origin,
            audience,
        })
    });
    let english = english(input)
        .into_iter()
        .map(|(line, origin)| TextOccurrence {
            text: (&**line).into(),
            language: Language::English,
            origin,
            audience: Audience::Public,
        });
    let cells = cells(input).into_iter().map(|cell| TextOccurrence {
        // A link's address is told too: it stands in the page.
        text: cell
            .text
            .links()
            .fold(cell.text.to_plain(), |text, link| format!("{text}\n{link}"))
            .into(),
        language: cell.language,
        origin: cell.origin,
        audience: cell.audience,
    });
    lines.chain(english).chain(cells).collect()
}

/// What the English page prints beside its cells; everybody may read it.
fn english<'a>(input: &CheckInput<'a>) -> Vec<(&'a Line, Origin)> {
    let mut lines = english_headings(input);
    let mut put = |line: &'a Option<Line>, at: Origin| lines.extend(line.as_ref().zip(Some(at)));
    if let Some(office) = &input.content.office
        && let Some(en) = &office.record.en
    {
        let at = office.origin().at("en");
        put(&en.name, at.at("name"));
        put(&en.address, at.at("address"));
        put(&en.representative, at.at("representative"));
        put(&en.complaints, at.at("complaints"));
        if let Some(signatory) = &en.signatory {
            let at = at.at("signatory");
            put(&signatory.title, at.at("title"));
            put(&signatory.name, at.at("name"));
        }
    }
    for certificate in &input.content.certifications {
        if let Some(en) = &certificate.record.en {
            let at = certificate.origin().at("en");
            put(&en.scheme, at.at("scheme"));
            put(&en.body, at.at("body"));
            put(&en.scope, at.at("scope"));
            put(&en.print, at.at("print"));
        }
    }
    lines
}

fn english_headings<'a>(input: &CheckInput<'a>) -> Vec<(&'a Line, Origin)> {
    let mut lines = Vec::new();
    let mut put = |line: Option<&'a Line>, at: Origin| lines.extend(line.zip(Some(at)));
    if let Some(sheet) = input.sheet() {
        if let Some(en) = &sheet.record.en {
            let at = sheet.origin().at("en");
            put(en.title.as_ref(), at.at("title"));
            for (place, heading) in &en.headings.0 {
                put(Some(heading), at.at("headings").at(place.as_str()));
            }
        }
        for (section, at) in sheet.own_sections() {
            put(section.en.as_ref(), at.at("en"));
            for (i, item) in section.items.iter().enumerate() {
                put(item.en.as_ref(), at.at("items").at(i).at("en"));
            }
        }
    }
    if let Some(guideline) = input.content.own_guideline() {
        let at = guideline.origin();
        if let Some(en) = &guideline.record.en {
            put(en.title.as_ref(), at.at("en").at("title"));
        }
        for (s, section) in guideline.record.sections.iter().enumerate() {
            let at = at.at("sections").at(s);
            put(section.en.as_ref(), at.at("en"));
            for (i, item) in section.items.iter().enumerate() {
                put(item.en.as_ref(), at.at("items").at(i).at("en"));
            }
        }
    }
    lines
}

/// The pages that could be read.
pub fn pages<'a>(input: &CheckInput<'a>) -> impl Iterator<Item = (&'a PageFile, &'a PageText)> {
    let pages = input.content.pages.iter();
    pages.filter_map(|page| Some((page, page.text.as_ref()?)))
}

/// What the pages say, block by block. It stands on the site only: the fonts of the PDF need not have it.
pub fn prose<'a>(input: &CheckInput<'a>) -> Vec<TextOccurrence<'a>> {
    let mut texts = Vec::new();
    for (page, text) in pages(input) {
        texts.push(TextOccurrence {
            text: (&*text.front.title).into(),
            origin: Origin::root(&page.file).at("title"),
            audience: Audience::Public,
            language: page.lang,
        });
        texts.extend(
            text.prose
                .passages()
                .into_iter()
                .map(|passage| TextOccurrence {
                    text: passage.text.into(),
                    origin: Origin::bytes(&page.file, passage.bytes),
                    audience: Audience::Public,
                    language: page.lang,
                }),
        );
    }
    texts
}
