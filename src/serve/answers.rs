//! Requests → answers: the preview's own page, its events, and the files of its frames.

use super::Preview;
use super::shown::show;
use super::view::{Drawn, DrawnPdf, File};
use crate::message::{Error, Message};
use crate::render::pdf;
use crate::report::visible;
use crate::sheet::Rendering;
use axum::Router;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Redirect, Response, Sse};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use futures_util::stream::unfold;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use tera::{Context, Tera};
use tokio::task::{JoinError, spawn_blocking};

/// The preview's own page is a part of the program, not of a theme: a project must not decide what it may do.
const PAGE: &str = include_str!("page/index.html");
const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

/// What the page may do: run its own script, show what this address serves, and be shown in no other page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; \
    img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types inert";

/// Words of the page: what it calls `title` is the message `preview-title`.
const WORDS: [&str; 18] = [
    "advice",
    "preview-errors",
    "preview-findings",
    "preview-handout",
    "preview-kind",
    "preview-lost",
    "preview-nothing",
    "preview-open",
    "preview-page",
    "preview-pdf",
    "preview-pdf-alone",
    "preview-pdf-here",
    "preview-proof",
    "preview-row",
    "preview-signed",
    "preview-site",
    "preview-title",
    "preview-updated",
];

/// Waits for requests; ends only where the machine fails.
pub async fn answer(preview: Arc<Preview>, listener: TcpListener) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    // A small answer must not wait for a larger one to follow.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let router = Router::new()
        .route("/", get(page))
        .route("/style.css", get(|| async { typed("text/css", STYLE) }))
        .route(
            "/script.js",
            get(|| async { typed("text/javascript", SCRIPT) }),
        )
        .route("/events", get(events))
        .route(
            "/site/",
            get(|| async { Redirect::temporary("/site/index.html") }),
        )
        .route("/site/{*path}", get(site))
        .route("/pdf/{kind}", get(pdf))
        .route("/pdf/{kind}/page/{row}", get(pdf_page))
        .route("/row/{anchor}", get(row))
        .route("/open", post(open))
        .layer(from_fn_with_state(preview.clone(), guard))
        .with_state(preview);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).await
}

/// Lets only requests in that mean this address, and lets no other site use an answer.
async fn guard(State(preview): State<Arc<Preview>>, request: Request, next: Next) -> Response {
    let named = request.headers().get(header::HOST);
    let named = named.and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    // A request may name its host in its first line as well, and the two may differ.
    let also_named = request.uri().authority();
    let means_this = |authority: &Authority| preview.address.serves(authority);
    if !named.as_ref().is_some_and(means_this) || !also_named.is_none_or(means_this) {
        return refuse(&preview, Message::new("preview-other-host"));
    }
    let mut response = next.run(request).await;
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        let value = HeaderValue::from_static(value);
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}

fn refuse(preview: &Preview, why: Message) -> Response {
    (StatusCode::FORBIDDEN, preview.catalog.format(&why)).into_response()
}

/// The page round the frames.
async fn page(
    State(preview): State<Arc<Preview>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
) -> Response {
    let words = WORDS.iter().map(|id| {
        let message = Message::new(id)
            .with("time", "{time}")
            .with("milliseconds", "{milliseconds}");
        let name = id.trim_start_matches("preview-").replace('-', "_");
        (name, preview.catalog.format(&message))
    });
    let mut context = Context::new();
    context.insert("words", &words.collect::<BTreeMap<_, _>>());
    context.insert("lang", preview.catalog.language.code());
    context.insert("run", &preview.run);
    let token = preview.editor.as_ref().map(|_| &preview.token);
    context.insert("token", &token.filter(|_| is_here(from)));
    let mut tera = Tera::new();
    let drawn = tera
        .add_raw_template("index.html", PAGE)
        .and_then(|()| tera.render("index.html", &context))
        .expect("a test draws the page");
    let policy = (header::CONTENT_SECURITY_POLICY, POLICY);
    ([policy], typed("text/html", drawn)).into_response()
}

/// Whether a request comes from this machine itself.
fn is_here(from: SocketAddr) -> bool {
    from.ip().to_canonical().is_loopback()
}

/// The view of now, and each one after it; of those in quick succession the last.
async fn events(State(preview): State<Arc<Preview>>) -> Response {
    let mut views = preview.views.subscribe();
    views.mark_changed();
    let stream = unfold((preview, views), |(preview, mut views)| async {
        views.changed().await.ok()?;
        let view = views.borrow_and_update().clone();
        let shown = show(&view, &preview.run, &preview.catalog);
        let json = serde_json::to_string(&shown).expect("keys are strings");
        let event: Result<_, Infallible> = Ok(Event::default().data(json));
        Some((event, (preview, views)))
    });
    Sse::new(stream)
        .keep_alive(KeepAlive::default())
        .into_response()
}

/// A file of the site, as the last state that could be drawn has it.
async fn site(State(preview): State<Arc<Preview>>, Path(path): Path<String>) -> Response {
    let folder = path.is_empty() || path.ends_with('/');
    let path = format!("site/{path}{}", if folder { "index.html" } else { "" });
    let Some(drawn) = preview.view().drawn.clone() else {
        let nothing = Message::new("preview-nothing");
        let words = preview.catalog.format(&nothing);
        return (StatusCode::SERVICE_UNAVAILABLE, typed("text/plain", words)).into_response();
    };
    let file = match drawn.known_file(&path) {
        Some(file) => file,
        None => {
            let (preview, path) = (preview.clone(), path.clone());
            let draw = move || drawn.file(&preview.tools, &path);
            tokio::task::spawn_blocking(draw)
                .await
                .unwrap_or_else(fault)
        }
    };
    answer_file(&preview, &path, file)
}

fn answer_file(preview: &Preview, path: &str, file: File) -> Response {
    match file {
        Ok(Some(bytes)) => {
            // The frame's page belongs into this page only.
            let policy = (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'self'");
            ([policy], typed(media_type(path), bytes.to_vec())).into_response()
        }
        Ok(None) => {
            let message = Message::new("file-missing").with("path", path);
            let words = visible(&preview.catalog.format(&message));
            (StatusCode::NOT_FOUND, typed("text/plain", words)).into_response()
        }
        Err(failure) => cannot(preview, &failure),
    }
}

/// What failed, in words; the page puts them where the file would have been.
fn cannot(preview: &Preview, failure: &Error) -> Response {
    let cause = failure.cause.iter().map(|cause| format!("\n{cause}"));
    let words = preview.catalog.format(&failure.message) + &cause.collect::<String>();
    let code = StatusCode::INTERNAL_SERVER_ERROR;
    (code, typed("text/plain", words)).into_response()
}

fn fault<T>(_: JoinError) -> Result<T, Error> {
    Err(Error::new(Message::new("preview-fault")))
}

/// One of the PDFs, drawn now if need be.
async fn pdf(State(preview): State<Arc<Preview>>, Path(kind): Path<String>) -> Response {
    match drawn_pdf(&preview, &kind).await {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(Err(failure)) => cannot(&preview, &failure),
        Some(Ok(pdf)) => typed("application/pdf", pdf.bytes.clone()),
    }
}

/// The page of a PDF on which a row begins.
async fn pdf_page(
    State(preview): State<Arc<Preview>>,
    Path((kind, row)): Path<(String, String)>,
) -> Response {
    let pdf = drawn_pdf(&preview, &kind).await.and_then(Result::ok);
    let page = pdf.and_then(|pdf| pdf.pages.get(&row).copied());
    match page {
        Some(page) => typed("text/plain", page.to_string()),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

/// None where there is no such kind, or nothing could be drawn yet.
async fn drawn_pdf(preview: &Arc<Preview>, kind: &str) -> Option<DrawnPdf> {
    let kind = match kind {
        "site" => Rendering::Site,
        "handout" => Rendering::Handout,
        "signed" => Rendering::Signed,
        "proof" => Rendering::Proof,
        _ => return None,
    };
    let newest = |preview: &Preview| -> Option<Arc<Drawn>> { preview.view().drawn.clone() };
    if let Some(pdf) = newest(preview)?.known_pdf(kind) {
        return Some(pdf);
    }
    let preview = preview.clone();
    // Of several requests that wait here, the first one draws what is newest by then, and the others find it drawn.
    let draw = move || newest(&preview).map(|drawn| drawn.pdf(&preview.tools, kind));
    press(draw).await.unwrap_or_else(|error| Some(fault(error)))
}

/// Draws in the thread that draws, and lets Typst forget what it did not need once the answer is on its way.
async fn press<T: Send + 'static>(
    draw: impl FnOnce() -> T + Send + 'static,
) -> std::result::Result<T, JoinError> {
    let drawn = spawn_blocking(draw).await;
    spawn_blocking(pdf::forget_unused);
    drawn
}

/// File and line of a row, as `content/measures/C/b.yaml` and `5` in two lines.
async fn row(State(preview): State<Arc<Preview>>, Path(anchor): Path<String>) -> Response {
    match preview.view().place(&anchor) {
        Some((file, line)) => typed("text/plain", format!("{file}\n{line}")),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

/// What the page asks the editor to open.
#[derive(Deserialize)]
struct Place {
    file: String,
    line: usize,
}

/// Opens the author's editor: for the preview's own page on this machine, and only files that the content was read from.
async fn open(
    State(preview): State<Arc<Preview>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let own_page = said("origin").is_none_or(|origin| is_own(&preview, origin));
    let token = said("x-token") == Some(&preview.token);
    if !is_here(from) || !own_page || !token {
        return refuse(&preview, Message::new("preview-not-allowed"));
    }
    let place = serde_json::from_str::<Place>(&body).ok();
    let place = place.filter(|place| preview.view().names(&place.file));
    let (Some(editor), Some(place)) = (&preview.editor, place) else {
        return refuse(&preview, Message::new("preview-not-allowed"));
    };
    let file = preview.project.join(place.file);
    let file = std::path::absolute(&file).unwrap_or(file);
    match editor.open(&file, place.line) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(failure) => cannot(&preview, &failure),
    }
}

/// Whether a request was made by a page of this address.
fn is_own(preview: &Preview, origin: &str) -> bool {
    let authority = origin.strip_prefix("http://");
    let authority = authority.and_then(|authority| authority.parse::<Authority>().ok());
    authority.is_some_and(|authority| preview.address.serves(&authority))
}

fn typed(kind: &str, body: impl IntoResponse) -> Response {
    let kind = match kind.starts_with("text/") {
        true => format!("{kind}; charset=utf-8"),
        false => kind.to_owned(),
    };
    ([(header::CONTENT_TYPE, kind)], body).into_response()
}

/// By a file's ending; what has none of these is no part of a site.
fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "css" => "text/css",
        "csv" => "text/csv",
        "html" => "text/html",
        "js" => "text/javascript",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "xml" => "application/xml",
        _ => "application/octet-stream",
    }
}
