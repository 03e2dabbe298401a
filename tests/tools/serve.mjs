// Checks `safeguard edit` as an author uses it: edits, breaks and mends a project while a browser shows it.
//
//     node tests/tools/serve.mjs look SAFEGUARD PROJECT [SCREENSHOTS]
//
// PROJECT is a copy of the office's own content and will be changed. Prints one line per check and ends with 1 if any fails.

import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VISIBLE_FRAME, inFrame, stop, untilShown, visit, withPreview } from './preview.mjs';

const [command, binary, project, screenshots] = process.argv.slice(2);
if (command !== 'look' || !project) stop('usage: serve.mjs look SAFEGUARD PROJECT [SCREENSHOTS]');
const { AxeBuilder } = await import('@axe-core/playwright');

const FILE = 'content/measures/C/b.yaml';
const MEASURE = '特定個人情報管理台帳による管理';
const ROW = 'C-b-transfer-log';
const file = join(project, FILE);
const written = readFileSync(file, 'utf8');
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** An editor that records what it was asked to open. */
const desk = mkdtempSync(join(tmpdir(), 'editor-'));
const editor = join(desk, 'code');
const opened = join(desk, 'opened');
writeFileSync(editor, `#!/bin/sh\necho "$@" > '${opened}.new' && mv '${opened}.new' '${opened}'\n`);
chmodSync(editor, 0o755);

let failed = false;

function report(check, findings) {
  console.log(`${findings.length ? 'FAIL' : 'ok'} ${check}`);
  for (const finding of findings) console.log(`    ${finding.replace(/\s+/g, ' ')}`);
  failed ||= findings.length > 0;
}

/** One finding if two values differ. */
/** Scrolling goes by whole pixels, rows end between them. */
const atSame = (now, before) => (Math.abs(now - before) < 1 ? [] : [`${now} instead of ${before}`]);
const same = (got, expected) => (got === expected ? [] : [`${JSON.stringify(got)} instead of ${JSON.stringify(expected)}`]);

const text = (page, selector) => page.locator(selector).innerText();
const save = (measure) => writeFileSync(file, written.replace(MEASURE, measure));
const cleared = (page) => page.waitForFunction(() => !document.querySelector('#errors').hasChildNodes());

/** Distance of the row from the upper edge of the frame. */
const height = (page) => inFrame(page, '(visible, row) => visible.getElementById(row).getBoundingClientRect().top', ROW);

/** Axe checks the preview's own page; the sheet's page has a check of its own. */
async function accessibility(page) {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).exclude('iframe');
  const { violations } = await axe.withTags(AXE_TAGS).analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.target.join(' ')}: ${node.html.slice(0, 120)}`));
}

async function screenshot(page, name) {
  if (!screenshots) return;
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
}

async function checkEdits(page) {
  await inFrame(page, '(visible, row) => { visible.getElementById(row).scrollIntoView({ behavior: "instant" }); }', ROW);
  const before = await height(page);
  save('台帳による新しい管理');
  await untilShown(page, '台帳による新しい管理');
  report('edited: the row stays where it is', atSame(await height(page), before));
  const longer = written.replace('システムログの記録', 'システムログの記録。'.repeat(60));
  writeFileSync(file, longer);
  await untilShown(page, 'システムログの記録。システムログの記録。');
  report('longer above: the row stays where it is', atSame(await height(page), before));
  report('status', (await text(page, '#status')).match(/^Updated \d\d:\d\d:\d\d, \d+ ms$/) ? [] : [await text(page, '#status')]);
  // The way in which most editors save.
  writeFileSync(`${file}.new~`, written.replace(MEASURE, '移された管理'));
  renameSync(`${file}.new~`, file);
  await untilShown(page, '移された管理');
  report('renamed: no error', same(await page.locator('#errors .finding').count(), 0));
}

/** Words that are only in a template of the page, from which its script takes them. */
async function checkThemes(page) {
  const theme = join(project, 'themes/official');
  const choose = (row) => inFrame(page, '(visible, row) => { visible.location.hash = row; }', row);
  await choose(ROW);
  mkdirSync(theme, { recursive: true });
  writeFileSync(join(theme, 'labels.ja.yaml'), 'copy_link: この行のリンク\n');
  await page.frameLocator(VISIBLE_FRAME).locator('.actions', { hasText: 'この行のリンク' }).waitFor();
  report('a changed word of the theme is shown', []);
  rmSync(join(project, 'themes'), { recursive: true });
}

async function checkErrors(page) {
  const before = await height(page);
  save('最後の管理');
  await untilShown(page, '最後の管理');
  writeFileSync(file, written.replace(`measure: ${MEASURE}`, `mesure: ${MEASURE}`));
  await page.locator('#errors mark', { hasText: 'mesure' }).waitFor();
  const line = 1 + written.slice(0, written.indexOf(`measure: ${MEASURE}`)).split('\n').length - 1;
  report('broken: file, line and column', same(await text(page, '#errors .where'), `${FILE}:${line}:3`));
  report('broken: the caret stands under the word', await page.locator('#errors mark').evaluate((mark) => {
    const content = getComputedStyle(mark, '::before').content;
    return content === '"^"' ? [] : [content];
  }));
  report('broken: what to do', same(await text(page, '#errors .help'), 'help did you mean `measure`?'));
  report('broken: the last good page stays', await inFrame(page, '(visible) => visible.body.textContent.includes("最後の管理") ? [] : ["it is gone"]'));
  report('broken: the row stays where it is', atSame(await height(page), before));
  report('broken: the title counts it', same(await page.title(), '(1) Preview'));
  report('axe broken', await accessibility(page));
  await screenshot(page, 'broken');
  save('直した管理');
  await cleared(page);
  await untilShown(page, '直した管理');
  report('mended', same(await page.title(), 'Preview'));
}

/** Waits for the editor; returns what it was asked to open. */
async function openedInEditor(page) {
  while (!existsSync(opened)) await page.waitForTimeout(10);
  const argument = readFileSync(opened, 'utf8').trim();
  rmSync(opened);
  return argument;
}

async function checkRows(page) {
  const line = (anchor) => written.slice(0, written.indexOf(`- id: ${anchor}`)).split('\n').length;
  const frame = page.frameLocator(VISIBLE_FRAME);
  await frame.locator(`#${ROW} .measure`).click();
  await page.locator('#where.known').waitFor();
  const place = `${FILE}:${line('transfer-log')}`;
  report('a row shows file and line', same(await text(page, '#where'), place));
  report('a row opens in the editor', same(await openedInEditor(page), `--goto ${join(project, place)}`));
  await frame.locator('#C-b-system-log .number a.no').focus();
  await page.locator('#where', { hasText: `:${line('system-log')}` }).waitFor();
  report('a row that the keyboard reaches opens nothing by itself', same(existsSync(opened), false));
  await page.keyboard.press('e');
  report('E opens it', same(await openedInEditor(page), `--goto ${join(project, FILE)}:${line('system-log')}`));
}

async function checkPdf(page) {
  const bytes = () => page.evaluate(async () => {
    const answer = await fetch(document.querySelector('#alone').href);
    return String.fromCharCode(...new Uint8Array(await answer.arrayBuffer()).subarray(0, 5));
  });
  for (const kind of ['site', 'seal', 'proof', 'client']) {
    await page.locator('#kind').selectOption(kind);
    report(`PDF ${kind}`, [...same(await page.locator('#alone').getAttribute('href'), `/pdf/${kind}`), ...same(await bytes(), '%PDF-')]);
  }
}

async function checkTabs(page) {
  await page.locator('#tab-pdf').focus();
  await page.keyboard.press('ArrowRight');
  report('arrow keys change what is shown', same(await page.locator('#findings').isVisible(), true));
  report('the page stays beside it', same(await page.locator('#page').isVisible(), true));
  const finding = page.locator('#findings .finding', { hasText: 'open-question' }).first();
  const [, at, line] = /^(.*):(\d+):\d+$/.exec(await finding.locator('.place').innerText());
  await finding.locator('button.place').click();
  report('a finding opens in the editor', same(await openedInEditor(page), `--goto ${join(project, at)}:${line}`));
  report('as many findings as counted', same(String(await page.locator('#findings .finding').count()), await text(page, '#count')));
}

/** On a narrow screen every row is a card: opened cards stay open, and the search stays. */
async function checkCards(browser, url) {
  const page = await visit(browser, url, { viewport: { width: 390, height: 844 }, isMobile: true });
  const frame = page.frameLocator(VISIBLE_FRAME);
  const toggle = frame.locator(`#${ROW} .toggle`);
  await toggle.click();
  await page.locator('#where.known').waitFor();
  report('a click that opens a card opens no editor', same(existsSync(opened), false));
  await frame.locator('#page-query').fill('記録');
  save('開いた札の管理');
  await untilShown(page, '開いた札の管理');
  report('a card that was opened stays open', same(await toggle.getAttribute('aria-expanded'), 'true'));
  report('the search stays', same(await frame.locator('#page-query').inputValue(), '記録'));
  await page.context().close();
}

async function checkScreens(browser, url) {
  const screens = [['phone', { viewport: { width: 390, height: 844 }, isMobile: true }], ['desk', {}]];
  for (const [name, screen] of screens) {
    for (const colorScheme of ['light', 'dark']) {
      const page = await visit(browser, url, { ...screen, colorScheme });
      await page.locator('#status', { hasText: 'Updated' }).waitFor();
      await screenshot(page, `${name}-${colorScheme}`);
      const findings = await accessibility(page);
      await page.locator('#tab-findings').click();
      await screenshot(page, `${name}-${colorScheme}-findings`);
      report(`axe ${name} ${colorScheme}`, [...findings, ...(await accessibility(page))]);
      const beside = await page.locator('#page').isVisible();
      report(`${name}: the page beside the findings`, same(beside, name === 'desk'));
      const [wide, screenWide] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      report(`${name}: no wider than the screen`, wide > screenWide ? [`${wide} px`] : []);
      await page.context().close();
    }
  }
}

await withPreview(binary, project, async ({ child, url }, browser) => {
  const heard = [];
  const page = await visit(browser, url);
  page.on('console', (message) => heard.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => heard.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    // The browser's PDF viewer is a page of its own, out of its own files.
    if (!request.url().startsWith(url) && !/^chrome(-extension)?:/.test(request.url())) heard.push(`request: ${request.url()}`);
  });
  await checkEdits(page);
  await checkErrors(page);
  await checkRows(page);
  await checkPdf(page);
  await checkTabs(page);
  await checkThemes(page);
  await checkCards(browser, url);
  await checkScreens(browser, url);
  report('console silent, nothing else requested', heard);
  child.kill();
  await page.locator('#status.lost').waitFor();
  report('the end of the preview is shown', []);
}, editor);
rmSync(desk, { recursive: true });
process.exitCode = failed ? 1 : 0;
