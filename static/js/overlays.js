// Dialogs, drop-down menus and things that can be put away.
//   <button data-dialog="id">   opens <dialog id="id"> as a modal
//   data-close-dialog           closes the dialog it stands in
//   <dialog data-again>         is open when the page comes: what was sent from it was refused
//   data-close=".toast"         removes the nearest ancestor that matches
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog).showModal();

  const closer = event.target.closest("[data-close-dialog]");
  if (closer) closer.closest("dialog").close();

  const away = event.target.closest("[data-close]");
  if (away) away.closest(away.dataset.close).remove();

  for (const menu of document.querySelectorAll("details.drop[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest("details.drop[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

for (const refused of document.querySelectorAll("dialog[data-again]")) refused.showModal();
