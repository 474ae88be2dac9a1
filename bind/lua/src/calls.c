/* calls.c: calls of methods: closures over a method and the class that it was found in. */
#include "core.h"

#include <string.h>

/* ---- What goes in, and comes out ---- */

static int wrong_argument(lua_State *L, const somh_method *m, uint32_t nth) {
	fail(L, "bad argument #%d to '%s' (%s)", (int)nth, m->attribute ? m->attribute : m->name, lua_tostring(L, -1));
	lua_remove(L, -2);
	luaL_where(L, 1);
	lua_insert(L, -2);
	lua_concat(L, 2);
	return -1;
}

/* A text that Lua has is borrowed for the call, during which it is on the stack. */
static bool borrow(lua_State *L, const somh_param *p, int at, som_value *v) {
	size_t n;
	if (p->type->kind != SOMH_STRING || p->owner != SOMH_CALLERS || lua_type(L, at) != LUA_TSTRING || p->type->bound) return false;
	v->s = lua_tolstring(L, at, &n);
	return strlen(v->s) == n;
}

static int put_param(lua_State *L, somh_frame *f, const somh_param *p, int at) {
	path where = {NULL, p->name, 0};
	if (p->direction == SOMH_IN && (borrow(L, p, at, &f->args[p->slot]) || (f->args[p->slot].L = 0, lua_isnoneornil(L, at) && p->nullable))) return 0;
	void *c = somh_frame_cell(f, p);
	if (!c) return fail(L, "not enough memory");
	if (put_value(L, p->type, at, c, p->nullable, *p->name ? &where : NULL) < 0) return -1;
	somh_frame_put(f, p, c);
	return 0;
}

/* Fills a frame with the arguments from a place on, of the parameters from one on, and room for what comes out. */
static int fill(lua_State *L, somh_frame *f, const somh_method *m, uint32_t from, int at) {
	uint32_t nth = 1;
	for (uint32_t i = from; i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		if (p->direction == SOMH_OUT) {
			void *c = somh_frame_cell(f, p);
			if (!c) return fail(L, "not enough memory");
			somh_frame_put(f, p, c);
		} else if (put_param(L, f, p, at++) < 0) {
			return wrong_argument(L, m, nth);
		} else {
			nth++;
		}
	}
	if (m->result.type->apart) {
		void *c = somh_frame_cell(f, &m->result);
		if (!c) return fail(L, "not enough memory");
		f->args[m->result.slot].p = c;
	}
	return 0;
}

static uint32_t how_many_in(const somh_method *m, uint32_t from) {
	uint32_t n = 0;
	for (uint32_t i = from; i < m->nparams; i++)
		n += m->params[i].direction != SOMH_OUT;
	return n;
}

static int check_count(lua_State *L, const somh_method *m, uint32_t from, int given) {
	uint32_t n = how_many_in(m, from);
	if (given <= (int)n) return 0;
	luaL_where(L, 1);
	fail(L, "wrong number of arguments to '%s' (%d expected, got %d)", m->attribute ? m->attribute : m->name, (int)n, given);
	lua_concat(L, 2);
	return -1;
}

/* Pushes the result and then what comes out: how many; -1: a message. */
static int results(lua_State *L, somh_frame *f, const somh_method *m, som_value *result) {
	const somh_type *t = m->result.type;
	int n = 0, failed = 0;
	if (t->kind != SOMH_VOID) {
		const void *p = t->apart ? f->args[m->result.slot].p : result;
		if (t->kind == SOMH_OBJECT) failed = wrap(L, result->o, m->result.owner == SOMH_CALLERS);
		else failed = get_value(L, t, p, m->result.nullable);
		if (!t->apart && t->kind != SOMH_OBJECT && t->owns && m->result.owner == SOMH_CALLERS) somh_end(t, result);
		n++;
	}
	for (uint32_t i = 0; i < m->nparams && !failed; i++) {
		const somh_param *p = &m->params[i];
		if (p->direction == SOMH_IN) continue;
		failed = get_value(L, p->type, f->args[p->slot].p, p->nullable);
		n++;
	}
	return failed ? -1 : n;
}

/* ---- Calls ---- */

static som_proc *procedure(const somh_method *m, const somh_class *owner, const instance *w, som_ref o) {
	if (!w->cls->nmade || !owner) return m->kind == SOM_PROCEDURE ? m->proc : som_resolve(o, m->token);
	return somh_proc(m, owner, w->cls, o);
}

static int call_method(lua_State *L, const somh_method *m, const somh_class *owner, instance *w, int at, bool open) {
	som_ref o = w->ref;
	som_env ev = {0};
	som_value result;
	somh_frame f;
	if (m->why) return luaL_error(L, "%s::%s cannot be called: %s", m->cls->name, m->name, m->why);
	if (check_count(L, m, 0, lua_gettop(L) - at + 1) < 0) return lua_error(L);
	luaL_checkstack(L, (int)m->nparams + 20, NULL);
	som_proc *proc = procedure(m, owner, w, o);
	if (!proc) return luaL_error(L, "class %s does not implement %s", owner ? owner->name : w->cls->name, m->name);
	somh_frame_begin(&f);
	hold(w);
	int n = fill(L, &f, m, 0, at);
	if (n == 0) {
		lua_State *outer = now;
		now = L;
		int code = (open || w->cls->elsewhere ? somh_call_open : somh_call)(m, proc, o, f.args, &result, &ev);
		now = outer;
		bool raised = code != SOM_OK || ev.major != SOM_NO_EXCEPTION;
		if (code == SOM_OK) somh_frame_given(&f, raised);
		if (raised) push_env(L, &ev, m, o), n = -1;
		else n = results(L, &f, m, &result);
	}
	somh_frame_end(&f);
	let_go(L, w, o);
	return n < 0 ? lua_error(L) : n;
}

/* What a call by values alone takes, all of which is in registers: 0; 1: a text has to be copied; -1: a message. */
static int put_simple(lua_State *L, const somh_method *m, som_value *v) {
	for (uint32_t i = 0; i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		v[i].L = 0;
		if (borrow(L, p, (int)i + 2, &v[i])) continue;
		if (p->type->kind == SOMH_STRING) return 1;
		path where = {NULL, p->name, 0};
		if (put_value(L, p->type, (int)i + 2, &v[i], p->nullable, *p->name ? &where : NULL) < 0) return wrong_argument(L, m, i + 1);
	}
	return 0;
}

enum { MAX_WORDS = 4 }; /* of somh_words */

/* The same where nothing is allocated. */
static int call_simple(lua_State *L, const somh_method *m, const somh_class *owner, instance *w) {
	som_value v[SOMH_MAX_ARGS], result;
	som_env ev = {0};
	som_ref o = w->ref;
	int put = lua_gettop(L) - 1 == (int)m->nparams ? put_simple(L, m, v) : 1;
	if (put > 0) return call_method(L, m, owner, w, 2, false);
	if (put < 0) return lua_error(L);
	som_proc *proc = procedure(m, owner, w, o);
	if (!proc) return luaL_error(L, "class %s does not implement %s", owner->name, m->name);
	lua_State *outer = now;
	hold(w);
	now = L;
	int code = somh_call(m, proc, o, v, &result, &ev);
	now = outer;
	int failed = -1;
	if (code != SOM_OK || ev.major != SOM_NO_EXCEPTION) push_env(L, &ev, m, o);
	else failed = get_value(L, m->result.type, &result, m->result.nullable); /* what is lent is the object's: before it is let go */
	let_go(L, w, o);
	return failed ? lua_error(L) : m->result.type->kind != SOMH_VOID;
}

#if SOMH_WORDS
/* The same of booleans and whole numbers alone. */
static int call_words(lua_State *L, const somh_method *m, const somh_class *owner, instance *w) {
	uint64_t words[MAX_WORDS];
	som_env ev = {0};
	som_ref o = w->ref;
	if (lua_gettop(L) - 1 != (int)m->nparams) return call_method(L, m, owner, w, 2, false);
	for (uint32_t i = 0; i < m->nparams; i++)
		if (!word_at(L, m->params[i].type, (int)i + 2, &words[i])) return call_simple(L, m, owner, w);
	som_proc *proc = procedure(m, owner, w, o);
	if (!proc) return call_simple(L, m, owner, w);
	lua_State *outer = now;
	hold(w);
	now = L;
	uint64_t r = somh_words(proc, o, &ev, words, m->nargs);
	now = outer;
	int n = -1;
	if (ev.major != SOM_NO_EXCEPTION) push_env(L, &ev, m, o);
	else n = push_word(L, m->result.type, r);
	let_go(L, w, o);
	return n < 0 ? lua_error(L) : n;
}
#endif

/* What a function of Lua has for its one upvalue. */
typedef struct called { const somh_method *m; const somh_class *owner; int how; } called;

static bool is_word(const somh_type *t) { return t->kind == SOMH_BOOLEAN || t->kind == SOMH_OCTET || (t->kind >= SOMH_INT8 && t->kind <= SOMH_ULONGLONG); }

static bool of_words(const somh_method *m) {
	bool are = SOMH_WORDS && m->nparams <= MAX_WORDS && m->nargs == m->nparams && !(m->flags & SOMH_OIDL) && m->kind == SOM_STATIC && (m->result.type->kind == SOMH_VOID || is_word(m->result.type));
	for (uint32_t i = 0; are && i < m->nparams; i++)
		are = is_word(m->params[i].type);
	return are;
}

static int call(lua_State *L) {
	const called *is = lua_touserdata(L, lua_upvalueindex(1));
	const somh_method *m = is->m;
	const somh_class *owner = is->owner;
	instance *w = instance_at(L, 1);
	if (!w || (w->cls != owner && !descends(w->cls, owner)))
		return luaL_error(L, "calling '%s' on bad self (%s expected, got %s)", m->attribute ? m->attribute : m->name, owner->name, lua_isnone(L, 1) ? "no value" : name_at(L, 1));
	catch_up(L);
	if (!w->ref) return luaL_error(L, "the object of class %s has been released", w->cls->name);
#if SOMH_WORDS
	if (is->how == CALL_WORDS && !w->cls->elsewhere) return call_words(L, m, owner, w);
#endif
	return is->how == CALL_SIMPLE && !w->cls->elsewhere ? call_simple(L, m, owner, w) : call_method(L, m, owner, w, 2, is->how == CALL_OPEN);
}

void push_call(lua_State *L, const somh_method *m, const somh_class *owner, int how) {
	called *is = lua_newuserdata_(L, sizeof *is);
	*is = (called){m, owner, how == CALL_SIMPLE && of_words(m) ? CALL_WORDS : how};
	lua_pushcclosure(L, call, 1);
}

/* dispatch(o, name, …): a call by name as other languages do, by the object's own table. */
static int dispatch(lua_State *L) {
	instance *w = instance_at(L, 1);
	const char *name = luaL_checkstring(L, 2);
	som_env ev = {0};
	if (!w) return luaL_error(L, "calling 'som_dispatch' on bad self (object expected, got %s)", lua_isnone(L, 1) ? "no value" : name_at(L, 1));
	catch_up(L);
	if (!w->ref) return luaL_error(L, "the object of class %s has been released", w->cls->name);
	const somh_method *m = somh_find(w->cls, name, &ev);
	if (!m && ev.major) return push_env(L, &ev, NULL, NULL), lua_error(L);
	if (!m) return luaL_error(L, "class %s has no method '%s'", w->cls->name, name);
	return call_method(L, m, NULL, w, 3, false);
}

/* make(method, class, …): an object by an initializer. */
static int class_make_by(lua_State *L) {
	const somh_method *m = lua_touserdata(L, 1);
	const somh_class *c = lua_touserdata(L, 2);
	som_env ev = {0};
	som_ref o = NULL;
	somh_frame f;
	if (m->why) return luaL_error(L, "%s::%s cannot be called: %s", m->cls->name, m->name, m->why);
	if (check_count(L, m, 1, lua_gettop(L) - 2) < 0) return lua_error(L);
	luaL_checkstack(L, (int)m->nparams + 20, NULL);
	catch_up(L);
	somh_frame_begin(&f);
	int failed = fill(L, &f, m, 1, 3);
	if (!failed) {
		lua_State *outer = now;
		now = L;
		o = somh_make(c, m, f.args + 1, &ev);
		now = outer;
		somh_frame_given(&f, !o);
		if (!o) push_env(L, &ev, m, NULL), failed = -1;
	}
	somh_frame_end(&f);
	if (failed || wrap(L, o, true) < 0) return lua_error(L);
	return 1;
}

/* What fast.lua's calls find out, one at a time. */
static som_env environment;

/* take(method, o): the error value of a call that raised. */
static int take(lua_State *L) {
	const instance *w = instance_at(L, 2);
	push_env(L, &environment, lua_touserdata(L, 1), w ? w->ref : NULL);
	return 1;
}

void call_functions(lua_State *L) {
	lua_pushcfunction(L, dispatch);
	lua_setfield(L, -2, "dispatch");
	lua_pushcfunction(L, class_make_by);
	lua_setfield(L, -2, "make");
	lua_pushcfunction(L, take);
	lua_setfield(L, -2, "take");
	lua_pushlightuserdata(L, &environment);
	lua_setfield(L, -2, "environment");
}
