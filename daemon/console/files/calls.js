import {h, table, empty, link, show, ago, octets, micros} from './dom.js';
import {get} from './api.js';

const silence = (list) => list?.length ? h('p', {className: 'quiet'}, 'Not told by: ' + list.join(', ') + '. They run without this, or did not answer within a second.') : null;

/** serverLink names a server, or the daemon itself. */
const serverLink = (name) => (name.startsWith('(') ? name : link('/servers/' + encodeURIComponent(name), {}, name));

/** scoped returns the scoped name in a repository id, or what there is. */
function scoped(id) {
  const parts = /^IDL:(?:[^/:]*\.[^/:]*\/)?([^:]*):/.exec(id ?? '');
  return parts ? parts[1].replaceAll('/', '::') : id ?? '';
}

/** below returns the time in µs that a share of calls took less than, of a histogram by powers of two. */
function below(took, share) {
  const all = took.reduce((a, b) => a + b, 0);
  let sum = 0;
  for (const [i, n] of took.entries()) {
    sum += n;
    if (sum >= share * all) return 2 ** i;
  }
  return 0;
}

/** histogram draws one. */
function histogram(took) {
  const most = Math.max(...took);
  const bars = took.map((n, i) => {
    const bar = h('span', {title: `less than ${micros(2 ** i)}: ${n}`});
    bar.style.height = (n ? 8 + 92 * n / most : 0) + '%';
    return bar;
  });
  return h('span', {className: 'bars', role: 'img', 'aria-label': `half took less than ${micros(below(took, 0.5))}, 99 in 100 less than ${micros(below(took, 0.99))}`}, bars);
}

/** calls shows what is called: how often a second since the last look, and since the servers were started. */
export async function calls(on) {
  const now = await get('calls', on.signal);
  const before = on.last;
  on.last = now;
  const key = (o) => [o.machine, o.server, o.interface, o.operation].join('\n');
  const earlier = new Map((before?.operations ?? []).map((o) => [key(o), o]));
  const seconds = before ? (Date.parse(now.at) - Date.parse(before.at)) / 1000 : 0;
  const shared = now.operations.some((o) => o.machine);
  const rows = now.operations.map((o) => {
    const was = earlier.get(key(o));
    const rate = seconds > 0 ? Math.max(0, o.calls - (was?.calls ?? 0)) / seconds : 0;
    return {o, rate};
  }).sort((a, b) => b.rate - a.rate || b.o.calls - a.o.calls).map(({o, rate}) => {
    const took = o.took ?? [];
    return [...(shared ? [o.machine] : []), serverLink(o.server), `${scoped(o.interface)} ${o.operation}`.trim(), before ? rate.toFixed(1) : '…', o.calls,
      (o.raised ?? 0), h('span', {className: o.failed ? 'bad' : ''}, o.failed ?? 0),
      took.length ? micros(below(took, 0.5)) : '', took.length ? micros(below(took, 0.99)) : '', took.length ? histogram(took) : ''];
  });
  show(on.place,
    rows.length ? table('Since each server was started; the busiest first', [...(shared ? [{name: 'Machine'}] : []), {name: 'Server'}, {name: 'Operation'}, {name: 'Calls/s', number: true}, {name: 'Calls', number: true},
      {name: 'Exceptions', number: true}, {name: 'Failures', number: true}, {name: 'Half below', number: true}, {name: '99% below', number: true}, {name: 'Latency'}], rows)
      : empty('Nothing was called yet. Calls show here two seconds later at most; try one from ', link('/object', {}, 'an object'), '.'),
    silence(now.silent));
}

/** kinds are what visitors are called. */
const kinds = {
  silent: 'said nothing', tls: 'TLS', http: 'HTTP', ssh: 'SSH', smb: 'SMB', rdp: 'remote desktop', zeros: 'zeros', partial: 'part of a GIOP message', version: 'unknown GIOP version',
  other: 'something else', 'tls-refused': 'TLS, refused', 'websocket-refused': 'WebSocket, refused', 'proxy-refused': 'proxies without a good header', dsom: 'programs of SOM’s DSOM, calls', 'dsom-refused': 'programs of SOM’s DSOM, refused',
};

function kindsOf(counts) {
  return Object.entries(counts).sort((a, b) => b[1] - a[1]).map(([k, n]) => `${kinds[k] ?? k}: ${n}`).join(', ');
}

/** visitors lists who came and was no client. */
export async function visitors({place, signal}) {
  show(place, ...visits(await get('visitors', signal)));
}

/** visits shows who came to a daemon. */
export function visits(all) {
  return [
    h('p', {}, 'Who came to the daemon’s port and was no client of CORBA, since it was started.'),
    ...(all.hosts.length ? [
      h('p', {id: 'visits'}, kindsOf(all.counts) + (all.refused ? `; refused: ${all.refused}` : '')),
      table('Who came last first', [{name: 'Host'}, {name: 'What came'}, {name: 'Last'}, {name: 'Said'}, {name: 'Refused', number: true}],
        all.hosts.map((v) => [v.host, h('span', {}, v.scanner ? h('strong', {className: 'bad'}, 'scanner ') : '', kindsOf(v.counts)), ago(v.last), v.said,
          Date.parse(v.refused_until ?? 0) > Date.now() ? h('span', {className: 'bad'}, `${v.refused ?? 0}, now`) : v.refused ?? 0]))]
      : [empty('Nobody came but clients.')])];
}

/** connections lists those from clients. */
export async function connections({place, signal}) {
  const all = await get('connections', signal);
  const shared = all.connections.some((c) => c.machine);
  const open = Object.values(all.open).reduce((a, b) => a + b, 0);
  show(place,
    all.connections.length ? table(`${open} open; of each server the 1000 with most octets`, [...(shared ? [{name: 'Machine'}] : []), {name: 'Server'}, {name: 'Client'}, {name: 'For'}, {name: 'Requests', number: true}, {name: 'Received', number: true}, {name: 'Sent', number: true}],
      all.connections.map((c) => [...(shared ? [c.machine] : []), serverLink(c.server), c.peer, ago(c.since), c.calls, octets(c.received), octets(c.sent)]))
      : empty('No client is connected.'),
    silence(all.silent));
}
