'use strict';
// Objects at a server of classes, whose reference DSOM_TEST_SERVER is; the class library is here as well.
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { dsom, Animal, Dog, Echo, TooLoud, Colour, instances } = require('./harness');

const { urlOf } = dsom.remote;
const server = dsom.bind(process.env.DSOM_TEST_SERVER);
const make = async (name) => (await server).somdCreateObjAsync(name, '');

test('calls', async () => {
  const here = instances(Dog);
  const d = await make('Zoo::Dog');
  assert.ok(d instanceof Dog);
  assert.equal(await d.speakAsync(3), 7n);
  assert.equal(d.speak(3), 7n);
  await d.nameAsync('Rex');
  assert.deepEqual([await d.nameAsync(), d.name, await d.legsAsync()], ['Rex', 'Rex', 4]);
  await assert.rejects(d.speakAsync(1005), (e) => e instanceof TooLoud && e.volume === 5 && e.why === 'Rex is too loud');
  assert.throws(() => d.speak(999), dsom.UNKNOWN);
  await assert.rejects(d.speakAsync(1n << 63n), RangeError);
  assert.equal(instances(Dog), here);
});

test('values', async () => {
  const e = await make('Zoo::Echo');
  const card = { name: 'Rex', colour: Colour.green, tame: true, tricks: ['sit', 'ß€'], home: { x: 1, y: 2, marks: [[1, 2, 3], [4, 5, 6]] }, title: 'wide €' };
  assert.deepEqual(await e.cardAsync(card, card), [card, card, card]);
  assert.deepEqual(await e.numbersAsync([1, 2, 3], []), [[1, 2, 3], [], [1, 2, 3]]);
});

test('many at a time', async () => {
  const dogs = await Promise.all(Array.from({ length: 8 }, () => make('Zoo::Dog')));
  assert.deepEqual(await Promise.all(dogs.map((d, i) => d.speakAsync(i))), [1n, 3n, 5n, 7n, 9n, 11n, 13n, 15n]);
});

test('an object of here is called from there, and comes back as itself', async () => {
  class Own extends Animal {
    called = 0;
    get name() {
      this.called++;
      return 'from JavaScript';
    }
  }
  const o = new Own();
  const e = await make('Zoo::Echo');
  const d = await make('Zoo::Dog');
  assert.equal((await e.animalAsync(o, o))[0], o);
  assert.equal((await e.animalAsync(d, o))[1], o);
  assert.equal(await d.friend_ofAsync(o), o);
  assert.equal(d.friend_of(o), o); // also while the main thread waits for it
});

test('references', async () => {
  const d = await make('Zoo::Dog');
  assert.match(await urlOf(d), /^IOR:/);
  await d.nameAsync('the same');
  assert.equal(await (await dsom.bind(await urlOf(d))).nameAsync(), 'the same');
  const o = new Dog();
  assert.equal(await dsom.bind(await urlOf(o)), o);
});

test('what is wrong', async () => {
  for (const url of ['', 'corbaname', 'IOR:00', 'corbaloc::127.0.0.1:1/x']) await assert.rejects(dsom.bind(url).then((o) => o.somGetClassNameAsync?.() ?? dsom.dispatch(o, 'speak', 1)), dsom.SystemException, url);
  await assert.rejects(dsom.bind('a\0b'), TypeError);
  await assert.rejects(dsom.bind(7), TypeError);
  await assert.rejects(dsom.remote.create('Zoo::Unicorn'), dsom.SystemException);
});
