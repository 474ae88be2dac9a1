/* calls.c: methods as the package calls them: functions of the object, which stays alive for it, of its place, and of the arguments. */
#include "frame.h"

#include <stdlib.h>
#include <string.h>

enum { OBJECT, PLACE, ARGUMENTS }; /* what is where among a function's arguments */
enum { MAX_WORDS = 4 };

static const char *name_of(const somh_method *m) { return m->attribute ? m->attribute : m->name; }

static bool of_words(const somh_method *m) {
#define WHOLE(k) ((k) == SOMH_BOOLEAN || (k) == SOMH_OCTET || ((k) >= SOMH_SHORT && (k) <= SOMH_ULONGLONG))
	bool is = SOMH_WORDS && !m->why && m->nparams <= MAX_WORDS && m->nargs == m->nparams && !(m->flags & (SOMH_OIDL | SOMH_INIT)) && (m->result.type->kind == SOMH_VOID || WHOLE(m->result.type->kind));
	for (uint32_t i = 0; is && i < m->nparams; i++)
		is = m->params[i].direction == SOMH_IN && WHOLE(m->params[i].type->kind);
	return is;
}

/* The object of a call, of a class that has the method. */
static instance *receiver(const method *d, napi_value v) {
	instance *w = slot_of(v);
	const klass *k = d->owner;
	if (!w || !k) return w;
	if (k->gone) return (instance *)throw_error("DSOM_GONE", "%s() is a method of a class that was made in JavaScript and is no more", name_of(d->m));
	if (k->made ? som_descends(som_class_of(w->ref), k->cls->cls) : som_isa(w->ref, &k->is)) return w;
	if (is_destroyed(w->ref)) return (instance *)throw_released(w);
	return (instance *)throw_type("%s() is a method of %s, not of %s", name_of(d->m), k->cls->name, som_class_describe(som_class_of(w->ref))->name);
}

static som_proc *procedure(const method *d, const instance *w) {
	const somh_method *m = d->m;
	if (!w->scripted || !d->owner || !w->cls->cls) return m->kind == SOM_PROCEDURE ? m->proc : som_resolve(w->ref, m->token);
	som_proc *p = somh_proc(m, d->owner->cls, w->cls->cls, w->ref);
	if (!p) throw_error("DSOM_ABSTRACT", "class %s does not implement %s", d->owner->cls->name, m->name);
	return p;
}

static bool cannot(const somh_method *m) {
	if (m->why) throw_error("DSOM_CANNOT", "%s::%s cannot be called: %s", m->cls->name, m->name, m->why);
	return m->why != NULL;
}

static napi_value call(napi_env e, napi_callback_info info);
static napi_value invoke(const method *d, const napi_value *args);

#if SOMH_WORDS
static bool put_word(const somh_method *m, uint32_t i, napi_value v, uint64_t *w) {
	const somh_type *t = m->params[i].type;
	som_value to = {.L = 0};
	if (!put_value(t, v, &to, false, &(path){NULL, m, m->params[i].name, 0, false})) return false;
	switch (t->kind) {
	case SOMH_BOOLEAN: case SOMH_OCTET: *w = to.b; break;
	case SOMH_SHORT: *w = (uint64_t)(int64_t)to.h; break;
	case SOMH_USHORT: *w = to.H; break;
	case SOMH_LONG: *w = (uint64_t)(int64_t)to.i; break;
	case SOMH_ULONG: *w = to.u; break;
	default: *w = to.L;
	}
	return true;
}

/* A call by whole numbers alone: nothing is allocated. */
static napi_value call_words(napi_env e, napi_callback_info info) {
	napi_value args[ARGUMENTS + MAX_WORDS];
	uint64_t words[MAX_WORDS];
	void *data;
	size_t n = ARGUMENTS + MAX_WORDS;
	som_env ev = {0};
	napi_get_cb_info(e, info, &n, args, NULL, &data);
	const method *d = data;
	const somh_method *m = d->m;
	instance *w = receiver(d, args[PLACE]);
	if (!w) return NULL;
	for (uint32_t i = 0; i < m->nparams; i++)
		if (!put_word(m, i, args[ARGUMENTS + i], &words[i])) return NULL;
	if (w->cls->cls && w->cls->cls->elsewhere) return invoke(d, args);
	som_ref o = w->ref;
	som_proc *proc = o ? procedure(d, w) : NULL;
	if (!proc) return o ? NULL : (slot_of(args[PLACE]), NULL);
	hold(w);
	inside++;
	uint64_t r = somh_words(proc, o, &ev, words, m->nparams);
	inside--;
	napi_value is = NULL;
	bool raised = ev.major != SOM_NO_EXCEPTION;
	if (raised) is = error_of(&ev, m, o);
	else switch (m->result.type->kind) {
	case SOMH_VOID: break;
	case SOMH_BOOLEAN: napi_get_boolean(env, (uint8_t)r != 0, &is); break;
	case SOMH_OCTET: napi_create_uint32(env, (uint8_t)r, &is); break;
	case SOMH_SHORT: napi_create_int32(env, (int16_t)r, &is); break;
	case SOMH_USHORT: napi_create_uint32(env, (uint16_t)r, &is); break;
	case SOMH_LONG: napi_create_int32(env, (int32_t)r, &is); break;
	case SOMH_ULONG: napi_create_uint32(env, (uint32_t)r, &is); break;
	case SOMH_LONGLONG: napi_create_bigint_int64(env, (int64_t)r, &is); break;
	default: napi_create_bigint_uint64(env, r, &is);
	}
	let_go(w, o);
	if (raised && is) napi_throw(e, is);
	return raised ? NULL : is;
}
#else
static napi_value call_words(napi_env e, napi_callback_info info) { return call(e, info); }
#endif

static napi_value invoke(const method *d, const napi_value *args) {
	const somh_method *m = d->m;
	som_env ev = {0};
	som_value result = {.L = 0};
	if (cannot(m)) return NULL;
	instance *w = receiver(d, args[PLACE]);
	if (!w) return NULL;
	som_ref o = w->ref;
	napi_value is = NULL;
	somh_frame f;
	hold(w);
	bool good = fill_frame(&f, m, args + ARGUMENTS, 0), raised = false;
	som_proc *proc = !good ? NULL : w->ref ? procedure(d, w) : m->kind == SOM_PROCEDURE ? m->proc : som_resolve(o, m->token);
	if (proc) {
		inside++;
		int code = w->cls->cls && w->cls->cls->elsewhere ? somh_call_open(m, proc, o, f.args, &result, &ev) : somh_call(m, proc, o, f.args, &result, &ev);
		inside--;
		raised = code != SOM_OK || ev.major != SOM_NO_EXCEPTION;
		if (code == SOM_OK) somh_frame_given(&f, raised);
		is = raised ? error_of(&ev, m, o) : frame_results(&f, m, &result);
	}
	inside++; /* what ends may be an object, whose class calls */
	somh_frame_end(&f);
	let_go(w, o);
	inside--;
	if (raised && is) napi_throw(env, is);
	return raised ? NULL : is;
}

/* The method that a function is of, and its arguments. */
static const method *arguments(napi_callback_info info, napi_value *args) {
	void *data;
	size_t n = 0;
	napi_get_cb_info(env, info, &n, NULL, NULL, &data);
	const method *d = data;
	n = d->nin + ARGUMENTS;
	napi_get_cb_info(env, info, &n, args, NULL, NULL);
	return d;
}

static napi_value call(napi_env e, napi_callback_info info) {
	napi_value args[SOMH_MAX_ARGS + ARGUMENTS];
	(void)e;
	const method *d = arguments(info, args);
	return invoke(d, args);
}

/* An initializer: its arguments are the class and the method's. */
static napi_value make_by(napi_env e, napi_callback_info info) {
	napi_value args[SOMH_MAX_ARGS + ARGUMENTS], is = NULL;
	som_env ev = {0};
	som_ref o = NULL;
	const method *d = arguments(info, args);
	klass *c = class_by_id(args[0]);
	if (!c || cannot(d->m)) return NULL;
	somh_frame f;
	bool good = fill_frame(&f, d->m, args + 1, 1);
	if (good) {
		inside++;
		o = somh_make(c->cls, d->m, f.args + 1, &ev);
		inside--;
		somh_frame_given(&f, !o);
		is = o ? wrap(o, true) : error_of(&ev, d->m, NULL);
	}
	somh_frame_end(&f);
	if (good && !o && is) napi_throw(e, is);
	return o ? is : NULL;
}

static uint32_t count(const somh_method *m) {
	uint32_t n = 0;
	for (uint32_t i = 0; i < m->nparams; i++)
		n += m->params[i].direction != SOMH_OUT && m->params[i].type->kind != SOMH_MAKING;
	return n;
}

static void drop_method(napi_env e, void *data, void *hint) {
	method *d = data;
	(void)e, (void)hint;
	if (d->owner) leave_class(d->owner);
	free(d);
}

static napi_value new_function(const somh_method *m, klass *owner, napi_callback f) {
	napi_value is = NULL;
	method *d = malloc(sizeof *d);
	if (!d) return throw_range("no memory for a method");
	*d = (method){m, owner, m->why ? 0 : count(m)};
	if (napi_create_function(env, m->name, NAPI_AUTO_LENGTH, f, d, &is) != napi_ok) return free(d), NULL;
	if (owner) owner->functions++;
	napi_add_finalizer(env, is, d, drop_method, NULL, NULL);
	return is;
}

napi_value new_call(const somh_method *m, klass *owner) { return new_function(m, owner, m->flags & SOMH_INIT ? make_by : of_words(m) ? call_words : call); }

/* ---- Calls that others make, and JavaScript waits for ---- */

typedef struct job {
	const somh_method *m;
	instance *w;
	som_ref o;
	som_weak *unsure; /* as of the instance */
	som_proc *proc;
	napi_ref object;
	napi_deferred deferred;
	napi_async_work work;
	int code;
	som_value result;
	som_env ev;
	somh_frame f;
} job;

static void execute(napi_env e, void *data) {
	job *j = data;
	(void)e;
	som_ref held = j->unsure ? som_weak_get(j->unsure) : NULL;
	if (!j->unsure || held) j->code = somh_call(j->m, j->proc, j->o, j->f.args, &j->result, &j->ev);
	else som_raise_system(&j->ev, "IDL:omg.org/CORBA/OBJECT_NOT_EXIST:1.0", 0, SOM_COMPLETED_NO, "the object could not be begun, and is no more");
	som_release(held);
}

static void complete(napi_env e, napi_status status, void *data) {
	job *j = data;
	napi_value is = NULL;
	bool raised = status != napi_ok || j->code != SOM_OK || j->ev.major != SOM_NO_EXCEPTION;
	inside++;
	if (status == napi_ok && j->code == SOM_OK) somh_frame_given(&j->f, raised);
	if (raised) is = error_of(&j->ev, j->unsure ? NULL : j->m, j->o);
	else if (!(is = frame_results(&j->f, j->m, &j->result))) {
		raised = true;
		napi_get_and_clear_last_exception(e, &is);
	}
	somh_frame_end(&j->f);
	let_go(j->w, j->o);
	som_weak_free(j->unsure);
	napi_delete_reference(e, j->object);
	napi_delete_async_work(e, j->work);
	if (raised) napi_reject_deferred(e, j->deferred, is ? is : undefined());
	else napi_resolve_deferred(e, j->deferred, is);
	inside--;
	free(j);
}

static napi_value call_async(napi_env e, napi_callback_info info) {
	napi_value args[SOMH_MAX_ARGS + ARGUMENTS], promise = NULL, name;
	const method *d = arguments(info, args);
	if (cannot(d->m)) return NULL;
	instance *w = receiver(d, args[PLACE]);
	job *j = w ? malloc(sizeof *j) : NULL;
	if (!j) return w ? throw_range("no memory for a call") : NULL;
	memset(j, 0, offsetof(job, f));
	j->m = d->m, j->w = w, j->o = w->ref;
	hold(w);
	bool good = fill_frame(&j->f, d->m, args + ARGUMENTS, 0) && w->ref && (!w->unsure || (j->unsure = som_weak_new(w->ref, NULL))) && (j->proc = d->m->kind == SOM_PROCEDURE ? d->m->proc : som_resolve(w->ref, d->m->token)) && napi_create_reference(e, args[OBJECT], 1, &j->object) == napi_ok &&
		napi_create_string_latin1(e, "dsom", NAPI_AUTO_LENGTH, &name) == napi_ok && napi_create_async_work(e, NULL, name, execute, complete, j, &j->work) == napi_ok &&
		napi_create_promise(e, &j->deferred, &promise) == napi_ok && napi_queue_async_work(e, j->work) == napi_ok;
	if (good) return promise;
	bool pending = false;
	napi_is_exception_pending(e, &pending);
	if (!pending && slot_of(args[PLACE])) throw_error("DSOM_CANNOT", "%s() cannot be given to another thread", name_of(d->m)); /* slot_of throws of one that has been released by an argument */
	if (j->work) napi_delete_async_work(e, j->work);
	if (j->object) napi_delete_reference(e, j->object);
	somh_frame_end(&j->f);
	let_go(w, j->o);
	som_weak_free(j->unsure);
	free(j);
	return NULL;
}

/* It is by the object's table: what JavaScript overrides runs, too, in the home thread. */
napi_value new_async(const somh_method *m, klass *owner) { return new_function(m, owner, call_async); }

/* ---- As other languages call ---- */

/* dispatch(object, place, name, arguments) */
static napi_value dispatch(napi_env e, napi_callback_info info) {
	size_t n = 4;
	napi_value args[4], in[SOMH_MAX_ARGS + ARGUMENTS];
	uint32_t given = 0;
	som_env ev = {0};
	napi_get_cb_info(e, info, &n, args, NULL, NULL);
	instance *w = slot_of(args[PLACE]);
	char *name = w ? text_from(args[2], "a method's name", 0, NULL) : NULL;
	if (!name) return NULL;
	const somh_method *m = w->cls->cls ? somh_find(w->cls->cls, name, &ev) : NULL;
	som_deallocate(name);
	if (!m) return raise_env(&ev, NULL, NULL);
	if (cannot(m)) return NULL;
	if (m->flags & SOMH_INIT) return throw_type("%s is an initializer", m->name);
	napi_get_array_length(e, args[3], &given);
	if (given != count(m)) return throw_type("%s() takes %u argument%s, not %u", name_of(m), count(m), count(m) == 1 ? "" : "s", given);
	in[OBJECT] = args[OBJECT], in[PLACE] = args[PLACE];
	for (uint32_t i = 0; i < given; i++)
		napi_get_element(e, args[3], i, &in[ARGUMENTS + i]);
	return invoke(&(method){m, NULL, given}, in);
}

/* entry(place, name): the address of what calls of a method run. */
static napi_value entry(napi_env e, napi_callback_info info) {
	size_t n = 2;
	napi_value args[2], is = NULL;
	som_env ev = {0};
	napi_get_cb_info(e, info, &n, args, NULL, NULL);
	instance *w = slot_of(args[0]);
	char *name = w ? text_from(args[1], "a method's name", 0, NULL) : NULL;
	if (!name) return NULL;
	const somh_method *m = w->cls->cls ? somh_find(w->cls->cls, name, &ev) : NULL;
	som_deallocate(name);
	if (!m) return raise_env(&ev, NULL, NULL);
	if (cannot(m)) return NULL;
	som_proc *p = m->kind == SOM_PROCEDURE ? m->proc : som_resolve(w->ref, m->token);
	uintptr_t address;
	memcpy(&address, &p, sizeof address);
	napi_create_bigint_uint64(e, address, &is);
	return is;
}

bool set_up_calls(napi_value exports) {
	napi_value f;
	if (napi_create_function(env, "entry", NAPI_AUTO_LENGTH, entry, NULL, &f) != napi_ok || !set(exports, "entry", f)) return false;
	return napi_create_function(env, "dispatch", NAPI_AUTO_LENGTH, dispatch, NULL, &f) == napi_ok && set(exports, "dispatch", f);
}
