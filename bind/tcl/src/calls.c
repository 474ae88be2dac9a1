/* calls.c: methods as Tcl sees them, and what goes in and comes out. */
#include "core.h"

#include <stdio.h>
#include <string.h>

active *calling;

static const char *name_of(const somh_method *m) { return m->attribute ? m->attribute : m->name; }

static int put_in(somh_frame *f, const somh_method *m, uint32_t from, Tcl_Obj *const *objv) {
	for (uint32_t i = from; i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		char what[256];
		void *c = somh_frame_cell(f, p);
		if (!c) return fail("MEMORY", "not enough memory");
		snprintf(what, sizeof what, "%.90s: %.90s", name_of(m), *p->name ? p->name : "argument");
		if (p->direction != SOMH_OUT && put_value(p->type, *objv++, c, p->nullable, what) != TCL_OK) return TCL_ERROR;
		somh_frame_put(f, p, c);
	}
	if (m->result.type->apart) {
		void *c = somh_frame_cell(f, &m->result);
		if (!c) return fail("MEMORY", "not enough memory");
		f->args[m->result.slot].p = c;
	}
	return TCL_OK;
}

static int how_many_in(const somh_method *m, uint32_t from) {
	int n = 0;
	for (uint32_t i = from; i < m->nparams; i++)
		n += m->params[i].direction != SOMH_OUT;
	return n;
}

static int wrong_count(const somh_method *m, uint32_t from, int skip, Tcl_Obj *const *objv) {
	Tcl_Obj *names = Tcl_NewObj();
	Tcl_IncrRefCount(names);
	for (uint32_t i = from; i < m->nparams; i++)
		if (m->params[i].direction != SOMH_OUT) Tcl_AppendPrintfToObj(names, "%s%s", *Tcl_GetString(names) ? " " : "", *m->params[i].name ? m->params[i].name : "argument");
	Tcl_WrongNumArgs(interp, skip, objv, Tcl_GetString(names));
	unref(names);
	return TCL_ERROR;
}

/* One value, or a list of the result and what comes out. */
static int results(somh_frame *f, const somh_method *m, som_value *result) {
	Tcl_Obj *all[SOMH_MAX_ARGS + 1];
	int n = 0;
	const somh_type *t = m->result.type;
	if (t->kind != SOMH_VOID) {
		const void *p = t->apart ? f->args[m->result.slot].p : result;
		all[n++] = t->kind == SOMH_OBJECT ? wrap(result->o, m->result.owner == SOMH_CALLERS) : get_value(t, p, m->result.nullable);
		if (!t->apart && t->kind != SOMH_OBJECT && t->owns && m->result.owner == SOMH_CALLERS) somh_end(t, result);
	}
	for (uint32_t i = 0; i < m->nparams; i++)
		if (m->params[i].direction != SOMH_IN) all[n++] = get_value(m->params[i].type, f->args[m->params[i].slot].p, m->params[i].nullable);
	bool good = true;
	for (int i = 0; i < n; i++)
		good = good && all[i];
	if (good) Tcl_SetObjResult(interp, n == 0 ? Tcl_NewObj() : n == 1 ? all[0] : Tcl_NewListObj(n, all));
	for (int i = 0; i < n && !good; i++)
		if (all[i]) Tcl_IncrRefCount(all[i]), unref(all[i]);
	return good ? TCL_OK : TCL_ERROR;
}

static int call(instance *w, const somh_method *m, const somh_class *owner, bool open, Tcl_Obj *const *args) {
	som_env ev = {0};
	som_value result;
	somh_frame f;
	som_proc *proc = NULL;
	if (m->why) return fail("METHOD", "%s::%s cannot be called: %s", m->cls->name, m->name, m->why);
	som_ref o = hold(w);
	if (!o) return fail("RELEASED", "the object of class %s has ended", w->cls->name);
	if (w->cls->nmade && owner) proc = somh_proc(m, owner, w->cls, o);
	else proc = m->kind == SOM_PROCEDURE ? m->proc : som_resolve(o, m->token);
	if (!proc) {
		fail("METHOD", "class %s does not implement %s", owner ? owner->name : w->cls->name, m->name);
		return let_go(w, o), TCL_ERROR;
	}
	somh_frame_begin(&f);
	int failed = put_in(&f, m, 0, args);
	if (failed == TCL_OK) {
		int code = (open || w->cls->elsewhere ? somh_call_open : somh_call)(m, proc, o, f.args, &result, &ev);
		bool raised = code != SOM_OK || ev.major != SOM_NO_EXCEPTION;
		if (code == SOM_OK) somh_frame_given(&f, raised);
		if (!interp) failed = TCL_ERROR, som_env_clear(&ev);
		else failed = raised ? raise_env(&ev, m, o) : results(&f, m, &result);
	}
	somh_frame_end(&f);
	let_go(w, o);
	return failed;
}

static int call_method(ClientData d, Tcl_Interp *in, Tcl_ObjectContext context, int objc, Tcl_Obj *const *objv) {
	const called *c = d;
	const somh_method *m = c->m;
	int skip = Tcl_ObjectContextSkippedArgs(context);
	Tcl_Object object = Tcl_ObjectContextObject(context);
	if (pass_on(object, m, c->owner)) return Tcl_ObjectContextInvokeNext(in, context, objc, objv, skip);
	instance *w = ensure(object);
	if (!w) return TCL_ERROR;
	if (!w->ref) return fail("RELEASED", "the object of class %s has ended", w->cls->name);
	if (!m->why && objc - skip != how_many_in(m, 0)) return wrong_count(m, 0, skip, objv);
	active a = {calling, object, m, c->owner, context, objv, skip};
	calling = &a;
	int failed = call(w, m, c->owner, c->open, objv + skip);
	calling = a.outer;
	return failed;
}

/* "$d name" and "$d name Rex": by the methods that get and set it, which may be overridden. */
static int call_attribute(ClientData d, Tcl_Interp *in, Tcl_ObjectContext context, int objc, Tcl_Obj *const *objv) {
	const called *c = d;
	int skip = Tcl_ObjectContextSkippedArgs(context);
	if (objc - skip > 1) return Tcl_WrongNumArgs(in, skip, objv, c->sets ? "?value?" : ""), TCL_ERROR;
	const somh_method *m = objc == skip ? c->m : c->sets;
	if (!m) return fail("ATTRIBUTE", "attribute \"%s\" of class %s is %s", c->m ? c->m->attribute : c->sets->attribute, c->owner->name, c->m ? "readonly" : "never read");
	Tcl_Obj *words[3] = {Tcl_ObjPrintf("%s::my", Tcl_GetObjectNamespace(Tcl_ObjectContextObject(context))->fullName), Tcl_NewStringObj(m->name, -1), objc > skip ? objv[skip] : NULL};
	int n = 2 + (words[2] != NULL);
	for (int i = 0; i < n; i++) Tcl_IncrRefCount(words[i]);
	int code = Tcl_EvalObjv(in, n, words, 0);
	for (int i = 0; i < n; i++) unref(words[i]);
	return code;
}

static void drop_called(ClientData d) { ckfree((char *)d); }
const Tcl_MethodType method_type = {TCL_OO_METHOD_VERSION_CURRENT, "dsom.method", call_method, drop_called, NULL};
const Tcl_MethodType attribute_type = {TCL_OO_METHOD_VERSION_CURRENT, "dsom.attribute", call_attribute, drop_called, NULL};

/* dsom::dispatch object method ?arg …?: a call by name as other languages do, by the object's own table. */
int dispatch_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]) {
	som_env ev = {0};
	(void)d;
	if (objc < 3) return Tcl_WrongNumArgs(in, 1, objv, "object method ?arg ...?"), TCL_ERROR;
	instance *w = instance_of(objv[1]);
	if (!w || !w->ref) return fail("VALUE", "expected an object of SOM but got \"%s\"", Tcl_GetString(objv[1]));
	const somh_method *m = somh_find(w->cls, Tcl_GetString(objv[2]), &ev);
	if (!m) return ev.major ? raise_env(&ev, NULL, NULL) : fail("METHOD", "class %s has no method \"%s\"", w->cls->name, Tcl_GetString(objv[2]));
	if (!m->why && objc - 3 != how_many_in(m, 0)) return wrong_count(m, 0, 3, objv);
	return call(w, m, NULL, false, objv + 3);
}

/* dsom::make class initializer ?arg …?: an object by an initializer. */
int make_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]) {
	som_env ev = {0};
	somh_frame f;
	Tcl_Obj *made = NULL;
	(void)d;
	if (objc < 3) return Tcl_WrongNumArgs(in, 1, objv, "class initializer ?arg ...?"), TCL_ERROR;
	class_data *c = class_at(objv[1]);
	const somh_method *m = c ? somh_find(c->cls, Tcl_GetString(objv[2]), &ev) : NULL;
	if (!c) return TCL_ERROR;
	if (!m || !(m->flags & SOMH_INIT)) return ev.major ? raise_env(&ev, NULL, NULL) : fail("METHOD", "class %s has no initializer \"%s\"", c->cls->name, Tcl_GetString(objv[2]));
	if (objc - 3 != how_many_in(m, 1)) return wrong_count(m, 1, 3, objv);
	somh_frame_begin(&f);
	int failed = put_in(&f, m, 1, objv + 3);
	if (failed == TCL_OK) {
		failed = make_by(c->cls, m, f.args + 1, &ev, &made);
		somh_frame_given(&f, failed != TCL_OK);
	}
	somh_frame_end(&f);
	if (failed == TCL_OK) Tcl_SetObjResult(in, made);
	return failed;
}
