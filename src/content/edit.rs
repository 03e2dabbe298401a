//! Edits to content files: only the lines concerned change, comments and order stay.

use super::record::{IsoDate, MeasureRecord, SheetRecord};
use super::yaml::{self, Marked};
use crate::diagnostic::{Origin, Part, PathStep};
use crate::message::{Error, Message, Result};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// New text for some bytes of a file.
type Edit = (Range<usize>, String);

/// `sheet.yaml` with another day and newest edition, and with the day of review if one is given.
///
/// Returns `None` if the file is written in a way that cannot be edited safely.
pub fn issued(text: &str, day: Date, edition: &str, reviewed: Option<Date>) -> Option<String> {
    let marked = Marked::parse(text);
    let mut edits = vec![
        set(&marked, text, &[], "date", &day.to_string(), "date")?,
        set(&marked, text, &[], "edition", edition, "date")?,
    ];
    if let Some(reviewed) = reviewed {
        let day = reviewed.to_string();
        edits.push(set(&marked, text, &[], "reviewed_on", &day, "date")?);
    }
    let edited = apply(text, edits);
    let mut meant: SheetRecord = yaml::read("", text).ok()?;
    meant.date.0 = day;
    meant.edition = Some(edition.to_owned());
    meant.reviewed_on = reviewed.map(IsoDate).or(meant.reviewed_on);
    reads_as(&edited, &meant).then_some(edited)
}

/// A file of measures with numbers given to some of its entries; `None` as above.
pub fn numbered(text: &str, numbers: &BTreeMap<usize, u32>) -> Option<String> {
    let marked = Marked::parse(text);
    let edit = |(index, number): (&usize, &u32)| {
        let entry = [PathStep::Index(*index)];
        set(&marked, text, &entry, "no", &number.to_string(), "id")
    };
    let edits: Option<Vec<Edit>> = numbers.iter().map(edit).collect();
    let edited = apply(text, edits?);
    let mut meant: Vec<MeasureRecord> = yaml::read("", text).ok()?;
    for (index, number) in numbers {
        meant.get_mut(*index)?.no = Some(*number);
    }
    reads_as(&edited, &meant).then_some(edited)
}

/// Whether an edited text says what was meant and nothing else.
fn reads_as<T: serde::de::DeserializeOwned + std::fmt::Debug>(edited: &str, meant: &T) -> bool {
    let read = yaml::read::<T>("", edited);
    read.is_ok_and(|read| format!("{read:?}") == format!("{meant:?}"))
}

/// Sets a field of the fields at `path`: in its place, or where it is missing behind the field `after`.
fn set(
    marked: &Marked,
    text: &str,
    path: &[PathStep],
    field: &str,
    value: &str,
    after: &str,
) -> Option<Edit> {
    let node = path
        .iter()
        .fold(Origin::root(""), |origin, step| origin.at(step.clone()));
    let find = |field: &str, part| {
        let bytes = marked.find_whole(&node.at(field).part(part).location)?;
        Some(without_comment(text, bytes))
    };
    if let Some(old) = find(field, Part::Value) {
        return Some((old, value.to_owned()));
    }
    let (key, behind) = (find(after, Part::Key)?, find(after, Part::Value)?);
    let line = text[..key.start].rfind('\n').map_or(0, |end| end + 1);
    let before = &text[line..key.start];
    // In braces the next field stands on the same line.
    if before.contains('{') || text[..key.start].trim_end().ends_with([',', '{']) {
        let at = behind.end..behind.end;
        return Some((at, format!(", {field}: {value}")));
    }
    let rest = text[behind.end..].find('\n');
    let end = rest.map_or(text.len(), |rest| behind.end + rest);
    let (end, newline) = match text[..end].ends_with('\r') {
        true => (end - 1, "\r\n"),
        false => (end, "\n"),
    };
    let indent = " ".repeat(before.chars().count());
    Some((end..end, format!("{newline}{indent}{field}: {value}")))
}

/// A quoted text is said to end where the line does: here it ends with its quote.
fn without_comment(text: &str, bytes: Range<usize>) -> Range<usize> {
    let written = &text[bytes.clone()];
    let quote = written.chars().next().filter(|c| "\"'".contains(*c));
    let end = quote.and_then(|quote| written[1..].find(quote));
    bytes.start..end.map_or(bytes.end, |end| bytes.start + end + 2)
}

/// Makes the edits, the last in the text first, so that the places of the others hold.
fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|(at, _)| at.start);
    let mut edited = text.to_owned();
    for (at, new) in edits.into_iter().rev() {
        edited.replace_range(at, &new);
    }
    edited
}

/// Writes several files of a project, all of them or none; what is there already is replaced.
pub fn write(project: &Path, files: &[(String, String)]) -> Result<()> {
    let failed = |path: &str| {
        let message = Message::new("cannot-write").with("path", path);
        move |error: io::Error| Error::new(message).caused_by(error)
    };
    let mut staged: Vec<(PathBuf, PathBuf, Option<Vec<u8>>)> = Vec::new();
    let mut done = Ok(());
    for (path, text) in files {
        let target = project.join(path);
        let new = beside(&target);
        let old = fs::read(&target).ok();
        done = put(&new, text).map_err(failed(path));
        staged.push((target, new, old));
        if done.is_err() {
            break;
        }
    }
    let mut moved = 0;
    if done.is_ok() {
        for ((target, new, _), (path, _)) in staged.iter().zip(files) {
            done = fs::rename(new, target).map_err(failed(path));
            if done.is_err() {
                break;
            }
            moved += 1;
        }
    }
    if done.is_err() {
        for (target, _, old) in &staged[..moved] {
            let _ = match old {
                Some(old) => fs::write(target, old),
                None => fs::remove_file(target),
            };
        }
        for (_, new, _) in &staged[moved..] {
            let _ = fs::remove_file(new);
        }
    }
    done
}

fn put(path: &Path, text: &str) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A name that reading the content passes over.
fn beside(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.new"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const SHEET: &str =
        "# 表\ntitle: 一覧   # 名\nguideline: g\ndate: \"2015-10-01\"  # 日\ntheme: t\n";

    #[test]
    fn only_the_lines_concerned_change() {
        let edited = issued(SHEET, date(2016, 4, 1), "2016-04-01", None).expect("plain YAML");
        let expected = SHEET.replace(
            "date: \"2015-10-01\"  # 日\n",
            "date: 2016-04-01  # 日\nedition: 2016-04-01\n",
        );
        assert_eq!(edited, expected);
        let again = issued(&edited, date(2017, 4, 1), "2017-04-01-2", None).expect("plain YAML");
        assert_eq!(
            again,
            expected
                .replace("date: 2016-04-01", "date: 2017-04-01")
                .replace("edition: 2016-04-01", "edition: 2017-04-01-2")
        );
        let windows = SHEET.replace('\n', "\r\n");
        let edited = issued(&windows, date(2016, 4, 1), "2016-04-01", None).expect("plain YAML");
        assert_eq!(edited, expected.replace('\n', "\r\n"));
    }

    #[test]
    fn numbers_follow_the_id_in_every_way_of_writing() {
        let measures = "- id: a # x\n  subject: 甲\n  confirm: q\n-   subject: 乙\n    id: \"b\"\n    confirm: q\n- {id: c, subject: 丙, confirm: q}\n- {subject: 丁,\n   id: d, confirm: q}\n- id: e\n  no: 3\n  subject: 戊\n  confirm: q\n";
        let numbers = BTreeMap::from([(0, 7), (1, 8), (2, 9), (3, 10)]);
        let expected = "- id: a # x\n  no: 7\n  subject: 甲\n  confirm: q\n-   subject: 乙\n    id: \"b\"\n    no: 8\n    confirm: q\n- {id: c, no: 9, subject: 丙, confirm: q}\n- {subject: 丁,\n   id: d, no: 10, confirm: q}\n- id: e\n  no: 3\n  subject: 戊\n  confirm: q\n";
        assert_eq!(numbered(measures, &numbers).as_deref(), Some(expected));
        // The last line may lack its end.
        let bare = numbered(
            "- subject: 甲\n  confirm: q\n  id: a",
            &BTreeMap::from([(0, 1)]),
        );
        assert_eq!(
            bare.as_deref(),
            Some("- subject: 甲\n  confirm: q\n  id: a\n  no: 1")
        );
    }

    #[test]
    fn what_cannot_be_edited_safely_is_left_alone() {
        let odd = "- ? id\n  : a\n  ? subject\n  : 甲\n  ? confirm\n  : q\n";
        assert_eq!(numbered(odd, &BTreeMap::from([(0, 1)])), None);
    }
}
