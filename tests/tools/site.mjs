// Uses a built site as its readers do: finds, opens, links, copies, prints, with and without script, on chosen days.
//
//     node tests/tools/site.mjs SITE_FOLDER
//
// The site is the one tests/site.rs builds. Prints one line per check and ends with 1 when any fails.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, posix, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const TOOLS = fileURLToPath(new URL('.', import.meta.url));
const SITE = resolve(process.argv[2]);
const QUIET = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
// Not the root of a server: the site must work below any path.
const BASE = '/our%20office/safeguards/';
const TYPES = { html: 'text/html; charset=utf-8', xml: 'application/xml', txt: 'text/plain', json: 'application/json', pdf: 'application/pdf', csv: 'text/csv' };
const ROW = 'C-b-system-log';

/** Serves the site below BASE and shows 404.html for everything else. */
const server = createServer((request, response) => {
  const path = request.url.startsWith(BASE) ? decodeURIComponent(request.url.slice(BASE.length).split('?')[0]) : '404.html';
  const file = join(SITE, path.endsWith('/') || path === '' ? `${path}index.html` : path);
  const found = existsSync(file) && statSync(file).isFile() && request.url.startsWith(BASE);
  response.writeHead(found ? 200 : 404, { 'content-type': TYPES[(found ? file : '.html').split('.').pop()] });
  const bytes = readFileSync(found ? file : join(SITE, '404.html'));
  response.end(request.url.endsWith('?columns') ? withColumns(bytes.toString()) : bytes);
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const origin = `http://127.0.0.1:${server.address().port}`;
const at = (path) => `${origin}${BASE}${path}`;

/** The page of a theme with two columns more: one joined as the items are, and one with a cell in every row. */
function withColumns(html) {
  return html
    .replace('<col class="w-item">', '<col class="w-item"><col>')
    .replace('<col class="w-number">', '<col><col class="w-number">')
    .replace('<th scope="colgroup" colspan="4">', '<th scope="colgroup" colspan="5">')
    .replace('<th scope="colgroup" colspan="2">', '<th scope="colgroup" colspan="3">')
    .replace('<th scope="col" colspan="2">', '<th scope="col">担当</th><th scope="col">確認日</th><th scope="col" colspan="2">')
    .replace(/<th class="item"[^>]*rowspan="(\d+)".*<\/th>/g, (item, span) => `${item}<td rowspan="${span}"><div class="text">担当者</div></td>`)
    .replace(/<tr id="([^"]+)">[^]*?(?=<td class="number">)/g, (row, id) => `${row}<td><div class="text" data-label="確認日">確認 ${id}</div></td>`);
}

const temporary = mkdtempSync(join(tmpdir(), 'site-'));
// fontconfig looks into "fonts" here, so that Japanese is drawn on a machine without a Japanese font.
symlinkSync(join(TOOLS, '../../fonts'), join(temporary, 'fonts'));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  chromiumSandbox: process.getuid() !== 0,
  env: { ...process.env, XDG_DATA_HOME: temporary },
  args: QUIET,
});

const DESK = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

/** Opens an address in a window of its own; whatever it says or asks from elsewhere fails the check. */
async function visit(address, options, look, before = async () => {}) {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin }).catch(() => {});
  const page = await context.newPage();
  const heard = [];
  page.on('console', (message) => heard.push(message.text()));
  page.on('pageerror', (error) => heard.push(error.message));
  page.on('request', (request) => request.url().startsWith(origin) || request.url().startsWith('file:') || heard.push(request.url()));
  await before(page);
  await page.goto(address);
  await look(page, heard);
  await context.close();
  assert.deepEqual(heard, []);
}

/** The table as a reader sees it: every row with its joined cells handed down. */
const grid = (page) => page.$eval('#page-table', (table) => {
  const reaching = Array.from(table.querySelectorAll('col'), () => [0, '']);
  return [...table.querySelectorAll('tbody > tr')].filter((row) => row.offsetParent !== null).map((row) => {
    const cells = [...row.cells];
    const line = reaching.map((column, index) => {
      if (column[0] === 0) {
        const cell = cells.shift();
        const text = cell.querySelector('.text') ?? cell;
        reaching[index] = [cell.rowSpan, text.innerText.replace(/\s+/g, '')];
      }
      reaching[index][0] -= 1;
      return reaching[index][1];
    });
    if (cells.length) throw new Error(`row ${row.id} has ${cells.length} cells too many`);
    return [row.id, ...line];
  });
});

const clipboard = (page, type) => page.evaluate(async (type) => {
  const [item] = await navigator.clipboard.read();
  return (await item.getType(type)).text();
}, type);

const checks = {
  async 'typing filters the rows, and joined cells stay whole'() {
    await visit(at('index.html'), DESK, async (page) => {
      const whole = await grid(page);
      assert.equal(whole.length, 44);
      await page.fill('#page-query', '送受信');
      const found = await grid(page);
      assert.ok(found.length > 0 && found.length < 44, `${found.length} rows`);
      for (const row of found) {
        assert.ok(row.join().includes('送受信'), row.join());
        // Also the cells that stood in a row now hidden.
        assert.deepEqual(row, whole.find(([id]) => id === row[0]));
      }
      assert.equal(await page.textContent('#page-count'), `44行のうち${found.length}行`);
      assert.ok(await page.evaluate(() => CSS.highlights.get('found').size) >= found.length);
      for (const written of ['C-b', 'Ｃ－ｂ', 'c-B ']) {
        await page.fill('#page-query', written);
        const ids = (await grid(page)).map(([id]) => id);
        assert.ok(ids.length > 1 && ids.every((id) => id.startsWith('C-b-')), `${written}: ${ids}`);
      }
      await page.fill('#page-query', 'こんな言葉はない');
      assert.deepEqual(await grid(page), []);
      assert.match(await page.textContent('#page-count'), /当てはまる行はありません/);
      await page.press('#page-query', 'Escape');
      assert.equal(await page.inputValue('#page-query'), '');
      assert.deepEqual(await grid(page), whole);
      // Katakana and hiragana, full and half width, several words.
      await page.fill('#page-query', 'しすてむ ﾛｸﾞ');
      const ids = (await grid(page)).map(([id]) => id);
      assert.ok(ids.includes(ROW) && ids.length < 10, `${ids}`);
    });
  },

  async 'a link opens and marks its row, also one that is filtered away'() {
    for (const options of [DESK, PHONE]) {
      await visit(at(`index.html#${ROW}`), options, async (page) => {
        const row = page.locator(`#${ROW}`);
        assert.ok(await row.locator('.measure > .text').isVisible());
        const colour = (selector) => page.$eval(selector, (cell) => getComputedStyle(cell).backgroundColor);
        assert.notEqual(await colour(`#${ROW} > .measure`), await colour('#A tr:not(:target) > .measure'));
        assert.ok(await row.evaluate((it) => it.getBoundingClientRect().top < innerHeight && it.getBoundingClientRect().bottom > 0));
        await page.fill('#page-query', '研修');
        assert.ok(await row.isHidden());
        await page.evaluate(() => { location.hash = ''; });
        await page.evaluate((id) => { location.hash = id; }, ROW);
        await row.waitFor({ state: 'visible' });
        assert.equal(await page.inputValue('#page-query'), '');
      });
    }
  },

  async 'a row is copied as link, as text and as a table row'() {
    await visit(at('index.html'), DESK, async (page) => {
      await page.click(`#${ROW} .no, th.subject .no[href="#${ROW}"]`);
      await page.click('[data-copy="link"]');
      await page.getByText('コピーしました').waitFor();
      assert.equal(await clipboard(page, 'text/plain'), at(`index.html#${ROW}`));
      await page.click('[data-copy="text"]');
      await page.waitForFunction(async () => (await navigator.clipboard.readText()).includes('措置の内容'));
      const text = await clipboard(page, 'text/plain');
      assert.match(text, /^C 組織的安全管理措置 › b /);
      assert.match(text, /9 システムログの記録\n措置の内容: /);
      assert.ok(text.endsWith(`\n竹内社労士事務所 安全管理措置一覧 2026年4月1日現在 第2版 2026-04-01\n${at(`index.html#${ROW}`)}`), text);
      await page.click('[data-copy="row"]');
      await page.waitForFunction(async () => (await navigator.clipboard.readText()).includes('\t'));
      const cells = (await clipboard(page, 'text/plain')).split('\t');
      assert.equal(cells.length, 8);
      assert.deepEqual([cells[0], cells[1], cells[3], cells[5]], ['9', 'C', 'b', 'システムログの記録']);
      const html = await clipboard(page, 'text/html');
      assert.equal(html.match(/<td/g).length, 8);
    });
  },

  async 'everything is reached by the keyboard, and seen'() {
    await visit(at('index.html'), DESK, async (page) => {
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
      await page.keyboard.press('/');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'page-query');
      await page.keyboard.type('C-b');
      // One key leads past the numbers of all rows.
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.hash), '#page-after');
      await page.keyboard.press('Tab');
      const first = await page.evaluate(() => document.activeElement.className);
      assert.equal(first, 'no');
      await page.keyboard.press('Enter');
      const hash = await page.evaluate(() => location.hash);
      assert.match(hash, /^#C-b-/);
      await page.getByRole('group', { name: 'この行' }).waitFor();
      let seen = false;
      for (let step = 0; step < 10 && !seen; step += 1) {
        await page.keyboard.press('Tab');
        seen = await page.evaluate(() => document.activeElement.dataset.copy === 'link');
      }
      assert.ok(seen, 'the buttons come within ten steps');
      await page.keyboard.press('Enter');
      await page.getByText('コピーしました').waitFor();
    });
    await visit(at('index.html'), DESK, async (page) => {
      await page.focus('#page-query');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.hash), '#top');
    });
    await visit(at('index.html'), DESK, async (page) => {
      const stops = new Set();
      for (let step = 0; step < 200; step += 1) {
        await page.keyboard.press('Tab');
        const stop = await page.evaluate(() => {
          const it = document.activeElement;
          if (it === document.body) return null;
          const { outlineStyle, outlineWidth } = getComputedStyle(it);
          const box = it.getBoundingClientRect();
          const shown = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && box.width > 0 && box.height > 0;
          return { name: `${it.tagName} ${it.id || it.getAttribute('href') || it.textContent}`, shown };
        });
        if (!stop) break;
        assert.ok(stop.shown, `${stop.name} has no visible focus`);
        stops.add(stop.name);
      }
      const links = await page.$$eval('a[href], button, input, summary', (all) => all.filter((it) => it.offsetParent).length);
      assert.ok(stops.size >= 60 && stops.size <= links, `${stops.size} stops, ${links} things to press`);
    });
  },

  async 'on a phone the rows are cards that open and close'() {
    await visit(at('index.html'), PHONE, async (page) => {
      const shown = () => page.locator('tbody .measure > .text:visible').count();
      assert.equal(await shown(), 0);
      assert.equal(await page.locator('.card-subject:visible').count(), 44);
      const button = page.locator(`#${ROW} .toggle`);
      assert.equal(await button.getAttribute('aria-expanded'), 'false');
      await button.tap();
      assert.equal(await button.getAttribute('aria-expanded'), 'true');
      assert.equal(await shown(), 1);
      // An open card offers its link without a second search.
      assert.ok(await page.locator(`#${ROW} [data-copy="link"]`).isVisible());
      const box = await button.boundingBox();
      assert.ok(box.width >= 44 && box.height >= 44, 'room for a thumb');
      await page.tap('#page-all');
      assert.equal(await shown(), 44);
      assert.equal(await page.textContent('#page-all'), 'すべて閉じる');
      await page.tap('#page-all');
      assert.equal(await shown(), 0);
      await page.fill('#page-query', 'システムログ');
      assert.ok(await shown() > 0 && await shown() < 44);
    });
  },

  async 'the first screen of a phone says whether it is current and certified, and has the PDF; the second has measures'() {
    await visit(at('index.html'), PHONE, async (page) => {
      const within = async (locator, screens) => {
        const box = await locator.boundingBox();
        assert.ok(box && box.y + box.height <= screens * 844, `ends at ${box?.y + box?.height} px`);
      };
      await within(page.getByText('最新の版').first(), 1);
      await within(page.getByRole('link', { name: /^PDF/ }), 1);
      await within(page.locator('.tally .valid'), 1);
      assert.match(await page.innerText('summary'), /4件\s+有効 1件/);
      assert.ok((await page.locator('.certifications').boundingBox()).height < 60, 'one line');
      assert.ok(await page.locator('.certifications li').first().isHidden());
      await page.tap('summary');
      assert.ok(await page.locator('.chip[data-last]').isVisible());
      await page.tap('summary');
      await page.tap('.toggle >> nth=0');
      await within(page.locator('.measure > .text').first(), 2);
      // The section is the heading above the cards.
      assert.match(await page.locator(`#${ROW} .path`).innerText(), /^b /);
    });
  },

  async 'no last line has a single letter, and no date or number is broken'() {
    const said = [];
    for (const path of ['index.html', 'editions/2015-10-01/index.html', 'editions/index.html', 'verify.html']) {
      for (const width of [320, 900, 1280, 1440, 1920]) {
        await visit(at(path), { viewport: { width, height: 900 } }, async (page) => {
          const found = await page.evaluate(lines);
          // A phone's lines are short, and a long word may fill more than one.
          if (width >= 900) said.push(...found.alone.map((text) => `${path} ${width}: ${text}`));
          said.push(...found.broken.map((text) => `${path} ${width}: ${text}`));
        });
      }
    }
    assert.deepEqual(said, []);
  },

  async 'a number stands at its own measure, and the row below the pointer lights up'() {
    await visit(at('index.html'), DESK, async (page) => {
      const tops = await page.$$eval('tbody tr', (rows) => rows.map((row) =>
        ['.number', '.measure'].map((which) => row.querySelector(`:scope > ${which}`).getBoundingClientRect().top)));
      assert.equal(tops.length, 44);
      for (const [number, measure] of tops) assert.equal(number, measure);
      const colour = () => page.$eval(`#${ROW} > .remarks`, (cell) => getComputedStyle(cell).backgroundColor);
      const dark = await colour();
      await page.hover(`#${ROW} > .measure`);
      assert.notEqual(await colour(), dark);
      assert.equal(await page.$eval('.to-top', (it) => getComputedStyle(it).position), 'static', 'covers nothing');
    });
  },

  async 'the columns that a theme adds stay below their headings'() {
    await visit(at('index.html?columns'), DESK, async (page) => {
      const whole = await grid(page);
      assert.equal(whole[0].length, 11);
      const placed = () => page.$$eval('#page-table .measure', (cells) => {
        const heading = [...document.querySelectorAll('thead th')].find((it) => it.textContent === '措置の内容');
        const left = heading.getBoundingClientRect().left;
        return cells.filter((cell) => cell.offsetParent && Math.abs(cell.getBoundingClientRect().left - left) > 1).length;
      });
      assert.equal(await placed(), 0);
      // Alone in its section, item and subject: every joined cell has to move.
      for (const words of ['送受信', 'マネジメントレビュー']) {
        await page.fill('#page-query', words);
        const found = await grid(page);
        assert.ok(found.length > 0 && found.length < 10, `${found.length} rows`);
        for (const row of found) assert.deepEqual(row, whole.find(([id]) => id === row[0]));
        assert.equal(await placed(), 0);
      }
      await page.fill('#page-query', `確認 ${ROW}`);
      assert.deepEqual((await grid(page)).map(([id]) => id), [ROW]);
      await page.press('#page-query', 'Escape');
      assert.deepEqual(await grid(page), whole);
    });
    await visit(at(`index.html?columns#${ROW}`), PHONE, async (page) => {
      assert.match(await page.locator(`#${ROW}`).innerText(), /措置の内容[^]*確認日|確認 C-b/);
      await page.tap('[data-copy="text"]');
      await page.waitForFunction(async () => (await navigator.clipboard.readText()).includes('確認日: 確認 C-b'));
    });
  },

  async 'nothing scrolls sideways: 320 px, and a desk at 200 %'() {
    for (const path of htmlFiles()) {
      for (const width of [320, 640, 720]) {
        await visit(at(path), { viewport: { width, height: 800 }, deviceScaleFactor: 2 }, async (page) => {
          const [scroll, client] = await page.evaluate(() => [document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]);
          assert.ok(scroll <= client, `${path} is ${scroll} px wide on ${client}`);
        });
      }
    }
  },

  async 'paper has the official form, whatever was filtered or closed'() {
    for (const options of [DESK, PHONE]) {
      await visit(at('index.html'), options, async (page) => {
        const subjects = await page.$$eval('.card-subject', (all) => all.map((it) => it.textContent.replace(/\s+/g, '').replace(/^\d+/, '')));
        await page.fill('#page-query', 'C-b');
        const file = join(temporary, 'print.pdf');
        await page.pdf({ path: file, preferCSSPageSize: true });
        const text = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' });
        const solid = execFileSync('pdftotext', ['-raw', file, '-'], { encoding: 'utf8' }).replace(/\s+/g, '');
        for (const subject of subjects) assert.ok(solid.includes(subject), `not printed: ${subject}`);
        assert.match(text, /記号/);
        assert.doesNotMatch(solid, /表の中を探す|すべて開く|ダウンロード/);
        const information = execFileSync('pdfinfo', [file], { encoding: 'utf8' });
        assert.match(information, /841\.92 x 594\.96|841\.89 x 595|842 x 595/);
      });
    }
  },

  async 'no printed page has the footer alone'() {
    for (const fewer of [0, 5, 12, 25, 36]) {
      await visit(at('index.html'), { ...DESK, javaScriptEnabled: false }, async (page) => {
        await page.$$eval('tbody tr', (rows, fewer) => {
          for (const row of rows.slice(rows.length - fewer)) row.remove();
          for (const body of document.querySelectorAll('tbody')) {
            if (body.rows.length === 0) body.remove();
            [...body.rows].forEach((row, index) => [...row.cells].forEach((cell) => { cell.rowSpan = Math.min(cell.rowSpan, body.rows.length - index); }));
          }
        }, fewer);
        const file = join(temporary, 'print.pdf');
        await page.pdf({ path: file, preferCSSPageSize: true });
        const pages = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).split('\f').filter((text) => text.trim());
        const last = pages.at(-1);
        assert.match(last, /お問い合わせ先[^]*田原哲也/, `${fewer} rows fewer`);
        assert.match(last, /措置の内容/, `${fewer} rows fewer`);
      });
    }
  },

  async 'without JavaScript every text is there, with the last day in words'() {
    for (const options of [DESK, PHONE]) {
      await visit(at('index.html'), { ...options, javaScriptEnabled: false }, async (page) => {
        // The cells of the three open rows are empty.
        assert.equal(await page.locator('.measure > .text:visible').filter({ hasText: /\S/ }).count(), 41);
        assert.equal(await page.locator('#page-find:visible').count(), 0);
        assert.equal(await page.textContent('.chip[data-last]'), '2027年3月31日まで有効');
        // Nobody knows here if that day is over: no green.
        assert.equal(await page.locator('.valid').count(), 0);
      });
    }
  },

  async 'a certificate counts to the end of its last day in Japan, wherever it is read'() {
    for (const timezoneId of ['Asia/Tokyo', 'America/Los_Angeles', 'Pacific/Kiritimati']) {
      for (const [now, says, kind] of [
        ['2027-03-31T23:59:59+09:00', '2027年3月31日まで有効', 'valid'],
        ['2027-04-01T00:00:00+09:00', '2027年3月31日に有効期限切れ', 'expired'],
      ]) {
        for (const path of ['index.html', 'editions/2026-04-01/index.html']) {
          await visit(at(path), { ...DESK, timezoneId }, async (page) => {
            const state = page.locator('.chip[data-last]');
            assert.equal(await state.textContent(), says, `${path} at ${now} in ${timezoneId}`);
            assert.equal(await state.getAttribute('class'), `chip ${kind}`);
            assert.equal(await page.locator('.valid:visible').count(), kind === 'valid' ? 1 : 0, 'green is for valid certificates');
            assert.match(await page.textContent('#page-judged'), /2027年(3月31日|4月1日)/);
          }, (page) => page.clock.setFixedTime(new Date(now)));
        }
      }
    }
    // A page that stays open over midnight.
    await visit(at('index.html'), DESK, async (page) => {
      await page.clock.setFixedTime(new Date('2027-04-01T00:00:01+09:00'));
      await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
      assert.match(await page.textContent('.chip[data-last]'), /期限切れ/);
    }, (page) => page.clock.setFixedTime(new Date('2027-03-31T23:00:00+09:00')));
  },

  async 'it works from a folder opened by double-click'() {
    for (const path of ['index.html', 'editions/2026-04-01/index.html', 'editions/index.html']) {
      await visit(pathToFileURL(join(SITE, path)).href, DESK, async (page) => {
        assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).maxWidth), 'none', 'styled');
        if (path !== 'editions/index.html') assert.ok(await page.isVisible('#page-find'));
      });
    }
  },

  async 'the page runs nothing that was not built'() {
    await visit(at('index.html'), DESK, async (page, heard) => {
      const ran = await page.evaluate(() => new Promise((done) => {
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => done(effectiveDirective));
        const script = document.createElement('script');
        script.textContent = 'document.title = "ran"';
        document.body.append(script);
        setTimeout(() => done('nothing was refused'), 1000);
      }));
      assert.match(ran, /^script-src/);
      assert.notEqual(await page.title(), 'ran');
      // The browser says that it refused; that is the only thing it may say.
      assert.match(heard.splice(0).join(), /Content Security Policy/);
    });
    for (const path of htmlFiles()) {
      const html = readFileSync(join(SITE, path), 'utf8');
      assert.doesNotMatch(html, /\sstyle=|\son[a-z]+=|unsafe-/, path);
      assert.match(html, /http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-/, path);
    }
  },

  async 'an address that is not there gets a page that stands alone'() {
    await visit(`${origin}/some/where/else`, DESK, async (page, heard) => {
      assert.match(await page.textContent('h1'), /見つかりません/);
      assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).maxWidth), 'none', 'styled');
      const ways = await page.$$eval('a', (links) => links.map((link) => link.getAttribute('href')));
      for (const way of ways) assert.match(way, /^(https:|tel:|#)/);
      // The browser tells of the status itself.
      assert.match(heard.splice(0).join(), /404/);
    });
  },

  async 'every link and anchor leads somewhere'() {
    const ids = new Map();
    const links = [];
    for (const path of htmlFiles()) {
      await visit(at(path), DESK, async (page) => {
        ids.set(path, new Set(await page.$$eval('[id]', (all) => all.map(({ id }) => id))));
        const hrefs = await page.$$eval('a[href], link[rel="alternate"], link[rel="canonical"]', (all) => all.map((it) => it.getAttribute('href')));
        links.push(...hrefs.map((href) => [path, href]));
      });
    }
    for (const [path, href] of links) {
      const own = href.startsWith(HOME) ? `/${href.slice(HOME.length)}` : href;
      if (/^(tel|mailto|https?):/.test(own)) continue;
      const [way, anchor] = own.split('#');
      let target = way.startsWith('/') ? way.slice(1) : way ? posix.join(posix.dirname(path), way) : path;
      if (target === '' || target.endsWith('/')) target += 'index.html';
      assert.ok(existsSync(join(SITE, decodeURIComponent(target))), `${path} leads to ${href}`);
      if (anchor) assert.ok(ids.get(target)?.has(decodeURIComponent(anchor)), `${path} leads to ${href}`);
    }
    assert.ok(links.length > 200);
  },

  async 'feed and sitemap are what their standards ask for, and lead to pages that are there'() {
    const parse = (page, name) => page.evaluate((xml) => {
      const document = new DOMParser().parseFromString(xml, 'application/xml');
      const broken = document.querySelector('parsererror');
      if (broken) throw new Error(broken.textContent);
      const tell = (node) => ({
        name: node.localName, space: node.namespaceURI, text: node.textContent.trim(),
        attributes: Object.fromEntries([...node.attributes].map(({ name, value }) => [name, value])),
        children: [...node.children].map(tell),
      });
      return tell(document.documentElement);
    }, readFileSync(join(SITE, name), 'utf8'));
    const there = (address) => {
      assert.ok(address.startsWith(HOME), address);
      const path = address.slice(HOME.length);
      assert.ok(existsSync(join(SITE, path === '' || path.endsWith('/') ? `${path}index.html` : path)), address);
    };
    await visit(at('index.html'), DESK, async (page) => {
      // RFC 4287: 4.1.1 for the feed, 4.1.2 for an entry, 3.3 for dates.
      const feed = await parse(page, 'feed.xml');
      assert.deepEqual([feed.name, feed.space], ['feed', 'http://www.w3.org/2005/Atom']);
      const one = (of, name) => {
        const found = of.children.filter((child) => child.name === name);
        assert.equal(found.length, 1, `${name} once in ${of.name}`);
        return found[0].text;
      };
      const entries = feed.children.filter(({ name }) => name === 'entry');
      assert.deepEqual(entries.map((entry) => one(entry, 'title').slice(-10)), ['2026-04-01', '2015-10-01']);
      for (const each of [feed, ...entries]) {
        assert.match(one(each, 'updated'), /^\d{4}-\d\d-\d\dT00:00:00\+09:00$/);
        assert.match(one(each, 'id'), /^https:/);
        one(each, 'title');
        for (const { attributes } of each.children.filter(({ name }) => name === 'link')) there(attributes.href);
      }
      assert.equal(new Set([feed, ...entries].map((each) => one(each, 'id'))).size, 3);
      assert.ok(feed.children.some(({ name, attributes }) => name === 'link' && attributes.rel === 'self' && attributes.href === `${HOME}feed.xml`));
      assert.ok(feed.children.some(({ name }) => name === 'author'));
      const map = await parse(page, 'sitemap.xml');
      assert.deepEqual([map.name, map.space], ['urlset', 'http://www.sitemaps.org/schemas/sitemap/0.9']);
      const listed = map.children.map((url) => one(url, 'loc'));
      listed.forEach(there);
      assert.equal(listed.length, htmlFiles().length - 1, 'every page but 404.html');
    });
    assert.match(readFileSync(join(SITE, 'robots.txt'), 'utf8'), new RegExp(`^User-agent: \\*\nAllow: /\nSitemap: ${HOME}sitemap.xml\n?$`));
    const security = readFileSync(join(SITE, '.well-known/security.txt'), 'utf8');
    assert.match(security, /^Contact: mailto:security@example\.jp\nExpires: 2027-10-01T00:00:00\+09:00\n/);
  },

  async 'superseded editions say so and lead to the newest'() {
    await visit(at('editions/2015-10-01/index.html'), DESK, async (page) => {
      assert.match(await page.textContent('.banner'), /置き換えられています/);
      await page.click('.banner a >> nth=0');
      assert.equal(page.url(), at('editions/2026-04-01/index.html'));
      assert.equal(await page.locator('.banner').count(), 0);
      await page.getByRole('link', { name: /前の版からの変更/ }).click();
      assert.match(await page.textContent('h1'), /新旧対照表/);
      await page.getByRole('link', { name: '発行した版の一覧' }).click();
      assert.equal(await page.locator('.edition').count(), 2);
    });
  },

  async 'search engines and messengers are told what readers are'() {
    await visit(at('index.html'), DESK, async (page) => {
      const [data] = await page.$$eval('[type="application/ld+json"]', (all) => all.map((it) => JSON.parse(it.textContent)));
      const [office, sheet] = data['@graph'];
      assert.equal(office['@type'], 'Organization');
      assert.equal(office.hasCertification.length, await page.locator('.certifications li').count());
      assert.deepEqual(office.hasCertification.filter(({ expires }) => expires).map(({ expires }) => expires), ['2027-03-31']);
      assert.equal(sheet['@type'], 'Dataset');
      assert.equal(sheet.distribution[0].contentUrl, `${HOME}safeguards.pdf`);
      const property = (name) => page.getAttribute(`meta[property="og:${name}"]`, 'content');
      assert.equal(await property('url'), HOME);
      assert.equal(await property('title'), '安全管理措置一覧');
      assert.equal(await page.getAttribute('link[rel="canonical"]', 'href'), HOME);
    });
  },

  async 'the office\'s own pages are there, in both languages where they are written in both'() {
    await visit(at('index.html'), DESK, async (page) => {
      await page.getByRole('link', { name: '個人情報の取扱い' }).click();
      assert.equal(page.url(), at('privacy.html'));
      assert.equal(await page.textContent('h1'), '個人情報の取扱い');
      await page.getByRole('link', { name: 'English' }).click();
      assert.equal(page.url(), at('en/privacy.html'));
      await page.getByRole('link', { name: 'log of the systems' }).click();
      assert.equal(page.url(), at(`en/index.html#${ROW}`));
      assert.equal(await page.getAttribute('html', 'lang'), 'en');
      const row = page.locator(`#${ROW}`);
      assert.match(await row.locator('.measure > .text').innerText(), /^Access logs are taken/);
      // Held back from everybody, in English as in Japanese.
      assert.match(await row.locator('.remarks').innerText(), /※/);
      assert.match(await page.textContent('.masthead'), /Translat|translat/);
      const other = page.locator('#C-b-transfer-log');
      assert.equal(await other.locator('.measure > .text').getAttribute('lang'), 'ja');
      await page.fill('#page-query', 'system log');
      assert.match(await page.textContent('#page-count'), /^\d+ of 44 rows$/);
      const languages = await page.$$eval('link[rel="alternate"][hreflang]', (all) => all.map(({ hreflang, href }) => [hreflang, href]));
      assert.deepEqual(languages, [['ja', HOME], ['en', `${HOME}en/`]]);
      await page.getByRole('link', { name: '日本語' }).click();
      assert.equal(page.url(), at(`index.html#${ROW}`));
    });
  },

  async 'the front page with its style and script is small'() {
    const bytes = gzipSync(readFileSync(join(SITE, 'index.html')), { level: 9 }).length;
    assert.ok(bytes <= 40 * 1024, `${bytes} bytes compressed`);
    return `${bytes} bytes compressed`;
  },
};

/** In a page: the texts whose last line is a single letter, and the dates and numbers that stand on two lines. */
function lines() {
  const lineOf = (node, index) => {
    const range = new Range();
    range.setStart(node, index);
    range.setEnd(node, index + 1);
    const box = [...range.getClientRects()].at(-1);
    return box?.width ? Math.round(box.bottom / 8) : undefined;
  };
  const whole = /\d{4}年\d{1,2}月\d{1,2}日|\d{4}-\d\d-\d\d|年\d+回|\d+時間|0\d{1,4}-\d{1,4}-\d{4}|(IS|FS|PIMS) \d{6}/g;
  const found = { alone: [], broken: [] };
  const blocks = [...document.querySelectorAll('body :is(p, h1, h2, h3, li, dt, dd, th, td, div, caption, time)')]
    .filter((block) => block.offsetParent && [...block.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) && !block.querySelector('p, ul, dl, div'));
  for (const block of blocks) {
    const walk = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    const letters = [];
    while (walk.nextNode()) {
      const node = walk.currentNode;
      letters.push(...[...node.data].map((letter, index) => ({ letter, line: lineOf(node, index) })));
      for (const { 0: text, index } of node.data.matchAll(whole)) {
        const lines = new Set(Array.from(text, (_, at) => lineOf(node, index + at)).filter((line) => line !== undefined));
        // Fractions of a pixel do not make another line.
        if (Math.max(...lines) - Math.min(...lines) > 1) found.broken.push(text);
      }
    }
    const shown = letters.filter(({ letter, line }) => line !== undefined && !/\s/.test(letter));
    if (shown.length === 0) continue;
    const last = Math.max(...shown.map(({ line }) => line));
    const first = Math.min(...shown.map(({ line }) => line));
    const end = shown.filter(({ line }) => line >= last - 1).map(({ letter }) => letter).join('').replace(/[、。（）「」・]/g, '');
    if (last - first > 1 && end.length < 2) found.alone.push(shown.map(({ letter }) => letter).join(''));
  }
  return found;
}

const HOME = 'https://www.example.jp/safeguards/';

function htmlFiles() {
  return readdirSync(SITE, { recursive: true }).filter((name) => name.endsWith('.html')).map((name) => name.replaceAll('\\', '/')).sort();
}

let failed = false;
for (const [name, check] of Object.entries(checks)) {
  try {
    const said = await check();
    console.log(`ok ${name}${said ? `: ${said}` : ''}`);
  } catch (error) {
    failed = true;
    console.log(`FAIL ${name}\n    ${String(error.stack ?? error).split('\n').slice(0, 12).join('\n    ')}`);
  }
}
await browser.close();
server.close();
rmSync(temporary, { recursive: true });
process.exitCode = failed ? 1 : 0;
