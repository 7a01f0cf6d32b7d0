// Saves page loads; every form and link works without it. A cell opens in a small window beside it,
// what the server says about it is shown there, and after a save the table is read anew.
"use strict";
(() => {
  const ALONE = { "X-Face": "form" };
  const live = () => document.getElementById("live");
  const tell = (text) => { document.getElementById("told").textContent = text; };

  const dialog = document.createElement("dialog");
  dialog.className = "editor";
  dialog.setAttribute("aria-labelledby", "editor-title");
  document.body.append(dialog);
  let edited = null; // the id of the cell that is open

  // The window

  async function open(link) {
    const answer = await fetch(link.href, { headers: ALONE });
    if (!answer.ok) { location.assign(link.href); return; }
    edited = link.id;
    fill(await answer.text());
    dialog.showModal();
    place(link);
    focusFirst();
  }

  function fill(html) {
    dialog.innerHTML = html; // rendered by the server, which escapes what it prints
    for (const button of dialog.querySelectorAll("[data-empty]")) button.hidden = false;
    const find = dialog.querySelector(".search button");
    if (find) find.hidden = true; // it searches while one types
  }

  function focusFirst() {
    const bad = dialog.querySelector("[aria-invalid=true]");
    const first = bad || dialog.querySelector("[autofocus], input:checked, input:not([type=hidden])");
    if (first) first.focus();
    if (first && first.type === "text" && !bad) first.select();
    if (first && first.type === "textarea") first.setSelectionRange(first.value.length, first.value.length);
  }

  function place(link) { // beside its cell; on a narrow screen the stylesheet puts it at the bottom
    const cell = link.getBoundingClientRect();
    const left = Math.min(cell.left, document.documentElement.clientWidth - dialog.offsetWidth - 8);
    const top = Math.min(cell.top, document.documentElement.clientHeight - dialog.offsetHeight - 8);
    dialog.style.left = `${Math.max(8, left)}px`;
    dialog.style.top = `${Math.max(8, top)}px`;
  }

  function shut() {
    dialog.close();
    dialog.replaceChildren();
    focusCell(edited);
  }

  function focusCell(id) {
    const cell = id && document.getElementById(id);
    if (cell) cell.focus({ preventScroll: true });
  }

  function complain(form, text) {
    form.querySelector(".error")?.remove();
    const line = document.createElement("p");
    line.className = "error";
    line.setAttribute("role", "alert");
    line.textContent = text;
    form.querySelector(".buttons").before(line);
  }

  // Saving

  async function send(form) {
    const body = new URLSearchParams(new FormData(form));
    return fetch(form.action, { method: "POST", headers: ALONE, body });
  }

  async function save(form) {
    let answer;
    try {
      answer = await send(form);
    } catch {
      complain(form, "The sandbox does not answer. Is it still served? What you typed is still here.");
      return;
    }
    if (answer.status === 204) { await refresh(); shut(); tell("Saved."); return; }
    if (answer.status === 422) { fill(await answer.text()); focusFirst(); return; }
    complain(form, (await heading(answer)) || `It was not saved (${answer.status}).`);
  }

  async function heading(answer) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return [...page.querySelectorAll("h1, .lead")].map((e) => e.textContent).join(". ");
  }

  async function toggle(form) {
    const id = form.querySelector("button").id;
    const answer = await send(form).catch(() => null);
    if (!answer || answer.status !== 204) { form.submit(); return; }
    await refresh();
    focusCell(id);
    tell("Saved.");
  }

  // What is shown, read anew: computed cells and other people's edits come along

  async function refresh() {
    const answer = await fetch(location.href);
    if (!answer.ok || !live()) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("live");
    if (!fresh) return;
    const [across, focused] = [document.querySelector(".scroll")?.scrollLeft, document.activeElement?.id];
    live().replaceWith(document.adoptNode(fresh));
    const scroll = document.querySelector(".scroll");
    if (scroll) scroll.scrollLeft = across || 0;
    if (!dialog.open) focusCell(focused);
  }

  // Searching for related pages

  let waiting = 0;
  function search(input) {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const form = input.form;
      const query = new URLSearchParams(new FormData(form));
      const answer = await fetch(`${form.action}?${query}`, { headers: ALONE }).catch(() => null);
      if (!answer?.ok || !form.isConnected || query.get("words") !== input.value) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      form.querySelector(".choices").replaceWith(page.querySelector(".choices"));
      form.querySelector(".hint")?.remove();
      const hint = page.querySelector(".hint");
      if (hint) form.querySelector(".choices").after(hint);
    }, 150);
  }

  // Moving about: arrows go from cell to cell

  const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  function move(event, cell) {
    const step = STEPS[event.key];
    const [at, row] = [cell.closest("td"), cell.closest("tr")];
    if (!step || !at || event.altKey || event.ctrlKey || event.metaKey) return;
    const rows = [...row.parentElement.rows];
    let [down, across] = [rows.indexOf(row) + step[0], at.cellIndex + step[1]];
    while (rows[down]?.cells[across]) {
      const next = rows[down].cells[across].querySelector("a.cell, button.cell");
      if (next) { event.preventDefault(); show(next); return; }
      down += step[0];
      across += step[1];
    }
  }

  function show(cell) { // beside the columns that stay where they are, not behind them
    const [scroll, row] = [cell.closest(".scroll"), cell.closest("tr")];
    const stays = (at) => (cell.closest("td") === at ? 0 : at.offsetWidth);
    scroll.style.scrollPaddingLeft = `${stays(row.cells[0])}px`;
    scroll.style.scrollPaddingRight = `${stays(row.cells[row.cells.length - 1])}px`;
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-edit]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      open(link).catch(() => location.assign(link.href));
    } else if (dialog.open && event.target.closest("[data-cancel]")) {
      event.preventDefault();
      shut();
    } else if (event.target.closest("[data-empty]")) {
      for (const field of event.target.form.querySelectorAll("[type=date], [type=time]")) field.value = "";
    }
  });
  // A press beside the window saves, as in Notion: what was typed is not thrown away.
  dialog.addEventListener("mousedown", (event) => {
    const box = dialog.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right
      && event.clientY >= box.top && event.clientY <= box.bottom;
    if (event.target === dialog && !inside) { event.preventDefault(); dialog.querySelector("form").requestSubmit(); }
  });
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); shut(); });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.classList.contains("toggle")) { event.preventDefault(); toggle(form); }
    if (form.closest("dialog")) { event.preventDefault(); save(form); }
  });
  document.addEventListener("input", (event) => {
    if (event.target.name === "words" && dialog.contains(event.target)) search(event.target);
  });
  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest("a.cell, button.cell");
    if (cell) move(event, cell);
    const typing = event.target.closest("dialog textarea");
    if (typing && event.key === "Enter" && (event.ctrlKey || event.metaKey)) typing.form.requestSubmit();
    const searching = event.target.closest("dialog [name=words]");
    if (searching && event.key === "Enter") event.preventDefault();
  });
  window.addEventListener("focus", () => { if (!dialog.open) refresh().catch(() => {}); });

  // The row that was added or came back
  const named = location.hash.startsWith("#r-") && document.getElementById(location.hash.slice(1));
  const focusNamed = () => named.querySelector("a.cell")?.focus();
  if (named) window.addEventListener("load", () => setTimeout(focusNamed)); // after the browser went there

  // Who edits: the button is there once another person is chosen
  const person = document.getElementById("person");
  if (person) {
    const button = person.form.querySelector("button");
    const chosen = person.value;
    const show = () => { button.hidden = person.value === chosen; };
    person.addEventListener("change", show);
    show();
  }
})();
