//! `publish.yaml`: its text in; targets out, or findings like those of the content.
//!
//! It never holds a credential: those come from the environment ([`Target::secret`]), an agent or a
//! key file. A line that holds one all the same is named but never shown.

use crate::content::record::Line;
use crate::content::yaml;
use crate::diagnostic::{Diagnostic, Origin, nearest};
use crate::message::{Error, Message};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;

pub const FILE: &str = "publish.yaml";

/// The names that [`Target::secret`] knows.
const SECRETS: [&str; 5] = [
    "PASSWORD",
    "PASSPHRASE",
    "KEY",
    "ACCESS_KEY_ID",
    "SECRET_ACCESS_KEY",
];

/// Parts of a field's name by which a credential is recognised.
const SECRET_WORDS: [&str; 5] = ["pass", "pwd", "secret", "token", "credential"];
/// Field names by which a credential is recognised, with a typing error too.
const SECRET_NAMES: [&str; 9] = [
    "access_key",
    "access_key_id",
    "api_key",
    "auth",
    "key",
    "passphrase",
    "password",
    "private_key",
    "secret_access_key",
];

/// One target, listed by name in `publish.yaml`; its kind decides which fields it takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetRecord {
    kind: TargetKind,
    /// The site's folder: for `folder` relative to the project's, else to the server's first one.
    path: Option<Line>,
    /// sftp, ftps: the name of the server.
    host: Option<Line>,
    /// sftp, ftps: the port, unless it is the usual one.
    port: Option<u16>,
    /// sftp, ftps, webdav: the user's name.
    user: Option<Line>,
    /// sftp: the file of a private key; without it the agent is asked, then the usual files.
    key_file: Option<Line>,
    /// sftp: the file with the server's key, relative to the project's folder; without it
    /// `~/.ssh/known_hosts`.
    known_hosts: Option<Line>,
    /// webdav: the address of the server, `https://…`.
    url: Option<Line>,
    /// s3: the bucket, its region, and the address of a service other than Amazon's.
    bucket: Option<Line>,
    region: Option<Line>,
    endpoint: Option<Line>,
    /// git: the repository to push to, and its branch.
    repository: Option<Line>,
    branch: Option<Line>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum TargetKind {
    Folder,
    Sftp,
    Ftps,
    Webdav,
    S3,
    Git,
}

/// A place to publish to.
#[derive(Debug, Clone)]
pub struct Target {
    pub name: String,
    pub location: Location,
    secrets: Secrets,
}

/// The address of a target; local paths stand as they were written.
#[derive(Debug, Clone)]
pub enum Location {
    Folder {
        path: String,
    },
    Sftp(SftpAddress),
    Ftps(ServerAddress),
    Webdav {
        url: String,
        user: Option<String>,
        path: String,
    },
    S3(Bucket),
    Git(Branch),
}

#[derive(Debug, Clone)]
pub struct ServerAddress {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub path: String,
}

#[derive(Debug, Clone)]
pub struct SftpAddress {
    pub server: ServerAddress,
    pub key_file: Option<String>,
    pub known_hosts: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Bucket {
    pub name: String,
    pub region: Option<String>,
    pub endpoint: Option<String>,
    pub path: String,
}

#[derive(Debug, Clone)]
pub struct Branch {
    pub repository: String,
    pub name: String,
    pub path: String,
}

/// The location in one line.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Folder { path } => f.write_str(path),
            Location::Sftp(address) => write!(f, "sftp://{}", address.server),
            Location::Ftps(server) => write!(f, "ftps://{server}"),
            Location::Webdav { url, path, .. } => write!(f, "{url} {path}"),
            Location::S3(bucket) => write!(f, "s3://{}/{}", bucket.name, bucket.path),
            Location::Git(branch) => write!(f, "{} {}", branch.repository, branch.name),
        }
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}/{}", self.user, self.host, self.path)
    }
}

impl Target {
    /// The variable of a credential: `SAFEGUARD_RENTAL_PASSWORD` for the target `rental`.
    pub fn variable(&self, secret: &str) -> String {
        variable(&self.name, secret)
    }

    /// A credential from the environment.
    pub fn secret(&self, name: &str) -> Option<&str> {
        self.secrets.0.get(name).map(String::as_str)
    }

    /// Removes credentials from an error of a library or server.
    ///
    /// Adds the credential's variable, for the message of a target that refuses it.
    pub fn conceal(&self, error: Error) -> Error {
        let secret = match self.location {
            Location::S3(_) => "SECRET_ACCESS_KEY",
            _ => "PASSWORD",
        };
        let mut cause = error.cause;
        for secret in self.secrets.0.values() {
            cause = cause.map(|cause| cause.replace(secret, "…"));
        }
        Error {
            message: error.message.with("variable", self.variable(secret)),
            cause,
        }
    }
}

fn variable(target: &str, secret: &str) -> String {
    format!("SAFEGUARD_{target}_{secret}")
        .replace('-', "_")
        .to_ascii_uppercase()
}

/// Credentials of a target; never printed.
#[derive(Clone)]
pub struct Secrets(BTreeMap<&'static str, String>);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Parses `publish.yaml`; returns its targets in the order of their names, or its errors.
///
/// `environment` looks up a variable.
pub fn read(
    text: &str,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Vec<Target>, Vec<Diagnostic>> {
    let credentials = find_credentials(text);
    if !credentials.is_empty() {
        return Err(credentials);
    }
    let records: BTreeMap<String, TargetRecord> =
        yaml::read(FILE, text).map_err(|finding| vec![finding])?;
    let mut findings = find_duplicates(text, &records);
    let mut targets = Vec::new();
    for (name, record) in records {
        let mut reader = RecordReader {
            origin: Origin::root(FILE).at(name.as_str()),
            findings: Vec::new(),
        };
        let location = reader.location(record);
        if !is_target_name(&name) {
            let message = Message::new("target-name").with("name", &name);
            reader.report("bad-id", reader.origin.clone(), message);
        }
        findings.extend(reader.findings);
        let secrets = SECRETS.into_iter().filter_map(|secret| {
            let value = environment(&variable(&name, secret))?;
            (!value.is_empty()).then_some((secret, value))
        });
        targets.push(Target {
            secrets: Secrets(secrets.collect()),
            location,
            name,
        });
    }
    if findings.is_empty() {
        Ok(targets)
    } else {
        Err(findings)
    }
}

/// Reports names that occur twice: the YAML reader would silently keep the last.
fn find_duplicates(text: &str, records: &BTreeMap<String, TargetRecord>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for name in records.keys() {
        let defines = |line: &&str| {
            line.strip_prefix(name.as_str())
                .is_some_and(|rest| rest.trim_start().starts_with(':'))
        };
        if text.lines().filter(defines).count() > 1 {
            let message = Message::new("duplicate-key").with("field", name);
            let origin = Origin::root(FILE).at(name.as_str());
            findings.push(Diagnostic::error("duplicate-key", origin, message));
        }
    }
    findings
}

fn is_target_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(allowed)
}

/// Turns the fields of one target into a location, and collects findings.
struct RecordReader {
    origin: Origin,
    findings: Vec<Diagnostic>,
}

impl RecordReader {
    fn report(&mut self, rule: &'static str, origin: Origin, message: Message) {
        self.findings.push(Diagnostic::error(rule, origin, message));
    }

    /// Takes a required field; if it is missing, reports it and returns an empty text.
    fn require(&mut self, name: &'static str, value: &mut Option<Line>) -> String {
        if value.is_none() {
            let message = Message::new("missing-field").with("field", name);
            self.report("missing-field", self.origin.clone(), message);
        }
        take(value).unwrap_or_default()
    }

    fn server(&mut self, record: &mut TargetRecord, usual_port: u16) -> ServerAddress {
        ServerAddress {
            host: self.require("host", &mut record.host),
            user: self.require("user", &mut record.user),
            path: self.require("path", &mut record.path),
            port: record.port.take().unwrap_or(usual_port),
        }
    }

    /// Takes the fields of the record's kind; every other field is reported.
    fn location(&mut self, mut record: TargetRecord) -> Location {
        let fields = &mut record;
        let location = match fields.kind {
            TargetKind::Folder => Location::Folder {
                path: self.require("path", &mut fields.path),
            },
            TargetKind::Sftp => Location::Sftp(SftpAddress {
                server: self.server(fields, 22),
                key_file: take(&mut fields.key_file),
                known_hosts: take(&mut fields.known_hosts),
            }),
            TargetKind::Ftps => Location::Ftps(self.server(fields, 21)),
            TargetKind::Webdav => Location::Webdav {
                url: self.require("url", &mut fields.url),
                user: take(&mut fields.user),
                path: take(&mut fields.path).unwrap_or_default(),
            },
            TargetKind::S3 => Location::S3(Bucket {
                name: self.require("bucket", &mut fields.bucket),
                region: take(&mut fields.region),
                endpoint: take(&mut fields.endpoint),
                path: take(&mut fields.path).unwrap_or_default(),
            }),
            TargetKind::Git => Location::Git(Branch {
                repository: self.require("repository", &mut fields.repository),
                name: self.require("branch", &mut fields.branch),
                path: take(&mut fields.path).unwrap_or_default(),
            }),
        };
        for name in record.field_names() {
            let message = Message::new("field-of-other-kind").with("field", name);
            self.report("unknown-field", self.origin.at(name), message);
        }
        location
    }
}

impl TargetRecord {
    /// Names of the fields that have a value.
    fn field_names(&self) -> Vec<&'static str> {
        let fields = [
            ("path", self.path.is_some()),
            ("host", self.host.is_some()),
            ("user", self.user.is_some()),
            ("key_file", self.key_file.is_some()),
            ("known_hosts", self.known_hosts.is_some()),
            ("url", self.url.is_some()),
            ("bucket", self.bucket.is_some()),
            ("region", self.region.is_some()),
            ("endpoint", self.endpoint.is_some()),
            ("repository", self.repository.is_some()),
            ("branch", self.branch.is_some()),
            ("port", self.port.is_some()),
        ];
        let present = fields.into_iter().filter(|(_, present)| *present);
        present.map(|(name, _)| name).collect()
    }
}

fn take(value: &mut Option<Line>) -> Option<String> {
    value.take().map(|line| line.to_string())
}

/// Reports fields that hold a credential, and addresses with a password in them.
///
/// Runs before the YAML is parsed, because the parser's findings show the line they are about.
fn find_credentials(text: &str) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let code = line.split(" #").next().unwrap_or_default();
        let names = code.split(':').rev().skip(1).filter_map(last_word);
        let address = has_password(code).then(|| "user:…@".to_owned());
        for name in names.filter(|name| is_secret(name)).chain(address) {
            let message = Message::new("credential-in-yaml").with("field", name);
            let finding = Diagnostic::error(
                "credential-in-yaml",
                Origin::file(FILE),
                message.with("line", number),
            );
            findings.push(finding.help(Message::new("credential-in-yaml-help")));
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

/// The field name before a colon.
fn last_word(text: &str) -> Option<String> {
    let ends_word = |c: char| !c.is_alphanumeric() && c != '_' && c != '-';
    let unquoted = text.trim_end().trim_end_matches(['"', '\'']);
    let name = unquoted.rsplit(ends_word).next()?;
    (!name.is_empty() && !name.starts_with('#')).then(|| name.to_lowercase().replace('-', "_"))
}

fn is_secret(name: &str) -> bool {
    SECRET_WORDS.iter().any(|word| name.contains(word)) || nearest(name, SECRET_NAMES).is_some()
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
    fn a_credential_comes_from_the_environment_and_is_concealed() {
        let text = "old-web: {kind: ftps, host: h, user: u, path: p}\n";
        let environment =
            |name: &str| (name == "SAFEGUARD_OLD_WEB_PASSWORD").then(|| "hunter2".to_owned());
        let target = read(text, environment).expect("right").remove(0);
        assert_eq!(target.secret("PASSWORD"), Some("hunter2"));
        assert!(!format!("{target:?}").contains("hunter2"));
        let error = Error::new(Message::new("target-failed")).caused_by("530 hunter2 is wrong");
        let cause = target.conceal(error).cause;
        assert_eq!(cause.as_deref(), Some("530 … is wrong"));
    }
}
