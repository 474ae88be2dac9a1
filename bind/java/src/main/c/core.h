/* core.h: what the parts of libsomjni share. Functions may be called by any thread that is attached, but where it is said. */
#ifndef DSOM_CORE_H
#define DSOM_CORE_H

#include <jni.h>
#include <stddef.h>
#include <stdio.h>
#include <somhost.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NATIVE(type, name) JNIEXPORT type JNICALL Java_org_dsom_Native_##name
#define ADDRESS(type, n) ((type *)(uintptr_t)(n))

/* What an object of Java's has of libsom's: it lives as long as that, and its Cleaner ends it. */
typedef struct cell {
	som_ref ref;      /* one reference; NULL: given back, or never had */
	JNIEnv *hot;      /* owner, of one whose class Java has not made */
	JNIEnv *owner;    /* the thread whose calls are counted in own, without atomic instructions; NULL: there is none */
	uint32_t own, others; /* calls that are in it */
	som_ref pending;  /* what close has taken, until no call is in it */
	bool fenced;      /* pending may be given back: every thread has seen that ref is NULL, and what it has counted is seen */
	jweak weak;       /* the object; these are written under the lock */
	jobject strong;   /* the same, while others than Java have references and its class was made in Java */
	struct cell *next, *before; /* of those that are strong */
	const somh_class *made;  /* its class, if Java has made it */
	bool early;       /* its beginning in Java is still to come, or will never: what stands above its overrides is called */
} cell;

extern bool down; /* the machine ends: nothing of it is to be used */
extern jclass upcall_class;
extern struct upcalls { jmethodID begin, handle, raising, user, unknown, system, released, failed; } upcalls;

/* core.c */
JNIEnv *thread_env(void); /* attaches the thread if need be; NULL: the machine has ended */
jbyteArray bytes_of(JNIEnv *env, const void *p, size_t n); /* NULL: an exception is pending */
jbyteArray text_of(JNIEnv *env, const char *s);            /* NULL of NULL */
char *chars_of(JNIEnv *env, jbyteArray a);                 /* to be freed; NULL: an exception is pending */
void *fail(JNIEnv *env, const char *why);                  /* NULL, and a system exception is pending */

/* cells.c */
cell *cell_of(som_ref o, jobject *object, JNIEnv *env); /* and a local reference of its object; NULL: Java has none */
void enclose(JNIEnv *env, cell *x, som_ref o); /* after a call or what else may have given others references */
void end_if_idle(cell *x); /* by who has left one that is closed, and who has closed it */
som_ref retained(JNIEnv *env, cell *x); /* NULL: it has been released */
bool is_destroyed(som_ref o); /* it could not be begun, and there is nothing of it but references */
void begin_instance(som_ref self, som_env *ev, void *context); /* these two by any thread */
void end_instance(som_ref self, void *context);
void set_up_cells(void);

/* A call is in an object from enter to leave, and the reference holds meanwhile. NULL: it has been released. */
static inline som_ref enter(JNIEnv *env, cell *x) {
	if (x->owner == env) {
		__atomic_store_n(&x->own, x->own + 1, __ATOMIC_RELAXED);
		__atomic_signal_fence(__ATOMIC_SEQ_CST); /* who closes it makes this a fence of all threads */
		return __atomic_load_n(&x->ref, __ATOMIC_RELAXED);
	}
	__atomic_add_fetch(&x->others, 1, __ATOMIC_SEQ_CST);
	return __atomic_load_n(&x->ref, __ATOMIC_SEQ_CST); /* not before it is counted */
}

static inline void leave(JNIEnv *env, cell *x) {
	if (x->owner == env) {
		__atomic_store_n(&x->own, x->own - 1, __ATOMIC_RELAXED);
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		if (!__atomic_load_n(&x->ref, __ATOMIC_RELAXED)) end_if_idle(x);
		return;
	}
	__atomic_sub_fetch(&x->others, 1, __ATOMIC_SEQ_CST);
	if (!__atomic_load_n(&x->ref, __ATOMIC_SEQ_CST)) end_if_idle(x);
}

/* The same for a call that does not go by the object's own table, which says so itself. */
static inline som_ref enter_there(JNIEnv *env, cell *x) {
	som_ref o = enter(env, x);
	return o && x->made && is_destroyed(o) ? NULL : o;
}

/* values.c: values as octets, in the order that IDL has them, in the machine's own representation and without padding. */
enum { MAX_NESTING = 128 }; /* values in one another: half of SOMH_MAX_NESTING, and what Writer allows */
typedef struct writer {
	char *p;
	size_t n, room;
	uint32_t depth;
	const char *why; /* what is wrong; then nothing is in it that has to be ended */
	size_t *refs;    /* where references are that it owns */
	size_t nrefs, refs_room;
} writer;
typedef struct reader { const char *p, *end; JNIEnv *env; const char *why; cell *gone; /* what was released, which is why */ } reader;
void write_octets(writer *w, const void *p, size_t n);
void write_value(writer *w, const somh_type *t, const void *p); /* references in it are owned by who reads it */
void write_text(writer *w, const char *s);                      /* UTF-8 behind its length, or -1 */
void end_writer(writer *w, bool refs);                          /* refs: nobody has read it */
void read_value(reader *r, const somh_type *t, void *p);        /* p is zero; if r->why, it holds nothing */
jbyteArray written(JNIEnv *env, writer *w); /* what is in it, which ends; NULL: an exception is pending */

/* calls.c */
extern const somh_method missing; /* what a class library of another release does not have */
som_proc *procedure(const somh_method *m, const cell *x, som_ref o);

/* overrides.c */
typedef struct made { const somh_class *cls; jclass java; jlong id; } made;
void handle(void *context, som_ref self, som_env *ev, const som_value *args, som_value *result); /* by any thread */

/* errors.c */
void throw_env(JNIEnv *env, som_env *ev, const somh_method *m, som_ref o); /* ev is cleared. m, o: whose, or NULL */
void raise_to_env(JNIEnv *env, som_env *ev); /* the exception that is pending becomes one of ev's */
void throw_released(JNIEnv *env, jobject o);

#endif
