'use strict';
// Smalltalk, as Amber runs it, with classes of C++. It needs @ambers/lang and requirejs in NODE_PATH.
const { test, before } = require('node:test');
const assert = require('node:assert/strict');
const { dsom, TooLoud, collected, instances, Dog } = require('./harness');
const { start } = require('../amber');

let amber;

before(async () => {
  amber = await start(require);
  amber.evaluate("SomClass named: 'Zoo::Puppy'. SomClass named: 'Zoo::Echo'");
  amber.fileIn(`Error subclass: #Mine slots: {} package: 'Tests'!

SomZooDog subclass: #Pup slots: {#said. #fails} package: 'Tests'!

!Pup methodsFor: 'tests'!
initialize
	super initialize.
	said := OrderedCollection new
!

speak: n
	said add: n.
	fails notNil ifTrue: [ ^ fails value ].
	^ (super speak: n) + 1000
!

said
	^ said
!

fails: aBlock
	fails := aBlock
!

name
	^ '<', super name, '>'
! !
`);
});

test('a class, used', () => {
  assert.equal(amber.evaluate("(SomClass named: 'Zoo::Dog') == SomZooDog"), true);
  assert.equal(amber.evaluate("| d | d := SomZooDog new. d name: 'Rex'; bark: 5. d name, ' ', (d speak: 3) printString"), 'Rex 12');
  assert.equal(amber.evaluate('SomZooPuppy new speakTo: \'abc\''), 30);
  assert.equal(amber.evaluate('| d | d := SomZooDog new. (d friendOf: d) == d'), true);
  assert.equal(amber.evaluate("(SomZooAnimal named: 'Ida' legs: 3) legs"), 3);
  assert.deepEqual(amber.evaluate("SomZooEcho new small: 1 io: 2"), [1, 2, 1]);
  assert.equal(amber.evaluate('SomZooDog superclass == SomZooAnimal'), true);
});

test('a subclass, called from C++', () => {
  const pup = amber.evaluate('Pup new');
  assert.equal(pup._speak_(3), 1007);
  const o = dsom.create(dsom.load('Pup'));
  assert.equal(dsom.dispatch(o, 'speak', 4), 1009n);
  dsom.dispatch(o, '_set_name', 'Rex');
  assert.equal(dsom.dispatch(o, '_get_name'), '<Rex>');
  assert.equal(new (dsom.load('Threads::Caller'))().here(o, 5), 1011n);
  assert.deepEqual(amber.evaluate('| p | p := Pup new. p speak: 1; speak: 2. p said asArray'), [1, 2]);
});

test('exceptions', () => {
  assert.equal(amber.evaluate("[ SomZooDog new speak: 1005 ] on: SomError do: [ :e | e name, ' ', (e at: 'volume') printString ]"), 'TooLoud 5');
  assert.equal(amber.evaluate("[ SomClass named: 'Zoo::Unicorn' ] on: SomError do: [ :e | e code ]"), 'unknown');
  assert.equal(amber.evaluate("[ SomZooDog new speak: 'x' ] on: SomError do: [ :e | e messageText ]"), "speak() argument 'n' must be a bigint or a whole number, not a string");
  const pup = amber.evaluate("Pup new fails: [ Error signal: 'from Smalltalk' ]; yourself");
  assert.throws(() => amber.evaluate('[ :p | p speak: 1 ]')._value_(pup), /from Smalltalk/);
  const caller = new (dsom.load('Threads::Caller'))();
  const o = dsom.create(dsom.load('Pup'));
  assert.equal(caller.here(o, -1), -1n); // super's Asleep goes on
  assert.match(caller.why, /^IDL:Zoo\/Asleep:1.0/);
  assert.throws(() => dsom.dispatch(o, 'speak', 1005), TooLoud);
  assert.equal(amber.evaluate("| p | p := Pup new. p fails: [ Mine signal: 'mine' ]. [ p speak: 1 ] on: Mine do: [ :e | e messageText ]"), 'mine');
});

test('what Smalltalk has released, and what the collector takes', async () => {
  assert.match(amber.evaluate('[ SomZooDog new release; speak: 1 ] on: SomError do: [ :e | e messageText ]'), /has been released/);
  await collected();
  const before = instances(Dog);
  amber.evaluate('1 to: 100 do: [ :i | SomZooDog new speak: i. Pup new speak: i ]');
  await collected();
  assert.equal(instances(Dog), before);
  assert.ok(instances(dsom.load('Pup')) < 10);
});
