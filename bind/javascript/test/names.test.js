'use strict';
// Names of IDL (bind/cxx/testdata/farm.idl) that the package makes, too.
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { dsom } = require('./harness');

const [Cow, Getter, Both, Fetches, Refused, Roof] = ['Farm::Cow', 'Farm::Getter', 'Farm::Both', 'Farm::Fetches', 'Farm::Refused', 'Barn::Roof'].map((n) => dsom.load(n));

test("a method is not hidden by another's form that is awaited", async () => {
  class Own extends Cow {
    fetch(n) {
      return super.fetch(n) + 10;
    }
  }
  assert.deepEqual([new Cow(), new Own()].map((c) => [c.fetch(1), c.fetchAsync(1), c.fetch_async(1)]), [[2, 201, 101], [12, 201, 101]]);
  assert.deepEqual([new Both().get(1), new Both().getAsync(1), new Fetches().get(1), new Fetches().getAsync(1)], [2, 201, 2, 301]);
  assert.equal(await new Getter().getAsync(1), 2);
});

test('a member of an exception that would be its class', () => {
  const [Watcher, Denied] = ['Making::Watcher', 'Making::Refused'].map((n) => dsom.load(n));
  assert.deepEqual(Denied.members, ['_constructor', 'by']);
  class Stern extends Watcher {
    refuse(how) {
      if (how === 'here') throw new Denied({ _constructor: 'own', by: 8 });
      super.refuse(how);
    }
  }
  for (const [how, members] of [['here', { _constructor: 'own', by: 8 }], ['there', { _constructor: 'there', by: 7 }]])
    assert.throws(() => dsom.dispatch(new Stern(), 'refuse', how), (e) => e.constructor === Denied && e.name === 'Refused' && assert.deepEqual({ ...e }, members) === undefined);
  assert.throws(() => new Denied({ by: 1 }), /lacks the member '_constructor'/);
});

test('members of exceptions', () => {
  const marks = [[1, 2, 3], [4, 5, 6]];
  for (const wrong of [() => new Cow().eat({ what: 'stones', where: { x: 1, y: 2, marks } })])
    assert.throws(wrong, (e) => e instanceof Refused && e.id === 7 && e.name === 8 && e.message === 'it is no feed' && Refused.id === 'IDL:Farm/Refused:1.0');
  assert.ok(new Cow().guard(Roof.tiles) instanceof dsom.load('Zoo::Dog'));
});
