//! What a reader finds is the same in HTML, PDF, JSON and CSV, row by row.

mod support;

use safeguard::data;
use scraper::{ElementRef, Html, Selector};
use support::{BUNDLE, file, run};

/// 番号, 記号, 節, 記号, 項, 対応, 措置の内容, サービス・委託先・備考; white space left out.
type Row = [String; 8];

fn solid(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn json(path: &str) -> Vec<Row> {
    let data: serde_json::Value = serde_json::from_slice(&BUNDLE[path]).expect("JSON");
    let rows = data["measures"]
        .as_array()
        .expect("measures")
        .iter()
        .map(|row| {
            let heading = |place: &str, part: &str| solid(row[place][part].as_str().expect("text"));
            let cell = |name: &str| {
                let paragraphs = row[name]["text"].as_array().expect("paragraphs");
                solid(
                    &paragraphs
                        .iter()
                        .map(|words| words.as_str().expect("plain words"))
                        .collect::<String>(),
                )
            };
            [
                row["no"].to_string(),
                heading("section", "letter"),
                heading("section", "name"),
                heading("item", "letter"),
                heading("item", "name"),
                cell("subject"),
                cell("measure"),
                cell("remarks"),
            ]
        });
    rows.collect()
}

fn csv(path: &str) -> Vec<Row> {
    let bytes = BUNDLE[path]
        .strip_prefix(b"\xef\xbb\xbf")
        .expect("a byte order mark, for Excel");
    let mut table = csv::Reader::from_reader(bytes);
    let row = |record: csv::StringRecord| {
        std::array::from_fn(|column| solid(data::unguarded(&record[column])))
    };
    table
        .records()
        .map(|record| row(record.expect("a line")))
        .collect()
}

/// A table's rows with joined cells handed down: cells come with their spans.
fn unjoin(rows: Vec<Vec<(usize, usize, String)>>, columns: usize) -> Vec<Vec<String>> {
    let mut grid: Vec<Vec<String>> = Vec::new();
    let mut reaching: Vec<(usize, String)> = vec![(0, String::new()); columns];
    for cells in rows {
        let mut cells = cells.into_iter();
        let mut column = 0;
        while column < columns {
            if reaching[column].0 == 0 {
                let (down, across, text) = cells.next().expect("a cell for every column");
                reaching[column..column + across].fill((down, text));
                column += across;
            } else {
                column += 1;
            }
        }
        assert_eq!(cells.next(), None, "more cells than columns");
        grid.push(reaching.iter().map(|(_, text)| text.clone()).collect());
        reaching.iter_mut().for_each(|(down, _)| *down -= 1);
    }
    grid
}

fn html(path: &str) -> Vec<Row> {
    let page = Html::parse_document(std::str::from_utf8(&BUNDLE[path]).expect("UTF-8"));
    let select = |css: &str| Selector::parse(css).expect("a selector");
    // The number's own cell is part of the subject's column; the card has the number again.
    let cells = select("td:not(.number), th");
    let (number, words) = (select(".card-head .no"), select(".text"));
    let span = |cell: &ElementRef, name: &str| {
        cell.attr(name)
            .map_or(1, |span| span.parse().expect("a number"))
    };
    let rows: Vec<ElementRef> = page
        .select(&select("tbody tr"))
        .filter(|row| row.attr("id").is_some())
        .collect();
    let texts = rows.iter().map(|row| {
        let text = |cell: ElementRef| {
            solid(
                &cell
                    .select(&words)
                    .flat_map(|words| words.text())
                    .collect::<String>(),
            )
        };
        row.select(&cells)
            .map(|cell| (span(&cell, "rowspan"), span(&cell, "colspan"), text(cell)))
            .collect()
    });
    let grid = unjoin(texts.collect(), 7);
    let numbers = rows.iter().map(|row| {
        row.select(&number)
            .flat_map(|no| no.text())
            .collect::<String>()
    });
    let row = |(number, cells): (String, Vec<String>)| {
        let mut all = vec![solid(&number)];
        all.extend(cells);
        Row::try_from(all).expect("eight cells")
    };
    numbers.zip(grid).map(row).collect()
}

/// Reads the table back along the PDF's structure: rows, header and data cells, their spans.
fn pdf(path: &str) -> Vec<Row> {
    let folder = tempfile::tempdir().expect("a folder");
    let structure = run(
        "pdfinfo",
        &["-struct-text".as_ref(), file(&folder, path).as_ref()],
    );
    let mut rows: Vec<Vec<(usize, usize, String)>> = Vec::new();
    let mut table = usize::MAX;
    for line in structure.lines() {
        let indent = line.len() - line.trim_start().len();
        let line = line.trim();
        if line == "TR" {
            table = indent;
        } else if indent <= table {
            // What follows a table: a row without cells, so that nothing more is read into its last cell.
            table = usize::MAX;
            rows.push(Vec::new());
        }
        let starts_cell = line.starts_with("TH") || line.starts_with("TD");
        if line == "TR" {
            rows.push(Vec::new());
        } else if let Some(row) = rows.last_mut() {
            let last = row.last_mut();
            match (line.split_once(' '), last) {
                _ if starts_cell => row.push((1, 1, String::new())),
                (Some(("/RowSpan", span)), Some(cell)) => cell.0 = span.parse().expect("a number"),
                (Some(("/ColSpan", span)), Some(cell)) => cell.1 = span.parse().expect("a number"),
                (_, Some(cell)) => {
                    let words = line
                        .strip_prefix('"')
                        .and_then(|line| line.strip_suffix('"'));
                    cell.2.push_str(&solid(words.unwrap_or_default()));
                }
                _ => {}
            }
        }
    }
    // The form's table has eight columns, the control block two; the header's last row is the one that names them.
    let head = rows
        .iter()
        .position(|row| row.len() == 7 && row[0].2 == "記号")
        .expect("the header");
    let body: Vec<_> = rows.split_off(head + 1);
    let end = body.iter().position(Vec::is_empty).unwrap_or(body.len());
    let grid = unjoin(body.into_iter().take(end).collect(), 8);
    let label = |text: &str| text.trim_end_matches("（続き）").to_owned();
    let row = |cells: Vec<String>| {
        let [
            letter,
            section,
            item_letter,
            item,
            no,
            subject,
            measure,
            remarks,
        ] = <Row>::try_from(cells).expect("eight cells");
        [
            no,
            letter,
            label(&section),
            item_letter,
            label(&item),
            label(&subject),
            measure,
            remarks,
        ]
    };
    grid.into_iter().map(row).collect()
}

/// Compares row by row, so that a failure shows one row and not the whole sheet.
fn same(got: Vec<Row>, expected: &[Row]) {
    assert_eq!(got.len(), expected.len());
    for (got, expected) in got.iter().zip(expected) {
        assert_eq!(got, expected);
    }
}

#[test]
fn a_cell_that_a_spreadsheet_would_compute_has_an_apostrophe_that_comes_off() {
    for (cell, in_table) in [
        ("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"),
        ("+81-3-0000-0000", "'+81-3-0000-0000"),
        ("-実施せず", "'-実施せず"),
        ("@office", "'@office"),
        ("＝合計", "'＝合計"),
        ("'=1", "''=1"),
        ("-", "-"),
        ("－", "－"),
        ("'引用'", "'引用'"),
        ("1-2=3", "1-2=3"),
    ] {
        let table = data::table(vec![[cell.to_owned()]]);
        let read = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(table.trim_start_matches('\u{feff}').as_bytes())
            .records()
            .next();
        let read = read.expect("a line").expect("CSV");
        assert_eq!(&read[0], in_table);
        assert_eq!(data::unguarded(&read[0]), cell);
    }
}

#[test]
fn the_public_renderings_say_the_same() {
    let data = json("site/safeguards.json");
    assert_eq!(data.len(), 44);
    same(html("site/index.html"), &data);
    same(csv("site/safeguards.csv"), &data);
    same(pdf("site/safeguards.pdf"), &data);
}

#[test]
fn the_renderings_for_clients_say_the_same() {
    let client = pdf("client/安全管理措置一覧_2015-10-01_竹内社労士事務所.pdf");
    same(
        csv("client/安全管理措置一覧_2015-10-01_竹内社労士事務所.csv"),
        &client,
    );
    same(
        pdf("client/安全管理措置一覧_2015-10-01_竹内社労士事務所_押印用.pdf"),
        &client,
    );
    let withheld = |rows: &[Row]| rows.iter().flatten().filter(|text| *text == "※").count();
    assert_eq!(
        (withheld(&client), withheld(&json("site/safeguards.json"))),
        (0, 15)
    );
}

#[test]
fn every_pdf_carries_the_data_of_its_reader() {
    let folder = tempfile::tempdir().expect("a folder");
    let attached = |path: &str| {
        let to = folder.path().join("attached.json");
        run(
            "pdfdetach",
            &[
                "-save".as_ref(),
                "1".as_ref(),
                "-o".as_ref(),
                to.as_ref(),
                file(&folder, path).as_ref(),
            ],
        );
        std::fs::read(to).expect("attached data")
    };
    assert_eq!(
        attached("site/safeguards.pdf"),
        BUNDLE["site/safeguards.json"]
    );
    let client = attached("client/安全管理措置一覧_2015-10-01_竹内社労士事務所.pdf");
    assert_eq!(
        attached("client/安全管理措置一覧_2015-10-01_竹内社労士事務所_押印用.pdf"),
        client
    );
    let digest: serde_json::Value = serde_json::from_slice(&BUNDLE["manifest.json"]).expect("JSON");
    assert_eq!(digest["digest"]["client"], safeguard::data::sha256(&client));
    // The proof is never issued: its data says so, and its digest stands nowhere.
    let proof = attached("office/安全管理措置一覧_2015-10-01_校正用（社外秘）.pdf");
    let data: serde_json::Value = serde_json::from_slice(&proof).expect("JSON");
    assert_eq!(data["status"], "proof");
    let manifest = String::from_utf8_lossy(&BUNDLE["manifest.json"]);
    let proof_digest = safeguard::data::sha256(&proof);
    let listing = String::from_utf8_lossy(&BUNDLE["site/editions.json"]);
    assert!(!manifest.contains(&proof_digest) && !listing.contains(&proof_digest));
}
