//! The own content is the sheet of 2015-10-01: nothing of it is lost, doubled or reworded.

mod support;

use safeguard::content::record::{Markdown, MeasureRecord};
use safeguard::model::{Coordinate, Register};
use std::collections::{BTreeMap, BTreeSet};
use support::{BUNDLE, CHECKED, CONTENT, file, project, run};

/// Cells of the dump by line and cell, both from 1, empty ones left out.
fn dump() -> BTreeMap<Coordinate, String> {
    let text =
        std::fs::read_to_string(project().join("tests/source/sheet-2015.tsv")).expect("the dump");
    let mut cells = BTreeMap::new();
    for (line, row) in (1..).zip(text.lines()) {
        for (cell, words) in (1..)
            .zip(row.split('\t'))
            .filter(|(_, words)| !words.is_empty())
        {
            cells.insert((line, cell), words.to_owned());
        }
    }
    cells
}

/// The rows of form.tsv, each by column name.
fn form() -> Vec<BTreeMap<String, String>> {
    let path = project().join("tests/source/form.tsv");
    let mut table = csv::ReaderBuilder::new()
        .delimiter(b'\t')
        .quoting(false)
        .from_path(path)
        .expect("form.tsv");
    table.deserialize().map(|row| row.expect("a row")).collect()
}

fn register() -> &'static Register {
    CHECKED
        .register
        .as_ref()
        .expect("the own content has no errors")
}

fn paragraphs(text: Option<&Markdown>) -> Vec<String> {
    text.map_or(Vec::new(), |text| {
        text.0.to_plain().lines().map(str::to_owned).collect()
    })
}

#[test]
fn every_measure_and_remark_cell_of_the_dump_stands_in_the_content_once() {
    let dump = dump();
    let mut used: BTreeMap<Coordinate, (String, &str)> = BTreeMap::new();
    for (_, record, _) in CONTENT.all_measures() {
        for (coordinate, text) in texts(record) {
            // A cell that holds measure and service is split at its first space.
            match used.get_mut(&coordinate) {
                Some((words, id)) if *id == record.id => words.push_str(&format!(" {text}")),
                Some((_, id)) => panic!("{coordinate:?} stands at {id} and at {}", record.id),
                None => _ = used.insert(coordinate, (text, &record.id)),
            }
        }
    }
    for (coordinate, (text, id)) in &used {
        assert_eq!(dump.get(coordinate), Some(text), "{id} {coordinate:?}");
    }
    assert_eq!(used.len(), 51);
    let named: BTreeSet<Coordinate> = form()
        .iter()
        .flat_map(|row| {
            [
                coordinates(&row["measure_at"]),
                coordinates(&row["remarks_at"]),
            ]
        })
        .flatten()
        .collect();
    assert_eq!(used.keys().copied().collect::<BTreeSet<_>>(), named);
}

/// Measure and remarks of a record, each paragraph with its coordinate.
fn texts(record: &MeasureRecord) -> Vec<(Coordinate, String)> {
    let source = record
        .source
        .as_ref()
        .expect("every row was taken over from somewhere");
    let measure = paragraphs(record.measure.as_ref());
    let remarks = paragraphs(record.remarks.as_ref());
    assert_eq!(
        (measure.len(), remarks.len()),
        (usize::from(source.measure.is_some()), source.remarks.len()),
        "{}",
        record.id
    );
    let measure = source.measure.into_iter().zip(measure);
    measure
        .chain(source.remarks.iter().copied().zip(remarks))
        .collect()
}

fn coordinates(written: &str) -> Vec<Coordinate> {
    let pair = |pair: &str| {
        let (line, cell) = pair.split_once('.').expect("line.cell");
        (line.parse().expect("a line"), cell.parse().expect("a cell"))
    };
    written.split_whitespace().map(pair).collect()
}

#[test]
fn the_register_is_form_tsv_row_by_row() {
    let form = form();
    let mut rows = form.iter();
    for section in &register().sections {
        for item in &section.items {
            for measure in &item.measures {
                let row = rows.next().expect("44 rows");
                let statement = measure.measure.as_ref();
                let statement = statement.map(|text| text.ja.to_plain().replace('\n', " / "));
                let remarks = measure
                    .remarks
                    .as_ref()
                    .map(|text| text.ja.to_plain().replace('\n', " / "));
                let audience = remarks
                    .as_ref()
                    .map(|_| serde_json::json!(measure.audience.remarks));
                let got = [
                    (
                        "no",
                        measure.no.map(|no| no.to_string()).unwrap_or_default(),
                    ),
                    ("section_letter", section.letter.clone()),
                    ("section", section.name.ja.clone()),
                    ("item_letter", item.letter.clone()),
                    ("item", item.name.ja.clone()),
                    ("id", measure.id.clone()),
                    ("subject", measure.subject.ja.to_plain()),
                    ("measure", statement.unwrap_or_default()),
                    ("remarks", remarks.unwrap_or_default()),
                    (
                        "remarks_audience",
                        audience
                            .and_then(|audience| Some(audience.as_str()?.to_owned()))
                            .unwrap_or_default(),
                    ),
                    (
                        "confirm",
                        measure.origin.confirm.clone().unwrap_or_default(),
                    ),
                ];
                for (column, got) in got {
                    assert_eq!(got, row[column], "{column} of {}", measure.id);
                }
            }
        }
    }
    assert_eq!((form.len(), rows.next()), (44, None));
}

#[test]
fn no_cell_of_the_dump_is_lost() {
    let register = register();
    let office = &register.office;
    let mut known: BTreeSet<String> = BTreeSet::from([
        format!("{} {}", office.name.ja, register.title.ja),
        "2015年10月1日".to_owned(),
        format!(
            "{} {} {}",
            office.name.ja, register.signatory.title.ja, register.signatory.name.ja
        ),
        format!("TEL {}", office.tel.clone().unwrap_or_default()),
    ]);
    let labels: serde_yaml::Value = serde_yaml::from_slice(
        &std::fs::read(project().join("themes/official/labels.ja.yaml")).expect("labels"),
    )
    .expect("YAML");
    for label in [
        "guideline_title",
        "subject_title",
        "measures_title",
        "certifications",
    ] {
        known.insert(
            labels[label]
                .as_str()
                .expect("a label")
                .replace("{office}", &office.name.ja),
        );
    }
    assert_eq!(
        safeguard::date::print(
            register.date,
            register.date_style,
            safeguard::message::Language::Japanese
        ),
        "2015年10月1日"
    );
    known.extend(
        register
            .certifications
            .iter()
            .map(|certification| certification.printed.ja.clone()),
    );
    for section in &register.sections {
        known.extend([section.letter.clone(), section.name.ja.clone()]);
        for item in &section.items {
            known.extend([item.letter.clone(), item.name.ja.clone()]);
            for measure in &item.measures {
                known.extend([measure.subject.ja.to_plain()]);
            }
        }
    }
    for (_, record, _) in CONTENT.all_measures() {
        let (measure, remarks) = (
            paragraphs(record.measure.as_ref()),
            paragraphs(record.remarks.as_ref()),
        );
        known.insert(format!("{} {}", measure.concat(), remarks.concat()));
        known.extend(measure.into_iter().chain(remarks));
    }
    let lost: Vec<_> = dump()
        .into_iter()
        .filter(|(_, words)| !known.contains(words))
        .collect();
    assert_eq!(lost, []);
}

#[test]
fn the_client_pdf_tells_every_text_on_its_pages_and_in_its_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let pdf = file(
        &folder,
        "client/安全管理措置一覧_2015-10-01_竹内社労士事務所.pdf",
    );
    let attached = folder.path().join("attached.json");
    run(
        "pdfdetach",
        &[
            "-save".as_ref(),
            "1".as_ref(),
            "-o".as_ref(),
            attached.as_ref(),
            pdf.as_ref(),
        ],
    );
    let data = std::fs::read_to_string(attached).expect("attached data");
    // Along the structure: a cell's words stand together there, whatever lines the layout broke them into.
    let structure = run("pdfinfo", &["-struct-text".as_ref(), pdf.as_ref()]);
    let words = structure
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix('"'));
    let pages = solid(&words.collect::<String>());
    let mut texts: Vec<String> = register()
        .certifications
        .iter()
        .map(|certification| certification.printed.ja.clone())
        .collect();
    for (_, record, _) in CONTENT.all_measures() {
        texts.push(record.subject.0.to_plain());
        texts.extend(paragraphs(record.measure.as_ref()));
        texts.extend(paragraphs(record.remarks.as_ref()));
    }
    for text in texts {
        assert!(pages.contains(&solid(&text)), "not on the pages: {text}");
        assert!(data.contains(&text), "not in the data: {text}");
    }
    for withheld in CONTENT
        .all_measures()
        .filter_map(|(_, record, _)| record.confirm.as_deref())
    {
        assert!(
            !pages.contains(&solid(withheld)) && !data.contains(withheld),
            "{withheld}"
        );
    }
    assert!(BUNDLE.contains_key("client/安全管理措置一覧_2015-10-01_竹内社労士事務所_押印用.pdf"));
}

fn solid(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}
