/* objects.c: objects of SOM as tables of Lua. Each has a handle in it, a userdata whose finalizer tells that the table is out of reach. */
#include "core.h"

#include <pthread.h>

static const char handle_key; /* its address is where an object's table has its handle */
static somh_twins *twins;     /* from libsom's objects to handles */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of twins, and of a handle's end: other threads may end objects that libsom keeps */
static uint64_t serial;

/* ---- Who is out of reach ---- */

/* A finalizer is told that nothing refers to an object but what is being finalized itself: of which an object that libsom keeps will go on, with all that is in it. So what
 * is found for the first time gets another handle, and goes when the next collection finds it again. */
static uint64_t batch = 1, revivals, keeps, keeps_before; /* collections; objects that came back; that were kept, and before this collection */

/* Whether it is the first finalizer of a collection, which has taken a token that nobody refers to. */
static void note_batch(lua_State *L) {
	place(L, T_TOKEN);
	lua_rawgeti(L, -1, 1);
	if (lua_isnil(L, -1)) {
		batch++;
		keeps_before = keeps;
		lua_newtable(L);
		lua_rawseti(L, -3, 1);
	}
	lua_pop(L, 2);
}

bool is_out(lua_State *L, strike *s) {
	note_batch(L);
	bool out = s->batch && s->revivals == revivals && (s->batch + 1 == batch || s->keeps == keeps); /* collections of one generation do not find what is old */
	*s = (strike){batch, revivals, keeps_before};
	return out;
}

/* What nobody refers to, so that each collection runs one finalizer at least. */
static int sentinel_gc(lua_State *L) {
	if (closed) return 0;
	note_batch(L);
	lua_newuserdata_(L, 1);
	lua_getmetatable(L, 1);
	lua_setmetatable(L, -2);
	return 0;
}

/* ---- Handles ---- */

static void set_kept(lua_State *L, instance *w, bool kept) {
	pthread_mutex_lock(&lock);
	w->kept = kept;
	pthread_mutex_unlock(&lock);
	w->class_id = kept ? 0 : w->id;
	if (kept) return;
	som_weak_free(w->weak);
	w->weak = NULL;
	place(L, T_KEPT);
	lua_pushnil(L);
	lua_rawseti(L, -2, (int)w->serial);
	lua_pop(L, 1);
}

/* Lua refers to a kept object again, whichever way it has found its table: it has a reference of its own, unless another thread has just ended it. */
static void regain(lua_State *L, instance *w) {
	bool lives = som_weak_get(w->weak) != NULL;
	set_kept(L, w, false);
	if (lives) return;
	pthread_mutex_lock(&lock);
	if (w->ref && somh_twin(twins, w->ref) == w) somh_twin_set(twins, w->ref, NULL);
	w->ended = true;
	w->ref = NULL;
	pthread_mutex_unlock(&lock);
}

/* Of a class made in Lua, met before its begin: that comes behind what its ancestors do to begin it, and not at all where they fail. Then the object goes, and none of its end is
 * told; libsom's weak reference knows. */
static bool doubt(instance *w, const somh_class *c) {
	if (!somh_doubt(c, w->ref, &w->unsure)) return false;
	if (w->unsure) w->class_id = 0;
	return true;
}

static void trust(instance *w) {
	if (!w->unsure) return;
	som_weak_free(w->unsure);
	w->unsure = NULL;
	if (!w->kept) w->class_id = w->id;
}

bool is_there(instance *w) {
	if (!w->unsure || !w->ref) return w->ref != NULL;
	pthread_mutex_lock(&lock);
	bool there = somh_there(&w->unsure, w->ref, twins, w, !w->calls);
	if (!there) w->ref = NULL, w->ended = !w->calls, w->class_id = w->id; /* the last call in it gives the reference back */
	pthread_mutex_unlock(&lock);
	return there;
}

instance *instance_at(lua_State *L, int at) {
	if (!lua_istable(L, at)) return NULL;
	rawgetp(L, at, &handle_key);
	instance *w = lua_touserdata(L, -1);
	if (w && lua_rawlen(L, -1) != sizeof *w) w = NULL;
	lua_pop(L, 1);
	if (!w || w->magic != &handle_key) return NULL;
	if (w->kept) regain(L, w);
	if (w->unsure) is_there(w);
	return w;
}

static void push_address(lua_State *L, som_ref o) {
#if LUA_VERSION_NUM >= 504
	lua_pushinteger(L, (lua_Integer)(intptr_t)o);
#else
	lua_pushnumber(L, (double)(uintptr_t)o);
#endif
}

/* Makes the handle of the table at the top, which has none, or one that is being finalized and whose place this takes. */
static instance *new_handle(lua_State *L, instance *before) {
	instance *w = lua_newuserdata_(L, sizeof *w);
	*w = (instance){.magic = &handle_key};
	place(L, T_INSTANCE_META);
	lua_setmetatable(L, -2);
	lua_pushvalue(L, -2);
	lua_setuservalue_(L, -2);
	lua_pushvalue(L, -1);
	rawsetp(L, -3, &handle_key);
	place(L, T_WEAK_HANDLES);
	lua_pushvalue(L, -2);
	lua_pushboolean(L, 1);
	lua_rawset(L, -3);
	lua_pop(L, 1);
	if (before) {
		place(L, T_HANDLES);
		push_address(L, before->ref);
		lua_pushvalue(L, -3);
		lua_rawset(L, -3);
		lua_pop(L, 1);
		pthread_mutex_lock(&lock);
		*w = *before;
		w->revived = false;
		if (w->ref) somh_twin_set(twins, w->ref, w); /* one is there: it needs no memory */
		before->ref = before->owed = NULL;
		before->weak = before->unsure = NULL;
		pthread_mutex_unlock(&lock);
	}
	lua_pop(L, 1);
	return w;
}

/* Pushes the table of a handle. A handle that is being finalized is not found by its address any more, but here still: its object comes back. */
static bool push_of(lua_State *L, instance *w, som_ref o) {
	place(L, T_HANDLES);
	push_address(L, o);
	lua_rawget(L, -2);
	bool found = lua_touserdata(L, -1) == w;
	if (!found) {
		lua_pop(L, 2);
		place(L, T_WEAK_HANDLES);
		for (lua_pushnil(L); !found && lua_next(L, -2);) {
			lua_pop(L, 1);
			found = lua_touserdata(L, -1) == w;
		}
		if (!found) return lua_pop(L, 1), false;
		w->revived = true;
		revivals++;
	}
	lua_getuservalue_(L, -1);
	lua_replace(L, -3);
	lua_pop(L, 1);
	return lua_istable(L, -1) || (lua_pop(L, 1), false);
}

void push_meta(lua_State *L, const somh_class *c) {
	place(L, c->made_by ? T_MADE : T_META);
	rawgetp(L, -1, c);
	if (lua_isnil(L, -1) && !c->made_by) {
		lua_pop(L, 1);
		place(L, H_MAKE_CLASS);
		lua_pushlightuserdata(L, (void *)(uintptr_t)c);
		lua_call(L, 1, 1);
	}
	lua_remove(L, -2);
}

static int new_object(lua_State *L, const somh_class *c) {
	uint32_t i = 0;
	for (push_meta(L, c); lua_isnil(L, -1) && ++i < c->norder; push_meta(L, c->order[i])) /* a class of Lua's that is no more: what stands above it */
		lua_pop(L, 1);
	lua_createtable(L, 0, 2);
	instance *w = new_handle(L, NULL);
	w->cls = c->order[i];
	w->serial = ++serial;
	lua_getfield(L, -2, "id");
	w->class_id = w->id = (uint32_t)lua_tointeger(L, -1);
	lua_pop(L, 1);
	lua_insert(L, -2);
	lua_setmetatable(L, -2);
	return 0;
}

static int ending(lua_State *L, som_ref o) { return fail(L, "an object of class %s is in the middle of its end", som_class_describe(som_class_of(o))->name); }

/* begun: it begins just now. */
static int wrap_new(lua_State *L, som_ref o, bool owned, bool begun) {
	som_env ev = {0};
	if (somh_ending(o)) return ending(L, o);
	const somh_class *c = somh_describe(som_class_of(o), &ev);
	if (!c) {
		if (owned) som_release(o);
		return push_env(L, &ev, NULL, NULL), -1;
	}
	new_object(L, c);
	instance *w = instance_at(L, -1);
	place(L, T_HANDLES);
	push_address(L, o);
	rawgetp(L, -3, &handle_key);
	lua_rawset(L, -3);
	lua_pop(L, 1);
	pthread_mutex_lock(&lock);
	int set = somh_twin_set(twins, o, w);
	pthread_mutex_unlock(&lock);
	if (!set) {
		if (owned) som_release(o);
		return fail(L, "not enough memory");
	}
	w->ref = owned ? o : som_retain(o);
	return begun || doubt(w, c) ? 0 : fail(L, "not enough memory");
}

static int wrap_as(lua_State *L, som_ref o, bool owned, bool begun) {
	if (!o) return lua_pushnil(L), 0;
	if (!lua_checkstack(L, 20)) return lua_pushliteral(L, "stack overflow"), -1;
	pthread_mutex_lock(&lock);
	instance *w = somh_twin(twins, o);
	pthread_mutex_unlock(&lock);
	if (w && w->unsure && !is_there(w)) w = NULL; /* another object is where that was */
	if (!w) return wrap_new(L, o, owned, begun);
	if (begun) trust(w);
	if (!push_of(L, w, o)) return ending(L, o);
	if (w->kept) regain(L, w);
	if (!w->ref && somh_ending(o)) return lua_pop(L, 1), ending(L, o);
	if (owned && !w->ended) som_release(o); /* not the last: w has one */
	return 0;
}

int wrap(lua_State *L, som_ref o, bool owned) { return wrap_as(L, o, owned, false); }

/* ---- Ending ---- */

static void drop(lua_State *L, instance *w, som_ref o) {
	lua_State *outer = now;
	now = L;
	if (!w->ended) som_release(o); /* its end is a call into the class library */
	now = outer;
}

void hold(instance *w) { w->calls++; }

void let_go(lua_State *L, instance *w, som_ref o) {
	if (--w->calls == 0 && !w->ref) drop(L, w, o);
}

static som_ref take_out(instance *w) {
	pthread_mutex_lock(&lock);
	som_ref o = w->ref;
	if (o && somh_twin(twins, o) == w) somh_twin_set(twins, o, NULL);
	w->ref = NULL;
	pthread_mutex_unlock(&lock);
	return o;
}

static int instance_gc(lua_State *L) {
	instance *w = lua_touserdata(L, 1);
	som_ref o = w->ref;
	if (closed || (w->kept && !w->ended)) return 0; /* the latter where the state is being closed: libsom's object goes on */
	if (w->unsure && !is_there(w)) o = NULL;
	if (!o || w->ended) {
		som_weak_free(w->weak), trust(w);
		return som_release(w->owed), 0;
	}
	bool scripted = w->cls->nmade != 0, others = scripted && somh_shared(o);
	if (w->revived || others || !is_out(L, &w->out)) {
		bool keep = others && !w->revived && !w->unsure; /* the end of a kept one has to be told */
		lua_getuservalue_(L, 1);
		w = new_handle(L, w);
		if (!keep || !(w->weak = som_weak_new(o, NULL))) return 0; /* with no memory it is looked at again by the next collection */
		place(L, T_KEPT);
		lua_pushvalue(L, -2);
		lua_rawseti(L, -2, (int)w->serial);
		set_kept(L, w, true);
		keeps++;
		drop(L, w, o); /* if all others have given theirs back meanwhile, this is its end */
		return 0;
	}
	take_out(w), trust(w);
	drop(L, w, o);
	return 0;
}

static int object_release(lua_State *L) {
	instance *w = instance_at(L, 1);
	if (!w) return luaL_error(L, "bad argument #1 to 'som_release' (object expected, got %s)", lua_isnone(L, 1) ? "no value" : name_at(L, 1));
	som_ref o = take_out(w);
	if (o && !w->calls) drop(L, w, o);
	return 0;
}

/* ---- Objects of classes made in Lua ---- */

static struct making { const somh_class *cls; som_ref is; bool begun; } making; /* the object that Lua is making. is: where it is known before it is begun */

static int begin_body(lua_State *L) {
	som_ref self = lua_touserdata(L, 1);
	bool ours = making.cls && !making.begun && (making.is ? making.is == self : making.cls->cls == som_class_of(self));
	if (ours) making.begun = true;
	if (wrap_as(L, self, false, true) < 0) return lua_error(L);
	if (ours) return 0; /* it is given its arguments behind this */
	place(L, H_BEGIN);
	lua_pushvalue(L, -2);
	lua_call(L, 1, 0);
	return 0;
}

typedef struct beginning { som_ref self; som_env *ev; const maker *of; } beginning;

static void begin_at_home(void *p) {
	beginning *b = p;
	if (closed || state.quick) {
		som_raise_system(b->ev, "IDL:omg.org/CORBA/BAD_INV_ORDER:1.0", 0, SOM_COMPLETED_NO, closed ? "the state of Lua has ended" : "a method that dsom.quick was told never calls back makes an object of Lua's");
		return;
	}
	if (!b->of->cls || b->of->dead) return; /* the class is just being made, or is no more */
	if (call_back(now, begin_body, b->self, b->ev) == 0) return;
	pthread_mutex_lock(&lock);
	instance *w = somh_twin(twins, b->self);
	pthread_mutex_unlock(&lock);
	if (w && take_out(w)) som_release(b->self); /* it is undone: there will be no end of it */
}

void begin_instance(som_ref self, som_env *ev, void *context) {
	maker *k = context;
	if (__atomic_load_n(&closed, __ATOMIC_ACQUIRE) || __atomic_load_n(&k->dead, __ATOMIC_ACQUIRE)) return; /* what stands above the class is all that there is */
	somh_home_do(begin_at_home, &(beginning){self, ev, k}, ev);
}

void end_instance(som_ref self, void *context) {
	(void)context;
	if (__atomic_load_n(&closed, __ATOMIC_ACQUIRE)) return;
	pthread_mutex_lock(&lock);
	instance *w = somh_twin(twins, self);
	bool kept = w && w->kept;
	uint64_t id = w ? w->serial : 0;
	if (w) {
		somh_twin_set(twins, self, NULL);
		if (!kept && somh_shared(self)) w->owed = self;
		w->ended = true;
		w->ref = NULL;
	}
	pthread_mutex_unlock(&lock);
	if (kept) later(LATER_KEPT, id);
}

/* new(class): an object, as Lua makes it. */
static int class_new(lua_State *L) {
	const somh_class *c = lua_touserdata(L, 1);
	som_env ev = {0};
	struct making outer = making;
	lua_State *before = now;
	catch_up(L);
	making = (struct making){c->nmade && lua_toboolean(L, 2) ? c : NULL, NULL, false};
	now = L;
	som_ref o = making.cls ? somh_new(c, &making.is, &ev) : som_new(c->cls, &ev);
	now = before;
	making = outer;
	if (!o) push_env(L, &ev, NULL, NULL);
	if (!o || wrap(L, o, true) < 0) return lua_error(L);
	return 1;
}

/* ---- Weak references ---- */

static int weak_new(lua_State *L) {
	instance *w = instance_at(L, 1);
	som_env ev = {0};
	if (!w) return luaL_error(L, "bad argument #1 to 'weak' (object expected, got %s)", lua_isnone(L, 1) ? "no value" : name_at(L, 1));
	if (!w->ref) return luaL_error(L, "the object of class %s has been released", w->cls->name);
	som_weak **to = lua_newuserdata_(L, sizeof *to);
	*to = som_weak_new(w->ref, &ev);
	if (!*to) return push_env(L, &ev, NULL, NULL), lua_error(L);
	place(L, T_WEAK_META);
	lua_setmetatable(L, -2);
	return 1;
}

static int weak_get(lua_State *L) {
	bool is = lua_type(L, 1) == LUA_TUSERDATA && lua_getmetatable(L, 1);
	if (is) place(L, T_WEAK_META), is = lua_rawequal(L, -1, -2);
	if (!is) return luaL_error(L, "a weak reference expected, got %s", luaL_typename(L, 1));
	som_weak **w = lua_touserdata(L, 1);
	som_ref o = *w ? som_weak_get(*w) : NULL;
	if (wrap(L, o, true) < 0) return lua_error(L);
	return 1;
}

static int weak_gc(lua_State *L) {
	som_weak **w = lua_touserdata(L, 1);
	if (!closed && *w) som_weak_free(*w);
	*w = NULL;
	return 0;
}

static int is_alive(lua_State *L) {
	const instance *w = instance_at(L, 1);
	return lua_pushboolean(L, w && w->ref), 1;
}

/* address(o): where libsom's object is, for other tools of this process. */
static int address(lua_State *L) {
	const instance *w = instance_at(L, 1);
	if (!w || !w->ref) return lua_pushnil(L), 1;
	return push_whole(L, (int64_t)(intptr_t)w->ref, true), 1;
}

/* class_of(o): the class, or nil. */
static int class_of(lua_State *L) {
	const instance *w = instance_at(L, 1);
	if (w) lua_pushlightuserdata(L, (void *)(uintptr_t)w->cls);
	else lua_pushnil(L);
	return 1;
}

/* is_handle(key): whether a table's key is that of a handle, which pairs leaves out. */
static int is_handle(lua_State *L) { return lua_pushboolean(L, lua_touserdata(L, 1) == (const void *)&handle_key), 1; }

static void meta(lua_State *L, int what, lua_CFunction gc) {
	place(L, what);
	lua_pushcfunction(L, gc);
	lua_setfield(L, -2, "__gc");
	lua_pop(L, 1);
}

void set_up_objects(lua_State *L) {
	static const luaL_Reg functions[] = {{"new", class_new}, {"release", object_release}, {"weak", weak_new}, {"weak_get", weak_get}, {"alive", is_alive}, {"address", address},
		{"class_of", class_of}, {"is_handle", is_handle}, {NULL, NULL}};
	twins = somh_twins_new();
	meta(L, T_INSTANCE_META, instance_gc);
	meta(L, T_WEAK_META, weak_gc);
	place(L, T_WEAK_META);
	lua_pushcfunction(L, weak_get);
	lua_setfield(L, -2, "__call");
	lua_pushliteral(L, "dsom.weak");
	lua_setfield(L, -2, "__name");
	lua_pop(L, 1);
	lua_newuserdata_(L, 1);
	lua_newtable(L);
	lua_pushcfunction(L, sentinel_gc);
	lua_setfield(L, -2, "__gc");
	lua_setmetatable(L, -2);
	lua_pop(L, 1);
	for (const luaL_Reg *f = functions; f->name; f++) {
		lua_pushcfunction(L, f->func);
		lua_setfield(L, -2, f->name);
	}
	lua_pushlightuserdata(L, (void *)(uintptr_t)&handle_key);
	lua_setfield(L, -2, "key");
}
