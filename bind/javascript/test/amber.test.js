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

test('values', () => {
  const evaluate = (text) => amber.evaluate(text);
  assert.equal(evaluate("((SomZooEcho new huge: (SomLargeInteger fromString: '18446744073709551615') io: 1) at: 1) printString"), '18446744073709551615');
  assert.equal(evaluate("(((SomLargeInteger fromString: '9007199254740993') + 1) printString)"), '9007199254740994');
  assert.equal(evaluate("(((SomLargeInteger fromString: '9007199254740993') - 9007199254740000) + 1)"), 994);
  assert.equal(evaluate("((SomLargeInteger fromString: '-9007199254740993') // 2) printString, ' ', ((SomLargeInteger fromString: '-9007199254740993') \\\\ 2) printString"), '-4503599627370497 1');
  assert.equal(evaluate("(SomLargeInteger fromString: '9007199254740993') = (SomLargeInteger fromString: '9007199254740993')"), true);
  assert.equal(evaluate("((SomLargeInteger fromString: '9007199254740993') < 5) | ((SomLargeInteger fromString: '9007199254740993') = 5)"), false);
  assert.equal(evaluate("[ (SomLargeInteger fromString: '9007199254740993') + 'x' ] on: SomError do: [ :e | e messageText ]"), 'what is no number is no whole number');
  const large = "(SomLargeInteger fromString: '9007199254740993')", negative = "(SomLargeInteger fromString: '-9007199254740993')";
  assert.equal(evaluate(`(1 + ${large}) printString, ' ', (1 - ${large}) printString, ' ', (2 * ${large}) printString`), '9007199254740994 -9007199254740992 18014398509481986');
  assert.equal(evaluate(`9007199254740000 - ${large}`), -993);
  assert.deepEqual(evaluate(`{5 < ${large}. 5 > ${large}. 5 <= ${large}. 5 >= ${large}. 5 = ${large}. 5 < ${negative}. 5 >= ${negative}}`), [true, false, true, false, false, false, true]);
  assert.deepEqual(evaluate(`{5 // ${large}. -5 // ${large}. 5 // ${negative}. 9007199254740991 // ${large}. -9007199254740991 // ${large}. 5 \\\\ ${large}. -5 \\\\ ${negative}}`), [0, -1, -1, 0, -1, 5, -5]);
  assert.equal(evaluate(`(-5 \\\\ ${large}) printString`), '9007199254740988');
  assert.equal(evaluate(`[ 1.5 + ${large} ] on: SomError do: [ :e | e messageText ]`), '1.5 is no whole number');
  const card = "(Dictionary new at: 'name' put: 'Rex'; at: 'colour' put: ((SomClass enumeration: 'Zoo::Colour') at: 'green'); at: 'tame' put: true; at: 'tricks' put: (OrderedCollection new add: 'sit'; add: ''; yourself); at: 'home' put: "
    + "(Dictionary new at: 'x' put: 1.5; at: 'y' put: -2; at: 'marks' put: #(#(1 2 3) #(4 5 6)); yourself); at: 'title' put: 'a title'; yourself)";
  assert.equal(evaluate(`| r | r := (SomZooEcho new card: ${card} io: ${card}) at: 1. (r at: 'name'), ' ', (r at: 'tricks') printString, ' ', (((r at: 'home') at: 'marks') at: 2) printString, ' ', (r at: 'tame') printString`), "Rex an Array ('sit' '') an Array (4 5 6) true");
  assert.equal(evaluate(`((SomZooEcho new cards: {${card}} io: (OrderedCollection new)) at: 1) first at: 'title'`), 'a title');
  assert.equal(evaluate("| d herd | d := SomZooDog new. herd := (SomZooEcho new herd: (OrderedCollection new add: d; add: d; yourself) io: #()) at: 1. (herd at: 1) == d"), true);
  assert.deepEqual(evaluate('(SomZooEcho new numbers: (OrderedCollection new add: 1; add: -2; yourself) io: #(3)) at: 1'), [1, -2]);
  assert.equal(evaluate("((SomZooEcho new food: (Dictionary new at: 'd' put: 0; at: 'v' put: -5; yourself) io: (Dictionary new at: 'd' put: 1; at: 'v' put: 'leaf'; yourself)) at: 2) at: 'v'"), 'leaf');
  assert.match(evaluate("[ | c | c := OrderedCollection new. c add: c. SomZooEcho new numbers: c io: #() ] on: SomError do: [ :e | e messageText ]"), /nested deeper than 256 \(MAX_NESTING\)/);
  assert.match(evaluate("[ SomZooEcho new place: Dictionary new io: Dictionary new ] on: SomError do: [ :e | e messageText ]"), /must be|x/);
  assert.match(evaluate("[ SomClass enumeration: 'Zoo::Dog' ] on: SomError do: [ :e | e messageText ]"), /is no enumeration/);
});

test('exceptions of Smalltalk with members', () => {
  const o = "| p | p := Pup new. p fails: [ (SomError named: 'Zoo::TooLoud' members: (Dictionary new at: 'volume' put: 5; at: 'why' put: 'so'; yourself)) signal ]. ";
  assert.equal(amber.evaluate(`${o} [ p speak: 1 ] on: SomError do: [ :e | e name, ' ', (e at: 'why') ]`), 'TooLoud so');
  assert.equal(amber.evaluate("[ (SomError system: 'BAD_PARAM' minor: 9) signal ] on: SomError do: [ :e | e name ]"), 'BAD_PARAM');
  assert.match(amber.evaluate("[ SomError system: 'Unicorn' minor: 9 ] on: SomError do: [ :e | e messageText ]"), /no system exception/);
});

test('a subclass, made by either message', () => {
  amber.fileIn(`SomZooDog subclass: #Plainer!

!Plainer methodsFor: 'tests'!
speak: n
	^ (super speak: n) + 1
! !

SomZooDog subclass: #Fielded instanceVariableNames: 'mine' classVariableNames: '' poolDictionaries: '' category: 'Tests'!

!Fielded methodsFor: 'tests'!
speak: n
	mine := n.
	^ (super speak: mine) + 2
! !
`);
  const caller = new (dsom.load('Threads::Caller'))();
  for (const [name, more] of [['Plainer', 1n], ['Fielded', 2n]]) {
    amber.evaluate(`${name} new`);
    assert.equal(caller.here(dsom.create(dsom.load(name)), 3), 7n + more, name);
  }
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
