// Checks finished pages: valid HTML, accessible, self-contained, silent, and never wider than the screen.
//
//     node tests/tools/page.mjs [--screenshots DIR] FOLDER_OR_HTML...
//
// Prints one line per check and ends with 1 when any fails. CHROMIUM names another browser than Debian's.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const TOOLS = fileURLToPath(new URL('.', import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const VNU = join(TOOLS, 'node_modules/vnu-jar/build/dist/vnu.jar');
// A telephone and a desk; 320 px is the narrowest screen WCAG counts with (1.4.10, Reflow).
const SCREENS = [
  { width: 390, height: 844, isMobile: true, fits: [390, 320] },
  { width: 1440, height: 900, isMobile: false, fits: [1440] },
];
const SCHEMES = ['light', 'dark'];
// Every rule axe has but the deprecated ones; among the experimental are those about tables.
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag2aaa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice', 'experimental'];
// Chromium's own traffic; without a network it would be refused many times over.
const QUIET = [
  '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

let failed = false;

/** Ends at once: not a finding about a page, but a check that cannot be made. */
function stop(sentence) {
  console.error(sentence);
  process.exit(2);
}

/** Prints one check's line, and below it what was found. */
function report(file, check, findings) {
  console.log(`${findings.length ? 'FAIL' : 'ok'} ${file} ${check}`);
  for (const finding of findings) console.log(`    ${finding.replace(/\s+/g, ' ')}`);
  failed ||= findings.length > 0;
}

/** The HTML files at or below `path`, in the order of their names. */
function htmlFiles(path) {
  if (!existsSync(path)) stop(`\`${path}\` does not exist`);
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path, { recursive: true }).filter((name) => name.endsWith('.html'));
  if (names.length === 0) stop(`\`${path}\` holds no .html file`);
  return names.sort().map((name) => join(path, name));
}

/** Asks the Nu Html Checker about all files at once, since starting Java takes longer than checking. */
function checkMarkup(files, temporary) {
  // Under plain names: in the C locale Java cannot open a Japanese one, and vnu then finds nothing to say.
  const copies = files.map((file, index) => `${index}.html`);
  files.forEach((file, index) => copyFileSync(file, join(temporary, copies[index])));
  const options = ['--verbose', '--format', 'json', '--stdout', '--exit-zero-always'];
  const place = { cwd: temporary, encoding: 'utf8', maxBuffer: 2 ** 28 };
  const vnu = spawnSync('java', ['-jar', VNU, ...options, ...copies], place);
  if (vnu.error?.code === 'ENOENT') stop('`java` is missing: install Java 17 or newer');
  if (vnu.status !== 0) stop(`the Nu Html Checker did not run: ${vnu.error ?? vnu.stderr}`);
  const { messages } = JSON.parse(vnu.stdout);
  const read = vnu.stderr.split('\n');
  files.forEach((file, index) => {
    const findings = messages
      .filter(({ url }) => url?.endsWith(`/${copies[index]}`))
      .map(({ lastLine, subType, type, message }) => `line ${lastLine ?? '?'}: ${subType ?? type}: ${message}`);
    // vnu passes over a file that it cannot open without a word; those it read it names.
    if (!read.includes(copies[index])) findings.push('the Nu Html Checker did not read the file');
    report(file, 'markup', findings);
  });
}

/** Opens `file` in a browser window of its own, calls `look` with the page, and closes it. */
async function visit(browser, file, { screen, scheme }, heard, look) {
  const url = pathToFileURL(resolve(file)).href;
  const { width, height, isMobile } = screen;
  const context = await browser.newContext({ viewport: { width, height }, isMobile, colorScheme: scheme });
  const page = await context.newPage();
  page.on('console', (message) => heard.console.add(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => heard.console.add(`uncaught: ${error.message}`));
  // From the browser itself: Playwright leaves out some requests, such as those for icons.
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  session.on('Network.requestWillBeSent', ({ request }) => {
    if (request.url !== url && !request.url.startsWith('data:')) heard.requests.add(request.url);
  });
  await page.goto(url);
  // These connect to a server without requesting anything.
  const hints = 'link[rel~="preconnect"], link[rel~="dns-prefetch"]';
  for (const link of await page.$$eval(hints, (links) => links.map(({ href }) => href))) heard.requests.add(link);
  await look(page);
  // What loads only at the end of the page or on paper counts as well.
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await page.emulateMedia({ media: 'print' });
  await page.waitForTimeout(100);
  await context.close();
}

/** Says by how much the page is wider than a screen of `width`, and what sticks out. */
async function sideways(page, width) {
  return page.evaluate((width) => {
    const { scrollWidth, clientWidth } = document.scrollingElement;
    if (clientWidth > width) {
      return [`laid out for ${clientWidth} px: <meta name="viewport"> does not say width=device-width`];
    }
    if (scrollWidth <= clientWidth) return [];
    const widest = [...document.body.querySelectorAll('*')]
      .map((element) => ({ element, right: element.getBoundingClientRect().right }))
      .reduce((a, b) => (b.right > a.right ? b : a), { element: document.body, right: 0 }).element;
    return [`${scrollWidth} px wide, the screen ${clientWidth} px; farthest right: ${widest.outerHTML.slice(0, 120)}`];
  }, width);
}

async function accessibility(page) {
  // axe takes the browser's own background for white even when it is dark: say what it is.
  await page.evaluate(() => {
    const bare = (element) => getComputedStyle(element).backgroundColor === 'rgba(0, 0, 0, 0)';
    const root = document.documentElement;
    if (bare(root) && bare(document.body)) root.style.backgroundColor = 'Canvas';
  });
  const options = { resultTypes: ['violations'] };
  const { violations } = await new AxeBuilder({ page }).options(options).withTags(AXE_TAGS).analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.target.join(' ')}: ${node.html.slice(0, 120)}`));
}

async function checkInBrowser(browser, file, screenshots) {
  const heard = { console: new Set(), requests: new Set() };
  for (const screen of SCREENS) {
    for (const scheme of SCHEMES) {
      await visit(browser, file, { screen, scheme }, heard, async (page) => {
        const name = `${screen.width} px ${scheme}`;
        report(file, `axe ${name}`, await accessibility(page));
        if (screenshots) {
          const picture = `${file.replace(/^[./]+|\.html$/g, '').replaceAll('/', '-')}-${screen.width}-${scheme}.png`;
          await page.screenshot({ path: join(screenshots, picture), fullPage: true });
        }
        for (const width of screen.fits) {
          await page.setViewportSize({ width, height: screen.height });
          report(file, `fits ${width} px ${scheme}`, await sideways(page, width));
        }
      });
    }
  }
  report(file, 'console silent', [...heard.console]);
  report(file, 'nothing else requested', [...heard.requests]);
}

function launch(chromium, temporary) {
  // fontconfig looks into "fonts" here, so that Japanese is drawn on a machine without a Japanese font.
  symlinkSync(join(TOOLS, '../../fonts'), join(temporary, 'fonts'));
  return chromium.launch({
    executablePath: CHROMIUM,
    // Chromium refuses to start its sandbox as root.
    chromiumSandbox: process.getuid() !== 0,
    env: { ...process.env, XDG_DATA_HOME: temporary },
    args: QUIET,
  });
}

const { values, positionals } = parseArgs({ options: { screenshots: { type: 'string' } }, allowPositionals: true });
if (positionals.length === 0) stop('usage: page.mjs [--screenshots DIR] FOLDER_OR_HTML...');
if (!existsSync(VNU)) stop('the checkers are missing: `make tools` installs them');
if (!existsSync(CHROMIUM)) stop(`\`${CHROMIUM}\` is missing: install Debian's chromium, or name a browser in CHROMIUM`);
const { chromium } = await import('playwright-core');
const { AxeBuilder } = await import('@axe-core/playwright');

const files = positionals.flatMap(htmlFiles);
if (values.screenshots) mkdirSync(values.screenshots, { recursive: true });
const temporary = mkdtempSync(join(tmpdir(), 'page-'));
try {
  checkMarkup(files, temporary);
  const browser = await launch(chromium, temporary);
  try {
    for (const file of files) await checkInBrowser(browser, file, values.screenshots);
  } finally {
    await browser.close();
  }
} finally {
  rmSync(temporary, { recursive: true });
}
process.exitCode = failed ? 1 : 0;
