// Keeps the preview's frames and findings up to date. Every event carries the whole state.

'use strict';

const { run, token } = document.body.dataset;
const part = (selector, within = document) => within.querySelector(selector);
const wide = matchMedia('(min-width: 60rem)');
const title = document.title;

/** The newest state, and when it arrived. */
let state;
let received = 0;
/** The row that was changed or chosen last: a PDF opens at its page. */
let row;
/** The file and line that the editor would open. */
let place;

/** Combines any number of calls during a run of `work` into one more run, and never runs it twice at once. */
function coalesce(work) {
  let requested = false;
  let running = false;
  return async () => {
    requested = true;
    if (running) return;
    running = true;
    while (requested) {
      requested = false;
      // The connection of the events reports a server that does not answer.
      await work().catch(() => {});
    }
    running = false;
  };
}

/** Time in which the browser paints a PDF after its frame reports that it was loaded. */
const PDF_PAINT_DELAY = 400;

/** Loads an address into a new frame under the old one, and removes the old one when the new one is visible. */
function replaceFrame(frames, address, ready, delay = 0) {
  const old = part('iframe', frames);
  const next = document.createElement('iframe');
  next.title = frames.dataset.title;
  next.className = 'loading';
  next.src = address;
  const show = () => {
    const focused = document.activeElement?.parentElement === frames;
    while (next.previousElementSibling?.matches('iframe')) next.previousElementSibling.remove();
    next.className = '';
    if (focused) next.focus();
  };
  return new Promise((done) => {
    next.addEventListener('load', () => {
      ready?.(next, old);
      if (old && delay) setTimeout(show, delay);
      else show();
      done();
    }, { once: true });
    frames.append(next);
  });
}

// The page.

const page = part('#page .frames');

/** The page in the frame as the program sent it, and its path. */
let source;
let sourcePath;

const refreshPage = coalesce(async () => {
  const { rendered } = state;
  part('.nothing', page).hidden = rendered !== null;
  if (rendered !== null && page.dataset.rendered !== String(rendered)) {
    const frame = part('iframe', page);
    const { href, pathname } = locationOf(frame) ?? new URL('/site/index.html', location);
    const sent = await fetchPage(href);
    const samePage = source && sent && sourcePath === locationOf(frame)?.pathname;
    if (samePage) row = changedRow(source, sent) ?? row;
    if (!samePage || !patchTexts(source, sent, frame.contentDocument)) await replaceFrame(page, href, initFrame);
    [source, sourcePath] = [sent, pathname];
    page.dataset.rendered = rendered;
  }
  showUpdate();
});

/** The address of a frame within the site; undefined if it is elsewhere or may not be read. */
function locationOf(frame) {
  try {
    const { href, pathname } = frame.contentWindow.location;
    return pathname.startsWith('/site/') ? { href, pathname } : undefined;
  } catch {
    return undefined;
  }
}

/** A page as a document that is never shown, to find what changed; undefined if there is none. */
async function fetchPage(address) {
  const response = await fetch(address);
  if (!response.ok) return undefined;
  return new DOMParser().parseFromString(inert.createHTML(await response.text()), 'text/html');
}

// No style applies in that document, and no script runs there.
const asData = { createHTML: (text) => text.replaceAll('<style', '<script type="style"').replaceAll('</style', '</script') };
const inert = window.trustedTypes?.createPolicy('inert', asData) ?? asData;

/**
 * Replaces changed texts in the visible document, which is fast and keeps everything else as the author left it.
 * Returns false if more than texts changed, so that the page has to be loaded.
 */
function patchTexts(before, now, visible) {
  // The contents of templates are not part of the tree.
  const templates = (of) => [...of.querySelectorAll('template')].map(({ innerHTML }) => innerHTML).join('');
  if (templates(before) !== templates(now)) return false;
  const patches = changedTexts(before.documentElement, now.documentElement)?.map(([from, to]) => {
    const parent = from.parentElement.closest('[id]');
    const shown = parent && visible.getElementById(parent.id);
    if (!shown || isInAttribute(shown, from.data)) return undefined;
    const [sent, here] = [parent, shown].map((element) => textsIn(element).filter(({ data }) => data === from.data));
    return sent.length === here.length ? { text: here[sent.indexOf(from)], data: to.data } : undefined;
  });
  if (!patches || patches.includes(undefined)) return false;
  const position = scrollPosition(visible);
  for (const { text, data } of patches) text.data = data;
  restoreSearch(visible, visible);
  restoreScroll(position, visible);
  return true;
}

/** The texts that differ, in pairs; undefined if two pages differ in more than their texts. */
function changedTexts(before, now) {
  if (before.isEqualNode(now)) return [];
  if (before.nodeType === Node.TEXT_NODE && now.nodeType === Node.TEXT_NODE) {
    return before.parentElement.matches('script, style, title') ? undefined : [[before, now]];
  }
  const alike = before.cloneNode().isEqualNode(now.cloneNode()) && before.childNodes.length === now.childNodes.length;
  if (!alike) return undefined;
  const within = [...before.childNodes].map((child, index) => changedTexts(child, now.childNodes[index]));
  return within.includes(undefined) ? undefined : within.flat();
}

function textsIn(element) {
  const walker = element.ownerDocument.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  return texts;
}

/** Tells if an attribute has the text too, because the page's own script put it there. */
function isInAttribute(element, text) {
  const attributes = [element, ...element.querySelectorAll('*')].flatMap((each) => [...each.attributes]);
  return attributes.some(({ value }) => value.includes(text.trim()));
}

/** Brings a new frame into the state of the old one. */
function initFrame(frame, old) {
  const [before, now] = [old?.contentDocument, frame.contentDocument];
  if (before && now) restoreState(before, now);
  listen(frame);
  frame.addEventListener('load', () => listen(frame));
}

/** Repeats the author's search and opens the same rows. */
function restoreState(before, now) {
  const position = scrollPosition(before);
  restoreSearch(before, now);
  for (const opened of before.querySelectorAll('[id] [aria-expanded="true"]')) {
    now.getElementById(opened.closest('[id]').id)?.querySelector('[aria-expanded="false"]')?.click();
  }
  restoreScroll(position, now);
}

function restoreSearch(before, now) {
  for (const { id, value } of before.querySelectorAll('input[type="search"][id]')) {
    const field = now.getElementById(id);
    if (!field || !value) continue;
    field.value = value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
}

/** The anchor nearest to the upper edge of the window and its exact position, because lines above it may come or go. */
function scrollPosition(visible) {
  const { scrollX: left, scrollY: scroll } = visible.defaultView;
  if (scroll === 0) return { left, scroll };
  const distance = (element) => Math.abs(element.getBoundingClientRect().top);
  const shown = [...visible.querySelectorAll('[id]')].filter((element) => element.getClientRects().length);
  const nearest = shown.reduce((best, element) => (distance(element) < distance(best) ? element : best), shown[0]);
  return { left, scroll, id: nearest?.id, top: nearest?.getBoundingClientRect().top };
}

function restoreScroll(position, now) {
  const view = now.defaultView;
  const anchor = position.id && now.getElementById(position.id);
  const top = anchor ? view.scrollY + anchor.getBoundingClientRect().top - position.top : position.scroll;
  view.scrollTo({ top, left: position.left, behavior: 'instant' });
}

function changedRow(before, now) {
  const differs = ({ id, textContent }) => before.getElementById(id)?.textContent !== textContent;
  return [...now.querySelectorAll('tr[id]')].find(differs)?.id;
}

/** Handles clicks, focus and keys in the page. */
function listen(frame) {
  const visible = frame.contentDocument;
  if (!visible) return;
  // A click that opens or closes something is meant for the page.
  const expanded = ({ target }) => [...(target.closest('[id]')?.querySelectorAll('[aria-expanded]') ?? [])].map(({ ariaExpanded }) => ariaExpanded).join();
  let before;
  visible.addEventListener('click', (event) => { before = expanded(event); }, { capture: true });
  visible.addEventListener('click', (event) => {
    const link = event.target.closest('a[href]');
    if (link) return followLink(event, link);
    const used = event.target.closest('button, input, label, select, summary, textarea') || expanded(event) !== before;
    if (!used && visible.getSelection().isCollapsed) chooseRow(event.target).then(openEditor);
  });
  visible.addEventListener('focusin', (event) => chooseRow(event.target));
  visible.addEventListener('keydown', onKey);
}

/** Opens pages of the site in the frame, and every other link in a new tab, because it would replace the page. */
function followLink(event, link) {
  const { origin, pathname } = new URL(link.href);
  if (origin === location.origin && /(\/|\.html)$/.test(pathname)) return;
  event.preventDefault();
  open(link.href, '_blank', 'noopener');
}

/** The anchor of the row that was chosen last. */
let chosenRow;

/** Shows file and line of the row to which an element belongs. */
async function chooseRow(element) {
  for (let at = element.closest('[id]'); at; at = at.parentElement?.closest('[id]')) {
    const found = await fetchPlace(at.id);
    if (!found) continue;
    row = at.id;
    chosenRow = at.id;
    return showPlace(found);
  }
  return undefined;
}

async function fetchPlace(anchor) {
  const response = await fetch(`/row/${encodeURIComponent(anchor)}`).catch(() => undefined);
  if (response?.status !== 200) return undefined;
  const [file, line] = (await response.text()).split('\n');
  return { file, line: Number(line) };
}

/** Lines come and go above the chosen row. */
const refreshPlace = coalesce(async () => {
  const found = chosenRow && (await fetchPlace(chosenRow));
  if (found) showPlace(found);
});

function showPlace(chosen) {
  place = chosen;
  const where = part('#where');
  where.textContent = `${chosen.file}:${chosen.line}`;
  where.className = 'known';
  const button = part('#open');
  if (button) button.hidden = false;
  return chosen;
}

async function openEditor(chosen) {
  if (!chosen || !token) return;
  const headers = { 'Content-Type': 'application/json', 'X-Token': token };
  const response = await fetch('/open', { method: 'POST', headers, body: JSON.stringify(chosen) }).catch(() => undefined);
  if (response && !response.ok) part('#where').textContent = await response.text();
}

function onKey(event) {
  const writing = event.target.closest?.('input, select, textarea');
  if (event.key.toLowerCase() !== 'e' || event.ctrlKey || event.metaKey || event.altKey || writing) return;
  openEditor(place);
}

// The PDF.

const pdf = part('#pdf .frames');
const kind = part('#kind');

const refreshPdf = coalesce(async () => {
  const chosen = kind.value;
  if (state?.rendered == null || pdf.getClientRects().length === 0) return;
  const address = `/pdf/${chosen}?${run}-${state.rendered}`;
  if (pdf.dataset.address === address) return;
  // Requested before the frame is, so that the frame shows it at once and an error appears as text.
  const response = await fetch(address);
  const error = response.ok ? '' : await response.text();
  part('#pdf-error').textContent = error;
  if (error) return;
  await response.arrayBuffer();
  pdf.dataset.address = address;
  // A browser without a viewer would save the file each time.
  part('.nothing', pdf).hidden = navigator.pdfViewerEnabled;
  if (!navigator.pdfViewerEnabled) return;
  await replaceFrame(pdf, `${address}#page=${await pageOf(chosen)}&navpanes=0&view=FitH`, undefined, PDF_PAINT_DELAY);
});

async function pageOf(chosen) {
  if (!row) return 1;
  const response = await fetch(`/pdf/${chosen}/page/${encodeURIComponent(row)}`);
  return response.status === 200 ? response.text() : 1;
}

// The findings.

function findingElement(finding) {
  const item = part('#finding').content.cloneNode(true).firstElementChild;
  const fill = (selector, text) => {
    const element = part(selector, item);
    if (text) element.textContent = text;
    else element.remove();
  };
  item.classList.add(finding.severity);
  fill('.name', finding.name);
  fill('.rule', finding.rule);
  fill('.message', finding.message);
  const { file, position, source } = finding;
  const where = [file, position?.line, position?.column].filter(Boolean).join(':');
  fill('code.place', finding.editable && token ? '' : where);
  fill('button.place', finding.editable && token ? where : '');
  part('button.place', item)?.addEventListener('click', () => openEditor({ file, line: position?.line ?? 1 }));
  if (source) {
    part('.before', item).textContent = source.before;
    part('mark', item).textContent = source.marked;
    part('.after', item).textContent = source.after;
  } else {
    part('.source', item).remove();
  }
  if (finding.help) fill('.advice', finding.help);
  else part('.help', item).remove();
  return item;
}

function showFindings() {
  const { errors, findings, summary } = state;
  part('#findings ol').replaceChildren(...findings.map(findingElement));
  part('#summary').textContent = summary;
  const count = part('#count');
  count.textContent = findings.length || '';
  count.className = errors ? 'errors' : '';
  document.title = errors ? `(${errors}) ${title}` : title;
  const alarm = part('#alarm').content.cloneNode(true);
  part('ol', alarm).append(...findings.filter(({ severity }) => severity === 'error').map(findingElement));
  part('#errors').replaceChildren(...(errors ? [alarm] : []));
}

// Events from the program.

function showUpdate() {
  const time = new Date().toLocaleTimeString('ja', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const milliseconds = Math.round(state.milliseconds + performance.now() - received);
  const status = part('#status');
  status.className = '';
  status.textContent = status.dataset.updated.replace('{time}', time).replace('{milliseconds}', milliseconds);
}

function receive(event) {
  received = performance.now();
  state = JSON.parse(event.data);
  // The program was started again and has another page and another token.
  if (state.run !== run) location.reload();
  refreshPage();
  refreshPdf();
  refreshPlace();
  showFindings();
}

let events;

function connect() {
  events?.close();
  events = new EventSource('/events');
  events.addEventListener('message', receive);
  events.addEventListener('error', () => {
    const status = part('#status');
    status.textContent = status.dataset.lost;
    status.className = 'lost';
  });
}

// A browser allows six connections to one address, so a hidden page closes its own.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) events?.close();
  else connect();
});

// The panels.

const tabs = [...document.querySelectorAll('[role="tab"]')];

function showPanel(name) {
  document.body.dataset.tab = name;
  for (const tab of tabs) {
    const selected = tab.id === `tab-${name}`;
    tab.ariaSelected = String(selected);
    tab.tabIndex = selected ? 0 : -1;
  }
  refreshPdf();
}

/** Keeps the page visible on a wide screen, with another panel beside it. */
function adaptToScreen() {
  const { tab } = document.body.dataset;
  if (wide.matches && (!tab || tab === 'page')) showPanel('pdf');
  else if (!tab) showPanel('page');
}

for (const tab of tabs) {
  tab.addEventListener('click', () => showPanel(tab.id.slice('tab-'.length)));
  tab.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const visible = tabs.filter((other) => other.getClientRects().length);
    const next = visible.at((visible.indexOf(tab) + step) % visible.length);
    next.focus();
    next.click();
  });
}
kind.addEventListener('change', () => {
  part('#alone').href = `/pdf/${kind.value}`;
  refreshPdf();
});
part('#open')?.addEventListener('click', () => openEditor(place));
document.addEventListener('keydown', onKey);
wide.addEventListener('change', adaptToScreen);
adaptToScreen();
connect();
