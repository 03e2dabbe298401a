// Keeps the preview's frames and findings up to date. Every change comes as an event with all there is to know of it.

'use strict';

const { run, token } = document.body.dataset;
const part = (selector, within = document) => within.querySelector(selector);
const wide = matchMedia('(min-width: 60rem)');
const title = document.title;

/** The newest view, and when it came. */
let view;
let received = 0;
/** The row that was changed or chosen last: a PDF opens where it stands. */
let row;
/** The place in the content that the editor would open. */
let place;

/** Calls `work` once after any number of requests, and never twice at once. */
function inTurn(work) {
  let asked = false;
  let working = false;
  return async () => {
    asked = true;
    if (working) return;
    working = true;
    while (asked) {
      asked = false;
      // An answer that does not come is told by the connection of the events.
      await work().catch(() => {});
    }
    working = false;
  };
}

/** How long a PDF's new frame needs to be drawn after it says that it was loaded. */
const LINGER = 400;

/** Loads an address into a new frame under the old one, and takes the old one away when the new one can be seen. */
function exchange(frames, address, ready, linger = 0) {
  const old = part('iframe', frames);
  const fresh = document.createElement('iframe');
  fresh.title = frames.dataset.title;
  fresh.className = 'coming';
  fresh.src = address;
  const replace = () => {
    const focused = document.activeElement?.parentElement === frames;
    while (fresh.previousElementSibling?.matches('iframe')) fresh.previousElementSibling.remove();
    fresh.className = '';
    if (focused) fresh.focus();
  };
  return new Promise((done) => {
    fresh.addEventListener('load', () => {
      ready?.(fresh, old);
      if (old && linger) setTimeout(replace, linger);
      else replace();
      done();
    }, { once: true });
    frames.append(fresh);
  });
}

// The page.

const page = part('#page .frames');

/** The page in the frame as the program sent it, and its path. */
let source;
let sourcePath;

const refreshPage = inTurn(async () => {
  const { drawn } = view;
  part('.nothing', page).hidden = drawn !== null;
  if (drawn !== null && page.dataset.drawn !== String(drawn)) {
    const old = part('iframe', page);
    const { href, pathname } = placeOf(old) ?? new URL('/site/index.html', location);
    const sent = await askForPage(href);
    const stillThere = source && sent && sourcePath === placeOf(old)?.pathname;
    if (stillThere) row = changedRow(source, sent) ?? row;
    if (!stillThere || !reword(source, sent, old.contentDocument)) await exchange(page, href, settleIn);
    [source, sourcePath] = [sent, pathname];
    page.dataset.drawn = drawn;
  }
  tellUpdate();
});

/** Where in the site a frame is; nothing where it is elsewhere, or not to be looked into. */
function placeOf(frame) {
  try {
    const { href, pathname } = frame.contentWindow.location;
    return pathname.startsWith('/site/') ? { href, pathname } : undefined;
  } catch {
    return undefined;
  }
}

/** A page as a tree that is never shown, to see what changed; nothing where the address has none. */
async function askForPage(address) {
  const answer = await fetch(address);
  if (!answer.ok) return undefined;
  return new DOMParser().parseFromString(inert.createHTML(await answer.text()), 'text/html');
}

// No style applies in that tree, and no script runs there.
const asData = { createHTML: (text) => text.replaceAll('<style', '<script type="style"').replaceAll('</style', '</script') };
const inert = window.trustedTypes?.createPolicy('inert', asData) ?? asData;

/**
 * Puts changed words where they stand, which is soon done and leaves everything else as the author had it.
 * Whether it could: where more than words changed, the page has to be loaded.
 */
function reword(before, now, seen) {
  // They are no part of the tree.
  const templates = (of) => [...of.querySelectorAll('template')].map(({ innerHTML }) => innerHTML).join('');
  if (templates(before) !== templates(now)) return false;
  const places = changedTexts(before.documentElement, now.documentElement)?.map(([from, to]) => {
    const around = from.parentElement.closest('[id]');
    const shown = around && seen.getElementById(around.id);
    if (!shown || isInAttribute(shown, from.data)) return undefined;
    const [there, here] = [around, shown].map((element) => textsIn(element).filter(({ data }) => data === from.data));
    return there.length === here.length ? { text: here[there.indexOf(from)], words: to.data } : undefined;
  });
  if (!places || places.includes(undefined)) return false;
  const held = atTop(seen);
  for (const { text, words } of places) text.data = words;
  search(seen, seen);
  putBack(held, seen);
  return true;
}

/** The texts that differ, in pairs; nothing where two pages differ in more than their texts. */
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

/** Whether the page's script made more of a text than what stands there. */
function isInAttribute(element, words) {
  const attributes = [element, ...element.querySelectorAll('*')].flatMap((each) => [...each.attributes]);
  return attributes.some(({ value }) => value.includes(words.trim()));
}

/** Makes a frame that has just been loaded go on where the old one was. */
function settleIn(fresh, old) {
  const [before, now] = [old?.contentDocument, fresh.contentDocument];
  if (before && now) goOn(before, now);
  listen(fresh);
  fresh.addEventListener('load', () => listen(fresh));
}

/** Does again what the author had done in the page: looked for a word, opened some rows. */
function goOn(before, now) {
  const held = atTop(before);
  search(before, now);
  for (const opened of before.querySelectorAll('[id] [aria-expanded="true"]')) {
    now.getElementById(opened.closest('[id]').id)?.querySelector('[aria-expanded="false"]')?.click();
  }
  putBack(held, now);
}

function search(before, now) {
  for (const { id, value } of before.querySelectorAll('input[type="search"][id]')) {
    const field = now.getElementById(id);
    if (!field || !value) continue;
    field.value = value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
}

/** The anchor nearest to the upper edge of the window, and where exactly it is: lines above it may come or go. */
function atTop(seen) {
  const { scrollX: left, scrollY: scroll } = seen.defaultView;
  if (scroll === 0) return { left, scroll };
  const far = (element) => Math.abs(element.getBoundingClientRect().top);
  const shown = [...seen.querySelectorAll('[id]')].filter((element) => element.getClientRects().length);
  const nearest = shown.reduce((best, element) => (far(element) < far(best) ? element : best), shown[0]);
  return { left, scroll, id: nearest?.id, top: nearest?.getBoundingClientRect().top };
}

function putBack(held, now) {
  const view = now.defaultView;
  const again = held.id && now.getElementById(held.id);
  const top = again ? view.scrollY + again.getBoundingClientRect().top - held.top : held.scroll;
  view.scrollTo({ top, left: held.left, behavior: 'instant' });
}

function changedRow(before, now) {
  const differs = ({ id, textContent }) => before.getElementById(id)?.textContent !== textContent;
  return [...now.querySelectorAll('tr[id]')].find(differs)?.id;
}

/** Listens to what the author does in the page. */
function listen(frame) {
  const seen = frame.contentDocument;
  if (!seen) return;
  // A click that opens or closes something is meant for the page.
  const opened = ({ target }) => [...(target.closest('[id]')?.querySelectorAll('[aria-expanded]') ?? [])].map(({ ariaExpanded }) => ariaExpanded).join();
  let before;
  seen.addEventListener('click', (event) => { before = opened(event); }, { capture: true });
  seen.addEventListener('click', (event) => {
    const link = event.target.closest('a[href]');
    if (link) return leave(event, link);
    const used = event.target.closest('button, input, label, select, summary, textarea') || opened(event) !== before;
    if (!used && seen.getSelection().isCollapsed) choose(event.target).then(openEditor);
  });
  seen.addEventListener('focusin', (event) => choose(event.target));
  seen.addEventListener('keydown', onKey);
}

/** Pages of the site open in the frame; whatever else a link leads to would take the page's place. */
function leave(event, link) {
  const { origin, pathname } = new URL(link.href);
  if (origin === location.origin && /(\/|\.html)$/.test(pathname)) return;
  event.preventDefault();
  open(link.href, '_blank', 'noopener');
}

/** The anchor of the row that was chosen last. */
let chosenRow;

/** Shows in which file and line the row stands that an element belongs to. */
async function choose(element) {
  for (let at = element.closest('[id]'); at; at = at.parentElement?.closest('[id]')) {
    const found = await askForPlace(at.id);
    if (!found) continue;
    row = at.id;
    chosenRow = at.id;
    return showPlace(found);
  }
  return undefined;
}

async function askForPlace(anchor) {
  const answer = await fetch(`/row/${encodeURIComponent(anchor)}`).catch(() => undefined);
  if (answer?.status !== 200) return undefined;
  const [file, line] = (await answer.text()).split('\n');
  return { file, line: Number(line) };
}

/** Lines come and go above the chosen row. */
const refreshPlace = inTurn(async () => {
  const found = chosenRow && (await askForPlace(chosenRow));
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
  const answer = await fetch('/open', { method: 'POST', headers, body: JSON.stringify(chosen) }).catch(() => undefined);
  if (answer && !answer.ok) part('#where').textContent = await answer.text();
}

function onKey(event) {
  const writing = event.target.closest?.('input, select, textarea');
  if (event.key.toLowerCase() !== 'e' || event.ctrlKey || event.metaKey || event.altKey || writing) return;
  openEditor(place);
}

// The PDF.

const pdf = part('#pdf .frames');
const kind = part('#kind');

const refreshPdf = inTurn(async () => {
  const chosen = kind.value;
  if (view?.drawn == null || pdf.getClientRects().length === 0) return;
  const address = `/pdf/${chosen}?${run}-${view.drawn}`;
  if (pdf.dataset.address === address) return;
  // Asked for before the frame is: so the frame shows it at once, and a failure is told in words.
  const answer = await fetch(address);
  const trouble = answer.ok ? '' : await answer.text();
  part('#trouble').textContent = trouble;
  if (trouble) return;
  await answer.arrayBuffer();
  pdf.dataset.address = address;
  // A browser without a viewer would save the file each time.
  part('.nothing', pdf).hidden = navigator.pdfViewerEnabled;
  if (!navigator.pdfViewerEnabled) return;
  await exchange(pdf, `${address}#page=${await pageOf(chosen)}&navpanes=0&view=FitH`, undefined, LINGER);
});

async function pageOf(chosen) {
  if (!row) return 1;
  const answer = await fetch(`/pdf/${chosen}/page/${encodeURIComponent(row)}`);
  return answer.status === 200 ? answer.text() : 1;
}

// The findings.

function drawFinding(finding) {
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
  const { file, line, column, source } = finding;
  const where = [file, line, column].filter(Boolean).join(':');
  fill('code.place', finding.editable && token ? '' : where);
  fill('button.place', finding.editable && token ? where : '');
  part('button.place', item)?.addEventListener('click', () => openEditor({ file, line: line ?? 1 }));
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
  const { errors, findings, summary } = view;
  part('#findings ol').replaceChildren(...findings.map(drawFinding));
  part('#summary').textContent = summary;
  const count = part('#count');
  count.textContent = findings.length || '';
  count.className = errors ? 'errors' : '';
  document.title = errors ? `(${errors}) ${title}` : title;
  const alarm = part('#alarm').content.cloneNode(true);
  part('ol', alarm).append(...findings.filter(({ severity }) => severity === 'error').map(drawFinding));
  part('#errors').replaceChildren(...(errors ? [alarm] : []));
}

// What comes from the program.

function tellUpdate() {
  const time = new Date().toLocaleTimeString('ja', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const milliseconds = Math.round(view.milliseconds + performance.now() - received);
  const status = part('#status');
  status.className = '';
  status.textContent = status.dataset.updated.replace('{time}', time).replace('{milliseconds}', milliseconds);
}

function receive(event) {
  received = performance.now();
  view = JSON.parse(event.data);
  // The program was started anew: another page, another token.
  if (view.run !== run) location.reload();
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

// A browser lets an address have six connections, so a page that nobody sees gives its own back.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) events?.close();
  else connect();
});

// What is shown.

const tabs = [...document.querySelectorAll('[role="tab"]')];

function show(name) {
  document.body.dataset.tab = name;
  for (const tab of tabs) {
    const selected = tab.id === `tab-${name}`;
    tab.ariaSelected = String(selected);
    tab.tabIndex = selected ? 0 : -1;
  }
  refreshPdf();
}

/** On a wide screen the page is always in sight, and something else beside it. */
function suitScreen() {
  const { tab } = document.body.dataset;
  if (wide.matches && (!tab || tab === 'page')) show('pdf');
  else if (!tab) show('page');
}

for (const tab of tabs) {
  tab.addEventListener('click', () => show(tab.id.slice('tab-'.length)));
  tab.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const seen = tabs.filter((other) => other.getClientRects().length);
    const next = seen.at((seen.indexOf(tab) + step) % seen.length);
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
wide.addEventListener('change', suitScreen);
suitScreen();
connect();
