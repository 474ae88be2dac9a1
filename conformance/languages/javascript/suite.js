'use strict';
// The rows of conformance/languages in JavaScript. suite.js ROW…  prints, for each, row<TAB>ok or row<TAB>cannot<TAB>why.
const dsom = require('dsom');
const { load, SystemException, UserException } = dsom;

const [Thing, Titled, Holder, Member, Types, Caller, Journal] = ['Thing', 'Titled', 'Holder', 'Member', 'Types', 'Caller', 'Journal'].map((n) => load(`Suite::${n}`));
const [Colour, Refused, Plain] = ['Colour', 'Refused', 'Plain'].map((n) => load(`Suite::${n}`));

const [journal, caller, types] = [new Journal(), new Caller(), new Types()];

/** What the language cannot do, by the error that says so. */
class Cannot extends Error {}

/** Has the collector take all that it can. */
async function collected() {
  for (let i = 0; i < 4; i++) {
    await new Promise(setImmediate);
    globalThis.gc();
    dsom.collect();
  }
}

/** f must throw an error of that class, and then the journal has it. */
function refused(error, f) {
  try {
    f();
  } catch (e) {
    if (!(e instanceof error)) throw e;
    journal.note('refused');
    return;
  }
  throw new Error(`${f} is accepted`);
}

const yes = (condition) => journal.note(condition ? 'yes' : 'no');

/** What most rows subclass: speak is 100 more than the parent's. */
class Loud extends Thing {
  speak(n) { return super.speak(n) + 100n; }
}
class Raising extends Thing {
  speak() { throw this.what; }
}
dsom.register(Loud);

const somebody = { name: 'Grüß', likes: Colour.green, tame: true, at: { x: -1, y: 2147483647 }, words: ['sit', '', '😀!'], title: '€ 😀' };
const nobody = { name: '', likes: Colour.red, tame: false, at: { x: 0, y: 0 }, words: [], title: '' };

/** What comes back is handed over again, so that the log has both. */
const twice = (method, ...values) => values.forEach((v) => types[method](types[method](v)));

/** Objects are made and dropped in a function of their own: what is left on the stack of one that waits would keep them. */
const apart = (f) => f();

function turning() {
  class Passing extends Types {} // every method is overridden, by one that passes on what it gets, and what comes back
  for (const name of Object.getOwnPropertyNames(Types.prototype))
    if ((/^(turn|give|swap)_/.test(name) || name === 'maybe' || name === 'divide') && !name.endsWith('Async'))
      Object.defineProperty(Passing.prototype, name, { value: function (...args) { return Types.prototype[name].apply(this, args); } });
  return new Passing();
}

/** A class of here below one that is another language's. */
async function chain(middle, giveBack = () => {}) {
  class Below extends load(middle) {
    speak(n) { return super.speak(n) + 100000n; }
  }
  apart(() => {
    const o = new Below();
    o.label = 'chain';
    caller.ask(o, 1, 1);
    caller.ask(o, 1, 1);
    caller.catch_it(o, 1007);
    try {
      caller.ask(o, 1008, 1);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      journal.caught_refused(e.code, e.why);
    }
    caller.catch_any(o, 77);
    caller.keep(o);
  });
  await collected();
  caller.ask_kept(1);
  caller.keep(null);
  giveBack();
  await collected();
  journal.living();
}

/** Has the state of Lua or the interpreter of Tcl in this process run a text. */
const lua = (source) => new (load('Embed::Lua'))().run(source);
const tcl = (source) => new (load('Embed::Tcl'))().run(source);

/** Has the interpreter of Python in this process run a file. */
const python = (file) => new (load('Embed::Python'))().run(`exec(open('${file}').read())`);

let last; // what lasts as long as the process

const rows = {
  'types/boolean'() { twice('turn_boolean', true); },
  'types/octet'() { twice('turn_octet', 0, 127); },
  'types/char'() { twice('turn_char', 'a', 'ÿ'); },
  'types/wchar'() { twice('turn_wchar', '€', '\uffff'); },
  'types/short'() {
    twice('turn_short', 32767, 0);
    twice('turn_ushort', 65535);
  },
  'types/long'() {
    twice('turn_long', 2147483647, 0);
    twice('turn_ulong', 4294967295);
  },
  'types/long-long'() {
    twice('turn_longlong', 9223372036854775807n, 9007199254740993n);
    twice('turn_ulonglong', 18446744073709551615n);
  },
  'types/float'() { twice('turn_float', 0, 3.4028234663852886e38, 1.401298464324817e-45, 0.5); },
  'types/double'() {
    twice('turn_double', 0, 1.7976931348623157e308, 5e-324, 0.1, Infinity);
    twice('turn_double', NaN);
  },
  'types/enum'() { twice('turn_colour', Colour.red, Colour.blue); },
  'types/octets'() { twice('turn_octets', new Uint8Array(), Uint8Array.from({ length: 256 }, (_, i) => i), Buffer.of(0, 255)); },
  'types/sequence'() {
    twice('turn_booleans', [true, false, false]);
    twice('turn_longs', [], [1, -2, 3], Array.from({ length: 100000 }, (_, i) => i));
    twice('turn_doubles', [0.5, -1]);
    twice('turn_strings', ['a', '', 'ü']);
  },
  'types/array'() {
    twice('turn_grid', [[1, 2, 3], [4, 5, 6]]);
    twice('turn_pair', ['a', '€']);
  },
  'types/structure'() { twice('turn_point', { x: 1, y: -1 }); },
  'types/nested'() {
    twice('turn_person', somebody);
    twice('turn_people', [], [somebody, nobody]);
  },
  'types/recursive'() { twice('turn_tree', { value: 1, below: [{ value: 2, below: [] }, { value: 3, below: [{ value: 4, below: [] }] }] }); },
  'types/circle'() {
    const x = { name: 'x', end: { d: Colour.red, v: 1 }, twigs: [] };
    twice('turn_branch', { name: 'ab', end: { d: Colour.green, v: [x, { name: 'yz', end: { d: Colour.blue }, twigs: [] }] }, twigs: [{ grown: [x] }, { grown: [] }] }, x);
  },
  'types/union'() { types.turn_shape(types.turn_shape(types.turn_shape(types.turn_shape({ d: Colour.red, v: -17 })))); },
  'types/object'() { twice('turn_thing', new Thing()); },
  'types/objects'() {
    const [a, b] = [new Thing(), new Holder()];
    twice('turn_things', [a, b, a]);
    types.turn_things([]);
  },

  'strings/string'() { twice('turn_string', '', 'plain', 'Grüße €', '😀 x', 'e\u0301\t"\\\n'); },
  'strings/wstring'() { twice('turn_wstring', '', 'plain', 'Grüße €', '😀 x', '€'.repeat(100000)); },
  'strings/long'() {
    twice('turn_string', 'ab'.repeat(500000));
    types.turn_string(caller.text_of(1000000));
  },
  'strings/zero'() { refused(TypeError, () => types.turn_string('a\0b')); },
  'strings/wide-zero'() { refused(TypeError, () => types.turn_wstring('a\0b')); },
  'strings/no-utf8'() { twice('turn_string', caller.odd_text()); },

  'parameters/out'() {
    const [q, rest] = types.divide(17, 5);
    types.divide(rest, q);
    const [o, n, d, b, c] = types.give_basic();
    types.turn_octet(o), types.turn_longlong(n), types.turn_double(d), types.turn_boolean(b), types.turn_colour(c);
    const [s, w] = types.give_text();
    types.turn_string(s), types.turn_wstring(w);
  },
  'parameters/out-constructed'() {
    const [p, n, who] = types.give_constructed();
    types.turn_point(p), types.turn_longs(n), types.turn_person(who);
    const [a, more] = types.give_things();
    types.turn_thing(a), types.turn_things(more);
  },
  'parameters/inout'() {
    types.swap_basic(...types.swap_basic(-1, 0.25, Colour.green));
    types.swap_text(...types.swap_text('ab€', '😀 x'));
  },
  'parameters/inout-constructed'() {
    types.swap_constructed(...types.swap_constructed({ x: 1, y: 2 }, [1, 2], somebody));
    const [a, b] = [new Thing(), new Thing()];
    types.turn_thing(a);
    types.swap_things(...types.swap_things(a, b));
  },

  'null/allowed'() {
    const a = new Thing();
    journal.note(types.maybe(a) === null ? 'nothing' : 'something');
    journal.note(types.maybe(null) === a ? 'the same' : 'another');
    journal.note(types.maybe(null) === null ? 'nothing' : 'something');
  },
  'null/refused'() {
    refused(TypeError, () => types.turn_thing(null));
    refused(TypeError, () => types.turn_string(null));
    refused(TypeError, () => types.turn_long(null));
    refused(TypeError, () => types.turn_things([null]));
  },

  async 'ownership/in'() {
    apart(() => {
      const a = new Thing();
      for (let i = 0; i < 3; i++) types.turn_thing(a);
      journal.living();
    });
    await collected();
    journal.living();
  },
  async 'ownership/result'() {
    apart(() => {
      const kept = [caller.many(1000), caller.made('made')];
      journal.living();
      return kept.length;
    });
    await collected();
    journal.living();
  },
  async 'ownership/out'() {
    let more = apart(() => types.give_things()[1]);
    await collected();
    journal.living();
    more = more.length;
    await collected();
    journal.living();
  },
  async 'ownership/taken'() {
    apart(() => caller.take('given away', new Thing()));
    await collected();
    journal.living();
    types.turn_string(caller.lent_text());
    caller.take('', new Thing());
    await collected();
    journal.living();
  },
  async 'ownership/lent'() {
    for (let i = 0; i < 100; i++) if (caller.lent_thing().label !== 'lent') throw new Error('another object');
    await collected();
    journal.note(caller.lent_thing().label);
  },
  async 'ownership/memory'() {
    class Own extends Types {
      swap_text(s, w) { return [w, s]; }
      turn_person(v) { return v; }
      turn_things(v) { return [new Thing(), ...v]; }
    }
    const [own, titled] = [new Own(), new Titled()];
    const work = async () => {
      for (let i = 0; i < 200; i++) {
        caller.text_of(20000);
        titled.title('x'.repeat(20000));
        caller.many(20);
      }
      caller.ask_often(own, 2000);
      await collected();
    };
    for (let i = 0; i < 4; i++) await work(); // JavaScript's own heap finds its size
    journal.memory();
    await work();
    await work();
    journal.memory();
  },

  'exceptions/user'() {
    try {
      Thing.labelled('Rex', 1).speak(1007);
    } catch (e) {
      if (e instanceof Refused) journal.caught_refused(e.code, e.why);
    }
    try {
      new Thing().speak(-1);
    } catch (e) {
      if (e instanceof Plain) journal.caught_plain();
    }
  },
  'exceptions/system'() {
    for (const [name, minor] of [['BAD_PARAM', 7], ['NO_PERMISSION', 4294967295], ['NO_MEMORY', 0]])
      try {
        caller.raise_system(name, minor);
      } catch (e) {
        if (e.constructor !== dsom[name]) throw e;
        journal.caught_system(/CORBA\/(\w+)/.exec(e.id)[1], e.minor);
      }
  },
  'exceptions/cxx'() {
    const t = new Thing();
    for (const [n, error, text] of [[999, dsom.UNKNOWN, 'an error of C++'], [998, dsom.NO_MEMORY, 'no memory'], [997, dsom.UNKNOWN, 'unknown']])
      try {
        t.speak(n);
      } catch (e) {
        if (!(e instanceof error)) throw e;
        journal.note(n !== 999 || e.message.includes(text) ? text : e.message);
      }
    journal.note(String(t.speak(1)));
  },
  'exceptions/raised'() {
    const o = new Raising();
    for (o.what of [new Refused({ code: -5, why: 'why not €' }), new Plain(), new dsom.BAD_PARAM('mine', { minor: 9 })]) caller.catch_it(o, 1);
  },
  'exceptions/own'() {
    const o = new Raising();
    o.what = new RangeError('mine');
    caller.catch_it(o, 1);
    try {
      caller.ask(o, 1, 1);
    } catch (e) {
      if (e instanceof RangeError || e instanceof dsom.Exception) journal.note('caught');
    }
  },
  'exceptions/own-again'() {
    const o = new Raising();
    o.what = new RangeError('mine');
    try {
      caller.ask(o, 1, 1);
    } catch (e) {
      if (e instanceof UserException) throw new Cannot(`${e.name}: ${e.id}`);
      journal.note(e === o.what ? 'the same' : 'another');
    }
  },
  'exceptions/through'() {
    class Passing extends Thing {
      speak(n) { return super.speak(n); }
    }
    const o = Passing.labelled('Ida', 2);
    caller.catch_it(o, 1003);
    try {
      caller.ask(o, 1004, 1);
    } catch (e) {
      if (e instanceof Refused) journal.caught_refused(e.code, e.why);
    }
    try {
      caller.ask(o, -4, 1);
    } catch (e) {
      if (e instanceof Plain) journal.caught_plain();
    }
  },
  async 'exceptions/initializer'() {
    try {
      Thing.labelled('', 1);
    } catch (e) {
      if (e instanceof Refused) journal.caught_refused(e.code, e.why);
    }
    await collected();
    journal.living();
  },

  'callbacks/override'() {
    caller.ask(new Loud(), 3, 1000);
    caller.ask(new Thing(), 3, 1000);
  },
  'callbacks/basic'() { caller.ask_types(turning(), 'basic'); },
  'callbacks/text'() { caller.ask_types(turning(), 'text'); },
  'callbacks/constructed'() { caller.ask_types(turning(), 'constructed'); },
  'callbacks/object'() { caller.ask_types(turning(), 'thing'); },
  'callbacks/objects'() { caller.ask_types(turning(), 'things'); },
  'callbacks/out'() { caller.ask_types(turning(), 'out'); },
  'callbacks/inout'() { caller.ask_types(turning(), 'inout'); },
  'callbacks/nested'() {
    class Deep extends Thing {
      speak(n) { return n === 0n ? super.speak(1) : caller.ask(this, n - 1n, 1) + 1n; }
    }
    caller.ask(new Deep(), 12, 1);
  },
  'callbacks/wrong-result'() {
    class Wrong extends Thing {
      speak(n) { return { 1: 'no number', 2: null, 3: 1n << 63n, 4: 4 }[n]; }
    }
    const o = new Wrong();
    for (const n of [1, 2, 3, 4]) caller.catch_any(o, n);
  },

  'subclass/super'() {
    class Louder extends Loud {
      speak(n) { return super.speak(n) * 10n; }
    }
    journal.note(String(new Loud().speak(3)));
    caller.ask(new Louder(), 3, 1);
  },
  async 'subclass/state'() {
    class Counting extends Thing {
      calls = 0n;
      speak(n) { return (this.calls += n); }
    }
    apart(() => caller.keep(new Counting()));
    await collected();
    for (const n of [1, 2, 3]) {
      caller.ask_kept(n);
      await collected();
    }
    journal.note(String(caller.kept().calls));
    caller.keep(null);
  },
  'subclass/attributes'() {
    class Marked extends Thing {
      get label() { return `<${super.label}>`; }
      set label(v) { super.label = `${v}!`; }
      get legs() { return 3; }
    }
    caller.use_attributes(new Marked());
    caller.use_attributes(new Loud());
  },
  'subclass/two-parents'() {
    class Both extends dsom.join(Thing, Titled) {
      title(word) { return `${super.title(word)}!`; }
      speak(n) { return super.speak(n) + 1n; }
    }
    const o = new Both();
    caller.title_of(o, 'great');
    caller.ask(o, 1, 1);
    caller.look_at(o);
  },
  'subclass/made-by-cxx'() {
    const o = caller.made_of(Loud.somName);
    yes(o.constructor === Loud);
    caller.ask(o, 1, 1);
  },
  'subclass/of-holder'() {
    class Box extends Holder {
      speak(n) { return this.held.speak(n) + 1n; }
    }
    const o = new Box();
    o.held = new Loud();
    caller.ask(o, 1, 1);
    caller.look_at(o);
  },
  'subclass/below-in-cxx'() {
    class Middle extends Thing {
      speak(n) { return super.speak(n) + 1000n; }
    }
    last = [Middle]; // a class that C++ subclasses lasts
    dsom.register(Middle);
    caller.define_below(Middle.somName);
    caller.ask(caller.made_of('Below'), 1, 1);
    class Lowest extends load('Below') {
      speak(n) { return super.speak(n) + 10000n; }
    }
    caller.ask(new Lowest(), 1, 1);
  },

  'class/attributes'() {
    const t = new Thing();
    t.label = 'Rex €';
    t.weight = -2147483648;
    types.turn_string(t.label), types.turn_long(t.weight), types.turn_long(t.legs);
  },
  'class/readonly'() { refused(TypeError, () => { new Thing().legs = 3; }); },
  'class/initializer'() {
    let t = Thing.labelled('by initializer', 12);
    types.turn_string(t.label), types.turn_long(t.weight);
    t = Loud.labelled('below', 13);
    types.turn_string(t.label), types.turn_long(t.weight);
    caller.ask(t, 1, 1);
  },
  'class/procedure'() { types.turn_long(new Thing().total(41)); },
  'class/metaclass'() {
    last = [new Member(), new Member()];
    new Member().somGetClass().members();
  },
  'class/information'() {
    journal.note(Thing.somName);
    journal.note(dsom.describe(Thing).version.join('.'));
  },

  'identity/same'() {
    const a = new Loud();
    yes(a.itself() === a);
    caller.keep(a);
    yes(caller.kept() === a);
    caller.keep(null);
    const b = new Thing();
    yes(b.itself() === b);
    yes(a === b);
  },
  'identity/class'() {
    const h = new Holder();
    h.held = new Holder();
    yes(h.held.constructor === Holder && h.held instanceof Thing);
    h.held = new Loud();
    yes(h.held.constructor === Loud);
    caller.look_at(h);
  },

  async 'lifetime/dropped'() {
    apart(() => { for (let i = 0; i < 1000; i++) new Thing(), new Loud(); });
    await collected();
    journal.living();
  },
  async 'lifetime/kept'() {
    apart(() => caller.keep(new Loud()));
    await collected();
    journal.living();
    caller.ask_kept(1);
    caller.keep(null);
    await collected();
    journal.living();
  },
  async 'lifetime/weak'() {
    const w = apart(() => {
      const o = new Loud();
      const weak = dsom.weak(o);
      caller.watch(o);
      journal.note(weak.deref() === o ? 'there' : 'gone');
      caller.watched();
      return weak;
    });
    await collected();
    journal.note(w.deref() ? 'there' : 'gone');
    caller.watched();
  },
  async 'lifetime/cycle'() {
    apart(() => {
      for (let i = 0; i < 100; i++) {
        const [a, b] = [new Loud(), new Loud()];
        a.other = b;
        b.other = a;
      }
    });
    await collected();
    journal.living();
  },
  async 'lifetime/cycle-through-cxx'() {
    class Owner extends Thing {}
    const weak = apart(() =>
      Array.from({ length: 100 }, () => {
        const a = new Owner();
        a.holder = new Holder();
        a.holder.held = a;
        return dsom.weak(a);
      }),
    );
    await collected();
    journal.living();
    apart(() => weak.forEach((w) => { w.deref().holder.held = new Thing(); })); // it has to be broken
    await collected();
    journal.living();
  },
  'lifetime/released'() {
    const t = new Thing();
    dsom.release(t);
    journal.living();
    refused(Error, () => t.speak(1));
    refused(Error, () => types.turn_thing(t));
    dsom.release(t);
  },

  async 'threads/foreign'() {
    class Threaded extends Thing {
      speak(n) { return super.speak(n); }
    }
    caller.begin_threads(new Threaded(), 4, 50);
    while (!caller.ended()) await new Promise(setImmediate);
  },
  async 'threads/waiting'() { await caller.wait_for_threadsAsync(new Loud(), 4, 50); },
  async 'threads/raising'() {
    class Odd extends Thing {
      speak() { throw new RangeError('odd'); }
    }
    await caller.wait_for_threadsAsync(new Odd(), 2, 20);
  },
  async 'threads/own'() {
    await (async () => {
      const o = new Loud(); // 4 calls at a time, in the threads of Node's pool
      const work = async () => {
        let sum = 0n;
        for (let i = 0; i < 100; i++) sum += await o.speakAsync(i);
        for (let i = 0; i < 50; i++) await caller.madeAsync('x'), new Loud();
        return sum;
      };
      const sums = await Promise.all([work(), work(), work(), work()]);
      types.turn_longlong(sums.reduce((a, b) => a + b));
    })();
    await collected();
    journal.living();
  },

  async 'chain/python'() {
    python('chain/middle.py');
    await chain('PythonMiddle');
  },
  async 'chain/go'() { await chain('GoMiddle'); },
  'chain/python-go'() {
    python('chain/below_go.py');
    class Fourth extends load('PythonAndGo') {
      speak(n) { return super.speak(n) + 1100000n; }
    }
    caller.ask(new Fourth(), 1, 1);
  },

  async 'chain/lua'() {
    lua("dofile 'chain/middle.lua'");
    await chain('LuaMiddle', () => lua('give_back()'));
  },
  async 'chain/tcl'() {
    tcl('source chain/middle.tcl');
    await chain('TclMiddle');
  },
  'chain/lua-tcl'() {
    lua("dofile 'chain/middle.lua'");
    tcl('source chain/below_lua.tcl');
    class Fourth extends load('LuaAndTcl') {
      speak(n) { return super.speak(n) + 1100000n; }
    }
    caller.ask(new Fourth(), 1, 1);
  },

  'wrong/count'() {
    refused(TypeError, () => types.turn_long());
    refused(TypeError, () => types.turn_long(1, 2));
    refused(TypeError, () => types.divide(1));
  },
  'wrong/type'() {
    refused(TypeError, () => types.turn_long('1'));
    refused(TypeError, () => types.turn_string(1));
    refused(TypeError, () => types.turn_boolean('true'));
    refused(TypeError, () => types.turn_thing('thing'));
    refused(TypeError, () => types.turn_thing(types));
    refused(TypeError, () => types.turn_longs(5));
  },
  'wrong/range'() {
    refused(RangeError, () => types.turn_octet(256));
    refused(RangeError, () => types.turn_octet(-1));
    refused(RangeError, () => types.turn_short(32768));
    refused(RangeError, () => types.turn_ulong(-1));
    refused(RangeError, () => types.turn_longlong(1n << 63n));
    refused(RangeError, () => types.turn_ulonglong(1n << 64n));
    refused(RangeError, () => types.turn_float(1e300));
    refused(RangeError, () => types.turn_char('€'));
    refused(RangeError, () => types.turn_colour(7));
  },
  'wrong/element'() {
    refused(TypeError, () => types.turn_longs([1, '2']));
    refused(RangeError, () => types.turn_grid([[1, 2], [3, 4]]));
    refused(TypeError, () => types.turn_person({ ...somebody, name: 1 }));
    refused(RangeError, () => types.turn_point({ x: 2 ** 40, y: 0 }));
  },
  'wrong/method'() { refused(TypeError, () => new Thing().fly()); },
  'wrong/class'() {
    for (const name of ['Suite::Unicorn', 'Nowhere::Unicorn', 'no name']) refused(SystemException, () => load(name));
  },
  'wrong/major-version'() {
    try {
      load('Dependent');
    } catch (e) {
      journal.note(e instanceof SystemException && e.message.includes('class Relay is version 2.0') ? 'version' : String(e));
      return;
    }
    throw new Error('it is accepted');
  },

  'release/next'() {
    class Own extends load('Relay') {
      speak(n) { return super.speak(n) + 1n; }
    }
    const o = new Own();
    o.label = 'kept';
    o.call(3);
    types.turn_string(o.label);
  },

  'release/replaced'() {
    class Own extends load('Relay') {
      speak(n) { return super.speak(n) + 1n; }
    }
    const o = new Own();
    o.call(3);
    journal.replace();
    o.call(4);
    new Own().call(5);
  },

  'end/alive'() {
    last = [new Thing(), new Loud(), new Holder()];
    last[2].held = new Loud();
    caller.keep(new Loud());
    last[1].me = last;
    journal.living();
  },
};

async function main(names) {
  for (const name of names) {
    await collected();
    journal.row(name);
    try {
      await rows[name]();
      console.log(`${name}\tok`);
    } catch (e) {
      console.log(`${name}\t${e instanceof Cannot ? `cannot\t${e.message.replaceAll('\n', ' ')}` : `failed\t${String(e?.stack ?? e).replaceAll('\n', ' | ')}`}`);
    }
  }
}

main(process.argv.slice(2));
