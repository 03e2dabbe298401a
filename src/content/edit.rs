//! Edits to content files: only the affected lines change; comments and order stay.

use super::nodes::{self, Node};
use super::record::{IsoDate, MeasureRecord, SheetRecord};
use super::syntax::line_start;
use super::yaml;
use crate::message::{Error, Message, Result};
use jiff::civil::Date;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// New text for some bytes of a file.
type Edit = (Range<usize>, String);

/// Sets the date and the newest edition in `sheet.yaml`, and the day of review if one is given.
/// Returns `None` if the file is written in a way that cannot be edited safely.
pub fn issued(text: &str, day: Date, edition: &str, reviewed: Option<Date>) -> Option<String> {
    let root = nodes::parse(text).ok()?;
    let reviewed_on = reviewed.map(|day| ("reviewed_on", day.to_string()));
    let fields = [("date", day.to_string()), ("edition", edition.to_owned())];
    let mut edits = Vec::new();
    for (field, value) in fields.into_iter().chain(reviewed_on) {
        edits.push(set(text, &root, field, &value, "date")?);
    }
    let mut meant: SheetRecord = yaml::read("", text).ok()?;
    meant.date.0 = day;
    meant.edition = Some(edition.to_owned());
    meant.reviewed_on = reviewed.map(IsoDate).or(meant.reviewed_on);
    apply(text, edits, &meant)
}

/// Numbers some entries of a file of measures. Returns `None` as [`issued`] does.
pub fn numbered(text: &str, numbers: &BTreeMap<usize, u32>) -> Option<String> {
    let root = nodes::parse(text).ok()?;
    let mut edits = Vec::new();
    let mut meant: Vec<MeasureRecord> = yaml::read("", text).ok()?;
    for (&index, &number) in numbers {
        let ((_, entry), value) = (root.child(&index.to_string())?, number.to_string());
        edits.push(set(text, entry, "no", &value, "id")?);
        meant.get_mut(index)?.no = Some(number);
    }
    apply(text, edits, &meant)
}

/// The edited text, if it holds the records that were meant and nothing else.
fn apply<T: DeserializeOwned + Debug>(
    text: &str,
    mut edits: Vec<Edit>,
    meant: &T,
) -> Option<String> {
    edits.sort_by_key(|(at, _)| at.start);
    let mut edited = text.to_owned();
    // From the end to the beginning, so that offsets stay valid.
    for (at, new) in edits.into_iter().rev() {
        edited.replace_range(at, &new);
    }
    let read = yaml::read_written::<T>("", &edited).ok()?;
    (format!("{read:?}") == format!("{meant:?}")).then_some(edited)
}

/// Sets a field of a record. A missing field is added after the field `after`.
fn set(text: &str, record: &Node, field: &str, value: &str, after: &str) -> Option<Edit> {
    let find = |field: &str| {
        let (key, node) = record.child(field)?;
        Some((key?.bytes.start, without_comment(text, node.bytes.clone())))
    };
    if let Some((_, old)) = find(field) {
        return Some((old, value.to_owned()));
    }
    let (key, behind) = find(after)?;
    let before = &text[line_start(text, key)..key];
    // In braces the next field is on the same line.
    if before.contains('{') || text[..key].trim_end().ends_with([',', '{']) {
        let at = behind.end..behind.end;
        return Some((at, format!(", {field}: {value}")));
    }
    let rest = text[behind.end..].lines().next().unwrap_or_default();
    let end = behind.end + rest.len();
    let is_windows = text[end..].starts_with('\r');
    let newline = if is_windows { "\r\n" } else { "\n" };
    let indent = " ".repeat(before.chars().count());
    Some((end..end, format!("{newline}{indent}{field}: {value}")))
}

/// Cuts off a comment after a quoted text, which for the parser ends only with its line.
fn without_comment(text: &str, bytes: Range<usize>) -> Range<usize> {
    let written = &text[bytes.clone()];
    let quote = written.chars().next().filter(|c| "\"'".contains(*c));
    let end = quote.and_then(|quote| written[1..].find(quote));
    bytes.start..end.map_or(bytes.end, |end| bytes.start + end + 2)
}

/// Adds an entry to a file that holds a list, as `copies.yaml`; returns the whole file, or `None` as [`issued`] does.
pub fn appended<T: Serialize + DeserializeOwned + Debug + Clone>(
    text: &str,
    entry: &T,
) -> Option<String> {
    let mut meant: Vec<T> = match text.trim() {
        "" => Vec::new(),
        _ => yaml::read_written("", text).ok()?,
    };
    meant.push(entry.clone());
    let is_open = !text.is_empty() && !text.ends_with('\n');
    let end = if is_open { "\n" } else { "" };
    let added = format!("{end}{}", yaml::write(&[entry]));
    apply(text, vec![(text.len()..text.len(), added)], &meant)
}

/// Writes several files of a project, all of them or none. Existing files are replaced.
pub fn write(project: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    let failed = |path: &str| {
        let message = Message::new("cannot-write").with("path", path);
        move |error: io::Error| Error::new(message).failed_by(error)
    };
    let targets: Vec<PathBuf> = files.iter().map(|(path, _)| project.join(path)).collect();
    let olds: Vec<_> = targets.iter().map(|target| fs::read(target).ok()).collect();
    let mut done = Ok(());
    for ((path, bytes), target) in files.iter().zip(&targets) {
        done = done.and_then(|()| put(&beside(target), bytes).map_err(failed(path)));
    }
    let mut moved = 0;
    for ((path, _), target) in files.iter().zip(&targets) {
        done = done.and_then(|()| fs::rename(beside(target), target).map_err(failed(path)));
        moved += usize::from(done.is_ok());
    }
    if done.is_err() {
        for (target, old) in targets.iter().zip(olds).take(moved) {
            let _ = match old {
                Some(old) => fs::write(target, old),
                None => fs::remove_file(target),
            };
        }
        for target in &targets[moved..] {
            let _ = fs::remove_file(beside(target));
        }
    }
    done
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A path for a temporary file, with a name that reading the content ignores.
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
