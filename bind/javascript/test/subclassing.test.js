'use strict';
// Classes of JavaScript below those of C++, whose methods C++ calls: by dispatch, by the object's own table, as other languages do.
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { dsom, Animal, Pet, Dog, Puppy, Echo, TooLoud, Asleep, Colour, collected, instances } = require('./harness');
const { load, dispatch, create, register, join } = dsom;

const place = { x: 1, y: 2, marks: [[0, 0, 0], [0, 0, 0]] };

test('overriding', () => {
  class Loud extends Dog {
    speak(n) { return super.speak(n) + 100n; }
  }
  class Louder extends Loud {
    speak(n) { return super.speak(n) * 2n; }
  }
  const o = new Louder();
  assert.equal(o.speak(3), 214n);
  assert.equal(new Loud().speak(3), 107n);
  assert.equal(Dog.prototype.speak.call(o, 3), 7n);
  assert.equal(Animal.prototype.speak.call(o, 3), 6n);
  assert.deepEqual([Loud.somName, o.somGetClassName()], ['Loud', 'Louder']);
  assert.equal(dispatch(o, 'speak', 3), 214n);
  assert.ok(o instanceof Loud && o instanceof Animal && !(o instanceof Pet));
});

test('called from C++', () => {
  const seen = [];
  class Listener extends Puppy {
    speak(n) {
      seen.push([this.constructor, n]);
      return super.speak(n);
    }
    owner() { return 'JavaScript'; } // nonstatic: nobody else sees it
    speak_to(who) { return -super.speak_to(who); }
  }
  const o = new Listener();
  assert.equal(dispatch(o, 'speak', 5), new Puppy().speak(5));
  assert.deepEqual(seen, [[Listener, 5n]]);
  assert.equal(dispatch(o, 'speak_to', 'abc'), -30n);
  assert.equal(o.owner(), 'JavaScript');
});

test('attributes', () => {
  class Named extends Dog {
    get name() { return `<${super.name}>`; }
    set name(v) {
      this.kept = v;
      super.name = v;
    }
  }
  const o = new Named();
  dispatch(o, '_set_name', 'Rex');
  assert.deepEqual([o.kept, dispatch(o, '_get_name'), o.name], ['Rex', '<Rex>', '<Rex>']);
  for (let i = 0; i < 40; i++) {
    o.name = String(i);
    assert.equal(dispatch(o, '_get_name'), `<${i}>`);
  }
  class Half extends Dog {
    get legs() { return 3; }
  }
  assert.deepEqual([dispatch(new Half(), '_get_legs'), new Half().legs], [3, 3]);
  class Wrong extends Dog {}
  Object.defineProperty(Wrong.prototype, 'name', { value: 'x' });
  assert.throws(() => new Wrong(), /Wrong.name overrides an attribute, and is no getter or setter/);
});

test('everything comes and goes', () => {
  class Twice extends Echo {
    card(v, io) { return [v, io, v]; }
    numbers(v, io) { return [v.map((n) => n * 2), [...io, ...v], [v.length]]; }
    food(v, io) { return [{ d: Colour.green, v: 'leaf' }, v, io]; }
    herd(v, io) { return [[...v].reverse(), io, v]; }
    huge(v, io) { return [v, io, v]; }
    title(v, io) { return [v, io, v]; }
    animal(v, io) { return [v, io, v]; }
    flag(v, io) { return [!v, io, v]; }
    twice(v, io) { return [v / 2, io, v]; }
    token(v) { return v; }
  }
  const o = new Twice();
  const card = { name: 'a', colour: Colour.red, tame: false, tricks: ['x'], home: place, title: 'y' };
  assert.deepEqual(dispatch(o, 'card', card, card), [card, card, card]);
  assert.deepEqual(dispatch(o, 'numbers', [1, 2], [3]), [[2, 4], [3, 1, 2], [2]]);
  assert.deepEqual(dispatch(o, 'food', { d: Colour.red, v: 1 }, { d: Colour.blue, v: card }), [{ d: Colour.green, v: 'leaf' }, { d: Colour.red, v: 1 }, { d: Colour.blue, v: card }]);
  const [d, a] = [new Dog(), new Animal()];
  const [back, , io] = dispatch(o, 'herd', [d, a], []);
  assert.ok(back[0] === a && back[1] === d && io[0] === d);
  assert.deepEqual(dispatch(o, 'huge', 2n ** 64n - 1n, 0n), [2n ** 64n - 1n, 0n, 2n ** 64n - 1n]);
  assert.deepEqual(dispatch(o, 'title', 'ß😀', ''), ['ß😀', '', 'ß😀']);
  assert.ok(dispatch(o, 'animal', d, a)[2] === d);
  assert.deepEqual(dispatch(o, 'flag', true, false), [false, false, true]);
  assert.deepEqual(dispatch(o, 'twice', 3, 1), [1.5, 1, 3]);
  assert.equal(dispatch(o, 'token', null), null);
});

test('wrong results', () => {
  class Wrong extends Echo {
    text() { return this.result; }
    small() { return this.result; }
  }
  const o = new Wrong();
  for (const result of [undefined, null, ['a', 'b'], ['a', 'b', 3], ['a', 'b', 'c', 'd'], 'abc']) {
    o.result = result;
    assert.throws(() => dispatch(o, 'text', 'a', 'b'), TypeError, String(result));
  }
  o.result = [1, 2, 1 << 20];
  assert.throws(() => dispatch(o, 'small', 1, 2), { name: 'RangeError', message: /the result of small\(\): 1048576 is out of the range of short/ });
  class None extends Dog {
    speak() {}
  }
  assert.throws(() => dispatch(new None(), 'speak', 1), /the result of speak\(\) must be a bigint or a whole number, not undefined/);
});

test('throwing', () => {
  class Throwing extends Dog {
    speak() { throw this.what; }
  }
  class Odd extends Error {}
  const o = new Throwing();
  for (const what of [new Odd('odd'), new TypeError('t'), 'a text', 7n, null, undefined, Symbol('s'), { toString() { throw 1; } }, Object.create(null)]) {
    o.what = what;
    let caught = 'nothing';
    try { dispatch(o, 'speak', 1); } catch (e) { caught = e; }
    assert.ok(Object.is(caught, what));
  }
  o.what = new TooLoud({ volume: 7, why: 'why' });
  assert.throws(() => dispatch(o, 'speak', 1), (e) => e instanceof TooLoud && e !== o.what && e.volume === 7 && e.why === 'why');
  o.what = new Asleep();
  assert.throws(() => dispatch(o, 'speak', 1), Asleep);
  o.what = new dsom.BAD_PARAM('bad', { minor: 3, completed: 'YES' });
  assert.throws(() => dispatch(o, 'speak', 1), (e) => e instanceof dsom.BAD_PARAM && e.minor === 3 && e.completed === 'YES' && e.message === 'bad');
  o.what = new TooLoud({ volume: 1 << 20, why: 'no short' });
  assert.throws(() => dispatch(o, 'speak', 1), { name: 'RangeError', message: /Zoo::TooLoud\.volume: 1048576 is out of the range of short/ });
});

test('an exception goes through C++ and JavaScript as what it was', () => {
  class Passing extends Dog {
    speak(n) {
      try {
        return super.speak(n);
      } catch (e) {
        if (n === 2000n) e.volume = 1;
        throw e;
      }
    }
  }
  for (const [n, volume] of [[1007, 7], [2000, 1]]) assert.throws(() => dispatch(new Passing(), 'speak', n), (e) => e instanceof TooLoud && e.volume === volume);
  assert.throws(() => dispatch(new Passing(), 'speak', 998), dsom.NO_MEMORY);
});

test('an exception that is thrown again and again', () => {
  let kept;
  class Again extends Dog {
    speak(n) {
      if (n === 0n) throw kept;
      try {
        return super.speak(n);
      } catch (e) {
        throw (kept = e);
      }
    }
  }
  const o = new Again();
  assert.throws(() => dispatch(o, 'speak', 1007), TooLoud);
  for (let i = 0; i < 3; i++) assert.throws(() => dispatch(o, 'speak', 0), (e) => e instanceof TooLoud && e.volume === 7 && e.why === kept.why);
  let unknown;
  try { load('Zoo::Unicorn'); } catch (e) { unknown = e; }
  assert.equal(unknown.code, 'unknown');
  kept = unknown;
  for (let i = 0; i < 2; i++) assert.throws(() => dispatch(o, 'speak', 0), { code: 'unknown', id: unknown.id, minor: unknown.minor, message: unknown.message });
  kept = new dsom.BAD_PARAM('one', { code: 'a code of mine' });
  assert.throws(() => dispatch(o, 'speak', 0), { code: '', message: 'one' });
});

test('recursion without end', () => {
  class Deep extends Dog {
    speak(n) { return dispatch(this, 'speak', n + 1n); }
  }
  assert.throws(() => new Deep().speak(0n), RangeError);
});

test('what is assigned later', () => {
  class Later extends Dog {
    bark() { return undefined; }
  }
  const o = new Later();
  assert.equal(dispatch(o, 'speak', 3), 7n);
  Later.prototype.speak = function (n) { return BigInt(n) + Dog.prototype.speak.call(this, n); };
  assert.equal(o.speak(3), 10n);
  assert.equal(dispatch(o, 'speak', 3), 7n); // SOM has not been told
  assert.equal(register(Later), Later);
  assert.equal(dispatch(o, 'speak', 3), 10n);
  Later.prototype.speak = () => 0n;
  assert.equal(dispatch(o, 'speak', 3), 0n);
  delete Later.prototype.speak;
  assert.equal(dispatch(o, 'speak', 3), 7n);
});

test('mixins', () => {
  const Quiet = (Base) => class Quiet extends Base {
    speak(n) { return -super.speak(n); }
  };
  class Cat extends Quiet(Animal) {}
  assert.equal(dispatch(new Cat(), 'speak', 2), -4n);
  assert.equal(Cat.somName, 'Cat');
});

test('two parents', async () => {
  class Both extends join(Dog, Pet) {
    speak_to(who) { return super.speak_to(who) + 1n; }
  }
  const o = new Both();
  assert.deepEqual([dispatch(o, 'speak_to', 'abc'), o.speak(1), o.owner()], [4n, 3n, 'somebody']);
  const { speak_to, speak_toAsync } = Object.getPrototypeOf(Both.prototype);
  for (const wrong of [new Dog(), new Animal(), new Echo()]) {
    assert.throws(() => speak_to.call(wrong, 'abc'), /speak_to\(\) is a method of .*, not of Zoo::/);
    await assert.rejects(speak_toAsync.call(wrong, 'abc'), TypeError);
  }
  assert.equal(await speak_toAsync.call(o, 'abc'), 4n);
  const kept = (() => join(Dog, Pet).prototype.speak_to)();
  await collected(8); // its class has gone
  await new Promise(setImmediate);
  assert.throws(() => kept.call(o, 'abc'), { code: 'DSOM_GONE' });
  assert.ok(o instanceof Pet && o instanceof Dog);
});

test('a class of C++ below one of JavaScript', () => {
  class Middle extends Dog {
    #own = 1000n;
    speak(n) { return super.speak(n) + this.#own; }
  }
  register(Middle);
  new (load('Threads::Caller'))().define('Lower', Middle.somName);
  const Lower = load('Lower');
  assert.equal(Object.getPrototypeOf(Lower), Middle);
  for (const o of [new Lower(), create(Lower)]) {
    assert.ok(o instanceof Middle && o instanceof Lower);
    assert.deepEqual([o.speak(1), dispatch(o, 'speak', 1)], [1003n, 1003n]);
    o.mark = 1;
  }
  class Lowest extends Lower {
    speak(n) { return -super.speak(n); }
  }
  assert.equal(dispatch(new Lowest(), 'speak', 1), -1003n);
});

test('names', () => {
  const define = () => register(class Same extends Dog {});
  assert.notEqual(define().somName, define().somName);
  class Terrier extends Dog {
    static somName = 'Zoo::Terrier';
  }
  assert.throws(() => load('Zoo::Terrier'), { code: 'unknown' });
  register(Terrier);
  assert.equal(load('Zoo::Terrier'), Terrier);
  assert.throws(() => register(class extends Dog { static somName = 'Zoo::Terrier'; }), { code: 'name' });
  assert.throws(() => register(class extends Dog { static somName = 7; }), TypeError);
  assert.throws(() => register(class {}), /does not descend from a class of SOM/);
  assert.throws(() => register(7), TypeError);
  assert.ok(register(class extends Dog {}).somName);
  assert.throws(() => new dsom.Instance(), /does not descend/);
});

test('constructors', async () => {
  class Held extends Dog {
    #legs = 4;
    constructor(name, legs) {
      super();
      this.name = name;
      this.#legs = legs;
    }
    get count() { return this.#legs; }
  }
  const o = new Held('Rex', 5);
  assert.deepEqual([o.name, o.count, Object.keys(o)], ['Rex', 5, []]);
  class Free extends Dog {
    begun = true;
    constructor(friend = new Dog()) {
      super();
      this.name = 'free';
      this.friend = friend;
    }
  }
  assert.deepEqual([create(Free).begun, create(Free).name, Free.named('x', 3).begun], [true, 'free', true]);
  assert.ok(create(Free).friend instanceof Dog);
  assert.ok(create(Dog) instanceof Dog);
  const thrown = new Error('begin');
  class Failing extends Dog {
    constructor() {
      super();
      throw thrown;
    }
  }
  class Early extends Dog {
    constructor() {
      throw thrown;
    }
  }
  const before = instances(Dog);
  for (const C of [Failing, Early]) {
    assert.throws(() => new C(), (e) => e === thrown);
    assert.throws(() => create(C), (e) => e === thrown);
  }
  await collected();
  assert.ok(instances(Dog) <= before);
});

test('what C++ calls while it makes an object', async () => {
  const [Eager, caller] = [load('Threads::Eager'), new (load('Threads::Caller'))()];
  const seen = [];
  let answer = 0n;
  class Asked extends Eager {
    static somName = 'Asked';
    #begun = 'begun';
    constructor() {
      super();
      if (answer > 0n) throw new Error('the constructor');
    }
    hello(n) {
      seen.push([this, n]);
      this.asked = n;
      return answer;
    }
    begun() { return this.#begun; }
  }
  register(Asked);
  const of = [() => new Asked(), () => create(Asked)];
  (() => {
    for (const make of of) { // it is the object that it will be
      const o = make();
      assert.deepEqual(seen.pop(), [o, 1n]);
      assert.deepEqual([seen.length, o.asked, o.begun(), o.constructor], [0, 1n, 'begun', Asked]);
    }
    answer = 1n; // JavaScript's part undoes it, then C++'s
    for (const make of of) assert.throws(make, /the constructor/);
    assert.ok(!caller.make_here('Asked'));
    answer = -1n;
    for (const make of of) assert.throws(make, /hello was not answered/);
    assert.ok(!caller.make_here('Asked'));
    assert.equal(caller.why, 'hello was not answered');
    for (const [o] of seen.splice(0)) {
      if (!dsom.isAlive(o)) assert.throws(() => o.word(), { code: 'DSOM_RELEASED' });
      o.more = new Array(100).fill(o);
    }
  })();
  answer = 0n;
  for (let i = 0; i < 100; i++) { // where those were
    await collected(1);
    (() => {
      assert.equal(of[i % 2]().begun(), 'begun');
      assert.ok(caller.make_here('Asked'));
      seen.splice(0);
    })();
  }
  await collected(10);
  assert.equal(instances(Asked), 0);
});

test('values that are lent last until C++\'s part has ended', async () => {
  const Eager = load('Threads::Eager');
  const words = ['x'.repeat(40), 'y'.repeat(40)];
  class Speaks extends Eager {
    word() { return words[0]; }
  }
  (() => void new Speaks())();
  await collected();
  assert.equal(instances(Speaks), 0);
  assert.equal(new Eager().breed, words[0]);
  dsom.release(new Speaks());
  assert.equal(new Eager().breed, words[0]);
});

test('an attribute that may be null', () => {
  class Bred extends load('Threads::Eager') {
    get breed() { return this.is; }
  }
  const o = new Bred();
  for (const breed of [null, 'Rex', null, 'Rex', '', null]) {
    o.is = breed;
    assert.equal(dispatch(o, '_get_breed'), breed);
  }
});

test('an object that is made in the midst of another\'s beginning', () => {
  class Friendly extends Dog {
    constructor(friend = new Friendly(null)) {
      super();
      this.friend = friend;
    }
  }
  const o = create(Friendly);
  assert.ok(o instanceof Friendly && o.friend instanceof Friendly && o.friend !== o);
  assert.equal(o.friend.friend, null);
  class Registered extends Dog {
    constructor() {
      register(new.target);
      assert.equal(new.target.somName, Registered.somName);
      super();
    }
  }
  assert.equal(create(Registered).constructor, Registered);
});

test('a class goes with its last reference', async () => {
  let name = (() => {
    class Short extends Dog {
      speak() { return 1n; }
    }
    new Short().speak(1);
    return Short.somName;
  })();
  assert.ok(dsom.classes().includes(name));
  await collected(8);
  assert.ok(!dsom.classes().includes(name));
});
