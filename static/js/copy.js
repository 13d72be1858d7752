// Buttons that copy a number: <button data-copy="80916059001026709" data-copied="Copied">.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const told = document.createElement("span");
  told.className = "copy__told";
  told.setAttribute("role", "status");
  told.textContent = button.dataset.copied;
  button.after(told);
  setTimeout(() => told.remove(), 2000);
});
