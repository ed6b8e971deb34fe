// The share page: its button copies the link. Where the clipboard is closed, the link is selected to be copied by key.
document.addEventListener("DOMContentLoaded", () => {
  "use strict";
  const button = document.querySelector("[data-share-copy]");
  if (!button) return;
  const address = document.querySelector("[data-share-address]"), status = document.querySelector("[data-share-status]");
  address.select();
  button.addEventListener("click", async () => {
    address.select();
    try {
      await navigator.clipboard.writeText(address.value);
      status.textContent = button.dataset.copied;
    } catch {
      address.focus();
      status.textContent = button.dataset.failed;
    }
  });
});
