// What every module of the page needs of the document. Text is only ever set as text.

/**
 * The element with this id.
 *
 * @template {Element} Kind
 * @param {string} id
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
export function byId(id, kind) {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new TypeError(`no such element: ${id}`);
  return element;
}

/**
 * A new element.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {string} [className]
 * @param {...(string | Node)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function make(name, className = '', ...children) {
  const element = document.createElement(name);
  if (className !== '') element.className = className;
  element.append(...children);
  return element;
}

/**
 * A definition list: names and values in turn.
 *
 * @param {string} className
 * @param {readonly (readonly [name: string, value: string])[]} pairs
 */
export function makePairs(className, pairs) {
  const rows = pairs.map(([name, value]) => make('div', '', make('dt', '', name), make('dd', '', value)));
  return make('dl', className, ...rows);
}

/** What waits to be added to lists, until the next picture is drawn. @type {Map<HTMLElement, (() => HTMLElement)[]>} */
const waiting = new Map();

/**
 * Adds a line to a list that shows the latest last: old ones go, and who reads further up stays there. However many come
 * at once, the list is drawn once, and lines that would go at once are never made.
 *
 * @param {HTMLElement} list
 * @param {number} limit
 * @param {() => HTMLElement} makeItem
 */
export function addLatest(list, limit, makeItem) {
  let items = waiting.get(list);
  if (items === undefined) {
    items = [];
    waiting.set(list, items);
    requestAnimationFrame(() => showLatest(list, limit));
  }
  items.push(makeItem);
  // A page that is not seen draws nothing.
  if (items.length > 2 * limit) items.splice(0, items.length - limit);
}

/** Empties such a list. @param {HTMLElement} list */
export function clearLatest(list) {
  const items = waiting.get(list);
  if (items !== undefined) items.length = 0;
  list.replaceChildren();
}

/**
 * @param {HTMLElement} list
 * @param {number} limit
 */
function showLatest(list, limit) {
  const items = (waiting.get(list) ?? []).slice(-limit);
  waiting.delete(list);
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  for (let left = list.childElementCount + items.length - limit; left > 0; left--) list.firstElementChild?.remove();
  list.append(...items.map(makeItem => makeItem()));
  if (isAtEnd) list.scrollTop = list.scrollHeight;
}
