//! What `safeguard issue` does to editions issued before: withdraw, give up, restore, attach.

use super::{Content, Error, Issue, Message, Result, edit, edition_files, issue, sha256, yaml};
use crate::command::sign::{fetch, read_file};
use crate::command::{Session, copies, find_edition};
use crate::edition::{CopyKind, Edition, Ending, RecordedCopy, file};
use crate::render::{bundle::OF_EDITION, pdf::Fonts, theme};
use crate::{manifest::site::edition_folder, pdf_reader, pdf_reader::PdfContents};
use std::path::Path;

/// The largest file fetched from the office's own site.
const MAX_FETCHED: u64 = 64 * 1024 * 1024;
/// The first bytes of what scanners write: PDF, PNG, JPEG and TIFF.
const SCANS: [&[u8]; 5] = [b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*"];

impl Issue {
    /// Records a scan of paper that was sealed, or another file that the office lets out.
    pub fn attach(
        &self,
        session: &Session,
        content: &Content,
        file: &Path,
        id: &str,
    ) -> Result<()> {
        let bytes = read_file(file)?;
        let edition = find_edition(content, id, &[])?;
        let named = self.recipient.as_deref();
        let recipient = named.map(|name| session.recipient(name)).transpose()?;
        let listing = content.listing("");
        let of_data = |pdf: PdfContents| listing.of_data(&sha256(&pdf.data)).map(|it| &it.id);
        let contradicts = |of| of != Some(&edition.id);
        let refused = if let Some(listed) = listing.of_file(&sha256(&bytes)) {
            Message::new("attach-recorded").with("of", &listed.id)
        } else if !SCANS.iter().any(|start| bytes.starts_with(start)) {
            Message::new("attach-no-scan")
        } else if pdf_reader::read(&bytes).map(of_data).is_ok_and(contradicts) {
            Message::new("attach-contradicts")
        } else {
            session.record_copies(&[RecordedCopy {
                edition: edition.id.clone(),
                kind: CopyKind::Scan,
                day: session.today(),
                recipient,
                bytes: bytes.len(),
                sha256: sha256(&bytes),
            }])?;
            let message = Message::new("attached").with("path", file.display());
            session.print_message(message.with("id", id))?;
            return session.print_message("publish-first");
        };
        let message = refused.with("path", file.display());
        Err(Error::new(message.with("id", id)))
    }
}

/// Writes the end of an edition beside its record, or where its record was.
fn end(session: &Session, id: &str, name: &str, note: Option<&str>) -> Result<()> {
    let (on, note) = (session.today(), note.expect("clap requires one").to_owned());
    let bytes = yaml::write(&Ending { on, note }).into_bytes();
    let path = format!("content/editions/{id}/{name}");
    edit::write(&session.directory, &[(path, bytes)])
}

/// Withdraws an edition, and names who holds a copy.
pub fn withdraw(session: &Session, content: &Content, id: &str, note: Option<&str>) -> Result<()> {
    if let Some(ending) = &find_edition(content, id, &[])?.withdrawn {
        let message = Message::new("withdrawn-already").with("day", ending.on);
        return Err(Error::new(message.with("id", id)));
    }
    end(session, id, file::WITHDRAWN, note)?;
    let mut messages = vec![Message::new("withdrawn").with("id", id)];
    if content.newest_edition().is_some_and(|it| it.id == id) {
        messages.push(Message::new("none-in-force"));
    }
    messages.extend(copies::holders(content, id));
    session.print(session.lines(&messages))
}

/// Gives up an edition whose record is gone.
pub fn give_up(session: &Session, content: &Content, id: &str, note: Option<&str>) -> Result<()> {
    let record = format!("content/editions/{id}/{}", file::RECORD);
    if session.directory.join(&record).exists() {
        return Err(Error::new("not-lost").with("path", record));
    }
    let sheet = content.sheet.as_ref();
    let named = sheet.and_then(|sheet| sheet.record.edition.as_deref());
    let predecessors = content.issued().filter_map(|it| it.predecessor.as_ref());
    let mut known = named.into_iter().chain(predecessors.map(|it| &*it.id));
    if !known.any(|known| known == id) {
        return Err(Error::new("lost-unknown").with("id", id));
    }
    end(session, id, file::LOST, note)?;
    session.print_message(Message::new("given-up").with("id", id))
}

/// Brings back an edition's files: drawn again or from the office's site, if the bytes are the recorded ones.
pub fn restore(session: &Session, content: &Content, id: &str) -> Result<()> {
    let folder = session.directory.join("content/editions").join(id);
    if folder.is_dir() && !folder.join(file::RECORD).exists() {
        return Err(Error::new("edition-record-missing").with("id", id));
    }
    let edition = find_edition(content, id, &[])?;
    if issue::digests(edition) != edition.digest {
        return Err(Error::new("edition-altered").with("id", id));
    }
    let damaged = edition.damaged_files();
    if damaged.is_empty() {
        return session.print_message(Message::new("nothing-to-restore").with("id", id));
    }
    let theme = theme::of(&session.directory, content)?;
    let fonts = Fonts::compiled_in().with(&theme)?;
    let before: Vec<&Edition> = content.issued().take_while(|it| it.id != id).collect();
    let drawn = edition_files(&theme, &fonts, edition, &before)?;
    let office = content.office.as_ref();
    let home = office.and_then(|office| office.record.url.as_deref());
    let is_recorded = |name: &str, bytes: &Vec<u8>| edition.files.get(name) == Some(&sha256(bytes));
    let (mut restored, mut gone) = (Vec::new(), Vec::new());
    for name in damaged {
        let again = drawn.get(name).filter(|it| is_recorded(name, it)).cloned();
        let found = again.or_else(|| {
            let (published, _) = OF_EDITION.iter().find(|(_, it)| *it == name)?;
            let (home, folder) = (home?.trim_end_matches('/'), edition_folder(id));
            let fetched = fetch(&format!("{home}/{folder}{published}"), MAX_FETCHED);
            fetched.ok().filter(|it| is_recorded(name, it))
        });
        let path = format!("content/editions/{id}/{name}");
        match found {
            Some(bytes) => restored.push((path, bytes)),
            None => gone.push(path),
        }
    }
    edit::write(&session.directory, &restored)?;
    for (path, _) in &restored {
        session.print_message(Message::new("restored").with("path", path))?;
    }
    if gone.is_empty() {
        return Ok(());
    }
    Err(Error::new("not-restored").with("paths", gone.join(", ")))
}
