//! The list of editions of a site: given as any address or path of it.

use crate::edition::{LISTING_FORMAT, Listing};
use crate::message::{Error, Result};
use crate::{command::sign::http_agent, manifest::site::LISTING, verify::KnownEditions};
use std::{fmt::Display, net::IpAddr, path::Path, time::Duration};
use ureq::http::Uri;

/// The largest list; real ones have some kilobytes.
const MAX_LISTING: u64 = 16 * 1024 * 1024;
/// The time for one request; there are two at most for each folder.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// The most folders above the given one in which the list is looked for.
const MAX_DEPTH: usize = 6;

/// Reads the list of the site to which an address or a path belongs.
pub fn read(site: &str) -> Result<KnownEditions> {
    let path = Path::new(site);
    // Browsers hide the beginning of an address.
    let is_short = !path.exists() && site.contains('.') && !site.starts_with(['.', '/']);
    if site.starts_with("https://") || site.starts_with("http://") {
        from_web(site)
    } else if is_short {
        from_web(&format!("https://{site}"))
    } else {
        from_folder(path)
    }
}

fn failed(site: impl Display) -> Error {
    Error::new("no-listing").with("path", site)
}

fn parse(bytes: &[u8]) -> std::result::Result<Listing, String> {
    let listing: Listing = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    match &*listing.format {
        LISTING_FORMAT => Ok(listing),
        other => Err(other.to_owned()),
    }
}

fn from_folder(path: &Path) -> Result<KnownEditions> {
    let absolute = path.canonicalize();
    let place = absolute.map_err(|error| failed(path.display()).failed_by(error))?;
    let mut lists = place.ancestors().take(MAX_DEPTH).map(|it| it.join(LISTING));
    let Some(list) = lists.find(|list| list.is_file()) else {
        return Err(failed(path.join(LISTING).display()));
    };
    let read = std::fs::read(&list).map_err(|error| error.to_string());
    let listing = read.and_then(|bytes| parse(&bytes));
    Ok(KnownEditions {
        listing: Some(listing.map_err(|cause| failed(list.display()).caused_by(cause))?),
        ..KnownEditions::default()
    })
}

fn from_web(site: &str) -> Result<KnownEditions> {
    let mut absent = failed(site);
    for folder in folders(site)? {
        match fetch(&folder)? {
            Ok(known) => return Ok(known),
            Err(error) => absent = error,
        }
    }
    Err(absent)
}

/// The folder of an address and those above it, as addresses.
fn folders(site: &str) -> Result<Vec<String>> {
    let page = site.split(['?', '#']).next().unwrap_or_default();
    let uri = Uri::try_from(page).map_err(|error| failed(site).failed_by(error))?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(failed(site));
    };
    let mut path = uri.path().to_owned();
    let last = path.rsplit('/').next().unwrap_or_default();
    if !last.is_empty() && !last.contains('.') {
        // A folder's address without its last stroke.
        path.push('/');
    }
    let ends = path.rmatch_indices('/').take(MAX_DEPTH);
    let folder = |(at, _)| format!("{scheme}://{authority}{}", &path[..=at]);
    Ok(ends.map(folder).collect())
}

/// Fetches the list in a folder of the web. The inner error is that there is simply nothing there.
/// The only redirection followed is that from `http` to `https` of the same host.
fn fetch(folder: &str) -> Result<Result<KnownEditions>> {
    let asked = format!("{folder}{LISTING}");
    let because = |cause: &dyn Display| failed(&asked).caused_by(cause);
    let get = |address: &str| {
        let request = http_agent().get(address).config();
        let request = request.max_redirects(0).http_status_as_error(false);
        let response = request.timeout_global(Some(TIME_LIMIT)).build().call();
        response.map_err(|error| failed(&asked).failed_by(error))
    };
    let mut response = get(&asked)?;
    let mut address = folder.to_owned();
    if response.status().is_redirection() {
        let location = response.headers().get("location");
        let target = location.and_then(|it| it.to_str().ok()).unwrap_or_default();
        address = folder.replacen("http://", "https://", 1);
        if target != format!("{address}{LISTING}") {
            return Err(because(&format!("{} → {target}", response.status())));
        }
        response = get(target)?;
    }
    match response.status().as_u16() {
        200 => {}
        403 | 404 | 410 => return Ok(Err(because(&response.status()))),
        _ => return Err(because(&response.status())),
    }
    let body = response.body_mut().with_config().limit(MAX_LISTING);
    let bytes = body.read_to_vec().map_err(|error| because(&error))?;
    // Some servers answer with a page of their own instead of 404.
    let listing = parse(&bytes).map_err(|cause| because(&cause));
    Ok(listing.map(|listing| KnownEditions {
        listing: Some(listing),
        is_insecure: !address.starts_with("https://") && !is_loopback(&address),
        site: Some(address),
    }))
}

fn is_loopback(address: &str) -> bool {
    let uri: Option<Uri> = address.parse().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
    let ip: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    host == "localhost" || ip.is_some_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_address_of_a_site_leads_to_its_list() {
        for (site, expected) in [
            (
                "https://a.jp/x/verify.html?q#d",
                &["https://a.jp/x/", "https://a.jp/"][..],
            ),
            ("https://a.jp", &["https://a.jp/"]),
            ("https://a.jp/x", &["https://a.jp/x/", "https://a.jp/"]),
            (
                "http://a.jp:8080/editions/2026-04-01/index.html#0123",
                &[
                    "http://a.jp:8080/editions/2026-04-01/",
                    "http://a.jp:8080/editions/",
                    "http://a.jp:8080/",
                ],
            ),
        ] {
            assert_eq!(folders(site).expect("an address"), expected, "{site}");
        }
        assert!(is_loopback("http://127.0.0.1:80/x") && is_loopback("http://[::1]/"));
        assert!(!is_loopback("http://localhost.example.jp/"));
    }
}
