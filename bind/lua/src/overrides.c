/* overrides.c: methods of classes made in Lua, called from C. Lua's own thread alone can run them. */
#include "core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A call of an override, which is run under lua_pcall: no jump passes what has called it. */
typedef struct upcall {
	const override *of;
	som_ref self;
	const som_value *args;
	som_value *result;
	bool above;   /* Lua has nothing for it */
	bool foreign; /* another thread waits for it, which may go */
	bool left;    /* and has: nothing that it has handed over is there any more */
} upcall;

static int push_argument(lua_State *L, const somh_param *p, const som_value *v) {
	if (p->type->kind == SOMH_MAKING) return lua_pushnil(L), 0;
	bool behind = p->type->apart || p->direction != SOMH_IN;
	if (behind && !v->p && p->nullable && p->direction == SOMH_IN) return lua_pushnil(L), 0;
	if (behind && !v->p) return fail(L, "argument '%s' is NULL", p->name);
	return get_value(L, p->type, behind ? v->p : (const void *)v, p->nullable);
}

/* One value that comes out: to where C wants it. */
static int put_out(lua_State *L, som_ref self, const somh_method *m, const somh_param *p, int at, void *to) {
	union { som_value v; double d; char octets[64]; } small;
	if (!to) return fail(L, "there is no place for it");
	path where = {NULL, p->name, 0};
	void *made = p->type->size <= sizeof small ? memset(&small, 0, sizeof small) : calloc(1, p->type->size);
	int failed = made ? put_value(L, p->type, at, made, p->nullable, *p->name ? &where : NULL) : fail(L, "not enough memory");
	if (!failed && !somh_give(self, m, p, made, to)) failed = fail(L, "not enough memory");
	if (made != (void *)&small) free(made);
	return failed;
}

static int put_results(lua_State *L, const upcall *u, int at) {
	const somh_method *m = u->of->m;
	uint32_t n = 0;
	if (m->result.type->kind != SOMH_VOID) {
		if (put_out(L, u->self, m, &m->result, at++, m->result.type->apart ? u->args[m->result.slot].p : u->result) < 0) return -1;
		n++;
	}
	for (uint32_t i = 0; i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		if (p->direction == SOMH_IN) continue;
		if (put_out(L, u->self, m, p, at++, u->args[p->slot].p) < 0) {
			somh_take_back(m, n, u->args, u->result);
			return -1;
		}
		n++;
	}
	return 0;
}

/* Pushes the function, of the class that overrides the method: one below may have passed it. */
static bool push_function(lua_State *L, const upcall *u) {
	const somh_class *c = u->of->of->cls;
	if (!c || u->of->of->dead) return false;
	push_meta(L, c);
	if (lua_isnil(L, -1)) return false;
	lua_getfield(L, -1, "own"); /* a table without a metatable, in one without either */
	lua_pushstring(L, u->of->m->name);
	lua_rawget(L, -2);
	return !lua_isnil(L, -1);
}

/* Calls the function, as long as it takes: false: who has called is gone, and so is what it would be told. */
static bool call_function(lua_State *L, upcall *u, const instance *w, int n) {
	if (!u->foreign || w->unsure) { /* the latter would be gone with its caller */
		lua_call(L, n, LUA_MULTRET);
		return true;
	}
	somh_home_away();
	int failed = lua_pcall(L, n, LUA_MULTRET, 0);
	if ((u->left = !somh_home_back())) return false;
	if (failed) lua_error(L);
	return true;
}

static int run(lua_State *L) {
	upcall *u = lua_touserdata(L, 1);
	const somh_method *m = u->of->m;
	luaL_checkstack(L, 30 + (int)m->nparams, "in a method that another language called");
	if (!push_function(L, u) || somh_ending(u->self)) {
		u->above = true;
		return 0;
	}
	int f = lua_gettop(L);
	if (wrap(L, u->self, false) < 0) return lua_error(L);
	instance *w = instance_at(L, -1);
	lua_insert(L, 1); /* it stays on the stack for as long as this runs */
	lua_pushvalue(L, f + 1);
	lua_pushvalue(L, 1);
	int n = 1;
	for (uint32_t i = 0; i < m->nparams; i++) {
		if (m->params[i].direction == SOMH_OUT) continue;
		if (push_argument(L, &m->params[i], &u->args[m->params[i].slot]) < 0) {
			somh_took(m, u->args);
			return lua_error(L);
		}
		n++;
	}
	somh_took(m, u->args);
	if (!call_function(L, u, w, n)) return 0;
	int most = f + 2 + (int)m->nparams; /* results are from f + 2 on */
	if (lua_gettop(L) < most) lua_settop(L, most);
	luaL_checkstack(L, 20, NULL);
	if (put_results(L, u, f + 2) < 0) {
		fail(L, "bad result of '%s' in class %s (%s)", m->attribute ? m->attribute : m->name, u->of->of->cls->name, lua_tostring(L, -1));
		return lua_error(L);
	}
	return 0;
}

/* What stands above an override, for an object that Lua does not know any more. */
static void call_above(const override *o, som_ref self, som_env *ev, const som_value *args, som_value *result) {
	const somh_class *c = __atomic_load_n(&o->of->cls, __ATOMIC_ACQUIRE);
	if (!c) {
		c = somh_describe(som_class_of(self), NULL);
		c = c && c->nmade ? c->made[0] : NULL;
	}
	som_proc *proc = c ? somh_above(c, o->m) : NULL;
	if (proc) somh_call(o->m, proc, self, args, result, ev);
	else som_raise_system(ev, "IDL:omg.org/CORBA/NO_IMPLEMENT:1.0", 0, SOM_COMPLETED_NO, "the class was made in Lua, and is no more");
}

int call_back(lua_State *L, lua_CFunction f, void *argument, som_env *ev) {
	enum { MAX_UPCALLS = 150 }; /* calls of Lua's within one another: its own limit is about that, and LuaJIT has none */
	static int upcalls;
	if (upcalls >= MAX_UPCALLS || !lua_checkstack(L, 4)) {
		char why[128];
		snprintf(why, sizeof why, "stack overflow: what is written in Lua is called from C within one another deeper than %d (MAX_UPCALLS)", MAX_UPCALLS);
		som_raise_system(ev, "IDL:omg.org/CORBA/NO_RESOURCES:1.0", 0, SOM_COMPLETED_NO, why);
		return -1;
	}
	lua_pushcfunction(L, f);
	lua_pushlightuserdata(L, argument);
	upcalls++;
	int failed = lua_pcall(L, 1, 0, 0);
	upcalls--;
	if (failed) raise_to_env(L, ev);
	return failed ? -1 : 0;
}

/* A call of an override, as it waits for Lua's thread. */
typedef struct handling { upcall u; som_env *ev; } handling;

static void handle_at_home(void *p) {
	handling *h = p;
	const override *o = h->u.of;
	if (closed || state.quick) {
		char why[512];
		snprintf(why, sizeof why, "%s of class %s is written in Lua, and is called by a method that dsom.quick was told never calls back", o->m->name, o->of->cls ? o->of->cls->name : "?");
		som_raise_system(h->ev, "IDL:omg.org/CORBA/BAD_INV_ORDER:1.0", 0, SOM_COMPLETED_NO, closed ? "the state of Lua has ended" : why);
		return;
	}
	upcall u = h->u;
	bool failed = call_back(now, run, &u, h->ev) < 0; /* h is gone where who has called is */
	if (!u.left) h->u.above = u.above && !failed;
}

void handle(void *context, som_ref self, som_env *ev, const som_value *args, som_value *result) {
	const override *o = context;
	handling h = {{.of = o, .self = self, .args = args, .result = result, .foreign = !somh_at_home()}, o->m->flags & SOMH_OIDL ? NULL : ev};
	if (__atomic_load_n(&closed, __ATOMIC_ACQUIRE) || __atomic_load_n(&o->of->dead, __ATOMIC_ACQUIRE)) h.u.above = true;
	else somh_home_do(handle_at_home, &h, h.ev);
	if (h.u.above) call_above(o, self, ev, args, result);
}
