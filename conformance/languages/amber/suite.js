'use strict';
// The rows of conformance/languages in Smalltalk as Amber runs it. suite.js ROW…  prints, for each, row<TAB>ok or row<TAB>cannot<TAB>why. The rows are methods of SuiteRows, in suite.st:
// types/long-long is typesLongLong. One that needs the collector in between, for which JavaScript has to come to its loop, answers its parts as an Array of blocks; a block that answers
// #again is asked once more.
const fs = require('node:fs');
const path = require('node:path');
const dsom = require('dsom');
const { start } = require('dsom/amber');

async function collected() {
  for (let i = 0; i < 4; i++) {
    await new Promise(setImmediate);
    globalThis.gc();
    dsom.collect();
  }
}

const selectorOf = (row) => row.replace(/[/-](\w)/g, (_, c) => c.toUpperCase());

async function run(rows, row) {
  const parts = rows[`_${selectorOf(row)}`]();
  if (!Array.isArray(parts)) return;
  for (const part of parts) {
    while (part._value() === 'again') await new Promise(setImmediate);
    await collected();
  }
}

async function main(names) {
  const amber = await start(require);
  for (const name of ['Thing', 'Titled', 'Holder', 'Member', 'Types', 'Caller', 'Journal']) amber.evaluate(`SomClass named: 'Suite::${name}'`);
  amber.fileIn(fs.readFileSync(path.join(__dirname, 'suite.st'), 'utf8'));
  const rows = amber.evaluate('SuiteRows new');
  const { globals } = amber;
  for (const name of names) {
    await collected();
    amber.evaluate('SomSuiteJournal new')._row_(name);
    try {
      await run(rows, name);
      console.log(`${name}\tok`);
    } catch (e) {
      const said = String(e?._messageText?.() ?? e?.stack ?? e).replaceAll('\n', ' | ');
      console.log(`${name}\t${e instanceof globals.SuiteCannot.fn || e instanceof globals.MessageNotUnderstood.fn ? 'cannot' : 'failed'}\t${said}`);
    }
  }
}

main(process.argv.slice(2));
