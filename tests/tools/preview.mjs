// A preview of a project and a browser that shows it, for the scripts that look at it, storm it and measure it.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FONTS = fileURLToPath(new URL('../../fonts', import.meta.url));

/** The page's frame that is in sight. */
const IN_SIGHT = '#page iframe:not(.coming)';

/** Ends at once: not a finding, but something that cannot be looked at. */
export function stop(sentence) {
  console.error(sentence);
  process.exit(2);
}

/** Starts `safeguard edit` on a project, with an editor at hand or none; gives the process and its address. */
async function serve(binary, project, editor) {
  const options = ['edit', '-C', project, '--lang', 'en', '--as-of', '2026-11-23'];
  const child = spawn(binary, options, {
    env: { ...process.env, VISUAL: editor, EDITOR: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await new Promise((done) => {
    child.stdout.once('data', (bytes) => done(String(bytes)));
    child.once('exit', (code) => stop(`\`${binary} serve\` ended with ${code}`));
  });
  child.removeAllListeners('exit');
  return { child, url: /http:\S+/.exec(said)[0] };
}

/** Runs `work` with a preview of a project and a browser, and ends both. */
export async function withPreview(binary, project, work, editor = '') {
  if (!existsSync(CHROMIUM)) stop(`\`${CHROMIUM}\` is missing: install Debian's chromium, or name a browser in CHROMIUM`);
  const { chromium } = await import('playwright-core');
  const temporary = mkdtempSync(join(tmpdir(), 'preview-'));
  // fontconfig looks into "fonts" here, so that Japanese is drawn on a machine without a Japanese font.
  symlinkSync(FONTS, join(temporary, 'fonts'));
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    // Chromium refuses to start its sandbox as root.
    chromiumSandbox: process.getuid() !== 0,
    env: { ...process.env, XDG_DATA_HOME: temporary },
    args: ['--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  const preview = await serve(binary, project, editor);
  try {
    await work(preview, browser);
  } finally {
    preview.child.kill();
    await browser.close();
    rmSync(temporary, { recursive: true });
  }
}

/** Opens the preview and waits until its frame shows the sheet. */
export async function visit(browser, url, screen = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...screen });
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForFunction((selector) => document.querySelector(selector)?.contentDocument?.querySelector('tr[id]'), IN_SIGHT);
  return page;
}

/** Calls a function in the browser with the document that the frame shows. */
export function inFrame(page, look, argument) {
  const body = `([selector, argument]) => {
    const seen = document.querySelector(selector)?.contentDocument;
    return seen?.body ? (${look})(seen, argument) : undefined;
  }`;
  return page.evaluate(`(${body})(${JSON.stringify([IN_SIGHT, argument])})`);
}

/** Waits until the frame shows a text. */
export function untilShown(page, text) {
  return page.waitForFunction(
    ([selector, wanted]) => document.querySelector(selector)?.contentDocument?.body?.textContent.includes(wanted),
    [IN_SIGHT, text],
  );
}

/** Calls `told` with every new state of the page: the text in sight, and how many errors stand over it. */
export async function report(page, told) {
  await page.exposeFunction('told', told);
  await page.evaluate((selector) => {
    let last;
    // In every picture that the browser draws.
    const look = () => {
      requestAnimationFrame(look);
      const seen = document.querySelector(selector)?.contentDocument?.body?.textContent ?? '';
      const errors = document.querySelectorAll('#errors .finding').length;
      const state = `${errors} ${seen}`;
      if (state === last) return;
      last = state;
      window.told(seen, errors);
    };
    look();
  }, IN_SIGHT);
}

/** The value below which a part of all values lies. */
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

/** Megabytes of memory that a process has. */
export async function memory({ pid }) {
  const { readFile } = await import('node:fs/promises');
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s*(\d+)/.exec(status)[1]) / 1024;
}
