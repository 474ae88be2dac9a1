'use strict';
// Ends with objects alive on all sides, and threads of C++'s that use them. ends.js HOW
const dsom = require('..');

const [Dog, Echo, Caller] = ['Zoo::Dog', 'Zoo::Echo', 'Threads::Caller'].map((n) => dsom.load(n));

class Own extends Dog {
  speak(n) {
    if (n === 99n) {
      console.log('ends');
      process.exit(0);
    }
    return super.speak(n);
  }
}

const keep = [new Dog(), new Own(), new Echo(), new Caller()];
keep[2].keep('x', new Own());
keep[1].me = keep;
globalThis.keep = keep;
const [, own, , caller] = keep;

const ways = {
  plain() {},
  threads() {
    for (let i = 0; i < 3; i++) caller.start(own, i);
    caller.start(keep[0], 7);
  },
  exit() {
    ways.threads();
    setTimeout(() => {
      console.log('ends');
      process.exit(0);
    }, 50);
    return true;
  },
  inside() { // in the midst of a call of C++'s
    ways.threads();
    dsom.dispatch(own, 'speak', 99);
  },
  throw() {
    ways.threads();
    throw new Error('an error');
  },
  last() {
    caller.at_end(own, 3);
  },
  async() {
    for (let i = 0; i < 100; i++) own.speakAsync(i);
    setImmediate(() => process.exit(0));
  },
};
if (!ways[process.argv[2]]()) console.log('ends');
