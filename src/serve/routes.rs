//! Requests → responses: the preview's own page, its events, and the files of its frames.

use super::{PreviewServer, state::FileResult, state_json::state_json};
use crate::manifest::site::{FRONT, bundle_path};
use crate::message::{Error, Message};
use crate::{characters::visible, manifest::media_type};
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::sse::{Event, KeepAlive};
use axum::response::{Html, IntoResponse, Redirect, Response, Sse};
use axum::routing::{get, post};
use axum::{Router, http::uri::Authority, serve::ListenerExt};
use std::net::{SocketAddr, TcpListener};
use std::{convert::Infallible, sync::Arc};
use tera::{Context, Kwargs, Tera, TeraResult};
use tokio::task::spawn_blocking;

/// The preview's own page. It belongs to no theme, because a project must not decide what the page may do.
const PAGE: &str = include_str!("page/index.html");
const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");
/// The page may run its own script and show what this address serves, and no other page may show it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; \
    img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types inert";

type SharedServer = State<Arc<PreviewServer>>;
type Client = ConnectInfo<SocketAddr>;
type Found = Result<String, StatusCode>;

/// Waits for requests; ends only if the machine fails.
pub async fn serve(server: Arc<PreviewServer>, listener: TcpListener) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?
        // A small response must not wait for a larger one to follow.
        .tap_io(|stream| drop(stream.set_nodelay(true)));
    let style = || async { typed("text/css; charset=utf-8", STYLE) };
    let script = || async { typed("text/javascript; charset=utf-8", SCRIPT) };
    let front = || async { Redirect::temporary("/site/index.html") };
    let router = Router::new()
        .route("/", get(page))
        .route("/style.css", get(style))
        .route("/script.js", get(script))
        .route("/events", get(events))
        .route("/site/", get(front))
        .route("/site/{*path}", get(site))
        .route("/pdf/{kind}", get(pdf))
        .route("/pdf/{kind}/page/{row}", get(pdf_page))
        .route("/row/{anchor}", get(row))
        .route("/open", post(open))
        .layer(from_fn_with_state(server.clone(), guard))
        .with_state(server);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).await
}

/// Rejects requests to other hosts, and keeps other sites from using a response.
async fn guard(State(server): SharedServer, request: Request, next: Next) -> Response {
    let header = request.headers().get(header::HOST);
    let host = header.and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    // A request may name a host in its first line as well, and the two may differ.
    let also_named = request.uri().authority();
    let is_ours = |authority: &Authority| server.options.address.serves(authority);
    if !host.as_ref().is_some_and(is_ours) || !also_named.is_none_or(is_ours) {
        return refuse(&server, StatusCode::FORBIDDEN, "preview-other-host");
    }
    let same_origin = HeaderName::from_static("cross-origin-resource-policy");
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (same_origin, "same-origin"),
    ];
    (headers, next.run(request).await).into_response()
}

fn refuse(server: &PreviewServer, status: StatusCode, reason: impl Into<Message>) -> Response {
    let text = server.options.catalog.format(&reason.into());
    (status, visible(&text)).into_response()
}

/// The page around the frames.
async fn page(State(server): SharedServer, ConnectInfo(client): Client) -> Response {
    let catalog = &server.options.catalog;
    let mut context = Context::new();
    context.insert("lang", catalog.language.code());
    context.insert("run", &server.run);
    let may_open = server.options.editor.is_some() && is_local(client);
    context.insert("token", &may_open.then_some(&server.token));
    let mut tera = Tera::new();
    let sharing = server.clone();
    tera.register_function("text", move |arguments: Kwargs, _: &tera::State| {
        let id = arguments.must_get::<String>("id")?;
        let text = sharing.options.catalog.text(&id);
        TeraResult::Ok(text.expect("a test renders the page"))
    });
    let added = tera.add_raw_template("index.html", PAGE);
    let html = added.and_then(|()| tera.render("index.html", &context));
    let policy = (header::CONTENT_SECURITY_POLICY, POLICY);
    ([policy], Html(html.expect("a test renders the page"))).into_response()
}

fn is_local(client: SocketAddr) -> bool {
    client.ip().to_canonical().is_loopback()
}

/// The current state and every later one; of several in quick succession, the last.
async fn events(State(server): SharedServer) -> Response {
    let mut states = server.states.subscribe();
    states.mark_changed();
    let stream = futures_util::stream::unfold((server, states), |(server, mut states)| async {
        states.changed().await.ok()?;
        let state = states.borrow_and_update().clone();
        let json = state_json(&state, &server.run, &server.options.catalog);
        let event = Ok::<_, Infallible>(Event::default().data(json.to_string()));
        Some((event, (server, states)))
    });
    let events = Sse::new(stream);
    events.keep_alive(KeepAlive::default()).into_response()
}

/// A file of the site, from the last state that could be rendered.
async fn site(State(server): SharedServer, Path(path): Path<String>) -> Response {
    let index = if path.ends_with('/') { FRONT } else { "" };
    respond(&server, &bundle_path(&(path + index))).await
}

async fn pdf(State(server): SharedServer, Path(kind): Path<String>) -> Response {
    respond(&server, &format!("pdf/{kind}.pdf")).await
}

async fn respond(server: &Arc<PreviewServer>, path: &str) -> Response {
    match rendered(server, path).await {
        Some(Ok(Some(file))) => {
            // Only the preview's page may show it in a frame.
            let policy = (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'self'");
            ([policy], typed(media_type(path), file.bytes.clone())).into_response()
        }
        Some(Ok(None)) => {
            let missing = Message::new("file-missing").with("path", path);
            refuse(server, StatusCode::NOT_FOUND, missing)
        }
        Some(Err(error)) => error_response(server, error),
        None => refuse(server, StatusCode::SERVICE_UNAVAILABLE, "preview-nothing"),
    }
}

/// An error as text; the page shows it in the place of the file.
fn error_response(server: &PreviewServer, error: Error) -> Response {
    let catalog = &server.options.catalog;
    let lines = [Some(catalog.format(&error.message)), catalog.cause(&error)];
    let lines = Vec::from_iter(lines.into_iter().flatten());
    (StatusCode::INTERNAL_SERVER_ERROR, lines.join("\n")).into_response()
}

/// The page of a PDF on which a row begins.
async fn pdf_page(State(server): SharedServer, Path(path): Path<[String; 2]>) -> Found {
    let [kind, row] = path;
    let pdf = rendered(&server, &format!("pdf/{kind}.pdf")).await;
    let page = pdf.and_then(|pdf| pdf.ok()??.pages.get(&row).map(usize::to_string));
    page.ok_or(StatusCode::NO_CONTENT)
}

/// A file, rendered now if need be; `None` if nothing could be rendered yet.
async fn rendered(server: &Arc<PreviewServer>, path: &str) -> Option<FileResult> {
    if let Some(file) = server.state().rendered.as_ref()?.cached_file(path) {
        return Some(file);
    }
    // Of several requests that wait here, the first renders the state of that moment; the others find it cached.
    let (waiting, asked) = (server.clone(), path.to_owned());
    let render = move || Some(waiting.state().rendered.as_ref()?.file(&asked));
    let file = spawn_blocking(render).await;
    if path.starts_with("pdf/") {
        // Typst drops what the last four drawings, one of each kind, did not need, once the response is on its way.
        spawn_blocking(|| comemo::evict(4));
    }
    file.unwrap_or_else(|_| Some(Err(Error::new("preview-fault"))))
}

/// File and line of a row, as `content/measures/C/b.yaml` and `5` in two lines.
async fn row(State(server): SharedServer, Path(anchor): Path<String>) -> Found {
    let source = server.state().row_source(&anchor);
    let lines = source.map(|(file, line)| format!("{file}\n{line}"));
    lines.ok_or(StatusCode::NO_CONTENT)
}

#[derive(serde::Deserialize)]
struct OpenRequest {
    file: String,
    line: usize,
}

/// Opens the author's editor for the preview's own page on this machine only, with files of the content only.
async fn open(
    State(server): SharedServer,
    ConnectInfo(client): Client,
    headers: HeaderMap,
    body: String,
) -> Response {
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_own = |origin: &str| {
        let authority = origin.strip_prefix("http://").map(str::parse::<Authority>);
        authority.is_some_and(|it| it.is_ok_and(|it| server.options.address.serves(&it)))
    };
    let has_token = value("x-token") == Some(&server.token);
    let is_allowed = is_local(client) && value("origin").is_none_or(is_own) && has_token;
    let request = serde_json::from_str::<OpenRequest>(&body).ok();
    let known = request.filter(|it| is_allowed && server.state().has_source(&it.file));
    let (Some(editor), Some(request)) = (&server.options.editor, known) else {
        return refuse(&server, StatusCode::FORBIDDEN, "preview-not-allowed");
    };
    let file = server.options.project.join(request.file);
    let absolute = std::path::absolute(&file).unwrap_or(file);
    match editor.open(&absolute, request.line) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => error_response(&server, error),
    }
}

fn typed(content_type: &'static str, body: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, content_type)], body).into_response()
}
