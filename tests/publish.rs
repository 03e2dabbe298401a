//! Publishing to real servers: what travels, what readers meet meanwhile, and what remains when it goes wrong.
//!
//! One test a kind of target; each goes through the same story ([`story`]) and then through every mishap.

mod support;

use jiff::Timestamp;
use safeguard::data::sha256;
use safeguard::publish::plan::{MANIFEST, Plan, Site};
use safeguard::publish::state::Memory;
use safeguard::publish::store::{self, Exclusion, Store, StoreError, StoreResult};
use safeguard::publish::{self, Run, Step, Unmanaged};
use safeguard::render::bundle::{Manifest, ManifestFile};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use support::servers::{
    Host, PASSWORD, Rendering, TRUSTED, certify, keygen, kill_tree, login_name,
};
use support::{base, project, safeguard};

#[test]
fn folder() {
    everything(Rendering::Folder);
}

#[test]
fn sftp_with_a_key() {
    everything(Rendering::Sftp);
}

#[test]
fn sftp_with_a_password() {
    everything(Rendering::SftpPassword);
}

#[test]
fn sftp_of_rclone() {
    everything(Rendering::SftpRclone);
}

#[test]
fn webdav_of_nginx() {
    everything(Rendering::Webdav);
}

#[test]
fn webdav_of_rclone() {
    everything(Rendering::WebdavRclone);
}

#[test]
fn s3() {
    everything(Rendering::S3);
}

#[test]
fn git() {
    everything(Rendering::Git);
}

#[test]
fn ftps() {
    if std::env::var_os(TRUSTED).is_some() {
        return everything(Rendering::Ftps);
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

fn everything(kind: Rendering) {
    let folder = tempfile::tempdir().expect("a folder");
    story(&Host::start(kind, &folder.path().join("story")));
    wrong_credentials(&Host::start(kind, &folder.path().join("refused")));
    two_at_once(&Host::start(kind, &folder.path().join("two")));
    killed_at_five_places(&mut Host::start(kind, &folder.path().join("killed")));
    full_disk(kind);
}

/// First publication, dry run, change under readers, nothing new, a stranger's file, an issued edition, rollback.
fn story(host: &Host) {
    let memory = Memory::open(host.workshop.path()).expect("writable");
    let [first, second] = [site(1), site(2)];

    let plan = preview(host, &first).expect("a plan");
    assert_eq!(plan.sent().count(), first.files.len());
    assert!(host.files().is_empty(), "a dry run wrote something");

    publish(host, &first).expect("published");
    assert_eq!(host.files(), whole(&first));
    memory.remember("here", &first).expect("writable");

    host.put("scan.pdf", b"somebody's own");
    let plan = under_readers(host, &[&first, &second], || publish(host, &second));
    let plan = plan.expect("published");
    assert_eq!(plan.upload, ["assets/style-2.css", "資料-2.txt"]);
    assert_eq!(plan.pages, ["index.html"]);
    assert_eq!(plan.remove, ["assets/style-1.css", "資料-1.txt"]);
    let mut expected = whole(&second);
    expected.insert("scan.pdf".to_owned(), b"somebody's own".to_vec());
    assert_eq!(host.files(), expected);
    memory.remember("here", &second).expect("writable");

    assert!(publish(host, &second).expect("published").is_empty());

    // A newer version renders the issued PDF otherwise: the published one stays, and the manifest says so.
    let mut rendered = site(2);
    change(
        &mut rendered,
        "editions/2026-01-01/safeguards.pdf",
        b"%PDF rendered anew",
    );
    let plan = publish(host, &rendered).expect("published");
    assert_eq!(plan.carried, ["editions/2026-01-01/safeguards.pdf"]);
    assert!(plan.is_empty());
    let mut altered = site(2);
    change(&mut altered, "editions/2026-01-01/safeguards.json", b"{}");
    assert_eq!(said(publish(host, &altered)), "published-edition-differs");
    assert_eq!(host.files(), expected);

    // Something stands where a new file is to go.
    host.put("assets/style-3.css", b"a stranger's");
    expected.insert("assets/style-3.css".to_owned(), b"a stranger's".to_vec());
    assert_eq!(said(publish(host, &site(3))), "unmanaged");
    assert_eq!(host.files(), expected);

    let status = status(host);
    assert_eq!((status.altered.len(), status.missing.len()), (0, 0));
    assert!(status.since.is_some() && status.locked_since.is_none());
    host.put("index.html", b"defaced");
    assert_eq!(self::status(host).altered, ["index.html"]);
    host.put("index.html", &second.files["index.html"]);

    let previous = memory.recall("here", "previous").expect("a state");
    let put_back = || publish(host, &previous);
    under_readers(host, &[&first, &second], put_back).expect("published");
    let mut expected = whole(&first);
    expected.insert("scan.pdf".to_owned(), b"somebody's own".to_vec());
    expected.insert("assets/style-3.css".to_owned(), b"a stranger's".to_vec());
    assert_eq!(host.files(), expected);
}

fn wrong_credentials(host: &Host) {
    if matches!(
        host.kind,
        Rendering::Folder | Rendering::Git | Rendering::Sftp
    ) {
        return;
    }
    let mut store = match store::open(&host.target_with("wrong"), host.workshop.path()) {
        Ok(store) => store,
        Err(trouble) => panic!("{trouble:?}"),
    };
    let refused = publish::publish(store.as_mut(), &site(1), &run("one", &|_| {}));
    let failure = refused.expect_err("a wrong password is let in");
    let told = format!("{failure:?}");
    assert!(
        told.contains("target-refused") || told.contains("sftp-password"),
        "{told}"
    );
    assert!(host.files().is_empty());
}

/// Either one is refused, or they follow one another; never do they mix.
fn two_at_once(host: &Host) {
    publish(host, &site(1)).expect("published");
    let [second, third] = [site(2), site(3)];
    let results = std::thread::scope(|scope| {
        let one = scope.spawn(|| publish_as(host, &second, "one"));
        let other = scope.spawn(|| publish_as(host, &third, "other"));
        [one, other].map(|done| done.join().expect("no panic"))
    });
    let files = host.files();
    // rclone lets two create one file at once, and then refuses both: the old site stays until somebody tries again.
    let of_rclone = matches!(host.kind, Rendering::SftpRclone | Rendering::WebdavRclone);
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
    for failure in results.into_iter().filter_map(Result::err) {
        let told = format!("{failure:?}");
        let words = ["target-busy", "target-taken", "target-moved-on"];
        assert!(words.iter().any(|word| told.contains(word)), "{told}");
    }
}

/// The server dies after so many bytes; with no server, the publisher after so many steps.
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
                dying(host, &second, tenths, before)
            });
            host.restart();
            if died.is_ok() {
                publish(host, &first).expect("published");
            }
            died.is_err()
        });
        assert!(died, "{:?} at {tenths}: the end came too late", host.kind);
        under_readers(host, &[&first, &second], || publish(host, &second))
            .unwrap_or_else(|failure| panic!("{:?} at {tenths}: {failure:?}", host.kind));
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

/// Publishes until so many tenths of the way.
fn dying(host: &Host, site: &Site, tenths: u64, before: u64) -> safeguard::message::Result<Plan> {
    if let Some(process) = host.process() {
        return killed_when(host, process, before + 900_000 * tenths, || {
            publish(host, site)
        });
    }
    let mut store = open(host);
    let mut dying = Dying {
        store: store.as_mut(),
        left: tenths as usize * 2,
    };
    publish::publish(&mut dying, site, &run("one", &|_| {}))
}

/// The server's disk is too small; when it has grown, the next run finishes the job.
fn full_disk(kind: Rendering) {
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
    publish(&host, &second).unwrap_or_else(|failure| panic!("{kind:?}: {failure:?}"));
    assert!(host.files() == whole(&second), "{kind:?}");
}

#[test]
fn of_a_thousand_files_three_travel() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = Host::start(Rendering::Sftp, folder.path());
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
    let note = |step: Step| {
        if let Step::Send(path, _) = step {
            sent.lock().expect("no panic").push(path.to_owned());
        }
    };
    let mut store = open(&host);
    publish::publish(store.as_mut(), &many, &run("one", &note)).expect("published");
    let expected = ["assets/7.txt", "assets/77.txt", "assets/777.txt", MANIFEST];
    assert_eq!(*sent.lock().expect("no panic"), expected);
}

#[test]
fn a_server_with_another_key_or_none_on_record_is_not_talked_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut host = Host::start(Rendering::Sftp, folder.path());
    publish(&host, &site(1)).expect("published");
    host.change_host_key();
    assert_eq!(said(publish(&host, &site(2))), "sftp-host-changed");
    let known = host.workshop.path().join("known_hosts");
    std::fs::write(known, "").expect("writable");
    let refused = format!("{:?}", publish(&host, &site(2)));
    assert!(
        refused.contains("sftp-host-unknown") && refused.contains("SHA256:"),
        "{refused}"
    );
    assert_eq!(host.files(), whole(&site(1)));
    // Of several keys on record one must be the server's, and Windows' mark in front is told.
    let known = host.workshop.path().join("known_hosts");
    let [old, new] = ["client.pub", "host.pub"].map(|name| {
        let key = std::fs::read_to_string(host.workshop.path().join(name)).expect("a key");
        format!("[127.0.0.1]:{} {key}", host.port)
    });
    std::fs::write(&known, format!("\u{feff}{new}")).expect("writable");
    assert_eq!(said(publish(&host, &site(2))), "sftp-known-hosts");
    std::fs::write(&known, format!("{old}{new}")).expect("writable");
    publish(&host, &site(2)).expect("published");
    // Nor is a key let in that the server does not know.
    let mut host = Host::start(Rendering::Sftp, folder.path());
    std::fs::remove_file(host.workshop.path().join("authorized")).expect("a file");
    host.restart();
    assert_eq!(said(publish(&host, &site(2))), "sftp-login");
}

#[test]
fn server_and_user_may_have_rsa_keys_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut host = Host::start(Rendering::Sftp, folder.path());
    host.change_keys("rsa");
    publish(&host, &site(1)).expect("published");
    assert_eq!(host.files(), whole(&site(1)));
    // A key of another kind is another key, too.
    host.change_host_key();
    assert_eq!(said(publish(&host, &site(2))), "sftp-host-changed");
}

/// Wherever it dies, the next run makes the target whole: with the same site, with the one before, and with a third.
#[test]
fn a_publisher_may_die_at_every_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let [first, second, third] = [site(1), site(2), site(3)];
    for (name, next) in [("on", &second), ("back", &first), ("over", &third)] {
        let host = Host::start(Rendering::Folder, &folder.path().join(name));
        for steps in 0.. {
            publish(&host, &first).expect("published");
            let mut store = open(&host);
            let mut dying = Dying {
                store: store.as_mut(),
                left: steps,
            };
            let died = publish::publish(&mut dying, &second, &run("one", &|_| {}));
            publish(&host, next).unwrap_or_else(|failure| panic!("{name} {steps}: {failure:?}"));
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
    let host = Host::start(Rendering::Folder, folder.path());
    let dies_after = |steps, publisher: &str, clock: &dyn Fn() -> Timestamp| {
        let mut store = open(&host);
        let mut dying = Dying {
            store: store.as_mut(),
            left: steps,
        };
        let run = Run {
            clock,
            ..run(publisher, &|_| {})
        };
        publish::publish(&mut dying, &site(1), &run)
    };
    let now = || "2026-10-01T00:00:00Z".parse().expect("a time");
    let soon = || "2026-10-01T00:29:00Z".parse().expect("a time");
    let late = || "2026-10-01T00:31:00Z".parse().expect("a time");
    assert!(dies_after(9, "one", &now).is_err());
    assert!(!host.files().is_empty());
    let wrong = || "2025-10-01T00:00:00Z".parse().expect("a time");
    assert!(dies_after(9, "of a clock that is behind", &wrong).is_err());
    assert!(dies_after(9, "one", &now).is_err());
    assert_eq!(said(dies_after(999, "other", &soon)), "target-busy");
    let mut store = open(&host);
    let run = Run {
        clock: &late,
        ..run("other", &|_| {})
    };
    // What the dead one left, and the new one does not need, goes.
    let site = site(2);
    publish::publish(store.as_mut(), &site, &run).expect("published");
    assert_eq!(host.files(), whole(&site));
}

#[test]
fn a_manifest_that_leads_out_of_the_site_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = Host::start(Rendering::Folder, &folder.path().join("served"));
    publish(&host, &site(1)).expect("published");
    let mut forged = site(1).manifest;
    forged.files[0].path = "../victim.txt".to_owned();
    host.put(MANIFEST, &safeguard::data::pretty(&forged));
    let victim = folder.path().join("served/victim.txt");
    std::fs::write(&victim, "precious").expect("writable");
    let refused = || said(publish(&host, &site(2)));
    assert_eq!(refused(), "published-manifest-unreadable");
    assert!(victim.exists());
    // What another system would take for a way out, and what is the publisher's own.
    for path in ["..\\victim.txt", "C:victim.txt", MANIFEST] {
        path.clone_into(&mut forged.files[0].path);
        host.put(MANIFEST, &safeguard::data::pretty(&forged));
        assert_eq!(refused(), "published-manifest-unreadable", "{path}");
    }
}

/// The blocks of the READMEs, each target with a server of its own in the example's place.
#[test]
fn the_readmes_targets_publish() {
    let [english, japanese] = ["README.md", "README.ja.md"].map(|name| {
        let text = std::fs::read_to_string(project().join(name)).expect(name);
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
        ("rental", host(Rendering::SftpPassword, "rental"), ""),
        ("old-rental", host(Rendering::Ftps, "old-rental"), ""),
        (
            "share",
            host(Rendering::Webdav, "share"),
            "https://dav.example.jp",
        ),
        (
            "bucket",
            host(Rendering::S3, "bucket"),
            "https://s3.example.jp",
        ),
        (
            "pages",
            host(Rendering::Git, "pages"),
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
            Rendering::SftpPassword => format!(
                "host: 127.0.0.1, port: {}, known_hosts: {}",
                host.port,
                known.display()
            ),
            _ => format!("host: localhost, port: {}", host.port),
        };
        let here = match host.kind {
            Rendering::Git => host.root.join("site.git").display().to_string(),
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
        let told = shipped(&folder, &["publish", name], &certificate);
        assert!(told.contains(" 0 removed"), "{told}");
        let told = shipped(&folder, &["publish", name], &certificate);
        assert!(told.contains("already"), "{told}");
    }
    let told = shipped(&folder, &["status"], &certificate);
    assert_eq!(
        told.matches("as they were published").count(),
        lines.len(),
        "{told}"
    );
    assert_eq!(
        told.matches("edition 2026-01-01").count(),
        lines.len(),
        "{told}"
    );
}

/// Runs the program as somebody who has every password.
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
    let [out, err] = [&done.stdout, &done.stderr].map(|told| String::from_utf8_lossy(told));
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
fn a_draft_leaves_only_when_it_is_said_and_a_state_comes_back() {
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
    let told = refused(&["publish"], 1);
    assert!(
        told.contains("credential") && !told.contains("hunter2"),
        "{told}"
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
        let told = refused(&["publish", "--draft"], code);
        assert!(told.contains(word), "{written}: {told}");
    }
    // A field that nobody foresaw may hold a password.
    let secret = "web: {kind: folder, パスワード: hunter2, path: public}\n";
    std::fs::write(&yaml, secret).expect("writable");
    let told = refused(&["publish", "--draft"], 1);
    assert!(
        told.contains("パスワード") && !told.contains("hunter2"),
        "{told}"
    );
    std::fs::write(&yaml, "web: {kind: folder, path: public}\n").expect("writable");
    assert!(refused(&["publish"], 2).contains("--draft"));
    assert!(!folder.path().join("public").exists());

    let told = done(&["publish", "--draft", "--dry-run", "--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(&told).expect("JSON");
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
    done(&["issue", "--date", "2026-02-01"]);
    let told = done(&["publish", "--dry-run"]);
    assert!(told.contains("{+3年+}"), "{told}");
    assert!(
        told.contains("page     index.html") && told.contains("manifest manifest.json"),
        "{told}"
    );
    assert_eq!(page(), first);
    done(&["publish"]);
    assert_ne!(page(), first);
    done(&["publish", "--rollback", "previous"]);
    assert_eq!(page(), first);
    done(&["publish", "--rollback", "2026-02-01"]);
    assert_ne!(page(), first);
    assert!(refused(&["publish", "--rollback", "2020-01-01"], 2).contains("2026-02-01"));

    let status = || {
        let told = safeguard(&folder, &["status"]);
        let text = String::from_utf8_lossy(&told.stdout).into_owned();
        (told.status.code(), text)
    };
    std::fs::write(folder.path().join("public/index.html"), "defaced").expect("writable");
    std::fs::remove_file(folder.path().join("public/404.html")).expect("a page");
    let (code, told) = status();
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("altered on the target: index.html"), "{told}");
    assert!(told.contains("missing on the target: 404.html"), "{told}");
    assert!(told.contains("--replace"), "{told}");
    assert!(done(&["publish"]).contains("already"));
    done(&["publish", "--replace"]);
    assert_eq!(status().0, Some(0));
    // One that does not answer hides none of the others.
    let both =
        "away: {kind: folder, path: not-mounted/public}\nweb: {kind: folder, path: public}\n";
    std::fs::write(&yaml, both).expect("writable");
    let (code, told) = status();
    assert_eq!(code, Some(2), "{told}");
    assert!(
        told.contains("away (") && told.contains("as they were published"),
        "{told}"
    );
    std::fs::write(&yaml, "web: {kind: folder, path: public}\n").expect("writable");
    std::fs::remove_dir_all(folder.path().join("public")).expect("writable");
    let (code, told) = status();
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("is gone"), "{told}");
    for server in ["nginx", "apache", "_headers"] {
        assert!(done(&["publish", "--headers", server]).contains("Content-Security-Policy"));
    }
}

#[test]
fn a_text_withheld_since_is_not_put_back() {
    let folder = base();
    std::fs::write(
        folder.path().join("publish.yaml"),
        "web: {kind: folder, path: public}\n",
    )
    .expect("writable");
    let publish = |arguments: &[&str]| {
        let arguments = [&["publish", "--draft"], arguments].concat();
        safeguard(&folder, &arguments)
    };
    let measures = folder.path().join("content/measures/B/b.yaml");
    let text = std::fs::read_to_string(&measures).expect("measures");
    let told = text.replace("記録を残している", "白浜商会の倉庫に記録を残している");
    std::fs::write(&measures, &told).expect("writable");
    assert!(publish(&[]).status.success());
    let withheld = told.replace(
        "  measure: 白浜",
        "  audience: {measure: prospect}\n  measure: 白浜",
    );
    let withheld = match withheld == told {
        true => panic!("the measure is written otherwise: {told}"),
        false => withheld,
    };
    std::fs::write(&measures, withheld).expect("writable");
    assert!(publish(&[]).status.success());
    let put_back = || publish(&["--rollback", "previous"]);
    let refused = || {
        let done = put_back();
        assert_eq!(done.status.code(), Some(2), "{done:?}");
        let page = folder.path().join("public/index.html");
        let page = std::fs::read_to_string(page).expect("a page");
        assert!(!page.contains("白浜商会"));
    };
    refused();
    // Nor a name that is confidential since.
    std::fs::write(&measures, &text).expect("writable");
    let sheet = folder.path().join("content/sheet.yaml");
    let written = std::fs::read_to_string(&sheet).expect("sheet.yaml");
    let confidential = format!("{written}\nconfidential: [白浜商会]\n");
    std::fs::write(&sheet, confidential).expect("writable");
    refused();
    std::fs::write(&sheet, written).expect("writable");
    assert!(put_back().status.success());
}

#[test]
fn a_key_may_come_from_an_agent_or_the_environment() {
    let folder = base();
    let mut host = Host::start(Rendering::Sftp, &folder.path().join("served"));
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
    let told = publish("SSH_AUTH_SOCK", &shop.join("agent").to_string_lossy());
    kill_tree(agent.expect("a process id"));
    assert!(told.contains("published to here"), "{told}");
    let key = std::fs::read_to_string(shop.join("client")).expect("a key");
    let told = publish("SAFEGUARD_HERE_KEY", &key);
    assert!(told.contains("already"), "{told}");
    let told = publish("UNRELATED", "");
    assert!(told.contains("SAFEGUARD_HERE_PASSWORD"), "{told}");
    host.kill();
}

#[test]
fn git_over_ssh_asks_for_the_right_key() {
    let folder = issued();
    let mut host = Host::start(Rendering::Sftp, &folder.path().join("served"));
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
    keygen("ed25519", &shop.join("stranger"));
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
        let told = [done.stdout, done.stderr].concat();
        (
            done.status.code(),
            String::from_utf8_lossy(&told).into_owned(),
        )
    };
    let (code, told) = publish("stranger");
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("Permission denied"), "{told}");
    assert_eq!(git(&["ls-remote"]), "");
    let (code, told) = publish("client");
    assert_eq!(code, Some(0), "{told}");
    assert!(git(&["ls-remote"]).contains("refs/heads/pages"));
    host.change_host_key();
    let (code, told) = publish("client");
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("Host key verification failed"), "{told}");
}

// Sites

/// A small site; of two numbers, page, style sheet and one more file differ.
fn site(number: u32) -> Site {
    let page = |text: String| text.into_bytes();
    let index = format!(
        "<link href=\"assets/style-{number}.css\"><a href=\"資料-{number}.txt\">{number}</a>\
         <a href=\"editions/2026-01-01/index.html\">2026</a>"
    );
    let edition = "<link href=\"../../assets/base.css\"><a href=\"safeguards.pdf\">PDF</a>";
    let mut site = Site {
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

fn add(site: &mut Site, path: &str, bytes: Vec<u8>) {
    site.files.insert(path.to_owned(), bytes);
    let files = site.files.iter().map(|(path, bytes)| ManifestFile {
        path: path.clone(),
        bytes: bytes.len(),
        sha256: sha256(bytes),
    });
    site.manifest.files = files.collect();
}

fn change(site: &mut Site, path: &str, bytes: &[u8]) {
    assert!(site.files.contains_key(path), "{path}");
    add(site, path, bytes.to_vec());
}

/// What a server has of it in the end.
fn whole(site: &Site) -> BTreeMap<String, Vec<u8>> {
    let mut files = site.files.clone();
    files.insert(MANIFEST.to_owned(), safeguard::data::pretty(&site.manifest));
    files
}

/// Bytes that nothing can press together.
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

/// A test has no patience.
const PAUSES: [Duration; 2] = [Duration::from_millis(10), Duration::from_millis(100)];

fn run<'a>(publisher: &'a str, progress: &'a dyn Fn(Step)) -> Run<'a> {
    Run {
        publisher,
        unmanaged: Unmanaged::Keep,
        clock: &now,
        pauses: &PAUSES,
        progress,
    }
}

#[expect(clippy::disallowed_methods, reason = "locks are about the time of day")]
fn now() -> Timestamp {
    Timestamp::now()
}

fn open(host: &Host) -> Box<dyn Store> {
    let store = store::open(&host.target(), host.workshop.path());
    store.unwrap_or_else(|trouble| panic!("{trouble:?}"))
}

fn publish(host: &Host, site: &Site) -> safeguard::message::Result<Plan> {
    publish_as(host, site, "one")
}

fn publish_as(host: &Host, site: &Site, publisher: &str) -> safeguard::message::Result<Plan> {
    let run = run(publisher, &|_| {});
    let mut store = run.open(&host.target(), host.workshop.path())?;
    publish::publish(store.as_mut(), site, &run)
}

fn preview(host: &Host, site: &Site) -> safeguard::message::Result<Plan> {
    publish::preview(open(host).as_mut(), site, &run("one", &|_| {}))
}

fn status(host: &Host) -> publish::Status {
    let status = publish::status(open(host).as_mut(), &run("one", &|_| {}));
    status.expect("readable").expect("published")
}

/// The name of the message that a run failed with.
fn said<T: std::fmt::Debug>(done: safeguard::message::Result<T>) -> String {
    let told = format!("{:?}", done.expect_err("a refusal").message);
    told.split('"').nth(1).expect("a name").to_owned()
}

/// A store whose publisher dies after so many steps, without a word.
struct Dying<'a> {
    store: &'a mut dyn Store,
    left: usize,
}

impl Dying<'_> {
    fn step(&mut self) -> StoreResult<&mut dyn Store> {
        let Some(left) = self.left.checked_sub(1) else {
            return Err(StoreError::permanent(
                safeguard::message::Message::new("dead"),
                "killed",
            ));
        };
        self.left = left;
        Ok(self.store)
    }
}

impl Store for Dying<'_> {
    fn read(&mut self, path: &str) -> StoreResult<Option<Vec<u8>>> {
        self.step()?.read(path)
    }
    fn write(&mut self, path: &str, bytes: &[u8]) -> StoreResult<()> {
        self.step()?.write(path, bytes)
    }
    fn create(&mut self, path: &str, bytes: &[u8]) -> StoreResult<bool> {
        self.step()?.create(path, bytes)
    }
    fn remove(&mut self, path: &str) -> StoreResult<()> {
        self.step()?.remove(path)
    }
    fn written_at(&mut self, path: &str) -> StoreResult<Option<Timestamp>> {
        self.step()?.written_at(path)
    }
    fn exclusion(&self) -> Exclusion {
        self.store.exclusion()
    }
    fn finish(&mut self) -> StoreResult<()> {
        self.step()?.finish()
    }
}

/// Kills the server as soon as so many bytes lie on its disk.
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

/// Does something while somebody reads the pages over and over: each whole, and all that they refer to as well.
fn under_readers<T>(host: &Host, sites: &[&Site], does: impl FnOnce() -> T) -> T {
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
        let blinks = matches!(host.kind, Rendering::WebdavRclone | Rendering::SftpRclone);
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
            // Who reads on after the page was replaced asks for what the old one named.
            assert!(
                read(page).as_ref() != Some(&bytes),
                "{page} refers to {path}"
            );
            return;
        };
        assert!(known.contains(&sha256(&found)), "half of {path}");
    }
}

/// `../../assets/base.css` seen from a folder of the site.
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

/// A file system of its own, of a fixed size; only root can have one.
struct Disk {
    folder: PathBuf,
    _above: tempfile::TempDir,
}

impl Disk {
    #[expect(clippy::print_stderr, reason = "nothing is left out silently")]
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
            eprintln!("no small disk can be had here, so none is filled");
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
