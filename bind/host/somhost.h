/*
 * somhost.h: what bindings of languages whose classes are made at run time have in common (docs/som-host.md): Python, Lua, JavaScript, Smalltalk.
 *
 * From a class of libsom to a description of it, immutable and laid out for calls: methods with their types, directions, owners and exceptions, as
 * the typelib of the class that introduces them has it, held against the signature that the code says. Then calls, classes made at run time below others, and
 * the table that tells which object of the host stands for which of libsom's. There is no code for a method anywhere.
 *
 * What is said of som.h holds here: functions may be called from any thread unless they say otherwise, what is returned is borrowed. Descriptions, types and
 * texts live as long as the process: a class that was described is held for good, and not unloaded, but for those of somh_define.
 * Typelibs are not trusted: what is wrong in one makes methods that cannot be called, and say why.
 */
#ifndef SOMHOST_H
#define SOMHOST_H

#include <som.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SOMH_VERSION 1 /* of this interface: types grow at their end alone */

/* Limits. What exceeds one is an error that has the name. */
enum {
	SOMH_MAX_NESTING = 256,      /* types in one another, and values */
	SOMH_MAX_PARTS = 65536,      /* members of a structure, exception or enum, arms and labels of a union, and declarations in a class */
	SOMH_MAX_DOC = 65536,        /* octets of a comment */
	SOMH_MAX_DOC_PARTS = 1024,   /* comments in one: lines of // */
	SOMH_MAX_ARGS = 64,          /* letters of a signature, as libsom has it */
	SOMH_MAX_SIZE = 1 << 30,     /* octets of a value, and of the elements of a sequence */
	SOMH_MAX_OVERRIDES = 65535,  /* methods that a class overrides */
	SOMH_HOME_PATIENCE = 60000   /* milliseconds that a thread waits until a host of one thread does what it asks for */
};

/* ---- Types ---- */

enum {
	SOMH_NONE, /* what has no form in C, or is damaged: why says it */
	SOMH_VOID, SOMH_BOOLEAN, SOMH_OCTET, SOMH_CHAR, SOMH_WCHAR, SOMH_INT8, SOMH_SHORT, SOMH_USHORT, SOMH_LONG, SOMH_ULONG, SOMH_LONGLONG,
	SOMH_ULONGLONG, SOMH_FLOAT, SOMH_DOUBLE,
	SOMH_STRING,    /* char *, UTF-8; somId too */
	SOMH_WSTRING,   /* uint16_t *, UTF-16, ended by a zero */
	SOMH_ENUM,      /* uint32_t, from 0; members are the enumerators */
	SOMH_OBJECT,    /* som_ref; name is the class's */
	SOMH_POINTER,   /* void *: what it points to is nobody's business here */
	SOMH_STRUCT,    /* members, those of its base first */
	SOMH_UNION,     /* elem is the discriminator, at 0; members are the arms, all at one offset */
	SOMH_SEQUENCE,  /* somh_sequence of elem; bound, or 0 */
	SOMH_ARRAY,     /* bound elements of elem, in all dimensions */
	SOMH_EXCEPTION, /* as a structure; id is its repository id */
	SOMH_MAKING,    /* somInitCtrl: what initializers hand on */
	SOMH_KINDS
};

typedef struct somh_type somh_type;

typedef struct somh_member { const char *name; const somh_type *type; uint32_t offset; } somh_member;
typedef struct somh_label { int64_t value; uint32_t arm; } somh_label;

struct somh_type {
	uint32_t kind;
	char letter;            /* in signatures, where it is a result or goes in; 'p' of what is behind a pointer */
	uint8_t owns;           /* values hold memory or references */
	uint8_t apart;          /* it goes in behind a pointer: structure, union, sequence, array */
	uint32_t size, align;   /* octets, as C has it */
	uint64_t bound;
	const char *name;       /* scoped, "Zoo::Size"; "" where it has none */
	const char *id, *doc;   /* repository id of an exception; comment, or NULL */
	const somh_type *elem;
	const somh_member *members;
	uint32_t nmembers;
	const somh_label *labels; /* of a union */
	uint32_t nlabels;
	int32_t otherwise;      /* the arm of a union's default, or -1 */
	const char *why;        /* of SOMH_NONE, and of what holds one */
	uint8_t checked;        /* for the library alone */
};

typedef struct somh_sequence { uint32_t maximum, length; void *buffer; } somh_sequence;

/* Ends what a value at p holds: texts, buffers, references; p itself is the caller's. A value that is all zero holds nothing. */
void somh_end(const somh_type *t, void *p);
/* Copies a value to memory that holds none: with texts, buffers and references of its own. SOM_OK or an error, after which to holds nothing. */
int somh_copy(const somh_type *t, void *to, const void *from, som_env *ev);
/* The arm that a union's discriminator selects, or -1. */
int32_t somh_arm(const somh_type *t, const void *value);
int64_t somh_discriminator(const somh_type *t, const void *value);

/* ---- Methods ---- */

enum { SOMH_IN, SOMH_OUT, SOMH_INOUT };
enum { SOMH_CALLERS, SOMH_OBJECTS, SOMH_BOTHS }; /* who ends it: dual owned is each what it has allocated */

typedef struct somh_param {
	const char *name; /* "" of a result, and where nobody has told */
	const somh_type *type;
	uint8_t direction, owner, nullable, by_copy;
	uint8_t slot; /* which argument it is */
} somh_param;

enum { SOMH_ONEWAY = 1, SOMH_GETS = 2, SOMH_SETS = 4, SOMH_INIT = 8, SOMH_OIDL = 16, SOMH_ROOT = 32, SOMH_TOLD = 64 };

typedef struct somh_class somh_class;

typedef struct somh_method {
	const char *name;       /* "speak", "_get_name" */
	const char *attribute;  /* "name" of what gets or sets it, else NULL */
	const char *doc, *sig;  /* comment, or NULL; as the code has it, or NULL */
	const char *why;        /* not NULL: it cannot be called, and why; then nothing below holds but cls */
	const somh_class *cls;  /* who introduces it */
	som_tok token;          /* 0 of procedures */
	som_proc *proc;         /* of procedures */
	uint32_t kind, flags;   /* SOM_STATIC …; SOMH_ONEWAY …: TOLD by a typelib, ROOT of a root class, INIT an initializer */
	uint32_t nparams, nargs; /* parameters as IDL has them; arguments as som_value: an aggregate result is the last */
	const somh_param *params;
	somh_param result;      /* type is SOMH_VOID where there is none */
	uint32_t nraises;
	const somh_type *const *raises;
	uint32_t plan;          /* how it is called: somh_call knows */
	const void *prepared;
} somh_method;

struct somh_class {
	som_class *cls;
	const char *name, *doc; /* the latter or NULL */
	uint32_t major, minor, flags; /* flags of som_class_info */
	uint32_t nparents, norder, nmethods, nowns, ntypes, nmade;
	const somh_class *const *parents;
	const somh_class *const *order;   /* the linearisation, the class itself first */
	const somh_method *methods;       /* that it introduces, in release order; without those of which nothing can be said */
	const somh_method *const *owns;   /* of ancestors, that it implements itself */
	const somh_type *const *types;    /* structures, unions, enums and exceptions that are declared in it */
	const somh_class *const *made;    /* those of somh_define in its order, the nearest first */
	void *made_by, *context;          /* of somh_define: for the library alone, NULL: it is none of these; the definition's */
	uint8_t elsewhere;                /* objects are in another process, wholly or in part: a call of one may wait for calls of objects of this one */
};

/* A class, described: the same each time. NULL where it raises. somh_named loads it by name, as som_class_named does. */
const somh_class *somh_describe(som_class *c, som_env *ev);
const somh_class *somh_named(const char *name, som_env *ev);
/* A method that the class has, by its name alone or "Zoo::Dog::bark"; NULL: none, or several. */
const somh_method *somh_find(const somh_class *c, const char *name, som_env *ev);
/* Whether an object of class c has a place where t, a SOMH_OBJECT, is asked for. By the names of its ancestors: t's class need not be loaded, and then no object is one. Of a class that is not known, NULL, where any is. */
int somh_accepts(const somh_type *t, const somh_class *c);
/* A type of the typelib of a class that is described, by its scoped name; NULL: there is none. */
const somh_type *somh_type_named(const somh_class *c, const char *scoped);

/* ---- Calls ---- */

/* What is called for a receiver where a method was found in class k: the receiver's own, or, where a class of somh_define between has overridden it and so
 * has been passed over by the host's own super, what k has. NULL without an environment's exception: nobody implements it. k is a class that o's descends from, or NULL: o's own. */
som_proc *somh_proc(const somh_method *m, const somh_class *k, const somh_class *of, som_ref o);

/* The same for hosts in which super leads from class to class of somh_define's, and out of these from the last one: what stands above the last that overrides m, whoever has made that.
 * of is o's class, or the nearest above it that somh_define has made. */
som_proc *somh_beyond(const somh_method *m, const somh_class *of, som_ref o);

/* Calls proc, or with NULL what o's class has. args are m->nargs values, at places that hold what m's parameters say; result one, or NULL. No text is looked at. Texts, memory and
 * references stay whose they were. SOM_OK, or the error of a call that could not be made; what the method raises is in ev alone. */
int somh_call(const somh_method *m, som_proc *proc, som_ref o, const som_value *args, som_value *result, som_env *ev);

/* Where whole numbers of any width go in registers or words of 64 bits, a call with words calls whatever takes and returns whole numbers and pointers, extended to 64 bits by
 * their signs as C does it; of the result what the type has is good. For hosts in C that make hot calls themselves, without SOMH_OIDL, of up to four arguments. */
#if defined(__x86_64__) || defined(__aarch64__) || defined(__s390x__) || defined(__powerpc64__)
#define SOMH_WORDS 1
static inline uint64_t somh_words(som_proc *proc, som_ref o, som_env *ev, const uint64_t *w, uint32_t n) {
	switch (n) {
	case 0: return ((uint64_t(*)(som_ref, som_env *))proc)(o, ev);
	case 1: return ((uint64_t(*)(som_ref, som_env *, uint64_t))proc)(o, ev, w[0]);
	case 2: return ((uint64_t(*)(som_ref, som_env *, uint64_t, uint64_t))proc)(o, ev, w[0], w[1]);
	case 3: return ((uint64_t(*)(som_ref, som_env *, uint64_t, uint64_t, uint64_t))proc)(o, ev, w[0], w[1], w[2]);
	}
	return ((uint64_t(*)(som_ref, som_env *, uint64_t, uint64_t, uint64_t, uint64_t))proc)(o, ev, w[0], w[1], w[2], w[3]);
}
#else
#define SOMH_WORDS 0
#endif

/* How many of an exception's members those have that o's implementation of m raises: its class may have been built with an older release of the method's. As many as
 * e has where nobody has said it. */
uint32_t somh_raised(const somh_method *m, som_ref o, const somh_type *e);

/* An object: *is is it before its initializers run, so that it is not taken for another of its class that they make. NULL stays there where a metaclass makes objects in a way of its own. Owned, or NULL. */
som_ref somh_new(const somh_class *c, som_ref *is, som_env *ev);

/* An object made by an initializer: args are those behind the making, which is the first of m's. Owned, or NULL. */
som_ref somh_make(const somh_class *c, const somh_method *m, const som_value *args, som_env *ev);

/* ---- Classes made at run time ---- */

/* What a class does: handler is called for each method that it overrides, by any thread, with the override's context: arguments by m->nargs, as
 * somh_call has them. begin and end are told of an instance, once for each object, of the nearest such class alone: the others' parts are there. Both may be NULL. */
typedef struct somh_definition {
	uint32_t size_of; /* sizeof(somh_definition) */
	uint32_t noverrides, nparents;
	const char *name; /* NULL or taken: with a number behind it, "Puppy_2" */
	const somh_class *const *parents;
	const struct somh_override { const somh_method *method; void *context; } *overrides;
	som_handler *handler;
	void (*begin)(som_ref self, som_env *ev, void *context);
	void (*end)(som_ref self, void *context);
	void *context; /* not NULL */
	uint32_t exact; /* not 0: a name that is taken is an error */
} somh_definition;

/* Whether an object of class c has had its begin told, and not its end: of one that has not, the beginning may still fail, and then it is one that was destroyed for who has references, which they give back as any. */
int somh_begun(const somh_class *c, som_ref o);
/* NULL: there is no such class, and the contexts are the caller's to end; but with SOM_E_BUSY there is one for good, that others have found, and they must stay. */
const somh_class *somh_define(const somh_definition *d, som_env *ev);
/* Overrides one more method of a class of somh_define, or gives one another context: subclasses made before keep what they have. */
int somh_override(const somh_class *c, const somh_method *m, void *context, som_env *ev);
/* Ends such a class: SOM_E_BUSY where an instance, a subclass or a reference lives. What it had must not be used any more. */
int somh_undefine(const somh_class *c, som_env *ev);
/* What stands above class k's override of a method: for an object that the host no longer knows, since its end or the host's has begun. NULL:
 * nobody implements it. */
som_proc *somh_above(const somh_class *k, const somh_method *m);

/* ---- What a host's calls have in memory ---- */

/* The arguments of one call, and the values behind those that point to memory: what is in these is ended with the frame, unless it was given away. On the stack, by one thread. */
typedef struct somh_frame {
	som_value args[SOMH_MAX_ARGS + 1];
	struct somh_cell { void *p; const somh_param *of; uint32_t ends; } cells[SOMH_MAX_ARGS + 1];
	uint32_t ncells;
	size_t used;
	union { som_value aligns; double d; char octets[512]; } room;
} somh_frame;

void somh_frame_begin(somh_frame *f); /* args are zero */
/* Memory for a parameter's value, all zero, to be filled and then put among args by somh_frame_put. NULL: no memory. */
void *somh_frame_cell(somh_frame *f, const somh_param *p);
void somh_frame_put(somh_frame *f, const somh_param *p, void *cell);
/* After a call: what the object owns from now on, and what comes out of one that raised, is not the caller's to end. */
void somh_frame_given(somh_frame *f, int raised);
void somh_frame_end(somh_frame *f);

/* What the overrides of one object return and the object keeps lasts until as many others have been returned in the same place, or all is ended with the object: behind the destructors
 * of its ancestors. */
enum { SOMH_MAX_LENT = 16 };
typedef struct somh_lent somh_lent;

/* What an override of self's has for its caller: made, a value that is this function's from now on, to where a result or a parameter that comes out wants it. 0: no memory. */
int somh_give(som_ref self, const somh_method *m, const somh_param *p, void *made, void *to);
/* Ends what was given already, the result and then parameters, n of them in all, where a later one cannot be: there is nobody who would. */
void somh_take_back(const somh_method *m, uint32_t n, const som_value *args, som_value *result);
/* Ends what came in and is the object's, once it has been copied. */
void somh_took(const somh_method *m, const som_value *args);

/* Raises a user exception with the members at value, which are ev's from now on: SOM_OK, or SOM_E_MEMORY and they are ended. */
int somh_raise(som_env *ev, const somh_type *e, void *value);
/* Which of m's exceptions is in ev, with all its members; NULL: another, or one of an older release, which lacks some. o is who raised it, or NULL. */
const somh_type *somh_exception(const som_env *ev, const somh_method *m, som_ref o);

/* ---- Which object of the host's ---- */

/* A table from objects to what stands for them. One thread at a time, as hosts with a lock of their own have it. */
typedef struct somh_twins somh_twins;
somh_twins *somh_twins_new(void);
void somh_twins_free(somh_twins *t);
void *somh_twin(const somh_twins *t, som_ref o); /* or NULL */
int somh_twin_set(somh_twins *t, som_ref o, void *twin); /* 0: no memory. NULL takes it out */
size_t somh_twins_count(const somh_twins *t);
/* A doubt whether o, of class c, will ever be begun: of an object that is met before its begin, while its ancestors are still at it. It is libsom's weak reference, *doubt: NULL stays there
 * where there is none, since the object has been begun or c is none of somh_define's. 0: no memory. som_weak_free ends it once begin is told. */
int somh_doubt(const somh_class *c, som_ref o, som_weak **doubt);
/* Whether an object that may be in doubt is still there. If it could not be begun the doubt ends, t, which may be NULL, loses twin if that stands for it, and the host's reference is given
 * back, unless there is none (owns): another object may be where it was from then on. */
int somh_there(som_weak **doubt, som_ref o, somh_twins *t, const void *twin, int owns);
int somh_shared(som_ref o);  /* others than the caller have a reference */
int somh_ending(som_ref o);  /* its destruction has begun: it must be neither kept nor given back */

/* ---- Hosts of one thread ---- */

/* A host that runs in one thread alone says so once, in that thread, which is then its home; what asks is told whether it is there. Before it has said so everybody is. */
void somh_home_set(void);
int somh_at_home(void);
/* Has the home thread call run(arg), and waits for that: at home at once; else when the home thread serves, or is in somh_call_open. Raises TRANSIENT if it has not begun within
 * SOMH_HOME_PATIENCE, BAD_INV_ORDER once the host has ended. What handlers of such hosts begin with. SOM_OK: it has run. */
int somh_home_do(void (*run)(void *arg), void *arg, som_env *ev);
/* Another patience from now on. */
void somh_home_patience(uint32_t milliseconds);
/* Around what a handler leaves to the host's program, in what somh_home_do has another thread wait for: nothing that run was given is in use meanwhile, and if the patience ends once more
 * the thread goes, with TIMEOUT, completed MAYBE. 0 of back: it has gone, and nothing that it gave is there any more. */
void somh_home_away(void);
int somh_home_back(void);
/* At home: does what waits by now. A host that waits for nothing else asks again and again, or when wake tells it: in the thread that waits, before it waits, without a lock. */
void somh_home_serve(void);
void somh_home_wake(void (*wake)(void *arg), void *arg);
/* somh_call by the home thread, which meanwhile does what others have for it: another thread makes the call. For calls that wait for those others: of classes elsewhere (somh_class). In
 * other threads, and before somh_home_set, it is somh_call. */
int somh_call_open(const somh_method *m, som_proc *proc, som_ref o, const som_value *args, som_value *result, som_env *ev);
/* At home, when the host ends: who waits is refused, and so is who comes. */
void somh_home_end(void);
/* The same where the process ends in the midst of what the home thread does for others, and does not come back to it: they are refused, too. What they have handed over must not be touched any more. */
void somh_home_leave(void);

#ifdef __cplusplus
}
#endif
#endif
