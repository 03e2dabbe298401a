// Looks up files, in the reader's own browser, in the list of all issued ones. Nothing is sent.
(() => {
  "use strict";
  const LARGEST = 100 * 2 ** 20;
  const by = (id) => document.getElementById(id);
  const { editions } = JSON.parse(by("page-editions").textContent);
  const issued = new Map(editions.flatMap(({ id, files }) => files.map((digest) => [digest, id])));
  const template = (name, value) => document.querySelector(`template[data-${name}="${value}"]`);

  const sha256 = async (file) => {
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  const judge = async (file) => {
    const { name, size } = file;
    if (size > LARGEST) return { name, verdict: "too-large" };
    const digest = await sha256(file).catch(() => null);
    // A folder, or a file that was removed after it was chosen.
    if (!digest) return { name, verdict: "unreadable" };
    const id = issued.get(digest);
    return id ? { name, id, verdict: template("edition", id).dataset.state } : { name, verdict: "unknown" };
  };

  const explain = ({ verdict, id }) => {
    const block = template("verdict", verdict).content.firstElementChild.cloneNode(true);
    if (id) block.append(template("edition", id).content.cloneNode(true));
    return block;
  };

  const show = (results) => {
    // Files with the same verdict share its explanation.
    const kinds = new Map(results.map((each) => [`${each.verdict} ${each.id}`, each]));
    by("page-verdicts").replaceChildren(...[...kinds.values()].map(explain));
    const rows = results.map(({ name, verdict, id }) => {
      const row = document.createElement("tr");
      const title = explain({ verdict }).querySelector("h3").textContent;
      for (const text of [name, title, id ?? ""]) row.insertCell().textContent = text;
      return row;
    });
    by("page-files").tBodies[0].replaceChildren(...rows);
    by("page-files").hidden = results.length === 1;
    by("page-name").textContent = results.length === 1 ? results[0].name : "";
    by("page-result").hidden = false;
    by("page-result").focus();
  };

  let latest = 0;
  const take = async (files) => {
    latest += 1;
    const turn = latest;
    const results = [];
    // One after another, so that only one file is in memory.
    for (const file of files) results.push(await judge(file));
    if (results.length && turn === latest) show(results);
  };

  if (!crypto.subtle) {
    by("page-https").href = location.href.replace("http:", "https:");
    by("page-insecure").hidden = false;
    return;
  }
  const drop = by("page-drop");
  const input = by("page-file");
  input.addEventListener("change", () => take([...input.files]));
  // Also beside the field: otherwise the browser would leave this page for the file.
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", name === "dragenter" || name === "dragover");
      if (name === "drop") take([...event.dataTransfer.files]);
    });
  }
  drop.hidden = false;
})();
