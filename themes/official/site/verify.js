// Checks, in the reader's own browser, if the data attached to a PDF is that of an issued edition. Nothing is sent.
(() => {
  const known = JSON.parse(document.getElementById("page-editions").textContent).editions;
  const input = document.getElementById("page-file");
  const drop = document.getElementById("page-drop");
  const result = document.getElementById("page-result");

  // The PDF as one character for each byte, because its outer structure is plain ASCII.
  const letters = (bytes) => new TextDecoder("latin1").decode(bytes);

  const inflate = async (bytes) => {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };

  // Every embedded file in the format of a sheet's data. More than one means that somebody added to the file.
  const attached = async (pdf) => {
    const text = letters(pdf);
    const found = [];
    for (const { 0: head, index } of text.matchAll(/<<(?:[^<>]|<<[^<>]*>>)*?\/EmbeddedFile(?:[^<>]|<<[^<>]*>>)*>>\s*stream\r?\n/g)) {
      const length = /\/Length (\d+)(?! \d+ R)/.exec(head);
      if (!length) continue;
      const start = index + head.length;
      const raw = pdf.subarray(start, start + Number(length[1]));
      const data = /\/FlateDecode/.test(head) ? await inflate(raw).catch(() => null) : raw;
      if (data && new TextDecoder().decode(data.subarray(0, 64)).includes('"format": "safeguards/1"')) found.push(data);
    }
    return found;
  };

  const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  const judge = async (file) => {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const pdf = letters(bytes.subarray(0, 1024)).includes("%PDF-");
    // The data file alone may be dropped too.
    const found = pdf ? await attached(bytes) : [bytes];
    if (found.length !== 1) return { verdict: found.length ? "several" : "none" };
    const digest = hex(await crypto.subtle.digest("SHA-256", found[0]));
    for (const edition of known) {
      const audience = Object.keys(edition.digest).find((name) => edition.digest[name] === digest);
      if (!audience) continue;
      const verdict = edition.superseded_by ? "superseded" : "current";
      return { verdict, digest, audience, id: edition.id, date: edition.date, newest: known[known.length - 1].id };
    }
    return { verdict: "unknown", digest };
  };

  const show = (name, { verdict, ...facts }) => {
    for (const each of result.querySelectorAll("[data-verdict]")) each.hidden = each.dataset.verdict !== verdict;
    for (const slot of result.querySelectorAll("[data-fact]")) {
      const fact = slot.dataset.fact === "file" ? name : facts[slot.dataset.fact];
      slot.textContent = fact ?? "";
      slot.closest("[data-row]")?.toggleAttribute("hidden", fact === undefined);
    }
    for (const each of result.querySelectorAll("[data-audience]")) each.hidden = each.dataset.audience !== facts.audience;
    // Without data there is nothing to compare.
    result.querySelector(".limits").hidden = !facts.id;
    result.dataset.state = verdict;
    result.hidden = false;
    result.focus();
  };

  const take = async (file) => {
    if (file) show(file.name, await judge(file).catch(() => ({ verdict: "none" })));
  };

  input.addEventListener("change", () => take(input.files[0]));
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", name === "dragenter" || name === "dragover");
      if (name === "drop") take(event.dataTransfer.files[0]);
    });
  }
  drop.hidden = false;
})();
