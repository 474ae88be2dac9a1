'use strict';
// Classes of SOM, written in C, C++, Go or whatever else, as classes of JavaScript.
//
//     const { load } = require('dsom');
//     const Dog = load('Dog');                  // finds libdog.so in SOM_PATH, or where the system looks
//     class Puppy extends Dog {                 // a class of SOM as well: C++ calls what it overrides
//       bark(volume) { return super.bark(volume) / 2; }
//     }
//     new Puppy().bark(10);
//
// docs/som-javascript.md tells all of it.
const path = require('node:path');
const native = require('./lib/native');
const { Exception, SystemException, UserException, systemExceptions } = require('./lib/errors');
const { Instance, Weak, recordOf, register, join, create, release, isAlive, addressOf, entryOf, dispatch } = require('./lib/instance');

/**
 * A class by its name, 'Zoo::Dog', whose library is loaded if need be; or an enumeration or exception of a class that is there. version is [major, minor]: the class must
 * have this major version, and at least this minor one. What does not exist is a SystemException with code 'unknown'; one whose library cannot be loaded, 'library'.
 */
function load(name, version = [0, 0]) {
  if (!Array.isArray(version) || version.length > 2 || !version.every((n) => Number.isInteger(n) && n >= 0 && n < 2 ** 32)) throw new TypeError('load() takes a version as [major, minor], whole numbers');
  try {
    return native.classNamed(name, ...version);
  } catch (e) {
    if (!(e instanceof SystemException) || !['unknown', 'library', 'name'].includes(e.code)) throw e;
    const found = native.typeNamed(name);
    if (found === undefined) throw e;
    return found;
  }
}

/** Loads a class library by its file's name; load then finds its classes, whatever the file is called. */
function library(file) {
  native.loadLibrary(file);
}

/** Says where class libraries are: folders in an array, or in a text as PATH is written. null: as SOM_PATH says. */
function setPath(folders) {
  native.setPath(Array.isArray(folders) ? folders.join(path.delimiter) : folders);
}

/** The names of all classes that there are. */
function classes() {
  return native.classNames();
}

/** What is known of a class: name, version, library, how many instances it has, its documentation and methods. */
function describe(made) {
  const { id } = recordOf(made);
  const about = native.describe(id);
  const { name, doc, major, minor, library: file, instances, methods, types } = about;
  return { name, doc, version: [major, minor], library: file, instances, types, methods: methods.map(({ class: _, index, root, overridable, ...m }) => m) };
}

const weak = (o) => new Weak(o);

/** The object elsewhere that a URL names, 'corbaname::host#zoo/rex', or a reference. */
async function bind(url) {
  return require('./lib/remote').bind(url);
}

/**
 * Has objects of this process be called by others: an object of names and what they name. name is the server's, as the daemon knows it; listen are endpoints, 'tcp::4000'; classes
 * those that others make objects of. A promise of the server.
 */
async function serve(objects, options) {
  return require('./lib/serving').serve(objects, options);
}

module.exports = {
  load,
  library,
  setPath,
  classes,
  describe,
  register,
  join,
  create,
  release,
  isAlive,
  addressOf,
  entryOf,
  dispatch,
  weak,
  bind,
  serve,
  collect: native.collect,
  setMainThreadWait: native.setMainThreadWait,
  get remote() {
    return require('./lib/remote');
  },
  Instance,
  Exception,
  SystemException,
  UserException,
  ...systemExceptions,
};
Object.defineProperty(module.exports, 'SOMObject', { get: () => load('SOMObject'), enumerable: true });
