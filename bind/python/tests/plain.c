#define PY_SSIZE_T_CLEAN
#include <Python.h>
typedef struct { PyObject_HEAD long long n; } obj;
long long speak(obj *o, long long n) __attribute__((noinline));
long long speak(obj *o, long long n) { __atomic_add_fetch(&o->n, 1, __ATOMIC_RELAXED); return n * 2; }
static PyObject *m(PyObject *self, PyObject *const *a, Py_ssize_t n) {
	if (n != 1) return NULL;
	long long v = PyLong_AsLongLong(a[0]); if (v == -1 && PyErr_Occurred()) return NULL;
	return PyLong_FromLongLong(speak((obj *)self, v)); }
static PyObject *mr(PyObject *self, PyObject *const *a, Py_ssize_t n) {
	if (n != 1) return NULL;
	long long v = PyLong_AsLongLong(a[0]); if (v == -1 && PyErr_Occurred()) return NULL;
	PyThreadState *s = PyEval_SaveThread(); v = speak((obj *)self, v); PyEval_RestoreThread(s);
	return PyLong_FromLongLong(v); }
static PyMethodDef ms[] = {{"speak",(PyCFunction)(void*)m,METH_FASTCALL,0},{"speak_released",(PyCFunction)(void*)mr,METH_FASTCALL,0},{0}};
static PyTypeObject T = {PyVarObject_HEAD_INIT(0,0) .tp_name="plain.Dog",.tp_basicsize=sizeof(obj),.tp_flags=Py_TPFLAGS_DEFAULT,.tp_methods=ms,.tp_new=PyType_GenericNew};
static struct PyModuleDef d = {PyModuleDef_HEAD_INIT,"plain",0,-1};
PyMODINIT_FUNC PyInit_plain(void){ PyObject*x=PyModule_Create(&d); PyType_Ready(&T); PyModule_AddObjectRef(x,"Dog",(PyObject*)&T); return x; }
