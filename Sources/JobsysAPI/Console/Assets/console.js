"use strict";
// Everything here makes the pages handier; all of them work without it.
(() => {
  const pad = (number) => String(number).padStart(2, "0");
  for (const time of document.querySelectorAll("time[datetime]")) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.valueOf())) continue;
    time.textContent =
      `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ` +
      `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  }
  // Not navigator.clipboard alone: it is missing on plain HTTP.
  const copy = (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    return Promise.resolve();
  };
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button.dataset.copy).then(() => { button.textContent = "Copied"; }));
  }
  const rows = [...document.querySelectorAll("table.list tbody tr")].filter((row) => row.querySelector("a"));
  let at = -1;
  const move = (step) => {
    if (!rows.length) return;
    rows[at]?.classList.remove("at");
    at = Math.min(Math.max(at + step, 0), rows.length - 1);
    rows[at].classList.add("at");
    (rows[at].querySelector("a.id") ?? rows[at].querySelector("a")).focus();
  };
  const help = () => {
    if (document.querySelector("dialog")) return;
    const dialog = document.createElement("dialog");
    dialog.setAttribute("aria-label", "Keys");
    const list = document.createElement("dl");
    for (const [key, text] of [["/", "Find a job by its id"], ["j", "Next row"], ["k", "Row before"], ["Enter", "Open it"], ["Esc", "Close"]]) {
      const line = document.createElement("div");
      const name = document.createElement("dt");
      const what = document.createElement("dd");
      name.textContent = key;
      what.textContent = text;
      line.append(name, what);
      list.append(line);
    }
    dialog.append(list);
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, select, textarea, dialog")) return;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "?") help();
    else if (event.key === "/") {
      const field = document.querySelector(".find input");
      if (!field) return;
      event.preventDefault();
      field.focus();
    }
  });
})();
