// Opens the page on which a received copy is checked in a real browser, and gives it files.
//
//     node tests/tools/verify.mjs site/verify.html VERDICT=FILE...
//
// Prints one line a file. Ends with 1 when a verdict is another, or the page asks for anything over the network.

import { chromium } from "playwright-core";
import { pathToFileURL } from "node:url";

const [page_file, ...files] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const page = await browser.newPage();
const trouble = [];
page.on("console", (message) => trouble.push(`console: ${message.text()}`));
page.on("pageerror", (error) => trouble.push(`error: ${error}`));
page.on("request", (request) => {
  if (!/^(file|data):/.test(request.url())) trouble.push(`request: ${request.url()}`);
});
await page.goto(pathToFileURL(page_file).href);
for (const each of files) {
  const [expected, file] = each.split(/=(.*)/s);
  await page.setInputFiles("#page-file", file);
  const name = file.split("/").pop();
  const shown = page.locator("#page-result [data-fact=file]", { hasText: name });
  await shown.waitFor({ timeout: 10_000 });
  const state = await page.locator("#page-result").getAttribute("data-state");
  const words = await page.locator("#page-result .verdict:visible").allInnerTexts();
  console.log(state === expected ? "ok" : "FAIL", name, state, words.join(" "));
  if (state !== expected || words.length !== 1) trouble.push(`${name}: ${state} instead of ${expected}`);
}
await browser.close();
for (const line of trouble) console.error(line);
process.exit(trouble.length ? 1 : 0);
