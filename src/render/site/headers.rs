//! What a web server should say with the pages, ready to be taken over into its configuration.

use crate::render::bundle::Bundle;
use crate::render::html::Policy;

/// Name and value of each header.
pub fn headers(policy: &Policy) -> Vec<(&'static str, String)> {
    vec![
        // A page itself cannot say who may frame it; only the server can.
        (
            "Content-Security-Policy",
            format!("{}; frame-ancestors 'none'", policy.text()),
        ),
        ("X-Content-Type-Options", "nosniff".to_owned()),
        ("Referrer-Policy", "no-referrer".to_owned()),
        ("Cross-Origin-Opener-Policy", "same-origin".to_owned()),
    ]
}

/// `server/`: the headers for nginx, for Apache, and as the file `_headers` that some hosts of static sites read.
pub fn snippets(policy: &Policy) -> Bundle {
    let headers = headers(policy);
    let lines = |line: &dyn Fn(&str, &str) -> String| -> String {
        let lines = headers.iter().map(|(name, value)| line(name, value));
        lines.collect()
    };
    let nginx = lines(&|name, value| format!("add_header {name} \"{value}\" always;\n"));
    let apache = lines(&|name, value| format!("Header always set {name} \"{value}\"\n"));
    let plain = lines(&|name, value| format!("  {name}: {value}\n"));
    let files = [
        (
            "nginx.conf",
            format!(
                "# in the `location` of the site\n{nginx}# and, with the way to it on the server: error_page 404 /404.html;\n"
            ),
        ),
        (
            "htaccess",
            format!("# .htaccess in the site's folder; needs mod_headers\n{apache}"),
        ),
        ("_headers", format!("/*\n{plain}")),
    ];
    let files = files.map(|(name, text)| (format!("server/{name}"), text.into_bytes()));
    files.into()
}
