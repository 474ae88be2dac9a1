'use strict';
// Overrides that do not return. never.js HOW
const assert = require('node:assert/strict');
const vm = require('node:vm');
const dsom = require('..');

const [Dog, Eager, Caller] = ['Zoo::Dog', 'Threads::Eager', 'Threads::Caller'].map((n) => dsom.load(n));
const caller = new Caller();
let last; // what the last override has returned
let begun; // one has begun that does not return

class Own extends Dog {
  speak(n) {
    if (n === 6n) for (;;) {}
    if (n < 7n) return n;
    begun = true;
    // As long as the thread that called waits, and longer: it is gone, with its stack, when join returns.
    assert.equal(caller.join(), -1n);
    assert.match(caller.why, /TIMEOUT:1.0 what the object's language does for it has not come to its end within twice 1000 ms \(SOMH_HOME_PATIENCE\), and goes on/);
    last = n;
    if (n === 8n) throw new Error('nobody is there');
    return n;
  }
}
const own = new Own();

const ways = {
  async foreign() {
    const warnings = [];
    process.on('warning', (w) => warnings.push(w.message));
    for (const n of [7n, 8n]) {
      dsom.setMainThreadWait(1000);
      do {
        begun = false;
        caller.run(own, n);
        for (const end = Date.now() + 10000; last !== n && (begun || Date.now() < end); ) await new Promise(setImmediate);
        if (!begun) { // the process had no processor for so long: again
          assert.equal(caller.join(), -1n);
          assert.match(caller.why, /TRANSIENT/);
        }
      } while (!begun);
      dsom.setMainThreadWait(60000);
      assert.equal(await caller.elsewhereAsync(own, 1), 1n);
      assert.equal(own.speak(2n), 2n);
    }
    assert.deepEqual(warnings, ['an override has thrown, and its method has no way to say so: Error: nobody is there']);
  },
  async terminated() {
    // In the main thread Node's own means end it, through C++.
    globalThis.own = own;
    globalThis.dispatch = dsom.dispatch;
    for (let i = 0; i < 3; i++) assert.throws(() => vm.runInThisContext("dispatch(own, 'speak', 6n)", { timeout: 100 }), { code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' });
    class Asked extends Eager {
      hello() {
        for (;;) {}
      }
    }
    globalThis.Asked = Asked;
    for (let i = 0; i < 3; i++) assert.throws(() => vm.runInThisContext('new Asked()', { timeout: 100 }), { code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' });
    globalThis.gc();
    dsom.collect();
    assert.equal(dsom.describe(Asked).instances, 0);
    assert.equal(own.speak(2n), 2n);
    assert.equal(new Eager().hello(4n), 4n);
    assert.equal(await caller.elsewhereAsync(own, 1), 1n);
  },
};
ways[process.argv[2]]().then(() => console.log('lives'));
