import {h, show, visible} from './dom.js';
import * as api from './api.js';
import {servers, server} from './servers.js';
import {machines, machine} from './machines.js';
import {names} from './names.js';
import {classes, classPage} from './classes.js';
import {calls, connections, visitors} from './calls.js';
import {object} from './object.js';

const main = document.getElementById('main');
const status = document.getElementById('status');

// A page is a function of {place, query, name, signal}: it shows itself in the place, and again every refresh milliseconds, until the
// signal says that another page is shown.
const pages = {
  servers: {title: 'Servers', page: servers, one: server, refresh: 2000},
  machines: {title: 'Machines', page: machines, one: machine, refresh: 2000},
  names: {title: 'Names', page: names},
  classes: {title: 'Classes', page: classes, one: classPage},
  calls: {title: 'Live calls', page: calls, refresh: 2000},
  connections: {title: 'Connections', page: connections, refresh: 2000},
  visitors: {title: 'Visitors', page: visitors, refresh: 2000},
  object: {title: 'Object', page: object},
};

let leaving = new AbortController();

/** say tells the reader something, or nothing any more. */
function say(text) {
  if (status.textContent !== text) status.textContent = visible(text);
}

/** route shows the page that the address names. */
async function route() {
  leaving.abort();
  leaving = new AbortController();
  const {signal} = leaving;
  if (!api.signedIn()) return signInPage();
  const [path, query] = location.hash.slice(1).split('?');
  const [, section, name] = path.split('/');
  const known = pages[section];
  if (!known) {
    location.replace('#/servers');
    return;
  }
  for (const a of document.querySelectorAll('nav a')) {
    if (a.getAttribute('href') === '#/' + section) a.setAttribute('aria-current', 'page');
    else a.removeAttribute('aria-current');
  }
  const place = h('div');
  const page = name && known.one ? known.one : known.page;
  const title = name ? decodeURIComponent(name) : known.title;
  document.title = visible(title) + ' – DSOM console';
  show(main, h('h1', {}, title), place);
  main.focus({preventScroll: true});
  const on = {place, query: new URLSearchParams(query), name: name && decodeURIComponent(name), signal};
  for (;;) {
    try {
      if (!selects(place)) await page(on);
      say('');
    } catch (error) {
      if (signal.aborted) return;
      if (error.code === 'unauthorized') {
        api.signOut();
        return signInPage('The token is not this daemon’s, or not any more: each start of the daemon has another.');
      }
      if (!(error instanceof api.Failure)) throw error;
      say(error.message);
      if (!place.hasChildNodes()) show(place, h('p', {className: 'bad'}, error.message));
    }
    if (signal.aborted || !known.refresh) return;
    await pause(known.refresh, signal);
    if (signal.aborted) return;
  }
}

/** selects reports whether the reader has selected something in a place, which would be lost if it were shown anew. */
function selects(place) {
  const s = getSelection();
  return !s.isCollapsed && place.contains(s.anchorNode);
}

/** pause waits, and longer while nobody sees the page. */
function pause(ms, signal) {
  return new Promise((done) => {
    const timer = setTimeout(look, ms);
    signal.addEventListener('abort', () => { clearTimeout(timer); done(); }, {once: true});
    function look() {
      if (!document.hidden) return done();
      document.addEventListener('visibilitychange', done, {once: true});
    }
  });
}

function signInPage(why) {
  document.title = 'DSOM console';
  const token = h('input', {id: 'token', type: 'password', autocomplete: 'off', required: true, size: 40});
  const form = h('form', {onsubmit: (e) => {
    e.preventDefault();
    api.signIn(token.value);
    route();
  }},
  h('div', {className: 'row'}, h('label', {}, 'Token', token), h('button', {type: 'submit'}, 'Go on')));
  say('');
  show(main, h('h1', {}, 'Who may look?'),
    why && h('p', {className: 'bad'}, why),
    h('p', {}, 'Whoever may read the daemon’s state folder. Type ', h('code', {}, 'dsom console'),
      ' in a terminal: it prints an address that lets you in. Or enter the token, which stands in ', h('code', {}, 'admin.json'), ' there.'),
    form);
  token.focus();
}

// Colours.

const themes = {auto: 'as the system has them', light: 'light', dark: 'dark'};

function theme(name) {
  if (!(name in themes)) name = 'auto';
  document.documentElement.dataset.theme = name;
  document.getElementById('theme').setAttribute('aria-label', 'Colours: ' + themes[name]);
  localStorage.setItem('dsom-theme', name);
}

function nextTheme() {
  const all = Object.keys(themes);
  theme(all[(all.indexOf(document.documentElement.dataset.theme) + 1) % all.length]);
}

// Keys.

const sections = {s: 'servers', m: 'machines', n: 'names', c: 'classes', l: 'calls', k: 'connections', v: 'visitors', o: 'object'};
const keys = document.getElementById('keys');
let going = 0; // until when a letter names a section

document.addEventListener('keydown', (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || keys.open || e.target.matches('input, textarea, select')) return;
  if (going > Date.now() && sections[e.key]) {
    location.hash = '#/' + sections[e.key];
  } else if (e.key === '/') {
    main.querySelector('input, select, textarea')?.focus();
  } else if (e.key === '?') {
    keys.showModal();
  } else if (e.key === 't') {
    nextTheme();
  } else {
    going = e.key === 'g' ? Date.now() + 1500 : 0;
    return;
  }
  going = 0;
  e.preventDefault();
});

document.getElementById('theme').addEventListener('click', nextTheme);
document.getElementById('help').addEventListener('click', () => keys.showModal());
document.getElementById('keys-close').addEventListener('click', () => keys.close());
document.getElementById('skip').addEventListener('click', (e) => {
  e.preventDefault();
  main.focus();
});

theme(localStorage.getItem('dsom-theme'));
window.addEventListener('hashchange', start);

/** start takes the token out of the address, if it is there, and shows the page. */
function start() {
  const given = /^#token=([A-Za-z0-9]+)$/.exec(location.hash);
  if (given) {
    api.signIn(given[1]);
    history.replaceState(null, '', '#/servers');
  }
  route();
}

start();
