'use strict';
// What the addon has JavaScript make: enumerations, exceptions and their way through other languages.
const native = require('./native');
const { SystemException, UserException, systemExceptions, exceptionClass, completions } = require('./errors');

const indices = new WeakMap(); // exceptions' classes: the numbers that the addon knows their types by
const environments = new WeakMap(); // exceptions that came from C: what they were there

function bare(scoped) {
  return scoped.slice(scoped.lastIndexOf(':') + 1);
}

/** An enumeration is an object of its members' numbers, and of the names of those, as TypeScript's are. */
function makeType(kind, scoped, members, id, index) {
  if (kind === 'enum') {
    const made = Object.create(null);
    members.forEach((m, i) => {
      made[m] = i;
      made[i] = m;
    });
    return Object.freeze(made);
  }
  const made = exceptionClass(bare(scoped), members, id);
  indices.set(made, index);
  return made;
}

function userException(made, index, text, members, environment) {
  const e = new made(members);
  if (environment !== undefined) environments.set(e, environment);
  return e;
}

function unknownException(made, id, text, members, environment) {
  const e = new UserException();
  e.id = id;
  e.message = text ?? id;
  if (environment !== undefined) environments.set(e, environment);
  return e;
}

function systemException(id, minor, completed, code, text) {
  const name = /^IDL:omg\.org\/CORBA\/(\w+):1\.0$/.exec(id)?.[1];
  const made = (Object.hasOwn(systemExceptions, name) && systemExceptions[name]) || SystemException;
  return new made(text, { minor, completed: completions[completed] ?? 'MAYBE', code, id });
}

/** Whether two values of IDL are the same; objects are by identity. */
function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const plain = (o) => Array.isArray(o) || ArrayBuffer.isView(o) || Object.getPrototypeOf(o) === Object.prototype;
  if (!plain(a) || !plain(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((k) => Object.hasOwn(b, k) && same(a[k], b[k]));
}

function indexOf(made) {
  for (; typeof made === 'function'; made = Object.getPrototypeOf(made)) if (indices.has(made)) return indices.get(made);
  return undefined;
}

/** What the addon needs to raise an exception in C: a kind, which it numbers, and what belongs to that. */
function classify(e) {
  if (e instanceof UserException) {
    const index = indexOf(e.constructor);
    const environment = environments.get(e);
    if (environment !== undefined) {
      const was = index === undefined ? undefined : native.membersOf(environment, index);
      if (native.isKept(environment) && (was === undefined || Object.keys(was).every((k) => same(was[k], e[k])))) return [4, environment];
    }
    if (index !== undefined) return [1, index];
    if (typeof e.id === 'string') return [2, e.id, String(e.message)];
  }
  if (e instanceof SystemException) return [3, String(e.id), e.minor >>> 0, Math.max(0, completions.indexOf(e.completed)), String(e.message), String(e.code)];
  return [0];
}

function textOf(e) {
  try {
    return String(e).replaceAll('\0', '').toWellFormed?.() ?? String(e).replaceAll('\0', '');
  } catch {
    return 'an exception without a text';
  }
}

/** One that nobody can be told of. */
function unraisable(e) {
  process.emitWarning(`an override has thrown, and its method has no way to say so: ${textOf(e)}`, 'DsomWarning');
}

module.exports = { makeType, userException, unknownException, systemException, classify, textOf, unraisable, bare };
