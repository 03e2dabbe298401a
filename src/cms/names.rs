//! Name constraints of authorities (RFC 5280, 4.2.1.10): an authority and the certificates below it →
//! the permission to have their directory names and mail addresses. Whatever cannot be compared is not permitted.

use super::{chain, malformed};
use GeneralName::{DirectoryName, Rfc822Name};
use der::asn1::{Any, Ia5String, ObjectIdentifier};
use der::{Tagged, oid::db::rfc3280::EMAIL_ADDRESS};
use std::mem::discriminant;
use unicode_normalization::UnicodeNormalization;
use x509_cert::ext::pkix::constraints::name::{GeneralSubtree, GeneralSubtrees};
use x509_cert::ext::pkix::name::{DirectoryString, GeneralName};
use x509_cert::ext::pkix::{NameConstraints, SubjectAltName};
use x509_cert::{Certificate, name::Name};

/// Tells if an authority permits the names of a path below it, the signer first. Self-issued certificates are free.
pub fn are_permitted(authority: &Certificate, path: &[&Certificate]) -> bool {
    let body = authority.tbs_certificate();
    let (_, constraints) = match body.get_extension::<NameConstraints>() {
        Ok(Some(found)) => found,
        absent => return absent.is_ok(),
    };
    let mut places = path.iter().enumerate();
    places.all(|(place, certificate)| {
        let is_free = place > 0 && chain::is_self_issued(certificate);
        let are_permitted = |names: Vec<_>| names.iter().all(|it| is_permitted(it, &constraints));
        is_free || names(certificate).is_ok_and(are_permitted)
    })
}

/// The names of a certificate. Mail addresses in the subject are names of their own.
fn names(certificate: &Certificate) -> der::Result<Vec<GeneralName>> {
    let body = certificate.tbs_certificate();
    let alternatives = body.get_extension::<SubjectAltName>()?;
    let mut names = alternatives.map_or_else(Vec::new, |(_, names)| names.0);
    let subject = body.subject();
    for attribute in subject.iter().filter(|it| it.oid == EMAIL_ADDRESS) {
        let address = text(&attribute.value).ok_or_else(malformed)?;
        names.push(Rfc822Name(Ia5String::new(&address)?));
    }
    if !subject.is_empty() {
        names.push(DirectoryName(subject.clone()));
    }
    Ok(names)
}

/// Applies the constraints of the name's form; those of other forms do not matter.
fn is_permitted(name: &GeneralName, constraints: &NameConstraints) -> bool {
    let within = |subtrees: &Option<GeneralSubtrees>| -> Vec<Option<bool>> {
        let all = subtrees.iter().flatten();
        let of_form = all.filter(|it| discriminant(&it.base) == discriminant(name));
        of_form.map(|it| is_within(name, it)).collect()
    };
    let permitted = within(&constraints.permitted_subtrees);
    let excluded = within(&constraints.excluded_subtrees);
    (permitted.is_empty() || permitted.contains(&Some(true)))
        && excluded.iter().all(|it| *it == Some(false))
}

/// Tells if a name is in a subtree. `None` if the two cannot be compared.
fn is_within(name: &GeneralName, subtree: &GeneralSubtree) -> Option<bool> {
    if subtree.minimum != 0 || subtree.maximum.is_some() {
        return None;
    }
    match (name, &subtree.base) {
        (DirectoryName(name), DirectoryName(base)) => Some(parts(name)?.starts_with(&parts(base)?)),
        (Rfc822Name(it), Rfc822Name(base)) => is_address_within(it.as_str(), base.as_str()),
        _ => None,
    }
}

/// A base is one address, a host, or a domain with a dot before it.
fn is_address_within(address: &str, base: &str) -> Option<bool> {
    let [address, base] = [address, base].map(str::to_ascii_lowercase);
    let (_, host) = address.rsplit_once('@')?;
    match base.as_str() {
        "" => None,
        base if base.contains('@') => Some(address == base),
        base if base.starts_with('.') => Some(host.ends_with(base)),
        base => Some(host == base),
    }
}

/// The parts of a directory name, each with its attributes in one order.
fn parts(name: &Name) -> Option<Vec<Vec<(ObjectIdentifier, String)>>> {
    let part = name.iter_rdn().map(|part| {
        let attributes = part.iter().map(|it| Some((it.oid, text(&it.value)?)));
        let mut attributes: Vec<_> = attributes.collect::<Option<_>>()?;
        attributes.sort();
        Some(attributes)
    });
    part.collect()
}

/// The text of an attribute as names are compared: without its encoding, case and spaces (RFC 5280, 7.1).
fn text(value: &Any) -> Option<String> {
    let written = if value.tag() == der::Tag::Ia5String {
        value.decode_as::<Ia5String>().ok()?.to_string()
    } else {
        let written: DirectoryString = value.decode_as().ok()?;
        written.value().into_owned()
    };
    let folded = written.nfkc().collect::<String>().to_lowercase();
    Some(folded.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::is_address_within;

    #[test]
    fn a_base_is_an_address_a_host_or_a_domain() {
        for (address, base, expected) in [
            ("a@example.jp", "a@example.jp", Some(true)),
            ("A@Example.JP", "a@example.jp", Some(true)),
            ("b@example.jp", "a@example.jp", Some(false)),
            ("a@example.jp", "example.jp", Some(true)),
            ("a@mail.example.jp", "example.jp", Some(false)),
            ("a@badexample.jp", "example.jp", Some(false)),
            ("a@mail.example.jp", ".example.jp", Some(true)),
            ("a@example.jp", ".example.jp", Some(false)),
            ("\"a@example.jp\"@other.jp", "example.jp", Some(false)),
            ("example.jp", "example.jp", None),
            ("a@example.jp", "", None),
        ] {
            let found = is_address_within(address, base);
            assert_eq!(found, expected, "{address} in {base}");
        }
    }
}
