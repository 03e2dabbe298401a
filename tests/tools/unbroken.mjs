// Tells which of many sentences break inside the words that must stay whole, on the page at several widths.
//
//     node tests/tools/unbroken.mjs PAGE SENTENCES
//
// SENTENCES is a JSON list of [sentence, letters before the words, words]. Ends with 1 if any breaks or is not there.

import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const sentences = JSON.parse(readFileSync(process.argv[3], 'utf8'));
const temporary = mkdtempSync(join(tmpdir(), 'unbroken-'));
// fontconfig looks into "fonts" here, so that Japanese is drawn on a machine without a Japanese font.
symlinkSync(fileURLToPath(new URL('../../fonts', import.meta.url)), join(temporary, 'fonts'));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  chromiumSandbox: process.getuid() !== 0,
  env: { ...process.env, XDG_DATA_HOME: temporary },
  args: ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

for (const width of [390, 840, 1280, 1920]) {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  await page.goto(pathToFileURL(resolve(process.argv[2])).href);
  if (width < 840) await page.click('#page-all');
  const broken = await page.evaluate((sentences) => {
    const paragraphs = [...document.querySelectorAll('.measure .text p')];
    // A place in an element, counted in letters: the text node that holds it.
    const place = (element, letters) => {
      const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      let before = 0;
      while (walk.nextNode()) {
        const { length } = walk.currentNode;
        if (letters < before + length) return [walk.currentNode, letters - before];
        before += length;
      }
    };
    return sentences.filter(([sentence, before, words]) => {
      // An item of a list begins with its mark.
      const element = paragraphs.find((it) => it.textContent.endsWith(sentence));
      if (!element) return true;
      const start = element.textContent.length - sentence.length + before;
      const lines = Array.from(words, (_, index) => {
        const range = document.createRange();
        const [node, offset] = place(element, start + index);
        range.setStart(node, offset);
        range.setEnd(node, offset + 1);
        return Math.round(range.getBoundingClientRect().bottom / 8);
      });
      return Math.max(...lines) - Math.min(...lines) > 1 || lines[0] === 0;
    }).map(([sentence]) => sentence);
  }, sentences);
  if (broken.length) {
    console.log(`${width} px: ${broken.length} broken or missing`, broken.slice(0, 20));
    process.exitCode = 1;
  }
  await page.close();
}
await browser.close();
rmSync(temporary, { recursive: true });
