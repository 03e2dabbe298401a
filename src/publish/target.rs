//! `publish.yaml`: where the site goes. Its text in; targets out, or findings like those of the content.
//!
//! No credential ever stands in it: they come from the environment ([`Target::secret`]), an agent or a key file.
//! A line that holds one all the same is named but never shown.

use crate::content::record::Line;
use crate::content::yaml;
use crate::diagnostic::{Diagnostic, Origin, nearest};
use crate::message::{Error, Message};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;

pub const FILE: &str = "publish.yaml";

/// What [`Target::secret`] may be asked for.
const SECRETS: [&str; 5] = [
    "PASSWORD",
    "PASSPHRASE",
    "KEY",
    "ACCESS_KEY_ID",
    "SECRET_ACCESS_KEY",
];

/// Words by which fields that would hold a credential are known, in whatever they are written.
const SECRET_WORDS: [&str; 5] = ["pass", "pwd", "secret", "token", "credential"];
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

/// One target, by name in `publish.yaml`; its kind says which fields it takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetRecord {
    kind: Kind,
    /// The folder of the site: for `folder` seen from the project's, else below the place that the server shows first.
    path: Option<Line>,
    /// sftp, ftps: name of the server.
    host: Option<Line>,
    /// sftp, ftps: where it is not the usual one.
    port: Option<u16>,
    /// sftp, ftps, webdav: who publishes.
    user: Option<Line>,
    /// sftp: a private key's file; without it the agent is asked, then the usual files.
    key_file: Option<Line>,
    /// sftp: where the server's key is recorded, seen from the project's folder; without it `~/.ssh/known_hosts`.
    known_hosts: Option<Line>,
    /// webdav: address of the server, `https://…`.
    url: Option<Line>,
    /// s3: the bucket, its region, and the address of a service that is not Amazon's.
    bucket: Option<Line>,
    region: Option<Line>,
    endpoint: Option<Line>,
    /// git: what is pushed to, and its branch.
    repository: Option<Line>,
    branch: Option<Line>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
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

/// What it takes to find a target; paths on the project's side are as written.
#[derive(Debug, Clone)]
pub enum Location {
    Folder {
        path: String,
    },
    Sftp {
        server: Server,
        key_file: Option<String>,
        known_hosts: Option<String>,
    },
    Ftps {
        server: Server,
    },
    Webdav {
        url: String,
        user: Option<String>,
        path: String,
    },
    S3 {
        bucket: String,
        region: Option<String>,
        endpoint: Option<String>,
        path: String,
    },
    Git {
        repository: String,
        branch: String,
        path: String,
    },
}

#[derive(Debug, Clone)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub path: String,
}

/// Where it goes, in a line.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on = |server: &Server| format!("{}@{}/{}", server.user, server.host, server.path);
        match self {
            Location::Folder { path } => f.write_str(path),
            Location::Sftp { server, .. } => write!(f, "sftp://{}", on(server)),
            Location::Ftps { server } => write!(f, "ftps://{}", on(server)),
            Location::Webdav { url, path, .. } => write!(f, "{url} {path}"),
            Location::S3 { bucket, path, .. } => write!(f, "s3://{bucket}/{path}"),
            Location::Git {
                repository, branch, ..
            } => write!(f, "{repository} {branch}"),
        }
    }
}

impl Target {
    /// The environment variable of a credential: `SAFEGUARD_RENTAL_PASSWORD` for the target `rental`.
    pub fn variable(&self, what: &str) -> String {
        let name = self.name.replace('-', "_").to_ascii_uppercase();
        format!("SAFEGUARD_{name}_{what}")
    }

    /// A credential that the environment had.
    pub fn secret(&self, what: &str) -> Option<&str> {
        self.secrets.0.get(what).map(String::as_str)
    }

    /// Takes credentials out of what a library or a server had to say.
    ///
    /// Adds where the credential comes from, for a target that refuses it.
    pub fn conceal(&self, mut failure: Error) -> Error {
        let what = match self.location {
            Location::S3 { .. } => "SECRET_ACCESS_KEY",
            _ => "PASSWORD",
        };
        failure.message = failure.message.with("variable", self.variable(what));
        for secret in self.secrets.0.values() {
            failure.cause = failure.cause.map(|cause| cause.replace(secret, "…"));
        }
        failure
    }
}

/// Credentials of a target; never printed.
#[derive(Clone, Default)]
pub struct Secrets(BTreeMap<&'static str, String>);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Reads the text of `publish.yaml`, and what the environment holds for it: its targets by name, or what is wrong with it.
pub fn read(
    text: &str,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Vec<Target>, Vec<Diagnostic>> {
    let credentials = credentials(text);
    if !credentials.is_empty() {
        return Err(credentials);
    }
    let records: BTreeMap<String, TargetRecord> =
        yaml::read(FILE, text).map_err(|finding| vec![finding])?;
    let (mut targets, mut findings) = (Vec::new(), Vec::new());
    // The reader takes the last of two.
    for name in records.keys() {
        let begins = |line: &&str| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.trim_start().starts_with(':'))
        };
        if text.lines().filter(begins).count() > 1 {
            let message = Message::new("duplicate-key").with("field", name);
            let origin = Origin::root(FILE).at(name.as_str());
            findings.push(Diagnostic::error("duplicate-key", origin, message));
        }
    }
    for (name, record) in records {
        let mut form = Form {
            origin: Origin::root(FILE).at(name.as_str()),
            findings: Vec::new(),
        };
        let location = form.location(record);
        if !name.starts_with(|c: char| c.is_ascii_lowercase())
            || name.contains(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit() && c != '-')
        {
            let message = Message::new("target-name").with("name", &name);
            form.find("bad-id", form.origin.clone(), message);
        }
        findings.extend(form.findings);
        let Some(location) = location else {
            continue;
        };
        let mut target = Target {
            name,
            location,
            secrets: Secrets::default(),
        };
        for what in SECRETS {
            let value = environment(&target.variable(what));
            let value = value.filter(|value| !value.is_empty());
            target.secrets.0.extend(value.map(|value| (what, value)));
        }
        targets.push(target);
    }
    match findings.is_empty() {
        true => Ok(targets),
        false => Err(findings),
    }
}

/// The fields of one target while they are held against its kind.
struct Form {
    origin: Origin,
    findings: Vec<Diagnostic>,
}

impl Form {
    fn find(&mut self, rule: &'static str, origin: Origin, message: Message) {
        self.findings.push(Diagnostic::error(rule, origin, message));
    }

    /// A field that this kind cannot do without.
    fn need(&mut self, name: &'static str, value: &mut Option<Line>) -> String {
        let value = take(value);
        if value.is_none() {
            let message = Message::new("missing-field").with("field", name);
            self.find("missing-field", self.origin.clone(), message);
        }
        value.unwrap_or_default()
    }

    fn server(&mut self, record: &mut TargetRecord, port: u16) -> Server {
        Server {
            host: self.need("host", &mut record.host),
            user: self.need("user", &mut record.user),
            path: self.need("path", &mut record.path),
            port: record.port.take().unwrap_or(port),
        }
    }

    /// Takes what the kind needs; whatever is then left belongs to another kind.
    fn location(&mut self, mut record: TargetRecord) -> Option<Location> {
        let of = &mut record;
        let location = match of.kind {
            Kind::Folder => Location::Folder {
                path: self.need("path", &mut of.path),
            },
            Kind::Sftp => Location::Sftp {
                server: self.server(of, 22),
                key_file: take(&mut of.key_file),
                known_hosts: take(&mut of.known_hosts),
            },
            Kind::Ftps => Location::Ftps {
                server: self.server(of, 21),
            },
            Kind::Webdav => Location::Webdav {
                url: self.need("url", &mut of.url),
                user: take(&mut of.user),
                path: take(&mut of.path).unwrap_or_default(),
            },
            Kind::S3 => Location::S3 {
                bucket: self.need("bucket", &mut of.bucket),
                region: take(&mut of.region),
                endpoint: take(&mut of.endpoint),
                path: take(&mut of.path).unwrap_or_default(),
            },
            Kind::Git => Location::Git {
                repository: self.need("repository", &mut of.repository),
                branch: self.need("branch", &mut of.branch),
                path: take(&mut of.path).unwrap_or_default(),
            },
        };
        for name in record.left() {
            let message = Message::new("field-of-other-kind").with("field", name);
            self.find("unknown-field", self.origin.at(name), message);
        }
        self.findings.is_empty().then_some(location)
    }
}

impl TargetRecord {
    fn left(&self) -> Vec<&'static str> {
        let lines = [
            ("path", &self.path),
            ("host", &self.host),
            ("user", &self.user),
            ("key_file", &self.key_file),
            ("known_hosts", &self.known_hosts),
            ("url", &self.url),
            ("bucket", &self.bucket),
            ("region", &self.region),
            ("endpoint", &self.endpoint),
            ("repository", &self.repository),
            ("branch", &self.branch),
        ];
        let lines = lines.into_iter().filter(|(_, value)| value.is_some());
        let port = self.port.map(|_| "port");
        lines.map(|(name, _)| name).chain(port).collect()
    }
}

fn take(value: &mut Option<Line>) -> Option<String> {
    value.take().map(|line| line.to_string())
}

/// Fields that hold a credential, and addresses with a password in them.
///
/// Looked for before the file is read as YAML, for a finding of the reader shows the line it stands in.
fn credentials(text: &str) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.split(" #").next().unwrap_or_default();
        let names = line.split(':').rev().skip(1).filter_map(last_word);
        // A user's name alone is one for ssh, but a token for the web.
        let address = line.split_once("://").and_then(|(scheme, rest)| {
            let (user, _) = rest.split(['/', ' ']).next()?.rsplit_once('@')?;
            let secret = user.contains(':') || !scheme.ends_with("ssh");
            secret.then(|| "user:…@".to_owned())
        });
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

/// The name before a colon.
fn last_word(text: &str) -> Option<String> {
    let word = |c: char| !c.is_alphanumeric() && c != '_' && c != '-';
    let name = text.trim_end().trim_end_matches(['"', '\'']);
    let name = name.rsplit(word).next()?;
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
        let words = Catalog::of(Language::English);
        let say = |finding: &Diagnostic| {
            let help = finding.help.as_ref().map(|help| words.format(help));
            format!(
                "{}: {} {help:?}\n",
                finding.rule,
                words.format(&finding.message)
            )
        };
        findings.iter().map(say).collect()
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
                let told = refused(&text);
                assert!(told.contains("credential-in-yaml"), "{text}: {told}");
                assert!(told.contains(field), "{text}: {told}");
                assert!(!told.contains("hunter2"), "{text}: {told}");
            }
        }
        assert!(refused("a:\n  kind: ftps\n  pwd: x\n").contains("line 3"));
    }

    #[test]
    fn a_field_must_be_there_known_and_of_its_kind() {
        assert!(refused("web: {kind: folder}\n").contains("missing-field: the field `path`"));
        let told = refused("web: {kind: folder, path: x, bucket: y}\n");
        assert!(told.contains("`bucket`"), "{told}");
        let told = refused("web: {kind: folder, pathh: x}\n");
        assert!(told.contains("did you mean `path`"), "{told}");
        let told = refused("web: {kind: foldr, path: x}\n");
        assert!(told.contains("did you mean `folder`"), "{told}");
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
        let failure = Error::new(Message::new("target-failed")).caused_by("530 hunter2 is wrong");
        assert_eq!(
            target.conceal(failure).cause.as_deref(),
            Some("530 … is wrong")
        );
    }
}
