"use strict";
// The page can be read without this; with it, requests can be sent from it.
(() => {
  for (const part of document.querySelectorAll(".try")) part.hidden = false;
  // A link to an operation or a schema opens it.
  const open = () => {
    const target = location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  window.addEventListener("hashchange", open);
  open();
  document.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const place = form.querySelector(".answer");
    const headers = {};
    let path = form.dataset.path;
    const query = new URLSearchParams();
    for (const field of form.querySelectorAll("[data-place]")) {
      if (field.value === "") continue;
      if (field.dataset.place === "path") path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
      else if (field.dataset.place === "query") query.set(field.name, field.value);
      else headers[field.name] = field.value;
    }
    const credential = document.getElementById("credential").value.trim();
    if (credential) headers.Authorization = `Bearer ${credential}`;
    const body = form.elements.namedItem("body")?.value;
    if (body) headers["Content-Type"] = "application/json";
    place.hidden = false;
    place.textContent = "…";
    try {
      const answer = await fetch(path + (query.size ? `?${query}` : ""), {
        method: form.dataset.method, headers, body: body || undefined, credentials: "omit",
      });
      const fields = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
      place.textContent = `${answer.status} ${answer.statusText}\n${fields}\n\n${await answer.text()}`;
    } catch (error) {
      place.textContent = `No answer came: ${error.message}`;
    }
  });
})();
