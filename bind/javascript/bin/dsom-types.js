#!/usr/bin/env node
'use strict';
// Declarations for TypeScript: dsom-types [--out FILE] CLASS-OR-LIBRARY…
const fs = require('node:fs');

const usage = `usage: dsom-types [--out FILE] CLASS-OR-LIBRARY…

Zoo::Dog, or libzoo.so, which is loaded: all of its classes are told. FILE is dsom-classes.d.ts unless --out says another. With it among the files of a
program load('Zoo::Dog') has its type, and so has what it makes.`;

function main(args) {
  let out = 'dsom-classes.d.ts';
  const names = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--help' || args[i] === '-h') return console.log(usage);
    if (args[i] === '--out') out = args[++i];
    else if (args[i].startsWith('--out=')) out = args[i].slice('--out='.length);
    else names.push(args[i]);
  }
  if (!names.length || !out) {
    console.error(usage);
    process.exitCode = 2;
    return undefined;
  }
  try {
    fs.writeFileSync(out, require('../lib/declarations').declarations(names));
    console.log(out);
  } catch (e) {
    console.error(`dsom-types: ${e.message}`);
    process.exitCode = 1;
  }
  return undefined;
}

main(process.argv.slice(2));
