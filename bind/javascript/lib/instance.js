'use strict';
// Objects and classes of SOM in JavaScript: what has to see an object's place, which nobody else can.
const { inspect } = require('node:util');
const native = require('./native');
const { bare } = require('./types');

const record = Symbol('dsom.class'); // of a constructor: {constructor, id, made: in JavaScript, scripted: it or an ancestor is, …}
let adopting = null; // {target, slot, there, begun}: an object that is there already, and is about to get its counterpart: there, where that has been seen
const begunAs = new WeakMap(); // what new.target is while an object is begun for another language: the class

let slotOf, methodOf, asyncOf, getterOf, setterOf, asyncAttribute, use;

/** The base of all classes of SOM. */
class Instance {
  #slot;

  constructor(...args) {
    const made = new.target;
    if (adopting !== null && adopting.target === made) {
      const { slot, there, begun } = adopting;
      adopting = null;
      if (there !== undefined) return there;
      this.#slot = slot;
      if (begun) native.attach(this, slot);
      else if (!made[record].scripted) Object.preventExtensions(this);
      return;
    }
    if (args.length) throw new TypeError(`${made.name}() takes no arguments (${args.length} given)`);
    const c = recordOf(made);
    if (c.scripted) {
      this.#slot = native.reserve(this, c.id);
      const other = native.create(this.#slot);
      if (other !== undefined) return other;
    } else {
      const slot = native.make(this, c.id);
      if (typeof slot === 'object') return slot;
      this.#slot = slot;
      Object.preventExtensions(this); // what it has is C's: another object may stand for it later
    }
  }

  [inspect.custom](depth, options, inspector) {
    const address = native.address(this.#slot);
    const own = Object.keys(this).length ? ` ${inspector({ ...this }, { ...options, depth: depth === null ? null : depth - 1 })}` : '';
    return `${this.constructor.name} <${address ? `0x${address.toString(16)}` : 'released'}>${own}`;
  }

  get [Symbol.toStringTag]() {
    return this.constructor.name;
  }

  static {
    slotOf = (o) => (typeof o === 'object' && o !== null && #slot in o ? o.#slot : undefined);

    const receiver = (o, what) => {
      if (typeof o !== 'object' || o === null || !(#slot in o)) throw new TypeError(`${what}() is called of ${kindOf(o)}, not of an object of SOM`);
      return o.#slot;
    };
    const wrong = (what, n, given) => new TypeError(`${what}() takes ${n} argument${n === 1 ? '' : 's'}, not ${given}`);

    // Functions of few parameters are written out: rest parameters would make an array for each call.
    const call = (f, what, n) => {
      switch (n) {
        case 0:
          return function () {
            if (arguments.length !== 0) throw wrong(what, 0, arguments.length);
            return f(this, receiver(this, what));
          };
        case 1:
          return function (a) {
            if (arguments.length !== 1) throw wrong(what, 1, arguments.length);
            return f(this, receiver(this, what), a);
          };
        case 2:
          return function (a, b) {
            if (arguments.length !== 2) throw wrong(what, 2, arguments.length);
            return f(this, receiver(this, what), a, b);
          };
        case 3:
          return function (a, b, c) {
            if (arguments.length !== 3) throw wrong(what, 3, arguments.length);
            return f(this, receiver(this, what), a, b, c);
          };
      }
      return function (...args) {
        if (args.length !== n) throw wrong(what, n, args.length);
        return f(this, receiver(this, what), ...args);
      };
    };
    const named = (f, name, n) => Object.defineProperties(f, { name: { value: name }, length: { value: n } });

    methodOf = (f, name, n) => named(call(f, name, n), name, n);
    asyncOf = (f, name, n) => {
      const g = call(f, `${name}Async`, n);
      return named(
        async function (...args) {
          return g.apply(this, args);
        },
        `${name}Async`,
        n,
      );
    };
    getterOf = (f, name) => named(call(f, name, 0), `get ${name}`, 0);
    setterOf = (f, name) => named(call(f, name, 1), `set ${name}`, 1);
    asyncAttribute = (get, set, name) =>
      named(
        async function (...args) {
          if (args.length > (set ? 1 : 0)) throw new TypeError(set ? wrong(`${name}Async`, 1, args.length) : `attribute '${name}' is readonly`);
          return (args.length ? set : get)(this, receiver(this, `${name}Async`), ...args);
        },
        `${name}Async`,
        0,
      );
    use = (o, what) => receiver(o, what);
  }
}

if (Symbol.dispose) Object.defineProperty(Instance.prototype, Symbol.dispose, { value: function () { release(this); }, configurable: true, writable: true });

function kindOf(o) {
  if (o === null || typeof o !== 'object') return o === null ? 'null' : typeof o === 'undefined' ? 'undefined' : `a ${typeof o}`;
  const name = Object.getPrototypeOf(o) === null ? '' : o.constructor?.name;
  return typeof name === 'string' && name && name !== 'Object' ? name : 'an object';
}

// ---- Objects ----

/** An object of a class, for one that C has made; its constructors are not run. */
function adopt(constructor, slot) {
  const outer = adopting;
  adopting = { target: constructor, slot, there: undefined, begun: false };
  try {
    return Reflect.construct(Instance, [], constructor);
  } finally {
    adopting = outer;
  }
}

/** The same for one that another language has begun: its constructors are run, without arguments. They may make others of the class before this one: new.target tells which it is. */
function begin(constructor, slot, there) {
  const outer = adopting;
  const target = new Proxy(constructor, {});
  begunAs.set(target, constructor);
  adopting = { target, slot, there, begun: true };
  try {
    return Reflect.construct(constructor, [], target);
  } finally {
    adopting = outer;
  }
}

function release(o) {
  native.release(use(o, 'release'));
}

function isAlive(o) {
  return native.address(use(o, 'isAlive')) !== 0n;
}

function addressOf(o) {
  return native.address(use(o, 'addressOf'));
}

function entryOf(o, method) {
  return native.entry(use(o, 'entryOf'), method);
}

function dispatch(o, method, ...args) {
  return native.dispatch(o, use(o, 'dispatch'), method, args);
}

class Weak {
  #weak;
  constructor(o) {
    this.#weak = native.weak(use(o, 'weak'));
  }
  deref() {
    return native.weakGet(this.#weak);
  }
}

// ---- Classes ----

const constructors = []; // by number: of native classes, and weak ones of those that are made in JavaScript

/** A property's name, which must be none that JavaScript's own classes need. */
function ownName(name) {
  return name === 'constructor' || name === '__proto__' || name === 'prototype' ? `_${name}` : name;
}

function hidden(value) {
  return { value, writable: true, enumerable: false, configurable: true };
}

/** Puts a method into a class that introduces it, or answers for it. */
function addMethod(made, id, m) {
  const name = ownName(m.attribute ?? m.name);
  const prototype = made.prototype;
  if (m.root && m.why) return;
  if (m.makes) {
    const f = native.method(id, m.class, m.index);
    const n = m.why ? 0 : m.params.filter((p) => p.way !== 'out').length;
    const make = function (...args) {
      if (typeof this !== 'function' || !(this === made || made.isPrototypeOf(this))) throw new TypeError(`${name}() makes an object of a class that descends from ${made.name}`);
      if (args.length !== n) throw new TypeError(`${name}() takes ${n} argument${n === 1 ? '' : 's'}, not ${args.length}`);
      return f(recordOf(this).id, ...args);
    };
    Object.defineProperty(made, name, hidden(Object.defineProperties(make, { name: { value: name }, length: { value: n } })));
    return;
  }
  const f = native.method(id, m.class, m.index);
  if (m.attribute !== null && !m.why) {
    const there = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
    const inherited = found(Object.getPrototypeOf(prototype), name) ?? {};
    Object.defineProperty(prototype, name, {
      get: m.gets ? getterOf(f, name) : there.get ?? inherited.get,
      set: m.sets ? setterOf(f, name) : there.set ?? inherited.set,
      enumerable: false,
      configurable: true,
    });
    const halves = attributes(prototype, name);
    halves[m.gets ? 'get' : 'set'] = native.asynchronous(id, m.class, m.index);
    addAwaited(prototype, asyncAttribute(halves.get, halves.set, name));
    return;
  }
  const n = m.why ? 0 : m.params.filter((p) => p.way !== 'out').length;
  Object.defineProperty(prototype, name, hidden(m.why ? unusable(f, name) : methodOf(f, name, n)));
  if (!m.why && !m.root) addAwaited(prototype, asyncOf(native.asynchronous(id, m.class, m.index), name, n));
}

const awaited = new WeakSet(); // what is made beside methods

/** Puts what is awaited into a class, but where IDL has a method or attribute of that name. */
function addAwaited(prototype, f) {
  const there = found(prototype, f.name);
  if (there && !awaited.has(there.value)) return;
  awaited.add(f);
  Object.defineProperty(prototype, f.name, hidden(f));
}

function unusable(f, name) {
  return methodOf((o, slot) => f(o, slot), name, 0);
}

const halves = new WeakMap(); // prototypes: the asynchronous getters and setters of their attributes, by name
function attributes(prototype, name) {
  if (!halves.has(prototype)) halves.set(prototype, new Map());
  const own = halves.get(prototype);
  if (!own.has(name)) {
    let inherited = {};
    for (let p = Object.getPrototypeOf(prototype); p; p = Object.getPrototypeOf(p)) {
      const there = halves.get(p)?.get(name);
      if (there) {
        inherited = there;
        break;
      }
    }
    own.set(name, { ...inherited });
  }
  return own.get(name);
}

function found(prototype, name) {
  for (let p = prototype; p; p = Object.getPrototypeOf(p)) {
    const d = Object.getOwnPropertyDescriptor(p, name);
    if (d) return d;
  }
  return undefined;
}

/** Whose method of that name a prototype has: the class's number. */
function holder(prototype, key) {
  for (let p = prototype; p; p = Object.getPrototypeOf(p)) {
    const own = Object.hasOwn(p, 'constructor') ? p.constructor[record] : undefined;
    if (own?.constructor?.prototype === p && own.has?.has(key)) return own.id;
  }
  return undefined;
}

const keyOf = (m) => `${m.class}:${m.index}`;

/** What a class has of several parents, and JavaScript's one would not show: who answers first in SOM's order has it. */
function addOthers(made, about) {
  const placeOf = (m) => `${m.attribute ?? m.name}/${m.attribute === null ? '' : m.gets}`;
  const seen = new Set([...about.methods, ...about.owns].map(placeOf));
  for (const k of about.order.slice(1)) {
    const { methods, owns } = native.describe(k);
    for (const m of [...owns, ...methods]) {
      if (m.makes || seen.has(placeOf(m))) continue;
      seen.add(placeOf(m));
      if (holder(Object.getPrototypeOf(made.prototype), keyOf(m)) !== k) addMethod(made, made[record].id, m);
    }
  }
}

function constructorOf(id) {
  const c = constructors[id];
  return c instanceof WeakRef ? c.deref() : c;
}

/** Makes the class for one that SOM has. */
function makeClass(id) {
  const about = native.describe(id);
  const name = bare(about.name);
  const parent = about.parents.length ? constructorOf(about.parents[0]) : Instance;
  const made = { [name]: class extends parent {} }[name];
  return fillClass(made, id, about);
}

function fillClass(made, id, about, declared = false) {
  const has = new Set([...about.methods, ...about.owns].map(keyOf));
  Object.defineProperty(made, record, { value: { constructor: made, id, made: declared, scripted: declared || about.scripted, has } });
  constructors[id] = declared ? new WeakRef(made) : made;
  Object.defineProperty(made, 'somName', { value: about.name, configurable: true });
  for (const m of [...about.methods, ...about.owns]) addMethod(made, id, m);
  for (const scoped of about.types) {
    const kind = native.describeType(scoped)?.kind;
    if (kind === 'enum' || kind === 'exception') Object.defineProperty(made, ownName(bare(scoped)), hidden(native.typeNamed(scoped)));
  }
  if (about.parents.length > 1) addOthers(made, about);
  return made;
}

/** instanceof follows SOM, where an object's class may have several parents. */
Object.defineProperty(Instance, Symbol.hasInstance, {
  configurable: true,
  value: function (o) {
    if (Function.prototype[Symbol.hasInstance].call(this, o)) return true;
    const own = Object.hasOwn(this, record) ? this[record] : undefined;
    if (own === undefined || slotOf(o) === undefined) return false;
    const of = o.constructor?.[record];
    return of !== undefined && native.describe(of.id).order.includes(own.id);
  },
});

/** What JavaScript can override, by the names that it has there: [the method, how it is called]. */
function overridable(c) {
  if (c.overridable) return c.overridable;
  const all = new Map();
  for (const k of native.describe(c.id).order)
    for (const m of native.describe(k).methods) {
      if (!m.overridable) continue;
      const name = ownName(m.attribute ?? m.name);
      if (!all.has(name)) all.set(name, []);
      all.get(name).push(m);
    }
  return (c.overridable = all);
}

/** What C calls for an override: it looks in the class each time, so that another function may take its place. */
function dispatcher(prototype, name, m) {
  if (m.gets && m.attribute !== null) return (o) => Reflect.get(prototype, name, o);
  if (m.sets && m.attribute !== null) return (o, v) => void Reflect.set(prototype, name, v, o);
  return (o, ...args) => prototype[name].apply(o, args);
}

function overridesOf(made, parents) {
  const list = [];
  const taken = new Set();
  for (const name of Object.getOwnPropertyNames(made.prototype)) {
    if (name === 'constructor') continue;
    const d = Object.getOwnPropertyDescriptor(made.prototype, name);
    for (const parent of parents)
      for (const m of overridable(parent).get(name) ?? []) {
        if (taken.has(keyOf(m))) continue;
        if (m.attribute !== null) {
          if (!d.get && !d.set) throw new TypeError(`${made.name}.${name} overrides an attribute, and is no getter or setter`);
          if (!(m.gets ? d.get : d.set)) continue;
        } else if (typeof d.value !== 'function') throw new TypeError(`${made.name}.${name} overrides a method, and is no function`);
        taken.add(keyOf(m));
        list.push([m, dispatcher(made.prototype, name, m)]);
      }
  }
  return list;
}

/** SOM's class for one of JavaScript's, which is made the first time that it is needed; then what it overrides since. */
function recordOf(made) {
  const c = typeof made === 'function' ? made[record] : undefined;
  if (c === undefined) throw new TypeError(`${typeof made === 'function' ? `class ${made.name}` : kindOf(made)} does not descend from a class of SOM`);
  return c.constructor === made ? c : begunAs.has(made) ? recordOf(begunAs.get(made)) : define(made);
}

function define(made) {
  const parent = recordOf(Object.getPrototypeOf(made));
  const exact = Object.hasOwn(made, 'somName') && made.somName !== undefined;
  const name = exact ? made.somName : made.name || parent.constructor.name;
  if (typeof name !== 'string') throw new TypeError(`somName of class ${made.name} must be a string`);
  const overrides = overridesOf(made, [parent]);
  const c = { constructor: made, made: true, scripted: true, id: undefined, overrides: overrides.map(([m, f]) => [keyOf(m), f]) };
  c.id = native.define(made, name, exact, [parent.id], overrides.flatMap(([m, f]) => [m.class, m.index, f]));
  Object.defineProperty(made, record, { value: c });
  constructors[c.id] = new WeakRef(made);
  if (!exact) Object.defineProperty(made, 'somName', { value: native.describe(c.id).name, configurable: true });
  return c;
}

/** Has SOM know a class now, and not when its first object is made; or what it overrides by now. */
function register(made) {
  const there = typeof made === 'function' && Object.hasOwn(made, record);
  const c = recordOf(made);
  if (there && c.made) {
    const has = new Set(c.overrides.map(([key]) => key));
    for (const [m, f] of overridesOf(made, [recordOf(Object.getPrototypeOf(made))])) {
      if (has.has(keyOf(m))) continue;
      c.overrides.push([keyOf(m), f]); // which keeps the function
      native.override(c.id, [m.class, m.index, f]);
    }
  }
  return made;
}

/** A class with several parents, to be extended. */
function join(...parents) {
  if (parents.length < 2) throw new TypeError('join() takes two classes or more');
  const records = parents.map(recordOf);
  const name = parents.map((p) => p.name).join('');
  const made = { [name]: class extends parents[0] {} }[name];
  const id = native.define(made, name, false, records.map((r) => r.id), []);
  fillClass(made, id, native.describe(id), true);
  made[record].overrides = [];
  return made;
}

/** Makes an object as other languages do: without arguments. */
function create(made) {
  const c = recordOf(made);
  if (!c.scripted) return new made();
  return native.createPlainly(c.id);
}

const atEnd = []; // what other parts do when the process ends, once calls by other threads are refused

// Before all other listeners, of which one may throw: then Node ends all the same, and would wait for threads that wait for it. _exiting is not so where somebody else emits it.
process.prependListener('exit', () => {
  native.close(process._exiting === true);
  for (const f of atEnd) f();
});
native.setParts({ ...require('./types'), makeClass, adopt, begin, kindOf, slotOf });

module.exports = { Instance, Weak, recordOf, register, join, create, release, isAlive, addressOf, entryOf, dispatch, atEnd };
