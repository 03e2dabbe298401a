//! Real servers on loopback; each test starts its own and stops it by its process id.

use safeguard::publish::target::{self, Target};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// The user of every server that has users of its own.
const USER: &str = "office";
pub const PASSWORD: &str = "correct-horse-battery";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerKind {
    Folder,
    /// OpenSSH, with a key.
    Sftp,
    /// OpenSSH, with a password.
    SftpPassword,
    /// rclone's server, with a password.
    SftpRclone,
    /// ProFTPD with TLS.
    Ftps,
    /// nginx with dav-ext.
    Webdav,
    /// nginx without MOVE.
    WebdavWithoutMove,
    /// rclone's server.
    WebdavRclone,
    /// s3s-fs.
    S3,
    /// s3s-fs behind nginx, which answers a condition with 501 as older services do.
    S3Unconditional,
    Git,
}

/// A target, its server, and the folder with the server's files.
pub struct Host {
    pub kind: ServerKind,
    /// Keys, configuration, and the project's folder.
    pub workshop: TempDir,
    /// The server's own folder.
    pub root: PathBuf,
    pub port: u16,
    server: Option<Child>,
}

impl Host {
    /// Starts a server that keeps its files below this folder.
    pub fn start(kind: ServerKind, root: &Path) -> Host {
        let mut host = Host {
            kind,
            workshop: tempfile::tempdir().expect("a folder"),
            root: root.to_owned(),
            port: free_port(),
            server: None,
        };
        host.prepare();
        host.restart();
        host
    }

    /// The line of `publish.yaml`.
    pub fn yaml(&self) -> String {
        let Host { port, root, .. } = self;
        let root = root.display();
        let fields = match self.kind {
            ServerKind::Folder => format!("kind: folder, path: {root}/site"),
            ServerKind::Sftp => format!(
                "kind: sftp, host: 127.0.0.1, port: {port}, user: {}, path: {root}/site, \
                 key_file: client, known_hosts: known_hosts",
                login_name()
            ),
            ServerKind::SftpPassword | ServerKind::SftpRclone => format!(
                "kind: sftp, host: 127.0.0.1, port: {port}, user: {USER}, path: site, \
                 known_hosts: known_hosts"
            ),
            ServerKind::Ftps => {
                format!("kind: ftps, host: localhost, port: {port}, user: {USER}, path: /site")
            }
            ServerKind::Webdav | ServerKind::WebdavWithoutMove | ServerKind::WebdavRclone => {
                format!("kind: webdav, url: \"http://127.0.0.1:{port}\", user: {USER}, path: site")
            }
            ServerKind::S3 | ServerKind::S3Unconditional => format!(
                "kind: s3, bucket: office, endpoint: \"http://127.0.0.1:{port}\", path: site"
            ),
            ServerKind::Git => {
                format!("kind: git, repository: {root}/site.git, branch: pages, path: site")
            }
        };
        format!("here: {{{fields}}}\n")
    }

    pub fn target(&self) -> Target {
        self.target_with(PASSWORD)
    }

    /// The target for a publisher with this password.
    pub fn target_with(&self, password: &str) -> Target {
        let environment = |name: &str| match (self.kind, name) {
            (ServerKind::S3 | ServerKind::S3Unconditional, "SAFEGUARD_HERE_ACCESS_KEY_ID") => {
                Some("AKOFFICE".to_owned())
            }
            (ServerKind::S3 | ServerKind::S3Unconditional, "SAFEGUARD_HERE_SECRET_ACCESS_KEY") => {
                Some(password.to_owned())
            }
            (ServerKind::Folder | ServerKind::Sftp | ServerKind::Git, _) => None,
            (_, "SAFEGUARD_HERE_PASSWORD") => Some(password.to_owned()),
            _ => None,
        };
        let targets = target::read(&self.yaml(), environment);
        targets.expect("a right publish.yaml").remove(0)
    }

    /// A file as the server's visitors get it.
    pub fn read(&self, path: &str) -> Option<Vec<u8>> {
        if self.kind == ServerKind::Git {
            let file = format!("pages:site/{path}");
            let shown = Command::new("git")
                .arg("--git-dir")
                .arg(self.root.join("site.git"))
                .args(["show", &file])
                .output()
                .expect("git");
            return shown.status.success().then_some(shown.stdout);
        }
        fs::read(self.site().join(path)).ok()
    }

    /// Puts a file onto the server without publishing it.
    pub fn put(&self, path: &str, bytes: &[u8]) {
        if self.kind == ServerKind::Git {
            let clone = self.workshop.path().join("somebody");
            let _ = fs::remove_dir_all(&clone);
            let script = "git clone -q -b pages \"$0\" \"$1\" && cd \"$1\" && cat > \"site/$2\" \
                && git add -A && git -c user.name=x -c user.email=x@localhost commit -qm x && git push -q";
            let mut git = Command::new("bash")
                .args(["-euc", script])
                .arg(self.root.join("site.git"))
                .arg(&clone)
                .arg(path)
                .stdin(Stdio::piped())
                .spawn()
                .expect("bash");
            let mut stdin = git.stdin.take().expect("piped");
            std::io::Write::write_all(&mut stdin, bytes).expect("a reader");
            drop(stdin);
            assert!(git.wait().expect("git").success());
            return;
        }
        let path = self.site().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, bytes).expect("writable");
    }

    /// Every file that visitors can get, except the publisher's own.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let paths: BTreeSet<String> = match self.kind {
            ServerKind::Git => {
                let listed = Command::new("git")
                    .arg("--git-dir")
                    .arg(self.root.join("site.git"))
                    .args(["ls-tree", "-rz", "--name-only", "pages"])
                    .output()
                    .expect("git");
                let listed = String::from_utf8(listed.stdout).expect("UTF-8");
                let below = listed
                    .split('\0')
                    .filter_map(|path| path.strip_prefix("site/"))
                    // For GitHub Pages.
                    .filter(|path| *path != ".nojekyll");
                below.map(str::to_owned).collect()
            }
            _ => walkdir::WalkDir::new(self.site())
                .into_iter()
                .flatten()
                .filter(|entry| entry.file_type().is_file())
                .map(|entry| {
                    let path = entry.path().strip_prefix(self.site()).expect("below");
                    path.to_str().expect("UTF-8").to_owned()
                })
                .collect(),
        };
        let files = paths.into_iter().filter_map(|path| {
            let bytes = self.read(&path)?;
            Some((path, bytes))
        });
        files.collect()
    }

    fn site(&self) -> PathBuf {
        match self.kind {
            ServerKind::S3 | ServerKind::S3Unconditional => self.root.join("office/site"),
            _ => self.root.join("site"),
        }
    }

    /// Starts the server, again on its port; what is served stays.
    pub fn restart(&mut self) {
        self.kill();
        let Some(mut command) = self.command() else {
            return;
        };
        let log = fs::File::create(self.workshop.path().join("log")).expect("writable");
        let server = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn();
        let program = command.get_program().to_string_lossy().into_owned();
        self.server = Some(server.unwrap_or_else(|error| {
            panic!("{program}: {error}; `make tools` installs what the tests need")
        }));
        for _ in 0..1_000 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{program} does not begin to serve");
    }

    /// The server's process, to be killed by [`kill_tree`]; none where there is no server.
    pub fn process(&self) -> Option<u32> {
        self.server.as_ref().map(Child::id)
    }

    /// Ends the server without a warning.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            kill_tree(server.id());
            let _ = server.wait();
        }
    }

    /// Gives an OpenSSH server another key of its own.
    pub fn change_host_key(&mut self) {
        keygen("ed25519", &self.workshop.path().join("host"));
        self.restart();
    }

    /// Gives an OpenSSH server and its user new keys of a kind, known to one another.
    pub fn change_keys(&mut self, kind: &str) {
        self.make_keys(kind);
        self.restart();
    }

    fn make_keys(&self, kind: &str) {
        let shop = self.workshop.path();
        keygen(kind, &shop.join("host"));
        keygen(kind, &shop.join("client"));
        fs::copy(shop.join("client.pub"), shop.join("authorized")).expect("a key");
        let key = fs::read_to_string(shop.join("host.pub")).expect("a key");
        let known = format!("[127.0.0.1]:{} {key}", self.port);
        fs::write(shop.join("known_hosts"), known).expect("writable");
    }

    /// Makes keys, certificates, configuration and the server's folder.
    fn prepare(&mut self) {
        let shop = self.workshop.path();
        fs::create_dir_all(&self.root).expect("writable");
        match self.kind {
            ServerKind::Folder => {}
            ServerKind::Git => run(
                "git",
                &["init", "-q", "--bare", &path(&self.root, "site.git")],
            ),
            ServerKind::S3 => fs::create_dir_all(self.root.join("office")).expect("writable"),
            ServerKind::S3Unconditional => {
                fs::create_dir_all(self.root.join("office")).expect("writable");
                let config = self.configured(S3_PROXY_CONFIG);
                let config = config.replace("BEHIND", &free_port().to_string());
                fs::write(shop.join("nginx.conf"), config).expect("writable");
            }
            ServerKind::Sftp | ServerKind::SftpPassword | ServerKind::SftpRclone => {
                self.make_keys("ed25519");
                let [password, key] = match self.kind {
                    ServerKind::SftpPassword => ["yes", "no"],
                    _ => ["no", "yes"],
                };
                let config = format!(
                    "Port {}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\n\
                     UsePAM no\nStrictModes no\nPasswordAuthentication {password}\nPubkeyAuthentication {key}\n\
                     PermitRootLogin yes\nSubsystem sftp internal-sftp\n",
                    self.port,
                    path(shop, "host"),
                    path(shop, "authorized"),
                );
                fs::write(shop.join("sshd.conf"), config).expect("writable");
                self.add_user();
            }
            ServerKind::Ftps => {
                certify(shop);
                if let Some(trusted) = std::env::var_os(TRUSTED) {
                    for name in ["tls.key", "tls.pem"] {
                        fs::copy(Path::new(&trusted).join(name), shop.join(name)).expect(name);
                    }
                }
                let (hash, id) = (hashed("-1"), user_id());
                let user = format!("{USER}:{hash}:{id}:{id}::{}:/bin/sh\n", self.root.display());
                fs::write(shop.join("users"), user).expect("writable");
                run(
                    "chmod",
                    &["600", &path(shop, "users"), &path(shop, "tls.key")],
                );
                let config = FTP_CONFIG
                    .replace("PORT", &self.port.to_string())
                    .replace("SHOP", &shop.to_string_lossy())
                    .replace("USER", &login_name());
                fs::write(shop.join("proftpd.conf"), config).expect("writable");
            }
            ServerKind::Webdav | ServerKind::WebdavWithoutMove => {
                let user = format!("{USER}:{}\n", hashed("-apr1"));
                fs::write(shop.join("users"), user).expect("writable");
                let mut config = self.configured(NGINX_CONFIG);
                if self.kind == ServerKind::WebdavWithoutMove {
                    config = config.replace("COPY MOVE;", "COPY;");
                }
                fs::write(shop.join("nginx.conf"), config).expect("writable");
            }
            ServerKind::WebdavRclone => {}
        }
    }

    /// A server's configuration with its port, folders and user.
    fn configured(&self, config: &str) -> String {
        config
            .replace("PORT", &self.port.to_string())
            .replace("ROOT", &self.root.to_string_lossy())
            .replace("SHOP", &self.workshop.path().to_string_lossy())
            .replace("USER", &login_name())
    }

    /// Writes the machine's users with one more, who may log in with the password.
    fn add_user(&self) {
        let shop = self.workshop.path();
        let mut users = fs::read_to_string("/etc/passwd").expect("readable");
        let others = users.lines().filter_map(|line| line.split(':').next());
        let mut shadow: String = others.map(|name| format!("{name}:*:::::::\n")).collect();
        shadow += &format!("{USER}:{}:::::::\n", hashed("-6"));
        let (id, home) = (user_id(), self.root.display());
        users += &format!("{USER}:x:{id}:{id}::{home}:/bin/sh\n");
        fs::write(shop.join("passwd"), users).expect("writable");
        fs::write(shop.join("shadow"), shadow).expect("writable");
    }

    fn command(&self) -> Option<Command> {
        let shop = self.workshop.path();
        let address = format!("127.0.0.1:{}", self.port);
        let with = |program: &str, arguments: &[&str]| {
            let mut command = Command::new(program);
            command.args(arguments).env("RCLONE_CONFIG", "/dev/null");
            Some(command)
        };
        match self.kind {
            ServerKind::Folder | ServerKind::Git => None,
            ServerKind::Sftp | ServerKind::SftpPassword => {
                // Debian's service would have created it.
                let _ = fs::create_dir_all("/run/sshd");
                let mut sshd = Command::new("/usr/sbin/sshd");
                sshd.args(["-D", "-e", "-f", &path(shop, "sshd.conf")]);
                if self.kind == ServerKind::SftpPassword {
                    // The server sees this user among the machine's own.
                    sshd.env("LD_PRELOAD", "libnss_wrapper.so")
                        .env("NSS_WRAPPER_PASSWD", shop.join("passwd"))
                        .env("NSS_WRAPPER_SHADOW", shop.join("shadow"))
                        .env("NSS_WRAPPER_GROUP", "/etc/group");
                }
                Some(sshd)
            }
            ServerKind::SftpRclone => with(
                "rclone",
                &[
                    "serve",
                    "sftp",
                    &self.root.to_string_lossy(),
                    "--addr",
                    &address,
                    "--user",
                    USER,
                    "--pass",
                    PASSWORD,
                    "--dir-cache-time",
                    "0s",
                    "--key",
                    &path(shop, "host"),
                ],
            ),
            ServerKind::WebdavRclone => with(
                "rclone",
                &[
                    "serve",
                    "webdav",
                    &self.root.to_string_lossy(),
                    "--addr",
                    &address,
                    "--user",
                    USER,
                    "--pass",
                    PASSWORD,
                    "--dir-cache-time",
                    "0s",
                ],
            ),
            ServerKind::Ftps => with(
                "/usr/sbin/proftpd",
                &["-n", "-q", "-c", &path(shop, "proftpd.conf")],
            ),
            ServerKind::Webdav | ServerKind::WebdavWithoutMove => {
                with("/usr/sbin/nginx", &["-c", &path(shop, "nginx.conf")])
            }
            ServerKind::S3Unconditional => {
                let config = fs::read_to_string(shop.join("nginx.conf")).expect("written");
                let behind = config.split("proxy_pass http://127.0.0.1:").nth(1);
                let port = behind.and_then(|it| it.split(';').next()).expect("a port");
                let program = super::project().join(".tools/s3s/bin/s3s-fs");
                let script = "\"$0\" --host 127.0.0.1 --port \"$1\" --access-key AKOFFICE \
                    --secret-key \"$2\" \"$3\" & /usr/sbin/nginx -c \"$4\"";
                with(
                    "bash",
                    &[
                        "-euc",
                        script,
                        &program.to_string_lossy(),
                        port,
                        PASSWORD,
                        &self.root.to_string_lossy(),
                        &path(shop, "nginx.conf"),
                    ],
                )
            }
            ServerKind::S3 => with(
                &super::project()
                    .join(".tools/s3s/bin/s3s-fs")
                    .to_string_lossy(),
                &[
                    "--host",
                    "127.0.0.1",
                    "--port",
                    &self.port.to_string(),
                    "--access-key",
                    "AKOFFICE",
                    "--secret-key",
                    PASSWORD,
                    &self.root.to_string_lossy(),
                ],
            ),
        }
    }
}

impl Drop for Host {
    #[expect(
        clippy::print_stderr,
        reason = "the server's log explains a failed test"
    )]
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            for log in ["log", "system.log", "tls.log", "error.log"] {
                let text = fs::read_to_string(self.workshop.path().join(log));
                eprintln!("{:?}, {log}: {}", self.kind, text.unwrap_or_default());
            }
        }
    }
}

const NGINX_CONFIG: &str = "
daemon off;
master_process off;
user USER;
pid SHOP/pid;
error_log SHOP/error.log;
load_module /usr/lib/nginx/modules/ngx_http_dav_ext_module.so;
events {}
http {
  access_log off;
  client_max_body_size 100m;
  client_body_temp_path ROOT/.nginx;
  proxy_temp_path SHOP/proxy;
  fastcgi_temp_path SHOP/fastcgi;
  uwsgi_temp_path SHOP/uwsgi;
  scgi_temp_path SHOP/scgi;
  server {
    listen 127.0.0.1:PORT;
    root ROOT;
    auth_basic office;
    auth_basic_user_file SHOP/users;
    location / {
      dav_methods PUT DELETE MKCOL COPY MOVE;
      dav_ext_methods PROPFIND OPTIONS;
      create_full_put_path on;
    }
  }
}
";

const S3_PROXY_CONFIG: &str = "
daemon off;
master_process off;
user USER;
pid SHOP/pid;
error_log SHOP/error.log;
events {}
http {
  access_log off;
  client_max_body_size 100m;
  client_body_temp_path SHOP/body;
  proxy_temp_path SHOP/proxy;
  fastcgi_temp_path SHOP/fastcgi;
  uwsgi_temp_path SHOP/uwsgi;
  scgi_temp_path SHOP/scgi;
  server {
    listen 127.0.0.1:PORT;
    location / {
      if ($http_if_none_match) { return 501; }
      proxy_set_header Host $http_host;
      proxy_pass http://127.0.0.1:BEHIND;
    }
  }
}
";

const FTP_CONFIG: &str = "
ServerType standalone
DefaultAddress 127.0.0.1
Port PORT
User USER
Group USER
RootLogin on
AuthOrder mod_auth_file.c
AuthUserFile SHOP/users
DefaultRoot ~
RequireValidShell off
AllowOverwrite on
AllowStoreRestart on
UseReverseDNS off
WtmpLog off
TransferLog none
SystemLog SHOP/system.log
PidFile SHOP/pid
ScoreboardFile SHOP/scoreboard
ModulePath /usr/lib/proftpd
LoadModule mod_tls.c
<IfModule mod_delay.c>
  DelayEngine off
</IfModule>
<IfModule mod_tls.c>
  TLSEngine on
  TLSLog SHOP/tls.log
  TLSRequired on
  TLSProtocol TLSv1.2 TLSv1.3
  TLSRSACertificateFile SHOP/tls.pem
  TLSRSACertificateKeyFile SHOP/tls.key
  TLSOptions NoSessionReuseRequired
</IfModule>
";

/// The variable with the folder of the trusted certificate, which a process reads when it starts.
pub const TRUSTED: &str = "SAFEGUARD_TEST_TRUSTED";

/// Writes `tls.key` and `tls.pem`, a certificate for `localhost`.
pub fn certify(folder: &Path) {
    let [key, certificate] = ["tls.key", "tls.pem"].map(|name| path(folder, name));
    let of = [
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
    ];
    let new = [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
    ];
    let to = ["-keyout", key.as_str(), "-out", certificate.as_str()];
    run("openssl", &[&new[..], &of, &to].concat());
}

/// Kills a process that a test started, and its descendants.
pub fn kill_tree(process: u32) {
    let mut tree = vec![process];
    let mut next = 0;
    while let Some(parent) = tree.get(next).copied() {
        next += 1;
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        tree.extend(processes.filter_map(|entry| {
            let status = fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name, in parentheses, may hold anything.
            let after = status.rsplit(')').next()?;
            let above: u32 = after.split_whitespace().nth(1)?.parse().ok()?;
            let process: u32 = entry.file_name().to_str()?.parse().ok()?;
            (above == parent).then_some(process)
        }));
    }
    let ids = tree.iter().map(u32::to_string);
    let _ = Command::new("kill")
        .arg("-9")
        .args(ids)
        .stderr(Stdio::null())
        .status();
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// The user who runs the tests; nobody else may log in on a server of theirs.
pub fn login_name() -> String {
    let name = Command::new("id").arg("-un").output().expect("id").stdout;
    String::from_utf8(name).expect("UTF-8").trim().to_owned()
}

fn user_id() -> String {
    let id = Command::new("id").arg("-u").output().expect("id").stdout;
    String::from_utf8(id).expect("UTF-8").trim().to_owned()
}

fn hashed(algorithm: &str) -> String {
    let hash = Command::new("openssl")
        .args(["passwd", algorithm, PASSWORD])
        .output();
    let hash = hash.expect("openssl").stdout;
    String::from_utf8(hash).expect("UTF-8").trim().to_owned()
}

/// Makes a pair of keys, and replaces existing ones.
pub fn keygen(kind: &str, file: &Path) {
    let _ = fs::remove_file(file);
    let file = file.to_string_lossy();
    run("ssh-keygen", &["-q", "-t", kind, "-N", "", "-f", &file]);
}

fn run(program: &str, arguments: &[&str]) {
    let arguments: Vec<&std::ffi::OsStr> = arguments.iter().map(AsRef::as_ref).collect();
    super::run(program, &arguments);
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_string_lossy().into_owned()
}
