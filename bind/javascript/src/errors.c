/* errors.c: exceptions both ways. One of JavaScript's goes through other languages as itself, and is again what it was where it comes back. */
#include "core.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char javascript_id[] = "IDL:opendsom/JavaScriptError:1.0";

/* ---- What was thrown, held by an environment of SOM's ---- */

typedef struct thrown { struct thrown *next; napi_ref value; /* an array of one: what is thrown may be no object */ } thrown;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static thrown *dropped; /* by whichever thread */

static void drop_thrown(void *value) {
	thrown *t = value;
	pthread_mutex_lock(&lock);
	t->next = dropped;
	dropped = t;
	pthread_mutex_unlock(&lock);
}

void drain_dropped(void) {
	pthread_mutex_lock(&lock);
	thrown *t = dropped, *next;
	dropped = NULL;
	pthread_mutex_unlock(&lock);
	for (; t; t = next) {
		next = t->next;
		napi_delete_reference(env, t->value);
		free(t);
	}
}

/* ---- From C ---- */

static void environment_ends(napi_env e, void *data, void *hint) {
	(void)e, (void)hint;
	som_env_clear(data);
	free(data);
}

/* The environment, which an exception keeps: if it goes on to C unchanged, C gets all of it. */
static napi_value keep_environment(som_env *ev) {
	napi_value is = NULL;
	som_env *kept = malloc(sizeof *kept);
	if (!kept) return undefined();
	*kept = *ev;
	if (napi_create_external(env, kept, environment_ends, NULL, &is) != napi_ok) return free(kept), undefined();
	memset(ev, 0, sizeof *ev);
	return is;
}

static napi_value user_exception(som_env *ev, const somh_method *m, som_ref o) {
	const somh_type *t = somh_exception(ev, m, o);
	napi_value args[5] = {undefined(), ascii(ev->id), ascii(ev->text), undefined(), NULL};
	if (t && (!(args[0] = value_of_type(t)) || (t->nmembers && !(args[3] = get_value(t, ev->value, false))))) return NULL;
	if (t) args[1] = number(index_of_type(t));
	args[4] = keep_environment(ev);
	return call_part(t ? "userException" : "unknownException", 5, args);
}

napi_value error_of(som_env *ev, const somh_method *m, som_ref o) {
	napi_value e = NULL;
	bool pending = false;
	napi_is_exception_pending(env, &pending);
	if (!pending && ev->major == SOM_USER_EXCEPTION && ev->drop == drop_thrown && ev->value) {
		napi_value holder;
		napi_get_reference_value(env, ((thrown *)ev->value)->value, &holder);
		napi_get_element(env, holder, 0, &e);
	} else if (!pending && ev->major == SOM_USER_EXCEPTION) {
		e = user_exception(ev, m, o);
	} else if (!pending) {
		napi_value args[] = {ascii(ev->id ? ev->id : "IDL:omg.org/CORBA/UNKNOWN:1.0"), number(ev->minor), number(ev->completed), ascii(ev->code ? som_code_name(ev->code) : ""), ascii(ev->text ? ev->text : "")};
		e = call_part("systemException", 5, args);
	}
	som_env_clear(ev);
	if (!e) napi_get_and_clear_last_exception(env, &e); /* what went wrong instead */
	return e;
}

napi_value raise_env(som_env *ev, const somh_method *m, som_ref o) {
	napi_value e = error_of(ev, m, o);
	if (e) napi_throw(env, e);
	return NULL;
}

/* ---- To C ---- */

static bool raise_known(som_env *ev, const somh_type *t, napi_value e) {
	union { som_value aligns; double d; char octets[256]; } small;
	void *value = t->size <= sizeof small ? memset(&small, 0, sizeof small) : calloc(1, t->size);
	bool good = value ? !t->nmembers || put_value(t, e, value, false, &(path){NULL, NULL, t->name, 0, false}) : (throw_range("no memory for an exception"), false);
	if (good) somh_raise(ev, t, value);
	if (value != (void *)&small) free(value);
	return good;
}

static void raise_thrown(som_env *ev, napi_value e) {
	napi_value holder, text;
	thrown *t = malloc(sizeof *t);
	if (!t || napi_create_array_with_length(env, 1, &holder) != napi_ok || napi_set_element(env, holder, 0, e) != napi_ok || napi_create_reference(env, holder, 1, &t->value) != napi_ok) {
		free(t);
		som_raise_system(ev, "IDL:omg.org/CORBA/NO_MEMORY:1.0", 0, SOM_COMPLETED_MAYBE, "no memory for an exception of JavaScript's");
		return;
	}
	som_raise_user(ev, javascript_id, t, drop_thrown);
	text = call_part("textOf", 1, &e);
	if (text) ev->text = text_from(text, "the text", 0, NULL);
	napi_value ignored;
	bool pending = false;
	napi_is_exception_pending(env, &pending);
	if (pending) napi_get_and_clear_last_exception(env, &ignored);
}

/* What classify says of an exception: its kind, and what that needs. */
enum { PLAIN, KNOWN, UNKNOWN_ID, SYSTEM, AS_IT_WAS };

static napi_value nth(napi_value list, uint32_t i) {
	napi_value v = NULL;
	napi_get_element(env, list, i, &v);
	return v;
}

void raise_to_env(som_env *ev) {
	napi_value e = NULL, list;
	uint32_t kind = PLAIN, a = 0, b = 0;
	void *kept = NULL;
	napi_get_and_clear_last_exception(env, &e);
	if (!e) {
		som_raise_system(ev, "IDL:omg.org/CORBA/UNKNOWN:1.0", 0, SOM_COMPLETED_MAYBE, "an error without an exception");
		return;
	}
	if (!ev) { /* nobody is to be told */
		call_part("unraisable", 1, &e);
		napi_get_and_clear_last_exception(env, &e);
		return;
	}
	list = call_part("classify", 1, &e);
	if (list) napi_get_value_uint32(env, nth(list, 0), &kind);
	else napi_get_and_clear_last_exception(env, &list);
	char *id = NULL, *text = NULL, *code = NULL;
	const somh_type *t = NULL;
	if (kind == KNOWN && napi_get_value_uint32(env, nth(list, 1), &a) == napi_ok) t = type_at(a);
	if (kind == UNKNOWN_ID || kind == SYSTEM) id = text_from(nth(list, 1), "an exception's id", 0, NULL);
	if (kind == AS_IT_WAS && napi_get_value_external(env, nth(list, 1), &kept) == napi_ok) {
		som_env_clear(ev);
		*ev = *(som_env *)kept;
		memset(kept, 0, sizeof *ev);
	} else if (t && raise_known(ev, t, e)) {
	} else if (t) { /* what it has for a member cannot be one: that is what is wrong */
		raise_to_env(ev);
	} else if (kind == UNKNOWN_ID && id) {
		som_raise_user(ev, id, NULL, NULL);
		ev->text = text_from(nth(list, 2), "an exception's text", 0, NULL);
	} else if (kind == SYSTEM && id) {
		napi_get_value_uint32(env, nth(list, 2), &a);
		napi_get_value_uint32(env, nth(list, 3), &b);
		text = text_from(nth(list, 4), "an exception's text", 0, NULL);
		code = text_from(nth(list, 5), "an exception's code", 0, NULL);
		som_raise_system(ev, id, a, b, text);
		for (uint32_t i = SOM_E_RAISED; code && i != SOM_OK; i--)
			if (!strcmp(som_code_name(i), code)) ev->code = i;
	} else {
		raise_thrown(ev, e);
	}
	som_deallocate(id), som_deallocate(text), som_deallocate(code);
	bool pending = false;
	napi_is_exception_pending(env, &pending);
	if (pending) napi_get_and_clear_last_exception(env, &e);
}

/* membersOf(environment, type's index): what the exception that was kept holds; undefined: it has gone on. */
static napi_value members_of(napi_env e, napi_callback_info info) {
	size_t n = 2;
	napi_value args[2];
	void *kept;
	uint32_t i;
	napi_get_cb_info(e, info, &n, args, NULL, NULL);
	if (napi_get_value_external(e, args[0], &kept) != napi_ok || napi_get_value_uint32(e, args[1], &i) != napi_ok || !type_at(i)) return undefined();
	const som_env *ev = kept;
	return ev->major && ev->value && type_at(i)->nmembers ? get_value(type_at(i), ev->value, false) : undefined();
}

/* isKept(environment): false: it has gone on to C, and an exception that goes there again is what JavaScript knows of it. */
static napi_value is_kept(napi_env e, napi_callback_info info) {
	size_t n = 1;
	napi_value arg, is = NULL;
	void *kept;
	napi_get_cb_info(e, info, &n, &arg, NULL, NULL);
	napi_get_boolean(e, napi_get_value_external(e, arg, &kept) == napi_ok && ((som_env *)kept)->major != SOM_NO_EXCEPTION, &is);
	return is;
}

bool set_up_errors(napi_value exports) {
	napi_value f, g;
	return napi_create_function(env, "isKept", NAPI_AUTO_LENGTH, is_kept, NULL, &g) == napi_ok && set(exports, "isKept", g) && napi_create_function(env, "membersOf", NAPI_AUTO_LENGTH, members_of, NULL, &f) == napi_ok && set(exports, "membersOf", f);
}
