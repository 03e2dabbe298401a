//! The places of the sheet, at which measures and headings are: sections and items, in print order.

use super::record::{Duty, GuidelineRecord, Line, OwnSections, SheetRecord};
use super::{Content, Filed, MeasureFile};
use crate::diagnostic::Origin;
use crate::model::place_name;
use std::iter;

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
        let path: Vec<&str> = iter::once(self.section).chain(self.item).collect();
        format!("content/measures/{}.yaml", path.join("/"))
    }

    /// Returns true if the measures of a file are for this place.
    pub fn holds(&self, file: &MeasureFile) -> bool {
        file.section == self.section && file.item.as_deref() == self.item
    }
}

/// Id, letter, name, English name and duty as they are written.
type WrittenHeading<'a> = (&'a str, &'a str, &'a Line, &'a Option<Line>, Duty);

/// The sections at a node, each followed by its items; `headings` gives them in that order.
fn with_items<'a, S>(
    node: Origin,
    is_own: bool,
    sections: &'a [S],
    headings: impl Fn(&'a S) -> Vec<WrittenHeading<'a>>,
) -> Vec<SheetPlace<'a>> {
    let mut places = Vec::new();
    for (index, section) in sections.iter().enumerate() {
        let (node, written) = (node.at(index), headings(section));
        for (position, &(id, letter, name, en, duty)) in written.iter().enumerate() {
            let item = position.checked_sub(1);
            places.push(SheetPlace {
                section: written[0].0,
                item: item.map(|_| id),
                letter,
                name,
                en: en.as_ref(),
                duty,
                takes_measures: item.is_some() || written.len() == 1,
                is_own,
                origin: item.map_or(node.clone(), |item| node.at("items").at(item)),
            });
        }
    }
    places
}

/// The sections of a guideline, each followed by its items.
pub fn of_guideline(guideline: &Filed<GuidelineRecord>) -> Vec<SheetPlace<'_>> {
    let node = guideline.origin().at("sections");
    with_items(node, false, &guideline.record.sections, |it| {
        let mut headings: Vec<WrittenHeading> = vec![(&it.id, &it.id, &it.name, &it.en, it.duty)];
        headings.extend(it.items.iter().map(|item| {
            let duty = item.duty.unwrap_or(it.duty);
            (&*item.id, &*item.id, &item.name, &item.en, duty)
        }));
        headings
    })
}

/// The office's own sections before and after the guideline's, each followed by its items.
pub fn own(sheet: &Filed<SheetRecord>) -> [Vec<SheetPlace<'_>>; 2] {
    let OwnSections { before, after } = &sheet.record.sections;
    let (node, duty) = (sheet.origin().at("sections"), Duty::default());
    [("before", before), ("after", after)].map(|(side, sections)| {
        with_items(node.at(side), true, sections, |it| {
            let mut headings: Vec<WrittenHeading> =
                vec![(&it.id, &it.letter, &it.name, &it.en, duty)];
            let items = it.items.iter();
            headings.extend(items.map(|it| (&*it.id, &*it.letter, &it.name, &it.en, duty)));
            headings
        })
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
