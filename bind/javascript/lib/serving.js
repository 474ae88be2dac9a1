'use strict';
// Objects of this process that others call: dsom.serve. Calls come in threads of the ORB's, and are done in the main thread, while it waits for events.
const { Instance, recordOf, atEnd } = require('./instance');
const { orb } = require('./remote');

let now = null; // the process is one server at a time

/** What dsom.serve answers: a server that takes calls, and keeps the process alive, until it is closed. */
class Server {
  #process;
  #urls = new Map();
  #served; // a promise: it has been told to end
  #closed = null;
  #leaving = false;

  static async begin(objects, { name = '', listen, classes }) {
    if (now !== null) throw new Error('the process is a server already: close that first, or have it publish more objects');
    const server = (now = new Server());
    try {
      const { process: owner } = await orb();
      server.daemon = await owner.serveAsync(name, joined(listen), joined(classes));
      server.#process = owner;
      for (const [key, o] of Object.entries(objects)) await server.publish(key, o);
      await owner.acceptAsync();
      server.#served = owner.servedAsync().catch(() => {}); // closed meanwhile
    } catch (e) {
      if (server.#process) await server.close();
      else now = null;
      throw e;
    }
    return server;
  }

  /** Has an object be called by others, as name in the daemon's naming service and in corbaloc URLs; it lives until the server is closed. Its reference. */
  async publish(name, o) {
    const url = await this.#process.publishAsync(o, name);
    this.#urls.set(name, url);
    return url;
  }

  /** The reference of the object that was published as name, which dsom.bind takes. */
  url(name) {
    return this.#urls.get(name);
  }

  /** Says that the server is to end: what wait has answered is fulfilled then. It waits for nothing. */
  stop() {
    if (now === this) this.#process.interrupt();
  }

  /** Fulfilled when the server has ended, with calls under way finished: since stop was called, by the daemon, or by SIGTERM or SIGINT where nobody listens to those. A second signal ends the process at once. */
  async wait() {
    const heard = ['SIGTERM', 'SIGINT'].filter((s) => process.listenerCount(s) === 0);
    const told = () => {
      for (const s of heard) process.off(s, told);
      this.stop();
    };
    for (const s of heard) process.on(s, told);
    try {
      await this.#served;
      await this.close();
    } finally {
      for (const s of heard) process.off(s, told);
    }
  }

  /** Ends the server: calls under way are finished, and others not taken. References that outlive the process have the daemon start it again. */
  close() {
    this.#closed ??= (async () => {
      try {
        if (this.#served) this.#process.interrupt(); // libuv may have no other thread than the one that waits for it
        await this.#served;
        this.#leaving = true;
        await this.#process.leaveAsync();
      } finally {
        now = null;
      }
    })();
    return this.#closed;
  }

  /** Where the process ends without a word: it would wait for the thread that waits for the server's end. */
  static leave() {
    if (now?.#process && !now.#leaving) now.#process.leave();
  }
}

if (Symbol.asyncDispose) Object.defineProperty(Server.prototype, Symbol.asyncDispose, { value: Server.prototype.close, configurable: true, writable: true });

/** Names, or classes, as the ORB takes them. */
function joined(words = []) {
  return (Array.isArray(words) ? words : [words])
    .map((w) => {
      const name = typeof w === 'function' && w.prototype instanceof Instance ? recordOf(w) && w.somName : w;
      if (typeof name !== 'string' || name.includes(',')) throw new TypeError(`serve() takes names without commas, or classes, not ${String(name).slice(0, 100)}`);
      return name;
    })
    .join(',');
}

async function serve(objects = {}, options = {}) {
  return Server.begin(objects, options);
}

atEnd.push(() => {
  try {
    Server.leave();
  } catch (e) {
    console.error(`dsom: the server has not ended in order: ${e.message}`); // a warning would be told later, and there is no later
  }
});

module.exports = { serve, Server };
