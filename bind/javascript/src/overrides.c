/* overrides.c: methods of classes made in JavaScript, called from C: by any thread, in the home thread. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

override *new_override(klass *c, const somh_method *m, napi_value function) {
	override *o = malloc(sizeof *o);
	if (!o) return (override *)throw_range("no memory for an override");
	*o = (override){c->overrides, c->cls, m, NULL};
	if (napi_create_reference(env, function, 0, &o->function) != napi_ok) return free(o), (override *)throw_type("an override must be a function");
	c->overrides = o;
	return o;
}

void drop_override(override *o) {
	if (o->function) napi_delete_reference(env, o->function);
	free(o);
}

/* ---- A call ---- */

static napi_value argument(const somh_param *p, const som_value *v) {
	bool behind = p->type->apart || p->direction != SOMH_IN;
	if (p->type->kind == SOMH_MAKING) return undefined();
	if (behind && !v->p && p->nullable && p->direction == SOMH_IN) return null();
	if (behind && !v->p) return throw_type("argument '%s' is NULL", p->name);
	return get_value(p->type, behind ? v->p : v, p->nullable);
}

/* One value that comes out: to where C wants it. */
static bool put_out(som_ref self, const somh_method *m, const somh_param *p, napi_value v, void *to, const path *at) {
	union { som_value v; _Alignas(16) char room[64]; } small;
	void *made = p->type->size <= sizeof small ? memset(&small, 0, sizeof small) : calloc(1, p->type->size);
	bool good = made ? put_value(p->type, v, made, p->nullable, at) : (throw_range("no memory for a value"), false);
	if (good && !somh_give(self, m, p, made, to)) throw_range("no memory for a value"), good = false;
	if (made != (void *)&small) free(made);
	return good;
}

static bool put_results(som_ref self, const somh_method *m, napi_value r, const som_value *args, som_value *result) {
	uint32_t n = m->result.type->kind != SOMH_VOID, at = 0, given = 0;
	for (uint32_t i = 0; i < m->nparams; i++)
		n += m->params[i].direction != SOMH_IN;
	if (n == 0) return true;
	if (n > 1) {
		bool is = false;
		napi_is_array(env, r, &is);
		if (is) napi_get_array_length(env, r, &given);
		if (given != n) return throw_type("%s() must return an array of %u", m->name, n), false;
	}
	for (uint32_t i = m->result.type->kind != SOMH_VOID ? 0 : 1; i <= m->nparams; i++) {
		const somh_param *p = i ? &m->params[i - 1] : &m->result;
		if (i && p->direction == SOMH_IN) continue;
		const path where = {NULL, m, "", 0, true};
		void *to = i || p->type->apart ? args[p->slot].p : (void *)result;
		napi_value v = r;
		bool good = n == 1 || napi_get_element(env, r, at, &v) == napi_ok;
		if (!to) throw_type("there is no place for a result of %s()", m->name), good = false;
		if (good && put_out(self, m, p, v, to, &where)) {
			at++;
			continue;
		}
		somh_take_back(m, at, args, result);
		return false;
	}
	return true;
}

/* What stands above an override, for an object that JavaScript does not know any more. */
static void above(const override *o, som_ref self, som_env *ev, const som_value *args, som_value *result) {
	const somh_class *c = __atomic_load_n(&o->is, __ATOMIC_ACQUIRE);
	if (!c) { /* its class is being made, or has been found by SOM alone */
		c = somh_describe(som_class_of(self), NULL);
		c = c && c->nmade ? c->made[0] : NULL;
	}
	som_proc *proc = c ? somh_above(c, o->m) : NULL;
	if (proc) somh_call(o->m, proc, self, args, result, ev);
	else som_raise_system(ev, "IDL:omg.org/CORBA/NO_IMPLEMENT:1.0", 0, SOM_COMPLETED_NO, "the class was made in JavaScript, which has ended");
}

typedef struct request { override *o; som_ref self; som_env *ev; const som_value *args; som_value *result; bool above, here; } request;

/* Whoever has called is gone, and what it gave: the process ends, by what JavaScript did for it. */
static bool gone(bool here) { return !here && has_left(); }

static void run(void *p) {
	request *q = p;
	override *o = q->o;
	const somh_method *m = o->m;
	som_ref self = q->self;
	bool here = q->here;
	napi_value f = NULL, in[SOMH_MAX_ARGS + 1], r = NULL;
	uint32_t n = 1;
	instance *w = twin_of(self);
	if (w && !is_there(w)) w = NULL;
	if (o->function) napi_get_reference_value(env, o->function, &f);
	if (!f || (!w && somh_ending(self))) { /* C++'s part of it ends, or the class is no more */
		q->above = true;
		return;
	}
	bool good = (in[0] = wrap(self, false)) != NULL;
	w = good ? twin_of(self) : NULL;
	if (w) hold(w);
	for (uint32_t i = 0; good && !gone(here) && i < m->nparams; i++) {
		if (m->params[i].direction == SOMH_OUT) continue;
		good = (in[n] = argument(&m->params[i], &q->args[m->params[i].slot])) != NULL;
		n += good;
	}
	if (gone(here)) {
		if (w) let_go(w, self);
		return;
	}
	somh_took(m, q->args); /* from here on nothing above the override may be called with them */
	bool away = good && !here && !w->unsure; /* one that is being made would be gone with who makes it */
	if (away) somh_home_away();
	if (good) good = napi_call_function(env, undefined(), f, n, in, &r) == napi_ok;
	if (away ? !somh_home_back() : gone(here)) { /* who has called is gone, and q: nobody is told */
		if (!good && !has_left()) raise_to_env(NULL); /* where the process ends, what was thrown goes on */
	} else if (!good || !put_results(self, m, r, q->args, q->result)) {
		raise_to_env(m->flags & SOMH_OIDL ? NULL : q->ev);
	}
	if (w) let_go(w, self);
}

void handle(void *context, som_ref self, som_env *ev, const som_value *args, som_value *result) {
	request q = {context, self, ev, args, result, false, somh_at_home()};
	int how = run_at_home(run, &q, q.o->m->flags & SOMH_OIDL ? NULL : ev);
	if (how == ENDED || q.above) above(q.o, self, ev, args, result);
}
