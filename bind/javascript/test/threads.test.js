'use strict';
// Calls from threads that are not Node's, and calls that are not waited for.
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { dsom, Dog, Animal, TooLoud, collected, instances } = require('./harness');

const Caller = dsom.load('Threads::Caller');

class Own extends Dog {
  speak(n) {
    if (n === 13n) throw new TooLoud({ volume: 13, why: 'unlucky' });
    return BigInt(n) * 3n;
  }
}

test('promises', async () => {
  const d = new Dog();
  assert.deepEqual(await Promise.all([d.speakAsync(1), d.speakAsync(2n), new Dog().barkAsync(3)]), [3n, 5n, undefined]);
  await assert.rejects(d.speakAsync(1005), TooLoud);
  await assert.rejects(d.speakAsync('x'), TypeError);
  await assert.rejects(d.speakAsync(), /speakAsync\(\) takes 1 argument, not 0/);
  await assert.rejects(Dog.prototype.speakAsync.call({}, 1), TypeError);
  assert.equal(await d.nameAsync('Rex'), undefined);
  assert.equal(await d.nameAsync(), 'Rex');
  await assert.rejects(d.legsAsync(3), /readonly/);
  const self = new Dog();
  await assert.rejects(self.boneAsync({ size: 0, get age() { dsom.release(self); return 1n; } }), { code: 'DSOM_RELEASED' });
  assert.equal(await new Own().speakAsync(4), 12n);
  await assert.rejects(new Own().speakAsync(13), { name: 'TooLoud', volume: 13 });
});

test('an object lasts as long as a call of it', async () => {
  const e = dsom.load('Zoo::Echo');
  const calls = [];
  for (let i = 0; i < 50; i++) calls.push(new e().cardsAsync([], []), new Own().speakAsync(i + 20));
  globalThis.gc();
  dsom.collect();
  const all = await Promise.all(calls);
  assert.deepEqual(all.slice(0, 2), [[[], [], []], 60n]);
  const d = new Dog();
  const p = d.speakAsync(1);
  dsom.release(d);
  assert.equal(await p, 3n);
  assert.ok(!dsom.isAlive(d));
});

test('an override is called by another thread', async () => {
  const c = new Caller();
  const o = new Own();
  assert.equal(c.here(o, 2), 6n);
  assert.equal(await c.elsewhereAsync(o, 2), 6n);
  assert.equal(await c.elsewhereAsync(new Dog(), 2), 5n);
  assert.equal(await c.elsewhereAsync(o, 13), -1n);
  assert.match(c.why, /^IDL:Zoo\/TooLoud:1.0/);
  class Throwing extends Dog {
    speak() { throw new TypeError('thrown'); }
  }
  assert.equal(await c.elsewhereAsync(new Throwing(), 1), -1n);
  assert.match(c.why, /JavaScriptError:1.0 TypeError: thrown/);
});

test('many threads', async () => {
  const c = new Caller();
  const o = new Own();
  assert.equal(await c.manyAsync(o, 4, 12), BigInt(4 * ((3 * 12 * 11) / 2)));
  assert.deepEqual(await Promise.all([c.manyAsync(new Dog(), 4, 100), new Own().speakAsync(7)]), [BigInt(4 * (100 * 99 + 100)), 21n]);
});

test('a main thread that waits itself', () => {
  const c = new Caller();
  const o = new Own();
  assert.equal(c.elsewhere(new Dog(), 2), 5n);
  dsom.setMainThreadWait(50);
  try {
    assert.equal(c.elsewhere(o, 2), -1n);
    assert.match(c.why, /TRANSIENT:1.0 the one thread of the object's language has not come to it within 50 ms/);
  } finally {
    dsom.setMainThreadWait(60000);
  }
  assert.equal(o.speak(2), 6n);
  for (const ms of [0, -1, NaN, 'x', Infinity]) assert.throws(() => dsom.setMainThreadWait(ms), RangeError);
});

test('another thread makes an object', async () => {
  let made = 0;
  class Made extends Dog {
    static somName = 'Zoo::Made';
    #mark;
    constructor() {
      super();
      this.#mark = ++made;
    }
    speak() { return BigInt(this.#mark); }
  }
  dsom.register(Made);
  const c = new Caller();
  assert.equal(await c.makeAsync('Zoo::Made'), 1n);
  assert.equal(await c.makeAsync('Zoo::Made'), 2n);
  await collected();
  assert.equal(instances(Made), 0);
  dsom.setMainThreadWait(50);
  assert.equal(c.make('Zoo::Made'), -1n);
  assert.match(c.why, /TRANSIENT/);
  dsom.setMainThreadWait(60000);
  assert.deepEqual([made, instances(Made)], [2, 0]);
});

test('another thread gives the last reference back', async () => {
  class Kept extends Dog {
    speak() { return -1n; }
  }
  const c = new Caller();
  (() => c.start(new Kept(), 1))();
  await collected();
  await c.forgetAsync();
  for (const end = Date.now() + 60000; instances(Kept) && Date.now() < end; ) await collected(1); // the thread that called has one, too
  assert.equal(instances(Kept), 0);
  assert.ok(new Animal());
});
