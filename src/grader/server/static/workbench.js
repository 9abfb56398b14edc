// Spares a reload, and moves the focus; every page works without it.
"use strict";

(() => {
  // What went wrong, or was done, is where the focus goes.
  const told = document.querySelector(".error-summary");
  if (told) told.focus();

  // A link of the error summary leads into the field itself.
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".error-summary a[href^='#']");
    if (!link) return;
    const at = document.getElementById(link.hash.slice(1));
    if (!at) return;
    const field = at.matches("input, select, textarea") ? at : at.querySelector("input, select, textarea");
    if (!field) return;
    event.preventDefault();
    field.scrollIntoView({ block: "center" });
    field.focus();
  });

  // A search inside a form: the part it fills is fetched, and what was typed elsewhere stays as it is.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-refresh]");
    if (!button) return;
    const form = button.form;
    const id = button.dataset.refresh;
    const part = document.getElementById(id);
    if (!form || !part || button.disabled) return;
    event.preventDefault();
    // Not form.action: a button of that name hides it.
    const data = new FormData(form);
    data.append(button.name, button.value);
    button.disabled = true;
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: data, credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById(id);
      if (!answer.ok || !found) throw new Error("no such part");
      part.replaceWith(found);
      const again = found.querySelector("input[type=search]");
      if (again) again.focus();
    } catch {
      button.disabled = false;
      button.removeAttribute("data-refresh");
      button.click();
    }
  });

  // Enter in the search inside a form searches; in another field of it, it sends the form.
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || !field.matches("input:not([type=checkbox], [type=radio], [type=file])")) return;
    const refresh = field.form && field.form.querySelector("button[data-refresh]");
    if (!refresh) return;
    const button = field.closest("[data-part]") && field.type === "search"
      ? refresh
      : field.form.querySelector("button[value=save]");
    if (!button) return;
    event.preventDefault();
    button.click();
  });

  // Rows of a table of items: up and down move between their boxes; one box ticks all.
  for (const form of document.querySelectorAll("form[data-rows]")) {
    const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")];
    form.addEventListener("keydown", (event) => {
      const at = boxes.indexOf(event.target);
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (at < 0 || !step) return;
      const next = boxes[at + step];
      if (next) {
        event.preventDefault();
        next.focus();
      }
    });
    const head = form.querySelector("thead th");
    if (boxes.length > 1 && head) {
      const all = document.createElement("input");
      all.type = "checkbox";
      all.addEventListener("change", () => boxes.forEach((box) => { box.checked = all.checked; }));
      const label = document.createElement("label");
      const words = document.createElement("span");
      words.textContent = "Choose all on this page";
      label.className = "every";
      label.append(all, words);
      head.append(label);
    }
  }
})();
