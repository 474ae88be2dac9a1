import {h, table, facts, empty, link, show, ago} from './dom.js';
import {get, part} from './api.js';
import {machineLink} from './servers.js';
import {visits} from './calls.js';

const seconds = (text) => {
  const units = {h: 3600, m: 60, s: 1, ms: 1e-3, 'µs': 1e-6, ns: 1e-9};
  return [...text.matchAll(/([\d.]+)(h|ms|µs|ns|m|s)/g)].reduce((sum, [, n, unit]) => sum + n * units[unit], 0);
};

/** stateOf says how a machine is: one that is silent for long is found dead. */
function stateOf(all, m) {
  const silent = seconds(m.silent);
  if (silent > seconds(all.dead_after) / 2) return h('span', {className: 'bad'}, 'silent for ' + Math.round(silent) + ' s');
  return h('span', {className: 'state ready'}, m.here ? 'up, this one' : 'up');
}

/** machines lists those that share this daemon's state. */
export async function machines({place, signal}) {
  const daemon = await get('status', signal);
  if (!daemon.machine) {
    show(place, empty('This daemon shares its state with no other machine; ', h('code', {}, 'dsom daemon --store nats://HOST,HOST,HOST'), ' has it do so.'));
    return;
  }
  const [all, servers] = await Promise.all([get('machines', signal), get('servers', signal)]);
  const on = (name) => servers.filter((s) => s.machine === name);
  show(place,
    all.sure ? null : h('p', {className: 'bad'}, 'This machine does not reach the store: nothing can be changed, and no server runs here that may run on any machine.'),
    table(`${all.machines.length} up, with the store ${all.store.join(', ')}`,
      [{name: 'Machine'}, {name: 'State'}, {name: 'Takes calls at'}, {name: 'Servers', number: true}, {name: 'Of them, taking calls', number: true}, {name: 'Version'}],
      all.machines.map((m) => [machineLink(m.name), stateOf(all, m), m.addresses.join(' '), on(m.name).length, on(m.name).filter((s) => s.run.state === 'ready').length, m.version ?? ''])),
    h('p', {className: 'quiet'}, `A machine of which nothing is heard for ${all.dead_after} is found dead, and leaves the list. What may run on any machine runs elsewhere then.`));
}

/** machine shows one: its servers, and who came to its port and was no client. */
export async function machine({place, name, signal}) {
  const [all, servers] = await Promise.all([get('machines', signal), get('servers', signal)]);
  const m = all.machines.find((one) => one.name === name);
  if (!m) {
    show(place, empty('No machine of this name is up. ', link('/machines', {}, 'Those that are'), '.'));
    return;
  }
  const rows = servers.filter((s) => s.machine === name).map((s) => [
    link('/servers/' + part(s.name), {}, s.name), h('span', {className: 'state ' + s.run.state}, s.run.state), ago(s.run.since), s.run.pid ?? '', s.run.last_error ?? '']);
  show(place,
    facts([['state', stateOf(all, m)], ['takes calls at', m.addresses.join(' ')], ['version', m.version]]),
    rows.length ? table('Its servers', [{name: 'Server'}, {name: 'State'}, {name: 'For'}, {name: 'Process', number: true}, {name: 'Last error'}], rows) : empty('No server is there.'),
    h('h2', {}, 'Visitors'), ...visits(await get('visitors?machine=' + part(name), signal)));
}
