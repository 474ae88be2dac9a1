/* objects.c: which object of Python's stands for which of libsom's, and how each keeps the other alive.
 *
 * As long as Python refers to an object it has one reference to libsom's. Of a class made in Python there is more: its dictionary has to last as long as libsom's
 * object. When Python refers to it no more, and others do to libsom's, ownership turns: libsom's object owns this one (kept), and this one no
 * reference any more; it turns back when the object comes to Python again. So neither half keeps the other for its own sake, and what is garbage on both
 * sides goes at once. */
#include "core.h"

static somh_twins *twins;
static bool unfinalized; /* whether an object's finalizer can be run again: seen when the module is loaded */

/* An object being made by Python: what begins it finds it here. is: the object, where it is known before it is begun. */
static _Thread_local struct making { class_object *type; som_ref is; instance *w; struct making *outer; } *making;

static bool is_being_made(som_ref o) { return making->is ? making->is == o : making->type->cls->cls == som_class_of(o); }

/* Nobody refers to it and its end has begun, of which __del__ is over: it cannot come back. */
bool is_dying(const instance *w) { return Py_REFCNT((PyObject *)(uintptr_t)w) == 0; }

int bind_twin(instance *w, som_ref o) {
	if (!somh_twin_set(twins, o, w)) return PyErr_NoMemory(), -1;
	w->ref = o;
	return 0;
}

static void release(som_ref o) {
	if (somh_shared(o)) {
		som_release(o);
		return;
	}
	PyThreadState *s = PyEval_SaveThread(); /* its end is a call into the class library */
	som_release(o);
	PyEval_RestoreThread(s);
}

/* ---- Doubts ---- */

/* An object of a class made in Python that is met before its begin: that comes behind what its ancestors do to begin it, and not at all where they fail. Then the object goes, whoever has
 * references, and none of its end is told; libsom's weak reference knows. */
typedef struct doubt { struct doubt *next, **at; som_weak *weak; som_ref ref; instance *w; } doubt;
enum { LEAST_DOUBTS = 64 };
static doubt *doubts;
static size_t ndoubts, look_at = LEAST_DOUBTS; /* how many there are, and at how many they are looked at */

/* It has been begun, or is no more. */
static void end_doubt(instance *w) {
	doubt *d = w->doubt;
	if (!d) return;
	w->doubt = NULL;
	if ((*d->at = d->next)) d->next->at = d->at;
	ndoubts--;
	som_weak_free(d->weak);
	PyMem_Free(d);
}

/* Whether an object that is in doubt is still there; nothing of Python's is run here. lost: it could not be begun, and nobody owns the reference to w any more that libsom's object has had. */
static bool is_there(instance *w, bool *lost) {
	*lost = false;
	if (somh_there(&w->doubt->weak, w->doubt->ref, twins, w, !w->kept && !w->calls)) return true;
	end_doubt(w);
	*lost = w->kept;
	w->ended = w->kept || !w->calls; /* else the last call gives the reference back */
	w->kept = false;
	return false;
}

/* Those that could not be begun and that Python has lost keep nothing for long. */
static void look_at_doubts(void) {
	size_t ngone = 0;
	instance **gone = PyMem_Calloc(ndoubts, sizeof *gone);
	if (!gone) return;
	for (doubt *d = doubts, *next; d; d = next) {
		instance *w = d->w;
		bool lost;
		next = d->next;
		if (!is_there(w, &lost) && lost) gone[ngone++] = w;
	}
	look_at = 2 * ndoubts > LEAST_DOUBTS ? 2 * ndoubts : LEAST_DOUBTS;
	while (ngone) Py_DECREF((PyObject *)gone[--ngone]);
	PyMem_Free(gone);
}

static int begin_doubt(instance *w) {
	som_weak *weak = NULL;
	if (!w->scripted) return 0;
	if (!somh_doubt(((class_object *)Py_TYPE(w))->cls, w->ref, &weak)) return PyErr_NoMemory(), -1;
	if (!weak) return 0;
	if (ndoubts >= look_at) look_at_doubts();
	doubt *d = PyMem_Malloc(sizeof *d);
	if (!d) return som_weak_free(weak), PyErr_NoMemory(), -1;
	*d = (doubt){doubts, &doubts, weak, w->ref, w};
	if (doubts) doubts->at = &d->next;
	doubts = d;
	ndoubts++;
	w->doubt = d;
	w->ref = NULL;
	return 0;
}

static void trust(instance *w) {
	if (!w->doubt) return;
	w->ref = w->doubt->ref;
	end_doubt(w);
}

/* The object, borrowed: NULL, and no exception: there is none. */
static som_ref there(instance *w) {
	bool lost;
	if (!w->doubt) return w->ref;
	if (is_there(w, &lost)) return w->doubt->ref;
	if (lost) Py_DECREF((PyObject *)w);
	return NULL;
}

instance *twin_of(som_ref o) {
	instance *w = somh_twin(twins, o);
	return w && w->doubt && !is_dying(w) && !there(w) ? NULL : w;
}

/* ---- References ---- */

/* An object of Python's is finalized once: the collector notes that in the word in front of it. */
static void forget_finalized(PyObject *o) {
#ifndef Py_GIL_DISABLED
	((uintptr_t *)o)[-1] &= ~(uintptr_t)1;
#else
	(void)o;
#endif
}

/* Python refers to an object again that libsom's has kept: the reference that it had of it is the caller's. */
static PyObject *back(instance *w) {
	if (!unfinalized) return Py_NewRef((PyObject *)w); /* it stays libsom's for good */
	som_retain(w->doubt ? w->doubt->ref : w->ref);
	w->kept = false;
	if (PyObject_IS_GC((PyObject *)w) && PyObject_GC_IsFinalized((PyObject *)w)) forget_finalized((PyObject *)w);
	return (PyObject *)w;
}

static instance *empty(class_object *c) {
	instance *w = (instance *)((PyTypeObject *)c)->tp_alloc((PyTypeObject *)c, 0);
	if (w) w->scripted = c->cls && c->cls->nmade;
	return w;
}

/* A new one for what has none. */
static instance *bound_to(class_object *c, som_ref o, bool owned) {
	instance *w = c ? empty(c) : NULL;
	if (w && bind_twin(w, o) < 0) Py_CLEAR(w);
	if (w && !owned) som_retain(o);
	if (!w && owned) som_release(o);
	return w;
}

PyObject *wrap(som_ref o, bool owned) {
	if (!o) Py_RETURN_NONE;
	instance *w = twin_of(o);
	if (w && is_dying(w)) {
		if (w->scripted) {
			PyErr_Format(PyExc_ReferenceError, "an object of class %s is in the middle of its end", Py_TYPE((PyObject *)w)->tp_name);
			if (owned) release(o);
			return NULL;
		}
		w = NULL; /* there is nothing in it but its reference: another takes its place */
	}
	if (w) {
		PyObject *is = w->kept ? back(w) : Py_NewRef((PyObject *)w);
		if (owned && !w->ended) som_release(o); /* not the last: w has one */
		return is;
	}
	if (somh_ending(o)) return PyErr_Format(PyExc_ReferenceError, "an object of class %s is in the middle of its end", som_class_describe(som_class_of(o))->name);
	bool made_here = making && !making->w && is_being_made(o); /* and its ancestors, which begin it, show it around */
	w = bound_to(made_here ? making->type : class_of_ref(o), o, owned);
	if (w && begin_doubt(w) < 0) Py_CLEAR(w);
	if (w && made_here) making->w = (instance *)Py_NewRef((PyObject *)w);
	return (PyObject *)w;
}

som_ref ref_of(PyObject *o) {
	som_ref is = there((instance *)o);
	if (!is) PyErr_Format(PyExc_ReferenceError, "the object of class %s has been released", Py_TYPE(o)->tp_name);
	return is;
}

/* ---- Making ---- */

/* __del__, once. */
static void finalize_own(PyObject *self) {
	instance *w = (instance *)self;
	destructor f = ((class_object *)Py_TYPE(self))->finalize;
	if (!f || w->finalized) return;
	w->finalized = true;
	f(self);
}

void release_later(instance *w, som_ref o) {
	PyObject *type, *value, *trace;
	PyErr_Fetch(&type, &value, &trace);
	if (w->kept) { /* libsom's object had it, and somebody else's reference ends that */
		w->kept = false;
		w->ended = true;
		Py_DECREF((PyObject *)w);
	} else if (!w->ended) {
		release(o);
	}
	PyErr_Restore(type, value, trace);
}

/* Gives the object back, or has the last call that is in it do so. */
static void part_with(instance *w, som_ref o) {
	if (somh_twin(twins, o) == w) somh_twin_set(twins, o, NULL);
	end_doubt(w);
	w->ref = NULL;
	if (!w->calls) release_later(w, o);
}

void begin_instance(som_ref self, som_env *ev, void *context) {
	(void)context;
	PyGILState_STATE s;
	if (!enter_python(&s)) {
		som_raise_system(ev, "IDL:omg.org/CORBA/BAD_INV_ORDER:1.0", 0, SOM_COMPLETED_NO, "the Python interpreter has ended");
		return;
	}
	instance *w = NULL, *met = twin_of(self);
	class_object *c = class_of_ref(self);
	if (c && making && is_being_made(self) && (!making->w || met == making->w)) { /* __init__ is called by Python, with what it was given */
		if (!met) {
			making->w = w = bound_to(c, self, false); /* with a reference besides that of who makes it, whose class may keep that */
		} else if (making->w || (making->w = (instance *)wrap(self, false))) { /* it has been shown around, perhaps by another thread */
			trust(w = met);
		}
	} else if (c && making && making->is == self) {
		PyErr_Format(PyExc_ReferenceError, "the object of class %s has been released while it was made", Py_TYPE((PyObject *)making->w)->tp_name);
	} else if (c) { /* another language makes one: it has no arguments */
		instance *made = met ? (instance *)wrap(self, false) : bound_to(c, self, false);
		PyObject *nothing = made ? PyTuple_New(0) : NULL;
		if (made) trust(made);
		if (nothing && Py_TYPE((PyObject *)made)->tp_init((PyObject *)made, nothing, NULL) == 0) w = made;
		Py_XDECREF(nothing);
		if (!w && made) {
			PyObject *type, *value, *trace;
			PyErr_Fetch(&type, &value, &trace);
			if (made->ref == self) part_with(made, self); /* it is undone: there will be no end of it */
			PyErr_Restore(type, value, trace);
		}
		Py_XDECREF((PyObject *)made);
	}
	if (!w) raise_to_env(ev);
	leave_python(s);
}

void end_instance(som_ref self, void *context) {
	(void)context;
	PyGILState_STATE s;
	if (!enter_python(&s)) return;
	instance *w = somh_twin(twins, self);
	if (w) { /* what the class stands on is still there, and __del__ may use it */
		bool kept = w->kept, undone = !kept && somh_shared(self); /* by whoever makes it, though Python has a reference */
		PyObject *type, *value, *trace;
		PyErr_Fetch(&type, &value, &trace);
		trust(w);
		if (undone) part_with(w, self);
		w->kept = false;
		w->ended = !undone;
		if (kept) finalize_own((PyObject *)w);
		if (!undone) somh_twin_set(twins, self, NULL);
		w->ref = NULL;
		if (kept) Py_DECREF(w);
		PyErr_Restore(type, value, trace);
	}
	leave_python(s);
}

PyObject *new_instance(PyTypeObject *type, PyObject *args, PyObject *kwds) {
	class_object *c = (class_object *)type;
	if (!PyObject_TypeCheck((PyObject *)type, &Class_Type) || !c->cls) return PyErr_Format(PyExc_TypeError, "cannot create '%.200s' instances", type->tp_name);
	if (type->tp_init == Instance_Type.tp_init && (PyTuple_GET_SIZE(args) || (kwds && PyDict_GET_SIZE(kwds)))) return PyErr_Format(PyExc_TypeError, "%.200s() takes no arguments", type->tp_name);
	struct making m = {c, NULL, NULL, making};
	som_env ev = {0};
	if (c->cls->nmade) making = &m;
	PyThreadState *s = PyEval_SaveThread();
	som_ref o = c->cls->nmade ? somh_new(c->cls, &m.is, &ev) : som_new(c->cls->cls, &ev);
	PyEval_RestoreThread(s);
	making = m.outer;
	if (!o && m.w) there(m.w);
	PyObject *is = o ? wrap(o, true) : raise_env(&ev, NULL, NULL);
	Py_XDECREF((PyObject *)m.w);
	return is;
}

PyObject *new_plainly(PyObject *type, PyObject *nothing) {
	class_object *c = (class_object *)type;
	som_env ev = {0};
	(void)nothing;
	if (!c->cls) return PyErr_Format(PyExc_TypeError, "cannot create '%.200s' instances", ((PyTypeObject *)type)->tp_name);
	struct making *outer = making;
	making = NULL;
	PyThreadState *s = PyEval_SaveThread();
	som_ref o = som_new(c->cls->cls, &ev);
	PyEval_RestoreThread(s);
	making = outer;
	return o ? wrap(o, true) : raise_env(&ev, NULL, NULL);
}

static int init(PyObject *self, PyObject *args, PyObject *kwds) {
	if (!PyTuple_GET_SIZE(args) && !(kwds && PyDict_GET_SIZE(kwds))) return 0;
	return PyErr_Format(PyExc_TypeError, "%.200s() takes no arguments", Py_TYPE(self)->tp_name), -1;
}

/* ---- Ending ---- */

void finalize_scripted(PyObject *self) {
	instance *w = (instance *)self;
	som_ref o = there(w);
	if (o && !w->kept && !w->ended && !down && somh_shared(o)) {
		Py_INCREF(self);
		w->kept = true;
		som_release(o); /* if all others have given theirs back meanwhile, this is its end, and w's */
		return;
	}
	finalize_own(self);
}

static void dealloc(PyObject *self) {
	instance *w = (instance *)self;
	som_ref o = down ? NULL : there(w);
	PyObject *type, *value, *trace;
	PyErr_Fetch(&type, &value, &trace);
	end_doubt(w);
	if (o && somh_twin(twins, o) == w) somh_twin_set(twins, o, NULL); /* before anything of Python's runs, which might ask for it */
	w->ref = NULL;
	if (w->weaklist) PyObject_ClearWeakRefs(self);
	if (o && !w->kept && !w->ended) release(o);
	PyErr_Restore(type, value, trace);
	Py_TYPE(self)->tp_free(self);
}

static PyObject *release_now(PyObject *self, PyObject *nothing) {
	instance *w = (instance *)self;
	som_ref o = there(w);
	(void)nothing;
	if (o) part_with(w, o);
	Py_RETURN_NONE;
}

static PyObject *repr(PyObject *self) {
	instance *w = (instance *)self;
	som_ref o = there(w);
	if (!o) return PyUnicode_FromFormat("<%s object, released>", Py_TYPE(self)->tp_name);
	return PyUnicode_FromFormat("<%s object at %p>", Py_TYPE(self)->tp_name, o);
}

static PyObject *enter(PyObject *self, PyObject *nothing) { return (void)nothing, Py_NewRef(self); }
static PyObject *leave(PyObject *self, PyObject *args) { return (void)args, release_now(self, NULL); }

static PyObject *reduce(PyObject *self, PyObject *protocol) {
	(void)protocol;
	PyObject *f = part("reduce");
	return f ? PyObject_CallOneArg(f, self) : NULL;
}

static PyObject *address(PyObject *self, void *nothing) { return (void)nothing, ref_of(self) ? PyLong_FromVoidPtr(there((instance *)self)) : NULL; }
static PyObject *alive(PyObject *self, void *nothing) { return (void)nothing, PyBool_FromLong(there((instance *)self) != NULL); }

static PyMethodDef methods[] = {
	{"som_release", release_now, METH_NOARGS, "Gives the object's reference back now; calls of it raise ReferenceError from then on."},
	{"som_dispatch", (PyCFunction)(void (*)(void))dispatch, METH_FASTCALL, "Calls a method by its name as other languages do, by the object's own table: som_dispatch('speak', 3)."},
	{"som_entry", entry, METH_O, "The address of what calls of a method run, for other tools of this process: a C function of the object, the environment and the arguments."},
	{"__enter__", enter, METH_NOARGS, NULL},
	{"__exit__", leave, METH_VARARGS, NULL},
	{"__reduce_ex__", reduce, METH_O, NULL},
	{NULL, NULL, 0, NULL},
};

static PyGetSetDef getset[] = {
	{"som_address", address, NULL, "Where the object is in memory, for other tools of this process.", NULL},
	{"som_alive", alive, NULL, "False once the object has been released or has ended.", NULL},
	{NULL, NULL, NULL, NULL, NULL},
};

PyTypeObject Instance_Type = {
	.ob_base = {PyObject_HEAD_INIT(NULL) 0},
	.tp_name = "dsom.Instance",
	.tp_doc = "An object of SOM, of a class of any language.",
	.tp_basicsize = sizeof(instance),
	.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
	.tp_weaklistoffset = offsetof(instance, weaklist),
	.tp_dealloc = dealloc,
	.tp_repr = repr,
	.tp_methods = methods,
	.tp_getset = getset,
	.tp_init = init,
	.tp_new = new_instance,
};

/* ---- Weak references ---- */

typedef struct weak_object { PyObject_HEAD som_weak *weak; } weak_object;

static PyObject *weak_get(PyObject *self, PyObject *args, PyObject *kwds) {
	(void)kwds;
	if (PyTuple_GET_SIZE(args)) return PyErr_Format(PyExc_TypeError, "a weak reference takes no arguments");
	som_ref o = som_weak_get(((weak_object *)self)->weak);
	instance *w = o ? twin_of(o) : NULL;
	if (!w || !is_dying(w) || !w->scripted) return wrap(o, true);
	release(o);
	Py_RETURN_NONE;
}

static void weak_dealloc(PyObject *self) {
	som_weak_free(((weak_object *)self)->weak);
	Py_TYPE(self)->tp_free(self);
}

static PyTypeObject Weak_Type = {
	.ob_base = {PyObject_HEAD_INIT(NULL) 0},
	.tp_name = "dsom.Weak",
	.tp_doc = "A weak reference to an object of SOM: called it answers the object, or None once its end has begun.",
	.tp_basicsize = sizeof(weak_object),
	.tp_flags = Py_TPFLAGS_DEFAULT,
	.tp_call = weak_get,
	.tp_dealloc = weak_dealloc,
};

PyObject *weak(PyObject *module, PyObject *o) {
	som_env ev = {0};
	(void)module;
	if (!PyObject_TypeCheck(o, &Instance_Type)) return PyErr_Format(PyExc_TypeError, "an object of SOM is asked for, not %.200s", Py_TYPE(o)->tp_name);
	som_ref ref = ref_of(o);
	som_weak *w = ref ? som_weak_new(ref, &ev) : NULL;
	if (!w) return ref ? raise_env(&ev, NULL, NULL) : NULL;
	weak_object *is = (weak_object *)Weak_Type.tp_alloc(&Weak_Type, 0);
	if (is) is->weak = w;
	else som_weak_free(w);
	return (PyObject *)is;
}

/* Whether the collector's note is where it is thought to be: an object that is finalized, and then is not. */
static bool can_forget(void) {
	PyObject *ns = PyDict_New(), *o = NULL;
	bool can = false;
	PyObject *r = ns ? PyRun_String("class C:\n  def __del__(self): pass\no = C()\n", Py_file_input, ns, ns) : NULL;
	if (r && (o = PyDict_GetItemString(ns, "o")) && PyObject_IS_GC(o) && !PyObject_GC_IsFinalized(o)) {
		PyObject_CallFinalizer(o);
		can = PyObject_GC_IsFinalized(o);
		if (can) forget_finalized(o);
		can = can && !PyObject_GC_IsFinalized(o);
	}
	PyErr_Clear();
	Py_XDECREF(r); Py_XDECREF(ns);
	return can;
}

void set_up_objects(void) {
	twins = somh_twins_new();
	unfinalized = can_forget();
	PyType_Ready(&Weak_Type);
}
