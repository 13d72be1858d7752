// Unfold writes the name of a chosen file into a text field beside it, and fails where there is none. Our fields
// show the name themselves, so they are marked as looked after before Unfold looks, on "load".
addEventListener("DOMContentLoaded", () => {
  for (const field of document.querySelectorAll(".ops input[type=file]")) field.hasChangeListener = true;
});
