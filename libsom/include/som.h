/*
 * som.h: the object kernel's binary interface. docs/som.md says what it means.
 *
 * What stands here is compiled into clients and class libraries and never changes its place: types only
 * grow at their end, by the size_of in front of them, and numbers keep their value. Integers have fixed
 * widths. Strings are UTF-8, ended by a zero octet; the kernel copies what it keeps.
 *
 * Every function may be called from any thread unless it says otherwise. A som_env may be NULL: then
 * only the return value tells of a failure. A class or an object that is NULL is the error SOM_E_TYPE, and nothing where there is
 * no environment; it must be there for parent and next calls, descriptions of classes and som_find. What a function returns is borrowed unless it is said to be owned.
 */
#ifndef SOM_H
#define SOM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __GNUC__
#define SOM_FORMAT(at, from) __attribute__((format(printf, at, from)))
#define SOM_ACQUIRED(p) __atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#else
#define SOM_FORMAT(at, from)
#define SOM_ACQUIRED(p) (*(som_class *const volatile *)&(p))
#endif

/* What a library gives others: a class library its entry, whatever the kernel is. */
#ifdef _WIN32
#define SOM_EXPORT __declspec(dllexport)
#else
#define SOM_EXPORT __attribute__((visibility("default")))
#endif
/* What is the kernel's, which is in another library where SOM_SHARED is defined. */
#if defined(_WIN32) && defined(SOM_SHARED) && !defined(SOM_BUILDING)
#define SOM_API __declspec(dllimport)
#else
#define SOM_API SOM_EXPORT
#endif

/* ---- Objects ---- */

typedef struct som_class som_class;

/* The head of every object: SOM_HEAD octets, on all machines; instance data follow. Only mt is for other eyes. */
#define SOM_HEAD 16
typedef struct som_object {
#ifndef SOM_XH            /* where C++ has a class for each of SOM's, nothing may follow from how large an object is */
	char *mt;              /* the class's row: words found by token, the class object at 0 */
	uint32_t refs, flags; /* the kernel's */
	uint32_t : (sizeof(char *) == 4) * 32;
#endif
#ifdef __cplusplus /* C++'s new knows neither how large an object is nor what begins it: som_new, DogNew */
	void *operator new(size_t, struct som_objects_are_made_by_their_class), *operator new[](size_t, struct som_objects_are_made_by_their_class);
#endif
} som_object, *som_ref;
#define SOM_ROW(o) (*(char *const *)(const void *)(o)) /* mt */

/* A class is an object. What else it is is the kernel's. */
struct som_class { som_object object; };

/* A token is the distance of a word from a row's origin, in octets: the same in the rows of all classes that have
 * the word. Tokens hold for the life of the process or until the class that they belong to is unloaded. */
typedef intptr_t som_tok;

/* A procedure of any type. Methods are functions of the receiver, the environment and then their arguments. */
typedef void som_proc(void);

/* ---- Exceptions ---- */

enum { SOM_NO_EXCEPTION, SOM_USER_EXCEPTION, SOM_SYSTEM_EXCEPTION };
enum { SOM_COMPLETED_YES, SOM_COMPLETED_NO, SOM_COMPLETED_MAYBE };

/* What a call left behind: the second argument of every method. A cleared one is all zero; it is the caller's,
 * and used by one thread at a time. Whoever finds major not 0 passes it on or clears it with som_env_clear. */
typedef struct som_env {
	uint32_t major;      /* SOM_NO_EXCEPTION … */
	uint32_t code;       /* of the kernel's own errors: SOM_E_NAME …; else 0 */
	uint32_t minor;      /* of a system exception */
	uint32_t completed;  /* of a system exception: SOM_COMPLETED_YES … */
	char *id;            /* the exception's repository id; owned */
	char *text;          /* what happened, to what, what to do, or NULL; owned */
	void *value;         /* a user exception's members, or NULL; owned */
	void (*drop)(void *value); /* ends value, or NULL */
} som_env;

/* The kernel's errors: docs/som.md says when. som_code_name gives the names that stand there ("order"). */
enum {
	SOM_OK, SOM_E_NAME, SOM_E_PARENTS, SOM_E_CYCLE, SOM_E_ORDER, SOM_E_METACLASS, SOM_E_VERSION, SOM_E_METHOD, SOM_E_INIT, SOM_E_SIZE, SOM_E_METHODS,
	SOM_E_DEPTH, SOM_E_CLASSES, SOM_E_AMBIGUOUS, SOM_E_UNKNOWN, SOM_E_ABSTRACT, SOM_E_BUSY, SOM_E_LIBRARY, SOM_E_FREED, SOM_E_MEMORY, SOM_E_TYPE,
	SOM_E_RAISED /* an initializer or the like raised: ev has what */
};
SOM_API const char *som_code_name(uint32_t code);

/* Raise an exception in ev, in place of one that it holds. The id of a system exception is
 * "IDL:omg.org/CORBA/…:1.0". value is owned by ev from then on, to be ended by som_env_clear of it or of
 * what it is copied to: the kernel counts those. With ev NULL value is dropped at once. */
SOM_API void som_raise_system(som_env *ev, const char *id, uint32_t minor, uint32_t completed, const char *text);
SOM_API void som_raise_user(som_env *ev, const char *id, void *value, void (*drop)(void *));
SOM_API void som_env_clear(som_env *ev);

/* ---- Descriptions of classes ---- */

enum { SOM_STATIC, SOM_NONSTATIC, SOM_PROCEDURE, SOM_DYNAMIC };

/* A method that a class introduces. A signature is the result's letter, a colon, and a letter for each argument behind
 * receiver and environment:
 *   v nothing   b octet, boolean, char   h H short, unsigned   i I 32 bits   l L 64 bits   f d float, double
 *   s string    o object                 p pointer to anything else
 * Behind a slash it may say types, which are compared where both sides of a call say them (docs/som.md): "i:ip/long(long,out {long})".
 * A procedure that is a function of something else has types alone: "/noself noenv long(long)". A method without letters cannot be
 * invoked by som_invoke. One without proc must be overridden to be called. */
typedef struct som_method {
	const char *name, *sig; /* the latter or NULL */
	som_proc *proc;       /* or NULL */
	const char *migrated; /* the ancestor that introduces it since; the place in the release order is kept. Or NULL */
	uint32_t kind;        /* SOM_STATIC, SOM_NONSTATIC, SOM_PROCEDURE */
} som_method;

typedef struct som_override {
	const char *method; /* "Zoo::Dog::bark", or "bark" where that is not ambiguous */
	som_proc *proc;
	const char *sig; /* of proc: SOM_E_METHOD if the method has another. Or NULL */
} som_override;

typedef struct som_select { const char *method, *parent; } som_select; /* and the parent whose implementation is inherited */

/* Life of one class's part of an instance; context is the description's. Init and copy may raise, fini must not. */
typedef void som_initializer(som_ref self, som_env *ev, void *context);
typedef void som_destructor(som_ref self, void *context);
typedef void som_copier(som_ref self, som_ref from, som_env *ev, void *context);

enum {
	SOM_ABSTRACT = 1, /* no instances */
	SOM_DETACHED = 2, /* the metaclasses of its abstract parents are not its business: what they do to instances is not done to its */
	SOM_OIDL = 4      /* callstyle=oidl: bindings leave the environment of the methods that it introduces out */
};

/* A class, described. Nothing of it but typelib is kept: its memory may go when som_class_define returns. Arrays with no elements
 * may be NULL; the sizes of elements let them grow. Without parents SOMObject is the parent. */
typedef struct som_class_desc {
	uint32_t size_of, flags; /* sizeof(som_class_desc); SOM_ABSTRACT … */
	const char *name;
	uint32_t major, minor;
	const char *const *parents;
	uint32_t nparents;
	uint32_t method_size, override_size, select_size; /* sizeof(som_method) and so on, where there are elements */
	const char *metaclass; /* explicit, or NULL */
	const char *const *abstract_parents; /* those of parents that give their interface alone */
	const char *const *init_classes;     /* NULL: the parents that are not abstract */
	uint32_t nabstract_parents, ninit_classes;
	const som_method *introduces; /* in release order */
	const som_override *overrides;
	const som_select *selects;
	uint32_t nintroduces, noverrides, nselects;
	uint32_t data_align; /* a power of two, where there are data */
	uint64_t data_size;
	som_initializer *init;
	som_destructor *fini;
	som_copier *copy, *assign; /* NULL: octet by octet */
	void *context;             /* handed to the four above, to known and to last */
	const void *typelib; /* where the class is described to whoever has no generated code (docs/typelib.md), or NULL. It is not
	                      * copied, and stays as long as the class: constant data of its library do */
	som_initializer *known; /* told of the class itself once it can be bound, before anything else can use it; may raise. Or NULL */
	som_destructor *last; /* called once all destructors of an object have run, those of ancestors too; and of one that could not be begun. Or NULL */
} som_class_desc;

/* Makes a class: a reference to it, owned, or NULL. Unknown parents and metaclasses are loaded by name.
 * NULL without an exception: the entry of a library runs that was found in a folder of SOM_PATH for another class, and a folder before that has
 * a file of the class's own, or a library of it has brought the class. That one has the class, when it is asked for, and the library has its
 * others. If it has it not, the library's entry runs again.
 * Classes are made one at a time: initializers of metaclasses and somClassReady, which run meanwhile, must not wait
 * for another thread that makes or loads classes. */
SOM_API som_class *som_class_define(const som_class_desc *desc, som_env *ev);

/* A class by name, owned; its library is loaded if need be. Substitutes stand for what they take the place of. */
SOM_API som_class *som_class_named(const char *name, som_env *ev);
SOM_API som_class *som_class_registered(const char *name, som_env *ev); /* the same, loading nothing */

/* The metaclass that has the properties of all of these, the first outermost: one of them, or derived from them; owned. Classes are
 * given it by its name, while the reference is held. */
SOM_API som_class *som_class_join(som_class *const *metaclasses, uint32_t n, som_env *ev);

/* SOM_OK if c has this major version and at least this minor one; 0.0 is any. */
SOM_API int som_class_check_version(const som_class *c, uint32_t major, uint32_t minor, som_env *ev);
/* From now on new instances of c are instances of by, a subclass, which may have data of its own, and c's name finds by; with by NULL
 * c is itself again. */
SOM_API int som_class_substitute(som_class *c, som_class *by, som_env *ev);
/* Ends c, whose reference is given up, and the classes of its library and of those that it was joined with; SOM_E_BUSY, and nothing is given up, where
 * an instance, a subclass or another reference lives, or these have a library and anywhere in the process there is an environment with
 * an exception of som_raise_user that has a value and a drop, which may be that library's code. */
SOM_API int som_class_unload(som_class *c, som_env *ev);

/* ---- Binding: what a client knows of a class ---- */

typedef struct som_classdata {
	som_class *cls; /* NULL until bound; owned */
	void *id;       /* stands in the rows of the class's descendants at type, and nowhere else at that place */
	som_tok type;
	som_tok data;   /* the word holds the data's distance from the object */
	/* som_tok m[]; one for each method bound, follows: declare struct { som_classdata c; som_tok m[3]; } */
} som_classdata;

/* An ancestor that a client knows of, and the version that is required of it; 0.0: any. */
typedef struct som_base { const char *name; uint32_t major, minor; } som_base;

typedef struct som_binding {
	uint32_t size_of, nmethods; /* sizeof(som_binding) */
	const char *cls;
	uint32_t major, minor; /* required; 0.0: any */
	const char *const *methods; /* names in cls, its own first, then inherited, qualified or not */
	const char *const *sigs;    /* of each method, or NULL: SOM_E_METHOD if it has another. NULL: of none */
	const som_base *bases;      /* from which cls must descend, else SOM_E_PARENTS */
	uint32_t nbases;
} som_binding;

/* What a client may put into tokens that are not bound yet: at this place every row has what raises an exception
 * (the code "abstract"), so that a call that comes too early is no crash. */
#define SOM_UNBOUND ((som_tok)(17 * sizeof(void *)))

/* Fills to and its nmethods tokens, to->cls last. Calling it again, or from several threads for one to, does no harm.
 * Substitution is not followed: tokens are those of the class that was named. */
SOM_API int som_class_bind(const som_binding *b, som_classdata *to, som_env *ev);
/* Gives to's reference up, and makes to unbound; no thread may use it meanwhile. */
SOM_API void som_class_unbind(som_classdata *to);

static inline int som_bound(const som_classdata *d) { return SOM_ACQUIRED(d->cls) != NULL; }

/* ---- Calls by offset, data, is-a: what generated code is made of. No function of the kernel is called ---- */

/* A word of a row, which may be written meanwhile: as a procedure is replaced, or, between this row's words, another row ends. */
#ifdef __SANITIZE_THREAD__
#define SOM_WORD(type, row, token) __atomic_load_n((type *)((row) + (token)), __ATOMIC_RELAXED)
#else
#define SOM_WORD(type, row, token) (*(type *)((row) + (token)))
#endif

static inline som_proc *som_resolve(const som_object *o, som_tok method) { return SOM_WORD(som_proc *, SOM_ROW(o), method); }
static inline void *som_data(const som_object *o, som_tok data) { return (char *)o + *(const intptr_t *)(SOM_ROW(o) + data); }
static inline int som_isa(const som_object *o, const som_classdata *d) { return SOM_WORD(void *, SOM_ROW(o), d->type) == d->id; }
static inline som_class *som_class_of(const som_object *o) { return *(som_class **)SOM_ROW(o); }

/* ---- Life of objects ---- */

/* A new object, owned: by way of the class's somNew, so that metaclasses have their say. NULL where it raises. */
SOM_API som_ref som_new(som_class *c, som_env *ev);
/* What SOMClass's own somNew does: memory, initializers, or an exception and nothing left: for who has got a reference meanwhile it is an object that was
 * destroyed, whose calls raise "freed", until that is given back. So it is wherever an object cannot be begun that the kernel has made. */
SOM_API som_ref som_create(som_class *c, som_env *ev);
/* A new object of from's class, owned; each ancestor's part is copied in the order of initialisation. */
SOM_API som_ref som_copy(som_ref from, som_env *ev);
/* Assigns from's parts to those of to, whose class from must descend from. */
SOM_API int som_assign(som_ref to, som_ref from, som_env *ev);

SOM_API som_ref som_retain(som_ref o); /* o; at most 2^32 - 1 references. NULL does no harm */
SOM_API void som_release(som_ref o);   /* the last one destroys. NULL does no harm */

typedef struct som_weak som_weak;
SOM_API som_weak *som_weak_new(som_ref o, som_env *ev); /* owned, ended by som_weak_free */
SOM_API som_ref som_weak_get(som_weak *w);              /* owned, or NULL once destruction has begun */
SOM_API int som_weak_lives(som_weak *w);                /* whether som_weak_get would answer an object: it may be one that another thread is about to undo */
SOM_API void som_weak_free(som_weak *w);

/* Objects made by other initializers than init: begin, let the initializers run (each asks som_enter for its class and
 * does nothing if that says 0; then it sees to its direct ancestors, by their own initializers or som_enter_default;
 * then it does its work and says som_leave), and end, which runs what was not visited, or undoes in reverse what was
 * left if ev holds an exception. One thread at a time. som_begin asks the class by its somNewNoInit, and som_end, when all initializers
 * have run or one has raised, what stands in front of somDefaultInit. som_begin_at is for an initializer that was called without control, of an
 * object of somNewNoInit or somRenewNoInit: SOM_E_BUSY where one has run already. The object is its maker's, som_end gives no reference to it;
 * what raised is undone, and the object may be begun again, unless it came behind all initializers, from a metaclass's property: then it is begun. */
typedef struct som_making som_making;
SOM_API som_making *som_begin(som_class *c, som_env *ev);
SOM_API som_making *som_begin_at(som_ref o, som_env *ev);
SOM_API som_ref som_made(som_making *m); /* the object in the making */
SOM_API int som_enter(som_making *m, const som_class *c);
SOM_API void som_leave(som_making *m, const som_class *c);
SOM_API void som_enter_default(som_making *m, const som_class *c, som_env *ev);
SOM_API som_ref som_end(som_making *m, som_env *ev); /* owned, or NULL */

/* Calls by offset behave as in the ancestor's instances, until som_uncast. The object stays what it is. */
SOM_API int som_cast(som_ref o, const som_class *ancestor, som_env *ev);
SOM_API void som_uncast(som_ref o);

/* 0 also where either is none: a class is known by its head, an object given for one is seen. */
SOM_API int som_is_a(const som_object *o, const som_class *c);
SOM_API int som_descends(const som_class *c, const som_class *from); /* also from itself */

/* ---- Parent and next calls ---- */

/* The entry of a method in the table of the nth parent of c, from 0; NULL: no such parent, no such method or no
 * implementation there. */
SOM_API som_proc *som_parent_proc(const som_class *c, uint32_t nth, som_tok method, som_env *ev);
/* The row of the nth parent, for those who look into it again and again; NULL where there is none or it is abstract, or c is no class. */
SOM_API const char *som_parent_row(const som_class *c, uint32_t nth);
/* The implementation behind that of implementing, in the linearisation of o's class; NULL behind the last. */
SOM_API som_proc *som_next_proc(const som_class *implementing, const som_object *o, som_tok method);
/* The entry in the table of a class: a casted call. NULL if it has no such method, or is no class. */
SOM_API som_proc *som_class_proc(const som_class *c, som_tok method);

/* ---- Methods by name ---- */

typedef struct som_found {
	uint32_t size_of, kind; /* sizeof(som_found), set by the caller */
	som_tok token;         /* 0 of procedures and dynamic methods */
	som_proc *proc;        /* what a call on an instance of the class runs */
	const char *sig;       /* or NULL */
	const som_class *from; /* who introduces it */
	const som_class *owner; /* whose implementation stands in the table, replacements left aside; NULL: none */
	const char *as; /* set by the caller: the signature that it calls the method by, or NULL. SOM_E_METHOD if the method has
	                 * another, and without an environment the error hook is told */
	const char *own; /* the owner's signature, whose exceptions may have fewer members than the method's; NULL: it has not said it */
} som_found;

SOM_API int som_lookup(const som_class *c, const char *method, som_found *found, som_env *ev);

/* The same for hot code: a name made once, which lives as long as the process, and a lookup that remembers. */
typedef struct som_name som_name;
SOM_API const som_name *som_name_of(const char *name, som_env *ev);
SOM_API som_proc *som_find(const som_object *o, const som_name *name, som_env *ev);

/* A dynamic method: found by name alone, in c and its subclasses. Of the root classes SOM_E_METHOD. */
SOM_API int som_class_add(som_class *c, const char *name, const char *sig, som_proc *proc, som_env *ev);
/* Puts another implementation into c's table; what stood there, or NULL. Subclasses made later inherit it. Of the root
 * classes SOM_E_METHOD. */
SOM_API som_proc *som_class_replace(som_class *c, som_tok method, som_proc *proc, som_env *ev);
/* Puts a procedure in front of a method: what calls of c's instances run, by whichever way. What stands behind stays what
 * subclasses inherit, what parent and next calls run, and what som_class_proc answers. Proc takes the place of what stands in front
 * already, which som_lookup answers and proc calls, so that both run; with proc NULL nothing stands in front any
 * more. For metaclasses, in somClassReady: SOM_E_BUSY while there are instances; of the root classes SOM_E_METHOD. */
SOM_API int som_class_front(som_class *c, som_tok method, som_proc *proc, som_env *ev);

/* ---- Calls by signature ---- */

typedef union som_value {
	uint8_t b; int16_t h; uint16_t H; int32_t i; int64_t l; uint64_t L; float f; double d;
	uint32_t u; /* the letter I, which complex.h takes */
	const char *s; som_ref o; void *p;
} som_value;

/* Calls a method by name, by way of somDispatch, which the object's class may have overridden. */
SOM_API int som_invoke(som_ref o, const char *method, const som_value *args, uint32_t n, som_value *result, som_env *ev);
/* What SOMObject's own somDispatch does. */
SOM_API int som_dispatch(som_ref o, const char *method, const som_value *args, uint32_t n, som_value *result, som_env *ev);
/* Calls a procedure of a signature. */
SOM_API int som_apply(som_proc *proc, const char *sig, som_ref o, const som_value *args, som_value *result, som_env *ev);

/* A procedure made at run time that hands its calls to a handler; owned, ended by som_closure_free when no row
 * holds it and no call is in it. Kernels built without libffi answer SOM_E_LIBRARY, here and to the three above. */
typedef void som_handler(void *context, som_ref self, som_env *ev, const som_value *args, som_value *result);
SOM_API som_proc *som_closure(const char *sig, som_handler *handler, void *context, som_env *ev);
SOM_API void som_closure_free(som_proc *closure);

/* ---- What a class is ---- */

typedef struct som_method_info {
	const char *name, *sig;     /* the latter or NULL */
	som_tok token;              /* 0 of procedures */
	uint32_t kind;
	const som_class *migrated;  /* who introduces it since, or NULL */
} som_method_info;

/* Of an instance: the data of one ancestor; the offset is from the first octet behind the head. */
typedef struct som_part { const som_class *cls; uint64_t offset, size; } som_part;

/* What som_class_describe answers is constant, and lives as long as the class. Dynamic methods are not in it. */
typedef struct som_class_info {
	uint32_t size_of, flags;
	const char *name;
	uint32_t major, minor;
	const char *library; /* the file that it came from, or NULL */
	const void *typelib; /* as its description had it: a whole typelib, which says itself how long it is, or NULL */
	const som_class *const *parents; /* in order */
	const som_class *const *order;   /* the linearisation, the class itself first */
	const som_class *const *inits;   /* whose initializers run, first to last */
	const som_part *layout;          /* by offset, parts without data left out */
	const som_method_info *introduces; /* in release order */
	uint32_t nparents, norder, ninits, nlayout, nintroduces;
	uint32_t data_align; /* the largest of all parts */
	uint64_t data_size;  /* of an instance, without the head */
	uint64_t part_size;  /* introduced by this class */
	const som_class *declared; /* the metaclass that its description names, or NULL */
	const som_class *const *first_inits; /* as the description has them, or the parents: those that it sees to itself */
	uint32_t nfirst_inits;
} som_class_info;

SOM_API const som_class_info *som_class_describe(const som_class *c); /* NULL: it is no class */
/* Calls see for every dynamic method of the class's own, newest first, until it answers other than 0, and returns that; SOM_E_TYPE: it is no class. */
SOM_API int som_class_dynamics(const som_class *c, int (*see)(const char *name, const char *sig, som_proc *proc, void *context), void *context);
/* Calls visit for every registered class, until it answers other than 0, and returns that. No class is made or
 * unloaded meanwhile. */
SOM_API int som_classes(int (*visit)(som_class *c, void *context), void *context);
SOM_API uint64_t som_class_instances(const som_class *c); /* that live now; 0 also of what is no class */

/* ---- Class libraries ---- */

/* What a class library exports: defines all its classes, parents first, and releases the references to them. SOM_OK
 * or the error, also in ev. SOM_E_UNKNOWN and nothing in ev: it has nothing for the class that the file was found for, and it is as if there
 * were no such file. It runs again where som_class_define returned NULL without an exception, and that class is to be here after all: it is
 * the only one that som_class_define makes then. */
#define SOM_LIBRARY_ENTRY "som_library_entry"
typedef int som_library_entry_proc(uint32_t abi, som_env *ev);
#define SOM_ABI 1
/* What one may export whose language begins in a thread of its own, as Go does: returns when that is done. It is called
 * before the entry, by the same thread, with the kernel's lock free, so that the one which begins may define classes; with the file's name as it was looked
 * for, since several names may lead to one file. If it waits for the other by a som_turn that this has, neither waits for ever, since the kernel
 * knows of it: when they need each other it is told SOM_E_CYCLE if the class is there for which the library is loaded, and else the other is. */
typedef void som_library_ready_proc(const char *file);
#define SOM_LIBRARY_READY "som_library_ready"

/* Loads a library by file name, once. A class Zoo::Dog that is not there is looked for in libzoo_dog.so, then libzoo.so,
 * (zoo_dog.dll, zoo.dll), in the folders of som_set_path, or else of the variable SOM_PATH, or else where the system looks. One that was found
 * as libzoo.so, or by the system, need not have the class: the search goes on. libzoo_dog.so that lacks it is SOM_E_LIBRARY. A name
 * that begins with SOMM is first looked for in libsom-meta.so.1 (som-meta.dll), beside the kernel or where the system looks. */
SOM_API int som_library_load(const char *file, som_env *ev);
/* The same for a library that is linked in, under a name of its own. */
SOM_API int som_library_add(const char *name, som_library_entry_proc *entry, som_env *ev);
SOM_API int som_set_path(const char *folders, som_env *ev); /* as PATH is written; NULL: the variable again */
SOM_API int som_library_of_class(const char *cls, const char *file, som_env *ev); /* where cls is from now on looked for */

/* ---- The process ---- */

/* Hooks; NULL keeps what is there. Memory can be replaced only before anything else of the kernel is used. */
typedef struct som_hooks {
	uint32_t size_of, reserved;
	void *(*allocate)(size_t n); /* aligned as malloc's, or NULL */
	void (*deallocate)(void *p);
	void (*output)(const char *text, size_t n);              /* what somPrintSelf and the like write */
	void (*error)(uint32_t code, const char *text);          /* errors where there is no env to hold them */
	void *(*load)(const char *file, char *why, size_t nwhy); /* a handle, or NULL with the reason */
	som_proc *(*symbol)(void *handle, const char *name);
	void (*unload)(void *handle);
} som_hooks;
SOM_API int som_set_hooks(const som_hooks *hooks, som_env *ev);
/* Writes a text to where somPrintSelf and the like do: by the hook output. */
SOM_API void som_output(const char *text, size_t n);

/* Zeroed memory by the hooks, or NULL. What the kernel hands out as owned memory ends by som_deallocate. */
SOM_API void *som_allocate(size_t n);
SOM_API void som_deallocate(void *p);

/* Checking mode: memory of destroyed objects is kept for a while, and what is done with them is an error "freed".
 * On at the start if the variable SOM_CHECK is 1. */
SOM_API void som_set_checking(int on);

/* What one thread does at a time, to begin with all zero. Who waits for it lets the kernel's lock go, if it has that because a class is being made
 * or loaded, so that whoever has the turn may make and load classes. SOM_E_CYCLE: that one waits for this thread, or is this thread,
 * which has not taken it then. In the child of a fork nobody has a turn but the thread that forked. */
typedef struct som_turn { const void *by; uint32_t forks, wanted; } som_turn;
SOM_API int som_turn_take(som_turn *t, som_env *ev);
SOM_API void som_turn_give(som_turn *t);

enum { SOM_PROVIDER_DSOM, SOM_PROVIDER_THREADS, SOM_PROVIDER_REPOSITORY, SOM_PROVIDERS = 8 };
/* What others provide to whoever asks: a table of functions. NULL: none. */
SOM_API int som_set_provider(uint32_t kind, const void *table);
SOM_API const void *som_provider(uint32_t kind);

/* The root classes and the class manager; borrowed. They answer to SOM's methods in SOM's release order. */
SOM_API som_class *som_object_class(void);
SOM_API som_class *som_class_class(void);
SOM_API som_class *som_class_manager_class(void);
SOM_API som_ref som_class_manager(void);

#ifdef __cplusplus
}
#endif
#endif
