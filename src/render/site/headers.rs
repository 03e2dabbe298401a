//! Security headers for the site's web server: the pages' policy in, configuration out.
//!
//! Nothing is written; the office copies the text into its server's configuration.

use crate::render::html::Policy;

/// The server software, or the file, that the headers are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum HeaderSyntax {
    Nginx,
    Apache,
    /// The file of some hosts of static sites.
    #[value(name = "_headers")]
    HeadersFile,
}

/// Writes the headers as configuration.
pub fn print(policy: &Policy, syntax: HeaderSyntax) -> String {
    // Only the server can forbid other sites to frame a page; the page itself cannot.
    let security_policy = format!("{}; frame-ancestors 'none'", policy.text());
    let headers = [
        ("Content-Security-Policy", security_policy.as_str()),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ];
    let line = |(name, value): (&str, &str)| match syntax {
        HeaderSyntax::Nginx => format!("add_header {name} \"{value}\" always;\n"),
        HeaderSyntax::Apache => format!("Header always set {name} \"{value}\"\n"),
        HeaderSyntax::HeadersFile => format!("  {name}: {value}\n"),
    };
    let lines: String = headers.map(line).concat();
    match syntax {
        HeaderSyntax::Nginx => format!(
            "# in the `location` of the site\n{lines}\
             # and, with the way to it on the server: error_page 404 /404.html;\n"
        ),
        HeaderSyntax::Apache => {
            format!("# .htaccess in the site's folder; needs mod_headers\n{lines}")
        }
        HeaderSyntax::HeadersFile => format!("/*\n{lines}"),
    }
}
