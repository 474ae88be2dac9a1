/* overrides.c: methods of classes made in Python, called from C: by any thread, which takes the interpreter's lock. */
#include "core.h"

#include <string.h>

override *new_override(class_object *type, const somh_method *m) {
	override *o = PyMem_Calloc(1, sizeof *o);
	if (!o) return (void)PyErr_NoMemory(), NULL;
	*o = (override){type->overrides, type, type->cls, m, python_name(m->attribute ? m->attribute : m->name)};
	if (!o->name) return PyMem_Free(o), NULL;
	type->overrides = o;
	return o;
}

/* ---- A call ---- */

static PyObject *argument(const somh_param *p, const som_value *v) {
	if (p->type->kind == SOMH_MAKING) Py_RETURN_NONE;
	bool behind = p->type->apart || p->direction != SOMH_IN;
	if (behind && !v->p && p->nullable && p->direction == SOMH_IN) Py_RETURN_NONE;
	if (behind && !v->p) return PyErr_Format(PyExc_ValueError, "argument '%s' is NULL", p->name);
	if (!behind && p->type->kind == SOMH_STRING && !v->s && !p->nullable) return PyUnicode_FromString("");
	return get_value(p->type, behind ? v->p : v, p->nullable);
}

/* One value that comes out: to where C wants it. */
static int put_out(som_ref self, const somh_method *m, const somh_param *p, PyObject *o, void *to, const char *what) {
	union { som_value v; _Alignas(16) char room[64]; } small;
	if (!to) return PyErr_Format(PyExc_ValueError, "there is no place for %s", what), -1;
	void *made = p->type->size <= sizeof small ? memset(&small, 0, sizeof small) : PyMem_Calloc(1, p->type->size);
	int failed = made ? put_value(p->type, o, made, p->nullable, what) : (PyErr_NoMemory(), -1);
	if (!failed && !somh_give(self, m, p, made, to)) failed = (PyErr_NoMemory(), -1);
	if (made != (void *)&small) PyMem_Free(made);
	return failed;
}

static int put_results(instance *w, som_ref self, const somh_method *m, PyObject *r, const som_value *args, som_value *result) {
	char what[200];
	uint32_t n = m->result.type->kind != SOMH_VOID, at = 0;
	for (uint32_t i = 0; i < m->nparams; i++)
		n += m->params[i].direction != SOMH_IN;
	if (n == 0) return 0;
	if (n > 1 && (!PyTuple_Check(r) || PyTuple_GET_SIZE(r) != n)) {
		PyErr_Format(PyExc_TypeError, "%s.%s() must return a tuple of %u, not %.200s", Py_TYPE(w)->tp_name, m->name, n, Py_TYPE(r)->tp_name);
		return -1;
	}
	PyOS_snprintf(what, sizeof what, "the result of %.60s.%.100s()", Py_TYPE(w)->tp_name, m->attribute ? m->attribute : m->name);
	if (m->result.type->kind != SOMH_VOID) {
		void *to = m->result.type->apart ? args[m->result.slot].p : result;
		if (put_out(self, m, &m->result, n > 1 ? PyTuple_GET_ITEM(r, at++) : r, to, what) < 0) return -1;
	}
	for (uint32_t i = 0; i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		if (p->direction == SOMH_IN) continue;
		if (put_out(self, m, p, n > 1 ? PyTuple_GET_ITEM(r, at) : r, args[p->slot].p, what) < 0) {
			somh_take_back(m, at, args, result);
			return -1;
		}
		at++;
	}
	return 0;
}

/* What Python has for the method, called with what came in. */
static PyObject *call(const override *o, PyObject *self, const som_value *args) {
	PyObject *in[SOMH_MAX_ARGS + 2] = {NULL, self}, *r = NULL;
	const somh_method *m = o->m;
	uint32_t n = 2;
	PyObject *f = PyObject_GetAttr((PyObject *)o->type, o->name); /* of the class that overrides it: one below may have passed it */
	bool good = f != NULL;
	for (uint32_t i = 0; good && i < m->nparams; i++) {
		if (m->params[i].direction == SOMH_OUT) continue;
		good = (in[n] = argument(&m->params[i], &args[m->params[i].slot])) != NULL;
		n += good;
	}
	if (!good) {
	} else if (m->attribute) { /* a property, or whatever takes its place */
		descrgetfunc get = Py_TYPE(f)->tp_descr_get;
		descrsetfunc set = Py_TYPE(f)->tp_descr_set;
		if (m->flags & SOMH_GETS) r = get ? get(f, self, (PyObject *)Py_TYPE(self)) : PyObject_GetAttr(self, o->name);
		else if (set ? set(f, self, in[2]) == 0 : PyObject_SetAttr(self, o->name, in[2]) == 0) r = Py_NewRef(Py_None);
	} else if (PyFunction_Check(f)) {
		r = PyObject_Vectorcall(f, in + 1, n - 1, NULL);
	} else {
		descrgetfunc get = Py_TYPE(f)->tp_descr_get;
		PyObject *bound = get ? get(f, self, (PyObject *)Py_TYPE(self)) : Py_NewRef(f);
		if (bound) r = PyObject_Vectorcall(bound, in + 2, (n - 2) | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
		Py_XDECREF(bound);
	}
	for (uint32_t i = 2; i < n; i++)
		Py_XDECREF(in[i]);
	Py_XDECREF(f);
	return r;
}

/* What an override has returned, without the coroutine if it is one. */
static PyObject *finished(PyObject *r) {
	if (!r || !PyCoro_CheckExact(r)) return r;
	PyObject *finish = part("finish"), *value = finish ? PyObject_CallOneArg(finish, r) : NULL;
	Py_DECREF(r);
	return value;
}

/* What stands above an override, for an object that Python does not know any more. */
static void above(const somh_class *c, const somh_method *m, som_ref self, som_env *ev, const som_value *args, som_value *result) {
	som_proc *proc = c ? somh_above(c, m) : NULL;
	if (proc) somh_call(m, proc, self, args, result, ev);
	else som_raise_system(ev, "IDL:omg.org/CORBA/NO_IMPLEMENT:1.0", 0, SOM_COMPLETED_NO, "the class was made in Python, which has ended");
}

/* The class whose override this is, of an object's: found by SOM, since Python's may be no more. */
static const somh_class *class_with(const override *o, som_ref self) {
	const somh_class *c = __atomic_load_n(&o->cls, __ATOMIC_ACQUIRE);
	if (c) return c;
	c = somh_describe(som_class_of(self), NULL); /* it is being made */
	return c && c->nmade ? c->made[0] : NULL;
}

void handle(void *context, som_ref self, som_env *ev, const som_value *args, som_value *result) {
	override *o = context;
	const somh_method *m = o->m;
	PyGILState_STATE s;
	if (!enter_python(&s)) {
		above(class_with(o, self), m, self, ev, args, result);
		return;
	}
	class_object *type = o->type;
	instance *w = twin_of(self);
	if (!type || (w ? is_dying(w) : somh_ending(self))) { /* C++'s part of it ends, and Python's is no more */
		const somh_class *c = class_with(o, self);
		leave_python(s);
		above(c, m, self, ev, args, result);
		return;
	}
	Py_INCREF(type);
	PyObject *is = wrap(self, false), *r = NULL;
	if (is && !Py_EnterRecursiveCall(" in a method that another language called")) {
		r = finished(call(o, is, args));
		Py_LeaveRecursiveCall();
	}
	somh_took(m, args);
	if (!r || put_results((instance *)is, self, m, r, args, result) < 0) raise_to_env(m->flags & SOMH_OIDL ? NULL : ev);
	Py_XDECREF(r); Py_XDECREF(is);
	Py_DECREF(type);
	leave_python(s);
}
