'use strict';
// Objects of other processes and machines, by URL. They are proxies, which are objects of SOM: of the same class as those that are here.
//
// The ORB is a library, libdsom-place.so, that is loaded when it is first needed: from where DSOM_PLACE_LIBRARY says, or the system looks. docs/somd.md
// says how servers, the daemon and classes that are placed elsewhere by configuration alone are set up.
const native = require('./native');
const { systemExceptions } = require('./errors');

let begun; // the process's ORB, which is begun with the first object elsewhere: a promise of it

async function begin() {
  if (!native.classNames().includes('SOMDProcess')) native.loadLibrary(process.env.DSOM_PLACE_LIBRARY || 'libdsom-place.so');
  const owner = new (native.classNamed('SOMDProcess', 0, 0))();
  await owner.beginAsync();
  const orb = await owner.globalAsync('ORB');
  return { process: owner, orb };
}

function orb() {
  begun ??= begin().catch((e) => {
    begun = undefined; // the next one may find the library
    throw e;
  });
  return begun;
}

/**
 * The object that a URL (corbaname:, corbaloc:) or a reference (IOR:) names: a proxy, or the object itself if it is of this process. Its class is this process's, if it is loaded,
 * and else what its server says. What cannot be reached is TRANSIENT or COMM_FAILURE.
 */
async function bind(url) {
  const o = await (await orb()).orb.string_to_objectAsync(url);
  if (o === null) throw new systemExceptions.INV_OBJREF(`${url} is a nil reference`);
  return o;
}

/** The reference of an object as a text, which bind takes in any process that can reach this one. */
async function urlOf(o) {
  return (await orb()).orb.object_to_stringAsync(o);
}

/** Makes an object of a class elsewhere: 'Dog', or "class=='Dog' and alias=='kennel'", at a server that the daemon knows to have it. */
async function create(constraint) {
  return (await orb()).process.createAsync(constraint);
}

module.exports = { orb, bind, urlOf, create };
