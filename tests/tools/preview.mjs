// A preview of a project and a browser that shows it, for the scripts that check, stress and measure it.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FONTS = fileURLToPath(new URL('../../fonts', import.meta.url));

/** The visible frame of the page. */
export const VISIBLE_FRAME = '#page iframe:not(.loading)';

/** Ends at once, because nothing can be checked. */
export function stop(sentence) {
  console.error(sentence);
  process.exit(2);
}

/** Starts `safeguard edit` on a project, with an editor or none; returns the process and its address. */
async function serve(binary, project, editor) {
  const options = ['edit', '-C', project, '--lang', 'en', '--as-of', '2026-11-23'];
  const child = spawn(binary, options, {
    env: { ...process.env, VISUAL: editor, EDITOR: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise((done) => {
    child.stdout.once('data', (bytes) => done(String(bytes)));
    child.once('exit', (code) => stop(`\`${binary} edit\` ended with ${code}`));
  });
  child.removeAllListeners('exit');
  return { child, url: /http:\S+/.exec(line)[0] };
}

/** Runs `work` with a preview of a project and a browser, and ends both. */
export async function withPreview(binary, project, work, editor = '') {
  if (!existsSync(CHROMIUM)) stop(`\`${CHROMIUM}\` is missing: install Debian's chromium, or name a browser in CHROMIUM`);
  const { chromium } = await import('playwright-core');
  const temporary = mkdtempSync(join(tmpdir(), 'preview-'));
  // fontconfig looks into "fonts" here, so that a machine without a Japanese font shows Japanese.
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
  await page.waitForFunction((selector) => document.querySelector(selector)?.contentDocument?.querySelector('tr[id]'), VISIBLE_FRAME);
  return page;
}

/** Calls a function in the browser with the document that the frame shows. */
export function inFrame(page, work, argument) {
  const body = `([selector, argument]) => {
    const visible = document.querySelector(selector)?.contentDocument;
    return visible?.body ? (${work})(visible, argument) : undefined;
  }`;
  return page.evaluate(`(${body})(${JSON.stringify([VISIBLE_FRAME, argument])})`);
}

/** Waits until the frame shows a text. */
export function untilShown(page, text) {
  return page.waitForFunction(
    ([selector, wanted]) => document.querySelector(selector)?.contentDocument?.body?.textContent.includes(wanted),
    [VISIBLE_FRAME, text],
  );
}

/** Calls `report` with every new state of the page: the visible text, and the number of errors over it. */
export async function watch(page, report) {
  await page.exposeFunction('report', report);
  await page.evaluate((selector) => {
    let last;
    // In every frame that the browser paints.
    const check = () => {
      requestAnimationFrame(check);
      const text = document.querySelector(selector)?.contentDocument?.body?.textContent ?? '';
      const errors = document.querySelectorAll('#errors .finding').length;
      const state = `${errors} ${text}`;
      if (state === last) return;
      last = state;
      window.report(text, errors);
    };
    check();
  }, VISIBLE_FRAME);
}

/** The quantile of values, for a part between 0 and 1. */
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

/** The memory of a process in megabytes. */
export async function memory({ pid }) {
  const { readFile } = await import('node:fs/promises');
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s*(\d+)/.exec(status)[1]) / 1024;
}
