// Opens the page that checks received files in a real browser, and gives it files.
//
//     node tests/tools/verify.mjs site/verify.html VERDICT=FILE...
//
// The verdicts are current, replaced, withdrawn, unknown and too-large; files of 100 MB are made here.
// Prints one line for each of these files, and one for anything that is not as expected, such as a request over the
// network; then it ends with 1.

import { chromium } from "playwright-core";
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [page_file, ...pairs] = process.argv.slice(2);
const address = pathToFileURL(resolve(page_file)).href;
const temporary = mkdtempSync(join(tmpdir(), "verify-"));
const sparse = (name, size) => {
  const path = join(temporary, name);
  writeFileSync(path, "");
  truncateSync(path, size);
  return path;
};
const LARGEST = 100 * 2 ** 20;
const given = pairs.map((pair) => pair.split(/=(.*)/s));
const files = [
  ...given,
  ["unknown", sparse("100-MB.pdf", LARGEST)],
  ["too-large", sparse("above-100-MB.pdf", LARGEST + 1)],
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
let failed = false;
const expect = (right, name, found) => {
  if (!right) console.log("FAIL", name, found);
  failed ||= !right;
};

/** Opens the page in a window of its own. Anything it says or requests fails the run. */
const open = async (url, options = {}) => {
  const page = await browser.newPage(options);
  const trouble = (line) => expect(false, url, line);
  page.on("console", (message) => trouble(message.text()));
  page.on("pageerror", (error) => trouble(error.message));
  page.on("request", (request) => {
    if (request.url() !== url && !request.url().startsWith("data:")) trouble(request.url());
  });
  await page.route("http://office.test/*", (route) => route.fulfill({ path: page_file }));
  await page.goto(url);
  return page;
};

/** A day as the page prints it, but for its year, which may be that of an era. */
const printed = (day) => {
  const [, month, date] = day.split("-").map(Number);
  return `年${month}月${date}日`;
};

/** The facts that the list has of a verdict's edition, all of which the page must say. */
const facts = (editions, id) => {
  const edition = editions.find((each) => each.id === id);
  const next = editions.find((each) => each.id === edition.superseded_by);
  const { on, note } = edition.withdrawn ?? {};
  const { number, date, issued_on } = edition;
  const days = [date, issued_on, next?.issued_on, on].filter(Boolean).map(printed);
  return [id, `${number}`, ...days, next?.id, next?.note, note].filter(Boolean);
};

const page = await open(address);
const { editions } = JSON.parse(await page.textContent("#page-editions"));
const newest = editions.at(-1);
const result = page.locator("#page-result");
const titles = [];
for (const pair of files) {
  const [expected, path] = pair;
  const name = basename(path);
  // Two of the files may have the same name.
  await page.locator("#page-name").evaluate((it) => { it.textContent = ""; });
  await page.setInputFiles("#page-file", path);
  await page.locator("#page-name").getByText(name, { exact: true }).waitFor({ timeout: 60_000 });
  const states = await result.locator(".verdict").evaluateAll((blocks) => blocks.map(({ dataset }) => dataset.state));
  if (states.join() !== expected) expect(false, name, `${states} instead of ${expected}`);
  else if (given.includes(pair)) console.log("ok", name, expected);
  const words = await result.locator(".verdict").innerText();
  const [, title, id] = await result.locator("tbody td").allInnerTexts();
  titles.push([name, title, id].join());
  const silent = id ? facts(editions, id).filter((fact) => !words.includes(fact)) : [];
  if (silent.length || !words.startsWith(title)) expect(false, name, `does not say ${silent}: ${words}`);
  if (Boolean(id) !== ["current", "replaced", "withdrawn"].includes(expected)) expect(false, name, `edition ${id}`);
  const links = await result.locator("a").evaluateAll((all) => all.map(({ href }) => href));
  for (const link of links) if (!existsSync(fileURLToPath(link))) expect(false, name, `leads to ${link}`);
  const leads = links.some((link) => link.includes(`editions/${newest.id}/`));
  if (leads !== Boolean(id && id !== newest.id && !newest.withdrawn)) expect(false, name, `links: ${links}`);
  if (!await result.evaluate((it) => it === document.activeElement)) expect(false, name, "has no focus");
  const all = await page.evaluate(() => document.documentElement.textContent);
  if (/添付されたデータ|attached data/i.test(all)) expect(false, name, "speaks of attached data");
}

await page.setInputFiles("#page-file", files.map(([, path]) => path));
await page.waitForFunction((count) => document.querySelectorAll("#page-files tbody tr").length === count, files.length);
const cells = (rows) => rows.map(({ cells }) => [...cells].map((cell) => cell.innerText));
const rows = await result.locator("tbody tr").evaluateAll(cells);
expect(rows.every((row, index) => row.join() === titles[index]), "all at once", `${rows.length} rows`);
await page.setViewportSize({ width: 320, height: 800 });
const width = await page.evaluate(() => document.documentElement.scrollWidth);
expect(width <= 320, "all at once", `${width} px wide on 320`);

// A file that is dropped anywhere on the page.
const drop = async (name, verdict) => {
  await page.evaluate((name) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["dropped"], name));
    const drop = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer });
    document.querySelector("footer").dispatchEvent(drop);
  }, name);
  await page.locator("#page-name").getByText(name).waitFor();
  expect(await result.locator(`.verdict[data-state=${verdict}]`).isVisible(), name, `not ${verdict}`);
};
await drop("dropped.pdf", "unknown");
await page.evaluate(() => { File.prototype.arrayBuffer = () => Promise.reject(new Error("removed")); });
await drop("removed.pdf", "unreadable");

const shown = async (page) => {
  const visible = [];
  for (const id of ["page-drop", "page-insecure", "page-result", "page-by-hand"]) {
    if (await page.locator(`#${id}`).isVisible()) visible.push(id);
  }
  return visible.join();
};
// A host other than this machine itself, without https, gives the page no `crypto.subtle`.
const insecure = await open("http://office.test/verify.html");
expect(await shown(insecure) === "page-insecure,page-by-hand", "without https", await shown(insecure));
const href = await insecure.getAttribute("#page-https", "href");
expect(href === "https://office.test/verify.html", "without https", href);
const still = await open(address, { javaScriptEnabled: false });
expect(await shown(still) === "page-by-hand", "without script", await shown(still));
expect(await still.locator("noscript p").isVisible(), "without script", "says so");

await browser.close();
rmSync(temporary, { recursive: true });
process.exit(failed ? 1 : 0);
