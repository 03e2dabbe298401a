// Measures how long a one-word edit takes until a browser shows the new page, and until it has the new PDF.
//
//     node tests/tools/edits.mjs SAFEGUARD PROJECT COUNT PAUSE
//
// PROJECT is a copy of the own content that may be spoilt; PAUSE are the milliseconds that an author rests after each edit. Prints {"page": [milliseconds], "pdf": […], "memory": [megabytes]}.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { memory, report, stop, visit, withPreview } from './preview.mjs';

const [binary, project, count, pause] = process.argv.slice(2);
if (!pause) stop('usage: edits.mjs SAFEGUARD PROJECT COUNT PAUSE');
const file = join(project, 'content/measures/C/b.yaml');
const written = readFileSync(file, 'utf8');
const figures = { page: [], pdf: [], memory: [] };

await withPreview(binary, project, async ({ child, url }, browser) => {
  const page = await visit(browser, url);
  let word;
  let shown;
  await report(page, (seen) => seen.includes(word) && shown());
  // What the page asks for before it shows it; its frame asks once more.
  const isPdf = (request) => /\/pdf\/\w+\?/.test(request.url()) && request.resourceType() === 'fetch';
  const drawn = () => page.waitForEvent('requestfinished', isPdf);
  for (let number = 0; number < Number(count); number += 1) {
    word = `第${number}台帳`;
    const seen = new Promise((done) => { shown = done; });
    const pdf = drawn();
    const begun = performance.now();
    writeFileSync(file, written.replace('特定個人情報管理台帳', word));
    await seen;
    figures.page.push(performance.now() - begun);
    await pdf;
    figures.pdf.push(performance.now() - begun);
    figures.memory.push(await memory(child));
    await sleep(Number(pause));
  }
});
console.log(JSON.stringify(figures));
