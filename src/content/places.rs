//! The places of the sheet, at which measures and headings are: sections and items, in print order.

use super::record::{Duty, GuidelineRecord, ItemRecord, Line, OwnSections, SheetRecord};
use super::{Content, Filed, MeasureFile};
use crate::diagnostic::Origin;
use crate::model::place_name;

/// A section or item as it is written, in a guideline or by the office itself.
#[derive(Clone)]
pub struct SheetPlace<'a> {
    pub section: &'a str,
    /// `None`: the section itself.
    pub item: Option<&'a str>,
    pub letter: &'a str,
    pub name: &'a Line,
    pub en: Option<&'a Line>,
    pub duty: Duty,
    /// True for an item, and for a section without items.
    pub takes_measures: bool,
    /// True if the office added it; the others are the guideline's.
    pub is_own: bool,
    /// Its node.
    pub origin: Origin,
}

impl SheetPlace<'_> {
    /// `C` or `C-b`
    pub fn id(&self) -> String {
        place_name(self.section, self.item)
    }

    /// The file of its measures.
    pub fn file(&self) -> String {
        let item = self.item.map(|item| format!("/{item}"));
        format!(
            "content/measures/{}{}.yaml",
            self.section,
            item.unwrap_or_default()
        )
    }

    /// Returns true if the measures of a file are for this place.
    pub fn holds(&self, file: &MeasureFile) -> bool {
        file.section == self.section && file.item.as_deref() == self.item
    }
}

/// Id, letter, name, English name and duty as they are written.
type WrittenHeading<'a> = (&'a str, &'a str, &'a Line, &'a Option<Line>, Duty);

/// The section at a node, followed by its items.
fn with_items<'a>(
    origin: Origin,
    is_own: bool,
    (section, letter, name, en, duty): WrittenHeading<'a>,
    items: impl ExactSizeIterator<Item = WrittenHeading<'a>>,
) -> Vec<SheetPlace<'a>> {
    let item_nodes = origin.at("items");
    let place = SheetPlace {
        section,
        item: None,
        letter,
        name,
        en: en.as_ref(),
        duty,
        takes_measures: items.len() == 0,
        is_own,
        origin,
    };
    let mut places = vec![place.clone()];
    for (index, (id, letter, name, en, duty)) in items.enumerate() {
        places.push(SheetPlace {
            item: Some(id),
            letter,
            name,
            en: en.as_ref(),
            duty,
            takes_measures: true,
            origin: item_nodes.at(index),
            ..place
        });
    }
    places
}

/// The sections of a guideline, each followed by its items.
pub fn of_guideline(guideline: &Filed<GuidelineRecord>) -> Vec<SheetPlace<'_>> {
    let node = guideline.origin().at("sections");
    let mut places = Vec::new();
    for (index, it) in guideline.record.sections.iter().enumerate() {
        let section: WrittenHeading = (&it.id, &it.id, &it.name, &it.en, it.duty);
        let duty = |item: &ItemRecord| item.duty.unwrap_or(it.duty);
        let items = it.items.iter();
        let headings = items.map(|it| (&*it.id, &*it.id, &it.name, &it.en, duty(it)));
        places.extend(with_items(node.at(index), false, section, headings));
    }
    places
}

/// The office's own sections before and after the guideline's, each followed by its items.
pub fn own(sheet: &Filed<SheetRecord>) -> [Vec<SheetPlace<'_>>; 2] {
    let OwnSections { before, after } = &sheet.record.sections;
    [("before", before), ("after", after)].map(|(side, sections)| {
        let (node, duty) = (sheet.origin().at("sections").at(side), Duty::default());
        let mut places = Vec::new();
        for (index, it) in sections.iter().enumerate() {
            let section: WrittenHeading = (&it.id, &it.letter, &it.name, &it.en, duty);
            let items = it.items.iter();
            let headings = items.map(|it| (&*it.id, &*it.letter, &it.name, &it.en, duty));
            places.extend(with_items(node.at(index), true, section, headings));
        }
        places
    })
}

impl Content {
    /// All places of the sheet in print order; none if it or its guideline could not be read.
    pub fn places(&self) -> Vec<SheetPlace<'_>> {
        let (Some(sheet), Some(guideline)) = (&self.sheet, self.own_guideline()) else {
            return Vec::new();
        };
        let [before, after] = own(sheet);
        [before, of_guideline(guideline), after].concat()
    }
}
