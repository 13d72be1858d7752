// A form is sent once: the second click of a double click does nothing, and the button says that work
// is under way. The server is safe against repeats by itself; this spares the person the doubt.
// A form whose answer is a download (data-download) never leaves the page and is freed again at once.
const restore = (form) => {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[data-held]")) {
    delete button.dataset.held;
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  const button = event.submitter;
  // After the browser has collected the fields: a disabled button would not be sent along.
  setTimeout(() => {
    if (button) {
      button.dataset.held = "yes";
      button.setAttribute("autocomplete", "off"); // Firefox would keep it disabled over a reload
      button.setAttribute("aria-busy", "true");
      button.disabled = true;
    }
    if ("download" in form.dataset) setTimeout(() => restore(form), 3000);
  });
});

// Back from the next page, or an htmx answer that left the form where it was.
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(restore));
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("form");
  if (form) restore(form);
});

// This page may be the answer to a form. As a page of its own in the history, *back* and *reload* ask for it
// anew instead of for the form, which the browser would refuse.
history.replaceState(history.state, "");
