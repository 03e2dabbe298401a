//! The rule about links of cells, pages and the office: each leads somewhere.

use super::texts::markup_problems;
use super::{CheckInput, Findings, pages};
use crate::content::Content;
use crate::diagnostic::{Diagnostic, Origin};
use crate::message::Message;
use crate::model::place_name;
use crate::text::MarkupProblem;
use std::collections::BTreeSet;

/// Reports links that lead neither to the web nor to mail, a telephone or an existing row; and
/// images, because none is shown.
pub fn broken_link(input: &CheckInput, found: &mut Findings) {
    let rows = anchors(input.content);
    pages::broken_links(input, &rows, found);
    for (origin, problem) in markup_problems(input.content) {
        if let MarkupProblem::Image(address) = problem {
            let message = Message::new("no-image").with("link", address);
            found.error(origin.within(address), message);
        }
    }
    for text in input.content.texts() {
        for link in text.cell.iter().flat_map(|cell| cell.links()) {
            let origin = text.origin.within(link);
            match link.strip_prefix('#') {
                _ if leads_out(link) => {}
                Some(anchor) if rows.contains(anchor) => {}
                Some(anchor) => {
                    let known = rows.iter().map(String::as_str);
                    broken(found, link, origin, "broken-link-row", (anchor, known));
                }
                None => broken(found, link, origin, "broken-link-help", ("", [])),
            }
        }
    }
    if let Some(office) = &input.content.office {
        let record = &office.record;
        let address: (fn(&str) -> bool, _) = (is_web_address, "broken-link-office");
        let contact: (fn(&str) -> bool, _) = (is_contact, "broken-link-security");
        for (field, line, (fits, help)) in [
            ("url", &record.url, address),
            ("homepage", &record.homepage, address),
            ("security", &record.security, contact),
        ] {
            if let Some(line) = line.as_ref().filter(|line| !fits(line)) {
                broken(found, line, office.origin().at(field), help, ("", []));
            }
        }
    }
}

/// Adds the finding for a link. It helps with the known name that is nearest to the written one, if
/// any is near.
pub fn broken<'a>(
    found: &mut Findings,
    link: &str,
    origin: Origin,
    help: &'static str,
    (written, known): (&str, impl IntoIterator<Item = &'a str>),
) {
    let message = Message::new("broken-link").with("link", link);
    let finding = Diagnostic::error(found.rule, origin, message).help(Message::new(help));
    found.list.push(finding.suggest(written, known));
}

/// The anchors of the sheet's page: its sections, items and rows, under their former names too.
pub fn anchors(content: &Content) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for (file, record, _) in content.all_measures() {
        anchors.extend([file.section.clone(), file.place()]);
        let ids = record.formerly.iter().chain([&record.id]);
        anchors.extend(ids.map(|id| place_name(&file.place(), Some(id))));
    }
    anchors
}

/// Returns true if a link leads to the web, to mail or to a telephone.
pub fn leads_out(link: &str) -> bool {
    match link.split_once(':') {
        Some(("mailto", address)) => address.contains('@') && !address.contains(' '),
        Some(("tel", number)) => number.chars().any(|c| c.is_ascii_digit()),
        _ => is_web_address(link),
    }
}

/// Returns true for a contact that security.txt allows: mail, a secure page or a telephone (RFC
/// 9116, 2.5.3).
fn is_contact(contact: &str) -> bool {
    let mail = !contact.contains(':') && leads_out(&format!("mailto:{contact}"));
    mail || (leads_out(contact) && !contact.starts_with("http:"))
}

fn is_web_address(link: &str) -> bool {
    let parts = link.split_once("://");
    let rest = parts.and_then(|(scheme, rest)| ["http", "https"].contains(&scheme).then_some(rest));
    let is_host = |rest: &str| rest.contains('.') && !rest.starts_with('.');
    rest.is_some_and(|rest| is_host(rest) && !rest.contains(char::is_whitespace))
}
