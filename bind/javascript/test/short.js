'use strict';
// A class that SOM has for good, and JavaScript has not: memory has run out as it was described, and somebody had found it (bind/host/test/short.c).
const assert = require('node:assert/strict');
const dsom = require('..');

const [Eager, Caller] = [dsom.load('Threads::Eager'), dsom.load('Threads::Caller')];
const name = process.env.SHORT_OF;

function make() {
  const made = class extends Eager {
    hello(n) { return n; }
    word() { return 'JavaScript'; }
  };
  Object.defineProperty(made, 'name', { value: name });
  return dsom.register(made);
}

assert.throws(make, { code: 'busy', message: /cannot be described, and is in use already: it stays/ });
globalThis.gc();
dsom.collect();
const caller = new Caller();
assert.ok(!caller.make_here(name)); // which calls what was overridden
const again = make();
assert.notEqual(again.somName, name);
assert.equal(new again().hello(3n), 3n);
console.log('stays');
