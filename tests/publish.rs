//! Publishing to real servers: the files sent, the pages that readers get meanwhile, and the site
//! after a failure.
//!
//! One test for each kind of target: the same [`story`], and then every kind of failure.

mod support;

use jiff::Timestamp;
use safeguard::data::sha256;
use safeguard::manifest::site::DOWNLOADS;
use safeguard::manifest::{MANIFEST, Manifest, ManifestFile};
use safeguard::message::{Catalog, Error, Language, Result};
use safeguard::publish::plan::{BuiltSite, Plan};
use safeguard::publish::store::{self, Store};
use safeguard::publish::{self, ProgressEvent, PublishContext};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use support::servers::{
    Host, PASSWORD, ServerKind, TRUSTED, certify, keygen, kill_tree, login_name,
};
use support::{base, project, safeguard};

#[test]
fn folder() {
    everything(ServerKind::Folder);
}

#[test]
fn sftp_with_a_key() {
    everything(ServerKind::Sftp);
}

#[test]
fn sftp_with_a_password() {
    everything(ServerKind::SftpPassword);
}

#[test]
fn sftp_of_rclone() {
    everything(ServerKind::SftpRclone);
}

#[test]
fn webdav_of_nginx() {
    everything(ServerKind::Webdav);
}

#[test]
fn webdav_of_rclone() {
    everything(ServerKind::WebdavRclone);
}

#[test]
fn s3() {
    everything(ServerKind::S3);
}

#[test]
fn git() {
    everything(ServerKind::Git);
}

#[test]
fn s3_without_conditions() {
    let folder = tempfile::tempdir().expect("a folder");
    story(&Host::start(ServerKind::S3Unconditional, folder.path()));
}

#[test]
fn a_server_that_lets_nothing_be_renamed_is_told_as_such_and_left_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = Host::start(ServerKind::WebdavWithoutMove, folder.path());
    assert_eq!(error_id(publish(&host, &site(1))), "webdav-no-move");
    assert_eq!(host.files(), BTreeMap::new());
}

#[test]
fn a_branch_is_published_whole_whatever_git_is_set_to() {
    let folder = issued();
    let host = Host::start(ServerKind::Git, &folder.path().join("host"));
    let yaml = host.yaml().replace(", path: site", "");
    std::fs::write(folder.path().join("publish.yaml"), yaml).expect("writable");
    let settings = folder.path().join("gitconfig");
    let signing = "[commit]\ngpgSign = true\n[push]\ngpgSign = true\n[gpg]\nprogram = false\n";
    std::fs::write(&settings, signing).expect("writable");
    let done = Command::new(env!("CARGO_BIN_EXE_safeguard"))
        .args(["publish", "--directory"])
        .arg(folder.path())
        .env("GIT_CONFIG_GLOBAL", &settings)
        .output()
        .expect("the program");
    assert!(done.status.success(), "{done:?}");
    let listed = Command::new("git")
        .arg("--git-dir")
        .arg(host.root.join("site.git"))
        .args(["ls-tree", "--name-only", "pages"])
        .output()
        .expect("git");
    let names = String::from_utf8(listed.stdout).expect("UTF-8");
    // Without it GitHub Pages leaves out what begins with a dot or an underscore.
    assert!(names.lines().any(|name| name == ".nojekyll"), "{names}");
    assert!(names.lines().any(|name| name == "index.html"), "{names}");
}

#[test]
fn ftps() {
    if std::env::var_os(TRUSTED).is_some() {
        return everything(ServerKind::Ftps);
    }
    let folder = tempfile::tempdir().expect("a folder");
    certify(folder.path());
    let done = Command::new(std::env::current_exe().expect("this test"))
        .args(["ftps", "--exact", "--nocapture"])
        .env(TRUSTED, folder.path())
        .env("SSL_CERT_FILE", folder.path().join("tls.pem"))
        .status();
    assert!(done.expect("this test").success());
}

fn everything(kind: ServerKind) {
    let folder = tempfile::tempdir().expect("a folder");
    story(&Host::start(kind, &folder.path().join("story")));
    wrong_credentials(&Host::start(kind, &folder.path().join("refused")));
    two_at_once(&Host::start(kind, &folder.path().join("two")));
    killed_at_five_places(&mut Host::start(kind, &folder.path().join("killed")));
    full_disk(kind);
}

/// First publication, dry run, change under readers, nothing new, an issued edition, an unmanaged
/// file, and the first site again.
fn story(host: &Host) {
    let [first, second] = [site(1), site(2)];

    let plan = preview(host, &first).expect("a plan");
    assert_eq!(plan.sent().count(), first.files.len());
    assert!(host.files().is_empty(), "a dry run wrote something");

    publish(host, &first).expect("published");
    assert_eq!(host.files(), whole(&first));

    host.put("scan.pdf", b"somebody's own");
    let plan = under_readers(host, &[&first, &second], || publish(host, &second));
    let plan = plan.expect("published");
    assert_eq!(plan.upload, ["assets/style-2.css", "資料-2.txt"]);
    assert_eq!(plan.pages, ["index.html"]);
    assert_eq!(plan.remove, ["assets/style-1.css", "資料-1.txt"]);
    let mut expected = whole(&second);
    expected.insert("scan.pdf".to_owned(), b"somebody's own".to_vec());
    assert_eq!(host.files(), expected);

    assert!(publish(host, &second).expect("published").is_empty());

    let mut altered = site(2);
    change(&mut altered, "editions/2026-01-01/safeguards.pdf", b"%PDF");
    let refused = error_id(publish(host, &altered));
    assert_eq!(refused, "published-edition-differs");
    assert_eq!(host.files(), expected);

    // Something stands where a new file is to go.
    host.put("assets/style-3.css", b"unmanaged");
    expected.insert("assets/style-3.css".to_owned(), b"unmanaged".to_vec());
    assert_eq!(error_id(publish(host, &site(3))), "unmanaged");
    assert_eq!(host.files(), expected);

    let status = status(host);
    assert_eq!((status.altered.len(), status.missing.len()), (0, 0));
    assert!(status.since.is_some() && status.locked_since.is_none());
    host.put("index.html", b"defaced");
    assert_eq!(self::status(host).altered, ["index.html"]);
    host.put("index.html", &second.files["index.html"]);

    let put_back = || publish(host, &first);
    under_readers(host, &[&first, &second], put_back).expect("published");
    let mut expected = whole(&first);
    expected.insert("scan.pdf".to_owned(), b"somebody's own".to_vec());
    expected.insert("assets/style-3.css".to_owned(), b"unmanaged".to_vec());
    assert_eq!(host.files(), expected);
}

fn wrong_credentials(host: &Host) {
    if matches!(
        host.kind,
        ServerKind::Folder | ServerKind::Git | ServerKind::Sftp
    ) {
        return;
    }
    let mut store = match store::open(&host.target_with("wrong"), host.workshop.path()) {
        Ok(store) => store,
        Err(error) => panic!("{error:?}"),
    };
    let refused = publish::publish(store.as_mut(), &site(1), &context("one", &|_| {}));
    let error = refused.expect_err("a wrong password is let in");
    let output = format!("{error:?}");
    assert!(
        output.contains("target-refused") || output.contains("sftp-password"),
        "{output}"
    );
    assert!(host.files().is_empty());
}

/// One of them is refused, or they follow one another; their files never mix.
fn two_at_once(host: &Host) {
    publish(host, &site(1)).expect("published");
    let [second, third] = [site(2), site(3)];
    let results = std::thread::scope(|scope| {
        let one = scope.spawn(|| publish_as(host, &second, "one"));
        let other = scope.spawn(|| publish_as(host, &third, "other"));
        [one, other].map(|done| done.join().expect("no panic"))
    });
    let files = host.files();
    // rclone lets two create one file at once, and then refuses both: the old site stays until a
    // retry.
    let of_rclone = matches!(host.kind, ServerKind::SftpRclone | ServerKind::WebdavRclone);
    if of_rclone && results.iter().all(Result::is_err) {
        assert_eq!(files, whole(&site(1)), "{results:?}");
        let mut again = ["one", "other"].into_iter();
        assert!(again.any(|who| publish_as(host, &second, who).is_ok()));
        assert_eq!(host.files(), whole(&second));
        return;
    }
    let candidates = [whole(&second), whole(&third)];
    assert!(
        candidates.contains(&files),
        "mixed: {:?} {results:?}",
        files.keys()
    );
    assert!(results.iter().any(Result::is_ok), "{results:?}");
    for error in results.into_iter().filter_map(Result::err) {
        let output = format!("{error:?}");
        let words = ["target-busy", "target-taken", "target-moved-on"];
        assert!(words.iter().any(|word| output.contains(word)), "{output}");
    }
}

/// Kills the server after some bytes; without a server, the publisher after some steps.
fn killed_at_five_places(host: &mut Host) {
    let [first, mut second] = [site(1), site(2)];
    for index in 0..6_u8 {
        let path = format!("assets/large-{index}.bin");
        add(&mut second, &path, noise(1_500_000, index));
    }
    publish(host, &first).expect("published");
    let before = size(&host.root);
    for tenths in [1, 3, 5, 7, 9] {
        // On a busy machine the last byte may be quicker than the kill.
        let died = (0..5).any(|_| {
            let died = under_readers(host, &[&first, &second], || {
                publish_until_interrupted(host, &second, tenths, before)
            });
            host.restart();
            if died.is_ok() {
                publish(host, &first).expect("published");
            }
            died.is_err()
        });
        assert!(died, "{:?} at {tenths}: the end came too late", host.kind);
        under_readers(host, &[&first, &second], || publish(host, &second))
            .unwrap_or_else(|error| panic!("{:?} at {tenths}: {error:?}", host.kind));
        assert_eq!(
            host.files().keys().collect::<Vec<_>>(),
            whole(&second).keys().collect::<Vec<_>>()
        );
        assert!(
            host.files() == whole(&second),
            "{:?} at {tenths}",
            host.kind
        );
        publish(host, &first).expect("published");
        assert_eq!(host.files(), whole(&first), "{:?} at {tenths}", host.kind);
    }
}

/// Publishes until some tenths of the files are sent.
fn publish_until_interrupted(
    host: &Host,
    site: &BuiltSite,
    tenths: u64,
    before: u64,
) -> Result<Plan> {
    if let Some(process) = host.process() {
        return killed_when(host, process, before + 900_000 * tenths, || {
            publish(host, site)
        });
    }
    let mut store = open(host);
    let mut interrupted = InterruptedStore {
        store: store.as_mut(),
        left: tenths as usize * 2,
    };
    publish::publish(&mut interrupted, site, &context("one", &|_| {}))
}

/// Publishes to a disk that is too small; after it has grown, the next run completes the site.
fn full_disk(kind: ServerKind) {
    let Some(disk) = Disk::of("2m") else {
        return;
    };
    let host = Host::start(kind, &disk.folder.join("served"));
    let [first, mut second] = [site(1), site(2)];
    add(&mut second, "assets/large.bin", noise(4_000_000, 0));
    publish(&host, &first).expect("published");
    let failed = under_readers(&host, &[&first, &second], || publish(&host, &second));
    assert!(failed.is_err(), "{kind:?} has put 4 MB on a disk of 2 MB");
    assert_eq!(
        host.read("index.html").as_ref(),
        first.files.get("index.html")
    );
    disk.grow("64m");
    publish(&host, &second).unwrap_or_else(|error| panic!("{kind:?}: {error:?}"));
    assert!(host.files() == whole(&second), "{kind:?}");
}

#[test]
fn of_a_thousand_files_three_travel() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = Host::start(ServerKind::Sftp, folder.path());
    let mut many = site(1);
    for index in 0..1_000 {
        add(
            &mut many,
            &format!("assets/{index}.txt"),
            format!("{index}").into_bytes(),
        );
    }
    publish(&host, &many).expect("published");
    for index in [7, 77, 777] {
        change(&mut many, &format!("assets/{index}.txt"), b"changed");
    }
    let sent = std::sync::Mutex::new(Vec::new());
    let note = |step: ProgressEvent| {
        if let ProgressEvent::Send(path, _) = step {
            sent.lock().expect("no panic").push(path.to_owned());
        }
    };
    let mut store = open(&host);
    publish::publish(store.as_mut(), &many, &context("one", &note)).expect("published");
    let expected = ["assets/7.txt", "assets/77.txt", "assets/777.txt", MANIFEST];
    assert_eq!(*sent.lock().expect("no panic"), expected);
}

#[test]
fn a_server_with_another_key_or_none_on_record_is_not_talked_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut host = Host::start(ServerKind::Sftp, folder.path());
    publish(&host, &site(1)).expect("published");
    host.change_host_key();
    assert_eq!(error_id(publish(&host, &site(2))), "sftp-host-changed");
    let known = host.workshop.path().join("known_hosts");
    std::fs::write(known, "").expect("writable");
    let refused = format!("{:?}", publish(&host, &site(2)));
    assert!(
        refused.contains("sftp-host-unknown") && refused.contains("SHA256:"),
        "{refused}"
    );
    assert_eq!(host.files(), whole(&site(1)));
    // Of several keys on record one must be the server's, and Windows' byte order mark is reported.
    let known = host.workshop.path().join("known_hosts");
    let [old, new] = ["client.pub", "host.pub"].map(|name| {
        let key = std::fs::read_to_string(host.workshop.path().join(name)).expect("a key");
        format!("[127.0.0.1]:{} {key}", host.port)
    });
    std::fs::write(&known, format!("\u{feff}{new}")).expect("writable");
    assert_eq!(error_id(publish(&host, &site(2))), "sftp-known-hosts");
    std::fs::write(&known, format!("{old}{new}")).expect("writable");
    publish(&host, &site(2)).expect("published");
    // A key that the server does not know is refused too.
    let mut host = Host::start(ServerKind::Sftp, folder.path());
    std::fs::remove_file(host.workshop.path().join("authorized")).expect("a file");
    host.restart();
    assert_eq!(error_id(publish(&host, &site(2))), "sftp-login");
}

#[test]
fn server_and_user_may_have_rsa_keys_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut host = Host::start(ServerKind::Sftp, folder.path());
    host.change_keys("rsa");
    publish(&host, &site(1)).expect("published");
    assert_eq!(host.files(), whole(&site(1)));
    // A key of another kind is another key, too.
    host.change_host_key();
    assert_eq!(error_id(publish(&host, &site(2))), "sftp-host-changed");
}

/// After an interruption at any step the next run completes the target: with the same site, the one
/// before, or a third.
#[test]
fn a_publisher_may_die_at_every_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let [first, second, third] = [site(1), site(2), site(3)];
    for (name, next) in [("on", &second), ("back", &first), ("over", &third)] {
        let host = Host::start(ServerKind::Folder, &folder.path().join(name));
        for steps in 0.. {
            publish(&host, &first).expect("published");
            let mut store = open(&host);
            let mut interrupted = InterruptedStore {
                store: store.as_mut(),
                left: steps,
            };
            let died = publish::publish(&mut interrupted, &second, &context("one", &|_| {}));
            publish(&host, next).unwrap_or_else(|error| panic!("{name} {steps}: {error:?}"));
            assert!(host.files() == whole(next), "{name} after {steps} steps");
            if died.is_ok() {
                assert!(steps > 15, "{steps}");
                break;
            }
        }
    }
}

#[test]
fn a_lock_is_taken_over_from_the_dead_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = Host::start(ServerKind::Folder, folder.path());
    let dies_after = |steps, publisher: &str, clock: &dyn Fn() -> Timestamp| {
        let mut store = open(&host);
        let mut interrupted = InterruptedStore {
            store: store.as_mut(),
            left: steps,
        };
        let context = PublishContext {
            clock,
            ..context(publisher, &|_| {})
        };
        publish::publish(&mut interrupted, &site(1), &context)
    };
    let now = || "2026-10-01T00:00:00Z".parse().expect("a time");
    let soon = || "2026-10-01T00:29:00Z".parse().expect("a time");
    let late = || "2026-10-01T00:31:00Z".parse().expect("a time");
    assert!(dies_after(9, "one", &now).is_err());
    assert!(!host.files().is_empty());
    let wrong = || "2025-10-01T00:00:00Z".parse().expect("a time");
    assert!(dies_after(9, "of a clock that is behind", &wrong).is_err());
    assert!(dies_after(9, "one", &now).is_err());
    assert_eq!(error_id(dies_after(999, "other", &soon)), "target-busy");
    let mut store = open(&host);
    let context = PublishContext {
        clock: &late,
        ..context("other", &|_| {})
    };
    // Leftovers that the new site does not need are removed.
    let site = site(2);
    publish::publish(store.as_mut(), &site, &context).expect("published");
    assert_eq!(host.files(), whole(&site));
}

#[test]
fn a_manifest_that_leads_out_of_the_site_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = Host::start(ServerKind::Folder, &folder.path().join("served"));
    publish(&host, &site(1)).expect("published");
    let mut forged = site(1).manifest;
    forged.files[0].path = "../victim.txt".to_owned();
    host.put(MANIFEST, &safeguard::data::pretty(&forged));
    let victim = folder.path().join("served/victim.txt");
    std::fs::write(&victim, "precious").expect("writable");
    let refused = || error_id(publish(&host, &site(2)));
    assert_eq!(refused(), "published-manifest-unreadable");
    assert!(victim.exists());
    // Paths that lead out of the folder on another system, and the publisher's own file.
    for path in ["..\\victim.txt", "C:victim.txt", MANIFEST] {
        path.clone_into(&mut forged.files[0].path);
        host.put(MANIFEST, &safeguard::data::pretty(&forged));
        assert_eq!(refused(), "published-manifest-unreadable", "{path}");
    }
}

/// Runs the examples of `docs/publishing.md`, each target with a server of its own instead of the example's.
#[test]
fn the_documented_targets_publish() {
    let [english, japanese] = ["publishing.md", "publishing.ja.md"].map(|name| {
        let text = std::fs::read_to_string(project().join("docs").join(name)).expect(name);
        let mut blocks = text
            .split("```yaml\n")
            .filter_map(|rest| rest.split("```").next());
        blocks
            .find(|block| block.contains("kind: sftp"))
            .expect("targets")
            .to_owned()
    });
    assert_eq!(english, japanese);
    let folder = issued();
    let served = folder.path().join("served");
    let host = |kind, name: &str| Host::start(kind, &served.join(name));
    let hosts = [
        ("rental", host(ServerKind::SftpPassword, "rental"), ""),
        ("old-rental", host(ServerKind::Ftps, "old-rental"), ""),
        (
            "share",
            host(ServerKind::Webdav, "share"),
            "https://dav.example.jp",
        ),
        (
            "bucket",
            host(ServerKind::S3, "bucket"),
            "https://s3.example.jp",
        ),
        (
            "pages",
            host(ServerKind::Git, "pages"),
            "git@example.jp:office/site.git",
        ),
    ];
    let mut lines: Vec<String> = english.lines().map(str::to_owned).collect();
    for (name, host, address) in &hosts {
        let line = lines
            .iter_mut()
            .find(|line| line.starts_with(&format!("{name}: ")));
        let line = line.unwrap_or_else(|| panic!("{name} is not shown"));
        let known = host.workshop.path().join("known_hosts");
        let server = match host.kind {
            ServerKind::SftpPassword => format!(
                "host: 127.0.0.1, port: {}, known_hosts: {}",
                host.port,
                known.display()
            ),
            _ => format!("host: localhost, port: {}", host.port),
        };
        let here = match host.kind {
            ServerKind::Git => host.root.join("site.git").display().to_string(),
            _ => format!("http://127.0.0.1:{}", host.port),
        };
        *line = line.replace("host: example.jp", &server);
        if !address.is_empty() {
            *line = line.replace(address, &here);
        }
    }
    assert_eq!(lines.len(), hosts.len() + 1);
    lines[0] = lines[0].replace("../public", "served/public");
    assert!(!lines.concat().contains("example.jp"), "{lines:?}");
    std::fs::write(folder.path().join("publish.yaml"), lines.join("\n")).expect("writable");
    let certificate = hosts[1].1.workshop.path().join("tls.pem");
    for line in &lines {
        let name = line.split(':').next().expect("a name");
        let output = shipped(&folder, &["publish", name], &certificate);
        assert!(output.contains(" 0 removed"), "{output}");
        let output = shipped(&folder, &["publish", name], &certificate);
        assert!(output.contains("already"), "{output}");
    }
    let output = shipped(&folder, &["publish", "--status"], &certificate);
    assert_eq!(
        output.matches("as they were published").count(),
        lines.len(),
        "{output}"
    );
    assert_eq!(
        output.matches("edition 2026-01-01").count(),
        lines.len(),
        "{output}"
    );
}

/// Runs the program with every password.
fn shipped(folder: &tempfile::TempDir, arguments: &[&str], certificate: &Path) -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_safeguard"))
        .args(arguments)
        .args(["--lang", "en", "--as-of", "2026-10-01", "-C"])
        .arg(folder.path())
        .envs(["RENTAL", "OLD_RENTAL", "SHARE"].map(|name| {
            let name = format!("SAFEGUARD_{name}_PASSWORD");
            (name, PASSWORD)
        }))
        .env("SAFEGUARD_BUCKET_ACCESS_KEY_ID", "AKOFFICE")
        .env("SAFEGUARD_BUCKET_SECRET_ACCESS_KEY", PASSWORD)
        .env("SSL_CERT_FILE", certificate)
        .output()
        .expect("the binary runs");
    let [out, err] = [&done.stdout, &done.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    assert!(done.status.success(), "{arguments:?}: {out}{err}");
    assert!(
        !out.contains(PASSWORD) && !err.contains(PASSWORD),
        "{out}{err}"
    );
    out.into_owned()
}

/// A project with an edition.
fn issued() -> tempfile::TempDir {
    let folder = base();
    let done = safeguard(&folder, &["issue", "--date", "2026-01-01"]);
    assert!(done.status.success(), "{done:?}");
    folder
}

#[test]
fn a_draft_is_published_on_request_only() {
    let folder = base();
    let yaml = folder.path().join("publish.yaml");
    let refused = |arguments: &[&str], code| {
        let done = safeguard(&folder, arguments);
        assert_eq!(done.status.code(), Some(code), "{done:?}");
        String::from_utf8_lossy(&done.stderr).into_owned()
    };
    let done = |arguments: &[&str]| {
        let done = safeguard(&folder, arguments);
        assert!(done.status.success(), "{done:?}");
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    assert!(refused(&["publish"], 2).contains("there is no"));
    std::fs::write(
        &yaml,
        "web: {kind: folder, path: public, password: hunter2}\n",
    )
    .expect("writable");
    let output = refused(&["publish"], 1);
    assert!(
        output.contains("credential") && !output.contains("hunter2"),
        "{output}"
    );
    std::fs::write(&yaml, "web: {kind: folder, path: public}\n").expect("writable");
    assert!(refused(&["publish", "wb"], 2).contains("web"));
    let share = "web: {kind: folder, path: not-mounted/public}\n";
    std::fs::write(&yaml, share).expect("writable");
    assert!(refused(&["publish", "--draft"], 2).contains("mounted"));
    assert!(!folder.path().join("not-mounted").exists());
    for (written, code, word) in [
        ("web: {kind: folder, path: content}\n", 2, "project itself"),
        ("web: {kind: folder, path: ..}\n", 2, "project itself"),
        (
            "# web: {kind: folder, path: public}\n",
            2,
            "names no target",
        ),
        (
            "web: {kind: folder, path: a}\nweb: {kind: folder, path: b}\n",
            1,
            "twice",
        ),
        (
            "web: {kind: sftp, host: h, user: u, path: p, port: 99999}\n",
            1,
            "65535",
        ),
    ] {
        std::fs::write(&yaml, written).expect("writable");
        let output = refused(&["publish", "--draft"], code);
        assert!(output.contains(word), "{written}: {output}");
    }
    // An unknown field may hold a password.
    let secret = "web: {kind: folder, パスワード: hunter2, path: public}\n";
    std::fs::write(&yaml, secret).expect("writable");
    let output = refused(&["publish", "--draft"], 1);
    assert!(
        output.contains("パスワード") && !output.contains("hunter2"),
        "{output}"
    );
    std::fs::write(&yaml, "web: {kind: folder, path: public}\n").expect("writable");
    assert!(refused(&["publish"], 2).contains("--draft"));
    assert!(!folder.path().join("public").exists());

    let output = done(&["publish", "--draft", "--dry-run", "--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(&output).expect("JSON");
    assert_eq!(plan["published"], serde_json::Value::Null);
    assert!(
        plan["pages"]
            .as_array()
            .expect("pages")
            .contains(&"index.html".into())
    );

    done(&["issue", "--date", "2026-01-01"]);
    done(&["publish"]);
    let page = || std::fs::read_to_string(folder.path().join("public/index.html")).expect("a page");
    let first = page();
    let measures = folder.path().join("content/measures/B/b.yaml");
    let text = std::fs::read_to_string(&measures).expect("measures");
    let text = text.replace("記録を残している", "記録を3年残している");
    std::fs::write(&measures, text).expect("writable");
    done(&["issue", "--date", "2026-02-01", "--reviewed", "2026-02-01"]);
    let output = done(&["publish", "--dry-run"]);
    assert!(output.contains("{+3年+}"), "{output}");
    assert!(output.contains("before: 第1版 2026-01-01,"), "{output}");
    assert!(
        output.contains("page     index.html") && output.contains("manifest manifest.json"),
        "{output}"
    );
    assert_eq!(page(), first);
    done(&["publish"]);
    assert_ne!(page(), first);

    let status = || {
        let output = safeguard(&folder, &["publish", "--status"]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code(), text)
    };
    std::fs::write(folder.path().join("public/index.html"), "defaced").expect("writable");
    std::fs::remove_file(folder.path().join("public/404.html")).expect("a page");
    let (code, output) = status();
    assert_eq!(code, Some(1), "{output}");
    assert!(
        output.contains("altered on the target: index.html"),
        "{output}"
    );
    assert!(
        output.contains("missing on the target: 404.html"),
        "{output}"
    );
    assert!(output.contains("--replace"), "{output}");
    let conflict = refused(&["publish", "--status", "--draft"], 2);
    assert!(conflict.contains("`--status` and `--draft`"), "{conflict}");
    assert!(done(&["publish"]).contains("already"));
    done(&["publish", "--replace"]);
    assert_eq!(status().0, Some(0));
    // Somebody else's manifest, which lists the same files.
    let manifest = folder.path().join("public").join(MANIFEST);
    let own = std::fs::read_to_string(&manifest).expect("a manifest");
    let foreign = own.replace("\"theme\": \"official\"", "\"theme\": \"other\"");
    assert_ne!(own, foreign);
    std::fs::write(&manifest, foreign).expect("writable");
    let (code, output) = status();
    assert_eq!(code, Some(1), "{output}");
    assert!(output.contains("not the one"), "{output}");
    std::fs::write(&manifest, own).expect("writable");
    assert_eq!(status().0, Some(0));
    // A target that cannot be reached hides none of the others.
    let both =
        "away: {kind: folder, path: not-mounted/public}\nweb: {kind: folder, path: public}\n";
    std::fs::write(&yaml, both).expect("writable");
    let (code, output) = status();
    assert_eq!(code, Some(2), "{output}");
    assert!(
        output.contains("away (") && output.contains("as they were published"),
        "{output}"
    );
    std::fs::write(&yaml, "web: {kind: folder, path: public}\n").expect("writable");
    std::fs::remove_dir_all(folder.path().join("public")).expect("writable");
    let (code, output) = status();
    assert_eq!(code, Some(1), "{output}");
    assert!(output.contains("is gone"), "{output}");
    for server in ["nginx", "apache", "_headers"] {
        let headers = done(&["publish", "--headers", server]);
        assert!(headers.contains("Content-Security-Policy"), "{headers}");
        assert!(headers.contains("style-src 'sha256-"), "{headers}");
    }
    assert!(!folder.path().join("output").exists());
}

#[test]
fn a_key_may_come_from_an_agent_or_the_environment() {
    let folder = base();
    let mut host = Host::start(ServerKind::Sftp, &folder.path().join("served"));
    let shop = host.workshop.path().to_owned();
    let yaml = host.yaml().replace("key_file: client, ", "");
    std::fs::write(folder.path().join("publish.yaml"), yaml).expect("writable");
    std::fs::copy(shop.join("known_hosts"), folder.path().join("known_hosts")).expect("a file");
    let script = "cd \"$0\"; ssh-keygen -q -t rsa -N '' -f rsa; cat rsa.pub >> authorized
        ssh-agent -D -a agent >/dev/null 2>&1 </dev/null & echo $!
        while ! [ -S agent ]; do sleep 0.1; done; SSH_AUTH_SOCK=agent ssh-add -q rsa 2>/dev/null";
    let begun = Command::new("bash")
        .args(["-euc", script])
        .arg(&shop)
        .output();
    let begun = begun.expect("bash");
    assert!(begun.status.success(), "{begun:?}");
    let agent = String::from_utf8_lossy(&begun.stdout).trim().parse();
    let publish = |variable: &str, value: &str| {
        let done = Command::new(env!("CARGO_BIN_EXE_safeguard"))
            .args([
                "publish",
                "--draft",
                "--lang",
                "en",
                "--as-of",
                "2026-10-01",
                "-C",
            ])
            .arg(folder.path())
            .env("HOME", &shop)
            .env_remove("SSH_AUTH_SOCK")
            .env(variable, value)
            .output()
            .expect("the binary runs");
        String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned()
    };
    let output = publish("SSH_AUTH_SOCK", &shop.join("agent").to_string_lossy());
    kill_tree(agent.expect("a process id"));
    assert!(output.contains("published to here"), "{output}");
    let key = std::fs::read_to_string(shop.join("client")).expect("a key");
    let output = publish("SAFEGUARD_HERE_KEY", &key);
    assert!(output.contains("already"), "{output}");
    let output = publish("UNRELATED", "");
    assert!(output.contains("SAFEGUARD_HERE_PASSWORD"), "{output}");
    host.kill();
}

#[test]
fn a_branch_keeps_the_texts_of_a_withdrawn_edition() {
    for (kind, keeps) in [(ServerKind::Git, true), (ServerKind::Folder, false)] {
        let folder = tempfile::tempdir().expect("a folder");
        let host = Host::start(kind, folder.path());
        let target = host.target();
        publish(&host, &site(1)).expect("published");
        // Another style sheet is no edition.
        let plan = publish(&host, &site(2)).expect("published");
        assert!(!plan.remove.is_empty());
        assert_eq!(publish::history_note(&target, &plan), None);
        let mut withdrawn = site(2);
        for name in DOWNLOADS {
            remove(&mut withdrawn, &format!("editions/2026-01-01/{name}"));
        }
        let plan = publish(&host, &withdrawn).expect("published");
        assert_eq!(host.files(), whole(&withdrawn));
        let note = publish::history_note(&target, &plan);
        assert_eq!(note.is_some(), keeps, "{kind:?}");
        for (language, words) in [
            (
                Language::English,
                "history still holds editions/2026-01-01/",
            ),
            (Language::Japanese, "履歴には editions/2026-01-01/"),
        ] {
            let text = note.as_ref().map(|note| Catalog::of(language).format(note));
            assert!(text.is_none_or(|text| text.contains(words)));
        }
        // Without the page nothing would tell that the edition was withdrawn.
        remove(&mut withdrawn, "editions/2026-01-01/index.html");
        assert_eq!(error_id(publish(&host, &withdrawn)), "edition-vanishes");
    }
}

#[test]
fn a_withdrawn_edition_leaves_the_site_and_a_lost_one_stops_it() {
    let folder = issued();
    let repository = folder.path().join("pages.git");
    let git = |arguments: &[&str]| {
        let done = Command::new("git")
            .args(arguments)
            .arg(&repository)
            .output();
        assert!(done.expect("git").status.success());
    };
    git(&["init", "--quiet", "--bare"]);
    let yaml = format!(
        "pages: {{kind: git, repository: \"{}\", branch: pages}}\nweb: {{kind: folder, path: public}}\n",
        repository.display()
    );
    std::fs::write(folder.path().join("publish.yaml"), yaml).expect("writable");
    let run = |arguments: &[&str], code| {
        let done = safeguard(&folder, arguments);
        assert_eq!(done.status.code(), Some(code), "{arguments:?}: {done:?}");
        [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    for target in ["pages", "web"] {
        run(&["publish", target], 0);
    }
    // Its record is lost, by accident: nothing is taken away.
    let record = folder.path().join("content/editions/2026-01-01");
    let aside = folder.path().join("aside");
    let sheet = folder.path().join("content/sheet.yaml");
    let named = std::fs::read_to_string(&sheet).expect("there");
    std::fs::rename(&record, &aside).expect("there");
    std::fs::write(&sheet, named.replace("edition: 2026-01-01\n", "")).expect("writable");
    for target in ["pages", "web"] {
        let [_, said] = run(&["publish", target, "--draft"], 2);
        assert!(said.contains("issue --lost 2026-01-01"), "{said}");
    }
    let lost = ["issue", "--lost", "2026-01-01", "--note", "機器の故障"];
    let [_, said] = run(&lost, 2);
    assert!(said.contains("`edition: 2026-01-01`"), "{said}");
    let front = folder.path().join("public/index.html");
    let page = std::fs::read_to_string(&front).expect("a page");
    assert!(!page.contains("案（未発行）"));
    std::fs::rename(&aside, &record).expect("there");
    std::fs::write(&sheet, named).expect("writable");

    run(
        &[
            "issue",
            "--withdraw",
            "2026-01-01",
            "--note",
            "誤りがあった",
        ],
        0,
    );
    let [said, _] = run(&["publish", "pages"], 0);
    assert!(
        said.contains("history still holds editions/2026-01-01/"),
        "{said}"
    );
    let [said, _] = run(&["publish", "web"], 0);
    assert!(!said.contains("history"), "{said}");
    let page = std::fs::read_to_string(&front).expect("a page");
    assert!(page.contains("誤りがあった"), "{page}");
    assert!(
        !folder
            .path()
            .join("public/editions/2026-01-01/safeguards.pdf")
            .exists()
    );

    // What the published site says of an edition is not taken back by a lost file.
    let withdrawn = record.join("withdrawn.yaml");
    let ending = std::fs::read(&withdrawn).expect("written");
    std::fs::remove_file(&withdrawn).expect("there");
    for target in ["pages", "web"] {
        let [_, said] = run(&["publish", target], 2);
        assert!(said.contains("withdrawn.yaml"), "{said}");
    }
    std::fs::write(&withdrawn, ending).expect("writable");
    run(&["publish", "web"], 0);
}

#[test]
fn the_hash_of_a_copy_that_was_let_out_stays_published() {
    let folder = issued();
    let yaml = "web: {kind: folder, path: public}\n";
    std::fs::write(folder.path().join("publish.yaml"), yaml).expect("writable");
    let run = |arguments: &[&str]| safeguard(&folder, arguments);
    assert!(run(&["build", "--recipient", "甲社"]).status.success());
    assert!(run(&["publish"]).status.success());
    let ledger = folder.path().join("content/copies.yaml");
    let lines = std::fs::read_to_string(&ledger).expect("written");
    let list = || std::fs::read_to_string(folder.path().join("public/editions.json"));
    let published = list().expect("a list");
    std::fs::remove_file(&ledger).expect("there");
    let refused = run(&["publish"]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        refused.status.code() == Some(2) && said.contains("content/copies.yaml"),
        "{said}"
    );
    assert_eq!(list().expect("a list"), published);
    // A name may go.
    let struck = lines.replace("  recipient: 甲社\n", "");
    assert_ne!(struck, lines);
    std::fs::write(&ledger, struck).expect("writable");
    assert!(run(&["publish"]).status.success());
}

#[test]
fn git_over_ssh_asks_for_the_right_key() {
    let folder = issued();
    let mut host = Host::start(ServerKind::Sftp, &folder.path().join("served"));
    let shop = host.workshop.path().to_owned();
    let repository = host.root.join("site.git");
    let git = |arguments: &[&str]| {
        let git = Command::new("git")
            .args(arguments)
            .arg(&repository)
            .output();
        let git = git.expect("git");
        String::from_utf8_lossy(&[git.stdout, git.stderr].concat()).into_owned()
    };
    git(&["init", "-q", "--bare"]);
    let yaml = format!(
        "pages: {{kind: git, repository: \"ssh://{}@127.0.0.1:{}{}\", branch: pages}}\n",
        login_name(),
        host.port,
        repository.display()
    );
    std::fs::write(folder.path().join("publish.yaml"), yaml).expect("writable");
    keygen("ed25519", &shop.join("unknown"));
    let publish = |key: &str| {
        let known = shop.join("known_hosts");
        let options = "-o IdentitiesOnly=yes -o BatchMode=yes";
        let ssh = format!(
            "ssh -F none -i {} -o UserKnownHostsFile={} {options}",
            shop.join(key).display(),
            known.display()
        );
        let done = Command::new(env!("CARGO_BIN_EXE_safeguard"))
            .args(["publish", "--lang", "en", "--as-of", "2026-10-01", "-C"])
            .arg(folder.path())
            .env("GIT_SSH_COMMAND", ssh)
            .output()
            .expect("the binary runs");
        let output = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        (done.status.code(), output)
    };
    let (code, output) = publish("unknown");
    assert_eq!(code, Some(2), "{output}");
    assert!(output.contains("Permission denied"), "{output}");
    assert_eq!(git(&["ls-remote"]), "");
    let (code, output) = publish("client");
    assert_eq!(code, Some(0), "{output}");
    assert!(git(&["ls-remote"]).contains("refs/heads/pages"));
    host.change_host_key();
    let (code, output) = publish("client");
    assert_eq!(code, Some(2), "{output}");
    assert!(output.contains("Host key verification failed"), "{output}");
}

// Sites

/// A small site; sites of two numbers differ in the page, the style sheet and one more file.
fn site(number: u32) -> BuiltSite {
    let page = |text: String| text.into_bytes();
    let index = format!(
        "<link href=\"assets/style-{number}.css\"><a href=\"資料-{number}.txt\">{number}</a>\
         <a href=\"editions/2026-01-01/index.html\">2026</a>"
    );
    let edition = "<link href=\"../../assets/base.css\"><a href=\"safeguards.pdf\">PDF</a>";
    let mut site = BuiltSite {
        manifest: Manifest {
            edition: Some(format!("2026-01-0{number}")),
            id: format!("2026-01-0{number}"),
            guideline: "sample-2025".to_owned(),
            theme: "official".to_owned(),
            as_of: "2026-10-01".to_owned(),
            version: "0.1.0".to_owned(),
            digest: BTreeMap::new(),
            files: Vec::new(),
        },
        files: BTreeMap::new(),
    };
    for (path, bytes) in [
        ("assets/base.css", page("td { color: black }".repeat(2_000))),
        (
            &format!("assets/style-{number}.css"),
            page(format!("/* {number} */")),
        ),
        (
            &format!("資料-{number}.txt"),
            page(format!("資料 {number} ").repeat(3_000)),
        ),
        ("editions/2026-01-01/index.html", page(edition.to_owned())),
        ("editions/2026-01-01/safeguards.csv", page("a,b".to_owned())),
        (
            "editions/2026-01-01/safeguards.json",
            page("{\"a\": 1}".to_owned()),
        ),
        (
            "editions/2026-01-01/safeguards.pdf",
            page("%PDF as issued".to_owned()),
        ),
        (
            "index.html",
            page(index.clone() + &"<td>row</td>".repeat(10_000)),
        ),
    ] {
        add(&mut site, path, bytes);
    }
    site
}

fn add(site: &mut BuiltSite, path: &str, bytes: Vec<u8>) {
    site.files.insert(path.to_owned(), bytes);
    list(site);
}

fn remove(site: &mut BuiltSite, path: &str) {
    assert!(site.files.remove(path).is_some(), "{path}");
    list(site);
}

/// Makes the manifest list the files.
fn list(site: &mut BuiltSite) {
    let files = site.files.iter().map(|(path, bytes)| ManifestFile {
        path: path.clone(),
        bytes: bytes.len(),
        sha256: sha256(bytes),
    });
    site.manifest.files = files.collect();
}

fn change(site: &mut BuiltSite, path: &str, bytes: &[u8]) {
    assert!(site.files.contains_key(path), "{path}");
    add(site, path, bytes.to_vec());
}

/// The files of a complete publication.
fn whole(site: &BuiltSite) -> BTreeMap<String, Vec<u8>> {
    let mut files = site.files.clone();
    files.insert(MANIFEST.to_owned(), safeguard::data::pretty(&site.manifest));
    files
}

/// Bytes that cannot be compressed.
fn noise(length: usize, seed: u8) -> Vec<u8> {
    let mut state = u64::from(seed) + 1;
    let next = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    };
    (0..length).map(next).collect()
}

// Runs

/// Short pauses, to keep the tests quick.
const RETRY_PAUSES: [u64; 2] = [10, 100];

fn context<'a>(publisher: &'a str, progress: &'a dyn Fn(ProgressEvent)) -> PublishContext<'a> {
    PublishContext {
        publisher,
        replaces_unmanaged: false,
        clock: &now,
        retry_pauses: &RETRY_PAUSES,
        progress,
    }
}

#[expect(clippy::disallowed_methods, reason = "locks are about the time of day")]
fn now() -> Timestamp {
    Timestamp::now()
}

fn open(host: &Host) -> Box<dyn Store> {
    let store = store::open(&host.target(), host.workshop.path());
    store.unwrap_or_else(|error| panic!("{error:?}"))
}

fn publish(host: &Host, site: &BuiltSite) -> Result<Plan> {
    publish_as(host, site, "one")
}

fn publish_as(host: &Host, site: &BuiltSite, publisher: &str) -> Result<Plan> {
    let context = context(publisher, &|_| {});
    let mut store = context.retry(|| store::open(&host.target(), host.workshop.path()))?;
    publish::publish(store.as_mut(), site, &context)
}

fn preview(host: &Host, site: &BuiltSite) -> Result<Plan> {
    context("one", &|_| {}).plan(open(host).as_mut(), site, &[])
}

fn status(host: &Host) -> publish::PublishedStatus {
    let status = publish::status(open(host).as_mut(), &context("one", &|_| {}));
    status.expect("readable").expect("published")
}

/// The id of the message with which a run failed.
fn error_id<T: std::fmt::Debug>(done: Result<T>) -> String {
    let message = format!("{:?}", done.expect_err("a refusal").message);
    message.split('"').nth(1).expect("an id").to_owned()
}

/// A store whose publisher dies after some steps.
struct InterruptedStore<'a> {
    store: &'a mut dyn Store,
    left: usize,
}

impl InterruptedStore<'_> {
    fn step(&mut self) -> Result<&mut dyn Store> {
        let Some(left) = self.left.checked_sub(1) else {
            return Err(Error::new("dead"));
        };
        self.left = left;
        Ok(self.store)
    }
}

impl Store for InterruptedStore<'_> {
    fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>> {
        self.step()?.read(path)
    }
    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        self.step()?.write(path, bytes)
    }
    fn create(&mut self, path: &str, bytes: &[u8]) -> Result<bool> {
        self.step()?.create(path, bytes)
    }
    fn remove(&mut self, path: &str) -> Result<()> {
        self.step()?.remove(path)
    }
    fn modified_at(&mut self, path: &str) -> Result<Option<Timestamp>> {
        self.step()?.modified_at(path)
    }
    fn finish(&mut self) -> Result<()> {
        self.step()?.finish()
    }
}

/// Kills the server as soon as its disk has that many bytes.
fn killed_when<T>(host: &Host, server: u32, bytes: u64, does: impl FnOnce() -> T) -> T {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                if size(&host.root) >= bytes {
                    return kill_tree(server);
                }
            }
        });
        let done = does();
        over.store(true, Ordering::Relaxed);
        done
    })
}

fn size(folder: &Path) -> u64 {
    let entries = walkdir::WalkDir::new(folder).into_iter().flatten();
    let sizes = entries.filter_map(|entry| Some(entry.metadata().ok()?.len()));
    sizes.sum()
}

// Readers

/// Runs an action while a reader fetches the pages again and again, each with all its files.
fn under_readers<T>(host: &Host, sites: &[&BuiltSite], does: impl FnOnce() -> T) -> T {
    let known = sites.iter().flat_map(|site| site.files.values());
    let known: BTreeSet<String> = known.map(|bytes| sha256(bytes)).collect();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut rounds = 0;
            while !over.load(Ordering::Relaxed) || rounds == 0 {
                visit(host, "index.html", &known);
                visit(host, "editions/2026-01-01/index.html", &known);
                rounds += 1;
            }
        });
        let done = does();
        over.store(true, Ordering::Relaxed);
        reader.join().expect("a reader met half a site");
        done
    })
}

fn visit(host: &Host, page: &str, known: &BTreeSet<String>) {
    let read = |path: &str| {
        // A server that cannot rename over a file removes it first.
        let blinks = matches!(host.kind, ServerKind::WebdavRclone | ServerKind::SftpRclone);
        let first = host.read(path);
        if first.is_none() && blinks {
            std::thread::sleep(Duration::from_millis(50));
            return host.read(path);
        }
        first
    };
    let bytes = read(page).unwrap_or_else(|| panic!("{page} is not there"));
    assert!(
        known.contains(&sha256(&bytes)),
        "half of {page}: {} bytes",
        bytes.len()
    );
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let folder = Path::new(page).parent().unwrap_or(Path::new(""));
    for reference in text.split("href=\"").skip(1) {
        let reference = reference.split('"').next().unwrap_or_default();
        let path = below(folder, reference);
        let Some(found) = read(&path) else {
            // A reader of the replaced page asks for the old page's files.
            assert!(
                read(page).as_ref() != Some(&bytes),
                "{page} refers to {path}"
            );
            return;
        };
        assert!(known.contains(&sha256(&found)), "half of {path}");
    }
}

/// Resolves `../../assets/base.css` from a folder of the site.
fn below(folder: &Path, reference: &str) -> String {
    let mut path: Vec<&str> = folder.iter().filter_map(|part| part.to_str()).collect();
    for part in reference.split('/') {
        match part {
            ".." => drop(path.pop()),
            part => path.push(part),
        }
    }
    path.join("/")
}

// Disks

/// A file system of a fixed size; only root can mount one.
struct Disk {
    folder: PathBuf,
    _above: tempfile::TempDir,
}

impl Disk {
    #[expect(clippy::print_stderr, reason = "a skipped test is reported")]
    fn of(size: &str) -> Option<Disk> {
        let above = tempfile::tempdir().expect("a folder");
        let folder = above.path().join("disk");
        std::fs::create_dir(&folder).expect("writable");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(&folder)
            .status();
        let mounted = mounted.is_ok_and(|status| status.success());
        if !mounted {
            eprintln!("no small disk can be mounted here, so none is filled");
        }
        mounted.then_some(Disk {
            folder,
            _above: above,
        })
    }

    fn grow(&self, size: &str) {
        let grown = Command::new("mount")
            .args(["-o", &format!("remount,size={size}")])
            .arg(&self.folder)
            .status();
        assert!(grown.expect("mount").success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount")
            .arg("--lazy")
            .arg(&self.folder)
            .status();
    }
}
