//! The data of issued editions keeps its bytes for ever: a record with every field of the format gives the digests
//! that it gave when it was issued, and each reader's data is the one stored beside it.
//!
//! If this test fails, the writer in src/data.rs changed. Editions that offices have issued would no longer verify: give
//! the new shape a new `FORMAT`, keep the old writer for the old one, and leave these files alone.

use safeguard::data::{self, SheetData};
use safeguard::edition::Edition;
use safeguard::issue;
use safeguard::model::Audience;
use safeguard::sheet::{self, Labels, Rendering};
use std::fs;
use std::path::PathBuf;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data-format")
        .join(name)
}

fn edition() -> Edition {
    let record = fs::read_to_string(file("record.yaml")).expect("there");
    serde_yaml::from_str(&record).expect("a record")
}

#[test]
fn the_digests_of_an_edition_with_every_field_never_change() {
    let edition = edition();
    assert_eq!(issue::digests(&edition), edition.digest);
    for (audience, name) in [
        (Audience::Public, "public.json"),
        (Audience::Client, "client.json"),
    ] {
        let laid_out =
            sheet::lay_out_edition(&edition, Rendering::of_data(audience), &Labels::new());
        let json = data::json(&laid_out, &edition.sheet, Some(&edition));
        let stored = fs::read(file(name)).expect("there");
        assert!(json == stored, "{name}: {}", String::from_utf8_lossy(&json));
        assert_eq!(data::sha256(&stored), edition.digest.of(audience));
    }
}

#[test]
fn the_stored_record_has_every_field_of_the_format() {
    let client = fs::read(file("client.json")).expect("there");
    let mut data: SheetData = serde_json::from_slice(&client).expect("the format");
    assert_eq!(data.status.take(), None, "an edition is no draft");
    data.status = Some(String::new());
    let value = serde_json::to_value(&data).expect("keys are strings");
    // A field without a value is left out: the data then has fewer fields than the types.
    for (place, fields) in [
        ("", 19),
        ("/office", 5),
        ("/guideline", 3),
        ("/certifications/0", 11),
        ("/measures/0", 8),
    ] {
        let object = value.pointer(place).and_then(|it| it.as_object());
        assert_eq!(object.expect(place).len(), fields, "{place}");
    }
    let text = String::from_utf8(client).expect("UTF-8");
    for state in ["stated", "not-applicable", "open", "none"] {
        assert!(text.contains(&format!("\"state\": \"{state}\"")), "{state}");
    }
    for style in [
        "\"strong\": true",
        "\"emphasis\": true",
        "\"code\": true",
        "\"href\": ",
    ] {
        assert!(text.contains(style), "{style}");
    }
    let public = fs::read_to_string(file("public.json")).expect("there");
    assert!(public.contains("\"state\": \"withheld\"") && !public.contains("\"salt\""));
}
