/* classes.c: what dsom/init.lua is told of classes, and classes that are made in Lua, which SOM has too. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

static const somh_class *class_at(lua_State *L, int at) {
	luaL_checktype(L, at, LUA_TLIGHTUSERDATA);
	return lua_touserdata(L, at);
}

static void set_string(lua_State *L, const char *name, const char *value) {
	if (!value) return;
	lua_pushstring(L, value);
	lua_setfield(L, -2, name);
}

static void set_flag(lua_State *L, const char *name, bool value) {
	lua_pushboolean(L, value);
	lua_setfield(L, -2, name);
}

static void set_number(lua_State *L, const char *name, lua_Number value) {
	lua_pushnumber(L, value);
	lua_setfield(L, -2, name);
}

/* ---- Descriptions ---- */

/* Whether all goes in by value, and the result is one. */
static bool is_simple(const somh_method *m) {
	const somh_type *r = m->result.type;
	bool is = !r->apart && r->kind != SOMH_OBJECT && (!r->owns || m->result.owner == SOMH_OBJECTS) && r->kind != SOMH_WSTRING;
	for (uint32_t i = 0; is && i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		is = p->direction == SOMH_IN && p->slot == i && !p->type->apart && p->type->kind != SOMH_OBJECT && p->type->kind != SOMH_WSTRING && p->type->kind != SOMH_MAKING;
	}
	return is;
}

static void push_signature(lua_State *L, const somh_method *m) {
	int n = 1;
	luaL_checkstack(L, 3 * (int)m->nparams + 20, NULL);
	lua_pushfstring(L, "%s(", m->name);
	for (uint32_t i = 0, comma = 0; i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		if (p->direction == SOMH_OUT || p->type->kind == SOMH_MAKING) continue;
		push_type_name(L, p->type);
		lua_pushfstring(L, "%s%s: %s%s", comma ? ", " : "", *p->name ? p->name : "_", lua_tostring(L, -1), p->nullable ? " or nil" : "");
		lua_remove(L, -2);
		comma = 1, n++;
	}
	lua_pushliteral(L, ")"), n++;
	const char *between = " -> ";
	if (m->result.type->kind != SOMH_VOID) {
		push_type_name(L, m->result.type);
		lua_pushfstring(L, "%s%s%s", between, lua_tostring(L, -1), m->result.nullable ? " or nil" : "");
		lua_remove(L, -2);
		between = ", ", n++;
	}
	for (uint32_t i = 0; i < m->nparams; i++) {
		if (m->params[i].direction == SOMH_IN || m->params[i].type->kind == SOMH_MAKING) continue;
		push_type_name(L, m->params[i].type);
		lua_pushfstring(L, "%s%s: %s", between, m->params[i].name, lua_tostring(L, -1));
		lua_remove(L, -2);
		between = ", ", n++;
	}
	lua_concat(L, n);
}

static void push_method(lua_State *L, const somh_method *m, const somh_class *owner) {
	lua_newtable(L);
	set_string(L, "name", m->name);
	set_string(L, "attribute", m->attribute);
	set_string(L, "doc", m->doc);
	set_flag(L, "gets", m->flags & SOMH_GETS);
	set_flag(L, "init", m->flags & SOMH_INIT);
	set_flag(L, "root", m->flags & SOMH_ROOT);
	set_string(L, "why", m->why);
	lua_pushlightuserdata(L, (void *)(uintptr_t)m);
	lua_setfield(L, -2, "method");
	push_call(L, m, owner, !m->why && is_simple(m) ? CALL_SIMPLE : CALL_ANY);
	lua_setfield(L, -2, "call");
	if (m->why) return;
	push_signature(L, m);
	lua_setfield(L, -2, "signature");
#if LUA_VERSION_NUM < 504
	set_number(L, "token", m->kind == SOM_PROCEDURE || m->flags & SOMH_OIDL ? 0 : (lua_Number)m->token);
	set_number(L, "result", m->result.type->kind);
	lua_createtable(L, (int)m->nparams, 0); /* kinds of what goes in, and names of classes; false: it does not go in by value */
	for (uint32_t i = 0; i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		if (p->direction != SOMH_IN || p->owner != SOMH_CALLERS || p->nullable) lua_pushboolean(L, 0);
		else if (p->type->kind == SOMH_OBJECT) lua_pushstring(L, p->type->name);
		else lua_pushinteger(L, (lua_Integer)p->type->kind);
		lua_rawseti(L, -2, (int)i + 1);
	}
	lua_setfield(L, -2, "params");
#endif
}

/* waits(method, class): what calls it so that other threads' calls of Lua are done meanwhile. */
static int waits(lua_State *L) {
	luaL_checktype(L, 1, LUA_TLIGHTUSERDATA);
	luaL_checktype(L, 2, LUA_TLIGHTUSERDATA);
	push_call(L, lua_touserdata(L, 1), lua_touserdata(L, 2), CALL_OPEN);
	return 1;
}

/* describe(class): a table with all that is known. */
static int describe(lua_State *L) {
	const somh_class *c = class_at(L, 1);
	luaL_checkstack(L, 40, NULL);
	lua_newtable(L);
	set_string(L, "name", c->name);
	set_string(L, "doc", c->doc);
	set_number(L, "major", c->major);
	set_number(L, "minor", c->minor);
	set_flag(L, "made", c->made_by != NULL);
	set_flag(L, "scripted", c->nmade != 0);
	set_flag(L, "elsewhere", c->elsewhere);
	lua_createtable(L, (int)c->norder, 0);
	for (uint32_t i = 0; i < c->norder; i++) {
		lua_pushlightuserdata(L, (void *)(uintptr_t)c->order[i]);
		lua_rawseti(L, -2, (int)i + 1);
	}
	lua_setfield(L, -2, "order");
	lua_newtable(L);
	int n = 0;
	for (uint32_t i = 0; i < c->nmethods; i++) {
		push_method(L, &c->methods[i], c);
		lua_rawseti(L, -2, ++n);
	}
	for (uint32_t i = 0; i < c->nowns && !c->made_by; i++) {
		push_method(L, c->owns[i], c);
		lua_rawseti(L, -2, ++n);
	}
	lua_setfield(L, -2, "methods");
	lua_newtable(L);
	for (uint32_t i = 0; i < c->ntypes; i++) {
		if (c->types[i]->kind == SOMH_NONE) continue;
		push_type(L, c->types[i]);
		lua_setfield(L, -2, c->types[i]->name);
	}
	lua_setfield(L, -2, "types");
	return 1;
}

/* named(name, major, minor): a class, loaded if need be. */
static int named(lua_State *L) {
	const char *name = luaL_checkstring(L, 1);
	lua_Number major = luaL_optnumber(L, 2, 0), minor = luaL_optnumber(L, 3, 0);
	som_env ev = {0};
	lua_State *outer = now;
	if (!(major >= 0 && major <= UINT32_MAX && minor >= 0 && minor <= UINT32_MAX)) return luaL_error(L, "bad version");
	now = L;
	const somh_class *c = somh_named(name, &ev);
	if (c && (major > 0 || minor > 0) && som_class_check_version(c->cls, (uint32_t)major, (uint32_t)minor, &ev) != SOM_OK) c = NULL;
	now = outer;
	if (!c) return push_env(L, &ev, NULL, NULL), lua_error(L);
	lua_pushlightuserdata(L, (void *)(uintptr_t)c);
	return 1;
}

typedef struct search { const char *name; const somh_type *found; som_class **all; size_t n, room; } search;

static int collect(som_class *c, void *context) {
	search *s = context;
	if (s->n == s->room) {
		som_class **more = realloc(s->all, (s->room = 2 * s->room + 64) * sizeof *more);
		if (!more) return 1;
		s->all = more;
	}
	s->all[s->n++] = (som_class *)som_retain((som_ref)c);
	return 0;
}

/* type_named(name): the table of a structure and the like that a class which is there has in its type information, or nil. */
static int type_named(lua_State *L) {
	search s = {luaL_checkstring(L, 1), NULL, NULL, 0, 0};
	som_classes(collect, &s);
	for (size_t i = 0; i < s.n && !s.found; i++) {
		const som_class_info *info = som_class_describe(s.all[i]);
		const somh_class *c = info->typelib ? somh_describe(s.all[i], NULL) : NULL;
		if (c) s.found = somh_type_named(c, s.name);
	}
	while (s.n) som_release((som_ref)s.all[--s.n]);
	free(s.all);
	if (!s.found) return lua_pushnil(L), 1;
	if (s.found->why) return luaL_error(L, "%s cannot be used: %s", s.name, s.found->why);
	push_type(L, s.found);
	return 1;
}

static int name_of(som_class *c, void *context) {
	lua_State *L = context;
	if (!lua_checkstack(L, 3)) return 1;
	lua_pushstring(L, som_class_describe(c)->name);
	return 0;
}

/* names(): of all classes that there are. */
static int names(lua_State *L) {
	int top = lua_gettop(L);
	som_classes(name_of, L);
	int n = lua_gettop(L) - top;
	lua_createtable(L, n, 0);
	lua_insert(L, top + 1);
	for (int i = n; i; i--)
		lua_rawseti(L, top + 1, i);
	return 1;
}

static int load_library(lua_State *L) {
	som_env ev = {0};
	const char *file = luaL_checkstring(L, 1);
	lua_State *outer = now;
	now = L;
	int code = som_library_load(file, &ev);
	now = outer;
	return code == SOM_OK ? 0 : (push_env(L, &ev, NULL, NULL), lua_error(L));
}

static int set_path(lua_State *L) {
	som_env ev = {0};
	return som_set_path(luaL_optstring(L, 1, NULL), &ev) == SOM_OK ? 0 : (push_env(L, &ev, NULL, NULL), lua_error(L));
}

static int instances(lua_State *L) { return lua_pushnumber(L, (lua_Number)som_class_instances(class_at(L, 1)->cls)), 1; }

static int library(lua_State *L) {
	const som_class_info *info = som_class_describe(class_at(L, 1)->cls);
	return lua_pushstring(L, info ? info->library : NULL), 1;
}

/* entry(o, method): the address of what calls of it run, for other tools of this process. */
static int entry(lua_State *L) {
	instance *w = instance_at(L, 1);
	som_env ev = {0};
	const somh_method *m = w && w->ref ? somh_find(w->cls, luaL_checkstring(L, 2), &ev) : NULL;
	som_env_clear(&ev);
	if (!m || m->why || m->kind != SOM_STATIC) return lua_pushnil(L), 1;
	som_proc *proc = som_resolve(w->ref, m->token);
	int64_t at = 0;
	memcpy(&at, &proc, sizeof proc);
	return push_whole(L, at, true), 1;
}

/* ---- Classes made in Lua ---- */

typedef struct class_handle { maker *k; strike out; } class_handle;

/* A handle for a class, whose finalizer ends it. info, which is its environment, is at the top. */
static void new_class_handle(lua_State *L, maker *k, strike out) {
	class_handle *h = lua_newuserdata_(L, sizeof *h);
	*h = (class_handle){k, out};
	place(L, T_CLASS_META);
	lua_setmetatable(L, -2);
	lua_pushvalue(L, -2);
	lua_setuservalue_(L, -2);
	lua_setfield(L, -2, "handle");
}

static void drop_maker(maker *k) {
	for (override *o = k->overrides, *next; o; o = next) {
		next = o->next;
		free(o);
	}
	free(k);
}

static int class_gc(lua_State *L) {
	class_handle *h = lua_touserdata(L, 1);
	maker *k = h->k;
	som_env ev = {0};
	if (closed || !k || !k->cls) return 0;
	if (!k->dead && (!is_out(L, &h->out) || som_class_instances(k->cls->cls))) {
		lua_getuservalue_(L, 1);
		h->k = NULL;
		new_class_handle(L, k, h->out);
		place(L, T_MADE);
		lua_getfield(L, -2, "meta");
		rawsetp(L, -2, k->cls);
		return 0;
	}
	__atomic_store_n(&k->dead, true, __ATOMIC_RELEASE);
	place(L, T_MADE);
	lua_pushnil(L);
	rawsetp(L, -2, k->cls);
	h->k = NULL;
	if (somh_undefine(k->cls, &ev) == SOM_OK) {
		drop_maker(k);
	} else { /* a class below goes later, or another language has it: it goes on with what stands above, until a collection finds that it can go */
		lua_getuservalue_(L, 1);
		new_class_handle(L, k, h->out);
	}
	som_env_clear(&ev);
	return 0;
}

static maker *maker_at(lua_State *L, int at) {
	luaL_checktype(L, at, LUA_TTABLE);
	lua_getfield(L, at, "handle");
	class_handle *h = lua_touserdata(L, -1);
	lua_pop(L, 1);
	if (!h || !h->k) luaL_error(L, "the class is no more");
	return h->k;
}

/* define(info, name, exact, {parents}): a class, which nothing is overridden in yet. */
static int define(lua_State *L) {
	const char *name = luaL_checkstring(L, 2);
	som_env ev = {0};
	uint32_t n = (uint32_t)lua_rawlen(L, 4);
	const somh_class *parents[SOMH_MAX_ARGS];
	if (n > SOMH_MAX_ARGS) return luaL_error(L, "a class has more than %d parents (SOMH_MAX_ARGS)", SOMH_MAX_ARGS);
	for (uint32_t i = 0; i < n; i++) {
		lua_rawgeti(L, 4, (int)i + 1);
		parents[i] = class_at(L, -1);
		lua_pop(L, 1);
	}
	maker *k = calloc(1, sizeof *k);
	if (!k) return luaL_error(L, "not enough memory");
	lua_pushvalue(L, 1);
	new_class_handle(L, k, (strike){0, 0, 0});
	state.made++; /* before: whoever loads what stands above may make objects of it */
	somh_definition d = {.size_of = sizeof d, .name = name, .parents = parents, .nparents = n, .handler = handle, .begin = begin_instance, .end = end_instance, .context = k,
		.exact = (uint32_t)lua_toboolean(L, 3)};
	lua_State *outer = now;
	now = L;
	const somh_class *c = somh_define(&d, &ev);
	now = outer;
	if (!c) {
		lua_getfield(L, 1, "handle");
		((class_handle *)lua_touserdata(L, -1))->k = NULL;
		__atomic_store_n(&k->dead, true, __ATOMIC_RELEASE);
		if (ev.code != SOM_E_BUSY) drop_maker(k); /* else there is a class for good whose begin and end have it */
		return push_env(L, &ev, NULL, NULL), lua_error(L);
	}
	__atomic_store_n(&k->cls, c, __ATOMIC_RELEASE);
	lua_pushlightuserdata(L, (void *)(uintptr_t)c);
	return 1;
}

/* register(class, meta): what its objects have for a metatable, before there are any. */
static int register_meta(lua_State *L) {
	const somh_class *c = class_at(L, 1);
	place(L, c->made_by ? T_MADE : T_META);
	lua_pushvalue(L, 2);
	rawsetp(L, -2, c);
	return 0;
}

/* override(info, name, info of the class whose function it is): false: the class has no such method. */
static int override_method(lua_State *L) {
	maker *k = maker_at(L, 1), *of = maker_at(L, 3);
	const char *name = luaL_checkstring(L, 2);
	bool any = false;
	for (uint32_t i = 1; i < k->cls->norder; i++)
		for (uint32_t j = 0; j < k->cls->order[i]->nmethods; j++) {
			const somh_method *m = &k->cls->order[i]->methods[j];
			som_env ev = {0};
			if (strcmp(m->name, name) != 0 || m->why || m->kind != SOM_STATIC || m->flags & SOMH_INIT) continue;
			any = true;
			override *o = k->overrides;
			while (o && o->m != m) o = o->next; /* the newest is what stands there */
			if (o && o->of == of) continue;
			if (!(o = calloc(1, sizeof *o))) return luaL_error(L, "not enough memory");
			*o = (override){k->overrides, of, m};
			if (somh_override(k->cls, m, o, &ev) != SOM_OK) {
				free(o);
				return push_env(L, &ev, NULL, NULL), lua_error(L);
			}
			k->overrides = o;
		}
	return lua_pushboolean(L, any), 1;
}

void class_functions(lua_State *L) {
	static const luaL_Reg functions[] = {{"describe", describe}, {"waits", waits}, {"named", named}, {"type_named", type_named}, {"names", names}, {"load_library", load_library}, {"set_path", set_path},
		{"instances", instances}, {"library", library}, {"entry", entry}, {"define", define}, {"register", register_meta}, {"override", override_method}, {NULL, NULL}};
	place(L, T_CLASS_META);
	lua_pushcfunction(L, class_gc);
	lua_setfield(L, -2, "__gc");
	lua_pop(L, 1);
	for (const luaL_Reg *f = functions; f->name; f++) {
		lua_pushcfunction(L, f->func);
		lua_setfield(L, -2, f->name);
	}
}
