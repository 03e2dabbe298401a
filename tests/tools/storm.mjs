// Makes random edits to a project, valid and broken ones, while a browser shows its preview.
//
//     node tests/tools/storm.mjs SAFEGUARD PROJECT MINUTES [SEED]
//
// PROJECT is a copy of the office's own content and will be changed. After every edit the browser must show the new word,
// or an error over the last good page. Prints figures every minute; ends with 1 if something was not shown.

import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { memory, quantile, stop, visit, watch, withPreview } from './preview.mjs';

const [binary, project, minutes, seed = '1'] = process.argv.slice(2);
if (!minutes) stop('usage: storm.mjs SAFEGUARD PROJECT MINUTES [SEED]');

/** Time in which every edit must be shown. */
const TIMEOUT = 30_000;

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
let state = Number(seed);
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
const pick = (list) => list[Math.floor(random() * list.length)];

const content = join(project, 'content');
const theme = join(project, 'themes/official/site');
/** Files with a measure on a line of its own, under the guideline's sections except A, which is only recommended: each of them is an error if it is missing. */
const files = readdirSync(join(content, 'measures'), { recursive: true })
  .filter((name) => /^[B-Z]\b.*\.yaml$/.test(name))
  .map((name) => join(content, 'measures', name))
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
  .filter(({ text }) => /^ {2}measure: [^|>\s]/m.test(text));

/** The file's text with a word at the beginning of its first measure. */
const withWord = (file, word) => file.text.replace(/^( {2}measure: ["']?)/m, `$1${word} `);

/** Ways to save that must show the word, and no error before it. */
const GOOD = {
  async writes(file, text) { writeFileSync(file.path, text); },
  async renames(file, text) {
    writeFileSync(`${file.path}~`, text);
    renameSync(`${file.path}~`, file.path);
  },
  async cuts(file, text) {
    writeFileSync(file.path, '');
    await sleep(random() * 40);
    writeFileSync(file.path, text);
  },
  async vanishes(file, text) {
    rmSync(file.path);
    await sleep(random() * 100);
    writeFileSync(file.path, text);
  },
  async bursts(file, text) {
    for (let save = 0; save < 20; save += 1) {
      writeFileSync(file.path, withWord(file, `途中${save}`));
      if (random() < 0.3) await sleep(random() * 5);
    }
    writeFileSync(file.path, text);
  },
  async touches(file, text) {
    writeFileSync(file.path, text);
    utimesSync(file.path, new Date(), new Date());
  },
  async grows(file, text) { writeFileSync(file.path, `${text}\n# ${'注'.repeat(random() * 2000)}\n`); },
};

/** Ways to break a file that must show an error over the last good page. Some return a function that mends it. */
const BAD = {
  unknownField: (file, text) => writeFileSync(file.path, text.replace(/^ {2}measure:/m, '  mesure:')),
  tab: (file, text) => writeFileSync(file.path, text.replace(/^ {2}measure:/m, '\tmeasure:')),
  openQuote: (file, text) => writeFileSync(file.path, text.replace(/^ {2}measure: ?/m, '  measure: "')),
  notUtf8: (file, text) => writeFileSync(file.path, Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe])])),
  twice: (file, text) => writeFileSync(file.path, `${text}\n${file.text}`),
  half: (file, text) => writeFileSync(file.path, text.slice(0, text.indexOf('  measure:') + 5)),
  html: (file, text) => writeFileSync(file.path, text.replace(/^( {2}measure: )["']?/m, '$1<b>太字</b>。')),
  noGlyph: (file, text) => writeFileSync(file.path, text.replace(/^( {2}measure: ["']?)/m, '$1𠮼')),
  empty: (file) => writeFileSync(file.path, ''),
  gone: (file) => rmSync(file.path),
  allGone() {
    renameSync(content, `${content}-aside`);
    return () => renameSync(`${content}-aside`, content);
  },
  theme() {
    mkdirSync(theme, { recursive: true });
    writeFileSync(join(theme, 'index.html'), '{{ nothing }}');
    return () => rmSync(join(theme, 'index.html'));
  },
};

const figures = { edits: 0, good: {}, bad: {}, page: [], error: [], memory: [], missed: [] };
const count = (kinds, kind) => { kinds[kind] = (kinds[kind] ?? 0) + 1; };
const milliseconds = (values) => ['0.5', '0.95', '1'].map((part) => Math.round(quantile(values, part))).join(' / ');

function printFigures(began) {
  const { edits, good, bad, page, error, memory: used, missed } = figures;
  const total = (kinds) => Object.values(kinds).reduce((sum, one) => sum + one, 0);
  console.log([
    `${((performance.now() - began) / 60_000).toFixed(1)} min`,
    `${edits} edits: ${total(good)} valid, ${total(bad)} broken and mended`,
    `to the page ${milliseconds(page)} ms (median / 95 % / most)`,
    `to the error ${milliseconds(error)} ms`,
    `memory ${Math.round(used[0])} MB first, ${Math.round(Math.max(...used))} most, ${Math.round(used.at(-1))} last`,
    `${missed.length} not shown`,
  ].join('; '));
}

await withPreview(binary, project, async ({ child, url }, browser) => {
  const page = await visit(browser, url);
  page.on('pageerror', (error) => figures.missed.push(`uncaught in the page: ${error.message}`));
  child.once('exit', (code) => figures.missed.push(`the preview ended with ${code}`));
  let now = { text: '', errors: 0 };
  let check = () => {};
  await watch(page, (text, errors) => {
    now = { text, errors };
    check();
  });
  const until = (wanted, what) => new Promise((done) => {
    const timeout = setTimeout(() => {
      figures.missed.push(`${what}: ${now.errors} errors`);
      done();
    }, TIMEOUT);
    check = () => {
      if (!wanted(now)) return;
      clearTimeout(timeout);
      check = () => {};
      done();
    };
    check();
  });
  let words = 0;
  let last;
  /** Saves a new word in a way that must succeed. */
  const saveValid = async (file, kind) => {
    words += 1;
    last = `荒天${words}番`;
    const started = performance.now();
    const mends = now.errors > 0;
    await GOOD[kind](file, withWord(file, last));
    await until(({ text, errors }) => text.includes(last) && errors === 0, `${kind} ${file.path} ${last}`);
    if (!mends && ['writes', 'renames'].includes(kind)) figures.page.push(performance.now() - started);
    count(figures.good, kind);
  };
  const saveBroken = async (file, kind) => {
    const good = last;
    const started = performance.now();
    const mend = BAD[kind](file, withWord(file, '壊れた文'));
    await until(({ text, errors }) => errors > 0 && (!good || text.includes(good)), `${kind} ${file.path}`);
    figures.error.push(performance.now() - started);
    count(figures.bad, kind);
    mend?.();
    await saveValid(file, 'writes');
  };
  const began = performance.now();
  let minutesPrinted = 0;
  while (performance.now() - began < Number(minutes) * 60_000 && child.exitCode === null) {
    const file = pick(files);
    if (random() < 0.6) await saveValid(file, pick(Object.keys(GOOD)));
    else await saveBroken(file, pick(Object.keys(BAD)));
    figures.edits += 1;
    figures.memory.push(await memory(child));
    if (performance.now() - began > (minutesPrinted + 1) * 60_000) {
      minutesPrinted += 1;
      printFigures(began);
    }
    // An author pauses between edits.
    if (random() < 0.3) await sleep(random() * 300);
  }
  printFigures(began);
  child.removeAllListeners('exit');
});
console.log(JSON.stringify({ valid: figures.good, broken: figures.bad }));
for (const missed of figures.missed) console.error(missed);
process.exitCode = figures.missed.length ? 1 : 0;
