/* bridge.h: what Go and libsom know of each other. libsom's functions are called through a table, which is filled at run
 * time: the process has one libsom, and a program in Go can be built where there is none. */
#ifndef DSOM_NATIVE_BRIDGE_H
#define DSOM_NATIVE_BRIDGE_H

#include "som.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* How C aligns what has eight octets, in structures. */
struct native_eight {
	char first;
	uint64_t at;
};
enum { NATIVE_ALIGN_EIGHT = offsetof(struct native_eight, at) };

#define FUNCTIONS(X)                                                                                                      \
	X(som_code_name) X(som_raise_system) X(som_raise_user) X(som_env_clear) X(som_class_define) X(som_class_named)         \
	X(som_class_registered) X(som_class_check_version) X(som_class_unload) X(som_class_bind) X(som_new) X(som_copy)        \
	X(som_assign) X(som_retain) X(som_release) X(som_weak_new) X(som_weak_get) X(som_weak_free) X(som_descends)            \
	X(som_parent_row) X(som_class_proc) X(som_lookup) X(som_apply) X(som_closure) X(som_closure_free) X(som_class_describe) \
	X(som_class_instances) X(som_classes) X(som_library_load) X(som_set_hooks) X(som_output) X(som_set_path) X(som_allocate) X(som_deallocate)                           \
	X(som_object_class) X(som_class_class) X(som_class_manager_class)

#define DECLARE(f) __typeof__(f) *f;
struct native_kernel {
	FUNCTIONS(DECLARE)
};
#undef DECLARE
extern struct native_kernel kernel;

/* Finds libsom, in file unless the process has it. 0, or why tells. */
const char *native_file(void);
int native_open(const char *file, char *why, size_t size);

/* The file that the process has a place of memory from, or NULL. */
const char *native_file_of(const void *at);
/* Writes n octets from behind the first ones at a place: how many were written, or -1, and why not. Memory that is not there is such an error. */
ssize_t native_write(int to, const void *at, size_t behind, size_t n, int *why);

/* The names of the classes that came from a library, or of all if file is NULL, each with a newline behind it; to be freed. NULL: no memory. */
char *native_classes_of(const char *file);

/* Tells that the packages of the program are being initialised, by this thread. */
void native_begin(void);

uintptr_t native_thread(void); /* what is the thread's own */

/* What a call leaves behind: the result, and an environment on the heap if it raised, or NULL. */
typedef struct native_result {
	uint64_t value;
	som_env *raised;
} native_result;

/* An environment moves to the heap when it holds something. */
som_env *native_moved(const som_env *ev);

/* A method is called with one word or with four, whatever it takes: what is too many it does not look at. This is so where the
 * first six arguments that are no fractions go in registers or in words of their own, as on all 64-bit systems; but see signs32 of call.go. */
typedef uint64_t native_word(som_ref, som_env *, uint64_t);
typedef uint64_t native_words(som_ref, som_env *, uint64_t, uint64_t, uint64_t, uint64_t);

/* A call of such a method, on Go's stack: it moves if the method calls Go, so that the result is put where it then is. */
typedef struct native_crossed {
	uintptr_t proc, object;
	uint64_t value;
	som_env *raised;  /* on the heap, or NULL as it was */
	uint64_t args[4]; /* or the first alone */
} native_crossed;
/* The functions that make such calls, as runtime.cgocall takes them. */
void *native_cross_one(void);
void *native_cross_four(void);

/* A method of numbers, fractions among them, and objects is called with eight words and eight fractions, whatever it takes of them: those of each kind
 * are in order, and those that are too many it does not look at. This is so where fractions go in eight registers of their own, and words that no register
 * is left for in words of the stack: x86-64, ARM (but Apple's, where they are packed), RISC-V, LoongArch; of 64 bits and little-endian all of them. The last two
 * want unsigned numbers of 32 bits with their sign above, which words have not: methods with such go by native_apply there, see signs32. */
enum { NATIVE_FRAME_ARGS = 8 };
#define NATIVE_WORDS(X) X a, X b, X c, X d, X e, X f, X g, X h
#define NATIVE_REALS(X) X r, X s, X t, X u, X v, X w, X x, X y
typedef uint64_t native_few(som_ref, som_env *, NATIVE_WORDS(uint64_t));
typedef uint64_t native_frame(som_ref, som_env *, NATIVE_WORDS(uint64_t), NATIVE_REALS(double));
typedef double native_few_real(som_ref, som_env *, NATIVE_WORDS(uint64_t));
typedef double native_frame_real(som_ref, som_env *, NATIVE_WORDS(uint64_t), NATIVE_REALS(double));

/* A call of such a method, on Go's stack, see native_crossed. */
typedef struct native_framed_call {
	uintptr_t proc, object;
	uint64_t value;
	som_env *raised;
	uint64_t words[NATIVE_FRAME_ARGS];
	double reals[NATIVE_FRAME_ARGS];
	uint32_t outs;  /* bit n: the method is told a place that holds word n, and has word n put there */
	uint32_t nreals;
	uint32_t real; /* what it returns is a fraction */
} native_framed_call;
void *native_cross_frame(void);

/* The same from C: what Go is given, and what it leaves. */
typedef struct native_framed {
	uint64_t words[NATIVE_FRAME_ARGS];
	double reals[NATIVE_FRAME_ARGS];
	uint64_t value;
} native_framed;

/* A call with texts, all of it in one crossing: in memory of Go's, which has no pointers in it. */
enum { NATIVE_ROOM = 1000 };
enum { NATIVE_NUMBER, NATIVE_OWNED, NATIVE_BORROWED }; /* what the result is: the latter two are texts */
typedef struct native_texts {
	uint64_t words[4]; /* arguments: numbers, or where in room a text begins */
	uint32_t texts;    /* bit n: argument n is such a text */
	uint32_t result;   /* NATIVE_NUMBER … */
	uint64_t value;    /* the result: a number, or how many octets of room it has */
	uintptr_t rest;    /* the result if room is too small for it, which stays as the method gave it, or 0 */
	uintptr_t raised;  /* the environment on the heap, or 0 */
	char room[NATIVE_ROOM];
} native_texts;
void native_call_texts(native_texts *call, uintptr_t proc, uintptr_t o);

/* Calls a procedure of any signature. The result's octets are those of a som_value. */
native_result native_apply(uintptr_t proc, const char *sig, uintptr_t o, som_value *args);
/* Calls a procedure that sends a method's call on, as sommProxyDispatch does: with the arguments packed. */
native_result native_send(uintptr_t proc, uintptr_t o, const char *method, const som_value *args, uint32_t n);
/* Ends an environment that a result has. */
void native_forget(som_env *raised);

/* A call from C that Go is in. While it lasts Go keeps environments that calls of its own left, to pass them on as they are. */
typedef struct native_within {
	struct native_within *outer; /* the thread's call in which Go made the one that led here */
	uint32_t got;                /* whether Go keeps something, which somNativeLeave ends */
} native_within;
/* The innermost such call of this thread, or NULL. */
native_within *native_now(void);
/* Hands what an environment on the heap holds to ev, which may be NULL. With a text that is the exception's from then on. */
void native_pass(som_env *ev, som_env *raised, const char *text);

/* Puts a Go error into an environment, with the members as other languages know them, which end by somNativeDropValue, or NULL. */
void native_raise_value(som_env *ev, const char *id, void *value, const char *text);
void native_raise(som_env *ev, uint32_t code, const char *id, uint32_t minor, uint32_t completed, const char *text);

/* Procedures that enter Go by a number; methods beyond so many of all classes that there are, and others, by som_closure. */
enum { NATIVE_ENTRIES = 1024 };
som_proc *native_entry(uint32_t n);
/* Where instances of the class of entry n have their handle. */
void native_entry_at(uint32_t n, som_tok data);
/* A call of C's with texts: what Go is given, and what it leaves. */
typedef struct native_entered {
	uint64_t words[4];
	uint64_t value;  /* the result, unless it is in room */
	uint32_t roomed; /* whether it is a text in room … */
	uint32_t length; /* … of so many octets */
	char room[256];
} native_entered;
/* Says what the method of entry n takes: one word, unless it is said. */
enum { NATIVE_ONE, NATIVE_FOUR, NATIVE_TEXTS, NATIVE_FRAME, NATIVE_REAL };
void native_entry_takes(uint32_t n, int what);
som_proc *native_closure(const char *sig, uintptr_t method, som_env *ev);

/* Makes a class whose parts of objects begin and end in Go, which is told of it by somNativeKnown. */
som_class *native_define(som_class_desc *desc, uintptr_t class, bool metaclass, som_env *ev); /* of a metaclass Go has no part in its instances */

/* The handle in an object, of the class whose data are at the word. */
void native_lasting(int more); /* how many objects more, or fewer, have ended in Go, and have lent what the destructors of their ancestors may use */
static inline uint64_t *native_handle(uintptr_t o, som_tok data) { return (uint64_t *)som_data((som_ref)o, data); }

#endif
