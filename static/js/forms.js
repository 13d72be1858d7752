// Small helps in forms; each form also works without them.
//   <button data-step="1"> beside an input   changes its number by the step, within min and max
//   <select data-autosubmit>                 sends its form when another choice is made
//   <input data-pick-all="order">            ticks all boxes of that name; .bulk [data-picked] counts them
// A page that comes back with errors opens at the first wrong field, else at what is said of the whole.
const boxes = (name) => [...document.querySelectorAll(`input[type="checkbox"][name="${name}"]`)];

const recount = (all) => {
  const every = boxes(all.dataset.pickAll);
  const picked = every.filter((box) => box.checked).length;
  all.checked = picked > 0 && picked === every.length;
  all.indeterminate = picked > 0 && picked < every.length;
  for (const place of document.querySelectorAll("[data-picked]")) place.textContent = picked;
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  if (!button) return;
  const input = button.parentElement.querySelector("input");
  const wanted = (Number.parseInt(input.value, 10) || 0) + Number(button.dataset.step);
  const least = input.min === "" ? 0 : Number(input.min);
  const most = input.max === "" ? Infinity : Number(input.max);
  input.value = Math.min(most, Math.max(least, wanted));
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("change", (event) => {
  const field = event.target;
  if ("autosubmit" in field.dataset) field.form.requestSubmit();
  if (field.dataset.pickAll) for (const box of boxes(field.dataset.pickAll)) box.checked = field.checked;
  for (const all of document.querySelectorAll("[data-pick-all]")) {
    if (field === all || field.name === all.dataset.pickAll) recount(all);
  }
});

addEventListener("pageshow", () => document.querySelectorAll("[data-pick-all]").forEach(recount));

const atError = () => {
  const field = document.querySelector('main [aria-invalid="true"]');
  const place = field || document.querySelector('main .notice[role="alert"]');
  if (!place) return;
  for (let fold = place.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (field) (field.matches("fieldset") ? field.querySelector("input") : field).focus({ preventScroll: true });
  const { top, bottom } = place.getBoundingClientRect();
  if (top < 0 || bottom > innerHeight) place.scrollIntoView({ block: "center" });
};
atError();
