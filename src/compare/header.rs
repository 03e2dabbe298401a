//! Two sheets → changes outside the table: certificates, title, date, office and signatory.

use super::word_diff::mark_line;
use super::{CertificationChange, EitherSide, HeaderChange, Sides, label, pair};
use crate::sheet::{CertificationLine, Labels, Sheet};

/// Compares certificates by id: those of the newer sheet, then removed ones.
pub(super) fn certifications(before: &Sheet, after: &Sheet) -> Vec<CertificationChange> {
    let (old, new) = (&before.certifications, &after.certifications);
    let pairs = pair(old, new, &[|a, b| a.id == b.id]).into_iter();
    Vec::from_iter(pairs.filter_map(|sides| change_of(sides, &after.labels)))
}

/// Compares a certificate on both sides, or marks it as a whole; `None` if nothing differs.
fn change_of(sides: EitherSide<CertificationLine>, labels: &Labels) -> Option<CertificationChange> {
    let lines = |line: &CertificationLine| [line.text.clone(), line.validity.clone()];
    let printed = sides.map(|line| line.map(lines).unwrap_or_default());
    let mut pairs: Vec<_> = printed.after.into_iter().zip(printed.before).collect();
    let (change, note) = match (sides.after, sides.before) {
        (Some(after), Some(before)) => {
            // Parts that need not be printed are shown if they differ.
            let old = unprinted(before, labels);
            let parts = unprinted(after, labels).into_iter().zip(old);
            pairs.extend(parts.filter(|(after, before)| after != before));
            ("changed", "change_certification")
        }
        (Some(_), None) => ("added", "change_added"),
        (None, _) => ("removed", "change_removed"),
    };
    if pairs.iter().all(|(after, before)| after == before) {
        return None;
    }
    let marked = pairs.iter().map(|(after, before)| mark_line(after, before));
    let (new, old): (Vec<_>, Vec<_>) = marked.map(|line| (line.after, line.before)).unzip();
    let lines = sides.zip(Sides::new(new, old));
    Some(CertificationChange {
        id: sides.newest()?.id.clone(),
        change,
        note: label(labels, note).to_owned(),
        lines: lines.map(|(side, lines)| side.map_or_else(Vec::new, |_| lines)),
    })
}

/// Parts of a certificate that its printed line does not contain.
fn unprinted(line: &CertificationLine, labels: &Labels) -> [String; 8] {
    let fields = &line.data;
    let parts = [
        ("certification_standard", Some(&fields.standard)),
        ("certification_edition", fields.edition.as_ref()),
        ("certification_scheme", fields.scheme.as_ref()),
        ("certification_number", Some(&fields.number)),
        ("certification_body", fields.body.as_ref()),
        ("certification_accreditor", fields.accreditor.as_ref()),
        ("certification_scope", fields.scope.as_ref()),
        ("certification_issued", line.issued_on.as_ref()),
    ];
    parts.map(|(name, part)| match part {
        Some(part) if !line.text.contains(part) => label(labels, name).replace("{text}", part),
        _ => String::new(),
    })
}

/// Compares the texts above and below the table.
pub(super) fn header_changes(before: &Sheet, after: &Sheet) -> Vec<HeaderChange> {
    let pairs = header(after).into_iter().zip(header(before));
    let differing = pairs.filter(|((.., new), (.., old))| new != old);
    let changes = differing.map(|((field, name, new), (.., old))| HeaderChange {
        field,
        label: label(&after.labels, name).to_owned(),
        text: mark_line(new.map_or("", |it| it), old.map_or("", |it| it)),
    });
    changes.collect()
}

/// Field, name of the label, and text if there is one.
fn header(sheet: &Sheet) -> [(&'static str, &'static str, Option<&String>); 11] {
    // The web addresses and the security contact are no part of an edition.
    let (office, guideline, signed) = (&sheet.office, &sheet.guideline, &sheet.signatory);
    let (representative, title, name) = (&office.representative, &signed.title, &signed.name);
    [
        ("title", "changes_title_field", Some(&sheet.title)),
        ("date", "control_date", Some(&sheet.date.text)),
        ("guideline", "control_guideline", Some(&guideline.title)),
        ("guideline-id", "changes_guideline_id", Some(&guideline.id)),
        ("office", "changes_office", Some(&office.name)),
        ("tel", "tel", office.tel.as_ref()),
        ("address", "address", office.address.as_ref()),
        ("representative", "representative", representative.as_ref()),
        ("complaints", "complaints", office.complaints.as_ref()),
        ("signatory-title", "changes_signatory_title", Some(title)),
        ("signatory-name", "changes_signatory_name", Some(name)),
    ]
}
