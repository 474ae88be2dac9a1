#!/usr/bin/env node
'use strict';
// Builds the addon: npm install calls it, and it needs nothing of a network. The sources are those of the repository that this folder is in, or, where npm has packed or copied
// the folder, those that build.js --sources has put into build/sources before: npm calls it then.
//
// In build/ are dsom.node, with libsomhost in it, and libsom.so.1 beside it. Class libraries find libsom.so.1 by its name, since it is loaded already. With DSOM_LIBSOM=FOLDER
// the addon is linked to the libsom of that folder instead. CC and CFLAGS are as usual.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const repository = path.join(__dirname, '..', '..');
const out = path.join(__dirname, 'build');
const copied = path.join(out, 'sources');
const inRepository = fs.existsSync(path.join(repository, 'bind', 'javascript', 'build.js')) && fs.existsSync(path.join(repository, 'libsom', 'include', 'som.h'));
const root = inRepository ? repository : copied;
const needed = 'a C compiler, make, libffi and the headers of Node are needed (Debian: gcc make libffi-dev libnode-dev)';

function fail(why) {
  console.error(`dsom: ${why}`);
  process.exit(1);
}

const words = (text) => text.split(/\s+/).filter(Boolean);

function run(command, ...args) {
  console.log([command, ...args].join(' '));
  const done = spawnSync(command, args, { stdio: 'inherit' });
  if (done.error) fail(`${command} cannot be run: ${done.error.message}; ${needed}`);
  if (done.status !== 0) fail(`${command} failed; ${needed}`);
}

/** Where node_api.h is: beside Node's own program, or where Debian's libnode-dev has it. */
function headers() {
  const places = [path.join(path.dirname(fs.realpathSync(process.execPath)), '..', 'include', 'node'), '/usr/include/node', '/usr/include/nodejs/src'];
  const found = (process.env.DSOM_NODE_INCLUDE ? [process.env.DSOM_NODE_INCLUDE] : places).find((p) => fs.existsSync(path.join(p, 'node_api.h')));
  return found ?? fail(`no node_api.h in ${places.join(', ')}, or where DSOM_NODE_INCLUDE says; ${needed}`);
}

/** Copies what the addon is built of, and is not in this folder. */
function copySources() {
  if (!inRepository) return; // they are there
  fs.rmSync(copied, { recursive: true, force: true });
  for (const part of ['LICENSE', 'libsom/Makefile', 'libsom/include', 'libsom/src', 'libsom/meta', 'bind/host/somhost.h', 'bind/host/src', 'bind/c/typelib/somt.h', 'bind/c/typelib/src'])
    fs.cpSync(path.join(repository, part), path.join(copied, part), { recursive: true, filter: (file) => !fs.statSync(file).isFile() || /\.[ch]$|Makefile$|LICENSE$/.test(file) });
}

function main() {
  if (process.argv[2] === '--sources') return copySources();
  if (process.platform === 'win32') fail('Windows is not supported');
  if (!fs.existsSync(path.join(root, 'libsom', 'include', 'som.h'))) fail('the package is built from the repository, or from what npm pack makes there: npm install ./bind/javascript');
  const compiler = words(process.env.CC || 'cc');
  const flags = words(process.env.CFLAGS ?? '-O2');
  const given = process.env.DSOM_LIBSOM ? path.resolve(process.env.DSOM_LIBSOM) : undefined;
  const include = headers();
  fs.mkdirSync(out, { recursive: true });
  const kernel = given ?? path.join(out, 'kernel');
  if (!given) run('make', '-s', '-C', path.join(root, 'libsom'), `BUILD=${kernel}`, `CC=${compiler.join(' ')}`, `CFLAGS=${flags.join(' ')}`, path.join(kernel, 'libsom.so'));
  const sources = [path.join(__dirname, 'src'), path.join(root, 'bind', 'host', 'src'), path.join(root, 'bind', 'c', 'typelib', 'src')]
    .flatMap((dir) => fs.readdirSync(dir).sort().filter((f) => f.endsWith('.c')).map((f) => path.join(dir, f)));
  const includes = ['libsom/include', 'bind/host', 'bind/c/typelib'].map((p) => `-I${path.join(root, ...p.split('/'))}`);
  run(...compiler, '-std=c11', '-D_GNU_SOURCE', '-DSOMH_FFI', ...flags, '-Wall', '-Wextra', '-Wno-cast-function-type', '-Wno-missing-field-initializers', '-fPIC', '-fvisibility=hidden', '-shared', ...includes, `-I${include}`,
    '-o', path.join(out, 'dsom.node'), ...sources, `-L${kernel}`, '-lsom', '-lffi', '-pthread', `-Wl,-rpath,${given ?? '$ORIGIN'}`);
  if (given) return;
  fs.copyFileSync(path.join(kernel, 'libsom.so'), path.join(out, 'libsom.so.1'));
  fs.rmSync(kernel, { recursive: true });
}

main();
