import {h, table, facts, empty, link, show, ago, visible} from './dom.js';
import {get, post, request, part} from './api.js';

const stateOf = (s) => h('span', {className: 'state ' + s.run.state}, s.disabled ? s.run.state + ', disabled' : s.run.state);

/** servers lists them. */
export async function servers({place, signal}) {
  const [all, daemon] = await Promise.all([get('servers', signal), get('status', signal)]);
  const shared = Boolean(daemon.machine);
  const live = shared ? all.filter((s) => s.run.state === 'ready').length : daemon.live;
  const rows = all.map((s) => [
    ...(shared ? [machineLink(s.machine)] : []), link('/servers/' + part(s.name), {}, s.name), stateOf(s), ago(s.run.since), s.run.pid ?? '', s.run.starts, s.activation ?? '', s.run.last_error ?? '',
  ]);
  show(place,
    h('p', {className: 'quiet'}, `Daemon ${daemon.version}, process ${daemon.pid}, up ${ago(daemon.started)}, takes calls at ${(daemon.addresses ?? []).join(', ')}${shared ? `, on the machine ${daemon.machine}` : ''}.`),
    ...(daemon.damaged ?? []).map((text) => h('p', {className: 'bad'}, `The state is damaged: ${text}`)),
    all.length ? table(`${all.length} registered, ${live} take calls`,
      [...(shared ? [{name: 'Machine'}] : []), {name: 'Server'}, {name: 'State'}, {name: 'For'}, {name: 'Process', number: true}, {name: 'Starts', number: true}, {name: 'Started'}, {name: 'Last error'}], rows)
      : empty('No server is registered yet. Register a program: ', h('code', {}, 'dsom server add bank -- ./bank-server')));
}

/** machineLink names a machine, if there are any. */
export const machineLink = (name) => (name ? link('/machines/' + part(name), {}, name) : '');

const mostLines = 2000; // of a log that are shown
const longestLine = 4096; // characters of a line that are shown: its end

/** server shows one. What it writes is followed until another page is shown. */
export async function server(on) {
  const s = await get('servers/' + part(on.name), on.signal);
  if (!on.parts) {
    on.parts = {about: h('div'), note: h('p', {role: 'status'})};
    const log = h('pre', {className: 'log', tabIndex: 0, id: 'log', 'aria-label': 'What the server writes'});
    const go = (verb) => h('button', {type: 'button', id: verb, onclick: () => change(on, verb)}, verb === 'start' ? 'Start' : 'Stop');
    show(on.place, on.parts.about, h('div', {className: 'row'}, go('start'), go('stop')), on.parts.note, upgradeForm(on, s), h('h2', {}, 'Output'), log);
    follow(on, log);
  }
  show(on.parts.about, facts([
    ['machine', machineLink(s.machine)], ['may run on', s.on === 'any' ? 'any machine, one at a time' : ''], ['state', stateOf(s)], ['for', ago(s.run.since)], ['process', s.run.pid], ['takes calls at', (s.run.endpoints ?? []).join(' ')],
    ['started by this daemon', `${s.run.starts} times`], ['failed in a row', s.run.failures], ['last error', s.run.last_error],
    ['its last process', s.run.ended], ['not enforced', (s.run.unenforced ?? []).join('; ')], ['activation', s.activation], ['command', (s.command ?? []).join(' ')],
    ['command before the last upgrade', (s.previous ?? []).join(' ')], ['upgrades', s.upgrade], ['folder', s.dir], ['UUID', s.uuid],
  ]), s.run.processes?.length ? table('Its processes', [{name: 'For what'}, {name: 'State'}, {name: 'For'}, {name: 'Process', number: true}, {name: 'Calls under way', number: true}, {name: 'Takes calls at'}],
    s.run.processes.map((p) => [p.seat, h('span', {className: 'state ' + p.state}, p.state), ago(p.since), p.pid ?? '', p.calls ?? 0, (p.endpoints ?? []).join(' ')])) : null);
  document.getElementById('stop').disabled = ['stopped', 'backoff'].includes(s.run.state);
  document.getElementById('start').disabled = s.run.state === 'ready';
  document.getElementById('upgrade').disabled = Boolean(on.upgrading);
  document.getElementById('rollback').disabled = Boolean(on.upgrading) || !s.previous?.length;
}

/** lineOf is a word of a command on a line: as it is, or as a string of JSON where a line would not say it. */
function lineOf(word) {
  return word === '' || word.startsWith('"') || word !== word.trimEnd() || /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(word) ? JSON.stringify(word) : word;
}

const linesOf = (command) => (command ?? []).map(lineOf).join('\n');

/** wordsOf is linesOf the other way. Empty lines are nothing. */
function wordsOf(text) {
  return text.split('\n').map((line) => line.trimEnd()).filter(Boolean).map((line) => {
    if (!line.startsWith('"')) return line;
    try {
      return JSON.parse(line);
    } catch {
      throw new Error(`${line} begins with a quotation mark, and is no string of JSON: "a \\"quoted\\" word\\nof two lines"`);
    }
  });
}

/** upgradeForm asks for another program. What is typed stays while the page is shown anew. */
function upgradeForm(on, s) {
  const command = h('textarea', {id: 'command', spellcheck: false, value: linesOf(s.command), 'aria-describedby': 'upgrading'});
  const form = h('form', {onsubmit: (event) => {
    event.preventDefault();
    try {
      upgrade(on, {command: wordsOf(command.value)});
    } catch (error) {
      show(on.parts.note, h('span', {className: 'bad'}, error.message));
    }
  }},
  h('p', {id: 'upgrading', className: 'quiet'}, 'The new program is started beside the old one, clients are sent to it, and the old one ends when its calls have. If it does not come up, all is as it was.'),
  h('label', {for: 'command'}, 'Program and its arguments, each on a line of its own, or in quotation marks as in JSON'), command,
  h('div', {className: 'row'}, h('button', {id: 'upgrade'}, 'Upgrade'), h('button', {type: 'button', id: 'rollback', onclick: () => upgrade(on, {back: true})}, 'Roll back')));
  return h('details', {id: 'upgrades'}, h('summary', {}, 'Upgrade'), form);
}

/** upgrade has another program take the server's place, or the one before it. */
async function upgrade(on, up) {
  if (on.upgrading) return;
  on.upgrading = true;
  const buttons = ['upgrade', 'rollback'].map((id) => document.getElementById(id));
  buttons.forEach((b) => { b.disabled = true; });
  show(on.parts.note, up.back ? 'Rolling back…' : 'Upgrading…');
  try {
    const done = await post('servers/' + part(on.name) + '/upgrade', up);
    const old = done.ended?.length ? `process ${done.ended.join(', ')} ended in ${done.drained}` : 'the old one did not run';
    show(on.parts.note, h('span', {}, `It runs ${done.server.command.join(' ')}. The new program came up in ${done.started}; ${old}.`));
    document.getElementById('command').value = linesOf(done.server.command);
  } catch (error) {
    show(on.parts.note, h('span', {className: 'bad'}, error.message), error.output?.length ? h('pre', {}, error.output.join('\n')) : null);
  } finally {
    on.upgrading = false;
  }
  if (!on.signal.aborted) await server(on);
}

async function change(on, verb) {
  show(on.parts.note, verb === 'start' ? 'Starting…' : 'Stopping…');
  try {
    await post('servers/' + part(on.name) + '/' + verb);
    show(on.parts.note);
    await server(on);
  } catch (error) {
    show(on.parts.note, h('span', {className: 'bad'}, error.message), error.output?.length ? h('pre', {}, error.output.join('\n')) : null);
  }
}

/** follow shows what the server writes, as it comes. */
async function follow(on, log) {
  let lines = [''];
  try {
    const response = await request('GET', 'servers/' + part(on.name) + '/logs?lines=200&follow=true', undefined, on.signal);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const {value, done} = await reader.read();
      if (done) break;
      const came = value.split('\n');
      lines[lines.length - 1] += came[0];
      lines = lines.concat(came.slice(1)).slice(-mostLines).map((line) => (line.length > longestLine ? line.slice(-longestLine) : line));
      const low = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
      log.textContent = visible(lines.join('\n'));
      if (low) log.scrollTop = log.scrollHeight;
    }
  } catch (error) {
    if (!on.signal.aborted) log.append('\n[' + error.message + ']');
  }
}
