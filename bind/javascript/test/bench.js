'use strict';
// What calls cost, in one run: the least of many short windows, in ns. It needs plain.node (plain.c), koffi and Amber, which go test ./bind/javascript -run NONE -bench Calls has: bench.js PLAIN
const dsom = require('..');
const koffi = require('koffi');
const { Dog: Plain } = require(process.argv[2]);

const Animal = dsom.load('Zoo::Animal');
const Caller = dsom.load('Threads::Caller');

class Own extends Animal {
  speak(n) { return n; }
}
class Higher extends Animal {
  speak(n) { return super.speak(n); }
}
class JavaScript {
  speak(n) { return BigInt(n); }
}

const times = 20000;

/** All are measured in turn, so that what else the machine does is done to all. */
function measure(rows) {
  const best = rows.map(() => Infinity);
  for (let round = 0; round < 60; round++)
    rows.forEach(([, f, per = 1], i) => {
      const begun = process.hrtime.bigint();
      f();
      best[i] = Math.min(best[i], Number(process.hrtime.bigint() - begun) / times / per);
    });
  return best;
}

const loop = (body) => new Function('o', 'times', `let s; return () => { for (let i = 0; i < times; i++) s = ${body}; return s; };`); // a loop of its own for each, as the compiler sees it
const over = (o, body) => loop(body)(o, times);

const animal = new Animal();
const own = new Own();
const higher = new Higher();
const plain = new Plain();
const caller = new Caller();
const environment = Buffer.alloc(64);
const typed = (o, method, declaration) => koffi.decode(dsom.entryOf(o, method), koffi.proto(declaration));
const speak = typed(animal, 'speak', 'int64_t speak(void *o, void *ev, int64_t n)');
const legs = typed(animal, '_get_legs', 'int32_t legs(void *o, void *ev)');
const address = dsom.addressOf(animal);
const repeat = koffi.load(process.argv[2]).func('int64_t repeat(void *f, int64_t n, int32_t times)');
const callback = koffi.register((n) => n, koffi.pointer(koffi.proto('int64_t called(int64_t)')));

const rows = [
  ['an addon written by hand, a `long long`', over(plain, 'o.speak(5)')],
  ['koffi, its function typed and its arguments ready', over({ speak, address, environment }, 'o.speak(o.address, o.environment, 5)')],
  ['a method of a class in C++, a `long long`', over(animal, 'o.speak(5)')],
  ['an addon written by hand, a `long`', over(plain, 'o.legs()')],
  ['koffi, a `long`', over({ legs, address, environment }, 'o.legs(o.address, o.environment)')],
  ['an attribute of a class in C++, a `long`', over(animal, 'o.legs')],
  ['a method of JavaScript\'s', over(new JavaScript(), 'o.speak(5)')],
  ['C calls a function of JavaScript\'s by koffi', () => repeat(callback, 5, times)],
  ['C++ calls an override', () => caller.repeat(own, 5, times)],
  ['the same, and `super` in it', () => caller.repeat(higher, 5, times)],
];
async function main() {
  const amber = await require('../amber').start(require);
  // A loop of its own for each, as the compiler of JavaScript sees it. Koffi is called as somebody does who writes the method for it in JavaScript, with arguments that are ready; the object of JavaScript's as one who writes none.
  globalThis.koffiSpeak = (n) => speak(address, environment, n);
  globalThis.javascriptSpeaks = { 'speak': (n) => globalThis.koffiSpeak(n) };
  for (const name of ['AskOurs', 'AskOwn', 'AskKoffi', 'AskObject'])
    amber.fileIn(`Object subclass: #${name} slots: {} package: 'Bench'!

!${name} methodsFor: 'calls'!
ask: aDog times: n
	| s i |
	i := 0.
	[ i < n ] whileTrue: [ s := aDog speak: 5. i := i + 1 ].
	^ s
!

speak: n
	${name === 'AskKoffi' ? `<inlineJS: 'return Number(koffiSpeak(n))'>` : '^ n'}
! !
`);
  amber.fileIn(`(SomClass named: 'Zoo::Animal') subclass: #Pup slots: {} package: 'Bench'!

!Pup methodsFor: 'calls'!
speak: n
	^ n
! !
`);
  const make = (name) => amber.evaluate(`${name} new`);
  const [ours, sends, byKoffi, byProxy] = ['AskOurs', 'AskOwn', 'AskKoffi', 'AskObject'].map(make);
  const animal = amber.evaluate('SomZooAnimal new');
  amber.evaluate('Pup new');
  const pup = dsom.create(dsom.load('Pup'));
  rows.push(['a method of C++\'s as Amber\'s class for it has it, a `long long`', over(animal, 'o._speak_(5)')]);
  rows.push(['a method of Amber\'s that calls koffi', over(byKoffi, 'o._speak_(5)')]);
  rows.push(['Amber\'s own loop: a message to an object of Amber\'s', () => sends._ask_times_(sends, times)]);
  rows.push(['the same loop: that method of C++\'s', () => ours._ask_times_(animal, times)]);
  rows.push(['the same loop: that method that calls koffi', () => byKoffi._ask_times_(byKoffi, times)]);
  rows.push(['the same loop: an object of JavaScript\'s that calls koffi', () => byProxy._ask_times_(globalThis.javascriptSpeaks, times)]);
  rows.push(['C++ calls an override in Amber', () => caller.repeat(pup, 5, times)]);
  const all = measure(rows);
  const ratio = (a, b) => `${(all[a] / all[b]).toFixed(2)} ×`;
  const notes = { 2: `${ratio(2, 0)} the addon, ${ratio(2, 1)} koffi`, 5: `${ratio(5, 3)} the addon, ${ratio(5, 4)} koffi`, 8: `${ratio(8, 7)} koffi`, 10: `${ratio(10, 11)} the next, ${ratio(10, 1)} koffi in JavaScript`, 13: `${ratio(13, 14)} the next, ${ratio(13, 12)} the one before, ${ratio(13, 1)} koffi in JavaScript` };
  console.log('| call | ns | |\n|---|---|---|');
  rows.forEach(([what], i) => console.log(`| ${what} | ${all[i].toFixed(0)} | ${notes[i] ?? ''} |`));
  koffi.unregister(callback);
}

main();
