'use strict';
// Classes of SOM as classes of Amber, the Smalltalk that runs in JavaScript (npm @ambers/lang, loaded by requirejs).
//
//     const amber = await require('dsom/amber').start(require);
//     amber.fileIn(text);
//
// SomClass named: 'Zoo::Dog' answers a class, SomZooDog, below SomObject; subclasses of it in Smalltalk are classes of SOM when their first object is made. op(a, b_c) is op: x bC: y.
const path = require('node:path');
const dsom = require('..');
const native = require('../lib/native');
const { recordOf } = require('../lib/instance');

const counterpart = Symbol('dsom.amber'); // of an object or class of Smalltalk's: that of JavaScript's, of a SomLargeInteger its bigint

const MAX_NESTING = 256; // collections in one another, as SOMH_MAX_NESTING

/** A whole number as it is in Smalltalk: Amber's numbers are doubles, which have no more than 53 bits. */
const isSmall = (n) => n >= Number.MIN_SAFE_INTEGER && n <= Number.MAX_SAFE_INTEGER;
const floored = (a, b) => a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n);
const arithmetic = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '//': floored,
  '\\\\': (a, b) => a - floored(a, b) * b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

/** What Amber's Number sends to a right side that is none of its own, with itself. */
const reversed = {
  'plusSelfToNumber:': '+',
  'minusSelfToNumber:': '-',
  'timesSelfToNumber:': '*',
  'divisionRemainderBySelfToNumber:': '\\\\',
  'isNumberLessThanSelf:': '<',
  'isNumberGreaterThanSelf:': '>',
  'isNumberLessThanOrEqualToSelf:': '<=',
  'isNumberGreaterThanOrEqualToSelf:': '>=',
};

class Bridge {
  #amber;
  #objects = new WeakMap(); // objects of JavaScript's: those of Smalltalk's
  #classes = new Map(); // classes of C++'s in JavaScript: those of Smalltalk's
  #made = new WeakMap(); // classes of Smalltalk's: {constructor, selectors}

  constructor(amber) {
    this.#amber = amber;
    const { api, globals } = amber;
    api.addPackage('Som');
    api.addClass('SomObject', globals.Object, 'Som');
    api.addClass('SomClass', globals.Object, 'Som');
    api.addClass('SomError', globals.Error, 'Som');
    const bridge = this;
    this.#method(globals.SomClass.a$cls, 'named:', function (name) {
      return bridge.#guarded(() => bridge.classOf(dsom.load(name)));
    });
    this.#method(globals.SomObject.a$cls, 'new', function () {
      return bridge.#new(this);
    });
    api.addClass('SomWeak', globals.Object, 'Som');
    this.#method(globals.SomObject, 'weak', function () {
      const is = globals.SomWeak._basicNew();
      is[counterpart] = bridge.#guarded(() => dsom.weak(this[counterpart]));
      return is;
    });
    this.#method(globals.SomWeak, 'value', function () {
      return bridge.#toSmalltalk(this[counterpart].deref() ?? null);
    });
    this.#method(globals.SomObject.a$cls, 'somName', function () {
      return bridge.#guarded(() => bridge.#constructorOf(this).somName);
    });
    this.#method(globals.SomObject.a$cls, 'somVersion', function () {
      return bridge.#guarded(() => dsom.describe(bridge.#constructorOf(this)).version.join('.'));
    });
    this.#method(globals.SomObject, 'release', function () {
      bridge.#guarded(() => dsom.release(this[counterpart]));
      return this;
    });
    for (const selector of ['name', 'code', 'id'])
      this.#method(globals.SomError, selector, function () {
        return bridge.#toSmalltalk(this[counterpart][selector]);
      });
    this.#method(globals.SomError, 'at:', function (member) {
      return bridge.#toSmalltalk(this[counterpart][member]);
    });
    this.#method(globals.SomError.a$cls, 'named:members:', function (name, members) {
      return bridge.#guarded(() => bridge.#errorOf(new (dsom.load(name))(bridge.#fromSmalltalk(members) ?? undefined)));
    });
    this.#method(globals.SomError.a$cls, 'system:minor:', function (name, minor) {
      return bridge.#guarded(() => {
        if (!(Object.hasOwn(dsom, name) && dsom[name].prototype instanceof dsom.SystemException)) throw new TypeError(`${name} is no system exception`);
        return bridge.#errorOf(new dsom[name]('', { minor }));
      });
    });
    this.#method(globals.SomClass.a$cls, 'enumeration:', function (name) {
      return bridge.#guarded(() => {
        const all = dsom.load(name);
        if (typeof all !== 'object') throw new TypeError(`${name} is no enumeration`);
        return bridge.#toSmalltalk(Object.fromEntries(Object.entries(all).filter(([, n]) => typeof n === 'number')));
      });
    });
    this.#defineLarge();
  }

  /** Whole numbers that are no double. Both sides of an operation may be one, and what is small enough comes out as Amber's own number. */
  #defineLarge() {
    const bridge = this;
    const { api, globals } = this.#amber;
    const large = api.addClass('SomLargeInteger', globals.Object, 'Som');
    const bigintOf = (v) => {
      if (typeof v === 'number' && Number.isInteger(v)) return BigInt(v);
      const n = v?.[counterpart];
      if (typeof n !== 'bigint') throw new TypeError(`${typeof v === 'number' ? v : 'what is no number'} is no whole number`);
      return n;
    };
    for (const [selector, f] of Object.entries(arithmetic))
      this.#method(large, selector, function (other) {
        return bridge.#guarded(() => bridge.#toSmalltalk(f(this[counterpart], bigintOf(other))));
      });
    for (const [selector, operation] of Object.entries(reversed))
      this.#method(large, selector, function (number) {
        return bridge.#guarded(() => bridge.#toSmalltalk(arithmetic[operation](bigintOf(number), this[counterpart])));
      });
    this.#method(large, 'divideBySelfToNumber:', function (number) {
      return number / Number(this[counterpart]); // of which Number makes //: it is between -1 and 1, and 0 of 0 alone
    });
    this.#method(large, '=', function (other) {
      return typeof other?.[counterpart] === 'bigint' && other[counterpart] === this[counterpart];
    });
    this.#method(large, 'hash', function () {
      return String(this[counterpart]);
    });
    this.#method(large, 'asNumber', function () {
      return Number(this[counterpart]);
    });
    this.#method(large, 'printOn:', function (stream) {
      stream._nextPutAll_(String(this[counterpart]));
      return this;
    });
    this.#method(large, 'asString', function () {
      return String(this[counterpart]);
    });
    this.#method(large.a$cls, 'fromString:', function (text) {
      return bridge.#guarded(() => {
        if (!/^-?\d{1,40}$/.test(text)) throw new TypeError(`${text} is no whole number of up to 40 digits`);
        return bridge.#toSmalltalk(BigInt(text));
      });
    });
  }

  get globals() {
    return this.#amber.globals;
  }

  /** Compiles what is in chunks, as Smalltalk's files are written. */
  fileIn(text) {
    const { globals } = this.#amber;
    globals.Importer._new()._import_(text._stream());
  }

  /** What an expression answers. */
  evaluate(text) {
    return this.#amber.globals.Compiler._new()._evaluateExpression_(text);
  }

  #method(behaviour, selector, fn) {
    const { api } = this.#amber;
    api.addMethod(api.method({ selector, protocol: 'som', args: Array.from({ length: fn.length }, (_, i) => `a${i}`) }, () => fn), behaviour);
  }

  // ---- Values ----

  /** Sequences are Arrays, and so are those of octets; structures Dictionaries of their members, and unions of their d and v. */
  #toSmalltalk(v) {
    if (typeof v === 'number' || typeof v === 'string') return v;
    if (typeof v === 'bigint') return isSmall(v) ? Number(v) : this.#largeOf(v);
    if (v === null || v === undefined) return this.#amber.nil;
    if (v instanceof dsom.Instance) return this.objectOf(v);
    if (Array.isArray(v)) return v.map((e) => this.#toSmalltalk(e));
    if (v instanceof Uint8Array) return Array.from(v);
    if (typeof v !== 'object') return v;
    const all = this.#amber.globals.Dictionary._new();
    for (const [key, value] of Object.entries(v)) all._at_put_(key, this.#toSmalltalk(value));
    return all;
  }

  #largeOf(n) {
    const is = this.#amber.globals.SomLargeInteger._basicNew();
    is[counterpart] = n;
    return is;
  }

  /** Any collection is taken for a sequence, and one of keys for a structure. */
  #fromSmalltalk(v, depth = 0) {
    if (typeof v === 'number' || typeof v === 'string') return v;
    if (v === undefined || v === null || v.a$nil) return null;
    if (v[counterpart] !== undefined) return v[counterpart];
    const { globals } = this.#amber;
    const among = Array.isArray(v);
    if (!among && !(v instanceof globals.Collection.fn)) return v;
    if (depth >= MAX_NESTING) throw new RangeError(`collections are nested deeper than ${MAX_NESTING} (MAX_NESTING)`);
    if (v instanceof globals.AssociativeCollection.fn) {
      const members = {};
      v._keysAndValuesDo_((key, value) => {
        Object.defineProperty(members, String(key), { value: this.#fromSmalltalk(value, depth + 1), enumerable: true });
      });
      return members;
    }
    return (among ? v : v._asArray()).map((e) => this.#fromSmalltalk(e, depth + 1));
  }

  #errorOf(e) {
    const error = this.#amber.globals.SomError._new();
    error[counterpart] = e;
    error._messageText_(String(e?.message ?? e));
    return error;
  }

  /** What JavaScript throws is signalled as a SomError; what Smalltalk has thrown goes on as it is. */
  #guarded(f) {
    try {
      return f();
    } catch (e) {
      const { globals } = this.#amber;
      if (e instanceof globals.Error.fn && e.smalltalkError) throw e;
      return this.#errorOf(e)._signal();
    }
  }

  // ---- Classes ----

  /** The class of Smalltalk's for one of JavaScript's. */
  classOf(constructor) {
    const there = this.#classes.get(constructor);
    if (there) return there;
    const { api, globals } = this.#amber;
    const parent = Object.getPrototypeOf(constructor);
    const above = parent === dsom.Instance ? globals.SomObject : this.classOf(parent);
    const made = api.addClass(`Som${constructor.somName.replaceAll('::', '')}`, above, 'Som');
    this.#classes.set(constructor, made);
    this.#made.set(made, { constructor, selectors: null });
    const methods = selectorsOf(constructor);
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(constructor.prototype))) {
      for (const m of methods.get(name) ?? []) {
        const f = m.kind === 'get' ? descriptor.get : m.kind === 'set' ? descriptor.set : descriptor.value;
        if (f) this.#method(made, m.selector, this.#caller(f, m.count));
      }
    }
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(constructor))) {
      const m = methods.get(`static ${name}`)?.[0];
      if (!m || typeof value !== 'function') continue;
      const bridge = this;
      const make = (of, args) => bridge.#guarded(() => bridge.objectOf(value.apply(bridge.#constructorOf(of), args.map((a) => bridge.#fromSmalltalk(a)))));
      this.#method(made.a$cls, m.selector, sized(m.count, function (...args) { return make(this, args); }));
    }
    return made;
  }

  /** A method of Smalltalk's that calls one of JavaScript's. */
  #caller(f, count) {
    const bridge = this;
    const answer = (self, r) => (r === undefined ? self : typeof r === 'number' || typeof r === 'string' ? r : bridge.#toSmalltalk(r));
    if (count === 0)
      return function () {
        try {
          return answer(this, f.call(this[counterpart]));
        } catch (e) {
          return bridge.#guarded(() => { throw e; });
        }
      };
    if (count === 1)
      return function (a) {
        try {
          return answer(this, f.call(this[counterpart], typeof a === 'number' ? a : bridge.#fromSmalltalk(a)));
        } catch (e) {
          return bridge.#guarded(() => { throw e; });
        }
      };
    return sized(count, function (...args) {
      return bridge.#guarded(() => answer(this, f.apply(this[counterpart], args.map((a) => bridge.#fromSmalltalk(a)))));
    });
  }

  /** The class of JavaScript's for one of Smalltalk's: what that overrides by now. */
  #constructorOf(made) {
    const there = this.#made.get(made);
    const own = made.localMethods;
    if (there && (there.selectors === null || there.selectors === Object.keys(own).length)) return there.constructor;
    const parent = this.#constructorOf(made.superclass);
    const constructor = there?.constructor ?? { [made.name]: class extends parent {} }[made.name];
    this.#made.set(made, { constructor, selectors: Object.keys(own).length });
    for (const [name, all] of selectorsOf(parent)) {
      const over = all.filter((m) => !m.fixed && own[m.selector]);
      if (!over.length) continue;
      const descriptor = { configurable: true, enumerable: false };
      for (const m of over) {
        if (m.kind === 'get') descriptor.get = this.#override(made, m.selector);
        else if (m.kind === 'set') descriptor.set = this.#override(made, m.selector);
        else Object.assign(descriptor, { value: this.#override(made, m.selector), writable: true });
      }
      Object.defineProperty(constructor.prototype, name, descriptor);
    }
    this.#classes.set(constructor, made);
    return dsom.register(constructor);
  }

  /** What a class overrides. It is run as the method of that class: a class below, in C++, may have passed it. */
  #override(made, selector) {
    const bridge = this;
    const send = this.#amber.api.st2js(selector);
    return function (...args) {
      try {
        const o = bridge.objectOf(this);
        const values = args.map((a) => bridge.#toSmalltalk(a));
        return bridge.#fromSmalltalk(made.localMethods[selector] ? made.localMethods[selector].fn.apply(o, values) : o[send](...values));
      } catch (e) {
        throw e?.[counterpart] ?? e; // what came from SOM is that again
      }
    };
  }

  #new(made) {
    return this.#guarded(() => this.objectOf(new (this.#constructorOf(made))()));
  }

  /** The object of Smalltalk's for one of JavaScript's, which is begun when it is first met. */
  objectOf(o) {
    let is = this.#objects.get(o);
    if (is === undefined) {
      is = this.classOf(o.constructor)._basicNew();
      is[counterpart] = o;
      this.#objects.set(o, is);
      is._initialize();
    }
    return is;
  }
}

/** A function of so many parameters: Smalltalk looks at how many there are. */
function sized(count, f) {
  return Object.defineProperty(f, 'length', { value: count });
}

const raised = (name) => name.replace(/_+(\w)/g, (_, c) => c.toUpperCase());

/** The methods that a class has, by their names in JavaScript: [{selector, count, kind: of an attribute, fixed: it cannot be overridden}]. */
function selectorsOf(constructor) {
  const all = new Map();
  const put = (name, m) => {
    const list = all.get(name) ?? [];
    if (!list.some((l) => l.selector === m.selector)) all.set(name, [...list, m]);
  };
  for (const id of native.describe(recordOf(constructor).id).order)
    for (const m of native.describe(id).methods) {
      if (m.why !== null) continue;
      const going = m.params.filter((p) => p.way !== 'out');
      const name = m.attribute ?? m.name;
      const selector = raised(name) + going.map((p, i) => (m.attribute !== null || i === 0 ? ':' : `${raised(p.name)}:`)).join('');
      put(m.makes ? `static ${name}` : name, { selector, count: going.length, kind: m.attribute === null ? '' : m.gets ? 'get' : 'set', fixed: !m.overridable });
    }
  return all;
}

/**
 * Starts Amber, which require finds: that of the program, which has @ambers/lang and requirejs among its packages.
 * @param {NodeRequire} require
 */
async function start(require) {
  const requirejs = require('requirejs');
  requirejs.config({
    nodeRequire: require,
    baseUrl: path.dirname(require.resolve('@ambers/lang/package.json')),
    paths: { amber: 'base', 'amber/core': 'src' },
    map: { '*': { amber_core: 'amber/core' } },
  });
  const amber = await new Promise((resolve, reject) => requirejs(['amber/lang', 'amber/core/Platform-Node'], resolve, reject));
  await amber.initialize({});
  return new Bridge(amber);
}

module.exports = { start };
