// The search page: the form, the address bar and the list of what was found.
//
// The index is loaded when somebody searches, not before. Every text is put into the page as text;
// of the index only MathML becomes elements, and only those of an allow list.
import { Papers, partsOf } from "./papers.js";

const form = document.getElementById("search");
const status = document.getElementById("status");
const results = document.getElementById("results");
const more = document.getElementById("more");
const root = form.dataset.root;
const FIELDS = ["q", "keyword", "category", "from", "to", "code"];
const FIRST = 10; // drawn at each key; more come at a click
const MORE = 40;
const PAPERS_A_SLICE = 200;

let index = null; // a promise of Papers, from the first search on
let keywords = new Map();
let found = [];
let shown = 0;
let latest = 0;
let settled = true;

// --- the index ---------------------------------------------------------------------------------

async function loaded() {
  index ??= load().catch((problem) => {
    index = null;
    throw problem;
  });
  return index;
}

async function load() {
  const summary = await json("index.json");
  keywords = new Map(summary.keywords.map((keyword) => [keyword.slug, keyword]));
  const total = summary.parts.reduce((sum, part) => sum + part.papers, 0);
  const papers = new Papers();
  for (const part of summary.parts) {
    for (const [place, paper] of (await json(part.file)).entries()) {
      papers.add(paper);
      // In slices, so that typing goes on meanwhile.
      if (place % PAPERS_A_SLICE === 0) {
        status.textContent = `Reading ${total.toLocaleString("en")} papers …`;
        await new Promise((resolve) => { setTimeout(resolve); });
      }
    }
  }
  papers.finish();
  return papers;
}

async function json(file) {
  const answer = await fetch(`${root}search/${file}`);
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

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

async function search() {
  const question = asked();
  const number = ++latest;
  if (isEmpty(question)) {
    show([], "");
    return;
  }
  if (question.q.trim() && !partsOf(question.q).length) {
    show([], "No letter or number to search for");
    return;
  }
  let papers;
  try {
    papers = await loaded();
  } catch (problem) {
    status.textContent = `The search index could not be loaded (${problem.message}). Try again.`;
    return;
  }
  if (number !== latest) return; // somebody typed on while it was loading
  const answer = papers.find(question.q, (paper) => passes(paper, question));
  const begun = answer.unfinished.map((word) => `, with words that begin with “${word}”`).join("");
  show(answer.papers, `${count(answer.papers.length)} found${begun}`);
}

function passes(paper, { keyword, category, from, to, code }) {
  return (!keyword || paper.keywords.includes(keyword))
    && (!category || (paper.categories ?? []).includes(category))
    && (!from || paper.day >= from)
    && (!to || paper.day <= to)
    && (!code || Boolean(paper.code));
}

function count(papers) {
  return `${papers.toLocaleString("en")} paper${papers === 1 ? "" : "s"}`;
}

// --- the list ----------------------------------------------------------------------------------

function show(papers, sentence) {
  found = papers;
  shown = 0;
  status.textContent = sentence;
  results.replaceChildren();
  showMore(FIRST);
}

function showMore(number) {
  const next = found.slice(shown, shown + number).map(card);
  shown += next.length;
  for (const article of next) window.addCopyButtons(article);
  results.append(...next);
  more.hidden = shown >= found.length;
  return next[0];
}

function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

function card(paper) {
  const title = element("h2", { id: `t-${paper.id}` }, link(paper.url, ...set(paper.title ?? paper.id)));
  const text = element("div", { className: "text" }, title, ...authors(paper.authors ?? []));
  if (paper.abstract) text.append(element("p", { className: "abstract" }, ...set(paper.abstract)));
  text.append(notes(paper), links(paper));
  const article = element("article", { className: "card" }, about(paper), text);
  article.setAttribute("aria-labelledby", title.id);
  return article;
}

function about(paper) {
  const made = element("p", { className: "about" });
  const [primary] = paper.categories ?? [];
  if (primary) {
    const short = primary.includes(".") ? primary.slice(primary.indexOf(".") + 1) : primary;
    made.append(element("span", { className: "category", title: primary }, short), " ");
  }
  made.append(element("time", { dateTime: paper.day }, paper.shown));
  if (paper.withdrawn) made.append(" ", element("span", { className: "badge withdrawn" }, "Withdrawn"));
  if (paper.code) made.append(" ", element("a", { className: "badge code", href: paper.code }, "Code"));
  return made;
}

function authors(names) {
  if (!names.length) return [];
  const first = names.slice(0, 3).join(", ");
  if (names.length <= 3) return [element("p", { className: "authors" }, first)];
  const others = element("span", { className: "others" }, " ", element("i", {}, "et al."));
  const summary = element("summary", {}, first, others);
  return [element("details", { className: "authors" }, summary, ` ${names.slice(3).join(", ")}`)];
}

function notes(paper) {
  const places = paper.keywords.flatMap((slug, place) => {
    const { page, name } = keywords.get(slug);
    return [place ? ", " : "In ", link(root + page, name)];
  });
  const made = element("p", { className: "notes" }, element("span", {}, ...places));
  const several = (paper.categories ?? []).length > 1 ? `, ${paper.categories.join(", ")}` : "";
  made.append(" ", element("span", {}, `v${paper.version}${several}`));
  if (paper.comment) made.append(" ", element("span", { className: "comment" }, ...set(paper.comment)));
  return made;
}

function links(paper) {
  const made = element("p", { className: "links" }, link(paper.url, "abs"), " ", link(paper.pdf, "PDF"));
  if (paper.code) made.append(" ", link(paper.code, "code"));
  made.append(" ", element("a", { className: "bib", href: root + paper.bib, download: "" }, "BibTeX"));
  return made;
}

function link(address, ...children) {
  return element("a", { href: address }, ...children);
}

// --- formulas ----------------------------------------------------------------------------------

const MATHML = "http://www.w3.org/1998/Math/MathML";
const parser = new DOMParser();

// A text as nodes: plain pieces as text, formulas as MathML, or as TeX where that is none.
function set(text) {
  const pieces = typeof text === "string" ? [text] : text;
  return pieces.map((piece) => (typeof piece === "string" ? piece : formula(piece)));
}

function formula([tex, mathml]) {
  const parsed = parser.parseFromString(mathml.replace("<math", `<math xmlns="${MATHML}"`), "text/xml");
  const elements = [...parsed.querySelectorAll("*")];
  const isMaths = elements.every((one) => one.namespaceURI === MATHML && /^m[a-z]+$|^none$/.test(one.localName));
  return isMaths ? document.importNode(parsed.documentElement, true) : tex;
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
addEventListener("popstate", () => {
  settled = true;
  fillFormFromAddress();
  search();
});

document.getElementById("no-search").remove();
fillFormFromAddress();
search();
