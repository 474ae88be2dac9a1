/* caller.c: who calls objects and is no Java: a thread, and the process's end. And what one would write by hand, to be measured beside. */
#include <jni.h>
#include <pthread.h>
#include <som.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALLER(type, name) JNIEXPORT type JNICALL Java_dsomtest_Caller_##name

typedef int64_t method(void *o, som_env *ev, int64_t n);
typedef struct call { method *f; void *o; int64_t n; som_env ev; } call;

static void *run(void *p) {
	call *c = p;
	c->n = c->f(c->o, &c->ev, c->n);
	return NULL;
}

/* Calls a method in a thread that is made for that: what it returned; -1: it raised. */
CALLER(jlong, inThread)(JNIEnv *env, jclass k, jlong f, jlong o, jlong n) {
	call c = {(method *)(uintptr_t)f, (void *)(uintptr_t)o, n, {0}};
	pthread_t t;
	(void)env, (void)k;
	if (pthread_create(&t, NULL, run, &c) || pthread_join(t, NULL)) return -2;
	if (c.ev.major) c.n = -1;
	som_env_clear(&c.ev);
	return c.n;
}

/* Calls a method as often as that, as C++ does. */
CALLER(jlong, often)(JNIEnv *env, jclass k, jlong f, jlong o, jlong times) {
	som_env ev = {0};
	jlong sum = 0;
	(void)env, (void)k;
	for (jlong i = 0; i < times; i++) sum += ((method *)(uintptr_t)f)((void *)(uintptr_t)o, &ev, i & 63);
	som_env_clear(&ev);
	return sum;
}

/* Zoo::Tree, and its sequences. */
typedef struct tree { int64_t value; struct trees { uint32_t maximum, length; struct tree *buffer; } below; } tree;
typedef void tree_method(void *o, som_env *ev, tree *v, tree *out, tree *inout, tree *result);

static jbyteArray text_of(JNIEnv *env, const char *s) {
	jsize n = (jsize)strlen(s);
	jbyteArray a = (*env)->NewByteArray(env, n);
	if (a) (*env)->SetByteArrayRegion(env, a, 0, n, (const jbyte *)s);
	return a;
}

/* Calls Zoo::Echo's tree with one that is as deep as that: what was raised, or the number of those that came back in one another. */
CALLER(jbyteArray, deep)(JNIEnv *env, jclass k, jlong f, jlong o, jint depth) {
	tree *all = calloc((size_t)depth, sizeof *all), out = {0}, inout = {0}, result = {0};
	som_env ev = {0};
	char n[40];
	(void)k;
	if (!all) return NULL;
	for (jint i = 0; i + 1 < depth; i++) all[i].below = (struct trees){1, 1, &all[i + 1]};
	((tree_method *)(uintptr_t)f)((void *)(uintptr_t)o, &ev, all, &out, &inout, &result);
	int back = 1;
	for (tree *t = &result; t->below.length; t = t->below.buffer) back++;
	snprintf(n, sizeof n, "%d", back);
	jbyteArray a = text_of(env, ev.major ? ev.text ? ev.text : ev.id : n);
	som_env_clear(&ev);
	free(all);
	return a;
}

/* Calls a method that lends a text, and keeps that and the object. */
static som_ref lender;
static const char *borrowed;

CALLER(void, borrow)(JNIEnv *env, jclass k, jlong f, jlong o) {
	som_env ev = {0};
	(void)env, (void)k;
	lender = som_retain((som_ref)(uintptr_t)o);
	borrowed = ((const char *(*)(void *, som_env *))(uintptr_t)f)(lender, &ev);
	som_env_clear(&ev);
}

/* What the text is now; the object is given back. */
CALLER(jbyteArray, borrowed)(JNIEnv *env, jclass k) {
	(void)k;
	jbyteArray a = text_of(env, borrowed);
	som_release(lender);
	return a;
}

static call last;

/* It is called when the process ends, after the machine. */
CALLER(void, atEnd)(JNIEnv *env, jclass k, jlong f, jlong o, jlong n) {
	(void)env, (void)k;
	last = (call){(method *)(uintptr_t)f, som_retain((som_ref)(uintptr_t)o), n, {0}};
}

__attribute__((destructor)) static void end(void) {
	if (!last.f) return;
	run(&last);
	printf("at the end: %s %lld\n", last.ev.major ? last.ev.text : "", (long long)last.n);
	fflush(stdout);
	som_release(last.o);
}

/* A class that overrides Zoo::Animal's speak, and was built when its exception had one member. */
typedef struct too_loud { int16_t volume; } too_loud;

static void drop(void *p) { free(p); }

static int64_t speak(void *o, som_env *ev, int64_t n) {
	(void)o;
	too_loud *e = malloc(sizeof *e);
	*e = (too_loud){(int16_t)n};
	som_raise_user(ev, "IDL:Zoo/TooLoud:1.0", e, drop);
	return 0;
}

CALLER(jboolean, defineOlder)(JNIEnv *env, jclass k) {
	static const char *const parents[] = {"Zoo::Animal"};
	static const som_override overrides[] = {{"Zoo::Animal::speak", (som_proc *)speak, "l:l/long long(long long)!IDL:Zoo/Asleep:1.0{!IDL:Zoo/TooLoud:1.0{short;"}};
	som_class_desc d = {.size_of = sizeof d, .name = "Older", .parents = parents, .nparents = 1, .override_size = sizeof *overrides, .overrides = overrides, .noverrides = 1};
	(void)env, (void)k;
	return som_class_define(&d, NULL) != NULL;
}

/* A class that signatures alone tell of, with a name that is a word of Java's. */
static int64_t pass(void *o, som_env *ev, int64_t n) { return (void)o, (void)ev, n + 1; }
static void *nowhere(void *o, som_env *ev) { return (void)o, (void)ev, NULL; }

CALLER(jboolean, defineSigned)(JNIEnv *env, jclass k) {
	static const char *const parents[] = {"SOMObject"};
	static const som_method methods[] = {{.name = "new", .sig = "l:l/long long(long long)", .proc = (som_proc *)pass}, {.name = "nowhere", .sig = "p:", .proc = (som_proc *)nowhere}};
	som_class_desc d = {.size_of = sizeof d, .name = "Signed", .parents = parents, .nparents = 1, .method_size = sizeof *methods, .introduces = methods, .nintroduces = 2};
	(void)env, (void)k;
	return som_class_define(&d, NULL) != NULL;
}

/* A class below Zoo::Dog whose initializer makes another object of the class of the one that is begun. */
static som_ref litter;

static void breed(som_ref self, som_env *ev, void *context) {
	static int inside;
	som_env own = {0};
	(void)ev, (void)context;
	if (inside++ == 0) litter = som_new(som_class_of(self), &own);
	inside--;
	som_env_clear(&own);
}

CALLER(jboolean, defineBreeder)(JNIEnv *env, jclass k) {
	static const char *const parents[] = {"Zoo::Dog"};
	som_class_desc d = {.size_of = sizeof d, .name = "Breeder", .parents = parents, .nparents = 1, .init = breed};
	(void)env, (void)k;
	return som_class_define(&d, NULL) != NULL;
}

/* Where the other one is, and its end. */
CALLER(jlong, litter)(JNIEnv *env, jclass k) { return (void)env, (void)k, (jlong)(uintptr_t)litter; }
CALLER(void, endLitter)(JNIEnv *env, jclass k) { (void)env, (void)k, som_release(litter); }

/* A class in C below one that Java has made. */
CALLER(jboolean, defineBelow)(JNIEnv *env, jclass k, jbyteArray of) {
	char name[256] = {0};
	const char *parents[] = {name};
	jsize n = (*env)->GetArrayLength(env, of);
	(void)k;
	if (n > 255) return 0;
	(*env)->GetByteArrayRegion(env, of, 0, n, (jbyte *)name);
	som_class_desc d = {.size_of = sizeof d, .name = "Below", .parents = parents, .nparents = 1};
	return som_class_define(&d, NULL) != NULL;
}

/* ---- By hand ---- */

typedef struct dog { int64_t said; } dog;

__attribute__((noinline)) static int64_t hand_speak(dog *d, int64_t n) {
	__atomic_add_fetch(&d->said, 1, __ATOMIC_RELAXED);
	return n * 2;
}

CALLER(jlong, newDog)(JNIEnv *env, jclass k) { return (void)env, (void)k, (jlong)(uintptr_t)calloc(1, sizeof(dog)); }

/* The same as the method of the class in C++, with an environment that is looked at. */
CALLER(jlong, speak)(JNIEnv *env, jobject self, jlong d, jlong n) {
	som_env ev = {0};
	(void)self;
	int64_t r = hand_speak((dog *)(uintptr_t)d, n);
	if (__builtin_expect(__atomic_load_n(&ev.major, __ATOMIC_RELAXED) != 0, 0)) (*env)->FatalError(env, "raised");
	return r;
}

/* By the entry in the object's table: what a binding by hand, for this method alone, does. */
CALLER(jlong, entrySpeak)(JNIEnv *env, jobject self, jlong f, jlong o, jlong n) {
	som_env ev = {0};
	(void)self;
	int64_t r = ((method *)(uintptr_t)f)((void *)(uintptr_t)o, &ev, n);
	if (ev.major) (*env)->FatalError(env, "raised");
	return r;
}

JNIEXPORT int64_t plain_speak(void *d, int64_t n) { return hand_speak(d, n); }
