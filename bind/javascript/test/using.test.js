'use strict';
// What a program does with classes of C++.
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { inspect } = require('node:util');
const { dsom, Animal, Pet, Dog, Puppy, Echo, TooLoud, Asleep, Colour } = require('./harness');
const { load, describe } = dsom;

test('a class', () => {
  assert.equal(load('Zoo::Dog'), Dog);
  assert.equal(Dog.name, 'Dog');
  assert.equal(Dog.somName, 'Zoo::Dog');
  assert.equal(Object.getPrototypeOf(Dog), Animal);
  assert.equal(Object.getPrototypeOf(Animal), dsom.SOMObject);
  const about = describe(Animal);
  assert.deepEqual([about.name, about.version, about.doc], ['Zoo::Animal', [1, 2], 'An animal.']);
  assert.match(about.library, /libzoo\.so/);
  assert.equal(about.methods.find((m) => m.name === 'speak').doc, 'Says something n times, and how loud that was.');
  assert.deepEqual(about.methods.find((m) => m.name === 'speak').raises, ['Zoo::TooLoud', 'Zoo::Asleep']);
  assert.match(inspect(new Dog()), /^Dog <0x[0-9a-f]+>$/);
  assert.equal(String(new Dog()), '[object Dog]');
  assert.equal(Dog.prototype.speak, Dog.prototype.speak);
  assert.deepEqual([Animal.prototype.speak.name, Animal.prototype.speak.length], ['speak', 1]);
  assert.ok(dsom.classes().includes('Zoo::Dog'));
});

test('several parents', () => {
  const p = new Puppy();
  for (const c of [Puppy, Dog, Animal, Pet, dsom.SOMObject]) assert.ok(p instanceof c, c.name);
  assert.ok(!(new Dog() instanceof Pet));
  assert.ok(!({} instanceof Pet));
  assert.equal(p.owner(), 'somebody');
  assert.equal(p.speak_to('abc'), 30n);
  assert.equal(Pet.prototype.owner.call(p), 'somebody');
});

test('calls', () => {
  const d = new Dog();
  assert.equal(d.speak(3), 7n);
  assert.equal(d.bark(5), undefined);
  assert.equal(d.speak(3n), 12n);
  assert.equal(Dog.prototype.speak.call(d, 3), 12n);
  assert.equal(d.legs, 4);
  assert.equal(d.total(1), new Animal().total(0));
  assert.equal(Animal.named('Ida', 3).legs, 3);
  assert.equal(Dog.named('Rex', 2).name, 'Rex');
  assert.ok(Dog.named('Rex', 2) instanceof Dog);
});

test('attributes', () => {
  const d = new Dog();
  d.name = 'Rex';
  d.colour = Colour.blue;
  d.bone = { size: Dog.Size.large, age: 1n << 40n };
  assert.deepEqual([d.name, d.colour, d.bone], ['Rex', 2, { size: 1, age: 1n << 40n }]);
  assert.throws(() => { d.legs = 3; }, TypeError);
  assert.throws(() => { d.tail = 1; }, /not extensible/);
  assert.throws(() => { d.name = 3; }, /name\(\) argument.* must be a string, not a number/);
});

test('identity', () => {
  const d = new Dog();
  const other = new Animal();
  assert.equal(d.friend_of(d), d);
  assert.equal(d.friend_of(other), other);
  assert.notEqual(d, other);
  assert.equal(new Set([d, d.friend_of(d)]).size, 1);
});

test('the root classes', () => {
  const d = new Dog();
  assert.equal(d.somGetClassName(), 'Zoo::Dog');
  assert.equal(d.somRespondsTo('bark'), 1);
});

test('enumerations', () => {
  assert.deepEqual({ ...Colour }, { red: 0, green: 1, blue: 2, 0: 'red', 1: 'green', 2: 'blue' });
  assert.equal(Colour[Colour.green], 'green');
  assert.throws(() => { Colour.red = 7; }, TypeError);
  assert.equal(load('Zoo::Dog::Size'), Dog.Size);
  assert.throws(() => load('Zoo::Card'), /any object that has its members is one/);
});

test('values, each way', () => {
  const e = new Echo();
  const place = { x: 1.5, y: -2, marks: [[1, 2, 3], [4, 5, 6]] };
  const card = { name: 'Rex', colour: Colour.green, tame: true, tricks: ['sit', 'ß€😀'], home: place, title: 'wide 😀 text' };
  const nowhere = { x: 0, y: 0, marks: [[0, 0, 0], [0, 0, 0]] };
  const [dog, cat] = [new Dog(), new Animal()];
  const rows = [
    ['flag', true, false],
    ['byte', 255, 0],
    ['letter', 'a', 'ÿ'],
    ['wide', '€', 'a'],
    ['small', -32768, 32767],
    ['large', 4294967295, 0],
    ['huge', 18446744073709551615n, 1n],
    ['single', 0.5, -1],
    ['twice', 0.1, Infinity],
    ['colour', Colour.blue, Colour.red],
    ['text', 'grüße 😀', ''],
    ['text', 'x'.repeat(100000), 'ß'.repeat(600)],
    ...[...Array(24).keys()].map((n) => ['text', `${'x'.repeat(150 + 5 * n)}😀${'y'.repeat(1000)}`, `${'ß'.repeat(70 + n)}€${'😀'.repeat(9)}`]),
    ...[...Array(12).keys()].map((n) => ['text', `${'x'.repeat(245 + n)}😀${'y'.repeat(1000)}`, 'z'.repeat(500 + n)]),
    ['title', 'grüße 😀', ''],
    ['title', '\ud800 alone', ''],
    ['animal', dog, cat],
    ['place', place, nowhere],
    ['card', card, { name: '', colour: Colour.red, tame: false, tricks: [], home: place, title: '' }],
    ['cards', [card, card], []],
    ['numbers', Array.from({ length: 1000 }, (_, i) => i), [-1]],
    ['names', ['a', 'b'], ['', 'c']],
    ['tree', { value: 1, below: [{ value: 2, below: [] }, { value: 3, below: [{ value: 4, below: [] }] }] }, { value: 0, below: [] }],
    ['food', { d: Colour.red, v: 7 }, { d: Colour.green, v: 'leaf' }],
    ['food', { d: Colour.blue, v: card }, { d: Colour.red, v: -1 }],
    ['flags', [true, false], []],
    ['herd', [dog, cat], []],
    ['album', { covers: [['a', 'b', 'c'], ['d', 'e', 'f']], pages: 6 }, { covers: [['', '', ''], ['', '', '']], pages: 0 }],
  ];
  for (const [method, v, io] of rows) {
    const [result, out, inout] = e[method](v, io);
    assert.deepEqual([result, out, inout], [v, io, v], method);
    if (typeof v === 'object' && v instanceof Animal) assert.ok(result === v && out === io);
  }
  assert.equal(e.token(0x1234n), 0x1234n);
  assert.equal(e.token(null), null);
  assert.deepEqual(e.numbers(Int32Array.of(1, -2), new Float64Array([3])), [[1, -2], [3], [1, -2]]);
});

test('octets that are no UTF-8 come and go as they are', () => {
  const e = new Echo();
  assert.equal(e.text('caf\udce9', '')[0], 'caf\udce9');
  assert.throws(() => e.text('\ud800', ''), /lone surrogate/);
});

test('what is wrong', () => {
  const e = new Echo();
  const place = { x: 0, y: 0, marks: [[0, 0, 0], [0, 0, 0]] };
  const card = { name: '', colour: 0, tame: true, tricks: [], home: place, title: '' };
  const rows = [
    [RangeError, /byte\(\) argument 'v': 256 is out of the range of octet \(0 to 255\)/, () => e.byte(256, 0)],
    [RangeError, /-1 is out of the range/, () => e.byte(-1, 0)],
    [RangeError, /1.5 is no whole number/, () => e.byte(1.5, 0)],
    [RangeError, /out of the range/, () => e.byte(NaN, 0)],
    [RangeError, /short/, () => e.small(32768, 0)],
    [RangeError, /unsigned long/, () => e.large(2 ** 32, 0)],
    [RangeError, /unsigned long long/, () => e.huge(1n << 64n, 0n)],
    [RangeError, /unsigned long long/, () => e.huge(-1n, 0n)],
    [RangeError, /unsigned long long/, () => e.huge(-1, 0n)],
    [RangeError, /long long/, () => new Dog().speak(1n << 63n)],
    [RangeError, /no safe integer/, () => new Dog().speak(2 ** 53)],
    [RangeError, /float/, () => e.single(1e300, 0)],
    [RangeError, /beyond/, () => e.letter('€', 'a')],
    [TypeError, /one character, not of 2/, () => e.wide('😀', 'a')],
    [TypeError, /must be a bigint or a whole number, not a string/, () => new Dog().speak('x')],
    [RangeError, /no whole number/, () => new Dog().speak(1.5)],
    [TypeError, /not null/, () => new Dog().speak(null)],
    [TypeError, /must be a number, not a bigint/, () => e.small(1n, 0)],
    [TypeError, /must be a boolean, not a number/, () => e.flag(1, false)],
    [TypeError, /must be a string, not null/, () => e.text(null, '')],
    [TypeError, /must be a string, not undefined/, () => e.text(undefined, '')],
    [TypeError, /null character/, () => e.text('a\0b', '')],
    [TypeError, /null character/, () => e.title('a\0b', '')],
    [TypeError, /one character/, () => e.letter('ab', 'a')],
    [TypeError, /must be Zoo::Animal, not null/, () => e.animal(null, new Dog())],
    [TypeError, /must be Zoo::Animal, not Echo/, () => e.animal(e, new Dog())],
    [TypeError, /must be Zoo::Animal, not an object/, () => e.animal({}, new Dog())],
    [TypeError, /must be Zoo::Animal, not an object/, () => e.animal(Object.create(Dog.prototype, { constructor: { value: null } }), new Dog())],
    [TypeError, /must be an array/, () => e.numbers(7, [])],
    [TypeError, /must be an array, not a string/, () => e.numbers('12', [])],
    [TypeError, /'v'\[1\] must be a number/, () => e.numbers([1, '2'], [])],
    [RangeError, /2 elements, and the array has 3/, () => e.place({ x: 0, y: 0, marks: [[0, 0], [0, 0]] }, place)],
    [TypeError, /must be Zoo::Place, not a number/, () => e.place(7, place)],
    [TypeError, /'v'\.y must be a number, not undefined/, () => e.place({ x: 1 }, place)],
    [TypeError, /'v'\.name must be a string/, () => e.card({ ...card, name: 1 }, card)],
    [TypeError, /must be Zoo::Colour/, () => e.colour('red', 0)],
    [RangeError, /7 is no Zoo::Colour/, () => e.colour(7, 0)],
    [TypeError, /must be a bigint or null/, () => e.token('x')],
    [TypeError, /speak\(\) takes 1 argument, not 0/, () => new Dog().speak()],
    [TypeError, /speak\(\) takes 1 argument, not 2/, () => new Dog().speak(1, 2)],
    [TypeError, /bark\(\) is a method of Zoo::Dog, not of Zoo::Animal/, () => Dog.prototype.bark.call(new Animal(), 1)],
    [TypeError, /bark\(\) is a method of Zoo::Dog, not of Tame/, () => Object.setPrototypeOf(new (class Tame extends Animal {})(), Dog.prototype).bark(1)],
    [TypeError, /of an object of SOM/, () => Dog.prototype.bark.call({}, 1)],
    [TypeError, /of an object of SOM/, () => Object.create(Dog.prototype).bark(1)],
    [TypeError, /of undefined, not of an object of SOM/, () => Dog.prototype.bark.call(undefined, 1)],
    [TypeError, /takes no arguments/, () => new Dog(1)],
    [TypeError, /cannot be invoked without 'new'/, () => Dog()],
    [TypeError, /descends from Animal/, () => Animal.named.call(Pet, 'x', 1)],
    [TypeError, /named\(\) takes 2 arguments, not 1/, () => Animal.named('x')],
  ];
  for (const [error, text, f] of rows) assert.throws(f, (x) => x.constructor === error && text.test(x.message) || assert.fail(`${text}: ${x}`));
});

test('nesting', () => {
  const e = new Echo();
  const tree = { value: 0, below: [] };
  tree.below.push(tree);
  assert.throws(() => e.tree(tree, tree), { name: 'RangeError', message: /SOMH_MAX_NESTING/ });
  let deep = { value: 0, below: [] };
  for (let i = 0; i < 60; i++) deep = { value: i, below: [deep] };
  assert.deepEqual(e.tree(deep, { value: 0, below: [] })[0], deep);
});

test('what runs while values are converted', () => {
  const e = new Echo();
  const v = [1, 2, 3, 4];
  Object.defineProperty(v, 1, { get: () => ((v.length = 2), 7) });
  assert.throws(() => e.numbers(v, []), /'v'\[2\] must be a number, not undefined/);
  const d = new Dog();
  assert.deepEqual(e.place({ get x() { dsom.release(e); return 1; }, y: 2, marks: [[0, 0, 0], [0, 0, 0]] }, { x: 0, y: 0, marks: [[0, 0, 0], [0, 0, 0]] })[0].x, 1);
  assert.ok(!dsom.isAlive(e));
  const thrown = new Error('from a getter');
  assert.throws(() => { d.bone = { get size() { throw thrown; }, age: 1n }; }, (x) => x === thrown);
});

test('exceptions of users', () => {
  assert.throws(() => new Dog().speak(1005), (x) => x instanceof TooLoud && x instanceof dsom.UserException && x instanceof Error && x.volume === 5 && x.why === ' is too loud');
  assert.throws(() => new Dog().speak(-1), Asleep);
  assert.throws(() => Animal.named('nobody', 4), { name: 'TooLoud', why: 'nobody has a name' });
  assert.equal(TooLoud.id, 'IDL:Zoo/TooLoud:1.0');
  assert.equal(new TooLoud({ volume: 1, why: 'w' }).message, 'volume: 1, why: "w"');
  assert.throws(() => new TooLoud({ volume: 1 }), /lacks the member 'why'/);
  assert.throws(() => new TooLoud({ volume: 1, why: '', who: '' }), /no member 'who'/);
});

test('exceptions of the system', () => {
  assert.throws(() => new Animal().speak(999), (x) => x instanceof dsom.UNKNOWN && x instanceof dsom.SystemException && /a plain error/.test(x.message));
  assert.throws(() => new Animal().speak(998), dsom.NO_MEMORY);
  const e = new dsom.BAD_PARAM('x', { minor: 7, completed: 'MAYBE' });
  assert.deepEqual([e.name, e.message, e.minor, e.completed, e.id], ['BAD_PARAM', 'x', 7, 'MAYBE', 'IDL:omg.org/CORBA/BAD_PARAM:1.0']);
});

test('classes that are not there', () => {
  for (const name of ['Zoo::Unicorn', 'Nothing', 'a b', '', 'x'.repeat(300), 'Zoo::', '__proto__']) assert.throws(() => load(name), (x) => x instanceof dsom.SystemException && x.code === 'unknown', name);
  assert.throws(() => load('Zoo::Animal', [2, 0]), { code: 'version' });
  assert.equal(load('Zoo::Animal', [1]), load('Zoo::Animal', [1, 2]));
  for (const wrong of [['9', '9'], '9.9', '', 9, [1, 2, 3], [-1, 0], [1.5, 0], [1, NaN], [2 ** 32, 0], null, {}]) assert.throws(() => load('Zoo::Animal', wrong), TypeError);
  assert.equal(load('Zoo::Animal', [1, 1]), Animal);
  assert.throws(() => dsom.library('/nowhere/libnothing.so'), { code: 'library' });
  assert.throws(() => load(7), /must be a string/);
  assert.throws(() => load('a\0b'), TypeError);
});

test('type information that is none', () => {
  const caller = new (load('Threads::Caller'))();
  for (let kind = 0; kind < 40; kind++) {
    caller.nonsense(`Nonsense${kind}`, kind);
    const o = new (load(`Nonsense${kind}`))();
    if ('pass' in o) assert.equal(o.pass(3), 4n); // the signature says all of it
    assert.throws(() => o.nowhere(), kind ? Error : { code: 'DSOM_CANNOT', message: /nowhere cannot be called/ });
  }
});

test('given values are the object\'s', () => {
  const e = new Echo();
  e.keep('some text', new Animal());
  assert.equal(e.kept_text(), 'some text');
});

test('ES modules', async () => {
  const m = await import('../index.mjs');
  assert.equal(m.load('Zoo::Dog'), Dog);
  for (const name of Object.keys(dsom)) assert.ok(name in m, name);
});

test('other threads of JavaScript have none', async () => {
  const { Worker } = require('node:worker_threads');
  const w = new Worker(`try { require(${JSON.stringify(require.resolve('..'))}); } catch (e) { require('node:worker_threads').parentPort.postMessage(e.code); }`, { eval: true });
  assert.equal(await new Promise((resolve, reject) => w.on('message', resolve).on('error', reject)), 'DSOM_LOADED');
});
