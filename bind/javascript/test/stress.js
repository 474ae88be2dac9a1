'use strict';
// A million objects of each kind are made, crossed, subclassed and dropped, and memory stays what it was. stress.js [HOW MANY]
const dsom = require('..');

const many = Number(process.argv[2] ?? 1_000_000);
const [Dog, Echo, Colour] = ['Dog', 'Echo', 'Colour'].map((n) => dsom.load(`Zoo::${n}`));

class Own extends Dog {
  speak(n) { return super.speak(n); }
}
class Raising extends Dog {
  speak(n) {
    if (n % 2n) throw new RangeError(String(n));
    return super.speak(-1);
  }
}

const echo = new Echo();
const raising = new Raising();
const card = { name: 'Rex', colour: Colour.green, tame: true, tricks: ['sit', 'sit', 'ß'], home: { x: 1, y: 2, marks: [[0, 0, 0], [0, 0, 0]] }, title: 'wide' };

const kinds = {
  native(i) { new Dog().speak(i % 100); },
  made(i) { dsom.dispatch(new Own(), 'speak', i % 100); },
  crossed(i) {
    const o = new Own();
    o.mark = i;
    echo.keep('text', o);
    if (echo.animal(o, o)[0] !== o) throw new Error('another object');
  },
  cyclic() {
    const o = new Own();
    o.me = o;
  },
  values(i) {
    echo.card(card, card);
    echo.text('x'.repeat(i % 50), '');
  },
  raised(i) {
    try {
      dsom.dispatch(raising, 'speak', i);
    } catch (e) {
      if (!(e instanceof RangeError || e instanceof dsom.UserException)) throw e;
    }
  },
  weak() {
    const o = new Own();
    if (dsom.weak(o).deref() !== o) throw new Error('another object');
  },
  fromC() { if (!dsom.isAlive(dsom.create(Own))) throw new Error('no object'); },
  classes() {
    class Short extends Dog {
      bark() {}
    }
    dsom.dispatch(new Short(), 'bark', 1);
  },
};
const share = { native: 1, made: 1, crossed: 1, cyclic: 4, values: 4, raised: 4, weak: 4, fromC: 2, classes: 1000 };

async function resident() {
  for (let i = 0; i < 4; i++) {
    await new Promise(setImmediate);
    globalThis.gc();
    dsom.collect();
  }
  return process.memoryUsage().rss;
}

async function times(f, n) {
  for (let i = 0; i < n; i++) {
    f(i);
    if (i % 5000 === 0) await new Promise(setImmediate);
  }
}

async function main() {
  for (const [name, f] of Object.entries(kinds)) {
    const n = Math.ceil(many / share[name]);
    await times(f, Math.ceil(n / 5));
    let before = await resident();
    let grown = 0;
    for (let round = 0; round < 3; round++) { // the heap of JavaScript finds its size
      await times(f, Math.ceil(n / 3));
      const after = await resident();
      grown = after - before;
      if (grown < 2 << 20) break;
      before = after;
    }
    console.log(`${name}: ${n} grown by ${grown >> 10} KiB`);
    if (grown >= 2 << 20) throw new Error(`${name}: memory grows`);
  }
  const p = Promise.all(Array.from({ length: 1000 }, (_, i) => new Own().speakAsync(i % 100)));
  if ((await p).length !== 1000) throw new Error('promises');
  echo.keep('', new Dog());
  await resident();
  await resident();
  const { instances } = dsom.describe(Own);
  if (instances !== 0) throw new Error(`${instances} instances are left`);
  console.log('flat');
}

main();
