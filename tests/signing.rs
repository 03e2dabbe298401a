//! `safeguard sign`: other programs accept its signatures, and the PDF stays PDF/A-3a + PDF/UA-1.
//! A refusal says why and leaves nothing behind.
//!
//! `tools/keys.sh` makes new keys and certificates for every run. The time server is openssl's, on loopback.

#![cfg(unix)]

mod support;

use safeguard::cms::policy::Purpose;
use safeguard::cms::{SignatureError, chain};
use safeguard::message::Result;
use safeguard::pades::{TimeServer, sign};
use safeguard::pdf_reader;
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use support::keys::{Behaviour, PASSWORD, TestTimeServer, identity, key, moment};
use support::{BUNDLE, project, run};
use tempfile::TempDir;

/// The sheet that gets signed.
const SHEET: &str = "client/安全管理措置一覧_2015-10-01_竹内社労士事務所_押印用.pdf";

// ---------------------------------------------------------------- signatures

#[test]
fn other_programs_accept_every_kind_of_signature_and_the_pdf_stays_conformant() {
    let folder = with_sheet();
    let server = TestTimeServer::start(Behaviour::Grant);
    let mut made = Vec::new();
    for (name, stamped) in [
        ("rsa", false),
        ("p256", false),
        ("p384", false),
        ("rsa", true),
        ("p256", true),
        ("legacy", false),
        ("commitment", false),
        ("plain", false),
    ] {
        let output = folder.path().join(format!("{name}-{stamped}.pdf"));
        let key = key(&format!("{name}.p12"));
        let url = server.url();
        let mut arguments = Arguments::of(&folder, &key, &output);
        if stamped {
            arguments.0.extend(["--tsa".into(), url]);
        }
        let done = arguments.run("en");
        assert!(done.status.success(), "{name}: {}", said(&done));
        assert!(said(&done).contains("signed as "), "{}", said(&done));
        let before = &BUNDLE[SHEET];
        let after = fs::read(&output).expect("the signed file");
        assert!(
            after.starts_with(before),
            "{name}: something before changed"
        );
        let pdfsig = pdfsig(&output);
        assert!(
            pdfsig.contains("Signature Type: ETSI.CAdES.detached"),
            "{pdfsig}"
        );
        assert!(pdfsig.contains("Signature is Valid."), "{pdfsig}");
        assert!(pdfsig.contains("Total document signed"), "{pdfsig}");
        let (valid, report) = pyhanko(&output);
        // Its policy requires a key usage.
        assert!(valid || name == "plain", "{name}: {report}");
        assert!(
            report.contains("is cryptographically sound"),
            "{name}: {report}"
        );
        let confirmed = report.contains("Test Time Authority");
        assert_eq!(confirmed, stamped, "{name}: {report}");
        made.push(output);
    }
    conform(&made);
}

#[test]
fn one_changed_byte_makes_other_programs_refuse() {
    let folder = with_sheet();
    let signed = folder.path().join("signed.pdf");
    assert!(
        Arguments::of(&folder, &key("rsa.p12"), &signed)
            .run("ja")
            .status
            .success()
    );
    let bytes = fs::read(&signed).expect("the signed file");
    let title = "安全管理措置一覧".as_bytes();
    let title = bytes
        .windows(title.len())
        .position(|window| window == title);
    let room = bytes
        .windows(10)
        .rposition(|window| window == b"/Contents<")
        .expect("a signature");
    let digest = bytes[room..]
        .windows(2)
        .position(|two| two == b"00")
        .expect("room");
    for (what, place) in [
        ("the title", title.expect("it stands in the metadata") + 2),
        ("the last byte", bytes.len() - 1),
        ("the signature", room + digest - 9),
    ] {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        let path = folder.path().join("changed.pdf");
        fs::write(&path, changed).expect("a writable folder");
        let pdfsig = pdfsig(&path);
        assert!(!pdfsig.contains("Signature is Valid."), "{what}: {pdfsig}");
        let (valid, report) = pyhanko(&path);
        assert!(!valid, "{what}: {report}");
    }
}

#[test]
fn the_same_key_and_moment_make_the_same_bytes_and_keep_what_the_document_is() {
    for name in ["rsa.p12", "p256.p12", "p384.p12"] {
        let identity = identity(name);
        let once = sign(&BUNDLE[SHEET], &identity, moment(), None).expect("a signature");
        let again = sign(&BUNDLE[SHEET], &identity, moment(), None).expect("a signature");
        assert!(once == again, "{name}");
        let ids = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            let place = text.rfind("/ID[").expect("an identifier");
            let document = lopdf::Document::load_mem(bytes).expect("a PDF");
            let ids = document
                .trailer
                .get(b"ID")
                .and_then(lopdf::Object::as_array);
            assert!(place > 0);
            ids.expect("two").clone()
        };
        let (before, after) = (ids(&BUNDLE[SHEET]), ids(&once));
        assert_eq!(before[0].as_str().ok(), after[0].as_str().ok());
        assert_ne!(before[1].as_str().ok(), after[1].as_str().ok());
        // The time is written in Japan time.
        let moment = b"(D:20261125100000+09'00')";
        assert!(once.windows(moment.len()).any(|window| window == moment));
    }
}

#[test]
fn a_timestamp_larger_than_expected_fits() {
    let server = TestTimeServer::start(Behaviour::GrantLarge);
    let folder = with_sheet();
    let output = folder.path().join("signed.pdf");
    let mut arguments = Arguments::of(&folder, &key("rsa.p12"), &output);
    arguments.0.extend(["--tsa".into(), server.url()]);
    let done = arguments.run("en");
    assert!(done.status.success(), "{}", said(&done));
    let (valid, report) = pyhanko(&output);
    assert!(valid && report.contains("Test Time Authority"), "{report}");
}

#[test]
fn the_password_is_asked_for_without_a_password_file() {
    let folder = with_sheet();
    let output = folder.path().join("signed.pdf");
    let mut arguments = Arguments::of(&folder, &key("rsa.p12"), &output);
    arguments.0.retain(|argument| argument != "--password-file");
    arguments
        .0
        .retain(|argument| !argument.ends_with("/password"));
    // A terminal of its own, on which the password is typed.
    let script = "import os, pty, sys, termios, time
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
seen = b''
while b'rsa.p12' not in seen:
    seen += os.read(terminal, 1024)
# Nobody types as fast as this: what is typed must not be shown.
while termios.tcgetattr(terminal)[3] & termios.ECHO:
    time.sleep(0.01)
os.write(terminal, sys.stdin.buffer.read())
try:
    while more := os.read(terminal, 1024):
        seen += more
except OSError:
    pass
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))";
    let mut command = Command::new("python3");
    command.args(["-c", script, env!("CARGO_BIN_EXE_safeguard")]);
    command.args(&arguments.0).args(["--lang", "en"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command.current_dir(NO_PROJECT.path());
    let mut child = command.spawn().expect("python3");
    let mut keyboard = child.stdin.take().expect("piped");
    keyboard
        .write_all(format!("{PASSWORD}\n").as_bytes())
        .expect("a reader");
    drop(keyboard);
    let done = child.wait_with_output().expect("our own child");
    assert!(done.status.success() && output.exists(), "{}", said(&done));
    assert!(said(&done).contains("Password of "), "{}", said(&done));
    assert!(!said(&done).contains(PASSWORD), "the password is shown");
}

// ---------------------------------------------------------------- refusals

#[test]
fn a_certificate_that_may_not_sign_is_refused_with_the_reason() {
    for (name, en, ja) in [
        (
            "expired.p12",
            "the certificate of Expired ran out on",
            "期限が切れています",
        ),
        (
            "future.p12",
            "the certificate of Future counts only from",
            "有効になるのは",
        ),
        (
            "encipherment.p12",
            "not made for signing",
            "署名に使えません",
        ),
        ("server.p12", "not made for signing", "署名に使えません"),
        ("code.p12", "not made for signing", "署名に使えません"),
        ("office.p12", "it is an authority's", "認証局の証明書です"),
        (
            "unknown.p12",
            "critical extension",
            "知らない重要な（critical）拡張",
        ),
        ("short.p12", "has 1024 bits", "1024 ビットです"),
        (
            "p521.p12",
            "RSA, P-256 and P-384 will do",
            "使えるのは RSA と P-256 と P-384 です",
        ),
        (
            "alone.p12",
            "the certificate of the private key is not in",
            "秘密鍵の証明書がありません",
        ),
        (
            "keyless.p12",
            "there is no private key in",
            "秘密鍵がありません",
        ),
        (
            "pem.p12",
            "is not a key file",
            "鍵のファイルとして読めません",
        ),
        ("nowhere.p12", "there is no file", "ありません"),
    ] {
        refused(name, [en, ja], |arguments| {
            arguments.0[3] = key(name).display().to_string()
        });
    }
}

#[test]
fn a_wrong_password_is_reported_and_never_repeated() {
    for (name, file, en, ja) in [
        (
            "rsa.p12",
            "wrong-password",
            "the password does not open",
            "パスワードが違います",
        ),
        (
            "legacy.p12",
            "wrong-password",
            "the password does not open",
            "パスワードが違います",
        ),
        (
            "rsa.p12",
            "no-such-file",
            "there is no file",
            "がありません",
        ),
        (
            "rsa.p12",
            "empty",
            "has no password in its first line",
            "一行目にパスワードがありません",
        ),
        (
            "rsa.p12",
            "latin",
            "has no password in its first line",
            "一行目にパスワードがありません",
        ),
    ] {
        fs::write(key("empty"), "").expect("a writable folder");
        fs::write(key("latin"), b"Geh\xe9im\n").expect("a writable folder");
        refused(file, [en, ja], |arguments| {
            arguments.0[3] = key(name).display().to_string();
            arguments.0[5] = key(file).display().to_string();
        });
    }
}

#[test]
fn a_file_that_is_not_a_sound_pdf_is_not_signed() {
    let sheet = &BUNDLE[SHEET];
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let write = |name: &str, bytes: &[u8]| fs::write(path(name), bytes).expect("writable");
    write("text.pdf", "安全管理措置一覧".as_bytes());
    write("empty.pdf", b"");
    write("half.pdf", &sheet[..sheet.len() / 2]);
    write("cut.pdf", &sheet[..sheet.len() - 30]);
    write("head.pdf", b"%PDF-1.7\n");
    write("sheet.pdf", sheet);
    let signed = sign(sheet, &identity("rsa.p12"), moment(), None).expect("a signature");
    write("signed.pdf", &signed);
    fs::create_dir(path("folder.pdf")).expect("writable");
    run(
        "qpdf",
        &[
            "--encrypt".as_ref(),
            "user".as_ref(),
            "owner".as_ref(),
            "256".as_ref(),
            "--".as_ref(),
            path("sheet.pdf").as_os_str(),
            path("encrypted.pdf").as_os_str(),
        ],
    );
    run(
        "qpdf",
        &[
            "--encrypt".as_ref(),
            "".as_ref(),
            "owner".as_ref(),
            "256".as_ref(),
            "--".as_ref(),
            path("sheet.pdf").as_os_str(),
            path("owned.pdf").as_os_str(),
        ],
    );
    for (name, en, ja) in [
        ("text.pdf", "is not a PDF", "PDF ではありません"),
        ("empty.pdf", "is not a PDF", "PDF ではありません"),
        (
            "half.pdf",
            "is damaged or cut off",
            "壊れているか、途中で切れています",
        ),
        (
            "cut.pdf",
            "is damaged or cut off",
            "壊れているか、途中で切れています",
        ),
        (
            "head.pdf",
            "is damaged or cut off",
            "壊れているか、途中で切れています",
        ),
        ("encrypted.pdf", "is encrypted", "暗号化されています"),
        ("owned.pdf", "is encrypted", "暗号化されています"),
        ("signed.pdf", "is signed already", "もう電子署名があります"),
        (
            "folder.pdf",
            "is not a file that can be read",
            "読めるファイルではありません",
        ),
        ("none.pdf", "there is no file", "がありません"),
    ] {
        refused(name, [en, ja], |arguments| {
            arguments.0[1] = path(name).display().to_string()
        });
    }
}

#[test]
fn a_failing_time_server_is_reported_and_nothing_is_written() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        format!("http://{}/", listener.local_addr().expect("a port"))
    };
    refused(
        "nobody listens",
        ["cannot be reached", "つながりません"],
        |arguments| {
            arguments.0.extend(["--tsa".into(), closed.clone()]);
        },
    );
    for (behaviour, en, ja) in [
        (
            Behaviour::HttpError,
            "answers with an error (500",
            "エラー（500",
        ),
        (Behaviour::Hangup, "cannot be reached", "つながりません"),
        (
            Behaviour::Garbage,
            "is not a timestamp",
            "タイムスタンプではありません",
        ),
        (
            Behaviour::Refuse,
            "refuses (status 2)",
            "断られました（状態 2）",
        ),
        (
            Behaviour::OtherDigest,
            "has stamped something else",
            "別のものに押されています",
        ),
        (
            Behaviour::OtherNonce,
            "answers another question",
            "今の問い合わせへの答えではありません",
        ),
        (
            Behaviour::BrokenSignature,
            "is not validly signed",
            "正しい署名がありません",
        ),
    ] {
        let server = TestTimeServer::start(behaviour);
        refused(&format!("{behaviour:?}"), [en, ja], |arguments| {
            arguments.0.extend(["--tsa".into(), server.url()]);
        });
    }
    refused(
        "no address",
        ["write it like http://", "書き方の例：http://"],
        |arguments| {
            arguments
                .0
                .extend(["--tsa".into(), "ftp://example.jp".into()]);
        },
    );
}

#[test]
fn the_signed_file_replaces_no_source_and_is_written_completely_or_not_at_all() {
    let folder = with_sheet();
    let sheet = folder.path().join("sheet.pdf");
    let before = fs::read(&sheet).expect("the sheet");
    let [hard, soft] = ["hard.pdf", "soft.pdf"].map(|name| folder.path().join(name));
    fs::hard_link(&sheet, &hard).expect("a link");
    std::os::unix::fs::symlink(&sheet, &soft).expect("a link");
    for output in [&sheet, &hard, &soft, &key("rsa.p12"), &key("password")] {
        let done = Arguments::of(&folder, &key("rsa.p12"), output).run("en");
        assert_eq!(done.status.code(), Some(2));
        assert!(said(&done).contains("would replace"), "{}", said(&done));
    }
    assert!(fs::read(&sheet).expect("the sheet") == before);
    // A folder in its place, no folder around it, and a disk that is full.
    let output = folder.path().join("signed.pdf");
    for (what, output, says) in [
        ("folder", folder.path().to_owned(), "a folder stands at"),
        (
            "nowhere",
            folder.path().join("no/signed.pdf"),
            "cannot write",
        ),
    ] {
        let done = Arguments::of(&folder, &key("rsa.p12"), &output).run("en");
        assert_eq!(done.status.code(), Some(2), "{what}");
        assert!(said(&done).contains(says), "{what}: {}", said(&done));
    }
    fs::write(&output, "what stood here before").expect("a writable folder");
    let arguments = Arguments::of(&folder, &key("rsa.p12"), &output);
    let full = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 100; exec \"$@\"", "sh"])
        .arg(env!("CARGO_BIN_EXE_safeguard"))
        .args(&arguments.0)
        .args(["--lang", "en"])
        .current_dir(NO_PROJECT.path())
        .output()
        .expect("sh");
    assert_eq!(full.status.code(), Some(2));
    assert!(said(&full).contains("cannot write"), "{}", said(&full));
    assert_eq!(
        fs::read(&output).expect("it is still there"),
        b"what stood here before"
    );
    assert!(arguments.run("en").status.success());
    assert!(
        fs::read(&output)
            .expect("the signed file")
            .starts_with(&before)
    );
    let left = listed(folder.path());
    assert_eq!(left, ["hard.pdf", "sheet.pdf", "signed.pdf", "soft.pdf"]);
}

#[test]
fn the_library_checks_the_response_of_a_time_server_too() {
    let identity = identity("p256.p12");
    let send = |_: &[u8]| -> Result<Vec<u8>> { Ok(b"garbage".to_vec()) };
    let server = TimeServer {
        send: &send,
        nonce: 1,
    };
    assert!(sign(&BUNDLE[SHEET], &identity, moment(), Some(&server)).is_err());
}

// ---------------------------------------------------------------- policy

#[test]
fn what_another_program_signed_is_judged_by_the_same_policy() {
    let folder = with_sheet();
    let root = certificates("root");
    for (name, expected) in [
        ("rsa", Ok(())),
        ("p384", Ok(())),
        ("policies", Ok(())),
        ("short", Err(SignatureError::WeakKey)),
        ("server", Err(SignatureError::NotForSigning)),
        ("code", Err(SignatureError::NotForSigning)),
        ("encipherment", Err(SignatureError::NotForSigning)),
        ("office", Err(SignatureError::NotForSigning)),
        ("unknown", Err(SignatureError::UnknownExtension)),
        ("expired", Err(SignatureError::OutsideValidity)),
        ("p521", Err(SignatureError::Unsupported)),
    ] {
        let signed = folder.path().join(format!("{name}.pdf"));
        let [password, key] = ["password".to_owned(), format!("{name}.p12")].map(|it| key(&it));
        let done = Command::new(project().join(".tools/venv/bin/pyhanko"))
            .args(["sign", "addsig", "--field", "Signature1", "pkcs12"])
            .arg("--passfile")
            .args([&password, &folder.path().join("sheet.pdf"), &signed, &key])
            .output();
        let done = done.expect("`make tools` installs pyHanko");
        assert!(done.status.success(), "{name}: {}", said(&done));
        let contents = pdf_reader::read(&fs::read(&signed).expect("the signed file"));
        let signatures = contents.expect("a sheet").signatures;
        let signature = signatures.first().expect("a signature");
        assert_eq!(signature.check(&[], moment()), expected, "{name}");
        let is_trusted = signature.is_trusted(&root, moment());
        assert_eq!(is_trusted, expected.is_ok(), "{name}");
        let own = &certificates(name)[0];
        assert_eq!(
            signature.is_signer(own),
            signature.integrity.is_ok(),
            "{name}"
        );
        assert!(!signature.is_signer(&root[0]), "{name}");
        let by = if name == "office" {
            "Test Root"
        } else {
            "Test Office CA"
        };
        assert_eq!(signature.issuer.as_deref(), Some(by), "{name}");
    }
}

#[test]
fn a_chain_needs_authorities_that_may_certify_this_signer() {
    use Purpose::{Document, Timestamp};
    let root = certificates("root");
    for (signer, authorities, purpose, expected) in [
        ("rsa", &["office"][..], Document, true),
        (
            "rsa",
            &["other", "office", "office", "lowest"],
            Document,
            true,
        ),
        ("rsa", &["other"], Document, false),
        ("rsa", &["office"], Timestamp, false),
        ("policies", &["office"], Document, true),
        ("unknown", &["office"], Document, false),
        ("short", &["office"], Document, false),
        ("office", &[], Document, false),
        ("stamper", &[], Timestamp, true),
        ("stamper", &[], Document, false),
        ("quiet-stamper", &[], Timestamp, false),
        // Names: case, and spaces between words, do not matter.
        ("within-inside", &["within"], Document, true),
        ("within-outside", &["within"], Document, false),
        ("without-inside", &["without"], Document, false),
        ("without-outside", &["without"], Document, true),
        ("mail-nameless", &["mail"], Document, true),
        ("mail-inside", &["mail"], Document, true),
        ("mail-outside", &["mail"], Document, false),
        ("mail-host", &["mail"], Document, false),
        // Authorities that may not certify a signer of documents.
        ("websites-signer", &["websites"], Document, false),
        ("unknown-signer", &["unknown_authority"], Document, false),
        (
            "no-certificates-signer",
            &["no_certificates"],
            Document,
            false,
        ),
        ("lapsed-signer", &["lapsed"], Document, false),
        ("weak-signer", &["weak"], Document, false),
        // At most so many below: one that it issued to itself does not count.
        ("lowest-signer", &["lowest"], Document, true),
        ("too-low-signer", &["lowest", "too-low"], Document, false),
        ("same-signer", &["lowest", "same"], Document, true),
    ] {
        let own = certificates(signer).remove(0);
        let between: Vec<_> = authorities.iter().flat_map(|it| certificates(it)).collect();
        let found = chain::verify_chain(&own, purpose, &between, &root, moment());
        assert_eq!(
            found, expected,
            "{signer} for {purpose:?} over {authorities:?}"
        );
    }
    // A root is held to the policy too, and what is below it.
    let trusts = |signer: &str, root: &str| {
        let own = certificates(signer).remove(0);
        chain::verify_chain(&own, Document, &[], &certificates(root), moment())
    };
    assert!(trusts("rsa", "rsa") && trusts("within-inside", "within"));
    assert!(!trusts("short", "short") && !trusts("within-outside", "within"));
    assert!(!trusts("weak-signer", "weak") && !trusts("lapsed-signer", "lapsed"));
}

// ---------------------------------------------------------------- helpers

fn certificates(name: &str) -> Vec<x509_cert::Certificate> {
    let file = fs::read(key(&format!("{name}.pem"))).expect("a certificate");
    chain::certificates(&file).expect("certificates")
}

fn with_sheet() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("sheet.pdf"), &BUNDLE[SHEET]).expect("a writable folder");
    folder
}

/// `sign FILE --key KEY --password-file PASSWORD -o OUTPUT`, in this order.
struct Arguments(Vec<String>);

impl Arguments {
    fn of(folder: &TempDir, key: &Path, output: &Path) -> Arguments {
        let shown = |path: &Path| path.display().to_string();
        Arguments(vec![
            "sign".into(),
            shown(&folder.path().join("sheet.pdf")),
            "--key".into(),
            shown(key),
            "--password-file".into(),
            shown(&self::key("password")),
            "-o".into(),
            shown(output),
        ])
    }

    fn run(&self, language: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_safeguard"));
        command.args(&self.0).args(["--lang", language]);
        command.current_dir(NO_PROJECT.path());
        // Loopback is reached directly, whatever the machine's proxy.
        command.env("NO_PROXY", "127.0.0.1");
        command.output().expect("the binary runs")
    }
}

/// A folder without a project, because signing records the file in the project it runs in.
static NO_PROJECT: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a folder"));

/// Signs, which must fail in both languages: with this text, without the password,
/// and with nothing written.
fn refused(what: &str, says: [&str; 2], spoil: impl Fn(&mut Arguments)) {
    for (language, words) in ["en", "ja"].into_iter().zip(says) {
        let folder = with_sheet();
        let mut arguments =
            Arguments::of(&folder, &key("rsa.p12"), &folder.path().join("signed.pdf"));
        spoil(&mut arguments);
        let done = arguments.run(language);
        let said = said(&done);
        assert_eq!(done.status.code(), Some(2), "{what}: {said}");
        assert!(said.contains(words), "{what}: no {words:?} in\n{said}");
        assert!(said.lines().count() <= 2, "{what}: {said}");
        for secret in [PASSWORD, "Falsch-1234"] {
            assert!(!said.contains(secret), "{what}: {said}");
        }
        assert_eq!(listed(folder.path()), ["sheet.pdf"], "{what}");
    }
}

fn said(done: &Output) -> String {
    let [out, err] = [&done.stdout, &done.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    format!("{out}{err}")
}

fn listed(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| entry.expect("readable").file_name());
    let mut names: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The output of pdfsig, which may be a refusal.
fn pdfsig(file: &Path) -> String {
    let done = Command::new("pdfsig").arg("-nocert").arg(file).output();
    said(&done.expect("`make tools` installs poppler-utils"))
}

/// pyHanko's verdict, true if every signature is valid and trusted, and its report.
fn pyhanko(file: &Path) -> (bool, String) {
    let done = Command::new(project().join(".tools/venv/bin/pyhanko"))
        .args([
            "sign",
            "validate",
            "--pretty-print",
            "--no-revocation-check",
        ])
        .args(["--trust-replace", "--trust"])
        .arg(key("root.pem"))
        .arg(file)
        .env("PYTHONIOENCODING", "utf-8")
        .output();
    let done = done.expect("`make tools` installs pyHanko");
    let report = said(&done);
    let valid = report.contains("judged VALID") && !report.contains("judged INVALID");
    (valid && done.status.success(), report)
}

fn conform(files: &[PathBuf]) {
    let script = project().join("tests/tools/pdf.py");
    let mut arguments = vec![script.as_os_str()];
    arguments.extend(files.iter().map(|file| file.as_os_str()));
    let python = project().join(".tools/venv/bin/python");
    run(&python.to_string_lossy(), &arguments);
    for file in files {
        run("qpdf", &["--check".as_ref(), file.as_os_str()]);
    }
}
