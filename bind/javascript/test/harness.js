'use strict';
// What the tests share: the classes of bind/cxx/testdata/zoo.idl, and the collector, forced.
const dsom = require('..');

const zoo = Object.fromEntries(['Animal', 'Pet', 'Dog', 'Puppy', 'Echo', 'TooLoud', 'Asleep', 'Colour'].map((n) => [n, () => dsom.load(`Zoo::${n}`)]));

/** Lets the collector take all that it can, and the package see it. */
async function collected(rounds = 4) {
  for (let i = 0; i < rounds; i++) {
    await new Promise(setImmediate);
    globalThis.gc();
    dsom.collect();
  }
}

const instances = (c) => dsom.describe(c).instances;

module.exports = { dsom, collected, instances, ...Object.fromEntries(Object.entries(zoo).map(([n, f]) => [n, f()])) };
