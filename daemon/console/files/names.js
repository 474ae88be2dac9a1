import {h, table, empty, link, show} from './dom.js';
import {get} from './api.js';

/** names shows what is bound in a context, or what a search finds. */
export async function names({place, query, signal}) {
  const inside = query.get('in') ?? '';
  const text = query.get('search') ?? '';
  const field = h('input', {id: 'search', type: 'search', value: text, size: 30});
  const form = h('form', {role: 'search', onsubmit: (e) => {
    e.preventDefault();
    location.hash = '#/names?' + new URLSearchParams({in: inside, search: field.value});
  }}, h('div', {className: 'row'}, h('label', {}, 'A part of a name', field), h('button', {type: 'submit'}, 'Search')));
  const path = [link('/names', {}, 'root')];
  for (const [i] of [...inside.matchAll(/(?:\\.|[^/\\])+/g)].entries()) {
    const above = [...inside.matchAll(/(?:\\.|[^/\\])+/g)].slice(0, i + 1).map((m) => m[0]).join('/');
    path.push(' / ', link('/names', {in: above}, above.split('/').at(-1)));
  }
  const result = h('div');
  show(place, form, h('p', {'aria-label': 'Where'}, ...path), result);
  const found = await get('names?' + new URLSearchParams({in: inside, search: text}), signal);
  const rows = found.names.map((n) => [
    n.kind === 'context' ? link('/names', {in: n.name}, n.name + '/') : link('/object', {url: n.url ?? ''}, n.name), n.type ?? '', h('code', {className: 'quiet'}, n.url ?? ''),
  ]);
  show(result,
    rows.length ? table(found.more ? `The first ${rows.length}; search for a part of the name to see others` : `${rows.length} found`, [{name: 'Name'}, {name: 'Type'}, {name: 'Reference'}], rows)
      : text ? empty(`Nothing here has “${text}” in its name.`)
        : empty('Nothing is bound here. Servers bind their objects when they start, or: ', h('code', {}, 'dsom name bind NAME REFERENCE')));
}
