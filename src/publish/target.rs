//! `publish.yaml`: its text in; targets out, or findings like those of the content.
//!
//! It never holds a credential: those come from the environment ([`Target::secret`]), an agent or a
//! key file. A line that holds one all the same is named but never shown.

use crate::check::texts;
use crate::content::record::Line;
use crate::content::{conflict_marker, yaml};
use crate::diagnostic::{Diagnostic, Origin, nearest};
use crate::message::{Error, Message};
use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

pub const FILE: &str = "publish.yaml";
/// The names that [`Target::secret`] knows.
const SECRETS: &str = "PASSWORD PASSPHRASE KEY ACCESS_KEY_ID SECRET_ACCESS_KEY";
/// Further names by which a field with a credential is recognised, with a typing error too.
const OTHER_SECRETS: [&str; 4] = ["ACCESS_KEY", "API_KEY", "AUTH", "PRIVATE_KEY"];
/// Parts of such a name.
const SECRET_WORDS: [&str; 5] = ["PASS", "PWD", "SECRET", "TOKEN", "CREDENTIAL"];

/// The fields of a target, as its kind takes them ([`TargetKind::fields`]). Local paths stand as they were written.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetRecord {
    pub kind: TargetKind,
    /// The site's folder: for `folder` relative to the project's, else to the server's first one.
    pub path: Option<Line>,
    /// sftp, ftps: the name of the server.
    pub host: Option<Line>,
    /// sftp, ftps: the port, unless it is the usual one.
    pub port: Option<u16>,
    /// sftp, ftps, webdav: the user's name.
    pub user: Option<Line>,
    /// sftp: the file of a private key; without it the agent is asked, then the usual files.
    pub key_file: Option<Line>,
    /// sftp: the file with the server's key, relative to the project's folder; else `~/.ssh/known_hosts`.
    pub known_hosts: Option<Line>,
    /// webdav: the address of the server, `https://…`.
    pub url: Option<Line>,
    /// s3: the bucket, its region, and the address of a service other than Amazon's.
    pub bucket: Option<Line>,
    pub region: Option<Line>,
    pub endpoint: Option<Line>,
    /// git: the repository to push to, and its branch.
    pub repository: Option<Line>,
    pub branch: Option<Line>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TargetKind {
    Folder,
    Sftp,
    Ftps,
    Webdav,
    S3,
    Git,
}

impl TargetKind {
    /// The fields that a target of this kind needs, and those that it may have.
    fn fields(self) -> [Vec<&'static str>; 2] {
        let fields = match self {
            TargetKind::Folder => ["path", ""],
            TargetKind::Sftp => ["host user path", "port key_file known_hosts"],
            TargetKind::Ftps => ["host user path", "port"],
            TargetKind::Webdav => ["url", "user path"],
            TargetKind::S3 => ["bucket", "region endpoint path"],
            TargetKind::Git => ["repository branch", "path"],
        };
        fields.map(|names| names.split_whitespace().collect())
    }
}

/// The text of a field; an empty one if the target has none.
pub fn text(field: &Option<Line>) -> &str {
    field.as_deref().unwrap_or_default()
}

/// The target's place in one line.
impl fmt::Display for TargetRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [path, host, user] = [&self.path, &self.host, &self.user].map(text);
        match self.kind {
            TargetKind::Folder => f.write_str(path),
            TargetKind::Sftp => write!(f, "sftp://{user}@{host}/{path}"),
            TargetKind::Ftps => write!(f, "ftps://{user}@{host}/{path}"),
            TargetKind::Webdav => write!(f, "{} {path}", text(&self.url)),
            TargetKind::S3 => write!(f, "s3://{}/{path}", text(&self.bucket)),
            TargetKind::Git => write!(f, "{} {}", text(&self.repository), text(&self.branch)),
        }
    }
}

/// A place to publish to.
#[derive(Clone)]
pub struct Target {
    pub name: String,
    pub record: TargetRecord,
    /// Credentials by their names; never printed.
    secrets: BTreeMap<&'static str, String>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.name, self.record)
    }
}

impl Target {
    /// The variable of a credential: `SAFEGUARD_RENTAL_PASSWORD` for the target `rental`.
    pub fn variable(&self, secret: &str) -> String {
        let name = format!("SAFEGUARD_{}_{secret}", self.name);
        name.replace('-', "_").to_ascii_uppercase()
    }

    /// A credential from the environment.
    pub fn secret(&self, name: &str) -> Option<&str> {
        self.secrets.get(name).map(String::as_str)
    }

    /// Removes credentials from an error, and names the variable of one that the target may have refused.
    pub fn conceal(&self, mut error: Error) -> Error {
        for secret in self.secrets.values() {
            error.cause = error.cause.map(|cause| cause.replace(secret, "…"));
        }
        let secret = match self.record.kind {
            TargetKind::S3 => "SECRET_ACCESS_KEY",
            _ => "PASSWORD",
        };
        error.with("variable", self.variable(secret))
    }
}

/// Parses `publish.yaml`; returns its targets by name, or its errors. `environment` looks up a variable.
pub fn read(
    text: &str,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Vec<Target>, Vec<Diagnostic>> {
    if let Some(finding) = conflict_marker(FILE, text) {
        return Err(vec![finding]);
    }
    let credentials = find_credentials(text);
    if !credentials.is_empty() {
        return Err(credentials);
    }
    let records = yaml::read::<BTreeMap<String, TargetRecord>>(FILE, text)?;
    let mut findings: Vec<Diagnostic> = records.iter().flat_map(check).collect();
    findings.extend(texts::cut_off(FILE, text));
    if !findings.is_empty() {
        return Err(findings);
    }
    let target = |(name, record)| {
        let mut target = Target {
            name,
            record,
            secrets: BTreeMap::new(),
        };
        let value = |secret| Some((secret, environment(&target.variable(secret))?));
        let given = SECRETS.split(' ').filter_map(value);
        target.secrets = given.filter(|(_, value)| !value.is_empty()).collect();
        target
    };
    Ok(records.into_iter().map(target).collect())
}

/// Paths that the author takes for another folder than they are: nothing is filled in for `~` or a variable.
const NO_FOLDER: &str = r"^~|\$|%[A-Za-z_]+%|://";
/// Paths on a server that lead out of its folder or are meant for Windows.
const NO_PATH: &str = r"\\|^[A-Za-z]:|(?:^|/)(?:\.\.|(?i:\.git))(?:/|$)";
const HOST: &str = r"^(?:[A-Za-z0-9][A-Za-z0-9.-]*|[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f.:]*)$";
const BUCKET: &str = r"^[a-z0-9](?:[a-z0-9-]|\.[a-z0-9]){1,61}[a-z0-9]$";
const ADDRESS: &str = r##"^https?://[!-~&&[^?#"<>\\^`{|}]]+$"##;
const BRANCH: &str = r"^[A-Za-z0-9_](?:[A-Za-z0-9_-]|[./][A-Za-z0-9_])*$";

/// The message on a value that no server or service can have in a field.
fn refused_value(kind: TargetKind, field: &str, value: &str) -> Option<&'static str> {
    let is = |pattern| {
        Regex::new(pattern)
            .expect("a valid pattern")
            .is_match(value)
    };
    let (id, is_right) = match field {
        "host" => ("target-host", is(HOST)),
        "bucket" => ("target-bucket", is(BUCKET)),
        "url" | "endpoint" => ("target-url", is(ADDRESS)),
        "branch" => ("target-branch", is(BRANCH) && !is("^(?:refs|origin)/")),
        "path" if kind == TargetKind::Folder => ("target-path", !is(NO_FOLDER)),
        "path" => ("target-path", !is(NO_FOLDER) && !is(NO_PATH)),
        _ => return None,
    };
    (!is_right).then_some(id)
}

/// Reports a wrong name, wrong values, and fields that are missing or of another kind.
fn check((name, record): (&String, &TargetRecord)) -> Vec<Diagnostic> {
    let origin = Origin::root(FILE).at(name.as_str());
    let mut findings = Vec::new();
    let mut report = |rule, origin: &Origin, message| {
        findings.push(Diagnostic::error(rule, origin.clone(), message));
    };
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(allowed) {
        let message = Message::new("target-name").with("name", name);
        report("bad-id", &origin, message);
    }
    let fields = serde_json::to_value(record).and_then(serde_json::from_value);
    let mut written: BTreeMap<String, serde_json::Value> = fields.expect("a record is an object");
    written.retain(|name, value| name != "kind" && !value.is_null());
    let [needed, optional] = record.kind.fields();
    for field in needed.iter().filter(|name| !written.contains_key(**name)) {
        let message = Message::new("missing-field").with("field", field);
        report("missing-field", &origin, message);
    }
    let known = [needed, optional].concat();
    for (field, value) in &written {
        let text = value.as_str().unwrap_or_default();
        if let Some(id) = refused_value(record.kind, field, text) {
            let message = Message::new(id).with("written", text);
            report("wrong-type", &origin.at(field.as_str()), message);
        }
        if !known.contains(&field.as_str()) {
            let message = Message::new("field-of-other-kind").with("field", field);
            report("unknown-field", &origin.at(field.as_str()), message);
        }
    }
    findings
}

/// Reports fields with a credential and addresses with a password, before a finding of the YAML parser shows them.
fn find_credentials(text: &str) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let code = line.split(" #").next().unwrap_or_default();
        let names = code.split(':').rev().skip(1).filter_map(secret_name);
        let address = has_password(code).then(|| "user:…@".to_owned());
        for name in names.chain(address) {
            let named = Message::new("credential-in-yaml").with("field", name);
            let (origin, message) = (Origin::file(FILE), named.with("line", number));
            findings.push(Diagnostic::error("credential-in-yaml", origin, message));
        }
    }
    findings
}

/// Recognises a web address with a password, or with a token in the user's place.
fn has_password(line: &str) -> bool {
    let Some((scheme, rest)) = line.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', ' ']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    // Over ssh, a name alone is no secret.
    user.is_some_and(|user| user.contains(':') || !scheme.ends_with("ssh"))
}

/// The field name before a colon, if it is a credential's.
fn secret_name(text: &str) -> Option<String> {
    let ends_word = |c: char| !c.is_alphanumeric() && c != '_' && c != '-';
    let unquoted = text.trim_end().trim_end_matches(['"', '\'']);
    let word = unquoted.rsplit(ends_word).next()?;
    let name = word.to_lowercase().replace('-', "_");
    let upper = name.to_uppercase();
    let known = SECRETS.split(' ').chain(OTHER_SECRETS);
    let is_known = !name.is_empty() && nearest(&upper, known).is_some();
    (is_known || SECRET_WORDS.iter().any(|word| upper.contains(word))).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Catalog, Language};

    fn refused(text: &str) -> String {
        let findings = read(text, |_| None).expect_err("this publish.yaml is let pass");
        let catalog = Catalog::of(Language::English);
        let print = |finding: &Diagnostic| {
            let message = catalog.format(&finding.message);
            let help = finding.help.as_ref().map(|help| catalog.format(help));
            format!("{}: {message} {help:?}\n", finding.rule)
        };
        findings.iter().map(print).collect()
    }

    #[test]
    fn a_credential_is_named_with_its_line_and_never_shown() {
        for (line, field) in [
            ("password: hunter2", "password"),
            ("pasword: hunter2", "pasword"),
            ("SECRET_ACCESS_KEY: hunter2", "secret_access_key"),
            ("\"token\": hunter2", "token"),
            ("key: hunter2", "key"),
            ("url: https://office:hunter2@example.jp/", "user:…@"),
            ("url: https://hunter2@example.jp/", "user:…@"),
        ] {
            for text in [
                format!("web: {{kind: webdav, {line}}}\n"),
                format!("web:\n  kind: webdav\n  {line}\n"),
            ] {
                let printed = refused(&text);
                assert!(printed.contains("credential-in-yaml"), "{text}: {printed}");
                assert!(printed.contains(field), "{text}: {printed}");
                assert!(!printed.contains("hunter2"), "{text}: {printed}");
            }
        }
        assert!(refused("a:\n  kind: ftps\n  pwd: x\n").contains("line 3"));
    }

    #[test]
    fn a_field_must_be_there_known_and_of_its_kind() {
        assert!(refused("web: {kind: folder}\n").contains("missing-field: the field `path`"));
        let printed = refused("web: {kind: folder, path: x, bucket: y}\n");
        assert!(printed.contains("`bucket`"), "{printed}");
        let printed = refused("web: {kind: folder, pathh: x}\n");
        assert!(printed.contains("did you mean `path`"), "{printed}");
        let printed = refused("web: {kind: foldr, path: x}\n");
        assert!(printed.contains("did you mean `folder`"), "{printed}");
        assert!(refused("Web: {kind: folder, path: x}\n").contains("`Web`"));
    }

    #[test]
    fn a_value_is_what_its_field_is_for() {
        let sftp = |host: &str, path: &str| {
            format!("web:\n  kind: sftp\n  user: u\n  host: {host}\n  path: {path}\n")
        };
        for (text, word) in [
            (sftp("sftp://example.jp", "p"), "`sftp://example.jp`"),
            (sftp("example.jp:22", "p"), "`port:`"),
            (sftp("example.jp/www", "p"), "`path:`"),
            (sftp("example.jp", "~/public_html"), "first folder"),
            ("web: {kind: folder, path: ~/public}\n".to_owned(), "no `~`"),
            (
                "web: {kind: folder, path: $HOME/public}\n".to_owned(),
                "no `~`",
            ),
            (sftp("example.jp", "www/../x"), "`..`"),
            (sftp("ex，ample.jp", "p"), "no name of a server"),
            (
                "web: {kind: s3, bucket: Office}\n".to_owned(),
                "no name of a bucket",
            ),
            (
                "web: {kind: git, repository: r, branch: origin/pages}\n".to_owned(),
                "no name of a branch",
            ),
            (
                "web: {kind: git, repository: r, branch: pages, path: .git}\n".to_owned(),
                "`.git`",
            ),
            (
                "web:\n  kind: folder\n  path: ../public #1\n".to_owned(),
                "#1",
            ),
            (
                "web: {kind: webdav, url: dav.example.jp}\n".to_owned(),
                "https://",
            ),
            (
                "web: {kind: s3, bucket: \"s3://office\"}\n".to_owned(),
                "`s3://office`",
            ),
        ] {
            let printed = refused(&text);
            assert!(printed.contains(word), "{text}: {printed}");
        }
        for text in [
            sftp("example.jp", "public_html"),
            sftp("\"::1\"", "www/safeguards"),
            "web: {kind: folder, path: ../public}\n".to_owned(),
        ] {
            assert!(read(&text, |_| None).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_credential_comes_from_the_environment_and_is_concealed() {
        let text = "old-web: {kind: ftps, host: h, user: u, path: p}\n";
        let environment =
            |name: &str| (name == "SAFEGUARD_OLD_WEB_PASSWORD").then(|| "hunter2".to_owned());
        let target = read(text, environment).expect("right").remove(0);
        assert_eq!(target.secret("PASSWORD"), Some("hunter2"));
        assert!(!format!("{target:?}").contains("hunter2"));
        let error = Error::new("target-failed").caused_by("530 hunter2 is wrong");
        let cause = target.conceal(error).cause;
        assert_eq!(cause.as_deref(), Some("530 … is wrong"));
    }
}
