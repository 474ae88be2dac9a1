// Elements are made here, from text alone: nothing that comes from a server, a name or a log is ever read as HTML.

/** h makes an element. Properties are set as such, those with a dash and role as attributes; children that are no nodes become text. */
export function h(name, properties = {}, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (key.includes('-') || key === 'role' || key === 'for' || key === 'list') e.setAttribute(key, value);
    else if (key.startsWith('on')) e.addEventListener(key.slice(2), value);
    else e[key] = value;
  }
  e.append(...children.flat().filter((c) => c !== undefined && c !== null && c !== false).map(shown));
  return e;
}

/** shown is what stands for a child: text with the characters that turn its direction around made visible. */
function shown(child) {
  return child instanceof Node ? child : visible(String(child));
}

/** visible replaces characters that are not seen, or hide others. */
export function visible(text) {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '\ufffd');
}

/** table makes one. A column is {name, number}; a row is a list of cells, each a node, a text, or nothing. */
export function table(caption, columns, rows) {
  const style = (i) => (columns[i].number ? 'number' : '');
  return h('div', {className: 'scroll'}, h('table', {},
    h('caption', {}, caption),
    h('thead', {}, h('tr', {}, columns.map((c, i) => h('th', {scope: 'col', className: style(i)}, c.name)))),
    h('tbody', {}, rows.map((r) => h('tr', {}, r.map((cell, i) => h('td', {className: style(i)}, cell ?? '')))))));
}

/** facts makes a list of names and values; those without a value are left out. */
export function facts(pairs) {
  return h('dl', {}, pairs.filter(([, v]) => v !== undefined && v !== null && v !== '').flatMap(([k, v]) => [h('dt', {}, k), h('dd', {}, v)]));
}

/** empty says that there is nothing, and what to do. */
export function empty(...children) {
  return h('p', {className: 'empty'}, ...children);
}

/** link makes a link within the console: a path, and what is asked for with it. */
export function link(path, query, ...children) {
  const q = new URLSearchParams(query).toString();
  return h('a', {href: '#' + path + (q ? '?' + q : '')}, ...children);
}

/** show puts nodes into a place, and the focus back to where it was: to the same link, or the element of the same id. */
export function show(place, ...nodes) {
  const had = place.contains(document.activeElement) ? document.activeElement : null;
  place.replaceChildren(...nodes.flat().filter(Boolean));
  if (!had || !had.isConnected) {
    const again = had && [...place.querySelectorAll('a, button, input')].find((e) => (had.id ? e.id === had.id : had.href && e.href === had.href));
    again?.focus({preventScroll: true});
  }
}

/** ago says how long something lasts, of a time as the API writes it. */
export function ago(time) {
  if (!time) return '';
  const s = Math.max(0, (Date.now() - Date.parse(time)) / 1000);
  if (s < 60) return Math.floor(s) + ' s';
  if (s < 3600) return Math.floor(s / 60) + ' min';
  if (s < 86400) return Math.floor(s / 3600) + ' h ' + Math.floor((s % 3600) / 60) + ' min';
  return Math.floor(s / 86400) + ' d ' + Math.floor((s % 86400) / 3600) + ' h';
}

/** octets says a size. */
export function octets(n) {
  for (const unit of ['octets', 'KiB', 'MiB', 'GiB']) {
    if (n < 1024) return (unit === 'octets' ? n : n.toFixed(1)) + ' ' + unit;
    n /= 1024;
  }
  return n.toFixed(1) + ' TiB';
}

/** micros says a time in microseconds. */
export function micros(us) {
  if (us < 1000) return us + ' µs';
  if (us < 1e6) return (us / 1000).toFixed(us < 1e4 ? 1 : 0) + ' ms';
  return (us / 1e6).toFixed(1) + ' s';
}
