// Elements from values. What the agent says becomes text nodes and attributes, never markup.

/**
 * An element: `el("td.number", {title: "…"}, "text", el("b", …))`. Attributes and children that are
 * null, undefined or false are left out; lists of children are opened.
 */
export const el = (what, ...rest) => fill(name => document.createElement(name), what, rest);

/** The same of SVG. */
export const svg = (what, ...rest) =>
  fill(name => document.createElementNS("http://www.w3.org/2000/svg", name), what, rest);

/** Several nodes without a parent. */
export function nodes(...children) {
  const fragment = new DocumentFragment();
  fragment.append(...kept(children));
  return fragment;
}

function fill(create, what, rest) {
  const [name, ...classes] = what.split(".");
  const element = create(name);
  if (classes.length) element.setAttribute("class", classes.join(" "));
  if (isAttributes(rest[0])) {
    for (const [key, value] of Object.entries(rest.shift())) {
      if (isThere(value)) element.setAttribute(key, value === true ? "" : value);
    }
  }
  element.append(...kept(rest));
  return element;
}

const isThere = value => value !== null && value !== undefined && value !== false;
const isAttributes = value => isThere(value) && Object.getPrototypeOf(value) === Object.prototype;
const kept = children => children.flat(Infinity).filter(isThere).map(child =>
  child instanceof Node ? child : document.createTextNode(String(child)));

/**
 * Makes `there` have the children that `wanted` has and keeps those nodes that are alike, so that what
 * the reader has focused, selected or opened stays so. A `data-key` says who is who among siblings.
 */
export function update(there, wanted) {
  let next = there.firstChild;
  for (const child of [...wanted.childNodes]) {
    const known = find(next, child);
    if (!known) {
      there.insertBefore(child, next);
    } else if (known === next) {
      next = next.nextSibling;
      adapt(known, child);
    } else {
      there.insertBefore(known, next);
      adapt(known, child);
    }
  }
  while (next) {
    const after = next.nextSibling;
    next.remove();
    next = after;
  }
}

const key = node => node.dataset?.key;
const alike = (one, other) => one.nodeName === other.nodeName && key(one) === key(other);

function find(from, like) {
  if (!from || alike(from, like)) return from;
  if (key(like) === undefined) return null;
  for (let node = from.nextSibling; node; node = node.nextSibling) {
    if (alike(node, like)) return node;
  }
  return null;
}

function adapt(there, wanted) {
  if (there.nodeType === Node.TEXT_NODE) {
    if (there.data !== wanted.data) there.data = wanted.data;
    return;
  }
  // Whether details are open is up to the reader once they are there.
  const counts = name => name !== "open";
  for (const name of there.getAttributeNames()) {
    if (counts(name) && !wanted.hasAttribute(name)) there.removeAttribute(name);
  }
  for (const name of wanted.getAttributeNames()) {
    const value = wanted.getAttribute(name);
    if (counts(name) && there.getAttribute(name) !== value) there.setAttribute(name, value);
  }
  update(there, wanted);
}

/**
 * A table of columns `[title, class]` and rows of cells; the first cell of a row is its header. Cells
 * know their column's title, which is shown beside them where there is no room for columns. The title
 * may bring a class: `"Routes.routes"`.
 */
export function table(title, columns, rows) {
  const [caption, ...classes] = title.split(".");
  const cell = (content, column) => {
    const [title, kind] = columns[column];
    const what = (column ? "td" : "th") + (kind ? `.${kind}` : "");
    const empty = content === "" || !isThere(content);
    return el(what, { "data-label": title, scope: column ? null : "row", "data-empty": empty }, content);
  };
  return el(["table", ...classes].join("."),
    el("caption", caption),
    el("thead", el("tr", columns.map(([title, kind]) =>
      el("th" + (kind ? `.${kind}` : ""), { scope: "col" }, title)))),
    el("tbody", rows.map(({ key, cells, notes = [] }) => {
      const said = notes.filter(isThere);
      return [
        el("tr", { "data-key": key, class: said.length ? "noted" : null }, cells.map(cell)),
        said.length > 0 && el("tr.notes", { "data-key": key && `${key} notes` },
          el("td", { colspan: columns.length }, said.map(note => el("p", note)))),
      ];
    })));
}
