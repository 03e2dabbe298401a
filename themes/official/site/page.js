// Finds, opens, links and copies rows, and judges certificates by the day on which the page is read.
// Without it the page has the same content; only these aids are missing.
(() => {
  const by = (id) => document.getElementById(id);
  const table = by("page-table");
  const rows = [...table.querySelectorAll("tbody > tr")];
  const [actions, toggle] = by("page-row").content.children;

  const lang = document.documentElement.lang;
  const narrow = matchMedia("screen and (max-width: 52rem)");

  // Dates, numbers with what they count and the like stay on one line, and names are broken where they have a space.
  const whole = by("page-whole").dataset;
  const names = whole.names.split(/\s+/).filter(({ length }) => length > 1 && length < 17).sort((a, b) => b.length - a.length);
  const escaped = names.map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  const UNBROKEN = new RegExp([...escaped, ...whole.unbroken.trim().split("\n")].join("|"), "g");
  const unbroken = (words) => {
    const span = document.createElement("span");
    span.className = "whole";
    span.textContent = words;
    return span;
  };
  const texts = (element) => {
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walk.nextNode()) nodes.push(walk.currentNode);
    return nodes;
  };
  for (const node of texts(table).filter(({ parentElement }) => parentElement.closest("p"))) {
    for (const { 0: words, index } of [...node.data.matchAll(UNBROKEN)].reverse()) {
      node.splitText(index).splitText(words.length).previousSibling.replaceWith(unbroken(words));
    }
  }

  // The last day counts to its end, in Japan. Green is for a certificate that is valid on the day of reading.
  const certificates = by("page-certificates");
  const judge = () => {
    const now = new Date();
    const today = new Date(now.getTime() + 9 * 3600e3).toISOString().slice(0, 10);
    age(today);
    if (!certificates) return;
    const dated = [...certificates.querySelectorAll("[data-last]")];
    for (const chip of dated) {
      const over = chip.dataset.last < today;
      chip.className = over ? "chip expired" : "chip valid";
      if (over) chip.textContent = chip.dataset.over;
    }
    tally();
    if (dated.length === 0) return;
    const note = by("page-judged");
    const day = now.toLocaleDateString(lang === "ja" ? "ja" : "en-GB", { dateStyle: "long", timeZone: "Asia/Tokyo" });
    const [before, after] = note.dataset.text.split("{today}");
    note.replaceChildren(before, unbroken(day), after);
    note.hidden = false;
  };
  // How long ago the sheet's day was, once that is a month or more.
  const age = (today) => {
    const day = document.querySelector("[data-age]");
    day.dataset.text ??= day.textContent;
    const [from, to] = [day.dateTime, today].map((iso) => iso.split("-").map(Number));
    const months = (to[0] - from[0]) * 12 + to[1] - from[1] - (to[2] < from[2] ? 1 : 0);
    const [count, unit] = months < 12 ? [months, "month"] : [Math.floor(months / 12), "year"];
    const said = new Intl.RelativeTimeFormat(lang).format(-count, unit);
    const brackets = lang === "ja" ? `（${said.replace(" ", "")}）` : ` (${said})`;
    day.textContent = day.dataset.text + (months > 0 ? brackets : "");
  };
  // The folded certificates in one line: how many there are of each kind.
  const tally = () => {
    const line = certificates.querySelector(".tally");
    const count = (which) => certificates.querySelectorAll(`li${which}`).length;
    const counts = { all: count(""), valid: count(" > .valid"), expired: count(" > .expired") };
    line.replaceChildren(...Object.keys(counts).filter((kind) => counts[kind]).map((kind) => {
      const said = document.createElement("span");
      said.className = kind === "all" ? "" : `chip ${kind}`;
      said.textContent = line.dataset[kind].replace("{count}", counts[kind]);
      return said;
    }));
  };
  const foldCertificates = () => {
    if (certificates) certificates.open = !narrow.matches;
  };
  narrow.addEventListener("change", foldCertificates);

  // Cards: closed on a phone, so that the list of the rows fits a few screens.
  const all = by("page-all");
  const isOpen = (row) => !row.classList.contains("closed");
  const set = (row, open) => {
    row.classList.toggle("closed", !open);
    row.querySelector(".toggle").setAttribute("aria-expanded", String(open));
    const every = rows.every(isOpen);
    all.textContent = every ? all.dataset.close : all.dataset.open;
    all.dataset.every = every;
  };
  for (const row of rows) {
    const head = row.querySelector(".card-head");
    const button = toggle.cloneNode(true);
    button.setAttribute("aria-label", text(head.querySelector(".card-subject")));
    head.querySelector(".card-subject").append(button);
    row.classList.add("closed");
    // The whole head may be pressed; the button is for keyboards and screen readers.
    head.addEventListener("click", (event) => {
      if (event.target.closest("a")) return;
      set(row, !isOpen(row));
      if (isOpen(row)) offer(row);
    });
  }
  all.addEventListener("click", () => {
    const open = all.dataset.every !== "true";
    for (const row of rows) set(row, open);
  });

  // Every cell with its column and the rows it belongs to. A joined cell moves to the first of them that is shown,
  // and stays in its column, also among columns that a theme added.
  const cells = [];
  const reaches = [];
  rows.forEach((row, index) => {
    let column = 0;
    for (const cell of row.cells) {
      while (reaches[column] > index) column += 1;
      cells.push({ cell, column, of: rows.slice(index, index + cell.rowSpan) });
      for (let end = column + cell.colSpan; column < end; column += 1) reaches[column] = index + cell.rowSpan;
    }
  });
  cells.sort((a, b) => a.column - b.column);
  const show = (shown) => {
    const lines = new Map(rows.map((row) => [row, []]));
    for (const { cell, of } of cells) {
      const visible = of.filter((row) => shown.has(row));
      lines.get(visible[0] ?? of[0]).push(cell);
      const span = Math.max(visible.length, 1);
      if (cell.rowSpan !== span) cell.rowSpan = span;
    }
    for (const [row, line] of lines) {
      row.replaceChildren(...line);
      row.hidden = !shown.has(row);
    }
    for (const body of table.tBodies) body.hidden = [...body.rows].every((row) => row.hidden);
  };

  // The texts of a row by itself: those in cells that are never joined.
  const OWN = ":scope > :not([rowspan]) > .text";
  // Full and half width, capital and small letters, hiragana and katakana are equal.
  const fold = (words) => words.normalize("NFKC").toLowerCase()
    .replace(/[ぁ-ゖ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 96));
  const known = (row) => {
    const parts = row.querySelectorAll(`.path, .card-subject, ${OWN}`);
    return { row, anchor: row.id.toLowerCase(), words: fold([...parts].map(text).join("\n")).replace(/[^\S\n]/g, "") };
  };
  const has = ({ anchor, words }, term) =>
    anchor === term || anchor.startsWith(`${term}-`) || (!/^[a-z]$/.test(term) && words.includes(term));
  const query = by("page-query");
  const count = by("page-count");
  const find = () => {
    const terms = fold(query.value).split(/\s+/).filter(Boolean);
    const found = terms.length ? rows.map(known).filter((each) => terms.every((term) => has(each, term))).map(({ row }) => row) : rows;
    show(new Set(found));
    table.classList.toggle("found", terms.length > 0);
    // What was found follows the field at once.
    by("page-find-help").hidden = terms.length > 0;
    const said = found.length ? count.dataset.text.replace("{found}", found.length).replace("{all}", rows.length) : count.dataset.none;
    count.textContent = terms.length ? said : "";
    mark(found, terms);
  };
  // Checkers of style sheets do not know this selector yet.
  if (CSS.highlights) document.styleSheets[0].insertRule("::highlight(found) { color: var(--ink); background: var(--found); }");
  // The words searched for, within a paragraph.
  const mark = (found, terms) => {
    if (!CSS.highlights) return;
    const searched = terms.filter((term) => !/^[a-z]$/.test(term));
    const ranges = [];
    for (const block of found.flatMap((row) => (searched.length ? [...row.querySelectorAll("p, .text:not(:has(p))")] : []))) {
      const nodes = texts(block);
      const whole = nodes.map(({ data }) => data).join("");
      const words = fold(whole);
      // Folding may change a text's length: then the position of a word is unknown.
      if (words.length !== whole.length) continue;
      const place = (offset) => {
        for (const node of nodes) {
          if (offset <= node.length) return [node, offset];
          offset -= node.length;
        }
      };
      for (const term of searched) {
        for (let at = words.indexOf(term); at >= 0; at = words.indexOf(term, at + term.length)) {
          const range = new Range();
          range.setStart(...place(at));
          range.setEnd(...place(at + term.length));
          ranges.push(range);
        }
      }
    }
    CSS.highlights.set("found", new Highlight(...ranges));
  };
  query.addEventListener("input", find);
  const clear = () => {
    query.value = "";
    find();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && document.activeElement !== query) {
      event.preventDefault();
      query.focus();
    }
    if (event.key === "Escape" && document.activeElement === query && query.value) clear();
  });
  // Prints show the whole form.
  addEventListener("beforeprint", () => {
    show(new Set(rows));
    if (certificates) certificates.open = true;
  });
  addEventListener("afterprint", () => {
    find();
    foldCertificates();
  });

  // After the last words of a card, and below the measure in the table, whose last column is narrow.
  const offer = (row) => {
    actions.querySelector("output").textContent = "";
    (narrow.matches ? row.lastElementChild : row.querySelector(".measure")).append(actions);
  };
  // A row that a link leads to is opened, and offers to be copied.
  const select = () => {
    actions.remove();
    let id = "";
    try {
      id = decodeURIComponent(location.hash.slice(1));
    } catch {
      return;
    }
    const row = by(id)?.closest("tbody > tr");
    if (!row || !(by(id) === row || row.contains(by(id)))) return;
    if (row.hidden) clear();
    if (by(id).matches("th, td")) return;
    set(row, true);
    offer(row);
    row.scrollIntoView({ block: "nearest" });
  };
  addEventListener("hashchange", select);

  const paragraphs = (element) => [...element.querySelectorAll(":scope > p")].map(text).join("\n");
  const parts = (row) => {
    const [section, item] = ["section", "item"].map((which) => {
      const span = row.querySelector(`.path > .of-${which}`);
      if (!span) return ["", ""];
      const letter = span.querySelector("b")?.textContent ?? "";
      return [letter, text(span).slice(letter.length).trim()];
    });
    const subject = row.querySelector(".card-subject");
    const own = [...row.querySelectorAll(OWN)];
    return {
      place: [section, item].map((pair) => pair.join(" ").trim()).filter(Boolean).join(" › "),
      cells: [subject.querySelector(".no")?.textContent ?? "", ...section, ...item, paragraphs(subject), ...own.map(words)],
      named: own.filter(words).map((of) => `${of.dataset.label}: ${words(of)}`),
    };
  };
  const words = (of) => paragraphs(of.querySelector(":scope > a") ?? of);
  const address = (row) => `${location.href.split("#")[0]}#${row.id}`;
  const copies = {
    link: (row) => [address(row)],
    text: (row) => {
      const { place, cells, named } = parts(row);
      const { source } = actions.querySelector("[data-source]").dataset;
      return [[place, `${cells[0]} ${cells[5]}`.trim(), ...named, source, address(row)].join("\n")];
    },
    row: (row) => {
      const { cells } = parts(row);
      const line = document.createElement("tr");
      line.append(...cells.map((cell) => {
        const data = document.createElement("td");
        data.textContent = cell;
        return data;
      }));
      const quoted = cells.map((cell) => (/[\t\n"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell));
      return [quoted.join("\t"), `<table>${line.outerHTML}</table>`];
    },
  };
  const put = async (plain, html) => {
    if (html && window.ClipboardItem && navigator.clipboard) {
      const blob = (type, data) => ({ [type]: new Blob([data], { type }) });
      return navigator.clipboard.write([new ClipboardItem({ ...blob("text/plain", plain), ...blob("text/html", html) })]);
    }
    if (navigator.clipboard) return navigator.clipboard.writeText(plain);
    // A page that did not come over https has no clipboard of its own.
    const give = (event) => {
      event.clipboardData.setData("text/plain", plain);
      if (html) event.clipboardData.setData("text/html", html);
      event.preventDefault();
    };
    document.addEventListener("copy", give, { once: true });
    if (!document.execCommand("copy")) throw new Error("refused");
  };
  actions.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const said = actions.querySelector("output");
    const row = actions.closest("tr");
    said.textContent = await put(...copies[button.dataset.copy](row)).then(() => said.dataset.done, () => said.dataset.failed);
  });

  // What sticks below the head of the table, whose labels may need more lines than one, begins where it ends.
  const head = table.tHead;
  new ResizeObserver(() => document.documentElement.style.setProperty("--head-height", `${head.offsetHeight}px`)).observe(head);

  // The link to the other language leads to the same row.
  for (const link of document.querySelectorAll(".language a")) {
    link.addEventListener("click", () => { link.hash = location.hash; });
  }

  function text(element) {
    return element.textContent.replace(/\s+/g, " ").trim();
  }

  by("page-find").hidden = false;
  foldCertificates();
  judge();
  document.addEventListener("visibilitychange", judge);
  find();
  select();
})();
