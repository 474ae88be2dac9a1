'use strict';
// Ends with objects alive on all sides, and threads of C++'s that use them. ends.js HOW
if (process.argv[2].startsWith('listener')) {
  process.on('exit', () => { // in the midst of process.exit, which does not come to those behind it
    throw new Error('a listener');
  });
}
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

class Kept extends Echo {
  keep(text, animal) {
    console.log(text, animal instanceof Dog);
    process.exit(5);
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
  listener() { // many threads call it, and threads of Node's wait for them
    for (let i = 0; i < 4; i++) caller.manyAsync(own, 4, 120);
    return true;
  },
  listener_of_threads() {
    for (let i = 0; i < 8; i++) caller.start(own, 99);
    return true;
  },
  listener_and_on() { // what is thrown is taken, and the process goes on to its end
    process.on('uncaughtException', () => {});
    return ways.listener();
  },
  throw() {
    ways.threads();
    throw new Error('an error');
  },
  last() {
    caller.at_end(own, 3);
  },
  given() { // what is given to the override for good is not there for what stands above it
    process.on('exit', () => console.log(Number(caller.join()), caller.why));
    keep.push(new Kept());
    caller.hand(keep[4]);
    setInterval(() => {}, 1000); // Node waits for it
    return true;
  },
  async() {
    for (let i = 0; i < 100; i++) own.speakAsync(i);
    setImmediate(() => process.exit(0));
  },
};
if (!ways[process.argv[2]]()) console.log('ends');
