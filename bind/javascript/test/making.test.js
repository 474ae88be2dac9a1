'use strict';
// Objects that C++ shows to others, or makes others of, before JavaScript's part of them has begun.
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { dsom, collected, instances } = require('./harness');
const { load, create, dispatch, release, isAlive, Weak } = dsom;

const [Watcher, Shown, Breeder, Eager] = ['Making::Watcher', 'Making::Shown', 'Making::Breeder', 'Threads::Eager'].map((n) => load(n));

class Meets extends Watcher {
  constructor(met, answer = () => 0n) {
    super();
    this.answer = answer;
    this.met = met;
  }
  meet(who) {
    this.met.push(who);
    return this.answer(who);
  }
}

test('an object that is made by C++ in the midst of another of its class', async () => {
  const watcher = new Watcher();
  class Bred extends Breeder {
    constructor(...args) {
      super();
      this.args = args;
    }
    hello(n) { return n + BigInt(this.args.length); }
  }
  const breed = (i) => {
    const outer = i % 2 ? new Bred('x') : create(Bred);
    const inner = watcher.litter();
    assert.ok(inner !== null && inner !== outer && inner instanceof Bred);
    assert.deepEqual([outer.args, inner.args], [i % 2 ? ['x'] : [], []]);
    assert.equal(dispatch(outer, 'hello', 1n), i % 2 ? 2n : 1n);
    assert.equal(watcher.litter(), null);
    if (i % 4 > 1) release(outer);
    assert.equal(dispatch(inner, 'hello', 1n), 1n);
    if (i % 8 > 3) release(inner);
  };
  for (let i = 0; i < 20; i++) {
    breed(i);
    await collected(2);
  }
  await collected();
  assert.equal(instances(Bred), 0);
});

test('an object that is shown to another before it is begun', async () => {
  const met = [];
  class Own extends Shown {
    constructor(...args) {
      super();
      this.args = args;
    }
  }
  dsom.register(Own);
  const watcher = new Meets(met);
  watcher.watch(false);
  try {
    const check = (make, args) => {
      const made = make();
      assert.deepEqual([met.pop() === made, met.length, made.args], [true, 0, args]);
      assert.equal(made.hello(3n), 3n);
    };
    check(() => new Own(1), [1]);
    check(() => create(Own), []);
    watcher.answer = () => -1n;
    for (let i = 0; i < 20; i++) {
      assert.throws(() => (i % 2 ? new Own(1) : create(Own)), /it was not let be/);
      assert.ok(!watcher.make('Own'));
      assert.throws(() => new Shown(), /it was not let be/); // nobody could know of this one that it is not begun
      for (const o of met.splice(0)) {
        assert.ok(!isAlive(o));
        assert.throws(() => o.hello(1n), { code: 'DSOM_RELEASED' });
        release(o);
      }
      await collected(1);
    }
  } finally {
    watcher.leave();
  }
  await collected();
  assert.deepEqual([instances(Own), instances(Shown)], [0, 0]);
});

test('an object that is released while it is made', async () => {
  let ends = 0;
  class Gone extends Eager {
    hello(n) {
      if (n === 1n) release(this);
      return 0n;
    }
    constructor() {
      super();
      ends++;
    }
  }
  for (let i = 0; i < 20; i++) {
    assert.throws(() => new Gone(), { code: 'DSOM_RELEASED' });
    await collected(1);
  }
  assert.equal(ends, 0);
  (() => assert.ok(isAlive(create(Gone))))(); // another language makes it: what is begun is another object of JavaScript's
  assert.equal(ends, 1);
  await collected();
  assert.equal(instances(Gone), 0);
  const met = [];
  const watcher = new Meets(met, (who) => (release(who), -1n));
  class Own extends Shown {}
  dsom.register(Own);
  watcher.watch(false);
  try {
    assert.throws(() => new Own(), /it was not let be/);
    assert.ok(!watcher.make('Own'));
    watcher.answer = (who) => (release(who), 0n);
    assert.throws(() => new Own(), { code: 'DSOM_RELEASED' });
    assert.ok(watcher.make('Own'));
  } finally {
    watcher.leave();
  }
  assert.deepEqual([met.length, met.some(isAlive)], [4, false]);
  await collected();
  assert.equal(instances(Own), 0);
});

test('a call that is awaited of what is released while it is made, and cannot be begun', async () => {
  const called = [];
  const watcher = new Meets([], (who) => {
    called.push(who.helloAsync(7n).catch((e) => e));
    release(who);
    return -1n;
  });
  class Own extends Shown {}
  watcher.watch(false);
  try {
    for (let i = 0; i < 20; i++) assert.throws(() => new Own(), /it was not let be/);
    for (const e of await Promise.all(called)) assert.ok(e === 7n || e instanceof Error);
  } finally {
    watcher.leave();
  }
  await collected();
  assert.equal(instances(Own), 0);
});
