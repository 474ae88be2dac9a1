/* caller.c: who calls a method of Lua's, and is no Lua: bind/python/tests/caller.c, for Lua's tests. */
#include <lauxlib.h>
#include <lua.h>
#include <som.h>

typedef int64_t method(void *o, som_env *ev, int64_t n);
int64_t in_thread(method *f, void *o, int64_t n);
int define_older(void);
int define_signed(void);
void at_end(method *f, void *o, int64_t n);

static void *address(lua_State *L, int at) { return (void *)(uintptr_t)(int64_t)luaL_checknumber(L, at); }
static method *function(lua_State *L, int at) { return (method *)(uintptr_t)address(L, at); }

static int thread(lua_State *L) { return lua_pushnumber(L, (lua_Number)in_thread(function(L, 1), address(L, 2), (int64_t)luaL_checknumber(L, 3))), 1; }

/* direct(entry, object, n): the same by this thread, past the module: what it returned, and the exception's id and text. */
static int direct(lua_State *L) {
	som_env ev = {0};
	int64_t n = function(L, 1)(address(L, 2), &ev, (int64_t)luaL_checknumber(L, 3));
	lua_pushnumber(L, (lua_Number)n);
	lua_pushstring(L, ev.major ? ev.id : NULL);
	lua_pushstring(L, ev.major ? ev.text : NULL);
	som_env_clear(&ev);
	return 3;
}

static int last(lua_State *L) { return at_end(function(L, 1), address(L, 2), (int64_t)luaL_checknumber(L, 3)), 0; }
static int older(lua_State *L) { return lua_pushboolean(L, define_older()), 1; }
static int signatures(lua_State *L) { return lua_pushboolean(L, define_signed()), 1; }

__attribute__((visibility("default"))) int luaopen_caller(lua_State *L) {
	static const luaL_Reg functions[] = {{"in_thread", thread}, {"direct", direct}, {"at_end", last}, {"older", older}, {"signed", signatures}, {NULL, NULL}};
	lua_newtable(L);
	for (const luaL_Reg *f = functions; f->name; f++) {
		lua_pushcfunction(L, f->func);
		lua_setfield(L, -2, f->name);
	}
	return 1;
}
