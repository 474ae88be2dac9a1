import {h, table, facts, empty, show} from './dom.js';
import {post} from './api.js';
import {signature} from './classes.js';

/** object shows a reference, and lets its operations be called. */
export async function object({place, query, signal}) {
  const url = query.get('url') ?? '';
  const field = h('input', {id: 'url', value: url, spellcheck: false, placeholder: 'IOR:…, corbaloc:…, corbaname:rir:#bank/main'});
  const form = h('form', {onsubmit: (e) => {
    e.preventDefault();
    location.hash = '#/object?' + new URLSearchParams({url: field.value.trim()});
  }}, h('div', {className: 'row'}, h('label', {className: 'wide'}, 'Reference of the object', field), h('button', {type: 'submit'}, 'Show')));
  const reference = h('section', {'aria-label': 'Reference'});
  const operations = h('section', {'aria-label': 'Operations'});
  show(place, form, reference, operations);
  if (!url) {
    show(reference, empty('Enter a reference, or choose one among the names.'));
    field.focus();
    return;
  }
  const shown = await post('references', {url}, signal);
  const probed = h('div', {role: 'status'});
  const probe = h('button', {type: 'button', id: 'probe', onclick: async () => {
    show(probed, 'Trying its addresses…');
    try {
      const got = await post('references', {url, probe: true}, signal);
      show(probed, ...findings(got.probe));
    } catch (error) {
      show(probed, h('span', {className: 'bad'}, error.message));
    }
  }}, 'Is it reached?');
  show(reference, ...described(shown), h('div', {className: 'row'}, probe), probed);
  try {
    const c = await post('objects/class', {url}, signal);
    show(operations, h('h2', {}, c.name), c.doc && h('p', {}, c.doc), ...(c.operations ?? []).map((o, i) => callForm(url, c, o, i, signal)));
  } catch (error) {
    if (signal.aborted) throw error;
    show(operations, h('h2', {}, 'Operations'), empty(error.message));
  }
}

/** described are the facts of a reference. */
function described(r) {
  const key = (k) => k && (k.server ? `object ${k.object}, adapter ${k.adapter || '(root)'}, server ${k.server}, ${k.persistent ? 'persistent' : 'transient'}` : k.text ?? '0x' + k.hex);
  const parts = [facts([
    ['type', r.type || (r.nil ? 'nil: it refers to no object' : 'not said')], ['addresses', (r.addresses ?? []).join(', ')], ['key', key(r.key)], ['name', r.name], ['in short', r.corbaloc && h('code', {}, r.corbaloc)],
  ])];
  for (const p of r.profiles ?? []) {
    parts.push(h('h2', {}, `Profile ${p.kind} ${p.version ?? '(tag ' + p.tag + ')'}`), facts([
      ['damaged', p.error], ['addresses', (p.addresses ?? []).join(', ')], ['key', key(p.key)],
      ...(p.components ?? []).map((c) => [c.name || 'tag ' + c.tag, c.value || '0x' + c.data]),
    ]));
  }
  return parts;
}

/** findings say what came of trying addresses. */
function findings(report) {
  if (!report) return [h('span', {className: 'bad'}, 'There is no address to try.')];
  const rows = [];
  const add = (all, indent) => {
    for (const f of all ?? []) {
      rows.push([indent + (f.address ?? ''), h('span', {className: f.outcome === 'reachable' || f.outcome === 'forwarded' ? 'good' : 'bad'}, f.outcome), [f.problem, f.advice].filter(Boolean).join(' – ')]);
      add(f.forward?.addresses, indent + '→ ');
    }
  };
  add(report.addresses, '');
  return [h('p', {className: report.reachable ? 'good' : 'bad'}, report.reachable ? 'It is reached.' : 'It is not reached.'), table('Addresses', [{name: 'Address'}, {name: 'Outcome'}, {name: 'What to know'}], rows)];
}

/** callForm is what calls an operation: a field for each argument. */
function callForm(url, c, o, index, signal) {
  const outcome = h('div', {role: 'status', id: `outcome-${index}`});
  const fields = (o.params ?? []).filter((p) => p.mode !== 'out').map((p) => [p, argument(p, `arg-${index}-${p.name}`)]);
  const button = h('button', {type: 'submit', id: `call-${index}`, disabled: Boolean(o.trouble)}, o.writes ? 'Call' : 'Read');
  const form = h('form', {onsubmit: async (e) => {
    e.preventDefault();
    button.disabled = true;
    show(outcome, 'Calling…');
    try {
      const values = {};
      for (const [p, field] of fields) values[p.name] = value(p, field);
      show(outcome, ...told(await post('objects/call', {url, interface: c.name, operation: o.name, arguments: values}, signal)));
    } catch (error) {
      show(outcome, h('p', {className: 'bad'}, error.message));
    }
    button.disabled = false;
  }},
  h('fieldset', {}, h('legend', {}, h('code', {}, signature(o))),
    o.doc && h('p', {className: 'quiet'}, o.doc),
    o.trouble && h('p', {className: 'bad'}, o.trouble),
    h('div', {className: 'row'}, fields.map(([p, field]) => h('label', {className: p.form === 'json' || p.form === 'object' ? 'wide' : ''}, `${p.name} (${p.type})`, field)), button),
    outcome));
  return form;
}

/** argument is the field of a parameter. */
function argument(p, id) {
  switch (p.form) {
    case 'boolean': return h('input', {id, type: 'checkbox'});
    case 'choice': return h('select', {id}, (p.choices ?? []).map((c) => h('option', {value: c}, c)));
    case 'json': return h('textarea', {id, value: p.example ?? '', spellcheck: false});
    case 'number': return h('input', {id, inputMode: 'decimal', required: true, placeholder: p.example ?? ''});
    case 'object': return h('input', {id, spellcheck: false, placeholder: 'a reference; empty is nil'});
  }
  return h('input', {id});
}

/** value is what was entered, as the API wants it. */
function value(p, field) {
  switch (p.form) {
    case 'boolean': return field.checked;
    case 'object': return field.value.trim() || null;
    case 'number': return number(p, field.value.trim());
    case 'json':
      try {
        return JSON.parse(field.value);
      } catch (error) {
        throw new Error(`${p.name}: this is not JSON: ${error.message}`);
      }
  }
  return field.value;
}

/** number is a number; one that JavaScript would change goes as the text that it is. */
function number(p, text) {
  if (['NaN', 'Infinity', '-Infinity'].includes(text)) return text;
  if (!/^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(text)) throw new Error(`${p.name}: “${text}” is not a number`);
  if (/^-?\d{16,}$/.test(text)) return JSON.rawJSON ? JSON.rawJSON(text) : Number(text);
  return Number(text);
}

/** told says what came of a call. */
function told(outcome) {
  const took = h('span', {className: 'quiet'}, ` after ${outcome.took}`);
  if (outcome.error) return [h('p', {className: 'bad'}, outcome.error, took)];
  if (outcome.exception) return [h('p', {className: 'bad'}, 'It raised an exception', took), h('pre', {}, JSON.stringify(outcome.exception, null, 2))];
  if (outcome.result === undefined) return [h('p', {className: 'good'}, 'Done', took)];
  return [h('p', {className: 'good'}, 'Result', took), h('pre', {}, JSON.stringify(outcome.result, null, 2))];
}
