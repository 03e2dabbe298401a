//! Two sheets → changes outside the table: certificates, title, date, office and signatory.

use super::word_diff::mark_line;
use super::{CertificationChange, CertificationChangeKind, HeaderChange, Sides, label};
use crate::model::Office;
use crate::sheet::{CertificationLine, Labels, Sheet};

/// Compares certificates by id: those of the newer sheet, then removed ones.
pub(super) fn certifications(before: &Sheet, after: &Sheet) -> Vec<CertificationChange> {
    let same_id = |sheet: &'_ Sheet, id: &str| {
        let mut lines = sheet.certifications.iter();
        lines.position(|line| line.id == id)
    };
    let mut changes = Vec::new();
    for new in &after.certifications {
        let old = same_id(before, &new.id).map(|at| &before.certifications[at]);
        changes.extend(certification_change(Some(new), old, &after.labels));
    }
    for old in &before.certifications {
        if same_id(after, &old.id).is_none() {
            changes.extend(certification_change(None, Some(old), &after.labels));
        }
    }
    changes
}

/// Compares a certificate on both sides, or marks it as a whole; `None` if nothing differs.
fn certification_change(
    after: Option<&CertificationLine>,
    before: Option<&CertificationLine>,
    labels: &Labels,
) -> Option<CertificationChange> {
    let sides = Sides { after, before };
    let printed = sides.map(printed);
    let mut pairs: Vec<_> = printed.after.into_iter().zip(printed.before).collect();
    let (change, note) = match (after, before) {
        (Some(after), Some(before)) => {
            // Parts that need not be printed are shown if they differ.
            let parts = unprinted(after, labels)
                .into_iter()
                .zip(unprinted(before, labels));
            pairs.extend(parts.filter(|(after, before)| after != before));
            (CertificationChangeKind::Changed, "change_certification")
        }
        (Some(_), None) => (CertificationChangeKind::Added, "change_added"),
        (None, _) => (CertificationChangeKind::Removed, "change_removed"),
    };
    if pairs.iter().all(|(after, before)| after == before) {
        return None;
    }
    let marked = pairs.iter().map(|(after, before)| mark_line(after, before));
    let (new, old): (Vec<_>, Vec<_>) = marked.map(|line| (line.after, line.before)).unzip();
    Some(CertificationChange {
        id: sides.newest()?.id.clone(),
        change,
        note: label(labels, note).to_owned(),
        lines: Sides {
            after: after.map(|_| new).unwrap_or_default(),
            before: before.map(|_| old).unwrap_or_default(),
        },
    })
}

/// The printed lines; empty ones for a sheet without the certificate.
fn printed(line: Option<&CertificationLine>) -> [String; 2] {
    line.map(|line| [line.text.clone(), line.validity.clone()])
        .unwrap_or_default()
}

/// Parts of a certificate that its printed line does not contain.
fn unprinted(line: &CertificationLine, labels: &Labels) -> Vec<String> {
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
    let part = |(name, part): (&str, Option<&String>)| match part {
        Some(part) if !line.text.contains(part) => label(labels, name).replace("{text}", part),
        _ => String::new(),
    };
    parts.map(part).into()
}

/// Compares the texts above and below the table.
pub(super) fn header_changes(before: &Sheet, after: &Sheet) -> Vec<HeaderChange> {
    let mut changes = Vec::new();
    for ((field, name, new), (.., old)) in header(after).into_iter().zip(header(before)) {
        if new != old {
            changes.push(HeaderChange {
                field,
                label: label(&after.labels, name).to_owned(),
                text: mark_line(new, old),
            });
        }
    }
    changes
}

/// Field, name of the label, and text.
fn header(sheet: &Sheet) -> [(&'static str, &'static str, &str); 11] {
    // The web addresses and the security contact are no part of an edition.
    let Office {
        name,
        tel,
        address,
        url: _,
        homepage: _,
        security: _,
        representative,
        complaints,
    } = &sheet.office;
    let (guideline, signatory) = (&sheet.guideline, &sheet.signatory);
    [
        ("title", "changes_title_field", &sheet.title),
        ("date", "control_date", &sheet.date.text),
        ("guideline", "control_guideline", &guideline.title),
        ("guideline-id", "changes_guideline_id", &guideline.id),
        ("office", "changes_office", name),
        ("tel", "tel", tel.as_deref().unwrap_or_default()),
        ("address", "address", address.as_deref().unwrap_or_default()),
        (
            "representative",
            "representative",
            representative.as_deref().unwrap_or_default(),
        ),
        (
            "complaints",
            "complaints",
            complaints.as_deref().unwrap_or_default(),
        ),
        (
            "signatory-title",
            "changes_signatory_title",
            &signatory.title,
        ),
        ("signatory-name", "changes_signatory_name", &signatory.name),
    ]
}
