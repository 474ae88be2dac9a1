import {h, table, facts, empty, link, show} from './dom.js';
import {get, part} from './api.js';

const first = (text) => (text ?? '').split(/\n|(?<=\.)\s/)[0];

/** classes lists the interfaces that the daemon knows. */
export async function classes({place, signal}) {
  const all = await get('classes', signal);
  show(place,
    all.classes.length ? table(`${all.classes.length} interfaces, from ${all.folder} and the interface repository`, [{name: 'Interface'}, {name: 'Derived from'}, {name: 'What it is'}, {name: 'File'}],
      all.classes.map((c) => [link('/classes/' + part(c.name), {}, c.name), (c.bases ?? []).join(', '), first(c.doc), c.file]))
      : empty('No interface is known. Put IDL files, typelibs or class libraries into ', h('code', {}, all.folder), ', and their objects can be called from here.'),
    all.problems?.length ? [h('h2', {}, 'What cannot be read'), all.problems.map((p) => h('pre', {className: 'bad'}, p))].flat() : null);
}

/** classPage shows an interface and its operations. */
export async function classPage({place, name, signal}) {
  const c = await get('classes/' + part(name), signal);
  show(place,
    c.doc && h('p', {}, c.doc),
    facts([['repository id', c.id], ['derived from', (c.bases ?? []).join(', ')], ['file', c.file]]),
    h('h2', {}, 'Operations'),
    (c.operations ?? []).length ? table(`${c.operations.length} operations and attributes`, [{name: 'Operation'}, {name: 'What it does'}, {name: 'Raises'}, {name: 'From'}],
      c.operations.map((o) => [h('code', {}, signature(o)), o.doc ?? '', (o.raises ?? []).join(', '), o.from ?? ''])) : empty('It has none.'));
}

/** signature writes an operation as IDL does. */
export function signature(o) {
  const params = (o.params ?? []).map((p) => `${p.mode} ${p.type} ${p.name}`).join(', ');
  if (o.name.endsWith('=')) return `${o.name.slice(0, -1)} = ${o.params[0].type}`;
  return o.writes ? `${o.oneway ? 'oneway ' : ''}${o.result} ${o.name}(${params})` : `${o.result} ${o.name}`;
}
