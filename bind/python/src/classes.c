/* classes.c: classes of SOM as classes of Python, made when they are first met, and classes of Python below them, which SOM has too. */
#include "core.h"

#include <string.h>

static somh_twins *classes;            /* of libsom's classes; native ones live as long as the process, the others are borrowed */
static _Thread_local const somh_class *building; /* whose class is being made, for its order */

static class_object *known(const som_class *c) { return somh_twin(classes, (som_ref)(void *)(uintptr_t)c); }

/* ---- Native classes ---- */

/* A name as Python takes it: its own words have an underscore in front, as OMG's mapping to Python has it. */
PyObject *python_name(const char *name) {
	static const char *const words[] = {"False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
		"finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!strcmp(name, words[i])) return PyUnicode_FromFormat("_%s", name);
	return PyUnicode_InternFromString(name);
}

static const char *bare(const char *scoped) {
	for (const char *at; (at = strstr(scoped, "::"));)
		scoped = at + 2;
	return scoped;
}

static const somh_method *accessor(const somh_class *c, const char *attribute, uint32_t flag) {
	for (uint32_t i = 0; i < c->norder; i++)
		for (uint32_t k = 0; k < c->order[i]->nmethods; k++) {
			const somh_method *m = &c->order[i]->methods[k];
			if (m->flags & flag && !strcmp(m->attribute, attribute)) return m;
		}
	return NULL;
}

static int put(class_object *c, const char *name, PyObject *value) {
	PyObject *key = value ? python_name(name) : NULL;
	int failed = key ? PyDict_SetItem(c->heap.ht_type.tp_dict, key, value) : -1;
	Py_XDECREF(key);
	Py_XDECREF(value);
	return failed;
}

static int add_method(class_object *c, const somh_method *m) {
	if ((m->flags & SOMH_ROOT) && m->why) return 0;
	if (m->attribute && !m->why) return put(c, m->attribute, new_attribute(accessor(c->cls, m->attribute, SOMH_GETS), accessor(c->cls, m->attribute, SOMH_SETS), c));
	return put(c, m->name, new_method(m, c));
}

/* Methods that have a form which is awaited. */
static int add_awaited(PyObject *names, const somh_method *m) {
	if (m->attribute || m->why || m->flags & (SOMH_INIT | SOMH_ROOT)) return 0;
	PyObject *own = python_name(m->name);
	int failed = own ? PyList_Append(names, own) : -1;
	Py_XDECREF(own);
	return failed;
}

/* What the class has beside its methods, of which the names are given, and taken. */
static int put_beside(class_object *c, PyObject *names) {
	PyObject *make = part("beside"), *more = make && names ? PyObject_CallFunctionObjArgs(make, (PyObject *)c, names, NULL) : NULL;
	int failed = more ? PyDict_Update(c->heap.ht_type.tp_dict, more) : -1;
	Py_XDECREF(names);
	Py_XDECREF(more);
	PyType_Modified(&c->heap.ht_type);
	return failed;
}

static int fill(class_object *c) {
	for (uint32_t i = 0; i < c->cls->nmethods; i++)
		if (add_method(c, &c->cls->methods[i]) < 0) return -1;
	for (uint32_t i = 0; i < c->cls->nowns; i++)
		if (add_method(c, c->cls->owns[i]) < 0) return -1;
	for (uint32_t i = 0; i < c->cls->ntypes; i++) {
		const somh_type *t = c->cls->types[i];
		if (t->kind != SOMH_NONE && put(c, bare(t->name), Py_XNewRef(class_of_type(t))) < 0) return -1;
	}
	PyType_Modified(&c->heap.ht_type);
	PyObject *names = PyList_New(0);
	bool good = names;
	for (uint32_t i = 0; good && i < c->cls->nmethods; i++)
		good = add_awaited(names, &c->cls->methods[i]) == 0;
	for (uint32_t i = 0; good && i < c->cls->nowns; i++)
		good = add_awaited(names, c->cls->owns[i]) == 0;
	if (!good) Py_CLEAR(names);
	return put_beside(c, names);
}

static PyObject *bases_of(const somh_class *c) {
	PyObject *bases = PyTuple_New(c->nparents ? c->nparents : 1);
	if (bases && !c->nparents) PyTuple_SET_ITEM(bases, 0, Py_NewRef((PyObject *)&Instance_Type));
	for (uint32_t i = 0; bases && i < c->nparents; i++) {
		class_object *p = class_of_description(c->parents[i]);
		if (!p) Py_CLEAR(bases);
		else PyTuple_SET_ITEM(bases, i, Py_NewRef((PyObject *)p));
	}
	return bases;
}

/* Classes that threads are making, and that others do not find before they are filled. Each thread has its own: what it is making refers to itself. */
typedef struct unfilled { const somh_class *c; class_object *is; struct unfilled *outer; } unfilled;
static _Thread_local unfilled *filling;

static void inherit_guard(class_object *c);

class_object *class_of_description(const somh_class *c) {
	class_object *is = known(c->cls);
	for (const unfilled *u = filling; u && !is; u = u->outer)
		if (u->c == c) is = u->is;
	if (is) return is;
	if (c->made_by) return (void)PyErr_Format(PyExc_ReferenceError, "the class %s was made in Python and is no more", c->name), NULL;
	const char *name = bare(c->name);
	PyObject *bases = bases_of(c);
	Py_ssize_t scope = name == c->name ? 0 : name - c->name - 2;
	PyObject *args = bases ? Py_BuildValue("(sN{s:(),s:s#,s:z,s:s})", name, bases, "__slots__", "__module__", scope ? c->name : "som", scope ? scope : 3, "__doc__", c->doc, "som_name", c->name) : NULL;
	if (!args) return NULL;
	const somh_class *outer = building;
	building = c;
	is = (class_object *)PyType_Type.tp_new(&Class_Type, args, NULL);
	building = outer;
	Py_DECREF(args);
	if (!is) return NULL;
	is->cls = c;
	if (c->nmade) inherit_guard(is); /* it stands below one that is made in Python */
	unfilled now = {c, is, filling};
	filling = &now;
	bool good = fill(is) == 0;
	filling = now.outer;
	class_object *others = known(c->cls);
	if (good && !others && !somh_twin_set(classes, (som_ref)c->cls, is)) PyErr_NoMemory(), good = false;
	if (!good || others) Py_CLEAR(is); /* another thread has been faster */
	return good && others ? others : is;
}

class_object *class_of_ref(som_ref o) {
	class_object *is = known(som_class_of(o));
	if (is) return is;
	som_env ev = {0};
	PyThreadState *s = PyEval_SaveThread(); /* others may be making classes, and be in Python for it */
	const somh_class *c = somh_describe(som_class_of(o), &ev);
	PyEval_RestoreThread(s);
	if (!c) return (class_object *)raise_env(&ev, NULL, NULL);
	return class_of_description(c);
}

/* The order of a class is SOM's; of one that is made in Python, Python's. */
static PyObject *mro(PyObject *self, PyObject *nothing) {
	const somh_class *c = building;
	(void)nothing;
	if (!c) return PyObject_CallMethod((PyObject *)&PyType_Type, "mro", "O", self);
	PyObject *order = PyList_New(0);
	building = NULL;
	bool good = order && PyList_Append(order, self) == 0;
	for (uint32_t i = 1; good && i < c->norder; i++) {
		class_object *k = class_of_description(c->order[i]);
		good = k && PyList_Append(order, (PyObject *)k) == 0;
	}
	building = c;
	good = good && PyList_Append(order, (PyObject *)&Instance_Type) == 0 && PyList_Append(order, (PyObject *)&PyBaseObject_Type) == 0;
	if (!good) Py_CLEAR(order);
	return order;
}

/* ---- Classes made in Python ---- */

/* Whether what the class has under a name is its own, or a mixin's that comes before all classes of SOM: 1, 0; -1: an error. */
static int is_overridden(PyTypeObject *type, PyObject *name) {
	PyObject *order = type->tp_mro;
	for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(order); i++) {
		PyTypeObject *t = (PyTypeObject *)PyTuple_GET_ITEM(order, i);
		int has = t->tp_dict ? PyDict_Contains(t->tp_dict, name) : 0;
		if (has < 0) return -1;
		if (has) return t == type || (!PyObject_TypeCheck((PyObject *)t, &Class_Type) && t != &Instance_Type && t != &PyBaseObject_Type);
	}
	return 0;
}

typedef struct making { struct somh_override *overrides; uint32_t n, room; } making;

static int add_override(making *m, class_object *c, const somh_method *of) {
	if (of->why || of->kind != SOM_STATIC || of->flags & SOMH_INIT) return 0;
	PyObject *name = python_name(of->attribute ? of->attribute : of->name);
	int is = name ? is_overridden(&c->heap.ht_type, name) : -1;
	Py_XDECREF(name);
	if (is <= 0) return is;
	for (uint32_t i = 0; i < m->n; i++)
		if (m->overrides[i].method == of) return 0;
	if (m->n == m->room) {
		struct somh_override *more = PyMem_Realloc(m->overrides, (m->room = 2 * m->room + 8) * sizeof *more);
		if (!more) return PyErr_NoMemory(), -1;
		m->overrides = more;
	}
	override *o = new_override(c, of);
	if (!o) return -1;
	m->overrides[m->n++] = (struct somh_override){of, o};
	return 0;
}

/* SOM's class for one of Python's. */
static int define(class_object *c, PyObject *name, bool exact) {
	PyObject *bases = c->heap.ht_type.tp_bases;
	Py_ssize_t n = PyTuple_GET_SIZE(bases);
	const somh_class **parents = PyMem_Calloc((size_t)n, sizeof *parents);
	making m = {0};
	som_env ev = {0};
	int failed = parents ? 0 : -1;
	somh_definition d = {.size_of = sizeof d, .name = PyUnicode_AsUTF8(name), .parents = parents, .handler = handle, .begin = begin_instance, .end = end_instance, .context = c, .exact = exact};
	for (Py_ssize_t i = 0; parents && i < n; i++) {
		class_object *p = (class_object *)PyTuple_GET_ITEM(bases, i);
		if (PyObject_TypeCheck((PyObject *)p, &Class_Type) && p->cls) parents[d.nparents++] = p->cls;
	}
	if (!failed && !d.nparents) PyErr_Format(PyExc_TypeError, "class %s has no class of SOM as its base", d.name), failed = -1;
	for (uint32_t i = 0; !failed && i < d.nparents; i++)
		for (uint32_t k = 0; !failed && k < parents[i]->norder; k++)
			for (uint32_t j = 0; !failed && j < parents[i]->order[k]->nmethods; j++)
				failed = add_override(&m, c, &parents[i]->order[k]->methods[j]);
	if (!failed && d.name) {
		d.overrides = m.overrides, d.noverrides = m.n;
		PyThreadState *s = PyEval_SaveThread();
		const somh_class *is = somh_define(&d, &ev);
		PyEval_RestoreThread(s);
		c->stays = !is && ev.code == SOM_E_BUSY;
		if (!is) raise_env(&ev, NULL, NULL), failed = -1;
		else if (!somh_twin_set(classes, (som_ref)is->cls, c)) PyErr_NoMemory(), failed = -1;
		if (is) c->cls = is;
		for (override *o = c->overrides; is && o; o = o->next)
			__atomic_store_n(&o->cls, is, __ATOMIC_RELEASE);
	}
	PyMem_Free(parents), PyMem_Free(m.overrides);
	return d.name ? failed : -1;
}

/* Where __del__ may be: in front of it stands what keeps an object that others have. */
static void guard(class_object *c) {
	PyTypeObject *t = &c->heap.ht_type;
	if (t->tp_finalize == finalize_scripted) return;
	c->finalize = t->tp_finalize;
	t->tp_finalize = finalize_scripted;
}

/* Of a class below others: what is inherited is guarded already. */
static void inherit_guard(class_object *c) {
	for (PyTypeObject *t = c->heap.ht_type.tp_base; t && !c->finalize; t = t->tp_base)
		if (PyObject_TypeCheck((PyObject *)t, &Class_Type)) c->finalize = ((class_object *)t)->finalize;
	guard(c);
}

/* Where __del__ has been assigned or deleted: it is what classes below inherit, too. */
static int guard_below(class_object *c) {
	guard(c);
	PyObject *below = PyObject_CallMethod((PyObject *)&PyType_Type, "__subclasses__", "O", c);
	int failed = below ? 0 : -1;
	for (Py_ssize_t i = 0; !failed && i < PyList_GET_SIZE(below); i++) {
		class_object *k = (class_object *)PyList_GET_ITEM(below, i);
		if (PyObject_TypeCheck((PyObject *)k, &Class_Type) && (k->made || (k->cls && k->cls->nmade))) failed = guard_below(k);
	}
	Py_XDECREF(below);
	return failed;
}

/* One that SOM would not take. */
static void drop_override(class_object *c, override *o) {
	override **at = &c->overrides;
	while (*at && *at != o) at = &(*at)->next;
	if (*at) *at = o->next;
	Py_XDECREF(o->name);
	PyMem_Free(o);
}

static PyObject *class_new(PyTypeObject *meta, PyObject *args, PyObject *kwds) {
	PyObject *name = NULL, *others = NULL;
	if (kwds && !(others = PyDict_Copy(kwds))) return NULL;
	if (others && (name = PyDict_GetItemString(others, "name"))) {
		Py_INCREF(name);
		if (!PyUnicode_Check(name)) PyErr_Format(PyExc_TypeError, "name must be str, not %.200s", Py_TYPE(name)->tp_name);
		else PyDict_DelItemString(others, "name");
	}
	const somh_class *outer = building;
	building = NULL;
	class_object *c = PyErr_Occurred() ? NULL : (class_object *)PyType_Type.tp_new(meta, args, others);
	building = outer;
	Py_XDECREF(others);
	if (c) {
		inherit_guard(c);
		c->made = true;
		PyObject *own = name ? Py_NewRef(name) : PyObject_GetAttrString((PyObject *)c, "__name__");
		if (!own || define(c, own, name != NULL) < 0) Py_CLEAR(c);
		else if (PyDict_SetItemString(c->heap.ht_type.tp_dict, "som_name", own) < 0) Py_CLEAR(c);
		if (c && !name) {
			PyObject *is = PyUnicode_FromString(c->cls->name);
			if (!is || PyDict_SetItemString(c->heap.ht_type.tp_dict, "som_name", is) < 0) Py_CLEAR(c);
			Py_XDECREF(is);
		}
		PyObject *names = c ? PyList_New(0) : NULL;
		for (override *o = c ? c->overrides : NULL; names && o; o = o->next)
			if (add_awaited(names, o->m) < 0) Py_CLEAR(names);
		if (c && put_beside(c, names) < 0) Py_CLEAR(c);
		Py_XDECREF(own);
	}
	Py_XDECREF(name);
	return (PyObject *)c;
}

static int class_init(PyObject *self, PyObject *args, PyObject *kwds) {
	(void)kwds;
	return PyType_Type.tp_init(self, args, NULL);
}

static int class_setattro(PyObject *self, PyObject *name, PyObject *value) {
	class_object *c = (class_object *)self;
	if (!c->made) return PyErr_Format(PyExc_TypeError, "cannot set %R attribute of immutable type '%s'", name, c->heap.ht_type.tp_name), -1;
	if (PyType_Type.tp_setattro(self, name, value) < 0) return -1;
	if (guard_below(c) < 0) return -1;
	for (uint32_t i = 1; value && c->cls && i < c->cls->norder; i++)
		for (uint32_t k = 0; k < c->cls->order[i]->nmethods; k++) {
			const somh_method *m = &c->cls->order[i]->methods[k];
			bool there = m->why || m->kind != SOM_STATIC || m->flags & SOMH_INIT;
			for (override *o = c->overrides; o && !there; o = o->next)
				there = o->m == m;
			if (there) continue;
			PyObject *own = python_name(m->attribute ? m->attribute : m->name);
			int same = own ? PyUnicode_Compare(own, name) == 0 : -1;
			Py_XDECREF(own);
			override *o = same > 0 ? new_override(c, m) : NULL;
			som_env ev = {0};
			if (same < 0 || (same && !o)) return -1;
			if (!o) continue;
			PyThreadState *s = PyEval_SaveThread(); /* others may be describing classes, and be in Python for it */
			int code = somh_override(c->cls, m, o, &ev);
			PyEval_RestoreThread(s);
			if (code != SOM_OK) return drop_override(c, o), raise_env(&ev, m, NULL), -1;
			PyObject *names = PyList_New(0);
			if (names && add_awaited(names, m) < 0) Py_CLEAR(names);
			if (put_beside(c, names) < 0) return -1;
		}
	return 0;
}

static void class_dealloc(PyObject *self) {
	class_object *c = (class_object *)self;
	som_env ev = {0};
	const somh_class *cls = c->made ? c->cls : NULL;
	bool gone = !cls && !c->stays; /* or else SOM's class may live on, and what calls of it come to with it */
	for (override *o = c->overrides; o; o = o->next)
		o->type = NULL; /* before others may look at it */
	if (cls) somh_twin_set(classes, (som_ref)cls->cls, NULL);
	if (cls && !down) {
		c->cls = NULL;
		PyThreadState *s = PyEval_SaveThread();
		gone = somh_undefine(cls, &ev) == SOM_OK; /* else another language has it: it goes on with what stands above */
		PyEval_RestoreThread(s);
		som_env_clear(&ev);
	}
	for (override *o = c->overrides, *next; o; o = next) {
		next = o->next;
		if (!gone) break;
		Py_XDECREF(o->name);
		PyMem_Free(o);
	}
	PyType_Type.tp_dealloc(self);
}

static PyObject *class_repr(PyObject *self) {
	class_object *c = (class_object *)self;
	return c->cls ? PyUnicode_FromFormat("<class '%s' of SOM>", c->cls->name) : PyUnicode_FromFormat("<class '%s'>", c->heap.ht_type.tp_name);
}

static PyObject *class_version(PyObject *self, void *nothing) {
	class_object *c = (class_object *)self;
	return (void)nothing, Py_BuildValue("(II)", c->cls ? c->cls->major : 0, c->cls ? c->cls->minor : 0);
}

static PyObject *class_instances(PyObject *self, void *nothing) {
	class_object *c = (class_object *)self;
	return (void)nothing, PyLong_FromUnsignedLongLong(c->cls ? som_class_instances(c->cls->cls) : 0);
}

static PyObject *class_library(PyObject *self, void *nothing) {
	class_object *c = (class_object *)self;
	const som_class_info *info = c->cls ? som_class_describe(c->cls->cls) : NULL;
	(void)nothing;
	return info && info->library ? PyUnicode_DecodeFSDefault(info->library) : Py_NewRef(Py_None);
}

static PyMethodDef class_methods[] = {{"mro", mro, METH_NOARGS, NULL},
	{"som_new", new_plainly, METH_NOARGS, "Makes an object as other languages do: without arguments, with __init__ called by SOM."},
	{NULL, NULL, 0, NULL}};
static PyGetSetDef class_getset[] = {
	{"som_version", class_version, NULL, "Major and minor version of the class.", NULL},
	{"som_instances", class_instances, NULL, "How many instances of the class live, whoever made them.", NULL},
	{"som_library", class_library, NULL, "The file that the class came from, or None.", NULL},
	{NULL, NULL, NULL, NULL, NULL},
};

PyTypeObject Class_Type = {
	.ob_base = {PyObject_HEAD_INIT(NULL) 0},
	.tp_name = "dsom.Class",
	.tp_doc = "The class of classes of SOM.",
	.tp_basicsize = sizeof(class_object),
	.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
	.tp_new = class_new,
	.tp_init = class_init,
	.tp_dealloc = class_dealloc,
	.tp_setattro = class_setattro,
	.tp_repr = class_repr,
	.tp_methods = class_methods,
	.tp_getset = class_getset,
};

/* ---- What a class has, for tools ---- */

static PyObject *described_params(const somh_method *m) {
	static const char *const ways[] = {"in", "out", "inout"};
	PyObject *all = PyList_New(0);
	for (uint32_t i = 0; all && i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		if (p->type->kind == SOMH_MAKING) continue;
		PyObject *type = name_of_type(p->type), *one = type ? Py_BuildValue("(sNsO)", p->name, type, ways[p->direction], p->nullable ? Py_True : Py_False) : NULL;
		if (!one || PyList_Append(all, one) < 0) Py_CLEAR(all);
		Py_XDECREF(one);
	}
	return all;
}

PyObject *described(PyObject *module, PyObject *type) {
	(void)module;
	class_object *c = (class_object *)type;
	if (!PyObject_TypeCheck(type, &Class_Type) || !c->cls) return PyErr_Format(PyExc_TypeError, "a class of SOM is asked for");
	PyObject *all = PyList_New(0);
	for (uint32_t i = 0; all && i < c->cls->nmethods; i++) {
		const somh_method *m = &c->cls->methods[i];
		if (m->why) continue;
		PyObject *result = name_of_type(m->result.type), *params = result ? described_params(m) : NULL, *raises = params ? PyList_New(0) : NULL;
		for (uint32_t k = 0; raises && k < m->nraises; k++) {
			PyObject *name = PyUnicode_FromString(m->raises[k]->name);
			if (!name || PyList_Append(raises, name) < 0) Py_CLEAR(raises);
			Py_XDECREF(name);
		}
		PyObject *one = raises ? Py_BuildValue("{s:s,s:z,s:z,s:O,s:O,s:O,s:O,s:I,s:O}", "name", m->name, "attribute", m->attribute, "doc", m->doc, "params", params, "result", result,
			"nullable", m->result.nullable ? Py_True : Py_False, "raises", raises, "flags", m->flags, "oneway", m->flags & SOMH_ONEWAY ? Py_True : Py_False) : NULL;
		if (!one || PyList_Append(all, one) < 0) Py_CLEAR(all);
		Py_XDECREF(result); Py_XDECREF(params); Py_XDECREF(raises); Py_XDECREF(one);
	}
	return all;
}

int set_up_classes(PyObject *module) {
	classes = somh_twins_new();
	Class_Type.tp_base = &PyType_Type;
	Class_Type.tp_itemsize = PyType_Type.tp_itemsize;
	if (!classes || PyType_Ready(&Class_Type) < 0 || PyType_Ready(&Instance_Type) < 0 || PyType_Ready(&Method_Type) < 0 || PyType_Ready(&Attribute_Type) < 0) return -1;
	return PyModule_AddObjectRef(module, "Class", (PyObject *)&Class_Type) < 0 || PyModule_AddObjectRef(module, "Instance", (PyObject *)&Instance_Type) < 0 ||
		PyModule_AddObjectRef(module, "Method", (PyObject *)&Method_Type) < 0 || PyModule_AddObjectRef(module, "Attribute", (PyObject *)&Attribute_Type) < 0 ? -1 : 0;
}
