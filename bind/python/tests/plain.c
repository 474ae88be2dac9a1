/* plain.c: what one would write by hand: a class in C for Python, whose method is called with the interpreter's lock, and without. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

typedef struct dog {
	PyObject_HEAD
	long long said;
} dog;

__attribute__((noinline)) static long long speak(dog *d, long long n) {
	__atomic_add_fetch(&d->said, 1, __ATOMIC_RELAXED);
	return n * 2;
}

static int number(PyObject *const *args, Py_ssize_t n, long long *to) {
	if (n != 1) return PyErr_Format(PyExc_TypeError, "speak() takes exactly one argument (%zd given)", n), -1;
	*to = PyLong_AsLongLong(args[0]);
	return *to == -1 && PyErr_Occurred() ? -1 : 0;
}

static PyObject *held(PyObject *self, PyObject *const *args, Py_ssize_t n) {
	long long v;
	return number(args, n, &v) < 0 ? NULL : PyLong_FromLongLong(speak((dog *)self, v));
}

static PyObject *released(PyObject *self, PyObject *const *args, Py_ssize_t n) {
	long long v;
	if (number(args, n, &v) < 0) return NULL;
	PyThreadState *s = PyEval_SaveThread();
	v = speak((dog *)self, v);
	PyEval_RestoreThread(s);
	return PyLong_FromLongLong(v);
}

static PyMethodDef methods[] = {{"speak", (PyCFunction)(void (*)(void))held, METH_FASTCALL, NULL}, {"speak_released", (PyCFunction)(void (*)(void))released, METH_FASTCALL, NULL}, {NULL, NULL, 0, NULL}};
static PyTypeObject Dog = {
	.ob_base = {PyObject_HEAD_INIT(NULL) 0}, .tp_name = "plain.Dog", .tp_basicsize = sizeof(dog), .tp_flags = Py_TPFLAGS_DEFAULT, .tp_methods = methods, .tp_new = PyType_GenericNew};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "plain", .m_size = -1};

PyMODINIT_FUNC PyInit_plain(void) {
	PyObject *m = PyModule_Create(&definition);
	if (!m || PyType_Ready(&Dog) < 0 || PyModule_AddObjectRef(m, "Dog", (PyObject *)&Dog) < 0) return NULL;
	return m;
}
