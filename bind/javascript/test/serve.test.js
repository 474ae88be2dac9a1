'use strict';
// Objects of this process that others call: each client is a process of its own.
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { dsom, Dog, TooLoud } = require('./harness');

const listen = 'tcp:127.0.0.1:0';

class Own extends Dog {
  speak(n) {
    if (n > 1000n) throw new TooLoud({ volume: Number(n) - 1000, why: 'it is heard in Ulm' });
    if (n < 0n) throw new RangeError('no such volume');
    return 10n * n;
  }
}

const prelude = `
const dsom = require(${JSON.stringify(require.resolve('..'))});
const [Dog, TooLoud] = ['Zoo::Dog', 'Zoo::TooLoud'].map((n) => dsom.load(n));
const end = (e) => { console.log(e); process.exit(1); };
const say = (...all) => console.log(all.join(' '));
`;

/** What a program prints, and how it ends: its status, or the signal. */
function run(code, ...args) {
  return begin(`${prelude}(async () => {${code}})().catch(end);`, args, { stdio: ['pipe', 'pipe', 'inherit'] });
}

function begin(whole, args, options) {
  const child = spawn(process.execPath, ['-e', whole, ...args], options);
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (s) => (out += s));
  const begun = new Promise((resolve) => child.stdout.on('data', () => out.includes('\n') && resolve(out.slice(0, out.indexOf('\n'))))); // its first line
  const ended = new Promise((resolve) => child.on('close', (status, signal) => resolve([out.trim(), status ?? signal])));
  const said = new Promise((resolve) => {
    let all = '';
    child.stderr?.setEncoding('utf8').on('data', (s) => (all += s)).on('end', () => resolve(all));
  });
  return { child, begun, ended, said };
}

async function ask(url, code) {
  const [out, status] = await run(`const rex = await dsom.bind(process.argv[1]); ${code}; process.exit(0);`, url).ended;
  assert.equal(status, 0, out);
  return out;
}

test('calls', async () => {
  const rex = new Own();
  rex.name = 'Rex';
  const server = await dsom.serve({ 'zoo/rex': rex }, { listen });
  assert.equal(server.daemon, '');
  assert.equal(await ask(server.url('zoo/rex'), `say(rex instanceof Dog, await rex.speakAsync(4), rex.name); rex.name = 'Max'`), 'true 40 Rex');
  assert.equal(rex.name, 'Max');
  assert.equal(
    await ask(server.url('zoo/rex'), `
for (const n of [1007, -1]) await rex.speakAsync(n).catch((e) => say(e.name, e.volume ?? '', e.why ?? ''));
`),
    'TooLoud 7 it is heard in Ulm\nUNKNOWN',
  );
  await assert.rejects(dsom.serve(), /a server already/);
  await server.close();
  await server.close();
  assert.equal(rex.speak(1n), 10n);
});

test('objects are called back, and published later', async () => {
  class Friendly extends Dog {
    async ask(other) {
      this.heard = await other.speakAsync(3);
    }
    friend_of(other) {
      this.asked = this.ask(other);
      return this;
    }
  }
  const o = new Friendly();
  const server = await dsom.serve({}, { listen });
  const url = await server.publish('late', o);
  assert.equal(server.url('late'), url);
  const said = ask(url, `
class Mine extends Dog { speak() { return 77n; } }
const mine = new Mine();
say(await rex.friend_ofAsync(mine) instanceof Dog);
while (await rex.nameAsync() !== 'asked') await new Promise(setImmediate)`);
  while (!o.asked) await new Promise(setImmediate);
  await o.asked;
  o.name = 'asked';
  assert.deepEqual([await said, o.heard], ['true', 77n]);
  await server.close();
  await assert.rejects(ask(url, `await rex.speakAsync(1)`));
});

test('clients make objects of classes that are named', async () => {
  class Made extends Dog {
    speak(n) {
      return n + 1n;
    }
  }
  const server = await dsom.serve({}, { listen, classes: [Made, 'Zoo::Dog'] });
  const { orb } = require('../lib/remote');
  const maker = await dsom.remote.urlOf(await (await orb()).process.globalAsync('SOMDServer'));
  assert.equal(await ask(maker, `
say(await (await rex.somdCreateObjAsync('Made', '')).speakAsync(1), await (await rex.somdCreateObjAsync('Zoo::Dog', '')).speakAsync(3));
await rex.somdCreateObjAsync('Zoo::Animal', '').catch((e) => say(e instanceof dsom.SystemException))`), '2 7\ntrue');
  await server.close();
});

const program = (more) => `
class Own extends Dog { speak(n) { if (n === 9n) process.exit(5); return 10n * n; } }
const server = await dsom.serve({ rex: new Own() }, { listen: '${listen}' });
say(server.url('rex'));
${more}`;

test('the end', async () => {
  for (const [more, signal, ends] of [
    [`await server.wait(); say('over');`, 'SIGTERM', ['over', 0]],
    [`await server.wait(); say('over');`, 'SIGINT', ['over', 0]],
    [`process.on('SIGTERM', () => server.stop()); await server.wait(); say('own');`, 'SIGTERM', ['own', 0]],
    [``, 'SIGTERM', ['', 'SIGTERM']],
    [`setTimeout(() => process.exit(3), 100);`, null, ['', 3]], // without a word
    [`setTimeout(() => { throw new Error('thrown'); }, 100); process.on('uncaughtException', (e) => { say(e.message); process.exit(4); });`, null, ['thrown', 4]],
  ]) {
    const { child, begun, ended } = run(program(more));
    const url = (await begun).trim();
    if (signal) {
      assert.equal(await (await dsom.bind(url)).speakAsync(4), 40n);
      child.kill(signal);
    }
    const [out, status] = await ended;
    assert.deepEqual([out.slice(url.length).trim(), status], ends, more);
  }
});

test('a call ends the process', async () => {
  const { begun, ended } = run(program(''));
  const rex = await dsom.bind((await begun).trim());
  await assert.rejects(rex.speakAsync(9));
  assert.equal((await ended)[1], 5);
});

test('an exit listener throws', { timeout: 60000 }, async () => {
  const before = `process.on('exit', () => { throw new Error('a listener'); });`;
  const { begun, ended, said } = begin(`${before}${prelude}(async () => {${program(`setTimeout(() => process.exit(3), 100);`)}})();`, [], { stdio: 'pipe' });
  await begun;
  assert.ok(Number.isInteger((await ended)[1]));
  assert.match(await said, /a listener/);
});

test('one thread of libuv is enough to end', { timeout: 60000 }, async () => {
  const { ended } = begin(`${prelude}(async () => {${program(`await server.close(); say('over');`)}})().catch(end);`, [], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, UV_THREADPOOL_SIZE: '1' } });
  const [out, status] = await ended;
  assert.deepEqual([out.split('\n').at(-1), status], ['over', 0]);
});

test('what is wrong', async () => {
  await assert.rejects(dsom.serve({ x: 7 }, { listen }), TypeError);
  await assert.rejects(dsom.serve({}, { listen: 'nonsense' }), dsom.SystemException);
  await assert.rejects(dsom.serve({}, { listen: 7 }), /names without commas/);
  await assert.rejects(dsom.serve({}, { listen, classes: ['a,b'] }), /names without commas/);
  await (await dsom.serve({}, { listen })).close(); // and the next one is one
});
