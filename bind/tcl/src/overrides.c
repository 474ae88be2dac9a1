/* overrides.c: methods of classes made in Tcl, called from C: by any thread, for which the interpreter's carries them out. */
#include "core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_UPCALLS = 150 }; /* overrides that are called within one another: Tcl's own limit of recursion is of commands, not of C's stack */
static int upcalls;

/* An override of a class is to be run, and what classes of other languages below it have is not: so many of these pass the call on. */
static struct passing { Tcl_Object object; const somh_method *m; const somh_class *target; uint32_t left; } passing;

bool pass_on(Tcl_Object object, const somh_method *m, const somh_class *owner) {
	if (!passing.left || passing.object != object || passing.m != m || owner == passing.target || !som_descends(owner->cls, passing.target->cls)) return false;
	passing.left--;
	return true;
}

static bool implements(const somh_class *c, const somh_method *m) {
	for (uint32_t i = 0; i < c->nowns; i++)
		if (c->owns[i] == m) return true;
	return false;
}

/* How many classes of other languages have the method between an override and a class that descends from it, or NULL: the object's own, with which they begin. */
static uint32_t between(const somh_class *target, const somh_class *from, const somh_class *of, const somh_method *m) {
	uint32_t n = 0;
	for (uint32_t i = 0; i < of->norder && of->order[i] != target; i++) {
		const somh_class *c = of->order[i];
		n += !c->made_by && c != from && som_descends(c->cls, target->cls) && (!from || som_descends(from->cls, c->cls)) && implements(c, m);
	}
	return n;
}

static int put_out(som_ref self, const somh_method *m, const somh_param *p, Tcl_Obj *o, void *to, const char *what) {
	union { som_value v; double d; char octets[64]; } small;
	if (!to) return fail_what(what, "there is no place for it");
	void *made = p->type->size <= sizeof small ? memset(&small, 0, sizeof small) : calloc(1, p->type->size);
	int failed = made ? put_value(p->type, o, made, p->nullable, what) : fail("MEMORY", "not enough memory");
	if (failed == TCL_OK && !somh_give(self, m, p, made, to)) failed = fail("MEMORY", "not enough memory");
	if (made != (void *)&small) free(made);
	return failed;
}

static int put_results(som_ref self, const override *of, Tcl_Obj *r, const som_value *args, som_value *result) {
	const somh_method *m = of->m;
	char what[256];
	int n = m->result.type->kind != SOMH_VOID, given = 1;
	Tcl_Obj **all = &r;
	for (uint32_t i = 0; i < m->nparams; i++)
		n += m->params[i].direction != SOMH_IN;
	if (n == 0) return TCL_OK;
	snprintf(what, sizeof what, "the result of %.90s in class %.90s", m->attribute ? m->attribute : m->name, of->of->cls ? of->of->cls->name : "?");
	if (n > 1 && (Tcl_ListObjGetElements(NULL, r, &given, &all) != TCL_OK || given != n)) return fail_what(what, "expected a list of %d but got \"%.100s\"", n, Tcl_GetString(r));
	uint32_t at = 0;
	if (m->result.type->kind != SOMH_VOID) {
		if (put_out(self, m, &m->result, all[at], m->result.type->apart ? args[m->result.slot].p : result, what) != TCL_OK) return TCL_ERROR;
		at++;
	}
	for (uint32_t i = 0; i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		if (p->direction == SOMH_IN) continue;
		if (put_out(self, m, p, all[at], args[p->slot].p, what) != TCL_OK) return somh_take_back(m, at, args, result), TCL_ERROR;
		at++;
	}
	return TCL_OK;
}

static Tcl_Obj *argument(const somh_param *p, const som_value *v) {
	if (p->type->kind == SOMH_MAKING) return Tcl_NewObj();
	bool behind = p->type->apart || p->direction != SOMH_IN;
	if (behind && !v->p && p->nullable && p->direction == SOMH_IN) return Tcl_NewObj();
	if (behind && !v->p) return (void)fail("VALUE", "argument \"%s\" is NULL", p->name), NULL;
	return get_value(p->type, behind ? v->p : (const void *)v, p->nullable);
}

typedef struct handling {
	const override *of;
	som_ref self;
	som_env *ev;
	const som_value *args;
	som_value *result;
	bool above;   /* Tcl has nothing for it */
	bool foreign; /* another thread waits for it */
} handling;

/* Calls what Tcl has: in the chain of the call that has led here, if the override stands behind it, or else anew: a method that calls itself begins with the object's class. */
static int invoke(const override *o, instance *w, int n, Tcl_Obj **words) {
	const active *a = calling;
	struct passing before = passing;
	const somh_class *target = o->of->cls;
	int code;
	while (a && (a->object != w->object || a->m != o->m)) a = a->outer;
	if (a && som_descends(target->cls, a->owner->cls)) a = NULL;
	passing = (struct passing){w->object, o->m, target, between(target, a ? a->owner : NULL, w->cls, o->m)};
	if (a) {
		Tcl_Obj *in[SOMH_MAX_ARGS + 8];
		int skip = a->skip < 6 ? a->skip : 6;
		for (int i = 0; i < skip; i++) in[i] = a->objv[i];
		for (int i = 2; i < n; i++) in[skip + i - 2] = words[i];
		code = Tcl_ObjectContextInvokeNext(interp, a->context, skip + n - 2, in, skip);
	} else {
		code = Tcl_EvalObjv(interp, n, words, 0);
	}
	passing = before;
	return code;
}

static void handle_at_home(void *p) {
	handling *h = p;
	const override *o = h->of;
	const somh_method *m = o->m;
	Tcl_Obj *words[SOMH_MAX_ARGS + 2] = {NULL};
	som_ref self = h->self;
	instance *w = twin_of(self);
	bool foreign = h->foreign && w && !w->unsure, left = false; /* another thread waits for it, which may go: h is gone then. One that is not begun would go with it */
	if (!interp || Tcl_InterpDeleted(interp) || !o->of->tcl || !w || w->gone || somh_ending(h->self)) { /* it has been destroyed, or is being */
		h->above = true;
		return;
	}
	if (upcalls >= MAX_UPCALLS) {
		char why[128];
		snprintf(why, sizeof why, "stack overflow: what is written in Tcl is called from C within one another deeper than %d (MAX_UPCALLS)", MAX_UPCALLS);
		som_raise_system(h->ev, "IDL:omg.org/CORBA/NO_RESOURCES:1.0", 0, SOM_COMPLETED_NO, why);
		return;
	}
	Tcl_InterpState before = Tcl_SaveInterpState(interp, TCL_OK); /* another command may be at work in it */
	Tcl_Preserve(interp);
	Tcl_Interp *in = interp;
	int n = 2, code = TCL_OK;
	if (!hold(w)) { /* self is somebody's: it has begun to end all the same */
		h->above = true;
		Tcl_DiscardInterpState(before);
		Tcl_Release(in);
		return;
	}
	words[0] = Tcl_ObjPrintf("%s::my", Tcl_GetObjectNamespace(w->object)->fullName);
	words[1] = o->name;
	for (uint32_t i = 0; i < m->nparams && code == TCL_OK; i++) {
		if (m->params[i].direction == SOMH_OUT) continue;
		if (!(words[n] = argument(&m->params[i], &h->args[m->params[i].slot]))) code = TCL_ERROR;
		else n++;
	}
	for (int i = 0; i < n; i++) Tcl_IncrRefCount(words[i]);
	somh_took(m, h->args);
	upcalls++;
	if (foreign && code == TCL_OK) somh_home_away();
	else foreign = false;
	if (code == TCL_OK) code = invoke(o, w, n, words);
	if (foreign) left = !somh_home_back();
	upcalls--;
	if (code == TCL_RETURN || code == TCL_BREAK || code == TCL_CONTINUE) code = code == TCL_RETURN ? TCL_OK : fail("VALUE", "%s of class %s ends in %s", m->name, w->cls->name, code == TCL_BREAK ? "break" : "continue");
	if (left) code = TCL_OK; /* nobody is told what it has come to */
	else if (!interp) som_raise_system(h->ev, "IDL:omg.org/CORBA/BAD_INV_ORDER:1.0", 0, SOM_COMPLETED_MAYBE, "the interpreter of Tcl was deleted");
	else if (code == TCL_OK && !w->ref) code = fail("RELEASED", "the object of class %s has ended in its method %s", w->cls->name, m->name);
	if (interp && code == TCL_OK && !left) {
		Tcl_Obj *r = Tcl_GetObjResult(interp);
		Tcl_IncrRefCount(r);
		code = put_results(self, o, r, h->args, h->result);
		unref(r);
	}
	for (int i = 0; i < n; i++) unref(words[i]);
	let_go(w, self);
	if (interp && code != TCL_OK) raise_for(m, h->ev, code);
	if (interp) Tcl_RestoreInterpState(interp, before);
	else Tcl_DiscardInterpState(before);
	Tcl_Release(in);
}

/* What stands above an override, for an object that Tcl does not know any more. */
static void call_above(const handling *h) {
	const somh_class *c = __atomic_load_n(&h->of->of->cls, __ATOMIC_ACQUIRE);
	if (!c) {
		c = somh_describe(som_class_of(h->self), NULL);
		c = c && c->nmade ? c->made[0] : NULL;
	}
	som_proc *proc = c ? somh_above(c, h->of->m) : NULL;
	if (proc) somh_call(h->of->m, proc, h->self, h->args, h->result, h->ev);
	else som_raise_system(h->ev, "IDL:omg.org/CORBA/NO_IMPLEMENT:1.0", 0, SOM_COMPLETED_NO, "the class was made in Tcl, and is no more");
}

void handle(void *context, som_ref self, som_env *ev, const som_value *args, som_value *result) {
	const override *o = context;
	handling h = {o, self, o->m->flags & SOMH_OIDL ? NULL : ev, args, result, false, !somh_at_home()};
	if (!__atomic_load_n(&interp, __ATOMIC_ACQUIRE) || !__atomic_load_n(&o->of->tcl, __ATOMIC_ACQUIRE)) h.above = true;
	else somh_home_do(handle_at_home, &h, h.ev);
	if (h.above) call_above(&h);
}
