'use strict';
// How long objects live.
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { inspect } = require('node:util');
const { dsom, Dog, Animal, Echo, collected, instances } = require('./harness');

test('release', () => {
  const before = instances(Dog);
  const d = new Dog();
  assert.equal(instances(Dog), before + 1);
  dsom.release(d);
  assert.equal(instances(Dog), before);
  for (const f of [() => d.speak(1), () => d.name, () => new Echo().animal(d, new Dog()), () => dsom.weak(d), () => { d.name = 'x'; }, () => dsom.dispatch(d, 'speak', 1), () => void d.bark(1)])
    assert.throws(f, { code: 'DSOM_RELEASED', message: 'the object of class Zoo::Dog has been released' });
  assert.equal(inspect(d), 'Dog <released>');
  dsom.release(d);
  assert.ok(!dsom.isAlive(d));
  assert.throws(() => dsom.release({}), TypeError);
  if (Symbol.dispose) {
    const e = new Dog();
    e[Symbol.dispose]();
    assert.ok(!dsom.isAlive(e));
  }
});

test('the collector ends objects', async () => {
  class Own extends Dog {}
  for (const C of [Dog, Own]) {
    await collected();
    const before = instances(C);
    (() => { for (let i = 0; i < 100; i++) new C(); })();
    assert.equal(instances(C), before + 100);
    await collected();
    assert.equal(instances(C), before);
  }
});

test('a loop that does not end needs no event loop', () => {
  class Own extends Dog {}
  let most = 0;
  for (let i = 0; i < 100000; i++) {
    new Own();
    if (i % 1000 === 0) {
      globalThis.gc({ type: 'minor' });
      most = Math.max(most, instances(Own));
    }
  }
  assert.ok(most < 50000, String(most));
});

test('kept by others', async () => {
  class Own extends Dog {}
  const e = new Echo();
  let o = new Own();
  o.mark = 7;
  const gone = new WeakRef(o);
  e.keep('', o);
  const s = dsom.weak(o);
  o = undefined;
  for (let i = 0; i < 5; i++) {
    await collected();
    (() => {
      const again = s.deref();
      assert.ok(again instanceof Own && again.mark === 7);
    })();
  }
  e.keep('', new Dog());
  await collected(8);
  assert.equal(gone.deref(), undefined);
  assert.equal(s.deref(), undefined);
  assert.equal(instances(Own), 0);
});

test('who is called keeps the object', async () => {
  class Own extends Dog {}
  const e = new Echo();
  (() => {
    const o = new Own();
    o.mark = 1;
    e.keep('', o.friend_of(o));
  })();
  await collected(6);
  assert.equal(instances(Own), 1);
  assert.equal(e.kept_text(), '');
  e.keep('', new Dog());
  await collected(8);
  assert.equal(instances(Own), 0);
});

test('cycles of JavaScript', async () => {
  class Node extends Dog {}
  (() => {
    for (let i = 0; i < 100; i++) {
      const [a, b] = [new Node(), new Node()];
      a.other = b;
      b.other = a;
      a.me = a;
    }
  })();
  await collected();
  assert.equal(instances(Node), 0);
});

test('weak references', async () => {
  let d = new Dog();
  const w = dsom.weak(d);
  assert.equal(w.deref(), d);
  d = undefined;
  await collected();
  assert.equal(w.deref(), undefined);
  assert.throws(() => dsom.weak(7), TypeError);
});

test('a cycle by way of C++ is broken by a weak reference', async () => {
  class Keeper extends Echo {}
  class Kept extends Dog {}
  (() => {
    const [k, o] = [new Keeper(), new Kept()];
    o.keeper = dsom.weak(k);
    k.keep('', o);
  })();
  await collected(10);
  assert.deepEqual([instances(Keeper), instances(Kept)], [0, 0]);
});

test('released in its own call', () => {
  class Releasing extends Dog {
    speak(n) {
      dsom.release(this);
      return 3n;
    }
  }
  const before = instances(Dog);
  const o = new Releasing();
  assert.equal(dsom.dispatch(o, 'speak', 1), 3n);
  assert.ok(!dsom.isAlive(o));
  assert.equal(instances(Dog), before);
});

test('what is called while an object ends', async () => {
  class Own extends Dog {
    bark() { throw new Error('it is no more'); }
    somDestruct() { throw new Error('it is no more'); }
  }
  (() => void new Own())();
  await collected();
  assert.equal(instances(Own), 0);
});

test('what JavaScript keeps', async () => {
  class Own extends Dog {}
  const o = new Own();
  o.friend = Dog.named('friend', 3);
  await collected();
  assert.equal(o.friend.name, 'friend');
});

test('given objects end with who has them', async () => {
  const e = new Echo();
  await collected();
  const before = instances(Animal);
  e.keep('some text', new Animal());
  await collected();
  assert.equal(instances(Animal), before + 1);
  e.keep('another', new Dog());
  await collected();
  assert.equal(instances(Animal), before);
});
