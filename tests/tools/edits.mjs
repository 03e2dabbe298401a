// Measures how long a one-word edit takes until a browser shows the new page, and until it has the new PDF.
//
//     node tests/tools/edits.mjs SAFEGUARD PROJECT COUNT PAUSE
//
// PROJECT is a copy of the office's own content and will be changed; PAUSE is the time between edits in milliseconds. Prints {"page": [milliseconds], "pdf": […], "memory": [megabytes]}.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { memory, stop, visit, watch, withPreview } from './preview.mjs';

const [binary, project, count, pause] = process.argv.slice(2);
if (!pause) stop('usage: edits.mjs SAFEGUARD PROJECT COUNT PAUSE');
const file = join(project, 'content/measures/C/b.yaml');
const written = readFileSync(file, 'utf8');
const figures = { page: [], pdf: [], memory: [] };

await withPreview(binary, project, async ({ child, url }, browser) => {
  const page = await visit(browser, url);
  let word;
  let shown;
  await watch(page, (text) => text.includes(word) && shown());
  // The page requests it before it shows it; its frame requests it once more.
  const isPdf = (request) => /\/pdf\/\w+\?/.test(request.url()) && request.resourceType() === 'fetch';
  const loaded = () => page.waitForEvent('requestfinished', isPdf);
  for (let number = 0; number < Number(count); number += 1) {
    word = `第${number}台帳`;
    const visible = new Promise((done) => { shown = done; });
    const pdf = loaded();
    const begun = performance.now();
    writeFileSync(file, written.replace('特定個人情報管理台帳', word));
    await visible;
    figures.page.push(performance.now() - begun);
    await pdf;
    figures.pdf.push(performance.now() - begun);
    figures.memory.push(await memory(child));
    await sleep(Number(pause));
  }
});
console.log(JSON.stringify(figures));
