//go:build cgo && unix

#define _GNU_SOURCE
#include "bridge.h"
#include "_cgo_export.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct native_kernel kernel;

#define MISSING(f)                                                                                    \
	if (!(*(void **)&kernel.f = dlsym(library, #f))) {                                                \
		snprintf(why, size, "it has no %s: it is of another release", #f);                            \
		return 1;                                                                                     \
	}

/* Whether a file is the one that this code is in. */
static bool is_this(const char *file) {
	Dl_info me;
	struct stat a, b;
	return dladdr((void *)som_go_runtime, &me) && !stat(file, &a) && !stat(me.dli_fname, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* libsom's hook: a library that begins a second Go runtime must not even be opened. */
struct listed {
	const char *file;
	char *names;
	size_t size;
};

static int list(som_class *c, void *context) {
	struct listed *to = context;
	const som_class_info *info = kernel.som_class_describe(c);
	if (to->file && (!info->library || strcmp(info->library, to->file))) return 0;
	size_t n = strlen(info->name);
	char *names = realloc(to->names, to->size + n + 2);
	if (!names) return 1;
	memcpy(names + to->size, info->name, n);
	memcpy(names + to->size + n, "\n", 2);
	to->names = names;
	to->size += n + 1;
	return 0;
}

char *native_classes_of(const char *file) {
	struct listed to = {file, calloc(1, 1), 0};
	if (to.names && kernel.som_classes(list, &to)) {
		free(to.names);
		return NULL;
	}
	return to.names;
}

static _Thread_local char mine; /* a library that is loaded late has little room for what is a thread's */

uintptr_t native_thread(void) { return (uintptr_t)&mine; }

static bool early(som_env *ev);

static void *load(const char *file, char *why, size_t size) {
	if (early(NULL)) {
		snprintf(why, size, "the packages of a library in Go are being initialised, and wait for this one");
		return NULL;
	}
	if (!is_this(file) && somNativeHasRuntime((char *)file)) {
		snprintf(why, size, "it has a Go runtime of its own, and a process has room for one: bundle its classes with those of the other (dsom class bundle), or build them into the program");
		return NULL;
	}
	void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	const char *reason = library ? NULL : dlerror();
	if (!library) snprintf(why, size, "%s", reason ? reason : "no reason is known");
	return library;
}

int native_open(const char *file, char *why, size_t size) {
	void *library = RTLD_DEFAULT;
	if (!dlsym(RTLD_DEFAULT, "som_class_define")) {
		library = dlopen("libsom.so.1", RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD); /* a class library brought it */
		if (!library) library = dlopen(file, RTLD_NOW | RTLD_GLOBAL);
		if (!library) {
			const char *reason = dlerror();
			snprintf(why, size, "%s", reason ? reason : "no reason is known");
			return 1;
		}
	}
	FUNCTIONS(MISSING)
	const som_hooks hooks = {.size_of = sizeof hooks, .load = load};
	kernel.som_set_hooks(&hooks, NULL);
	return 0;
}

const char *native_file_of(const void *at) {
	Dl_info i;
	return dladdr(at, &i) ? i.dli_fname : NULL;
}

const char *native_file(void) { return native_file_of((void *)kernel.som_set_hooks); }

ssize_t native_write(int to, const void *at, size_t behind, size_t n, int *why) {
	ssize_t got;
	do
		got = write(to, (const char *)at + behind, n);
	while (got < 0 && errno == EINTR);
	*why = errno;
	return got;
}

/* ---- A class library in Go ---- */

/* Packages are initialised in a thread of Go's, which has the turn until that is done: who loads the library waits for that, and libsom knows
 * for whom. Without that the two would wait for each other for ever where a package needs a class that the other thread is about to make. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool begun; /* the thread has the turn, or there is none to have */
	bool told;  /* there is a thread that gives it back when all is initialised */
	bool done;  /* it has: atomic */
	som_turn turn;
	__typeof__(som_turn_take) *take;
	__typeof__(som_turn_give) *give;
} packages = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
static _Thread_local bool unready; /* the entry, which comes next, is to say so */

void native_begin(void) {
	void *library = RTLD_DEFAULT;
	bool found = dlsym(library, "som_turn_take");
	if (!found) found = (library = dlopen("libsom.so.1", RTLD_NOW | RTLD_NOLOAD));
	pthread_mutex_lock(&packages.lock);
	if (found) {
		*(void **)&packages.take = dlsym(library, "som_turn_take");
		*(void **)&packages.give = dlsym(library, "som_turn_give");
	}
	if (found) packages.take(&packages.turn, NULL);
	__atomic_store_n(&packages.done, !found, __ATOMIC_RELEASE); /* nobody of libsom's can be early */
	packages.begun = true;
	pthread_cond_broadcast(&packages.changed);
	pthread_mutex_unlock(&packages.lock);
}

/* Go lets no thread in that is not its own until all is initialised. */
static void *give_turn(void *unused) {
	somNativeInitialised();
	pthread_mutex_lock(&packages.lock);
	while (!packages.begun) pthread_cond_wait(&packages.changed, &packages.lock);
	pthread_mutex_unlock(&packages.lock);
	__atomic_store_n(&packages.done, true, __ATOMIC_RELEASE);
	if (packages.give) packages.give(&packages.turn);
	return unused;
}

/* Whether there is, or was, a thread that gives the turn back. */
static bool will_be_given(void) {
	pthread_t t;
	pthread_mutex_lock(&packages.lock);
	while (!packages.begun) pthread_cond_wait(&packages.changed, &packages.lock);
	if (!packages.told && pthread_create(&t, NULL, give_turn, NULL) == 0) packages.told = pthread_detach(t) == 0;
	const bool told = packages.told;
	pthread_mutex_unlock(&packages.lock);
	return told;
}

/* False: whoever initialises the packages waits for this thread, or is it. */
static bool initialised(void) {
	if (__atomic_load_n(&packages.done, __ATOMIC_ACQUIRE)) return true;
	if (!will_be_given() || !packages.take) return true;
	if (packages.take(&packages.turn, NULL) != SOM_OK) return false;
	packages.give(&packages.turn);
	return true;
}

SOM_EXPORT som_library_ready_proc som_library_ready;
void som_library_ready(const char *file) {
	unready = !initialised();
	if (!unready) somNativeReady((char *)file);
}

SOM_API som_library_entry_proc som_library_entry;
int som_library_entry(uint32_t abi, som_env *ev) {
	if (abi != SOM_ABI) return SOM_E_VERSION;
	if (!unready) return somNativeEntry(ev);
	unready = false;
	native_raise(ev, SOM_E_CYCLE, "IDL:omg.org/CORBA/BAD_PARAM:1.0", SOM_E_CYCLE, SOM_COMPLETED_NO,
		"its packages are being initialised, and need a class that cannot be made before this library is loaded");
	return SOM_E_CYCLE;
}

/* ---- From Go ---- */

som_env *native_moved(const som_env *ev) {
	som_env *to = malloc(sizeof *to);
	if (!to) abort();
	*to = *ev;
	return to;
}

void native_forget(som_env *raised) {
	kernel.som_env_clear(raised);
	free(raised);
}

static _Thread_local native_within *now;

native_within *native_now(void) { return now; }

static inline void come(native_within *here) {
	*here = (native_within){now, 0};
	now = here;
}

static inline void leave(native_within *here) {
	now = here->outer;
	if (__builtin_expect(here->got != 0, 0)) somNativeLeave(here);
}

extern char *_cgo_topofstack(void); /* of cgo, for its functions */

static void crossed(native_crossed *call, const char *top, uint64_t value, const som_env *ev) {
	call = (native_crossed *)(void *)((char *)call + (_cgo_topofstack() - top));
	call->value = value;
	if (ev->major != SOM_NO_EXCEPTION) call->raised = native_moved(ev);
}

static void cross_one(void *at) {
	native_crossed *call = at;
	const char *top = _cgo_topofstack();
	som_env ev = {0};
	uint64_t value = ((native_word *)call->proc)((som_ref)call->object, &ev, call->args[0]);
	crossed(call, top, value, &ev);
}

static void cross_four(void *at) {
	native_crossed *call = at;
	const char *top = _cgo_topofstack();
	som_env ev = {0};
	const uint64_t *a = call->args;
	uint64_t value = ((native_words *)call->proc)((som_ref)call->object, &ev, a[0], a[1], a[2], a[3]);
	crossed(call, top, value, &ev);
}

static double as_real(uint64_t bits) {
	double v;
	return memcpy(&v, &bits, sizeof v), v;
}

static uint64_t as_word(double v) {
	uint64_t bits;
	return memcpy(&bits, &v, sizeof bits), bits;
}

static void cross_frame(void *at) {
	native_framed_call *call = at;
	const char *top = _cgo_topofstack();
	som_env ev = {0};
	uint64_t out[NATIVE_FRAME_ARGS], places[NATIVE_FRAME_ARGS], value;
	const uint64_t *w = call->words;
	const uint32_t outs = call->outs;
	const som_ref o = (som_ref)call->object;
	const double *x = call->reals;
	for (int n = 0; outs && n < NATIVE_FRAME_ARGS; n++) {
		out[n] = call->words[n];
		places[n] = outs >> n & 1 ? (uintptr_t)&out[n] : call->words[n];
		w = places;
	}
#define ALL_WORDS w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]
#define ALL_REALS x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]
	if (call->nreals == 0 && !call->real)
		value = ((native_few *)call->proc)(o, &ev, ALL_WORDS);
	else if (call->nreals == 0)
		value = as_word(((native_few_real *)call->proc)(o, &ev, ALL_WORDS));
	else if (!call->real)
		value = ((native_frame *)call->proc)(o, &ev, ALL_WORDS, ALL_REALS);
	else
		value = as_word(((native_frame_real *)call->proc)(o, &ev, ALL_WORDS, ALL_REALS));
	call = (native_framed_call *)(void *)((char *)call + (_cgo_topofstack() - top)); /* as in crossed */
	call->value = value;
	if (outs) memcpy(call->words, out, sizeof out);
	if (ev.major != SOM_NO_EXCEPTION) call->raised = native_moved(&ev);
}

void *native_cross_frame(void) { return (void *)cross_frame; }
void *native_cross_one(void) { return (void *)cross_one; }
void *native_cross_four(void) { return (void *)cross_four; }

void native_call_texts(native_texts *call, uintptr_t proc, uintptr_t o) {
	som_env ev = {0};
	uint64_t w[4];
	for (int n = 0; n < 4; n++)
		w[n] = call->texts >> n & 1 ? (uintptr_t)(call->room + call->words[n]) : call->words[n];
	call->value = ((native_words *)proc)((som_ref)o, &ev, w[0], w[1], w[2], w[3]);
	call->rest = 0;
	call->raised = ev.major == SOM_NO_EXCEPTION ? 0 : (uintptr_t)native_moved(&ev);
	if (call->raised || call->result == NATIVE_NUMBER) return;
	char *text = (char *)(uintptr_t)call->value;
	size_t n = text ? strnlen(text, NATIVE_ROOM + 1) : 0;
	if (n > NATIVE_ROOM) {
		call->rest = (uintptr_t)text;
		return;
	}
	call->value = n;
	if (!text) return;
	memcpy(call->room, text, n);
	if (call->result == NATIVE_OWNED) kernel.som_deallocate(text);
}

native_result native_apply(uintptr_t proc, const char *sig, uintptr_t o, som_value *args) {
	som_env ev = {0};
	som_value result;
	uint64_t value;
	memset(&result, 0, sizeof result);
	kernel.som_apply((som_proc *)proc, sig, (som_ref)o, args, &result, &ev);
	memcpy(&value, &result, sizeof value);
	return (native_result){value, ev.major == SOM_NO_EXCEPTION ? NULL : native_moved(&ev)};
}

native_result native_send(uintptr_t proc, uintptr_t o, const char *method, const som_value *args, uint32_t n) {
	som_env ev = {0};
	som_value result;
	uint64_t value;
	memset(&result, 0, sizeof result);
	int32_t code = ((int32_t (*)(som_ref, som_env *, const char *, const som_value *, uint32_t, som_value *))proc)((som_ref)o, &ev, method, args, n, &result);
	if (code != SOM_OK && ev.major == SOM_NO_EXCEPTION) native_raise(&ev, (uint32_t)code, "IDL:omg.org/CORBA/UNKNOWN:1.0", 0, SOM_COMPLETED_MAYBE, "it was not sent on, and nothing raised");
	memcpy(&value, &result, sizeof value);
	return (native_result){value, ev.major == SOM_NO_EXCEPTION ? NULL : native_moved(&ev)};
}

/* ---- To Go ---- */

/* Whether a thread has no stack for signals. Go gives one to each of its own, and to whoever has called it: who has none is a thread of C's, of which Go
 * lets nothing in until all is initialised. One of C's that has such a stack is not told apart from Go's, and waits where libsom does not see it. */
static bool is_stranger(void) {
	stack_t s;
	return sigaltstack(NULL, &s) == 0 && s.ss_flags & SS_DISABLE;
}

static __attribute__((noinline, cold)) bool is_early(som_env *ev) {
	if (!is_stranger()) return (void)will_be_given(), false;
	if (initialised()) return false;
	native_raise(ev, SOM_E_CYCLE, "IDL:omg.org/CORBA/BAD_PARAM:1.0", SOM_E_CYCLE, SOM_COMPLETED_NO,
		"a class in Go is called while its library is initialised, which waits for this call");
	return true;
}

/* Whether a call comes before Go can take it, and would be waited for by whoever initialises Go's packages: it has raised then. */
static inline bool early(som_env *ev) { return __builtin_expect(!__atomic_load_n(&packages.done, __ATOMIC_ACQUIRE), 0) && is_early(ev); }

/* A text that the environment owns. */
static char *copy_text(const char *text) {
	size_t n = strlen(text) + 1;
	char *copy = kernel.som_allocate(n);
	return copy ? memcpy(copy, text, n) : NULL;
}

static void drop_value(void *value) {
	if (!early(NULL)) somNativeDropValue((uintptr_t)value); /* else it stays: nobody can be told */
}

void native_raise_value(som_env *ev, const char *id, void *value, const char *text) {
	kernel.som_raise_user(ev, id, value, value ? drop_value : NULL);
	if (ev && text) ev->text = copy_text(text);
}

void native_raise(som_env *ev, uint32_t code, const char *id, uint32_t minor, uint32_t completed, const char *text) {
	kernel.som_raise_system(ev, id, minor, completed, text);
	if (ev) ev->code = code;
}

void native_pass(som_env *ev, som_env *raised, const char *text) {
	if (text) {
		kernel.som_deallocate(raised->text);
		raised->text = copy_text(text);
	}
	kernel.som_env_clear(ev);
	if (ev)
		*ev = *raised;
	else
		kernel.som_env_clear(raised);
	free(raised);
}

static som_tok handles[NATIVE_ENTRIES];
static uint8_t takes[NATIVE_ENTRIES];

void native_entry_at(uint32_t n, som_tok data) { handles[n] = data; }
void native_entry_takes(uint32_t n, int what) { takes[n] = (uint8_t)what; }

static __attribute__((noinline)) uint64_t enter_texts(uint32_t n, uint64_t handle, som_env *ev, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
	native_entered call;
	call.words[0] = a, call.words[1] = b, call.words[2] = c, call.words[3] = d;
	call.value = call.roomed = call.length = 0;
	somNativeEnterTexts(n, handle, ev, &call);
	if (!call.roomed) return call.value;
	char *text = kernel.som_allocate(call.length + 1);
	if (text) return (uintptr_t)memcpy(text, call.room, call.length); /* the rest is zero */
	native_raise(ev, SOM_E_MEMORY, "IDL:omg.org/CORBA/NO_MEMORY:1.0", 0, SOM_COMPLETED_YES, "no memory for a text");
	return 0;
}

static inline uint64_t enter(uint32_t n, som_ref o, som_env *ev, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
	const uint64_t handle = *native_handle((uintptr_t)o, handles[n]);
	native_within here;
	uint64_t value;
	if (early(ev)) return 0;
	come(&here);
	if (takes[n] == NATIVE_ONE)
		value = somNativeEnterOne(n, handle, ev, a);
	else if (takes[n] == NATIVE_FOUR)
		value = somNativeEnterFour(n, handle, ev, a, b, c, d);
	else
		value = enter_texts(n, handle, ev, a, b, c, d);
	leave(&here);
	return value;
}

static __attribute__((noinline)) uint64_t enter_frame(uint32_t n, som_ref o, som_env *ev, native_framed *call) {
	const uint64_t handle = *native_handle((uintptr_t)o, handles[n]);
	native_within here;
	call->value = 0;
	if (early(ev)) return 0;
	come(&here);
	somNativeEnterFrame(n, handle, ev, call);
	leave(&here);
	return call->value;
}

#define ENTRY(n)                                                                                              \
	static uint64_t entry_##n(som_ref o, som_env *ev, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {      \
		return enter(0##n, o, ev, a, b, c, d);                                                                \
	}
#define FRAME(n)                                                                                              \
	static uint64_t frame_##n(som_ref o, som_env *ev, NATIVE_WORDS(uint64_t), NATIVE_REALS(double)) {        \
		native_framed call = {{a, b, c, d, e, f, g, h}, {r, s, t, u, v, w, x, y}, 0};                        \
		return enter_frame(0##n, o, ev, &call);                                                              \
	}                                                                                                         \
	static double real_##n(som_ref o, som_env *ev, NATIVE_WORDS(uint64_t), NATIVE_REALS(double)) {           \
		native_framed call = {{a, b, c, d, e, f, g, h}, {r, s, t, u, v, w, x, y}, 0};                        \
		return as_real(enter_frame(0##n, o, ev, &call));                                                     \
	}
#define NAMED(n) {(som_proc *)entry_##n, (som_proc *)frame_##n, (som_proc *)real_##n},
/* Numbers are octal, so that they can be put together. */
#define EIGHT(X, n) X(n##0) X(n##1) X(n##2) X(n##3) X(n##4) X(n##5) X(n##6) X(n##7)
#define SIXTY_FOUR(X, n) EIGHT(X, n##0) EIGHT(X, n##1) EIGHT(X, n##2) EIGHT(X, n##3) EIGHT(X, n##4) EIGHT(X, n##5) EIGHT(X, n##6) EIGHT(X, n##7)
#define ALL(X) SIXTY_FOUR(X, 0) SIXTY_FOUR(X, 1) SIXTY_FOUR(X, 2) SIXTY_FOUR(X, 3) SIXTY_FOUR(X, 4) SIXTY_FOUR(X, 5) SIXTY_FOUR(X, 6) SIXTY_FOUR(X, 7) \
	SIXTY_FOUR(X, 10) SIXTY_FOUR(X, 11) SIXTY_FOUR(X, 12) SIXTY_FOUR(X, 13) SIXTY_FOUR(X, 14) SIXTY_FOUR(X, 15) SIXTY_FOUR(X, 16) SIXTY_FOUR(X, 17)
ALL(ENTRY)
ALL(FRAME)
static som_proc *const entries[NATIVE_ENTRIES][3] = {ALL(NAMED)};

som_proc *native_entry(uint32_t n) { return entries[n][takes[n] == NATIVE_FRAME ? 1 : takes[n] == NATIVE_REAL ? 2 : 0]; }

static void handle(void *context, som_ref self, som_env *ev, const som_value *args, som_value *result) {
	native_within here;
	if (early(ev)) return;
	come(&here);
	somNativeHandle((uintptr_t)context, (uintptr_t)self, ev, (som_value *)args, result);
	leave(&here);
}

som_proc *native_closure(const char *sig, uintptr_t method, som_env *ev) { return kernel.som_closure(sig, handle, (void *)method, ev); }

static void live(void *class, int part, som_ref self, som_ref from, som_env *ev) {
	native_within here;
	if (early(ev)) return;
	come(&here);
	somNativeLife((uintptr_t)class, part, (uintptr_t)self, (uintptr_t)from, ev);
	leave(&here);
}

static void begin(som_ref self, som_env *ev, void *context) { live(context, 0, self, NULL, ev); }
static void copy(som_ref self, som_ref from, som_env *ev, void *context) { live(context, 1, self, from, ev); }
static void assign(som_ref self, som_ref from, som_env *ev, void *context) { live(context, 2, self, from, ev); }
static void end(som_ref self, void *context) { live(context, 3, self, NULL, NULL); }

static uint32_t lasting;

void native_lasting(int more) { __atomic_add_fetch(&lasting, (uint32_t)more, __ATOMIC_ACQ_REL); }

static void last(som_ref self, void *context) {
	native_within here;
	(void)context;
	if (!__atomic_load_n(&lasting, __ATOMIC_ACQUIRE)) return;
	come(&here);
	somNativeLast((uintptr_t)self);
	leave(&here);
}

static void known(som_ref self, som_env *ev, void *context) {
	som_class *c = (som_class *)self;
	som_classdata d = {0};
	const som_binding b = {.size_of = sizeof b, .cls = kernel.som_class_describe(c)->name};
	if (kernel.som_class_bind(&b, &d, ev) != SOM_OK) return;
	kernel.som_release(self); /* a class's own binding does not keep it */
	native_within here;
	if (early(ev)) return;
	come(&here);
	somNativeKnown((uintptr_t)context, c, d.data, ev);
	leave(&here);
}

som_class *native_define(som_class_desc *desc, uintptr_t class, bool metaclass, som_env *ev) {
	desc->size_of = sizeof *desc;
	desc->method_size = sizeof(som_method);
	desc->override_size = sizeof(som_override);
	desc->select_size = sizeof(som_select);
	if (!metaclass) { /* of a class as an object Go has no part */
		desc->data_size = sizeof(uint64_t);
		desc->data_align = sizeof(uint64_t);
		desc->init = begin;
		desc->fini = end;
		desc->copy = copy;
		desc->assign = assign;
		desc->last = last;
	}
	desc->known = known;
	desc->context = (void *)class;
	return kernel.som_class_define(desc, ev); /* for the life of the process */
}
