//! The reader of PDFs: data, text and signatures are read back, and no file makes the reader panic.

mod support;

use jiff::Timestamp;
use lopdf::dictionary;
use safeguard::cms::timestamp::TimestampToken;
use safeguard::cms::{CmsSignature, SignatureError, chain};
use safeguard::manifest::DATA;
use safeguard::message::{Catalog, Language, Result};
use safeguard::pades::{TimeServer, sign};
use safeguard::pdf_reader::{PdfContents, PdfSignature, open, page_texts, read};
use std::collections::BTreeMap;
use std::fs;
use support::keys::{Behaviour, identity, key, moment, respond};
use support::{BUNDLE, file, run};

const PDFS: [&str; 4] = [
    "client/安全管理措置一覧_2015-10-01_竹内社労士事務所.pdf",
    "office/安全管理措置一覧_2015-10-01_校正用（社外秘）.pdf",
    "client/安全管理措置一覧_2015-10-01_竹内社労士事務所_押印用.pdf",
    "site/safeguards.pdf",
];

// ---------------------------------------------------------------- contents

fn pages(pdf: &[u8]) -> Vec<String> {
    page_texts(&open(pdf).expect("a PDF")).expect("texts")
}

#[test]
fn every_text_of_the_attached_data_stands_on_the_pages_and_stays_there_when_signed() {
    for path in PDFS {
        let plain = received(&BUNDLE[path]);
        let signed_file = stamped("rsa.p12", &BUNDLE[path], Behaviour::Grant);
        let signed = received(&signed_file);
        let data: serde_json::Value = serde_json::from_slice(&plain.data).expect("JSON");
        let words = without_spaces(&pages(&BUNDLE[path]).concat());
        let mut texts = vec![&data["title"], &data["office"]["name"]];
        for row in data["measures"].as_array().expect("measures") {
            texts.extend([&row["section"]["name"], &row["item"]["name"]]);
            for cell in ["subject", "measure", "remarks"] {
                texts.extend(row[cell]["text"].as_array().expect("paragraphs"));
            }
        }
        for certification in data["certifications"].as_array().expect("certifications") {
            texts.push(&certification["text"]);
        }
        assert!(texts.len() > 190, "{path}: {}", texts.len());
        for text in texts {
            let text = text.as_str().expect("words");
            assert!(
                words.contains(&without_spaces(text)),
                "{path}: {text} is not in {words}"
            );
        }
        assert!(!words.contains(char::REPLACEMENT_CHARACTER), "{path}");
        assert_eq!(pages(&BUNDLE[path]), pages(&signed_file), "{path}");
        assert!(plain.data == signed.data, "{path}");
        assert_eq!((plain.signatures.len(), signed.signatures.len()), (0, 1));
    }
    assert!(received(&BUNDLE["site/safeguards.pdf"]).data == BUNDLE["site/safeguards.json"]);
}

#[test]
fn another_program_reads_the_same_characters_from_every_page() {
    let folder = tempfile::tempdir().expect("a folder");
    for path in PDFS {
        let theirs = run(
            "pdftotext",
            &[file(&folder, path).as_os_str(), "-".as_ref()],
        );
        let theirs: Vec<&str> = theirs.split_terminator('\u{c}').collect();
        let ours = pages(&BUNDLE[path]);
        assert_eq!(ours.len(), theirs.len(), "{path}");
        for (page, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
            assert!(
                counted(ours) == counted(theirs),
                "{path}, page {page}: {ours}"
            );
        }
    }
}

// ---------------------------------------------------------------- signatures

#[test]
fn a_signature_has_a_signer_coverage_and_trust() {
    let [root, office, other] = ["root.pem", "office.pem", "other.pem"].map(authorities);
    for (name, signer) in [("rsa.p12", "竹内 一郎"), ("p256.p12", "竹内 二郎")] {
        let state = only(&sign(sheet(), &identity(name), moment(), None).expect("a signature"));
        assert_eq!(state.signer.as_deref(), Some(signer));
        assert_eq!(
            (state.integrity.as_ref().err(), state.coverage),
            (None, Ok(()))
        );
        assert_eq!(state.claimed, Some(moment()));
        assert!(state.timestamp.is_none());
        // Over one authority in between, and directly.
        assert!(state.is_trusted(&root, moment()));
        assert!(state.is_trusted(&office, moment()));
        assert!(!state.is_trusted(&other, moment()));
        assert!(!state.is_trusted(&[], moment()));
        // Without a timestamp the given day decides.
        let later: Timestamp = "2055-01-01T00:00:00Z".parse().expect("a moment");
        assert!(!state.is_trusted(&root, later));
    }
}

#[test]
fn a_timestamp_of_a_trusted_authority_decides_forever() {
    let state = only(&stamped("p256.p12", sheet(), Behaviour::Grant));
    let stamp = state.timestamp.as_ref().expect("a timestamp");
    let token = stamp.as_ref().expect("a sound token");
    assert_eq!(token.authority(), "Test Time Authority");
    let is_trusted = |name| state.trusted_timestamp(&authorities(name)).is_some();
    assert!(is_trusted("root.pem"));
    assert!(!is_trusted("other.pem"));
    // The signer's certificate has run out by then; what was signed before stays signed.
    let later: Timestamp = "2055-01-01T00:00:00Z".parse().expect("a moment");
    assert!(state.is_trusted(&authorities("root.pem"), later));
    assert_eq!(state.check(&authorities("root.pem"), later), Ok(()));
    // The office vouches for the signer, but for no time.
    assert!(!state.is_trusted(&authorities("office.pem"), later));
    let check = state.check(&authorities("office.pem"), later);
    assert_eq!(check, Err(SignatureError::OutsideValidity));
}

#[test]
fn changed_appended_and_moved_bytes_are_detected() {
    let signed = sign(sheet(), &identity("rsa.p12"), moment(), None).expect("a signature");
    // A byte of the metadata, which reads as well as before.
    let mut changed = signed.clone();
    let title = "安全管理措置一覧".as_bytes();
    let place = changed
        .windows(title.len())
        .position(|window| window == title);
    changed[place.expect("it stands in the metadata") + 2] ^= 1;
    assert_eq!(
        only(&changed).integrity.err(),
        Some(SignatureError::ContentMismatch)
    );
    // A digit of the signature value itself, which ends the container.
    let mut broken = signed.clone();
    let start = find(&broken, b"/Contents<") + 10;
    let container = CmsSignature::read(&bytes(&broken[start..])).expect("a container");
    let value: String = container
        .signature()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let place = find(&broken, value.as_bytes());
    broken[place] = if broken[place] == b'0' { b'1' } else { b'0' };
    assert_eq!(
        only(&broken).integrity.err(),
        Some(SignatureError::KeyMismatch)
    );
    // A revision behind, which changes what the pages show.
    let mut appended = signed.clone();
    let mut document = lopdf::IncrementalDocument::create_from(
        signed.clone(),
        lopdf::Document::load_mem(&signed).expect("a PDF"),
    );
    let page = document
        .get_prev_documents()
        .page_iter()
        .next()
        .expect("a page");
    document
        .opt_clone_object_to_new_document(page)
        .expect("a page");
    let note = dictionary! {
        "Type" => "Annot",
        "Subtype" => "FreeText",
        "Rect" => vec![0.into(), 0.into(), 100.into(), 100.into()],
    };
    let entry = document
        .new_document
        .get_dictionary_mut(page)
        .expect("a page");
    entry.set("Annots", vec![note.into()]);
    appended.clear();
    document.save_to(&mut appended).expect("memory");
    let contents = received(&appended);
    let coverage = contents.signatures[0].coverage;
    assert_eq!(coverage, Err(SignatureError::EarlierRevision));
    assert!(contents.signatures[0].integrity.is_ok());
    let check = contents.signatures[0].check(&[], moment());
    assert_eq!(check, Err(SignatureError::EarlierRevision));
    // A gap that is wider than the signature, into which anybody could insert bytes.
    let start = find(&signed, b"/ByteRange[0 ");
    let end = start + find(&signed[start..], b"]");
    let range = String::from_utf8(signed[start + 13..end].to_vec()).expect("digits");
    let numbers: Vec<usize> = range
        .split(' ')
        .map(|number| number.parse().expect("a number"))
        .collect();
    // Up to the end of the last identifier, so that it still reads `<…>`.
    let last = signed.len()
        - signed
            .iter()
            .rev()
            .position(|byte| *byte == b'>')
            .expect("one");
    let last = last
        - 2
        - signed[..last - 2]
            .iter()
            .rev()
            .position(|byte| *byte == b'>')
            .expect("one");
    for (from, to) in [(numbers[0] - 8, numbers[1]), (numbers[0], last)] {
        let wider = format!("{from} {to} {}", signed.len() - to);
        let mut widened = signed.clone();
        widened.splice(
            start + 13..end,
            format!("{wider:<width$}", width = range.len()).bytes(),
        );
        let state = only(&widened);
        let check = state.check(&[], moment());
        assert_eq!(check, Err(SignatureError::ArbitraryBytes));
        let coverage = Err(SignatureError::ArbitraryBytes);
        assert_eq!((state.signer, state.coverage), (None, coverage));
        assert_eq!(state.integrity.err(), Some(SignatureError::Unsupported));
    }
}

#[test]
fn a_container_names_its_signer_unambiguously() {
    // Another certificate for the same key must not stand in for the one that signed.
    let signed = sign(sheet(), &identity("rsa.p12"), moment(), None).expect("a signature");
    let start = find(&signed, b"/Contents<") + 10;
    let mut container = CmsSignature::read(&bytes(&signed[start..])).expect("a container");
    container.certificate = authorities("rsa-again.pem").remove(0);
    let [before, after] = halves(&signed);
    assert_eq!(
        container.verify(&[&before, &after]),
        Err(SignatureError::KeyMismatch)
    );
}

#[test]
fn authorities_are_read_as_pem_with_or_without_text_between_or_as_der() {
    let one = fs::read(key("root.pem")).expect("a certificate");
    assert_eq!(chain::certificates(&one).expect("one").len(), 1);
    let pair = fs::read(key("chain.pem")).expect("certificates");
    assert_eq!(chain::certificates(&pair).expect("two").len(), 2);
    let words = [
        b"Our root\n========\n".as_slice(),
        &one,
        b"\nThe other:\r\n",
        &pair,
    ]
    .concat();
    assert_eq!(chain::certificates(&words).expect("three").len(), 3);
    assert!(chain::certificates(b"no certificate").is_none());
    assert!(chain::certificates(b"").is_none());
}

// ---------------------------------------------------------------- other files

#[test]
fn a_file_that_is_not_a_sheet_is_refused_in_one_sentence() {
    let sheet = sheet();
    let with = |names: &[&str]| with_attachments(sheet, names);
    for (what, pdf, en, ja) in [
        (
            "text",
            b"hello".to_vec(),
            "is not a PDF",
            "PDF ではありません",
        ),
        ("nothing", Vec::new(), "is not a PDF", "PDF ではありません"),
        (
            "half",
            sheet[..sheet.len() / 2].to_vec(),
            "damaged or cut off",
            "途中で切れています",
        ),
        (
            "without data",
            with(&["other.json"]),
            "is attached to",
            "添付されていません",
        ),
        (
            "twice",
            with(&[DATA, DATA]),
            "several files named",
            "いくつもあります",
        ),
    ] {
        let error = read(&pdf).map(drop).expect_err(what);
        let message = error.message.with("file", "sheet.pdf");
        for (language, words) in [(Language::English, en), (Language::Japanese, ja)] {
            let said = Catalog::of(language).format(&message);
            assert!(
                said.contains(words) && said.contains("`sheet.pdf`"),
                "{what}: {said}"
            );
        }
    }
    assert!(read(&with(&[DATA, "other.json"])).is_ok());
}

#[test]
fn no_file_makes_the_reader_panic_or_hang() {
    let folder = tempfile::tempdir().expect("a folder");
    let signed = stamped("rsa.p12", sheet(), Behaviour::Grant);
    // The same with nothing compressed, so that changes reach what stands in streams.
    let [packed, open] = ["packed.pdf", "open.pdf"].map(|name| folder.path().join(name));
    fs::write(&packed, sheet()).expect("a writable folder");
    run(
        "qpdf",
        &["--qdf".as_ref(), packed.as_os_str(), open.as_os_str()],
    );
    let open = fs::read(open).expect("qpdf's output");
    assert!(read(&open).is_ok());
    let mut random = Random(1);
    let mut read_well = 0;
    for round in 0..3000 {
        let mut bytes = if round % 2 == 0 {
            signed.clone()
        } else {
            open.clone()
        };
        match round % 5 {
            0 => bytes.truncate(random.below(bytes.len())),
            // A piece is taken out or doubled.
            1 => {
                let start = random.below(bytes.len());
                let end = (start + random.below(200)).min(bytes.len());
                let piece = bytes[start..end].to_vec();
                let place = random.below(start + 1);
                bytes.splice(place..place, piece);
            }
            _ => {
                for _ in 0..1 + random.below(4) {
                    let place = random.below(bytes.len());
                    bytes[place] = u8::try_from(random.below(256)).expect("a byte");
                }
            }
        }
        if let Ok(received) = read(&bytes) {
            read_well += 1;
            for state in &received.signatures {
                assert!(!state.is_trusted(&[], moment()));
            }
        }
    }
    // Enough of them got past the first gate.
    assert!(read_well > 300, "{read_well}");
}

#[test]
fn no_container_makes_the_reader_panic() {
    let signed = stamped("p256.p12", sheet(), Behaviour::Grant);
    let container = bytes(&signed[find(&signed, b"/Contents<") + 10..]);
    let [before, after] = halves(&signed);
    let whole = CmsSignature::read(&container).expect("a container");
    assert_eq!(whole.verify(&[&before, &after]), Ok(()));
    let mut random = Random(2);
    for round in 0..4000 {
        let mut bytes = container.clone();
        if round % 4 == 0 {
            bytes.truncate(random.below(bytes.len()));
        }
        for _ in 0..1 + random.below(4) {
            // What follows the container is zeros.
            let place = random.below(5000).min(bytes.len().saturating_sub(1));
            if let Some(byte) = bytes.get_mut(place) {
                *byte = u8::try_from(random.below(256)).expect("a byte");
            }
        }
        if let Ok(read) = CmsSignature::read(&bytes) {
            let _ = read.verify(&[b"something else"]);
            let token = read.timestamp();
            if let Some(Ok(token)) = token.map(|token| TimestampToken::read(&token)) {
                let _ = token.verify(read.signature());
            }
        }
    }
}

// ---------------------------------------------------------------- helpers

fn sheet() -> &'static [u8] {
    &BUNDLE["client/安全管理措置一覧_2015-10-01_竹内社労士事務所_押印用.pdf"]
}

fn received(pdf: &[u8]) -> PdfContents {
    read(pdf).unwrap_or_else(|error| panic!("{error:?}"))
}

/// The only signature of a PDF.
fn only(pdf: &[u8]) -> PdfSignature {
    let mut signatures = received(pdf).signatures;
    assert_eq!(signatures.len(), 1);
    signatures.remove(0)
}

/// Signs with a timestamp by openssl.
fn stamped(name: &str, pdf: &[u8], behaviour: Behaviour) -> Vec<u8> {
    let send = |request: &[u8]| -> Result<Vec<u8>> { Ok(respond(request, behaviour)) };
    // The greatest number, which DER writes with a zero before it.
    let server = TimeServer {
        send: &send,
        nonce: u64::MAX,
    };
    // A timestamp has the real time, at which the keys of this run are valid too.
    let signed = sign(pdf, &identity(name), moment(), Some(&server));
    signed.unwrap_or_else(|error| panic!("{error:?}"))
}

fn authorities(name: &str) -> Vec<x509_cert::Certificate> {
    let file = fs::read(key(name)).expect("a certificate");
    chain::certificates(&file).expect("certificates")
}

/// The sheet with other attachments in place of its own.
fn with_attachments(pdf: &[u8], names: &[&str]) -> Vec<u8> {
    let mut document = lopdf::Document::load_mem(pdf).expect("a PDF");
    let mut listed: Vec<lopdf::Object> = Vec::new();
    for name in names {
        let data = lopdf::Stream::new(lopdf::Dictionary::new(), b"{}".to_vec());
        let data = document.add_object(data);
        let file = document.add_object(dictionary! {
            "Type" => "Filespec",
            "F" => lopdf::text_string(name),
            "EF" => dictionary! { "F" => data },
        });
        listed.extend([lopdf::text_string(name), file.into()]);
    }
    let catalog = document.catalog_mut().expect("a catalog");
    catalog.remove(b"AF");
    let files = dictionary! { "Names" => listed };
    catalog.set("Names", dictionary! { "EmbeddedFiles" => files });
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("memory");
    bytes
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The count of each character in a text, without hyphens,
/// because the other program joins words at one that ends a line.
fn counted(text: &str) -> BTreeMap<char, usize> {
    let mut counts = BTreeMap::new();
    for character in without_spaces(text).chars().filter(|c| *c != '-') {
        *counts.entry(character).or_default() += 1;
    }
    counts
}

fn find(bytes: &[u8], part: &[u8]) -> usize {
    let place = bytes.windows(part.len()).position(|window| window == part);
    place.expect("it stands there")
}

/// The bytes of hexadecimal digits, up to the first other character.
fn bytes(digits: &[u8]) -> Vec<u8> {
    let digits = digits
        .iter()
        .map_while(|byte| char::from(*byte).to_digit(16));
    let digits: Vec<u8> = digits
        .map(|digit| u8::try_from(digit).expect("four bits"))
        .collect();
    digits
        .chunks_exact(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

/// The bytes before and after a signature.
fn halves(signed: &[u8]) -> [Vec<u8>; 2] {
    let start = find(signed, b"/Contents<") + 9;
    let end = start + find(&signed[start..], b">") + 1;
    [signed[..start].to_vec(), signed[end..].to_vec()]
}

/// Random numbers that are the same in every run (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 1).expect("63 bits") % limit.max(1)
    }
}
