//! Every text of the content that some rendering prints, with its English, its place and its readers: listed here and nowhere else.

use super::record::{
    CertificationRecord, GuidelineRecord, Line, MeasureRecord, OfficeRecord, SheetRecord,
};
use super::{Content, Filed};
use crate::diagnostic::Origin;
use crate::model::{Audience, Audiences};
use crate::text::Text;
use std::borrow::Cow;

/// A text as the author wrote it.
#[derive(Clone, Copy)]
pub enum WrittenText<'a> {
    Line(&'a str),
    /// A cell with inline Markdown.
    Cell(&'a Text),
}

impl<'a> WrittenText<'a> {
    /// The characters it prints, and the addresses its links lead to.
    pub fn characters(self) -> Cow<'a, str> {
        match self {
            WrittenText::Line(line) => line.into(),
            WrittenText::Cell(text) => {
                let links = text.links();
                let join = |text: String, link: &str| format!("{text}\n{link}");
                links.fold(text.to_plain(), join).into()
            }
        }
    }

    fn is_blank(self) -> bool {
        match self {
            WrittenText::Line(line) => line.is_empty(),
            WrittenText::Cell(text) => text.is_empty(),
        }
    }
}

/// A text in Japanese and in English, as far as either is written.
pub struct TextPair<'a> {
    pub field: &'static str,
    pub ja: Option<WrittenText<'a>>,
    pub en: Option<WrittenText<'a>>,
    pub origin: Origin,
    pub en_origin: Origin,
    /// `None`: only the office, in the proof.
    pub audience: Option<Audience>,
    /// Whether the English may stand without a Japanese text of its own.
    pub may_stand_alone: bool,
}

impl TextPair<'_> {
    /// Whether there is English without the Japanese that it should translate.
    pub fn lacks_japanese(&self) -> bool {
        let written = |text: Option<WrittenText>| text.is_some_and(|text| !text.is_blank());
        written(self.en) && !written(self.ja) && !self.may_stand_alone
    }
}

/// The texts of one record.
struct Collector<'a, 'c> {
    texts: &'c mut Vec<TextPair<'a>>,
    /// Node of the record's fields.
    origin: Origin,
}

impl<'a> Collector<'a, '_> {
    fn put(
        &mut self,
        field: &'static str,
        ja: Option<WrittenText<'a>>,
        en: Option<WrittenText<'a>>,
        audience: Option<Audience>,
    ) {
        self.texts.push(TextPair {
            field,
            ja,
            en,
            origin: self.origin.at(field),
            en_origin: self.origin.at("en").at(field),
            audience,
            may_stand_alone: false,
        });
    }

    /// A public line; without a translation `en` is `None`.
    fn line(&mut self, field: &'static str, ja: Option<&'a Line>, en: Option<&'a Line>) {
        let [ja, en] = [ja, en].map(|line| line.map(|line| WrittenText::Line(line)));
        self.put(field, ja, en, Some(Audience::Public));
    }
}

impl Content {
    /// Every text, in the order of the files.
    pub fn texts(&self) -> Vec<TextPair<'_>> {
        let mut texts = Vec::new();
        if let Some(office) = &self.office {
            of_office(office, &mut texts);
        }
        if let Some(sheet) = &self.sheet {
            of_sheet(sheet, &mut texts);
        }
        if let Some(guideline) = self.own_guideline() {
            of_guideline(guideline, &mut texts);
        }
        for place in self.places() {
            let (name, en) = (place.name, place.en);
            let letter = Some(WrittenText::Line(place.letter)).filter(|_| place.is_own);
            let origin = place.origin.clone();
            let mut collector = Collector {
                texts: &mut texts,
                origin: place.origin,
            };
            collector.put("letter", letter, None, Some(Audience::Public));
            collector.line("name", Some(name), en);
            if let Some(pair) = texts.last_mut() {
                pair.en_origin = origin.at("en");
            }
        }
        for certification in &self.certifications {
            of_certification(certification, &mut texts);
        }
        let defaults = self.sheet.as_ref().map(|sheet| sheet.record.audience);
        for (_, record, origin) in self.all_measures() {
            let audiences = record.audience.over(defaults.unwrap_or_default());
            of_measure(record, origin, audiences, &mut texts);
        }
        texts
    }
}

fn of_office<'a>(office: &'a Filed<OfficeRecord>, texts: &mut Vec<TextPair<'a>>) {
    let (record, origin) = (&office.record, office.origin());
    let en = record.en.as_ref();
    let signatory_en = en.and_then(|en| en.signatory.as_ref());
    let mut collector = Collector { texts, origin };
    let mut line = |field, ja, en| collector.line(field, ja, en);
    line(
        "name",
        Some(&record.name),
        en.and_then(|en| en.name.as_ref()),
    );
    line("tel", record.tel.as_ref(), None);
    line(
        "address",
        record.address.as_ref(),
        en.and_then(|en| en.address.as_ref()),
    );
    line("url", record.url.as_ref(), None);
    line(
        "representative",
        record.representative.as_ref(),
        en.and_then(|en| en.representative.as_ref()),
    );
    line(
        "complaints",
        record.complaints.as_ref(),
        en.and_then(|en| en.complaints.as_ref()),
    );
    line("security", record.security.as_ref(), None);
    let signatory = &record.signatory;
    for (field, ja, en) in [
        (
            "title",
            &signatory.title,
            signatory_en.and_then(|en| en.title.as_ref()),
        ),
        (
            "name",
            &signatory.name,
            signatory_en.and_then(|en| en.name.as_ref()),
        ),
    ] {
        texts.push(TextPair {
            field,
            ja: Some(WrittenText::Line(ja)),
            en: en.map(|en| WrittenText::Line(en)),
            origin: office.origin().at("signatory").at(field),
            en_origin: office.origin().at("en").at("signatory").at(field),
            audience: Some(Audience::Public),
            may_stand_alone: false,
        });
    }
}

fn of_sheet<'a>(sheet: &'a Filed<SheetRecord>, texts: &mut Vec<TextPair<'a>>) {
    let (record, origin) = (&sheet.record, sheet.origin());
    let en = record.en.as_ref();
    let mut collector = Collector { texts, origin };
    collector.line(
        "title",
        Some(&record.title),
        en.and_then(|en| en.title.as_ref()),
    );
    collector.line("document_number", record.document_number.as_ref(), None);
    let mut push = |ja: Option<&'a Line>, en: Option<&'a Line>, at: Origin, en_at, audience| {
        texts.push(TextPair {
            field: "headings",
            ja: ja.map(|line| WrittenText::Line(line)),
            en: en.map(|line| WrittenText::Line(line)),
            origin: at,
            en_origin: en_at,
            audience: Some(audience),
            may_stand_alone: true,
        });
    };
    let node = sheet.origin();
    for (index, name) in record.approvals.iter().enumerate() {
        let at = node.at("approvals").at(index);
        push(Some(name), None, at.clone(), at, Audience::Client);
    }
    let headings = |at: Origin, place: &str| at.at("headings").at(place);
    for (place, heading) in &record.headings.0 {
        let at = headings(node.clone(), place);
        push(Some(heading), None, at.clone(), at, Audience::Public);
    }
    for (place, heading) in en.iter().flat_map(|en| &en.headings.0) {
        let at = headings(node.at("en"), place);
        push(None, Some(heading), at.clone(), at, Audience::Public);
    }
}

fn of_guideline<'a>(guideline: &'a Filed<GuidelineRecord>, texts: &mut Vec<TextPair<'a>>) {
    let en = guideline.record.en.as_ref();
    let origin = guideline.origin();
    let mut collector = Collector { texts, origin };
    let title = Some(&guideline.record.title);
    collector.line("title", title, en.and_then(|en| en.title.as_ref()));
}

fn of_certification<'a>(
    certification: &'a Filed<CertificationRecord>,
    texts: &mut Vec<TextPair<'a>>,
) {
    let (record, origin) = (&certification.record, certification.origin());
    let en = record.en.as_ref();
    let mut collector = Collector { texts, origin };
    let mut line = |field, ja, en| collector.line(field, ja, en);
    line("standard", Some(&record.standard), None);
    line("edition", record.edition.as_ref(), None);
    line(
        "scheme",
        record.scheme.as_ref(),
        en.and_then(|en| en.scheme.as_ref()),
    );
    line("number", Some(&record.number), None);
    line(
        "body",
        record.body.as_ref(),
        en.and_then(|en| en.body.as_ref()),
    );
    line("accreditor", record.accreditor.as_ref(), None);
    line(
        "scope",
        record.scope.as_ref(),
        en.and_then(|en| en.scope.as_ref()),
    );
    line(
        "print",
        record.print.as_ref(),
        en.and_then(|en| en.print.as_ref()),
    );
    if let Some(print) = texts.last_mut() {
        // The pattern may fit in one language only.
        print.may_stand_alone = true;
    }
}

fn of_measure<'a>(
    record: &'a MeasureRecord,
    origin: Origin,
    audiences: Audiences,
    texts: &mut Vec<TextPair<'a>>,
) {
    let Audiences {
        subject,
        measure,
        remarks,
    } = audiences;
    let en = record.en.as_ref();
    let mut collector = Collector { texts, origin };
    let mut cell = |field, ja: Option<&'a Text>, en: Option<&'a Text>, audience| {
        let [ja, en] = [ja, en].map(|text| text.map(WrittenText::Cell));
        collector.put(field, ja, en, Some(audience));
    };
    cell(
        "subject",
        Some(&record.subject),
        en.and_then(|en| en.subject.as_ref()),
        subject,
    );
    cell(
        "measure",
        record.measure.as_ref(),
        en.and_then(|en| en.measure.as_ref()),
        measure,
    );
    cell(
        "not_applicable",
        record.not_applicable.as_ref(),
        en.and_then(|en| en.not_applicable.as_ref()),
        measure,
    );
    cell(
        "remarks",
        record.remarks.as_ref(),
        en.and_then(|en| en.remarks.as_ref()),
        remarks,
    );
    for (field, note) in [("confirm", &record.confirm), ("memo", &record.memo)] {
        let note = note.as_ref().map(|line| WrittenText::Line(line));
        collector.put(field, note, None, None);
    }
}
