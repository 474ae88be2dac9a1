/* core.c: the addon's beginning and end. What JavaScript makes better the package makes: setParts is told of it. */
#include "core.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

napi_env env;
bool down;
uint32_t inside;
static napi_ref parts;

/* ---- Errors and small values ---- */

enum { MAX_MESSAGE = 1024 };

#define FORMATTED(to) \
	char to[MAX_MESSAGE]; \
	va_list list; \
	va_start(list, format); \
	vsnprintf(to, sizeof to, format, list); \
	va_end(list)

napi_value throw_type(const char *format, ...) {
	FORMATTED(text);
	napi_throw_type_error(env, NULL, text);
	return NULL;
}

napi_value throw_range(const char *format, ...) {
	FORMATTED(text);
	napi_throw_range_error(env, NULL, text);
	return NULL;
}

napi_value throw_error(const char *code, const char *format, ...) {
	FORMATTED(text);
	napi_throw_error(env, code, text);
	return NULL;
}

napi_value undefined(void) {
	napi_value v = NULL;
	napi_get_undefined(env, &v);
	return v;
}

napi_value null(void) {
	napi_value v = NULL;
	napi_get_null(env, &v);
	return v;
}

napi_value number(double d) {
	napi_value v = NULL;
	napi_create_double(env, d, &v);
	return v;
}

napi_value ascii(const char *s) { return s ? text_of(s, strlen(s)) : null(); }

bool set(napi_value o, const char *name, napi_value v) { return v && napi_set_named_property(env, o, name, v) == napi_ok; }

napi_value part(const char *name) {
	napi_value all = NULL, f = NULL;
	napi_get_reference_value(env, parts, &all);
	napi_get_named_property(env, all, name, &f);
	return f;
}

napi_value call_part(const char *name, size_t n, const napi_value *args) {
	napi_value f = part(name), r = NULL;
	if (!f || napi_call_function(env, undefined(), f, n, args, &r) != napi_ok) return NULL;
	return r;
}

/* ---- What the addon has ---- */

static napi_value set_parts(napi_env e, napi_callback_info info) {
	size_t n = 1;
	napi_value all;
	napi_get_cb_info(e, info, &n, &all, NULL, NULL);
	if (!parts) napi_create_reference(e, all, 1, &parts);
	return NULL;
}

static napi_value class_named(napi_env e, napi_callback_info info) {
	size_t n = 3;
	napi_value args[3];
	uint32_t major = 0, minor = 0;
	som_env ev = {0};
	napi_get_cb_info(e, info, &n, args, NULL, NULL);
	char *name = text_from(args[0], "a class's name", 0, NULL);
	if (!name) return NULL;
	napi_get_value_uint32(e, args[1], &major);
	napi_get_value_uint32(e, args[2], &minor);
	inside++;
	const somh_class *c = somh_named(name, &ev);
	inside--;
	if (c && (major || minor) && som_class_check_version(c->cls, major, minor, &ev) != SOM_OK) c = NULL;
	som_deallocate(name);
	if (!c) return raise_env(&ev, NULL, NULL);
	klass *k = class_of_description(c);
	napi_value is = k ? constructor_of(k) : NULL;
	if (k && !is) throw_error("DSOM_GONE", "the class %s was made in JavaScript and is no more", c->name);
	return is;
}

static napi_value find_type(napi_env e, napi_callback_info info) {
	size_t n = 1;
	napi_value arg;
	napi_get_cb_info(e, info, &n, &arg, NULL, NULL);
	char *name = text_from(arg, "a type's name", 0, NULL);
	napi_value v = name ? type_named(name) : NULL;
	som_deallocate(name);
	return v;
}

static napi_value load_library(napi_env e, napi_callback_info info) {
	size_t n = 1;
	napi_value arg;
	som_env ev = {0};
	napi_get_cb_info(e, info, &n, &arg, NULL, NULL);
	char *file = text_from(arg, "a library's file", 0, NULL);
	if (!file) return NULL;
	inside++;
	int code = som_library_load(file, &ev);
	inside--;
	som_deallocate(file);
	return code == SOM_OK ? NULL : raise_env(&ev, NULL, NULL);
}

static napi_value set_path(napi_env e, napi_callback_info info) {
	size_t n = 1;
	napi_value arg;
	som_env ev = {0};
	napi_get_cb_info(e, info, &n, &arg, NULL, NULL);
	char *folders = nothing(arg) ? NULL : text_from(arg, "the folders", 0, NULL);
	if (!folders && !nothing(arg)) return NULL;
	int code = som_set_path(folders, &ev);
	som_deallocate(folders);
	return code == SOM_OK ? NULL : raise_env(&ev, NULL, NULL);
}

static napi_value (*const functions[])(napi_env, napi_callback_info) = {set_parts, class_named, find_type, load_library, set_path};
static const char *const names[] = {"setParts", "classNamed", "typeNamed", "loadLibrary", "setPath"};

NAPI_MODULE_EXPORT napi_value napi_register_module_v1(napi_env e, napi_value exports) {
	static bool loaded;
	if (__atomic_exchange_n(&loaded, true, __ATOMIC_ACQ_REL)) {
		napi_throw_error(e, "DSOM_LOADED", "dsom is loaded in this process already: one thread of it can have the package, and once");
		return NULL;
	}
	env = e;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		napi_value f;
		if (napi_create_function(e, names[i], NAPI_AUTO_LENGTH, functions[i], NULL, &f) != napi_ok || !set(exports, names[i], f)) return NULL;
	}
	if (!set_up_threads(exports) || !set_up_objects(exports) || !set_up_classes(exports) || !set_up_descriptions(exports) || !set_up_calls(exports) || !set_up_errors(exports)) return NULL;
	return exports;
}
