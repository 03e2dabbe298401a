//! The places of the sheet, at which measures and headings are: sections and items, in print order.

use super::record::{Duty, GuidelineRecord, Line, SheetRecord};
use super::{Content, Filed};
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
}

/// The sections of a guideline, each followed by its items.
pub fn of_guideline(guideline: &Filed<GuidelineRecord>) -> Vec<SheetPlace<'_>> {
    let mut places = Vec::new();
    for (index, section) in guideline.record.sections.iter().enumerate() {
        let origin = guideline.origin().at("sections").at(index);
        let items = origin.at("items");
        let section_place = SheetPlace {
            section: &section.id,
            item: None,
            letter: &section.id,
            name: &section.name,
            en: section.en.as_ref(),
            duty: section.duty,
            takes_measures: section.items.is_empty(),
            is_own: false,
            origin,
        };
        places.push(section_place.clone());
        for (index, item) in section.items.iter().enumerate() {
            places.push(SheetPlace {
                item: Some(&item.id),
                letter: &item.id,
                name: &item.name,
                en: item.en.as_ref(),
                duty: item.duty.unwrap_or(section.duty),
                takes_measures: true,
                origin: items.at(index),
                ..section_place
            });
        }
    }
    places
}

/// The office's own sections before (`"before"`) or after (`"after"`) the guideline's, each
/// followed by its items.
pub fn own<'a>(sheet: &'a Filed<SheetRecord>, side: &'static str) -> Vec<SheetPlace<'a>> {
    let sections = match side {
        "before" => &sheet.record.sections.before,
        _ => &sheet.record.sections.after,
    };
    let mut places = Vec::new();
    for (index, section) in sections.iter().enumerate() {
        let origin = sheet.origin().at("sections").at(side).at(index);
        let items = origin.at("items");
        let section_place = SheetPlace {
            section: &section.id,
            item: None,
            letter: &section.letter,
            name: &section.name,
            en: section.en.as_ref(),
            duty: Duty::default(),
            takes_measures: section.items.is_empty(),
            is_own: true,
            origin,
        };
        places.push(section_place.clone());
        for (index, item) in section.items.iter().enumerate() {
            places.push(SheetPlace {
                item: Some(&item.id),
                letter: &item.letter,
                name: &item.name,
                en: item.en.as_ref(),
                takes_measures: true,
                origin: items.at(index),
                ..section_place
            });
        }
    }
    places
}

impl Content {
    /// All places of the sheet in print order; none if the sheet or its guideline could not be
    /// read.
    pub fn places(&self) -> Vec<SheetPlace<'_>> {
        let (Some(sheet), Some(guideline)) = (&self.sheet, self.own_guideline()) else {
            return Vec::new();
        };
        let mut places = own(sheet, "before");
        places.extend(of_guideline(guideline));
        places.extend(own(sheet, "after"));
        places
    }
}
