/* values.c: values between Python and memory as C has it. */
#include "core.h"

#include <math.h>
#include <string.h>

static somh_twins *classes; /* of types: what Python has for each, by its address */

PyObject *class_of_type(const somh_type *t) {
	if (!classes && !(classes = somh_twins_new())) return PyErr_NoMemory();
	PyObject *c = somh_twin(classes, (som_ref)(void *)(uintptr_t)t);
	if (c) return c;
	PyObject *make = part("make"), *members = PyList_New(0);
	for (uint32_t i = 0; make && members && i < t->nmembers; i++) {
		PyObject *name = PyUnicode_FromString(t->members[i].name);
		if (!name || PyList_Append(members, name) < 0) Py_CLEAR(members);
		Py_XDECREF(name);
	}
	static const char *const kinds[SOMH_KINDS] = {[SOMH_ENUM] = "enum", [SOMH_STRUCT] = "struct", [SOMH_UNION] = "union", [SOMH_EXCEPTION] = "exception"};
	if (make && members) c = PyObject_CallFunction(make, "ssOzz", kinds[t->kind], t->name, members, t->id, t->doc);
	Py_XDECREF(members);
	PyObject *address = c ? PyLong_FromVoidPtr((void *)(uintptr_t)t) : NULL;
	if (c && (!address || PyObject_SetAttrString(c, "_type_", address) < 0)) Py_CLEAR(c);
	Py_XDECREF(address);
	PyObject *others = c ? somh_twin(classes, (som_ref)(void *)(uintptr_t)t) : NULL; /* another thread may have made it meanwhile */
	if (others) {
		Py_DECREF(c);
		return others;
	}
	if (c && !somh_twin_set(classes, (som_ref)(void *)(uintptr_t)t, c)) {
		Py_CLEAR(c);
		PyErr_NoMemory();
	}
	return c; /* for good, as the type is */
}

PyObject *name_of_type(const somh_type *t) {
	static const char *const names[SOMH_KINDS] = {[SOMH_VOID] = "None", [SOMH_BOOLEAN] = "bool", [SOMH_OCTET] = "int", [SOMH_CHAR] = "str", [SOMH_WCHAR] = "str", [SOMH_INT8] = "int",
		[SOMH_SHORT] = "int", [SOMH_USHORT] = "int", [SOMH_LONG] = "int", [SOMH_ULONG] = "int", [SOMH_LONGLONG] = "int", [SOMH_ULONGLONG] = "int", [SOMH_FLOAT] = "float",
		[SOMH_DOUBLE] = "float", [SOMH_STRING] = "str", [SOMH_WSTRING] = "str", [SOMH_POINTER] = "int", [SOMH_MAKING] = "None"};
	if (t->kind < SOMH_KINDS && names[t->kind]) return PyUnicode_FromString(names[t->kind]);
	switch (t->kind) {
	case SOMH_OBJECT: return PyUnicode_FromString(*t->name ? t->name : "SOMObject");
	case SOMH_SEQUENCE:
		if (t->elem->kind == SOMH_OCTET) return PyUnicode_FromString("bytes"); /* fall through */
	case SOMH_ARRAY: {
		PyObject *elem = name_of_type(t->elem), *all = elem ? PyUnicode_FromFormat("list[%U]", elem) : NULL;
		Py_XDECREF(elem);
		return all;
	}
	}
	return PyUnicode_FromString(*t->name ? t->name : "Any");
}

/* ---- From C ---- */

static PyObject *text_of(const char *s, bool nullable) {
	if (!s && nullable) Py_RETURN_NONE;
	return s ? PyUnicode_DecodeUTF8(s, (Py_ssize_t)strlen(s), "surrogateescape") : PyUnicode_FromString("");
}

static PyObject *wide_of(const uint16_t *s, bool nullable) {
	Py_ssize_t n = 0;
	int order = PY_BIG_ENDIAN ? 1 : -1;
	if (!s && nullable) Py_RETURN_NONE;
	while (s && s[n]) n++;
	return PyUnicode_DecodeUTF16(s ? (const char *)s : "", n * 2, "surrogatepass", &order);
}

static PyObject *list_of(const somh_type *elem, const char *p, uint64_t n) {
	if (Py_EnterRecursiveCall(" in a value")) return NULL;
	PyObject *all = PyList_New((Py_ssize_t)n);
	for (uint64_t i = 0; all && i < n; i++) {
		PyObject *o = get_value(elem, p + i * elem->size, false);
		if (!o) Py_CLEAR(all);
		else PyList_SET_ITEM(all, (Py_ssize_t)i, o);
	}
	Py_LeaveRecursiveCall();
	return all;
}

static PyObject *composed_of(const somh_type *t, const char *p) {
	PyObject *c = class_of_type(t), *args = c ? PyTuple_New(t->nmembers) : NULL, *o = NULL;
	if (!args || Py_EnterRecursiveCall(" in a value")) {
		Py_XDECREF(args);
		return NULL;
	}
	for (uint32_t i = 0; args && i < t->nmembers; i++) {
		o = get_value(t->members[i].type, p + t->members[i].offset, false);
		if (!o) Py_CLEAR(args);
		else PyTuple_SET_ITEM(args, i, o);
	}
	Py_LeaveRecursiveCall();
	o = args ? PyObject_CallObject(c, args) : NULL;
	Py_XDECREF(args);
	return o;
}

static PyObject *enumerator_of(const somh_type *t, uint32_t n) {
	PyObject *c = class_of_type(t);
	if (!c) return NULL;
	return n < t->nmembers ? PyObject_CallFunction(c, "I", n) : PyLong_FromUnsignedLong(n); /* of a later release */
}

static PyObject *union_of(const somh_type *t, const char *p) {
	PyObject *c = class_of_type(t), *d, *v, *o = NULL;
	int32_t arm = somh_arm(t, p);
	if (!c || Py_EnterRecursiveCall(" in a value")) return NULL;
	d = get_value(t->elem, p, false);
	v = arm < 0 ? Py_NewRef(Py_None) : get_value(t->members[arm].type, p + t->members[arm].offset, false);
	if (d && v) o = PyObject_CallFunctionObjArgs(c, d, v, NULL);
	Py_XDECREF(d);
	Py_XDECREF(v);
	Py_LeaveRecursiveCall();
	return o;
}

#define AT(T) (*(const T *)p)

PyObject *get_value(const somh_type *t, const void *p, bool nullable) {
	const somh_sequence *q = p;
	switch (t->kind) {
	case SOMH_VOID: Py_RETURN_NONE;
	case SOMH_BOOLEAN: return PyBool_FromLong(AT(uint8_t) != 0);
	case SOMH_OCTET: return PyLong_FromLong(AT(uint8_t));
	case SOMH_CHAR: return PyUnicode_FromOrdinal(AT(uint8_t));
	case SOMH_WCHAR: return PyUnicode_FromOrdinal(AT(uint16_t));
	case SOMH_INT8: return PyLong_FromLong(AT(int8_t));
	case SOMH_SHORT: return PyLong_FromLong(AT(int16_t));
	case SOMH_USHORT: return PyLong_FromLong(AT(uint16_t));
	case SOMH_LONG: return PyLong_FromLong(AT(int32_t));
	case SOMH_ULONG: return PyLong_FromUnsignedLong(AT(uint32_t));
	case SOMH_LONGLONG: return PyLong_FromLongLong(AT(int64_t));
	case SOMH_ULONGLONG: return PyLong_FromUnsignedLongLong(AT(uint64_t));
	case SOMH_FLOAT: return PyFloat_FromDouble((double)AT(float));
	case SOMH_DOUBLE: return PyFloat_FromDouble(AT(double));
	case SOMH_STRING: return text_of(AT(char *), nullable);
	case SOMH_WSTRING: return wide_of(AT(uint16_t *), nullable);
	case SOMH_OBJECT: return wrap(AT(som_ref), false);
	case SOMH_POINTER: return *(void *const *)p ? PyLong_FromVoidPtr(*(void *const *)p) : Py_NewRef(Py_None);
	case SOMH_ENUM: return enumerator_of(t, AT(uint32_t));
	case SOMH_STRUCT:
	case SOMH_EXCEPTION: return composed_of(t, p);
	case SOMH_UNION: return union_of(t, p);
	case SOMH_ARRAY:
		if (t->elem->kind == SOMH_OCTET) return PyBytes_FromStringAndSize(p, (Py_ssize_t)t->bound);
		return list_of(t->elem, p, t->bound);
	case SOMH_SEQUENCE:
		if ((uint64_t)q->length * t->elem->size > SOMH_MAX_SIZE) return PyErr_Format(PyExc_OverflowError, "a sequence of %u elements has more than %d octets (SOMH_MAX_SIZE)", q->length, SOMH_MAX_SIZE);
		if (q->length && !q->buffer) return PyErr_Format(PyExc_ValueError, "a sequence of %u elements has none", q->length);
		if (t->elem->kind == SOMH_OCTET) return PyBytes_FromStringAndSize(q->buffer, q->length);
		return list_of(t->elem, q->buffer, q->length);
	}
	return PyErr_Format(PyExc_TypeError, "a value of a type that has no form here: %s", t->why ? t->why : t->name);
}

/* ---- To C ---- */

static _Thread_local int depth; /* of the value that is being put */

/* Whether it gets deeper than values may be, which is an error. */
static bool deeper(void) {
	if (depth < SOMH_MAX_NESTING / 2) return depth++, false;
	PyErr_Format(PyExc_RecursionError, "values are nested deeper than %d (half of SOMH_MAX_NESTING)", SOMH_MAX_NESTING / 2);
	return true;
}

/* What is none of a type: in the words of Python's own conversions. */
static int refuse(PyObject *o, const char *what, const char *wanted) {
	PyErr_Format(PyExc_TypeError, "%s must be %s, not %.200s", what, wanted, o == Py_None ? "None" : Py_TYPE(o)->tp_name);
	return -1;
}

static int put_whole(const somh_type *t, PyObject *o, void *p, const char *what) {
	static const struct { long long least; unsigned long long most; const char *name; } ranges[SOMH_KINDS] = {[SOMH_OCTET] = {0, UINT8_MAX, "octet"}, [SOMH_INT8] = {INT8_MIN, INT8_MAX, "int8"},
		[SOMH_SHORT] = {INT16_MIN, INT16_MAX, "short"}, [SOMH_USHORT] = {0, UINT16_MAX, "unsigned short"}, [SOMH_LONG] = {INT32_MIN, INT32_MAX, "long"},
		[SOMH_ULONG] = {0, UINT32_MAX, "unsigned long"}, [SOMH_LONGLONG] = {INT64_MIN, INT64_MAX, "long long"}, [SOMH_ULONGLONG] = {0, UINT64_MAX, "unsigned long long"}};
	int overflow = 0;
	PyObject *index = NULL;
	if (!PyLong_Check(o)) {
		if (!PyIndex_Check(o)) return refuse(o, what, "int");
		if (!(o = index = PyNumber_Index(o))) return -1;
	}
	long long v = PyLong_AsLongLongAndOverflow(o, &overflow);
	bool fits = overflow == 0 && v >= ranges[t->kind].least && (v < 0 || (unsigned long long)v <= ranges[t->kind].most);
	if (t->kind == SOMH_ULONGLONG && overflow > 0) {
		unsigned long long u = PyLong_AsUnsignedLongLong(o);
		fits = !(u == (unsigned long long)-1 && PyErr_Occurred());
		PyErr_Clear();
		v = (long long)u;
	}
	if (!fits) PyErr_Format(PyExc_OverflowError, "%s: %.100R is out of the range of %s (%lld to %llu)", what, o, ranges[t->kind].name, ranges[t->kind].least, ranges[t->kind].most);
	Py_XDECREF(index);
	if (!fits) return -1;
	switch (t->size) {
	case 1: *(uint8_t *)p = (uint8_t)v; break;
	case 2: *(uint16_t *)p = (uint16_t)v; break;
	case 4: *(uint32_t *)p = (uint32_t)v; break;
	default: *(uint64_t *)p = (uint64_t)v;
	}
	return 0;
}

static int put_character(const somh_type *t, PyObject *o, void *p, const char *what) {
	if (PyBytes_Check(o) && PyBytes_GET_SIZE(o) == 1 && t->kind == SOMH_CHAR) return *(char *)p = *PyBytes_AS_STRING(o), 0;
	if (!PyUnicode_Check(o)) return refuse(o, what, "str");
	if (PyUnicode_GET_LENGTH(o) != 1) return PyErr_Format(PyExc_TypeError, "%s must be a string of length 1, not %zd", what, PyUnicode_GET_LENGTH(o)), -1;
	Py_UCS4 c = PyUnicode_READ_CHAR(o, 0), most = t->kind == SOMH_CHAR ? 0xff : 0xffff;
	if (c > most) return PyErr_Format(PyExc_OverflowError, "%s: the character %R is beyond U+%04X", what, o, most), -1;
	if (t->kind == SOMH_CHAR) *(uint8_t *)p = (uint8_t)c;
	else *(uint16_t *)p = (uint16_t)c;
	return 0;
}

static int put_text(const somh_type *t, PyObject *o, char **p, const char *what) {
	Py_ssize_t n;
	if (!PyUnicode_Check(o)) return refuse(o, what, "str");
	PyObject *octets = NULL;
	const char *s = PyUnicode_AsUTF8AndSize(o, &n);
	if (!s) { /* what came as no UTF-8 goes as it came */
		PyErr_Clear();
		if (!(octets = PyUnicode_AsEncodedString(o, "utf-8", "surrogateescape"))) return -1;
		s = PyBytes_AS_STRING(octets), n = PyBytes_GET_SIZE(octets);
	}
	int failed = 0;
	if (strlen(s) != (size_t)n) PyErr_Format(PyExc_ValueError, "%s: embedded null character", what), failed = -1;
	else if (t->bound && (uint64_t)n > t->bound) PyErr_Format(PyExc_ValueError, "%s: %zd octets, and the string has at most %llu", what, n, (unsigned long long)t->bound), failed = -1;
	else if (!(*p = som_allocate((size_t)n + 1))) PyErr_NoMemory(), failed = -1;
	else memcpy(*p, s, (size_t)n);
	Py_XDECREF(octets);
	return failed;
}

static int put_wide(const somh_type *t, PyObject *o, uint16_t **p, const char *what) {
	if (!PyUnicode_Check(o)) return refuse(o, what, "str");
	PyObject *octets = PyUnicode_AsEncodedString(o, PY_BIG_ENDIAN ? "utf-16-be" : "utf-16-le", "surrogatepass");
	if (!octets) return -1;
	size_t n = (size_t)PyBytes_GET_SIZE(octets) / 2;
	if (t->bound && n > t->bound) {
		Py_DECREF(octets);
		return PyErr_Format(PyExc_ValueError, "%s: %zu characters, and the wstring has at most %llu", what, n, (unsigned long long)t->bound), -1;
	}
	uint16_t *to = som_allocate((n + 1) * 2);
	if (to) memcpy(to, PyBytes_AS_STRING(octets), n * 2);
	Py_DECREF(octets);
	if (!to) return PyErr_NoMemory(), -1;
	*p = to;
	for (size_t i = 0; i < n; i++)
		if (!to[i]) {
			som_deallocate(to);
			*p = NULL;
			PyErr_Format(PyExc_ValueError, "%s: embedded null character", what);
			return -1;
		}
	return 0;
}

static int put_object(const somh_type *t, PyObject *o, som_ref *p, const char *what) {
	if (!PyObject_TypeCheck(o, &Instance_Type)) return refuse(o, what, *t->name ? t->name : "an object of SOM");
	som_ref ref = ref_of(o);
	if (!ref) return -1;
	if (!somh_accepts(t, ((class_object *)Py_TYPE(o))->cls)) return refuse(o, what, *t->name ? t->name : "an object of SOM");
	*p = som_retain(ref);
	return 0;
}

/* n elements, for which there is room; what is converted may run Python, which may change the list. */
static int put_each(const somh_type *elem, PyObject *fast, Py_ssize_t n, char *p, const char *what) {
	if (deeper()) return -1;
	int failed = 0;
	for (Py_ssize_t i = 0; !failed && i < n; i++) {
		char each[200];
		if (i >= PySequence_Fast_GET_SIZE(fast)) {
			PyErr_Format(PyExc_RuntimeError, "%s changed size", what);
			failed = -1;
			break;
		}
		PyObject *o = PySequence_Fast_GET_ITEM(fast, i);
		if (PyLong_CheckExact(o) && elem->kind == SOMH_LONG) { /* without the text of an error */
			int overflow;
			long v = PyLong_AsLongAndOverflow(o, &overflow);
			if (!overflow && v >= INT32_MIN && v <= INT32_MAX) {
				((int32_t *)(void *)p)[i] = (int32_t)v;
				continue;
			}
		}
		PyOS_snprintf(each, sizeof each, "%.150s[%zd]", what, i);
		Py_INCREF(o);
		failed = put_value(elem, o, p + (size_t)i * elem->size, false, each);
		Py_DECREF(o);
	}
	depth--;
	return failed;
}

static int put_octets(PyObject *o, char *p, uint64_t n, const char *what) {
	Py_buffer b;
	if (PyObject_GetBuffer(o, &b, PyBUF_SIMPLE) < 0) return -1;
	int failed = (uint64_t)b.len == n ? 0 : -1;
	if (failed) PyErr_Format(PyExc_ValueError, "%s: %zd octets, not %llu", what, b.len, (unsigned long long)n);
	else memcpy(p, b.buf, (size_t)n);
	PyBuffer_Release(&b);
	return failed;
}

static int put_many(const somh_type *t, PyObject *o, void *p, const char *what) {
	somh_sequence *q = p;
	bool octets = t->elem->kind == SOMH_OCTET && PyObject_CheckBuffer(o);
	if (PyUnicode_Check(o) || (!octets && (PyDict_Check(o) || PyObject_CheckBuffer(o)))) return refuse(o, what, t->elem->kind == SOMH_OCTET ? "bytes or a sequence of int" : "a sequence");
	PyObject *fast = octets ? Py_NewRef(o) : PySequence_Fast(o, "");
	if (!fast) {
		if (!PyErr_ExceptionMatches(PyExc_TypeError)) return -1;
		PyErr_Clear();
		return refuse(o, what, "a sequence");
	}
	Py_ssize_t n = octets ? PyObject_Length(o) : PySequence_Fast_GET_SIZE(fast);
	int failed = -1;
	char *to = p;
	if (n < 0) {
	} else if (t->kind == SOMH_ARRAY && (uint64_t)n != t->bound) {
		PyErr_Format(PyExc_ValueError, "%s: %zd elements, and the array has %llu", what, n, (unsigned long long)t->bound);
	} else if (t->kind == SOMH_SEQUENCE && t->bound && (uint64_t)n > t->bound) {
		PyErr_Format(PyExc_ValueError, "%s: %zd elements, and the sequence has at most %llu", what, n, (unsigned long long)t->bound);
	} else if (t->elem->size && (uint64_t)n > SOMH_MAX_SIZE / t->elem->size) {
		PyErr_Format(PyExc_OverflowError, "%s: a sequence of %zd elements has more than %d octets (SOMH_MAX_SIZE)", what, n, SOMH_MAX_SIZE);
	} else if (t->kind == SOMH_SEQUENCE && n && !(to = som_allocate((size_t)n * t->elem->size))) {
		PyErr_NoMemory();
	} else {
		if (t->kind == SOMH_SEQUENCE) *q = (somh_sequence){(uint32_t)n, (uint32_t)n, n ? to : NULL};
		failed = octets ? put_octets(o, to, (uint64_t)n, what) : put_each(t->elem, fast, n, to, what);
		if (failed) somh_end(t, p);
	}
	Py_DECREF(fast);
	return failed;
}

static int put_composed(const somh_type *t, PyObject *o, char *p, const char *what) {
	PyObject *c = class_of_type(t), *fast = NULL;
	int is = c ? PyObject_IsInstance(o, c) : -1, failed = 0;
	if (is < 0) return -1;
	if (!is) {
		if (!PyTuple_Check(o) && !PyList_Check(o)) return refuse(o, what, t->name);
		if (PySequence_Fast_GET_SIZE(o) != t->nmembers)
			return PyErr_Format(PyExc_ValueError, "%s: %zd members, and %s has %u", what, PySequence_Fast_GET_SIZE(o), t->name, t->nmembers), -1;
		fast = o;
	}
	PyObject *fields = PyObject_GetAttrString(c, "_fields_"); /* the names, but for Python's own words */
	if (!fields || deeper()) {
		Py_XDECREF(fields);
		return -1;
	}
	for (uint32_t i = 0; !failed && i < t->nmembers; i++) {
		char each[200];
		PyOS_snprintf(each, sizeof each, "%.100s.%.90s", what, t->members[i].name);
		PyObject *member;
		if (fast) member = i < PySequence_Fast_GET_SIZE(fast) ? Py_NewRef(PySequence_Fast_GET_ITEM(fast, i)) : NULL;
		else member = PyObject_GetAttr(o, PyTuple_GET_ITEM(fields, i));
		failed = member ? put_value(t->members[i].type, member, p + t->members[i].offset, false, each) : -1;
		Py_XDECREF(member);
	}
	depth--;
	Py_DECREF(fields);
	if (failed) {
		if (!PyErr_Occurred()) PyErr_Format(PyExc_RuntimeError, "%s changed size", what);
		somh_end(t, p);
	}
	return failed;
}

static int put_union(const somh_type *t, PyObject *o, char *p, const char *what) {
	PyObject *c = class_of_type(t), *d, *v = NULL;
	int is = c ? PyObject_IsInstance(o, c) : -1, failed = -1;
	if (is < 0) return -1;
	if (!is) return refuse(o, what, t->name);
	if (deeper()) return -1;
	d = PyObject_GetAttrString(o, "d");
	if (d) v = PyObject_GetAttrString(o, "v");
	if (v && !(failed = put_value(t->elem, d, p, false, what))) {
		int32_t arm = somh_arm(t, p);
		if (arm >= 0) failed = put_value(t->members[arm].type, v, p + t->members[arm].offset, false, what);
		else if (v != Py_None) failed = refuse(v, what, "None, since no arm is selected");
		if (failed) memset(p, 0, t->size);
	}
	Py_XDECREF(d);
	Py_XDECREF(v);
	depth--;
	return failed;
}

static int put_enumerator(const somh_type *t, PyObject *o, uint32_t *p, const char *what) {
	PyObject *c = class_of_type(t);
	if (!c) return -1;
	if (PyBool_Check(o) || !PyLong_Check(o)) return refuse(o, what, t->name);
	int is = PyLong_CheckExact(o) ? 1 : PyObject_IsInstance(o, c);
	if (is < 0) return -1;
	if (!is) return refuse(o, what, t->name);
	long v = PyLong_AsLong(o);
	if (v == -1 && PyErr_Occurred()) PyErr_Clear();
	if (v < 0 || v >= (long)t->nmembers) return PyErr_Format(PyExc_ValueError, "%s: %R is not a valid %s", what, o, t->name), -1;
	*p = (uint32_t)v;
	return 0;
}

int put_value(const somh_type *t, PyObject *o, void *p, bool nullable, const char *what) {
	double d;
	if (o == Py_None && (t->kind == SOMH_POINTER || (nullable && (t->kind == SOMH_STRING || t->kind == SOMH_WSTRING || t->kind == SOMH_OBJECT)))) return 0;
	switch (t->kind) {
	case SOMH_BOOLEAN:
		if (!PyBool_Check(o)) return refuse(o, what, "bool");
		return *(uint8_t *)p = o == Py_True, 0;
	case SOMH_OCTET: case SOMH_INT8: case SOMH_SHORT: case SOMH_USHORT: case SOMH_LONG: case SOMH_ULONG: case SOMH_LONGLONG: case SOMH_ULONGLONG:
		return put_whole(t, o, p, what);
	case SOMH_CHAR: case SOMH_WCHAR: return put_character(t, o, p, what);
	case SOMH_FLOAT: case SOMH_DOUBLE:
		if (!PyFloat_Check(o) && !PyNumber_Check(o)) return refuse(o, what, "float");
		d = PyFloat_AsDouble(o);
		if (d == -1.0 && PyErr_Occurred()) return -1;
		if (t->kind == SOMH_DOUBLE) return *(double *)p = d, 0;
		if (isfinite(d) && !isfinite((float)d)) return PyErr_Format(PyExc_OverflowError, "%s: %R is out of the range of float", what, o), -1;
		return *(float *)p = (float)d, 0;
	case SOMH_STRING: return put_text(t, o, p, what);
	case SOMH_WSTRING: return put_wide(t, o, p, what);
	case SOMH_OBJECT: return put_object(t, o, p, what);
	case SOMH_POINTER: {
		if (!PyLong_Check(o)) return refuse(o, what, "int or None");
		void *v = PyLong_AsVoidPtr(o);
		if (!v && PyErr_Occurred()) return -1;
		return *(void **)p = v, 0;
	}
	case SOMH_ENUM: return put_enumerator(t, o, p, what);
	case SOMH_STRUCT: case SOMH_EXCEPTION: return put_composed(t, o, p, what);
	case SOMH_UNION: return put_union(t, o, p, what);
	case SOMH_ARRAY: case SOMH_SEQUENCE: return put_many(t, o, p, what);
	}
	PyErr_Format(PyExc_TypeError, "%s: a value of a type that has no form here: %s", what, t->why ? t->why : t->name);
	return -1;
}
