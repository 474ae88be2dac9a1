'use strict';
// The addon, which npm install builds (build.js).
if (!require('node:worker_threads').isMainThread) throw Object.assign(new Error('dsom is for the main thread alone: a worker cannot have it'), { code: 'DSOM_LOADED' });
try {
  module.exports = require('../build/dsom.node');
} catch (e) {
  if (e.code !== 'MODULE_NOT_FOUND') throw e;
  throw new Error(`dsom: the addon has not been built: run node ${require('node:path').join(__dirname, '..', 'build.js')}`, { cause: e });
}
