'use strict';
// Declarations for TypeScript of class libraries, of what they say of their classes.
const fs = require('node:fs');
const path = require('node:path');
const native = require('./native');
const { recordOf } = require('./instance');
const { bare } = require('./types');

const head = '// Made by dsom-types: what class libraries say of their classes.\n';
const simple = new Set(['void', 'boolean', 'string', 'number', 'bigint', 'null', 'unknown', 'Uint8Array']);
const words = new Set(
  'break case catch class const continue debugger default delete do else enum export extends false finally for function if import in instanceof new null return super switch this throw true try typeof var void while with implements interface let package private protected public static yield await arguments eval'.split(' '),
);

const errors = new Set(['name', 'message', 'stack']); // texts of JavaScript's own errors
const ignored = "// @ts-ignore: IDL's own, and another than that which stands above";

const scopeOf = (scoped) => scoped.slice(0, Math.max(0, scoped.lastIndexOf('::')));
const ownName = (name) => (name === 'constructor' || name === '__proto__' || name === 'prototype' ? `_${name}` : name);
const paramName = (name, i) => (name === '' ? `_${i}` : words.has(name) ? `_${name}` : name);

class Declarations {
  #namespaces = new Map(); // by scoped name: lines
  #typed = new Set();
  #classes; // names of all classes that there are, with their numbers
  #loadable = [];

  constructor(names) {
    const before = new Set(native.classNames());
    const wanted = new Set();
    for (const name of names) {
      if (!fs.existsSync(name) && !name.includes(path.sep)) {
        native.classNamed(name, 0, 0);
        wanted.add(name);
        continue;
      }
      native.loadLibrary(path.resolve(name));
      const real = fs.realpathSync(name);
      const all = native.classNames();
      let found = all.filter((n) => this.#library(n) === real);
      if (!found.length) found = all.filter((n) => !before.has(n));
      for (const n of found) wanted.add(n);
    }
    this.#classes = new Set(native.classNames());
    const depth = (n) => this.#about(n).order.length;
    for (const n of [...wanted].sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1))) this.#class(n);
  }

  #about(name) {
    return native.describe(recordOf(native.classNamed(name, 0, 0)).id);
  }

  #library(name) {
    const file = this.#about(name).library;
    return file && fs.existsSync(file) ? fs.realpathSync(file) : file;
  }

  #lines(scope) {
    if (!this.#namespaces.has(scope)) this.#namespaces.set(scope, []);
    return this.#namespaces.get(scope);
  }

  /** A type as TypeScript has it. going: what is taken, which may be more than what is given. */
  #type(text, going = false) {
    const one = (scoped, at) => {
      const address = text.startsWith('bigint | null', at); // a pointer; whole numbers are none
      if (simple.has(scoped)) return going && scoped === 'bigint' && !address ? 'dsom.Long' : going && scoped === 'Uint8Array' ? 'dsom.Octets' : scoped;
      if (scoped === 'SOMObject' || scoped === 'Object') return 'dsom.SOMObject';
      this.#refer(scoped);
      return scoped.replaceAll('::', '.');
    };
    return text.replace(/[A-Za-z_]\w*(?:::\w+)*/g, one);
  }

  /** Declares a type that a class refers to. */
  #refer(scoped) {
    if (this.#typed.has(scoped)) return;
    this.#typed.add(scoped);
    if (this.#classes.has(scoped)) {
      if (!this.#typed.has(`class ${scoped}`)) this.#class(scoped);
      return;
    }
    const about = native.describeType(scoped);
    if (about === undefined || about.why !== null) this.#lines(scopeOf(scoped)).push(`type ${bare(scoped)} = unknown;`);
    else this.#lines(scopeOf(scoped)).push(...this.#value(about));
  }

  #value(about) {
    const name = bare(about.name);
    if (about.kind === 'enum') return [...doc(about.doc), `enum ${name} {`, ...about.members.map((m, i) => `  ${m.name} = ${i},`), '}'];
    if (about.kind === 'union') {
      const label = (v) => {
        if (about.enumerators) return `${about.discriminator.replaceAll('::', '.')}.${native.describeType(about.discriminator).members[v]?.name}`;
        if (about.discriminator === 'boolean') return String(v !== 0);
        return about.discriminator === 'string' ? JSON.stringify(String.fromCharCode(v)) : about.discriminator === 'bigint' ? `${v}n` : String(v);
      };
      const d = this.#type(about.discriminator);
      const arms = about.members.map((m, i) => {
        const labels = about.labels.filter((l) => i === about.otherwise ? l.arm !== i : l.arm === i).map((l) => label(l.value));
        const rest = about.enumerators && labels.length ? `Exclude<${d}, ${labels.join(' | ')}>` : d;
        return [i === about.otherwise ? rest : labels.join(' | ') || d, this.#type(m.type)];
      });
      return [...doc(about.doc), `type ${name} =`, ...arms.map(([l, t], i) => `  | { d: ${l}; v: ${t} }${i === arms.length - 1 ? ';' : ''}`)];
    }
    const members = about.members.map((m) => `  ${m.name}: ${this.#type(m.type)};`);
    if (about.kind === 'struct') return [...doc(about.doc), `interface ${name} {`, ...members, '}'];
    const own = about.members.flatMap((m, i) => (errors.has(m.name) && this.#type(m.type) !== 'string' ? [`  ${ignored}`, members[i]] : [members[i]]));
    if (!about.members.some((m) => m.name === 'id')) own.unshift('  readonly id: string;');
    this.#loadable.push(about.name);
    const made = about.members.map((m) => `${m.name}: ${this.#type(m.type)}`).join('; ');
    return [...doc(about.doc), `class ${name} extends dsom.UserException {`, '  static readonly id: string;', `  constructor(members${made ? '' : '?'}: { ${made}${made ? ' ' : ''}}, options?: ErrorOptions);`, ...own, '}'];
  }

  /** What a method or attribute is declared as, and what is awaited, unless IDL has a name of its own for something else: then that is declared, whatever a parent has. */
  #awaited(about, name, lines) {
    return about.order.some((id) => native.describe(id).methods.some((m) => ownName(m.attribute ?? m.name) === `${name}Async`)) ? [] : lines;
  }

  /** Whether a name of IDL's is that of what is awaited of a parent's method. */
  #covers(about, name) {
    const of = name.endsWith('Async') && name.slice(0, -'Async'.length);
    return of && about.order.slice(1).some((id) => native.describe(id).methods.some((m) => m.why === null && ownName(m.attribute ?? m.name) === of));
  }

  /** Of several parents, methods of one that have names of what is awaited of another's: they are the class's. */
  #covered(about) {
    const own = new Set(about.methods.map((m) => m.name));
    const all = about.order.slice(1).flatMap((id) => native.describe(id).methods).filter((m) => m.why === null && m.attribute === null && !m.makes);
    return all.filter((m, i) => this.#covers(about, ownName(m.name)) && !own.has(m.name) && all.findIndex((o) => o.name === m.name) === i).flatMap((m) => this.#method(about, m));
  }

  #method(about, m) {
    const name = ownName(m.name);
    const takes = m.params.filter((p) => p.way !== 'out').map((p, i) => `${paramName(p.name, i)}: ${this.#type(p.type, true)}${p.nullable ? ' | null' : ''}`).join(', ');
    const outs = m.params.filter((p) => p.way !== 'in').map((p) => this.#type(p.type) + (p.nullable ? ' | null' : ''));
    if (m.result !== 'void') outs.unshift(this.#type(m.result) + (m.nullable ? ' | null' : ''));
    for (const raised of m.raises) this.#refer(raised);
    const result = outs.length === 0 ? 'void' : outs.length === 1 ? outs[0] : `[${outs.join(', ')}]`;
    const text = [m.doc, ...m.raises.map((r) => `@throws {${r.replaceAll('::', '.')}}`)].filter(Boolean).join('\n');
    if (m.makes) return [...doc(text), `static ${name}<T>(this: new () => T${takes && ', '}${takes}): T;`];
    const covers = this.#covers(about, name) ? [ignored] : [];
    return [...doc(text), ...covers, `${name}(${takes}): ${result};`, ...this.#awaited(about, name, [`${name}Async(${takes}): Promise<${result}>;`])];
  }

  #class(scoped) {
    if (this.#typed.has(`class ${scoped}`)) return;
    this.#typed.add(scoped).add(`class ${scoped}`);
    const about = this.#about(scoped);
    if (about.name === 'SOMObject') return;
    const name = bare(scoped);
    const parents = about.parents.map((id) => this.#type(native.describe(id).name));
    const members = [];
    const setters = new Set(about.methods.filter((m) => m.sets && m.why === null).map((m) => m.attribute));
    for (const m of about.methods) {
      if (m.why !== null) continue;
      if (m.attribute === null) members.push(...this.#method(about, m));
      else if (m.gets) {
        const own = ownName(m.attribute);
        const nullable = m.nullable ? ' | null' : '';
        const type = this.#type(m.result) + nullable;
        members.push(...doc(m.doc), `get ${own}(): ${type};`);
        if (setters.has(m.attribute)) members.push(`set ${own}(value: ${this.#type(m.result, true)}${nullable});`);
        const both = [`${own}Async(): Promise<${type}>;`];
        if (setters.has(m.attribute)) both.push(`${own}Async(value: ${this.#type(m.result, true)}${nullable}): Promise<void>;`);
        members.push(...this.#awaited(about, own, both));
      }
    }
    const covered = parents.length > 1 ? this.#covered(about) : [];
    members.push(...covered);
    const types = about.types.filter((t) => native.describeType(t) !== undefined);
    for (const t of types) this.#refer(t);
    const lines = this.#lines(scopeOf(scoped));
    lines.push(...doc(about.doc), `class ${name} extends ${parents[0] ?? 'dsom.SOMObject'} {`, ...members.map((l) => `  ${l}`), '}');
    if (covered.length) lines.push(ignored);
    if (parents.length > 1) lines.push(`interface ${name} extends ${parents.slice(1).join(', ')} {}`);
    this.#loadable.push(scoped);
    if (types.some((t) => native.describeType(t).kind === 'enum')) this.#loadable.push(...types.filter((t) => native.describeType(t).kind === 'enum'));
  }

  text() {
    const spaces = [...this.#namespaces.keys()].sort();
    const classes = this.#loadable.concat([...this.#typed].filter((t) => !t.startsWith('class ') && !this.#classes.has(t) && native.describeType(t)?.kind === 'enum'));
    const body = spaces.map((scope) => {
      const lines = this.#namespaces.get(scope);
      return scope === '' ? lines.map((l) => l.replace(/^(enum|class|interface|type) /, 'export declare $1 ')).join('\n') : [`export declare namespace ${scope.replaceAll('::', '.')} {`, ...lines.map((l) => `  ${l}`), '}'].join('\n');
    });
    const known = [...new Set(classes)].sort().map((n) => `    '${n}'(): typeof ${n.replaceAll('::', '.')};`);
    return `${head}import * as dsom from 'dsom';\n\n${body.join('\n\n')}\n\ndeclare module 'dsom' {\n  interface Classes {\n${known.join('\n')}\n  }\n}\n`;
  }
}

function doc(text) {
  if (!text) return [];
  const lines = text.replaceAll('*/', '*\\/').split('\n');
  return lines.length === 1 ? [`/** ${lines[0]} */`] : ['/**', ...lines.map((l) => (l ? ` * ${l}` : ' *')), ' */'];
}

/** The declarations of classes, by their names, and of class libraries, by their files. */
function declarations(names) {
  return new Declarations(names).text();
}

module.exports = { declarations };
