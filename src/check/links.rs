//! The rule about links of cells, pages and the office: each leads somewhere.

use super::texts::markup_findings;
use super::{CheckInput, Rule, pages};
use crate::content::record::Line;
use crate::content::{Content, WrittenText};
use crate::diagnostic::{Diagnostic, Origin};
use crate::message::Message;
use crate::model::place_name;
use crate::text::MarkupProblem;
use std::collections::BTreeSet;

pub const BROKEN_LINK: Rule = Rule::new("broken-link", broken_link);

/// Reports links that lead neither to the web nor to mail, a telephone or an existing row; and
/// images, because none is shown.
fn broken_link(input: &CheckInput) -> Vec<Diagnostic> {
    let rows = anchors(input.content);
    let mut findings = pages::broken_links(input, &rows);
    findings.extend(markup_findings(input, |origin, problem| {
        let MarkupProblem::Image(address) = problem else {
            return None;
        };
        let message = Message::new("no-image").with("link", address);
        Some(BROKEN_LINK.error(origin.within(address), message))
    }));
    for pair in input.content.texts() {
        for (text, origin) in [(pair.ja, &pair.origin), (pair.en, &pair.en_origin)] {
            if let Some(WrittenText::Cell(text)) = text {
                let broken = text.links().filter(|link| !leads_somewhere(link, &rows));
                findings.extend(broken.map(|link| broken_in_cell(link, origin, &rows)));
            }
        }
    }
    if let Some(office) = &input.content.office {
        let mut report = |line: &Option<Line>, field, fits: fn(&str) -> bool, help| {
            if let Some(line) = line.as_ref().filter(|line| !fits(line)) {
                let finding = broken(line, office.origin().at(field));
                findings.push(finding.help(Message::new(help)));
            }
        };
        let record = &office.record;
        report(&record.url, "url", is_web_address, "broken-link-office");
        report(
            &record.homepage,
            "homepage",
            is_web_address,
            "broken-link-office",
        );
        report(
            &record.security,
            "security",
            is_contact,
            "broken-link-security",
        );
    }
    findings
}

/// The finding for a link, without help.
pub fn broken(link: &str, origin: Origin) -> Diagnostic {
    BROKEN_LINK.error(origin, Message::new("broken-link").with("link", link))
}

fn broken_in_cell(link: &str, origin: &Origin, anchors: &BTreeSet<String>) -> Diagnostic {
    let finding = broken(link, origin.within(link));
    match link.strip_prefix('#') {
        Some(anchor) => finding
            .help(Message::new("broken-link-row"))
            .suggest(anchor, anchors.iter().map(String::as_str)),
        None => finding.help(Message::new("broken-link-help")),
    }
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

fn leads_somewhere(link: &str, anchors: &BTreeSet<String>) -> bool {
    let row = link.strip_prefix('#');
    leads_out(link) || row.is_some_and(|anchor| anchors.contains(anchor))
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
    let rest = link
        .strip_prefix("https://")
        .or(link.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        rest.contains('.') && !rest.starts_with('.') && !rest.contains(char::is_whitespace)
    })
}
