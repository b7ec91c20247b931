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

/**
 * Adds a line to a list that shows the latest last: old ones go, and who reads further up stays there.
 *
 * @param {HTMLElement} list
 * @param {HTMLElement} item
 * @param {number} limit
 */
export function addLatest(list, item, limit) {
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  list.append(item);
  while (list.childElementCount > limit) list.firstElementChild?.remove();
  if (isAtEnd) list.scrollTop = list.scrollHeight;
}
