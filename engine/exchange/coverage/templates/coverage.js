"use strict";
// Narrows the table down. It only hides what does not match; nothing is fetched.
const form = document.getElementById("narrow");
const rows = [...document.querySelectorAll("tr[data-state]")];
const shown = document.getElementById("shown");
const text = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));

function narrow() {
  const { section, state, words } = Object.fromEntries(new FormData(form));
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of rows) {
    const place = row.parentElement.id;
    row.hidden = !((!section || place === section || place.startsWith(section + "-")) && (!state || row.dataset.state === state)
      && wanted.every((word) => text.get(row).includes(word)));
  }
  for (const part of document.querySelectorAll("tbody[id], section.document")) {
    part.hidden = !part.querySelector("tr[data-state]:not([hidden])");
  }
  const left = rows.filter((row) => !row.hidden).length;
  shown.textContent = `${left} of ${rows.length} statements shown`;
}

form.hidden = false;
form.addEventListener("input", narrow);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(narrow));
narrow();
