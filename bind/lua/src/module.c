/* module.c: the module dsom.core. What Lua makes better, dsom/init.lua makes: hooks tells of it. */
#define _GNU_SOURCE
#include "core.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

lua_State *now;
bool closed;
shared state;

static int places[PLACES]; /* in the registry */

void place(lua_State *L, int what) { lua_rawgeti(L, LUA_REGISTRYINDEX, places[what]); }

void rawgetp(lua_State *L, int at, const void *key) {
#if LUA_VERSION_NUM >= 504
	lua_rawgetp(L, at, key);
#else
	at = lua_absindex(L, at);
	lua_pushlightuserdata(L, (void *)(uintptr_t)key);
	lua_rawget(L, at);
#endif
}

void rawsetp(lua_State *L, int at, const void *key) {
	at = lua_absindex(L, at);
	lua_pushlightuserdata(L, (void *)(uintptr_t)key);
	lua_insert(L, -2);
	lua_rawset(L, at);
}

int fail(lua_State *L, const char *format, ...) {
	va_list args;
	va_start(args, format);
	lua_pushvfstring(L, format, args);
	va_end(args);
	return -1;
}

/* ---- What other threads leave behind ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct left { int what; uint64_t id; } *left;
static size_t nleft, room;

void later(int what, uint64_t id) {
	pthread_mutex_lock(&lock);
	if (nleft == room) {
		size_t more = room ? 2 * room : 64;
		struct left *l = realloc(left, more * sizeof *l);
		if (l) left = l, room = more;
	}
	if (nleft < room) {
		left[nleft] = (struct left){what, id};
		__atomic_store_n(&nleft, nleft + 1, __ATOMIC_RELEASE);
	} /* with no memory it stays until the state ends */
	pthread_mutex_unlock(&lock);
}

void catch_up(lua_State *L) {
	while (__atomic_load_n(&nleft, __ATOMIC_ACQUIRE)) {
		pthread_mutex_lock(&lock);
		struct left l = left[nleft - 1];
		__atomic_store_n(&nleft, nleft - 1, __ATOMIC_RELEASE);
		pthread_mutex_unlock(&lock);
		if (l.what == LATER_REF) {
			luaL_unref(L, LUA_REGISTRYINDEX, (int)l.id);
			continue;
		}
		place(L, T_KEPT);
		lua_pushnil(L);
		lua_rawseti(L, -2, (int)l.id);
		lua_pop(L, 1);
	}
}

/* ---- The module ---- */

/* hooks{make_class = …}: what of dsom/init.lua is called from here. */
static int hooks(lua_State *L) {
	static const char *const names[HOOKS] = {"make_class", "make_type", "system", "unknown", "text", "box", "cdata", "begin"};
	luaL_checktype(L, 1, LUA_TTABLE);
	for (int i = 0; i < HOOKS; i++) {
		lua_getfield(L, 1, names[i]);
		places[i] = luaL_ref(L, LUA_REGISTRYINDEX);
	}
	return 0;
}

static int close_state(lua_State *L) {
	(void)L;
	__atomic_store_n(&closed, true, __ATOMIC_RELEASE);
	somh_home_end();
	return 0;
}

static int drain(lua_State *L) { return catch_up(L), 0; }

/* serve(): does what other threads wait for. */
static int serve(lua_State *L) {
	lua_State *outer = now;
	now = L;
	somh_home_serve();
	now = outer;
	return catch_up(L), 0;
}

/* patience(milliseconds): how long other threads wait for Lua. */
static int patience(lua_State *L) {
	lua_Number n = luaL_checknumber(L, 1);
	if (!(n >= 1 && n <= UINT32_MAX)) return luaL_argerror(L, 1, "milliseconds expected, from 1 to 4294967295");
	return somh_home_patience((uint32_t)n), 0;
}

static void new_place(lua_State *L, int what, const char *mode) {
	lua_newtable(L);
	if (mode) {
		lua_newtable(L);
		lua_pushstring(L, mode);
		lua_setfield(L, -2, "__mode");
		lua_setmetatable(L, -2);
	}
	places[what] = luaL_ref(L, LUA_REGISTRYINDEX);
}

static lua_State *main_thread(lua_State *L) {
#if LUA_VERSION_NUM >= 504
	lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
	lua_State *m = lua_tothread(L, -1);
	lua_pop(L, 1);
	return m ? m : L;
#else
	if (lua_pushthread(L)) return lua_pop(L, 1), L;
	luaL_ref(L, LUA_REGISTRYINDEX); /* a coroutine loads it: it lives as long as the state */
	return L;
#endif
}

__attribute__((visibility("default"))) int luaopen_dsom_core(lua_State *L) {
	static bool loaded;
	Dl_info self;
	if (loaded) return luaL_error(L, "dsom is for one state of Lua in a process");
	loaded = true;
	/* Libsom has procedures of this library for as long as the process lives. */
	if (dladdr((const void *)(uintptr_t)&state, &self)) dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
	lua_newuserdata_(L, 1); /* older than all handles: finalized behind them */
	lua_newtable(L);
	lua_pushcfunction(L, close_state);
	lua_setfield(L, -2, "__gc");
	lua_setmetatable(L, -2);
	luaL_ref(L, LUA_REGISTRYINDEX);
	now = main_thread(L);
	somh_home_set();
	for (int i = HOOKS; i < PLACES; i++)
		new_place(L, i, i == T_MADE || i == T_HANDLES || i == T_TOKEN ? "v" : i == T_WEAK_HANDLES ? "k" : NULL);
	lua_newtable(L);
	set_up_objects(L);
	set_up_errors(L);
	class_functions(L);
	call_functions(L);
	lua_pushcfunction(L, hooks);
	lua_setfield(L, -2, "hooks");
	lua_pushcfunction(L, drain);
	lua_setfield(L, -2, "catch_up");
	lua_pushcfunction(L, serve);
	lua_setfield(L, -2, "serve");
	lua_pushcfunction(L, patience);
	lua_setfield(L, -2, "patience");
	lua_pushlightuserdata(L, &state);
	lua_setfield(L, -2, "state");
	lua_pushlightuserdata(L, NULL);
	lua_setfield(L, -2, "null");
	return 1;
}
