// The daemon's local API. Its token is kept for this tab alone: no other page, and no other tab, can use it.

const key = 'dsom-token';

/** Failure is what the API answered, or that it did not. */
export class Failure extends Error {
  constructor(code, message, output) {
    super(message);
    this.code = code;
    this.output = output ?? [];
  }
}

export const signedIn = () => sessionStorage.getItem(key) !== null;
export const signIn = (token) => sessionStorage.setItem(key, token.trim());
export const signOut = () => sessionStorage.removeItem(key);

/** request makes a request and returns the answer, if it is a good one. */
export async function request(method, path, body, signal) {
  let response;
  try {
    response = await fetch('v1/' + path, {
      method, signal, credentials: 'omit', redirect: 'error',
      headers: {Authorization: 'Bearer ' + sessionStorage.getItem(key), ...(body === undefined ? {} : {'Content-Type': 'application/json'})},
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Failure('no_daemon', 'The daemon does not answer. If it was ended, start it again: dsom daemon');
  }
  if (response.ok) return response;
  const answer = await response.json().catch(() => ({}));
  throw new Failure(answer.error?.code ?? 'unknown', answer.error?.message ?? 'The daemon answered with status ' + response.status, answer.error?.output);
}

export const get = async (path, signal) => exact(await (await request('GET', path, undefined, signal)).text());
export const post = async (path, body, signal) => exact(await (await request('POST', path, body ?? {}, signal)).text());

/** exact reads JSON, and keeps integers as they are written that a number of JavaScript cannot hold, where the browser can. */
function exact(text) {
  return JSON.parse(text, (_, v, context) => (
    typeof v === 'number' && !Number.isSafeInteger(v) && JSON.rawJSON && /^-?\d+$/.test(context?.source ?? '') ? JSON.rawJSON(context.source) : v));
}

/** part makes a text a part of a path. */
export const part = encodeURIComponent;
