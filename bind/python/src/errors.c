/* errors.c: exceptions both ways. One of Python's goes through other languages as itself, and is again what it was where it comes back to Python. */
#include "core.h"

#include <string.h>

static const char python_id[] = "IDL:opendsom/PythonError:1.0";

static PyObject *user_error, *system_error; /* dsom.UserException, dsom.SystemException */

/* ---- From C ---- */

/* An exception of Python's that others have: known by where it is, since who hands it on may have put what ends it behind something of its own. */
typedef struct held { struct held *next, **at; PyObject *e; } held;
static held *all_held;

static held *hold_exception(PyObject *e) {
	held *h = som_allocate(sizeof *h);
	if (!h) return NULL;
	*h = (held){all_held, &all_held, Py_NewRef(e)};
	if (all_held) all_held->at = &h->next;
	return all_held = h;
}

static PyObject *held_at(const void *value) {
	const held *h = all_held;
	while (h && h != value) h = h->next;
	return h ? h->e : NULL;
}

static void drop_python(void *value) {
	PyGILState_STATE s;
	held *h = value;
	if (!enter_python(&s)) return;
	if (h->next) h->next->at = h->at;
	*h->at = h->next;
	Py_DECREF(h->e);
	som_deallocate(h);
	leave_python(s);
}

static const char capsule_name[] = "dsom.environment";

static void drop_environment(PyObject *capsule) {
	som_env *ev = PyCapsule_GetPointer(capsule, capsule_name);
	if (ev) som_env_clear(ev);
	PyMem_Free(ev);
}

/* The environment, which an exception keeps: if it goes on to C unchanged, C gets all of it. */
static void keep_environment(PyObject *e, som_env *ev) {
	som_env *kept = PyMem_Malloc(sizeof *kept);
	PyObject *capsule = kept ? PyCapsule_New(kept, capsule_name, drop_environment) : NULL;
	if (!capsule) {
		PyMem_Free(kept);
		PyErr_Clear();
		return;
	}
	*kept = *ev;
	memset(ev, 0, sizeof *ev);
	if (PyObject_SetAttrString(e, "_environment", capsule) < 0) PyErr_Clear();
	Py_DECREF(capsule);
}

/* A user exception's members, with their type in front, which ends them. */
typedef struct members { const somh_type *type; _Alignas(16) char value[]; } members;

static void drop_members(void *value) {
	members *m = (members *)(void *)((char *)value - offsetof(members, value));
	somh_end(m->type, value);
	som_deallocate(m);
}

/* Texts of an environment, which may be of any octets: as other strings have them. NULL is None. */
static PyObject *text_of(const char *s) {
	return s ? PyUnicode_DecodeUTF8(s, (Py_ssize_t)strlen(s), "surrogateescape") : Py_NewRef(Py_None);
}

/* A text for an environment, as bytes: what cannot be in one is replaced. NULL: it is no text. */
static PyObject *octets_of(PyObject *text) {
	PyObject *b = text && PyUnicode_Check(text) ? PyUnicode_AsEncodedString(text, "utf-8", "surrogateescape") : NULL;
	if (b || !text || !PyUnicode_Check(text)) return b;
	PyErr_Clear();
	return PyUnicode_AsEncodedString(text, "utf-8", "replace");
}

static PyObject *user_exception(const som_env *ev, const somh_method *m, som_ref o) {
	for (uint32_t i = 0; m && ev->id && i < m->nraises; i++) {
		const somh_type *t = m->raises[i];
		if (strcmp(t->id, ev->id) != 0 || (!ev->value && t->nmembers)) continue;
		if (o && ev->drop != drop_members && somh_raised(m, o, t) < t->nmembers) continue; /* of an older release: some of its members are not there */
		if (t->nmembers) return get_value(t, ev->value, false);
		PyObject *c = class_of_type(t);
		return c ? PyObject_CallNoArgs(c) : NULL;
	}
	PyObject *make = part("unknown_user"), *id = text_of(ev->id), *text = text_of(ev->text);
	return make && id && text ? PyObject_CallFunction(make, "NN", id, text) : (Py_XDECREF(id), Py_XDECREF(text), NULL);
}

PyObject *raise_env(som_env *ev, const somh_method *m, som_ref o) {
	PyObject *e = NULL;
	if (PyErr_Occurred()) {
		som_env_clear(ev);
		return NULL;
	}
	PyObject *own = ev->major == SOM_USER_EXCEPTION && ev->value && ev->id && !strcmp(ev->id, python_id) ? held_at(ev->value) : NULL;
	if (own) {
		e = Py_NewRef(own);
	} else if (ev->major == SOM_USER_EXCEPTION) {
		e = user_exception(ev, m, o);
		if (e) keep_environment(e, ev);
	} else {
		PyObject *make = part("system"), *id = text_of(ev->id ? ev->id : "IDL:omg.org/CORBA/UNKNOWN:1.0"), *text = text_of(ev->text);
		if (make && id && text) e = PyObject_CallFunction(make, "OIIsO", id, ev->minor, ev->completed, ev->code ? som_code_name(ev->code) : "", text);
		Py_XDECREF(id), Py_XDECREF(text);
	}
	som_env_clear(ev);
	if (e) {
		PyObject *trace = PyException_GetTraceback(e);
		PyErr_Restore(Py_NewRef((PyObject *)Py_TYPE(e)), e, trace);
	}
	return NULL;
}

/* ---- To C ---- */

static const somh_type *type_of(PyObject *e) {
	PyObject *address = PyObject_GetAttrString((PyObject *)Py_TYPE(e), "_type_");
	const somh_type *t = address ? PyLong_AsVoidPtr(address) : NULL;
	Py_XDECREF(address);
	PyErr_Clear();
	return t;
}

static bool raise_user(som_env *ev, PyObject *e) {
	PyObject *capsule = PyObject_GetAttrString(e, "_environment");
	som_env *kept = capsule && PyCapsule_IsValid(capsule, capsule_name) ? PyCapsule_GetPointer(capsule, capsule_name) : NULL;
	PyErr_Clear();
	const somh_type *t = type_of(e);
	bool as_it_was = kept && kept->major;
	if (as_it_was && t && t->kind == SOMH_EXCEPTION && t->nmembers) { /* what it held is compared, since members may have been changed within */
		PyObject *was = kept->value ? get_value(t, kept->value, false) : NULL;
		as_it_was = was && kept->major && PyObject_RichCompareBool(was, e, Py_EQ) == 1;
		Py_XDECREF(was);
		PyErr_Clear();
	}
	as_it_was = as_it_was && kept->major; /* another thread may have raised it while these were compared */
	if (as_it_was) {
		som_env_clear(ev);
		*ev = *kept;
		memset(kept, 0, sizeof *kept);
	}
	Py_XDECREF(capsule);
	if (as_it_was) return true;
	if (!t || t->kind != SOMH_EXCEPTION) {
		PyObject *id = PyObject_GetAttrString(e, "id"), *octets = octets_of(id);
		if (octets) som_raise_user(ev, PyBytes_AS_STRING(octets), NULL, NULL);
		Py_XDECREF(id);
		Py_XDECREF(octets);
		PyErr_Clear();
		return ev->major != 0;
	}
	if (!t->nmembers) return som_raise_user(ev, t->id, NULL, NULL), true;
	members *m = som_allocate(sizeof *m + t->size);
	if (!m) return false;
	m->type = t;
	if (put_value(t, e, m->value, false, t->name) < 0) return som_deallocate(m), false;
	som_raise_user(ev, t->id, m->value, drop_members);
	return true;
}

static bool raise_system(som_env *ev, PyObject *e) {
	PyObject *id = PyObject_GetAttrString(e, "id"), *minor = PyObject_GetAttrString(e, "minor"), *completed = PyObject_GetAttrString(e, "completed"), *text = PyObject_GetAttrString(e, "text");
	PyObject *octets = octets_of(id), *said = octets_of(text);
	bool good = octets && minor && completed && text;
	if (good) som_raise_system(ev, PyBytes_AS_STRING(octets), (uint32_t)PyLong_AsUnsignedLongMask(minor), (uint32_t)PyLong_AsUnsignedLongMask(completed), said ? PyBytes_AS_STRING(said) : NULL);
	Py_XDECREF(octets); Py_XDECREF(said);
	Py_XDECREF(id); Py_XDECREF(minor); Py_XDECREF(completed); Py_XDECREF(text);
	PyErr_Clear();
	return good;
}

void raise_to_env(som_env *ev) {
	PyObject *type, *e, *trace;
	PyErr_Fetch(&type, &e, &trace);
	if (!type) {
		som_raise_system(ev, "IDL:omg.org/CORBA/UNKNOWN:1.0", 0, SOM_COMPLETED_MAYBE, "an error without an exception");
		return;
	}
	PyErr_NormalizeException(&type, &e, &trace);
	if (trace) PyException_SetTraceback(e, trace);
	Py_XDECREF(type); Py_XDECREF(trace);
	if (!ev) { /* nobody is to be told */
		PyErr_Restore(Py_NewRef((PyObject *)Py_TYPE(e)), e, PyException_GetTraceback(e));
		PyErr_WriteUnraisable(NULL);
		return;
	}
	bool raised = false;
	if (PyObject_IsInstance(e, user_error) == 1) raised = raise_user(ev, e);
	else if (PyObject_IsInstance(e, system_error) == 1) raised = raise_system(ev, e);
	if (PyErr_Occurred()) { /* what it has for a member cannot be one: that is what is wrong */
		Py_DECREF(e);
		raise_to_env(ev);
		return;
	}
	if (!raised) {
		PyObject *text = PyObject_CallOneArg(part("text"), e), *octets = octets_of(text);
		const char *s = octets ? PyBytes_AS_STRING(octets) : NULL;
		held *h = hold_exception(e);
		som_raise_user(ev, python_id, h, h ? drop_python : NULL);
		char *copy = s ? som_allocate(strlen(s) + 1) : NULL;
		if (copy) ev->text = strcpy(copy, s);
		Py_XDECREF(text);
		Py_XDECREF(octets);
		PyErr_Clear();
	}
	Py_DECREF(e);
}

int set_up_errors(PyObject *parts) {
	user_error = PyDict_GetItemString(parts, "UserException");
	system_error = PyDict_GetItemString(parts, "SystemException");
	return user_error && system_error ? 0 : -1;
}
