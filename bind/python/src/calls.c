/* calls.c: methods as Python sees them: descriptors that are called without a tuple, and what goes in and comes out. */
#include "core.h"

#include <string.h>

/* Values that a call has in memory: what is in them is ended with it, unless it was given away. */
typedef struct cell { const somh_type *type; void *p; const somh_param *of; bool ends; } cell;
typedef struct frame {
	som_value args[SOMH_MAX_ARGS + 1];
	cell cells[SOMH_MAX_ARGS + 1];
	uint32_t ncells;
	size_t used;
	_Alignas(16) char room[512];
} frame;

static void *new_cell(frame *f, const somh_param *of) {
	const somh_type *t = of->type;
	size_t n = ((size_t)t->size + 15) & ~(size_t)15;
	void *p;
	if (f->used + n <= sizeof f->room) p = f->room + f->used, f->used += n, memset(p, 0, n);
	else p = PyMem_Calloc(1, n ? n : 1);
	if (!p) return PyErr_NoMemory();
	f->cells[f->ncells++] = (cell){t, p, of, true};
	return p;
}

static void end_frame(frame *f) {
	for (uint32_t i = 0; i < f->ncells; i++) {
		cell *c = &f->cells[i];
		if (c->ends) somh_end(c->type, c->p);
		if ((char *)c->p < f->room || (char *)c->p >= f->room + sizeof f->room) PyMem_Free(c->p);
	}
}

static const char *what_is(const somh_method *m, uint32_t i, char *to, size_t n) {
	PyOS_snprintf(to, n, *m->params[i].name ? "%.100s() argument '%.90s'" : "%.100s() argument", m->attribute ? m->attribute : m->name, m->params[i].name);
	return to;
}

/* A text that Python has already is borrowed for the call. 0: it has to be copied. */
static bool borrow(const somh_param *p, PyObject *o, som_value *v) {
	Py_ssize_t n;
	if (p->type->kind != SOMH_STRING || p->owner != SOMH_CALLERS || !PyUnicode_Check(o) || p->type->bound) return false;
	v->s = PyUnicode_AsUTF8AndSize(o, &n);
	if (!v->s) return PyErr_Clear(), false;
	return strlen(v->s) == (size_t)n;
}

static int put_param(frame *f, const somh_method *m, uint32_t i, PyObject *o) {
	const somh_param *p = &m->params[i];
	som_value *v = &f->args[p->slot];
	char what[200];
	if (p->direction == SOMH_IN && (borrow(p, o, v) || (v->L = 0, o == Py_None && p->nullable))) return 0;
	void *c = new_cell(f, p);
	if (!c || put_value(p->type, o, c, p->nullable, what_is(m, i, what, sizeof what)) < 0) return -1;
	if (p->type->apart || p->direction != SOMH_IN) v->p = c;
	else memcpy(v, c, p->type->size);
	return 0;
}

/* Of what comes out, in the order of the parameters behind the result: one value, or a tuple. */
static PyObject *results(frame *f, const somh_method *m, const som_value *result) {
	PyObject *all[SOMH_MAX_ARGS + 1], *one;
	uint32_t n = 0;
	const somh_type *t = m->result.type;
	if (t->kind != SOMH_VOID) {
		const void *p = t->apart ? f->args[m->result.slot].p : result;
		one = t->kind == SOMH_OBJECT ? wrap(result->o, m->result.owner == SOMH_CALLERS) : get_value(t, p, m->result.nullable);
		if (!t->apart && t->kind != SOMH_OBJECT && t->owns && m->result.owner == SOMH_CALLERS) somh_end(t, (void *)(uintptr_t)result);
		all[n++] = one;
	}
	for (uint32_t i = 0; i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		if (p->direction != SOMH_IN) all[n++] = get_value(p->type, f->args[p->slot].p, p->nullable);
	}
	bool good = true;
	for (uint32_t i = 0; i < n; i++)
		good = good && all[i];
	PyObject *is = NULL;
	if (good && n == 0) is = Py_NewRef(Py_None);
	else if (good && n == 1) return all[0];
	else if (good) is = PyTuple_New(n);
	for (uint32_t i = 0; i < n; i++) {
		if (is && n > 1) PyTuple_SET_ITEM(is, i, all[i]);
		else Py_XDECREF(all[i]);
	}
	return is;
}

/* Fills a frame with what goes in, from args, and room for what comes out. */
static int fill(frame *f, const somh_method *m, PyObject *const *args, uint32_t from) {
	const somh_type *t = m->result.type;
	for (uint32_t i = from, in = 0; i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		if (p->direction == SOMH_OUT) {
			if (!(f->args[p->slot].p = new_cell(f, p))) return -1;
		} else if (put_param(f, m, i, args[in++]) < 0) {
			return -1;
		}
	}
	if (t->apart && !(f->args[m->result.slot].p = new_cell(f, &m->result))) return -1;
	return 0;
}

/* What is not the caller's to end, after a call: what was given with it, what is lent, and what comes out of one that raised, which nobody looks at. */
static void given(frame *f, bool called, bool raised) {
	for (uint32_t k = 0; called && k < f->ncells; k++) {
		const somh_param *p = f->cells[k].of;
		if (p->owner == SOMH_OBJECTS || (raised && p->direction == SOMH_OUT)) f->cells[k].ends = false;
	}
}

/* A call of an object holds it from before its arguments are converted, which may run Python: what releases it meanwhile, there or in another thread,
 * ends it behind the call. */
static void hold(instance *w) { w->calls++; }

static void let_go(instance *w, som_ref o) {
	if (--w->calls == 0 && !w->ref && !w->doubt) release_later(w, o);
}

static som_proc *procedure(const somh_method *m, class_object *owner, instance *w, som_ref o) {
	if (!w->scripted || !owner) return m->kind == SOM_PROCEDURE ? m->proc : som_resolve(o, m->token);
	som_proc *p = somh_proc(m, owner->cls, ((class_object *)Py_TYPE((PyObject *)w))->cls, o);
	if (!p) PyErr_Format(PyExc_NotImplementedError, "class %s does not implement %s", owner->cls->name, m->name);
	return p;
}

PyObject *call_method(const somh_method *m, class_object *owner, PyObject *self, PyObject *const *args, uint32_t nin) {
	instance *w = (instance *)self;
	som_ref o = ref_of(self);
	som_env ev = {0};
	som_value result;
	(void)nin;
	if (!o) return NULL;
	if (m->why) return PyErr_Format(PyExc_NotImplementedError, "%s::%s cannot be called: %s", m->cls->name, m->name, m->why);
	som_proc *proc = procedure(m, owner, w, o);
	if (!proc) return NULL;
	frame f;
	f.ncells = 0, f.used = 0;
	PyObject *is = NULL;
	hold(w);
	if (fill(&f, m, args, 0) == 0) {
		PyThreadState *s = PyEval_SaveThread();
		int code = somh_call(m, proc, o, f.args, &result, &ev);
		PyEval_RestoreThread(s);
		bool raised = code != SOM_OK || ev.major != SOM_NO_EXCEPTION;
		given(&f, code == SOM_OK, raised);
		is = raised ? raise_env(&ev, m, o) : results(&f, m, &result);
	}
	end_frame(&f);
	let_go(w, o);
	return is;
}

/* What a call by values alone takes, all of which is in registers. 1: a text has to be copied, -1: an error. */
static int put_simple(const somh_method *m, PyObject *const *args, som_value *v) {
	for (uint32_t i = 0; i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		if (PyLong_CheckExact(args[i]) && (p->type->kind == SOMH_LONGLONG || p->type->kind == SOMH_LONG)) {
			int overflow;
			long long n = PyLong_AsLongLongAndOverflow(args[i], &overflow);
			if (!overflow && (p->type->kind == SOMH_LONGLONG || (n >= INT32_MIN && n <= INT32_MAX))) {
				if (p->type->kind == SOMH_LONG) v[i].i = (int32_t)n;
				else v[i].l = n;
				continue;
			}
		}
		v[i].L = 0;
		if (borrow(p, args[i], &v[i])) continue;
		if (p->type->kind == SOMH_STRING) return 1;
		char what[200];
		if (put_value(p->type, args[i], &v[i], p->nullable, what_is(m, i, what, sizeof what)) < 0) return -1;
	}
	return 0;
}

/* A call by values alone: nothing is allocated. */
static PyObject *call_simple(method_object *d, PyObject *self, PyObject *const *args) {
	const somh_method *m = d->m;
	instance *w = (instance *)self;
	som_value v[SOMH_MAX_ARGS], result;
	som_env ev = {0};
	som_ref o = w->ref;
	if (!o && !(o = ref_of(self))) return NULL;
	hold(w);
	int put = put_simple(m, args, v);
	som_proc *proc = put == 0 ? procedure(m, d->owner, w, o) : NULL;
	PyObject *is = NULL;
	if (put > 0) {
		is = call_method(m, d->owner, self, args, d->nin);
	} else if (proc) {
		int code;
		if (d->quick) {
			code = somh_call(m, proc, o, v, &result, &ev);
		} else {
			PyThreadState *s = PyEval_SaveThread();
			code = somh_call(m, proc, o, v, &result, &ev);
			PyEval_RestoreThread(s);
		}
		if (code != SOM_OK || ev.major != SOM_NO_EXCEPTION) is = raise_env(&ev, m, o);
		else if (m->result.type->kind == SOMH_LONGLONG) is = PyLong_FromLongLong(result.l);
		else is = get_value(m->result.type, &result, m->result.nullable); /* what is lent is the object's: before it is let go */
	}
	let_go(w, o);
	return is;
}

#if SOMH_WORDS
enum { MAX_WORDS = 4 };

/* The same of long and long long alone: the words are made here. */
static PyObject *call_words(method_object *d, PyObject *self, PyObject *const *args) {
	const somh_method *m = d->m;
	instance *w = (instance *)self;
	uint64_t words[MAX_WORDS], r;
	som_ref o = w->ref;
	if (!o && !(o = ref_of(self))) return NULL;
	for (uint32_t i = 0; i < m->nparams; i++) {
		int overflow;
		if (!PyLong_CheckExact(args[i])) return call_simple(d, self, args);
		long long n = PyLong_AsLongLongAndOverflow(args[i], &overflow);
		if (overflow || (m->params[i].type->kind == SOMH_LONG && (n < INT32_MIN || n > INT32_MAX))) return call_simple(d, self, args);
		words[i] = (uint64_t)n;
	}
	som_proc *proc = procedure(m, d->owner, w, o);
	if (!proc) return NULL;
	som_env ev = {0};
	hold(w);
	if (d->quick) {
		r = somh_words(proc, o, &ev, words, m->nparams);
	} else {
		PyThreadState *s = PyEval_SaveThread();
		r = somh_words(proc, o, &ev, words, m->nparams);
		PyEval_RestoreThread(s);
	}
	bool raised = ev.major != SOM_NO_EXCEPTION;
	if (raised) raise_env(&ev, m, o);
	let_go(w, o);
	if (raised) return NULL;
	if (m->result.type->kind == SOMH_VOID) Py_RETURN_NONE;
	return m->result.type->kind == SOMH_LONG ? PyLong_FromLong((int32_t)r) : PyLong_FromLongLong((int64_t)r);
}

static bool of_words(const somh_method *m) {
	bool is = m->nparams <= MAX_WORDS && !(m->flags & SOMH_OIDL) && (m->result.type->kind == SOMH_VOID || m->result.type->kind == SOMH_LONG || m->result.type->kind == SOMH_LONGLONG);
	for (uint32_t i = 0; is && i < m->nparams; i++)
		is = m->params[i].type->kind == SOMH_LONG || m->params[i].type->kind == SOMH_LONGLONG;
	return is;
}
#else
static PyObject *call_words(method_object *d, PyObject *self, PyObject *const *args) { return call_simple(d, self, args); }
static bool of_words(const somh_method *m) { return (void)m, false; }
#endif

PyObject *make_by(const somh_method *m, class_object *type, PyObject *const *args) {
	som_env ev = {0};
	som_ref o = NULL;
	frame f;
	f.ncells = 0, f.used = 0;
	if (fill(&f, m, args, 1) == 0) {
		PyThreadState *s = PyEval_SaveThread();
		o = somh_make(type->cls, m, f.args + 1, &ev);
		PyEval_RestoreThread(s);
		given(&f, true, !o);
		if (!o) raise_env(&ev, m, NULL);
	}
	end_frame(&f);
	return o ? wrap(o, true) : NULL;
}

/* ---- Methods ---- */

static bool by_value(const somh_type *t) { return !t->apart && t->kind != SOMH_OBJECT && t->kind != SOMH_WSTRING && t->kind != SOMH_MAKING; }

/* The arguments in the order of the parameters: args has room for those, of which n are there. NULL: an error. */
static PyObject *const *arrange(const method_object *d, PyObject *const *args, Py_ssize_t n, PyObject *kwnames, PyObject **room) {
	Py_ssize_t named = kwnames ? PyTuple_GET_SIZE(kwnames) : 0;
	const char *name = d->m->name;
	if (n + named != d->nin && named == 0)
		return (void)PyErr_Format(PyExc_TypeError, "%s.%s() takes exactly %u argument%s (%zd given)", d->owner->heap.ht_type.tp_name, name, d->nin, d->nin == 1 ? "" : "s", n), NULL;
	if (named == 0) return args;
	if (n > d->nin) return (void)PyErr_Format(PyExc_TypeError, "%s.%s() takes exactly %u arguments (%zd given)", d->owner->heap.ht_type.tp_name, name, d->nin, n + named), NULL;
	memset(room, 0, sizeof *room * d->nin);
	memcpy(room, args, sizeof *room * (size_t)n);
	for (Py_ssize_t k = 0; k < named; k++) {
		PyObject *key = PyTuple_GET_ITEM(kwnames, k);
		uint32_t at = 0;
		while (at < d->nin && PyUnicode_Compare(PyTuple_GET_ITEM(d->names, at), key) != 0) at++;
		if (at == d->nin) return (void)PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'", name, key), NULL;
		if (room[at]) return (void)PyErr_Format(PyExc_TypeError, "%s() got multiple values for argument '%U'", name, key), NULL;
		room[at] = args[n + k];
	}
	for (uint32_t i = 0; i < d->nin; i++)
		if (!room[i]) return (void)PyErr_Format(PyExc_TypeError, "%s() missing required argument '%U'", name, PyTuple_GET_ITEM(d->names, i)), NULL;
	return room;
}

static PyObject *vectorcall(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames) {
	method_object *d = (method_object *)self;
	Py_ssize_t n = PyVectorcall_NARGS(nargsf);
	PyObject *room[SOMH_MAX_ARGS], *const *in;
	if (n < 1) return PyErr_Format(PyExc_TypeError, "unbound method %s.%s() needs an argument", d->owner->heap.ht_type.tp_name, d->m->name);
	if (d->m->flags & SOMH_INIT) {
		class_object *type = (class_object *)args[0];
		if (!PyObject_TypeCheck(args[0], &Class_Type) || !PyType_IsSubtype((PyTypeObject *)args[0], (PyTypeObject *)d->owner) || !type->cls)
			return PyErr_Format(PyExc_TypeError, "%s.%s() makes an object of a class that descends from %s", d->owner->heap.ht_type.tp_name, d->m->name, d->owner->heap.ht_type.tp_name);
		in = arrange(d, args + 1, n - 1, kwnames, room);
		return in ? make_by(d->m, type, in) : NULL;
	}
	if (!PyObject_TypeCheck(args[0], (PyTypeObject *)d->owner))
		return PyErr_Format(PyExc_TypeError, "descriptor '%s' for '%s' objects doesn't apply to a '%s' object", d->m->name, d->owner->heap.ht_type.tp_name, Py_TYPE(args[0])->tp_name);
	in = arrange(d, args + 1, n - 1, kwnames, room);
	if (!in) return NULL;
	if (d->words) return call_words(d, args[0], in);
	return d->simple ? call_simple(d, args[0], in) : call_method(d->m, d->owner, args[0], in, d->nin);
}

static PyObject *method_get(PyObject *self, PyObject *o, PyObject *type) {
	if (((method_object *)self)->m->flags & SOMH_INIT) return PyMethod_New(self, type ? type : (PyObject *)Py_TYPE(o)); /* it is the class's */
	return o && o != Py_None ? PyMethod_New(self, o) : Py_NewRef(self);
}

static PyObject *signature_of(const somh_method *m) {
	PyObject *all = PyUnicode_FromString(""), *more, *type;
	bool comma = false;
	for (uint32_t i = 0; all && i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		if (p->direction == SOMH_OUT || p->type->kind == SOMH_MAKING) continue;
		type = name_of_type(p->type);
		PyObject *name = python_name(p->name);
		more = type && name ? PyUnicode_FromFormat("%U%s%U%s%U%s", all, comma ? ", " : "", name, *p->name ? ": " : "", type, p->nullable ? " | None" : "") : NULL;
		comma = true;
		Py_XDECREF(type); Py_XDECREF(name);
		Py_SETREF(all, more);
	}
	return all;
}

static PyObject *method_doc(PyObject *self, void *nothing) {
	const somh_method *m = ((method_object *)self)->m;
	(void)nothing;
	PyObject *in = m->why ? PyUnicode_FromString("") : signature_of(m), *out = in ? name_of_type(m->result.type) : NULL, *all = NULL;
	if (m->why && out) all = PyUnicode_FromFormat("%s cannot be called: %s", m->name, m->why);
	else if (out) all = PyUnicode_FromFormat("%s(%U) -> %U%s%s", m->name, in, out, m->doc ? "\n\n" : "", m->doc ? m->doc : "");
	Py_XDECREF(in); Py_XDECREF(out);
	return all;
}

static PyObject *method_name(PyObject *self, void *nothing) { return (void)nothing, PyUnicode_FromString(((method_object *)self)->m->name); }
static PyObject *method_qualname(PyObject *self, void *nothing) {
	method_object *d = (method_object *)self;
	return (void)nothing, PyUnicode_FromFormat("%s.%s", d->owner->heap.ht_type.tp_name, d->m->name);
}
static PyObject *method_owner(PyObject *self, void *nothing) { return (void)nothing, Py_NewRef((PyObject *)((method_object *)self)->owner); }

static PyObject *method_raises(PyObject *self, void *nothing) {
	const somh_method *m = ((method_object *)self)->m;
	(void)nothing;
	PyObject *all = PyTuple_New(m->nraises);
	for (uint32_t i = 0; all && i < m->nraises; i++) {
		PyObject *c = class_of_type(m->raises[i]);
		if (!c) Py_CLEAR(all);
		else PyTuple_SET_ITEM(all, i, Py_NewRef(c));
	}
	return all;
}

static PyObject *method_repr(PyObject *self) {
	method_object *d = (method_object *)self;
	return PyUnicode_FromFormat("<method '%s' of '%s' objects>", d->m->name, d->owner->heap.ht_type.tp_name);
}

static void method_dealloc(PyObject *self) {
	Py_XDECREF(((method_object *)self)->names);
	Py_TYPE(self)->tp_free(self);
}

static PyObject *method_quick(PyObject *self, void *nothing) { return (void)nothing, PyBool_FromLong(((method_object *)self)->quick); }

static int method_set_quick(PyObject *self, PyObject *value, void *nothing) {
	(void)nothing;
	int is = value ? PyObject_IsTrue(value) : 0;
	if (is >= 0) ((method_object *)self)->quick = is > 0;
	return is < 0 ? -1 : 0;
}

static PyGetSetDef method_getset[] = {
	{"quick", method_quick, method_set_quick, "True: it is called with the interpreter's lock held. Only for what waits for nothing: no lock, no other thread, no network.", NULL},
	{"__doc__", method_doc, NULL, NULL, NULL}, {"__name__", method_name, NULL, NULL, NULL}, {"__qualname__", method_qualname, NULL, NULL, NULL},
	{"__objclass__", method_owner, NULL, NULL, NULL}, {"raises", method_raises, NULL, "The exceptions that IDL says it raises.", NULL},
	{NULL, NULL, NULL, NULL, NULL},
};

PyTypeObject Method_Type = {
	.ob_base = {PyObject_HEAD_INIT(NULL) 0},
	.tp_name = "dsom.Method",
	.tp_basicsize = sizeof(method_object),
	.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR,
	.tp_vectorcall_offset = offsetof(method_object, vectorcall),
	.tp_call = PyVectorcall_Call,
	.tp_descr_get = method_get,
	.tp_repr = method_repr,
	.tp_dealloc = method_dealloc,
	.tp_getset = method_getset,
};

PyObject *new_method(const somh_method *m, class_object *owner) {
	method_object *d = (method_object *)Method_Type.tp_alloc(&Method_Type, 0);
	if (!d) return NULL;
	d->vectorcall = vectorcall;
	d->m = m;
	d->owner = owner;
	d->simple = !m->why && by_value(m->result.type) && !(m->result.type->owns && m->result.owner == SOMH_CALLERS) && !(m->flags & SOMH_INIT) && m->nargs == m->nparams;
	for (uint32_t i = 0; i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		d->nin += p->direction != SOMH_OUT && p->type->kind != SOMH_MAKING;
		d->simple = d->simple && p->direction == SOMH_IN && by_value(p->type) && !(p->type->owns && p->owner != SOMH_CALLERS);
	}
	d->words = d->simple && of_words(m);
	d->names = PyTuple_New(d->nin);
	for (uint32_t i = 0, k = 0; d->names && i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		if (p->direction == SOMH_OUT || p->type->kind == SOMH_MAKING) continue;
		PyObject *name = python_name(p->name);
		if (!name) Py_CLEAR(d->names);
		else PyTuple_SET_ITEM(d->names, k++, name);
	}
	if (!d->names) Py_CLEAR(d);
	return (PyObject *)d;
}

/* ---- Attributes ---- */

static PyObject *attribute_get(PyObject *self, PyObject *o, PyObject *type) {
	attribute_object *a = (attribute_object *)self;
	(void)type;
	if (!o || o == Py_None) return Py_NewRef(self);
	if (!a->get) return PyErr_Format(PyExc_AttributeError, "unreadable attribute '%U'", a->name);
	if (!PyObject_TypeCheck(o, (PyTypeObject *)a->owner))
		return PyErr_Format(PyExc_TypeError, "descriptor '%U' for '%s' objects doesn't apply to a '%s' object", a->name, a->owner->heap.ht_type.tp_name, Py_TYPE(o)->tp_name);
	return call_method(a->get, a->owner, o, NULL, 0);
}

static int attribute_set(PyObject *self, PyObject *o, PyObject *value) {
	attribute_object *a = (attribute_object *)self;
	if (!value || !a->set) {
		PyErr_Format(PyExc_AttributeError, value ? "attribute '%U' of '%s' objects is not writable" : "attribute '%U' of '%s' objects cannot be deleted", a->name, a->owner->heap.ht_type.tp_name);
		return -1;
	}
	if (!PyObject_TypeCheck(o, (PyTypeObject *)a->owner)) return PyErr_Format(PyExc_TypeError, "attribute '%U' of another class", a->name), -1;
	PyObject *r = call_method(a->set, a->owner, o, &value, 1);
	Py_XDECREF(r);
	return r ? 0 : -1;
}

static PyObject *attribute_doc(PyObject *self, void *nothing) {
	const somh_method *m = ((attribute_object *)self)->get;
	(void)nothing;
	return m && m->doc ? PyUnicode_FromString(m->doc) : Py_NewRef(Py_None);
}

static PyObject *attribute_name(PyObject *self, void *nothing) { return (void)nothing, Py_NewRef(((attribute_object *)self)->name); }

static void attribute_dealloc(PyObject *self) {
	Py_XDECREF(((attribute_object *)self)->name);
	Py_TYPE(self)->tp_free(self);
}

static PyObject *attribute_repr(PyObject *self) {
	attribute_object *a = (attribute_object *)self;
	return PyUnicode_FromFormat("<attribute '%U' of '%s' objects>", a->name, a->owner->heap.ht_type.tp_name);
}

static PyGetSetDef attribute_getset[] = {{"__doc__", attribute_doc, NULL, NULL, NULL}, {"__name__", attribute_name, NULL, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}};

PyTypeObject Attribute_Type = {
	.ob_base = {PyObject_HEAD_INIT(NULL) 0},
	.tp_name = "dsom.Attribute",
	.tp_basicsize = sizeof(attribute_object),
	.tp_flags = Py_TPFLAGS_DEFAULT,
	.tp_descr_get = attribute_get,
	.tp_descr_set = attribute_set,
	.tp_repr = attribute_repr,
	.tp_dealloc = attribute_dealloc,
	.tp_getset = attribute_getset,
};

PyObject *new_attribute(const somh_method *get, const somh_method *set, class_object *owner) {
	attribute_object *a = (attribute_object *)Attribute_Type.tp_alloc(&Attribute_Type, 0);
	if (!a) return NULL;
	a->get = get, a->set = set, a->owner = owner;
	a->name = PyUnicode_InternFromString(get ? get->attribute : set->attribute);
	if (!a->name) Py_CLEAR(a);
	return (PyObject *)a;
}

/* ---- As other languages call ---- */

static const somh_method *named(PyObject *self, PyObject *name) {
	som_env ev = {0};
	const char *s = PyUnicode_Check(name) ? PyUnicode_AsUTF8(name) : NULL;
	if (!s) return PyErr_Occurred() ? NULL : (const somh_method *)PyErr_Format(PyExc_TypeError, "a method's name must be str, not %.200s", Py_TYPE(name)->tp_name);
	const somh_method *m = ref_of(self) ? somh_find(((class_object *)Py_TYPE(self))->cls, s, &ev) : NULL;
	if (!m && !PyErr_Occurred()) raise_env(&ev, NULL, NULL);
	if (m && m->why) return (const somh_method *)PyErr_Format(PyExc_NotImplementedError, "%s::%s cannot be called: %s", m->cls->name, m->name, m->why);
	return m;
}

PyObject *dispatch(PyObject *self, PyObject *const *args, Py_ssize_t n) {
	if (n < 1) return PyErr_Format(PyExc_TypeError, "som_dispatch() needs a method's name");
	const somh_method *m = named(self, args[0]);
	uint32_t nin = 0;
	if (!m) return NULL;
	for (uint32_t i = 0; i < m->nparams; i++)
		nin += m->params[i].direction != SOMH_OUT && m->params[i].type->kind != SOMH_MAKING;
	if (m->flags & SOMH_INIT) return PyErr_Format(PyExc_TypeError, "%s is an initializer", m->name);
	if (n - 1 != nin) return PyErr_Format(PyExc_TypeError, "%s() takes exactly %u argument%s (%zd given)", m->name, nin, nin == 1 ? "" : "s", n - 1);
	return call_method(m, NULL, self, args + 1, nin);
}

PyObject *entry(PyObject *self, PyObject *name) {
	const somh_method *m = named(self, name);
	if (!m) return NULL;
	som_proc *p = m->kind == SOM_PROCEDURE ? m->proc : som_resolve(ref_of(self), m->token);
	void *address;
	memcpy(&address, &p, sizeof address);
	return PyLong_FromVoidPtr(address);
}
