// Adds to each BibTeX link a button that copies what the link would fetch.
"use strict";

// The browser lets a page write to the clipboard only right after a click, so the text is handed
// over as a promise, and no time is lost by waiting for it.
async function copyText(address) {
  const text = fetch(address).then((answer) => {
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return answer.text();
  });
  if (window.ClipboardItem) {
    const blob = text.then((content) => new Blob([content], { type: "text/plain" }));
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
  } else {
    await navigator.clipboard.writeText(await text);
  }
}

function addCopyButtons(within) {
  if (!navigator.clipboard || location.protocol === "file:") return;
  for (const link of within.querySelectorAll("a.bib")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy BibTeX";
    button.addEventListener("click", async () => {
      try {
        await copyText(link.href);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Not copied: use the link";
      }
      setTimeout(() => { button.textContent = "Copy BibTeX"; }, 2000);
    });
    // A button changes its text where people look; this informs screen readers.
    button.setAttribute("aria-live", "polite");
    link.after(" ", button);
  }
}

addCopyButtons(document);
window.addCopyButtons = addCopyButtons;
