'use strict';
// Exceptions: what methods raise, in whichever language.

/** What a method raised. */
class Exception extends Error {
  get name() {
    return this.constructor.name;
  }
}

const completions = ['YES', 'NO', 'MAYBE'];

/** An exception of the system's: those of CORBA by their names, dsom.BAD_PARAM, and the kernel's errors by their code, 'unknown'. */
class SystemException extends Exception {
  constructor(message = '', { minor = 0, completed = 'NO', code = '', id } = {}) {
    super(message);
    if (!completions.includes(completed)) throw new TypeError(`completed must be one of ${completions.join(', ')}`);
    this.id = id ?? `IDL:omg.org/CORBA/${new.target.name}:1.0`;
    this.minor = minor;
    this.completed = completed;
    this.code = code;
  }
}

const systemNames = (
  'UNKNOWN BAD_PARAM NO_MEMORY IMP_LIMIT COMM_FAILURE INV_OBJREF NO_PERMISSION INTERNAL MARSHAL INITIALIZE NO_IMPLEMENT ' +
  'BAD_TYPECODE BAD_OPERATION NO_RESOURCES NO_RESPONSE PERSIST_STORE BAD_INV_ORDER TRANSIENT FREE_MEM INV_IDENT INV_FLAG INTF_REPOS BAD_CONTEXT ' +
  'OBJ_ADAPTER DATA_CONVERSION OBJECT_NOT_EXIST TRANSACTION_REQUIRED TRANSACTION_ROLLEDBACK INVALID_TRANSACTION INV_POLICY CODESET_INCOMPATIBLE ' +
  'REBIND TIMEOUT TRANSACTION_UNAVAILABLE TRANSACTION_MODE BAD_QOS INVALID_ACTIVITY ACTIVITY_COMPLETED ACTIVITY_REQUIRED'
).split(' ');
const systemExceptions = Object.fromEntries(systemNames.map((name) => [name, { [name]: class extends SystemException {} }[name]]));

/** An exception that IDL declares: made of an object with its members, which are its properties. */
class UserException extends Exception {
  constructor(members = {}, options = undefined) {
    super('', options);
    const names = new.target.members ?? [];
    if (members === null || typeof members !== 'object') throw new TypeError(`${new.target.name} is made of an object with its members: ${names.join(', ') || 'none'}`);
    for (const name of names) {
      if (!(name in members)) throw new TypeError(`${new.target.name} lacks the member '${name}'`);
      Object.defineProperty(this, name, { value: members[name], writable: true, enumerable: true, configurable: true });
    }
    for (const name of Object.keys(members)) if (!names.includes(name)) throw new TypeError(`${new.target.name} has no member '${name}'`);
    if (!names.includes('message')) Object.defineProperty(this, 'message', { value: names.map((n) => `${n}: ${shown(members[n])}`).join(', '), writable: true, configurable: true });
  }
}

function shown(v) {
  return typeof v === 'string' ? JSON.stringify(v) : typeof v === 'bigint' ? `${v}n` : Array.isArray(v) ? '[…]' : String(v);
}

/** Makes the class of an exception of IDL's. */
function exceptionClass(name, members, id) {
  const made = { [name]: class extends UserException {} }[name];
  Object.defineProperties(made, { members: { value: Object.freeze(members) }, id: { value: id } });
  Object.defineProperty(made.prototype, 'id', { value: id });
  return made;
}

module.exports = { Exception, SystemException, UserException, systemExceptions, exceptionClass, completions };
