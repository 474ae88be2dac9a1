/* kernel.h: what the kernel's parts know of each other. The order of the parts, from the ground up: sync, env, arena,
 * intern, order, table, lookup, define, registry, library, object, weak, invoke, root. */
#ifndef KERNEL_H
#define KERNEL_H

#include "som.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MAX_NAME = 255,          /* octets of a class's or method's name */
	MAX_DERIVED = 4095,      /* octets of a derived metaclass's name */
	MAX_ERROR = 8191,        /* octets of what an error says */
	MAX_TEXT = 65535,        /* octets of a signature, and of whatever is interned */
	MAX_PARENTS = 255,       /* of a class */
	MAX_METHODS = 65535,     /* that a class introduces */
	MAX_DEPTH = 255,         /* of inheritance */
	MAX_SIZE = (1 << 30) - 1, /* octets of an instance's data */
	MAX_ALIGN = 64,          /* of a class's data */
	MAX_CLASSES = 65535,     /* in the process */
	MAX_ARGS = 64,           /* of a method with a signature */
	WORD_SIZE = sizeof(void *)
};

/* flags of an object's head */
enum { F_CLASS = 1, F_DYING = 2, F_WEAK = 4, F_PLACED = 8, F_BEGUN = 16, F_CHAIN = 32, F_OLD = 64, F_MAKING = 128, F_MADE = 256, F_MET = 512, F_WIDE = 1024 };
/* PLACED: in memory that is not the kernel's; BEGUN: the initializers run or have run, and need not again; CHAIN: somInit or somUninit is under way;
 * OLD: somInit has run, or an initializer in its place: its end is somUninit's; MAKING: a som_making sees to the initializers; MADE: they have run. */

typedef struct klass klass;

/* What a class implements itself: introduced, overridden or replaced; sorted by token. */
typedef struct impl { som_tok token; som_proc *proc; } impl;
typedef struct spoken { som_tok token; const char *sig; } spoken; /* what an override has said of itself; sorted by token */
typedef struct impls { uint32_t n; impl e[]; } impls;
typedef struct selection { som_tok token; const klass *parent; } selection;

typedef struct dynamic { struct dynamic *next; const char *name, *sig; som_proc *proc; } dynamic;

/* One class's share in the life of an instance; those of all that are initialised, in that order, with somInit and somUninit or without. */
typedef struct life { som_initializer *init; som_destructor *fini; som_copier *copy, *assign; void *context; } life;
typedef struct lives { uint32_t n, nlast; bool older; life e[]; } lives; /* the first nlast are what comes behind all destructors */

/* A row for objects cast to an ancestor; as the class itself, for instances that have something in front of their methods. */
typedef struct castrow { struct castrow *next; const klass *as; char *row; } castrow;

typedef struct pool { _Alignas(max_align_t) struct pool *next; } pool; /* in front of memory that ends with a class */

typedef struct thread thread;
typedef struct span { uintptr_t from, size; } span; /* addresses */

typedef struct library {
	struct library *next;
	void *handle, *go;    /* NULL: linked in; without som_go_runtime */
	const thread *by;     /* that is loading or closing it, or NULL: its entry has run */
	som_library_entry_proc *entry;
	const char *sought;   /* the class for which its entry runs; NULL: by the file's name */
	struct place *left;   /* classes that it has left out, for a file of a folder before */
	bool only, entered;   /* the entry runs again, for that class alone; it has run, or failed: with by, the library is being closed */
	uint64_t group;
	span code;            /* and data; of what is linked in, or is Go's, nothing */
	char file[];
} library;

struct klass {
	som_class_info info;
	klass *next, *named; /* all classes; those with one hash */
	pool *pool;
	void *raw;           /* what the allocator gave for this struct */
	uint32_t hash, depth, slots;
	char *row, *front;   /* what it implements and inherits, NULL while it is made; that of instances, perhaps with procedures in front: atomic */
	void *id;
	som_tok base;        /* of its words: id, data, slots */
	klass *metaclass, *substitute;
	library *library;    /* whose code it is, or NULL */
	uint64_t group;      /* of classes that are unloaded together: its number */
	const thread *by;    /* that is making it still, or ending it; or NULL */
	uint32_t align;      /* of its own data */
	uint8_t *abstract, *concrete; /* of each parent: its interface alone; of each class in info.order: not only that */
	const som_method_info **by_name; /* info.introduces, sorted by name */
	som_proc **procs;    /* of info.introduces; NULL where there are none */
	impls *impls;
	selection *selects;
	uint32_t nselects;
	life own, last;      /* its share; fini alone, behind all others' */
	lives *lives;        /* atomic */
	dynamic *dynamics;
	castrow *casts;
	uint64_t instances;  /* atomic */
	uint32_t subclasses;
	bool barren, hooked; /* without instances: abstract, or a metaclass; its initialisation or destruction is not the plain one */
	bool derived, registered, alive; /* alive: its metaclass's initializers have run */
	uint32_t mark, ahead, list, at, until; /* scratch, under the lock, as is first */
	struct klass *first;
	spoken *said;         /* signatures of overrides */
	uint32_t nsaid;
	som_class c;          /* last: the metaclass's data follow */
};

static inline klass *K(const som_class *c) { return (klass *)((uintptr_t)c - offsetof(klass, c)); } /* of NULL: not to be used */
static inline som_class *C(const klass *k) { return (som_class *)&((klass *)(uintptr_t)k)->c; }
static inline klass *class_of(const som_object *o) { return K(som_class_of(o)); }
static inline const klass *order_at(const klass *k, uint32_t i) { return K(k->info.order[i]); }
static inline uint32_t place_in(const som_class *const *list, uint32_t n, const som_class *c) { /* or n */
	uint32_t i = 0;
	while (i < n && list[i] != c) i++;
	return i;
}
static inline som_proc **word_at(const char *row, som_tok t) { return (som_proc **)(row + t); }
static inline bool row_has(const char *row, const klass *k) { return __atomic_load_n((void **)(uintptr_t)(row + k->base), __ATOMIC_RELAXED) == k->id; }
static inline bool descends(const klass *k, const klass *from) { return row_has(k->row, from); }
static inline som_tok slot_token(const klass *k, uint32_t slot) { return k->base + (som_tok)(2 + slot) * WORD_SIZE; }
static inline klass *substituted(const klass *k) { /* the last one that stands for k, or k */
	for (const klass *by; (by = __atomic_load_n(&k->substitute, __ATOMIC_ACQUIRE));)
		k = by;
	return (klass *)(uintptr_t)k;
}
static inline char *front_of(const klass *k) { return __atomic_load_n(&k->front, __ATOMIC_ACQUIRE); }
static inline const lives *lives_of(const klass *k) { return __atomic_load_n(&k->lives, __ATOMIC_ACQUIRE); }

/* sync.c: one lock for all that makes and unmakes; taken again by who has it. The process forks with it free. */
void lock(void), unlock(void), lock_again(unsigned depth); /* the first boots, the last ends lock_let_go */
static inline void let_go(const bool *locked) { (void)locked, unlock(); }
#define LOCKED __attribute__((cleanup(let_go), unused)) const bool locked = (lock(), true) /* to the end of the block */
unsigned lock_let_go(const char *for_class); /* wholly; how often it was held. To get a library ready: for that class or ""; or NULL */
const thread *this_thread(void);
/* Waits for a wake, letting the lock go meanwhile, since that thread has in hand what is wanted; false if it waits for this one. Of those who wait
 * for each other it is false for one that gets a library ready for a class that is there; or else, where what another wants is got ready, for that other. */
bool lock_wait(const thread *by);
void weak_lock(void), weak_unlock(void), lock_wake(void); /* the last: all that wait */
void boot(void); /* makes the root classes, once; every way in comes by it, or by lock */

/* env.c */
void *take(size_t n), *pool_take(klass *k, size_t n); /* zeroed, or NULL */
char *pool_text(klass *k, const char *s, size_t n), *copy_text(const char *s); /* the latter is owned, or NULL */
int no_memory(som_env *ev, const char *what), fail(som_env *ev, uint32_t code, const char *format, ...) SOM_FORMAT(3, 4); /* both return the code */
extern uint32_t exceptions; /* that live and have members which something ends, perhaps a library's code; atomic */
extern som_env aloud; /* only its address: an error goes to the hook, since there is nobody to return it to */
som_env *env_or(som_env *own, som_env *ev); /* ev, cleared, or own where there is none */
#define WITH_ENV(e, ev) som_env own __attribute__((cleanup(som_env_clear))), *const e = env_or(&own, ev) /* own to the end of the block */
void give(void *p), print(const char *format, ...) SOM_FORMAT(1, 2);
extern bool memory_taken; /* by take, ever; atomic */
extern som_hooks hooks;

/* arena.c: words of rows, tokens, and the row of the freed */
som_tok tokens_take(uint32_t words, som_env *ev); /* 0: none left */
char *row_place(const klass *k, som_env *ev); /* for k's order; all words 0 */
void tokens_give(som_tok at, uint32_t words), row_give(const klass *k, char *row), freed_row_fill(const klass *k);
extern char *freed_row; /* NULL unless checking has been on, or an object was undone that others had */
bool freed_row_make(void); /* with the places of all classes' methods; false: no memory */
int gone(const som_object *o, som_env *ev); /* the code of its error: there is none, or it was destroyed */
static inline bool is_freed_row(const void *row) { return __builtin_expect(row == __atomic_load_n(&freed_row, __ATOMIC_RELAXED), 0); }
static inline bool is_freed(const som_object *o) { return is_freed_row(o->mt); }

static inline int need(const som_object *o, som_env *ev) { return __builtin_expect(o && !is_freed(o), 1) ? SOM_OK : gone(o, ev); }

/* order.c: fills k's order and concrete, for its parents; the metaclass of a class to be */
int linearise(klass *k, som_env *ev);

klass *derive_metaclass(const char *of, klass *const *all, uint32_t n, som_env *ev); /* the one that has all of these */

/* table.c */
int64_t no_implementation(som_ref o, som_env *ev), freed_call(som_ref o, som_env *ev);
int table_fill(klass *k, som_env *ev), by_token(const void *a, const void *b); /* the latter for qsort and bsearch, of what begins with its token */
int changeable(const som_class *c, som_env *ev); /* SOM_OK unless it is no class, or one that everybody shares */
som_proc *own_impl(const klass *k, som_tok t);
bool has_old(const klass *k); /* a somInit or a somUninit among what is initialised with it */
const char *own_signature(const klass *k, som_tok t); /* that k has said of its own override, or NULL */
const klass *owner(const klass *k, som_tok t), *introducer(const klass *k, som_tok t); /* the latter NULL: t is no method of k's */

/* intern.c: texts that are made once and live as long as the process; no lock to find them */
struct som_name { const som_name *next; struct call *call; uint32_t hash; char text[]; }; /* call: of a signature, once it is one; invoke.c's */
const som_name *interned(const char *text); /* or NULL */
uint32_t hash_text(const char *s);

/* lookup.c */
som_proc *find_signed(const som_object *o, const char *text, const char **sig, som_env *ev);
typedef struct found { const klass *in; const som_method_info *info; const dynamic *dyn; } found; /* who introduces it; it is one of the two others */
const klass *class_in(const klass *k, const char *name, size_t n); /* in k's order */
int lookup(const klass *k, uint32_t from, const char *name, found *f, som_env *ev); /* from that place of its order on */
int methods_by_name(const void *a, const void *b); /* for qsort and bsearch */
/* The same among the strict ancestors, for a class that is being made, of methods with a place in the table. */
int lookup_slot(const klass *k, bool itself, const char *name, found *f, som_env *ev);
const som_method_info *own_method(const klass *k, const char *name); /* or NULL */
bool name_ok(const char *name, size_t limit, bool scoped); /* well-formed */
void forget_lookups(void);

/* define.c: under the lock */
extern uint32_t classes_with_tokens; /* as many at least as are registered */
extern _Thread_local uint32_t lasting; /* classes that this thread makes stay: so often somBeginPersistentClasses was called */
klass *define(const som_class_desc *desc, const void *caller, som_env *ev); /* caller: whose code asks, or NULL for a derived metaclass */
klass *define_root(const som_class_desc *desc, klass *parent, som_env *ev); /* a class to be completed by */
void become_instance(klass *k, klass *metaclass), undefine(klass *k); /* the latter: what was registered, or made in part; its metaclass too, if that was derived for it alone */

/* registry.c: under the lock */
klass *registered(const char *name), *known(const char *name); /* the latter when it is made: another thread may be at it */
klass *find_class(const char *name, som_env *ev); /* loads */
int register_class(klass *k, som_env *ev);
void unregister_class(klass *k);
extern klass *all_classes, *object_class, *class_class, *manager_class;

/* library.c: under the lock */
int load_for(const char *name, som_env *ev); /* the library that has a class; the lock is let go while files are opened */
extern library *libraries;
/* Whether a class that the library defines whose entry runs has a file of its own in the path, in a folder before that library's, or is made of one that has. */
bool is_elsewhere(const som_class_desc *d);
void *open_library(const char *file, char *why, size_t n), close_library(void *handle); /* the hooks to begin with, as is */
som_proc *find_symbol(void *handle, const char *name);
library *library_of(const uintptr_t code[3]); /* that has the first of it, or whose entry runs in this thread; or NULL */
library *library_in(uint64_t group, bool in_hand); /* of that group, perhaps one that is being loaded or closed; or NULL */
/* Waits until no other thread opens or closes a library. False if that waits for this one, or one of the group of k, which may be
 * NULL, is in hand. */
bool may_open(const klass *k);
/* Closes a library, which this thread has in hand, with the lock let go, and forgets it; forgets those that others were loading, in a fork's child. */
void library_end(library *l), lose_libraries(void);
extern uint64_t groups; /* so many were there */
/* Ends k and the classes of that library: NULL. Or ends none: the first that something else needs. With a group, k has a reference, and
 * all classes of the group end; its libraries are this thread's to end. */
const klass *unload_group(klass *k, const library *with, uint64_t group);

/* object.c */
int initialise(som_ref o, const klass *k, som_env *ev); /* runs all initializers, or undoes what has run */
int begin_life(som_ref o, const klass *k, som_env *ev); /* the same by SOMObject's methods, or those that stand in for them */
int unbegun(som_ref o, const klass *k); /* is again what somNewNoInit made; SOM_E_RAISED */
void end_parts(som_ref o, const klass *k), end_life(som_ref o, const klass *k), end_memory(som_ref o, const klass *k);
void old_init(som_ref o, som_env *ev), old_uninit(som_ref o, som_env *ev); /* what stands in tables for somInit and somUninit */
int share(klass *k, bool older, som_env *ev); /* fills k's lives */
void transfer(som_ref to, som_ref from, bool assign, som_env *ev); /* or copy: one that fails is undone */
som_ref new_object(klass *k, void *memory, bool zero, bool init, som_env *ev); /* memory NULL: the kernel's */

/* weak.c */
void weak_clear(som_ref o, const som_weak *only); /* ends what only refers by, or else all weak references to o */

/* invoke.c: signatures are made once and live as long as the process */
const char *signature(const char *text, bool procedure, som_env *ev); /* of a procedure, which may have no letters */
/* SOM_OK unless sig, of a client or of an override, and the method's are both told and do not agree. */
int check_signature(const klass *k, const char *method, const char *its, const char *sig, bool overrides, som_env *ev);
uint8_t supports(som_ref c, som_env *ev, const char *method);
int call_found(som_proc *proc, const char *sig, som_ref o, const char *method, const som_value *args, uint32_t n, som_value *to, som_env *ev);

/* root.c, and a file for each root class */
enum { LIFE_INIT, LIFE_DESTRUCT, LIFE_COPY, LIFE_ASSIGN, LIFE_OLD_INIT, LIFE_OLD_UNINIT, LIFE_METHODS };
extern som_tok tok_new, tok_raw, tok_ready, tok_dispatch, tok_life[LIFE_METHODS];
extern som_proc *plain_new; /* SOMClass's own somNew */
extern const som_class_desc object_desc, class_desc, manager_desc;
/* Entries of their lists: a method, one with nothing to do here, a class, a place that is retired. And the second one's body, which says what there is instead. */
#define HAS(name, sig, proc) {#name, sig, (som_proc *)(proc), NULL, SOM_STATIC}
#define LACKS(name, sig) HAS(name, sig, name)
#define ROOT(cls, v, r) {.size_of = sizeof(som_class_desc), .name = #cls, .major = v, .minor = r, .introduces = methods, \
	.nintroduces = sizeof methods / sizeof methods[0], .method_size = sizeof(som_method)}
#define GONE(name) {#name, NULL, NULL, NULL, SOM_NONSTATIC}
#define UNFIT(m, why) \
	static int64_t m(som_ref o, som_env *ev) { return fail(ev ? ev : &aloud, SOM_E_ABSTRACT, "%s::" #m ": " why, class_of(o)->info.name), 0; }
bool no_class(const som_object *c, som_env *ev), is_plain(const klass *k); /* false, and says what c is; nothing stands in for SOMObject's life methods */
static inline bool a_class(const void *c) { return __builtin_expect(c && ((const som_object *)c)->flags & F_CLASS, 1); } /* there is one, or says nothing */
static inline bool is_class(const void *c, som_env *ev) { return a_class(c) || no_class(c, ev); }
void make_roots(void); /* ends the process where there is no memory even for that */

#endif
