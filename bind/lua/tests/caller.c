/* caller.c: who calls a method of Lua's, and is no Lua: bind/python/tests/caller.c, for Lua's tests. */
#include "../../host/test/maker.h"
#include <lauxlib.h>
#include <lua.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>

typedef int64_t method(void *o, som_env *ev, int64_t n);
int define_older(void);
int define_signed(void);
int define_below(const char *name, const char *parent);
void at_end(method *f, void *o, int64_t n);

static void *address(lua_State *L, int at) { return (void *)(uintptr_t)(int64_t)luaL_checknumber(L, at); }
static method *function(lua_State *L, int at) { return (method *)(uintptr_t)address(L, at); }

static struct begun { method *f; void *o; int64_t n; int times; bool ended; som_env ev; } begun;
static pthread_t thread;

static void *run(void *p) {
	struct begun *b = p;
	for (int i = 0; i < b->times && !b->ev.major; i++)
		b->n = b->f(b->o, &b->ev, b->n);
	__atomic_store_n(&b->ended, true, __ATOMIC_RELEASE);
	return NULL;
}

/* begin(entry, object, n, times): another thread calls it, with what it has returned before. */
static int begin(lua_State *L) {
	begun = (struct begun){function(L, 1), address(L, 2), (int64_t)luaL_checknumber(L, 3), (int)luaL_optnumber(L, 4, 1), false, {0}};
	return lua_pushboolean(L, pthread_create(&thread, NULL, run, &begun) == 0), 1;
}

static int answer(lua_State *L, int64_t n, som_env *ev) {
	lua_pushnumber(L, (lua_Number)n);
	lua_pushstring(L, ev->major ? ev->id : NULL);
	lua_pushstring(L, ev->major ? ev->text : NULL);
	som_env_clear(ev);
	return 3;
}

/* ended(): nothing while it goes on; then what it has returned, and the exception's id and text. */
static int ended(lua_State *L) {
	if (!__atomic_load_n(&begun.ended, __ATOMIC_ACQUIRE)) return sched_yield(), 0;
	pthread_join(thread, NULL);
	return answer(L, begun.n, &begun.ev);
}

/* wait(): the same, behind its end. */
static int wait_for(lua_State *L) {
	pthread_join(thread, NULL);
	return answer(L, begun.n, &begun.ev);
}

/* direct(entry, object, n): the same by this thread, past the module: what it returned, and the exception's id and text. */
static int direct(lua_State *L) {
	som_env ev = {0};
	return answer(L, function(L, 1)(address(L, 2), &ev, (int64_t)luaL_checknumber(L, 3)), &ev);
}

/* made(name, n): the same of a new object of a class. */
static int made(lua_State *L) {
	som_env ev = {0};
	return answer(L, speak_once(luaL_checkstring(L, 1), (int64_t)luaL_checknumber(L, 2), &ev), &ev);
}

static int last(lua_State *L) { return at_end(function(L, 1), address(L, 2), (int64_t)luaL_checknumber(L, 3)), 0; }
static int showing(lua_State *L) { return lua_pushboolean(L, define_showing(luaL_checkstring(L, 1), luaL_checkstring(L, 2))), 1; }
static int watch(lua_State *L) { return watch_showing(address(L, 1), lua_toboolean(L, 2), NULL), 0; }
static int twofold(lua_State *L) { return lua_pushboolean(L, define_twofold(luaL_checkstring(L, 1), luaL_checkstring(L, 2), luaL_checkstring(L, 3))), 1; }
static int drop(lua_State *L) { return (void)L, drop_first(), 0; }
static int heap(lua_State *L) { return lua_pushnumber(L, (lua_Number)in_use()), 1; }
static int retain(lua_State *L) { return som_retain(address(L, 1)), 0; }
static int release(lua_State *L) { return som_release(address(L, 1)), 0; }
static int older(lua_State *L) { return lua_pushboolean(L, define_older()), 1; }
static int below(lua_State *L) { return lua_pushboolean(L, define_below(luaL_checkstring(L, 1), luaL_checkstring(L, 2))), 1; }
static int signatures(lua_State *L) { return lua_pushboolean(L, define_signed()), 1; }

__attribute__((visibility("default"))) int luaopen_caller(lua_State *L) {
	static const luaL_Reg functions[] = {{"begin", begin}, {"ended", ended}, {"wait", wait_for}, {"direct", direct}, {"made", made}, {"at_end", last}, {"older", older}, {"signed", signatures}, {"below", below}, {"showing", showing}, {"watch", watch}, {"twofold", twofold}, {"drop_first", drop}, {"in_use", heap}, {"retain", retain},
		{"release", release}, {NULL, NULL}};
	lua_newtable(L);
	for (const luaL_Reg *f = functions; f->name; f++) {
		lua_pushcfunction(L, f->func);
		lua_setfield(L, -2, f->name);
	}
	return 1;
}
