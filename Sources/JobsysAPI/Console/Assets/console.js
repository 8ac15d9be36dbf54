"use strict";
// Everything here makes the pages handier; all of them work without it.
(() => {
  const pad = (number) => String(number).padStart(2, "0");
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
  let rows = [];
  let at = -1;
  // What a new part of the page needs: times in the reader's zone, buttons that copy, rows to go through.
  const dress = (part) => {
    for (const time of part.querySelectorAll("time[datetime]")) {
      const date = new Date(time.dateTime);
      if (Number.isNaN(date.valueOf())) continue;
      time.textContent =
        `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ` +
        `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
    }
    for (const button of part.querySelectorAll("[data-copy]")) {
      button.hidden = false;
      button.addEventListener("click", () => copy(button.dataset.copy).then(() => { button.textContent = "Copied"; }));
    }
    rows = [...document.querySelectorAll("table.list tbody tr")].filter((row) => row.querySelector("a"));
  };
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

  // Live: the server sends the page's own part when it differs from what is shown. Nothing is taken from under the hands
  // of who fills in a form, has something open or has marked a text: it waits until they are done.
  let source = null;
  let later = null;
  let pause = 2000;
  let waiting = 0;
  const page = () => document.getElementById("page");
  const say = (text) => {
    const place = document.getElementById("live");
    if (place && place.textContent !== text) place.textContent = text;
  };
  const isBusy = () => {
    const part = page();
    const active = document.activeElement;
    return (part.contains(active) && active.matches("input, select, textarea"))
      || part.querySelector("details[open]") !== null
      || (!document.getSelection().isCollapsed && part.contains(document.getSelection().anchorNode));
  };
  const show = (html) => {
    const active = document.activeElement;
    const place = page().contains(active)
      ? active.getAttribute("href") ?? active.getAttribute("aria-label") ?? active.textContent : null;
    page().innerHTML = html;
    dress(page());
    const marked = at >= 0 ? rows[at] : null;
    marked?.classList.add("at");
    if (place === null) return;
    for (const element of page().querySelectorAll("a, button, summary, [tabindex]")) {
      if ((element.getAttribute("href") ?? element.getAttribute("aria-label") ?? element.textContent) !== place) continue;
      element.focus({ preventScroll: true });
      break;
    }
  };
  const catchUp = () => {
    if (later === null || isBusy()) return;
    const html = later;
    later = null;
    show(html);
  };
  setInterval(catchUp, 1000);
  const close = () => {
    clearTimeout(waiting);
    source?.close();
    source = null;
    later = null;
  };
  const open = () => {
    close();
    const address = page()?.dataset.live;
    if (!address || !window.EventSource) return say("");
    const own = new EventSource(address);
    source = own;
    own.addEventListener("open", () => { pause = 2000; say("Live"); });
    own.addEventListener("page", (event) => { later = event.data; catchUp(); });
    own.addEventListener("end", () => { close(); say("Not live"); });
    own.addEventListener("error", () => {
      if (source !== own) return;
      say("Reconnecting");
      // While it is not closed the browser tries again by itself.
      if (own.readyState !== EventSource.CLOSED) return;
      close();
      waiting = setTimeout(open, pause);
      pause = Math.min(pause * 2, 60000);
    });
  };
  // A hidden page needs no news, and browsers open few connections to a server.
  document.addEventListener("visibilitychange", () => { document.hidden ? close() : open(); });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => { if (event.persisted) open(); });

  // Forms that change something do so in place.
  let shown = location.pathname + location.search;
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const whole = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!whole.getElementById("content")) throw new Error("not a page");
      close();
      if (answer.redirected) history.pushState(null, "", answer.url);
      shown = location.pathname + location.search;
      document.title = whole.title;
      document.documentElement.dataset.theme = whole.documentElement.dataset.theme;
      document.body.replaceWith(document.adoptNode(whole.body));
      at = -1;
      dress(document);
      open();
      document.getElementById("content").focus();
    } catch {
      form.removeAttribute("aria-busy");
      const note = document.createElement("p");
      note.className = "problem";
      note.setAttribute("role", "alert");
      note.textContent = "No answer came. Load the page again to see whether it was done.";
      form.before(note);
    }
  });
  // A jump inside the page is told of, too.
  window.addEventListener("popstate", () => { if (location.pathname + location.search !== shown) location.reload(); });

  dress(document);
  open();
})();
