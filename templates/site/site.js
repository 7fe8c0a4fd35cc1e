// Stars, keys and what is new since the last visit: all of it kept in this browser only.
"use strict";

const root = document.body.dataset.root;
const papers = () => [...document.querySelectorAll(".paper")];
// Another website of the same host keeps its own.
const ours = `daily-papers:${new URL(root || ".", location.href).pathname}`;

// --- what is kept ------------------------------------------------------------------------------

function kept(name) {
  try {
    return JSON.parse(localStorage.getItem(`${ours}:${name}`)) ?? {};
  } catch {
    return {}; // nothing may be kept here, or it is damaged
  }
}

function keep(name, value) {
  try {
    localStorage.setItem(`${ours}:${name}`, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

// What the page of starred papers needs to know, taken from a row.
function recordOf(row) {
  const text = (place) => row.querySelector(place)?.textContent.trim() ?? "";
  return {
    title: text("h3, h2") + (row.querySelector(".withdrawn") ? " (withdrawn)" : ""),
    authors: text(".everyone") || text(".authors"),
    sentence: text("summary"),
    url: row.querySelector("h3 a, h2 a").href,
    page: row.querySelector(".home")?.href ?? `${location.href.split(/[?#]/)[0]}#${row.id}`,
    bibtex: text(".bib pre"),
    coins: row.querySelector(".Z3988")?.title ?? "",
  };
}

function addTools(row) {
  const stars = kept("stars");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "star";
  button.setAttribute("aria-label", `Star ${row.querySelector("h3, h2").textContent.trim()}`);
  const draw = (isStarred) => {
    button.setAttribute("aria-pressed", isStarred);
    button.textContent = isStarred ? "★" : "☆";
  };
  draw(row.id in stars);
  button.addEventListener("click", async () => {
    await row.whole?.(); // what search found is not all here yet
    const now = kept("stars");
    const isStarred = !(row.id in now);
    if (isStarred) now[row.id] = recordOf(row);
    else delete now[row.id];
    if (keep("stars", now)) draw(isStarred);
  });
  row.prepend(button);
  row.classList.toggle("read", row.id in kept("read"));
  row.querySelector("details")?.addEventListener("toggle", (event) => {
    if (event.target.open) markRead(row);
  });
  row.querySelector("h3 a, h2 a").addEventListener("click", () => markRead(row));
  const bibtex = row.querySelector(".bib pre");
  if (bibtex && navigator.clipboard) bibtex.before(copyButton(() => bibtex.textContent));
}

function markRead(row) {
  const read = kept("read");
  read[row.id] = 1;
  // The oldest are forgotten: nobody looks at so many again.
  const ids = Object.keys(read);
  for (const id of ids.slice(0, Math.max(ids.length - 5000, 0))) delete read[id];
  keep("read", read);
  row.classList.add("read");
}

function copyButton(text) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy BibTeX";
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not copied: select the text";
    }
    setTimeout(() => { button.textContent = "Copy BibTeX"; }, 2000);
  });
  return button;
}

// --- the page of starred papers ----------------------------------------------------------------

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function showStarred(list) {
  document.getElementById("no-stars").remove();
  const stars = kept("stars");
  for (const [id, star] of Object.entries(stars).reverse()) {
    const title = element("h2", {}, element("a", { href: star.url }, star.title));
    const by = element("p", { className: "by" }, element("span", { className: "authors" }, star.authors), ` ${id} `,
      element("a", { href: star.page }, "abstract"));
    const row = element("article", { className: "paper", id }, title, by, element("p", {}, star.sentence),
      element("span", { className: "Z3988", title: star.coins }));
    list.append(row);
  }
  if (!list.children.length) {
    list.append(element("p", { className: "empty" }, "None yet: the star beside a paper’s title adds it here, and so does the key s."));
    return;
  }
  document.dispatchEvent(new Event("ZoteroItemUpdated"));
  const downloads = document.getElementById("downloads");
  downloads.hidden = false;
  downloads.addEventListener("click", ({ target }) => {
    const now = kept("stars");
    const contents = {
      bib: () => Object.values(now).map((star) => `${star.bibtex}\n`).join("\n"),
      json: () => JSON.stringify(Object.entries(now).map(([id, { coins, ...star }]) => ({ id, ...star })), null, 1),
    };
    const { format } = target.dataset;
    if (!format) return;
    const href = URL.createObjectURL(new Blob([contents[format]()], { type: "text/plain" }));
    element("a", { href, download: `starred.${format}` }).click();
    URL.revokeObjectURL(href);
  });
}

// --- since the last visit ----------------------------------------------------------------------

const LISTING_DAYS = new Intl.DateTimeFormat("en-CA", { timeZone: "America/New_York" });
const HOURS_OF_A_VISIT = 4;
const DAY_NAMES = new Intl.DateTimeFormat("en-US", { weekday: "long", month: "long", day: "numeric", timeZone: "UTC" });

// The days after one, up to and with today, for which arXiv may have had a listing.
function listingDaysAfter(day) {
  const days = [];
  const today = new Date(LISTING_DAYS.format(new Date()));
  for (const each = new Date(day); each < today;) {
    each.setUTCDate(each.getUTCDate() + 1);
    if (![0, 6].includes(each.getUTCDay())) days.push(DAY_NAMES.format(each));
  }
  return days;
}

function showWhatIsNew(day) {
  const visit = kept("visit");
  // Whoever comes back within hours is still reading.
  if (visit.now !== day || !(Date.now() - visit.at < HOURS_OF_A_VISIT * 3_600_000)) {
    keep("visit", { now: day, before: visit.now ?? "", at: Date.now() });
  }
  const { before } = kept("visit");
  const listed = [...document.querySelectorAll(".days [data-day]")];
  const days = listed.filter((line) => before && line.dataset.day > before);
  const sentences = [];
  const missing = listingDaysAfter(day);
  if (missing.length > 5) { // perhaps nobody builds it any more
    sentences.push("Nothing later had been fetched when this page was built.");
  } else if (missing.length) {
    const names = [...new Set([missing[0], missing.at(-1)])].join(" to ");
    sentences.push(`${names}: not fetched yet when this page was built.`);
  }
  if (days.length) {
    const sum = days.reduce((all, line) => all + Number(line.dataset.papers), 0);
    const isCut = listed[0].parentElement.dataset.more > before; // of those not listed, the newest
    const some = `${sum.toLocaleString("en")} papers on ${days.length} day${days.length > 1 ? "s" : ""}`;
    sentences.push(`${isCut ? "More than " : ""}${some} since your last visit.`);
    for (const line of days) line.querySelector("a").after(" ", element("span", { className: "badge new" }, "new to you"));
  }
  const notice = document.getElementById("since");
  notice.textContent = sentences.join(" ");
  notice.hidden = !sentences.length;
}

// --- keys --------------------------------------------------------------------------------------

const KEYS = {
  j: ["next paper", () => move(1)],
  k: ["previous paper", () => move(-1)],
  o: ["open or close its abstract", () => withCurrent((row) => row.querySelector("summary")?.click())],
  s: ["star it", () => withCurrent((row) => row.querySelector(".star").click())],
  "/": ["search", () => goSearch()],
  "?": ["show these keys", () => showKeys()],
};

function current() {
  return document.querySelector(".paper.current");
}

function withCurrent(act) {
  if (current()) act(current());
}

function move(step) {
  const rows = papers();
  const place = rows.indexOf(current());
  const next = place < 0 ? rows.findIndex((row) => row.getBoundingClientRect().bottom > 0) : place + step;
  if (!rows[next]) return;
  current()?.classList.remove("current");
  rows[next].classList.add("current");
  rows[next].scrollIntoView({ block: "nearest" });
  rows[next].querySelector("h3 a, h2 a").focus({ preventScroll: true });
}

function goSearch() {
  const field = document.querySelector("input[type=search]");
  if (field) field.focus();
  else location.href = `${root}search.html`;
}

function showKeys() {
  const list = element("dl");
  for (const [key, [what]] of Object.entries(KEYS)) {
    list.append(element("dt", {}, element("kbd", {}, key)), element("dd", {}, what));
  }
  const close = element("form", { method: "dialog" }, element("button", {}, "Close"));
  const dialog = element("dialog", {}, element("h2", {}, "Keys"), list, close);
  dialog.setAttribute("aria-label", "Keys");
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, select, textarea, dialog");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS)) return;
  event.preventDefault();
  KEYS[event.key][1]();
});

// --- start -------------------------------------------------------------------------------------

const starred = document.getElementById("starred");
const day = document.getElementById("day")?.dataset.day;
if (starred) showStarred(starred);
if (day) showWhatIsNew(day);
papers().forEach(addTools);
document.body.classList.add("has-stars");
document.getElementById("keys-hint").hidden = false;
window.addTools = addTools;
