/* core.c: the module dsom._core. What Python makes better, dsom._types makes: set_parts is told of it. */
#include "core.h"

#include <pthread.h>
#include <time.h>

bool down;
static PyObject *parts;

/* ---- The interpreter's end ---- */

/* Who waits for the interpreter's lock when that ends is ended by it, in the midst of whatever C++ has called Python: which ends the process. So the
 * interpreter waits until nobody that C has called is in it, and nobody comes any more. */
enum { MAX_EXIT_WAIT = 5 }; /* seconds that the interpreter waits for calls of it from C to come back */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t left = PTHREAD_COND_INITIALIZER;
static int inside;
static _Thread_local int own; /* of inside: this thread's */

/* In a child there is only the thread that has forked. */
static void forked(void) {
	pthread_mutex_init(&gate, NULL);
	pthread_cond_init(&left, NULL);
	__atomic_store_n(&inside, own, __ATOMIC_SEQ_CST);
}

static void step_out(void) {
	own--;
	if (__atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST) != 0 || !__atomic_load_n(&down, __ATOMIC_SEQ_CST)) return;
	pthread_mutex_lock(&gate);
	pthread_cond_broadcast(&left);
	pthread_mutex_unlock(&gate);
}

bool enter_python(PyGILState_STATE *s) {
	own++;
	__atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&down, __ATOMIC_SEQ_CST)) return step_out(), false;
	*s = PyGILState_Ensure();
	return true;
}

void leave_python(PyGILState_STATE s) {
	PyGILState_Release(s);
	step_out();
}

static PyObject *shut(PyObject *module, PyObject *nothing) {
	struct timespec until;
	(void)module, (void)nothing;
	__atomic_store_n(&down, true, __ATOMIC_SEQ_CST);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += MAX_EXIT_WAIT;
	PyThreadState *s = PyEval_SaveThread();
	pthread_mutex_lock(&gate);
	while (__atomic_load_n(&inside, __ATOMIC_SEQ_CST) && pthread_cond_timedwait(&left, &gate, &until) == 0) {}
	pthread_mutex_unlock(&gate);
	PyEval_RestoreThread(s);
	Py_RETURN_NONE;
}

/* ---- What the module has ---- */

PyObject *part(const char *name) {
	PyObject *f = parts ? PyDict_GetItemString(parts, name) : NULL;
	return f ? f : PyErr_Format(PyExc_RuntimeError, "dsom has not been imported: %s", name);
}

static PyObject *set_parts(PyObject *module, PyObject *dict) {
	(void)module;
	if (!PyDict_Check(dict)) return PyErr_Format(PyExc_TypeError, "a dict is asked for");
	Py_XSETREF(parts, Py_NewRef(dict));
	if (set_up_errors(dict) < 0) return PyErr_Format(PyExc_KeyError, "exceptions");
	Py_RETURN_NONE;
}

static PyObject *class_named(PyObject *module, PyObject *args) {
	const char *name;
	unsigned major = 0, minor = 0;
	som_env ev = {0};
	(void)module;
	if (!PyArg_ParseTuple(args, "s|II", &name, &major, &minor)) return NULL;
	PyThreadState *s = PyEval_SaveThread();
	const somh_class *c = somh_named(name, &ev);
	if (c && (major || minor) && som_class_check_version(c->cls, major, minor, &ev) != SOM_OK) c = NULL;
	PyEval_RestoreThread(s);
	return c ? Py_XNewRef((PyObject *)class_of_description(c)) : raise_env(&ev, NULL, NULL);
}

/* All classes that there are, held. */
typedef struct list { som_class **all; size_t n, room; } list;

static int collect(som_class *c, void *context) {
	list *l = context;
	if (l->n == l->room) {
		som_class **more = realloc(l->all, (l->room = 2 * l->room + 64) * sizeof *more);
		if (!more) return 1;
		l->all = more;
	}
	l->all[l->n++] = (som_class *)som_retain((som_ref)c);
	return 0;
}

static void drop_list(list *l) {
	while (l->n) som_release((som_ref)l->all[--l->n]);
	free(l->all);
}

/* A type by its name, of the class that has it in its type information. */
static const somh_type *search(const char *name) {
	list l = {NULL, 0, 0};
	const somh_type *found = NULL;
	som_classes(collect, &l);
	for (size_t i = 0; i < l.n && !found; i++) {
		const som_class_info *info = som_class_describe(l.all[i]);
		const somh_class *c = info->typelib ? somh_describe(l.all[i], NULL) : NULL;
		if (c) found = somh_type_named(c, name);
	}
	drop_list(&l);
	return found;
}

static PyObject *type_named(PyObject *module, PyObject *args) {
	const char *name;
	(void)module;
	if (!PyArg_ParseTuple(args, "s", &name)) return NULL;
	PyThreadState *s = PyEval_SaveThread();
	const somh_type *t = search(name);
	PyEval_RestoreThread(s);
	if (!t) Py_RETURN_NONE;
	if (t->why) return PyErr_Format(PyExc_TypeError, "%s cannot be used: %s", name, t->why);
	return Py_XNewRef(class_of_type(t));
}

/* The types of a structure's or exception's members, as stubs write them. */
static PyObject *members(PyObject *module, PyObject *type) {
	(void)module;
	PyObject *address = PyObject_GetAttrString(type, "_type_");
	const somh_type *t = address ? PyLong_AsVoidPtr(address) : NULL;
	Py_XDECREF(address);
	if (!t) return NULL;
	PyObject *all = PyList_New(t->nmembers);
	for (uint32_t i = 0; all && i < t->nmembers; i++) {
		PyObject *name = name_of_type(t->members[i].type);
		if (!name) Py_CLEAR(all);
		else PyList_SET_ITEM(all, i, name);
	}
	return all;
}

static PyObject *load_library(PyObject *module, PyObject *args) {
	PyObject *file;
	som_env ev = {0};
	(void)module;
	if (!PyArg_ParseTuple(args, "O&", PyUnicode_FSConverter, &file)) return NULL;
	PyThreadState *s = PyEval_SaveThread();
	int code = som_library_load(PyBytes_AS_STRING(file), &ev);
	PyEval_RestoreThread(s);
	Py_DECREF(file);
	if (code != SOM_OK) return raise_env(&ev, NULL, NULL);
	Py_RETURN_NONE;
}

static PyObject *set_path(PyObject *module, PyObject *args) {
	const char *folders;
	som_env ev = {0};
	(void)module;
	if (!PyArg_ParseTuple(args, "z", &folders)) return NULL;
	if (som_set_path(folders, &ev) != SOM_OK) return raise_env(&ev, NULL, NULL);
	Py_RETURN_NONE;
}

static PyObject *class_names(PyObject *module, PyObject *nothing) {
	(void)module, (void)nothing;
	list l = {NULL, 0, 0};
	PyThreadState *s = PyEval_SaveThread();
	som_classes(collect, &l);
	PyEval_RestoreThread(s);
	PyObject *all = PyList_New((Py_ssize_t)l.n);
	for (size_t i = 0; all && i < l.n; i++) {
		PyObject *name = PyUnicode_FromString(som_class_describe(l.all[i])->name);
		if (!name) Py_CLEAR(all);
		else PyList_SET_ITEM(all, (Py_ssize_t)i, name);
	}
	drop_list(&l);
	return all;
}

static PyObject *object_at(PyObject *module, PyObject *address) {
	(void)module;
	void *p = PyLong_AsVoidPtr(address);
	if (!p) return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
	return wrap(p, false);
}

static PyMethodDef functions[] = {
	{"class_named", class_named, METH_VARARGS, NULL}, {"type_named", type_named, METH_VARARGS, NULL}, {"members", members, METH_O, NULL}, {"load_library", load_library, METH_VARARGS, NULL},
	{"set_path", set_path, METH_VARARGS, NULL}, {"class_names", class_names, METH_NOARGS, NULL}, {"object_at", object_at, METH_O, NULL},
	{"weak", weak, METH_O, NULL}, {"described", described, METH_O, NULL}, {"set_parts", set_parts, METH_O, NULL}, {"shut", shut, METH_NOARGS, NULL},
	{NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "dsom._core", .m_size = -1, .m_methods = functions};

PyMODINIT_FUNC PyInit__core(void) {
	static bool loaded;
	if (loaded) return PyErr_Format(PyExc_ImportError, "dsom is for one interpreter of a process"), NULL;
	PyObject *module = PyModule_Create(&definition);
	if (!module) return NULL;
	set_up_objects();
	if (set_up_classes(module) < 0 || pthread_atfork(NULL, NULL, forked) != 0) Py_CLEAR(module);
	loaded = module != NULL;
	return module;
}
