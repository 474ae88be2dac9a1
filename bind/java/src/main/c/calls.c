/* calls.c: calls from Java: of whole numbers as they are, and of all else by octets. */
#include "core.h"

const somh_method missing = {.name = "", .why = "the class library is of a release that does not have this method"};

NATIVE(jlong, missing)(JNIEnv *env, jclass c) { return (void)env, (void)c, (jlong)(uintptr_t)&missing; }

som_proc *procedure(const somh_method *m, const cell *x, som_ref o) {
	if (!x->made) return m->kind == SOM_PROCEDURE ? m->proc : som_resolve(o, m->token);
	return somh_beyond(m, x->made, o); /* it is Java's super, or nobody in Java overrides it */
}

static void throw_code(JNIEnv *env, som_env *ev, const char *name, const char *why) {
	char id[64] = "IDL:omg.org/CORBA/";
	strcat(strcat(id, name), ":1.0");
	som_raise_system(ev, id, 0, SOM_COMPLETED_NO, why);
	throw_env(env, ev, NULL, NULL);
}

/* ---- Whole numbers ---- */

static uint64_t call_words(som_proc *proc, const somh_method *m, som_ref o, som_env *ev, const uint64_t *w) {
#if SOMH_WORDS
	return somh_words(proc, o, ev, w, m->nparams);
#else
	som_value args[4], r = {.L = 0};
	for (uint32_t i = 0; i < m->nparams; i++) {
		args[i].L = 0;
		switch (m->params[i].type->size) {
		case 1: args[i].b = (uint8_t)w[i]; break;
		case 2: args[i].H = (uint16_t)w[i]; break;
		case 4: args[i].u = (uint32_t)w[i]; break;
		default: args[i].L = w[i];
		}
	}
	somh_call(m, proc, o, args, &r, ev);
	switch (m->result.type->size) {
	case 1: return r.b;
	case 2: return r.H;
	case 4: return r.u;
	}
	return r.L;
#endif
}

static jlong words(JNIEnv *env, jobject self, cell *x, const somh_method *m, const uint64_t *w) {
	som_env ev = {0};
	uint64_t r = 0;
	som_ref o = enter_there(env, x);
	som_proc *proc = o && m != &missing ? procedure(m, x, o) : NULL;
	if (proc) {
		r = call_words(proc, m, o, &ev, w);
		enclose(env, x, o);
	}
	if (!proc || ev.major) {
		if (!o) throw_released(env, self);
		else if (m == &missing) throw_code(env, &ev, "BAD_OPERATION", missing.why);
		else if (!proc) throw_code(env, &ev, "NO_IMPLEMENT", m->name);
		else throw_env(env, &ev, m, o);
	}
	leave(env, x);
	return (jlong)r;
}

/* What is hot: by the thread that made the object or met it first, of a class that Java has not made, and of a method in the object's table. It is written out here
 * since each branch and each register that is kept is a part of what such a call costs. */
#if SOMH_WORDS
static __attribute__((noinline, cold)) void throw_hot(JNIEnv *env, som_env *ev, const somh_method *m, cell *x) {
	som_ref o = __atomic_load_n(&x->ref, __ATOMIC_RELAXED);
	throw_env(env, ev, m, o ? o : __atomic_load_n(&x->pending, __ATOMIC_RELAXED)); /* it was closed meanwhile, and is not gone before this call has left */
}

#define CALL_HOT(CALL) \
	if (__builtin_expect(x->hot == env && m->token, 1)) { \
		__atomic_store_n(&x->own, x->own + 1, __ATOMIC_RELAXED); \
		__atomic_signal_fence(__ATOMIC_SEQ_CST); \
		som_ref o = __atomic_load_n(&x->ref, __ATOMIC_RELAXED); \
		som_proc *proc = __builtin_expect(o != NULL, 1) ? som_resolve(o, m->token) : NULL; \
		if (__builtin_expect(proc != NULL, 1)) { \
			som_env ev = {0}; \
			jlong r = (jlong)(CALL); \
			if (__builtin_expect(ev.major != 0, 0)) throw_hot(env, &ev, m, x); \
			__atomic_store_n(&x->own, x->own - 1, __ATOMIC_RELAXED); \
			__atomic_signal_fence(__ATOMIC_SEQ_CST); \
			if (__builtin_expect(!__atomic_load_n(&x->ref, __ATOMIC_RELAXED), 0)) end_if_idle(x); \
			return r; \
		} \
		leave(env, x); \
	}
#else
#define CALL_HOT(CALL)
#endif

#define WORDS(name) JNIEXPORT jlong JNICALL Java_org_dsom_SomObject_##name
#define GIVEN cell *x = ADDRESS(cell, cell_at); const somh_method *m = ADDRESS(const somh_method, method)

WORDS(som_110)(JNIEnv *env, jobject self, jlong cell_at, jlong method) {
	GIVEN;
	CALL_HOT(((uint64_t(*)(som_ref, som_env *))proc)(o, &ev))
	return words(env, self, x, m, NULL);
}
WORDS(som_111)(JNIEnv *env, jobject self, jlong cell_at, jlong method, jlong a) {
	GIVEN;
	CALL_HOT(((uint64_t(*)(som_ref, som_env *, uint64_t))proc)(o, &ev, (uint64_t)a))
	uint64_t w[] = {(uint64_t)a};
	return words(env, self, x, m, w);
}
WORDS(som_112)(JNIEnv *env, jobject self, jlong cell_at, jlong method, jlong a, jlong b) {
	GIVEN;
	uint64_t w[] = {(uint64_t)a, (uint64_t)b};
	CALL_HOT(somh_words(proc, o, &ev, w, 2))
	return words(env, self, x, m, w);
}
WORDS(som_113)(JNIEnv *env, jobject self, jlong cell_at, jlong method, jlong a, jlong b, jlong c) {
	GIVEN;
	uint64_t w[] = {(uint64_t)a, (uint64_t)b, (uint64_t)c};
	CALL_HOT(somh_words(proc, o, &ev, w, 3))
	return words(env, self, x, m, w);
}
WORDS(som_114)(JNIEnv *env, jobject self, jlong cell_at, jlong method, jlong a, jlong b, jlong c, jlong d) {
	GIVEN;
	uint64_t w[] = {(uint64_t)a, (uint64_t)b, (uint64_t)c, (uint64_t)d};
	CALL_HOT(somh_words(proc, o, &ev, w, 4))
	return words(env, self, x, m, w);
}

/* ---- All else ---- */

/* Values that a call has in memory: what is in them is ended with it, unless it was given away. */
typedef struct slot { const somh_param *of; void *p; bool ends; } slot;
typedef struct frame {
	som_value args[SOMH_MAX_ARGS + 1];
	slot slots[SOMH_MAX_ARGS + 1];
	uint32_t nslots;
	size_t used;
	_Alignas(16) char room[1024];
} frame;

static void *new_slot(frame *f, const somh_param *of) {
	size_t n = ((size_t)of->type->size + 15) & ~(size_t)15;
	void *p;
	if (f->used + n <= sizeof f->room) p = memset(f->room + f->used, 0, n), f->used += n;
	else p = calloc(1, n);
	if (p) f->slots[f->nslots++] = (slot){of, p, true};
	return p;
}

static void end_frame(frame *f) {
	for (uint32_t i = 0; i < f->nslots; i++) {
		slot *s = &f->slots[i];
		if (s->ends) somh_end(s->of->type, s->p);
		if ((char *)s->p < f->room || (char *)s->p >= f->room + sizeof f->room) free(s->p);
	}
}

/* What goes in, and room for what comes out. The first parameters are not read where they are given otherwise. */
static bool fill(frame *f, const somh_method *m, reader *r, uint32_t from) {
	f->nslots = 0, f->used = 0;
	for (uint32_t i = from; i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		som_value *v = &f->args[p->slot];
		char there = 1;
		v->L = 0;
		if (p->type->kind == SOMH_MAKING) continue;
		if (p->type->apart && p->nullable && p->direction == SOMH_IN) {
			if (r->p == r->end) return r->why = "a value is cut off", false;
			if (!(there = *r->p++)) continue;
		}
		void *to = new_slot(f, p);
		if (!to) return r->why = "no memory for an argument", false;
		if (p->direction != SOMH_OUT) read_value(r, p->type, to);
		if (r->why) return false;
		if (p->type->apart || p->direction != SOMH_IN) v->p = to;
		else memcpy(v, to, p->type->size);
	}
	if (m->result.type->apart && !(f->args[m->result.slot].p = new_slot(f, &m->result))) return r->why = "no memory for a result", false;
	return true;
}

/* What is not the caller's to end, after a call: what was given with it, what is lent, and what comes out of one that raised. */
static void given(frame *f, bool raised) {
	for (uint32_t k = 0; k < f->nslots; k++)
		if (f->slots[k].of->owner == SOMH_OBJECTS || (raised && f->slots[k].of->direction == SOMH_OUT)) f->slots[k].ends = false;
}

static jbyteArray results(JNIEnv *env, frame *f, const somh_method *m, som_value *result) {
	const somh_type *t = m->result.type;
	writer w = {0};
	if (t->kind != SOMH_VOID) {
		write_value(&w, t, t->apart ? f->args[m->result.slot].p : (void *)result);
		if (!t->apart && t->owns && m->result.owner == SOMH_CALLERS) somh_end(t, result);
	}
	for (uint32_t i = 0; i < m->nparams; i++)
		if (m->params[i].direction != SOMH_IN) write_value(&w, m->params[i].type, f->args[m->params[i].slot].p);
	return written(env, &w);
}

/* Octets of Java's, for the time of a call. NULL: an exception is pending. */
static const char *open_reader(JNIEnv *env, reader *r, jbyteArray in, char *room, size_t n) {
	jsize is = (*env)->GetArrayLength(env, in);
	char *p = (size_t)is <= n ? room : malloc((size_t)is);
	if (!p) return fail(env, "no memory for arguments");
	(*env)->GetByteArrayRegion(env, in, 0, is, (jbyte *)p);
	*r = (reader){.p = p, .end = p + is, .env = env};
	return p;
}

static void throw_read(JNIEnv *env, const reader *r) {
	jobject o = r->gone ? (*env)->NewLocalRef(env, r->gone->weak) : NULL;
	if (r->gone) throw_released(env, o);
	else fail(env, r->why);
}

/* How a method is to be found: by the object's own table, as others call it; as Java's super; what stands above a class. */
enum { BY_TABLE, BY_SUPER };

JNIEXPORT jbyteArray JNICALL Java_org_dsom_Native_call(JNIEnv *env, jclass c, jobject self, jlong cell_at, jlong method, jint how, jlong above, jbyteArray in) {
	cell *x = ADDRESS(cell, cell_at);
	const somh_method *m = ADDRESS(somh_method, method);
	som_env ev = {0};
	som_value result = {.L = 0};
	char room[512];
	reader r;
	frame f;
	jbyteArray out = NULL;
	(void)c;
	const char *p = open_reader(env, &r, in, room, sizeof room);
	if (!p) return NULL;
	som_ref o = enter_there(env, x);
	som_proc *proc = NULL;
	if (o) proc = above ? somh_above(ADDRESS(made, above)->cls, m) : how == BY_SUPER ? procedure(m, x, o) : m->kind == SOM_PROCEDURE ? m->proc : som_resolve(o, m->token);
	f.nslots = 0;
	if (!o) {
		throw_released(env, self);
	} else if (!proc) {
		throw_code(env, &ev, "NO_IMPLEMENT", m->name);
	} else if (!fill(&f, m, &r, 0)) {
		throw_read(env, &r);
	} else {
		int code = somh_call(m, proc, o, f.args, &result, &ev);
		bool raised = code != SOM_OK || ev.major != SOM_NO_EXCEPTION;
		if (code == SOM_OK) given(&f, raised);
		if (raised) throw_env(env, &ev, m, o);
		else out = results(env, &f, m, &result); /* what is lent is the object's: before it is left */
		enclose(env, x, o);
	}
	end_frame(&f);
	leave(env, x);
	if (p != room) free((char *)(uintptr_t)p);
	return out;
}

/* An owned reference of an object made by an initializer. */
NATIVE(jlong, makeBy)(JNIEnv *env, jclass c, jlong cls, jlong method, jbyteArray in) {
	const somh_method *m = ADDRESS(somh_method, method);
	som_env ev = {0};
	char room[512];
	reader r;
	frame f;
	som_ref o = NULL;
	(void)c;
	const char *p = open_reader(env, &r, in, room, sizeof room);
	if (!p) return 0;
	if (!fill(&f, m, &r, 1)) {
		throw_read(env, &r);
	} else {
		o = somh_make(ADDRESS(somh_class, cls), m, f.args + 1, &ev);
		given(&f, !o);
		if (!o) throw_env(env, &ev, m, NULL);
	}
	end_frame(&f);
	if (p != room) free((char *)(uintptr_t)p);
	return (jlong)(uintptr_t)o;
}

/* What calls of a method run, for other tools of this process. */
NATIVE(jlong, entry)(JNIEnv *env, jclass c, jobject self, jlong cell_at, jlong method) {
	cell *x = ADDRESS(cell, cell_at);
	(void)c;
	som_ref o = enter(env, x);
	som_proc *proc = o ? som_resolve(o, ADDRESS(somh_method, method)->token) : NULL;
	leave(env, x);
	if (!o) throw_released(env, self);
	return (jlong)(uintptr_t)proc;
}
