/* cells.c: which object of Java's stands for one of libsom's, and how each keeps the other alive.
 *
 * An object of Java's has one reference to libsom's as long as it lives. One whose class Java has made has fields that must last as long as libsom's object: it is
 * held strongly while others have references to that. That they have is seen where an object is handed to them, and that they have no more by a look at those
 * which are held so, behind each collection of Java's and when there are many. So neither half keeps the other for its own sake. */
#define _GNU_SOURCE
#include "core.h"

#include <pthread.h>
#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

static somh_twins *twins; /* what stands for an object */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of the table, the lists, and what cells hold */
static cell strongs = {.next = &strongs, .before = &strongs};
enum { LEAST_STRONG = 4096 };
static size_t nstrong, look_at = LEAST_STRONG; /* how many there are, and at how many they are looked at */

/* An object that Java is making, whose class it has made: what begins it finds it here, and who is shown it before among all. expected: libsom's, where that is known before its
 * initializers run; is: once it has begun. */
typedef struct making { const somh_class *c; cell *x; som_ref is, expected; struct making *outer, *next, **at; } making_object;
static _Thread_local making_object *making;
static making_object *all_making; /* of all threads, under the lock */

/* ---- A fence for all threads ---- */

enum { PRIVATE_EXPEDITED = 8, REGISTER_PRIVATE_EXPEDITED = 16 }; /* of membarrier */
static bool can_fence;

static bool fence_all(int command) {
#if defined(__linux__) && defined(SYS_membarrier)
	return syscall(SYS_membarrier, command, 0, 0) == 0;
#else
	return (void)command, false;
#endif
}

void set_up_cells(void) {
	twins = somh_twins_new();
	can_fence = fence_all(REGISTER_PRIVATE_EXPEDITED);
}

/* Gives back what close has taken, once nobody is in it. Of several threads that come here one does: who leaves stores its count and looks whether it is fenced, who closes
 * stores that and looks at the counts, so that one of them sees the other's. Before it is fenced the owner's count may be seen by nobody but the owner. */
void end_if_idle(cell *x) {
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!__atomic_load_n(&x->fenced, __ATOMIC_SEQ_CST)) return;
	if (__atomic_load_n(&x->own, __ATOMIC_ACQUIRE) || __atomic_load_n(&x->others, __ATOMIC_SEQ_CST)) return;
	som_release(__atomic_exchange_n(&x->pending, NULL, __ATOMIC_ACQ_REL));
}

/* ---- Strong and weak ---- */

static void hold(JNIEnv *env, cell *x) {
	if (x->strong || !(x->strong = (*env)->NewGlobalRef(env, x->weak))) return;
	x->next = &strongs, x->before = strongs.before;
	x->before->next = strongs.before = x;
	nstrong++;
}

static void let_go(JNIEnv *env, cell *x) {
	if (!x->strong) return;
	(*env)->DeleteGlobalRef(env, x->strong);
	x->strong = NULL;
	x->before->next = x->next, x->next->before = x->before;
	nstrong--;
}

static void look(JNIEnv *env) {
	for (cell *x = strongs.next, *next; x != &strongs; x = next) {
		next = x->next;
		if (!somh_shared(x->ref)) let_go(env, x);
	}
	look_at = nstrong * 2 > LEAST_STRONG ? nstrong * 2 : LEAST_STRONG;
}

void enclose(JNIEnv *env, cell *x, som_ref o) {
	if (!x->made || !somh_shared(o)) return; /* whether it is strong is told under the lock alone: another thread may be about to let go of it */
	pthread_mutex_lock(&lock);
	if (x->ref == o && somh_shared(o)) hold(env, x);
	if (nstrong > look_at) look(env);
	pthread_mutex_unlock(&lock);
}

som_ref retained(JNIEnv *env, cell *x) {
	som_ref o = som_retain(enter(env, x));
	if (o) enclose(env, x, o);
	leave(env, x);
	return o;
}

NATIVE(void, look)(JNIEnv *env, jclass c) {
	(void)c;
	pthread_mutex_lock(&lock);
	look(env);
	pthread_mutex_unlock(&lock);
}

NATIVE(jlong, strong)(JNIEnv *env, jclass c) {
	(void)env, (void)c;
	pthread_mutex_lock(&lock);
	size_t n = nstrong;
	pthread_mutex_unlock(&lock);
	return (jlong)n;
}

/* ---- The table ---- */

cell *cell_of(som_ref o, jobject *object, JNIEnv *env) {
	pthread_mutex_lock(&lock);
	cell *x = somh_twin(twins, o);
	*object = x ? (*env)->NewLocalRef(env, x->weak) : NULL;
	pthread_mutex_unlock(&lock);
	return *object ? x : NULL; /* and as long as the object lives */
}

bool is_destroyed(som_ref o) { return !som_is_a(o, som_class_of(o)); }

/* It becomes what stands for o, whose reference it takes over. False: no memory. */
static bool bind_cell(cell *x, som_ref o) {
	if (!somh_twin_set(twins, o, x)) return false;
	__atomic_store_n(&x->ref, o, __ATOMIC_RELEASE);
	return true;
}

/* Of one that Java is making and others have been shown: the object, whose cell has taken the reference over. NULL: it is none, or there is no memory. Under the lock. */
static jobject find_making(JNIEnv *env, som_ref o) {
	making_object *m = all_making;
	while (m && __atomic_load_n(&m->expected, __ATOMIC_ACQUIRE) != o) m = m->next;
	if (!m || m->is || m->x->ref || m->x->early) return NULL; /* the latter: it was closed in the midst of that */
	if (!bind_cell(m->x, o)) return NULL;
	__atomic_store_n(&m->x->early, true, __ATOMIC_RELEASE);
	return (*env)->NewLocalRef(env, m->x->weak);
}

/* o is an owned reference. The object that stands for it, with the reference given back; NULL: there is none yet. */
NATIVE(jobject, find)(JNIEnv *env, jclass c, jlong ref) {
	som_ref o = ADDRESS(som_object, ref);
	jobject is;
	(void)c;
	if (cell_of(o, &is, env)) {
		som_release(o); /* not the last: it has one */
	} else {
		pthread_mutex_lock(&lock);
		is = find_making(env, o);
		pthread_mutex_unlock(&lock);
	}
	return is;
}

/* Whether an object is of a class that Java has made, and has not begun. */
NATIVE(jboolean, isUnbegun)(JNIEnv *env, jclass c, jlong ref) {
	som_ref o = ADDRESS(som_object, ref);
	const somh_class *of = somh_describe(som_class_of(o), NULL);
	(void)env, (void)c;
	return of && of->nmade && !somh_ending(o) && !somh_begun(of, o);
}

NATIVE(void, release)(JNIEnv *env, jclass c, jlong ref) {
	(void)env, (void)c;
	som_release(ADDRESS(som_object, ref));
}

/* The object that stands for a borrowed reference. */
JNIEXPORT jobject JNICALL Java_org_dsom_Upcall_attached(JNIEnv *env, jclass c, jlong ref) {
	jobject is;
	(void)c;
	cell_of(ADDRESS(som_object, ref), &is, env);
	return is;
}

NATIVE(jlong, newCell)(JNIEnv *env, jclass c, jobject object, jlong of) {
	const made *m = ADDRESS(made, of);
	cell *x = calloc(1, sizeof *x);
	(void)c;
	if (!x) return fail(env, "no memory for an object"), 0;
	x->owner = can_fence ? env : NULL;
	x->hot = m ? NULL : x->owner;
	if (m) x->made = __atomic_load_n(&m->cls, __ATOMIC_ACQUIRE);
	if (!(x->weak = (*env)->NewWeakGlobalRef(env, object))) {
		free(x);
		return 0;
	}
	return (jlong)(uintptr_t)x;
}

/* An object of a class in Java whose constructor has not run, with its cell. */
NATIVE(jobject, allocate)(JNIEnv *env, jclass c, jclass of, jlong m) {
	jclass root = (*env)->FindClass(env, "org/dsom/SomObject");
	jfieldID at = root ? (*env)->GetFieldID(env, root, "cell", "J") : NULL;
	jobject o = at ? (*env)->AllocObject(env, of) : NULL;
	jlong x = o ? Java_org_dsom_Native_newCell(env, c, o, m) : 0;
	if (!x) return NULL;
	ADDRESS(cell, x)->early = true;
	(*env)->SetLongField(env, o, at, x);
	return o;
}

/* Runs the constructor of such an object. */
NATIVE(void, construct)(JNIEnv *env, jclass c, jobject self, jobject constructor) {
	jmethodID m = (*env)->FromReflectedMethod(env, constructor);
	jclass of = (*env)->GetObjectClass(env, self);
	(void)c;
	if (m) (*env)->CallNonvirtualVoidMethod(env, self, of, m);
	(*env)->DeleteLocalRef(env, of);
}

/* The cell becomes what stands for an owned reference, unless another thread was faster: the object that is. */
NATIVE(jobject, adopt)(JNIEnv *env, jclass c, jlong cell_at, jlong ref) {
	cell *x = ADDRESS(cell, cell_at);
	som_ref o = ADDRESS(som_object, ref);
	(void)c;
	pthread_mutex_lock(&lock);
	cell *other = somh_twin(twins, o);
	jobject is = other ? (*env)->NewLocalRef(env, other->weak) : NULL;
	bool bound = is || bind_cell(x, o);
	if (!is && bound && x->early) hold(env, x); /* who makes it has a reference, too */
	pthread_mutex_unlock(&lock);
	if (!bound || is) som_release(o);
	if (!bound) return fail(env, "no memory for an object");
	return is ? is : (*env)->NewLocalRef(env, x->weak);
}

/* What there is to give back of a cell, that stands for nothing from now on. */
static som_ref unbind(JNIEnv *env, cell *x) {
	pthread_mutex_lock(&lock);
	som_ref o = x->ref;
	if (o) {
		if (somh_twin(twins, o) == x) somh_twin_set(twins, o, NULL);
		let_go(env, x);
		__atomic_store_n(&x->pending, o, __ATOMIC_RELEASE);
		__atomic_store_n(&x->ref, NULL, __ATOMIC_SEQ_CST);
	}
	pthread_mutex_unlock(&lock);
	return o;
}

NATIVE(void, close)(JNIEnv *env, jclass c, jlong cell_at) {
	cell *x = ADDRESS(cell, cell_at);
	(void)c;
	if (!unbind(env, x)) return;
	if (x->owner && x->owner != env) fence_all(PRIVATE_EXPEDITED);
	__atomic_store_n(&x->fenced, true, __ATOMIC_SEQ_CST);
	end_if_idle(x);
}

/* 0: it has been released. */
NATIVE(jlong, address)(JNIEnv *env, jclass c, jobject self, jlong cell_at) {
	(void)c, (void)self;
	som_ref o = enter(env, ADDRESS(cell, cell_at));
	if (o && is_destroyed(o)) o = NULL;
	leave(env, ADDRESS(cell, cell_at));
	return (jlong)(uintptr_t)o;
}

NATIVE(jlong, classOfObject)(JNIEnv *env, jclass c, jobject self, jlong cell_at) {
	cell *x = ADDRESS(cell, cell_at);
	som_env ev = {0};
	(void)c;
	som_ref o = enter(env, x);
	const somh_class *is = o ? somh_describe(som_class_of(o), &ev) : NULL;
	leave(env, x);
	if (!o) throw_released(env, self);
	else if (!is) throw_env(env, &ev, NULL, NULL);
	return (jlong)(uintptr_t)is;
}

/* The object is no more: by its Cleaner. */
NATIVE(void, drop)(JNIEnv *env, jclass c, jlong cell_at) {
	cell *x = ADDRESS(cell, cell_at);
	(void)c;
	if (down) return;
	unbind(env, x);
	som_release(__atomic_exchange_n(&x->pending, NULL, __ATOMIC_ACQ_REL));
	(*env)->DeleteWeakGlobalRef(env, x->weak);
	free(x);
}

/* ---- Making ---- */

void begin_instance(som_ref self, som_env *ev, void *context) {
	(void)context;
	if (making && !making->is && (making->expected ? making->expected == self : making->c->cls == som_class_of(self))) {
		cell *x = making->x;
		pthread_mutex_lock(&lock);
		bool closed = x->early && x->ref != self, bound = !closed && (x->ref == self || bind_cell(x, som_retain(self)));
		if (bound) making->is = self;
		if (bound) __atomic_store_n(&x->early, false, __ATOMIC_RELEASE);
		pthread_mutex_unlock(&lock);
		if (bound) return;
		if (closed) return som_raise_system(ev, "IDL:omg.org/CORBA/OBJECT_NOT_EXIST:1.0", 0, SOM_COMPLETED_NO, "the object has been closed while it was made");
		som_release(self); /* not the last: who makes it has one */
		return som_raise_system(ev, "IDL:omg.org/CORBA/NO_MEMORY:1.0", 0, SOM_COMPLETED_NO, "no memory for an object");
	}
	JNIEnv *env = thread_env();
	if (!env || (*env)->PushLocalFrame(env, 16) != 0) {
		som_raise_system(ev, "IDL:omg.org/CORBA/BAD_INV_ORDER:1.0", 0, SOM_COMPLETED_NO, "the Java machine has ended");
		return;
	}
	struct making *outer = making;
	making = NULL; /* its constructor may make others */
	const somh_class *of = somh_describe(som_class_of(self), ev);
	if (of && of->nmade) {
		made *nearest = of->made[0]->context;
		__atomic_store_n(&nearest->cls, of->made[0], __ATOMIC_RELEASE); /* who has made the class may not have come so far */
		(*env)->CallStaticVoidMethod(env, upcall_class, upcalls.begin, nearest->id, (jlong)(uintptr_t)nearest, (jlong)(uintptr_t)self);
		if ((*env)->ExceptionCheck(env)) raise_to_env(env, ev);
	}
	making = outer;
	(*env)->PopLocalFrame(env, NULL);
}

/* An object that another language makes begins: the cell becomes what stands for it, unless it does already. */
NATIVE(void, attach)(JNIEnv *env, jclass c, jobject self, jlong cell_at, jlong ref) {
	cell *x = ADDRESS(cell, cell_at);
	som_ref o = ADDRESS(som_object, ref);
	(void)c, (void)self;
	pthread_mutex_lock(&lock);
	bool bound = x->ref == o || bind_cell(x, som_retain(o));
	if (bound) {
		__atomic_store_n(&x->early, false, __ATOMIC_RELEASE);
		hold(env, x);
	}
	pthread_mutex_unlock(&lock);
	if (bound) return;
	som_release(o);
	fail(env, "no memory for an object");
}

void end_instance(som_ref self, void *context) {
	(void)context;
	JNIEnv *env = thread_env();
	pthread_mutex_lock(&lock);
	cell *x = env ? somh_twin(twins, self) : NULL;
	if (x) { /* one whose making has failed: else Java's reference would have kept it */
		somh_twin_set(twins, self, NULL);
		let_go(env, x);
		__atomic_store_n(&x->ref, NULL, __ATOMIC_SEQ_CST);
	}
	pthread_mutex_unlock(&lock);
	if (x) som_release(self); /* not the last: who makes it has one */
}

static void note_making(making_object *m) {
	pthread_mutex_lock(&lock);
	if ((m->next = all_making)) m->next->at = &m->next;
	*(m->at = &all_making) = m;
	pthread_mutex_unlock(&lock);
}

static void forget_making(making_object *m) {
	pthread_mutex_lock(&lock);
	if ((*m->at = m->next)) m->next->at = m->at;
	pthread_mutex_unlock(&lock);
}

/* Makes an object of a class that Java has made for one that is being constructed. */
NATIVE(void, make)(JNIEnv *env, jclass c, jobject self, jlong cell_at, jlong cls) {
	making_object m = {.c = ADDRESS(somh_class, cls), .x = ADDRESS(cell, cell_at), .outer = making};
	som_env ev = {0};
	bool bound;
	(void)c;
	note_making(&m);
	making = m.c->nmade ? &m : NULL;
	som_ref o = somh_new(m.c, &m.expected, &ev);
	making = m.outer;
	forget_making(&m);
	if (!o) {
		throw_env(env, &ev, NULL, NULL);
		return;
	}
	pthread_mutex_lock(&lock);
	bool none = !m.is && !m.x->ref && !m.x->early; /* of Java's, and nobody has met it */
	bound = none ? bind_cell(m.x, o) : m.x->ref != NULL;
	pthread_mutex_unlock(&lock);
	if (none && bound) return;
	if (bound && m.is == o) enclose(env, m.x, o); /* what was begun may have given itself to others */
	som_release(o); /* the cell has one of its own */
	if (none) fail(env, "no memory for an object");
	else if (!bound) throw_released(env, self);
}

/* An object as others make it, by the class alone: an owned reference. */
NATIVE(jlong, newObject)(JNIEnv *env, jclass c, jlong cls) {
	som_env ev = {0};
	struct making *outer = making;
	(void)c;
	making = NULL;
	som_ref o = som_new(ADDRESS(somh_class, cls)->cls, &ev);
	making = outer;
	if (!o) throw_env(env, &ev, NULL, NULL);
	return (jlong)(uintptr_t)o;
}

/* ---- Weak references ---- */

NATIVE(jlong, weakNew)(JNIEnv *env, jclass c, jobject object, jlong cell_at) {
	cell *x = ADDRESS(cell, cell_at);
	som_env ev = {0};
	(void)c;
	som_ref o = enter(env, x);
	som_weak *w = o ? som_weak_new(o, &ev) : NULL;
	leave(env, x);
	if (!o) throw_released(env, object);
	else if (!w) throw_env(env, &ev, NULL, NULL);
	return (jlong)(uintptr_t)w;
}

NATIVE(jlong, weakGet)(JNIEnv *env, jclass c, jlong w) { return (void)env, (void)c, (jlong)(uintptr_t)som_weak_get(ADDRESS(som_weak, w)); }

NATIVE(void, weakFree)(JNIEnv *env, jclass c, jlong w) {
	(void)env, (void)c;
	if (!down) som_weak_free(ADDRESS(som_weak, w));
}
