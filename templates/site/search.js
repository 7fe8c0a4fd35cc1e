// The search page: the form, the address bar and the list of what was found.
//
// The index is loaded when somebody searches, not before: part by part, from the newest papers
// back, and each part is searched as soon as it is there. Every text is put into the page as text;
// a paper's abstract comes from the page that has it.
import { Papers, find, groupsOf } from "./papers.js";
import { nameWords, stem, words } from "./words.js";

const form = document.getElementById("search");
const status = document.getElementById("status");
const results = document.getElementById("results");
const more = document.getElementById("more");
const root = document.body.dataset.root;
const filters = document.getElementById("filters");
const wide = matchMedia("(min-width: 52rem)");
const FIELDS = ["q", "keyword", "category", "from", "to", "code"];
const FIRST = 10; // drawn at each key; more come at a click
const MORE = 40;
const PAPERS_A_SLICE = 200;
const DAYS = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeZone: "UTC" });

const parts = []; // those that are loaded, newest first
let loading = null; // a promise, from the first search on
let total = 0;
let problem = "";
let found = [];
let shown = 0;
let settled = true;

// --- the index ---------------------------------------------------------------------------------

async function load() {
  const summary = await (await answer(`${root}search/index.json`)).json();
  total = summary.parts.reduce((sum, part) => sum + part.papers, 0);
  for (const { file } of summary.parts) {
    const packed = (await answer(`${root}search/${file}`)).body;
    const records = await new Response(packed.pipeThrough(new DecompressionStream("gzip"))).json();
    const part = new Papers();
    for (const [place, record] of records.entries()) {
      part.add(record);
      // In slices, so that typing goes on meanwhile.
      if (place % PAPERS_A_SLICE === 0) await new Promise((resolve) => { setTimeout(resolve); });
    }
    part.finish();
    parts.push(part);
    search();
  }
}

async function answer(address) {
  const got = await fetch(address);
  if (!got.ok) throw new Error(`status ${got.status}`);
  return got;
}

function loadOnce() {
  loading ??= load().catch((error) => {
    problem = error.message;
    loading = null;
    parts.length = 0;
    status.textContent = location.protocol === "file:"
      ? "Browsers cannot load the search index from your own disk. Run python3 -m http.server in the website's folder, then open http://localhost:8000."
      : `The search index could not be loaded (${problem}). Try again.`;
  });
}

const loaded = () => parts.reduce((sum, part) => sum + part.papers.length, 0);

// --- form and address bar ----------------------------------------------------------------------

function asked() {
  const data = new FormData(form);
  return Object.fromEntries(FIELDS.map((name) => [name, data.get(name) ?? ""]));
}

function isEmpty(question) {
  return FIELDS.every((name) => !question[name].trim());
}

function fillFormFromAddress() {
  const parameters = new URLSearchParams(location.search);
  for (const name of FIELDS) {
    const field = form.elements[name];
    if (field.type === "checkbox") field.checked = parameters.get(name) === field.value;
    else field.value = parameters.get(name) ?? "";
    if (field.value !== (parameters.get(name) ?? "") && field.tagName === "SELECT") field.value = "";
  }
  // If a keyword is gone or a date is invalid, the address shows what is really searched for.
  history.replaceState(null, "", addressOf(asked()));
  openFilters();
}

// On a narrow screen they would hide what was found.
function openFilters() {
  filters.open ||= wide.matches || FIELDS.slice(1).some((name) => asked()[name]);
}

function addressOf(question) {
  const parameters = new URLSearchParams(FIELDS.filter((name) => question[name]).map((name) => [
    name, question[name],
  ]));
  return parameters.size ? `?${parameters}` : location.pathname;
}

// One entry of the history a search: the letters of a word replace each other, and a new entry
// begins after a pause for Enter, for another field or for a filter.
function remember(question) {
  const address = addressOf(question);
  if (address === (location.search || location.pathname)) return;
  if (settled) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

function search() {
  const question = asked();
  if (isEmpty(question)) {
    show([], "", question);
    return;
  }
  if (question.q.trim() && !groupsOf(question.q).length) {
    show([], "No word to search for", question);
    return;
  }
  loadOnce();
  const answers = find(parts, question.q, (paper) => passes(paper, question));
  const number = answers.papers.length;
  const begun = answers.unfinished && `, with words that begin with “${answers.unfinished}”`;
  const isComplete = total > 0 && loaded() === total;
  const reading = isComplete ? "" : `; reading ${total ? `${(total - loaded()).toLocaleString("en")} more` : "the index"} …`;
  const sentence = `${count(number)} ${isComplete ? "found" : "so far"}${begun}${reading}`;
  const isSame = found.length === number && shown > 0 && found[0] === answers.papers[0];
  if (isSame && question.q === show.question) status.textContent = sentence;
  else show(answers.papers, sentence, question);
  if (isComplete && !number) help(question, answers.nowhere);
}

const count = (number) => `${number.toLocaleString("en")} paper${number === 1 ? "" : "s"}`;

function passes(paper, { keyword, category, from, to, code }) {
  return (!keyword || paper.keywords.includes(keyword))
    && (!category || paper.categories.split(" ").includes(category))
    && (!from || paper.shown >= from)
    && (!to || paper.shown <= to)
    && (!code || Boolean(paper.code));
}

function help(question, nowhere) {
  const categories = [...form.elements.category.options].map((option) => option.value.toLowerCase());
  const lines = nowhere.map((text) => (categories.includes(text.toLowerCase())
    ? `“${text}” is a category: choose it under Category.` : `No paper has “${text}”.`));
  const unfiltered = find(parts, question.q, () => true).papers.length;
  if (question.from && question.to && question.from > question.to) {
    lines.push("“From” is later than “To”.");
  } else if (unfiltered) {
    lines.push(`Without the filters: ${count(unfiltered)}.`);
  }
  if (question.q.trim() && !unfiltered) {
    lines.push(
      "Try fewer words: all of them must occur. “one OR other” finds either, “-word” leaves out.",
      "Words in quotes must be side by side. Only the newest papers are searched by abstract.",
    );
  }
  results.replaceChildren(element("ul", { className: "empty" }, ...lines.map((line) => element("li", {}, line))));
}

// --- the list ----------------------------------------------------------------------------------

function show(papers, sentence, question) {
  found = papers;
  shown = 0;
  show.question = question.q;
  show.marked = marks(question.q);
  status.textContent = sentence;
  results.replaceChildren();
  showMore(FIRST);
}

function showMore(number) {
  const next = found.slice(shown, shown + number).map(row);
  shown += next.length;
  results.append(...next);
  next.forEach(window.addTools);
  more.hidden = shown >= found.length;
  return next[0];
}

function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

function row(paper) {
  const title = element("h2", {}, element("a", { href: `https://arxiv.org/abs/${paper.id}` }, ...marked(paper.title)));
  const names = paper.authors.slice(0, 3).join(", ") + (paper.authors.length > 3 ? " et\u00a0al." : "");
  const by = element("p", { className: "by" }, element("span", { className: "authors" }, ...marked(names)),
    ...(paper.withdrawn ? [" ", element("span", { className: "badge withdrawn" }, "Withdrawn")] : []),
    " ", element("span", { className: "id" }, `${paper.categories.split(" ")[0]} ${paper.id}`),
    " ", element("time", { dateTime: paper.shown }, DAYS.format(new Date(paper.shown))));
  const translated = paper.translated ? [element("p", { className: "translated", dir: "auto" }, ...marked(paper.translated))] : [];
  const article = element("article", { className: "paper", id: paper.id.replace("/", "-") }, title, ...translated, by);
  if (paper.page) {
    const details = element("details", {}, element("summary", { dir: "auto" }, ...said(paper)));
    const page = element("p", { className: "links" }, element("a", { className: "home", href: `${root}${paper.page}#${article.id}` }, "On this website"));
    details.append(page);
    article.append(details);
    let fetched = null;
    article.whole = () => { fetched ??= takeRow(article, root + paper.page).catch(() => { fetched = null; }); return fetched; };
    details.addEventListener("toggle", article.whole, { once: true });
  } else if (paper.abstract) { // of a keyword that is gone
    const abstract = element("p", { className: "abstract" }, ...marked(paper.abstract));
    article.append(element("details", {}, element("summary", { dir: "auto" }, ...said(paper)), abstract));
    showOnce(article);
  }
  return article;
}

function said(paper) {
  if (!paper.said) return marked(excerpt(paper) || "Abstract");
  return [element("span", { className: "by-model", dir: "ltr" }, "(by a model)"), " ",
    element("span", { className: "said" }, ...marked(paper.said))];
}

// An abstract that is shown as a whole is not shown a second time.
function showOnce(article) {
  const abstract = article.querySelector(".abstract");
  if (abstract) abstract.hidden = abstract.textContent === article.querySelector("summary").textContent;
}

// The rest of a row, from the page that has it: its formulas are set there, and its BibTeX is.
async function takeRow(article, page) {
  const address = new URL(page, location.href);
  const parsed = new DOMParser().parseFromString(await (await answer(address)).text(), "text/html");
  const there = parsed.getElementById(article.id);
  if (there?.tagName === "LI") {
    await takeRow(article, new URL(there.querySelector("a").getAttribute("href"), address));
    return;
  }
  if (!there?.matches("article.paper")) return;
  there.querySelectorAll("h3 a, .abstract, .everyone, .comment").forEach(markAgain);
  for (const link of there.querySelectorAll("a[href]")) {
    link.href = new URL(link.getAttribute("href"), address);
  }
  const details = article.querySelector("details");
  details.append(...[...there.querySelectorAll("details > :not(summary)")].filter((one) => one.parentElement.parentElement === there));
  showOnce(article);
  article.append(there.querySelector(".Z3988"));
  article.querySelector("h2 a").replaceChildren(...there.querySelector("h3 a").childNodes);
}

// --- highlights --------------------------------------------------------------------------------

const WORD = /[\p{L}\p{N}\p{M}]+/gu;

function marks(question) {
  const terms = groupsOf(question).flat().filter((term) => !term.isNot);
  return {
    stems: new Set(terms.flatMap(({ text }) => words(text).map(stem))),
    names: new Set(terms.flatMap(({ text }) => nameWords(text))),
    known: new Map(), // by word, whether it is marked
  };
}

function isMarked(word) {
  const { stems, names, known } = show.marked;
  if (!known.has(word)) {
    const [one] = words(word);
    known.set(word, one !== undefined && (stems.has(stem(one)) || names.has(nameWords(word)[0])));
  }
  return known.get(word);
}

function marked(text) {
  const pieces = [];
  let start = 0;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (!isMarked(word)) continue;
    pieces.push(text.slice(start, index), element("mark", {}, word));
    start = index + word.length;
  }
  return [...pieces, text.slice(start)];
}

// A row is marked for its keywords; here, for what was asked.
function markAgain(place) {
  for (const mark of place.querySelectorAll("mark")) mark.replaceWith(...mark.childNodes);
  place.normalize();
  const texts = [];
  for (const walk = document.createTreeWalker(place, NodeFilter.SHOW_TEXT); walk.nextNode();) {
    if (!walk.currentNode.parentElement.closest("math")) texts.push(walk.currentNode);
  }
  for (const text of texts) text.replaceWith(...marked(text.data));
}

function excerpt({ abstract }) {
  let place = 0;
  for (const { 0: word, index } of abstract.matchAll(WORD)) {
    if (!isMarked(word)) continue;
    place = index;
    break;
  }
  const start = abstract.length > 200 ? Math.max(place - 80, 0) : 0;
  const begin = start ? abstract.indexOf(" ", start) + 1 : 0;
  const blank = abstract.length > begin + 200 ? abstract.lastIndexOf(" ", begin + 200) : 0;
  const end = blank > begin + 100 ? blank : begin + 200; // some languages have no blanks
  return `${begin ? "… " : ""}${abstract.slice(begin, end)}${abstract.length > end ? " …" : ""}`;
}

// --- what people do ----------------------------------------------------------------------------

form.addEventListener("input", (event) => {
  const isTyping = event.target.name === "q";
  if (!isTyping) settled = true;
  remember(asked());
  settled = !isTyping;
  search();
});
form.elements.q.addEventListener("change", () => { settled = true; });
form.addEventListener("submit", (event) => {
  event.preventDefault();
  settled = true;
});
more.addEventListener("click", () => {
  showMore(MORE)?.querySelector("a")?.focus();
});
wide.addEventListener("change", openFilters);
addEventListener("popstate", () => {
  settled = true;
  fillFormFromAddress();
  search();
});

document.getElementById("no-search").remove();
fillFormFromAddress();
search();
