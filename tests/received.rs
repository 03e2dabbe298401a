//! What is read back from a PDF: its data, every word of every cell, and what each signature is worth; and that nothing a file holds makes the reader panic.

mod support;

use jiff::Timestamp;
use lopdf::dictionary;
use safeguard::cms::{Fault, Signed, chain};
use safeguard::message::{Catalog, Language, Result};
use safeguard::pades::{TimeServer, sign};
use safeguard::pdf_reader::{DATA, Range, Received, SignatureState, Trust, read};
use std::collections::BTreeMap;
use std::fs;
use support::keys::{Way, answer, identity, key, moment};
use support::{BUNDLE, file, run};

const PDFS: [&str; 4] = [
    "handout/safeguards-2015-10-01.pdf",
    "proof/safeguards.pdf",
    "signed/safeguards-2015-10-01.pdf",
    "site/safeguards.pdf",
];

// ---------------------------------------------------------------- what a sheet says

#[test]
fn every_text_of_the_attached_data_stands_on_the_pages_and_stays_there_when_signed() {
    for path in PDFS {
        let plain = received(&BUNDLE[path]);
        let signed = received(&stamped("rsa.p12", &BUNDLE[path], Way::Stamp));
        let data: serde_json::Value = serde_json::from_slice(&plain.data).expect("JSON");
        let words = solid(&plain.pages.concat());
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
        assert!(texts.len() > 200, "{path}: {}", texts.len());
        for text in texts {
            let text = text.as_str().expect("words");
            assert!(
                words.contains(&solid(text)),
                "{path}: {text} is not in {words}"
            );
        }
        assert!(!words.contains(char::REPLACEMENT_CHARACTER), "{path}");
        assert_eq!(plain.pages, signed.pages, "{path}");
        assert!(plain.data == signed.data, "{path}");
        assert_eq!(plain.information, signed.information, "{path}");
        assert_eq!(plain.title(), Some("安全管理措置一覧"));
        assert_eq!(plain.author(), Some("竹内社労士事務所"));
        assert_eq!(plain.recipient(), None);
        assert!(plain.overlays.is_empty() && signed.overlays.is_empty());
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
        let ours = received(&BUNDLE[path]).pages;
        assert_eq!(ours.len(), theirs.len(), "{path}");
        for (page, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
            assert!(
                counted(ours) == counted(theirs),
                "{path}, page {page}: {ours}"
            );
        }
    }
}

// ---------------------------------------------------------------- what a signature is worth

#[test]
fn a_signature_tells_whose_it_is_what_it_covers_and_whom_to_trust() {
    let [root, office, other] = ["root.pem", "office.pem", "other.pem"].map(authorities);
    for (name, signer) in [("rsa.p12", "竹内 一郎"), ("p256.p12", "竹内 二郎")] {
        let state = only(&sign(sheet(), &identity(name), moment(), None).expect("a signature"));
        assert_eq!(state.signer.as_deref(), Some(signer));
        assert_eq!((state.integrity, state.range), (Ok(()), Range::File));
        assert_eq!(state.claimed, Some(moment()));
        assert!(state.timestamp.is_none());
        let (first, last) = state.certificate.expect("a certificate");
        assert!(first < moment() && moment() < last);
        // Over one authority in between, and directly.
        assert_eq!(state.trust(&root, moment()), Trust::Trusted);
        assert_eq!(state.trust(&office, moment()), Trust::Trusted);
        assert_eq!(state.trust(&other, moment()), Trust::Untrusted);
        assert_eq!(state.trust(&[], moment()), Trust::Untrusted);
        // Without a timestamp the given day decides.
        let later: Timestamp = "2055-01-01T00:00:00Z".parse().expect("a moment");
        assert_eq!(state.trust(&root, later), Trust::Untrusted);
    }
}

#[test]
fn a_timestamp_decides_for_good_where_its_authority_is_trusted() {
    let state = only(&stamped("p256.p12", sheet(), Way::Stamp));
    let stamp = state.timestamp.as_ref().expect("a timestamp");
    assert_eq!(stamp.authority.as_deref(), Some("Test Time Authority"));
    assert_eq!(stamp.integrity, Ok(()));
    assert_eq!(stamp.trust(&authorities("root.pem")), Trust::Trusted);
    assert_eq!(stamp.trust(&authorities("other.pem")), Trust::Untrusted);
    // The signer's certificate has run out by then; what was signed before stays signed.
    let later: Timestamp = "2055-01-01T00:00:00Z".parse().expect("a moment");
    assert_eq!(state.trust(&authorities("root.pem"), later), Trust::Trusted);
    // The office vouches for the signer, but for no time.
    assert_eq!(
        state.trust(&authorities("office.pem"), later),
        Trust::Untrusted
    );
}

#[test]
fn what_was_changed_appended_or_moved_is_told() {
    let signed = sign(sheet(), &identity("rsa.p12"), moment(), None).expect("a signature");
    // A byte of the metadata, which reads as well as before.
    let mut changed = signed.clone();
    let title = "安全管理措置一覧".as_bytes();
    let place = changed
        .windows(title.len())
        .position(|window| window == title);
    changed[place.expect("it stands in the metadata") + 2] ^= 1;
    assert_eq!(only(&changed).integrity, Err(Fault::OtherContent));
    // A digit of the signature value itself, which ends the container.
    let mut broken = signed.clone();
    let start = find(&broken, b"/Contents<") + 10;
    let container = Signed::read(&bytes(&broken[start..])).expect("a container");
    let value: String = container
        .signature
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let place = find(&broken, value.as_bytes());
    broken[place] = if broken[place] == b'0' { b'1' } else { b'0' };
    assert_eq!(only(&broken).integrity, Err(Fault::OtherKey));
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
    let told = received(&appended);
    assert_eq!(told.overlays, ["FreeText"]);
    assert_eq!(told.signatures[0].range, Range::Earlier);
    assert_eq!(told.signatures[0].integrity, Ok(()));
    // A hole that is wider than the signature: bytes of anybody's choice could stand in it.
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
        assert_eq!((state.signer, state.range), (None, Range::Odd));
        assert_eq!(state.integrity, Err(Fault::Unknown));
    }
}

#[test]
fn a_container_names_its_signer_with_certainty() {
    // Another certificate for the same key must not stand in for the one that signed.
    let signed = sign(sheet(), &identity("rsa.p12"), moment(), None).expect("a signature");
    let start = find(&signed, b"/Contents<") + 10;
    let mut container = Signed::read(&bytes(&signed[start..])).expect("a container");
    container.certificate = authorities("rsa-again.pem").remove(0);
    let [before, after] = halves(&signed);
    assert_eq!(
        container.holds_for(&[&before, &after]),
        Err(Fault::OtherKey)
    );
}

#[test]
fn authorities_come_as_pem_with_or_without_words_between_or_as_der() {
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

// ---------------------------------------------------------------- what is no sheet

#[test]
fn what_is_no_sheet_is_told_in_a_sentence() {
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
        let failure = read(&pdf).map(drop).expect_err(what);
        let message = failure.message.with("file", "sheet.pdf");
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
    let signed = stamped("rsa.p12", sheet(), Way::Stamp);
    // The same with nothing compressed, so that changes reach what stands in streams.
    let [packed, open] = ["packed.pdf", "open.pdf"].map(|name| folder.path().join(name));
    fs::write(&packed, sheet()).expect("a writable folder");
    run(
        "qpdf",
        &["--qdf".as_ref(), packed.as_os_str(), open.as_os_str()],
    );
    let open = fs::read(open).expect("qpdf's output");
    assert!(read(&open).is_ok());
    let mut chance = Chance(1);
    let mut read_well = 0;
    for round in 0..3000 {
        let mut bytes = if round % 2 == 0 {
            signed.clone()
        } else {
            open.clone()
        };
        match round % 5 {
            0 => bytes.truncate(chance.below(bytes.len())),
            // A piece is taken out or doubled.
            1 => {
                let start = chance.below(bytes.len());
                let end = (start + chance.below(200)).min(bytes.len());
                let piece = bytes[start..end].to_vec();
                let place = chance.below(start + 1);
                bytes.splice(place..place, piece);
            }
            _ => {
                for _ in 0..1 + chance.below(12) {
                    let place = chance.below(bytes.len());
                    bytes[place] = u8::try_from(chance.below(256)).expect("a byte");
                }
            }
        }
        if let Ok(received) = read(&bytes) {
            read_well += 1;
            for state in &received.signatures {
                assert_eq!(state.trust(&[], moment()), Trust::Untrusted);
            }
        }
    }
    // Enough of them got past the first gate.
    assert!(read_well > 300, "{read_well}");
}

#[test]
fn no_container_makes_the_reader_panic() {
    let signed = stamped("p256.p12", sheet(), Way::Stamp);
    let container = bytes(&signed[find(&signed, b"/Contents<") + 10..]);
    let [before, after] = halves(&signed);
    let whole = Signed::read(&container).expect("a container");
    assert_eq!(whole.holds_for(&[&before, &after]), Ok(()));
    let mut chance = Chance(2);
    for round in 0..4000 {
        let mut bytes = container.clone();
        if round % 4 == 0 {
            bytes.truncate(chance.below(bytes.len()));
        }
        for _ in 0..1 + chance.below(4) {
            // What follows the container is zeros.
            let place = chance.below(5000).min(bytes.len().saturating_sub(1));
            if let Some(byte) = bytes.get_mut(place) {
                *byte = u8::try_from(chance.below(256)).expect("a byte");
            }
        }
        if let Ok(read) = Signed::read(&bytes) {
            let _ = read.holds_for(&[b"something else"]);
            let token = read
                .timestamp
                .as_deref()
                .map(safeguard::pades::timestamp::Stamp::read);
            if let Some(Ok(stamp)) = token {
                let _ = stamp.holds_for(&read.signature);
            }
        }
    }
}

// ---------------------------------------------------------------- what the tests use

fn sheet() -> &'static [u8] {
    &BUNDLE["signed/safeguards-2015-10-01.pdf"]
}

fn received(pdf: &[u8]) -> Received {
    read(pdf).unwrap_or_else(|failure| panic!("{failure:?}"))
}

/// The state of the one signature of a PDF.
fn only(pdf: &[u8]) -> SignatureState {
    let mut signatures = received(pdf).signatures;
    assert_eq!(signatures.len(), 1);
    signatures.remove(0)
}

/// Signs with a timestamp of openssl's.
fn stamped(name: &str, pdf: &[u8], way: Way) -> Vec<u8> {
    let ask = |question: &[u8]| -> Result<Vec<u8>> { Ok(answer(question, way)) };
    // The greatest number there is: DER writes it with a zero before it.
    let server = TimeServer {
        ask: &ask,
        nonce: u64::MAX,
    };
    // A timestamp tells the real time, at which the keys of this run count too.
    let signed = sign(pdf, &identity(name), moment(), Some(&server));
    signed.unwrap_or_else(|failure| panic!("{failure:?}"))
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

fn solid(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// How often each character stands in a text; the other program joins words at a hyphen that ends a line.
fn counted(text: &str) -> BTreeMap<char, usize> {
    let mut counts = BTreeMap::new();
    for character in solid(text).chars().filter(|c| *c != '-') {
        *counts.entry(character).or_default() += 1;
    }
    counts
}

fn find(bytes: &[u8], part: &[u8]) -> usize {
    let place = bytes.windows(part.len()).position(|window| window == part);
    place.expect("it stands there")
}

/// The bytes that hexadecimal digits write, up to where they end.
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

/// What stands before and after a signature.
fn halves(signed: &[u8]) -> [Vec<u8>; 2] {
    let start = find(signed, b"/Contents<") + 9;
    let end = start + find(&signed[start..], b">") + 1;
    [signed[..start].to_vec(), signed[end..].to_vec()]
}

/// Chance that is the same in every run (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 1).expect("63 bits") % limit.max(1)
    }
}
