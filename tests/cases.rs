//! Runs every folder of `tests/cases` (see `tests/README.md`).

use libtest_mimic::{Arguments, Failed, Trial};
use safeguard::check::{self, CheckInput, Checked};
use safeguard::content::{self, Content};
use safeguard::diagnostic::Diagnostic;
use safeguard::edition::Version;
use safeguard::message::{Catalog, Language};
use safeguard::model::ProsePage;
use safeguard::render::bundle::{self, Project};
use safeguard::render::pdf::Fonts;
use safeguard::render::theme;
use safeguard::report::{Format, Report};
use safeguard::sheet::{self, LayoutOptions, Rendering};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

static FONTS: LazyLock<Fonts> = LazyLock::new(Fonts::compiled_in);

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut folders: Vec<PathBuf> = fs::read_dir(root)
        .expect("tests/cases is there")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    let trials = folders.into_iter().map(|folder| {
        let name = folder.file_name().expect("a folder has a name");
        let name = name.to_string_lossy().into_owned();
        Trial::test(name, move || run(&folder))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

/// Lays the case over the base, checks it, and compares what comes out with `expected/`.
fn run(case: &Path) -> Result<(), Failed> {
    let project = tempfile::tempdir()?;
    for from in [
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/base")
            .as_path(),
        case,
    ] {
        for part in ["content", "themes"] {
            copy(&from.join(part), &project.path().join(part))?;
        }
    }
    if let Some(file) = option(case, "without:") {
        fs::remove_file(project.path().join(file))?;
    }
    let content =
        Arc::new(content::load(project.path()).map_err(|failure| format!("{failure:?}"))?);
    let rules = CheckInput {
        content: &content,
        today: option(case, "as-of:")
            .unwrap_or("2026-04-01".to_owned())
            .parse()?,
        can_draw: &|c| FONTS.can_draw(c),
    };
    let Checked { findings, register } = match option(case, "guideline:") {
        Some(id) => {
            let other = content.guideline(&id).ok_or("no such guideline")?;
            check::check_against(&rules, other)
        }
        None => check::check(&rules),
    };
    let mut failures = vec![compare(
        case,
        "diagnostics.txt",
        &diagnostics(&content, &findings),
    )];
    if let Some(register) = register {
        let theme =
            theme::load(project.path(), "official").map_err(|failure| format!("{failure:?}"))?;
        let build = Project {
            today: rules.today,
            content,
            register,
            findings,
            fonts: FONTS
                .with(&theme)
                .map_err(|failure| format!("{failure:?}"))?,
            theme: theme.into(),
        };
        if case.join("expected/sheet.json").exists() {
            failures.push(compare(case, "sheet.json", &client_sheet(&build)?));
        }
        if case.join("expected/pages.html").exists() {
            failures.push(compare(
                case,
                "pages.html",
                &fragments(&check::pages(&build.content)),
            ));
        }
        for (name, path) in BUILT {
            if case.join("expected").join(name).exists() {
                let bundle = bundle::build(&build, &[])
                    .map_err(|failure| format!("{failure:?}"))?
                    .files;
                let text = String::from_utf8(bundle[path].clone())?;
                failures.push(compare(case, name, inside_main(&text)));
            }
        }
    } else if let Some((name, _)) = BUILT
        .iter()
        .find(|(name, _)| case.join("expected").join(name).exists())
    {
        return Err(format!("{name} is expected, but the content has errors").into());
    }
    let failures: Vec<String> = failures.into_iter().flatten().collect();
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures.concat().into())
    }
}

/// What is compared of a build where the case has it, and where it lies in the build.
const BUILT: [(&str, &str); 2] = [
    ("index.html", "site/index.html"),
    ("data.json", "site/safeguards.json"),
];

/// The sheet for clients, without the theme's own words.
fn client_sheet(build: &Project) -> Result<String, Failed> {
    let (edition, id) = (None, build.register.date.to_string());
    let version = Version { edition, id };
    let options = LayoutOptions::new(Rendering::ClientPdf, build.today, version);
    let labels = build
        .theme
        .labels(Language::Japanese)
        .map_err(|failure| format!("{failure:?}"))?;
    let mut sheet = sheet::lay_out(&build.register, &options, &labels);
    sheet.labels.clear();
    Ok(String::from_utf8(safeguard::data::pretty(&sheet))?)
}

/// The site's pages of prose: a line about each, and its text as HTML.
fn fragments(pages: &[ProsePage]) -> String {
    let fragment = |page: &ProsePage| {
        let ProsePage {
            name,
            lang,
            title,
            order,
            html,
        } = page;
        format!("=== {name}, {lang:?}, {title}, {order:?}\n{html}\n")
    };
    pages.iter().map(fragment).collect()
}

/// The findings in full in English, and a line each in Japanese.
fn diagnostics(content: &Content, findings: &[Diagnostic]) -> String {
    let findings: Vec<&Diagnostic> = findings.iter().collect();
    let print = |language, format| {
        let words = Catalog::of(language);
        let report = Report {
            sources: &content.sources,
            catalog: &words,
            colour: false,
        };
        report.print(&findings, format)
    };
    print(Language::English, Format::Human) + &print(Language::Japanese, Format::Short)
}

fn inside_main(html: &str) -> &str {
    let start = html.find("<main").unwrap_or(0);
    let end = html.find("</main>").unwrap_or(html.len());
    &html[start..end]
}

fn compare(case: &Path, name: &str, got: &str) -> Option<String> {
    let path = case.join("expected").join(name);
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(case.join("expected")).expect("a writable case");
        fs::write(&path, got).expect("a writable case");
    }
    let expected = fs::read_to_string(&path)
        .unwrap_or_else(|_| "(no such file: BLESS=1 writes it)".to_owned());
    (got != expected).then(|| {
        format!(
            "{}\n--- expected\n{expected}\n--- got\n{got}\n",
            path.display()
        )
    })
}

/// What a line of about.md like `as-of: 2026-04-01` says.
fn option(case: &Path, name: &str) -> Option<String> {
    let about = fs::read_to_string(case.join("about.md")).expect("every case has an about.md");
    let value = about.lines().find_map(|line| line.strip_prefix(name));
    value.map(|value| value.trim().to_owned())
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if !from.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
